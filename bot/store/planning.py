"""The facts that touches depend on, read for the clients that need planning and for no others."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from datetime import date
from typing import Any

from sqlalchemy import bindparam, select, text, update
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.types import BigInteger

from bot.domain.people import Role
from bot.reminders.calendar import lapse_day
from bot.reminders.facts import (
    Agent,
    Benefit,
    Birthday,
    Book,
    Contact,
    Handover,
    Lead,
    PolicyDates,
    birthday_of,
    yearly_day,
)
from bot.reminders.schema import Cadences
from bot.store.book import CLIENT
from bot.store.engine import Tx
from bot.store.rows import claim_of, policy_of, sealed_client_of

_SERVING = (Role.AGENT.value, Role.SUPERVISOR.value)


def _of(sql: str) -> Any:
    """A statement about the clients of ``:ids``."""
    return text(sql).bindparams(bindparam("ids", type_=ARRAY(BigInteger)))


# The lock lets the writes of others about the client pass that do not change its facts. Whoever
# changes facts writes the client row too, so a fact is either seen here or planned again later.
_WANTED = text(
    "SELECT id FROM client WHERE plan_on <= :horizon "
    "ORDER BY plan_on LIMIT :count FOR NO KEY UPDATE SKIP LOCKED"
)
_CHANGED = _of("SELECT id FROM client WHERE id = ANY(:ids) FOR NO KEY UPDATE")
_AGENTS = text(
    "SELECT id, name, timezone FROM person WHERE id = ANY(:agents) "
    "OR (active AND role = ANY(:roles) AND id IN (SELECT agent_id FROM client WHERE id = ANY(:ids)))"
).bindparams(
    bindparam("ids", type_=ARRAY(BigInteger)), bindparam("agents", type_=ARRAY(BigInteger))
)
_CLIENTS = _of(
    """
    SELECT c.*, (seen.at AT TIME ZONE c.timezone)::date AS contacted_on
    FROM client c LEFT JOIN LATERAL
      (SELECT max(at) AS at FROM contact WHERE client_id = c.id AND result <> 'no_answer') seen ON true
    WHERE c.id = ANY(:ids) ORDER BY c.id
    """
)
_POLICIES = _of("SELECT * FROM policy WHERE client_id = ANY(:ids) ORDER BY id")
_CLAIMS = _of(
    "SELECT c.* FROM claim c JOIN policy p ON p.id = policy_id WHERE p.client_id = ANY(:ids) ORDER BY c.id"
)
_FAMILY = _of(
    "SELECT id, client_id, name, birth_on, birth_lunar FROM family_member "
    "WHERE client_id = ANY(:ids) ORDER BY id"
)
_BENEFITS = _of(
    "SELECT b.id, policy_id, kind, due_on FROM benefit b JOIN policy p ON p.id = policy_id "
    "WHERE p.client_id = ANY(:ids) AND collected_on IS NULL ORDER BY b.id"
)
_HANDOVERS = _of(
    """
    SELECT DISTINCT ON (h.client_id) h.id, h.client_id, h.assigned_on, ARRAY(
        SELECT (v.at AT TIME ZONE c.timezone)::date FROM contact v
        WHERE v.client_id = h.client_id AND v.kind = 'visit' AND v.result <> 'no_answer'
          AND (v.at AT TIME ZONE c.timezone)::date >= h.assigned_on ORDER BY v.at) AS visited
    FROM handover h JOIN client c ON c.id = h.client_id
    WHERE h.client_id = ANY(:ids) ORDER BY h.client_id, h.assigned_on DESC, h.id DESC
    """
)
_NEXT = text(
    "UPDATE client SET plan_on = n.plan_on FROM jsonb_to_recordset(CAST(:rows AS jsonb)) "
    "AS n(id bigint, plan_on date) WHERE client.id = n.id"
)


async def wanted(tx: Tx, horizon_on: date, count: int) -> list[int]:
    """Clients, locked, whose facts changed or who have something new up to ``horizon_on``.

    The cost follows their number, not the size of the book; clients that another process plans at
    this moment are left out.
    """
    values = {"horizon": horizon_on, "count": count}
    return list((await tx.connection.execute(_WANTED, values)).scalars())


async def lock(tx: Tx, client_ids: Collection[int]) -> list[int]:
    """Those of these clients that exist, locked for planning."""
    found = await tx.connection.execute(_CHANGED, {"ids": sorted(client_ids)})
    return list(found.scalars())


_CADENCES_LOCK = 0x5359_0004


async def lock_cadences(tx: Tx) -> None:
    """Changes of the cadences follow one another; held to the end of the transaction."""
    await tx.connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _CADENCES_LOCK})


async def all_again(tx: Tx) -> None:
    """The rules changed: every client is to be planned again."""
    stale = CLIENT.c.plan_on > date.min
    await tx.connection.execute(update(CLIENT).where(stale).values(plan_on=date.min))


async def unplanned(tx: Tx) -> bool:
    """Whether a client waits for planning because of a change of facts or rules."""
    query = select(CLIENT.c.id).where(CLIENT.c.plan_on == date.min).limit(1)
    return (await tx.connection.execute(query)).first() is not None


async def planned_until(tx: Tx, next_on: dict[int, date]) -> None:
    """Keep for each client (by id) the first day for which planning has something new to say."""
    rows = [{"id": id_, "plan_on": on.isoformat()} for id_, on in next_on.items()]
    await tx.connection.execute(_NEXT, {"rows": json.dumps(rows)})


async def facts(
    tx: Tx, company: str, client_ids: Sequence[int], agent_ids: Collection[int] = ()
) -> Book:
    """Everything that the touches of these clients depend on; phones stay sealed.

    Clients of somebody who does not serve clients any more are left out, unless the server is
    among ``agent_ids``, who are always read.
    """
    ids = {"ids": list(client_ids)}

    async def rows(statement: Any) -> Sequence[Any]:
        return (await tx.connection.execute(statement, ids)).all()

    about_agents = {**ids, "agents": sorted(agent_ids), "roles": list(_SERVING)}
    agents = (await tx.connection.execute(_AGENTS, about_agents)).all()
    known = {agent.id for agent in agents}
    client_rows = [row for row in await rows(_CLIENTS) if row.agent_id in known]
    clients = [sealed_client_of(row) for row in client_rows]
    policy_rows = await rows(_POLICIES)
    own = [day for client in clients if (day := birthday_of(client)) is not None]
    family = [
        Birthday(row.client_id, row.name, yearly_day(row.birth_on, row.birth_lunar), row.id)
        for row in await rows(_FAMILY)
    ]
    contacts = [(row.id, row.contacted_on) for row in client_rows if row.contacted_on]
    return Book(
        agents=tuple(Agent(row.id, row.name, company, row.timezone) for row in agents),
        clients=tuple(clients),
        policies=tuple(policy_of(row) for row in policy_rows),
        claims=tuple(claim_of(row) for row in await rows(_CLAIMS)),
        birthdays=(*own, *family),
        policy_dates=tuple(
            PolicyDates(row.id, delivered_on=row.delivered_on)
            for row in policy_rows
            if row.delivered_on is not None
        ),
        benefits=tuple(
            Benefit(row.id, row.policy_id, row.kind, row.due_on) for row in await rows(_BENEFITS)
        ),
        leads=tuple(_lead(row) for row in client_rows if row.stage and not row.deceased),
        handovers=tuple(
            Handover(row.id, row.client_id, row.assigned_on, tuple(row.visited))
            for row in await rows(_HANDOVERS)
        ),
        contacts=tuple(Contact(*contact) for contact in contacts),
    )


def _lead(row: Any) -> Lead:
    """A lead is a client on the way to a first policy: it bears the client's id."""
    contacted_on = row.contacted_on or row.stage_since_on
    return Lead(
        row.id, row.agent_id, row.name, row.grade, contacted_on, row.stage, row.stage_since_on
    )


_LAPSE = text(
    "UPDATE policy SET status = 'lapsed' WHERE status = 'active' AND frequency <> 'single' "
    "AND next_due_on <= :last_due AND (jurisdiction = :market "
    "OR (:market = 'CN' AND jurisdiction <> ALL(:others)))"
)


async def lapse_overdue(tx: Tx, cadences: Cadences, today: date) -> int:
    """Mark policies whose grace has passed unpaid as lapsed, found by index; gives how many."""
    others = [row.id for row in cadences.jurisdictions]
    lapsed = 0
    for market in cadences.jurisdictions:
        last_due = today - (lapse_day(today, market.grace_days) - today)
        values = {"last_due": last_due, "market": market.id, "others": others}
        lapsed += (await tx.connection.execute(_LAPSE, values)).rowcount
    return lapsed
