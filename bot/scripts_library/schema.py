"""What data/objections.yaml and the labelled utterances may say, and their cross-checks."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field

from bot.datafile import (
    DataModel,
    KeyPath,
    Position,
    locate,
    read_text,
    read_yaml,
    validate,
)
from bot.errors import DataFileError, DataProblem

UTTERANCES = "utterances.jsonl"
"""The file of labelled utterances, beside the library."""

NONE = "none"
"""The label of an utterance that is no objection."""

Technique = Literal[
    "认同提问", "数字说明", "类比故事", "拆解小额", "条款说明", "反问核心", "转介专业", "尊重退步"
]
Id = Annotated[str, Field(min_length=1, max_length=40, pattern=r"^[a-z0-9_]+$")]
AnswerId = Annotated[str, Field(min_length=3, max_length=64, pattern=r"^[a-z0-9_]+\.[a-z0-9_]+$")]
Line = Annotated[str, Field(min_length=1, max_length=200, pattern=r"\S")]
Words = Annotated[str, Field(min_length=1, max_length=600, pattern=r"\S")]


class Answer(DataModel):
    """One way to answer: ``text`` is what the agent may send, ``why`` is for the agent only."""

    id: AnswerId
    technique: Technique
    situation: Line
    text: Words
    why: Line


class Intent(DataModel):
    """One objection: its plainest wording, how clients say it, and how to answer.

    ``examples`` must be understood without being learned; ``unlike`` look similar but are not it.
    """

    id: Id
    zh: Line
    phrasings: Annotated[list[Line], Field(min_length=10, max_length=40)]
    examples: Annotated[list[Line], Field(min_length=1, max_length=20)]
    unlike: Annotated[list[Line], Field(min_length=1, max_length=20)]
    answers: Annotated[list[Answer], Field(min_length=3, max_length=20)]


class Labels(DataModel):
    """The headings of an answer as the agent reads it in the chat."""

    heard: Line
    say: Line
    why: Line


class Library(DataModel):
    """The whole of data/objections.yaml. ``concepts`` are groups of words with one meaning."""

    labels: Labels
    none_examples: Annotated[list[Line], Field(min_length=1)]
    concepts: dict[str, Annotated[list[Line], Field(min_length=1)]]
    intents: Annotated[list[Intent], Field(min_length=1)]

    def intent(self, intent_id: str) -> Intent | None:
        """The objection with this id."""
        return next((intent for intent in self.intents if intent.id == intent_id), None)


class Utterance(DataModel):
    """One labelled client message; ``intent`` is an id of the library or ``none``."""

    text: Annotated[str, Field(min_length=1, max_length=2000, pattern=r"\S")]
    intent: Id


def load_library(path: Path) -> Library:
    """Read data/objections.yaml; raises DataFileError with every fault and its position."""
    return parse_library(str(path), read_text(path))


def parse_library(name: str, text: str) -> Library:
    """Validate the YAML ``text`` of a library; ``name`` is used in the messages of faults."""
    value, positions = read_yaml(name, text)
    library = validate(name, value, positions, Library)
    if problems := list(_cross_check(name, library, positions)):
        raise DataFileError(problems)
    return library


def _cross_check(
    name: str, library: Library, positions: dict[KeyPath, Position]
) -> Iterator[DataProblem]:
    def problem(path: KeyPath, reason: str) -> DataProblem:
        return DataProblem(name, *locate(positions, path), reason)

    intents: set[str] = {NONE}
    answers: set[str] = set()
    lines: dict[str, str] = {}
    for at, intent in enumerate(library.intents):
        here: KeyPath = ("intents", at)
        if intent.id in intents:
            yield problem((*here, "id"), f"异议“{intent.id}”重复了，请换一个 id")
        intents.add(intent.id)
        for key, position, line in _lines(intent):
            if line in lines:
                reason = f"“{line}”已写在“{lines[line]}”里，请只留一处"
                yield problem((*here, key, position), reason)
            lines[line] = intent.id
        for position, answer in enumerate(intent.answers):
            place = (*here, "answers", position, "id")
            if not answer.id.startswith(f"{intent.id}."):
                yield problem(place, f"回答的 id 应以“{intent.id}.”开头")
            if answer.id in answers:
                yield problem(place, f"回答“{answer.id}”重复了，请换一个 id")
            answers.add(answer.id)


def _lines(intent: Intent) -> Iterator[tuple[str, int, str]]:
    for key, lines in (("phrasings", intent.phrasings), ("examples", intent.examples)):
        for position, line in enumerate(lines):
            yield key, position, line


def load_utterances(path: Path, library: Library) -> list[Utterance]:
    """Read labelled messages (JSON Lines) whose intents ``library`` knows, or ``none``."""
    return parse_utterances(str(path), read_text(path), library)


def parse_utterances(name: str, text: str, library: Library) -> list[Utterance]:
    """Validate JSON Lines of labelled messages; every fault is reported with its line."""
    known = {NONE, *(intent.id for intent in library.intents)}
    utterances: list[Utterance] = []
    seen: dict[str, int] = {}
    problems: list[DataProblem] = []
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        try:
            utterance = validate(name, _read_json(name, number, line), {}, Utterance)
        except DataFileError as error:
            problems += [DataProblem(name, number, p.column, p.reason) for p in error.problems]
            continue
        if utterance.intent not in known:
            problems.append(DataProblem(name, number, 1, f"不认识的异议“{utterance.intent}”"))
        if utterance.text in seen:
            reason = f"与第 {seen[utterance.text]} 行重复了，请只留一行"
            problems.append(DataProblem(name, number, 1, reason))
        seen[utterance.text] = number
        utterances.append(utterance)
    if problems:
        raise DataFileError(problems)
    return utterances


def _read_json(name: str, number: int, line: str) -> Any:
    try:
        return json.loads(line)
    except json.JSONDecodeError as error:
        reason = f"JSON 写法有误：{error.msg}"
        raise DataFileError([DataProblem(name, number, error.colno, reason)]) from None
    except RecursionError:
        raise DataFileError([DataProblem(name, number, 1, "JSON 嵌套太深")]) from None
