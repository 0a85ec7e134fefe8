"""Agents with a book to import into."""

from __future__ import annotations

import pytest

from bot.domain.people import Person, Role
from bot.store import people
from bot.store.engine import Store


@pytest.fixture
async def agent(store: Store) -> Person:
    async with store.begin() as tx:
        return await people.add(tx, 1001, "林样例", Role.AGENT)
