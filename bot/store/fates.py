"""What became of touches to clients, counted and listed for those who may see the clients."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, select

from bot.domain.people import Person
from bot.store import book
from bot.store.engine import Tx
from bot.store.touches import TOUCH, TouchRow, of_rows

REASONS = frozenset(
    {
        "deceased", "reassigned", "opted_out", "paid", "surrendered", "withdrawn", "terminated",
        "matured", "lapsed", "erased", "changed", "expired", "rescheduled", "quiet_hours",
        "frequency_cap", "compliance", "officer", "not_on_telegram", "remind_only",
        "not_confirmed", "agent", "by_hand", "no_supervisor", "agent_left", "bug", "chat_dead",
        "refused", "unknown", "delayed", "edited",
    }
)  # fmt: skip
"""The reasons that have a sentence of their own."""


def _seen(viewer: Person, since: datetime) -> Select[Any]:
    """Decided touches to the clients that a person may see."""
    clients = book.visible_to(viewer).subquery()
    return (
        select(TOUCH)
        .join(clients, clients.c.id == TOUCH.c.client_id)
        .where(
            TOUCH.c.audience == "client",
            TOUCH.c.status != "planned",
            TOUCH.c.decided_at >= since,
        )
    )


async def counts(
    tx: Tx, viewer: Person, since: datetime
) -> list[tuple[tuple[str, str | None], int]]:
    """How often each (status, reason) occurred since then, the most frequent first."""
    seen = _seen(viewer, since).subquery()
    query = (
        select(seen.c.status, seen.c.reason, func.count())
        .group_by(seen.c.status, seen.c.reason)
        .order_by(func.count().desc(), seen.c.status, seen.c.reason)
    )
    return [((row[0], row[1]), row[2]) for row in await tx.connection.execute(query)]


async def last(tx: Tx, viewer: Person, since: datetime, limit: int) -> list[TouchRow]:
    """The touches decided last."""
    query = _seen(viewer, since).order_by(TOUCH.c.decided_at.desc(), TOUCH.c.id.desc())
    rows = await tx.connection.execute(query.limit(limit))
    return of_rows(rows)


async def of_client(tx: Tx, client_id: int, limit: int) -> list[TouchRow]:
    """The newest touches to one client, decided and planned next; the caller saw the client."""
    query = (
        select(TOUCH)
        .where(TOUCH.c.client_id == client_id, TOUCH.c.audience == "client")
        .order_by((TOUCH.c.status == "planned"), TOUCH.c.due_at.desc(), TOUCH.c.id.desc())
        .limit(limit)
    )
    rows = await tx.connection.execute(query)
    return of_rows(rows)
