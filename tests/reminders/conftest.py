"""What the tests of reminders share: the shipped cadences."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.reminders.loading import load_cadences
from bot.reminders.schema import Cadences

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def cadences() -> Cadences:
    return load_cadences(ROOT / "data" / "cadences.yaml")


@pytest.fixture(scope="session")
def sample_book() -> Path:
    return ROOT / "data" / "samples" / "book.yaml"
