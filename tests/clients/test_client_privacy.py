"""A client's data can be handed out whole and erased whole; the chained archive stays intact."""

import json
from datetime import UTC, datetime

import pytest
from sqlalchemy import func, insert, select

from bot.clients.privacy import erase_client, export_client
from bot.domain.people import Person, Role
from bot.errors import AccessDenied
from bot.intake import service as intake
from bot.store import archive, book, people, relations, tables
from bot.store.engine import Store, Tx

_AT = datetime(2026, 5, 4, tzinfo=UTC)


async def _count(tx: Tx, model: type) -> int:
    query = select(func.count()).select_from(tables.table(model))
    return int((await tx.connection.execute(query)).scalar_one())


async def _full_client(tx: Tx, agent: Person) -> int:
    """A joined client with one of everything."""
    person = await people.add(tx, 2001, "王样例", Role.CLIENT)
    client = await book.add_client(
        tx,
        agent.id,
        "王样例",
        phone="+8613800138000",
        id_number="11010519491231002X",
        person_id=person.id,
    )
    policy = await book.upsert_policy(
        tx, client.id, "P1", product="险", company="样例", premium="100.50"
    )
    await book.open_claim(tx, policy.id)
    await book.record_consent(tx, client.id, "data", True, agent.id)
    await intake.begin(tx, agent, "王样例", client.id)
    await relations.toggle_tag(tx, client.id, "worth", "高价值")
    await relations.log_contact(tx, client.id, agent.id, "call", "later")
    touch = {
        "dedupe_key": "k", "cadence": "birthday", "step": "s", "audience": "client",
        "nature": "marketing", "due_on": _AT.date(), "due_at": _AT, "expires_at": _AT,
        "event": "birthday", "event_on": _AT.date(), "subject": "c", "agent_id": agent.id,
        "client_id": client.id,
    }  # fmt: skip
    await tx.connection.execute(insert(tables.table(tables.Touch)).values(**touch))
    call = {
        "audience": "client", "method": "sendMessage", "params": {"text": "您好"}, "priority": 5,
        "not_before": _AT, "created_at": _AT,
    }  # fmt: skip
    outbox = insert(tables.table(tables.Outbox))
    await tx.connection.execute(outbox.values(chat_id=2001, client_id=client.id, **call))
    await tx.connection.execute(outbox.values(chat_id=2001, **call))
    await tx.connection.execute(outbox.values(chat_id=1001, dedupe_key="touch:k", **call))
    await tx.connection.execute(
        insert(tables.table(tables.Inbox)).values(
            update_id=1, user_id=2001, body={"text": "您好"}, received_at=_AT, done_at=_AT
        )
    )
    await archive.append(tx, "judged", "client", client_id=client.id, text="您好", decision="pass")
    return client.id


async def test_a_privacy_export_holds_everything_as_json(store: Store, agent: Person) -> None:
    async with store.begin() as tx:
        client_id = await _full_client(tx, agent)
        exported = json.loads(json.dumps(await export_client(tx, agent, client_id)))
    assert exported["client"]["phone"] == "+8613800138000"
    assert exported["client"]["id_number"] == "11010519491231002X"
    assert exported["policies"][0]["premium"] == "100.50"
    kept = (
        "claims",
        "consents",
        "touches",
        "interviews",
        "messages",
        "archive",
        "tags",
        "contacts",
    )
    for name in kept:
        assert len(exported[name]) == 1, name
    assert exported["messages"][0]["text"] == "您好"
    assert "sealed" not in json.dumps(exported)


async def test_clients_may_take_their_own_data_but_not_erase_it(
    store: Store, agent: Person
) -> None:
    async with store.begin() as tx:
        client_id = await _full_client(tx, agent)
        person = await people.by_chat(tx, 2001)
        assert person is not None
        assert (await export_client(tx, person, client_id))["client"]["name"] == "王样例"
        with pytest.raises(AccessDenied, match="业务员"):
            await erase_client(tx, person, client_id)


async def test_another_agent_can_neither_export_nor_erase(store: Store, agent: Person) -> None:
    async with store.begin() as tx:
        client_id = await _full_client(tx, agent)
        other = await people.add(tx, 1002, "陈样例", Role.AGENT)
        for act in (export_client, erase_client):
            with pytest.raises(AccessDenied):
                await act(tx, other, client_id)
        assert await _count(tx, tables.Client) == 1


async def test_erasing_leaves_nothing_but_the_intact_archive(store: Store, agent: Person) -> None:
    async with store.begin() as tx:
        client_id = await _full_client(tx, agent)
        await erase_client(tx, agent, client_id)
    async with store.begin() as tx:
        for model in (
            tables.Client, tables.Policy, tables.Claim, tables.Consent, tables.Interview,
            tables.Touch, tables.Outbox, tables.Inbox,
        ):  # fmt: skip
            assert await _count(tx, model) == 0, model
        assert await people.by_chat(tx, 2001) is None
        assert await people.by_chat(tx, 1001) is not None
        assert await archive.verify(tx) == (2, None)
        last = await archive.get(tx, 2)
    assert (last["event"], last["author_id"], last["client_id"]) == ("erased", agent.id, client_id)


async def test_a_client_whom_another_agent_serves_keeps_the_account(
    store: Store, agent: Person
) -> None:
    async with store.begin() as tx:
        client_id = await _full_client(tx, agent)
        other = await people.add(tx, 1002, "陈样例", Role.AGENT)
        person = await people.by_chat(tx, 2001)
        assert person is not None
        await book.add_client(tx, other.id, "王样例", person_id=person.id)
        await erase_client(tx, agent, client_id)
        assert await people.by_chat(tx, 2001) is not None
        assert len(await book.clients(tx, other)) == 1
