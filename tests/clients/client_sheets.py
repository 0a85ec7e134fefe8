"""Small sheets to test with."""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import date

import openpyxl

from bot.clients.entries import ImportPlan, LineProblem
from bot.clients.importing import check_rows
from bot.clients.sheet import read_sheet

TODAY = date(2026, 5, 4)


def csv_of(*lines: str, encoding: str = "utf-8") -> bytes:
    return "\n".join(lines).encode(encoding)


def xlsx_of(rows: Sequence[Sequence[object]]) -> bytes:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(list(row))
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


def check(*lines: str) -> ImportPlan | list[LineProblem]:
    return check_rows(read_sheet("a.csv", csv_of(*lines)), TODAY)


def plan_of(*lines: str) -> ImportPlan:
    plan = check(*lines)
    assert isinstance(plan, ImportPlan), plan
    return plan


def faults_of(*lines: str) -> list[tuple[int, str]]:
    problems = check(*lines)
    assert isinstance(problems, list), problems
    return [(problem.line, problem.column) for problem in problems]
