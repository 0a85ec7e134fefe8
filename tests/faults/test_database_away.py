"""The database goes away in the middle: nothing is lost and nothing happens twice."""

from __future__ import annotations

import contextlib
from datetime import timedelta
from pathlib import Path

import pytest

from bot.domain.draft import message
from bot.store import outbox
from bot.store.engine import DATABASE_AWAY
from tests.faults.small_office import Edge, edge, eventually, lawful, to_client
from tests.office import LI, LIN, WANG, greet

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_cut_connections_lose_no_update_and_repeat_none(running: Edge) -> None:
    asked = [f"请问第{n}件小事" for n in range(24)]
    for at, words in enumerate(asked):
        await running.phone.post("say", person=(WANG, LI)[at % 2], text=words)
        if at % 4 == 3:
            await running.cut()

    async def all_told() -> bool:
        return len(await running.statuses("件小事")) >= len(asked)

    await eventually(all_told, "all told", within=20)
    await running.quiet()
    for words in asked:
        assert await running.statuses(words) == ["sent"], words
    failed = await running.rows("SELECT update_id FROM inbox WHERE error_id IS NOT NULL")
    assert failed == []


async def test_cut_connections_send_no_client_message_twice_and_lose_none(running: Edge) -> None:
    texts = [lawful(10_000 + n) for n in range(20)]
    await running.fault("slow", method="sendMessage", seconds=0.01, times=40)
    await running.queue(*(to_client((WANG, LI)[n % 2], words) for n, words in enumerate(texts)))
    for done in (3, 8, 13):

        async def enough(done: int = done) -> bool:
            return len(await running.calls("的第10")) >= done

        await eventually(enough)
        await running.cut()
    await running.quiet()
    for n, words in enumerate(texts):
        (status,) = await running.statuses(words)
        heard = await running.heard((WANG, LI)[n % 2], words)
        assert heard == 1 if status == "sent" else status == "uncertain", (words, status, heard)


async def take_care(office: Edge) -> None:
    """Let the postman look after its things, once the pool has dropped its dead connections."""
    for _ in range(20):
        with contextlib.suppress(*DATABASE_AWAY):
            await office.app.postman.care()
            return


async def test_a_process_whose_lock_was_cut_takes_it_again(running: Edge) -> None:
    held = (
        "SELECT count(*) AS n FROM pg_locks WHERE locktype = 'advisory' AND granted "
        "AND classid = :space AND objid = :me "
        "AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
    )
    values = {"space": outbox.INSTANCE_LOCK_SPACE, "me": running.app.postman.instance}
    await take_care(running)
    assert (await running.rows(held, **values))[0].n == 1
    await running.cut()
    assert (await running.rows(held, **values))[0].n == 0
    await take_care(running)
    assert (await running.rows(held, **values))[0].n == 1


async def test_rows_that_fell_out_of_everybodys_hands_are_found_again(
    running: Edge, number: int
) -> None:
    """A claim whose commit arrived though its answer did not: nobody holds these rows."""
    postman = running.app.postman
    later = running.clock.now().replace(year=2027)
    drafts = [
        to_client(WANG, lawful(number), not_before=later),
        message(LIN, lawful(number + 5000), not_before=later),
        to_client(LI, lawful(number + 9000), not_before=later),
    ]
    await running.queue(*drafts)
    mine = "UPDATE outbox SET status = :status, claimed_by = :me WHERE not_before = :at"
    await running.rows(f"{mine} RETURNING 1", status="claimed", me=postman.instance, at=later)
    sending = f"{mine} AND chat_id = :chat RETURNING 1"
    await running.rows(sending, status="sending", me=postman.instance, at=later, chat=LI)
    await postman.care()
    assert await running.statuses(lawful(number)) == ["claimed"], "once seen may be on its way"
    await postman.care()
    await running.becomes(lawful(number), "sent")
    await running.becomes(lawful(number + 5000), "sent")
    assert (await running.statuses(lawful(number + 9000)))[0] == "uncertain"
    assert await running.heard(LI, lawful(number + 9000)) == 0


async def test_rows_of_a_process_that_died_are_taken_by_one_that_lives(
    running: Edge, number: int
) -> None:
    later = running.clock.now().replace(year=2027)
    await running.queue(to_client(WANG, lawful(number), not_before=later))
    orphan = (
        "UPDATE outbox SET status = 'claimed', claimed_by = 77, not_before = created_at "
        "WHERE not_before = :at RETURNING 1"
    )
    assert len(await running.rows(orphan, at=later)) == 1
    await running.app.postman.care()
    running.app.postman.wake()
    await running.becomes(lawful(number), "sent")


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
