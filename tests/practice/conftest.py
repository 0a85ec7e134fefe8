"""The shipped library, personas and judge, built once."""

from __future__ import annotations

import pytest

from bot import settings
from bot.compliance.source import load_checker
from bot.compliance.verdict import Checker
from bot.practice.judge import Judge
from bot.practice.schema import Personas, load_personas
from bot.scripts_library.schema import Library, load_library

DATA = settings.ROOT / "data"


@pytest.fixture(scope="session")
def library() -> Library:
    return load_library(DATA / "objections.yaml")


@pytest.fixture(scope="session")
def personas(library: Library) -> Personas:
    return load_personas(DATA / "personas.yaml", library)


@pytest.fixture(scope="session")
def judge(library: Library) -> Judge:
    return Judge.build(library)


@pytest.fixture(scope="session")
def checker() -> Checker:
    return load_checker(DATA, settings.ROOT / "var" / "tests")
