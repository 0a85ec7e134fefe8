"""The daily drill is announced once, at the person's own hour."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import text

from bot.clock import FrozenClock
from bot.domain.people import Role
from bot.practice import service
from bot.store import people, practice
from bot.store.engine import Store


async def test_the_drill_is_announced_once_a_day_at_the_local_hour(
    store: Store, clock: FrozenClock
) -> None:
    async with store.begin() as tx:
        agent = await people.add(tx, 5001, "林晓梅", Role.AGENT)
        await practice.set_habit(tx, agent.id, hour=20)
    queued = []
    for hour in (11, 12, 12, 13, 15):  # 20:00 in Shanghai is 12:00 UTC
        clock.at = datetime(2026, 5, 4, hour, 5, tzinfo=UTC)
        async with store.begin() as tx:
            await service.remind(tx)
            found = await tx.connection.execute(text("SELECT count(*) FROM outbox"))
            queued.append(found.scalar_one())
    assert queued == [0, 1, 1, 1, 1]
