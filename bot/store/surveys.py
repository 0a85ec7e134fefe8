"""Ratings after claims: kept once, with the client's own words sealed, and read by team and month."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert as pg_insert

from bot.domain.people import Person, Role
from bot.errors import AccessDenied
from bot.store import book, tables
from bot.store.engine import Tx
from bot.store.touches import TASK, TOUCH

SURVEY = tables.table(tables.Survey)
LOW = 2
_ASKED = ("sent", "uncertain", "queued", "handed_to_agent")


@dataclass(frozen=True, slots=True)
class Asked:
    """One survey that went to a client; ``rating`` is None while it is not answered.

    ``handled`` tells of a low rating whether its work order is done.
    """

    client_id: int
    client: str
    agent_id: int
    decision: str
    at: datetime
    rating: int | None
    comment: str | None
    handled: bool


async def rate(tx: Tx, touch_id: int, client_id: int, rating: int) -> bool:
    """Keep a client's rating; False when this survey was answered before."""
    statement = (
        pg_insert(SURVEY)
        .values(touch_id=touch_id, client_id=client_id, rating=rating, rated_at=tx.now)
        .on_conflict_do_nothing(index_elements=["touch_id"])
        .returning(SURVEY.c.id)
    )
    return (await tx.connection.execute(statement)).first() is not None


async def comment(tx: Tx, touch_id: int, client_id: int, words: str) -> int | None:
    """Add the client's own words to a rating; gives the rating, None when there is none."""
    statement = (
        update(SURVEY)
        .where(SURVEY.c.touch_id == touch_id, SURVEY.c.client_id == client_id)
        .values(comment_sealed=tx.vault.seal(words))
        .returning(SURVEY.c.rating)
    )
    row = (await tx.connection.execute(statement)).first()
    return row.rating if row else None


def order_key(touch_id: int) -> str:
    """The key of the work order after a low rating."""
    return f"rating:{touch_id}"


async def asked(tx: Tx, viewer: Person, since: datetime, until: datetime) -> list[Asked]:
    """The surveys of a period about the clients that a member of staff may see, newest first.

    An agent's own, a supervisor's own and the team's, an administrator's all.
    """
    if viewer.role in (Role.CLIENT, Role.OFFICER) or not viewer.active:
        raise AccessDenied("理赔满意度只给服务人员和管理员看")
    seen = book.visible_to(viewer).subquery()
    query = (
        select(
            seen.c.id.label("client_id"),
            seen.c.name,
            seen.c.agent_id,
            book.CLAIM.c.decision,
            TOUCH.c.decided_at,
            SURVEY.c.rating,
            SURVEY.c.comment_sealed,
            TASK.c.done_at,
        )
        .join(seen, seen.c.id == TOUCH.c.client_id)
        .join(book.CLAIM, book.CLAIM.c.id == TOUCH.c.claim_id)
        .outerjoin(SURVEY, SURVEY.c.touch_id == TOUCH.c.id)
        .outerjoin(TASK, TASK.c.dedupe_key == "rating:" + TOUCH.c.id.cast(TASK.c.dedupe_key.type))
        .where(
            TOUCH.c.event == "claim_decided",
            TOUCH.c.audience == "client",
            TOUCH.c.status.in_(_ASKED),
            TOUCH.c.decided_at >= since,
            TOUCH.c.decided_at < until,
        )
        .order_by(TOUCH.c.decided_at.desc(), TOUCH.c.id.desc())
    )
    return [
        Asked(
            row.client_id,
            row.name,
            row.agent_id,
            row.decision or "",
            row.decided_at,
            row.rating,
            tx.vault.open(row.comment_sealed),
            row.done_at is not None,
        )
        for row in await tx.connection.execute(query)
    ]
