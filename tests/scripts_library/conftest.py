"""The shipped library and a matcher learned from it, built once."""

from pathlib import Path

import pytest

from bot.compliance.source import load_checker
from bot.compliance.verdict import Checker
from bot.scripts_library.match import Matcher
from bot.scripts_library.schema import Library, Utterance, load_library, load_utterances

ROOT = Path(__file__).parents[2]
DATA = ROOT / "data"


@pytest.fixture(scope="session")
def library() -> Library:
    return load_library(DATA / "objections.yaml")


@pytest.fixture(scope="session")
def utterances(library: Library) -> list[Utterance]:
    return load_utterances(DATA / "utterances.jsonl", library)


@pytest.fixture(scope="session")
def matcher(library: Library, utterances: list[Utterance]) -> Matcher:
    return Matcher.build(library, utterances)


@pytest.fixture(scope="session")
def trained_checker() -> Checker:
    """The rules and the learned layer as the product uses them."""
    return load_checker(DATA, ROOT / "var" / "tests")
