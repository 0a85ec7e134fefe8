"""Due touches on a real database: merged, limited, drafted, handed over; each once, none lost."""

from __future__ import annotations

import asyncio
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, NamedTuple

import pytest
from sqlalchemy import text

from bot import settings
from bot.clock import FrozenClock
from bot.compliance.checks import Facts
from bot.compliance.gate import Gate
from bot.compliance.schema import load_book
from bot.compliance.verdict import Checker
from bot.domain.people import Client, Person, Role
from bot.errors import UserError
from bot.reminders import drafts, planner, sender
from bot.reminders.loading import load_cadences
from bot.store import book, people, reviews, touches
from bot.store.engine import Store

DATA = settings.ROOT / "data"
CADENCES = load_cadences(DATA / "cadences.yaml")
GIVEN = settings.load({})
TODAY = date(2026, 5, 4)
CHAT = 900


class Made(NamedTuple):
    agent: Person
    client: Client
    gate: Gate
    store: Store


@pytest.fixture(scope="session")
def checker() -> Checker:
    return Checker(load_book(DATA / "banned_phrases.yaml", DATA / "lexicon.yaml"), None, "rules")


@pytest.fixture
async def made(store: Store, clock: FrozenClock, checker: Checker) -> Made:
    async with store.begin() as tx:
        agent = await people.add(tx, 1, "林样例", Role.AGENT)
        person = await people.add(tx, CHAT, "王样例", Role.CLIENT)
        client = await book.add_client(tx, agent.id, "王样例", person_id=person.id)
    return Made(agent, client, Gate(checker, Facts(), clock, GIVEN.timezone), store)


async def policy(made: Made, number: str, due_on: date, **given: Any) -> int:
    async with made.store.begin() as tx:
        kept = await book.upsert_policy(
            tx, made.client.id, number, product=f"样例险{number}", company="样例人寿",
            premium=Decimal(860), next_due_on=due_on, **given,
        )  # fmt: skip
    return kept.id


async def born(made: Made, birth_on: date) -> None:
    async with made.store.begin() as tx:
        await book.change_client(tx, made.client.id, birth_on=birth_on)


async def send(made: Made) -> None:
    """What the clockwork does: plan whoever changed, then send what is due."""
    async with made.store.begin() as tx:
        await planner.plan_some(tx, CADENCES, GIVEN)
    while True:
        async with made.store.begin() as tx:
            if not await sender.send_due(tx, CADENCES, GIVEN, made.gate):
                return


async def heard(made: Made, chat_id: int) -> list[str]:
    async with made.store.begin() as tx:
        rows = await tx.connection.execute(
            text("SELECT params->>'text' AS said FROM outbox WHERE chat_id = :chat ORDER BY id"),
            {"chat": chat_id},
        )
        return [row.said for row in rows]


async def fates(made: Made) -> dict[str, tuple[str, str | None]]:
    async with made.store.begin() as tx:
        rows = await tx.connection.execute(
            text("SELECT step, status, reason FROM touch WHERE audience = 'client' ORDER BY id")
        )
        return {row.step: (row.status, row.reason) for row in rows if row.status != "planned"}


async def mode(made: Made, cadence: str, wanted: str) -> None:
    async with made.store.begin() as tx:
        await touches.set_mode(tx, made.agent.id, cadence, wanted)


async def test_two_premiums_of_one_day_are_one_message_that_greets_once(made: Made) -> None:
    await policy(made, "A", TODAY)
    await policy(made, "B", TODAY)
    await send(made)
    (said,) = await heard(made, CHAT)
    assert said.count("王样例您好") == 1
    assert "样例险A" in said
    assert "也是《样例险B》" in said
    async with made.store.begin() as tx:
        rows = await tx.connection.execute(
            text("SELECT id, carrier_id, status FROM touch WHERE step = 'due_day' ORDER BY id")
        )
        first, second = rows
    assert (first.carrier_id, second.carrier_id) == (None, first.id)
    assert {first.status, second.status} == {"queued"}


async def test_a_greeting_of_later_the_day_goes_with_the_notice_and_after_it(
    made: Made, clock: FrozenClock
) -> None:
    clock.at = clock.at.replace(month=9, day=25, hour=1)  # 09:00, Mid-Autumn; greeted at 10:00
    await policy(made, "A", date(2026, 9, 25))
    await send(made)
    (said,) = await heard(made, CHAT)
    assert said.index("应缴日") < said.index("中秋节")
    clock.advance(timedelta(hours=2))
    await send(made)
    assert len(await heard(made, CHAT)) == 1


async def test_a_second_marketing_text_in_a_week_gives_way_and_says_so(
    made: Made, clock: FrozenClock
) -> None:
    await born(made, date(1985, 5, 4))
    await send(made)
    await born(made, date(1985, 5, 9))
    clock.advance(timedelta(days=5))
    await send(made)
    async with made.store.begin() as tx:
        rows = await tx.connection.execute(
            text("SELECT status, reason FROM touch WHERE step = 'greeting' ORDER BY due_at LIMIT 2")
        )
        assert [tuple(row) for row in rows] == [("queued", None), ("skipped", "frequency_cap")]
    assert len(await heard(made, CHAT)) == 1


async def test_the_limit_holds_across_the_ways_that_an_agent_chose(
    made: Made, clock: FrozenClock
) -> None:
    clock.at = clock.at.replace(month=9, day=25, hour=2)  # 10:00, Mid-Autumn
    await mode(made, "birthday", "draft")
    await born(made, date(1985, 9, 25))
    await send(made)
    async with made.store.begin() as tx:
        rows = await tx.connection.execute(
            text(
                "SELECT cadence, status, reason FROM touch WHERE step = 'greeting' AND due_on = :on"
            ),
            {"on": date(2026, 9, 25)},
        )
        assert {row.cadence: (row.status, row.reason) for row in rows} == {
            "birthday": ("draft", None),
            "festival": ("skipped", "frequency_cap"),
        }
    assert await heard(made, CHAT) == []


async def test_a_draft_waits_for_the_agent_and_goes_after_the_tap(made: Made) -> None:
    await mode(made, "birthday", "draft")
    await born(made, date(1985, 5, 4))
    await send(made)
    assert await heard(made, CHAT) == []
    assert any("等您点头" in said and "生日快乐" in said for said in await heard(made, 1))
    async with made.store.begin() as tx:
        (row,) = await touches.drafts_of(tx, made.agent.id, 9)
        rows = await touches.carried_by(tx, row.id)
        sent = await drafts.send(tx, rows, CADENCES, GIVEN, made.gate, made.agent)
    assert (sent.note, sent.refusal) == (None, None)
    assert len(await heard(made, CHAT)) == 1
    assert (await fates(made))["greeting"] == ("queued", None)


async def test_own_words_stand_for_all_that_a_draft_said(made: Made) -> None:
    await mode(made, "renewal", "draft")
    await policy(made, "A", TODAY)
    await policy(made, "B", TODAY)
    async with made.store.begin() as tx:
        await planner.plan_some(tx, CADENCES, GIVEN)
        await tx.connection.execute(
            text("UPDATE touch SET text_override = '先说一句' WHERE step = 'due_day' AND "
                 "policy_id = (SELECT min(id) FROM policy)")
        )  # fmt: skip
    await send(made)
    (told,) = [said for said in await heard(made, 1) if "等您点头" in said]
    async with made.store.begin() as tx:
        (row,) = await touches.drafts_of(tx, made.agent.id, 9)
        rows = await touches.carried_by(tx, row.id)
        shown = await drafts.text_of(tx, rows, CADENCES, GIVEN, made.agent)
        assert shown in told
        assert "先说一句" in shown
        assert "样例险B" in shown
        await drafts.rewrite(tx, rows, "两份都到期了，记得备款。")
        rows = await touches.carried_by(tx, row.id)
        await drafts.send(tx, rows, CADENCES, GIVEN, made.gate, made.agent)
    assert await heard(made, CHAT) == ["两份都到期了，记得备款。"]


async def test_a_draft_confirmed_after_the_client_opted_out_does_not_go(made: Made) -> None:
    await mode(made, "birthday", "draft")
    await born(made, date(1985, 5, 4))
    await send(made)
    async with made.store.begin() as tx:
        await book.change_client(tx, made.client.id, marketing_ok=False)
        (row,) = await touches.drafts_of(tx, made.agent.id, 9)
        rows = await touches.carried_by(tx, row.id)
        sent = await drafts.send(tx, rows, CADENCES, GIVEN, made.gate, made.agent)
    assert sent.refusal is not None
    assert "退订" in sent.refusal
    assert (await fates(made))["greeting"] == ("skipped", "opted_out")
    assert await heard(made, CHAT) == []


async def test_a_draft_can_be_put_off_but_not_past_its_sense(
    made: Made, clock: FrozenClock
) -> None:
    await mode(made, "birthday", "draft")
    await born(made, date(1985, 5, 4))
    await send(made)

    async def later() -> None:
        async with made.store.begin() as tx:
            (row,) = await touches.drafts_of(tx, made.agent.id, 9)
            await drafts.later(tx, await touches.carried_by(tx, row.id), GIVEN)

    await later()
    clock.advance(timedelta(hours=3))
    await send(made)
    assert sum("等您点头" in said for said in await heard(made, 1)) == 2
    await later()
    clock.advance(timedelta(hours=3))
    await send(made)
    clock.advance(timedelta(hours=3))
    with pytest.raises(UserError, match="再晚就不合适了"):
        await later()
    clock.advance(timedelta(hours=3))
    async with made.store.begin() as tx:
        await touches.drop_unconfirmed(tx)
    assert (await fates(made))["greeting"] == ("skipped", "not_confirmed")
    assert await heard(made, CHAT) == []


async def test_an_agent_may_only_be_reminded(made: Made) -> None:
    await mode(made, "birthday", "remind")
    await born(made, date(1985, 5, 4))
    await send(made)
    assert await heard(made, CHAT) == []
    assert (await fates(made))["greeting"] == ("handed_to_agent", "remind_only")
    assert any("该联系王样例了" in said for said in await heard(made, 1))


async def test_a_client_without_a_chat_is_written_to_by_hand_and_counts_as_sent(
    made: Made,
) -> None:
    async with made.store.begin() as tx:
        await book.change_client(tx, made.client.id, person_id=None)
    await born(made, date(1985, 5, 4))
    await send(made)
    assert (await fates(made))["greeting"] == ("handed_to_agent", "not_on_telegram")
    async with made.store.begin() as tx:
        handed = await tx.connection.execute(
            text("SELECT id FROM touch WHERE status = 'handed_to_agent'")
        )
        await drafts.by_hand(tx, handed.scalar_one())
    assert (await fates(made))["greeting"] == ("sent", "by_hand")


async def test_who_opts_out_before_it_left_still_gets_the_notice_without_the_greeting(
    made: Made, clock: FrozenClock
) -> None:
    await born(made, date(1985, 5, 4))
    await policy(made, "A", TODAY)
    await send(made)
    async with made.store.begin() as tx:
        await book.change_client(tx, made.client.id, marketing_ok=False)
        await reviews.withdraw_offers(tx, made.client.id)
    await send(made)
    async with made.store.begin() as tx:
        rows = await tx.connection.execute(
            text(
                "SELECT status, params->>'text' AS said FROM outbox WHERE chat_id = :c ORDER BY id"
            ),
            {"c": CHAT},
        )
        first, second = rows
    assert (first.status, second.status) == ("cancelled", "queued")
    assert "生日快乐" in first.said
    assert "生日快乐" not in second.said
    assert "应缴日" in second.said
    assert (await fates(made))["greeting"] == ("skipped", "opted_out")


async def test_two_processes_decide_about_a_client_one_after_the_other(made: Made) -> None:
    await born(made, date(1985, 5, 4))
    await policy(made, "A", TODAY)
    async with made.store.begin() as tx:
        await planner.plan_some(tx, CADENCES, GIVEN)

    async def one() -> int:
        async with made.store.begin() as tx:
            return await sender.send_due(tx, CADENCES, GIVEN, made.gate)

    await asyncio.gather(*(one() for _ in range(5)))
    assert len(await heard(made, CHAT)) == 1


async def test_a_day_of_standstill_sends_what_still_makes_sense_and_names_the_rest(
    made: Made, clock: FrozenClock
) -> None:
    await born(made, date(1985, 5, 4))
    await policy(made, "A", TODAY)
    async with made.store.begin() as tx:
        await planner.plan_some(tx, CADENCES, GIVEN)
    clock.advance(timedelta(days=1))
    await send(made)
    found = await fates(made)
    assert found["greeting"] == ("skipped", "expired")
    assert found["due_day"] == ("skipped", "expired")
    assert found["grace_1"] == ("queued", None)


async def test_one_touch_that_cannot_be_written_does_not_hold_back_the_others(
    made: Made,
) -> None:
    async with made.store.begin() as tx:
        other = await book.add_client(tx, made.agent.id, "李样例", birth_on=date(1985, 5, 4))
        await planner.plan_some(tx, CADENCES, GIVEN)
        await tx.connection.execute(
            text("UPDATE touch SET step = 'gone', cadence = 'renewal', event = 'renewal' "
                 "WHERE step = 'agent_before'")
        )  # fmt: skip
    await policy(made, "A", TODAY)
    await send(made)
    assert len(await heard(made, CHAT)) == 1
    assert other.id


async def test_a_supervisor_who_left_is_not_written_to(made: Made, clock: FrozenClock) -> None:
    async with made.store.begin() as tx:
        boss = await people.add(tx, 2, "主管", Role.SUPERVISOR)
        await people.change(tx, made.agent.id, supervisor_id=boss.id)
        await people.change(tx, boss.id, active=False)
    await policy(made, "A", TODAY - timedelta(days=45))
    await send(made)
    assert await heard(made, 2) == []
    async with made.store.begin() as tx:
        rows = await tx.connection.execute(
            text("SELECT status, reason FROM touch WHERE audience = 'supervisor' AND due_at <= :n"),
            {"n": tx.now},
        )
        assert {tuple(row) for row in rows} == {("skipped", "no_supervisor")}
