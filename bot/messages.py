"""Every sentence of the interface, from ``messages.yaml``, in the reader's script."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from string import Formatter
from typing import Any

from opencc import OpenCC
from pydantic import Field

from bot.datafile import DataModel, locate, read_text, read_yaml, validate
from bot.errors import DataFileError, DataProblem


class Sentence(DataModel):
    """One sentence. ``hant`` is given where a plain conversion of characters reads wrongly."""

    hans: str = Field(min_length=1, max_length=3500)
    hant: str | None = None


class Catalogue(DataModel):
    """All sentences by their key."""

    sentences: dict[str, Sentence]


_catalogue: dict[str, Sentence] = {}


def fields_of(template: str) -> set[str]:
    """The names of the placeholders of a template."""
    return {name for _, name, _, _ in Formatter().parse(template) if name is not None}


def load(path: Path) -> Catalogue:
    """Read the sentences and use them from now on; a wrong file changes nothing."""
    name = str(path)
    value, positions = read_yaml(name, read_text(path))
    if isinstance(value, dict):
        value = {
            "sentences": {
                key: {"hans": text} if isinstance(text, str) else text
                for key, text in (value.get("sentences") or {}).items()
            },
            **{key: other for key, other in value.items() if key != "sentences"},
        }
    catalogue = validate(name, value, positions, Catalogue)
    problems = []
    for key, sentence in catalogue.sentences.items():
        line, column = locate(positions, ("sentences", key))
        try:
            same = sentence.hant is None or fields_of(sentence.hant) == fields_of(sentence.hans)
        except ValueError:
            problems.append(DataProblem(name, line, column, "花括号不成对"))
            continue
        if not same:
            problems.append(DataProblem(name, line, column, "繁体与简体的占位不同"))
    if problems:
        raise DataFileError(problems)
    _catalogue.clear()
    _catalogue.update(catalogue.sentences)
    _template.cache_clear()
    return catalogue


@cache
def _converter() -> Any:
    return OpenCC("s2tw")


@cache
def traditional(text: str) -> str:
    """``text`` in traditional characters."""
    converted: str = _converter().convert(text)
    return converted


@cache
def _template(key: str, script: str) -> str:
    sentence = _catalogue[key]
    if script == "hans":
        return sentence.hans
    return sentence.hant or traditional(sentence.hans)


def say(key: str, script: str = "hans", **values: Any) -> str:
    """The sentence ``key`` for a reader of ``script``, with its placeholders filled."""
    return _template(key, script).format(**values)
