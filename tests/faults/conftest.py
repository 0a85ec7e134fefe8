"""Offices for tests of what goes wrong: one for a whole file, or one for a test alone."""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from tests.faults.small_office import Edge, edge, fresh_database
from tests.office import HE, LI, LIN, WANG, greet

_numbers = itertools.count(100)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def running(
    postgres: str, template_database: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Edge]:
    """An office for the file, in which an agent, an officer and two clients have come in."""
    folder = tmp_path_factory.mktemp("office")
    with fresh_database(postgres, template_database) as url:
        async with edge(url, folder) as made:
            await greet(made.phone, LIN, HE, WANG, LI)
            yield made


@pytest_asyncio.fixture(loop_scope="module")
async def alone(database_url: str, tmp_path: Path) -> AsyncIterator[Edge]:
    """The same for one test, which may change its rules or break it."""
    async with edge(database_url, tmp_path) as made:
        await greet(made.phone, LIN, HE, WANG, LI)
        yield made


@pytest.fixture
def number() -> int:
    """A number that makes the words of a test its own."""
    return next(_numbers)
