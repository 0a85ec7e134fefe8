"""The commands ``shouyue check`` and ``shouyue train``: lines in, verdicts or a model out."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from bot.compliance import evaluate
from bot.compliance.model import Model
from bot.compliance.schema import parse_book
from bot.compliance.training import (
    calibrate,
    cross_validate,
    digest_of,
    example_files,
    featured,
    fit,
    read_examples,
)
from bot.compliance.verdict import Checker, Finding, Verdict, version_of
from bot.datafile import read_text

RULES_FILE = "banned_phrases.yaml"
LEXICON_FILE = "lexicon.yaml"


class _BadLine(ValueError):
    """A line that holds no message; the text says why."""


def check_lines(lines: Iterable[str], checker: Checker) -> Iterator[tuple[dict[str, Any], bool]]:
    """Judge one message a line: plain text, or JSON ``{"id": …, "text": …}``.

    Yields, in order, the object to print and whether the line could be read. A plain line has its
    number, from 1, as id; empty lines are skipped. The command ends with status 1 when any line
    could not be read; all others are judged all the same.
    """
    for number, line in enumerate(lines, 1):
        line = line.rstrip("\r\n")
        if not line.strip():
            continue
        identifier: str | int = number
        try:
            identifier, text = _message(line, number)
        except _BadLine as error:
            yield {"id": identifier, "error": str(error)}, False
            continue
        yield shown(identifier, checker.check(text)), True


def _message(line: str, number: int) -> tuple[str | int, str]:
    if not line.lstrip().startswith("{"):
        return number, line
    try:
        value = json.loads(line)
    except (ValueError, RecursionError):
        raise _BadLine("这一行不是合格的 JSON") from None
    if not isinstance(value, dict) or not isinstance(value.get("text"), str):
        raise _BadLine("缺少文字字段 text")
    identifier = value.get("id", number)
    if isinstance(identifier, bool) or not isinstance(identifier, str | int):
        raise _BadLine("id 应为文字或整数")
    return identifier, value["text"]


def shown(identifier: str | int, verdict: Verdict) -> dict[str, Any]:
    """A verdict as the command prints it."""
    return {
        "id": identifier,
        "decision": verdict.decision,
        "findings": [_shown_finding(finding) for finding in verdict.findings],
    }


def _shown_finding(finding: Finding) -> dict[str, Any]:
    return {
        "rule": finding.rule,
        "category": finding.category,
        "action": finding.action,
        "start": finding.start,
        "end": finding.end,
        "matched": finding.matched,
        "reason": finding.reason,
        "basis": finding.basis,
        "suggestion": finding.suggestion,
    }


def train(
    examples_dir: Path, out_path: Path, data_dir: Path | None = None, *, curve: bool = False
) -> str:
    """Train on ``examples_dir``, keep the model at ``out_path``, and report in words.

    ``data_dir`` holds the rulebook and the lexicon; it is the folder above the examples unless
    given. ``curve`` adds a learning curve (slower). Raises DataFileError for a faulty file.
    """
    rules, words = _texts(data_dir or examples_dir.parent)
    files = example_files(examples_dir)
    checker = Checker(parse_book(rules, words), None, "")
    texts = featured(read_examples(files), checker.rules)
    judged = cross_validate(texts)
    model = calibrate(fit(texts), judged, digest_of(files, words[1]))
    model.save(out_path)
    report = [evaluate.cross_validation(judged, model)]
    if curve:
        report.append(evaluate.learning_curve(texts, model.threshold))
    holdout = sorted((examples_dir / "holdout").glob("*.jsonl"))
    if holdout:
        trained = Checker(checker.book, model, version_of(rules[1], words[1], model))
        report.append(evaluate.measured(trained, read_examples(holdout)))
    return "\n\n".join(report)


def ready(data_dir: Path, model_path: Path) -> Checker:
    """The checker in force at start: the kept model when it is of these examples, else a new one.

    Raises DataFileError for a faulty file.
    """
    rules, words = _texts(data_dir)
    files = example_files(data_dir / "examples")
    kept = Model.load(model_path)
    if kept is None or kept.digest != digest_of(files, words[1]):
        train(data_dir / "examples", model_path, data_dir)
        kept = Model.load(model_path)
    return Checker(parse_book(rules, words), kept, version_of(rules[1], words[1], kept))


def _texts(data_dir: Path) -> tuple[tuple[str, str], tuple[str, str]]:
    rules, words = data_dir / RULES_FILE, data_dir / LEXICON_FILE
    return (str(rules), read_text(rules)), (str(words), read_text(words))
