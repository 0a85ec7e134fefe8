"""Clients, policies, claims and consents; who may see whom is decided here, where data is read."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import Select, func, insert, or_, select, text, update
from sqlalchemy.dialects.postgresql import insert as pg_insert

from bot.clients.search import Entry, search
from bot.domain.identity import parse_phone
from bot.domain.people import Client, Person, Role
from bot.domain.policies import Claim, ClaimDecision, Policy
from bot.errors import AccessDenied, UserError
from bot.store import relations, tables
from bot.store.engine import Tx
from bot.store.people import PERSON
from bot.store.rows import claim_of, client_of, policy_of

CLIENT = tables.table(tables.Client)
POLICY = tables.table(tables.Policy)
CLAIM = tables.table(tables.Claim)
CONSENT = tables.table(tables.Consent)
ACCESS = tables.table(tables.AccessLog)


class ClientDenied(AccessDenied):
    """A person asked for a client who is not theirs; the dispatcher traces it."""

    def __init__(self, person_id: int, client_id: int, action: str) -> None:
        self.person_id = person_id
        self.client_id = client_id
        self.action = action
        super().__init__("这位客户不在您名下，看不到资料；如需跟进，请找主管转交")


def visible_to(viewer: Person) -> Select[Any]:
    """The clients a person may see: own (agent), the team's (supervisor), all (administrator)."""
    query = select(CLIENT)
    if viewer.role is Role.ADMIN:
        return query
    if viewer.role is Role.SUPERVISOR:
        team = select(PERSON.c.id).where(PERSON.c.supervisor_id == viewer.id)
        return query.where(or_(CLIENT.c.agent_id == viewer.id, CLIENT.c.agent_id.in_(team)))
    if viewer.role is Role.AGENT:
        return query.where(CLIENT.c.agent_id == viewer.id)
    if viewer.role is Role.CLIENT:
        return query.where(CLIENT.c.person_id == viewer.id)
    return query.where(CLIENT.c.id.is_(None))


async def client(tx: Tx, viewer: Person, client_id: int, action: str = "view") -> Client:
    """A client the viewer may see; another's look is traced, a refused one raises ClientDenied."""
    query = visible_to(viewer).where(CLIENT.c.id == client_id)
    row = (await tx.connection.execute(query)).first()
    if row is None:
        raise ClientDenied(viewer.id, client_id, action)
    if row.agent_id != viewer.id and row.person_id != viewer.id:
        await trace(tx, viewer.id, client_id, action, allowed=True)
    return client_of(tx, row)


async def client_for_system(tx: Tx, client_id: int) -> Client:
    """A client for work that no person asked for, such as reminders."""
    found = await tx.connection.execute(select(CLIENT).where(CLIENT.c.id == client_id))
    return client_of(tx, found.one())


async def clients(
    tx: Tx, viewer: Person, *, phone: str = "", limit: int = 50, offset: int = 0
) -> list[Client]:
    """Clients the viewer may see, by name; only those of a whole ``phone``, when one is given."""
    query = visible_to(viewer)
    if phone:
        query = query.where(CLIENT.c.phone_index == tx.vault.index("phone", phone))
    query = query.order_by(CLIENT.c.name, CLIENT.c.id).limit(limit).offset(offset)
    return [client_of(tx, row) for row in await tx.connection.execute(query)]


_LARGEST_BOOK = 5000


async def find(tx: Tx, viewer: Person, typed: str, limit: int) -> list[Client]:
    """Clients the viewer may see that ``typed`` may mean, best first: a name or a slip of one,
    pinyin or initials, a whole phone or its end, a tag."""
    try:
        exact = parse_phone(typed).number
    except UserError:
        exact = None
    if exact is not None:
        found = await clients(tx, viewer, phone=exact, limit=limit)
        if found:
            return found
    mine = {one.id: one for one in await clients(tx, viewer, limit=_LARGEST_BOOK)}
    tags = await relations.tags(tx, list(mine))
    entries = [
        Entry(one.id, one.name, one.phone, tuple(tags.get(one.id, ()))) for one in mine.values()
    ]
    return [mine[client_id] for client_id in search(entries, typed, limit)]


async def clients_of_person(tx: Tx, person_id: int) -> list[Client]:
    """The records of one joined client (one with each agent who serves them)."""
    query = select(CLIENT).where(CLIENT.c.person_id == person_id).order_by(CLIENT.c.id)
    return [client_of(tx, row) for row in await tx.connection.execute(query)]


async def by_phone(tx: Tx, phone: str, agent_id: int | None = None) -> list[Client]:
    """The records with exactly this phone, of one agent or of all."""
    query = select(CLIENT).where(CLIENT.c.phone_index == tx.vault.index("phone", phone))
    if agent_id is not None:
        query = query.where(CLIENT.c.agent_id == agent_id)
    return [client_of(tx, row) for row in await tx.connection.execute(query.order_by(CLIENT.c.id))]


def client_values(tx: Tx, given: dict[str, Any]) -> dict[str, Any]:
    """Columns of a client; ``phone`` and ``id_number`` become sealed columns."""
    values = dict(given)
    if "phone" in values:
        phone = values.pop("phone")
        values["phone_sealed"] = tx.vault.seal(phone)
        values["phone_index"] = tx.vault.index("phone", phone)
    if "id_number" in values:
        values["id_number_sealed"] = tx.vault.seal(values.pop("id_number"))
    return values


async def add_client(tx: Tx, agent_id: int, name: str, **given: Any) -> Client:
    """Add a client to an agent's book."""
    values = client_values(tx, {"name": name, **given})
    statement = insert(CLIENT).values(agent_id=agent_id, created_at=tx.now, **values)
    return client_of(tx, (await tx.connection.execute(statement.returning(CLIENT))).one())


async def change_client(tx: Tx, client_id: int, **given: Any) -> None:
    """Set columns of a client."""
    values = client_values(tx, given)
    await tx.connection.execute(update(CLIENT).where(CLIENT.c.id == client_id).values(**values))


async def served_by(tx: Tx, agent_id: int) -> list[int]:
    """The ids of an agent's clients, locked."""
    query = select(CLIENT.c.id).where(CLIENT.c.agent_id == agent_id).order_by(CLIENT.c.id)
    return [row.id for row in await tx.connection.execute(query.with_for_update())]


# An external id is unique within a book: the record that comes to one which has it loses it.
_DROP_CLASHES = text(
    "UPDATE client SET external_id = NULL WHERE id = ANY(CAST(:ids AS bigint[])) AND EXISTS ("
    "SELECT FROM client c WHERE c.external_id = client.external_id AND c.id <> client.id "
    "AND (c.agent_id = :agent OR c.id = ANY(CAST(:ids AS bigint[])) AND c.id < client.id))"
)
_HAND_OVER = (
    _DROP_CLASHES,
    text(
        "UPDATE task SET owner_id = :agent FROM client c WHERE task.client_id = c.id "
        "AND task.owner_id = c.agent_id AND done_at IS NULL AND c.id = ANY(CAST(:ids AS bigint[]))"
    ),
    text("UPDATE client SET agent_id = :agent WHERE id = ANY(CAST(:ids AS bigint[]))"),
    text(
        "UPDATE interview SET agent_id = :agent "
        "WHERE status = 'open' AND client_id = ANY(CAST(:ids AS bigint[]))"
    ),
    text(
        "UPDATE touch SET agent_id = :agent "
        "WHERE status = 'planned' AND client_id = ANY(CAST(:ids AS bigint[]))"
    ),
)


_ORPHANS = text(
    "INSERT INTO handover (client_id, from_id, assigned_on) "
    "SELECT id, agent_id, (CAST(:now AS timestamptz) AT TIME ZONE timezone)::date FROM client "
    "WHERE id = ANY(CAST(:ids AS bigint[])) AND agent_id <> :agent"
)


async def hand_over(
    tx: Tx, client_ids: Sequence[int], to_agent: int, *, orphans: bool = False
) -> None:
    """Give clients to an agent, with their planned touches, the open tasks about them and their
    unfinished interviews.

    An external id that the receiver's book has already is dropped from the record handed over.
    ``orphans`` whose agent left are to be visited three times by the new one.
    """
    if orphans:
        values = {"ids": list(client_ids), "agent": to_agent, "now": tx.now}
        await tx.connection.execute(_ORPHANS, values)
    for statement in _HAND_OVER:
        await tx.connection.execute(statement, {"ids": list(client_ids), "agent": to_agent})


async def hand_over_all(tx: Tx, from_agent: int, to_agent: int) -> None:
    """Give every client of an agent who leaves to another."""
    await hand_over(tx, await served_by(tx, from_agent), to_agent, orphans=True)


async def upsert_policy(tx: Tx, client_id: int, number: str, **values: Any) -> Policy:
    """Add a policy, or change the one of the same client and number."""
    statement = pg_insert(POLICY).values(client_id=client_id, number=number, **values)
    statement = statement.on_conflict_do_update(
        index_elements=["client_id", "number"], set_=values or {"number": number}
    )
    return policy_of((await tx.connection.execute(statement.returning(POLICY))).one())


async def policies(tx: Tx, client_ids: Sequence[int]) -> list[Policy]:
    """The policies of clients that the caller has already been allowed to see."""
    query = select(POLICY).where(POLICY.c.client_id.in_(client_ids)).order_by(POLICY.c.id)
    return [policy_of(row) for row in await tx.connection.execute(query)]


async def policy(
    tx: Tx, viewer: Person, policy_id: int, *, lock: bool = False
) -> tuple[Policy, Client]:
    """A policy, locked if asked, and its client, if the viewer may see the client."""
    query = select(POLICY).where(POLICY.c.id == policy_id)
    row = (await tx.connection.execute(query.with_for_update() if lock else query)).first()
    if row is None:
        raise AccessDenied("没有找到这张保单，可能已被删除；请从客户名单重新进入")
    return policy_of(row), await client(tx, viewer, row.client_id)


async def change_policy(tx: Tx, policy_id: int, **values: Any) -> None:
    """Set columns of a policy."""
    await tx.connection.execute(update(POLICY).where(POLICY.c.id == policy_id).values(**values))


async def open_claim(tx: Tx, policy_id: int) -> Claim:
    """Record that a claim was reported now."""
    statement = insert(CLAIM).values(policy_id=policy_id, opened_at=tx.now).returning(CLAIM)
    return claim_of((await tx.connection.execute(statement)).one())


async def decide_claim(tx: Tx, claim_id: int, decision: ClaimDecision) -> None:
    """Record the outcome of a claim."""
    await tx.connection.execute(
        update(CLAIM)
        .where(CLAIM.c.id == claim_id)
        .values(decided_at=tx.now, decision=decision.value)
    )


async def claims(tx: Tx, policy_ids: Sequence[int]) -> list[Claim]:
    """The claims of policies that the caller has already been allowed to see."""
    query = select(CLAIM).where(CLAIM.c.policy_id.in_(policy_ids)).order_by(CLAIM.c.id)
    return [claim_of(row) for row in await tx.connection.execute(query)]


async def record_consent(
    tx: Tx, client_id: int, kind: str, given: bool, recorded_by: int | None
) -> None:
    """Keep an answer to a consent question; ``kind`` is ``data``, ``health`` or ``marketing``."""
    await tx.connection.execute(
        insert(CONSENT).values(
            client_id=client_id,
            kind=kind,
            given=given,
            recorded_by=recorded_by,
            recorded_at=tx.now,
        )
    )


async def consents(tx: Tx, client_id: int) -> dict[str, bool]:
    """The consents in force: of each kind, what the client answered last."""
    query = select(CONSENT.c.kind, CONSENT.c.given).where(CONSENT.c.client_id == client_id)
    rows = await tx.connection.execute(query.order_by(CONSENT.c.id))
    return {row.kind: row.given for row in rows}


async def trace(tx: Tx, person_id: int, client_id: int, action: str, *, allowed: bool) -> None:
    """Leave a trace of a look at another's client; an id that does not exist leaves none."""
    exists = select(CLIENT.c.id).where(CLIENT.c.id == client_id)
    if (await tx.connection.execute(exists)).first() is None:
        return
    await tx.connection.execute(
        insert(ACCESS).values(
            person_id=person_id, client_id=client_id, action=action, allowed=allowed, at=tx.now
        )
    )


async def counts(tx: Tx, viewer: Person, today: date) -> dict[str, int]:
    """How many clients, policies in force and overdue policies the viewer can see."""
    mine = visible_to(viewer).subquery()
    query = (
        select(
            func.count(func.distinct(mine.c.id)),
            func.count(POLICY.c.id).filter(POLICY.c.status == "active"),
            func.count(POLICY.c.id).filter(
                POLICY.c.status == "active", POLICY.c.next_due_on < today
            ),
        )
        .select_from(mine)
        .outerjoin(POLICY, POLICY.c.client_id == mine.c.id)
    )
    clients_, active, overdue = (await tx.connection.execute(query)).one()
    return {"clients": clients_, "active": active, "overdue": overdue}
