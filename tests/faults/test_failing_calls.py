"""Calls that fail: each outcome has its consequence, and no client gets a text twice."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from telegram.error import TelegramError

from bot.domain.draft import Audience, Draft, edit, message
from bot.gateway import passage
from bot.gateway.door import OfficeBot, classify
from bot.outbox.retry import Outcome
from bot.simulator.server import DEFAULT_TOKEN
from bot.store import people
from tests.faults.small_office import Edge, eventually, lawful, to_client
from tests.office import HE, LI, LIN, WANG, ZHANG

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def row(office: Edge, words: str) -> Any:
    query = "SELECT * FROM outbox WHERE params->>'text' = :words"
    (found,) = await office.rows(query, words=words)
    return found


async def put_off(office: Edge, words: str, reason: str) -> Any:
    """Wait until a row was tried in vain and waits for its next turn."""

    async def check() -> Any:
        found = await row(office, words)
        return found if (found.status, found.reason) == ("queued", reason) else None

    return await eventually(check, f"put off because of {reason}")


async def move_on(office: Edge, seconds: float) -> None:
    office.clock.offset += timedelta(seconds=seconds)
    office.app.postman.wake()


async def test_a_flood_answer_holds_every_chat_and_loses_nothing(
    running: Edge, number: int
) -> None:
    words = lawful(number)
    await running.fault("429", method="sendMessage", chat=WANG, retry_after=1)
    await running.queue(to_client(WANG, words))
    await put_off(running, words, "flood")
    await running.queue(to_client(LI, words + "。"), message(LIN, words + "！"))
    await running.quiet()
    flood, *later = await running.calls(words)
    assert flood["code"] == 429
    assert {call["chat"] for call in later} == {WANG, LI, LIN}
    assert all(call["at"] - flood["at"] >= 0.95 for call in later)
    assert await running.heard(WANG, words) == 1
    assert (await row(running, words)).attempts == 1, "the flood answer is no attempt"


async def test_a_server_error_is_tried_again_and_delivered_once(running: Edge, number: int) -> None:
    words = lawful(number)
    await running.fault("500", method="sendMessage", chat=WANG)
    await running.queue(to_client(WANG, words))
    assert (await put_off(running, words, "server_error")).attempts == 1
    await move_on(running, 3)
    await running.becomes(words, "sent")
    assert [call["code"] for call in await running.calls(words)] == [500, 200]
    assert await running.heard(WANG, words) == 1
    assert (await row(running, words)).attempts == 2


@pytest.mark.parametrize(("fault", "arrived"), [("drop_after_delivery", 1), ("timeout", 0)])
async def test_a_client_message_that_may_have_arrived_is_never_sent_again(
    running: Edge, number: int, fault: str, arrived: int
) -> None:
    words = lawful(number)
    async with running.app.store.begin() as tx:
        agent = await people.by_chat(tx, LIN)
    assert agent is not None
    await running.fault(fault, method="sendMessage", chat=WANG, seconds=0.05)
    await running.queue(to_client(WANG, words, author_id=agent.id))
    await running.becomes(words, "uncertain", "sent")
    assert await running.heard(LIN, words) == 1, "the agent is told to look"
    await move_on(running, 3600)
    await running.queue(to_client(WANG, words + "。"))
    await running.quiet()
    assert await running.statuses(words) == ["uncertain", "sent", "sent"]
    assert await running.heard(WANG, words) == arrived + 1
    fates = await running.rows(
        "SELECT event FROM archive WHERE subject_id = :id",
        id=(await row(running, words)).archive_id,
    )
    assert [fate.event for fate in fates] == ["uncertain"]


async def test_a_reply_to_staff_that_may_have_arrived_is_sent_again(
    running: Edge, number: int
) -> None:
    words = lawful(number)
    await running.fault("drop_after_delivery", method="sendMessage", chat=LIN)
    await running.queue(message(LIN, words))
    await put_off(running, words, "unknown")
    await move_on(running, 3)
    await running.becomes(words, "sent")
    assert await running.heard(LIN, words) == 2


async def test_a_dead_chat_is_marked_and_its_touch_goes_to_the_agent(
    running: Edge, number: int
) -> None:
    """This client never opened the chat, so Telegram answers 403."""
    words = lawful(number)
    query = (
        "SELECT t.id, t.client_id, a.chat_id FROM touch t JOIN client c ON c.id = t.client_id "
        "JOIN person p ON p.id = c.person_id JOIN person a ON a.id = c.agent_id "
        "WHERE p.chat_id = :chat AND t.status = 'planned' LIMIT 1"
    )
    (touch,) = await running.rows(query, chat=ZHANG)
    await running.phone.post("start", person=touch.chat_id)
    draft = to_client(ZHANG, words, client_id=touch.client_id, touch_id=touch.id)
    await running.queue(draft)
    await running.becomes(words, "failed", "sent")
    assert (await row(running, words)).reason == "chat_dead"
    assert await running.heard(touch.chat_id, words) == 1
    (after,) = await running.rows("SELECT status FROM touch WHERE id = :id", id=touch.id)
    assert after.status == "handed_to_agent"
    async with running.app.store.begin() as tx:
        person = await people.by_chat(tx, ZHANG)
    assert person is not None
    assert not person.reachable


async def test_a_client_who_blocks_and_comes_back_is_reachable_again(running: Edge) -> None:
    async def reachable() -> bool:
        async with running.app.store.begin() as tx:
            person = await people.by_chat(tx, LI)
        return person is not None and person.reachable

    async def unreachable() -> bool:
        return not await reachable()

    await running.phone.post("block", person=LI)
    await eventually(unreachable)
    await running.phone.post("unblock", person=LI)
    await eventually(reachable)


async def test_what_telegram_refuses_is_given_up_and_somebody_is_told(
    running: Edge, number: int
) -> None:
    words = lawful(number)
    params = {"chat_id": WANG, "text": words, "reply_parameters": {"message_id": 99_999}}
    await running.queue(Draft(WANG, "sendMessage", params, Audience.CLIENT))
    await running.becomes(words, "failed", "sent")
    assert (await row(running, words)).reason == "refused"
    assert await running.heard(HE, words) == 1
    assert [call["code"] for call in await running.calls(words)] == [400, 200]


async def test_an_edit_that_changes_nothing_counts_as_done(running: Edge, number: int) -> None:
    await running.queue(message(LIN, lawful(number)))
    await running.becomes(lawful(number), "sent")
    sent = (await row(running, lawful(number))).message_id
    await running.queue(edit(LIN, sent, lawful(number)))
    await running.becomes(lawful(number), "sent", "sent")


@contextmanager
def closed_port() -> Iterator[int]:
    """A port on which nobody listens."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        yield held.getsockname()[1]


async def test_a_refused_connection_is_known_not_to_have_arrived() -> None:
    with closed_port() as port:
        bot = OfficeBot(DEFAULT_TOKEN, f"http://127.0.0.1:{port}")
        token = passage.open_for("sendMessage", {"text": "您好"})
        with pytest.raises(TelegramError) as failure:
            await bot.call("sendMessage", {"chat_id": 1, "text": "您好"})
        passage.close(token)
        assert classify(failure.value) == (Outcome.NOT_SENT, 0.0)
        await bot._request[1].shutdown()


async def test_when_telegram_cannot_be_reached_a_message_waits_and_goes_once(
    running: Edge, number: int
) -> None:
    words = lawful(number)
    there = running.app.bot._base_url
    with closed_port() as port:
        running.app.bot._base_url = f"http://127.0.0.1:{port}/bot{DEFAULT_TOKEN}"
        await running.queue(to_client(WANG, words))
        await put_off(running, words, "not_sent")
    running.app.bot._base_url = there
    await move_on(running, 3)
    await running.becomes(words, "sent")
    assert await running.heard(WANG, words) == 1
