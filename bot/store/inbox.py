"""Updates as they came in: stored once, handled once, replayed after a crash."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import text

from bot.store.engine import Tx


@dataclass(frozen=True, slots=True)
class Incoming:
    """One stored update: Telegram's id, the person it is from (0 when none), and its body."""

    update_id: int
    user_id: int
    body: dict[str, Any]


_STORE = text(
    "INSERT INTO inbox (update_id, user_id, body, received_at) "
    "SELECT u.update_id, u.user_id, u.body, :now "
    "FROM jsonb_to_recordset(CAST(:rows AS jsonb)) "
    "AS u(update_id bigint, user_id bigint, body jsonb) "
    "ON CONFLICT DO NOTHING RETURNING update_id"
)
# The lock serialises one person's updates across processes; the row says whether it is still ours.
_CLAIM = text(
    "WITH person AS MATERIALIZED (SELECT pg_advisory_xact_lock(:space, :user)) "
    "UPDATE inbox SET done_at = :now FROM person "
    "WHERE update_id = :id AND done_at IS NULL RETURNING 1"
)
_UNFINISHED = text(
    "SELECT update_id, user_id, body FROM inbox WHERE done_at IS NULL ORDER BY update_id LIMIT 10000"
)
_FAILED = text("UPDATE inbox SET done_at = :now, error_id = :error WHERE update_id = :id")
_FORGET = text("DELETE FROM inbox WHERE done_at < :before")

_LOCK_SPACE = 0x5359
KEEP_DAYS = 3
_DEEPEST = 64


async def store(tx: Tx, incoming: Sequence[Incoming]) -> set[int]:
    """Keep updates whose bodies are ``storable``; gives the ids that were new."""
    rows = [{"update_id": i.update_id, "user_id": i.user_id, "body": i.body} for i in incoming]
    values = {"rows": json.dumps(rows, ensure_ascii=False), "now": tx.now}
    return {row.update_id for row in await tx.connection.execute(_STORE, values)}


def storable_text(value: str) -> str:
    """``value`` without NUL and lone surrogates, which PostgreSQL cannot hold."""
    return value.replace("\0", "").encode("utf-8", "replace").decode()


def storable(value: Any, depth: int = 0) -> Any:
    """``value`` without what PostgreSQL's JSON cannot hold, and not deeper than Telegram's."""
    if isinstance(value, str):
        return storable_text(value)
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if isinstance(value, list | dict) and depth == _DEEPEST:
        return None
    if isinstance(value, list):
        return [storable(part, depth + 1) for part in value]
    if isinstance(value, dict):
        return {storable_text(key): storable(part, depth + 1) for key, part in value.items()}
    return value


async def claim(tx: Tx, incoming: Incoming) -> bool:
    """Mark an update as handled by this transaction; False when another already did."""
    values = {
        "space": _LOCK_SPACE,
        "user": incoming.user_id % 2**31,
        "id": incoming.update_id,
        "now": tx.now,
    }
    return (await tx.connection.execute(_CLAIM, values)).first() is not None


async def unfinished(tx: Tx) -> list[Incoming]:
    """Updates that no transaction finished, oldest first."""
    found = await tx.connection.execute(_UNFINISHED)
    return [Incoming(row.update_id, row.user_id, row.body) for row in found]


async def mark_failed(tx: Tx, update_id: int, error_id: str) -> None:
    """Close an update that a bug stopped; ``error_id`` is the id shown to the person."""
    values = {"id": update_id, "error": error_id, "now": tx.now}
    await tx.connection.execute(_FAILED, values)


async def forget_old(tx: Tx) -> None:
    """Delete updates handled more than three days ago; Telegram repeats none that old."""
    await tx.connection.execute(_FORGET, {"before": tx.now - timedelta(days=KEEP_DAYS)})
