"""Imports a large CSV into one agent's book: checked whole first, then kept part by part."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from bot.clients.entries import LineProblem
from bot.clients.importing import check_rows
from bot.clients.parts import parts
from bot.clients.service import import_book
from bot.clients.wording import ImportRefused, ImportReport
from bot.domain.people import Person
from bot.store.engine import Store

MOST_FAULTS = 1000


@dataclass(frozen=True, slots=True)
class Progress:
    """How far an import is: rows kept so far, and what it did to the book."""

    rows: int
    report: ImportReport


def faults(path: Path, today: date) -> Iterator[LineProblem | int]:
    """Every fault of the file in line order, and after each part the number of rows read so far.

    Lines of one client that stand in different parts are not held against each other here; the
    book does that when they are kept.
    """
    rows = 0
    for sheet in parts(path):
        found = check_rows(sheet, today)
        if isinstance(found, list):
            yield from found
        rows += len(sheet.rows)
        yield rows


async def import_file(
    store: Store, agent: Person, path: Path, today: date
) -> AsyncIterator[Progress]:
    """Keep a checked file, each part in its own transaction; gives the progress after each.

    Broken off, it is run again: what was kept stays as it is and counts as unchanged. Raises
    ImportRefused when a part clashes with the book; the parts before it are kept.
    """
    total = ImportReport()
    rows = 0
    for sheet in parts(path):
        plan = check_rows(sheet, today)
        if isinstance(plan, list):  # the file was changed since it was checked
            raise ImportRefused(plan)
        async with store.begin() as tx:
            report = await import_book(tx, agent, plan)
        rows += len(sheet.rows)
        total = total.counted(report)
        yield Progress(rows, total)
