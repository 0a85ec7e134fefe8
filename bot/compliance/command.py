"""The command ``shouyue check``: lines in, verdicts out."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from typing import Any

from bot.compliance.verdict import Checker, Finding, Verdict

# What an undecodable byte becomes when a file is read with ``surrogateescape``.
_NOT_UTF8 = re.compile("[\udc80-\udcff]")


class _BadLine(ValueError):
    """A line that holds no message: its id as far as it has one, and why."""

    def __init__(self, identifier: str | int, reason: str) -> None:
        self.identifier = identifier
        super().__init__(reason)


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
        try:
            identifier, text = _message(line, number)
        except _BadLine as error:
            yield {"id": error.identifier, "error": str(error)}, False
            continue
        yield shown(identifier, checker.check(text)), True


def _message(line: str, number: int) -> tuple[str | int, str]:
    if _NOT_UTF8.search(line):
        raise _BadLine(number, "这一行不是 UTF-8 文字")
    if not line.lstrip().startswith("{"):
        return number, line
    try:
        value = json.loads(line)
    except (ValueError, RecursionError):
        raise _BadLine(number, "这一行不是合格的 JSON") from None
    identifier = value.get("id", number)
    if isinstance(identifier, bool) or not isinstance(identifier, str | int):
        raise _BadLine(number, "id 应为文字或整数")
    if not isinstance(value.get("text"), str):
        raise _BadLine(identifier, "缺少文字字段 text")
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
