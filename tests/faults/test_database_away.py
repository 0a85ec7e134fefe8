"""The database goes away in the middle: nothing is lost and nothing happens twice."""

from __future__ import annotations

import contextlib
from datetime import timedelta
from pathlib import Path

import pytest

from bot.outbox.draft import message
from bot.store import outbox
from bot.store.engine import DATABASE_AWAY
from tests.faults.small_office import Edge, edge, eventually, lawful, to_client
from tests.office import LI, LIN, WANG, greet

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_cut_connections_lose_no_update_and_repeat_none(alone: Edge) -> None:
    asked = [f"请问第{n}件小事" for n in range(24)]
    for at, words in enumerate(asked):
        await alone.phone.post("say", person=(WANG, LI)[at % 2], text=words)
        if at % 4 == 3:
            await alone.cut()

    async def all_told() -> bool:
        return len(await alone.statuses("件小事")) >= len(asked)

    await eventually(all_told, "all told", within=20)
    await alone.quiet()
    for words in asked:
        assert await alone.statuses(words) == ["sent"], words
    failed = await alone.rows("SELECT update_id FROM inbox WHERE error_id IS NOT NULL")
    assert failed == []


async def test_cut_connections_send_no_client_message_twice_and_lose_none(alone: Edge) -> None:
    texts = [lawful(1000 + n) for n in range(20)]
    await alone.fault("slow", method="sendMessage", seconds=0.01, times=1000)
    await alone.queue(*(to_client((WANG, LI)[n % 2], words) for n, words in enumerate(texts)))
    for done in (3, 8, 13):

        async def enough(done: int = done) -> bool:
            return len(await alone.calls("保单已经寄出")) >= done

        await eventually(enough)
        await alone.cut()
    await alone.quiet()
    for n, words in enumerate(texts):
        (status,) = await alone.statuses(words)
        heard = await alone.heard((WANG, LI)[n % 2], words)
        assert heard == 1 if status == "sent" else status == "uncertain", (words, status, heard)


async def test_a_process_whose_lock_was_cut_takes_it_again(alone: Edge) -> None:
    held = (
        "SELECT count(*) AS n FROM pg_locks WHERE locktype = 'advisory' AND granted "
        "AND classid = :space AND objid = :me "
        "AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
    )
    values = {"space": outbox.INSTANCE_LOCK_SPACE, "me": alone.app.postman.instance}
    assert (await alone.rows(held, **values))[0].n == 1
    await alone.cut()
    assert (await alone.rows(held, **values))[0].n == 0
    for _ in range(20):
        with contextlib.suppress(*DATABASE_AWAY):  # each pooled connection finds out for itself
            await alone.app.postman.care()
            break
    assert (await alone.rows(held, **values))[0].n == 1


async def test_rows_that_fell_out_of_everybodys_hands_are_found_again(alone: Edge) -> None:
    """A claim whose commit arrived though its answer did not: nobody holds these rows."""
    postman = alone.app.postman
    later = alone.clock.now().replace(year=2027)
    drafts = [
        to_client(WANG, lawful(1), not_before=later),
        message(LIN, lawful(2), not_before=later),
        to_client(LI, lawful(3), not_before=later),
    ]
    await alone.queue(*drafts)
    mine = "UPDATE outbox SET status = :status, claimed_by = :me WHERE not_before = :at"
    await alone.rows(f"{mine} RETURNING 1", status="claimed", me=postman.instance, at=later)
    sending = f"{mine} AND chat_id = :chat RETURNING 1"
    await alone.rows(sending, status="sending", me=postman.instance, at=later, chat=LI)
    await postman.care()
    assert await alone.statuses(lawful(1)) == ["claimed"], "once seen may be on its way"
    await postman.care()
    await alone.becomes(lawful(1), "sent")
    await alone.becomes(lawful(2), "sent")
    assert (await alone.statuses(lawful(3)))[0] == "uncertain"
    assert await alone.heard(LI, lawful(3)) == 0


async def test_rows_of_a_process_that_died_are_taken_by_one_that_lives(alone: Edge) -> None:
    later = alone.clock.now().replace(year=2027)
    await alone.queue(to_client(WANG, lawful(1), not_before=later))
    orphan = (
        "UPDATE outbox SET status = 'claimed', claimed_by = 77, not_before = created_at "
        "WHERE not_before = :at RETURNING 1"
    )
    assert len(await alone.rows(orphan, at=later)) == 1
    await alone.app.postman.care()
    alone.app.postman.wake()
    await alone.becomes(lawful(1), "sent")


async def test_a_restart_in_the_middle_handles_each_update_once(
    database_url: str, tmp_path: Path
) -> None:
    asked = [f"请问第{n}件大事" for n in range(24)]
    async with edge(database_url, tmp_path) as first:
        await greet(first.phone, LIN, WANG, LI)
        await first.fault("slow", method="sendMessage", seconds=0.02, times=1000)
        for at, words in enumerate(asked):
            await first.phone.post("say", person=(WANG, LI)[at % 2], text=words)
    async with edge(database_url, tmp_path) as second:
        second.clock.offset += timedelta(minutes=1)

        async def all_sent() -> bool:
            return await second.statuses("件大事") == ["sent"] * len(asked)

        await eventually(all_sent)
        await second.quiet()
        for words in asked:
            assert await second.statuses(words) == ["sent"]
            assert await second.heard(LIN, words) >= 1
