"""Touches, surveys and tasks: planned once, decided once."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Text, all_, cast, select, text, update
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.dialects.postgresql import insert as pg_insert

from bot.store import tables
from bot.store.engine import Tx

TOUCH = tables.table(tables.Touch)
SURVEY = tables.table(tables.Survey)
TASK = tables.table(tables.Task)

_PLAN_LOCK = 0x5359_0004

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
    """
)


async def plan(tx: Tx, rows: Sequence[dict[str, Any]]) -> None:
    """Keep planned touches; each ``dedupe_key`` exists once for ever."""
    for start in range(0, len(rows), 2000):
        part = json.dumps(rows[start : start + 2000], default=str)
        await tx.connection.execute(_PLAN, {"rows": part})


async def lock_plan(tx: Tx) -> None:
    """One planning at a time, so that an older view of the facts cannot undo a newer one's."""
    await tx.connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _PLAN_LOCK})


async def withdraw(tx: Tx, keys: Sequence[str], from_at: datetime) -> None:
    """Forget planned touches from an instant on that the facts no longer call for."""
    statement = TOUCH.delete().where(
        TOUCH.c.status == "planned",
        TOUCH.c.decided_at.is_(None),
        TOUCH.c.due_at >= from_at,
        TOUCH.c.dedupe_key != all_(cast(list(keys), ARRAY(Text))),
    )
    await tx.connection.execute(statement)


async def due(tx: Tx, limit: int = 200) -> list[tables.Touch]:
    """Planned touches whose moment has come, locked, oldest first."""
    query = (
        select(TOUCH)
        .where(TOUCH.c.status == "planned", TOUCH.c.due_at <= tx.now)
        .order_by(TOUCH.c.due_at, TOUCH.c.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    return [tables.Touch.model_validate(row._mapping) for row in await tx.connection.execute(query)]


async def get(tx: Tx, touch_id: int) -> tables.Touch | None:
    """One touch, locked."""
    query = select(TOUCH).where(TOUCH.c.id == touch_id).with_for_update()
    row = (await tx.connection.execute(query)).first()
    return tables.Touch.model_validate(row._mapping) if row else None


async def change(tx: Tx, touch_id: int, **values: Any) -> None:
    """Set columns of a touch."""
    await tx.connection.execute(update(TOUCH).where(TOUCH.c.id == touch_id).values(**values))


async def upcoming(
    tx: Tx, agent_id: int, until: datetime, *, audience: str | None = None, limit: int = 20
) -> list[tables.Touch]:
    """Planned touches of an agent's clients up to an instant, earliest first."""
    query = select(TOUCH).where(
        TOUCH.c.agent_id == agent_id, TOUCH.c.status == "planned", TOUCH.c.due_at <= until
    )
    if audience:
        query = query.where(TOUCH.c.audience == audience)
    query = query.order_by(TOUCH.c.due_at, TOUCH.c.id).limit(limit)
    return [tables.Touch.model_validate(row._mapping) for row in await tx.connection.execute(query)]


async def upcoming_of(
    tx: Tx, client_id: int, until: datetime, limit: int = 5
) -> list[tables.Touch]:
    """Planned touches about one client up to an instant, earliest first; the caller checked."""
    query = (
        select(TOUCH)
        .where(TOUCH.c.client_id == client_id, TOUCH.c.status == "planned", TOUCH.c.due_at <= until)
        .order_by(TOUCH.c.due_at, TOUCH.c.id)
        .limit(limit)
    )
    return [tables.Touch.model_validate(row._mapping) for row in await tx.connection.execute(query)]


async def next_due_at(tx: Tx) -> datetime | None:
    """When the earliest planned touch is due."""
    query = text("SELECT min(due_at) AS due FROM touch WHERE status = 'planned'")
    value: datetime | None = (await tx.connection.execute(query)).scalar()
    return value


async def rate(tx: Tx, touch_id: int, client_id: int, rating: int) -> bool:
    """Keep a client's rating; False when this survey was answered before."""
    statement = (
        pg_insert(SURVEY)
        .values(touch_id=touch_id, client_id=client_id, rating=rating, rated_at=tx.now)
        .on_conflict_do_nothing(index_elements=["touch_id"])
        .returning(SURVEY.c.id)
    )
    return (await tx.connection.execute(statement)).first() is not None


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
