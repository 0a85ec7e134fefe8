"""Touches whose moment has come: taken client by client, and what is decided about them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import BigInteger, bindparam, select, text
from sqlalchemy.dialects.postgresql import ARRAY

from bot.store.engine import Tx
from bot.store.touches import TOUCH, TouchRow, of_rows

# The client's row is the turn: who holds it decides about all touches of that client, so that two
# processes can neither send twice on a day nor both use up the week's one marketing text.
_DUE_CLIENTS = text(
    "SELECT t.client_id FROM touch t JOIN client c ON c.id = t.client_id "
    "WHERE t.status = 'planned' AND t.due_at <= :now ORDER BY t.due_at, t.id LIMIT :count "
    "FOR NO KEY UPDATE OF c SKIP LOCKED"
)


async def due_clients(tx: Tx, count: int) -> list[int]:
    """Clients with a touch whose moment has come, locked; found through ``count`` such touches."""
    found = await tx.connection.execute(_DUE_CLIENTS, {"now": tx.now, "count": count})
    return sorted(set(found.scalars()))


async def planned_for(tx: Tx, client_ids: Sequence[int], until: datetime) -> list[TouchRow]:
    """Planned touches of clients up to an instant, locked, earliest first."""
    query = (
        select(TOUCH)
        .where(
            TOUCH.c.client_id.in_(client_ids),
            TOUCH.c.status == "planned",
            TOUCH.c.due_at <= until,
        )
        .order_by(TOUCH.c.due_at, TOUCH.c.id)
        .with_for_update(skip_locked=True)
    )
    return of_rows(await tx.connection.execute(query))


class Sent(NamedTuple):
    """A marketing text that went or is to go to a client: of which cadence, and when."""

    client_id: int
    cadence: str
    planned: bool
    at: datetime


_MARKETING = text(
    """
    SELECT client_id, cadence, status = 'planned' AS planned,
           CASE WHEN status = 'planned' THEN due_at ELSE decided_at END AS at
    FROM touch WHERE client_id = ANY(:ids) AND nature = 'marketing' AND audience = 'client'
      AND due_at > :since AND due_at < :until
      AND (status IN ('planned', 'queued', 'held', 'sent', 'uncertain', 'draft')
           OR (status = 'handed_to_agent' AND reason <> 'remind_only'))
    """
).bindparams(bindparam("ids", type_=ARRAY(BigInteger)))


async def marketing(
    tx: Tx, client_ids: Sequence[int], since: datetime, until: datetime
) -> list[Sent]:
    """The marketing texts to clients around now, for the limit on their number."""
    values = {"ids": list(client_ids), "since": since, "until": until}
    return [Sent(*row) for row in await tx.connection.execute(_MARKETING, values)]


_DECIDE = text(
    "UPDATE touch SET status = r.status, reason = r.reason, decided_at = :now, "
    "carrier_id = r.carrier_id FROM jsonb_to_recordset(CAST(:rows AS jsonb)) "
    "AS r(id bigint, status text, reason text, carrier_id bigint) WHERE touch.id = r.id"
)
_HOLD = text(
    "UPDATE touch SET due_at = r.again_at, reason = r.reason "
    "FROM jsonb_to_recordset(CAST(:rows AS jsonb)) "
    "AS r(id bigint, again_at timestamptz, reason text) WHERE touch.id = r.id"
)


class Decision(NamedTuple):
    """What becomes of a touch, why, and with which other touch's message its words go."""

    id: int
    status: str
    reason: str | None = None
    carrier_id: int | None = None


def as_one(touch_ids: Sequence[int], status: str, reason: str | None = None) -> list[Decision]:
    """What becomes of touches that go in one message: the first carries the words of the others."""
    first = touch_ids[0]
    return [Decision(id_, status, reason, None if id_ == first else first) for id_ in touch_ids]


async def decide(tx: Tx, decisions: Sequence[Decision]) -> None:
    """Keep what became of touches."""
    rows = json.dumps([one._asdict() for one in decisions])
    await tx.connection.execute(_DECIDE, {"rows": rows, "now": tx.now})


async def hold(tx: Tx, held: Sequence[tuple[int, datetime, str]]) -> None:
    """Look at touches (id, when, why) again later."""
    rows = json.dumps(
        [{"id": id_, "again_at": str(at), "reason": reason} for id_, at, reason in held]
    )
    await tx.connection.execute(_HOLD, {"rows": rows})
