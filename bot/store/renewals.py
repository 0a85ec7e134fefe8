"""Policies for the renewal lists and for persistency, read as far as the viewer may see them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Select, select, update

from bot.domain.people import Client, Person, Role
from bot.domain.policies import Policy
from bot.errors import AccessDenied
from bot.reminders.worklist import FILINGS, Case, Filing, Logged
from bot.store import book, relations
from bot.store.engine import Tx
from bot.store.people import PERSON
from bot.store.rows import sealed_client_of
from bot.store.touches import TASK

_OWED = ("active", "lapsed")


@dataclass(frozen=True, slots=True)
class Call:
    """One line of the contact log: when, who, of what kind, with what result."""

    at: datetime
    person: str
    kind: str
    result: str


def filing_key(filing: Filing, policy_id: int, due_on: date) -> str:
    """The key of the task by which something was filed about one instalment of a policy."""
    return f"renewal-{filing}:{policy_id}:{due_on}"


def next_key(policy_id: int, on: date) -> str:
    """The key of the task that reminds of the next contact about a policy."""
    return f"renewal-next:{policy_id}:{on}"


def _seen(viewer: Person) -> Select[Any]:
    """The clients whose renewals a person may see: those of the book, for staff only.

    An agent's own, orphans given to the agent among them; a supervisor's own and the team's; an
    administrator's all; an officer's none.
    """
    if viewer.role is Role.CLIENT or not viewer.active:
        raise AccessDenied("续期清单只给服务人员看")
    return book.visible_to(viewer)


async def unpaid(tx: Tx, viewer: Person, until_on: date) -> list[Case]:
    """Policies in force or lapsed with a premium due by ``until_on``, as the lists need them."""
    condition = (
        book.POLICY.c.status.in_(_OWED)
        & (book.POLICY.c.next_due_on <= until_on)
        & (book.POLICY.c.frequency != "single")
    )
    return await _cases(tx, viewer, condition)


async def one(tx: Tx, viewer: Person, policy_id: int) -> Case:
    """One policy as the lists need it; a look at another's client is traced, and AccessDenied is
    raised for a policy that is gone or not the viewer's to see."""
    policy, client = await book.policy(tx, viewer, policy_id)
    found = await _cases(tx, viewer, book.POLICY.c.id == policy.id)
    if not found:
        raise book.ClientDenied(viewer.id, client.id, "renewal")
    return found[0]


async def _cases(tx: Tx, viewer: Person, condition: Any) -> list[Case]:
    pairs = await _pairs(tx, viewer, condition)
    ids = list(dict.fromkeys(client.id for _, client in pairs))
    tags = await relations.tags(tx, ids)
    logs = await _logs(tx, {client.id: client.timezone for _, client in pairs})
    filed = await _filed(tx, [policy for policy, _ in pairs])
    return [
        Case(
            policy,
            client,
            frozenset(tags.get(client.id, ())),
            tuple(logs.get(client.id, ())),
            frozenset(filed.get(policy.id, ())),
        )
        for policy, client in pairs
    ]


async def _pairs(tx: Tx, viewer: Person, condition: Any) -> list[tuple[Policy, Client]]:
    """Policies that meet a condition with their clients, by id; only of clients to be seen."""
    seen = _seen(viewer).subquery()
    query = select(book.POLICY.c.id, book.POLICY.c.client_id).join(
        seen, seen.c.id == book.POLICY.c.client_id
    )
    found = (await tx.connection.execute(query.where(condition))).all()
    wanted = {row.id for row in found}
    client_ids = sorted({row.client_id for row in found})
    rows = await tx.connection.execute(select(seen).where(seen.c.id.in_(client_ids)))
    clients = {row.id: sealed_client_of(row) for row in rows}
    return [
        (policy, clients[policy.client_id])
        for policy in await book.policies(tx, client_ids)
        if policy.id in wanted
    ]


async def _logs(tx: Tx, zones: dict[int, str]) -> dict[int, list[Logged]]:
    """The contacts of clients by their local dates, oldest first."""
    table = relations.CONTACT
    query = select(table).where(table.c.client_id.in_(zones)).order_by(table.c.at, table.c.id)
    logs: dict[int, list[Logged]] = defaultdict(list)
    for row in await tx.connection.execute(query):
        on = row.at.astimezone(ZoneInfo(zones[row.client_id])).date()
        logs[row.client_id].append(Logged(on, row.kind, row.result))
    return logs


async def _filed(tx: Tx, policies: Iterable[Policy]) -> dict[int, set[Filing]]:
    """What was filed about the oldest unpaid instalment of each policy."""
    keys = {
        filing_key(filing, policy.id, policy.next_due_on): (policy.id, filing)
        for policy in policies
        if policy.next_due_on is not None
        for filing in FILINGS
    }
    query = select(TASK.c.dedupe_key).where(TASK.c.dedupe_key.in_(keys))
    filed: dict[int, set[Filing]] = defaultdict(set)
    for row in await tx.connection.execute(query):
        policy_id, filing = keys[row.dedupe_key]
        filed[policy_id].add(filing)
    return filed


async def calls(tx: Tx, viewer: Person, client_id: int, limit: int = 5) -> list[Call]:
    """The newest lines of a client's contact log, with who made them; of clients to be seen."""
    seen = _seen(viewer).subquery()
    table = relations.CONTACT
    query = (
        select(table.c.at, table.c.kind, table.c.result, PERSON.c.name)
        .join(seen, seen.c.id == table.c.client_id)
        .outerjoin(PERSON, PERSON.c.id == table.c.person_id)
        .where(table.c.client_id == client_id)
        .order_by(table.c.at.desc(), table.c.id.desc())
        .limit(limit)
    )
    return [
        Call(row.at, row.name or "", row.kind, row.result)
        for row in await tx.connection.execute(query)
    ]


async def next_contact(tx: Tx, viewer: Person, policy_id: int) -> datetime | None:
    """When the viewer's open task says to contact the client about a policy again."""
    query = (
        select(TASK.c.due_at)
        .where(
            TASK.c.owner_id == viewer.id,
            TASK.c.done_at.is_(None),
            TASK.c.dedupe_key.like(f"renewal-next:{policy_id}:%"),
        )
        .order_by(TASK.c.due_at)
        .limit(1)
    )
    found: datetime | None = (await tx.connection.execute(query)).scalar()
    return found


async def settle(tx: Tx, policy_id: int) -> None:
    """Close the open tasks about the renewal of a policy that was paid; the caller saw the client."""
    await tx.connection.execute(
        update(TASK)
        .where(TASK.c.done_at.is_(None), TASK.c.dedupe_key.like(f"renewal-%:{policy_id}:%"))
        .values(done_at=tx.now)
    )


async def issued(
    tx: Tx, viewer: Person, from_on: date, until_on: date
) -> list[tuple[Policy, Client]]:
    """Policies issued in a range of days (both included), whatever became of them since."""
    between = book.POLICY.c.issued_on.between(from_on, until_on)
    return await _pairs(tx, viewer, between)
