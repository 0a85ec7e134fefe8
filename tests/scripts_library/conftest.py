"""The shipped library and a matcher learned from it, built once."""

from pathlib import Path

import pytest

from bot.compliance.source import load_checker
from bot.compliance.verdict import Checker
from bot.scripts_library.match import Matcher
from bot.scripts_library.schema import Library, Utterance, load_library, load_utterances
from bot.text.normalise import compact_of, normalise

ROOT = Path(__file__).parents[2]
DATA = ROOT / "data"


def bare(text: str) -> str:
    """The letters alone, in one script and case: what is left when two lines say the same."""
    return "".join(char for char in compact_of(normalise(text)) if char.isalnum())


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
