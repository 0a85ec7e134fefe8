"""The review queue: looked at again when let through, taken back on opting out, never nagging."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert

from bot.clock import FrozenClock
from bot.compliance import review
from bot.compliance.verdict import Finding, Verdict
from bot.domain.draft import Audience, message
from bot.domain.people import Client, Person, Role
from bot.errors import UserError
from bot.outbox import queueing
from bot.store import archive, book, outbox, people, reviews, touches
from bot.store.engine import Store, Tx
from tests.office import HE, LI, LIN, greet, office

WORDS = "王姐，这份年金像存款一样稳，您考虑一下"
MODEL = Finding(
    rule="model",
    category="deposit_confusion",
    action="warn",
    start=0,
    end=len(WORDS),
    matched=WORDS,
    reason="整句的意思像“与存款或理财混淆”（把握 71%），请人看一眼",
    basis="",
    suggestion="",
    probability=0.71,
    fragments=((7, 13),),
)


@dataclass
class Office:
    agent: Person
    officers: list[Person]
    client: Client
    chat_id: int = 4


async def small_office(tx: Tx, officers: int = 1) -> Office:
    agent = await people.add(tx, 1, "林晓梅", Role.AGENT)
    await people.add(tx, 4, "王芳", Role.CLIENT)
    found = [
        await people.add(tx, 10 + number, f"专员{number}", Role.OFFICER)
        for number in range(officers)
    ]
    return Office(agent, found, await book.add_client(tx, agent.id, "王芳"))


async def touch(tx: Tx, agent_id: int, client_id: int, nature: str, hours: int = 24) -> int:
    """A reminder that is worth sending for some hours from now."""
    values = {
        "dedupe_key": f"{nature}:{client_id}:{hours}:{tx.now}",
        "cadence": "birthday",
        "step": "day",
        "audience": "client",
        "nature": nature,
        "due_on": tx.now.date(),
        "due_at": tx.now,
        "expires_at": tx.now + timedelta(hours=hours),
        "event": "birthday",
        "event_on": tx.now.date(),
        "subject": f"client:{client_id}",
        "agent_id": agent_id,
        "client_id": client_id,
        "status": "held",
    }
    statement = insert(touches.TOUCH).values(**values).returning(touches.TOUCH.c.id)
    return int((await tx.connection.execute(statement)).scalar_one())


async def held(
    tx: Tx, made: Office, touch_id: int | None = None, *, written: bool = True, ok: bool = False
) -> int:
    """A message to the client, held for an officer unless it is ``ok``; its row."""
    draft = message(
        made.chat_id,
        WORDS,
        audience=Audience.CLIENT,
        author_id=made.agent.id if written else None,
        client_id=made.client.id,
        touch_id=touch_id,
    )
    verdict = Verdict("pass" if ok else "warn", () if ok else (MODEL,), "v1")
    row_id = await queueing.queue_judged(tx, draft, verdict, WORDS)
    assert row_id is not None
    return row_id


async def status_of(tx: Tx, row_id: int) -> str:
    row = await outbox.get(tx, row_id)
    assert row is not None
    return row.status


async def told(tx: Tx, person: Person) -> list[str]:
    """What waits to be told to somebody, oldest first."""
    query = outbox.OUTBOX.select().where(outbox.OUTBOX.c.chat_id == person.chat_id)
    rows = await tx.connection.execute(query.order_by(outbox.OUTBOX.c.id))
    return [row.params["text"] for row in rows]


async def only_review(tx: Tx) -> int:
    found = await reviews.waiting(tx)
    assert len(found) == 1
    return found[0].id or 0


async def decide(tx: Tx, made: Office, **given: Any) -> review.Decided:
    review_id = await only_review(tx)
    values = {"decision": review.LET_THROUGH, "learn": False, **given}
    return await review.decide(tx, made.officers[0], review_id, **values)


async def test_a_reminder_let_through_in_time_is_queued(store: Store) -> None:
    async with store.begin() as tx:
        made = await small_office(tx)
        row_id = await held(tx, made, await touch(tx, made.agent.id, made.client.id, "service"))
        assert (await decide(tx, made)).unsent is None
        assert await status_of(tx, row_id) == "queued"


async def test_a_reminder_let_through_after_its_time_is_cancelled(
    store: Store, clock: FrozenClock
) -> None:
    async with store.begin() as tx:
        made = await small_office(tx)
        touch_id = await touch(tx, made.agent.id, made.client.id, "service", hours=5)
        row_id = await held(tx, made, touch_id)
    clock.advance(timedelta(hours=5))
    async with store.begin() as tx:
        assert (await decide(tx, made)).unsent == "expired"
        assert await status_of(tx, row_id) == "cancelled"
        found = await touches.get(tx, touch_id)
        assert found is not None
        assert (found.status, found.reason) == ("skipped", "expired")
        text = (await told(tx, made.agent))[-1]
        assert "放行了，但给王芳的消息没有发出（提醒已过时效）" in text
        rows = await tx.connection.execute(archive.ARCHIVE.select().order_by(archive.ARCHIVE.c.id))
        assert [row.event for row in rows] == ["judged", "let_through", "cancelled"]


@pytest.mark.parametrize(("nature", "unsent"), [("marketing", "opted_out"), ("service", None)])
async def test_who_opted_out_since_gets_no_marketing_but_every_notice(
    store: Store, nature: str, unsent: str | None
) -> None:
    async with store.begin() as tx:
        made = await small_office(tx)
        row_id = await held(tx, made, await touch(tx, made.agent.id, made.client.id, nature))
        await book.change_client(tx, made.client.id, marketing_ok=False)
        assert (await decide(tx, made)).unsent == unsent
        assert await status_of(tx, row_id) == ("cancelled" if unsent else "queued")


async def test_a_stopped_message_is_cancelled_and_its_author_told_for_whom(store: Store) -> None:
    async with store.begin() as tx:
        made = await small_office(tx)
        row_id = await held(tx, made)
        await decide(tx, made, decision=review.STOP)
        assert await status_of(tx, row_id) == "cancelled"
        assert "没有放行，给王芳的消息没有发出" in (await told(tx, made.agent))[-1]


async def test_marketing_that_has_not_left_is_taken_back_and_nothing_else(store: Store) -> None:
    async with store.begin() as tx:
        made = await small_office(tx)
        agent, client = made.agent.id, made.client.id
        waiting = await held(tx, made, await touch(tx, agent, client, "marketing"), written=False)
        review_id = await only_review(tx)
        offer = await touch(tx, agent, client, "marketing", hours=48)
        queued = await held(tx, made, offer, ok=True)
        notice = await held(tx, made, await touch(tx, agent, client, "service"), ok=True)
        own_words = await held(tx, made, ok=True)
        await review.cancel_marketing(tx, client)
        rows = (waiting, queued, notice, own_words)
        assert [await status_of(tx, row) for row in rows] == [
            "cancelled",
            "cancelled",
            "queued",
            "queued",
        ]
        found = await touches.get(tx, offer)
        assert found is not None
        assert (found.status, found.reason) == ("skipped", "opted_out")
        assert await reviews.count_waiting(tx) == 0
        with pytest.raises(UserError, match="客户已退订"):
            await review.decide(tx, made.officers[0], review_id, review.LET_THROUGH, learn=False)


async def test_opting_out_takes_back_what_waits(
    database_url: str, clock: FrozenClock, tmp_path: Path
) -> None:
    async with office(database_url, clock, tmp_path) as (app, phone):
        await greet(phone, LIN, HE, LI)
        async with app.store.begin() as tx:
            agent, person = await people.by_chat(tx, LIN), await people.by_chat(tx, LI)
            assert agent is not None
            assert person is not None
            client = (await book.clients_of_person(tx, person.id))[0]
            made = Office(agent, [], client, LI)
            row_id = await held(tx, made, await touch(tx, agent.id, client.id, "marketing"))
        await phone.say(LI, "退订")
        await phone.expect(LI, "已退订")
        async with app.store.begin() as tx:
            assert await status_of(tx, row_id) == "cancelled"
            assert await reviews.count_waiting(tx) == 0


async def test_a_card_names_the_client_and_shows_what_weighed(store: Store) -> None:
    async with store.begin() as tx:
        made = await small_office(tx)
        await held(tx, made)
        (text,) = await told(tx, made.officers[0])
        assert "林晓梅 → 王芳" in text
        assert "与存款或理财混淆" in text
        assert f"（“{WORDS[7:13]}”）" in text
        assert text.count(WORDS) == 1
        assert "model" not in text


async def test_a_card_of_a_rule_names_the_words_and_the_rule(store: Store) -> None:
    finding = {"rule": "dc-same", "matched": "像存款一样", "reason": "保险不是存款"}
    assert review._shown(WORDS, finding) == "· 保险不是存款（“像存款一样”，dc-same）"


@pytest.mark.parametrize("officers", [1, 2])
async def test_an_overdue_message_goes_round_and_nobody_gets_the_same_card_twice(
    store: Store, clock: FrozenClock, officers: int
) -> None:
    async with store.begin() as tx:
        made = await small_office(tx, officers)
        await held(tx, made)
    handed = []
    for _ in range(4):
        clock.advance(timedelta(minutes=31))
        async with store.begin() as tx:
            handed.append(await review.pass_on_overdue(tx, 30))
            assert await review.pass_on_overdue(tx, 30) == 0
    assert handed == [officers - 1] * 4
    async with store.begin() as tx:
        assert [len(await told(tx, officer)) for officer in made.officers] == [1] * officers
