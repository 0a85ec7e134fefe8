"""Touches and tasks: planned once, decided once."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, bindparam, delete, insert, select, text, update
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.dialects.postgresql import insert as pg_insert

from bot.store import tables
from bot.store.engine import Tx

TOUCH = tables.table(tables.Touch)
TASK = tables.table(tables.Task)
MODE = tables.table(tables.TouchMode)


@dataclass(frozen=True, slots=True)
class TouchRow:
    """A touch as it is kept; the fields are those of the table."""

    id: int
    dedupe_key: str
    cadence: str
    step: str
    audience: str
    nature: str
    due_on: date
    due_at: datetime
    expires_at: datetime
    event: str
    event_on: date
    subject: str
    agent_id: int
    client_id: int
    policy_id: int | None = None
    claim_id: int | None = None
    carrier_id: int | None = None
    status: str = "planned"
    reason: str | None = None
    text_override: str | None = None
    decided_at: datetime | None = None


# A planned touch follows the facts; one that was decided, delayed or rewritten by a person stays.
_PLAN = text(
    """
    INSERT INTO touch (dedupe_key, cadence, step, event, subject, audience, nature, due_on, due_at,
                       expires_at, event_on, agent_id, client_id, policy_id, claim_id)
    SELECT * FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS r(
        dedupe_key text, cadence text, step text, event text, subject text, audience text,
        nature text, due_on date, due_at timestamptz, expires_at timestamptz, event_on date,
        agent_id bigint, client_id bigint, policy_id bigint, claim_id bigint)
    ON CONFLICT (dedupe_key) DO UPDATE SET due_on = EXCLUDED.due_on, due_at = EXCLUDED.due_at,
        expires_at = EXCLUDED.expires_at, agent_id = EXCLUDED.agent_id
    WHERE touch.status = 'planned' AND touch.decided_at IS NULL
      AND (touch.due_at, touch.agent_id) IS DISTINCT FROM (EXCLUDED.due_at, EXCLUDED.agent_id)
    RETURNING (xmax = 0) AS fresh
    """
)
_WITHDRAW = text(
    "DELETE FROM touch WHERE client_id = ANY(:ids) AND status = 'planned' AND decided_at IS NULL "
    "AND due_at >= :now AND dedupe_key NOT IN (SELECT unnest(CAST(:keys AS text[])))"
).bindparams(bindparam("ids", type_=ARRAY(BigInteger)))
_ROWS_AT_ONCE = 2000


@dataclass(frozen=True, slots=True)
class Moved:
    """What a planning changed among the touches not yet sent."""

    new: int = 0
    moved: int = 0
    withdrawn: int = 0

    def __add__(self, other: Moved) -> Moved:
        return Moved(
            self.new + other.new, self.moved + other.moved, self.withdrawn + other.withdrawn
        )

    def __bool__(self) -> bool:
        return self != Moved()


async def plan(tx: Tx, client_ids: Sequence[int], rows: Sequence[dict[str, Any]]) -> Moved:
    """Make ``rows`` the planned touches of these clients from now on, and tell what changed.

    Each ``dedupe_key`` exists once for ever; planned touches that the facts no longer call for
    are forgotten.
    """
    new = moved = 0
    for start in range(0, len(rows), _ROWS_AT_ONCE):
        part = json.dumps(rows[start : start + _ROWS_AT_ONCE], default=str)
        changed = (await tx.connection.execute(_PLAN, {"rows": part})).scalars().all()
        new += sum(changed)
        moved += len(changed) - sum(changed)
    keys = [row["dedupe_key"] for row in rows]
    values = {"ids": list(client_ids), "now": tx.now, "keys": keys}
    withdrawn = (await tx.connection.execute(_WITHDRAW, values)).rowcount
    return Moved(new, moved, withdrawn)


def of_rows(found: Iterable[Any]) -> list[TouchRow]:
    """Touches from rows of the whole table."""
    return [TouchRow(**row._mapping) for row in found]


async def modes(tx: Tx, agent_ids: Collection[int]) -> dict[tuple[int, str], str]:
    """How agents want cadences to reach clients, by (agent, cadence); absent ones go by themselves."""
    query = select(MODE).where(MODE.c.person_id.in_(agent_ids))
    rows = await tx.connection.execute(query)
    return {(row.person_id, row.cadence): row.mode for row in rows}


async def set_mode(tx: Tx, agent_id: int, cadence: str, mode: str) -> None:
    """Keep how an agent wants one cadence to reach clients: ``auto``, ``draft`` or ``remind``."""
    mine = (MODE.c.person_id == agent_id) & (MODE.c.cadence == cadence)
    await tx.connection.execute(delete(MODE).where(mine))
    if mode != "auto":
        values = {"person_id": agent_id, "cadence": cadence, "mode": mode}
        await tx.connection.execute(insert(MODE).values(**values))


async def drop_unconfirmed(tx: Tx) -> None:
    """Drafts that nobody confirmed while they made sense do not go."""
    await tx.connection.execute(
        update(TOUCH)
        .where(TOUCH.c.status == "draft", TOUCH.c.expires_at <= tx.now)
        .values(status="skipped", reason="not_confirmed", decided_at=tx.now)
    )


async def drafts_of(tx: Tx, agent_id: int, limit: int) -> list[TouchRow]:
    """What waits for an agent's tap, the first touch of each message, oldest first."""
    query = (
        select(TOUCH)
        .where(
            TOUCH.c.agent_id == agent_id,
            TOUCH.c.status == "draft",
            TOUCH.c.carrier_id.is_(None),
        )
        .order_by(TOUCH.c.decided_at, TOUCH.c.id)
        .limit(limit)
    )
    return of_rows(await tx.connection.execute(query))


async def settle(tx: Tx, touch_id: int, status: str, reason: str | None) -> None:
    """Keep what became of the message of a touch, for it and for all whose words it carried."""
    carried = (TOUCH.c.id == touch_id) | (TOUCH.c.carrier_id == touch_id)
    await tx.connection.execute(
        update(TOUCH).where(carried).values(status=status, reason=reason, decided_at=tx.now)
    )


_SETTLE_SENT = text(
    "UPDATE touch SET status = 'sent', reason = NULL, decided_at = :now "
    "WHERE id = ANY(:ids) OR carrier_id = ANY(:ids)"
).bindparams(bindparam("ids", type_=ARRAY(BigInteger)))


async def settle_sent(tx: Tx, touch_ids: Sequence[int]) -> None:
    """The messages of these touches have arrived."""
    await tx.connection.execute(_SETTLE_SENT, {"ids": list(touch_ids), "now": tx.now})


async def carried_by(tx: Tx, touch_id: int) -> list[TouchRow]:
    """A touch and those whose words its message carries, locked, the touch itself first."""
    query = (
        select(TOUCH)
        .where((TOUCH.c.id == touch_id) | (TOUCH.c.carrier_id == touch_id))
        .order_by(TOUCH.c.carrier_id.is_not(None), TOUCH.c.id)
        .with_for_update()
    )
    return of_rows(await tx.connection.execute(query))


async def get(tx: Tx, touch_id: int) -> TouchRow | None:
    """One touch, locked."""
    query = select(TOUCH).where(TOUCH.c.id == touch_id).with_for_update()
    row = (await tx.connection.execute(query)).first()
    return of_rows([row])[0] if row else None


async def change(tx: Tx, touch_id: int, **values: Any) -> None:
    """Set columns of a touch."""
    await tx.connection.execute(update(TOUCH).where(TOUCH.c.id == touch_id).values(**values))


async def upcoming(
    tx: Tx, agent_id: int, until: datetime, *, audience: str | None = None, limit: int = 20
) -> list[TouchRow]:
    """Planned touches of an agent's clients up to an instant, earliest first."""
    query = select(TOUCH).where(
        TOUCH.c.agent_id == agent_id, TOUCH.c.status == "planned", TOUCH.c.due_at <= until
    )
    if audience:
        query = query.where(TOUCH.c.audience == audience)
    query = query.order_by(TOUCH.c.due_at, TOUCH.c.id).limit(limit)
    return of_rows(await tx.connection.execute(query))


async def upcoming_of(tx: Tx, client_id: int, until: datetime, limit: int = 5) -> list[TouchRow]:
    """Planned touches about one client up to an instant, earliest first; the caller checked."""
    query = (
        select(TOUCH)
        .where(TOUCH.c.client_id == client_id, TOUCH.c.status == "planned", TOUCH.c.due_at <= until)
        .order_by(TOUCH.c.due_at, TOUCH.c.id)
        .limit(limit)
    )
    return of_rows(await tx.connection.execute(query))


async def next_due_at(tx: Tx) -> datetime | None:
    """When the earliest planned touch is due."""
    query = text("SELECT min(due_at) AS due FROM touch WHERE status = 'planned'")
    value: datetime | None = (await tx.connection.execute(query)).scalar()
    return value


async def add_task(
    tx: Tx,
    owner_id: int,
    kind: str,
    title: str,
    *,
    client_id: int | None = None,
    due_at: datetime | None = None,
    dedupe_key: str | None = None,
) -> int | None:
    """Give somebody a task; None when one of this ``dedupe_key`` exists."""
    statement = (
        pg_insert(TASK)
        .values(
            owner_id=owner_id,
            kind=kind,
            title=title,
            client_id=client_id,
            due_at=due_at,
            dedupe_key=dedupe_key,
            created_at=tx.now,
        )
        .on_conflict_do_nothing(index_elements=["dedupe_key"])
        .returning(TASK.c.id)
    )
    row = (await tx.connection.execute(statement)).first()
    return row.id if row else None


async def open_tasks(tx: Tx, owner_id: int, limit: int = 20) -> list[tables.Task]:
    """Open tasks of a person, most urgent first."""
    query = (
        select(TASK)
        .where(TASK.c.owner_id == owner_id, TASK.c.done_at.is_(None))
        .order_by(TASK.c.due_at.asc().nulls_last(), TASK.c.id)
        .limit(limit)
    )
    return [tables.Task.model_validate(row._mapping) for row in await tx.connection.execute(query)]


async def finish_task(tx: Tx, task_id: int, owner_id: int) -> bool:
    """Close a task of its owner; False when there is none open."""
    statement = (
        update(TASK)
        .where(TASK.c.id == task_id, TASK.c.owner_id == owner_id, TASK.c.done_at.is_(None))
        .values(done_at=tx.now)
        .returning(TASK.c.id)
    )
    return (await tx.connection.execute(statement)).first() is not None


_NAMES = text("SELECT id, name FROM client WHERE id = ANY(:ids)").bindparams(
    bindparam("ids", type_=ARRAY(BigInteger))
)


async def client_names(tx: Tx, client_ids: Collection[int]) -> dict[int, str]:
    """The names of clients, by id, for a reader whose access to the touches was checked."""
    rows = await tx.connection.execute(_NAMES, {"ids": list(client_ids)})
    return {row.id: row.name for row in rows}


_AGENT_OF = text("SELECT agent_id FROM client WHERE id = :client")


async def agent_of_client(tx: Tx, client_id: int) -> int | None:
    """The agent who serves a client."""
    found = await tx.connection.execute(_AGENT_OF, {"client": client_id})
    agent_id: int | None = found.scalar()
    return agent_id


async def finish_keyed(tx: Tx, dedupe_key: str) -> None:
    """Close the task of a ``dedupe_key``, if it is open."""
    await tx.connection.execute(
        update(TASK)
        .where(TASK.c.dedupe_key == dedupe_key, TASK.c.done_at.is_(None))
        .values(done_at=tx.now)
    )


async def give_keyed(tx: Tx, dedupe_key: str, owner_id: int) -> None:
    """Give the open task of a ``dedupe_key`` to somebody else."""
    await tx.connection.execute(
        update(TASK)
        .where(TASK.c.dedupe_key == dedupe_key, TASK.c.done_at.is_(None))
        .values(owner_id=owner_id)
    )


async def link_keyed(tx: Tx, dedupe_key: str, client_id: int) -> None:
    """Tell the task of a ``dedupe_key`` whom it is about."""
    await tx.connection.execute(
        update(TASK).where(TASK.c.dedupe_key == dedupe_key).values(client_id=client_id)
    )
