"""The shipped library and a matcher learned from it, built once."""

from pathlib import Path

import pytest

from bot.scripts_library.match import Matcher
from bot.scripts_library.schema import Library, Utterance, load_library, load_utterances

DATA = Path(__file__).parents[2] / "data"


@pytest.fixture(scope="session")
def library() -> Library:
    return load_library(DATA / "objections.yaml")


@pytest.fixture(scope="session")
def utterances(library: Library) -> list[Utterance]:
    return load_utterances(DATA / "utterances.jsonl", library)


@pytest.fixture(scope="session")
def matcher(library: Library, utterances: list[Utterance]) -> Matcher:
    return Matcher.build(library, utterances)
