"""An office for each test of what goes wrong."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.faults.small_office import Edge, edge
from tests.office import HE, LI, LIN, WANG, greet


@pytest.fixture
async def running(database_url: str, tmp_path: Path) -> AsyncIterator[Edge]:
    """The office, in which an agent, an officer and two clients have opened their chats."""
    async with edge(database_url, tmp_path) as made:
        await greet(made.phone, LIN, HE, WANG, LI)
        yield made
