"""Imports a checked sheet into an agent's book, and exports what a person may see."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from typing import Any

from sqlalchemy import func, insert, or_, select

from bot.clients.entries import ClientEntry, ImportPlan, LineProblem, PolicyEntry
from bot.clients.exporting import ClientRecord, book_file
from bot.clients.matching import AgentBook, Matched, match
from bot.clients.wording import ImportRefused, ImportReport
from bot.domain.people import Client, Person, Role
from bot.domain.policies import Policy, PolicyStatus
from bot.errors import AccessDenied, UserError
from bot.store import book, bulk, people
from bot.store.engine import Tx

_EVERYBODY = 1_000_000
_AT_ONCE = 5000
_WHOLE_BOOK = 5000
_KEEPERS = frozenset({Role.AGENT, Role.SUPERVISOR})
_CLIENT_FIELDS = ("name", "external_id", "sex", "phone", "id_number")
_POLICY_FIELDS = tuple(
    field.name for field in fields(PolicyEntry) if field.name not in ("line", "number")
)


async def import_book(tx: Tx, agent: Person, plan: ImportPlan) -> ImportReport:
    """Add and change the clients and policies of ``plan`` in the agent's own book.

    Empty cells change nothing; the same plan a second time changes nothing. Raises ImportRefused
    with every clash with the book, before anything is written. The caller's transaction makes it
    all or nothing, and the caller replans the reminders.
    """
    if agent.role not in _KEEPERS:
        raise AccessDenied("只有业务员和主管有自己的客户名单，请让业务员本人导入。")
    await _lock(tx, agent)
    standing = await _own_book(tx, agent, plan)
    matched, problems = match(plan, standing)
    problems += _others_clients(agent, matched)
    if problems:
        raise ImportRefused(sorted(problems, key=lambda problem: problem.line))
    tally = ImportReport(ignored=plan.ignored)
    ids = await _keep_clients(tx, agent, matched, standing, tally)
    new: list[dict[str, Any]] = []
    for each, client_id in zip(matched, ids, strict=True):
        for policy in each.entry.policies:
            held = standing.policies.get(policy.number)
            if held is None:
                new.append(_new_policy(client_id, policy, tally))
            else:
                await _change_policy(tx, policy, held, tally)
    await bulk.add_policies(tx, new)
    return tally


async def _lock(tx: Tx, agent: Person) -> None:
    """Two imports into one book follow each other, so that neither adds the other's clients."""
    person = select(people.PERSON.c.id).where(people.PERSON.c.id == agent.id)
    await tx.connection.execute(person.with_for_update(key_share=True))


async def _own_book(tx: Tx, agent: Person, plan: ImportPlan) -> AgentBook:
    """The agent's book; of a large one only what the sheet may mean.

    In a large book a client whose name changed is not found by the ID number alone.
    """
    own = book.CLIENT.c.agent_id == agent.id
    count = select(func.count()).select_from(book.CLIENT).where(own)
    if int((await tx.connection.execute(count)).scalar_one()) <= _WHOLE_BOOK:
        clients = await bulk.clients_where(tx, own)
        return AgentBook(clients, await _policies(tx, clients), await _id_numbers(tx, clients))
    entries = plan.clients
    numbers = [policy.number for entry in entries for policy in entry.policies]
    holders = select(book.POLICY.c.client_id).where(book.POLICY.c.number.in_(numbers))
    phones = [tx.vault.index("phone", entry.phone) for entry in entries if entry.phone]
    meant = or_(
        book.CLIENT.c.external_id.in_([entry.external_id for entry in entries]),
        book.CLIENT.c.phone_index.in_(phones),
        book.CLIENT.c.name.in_([entry.name for entry in entries]),
        book.CLIENT.c.id.in_(holders),
    )
    clients = await bulk.clients_where(tx, own & meant)
    return AgentBook(clients, await _policies(tx, clients), await _id_numbers(tx, clients))


async def _policies(tx: Tx, clients: Sequence[Client]) -> list[Policy]:
    ids = [client.id for client in clients]
    found: list[Policy] = []
    for start in range(0, len(ids), _AT_ONCE):
        found += await book.policies(tx, ids[start : start + _AT_ONCE])
    return found


async def _id_numbers(tx: Tx, clients: Sequence[Client]) -> dict[int, str]:
    ids = [client.id for client in clients]
    found: dict[int, str] = {}
    columns = select(book.CLIENT.c.id, book.CLIENT.c.id_number_sealed)
    for start in range(0, len(ids), _AT_ONCE):
        query = columns.where(book.CLIENT.c.id.in_(ids[start : start + _AT_ONCE]))
        for row in await tx.connection.execute(query):
            number = tx.vault.open(row.id_number_sealed)
            if number is not None:
                found[row.id] = number
    return found


def _others_clients(agent: Person, matched: Sequence[Matched]) -> list[LineProblem]:
    """Clients of the team in a supervisor's export would be doubled in the supervisor's book."""
    if agent.role is not Role.SUPERVISOR:
        return []
    return [
        LineProblem(
            each.entry.line,
            "业务员",
            each.entry.agent,
            "这是团队成员的客户，只能由本人导入",
            "请删去这一行",
        )
        for each in matched
        if each.entry.agent and each.entry.agent != agent.name
    ]


async def _keep_clients(
    tx: Tx, agent: Person, matched: Sequence[Matched], standing: AgentBook, tally: ImportReport
) -> list[int]:
    """Add and change the clients; gives their ids in the order of ``matched``."""
    given = [_given(each.entry) for each in matched]
    new = [values for each, values in zip(matched, given, strict=True) if each.client is None]
    names = [values["name"] for values in new if values["name"] in standing.by_name]
    tally.namesakes += tuple(names)
    tally.added_clients += len(new)
    new_ids = iter(await bulk.add_clients(tx, agent.id, new))
    ids = []
    for each, values in zip(matched, given, strict=True):
        if each.client is None:
            ids.append(next(new_ids))
        else:
            await _change_client(tx, each.client, values, standing, tally)
            ids.append(each.client.id)
    return ids


def _given(entry: ClientEntry) -> dict[str, Any]:
    given = {key: value for key in _CLIENT_FIELDS if (value := getattr(entry, key)) is not None}
    if entry.birth_on is not None:
        given |= {"birth_on": entry.birth_on, "birth_lunar": entry.birth_lunar}
    return given


async def _change_client(
    tx: Tx, client: Client, given: dict[str, Any], standing: AgentBook, tally: ImportReport
) -> None:
    current = {key: getattr(client, key, None) for key in given}
    if "id_number" in given:
        current["id_number"] = standing.id_numbers.get(client.id)
    changed = {key: value for key, value in given.items() if current[key] != value}
    if changed:
        await book.change_client(tx, client.id, **changed)
        tally.changed_clients += 1
    else:
        tally.unchanged_clients += 1


def _policy_values(entry: PolicyEntry) -> dict[str, Any]:
    return {key: value for key in _POLICY_FIELDS if (value := getattr(entry, key)) is not None}


def _new_policy(client_id: int, entry: PolicyEntry, tally: ImportReport) -> dict[str, Any]:
    given = _policy_values(entry)
    tally.added_policies += 1
    in_force = given.get("status", PolicyStatus.ACTIVE) == PolicyStatus.ACTIVE
    paid_yearly = given.get("frequency", "yearly") != "single"
    if in_force and paid_yearly and "next_due_on" not in given:
        tally.without_due += (entry.number,)
    return {"client_id": client_id, "number": entry.number, "company": "", **given}


async def _change_policy(tx: Tx, entry: PolicyEntry, held: Policy, tally: ImportReport) -> None:
    given = _policy_values(entry)
    changed = {key: value for key, value in given.items() if getattr(held, key) != value}
    if not changed:
        tally.unchanged_policies += 1
        return
    await book.change_policy(tx, held.id, **changed)
    tally.changed_policies += 1
    before, after = held.next_due_on, changed.get("next_due_on")
    if before and after and after < before:
        tally.moved_back += (entry.number,)


async def export_book(tx: Tx, viewer: Person) -> bytes:
    """An ``.xlsx`` of all clients and policies the viewer may see, to be read or imported again.

    ID numbers are written for the viewer's own clients only; each look at another's client is
    traced. Raises UserError when there is nobody to export.
    """
    clients = await book.clients(tx, viewer, limit=_EVERYBODY)
    if not clients or viewer.role is Role.CLIENT:
        raise UserError("您名下还没有客户，可以发送 /daoru 导入，或在 /kehu 里添加。")
    own = [client for client in clients if client.agent_id == viewer.id]
    others = [client for client in clients if client.agent_id != viewer.id]
    await _trace(tx, viewer, others)
    policies: dict[int, list[Policy]] = {client.id: [] for client in clients}
    for policy in await _policies(tx, clients):
        policies[policy.client_id].append(policy)
    id_numbers = await _id_numbers(tx, own)
    names = {
        agent_id: (await people.by_id(tx, agent_id)).name
        for agent_id in {client.agent_id for client in others}
    }
    records = [
        ClientRecord(
            client,
            tuple(policies[client.id]),
            id_numbers.get(client.id, ""),
            names.get(client.agent_id, viewer.name),
        )
        for client in clients
    ]
    return book_file(records, with_agent=bool(others))


async def _trace(tx: Tx, viewer: Person, clients: Sequence[Client]) -> None:
    for start in range(0, len(clients), _AT_ONCE):
        rows = [
            {
                "person_id": viewer.id,
                "client_id": client.id,
                "action": "export_book",
                "allowed": True,
                "at": tx.now,
            }
            for client in clients[start : start + _AT_ONCE]
        ]
        await tx.connection.execute(insert(book.ACCESS), rows)
