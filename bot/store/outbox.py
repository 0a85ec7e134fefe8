"""Rows of what leaves: queued with the change that caused them, claimed once, kept for good."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import BigInteger, bindparam, select, text, update
from sqlalchemy.dialects.postgresql import ARRAY

from bot.domain.draft import Audience, Draft
from bot.store import tables
from bot.store.engine import Tx

OUTBOX = tables.table(tables.Outbox)

INSTANCE_LOCK_SPACE = 0x535A
KEEP_DAYS = 3


@dataclass(frozen=True, slots=True)
class OutboxRow:
    """A draft with its row: ``status`` is queued, claimed, sending, sent, held, uncertain,
    failed, cancelled, blocked or skipped; ``released`` tells that an officer let it through."""

    id: int
    draft: Draft
    status: str
    attempts: int
    archive_id: int | None
    released: bool
    message_id: int | None = None
    claimed_by: int | None = None


def _row(row: Any) -> OutboxRow:
    draft = Draft(
        chat_id=row.chat_id,
        method=row.method,
        params=row.params,
        audience=Audience(row.audience),
        priority=row.priority,
        dedupe_key=row.dedupe_key,
        author_id=row.author_id,
        client_id=row.client_id,
        touch_id=row.touch_id,
        not_before=row.not_before,
    )
    released = row.released_by is not None
    return OutboxRow(
        id=row.id,
        draft=draft,
        status=row.status,
        attempts=row.attempts,
        archive_id=row.archive_id,
        released=released,
        message_id=row.message_id,
        claimed_by=row.claimed_by,
    )


# One prepared statement for any number of rows.
_INSERT = text(
    """
    INSERT INTO outbox (chat_id, audience, method, params, priority, status, dedupe_key, author_id,
                        client_id, touch_id, archive_id, not_before, created_at)
    SELECT r.chat_id, r.audience, r.method, r.params, r.priority, r.status, r.dedupe_key,
           r.author_id, r.client_id, r.touch_id, r.archive_id, COALESCE(r.not_before, :now), :now
    FROM ROWS FROM (jsonb_to_recordset(CAST(:rows AS jsonb)) AS (
        chat_id bigint, audience text, method text, params jsonb, priority int, status text,
        dedupe_key text, author_id bigint, client_id bigint, touch_id bigint, archive_id bigint,
        not_before timestamptz)) WITH ORDINALITY
        AS r(chat_id, audience, method, params, priority, status, dedupe_key, author_id, client_id,
             touch_id, archive_id, not_before, place)
    ORDER BY r.place ON CONFLICT (dedupe_key) DO NOTHING RETURNING id, dedupe_key
    """
)


def _columns(draft: Draft) -> dict[str, Any]:
    """What a draft says of its row."""
    return {
        "chat_id": draft.chat_id,
        "audience": draft.audience.value,
        "method": draft.method,
        "params": draft.params,
        "priority": draft.priority,
        "dedupe_key": draft.dedupe_key,
        "author_id": draft.author_id,
        "client_id": draft.client_id,
        "touch_id": draft.touch_id,
        "not_before": draft.not_before,
    }


class Item(NamedTuple):
    """A draft to keep, with its status and the archived record of its text."""

    draft: Draft
    status: str = "queued"
    archive_id: int | None = None


async def insert_all(tx: Tx, items: Sequence[Item]) -> list[int | None]:
    """Keep drafts in their order; gives their ids, None for one whose ``dedupe_key`` exists."""
    if not items:
        return []
    tx.queued = True
    rows = [
        {**_columns(item.draft), "status": item.status, "archive_id": item.archive_id}
        for item in items
    ]
    values = {"rows": json.dumps(rows, default=str), "now": tx.now}
    kept = sorted((await tx.connection.execute(_INSERT, values)).all())
    keyed = {row.dedupe_key: row.id for row in kept}
    keyless = iter([row.id for row in kept if row.dedupe_key is None])
    return [
        keyed.get(item.draft.dedupe_key) if item.draft.dedupe_key else next(keyless)
        for item in items
    ]


async def enqueue(tx: Tx, drafts: Sequence[Draft]) -> None:
    """Queue drafts; one whose ``dedupe_key`` exists is left out."""
    await insert_all(tx, [Item(draft) for draft in drafts])


# One prepared statement for any number of replies: this is on the way of every update.
_ENQUEUE_CLAIMED = text(
    """
    INSERT INTO outbox (chat_id, audience, method, params, priority, status, author_id, client_id,
                        not_before, created_at, claimed_by)
    SELECT r.chat_id, r.audience, r.method, r.params, r.priority, 'claimed', r.author_id,
           r.client_id, :now, :now, :instance
    FROM ROWS FROM (jsonb_to_recordset(CAST(:rows AS jsonb)) AS (
        chat_id bigint, audience text, method text, params jsonb, priority int,
        author_id bigint, client_id bigint)) WITH ORDINALITY
        AS r(chat_id, audience, method, params, priority, author_id, client_id, place)
    ORDER BY r.place RETURNING id
    """
)


async def enqueue_claimed(tx: Tx, drafts: Sequence[Draft], instance: int) -> list[OutboxRow]:
    """Queue replies already claimed by this process, which sends them right after the commit."""
    if not drafts:
        return []
    rows = [_columns(draft) for draft in drafts]
    values = {"rows": json.dumps(rows, default=str), "now": tx.now, "instance": instance}
    ids = sorted(row.id for row in await tx.connection.execute(_ENQUEUE_CLAIMED, values))
    return [
        OutboxRow(
            id_, replace(draft, not_before=tx.now), "claimed", 0, None, False, claimed_by=instance
        )
        for id_, draft in zip(ids, drafts, strict=True)
    ]


_CLAIM = text(
    "UPDATE outbox SET status = 'claimed', claimed_by = :instance WHERE id IN ("
    "SELECT id FROM outbox WHERE status = 'queued' AND not_before <= :now "
    "AND chat_id <> ALL(:busy) "
    "ORDER BY priority, id LIMIT :count FOR UPDATE SKIP LOCKED) RETURNING *"
)


async def claim_due(tx: Tx, instance: int, count: int, busy: Sequence[int] = ()) -> list[OutboxRow]:
    """Take queued rows that are due, replies before reminders, none of the ``busy`` chats."""
    values = {"instance": instance, "now": tx.now, "count": count, "busy": list(busy)}
    rows = [_row(row) for row in await tx.connection.execute(_CLAIM, values)]
    return sorted(rows, key=lambda row: (row.draft.priority, row.id))


async def mark(tx: Tx, row_id: int, status: str, **values: Any) -> None:
    """Set the status of a row, with other columns such as ``message_id`` or ``reason``."""
    tx.queued = tx.queued or status == "queued"
    await tx.connection.execute(
        update(OUTBOX).where(OUTBOX.c.id == row_id).values(status=status, **values)
    )


_MARK_SENT = text(
    "UPDATE outbox o SET status = 'sent', reason = NULL, sent_at = :now, "
    "attempts = o.attempts + (o.status = 'claimed')::int, "
    "message_id = s.message_id, params = CASE WHEN o.method = 'sendDocument' THEN '{}' ELSE o.params END "
    "FROM jsonb_to_recordset(CAST(:rows AS jsonb)) "
    "AS s(id bigint, message_id bigint) WHERE o.id = s.id"
)


_STILL = text(
    "SELECT id, archive_id, status, claimed_by FROM outbox WHERE id = ANY(:ids) ORDER BY id FOR UPDATE"
).bindparams(bindparam("ids", type_=ARRAY(BigInteger)))


async def still_ours(
    tx: Tx, rows: Sequence[OutboxRow], *, sending: bool = False
) -> dict[int, int | None]:
    """Those of claimed rows that nobody took away meanwhile, locked: their archive ids by id.

    With ``sending``, those on the wire too.
    """
    statuses = ("claimed", "sending") if sending else ("claimed",)
    found = await tx.connection.execute(_STILL, {"ids": [row.id for row in rows]})
    claimed = {row.id: row.claimed_by for row in rows}
    return {
        row.id: row.archive_id
        for row in found
        if row.status in statuses and row.claimed_by == claimed[row.id]
    }


_MARK_SENDING = text(
    "UPDATE outbox o SET status = 'sending', attempts = o.attempts + 1, archive_id = s.archive_id "
    "FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS s(id bigint, archive_id bigint) "
    "WHERE o.id = s.id"
)


async def mark_sending(tx: Tx, rows: Sequence[tuple[int, int | None]]) -> None:
    """Record that rows (id, archive id) go on the wire now."""
    if rows:
        values = json.dumps([{"id": id_, "archive_id": archive_id} for id_, archive_id in rows])
        await tx.connection.execute(_MARK_SENDING, {"rows": values})


async def mark_sent(tx: Tx, sent: Sequence[tuple[int, int | None]]) -> None:
    """Record delivered rows: (row id, Telegram's message id).

    A file that was sent holds clients' data and nobody needs it again: it is dropped.
    """
    if not sent:
        return
    rows = json.dumps([{"id": id_, "message_id": message_id} for id_, message_id in sent])
    await tx.connection.execute(_MARK_SENT, {"rows": rows, "now": tx.now})


_FORGET_WORDS = text(
    "UPDATE outbox SET params = '{}' WHERE audience = 'staff' AND created_at < :before "
    "AND status IN ('sent', 'failed', 'cancelled') AND params <> '{}'"
)


async def forget_words(tx: Tx) -> None:
    """Drop what staff read more than three days ago; it may quote clients, who may be erased."""
    await tx.connection.execute(_FORGET_WORDS, {"before": tx.now - timedelta(days=KEEP_DAYS)})


async def get(tx: Tx, row_id: int, *, lock: bool = False) -> OutboxRow | None:
    """One row, locked if asked."""
    query = select(OUTBOX).where(OUTBOX.c.id == row_id)
    row = (await tx.connection.execute(query.with_for_update() if lock else query)).first()
    return _row(row) if row else None


_ANY_DUE = text(
    "SELECT EXISTS (SELECT FROM outbox WHERE status IN ('claimed', 'sending') "
    "OR (status = 'queued' AND not_before <= :now))"
)


async def any_due(tx: Tx) -> bool:
    """Whether a row is due or on its way."""
    return bool((await tx.connection.execute(_ANY_DUE, {"now": tx.now})).scalar())


async def next_due_at(tx: Tx) -> datetime | None:
    """When the earliest queued row is due."""
    query = text("SELECT min(not_before) AS due FROM outbox WHERE status = 'queued'")
    due: datetime | None = (await tx.connection.execute(query)).scalar()
    return due


async def claimed(tx: Tx, instance: int) -> list[OutboxRow]:
    """The rows that a process has taken and not finished."""
    query = (
        select(OUTBOX)
        .where(OUTBOX.c.status.in_(("claimed", "sending")), OUTBOX.c.claimed_by == instance)
        .order_by(OUTBOX.c.id)
    )
    return [_row(row) for row in await tx.connection.execute(query)]


_ORPHANS = text(
    "SELECT DISTINCT claimed_by FROM outbox "
    "WHERE status IN ('claimed', 'sending') AND claimed_by IS NOT NULL AND claimed_by <> :me"
)
_TRY_LOCK = text("SELECT pg_try_advisory_xact_lock(:space, :instance)")
_RECOVER = text(
    "UPDATE outbox SET claimed_by = NULL, "
    "status = CASE WHEN status = 'sending' AND audience <> 'staff' THEN 'uncertain' "
    "ELSE 'queued' END WHERE status IN ('claimed', 'sending') AND claimed_by = :instance RETURNING *"
)


async def recover(tx: Tx, instance: int) -> list[OutboxRow]:
    """Take back the rows of processes that died; gives those that may have reached a client.

    Each process holds a session lock on its number, so a free lock means a dead process.
    """
    uncertain = []
    for orphan in (await tx.connection.execute(_ORPHANS, {"me": instance})).scalars().all():
        values = {"space": INSTANCE_LOCK_SPACE, "instance": orphan}
        if not (await tx.connection.execute(_TRY_LOCK, values)).scalar():
            continue
        rows = await tx.connection.execute(_RECOVER, {"instance": orphan})
        uncertain += [_row(row) for row in rows if row.status == "uncertain"]
    return uncertain
