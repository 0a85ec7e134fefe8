"""What the renewal lists and persistency read: never another agent's policy, whoever asks."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from bot.domain.people import Client, Person
from bot.errors import AccessDenied
from bot.store import book, people, relations, renewals, touches
from bot.store.engine import Store, Tx
from tests.store.staff import staff

DUE = date(2026, 5, 20)
UNTIL = date(2026, 5, 31)


async def add(tx: Tx, agent: Person, number: str, **given: object) -> tuple[Client, int]:
    client = await book.add_client(tx, agent.id, f"客户{number}", phone="+8613800138000")
    values = {
        "product": "样例险",
        "company": "样例人寿",
        "premium": Decimal(860),
        "next_due_on": DUE,
        "issued_on": date(2024, 5, 20),
        **given,
    }
    policy = await book.upsert_policy(tx, client.id, number, **values)
    return client, policy.id


async def numbers(tx: Tx, viewer: Person) -> set[str]:
    return {case.policy.number for case in await renewals.unpaid(tx, viewer, UNTIL)}


@pytest.mark.parametrize(
    ("who", "seen"),
    [
        ("mine", {"M"}),
        ("other", {"O"}),
        ("boss", {"M", "B"}),
        ("admin", {"M", "O", "B"}),
        ("officer", set()),
    ],
)
async def test_each_sees_the_renewals_of_the_clients_they_may_see(
    store: Store, who: str, seen: set[str]
) -> None:
    async with store.begin() as tx:
        known = await staff(tx)
        for name, number in (("mine", "M"), ("other", "O"), ("boss", "B")):
            await add(tx, known[name], number)
        assert await numbers(tx, known[who]) == seen
        book_ = await renewals.issued(tx, known[who], date(2024, 5, 1), date(2024, 5, 31))
        assert {policy.number for policy, _ in book_} == seen


async def test_a_client_and_somebody_who_left_get_no_list(store: Store) -> None:
    async with store.begin() as tx:
        known = await staff(tx)
        client, _ = await add(tx, known["mine"], "M")
        await book.change_client(tx, client.id, person_id=known["client"].id)
        await people.change(tx, known["mine"].id, active=False)
        gone = await people.by_id(tx, known["mine"].id)
        for viewer in (known["client"], gone):
            with pytest.raises(AccessDenied):
                await renewals.unpaid(tx, viewer, UNTIL)
            with pytest.raises(AccessDenied):
                await renewals.issued(tx, viewer, DUE, DUE)
            with pytest.raises(AccessDenied):
                await renewals.calls(tx, viewer, client.id)


async def test_another_agents_policy_cannot_be_opened_and_the_supervisors_look_is_traced(
    store: Store,
) -> None:
    async with store.begin() as tx:
        known = await staff(tx)
        client, policy_id = await add(tx, known["mine"], "M")
        await relations.log_contact(tx, client.id, known["mine"].id, "call", "agreed")
        for who in ("other", "officer"):
            with pytest.raises(AccessDenied):
                await renewals.one(tx, known[who], policy_id)
            assert await renewals.calls(tx, known[who], client.id) == []
        assert (await renewals.one(tx, known["boss"], policy_id)).client.name == "客户M"
        rows = (await tx.connection.execute(book.ACCESS.select())).all()
        assert [(row.person_id, row.allowed) for row in rows] == [(known["boss"].id, True)]


async def test_an_orphan_is_the_new_agents_from_the_moment_it_is_assigned(store: Store) -> None:
    async with store.begin() as tx:
        known = await staff(tx)
        client, _ = await add(tx, known["other"], "O")
        await book.hand_over(tx, [client.id], known["mine"].id)
        assert await numbers(tx, known["mine"]) == {"O"}
        assert await numbers(tx, known["other"]) == set()


async def test_only_what_is_owed_by_the_day_is_read_and_the_phone_stays_sealed(
    store: Store,
) -> None:
    async with store.begin() as tx:
        known = await staff(tx)
        await add(tx, known["mine"], "M")
        await add(tx, known["mine"], "later", next_due_on=date(2026, 6, 1))
        await add(tx, known["mine"], "single", frequency="single")
        await add(tx, known["mine"], "gone", status="surrendered")
        await add(tx, known["mine"], "lapsed", status="lapsed")
        found = await renewals.unpaid(tx, known["mine"], UNTIL)
        assert {case.policy.number for case in found} == {"M", "lapsed"}
        assert {case.client.phone for case in found} == {None}


async def test_tags_log_and_filings_come_with_the_policy_and_a_payment_settles_the_tasks(
    store: Store,
) -> None:
    async with store.begin() as tx:
        known = await staff(tx)
        mine, boss = known["mine"], known["boss"]
        client, policy_id = await add(tx, mine, "M")
        await relations.add_tags(tx, client.id, "worth", ["潜力"])
        await relations.log_contact(tx, client.id, mine.id, "call", "renewal_will_pay")
        key = renewals.filing_key("assessment", policy_id, DUE)
        await touches.add_task(tx, boss.id, "renewal", "评估", dedupe_key=key)
        await touches.add_task(
            tx,
            mine.id,
            "renewal",
            "再联系",
            due_at=tx.now,
            dedupe_key=renewals.next_key(policy_id, DUE),
        )
        (case,) = await renewals.unpaid(tx, mine, UNTIL)
        assert case.tags == {"潜力"}
        assert [(one.on, one.result) for one in case.log] == [
            (date(2026, 5, 4), "renewal_will_pay")
        ]
        assert case.filed == {"assessment"}
        (call,) = await renewals.calls(tx, mine, client.id)
        assert (call.person, call.kind) == ("甲", "call")
        assert await renewals.next_contact(tx, mine, policy_id) == tx.now
        assert await renewals.next_contact(tx, boss, policy_id) is None
        await renewals.settle(tx, policy_id + 1)
        assert len(await touches.open_tasks(tx, boss.id)) == 1
        await renewals.settle(tx, policy_id)
        assert await touches.open_tasks(tx, boss.id) == []
        assert await touches.open_tasks(tx, mine.id) == []
