"""The product's own rulebook, and a model of a part of its examples."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot import settings
from bot.compliance import training
from bot.compliance.model import Model
from bot.compliance.schema import Book, load_book
from bot.compliance.verdict import Checker

DATA = settings.ROOT / "data"
EVERY = 8


@pytest.fixture(scope="session")
def book() -> Book:
    return load_book(DATA / "banned_phrases.yaml", DATA / "lexicon.yaml")


@pytest.fixture(scope="session")
def rules_alone(book: Book) -> Checker:
    """The rules without the learned layer."""
    return Checker(book, None, "rules")


@pytest.fixture(scope="session")
def examples() -> list[training.Example]:
    return training.read_examples(training.example_files(DATA / "examples"))


@pytest.fixture(scope="session")
def model(rules_alone: Checker, examples: list[training.Example]) -> Model:
    """Trained on every eighth example; its threshold is 0."""
    return training.fit(training.featured(examples[::EVERY], rules_alone.rules))


@pytest.fixture(scope="session")
def checker(book: Book, model: Model) -> Checker:
    return Checker(book, model, "rules and a small model")


@pytest.fixture
def book_files(tmp_path: Path) -> Path:
    """A folder with a copy of both files, to be spoilt."""
    for name in ("banned_phrases.yaml", "lexicon.yaml"):
        (tmp_path / name).write_text((DATA / name).read_text(encoding="utf-8"), encoding="utf-8")
    return tmp_path
