"""Planning against the database: whoever needs it, nobody else, and nothing that changed is missed."""

from __future__ import annotations

import dataclasses
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import text

from bot import settings
from bot.clock import FrozenClock
from bot.domain.people import Client, Person
from bot.domain.policies import ClaimDecision
from bot.reminders import planner
from bot.reminders.loading import load_cadences
from bot.reminders.plan import plan_touches
from bot.store import book, milestones, people, planning, relations
from bot.store.engine import Store, Tx
from bot.store.touches import Moved
from tests.store.staff import staff

CADENCES = load_cadences(settings.ROOT / "data" / "cadences.yaml")
GIVEN = settings.load({})
TODAY = date(2026, 5, 4)


async def one_client(tx: Tx, agent: Person, **given: object) -> tuple[Client, int]:
    client = await book.add_client(
        tx, agent.id, "王样例", birth_on=date(1985, 6, 1), **{"marketing_ok": True, **given}
    )
    policy = await book.upsert_policy(
        tx,
        client.id,
        "P1",
        product="样例险",
        company="样例人寿",
        premium=Decimal(860),
        issued_on=date(2024, 5, 20),
        next_due_on=date(2026, 6, 20),
    )
    return client, policy.id


async def plan_all(store: Store) -> tuple[int, Moved]:
    clients, total = 0, Moved()
    while True:
        async with store.begin() as tx:
            count, moved = await planner.plan_some(tx, CADENCES, GIVEN)
        clients, total = clients + count, total + moved
        if count < planner.AT_ONCE:
            return clients, total


async def kept(store: Store) -> dict[str, datetime]:
    async with store.begin() as tx:
        rows = await tx.connection.execute(text("SELECT dedupe_key, due_at FROM touch"))
        return {row.dedupe_key: row.due_at for row in rows}


async def test_who_was_planned_is_not_looked_at_again_until_something_is_new(
    store: Store, clock: FrozenClock
) -> None:
    async with store.begin() as tx:
        known = await staff(tx)
        await one_client(tx, known["mine"])
    assert (await plan_all(store))[0] == 1
    assert await plan_all(store) == (0, Moved())
    async with store.begin() as tx:
        next_on = (await tx.connection.execute(text("SELECT plan_on FROM client"))).scalar_one()
    assert next_on > TODAY + timedelta(days=planner.LOOK_AHEAD_DAYS)
    clock.advance(timedelta(days=(next_on - TODAY).days - planner.LOOK_AHEAD_DAYS))
    count, moved = await plan_all(store)
    assert count == 1
    assert moved.new > 0


CHANGES = {
    "birth": lambda tx, client, policy: book.change_client(tx, client, birth_on=date(1985, 6, 9)),
    "opted_out": lambda tx, client, policy: book.change_client(tx, client, marketing_ok=False),
    "paid": lambda tx, client, policy: book.change_policy(tx, policy, next_due_on=date(2027, 6, 20)),
    "second": lambda tx, client, policy: book.upsert_policy(
        tx, client, "P2", product="另一张", company="样例人寿", premium=Decimal(1),
        next_due_on=date(2026, 6, 1),
    ),
    "claim": lambda tx, client, policy: book.open_claim(tx, policy),
    "family": lambda tx, client, policy: milestones.add_member(
        tx, client, "小宝", date(2019, 6, 1), False
    ),
    "benefit": lambda tx, client, policy: milestones.add_benefit(
        tx, policy, "survival", date(2026, 6, 1)
    ),
    "delivered": lambda tx, client, policy: milestones.delivered(tx, policy, TODAY),
    "stage": lambda tx, client, policy: milestones.set_stage(tx, client, "new", TODAY),
    "contact": lambda tx, client, policy: relations.log_contact(tx, client, 2, "call", "agreed"),
}  # fmt: skip


@pytest.mark.parametrize("change", CHANGES)
async def test_every_change_of_facts_has_the_client_planned_as_the_pure_plan_says(
    store: Store, change: str
) -> None:
    async with store.begin() as tx:
        known = await staff(tx)
        client, policy = await one_client(tx, known["mine"])
    await plan_all(store)
    async with store.begin() as tx:
        await CHANGES[change](tx, client.id, policy)
    assert (await plan_all(store))[0] == 1
    async with store.begin() as tx:
        facts = await planning.facts(tx, GIVEN.company, [client.id])
    wanted = plan_touches(
        CADENCES,
        facts,
        TODAY - timedelta(days=planner.LOOK_BACK_DAYS),
        TODAY + timedelta(days=planner.LOOK_AHEAD_DAYS),
    )
    now = datetime(2026, 5, 4, 2, 0, tzinfo=UTC)
    found = {key: at for key, at in (await kept(store)).items() if at >= now}
    assert found == {touch.key: touch.at for touch in wanted if touch.at >= now}


async def test_a_claim_decided_and_a_time_zone_moved_are_seen(store: Store) -> None:
    async with store.begin() as tx:
        known = await staff(tx)
        _, policy = await one_client(tx, known["mine"])
        claim = await book.open_claim(tx, policy)
    await plan_all(store)
    async with store.begin() as tx:
        await book.decide_claim(tx, claim.id, ClaimDecision.PAID)
    assert (await plan_all(store))[0] == 1
    assert any(key.startswith("claim_decided") for key in await kept(store))
    async with store.begin() as tx:
        await people.change(tx, known["mine"].id, timezone="America/New_York")
    count, moved = await plan_all(store)
    assert count == 1
    assert moved.moved > 0


async def test_planning_under_way_does_not_lose_a_change_made_beside_it(store: Store) -> None:
    async with store.begin() as tx:
        known = await staff(tx)
        client, policy = await one_client(tx, known["mine"])
    async with store.begin() as changing:
        await book.change_policy(changing, policy, next_due_on=date(2026, 7, 1))
        # whoever changes a fact holds the client: planning passes the client by for now
        async with store.begin() as other:
            assert (await planner.plan_some(other, CADENCES, GIVEN))[0] == 0
    assert (await plan_all(store))[0] == 1
    assert any("2026-07-01" in key for key in await kept(store))
    assert client.id


async def test_two_processes_share_the_clients(store: Store) -> None:
    async with store.begin() as tx:
        known = await staff(tx)
        for _ in range(3):
            await book.add_client(tx, known["mine"].id, "甲", birth_on=date(1985, 6, 1))
    async with store.begin() as first:
        count, _ = await planner.plan_some(first, CADENCES, GIVEN)
        async with store.begin() as second:
            assert (await planner.plan_some(second, CADENCES, GIVEN))[0] == 0
    assert count == 3


async def test_unpaid_policies_lapse_by_the_grace_of_their_market(
    store: Store, clock: FrozenClock
) -> None:
    async with store.begin() as tx:
        known = await staff(tx)
        client = await book.add_client(tx, known["mine"].id, "甲")
        for market in ("CN", "TW", "XX"):
            await book.upsert_policy(
                tx, client.id, market, product="险", company="司", premium=Decimal(1),
                next_due_on=TODAY, jurisdiction=market,
            )  # fmt: skip
    lapsed = {30: set(), 31: {"TW"}, 60: {"TW"}, 61: {"TW", "CN", "XX"}}
    for days, wanted in lapsed.items():
        async with store.begin() as tx:
            await planning.lapse_overdue(tx, CADENCES, TODAY + timedelta(days=days))
            found = await book.policies(tx, [client.id])
        assert {one.number for one in found if one.status == "lapsed"} == wanted, days


async def test_orphans_of_an_agent_who_left_are_visited_three_times(store: Store) -> None:
    async with store.begin() as tx:
        known = await staff(tx)
        await one_client(tx, known["mine"])
        await book.hand_over_all(tx, known["mine"].id, known["other"].id)
    await plan_all(store)
    keys = await kept(store)
    assert any(key.startswith("orphan") for key in keys)
    assert dataclasses.replace(known["other"]).id


async def test_changed_cadences_move_what_is_not_sent_and_say_how_much(store: Store) -> None:
    async with store.begin() as tx:
        known = await staff(tx)
        await one_client(tx, known["mine"])
    await plan_all(store)
    renewal = CADENCES.cadence("renewal")
    assert renewal is not None
    steps = [
        step.model_copy(update={"at": "11:00"}) if step.id == "due_minus_7" else step
        for step in renewal.steps
        if step.id != "due_minus_1"
    ]
    cadences = [
        one.model_copy(update={"steps": steps}) if one.id == "renewal" else one
        for one in CADENCES.cadences
    ]
    changed = CADENCES.model_copy(update={"cadences": cadences})
    changed = type(changed).model_validate(changed.model_dump())
    async with store.begin() as tx:
        await planning.all_again(tx)
        assert await planning.unplanned(tx)
        _, moved = await planner.plan_some(tx, changed, GIVEN)
        assert not await planning.unplanned(tx)
    assert moved == Moved(new=0, moved=1, withdrawn=1)
