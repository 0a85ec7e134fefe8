"""The archive: append-only, chained, and any change shows."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import text

from bot.store import archive
from bot.store.engine import Store


async def fill(store: Store, count: int = 5) -> None:
    for number in range(count):
        async with store.begin() as tx:
            await archive.append(
                tx, "judged", "client", text=f"第 {number} 条 😀", decision="pass", rulebook="v1"
            )


async def test_an_untouched_archive_is_intact(store: Store) -> None:
    await fill(store)
    async with store.begin() as tx:
        assert await archive.verify(tx) == (5, None)


@pytest.mark.parametrize(
    "tampering",
    [
        "UPDATE archive SET text = '改过' WHERE id = 3",
        "UPDATE archive SET decision = 'block' WHERE id = 3",
        "DELETE FROM archive WHERE id = 3",
        "UPDATE archive SET at = at + interval '1 second' WHERE id = 3",
    ],
)
async def test_any_change_is_found_where_it_was_made(store: Store, tampering: str) -> None:
    await fill(store)
    async with store.begin() as tx:
        await tx.connection.execute(text("ALTER TABLE archive DISABLE TRIGGER ALL"))
        await tx.connection.execute(text(tampering))
        _, wrong = await archive.verify(tx)
        assert wrong in (3, 4)


async def test_the_database_itself_refuses_to_change_or_delete_a_record(store: Store) -> None:
    await fill(store, 1)
    for statement in ("UPDATE archive SET text = ''", "DELETE FROM archive", "TRUNCATE archive"):
        with pytest.raises(Exception, match="append-only"):
            async with store.begin() as tx:
                await tx.connection.execute(text(statement))


async def test_writers_at_the_same_time_make_one_chain(store: Store) -> None:
    await asyncio.gather(*(fill(store, 4) for _ in range(5)))
    async with store.begin() as tx:
        assert await archive.verify(tx) == (20, None)


async def test_a_text_is_exported_with_its_latest_fate(store: Store) -> None:
    await fill(store, 1)
    async with store.begin() as tx:
        await archive.append(tx, "sent", "client", subject_id=1)
        now = tx.now
        rows = [
            row
            async for row in archive.judged(tx, now - timedelta(days=1), now + timedelta(days=1))
        ]
        assert [(row["text"], row["fate"]) for row in rows] == [("第 0 条 😀", "sent")]
