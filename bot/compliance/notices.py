"""Stop-sale notices of the company on file: the facts that make talk of a stop of sale lawful."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from pydantic import Field

from bot.compliance.checks import Facts, Notice
from bot.datafile import DataModel, load


class NoticeEntry(DataModel):
    """One notice: the product's full name, the day sales stop, and when the company said so."""

    product: str = Field(min_length=1, max_length=60)
    stops_on: date
    published_on: date


class NoticeFile(DataModel):
    """``data/notices.yaml``."""

    notices: list[NoticeEntry]


def load_facts(path: Path) -> Facts:
    """The notices on file; without a file no notice is known."""
    if not path.exists():
        return Facts(notices=())
    entries = load(path, NoticeFile).notices
    return Facts(notices=tuple(Notice(entry.product, entry.stops_on) for entry in entries))
