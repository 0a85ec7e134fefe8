"""Warned messages that wait for an officer, the versions of the rulebook, and labelled examples."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import func, insert, select, text, update
from sqlalchemy.dialects.postgresql import insert as pg_insert

from bot.store import tables
from bot.store.engine import Tx

REVIEW = tables.table(tables.Review)
RULEBOOK = tables.table(tables.Rulebook)
EXAMPLE = tables.table(tables.LabelledExample)


async def open_review(tx: Tx, **values: Any) -> int:
    """Open a review; ``outbox_id``, ``archive_id``, ``text`` and ``findings`` are needed."""
    statement = insert(REVIEW).values(assigned_at=tx.now, **values).returning(REVIEW.c.id)
    return int((await tx.connection.execute(statement)).scalar_one())


async def review(tx: Tx, review_id: int) -> tables.Review | None:
    """A review, locked, so that two officers cannot both decide."""
    query = select(REVIEW).where(REVIEW.c.id == review_id).with_for_update()
    row = (await tx.connection.execute(query)).first()
    return tables.Review.model_validate(row._mapping) if row else None


async def waiting(tx: Tx, limit: int = 20) -> list[tables.Review]:
    """Undecided reviews, oldest first."""
    query = select(REVIEW).where(REVIEW.c.decided_at.is_(None)).order_by(REVIEW.c.id).limit(limit)
    return [tables.Review.model_validate(r._mapping) for r in await tx.connection.execute(query)]


async def overdue(tx: Tx, before: datetime) -> list[tables.Review]:
    """Undecided reviews given to their officer before ``before``, locked."""
    query = (
        select(REVIEW)
        .where(REVIEW.c.decided_at.is_(None), REVIEW.c.assigned_at < before)
        .order_by(REVIEW.c.id)
        .with_for_update(skip_locked=True)
    )
    return [tables.Review.model_validate(r._mapping) for r in await tx.connection.execute(query)]


async def change_review(tx: Tx, review_id: int, **values: Any) -> None:
    """Set columns of a review."""
    await tx.connection.execute(update(REVIEW).where(REVIEW.c.id == review_id).values(**values))


async def count_waiting(tx: Tx) -> int:
    """How many reviews wait."""
    query = select(func.count()).select_from(REVIEW).where(REVIEW.c.decided_at.is_(None))
    return int((await tx.connection.execute(query)).scalar_one())


async def add_version(tx: Tx, **values: Any) -> int:
    """Keep a version of the rulebook: ``digest``, ``source``, ``why``, ``status`` and who."""
    statement = insert(RULEBOOK).values(proposed_at=tx.now, **values).returning(RULEBOOK.c.id)
    return int((await tx.connection.execute(statement)).scalar_one())


async def version(tx: Tx, version_id: int) -> tables.Rulebook | None:
    """One version, locked."""
    query = select(RULEBOOK).where(RULEBOOK.c.id == version_id).with_for_update()
    row = (await tx.connection.execute(query)).first()
    return tables.Rulebook.model_validate(row._mapping) if row else None


async def versions(tx: Tx, limit: int = 10, status: str | None = None) -> list[tables.Rulebook]:
    """Versions, newest publication or proposal first."""
    query = select(RULEBOOK)
    if status:
        query = query.where(RULEBOOK.c.status == status)
    order = func.coalesce(RULEBOOK.c.published_at, RULEBOOK.c.proposed_at).desc()
    rows = await tx.connection.execute(query.order_by(order, RULEBOOK.c.id.desc()).limit(limit))
    return [tables.Rulebook.model_validate(row._mapping) for row in rows]


_IN_FORCE = text(
    "SELECT id, digest FROM rulebook WHERE status = 'published' "
    "ORDER BY published_at DESC, id DESC LIMIT 1"
)


async def in_force(tx: Tx) -> tuple[int, str] | None:
    """Id and digest of the version published last."""
    row = (await tx.connection.execute(_IN_FORCE)).first()
    return (row.id, row.digest) if row else None


async def change_version(tx: Tx, version_id: int, **values: Any) -> None:
    """Set columns of a version."""
    await tx.connection.execute(
        update(RULEBOOK).where(RULEBOOK.c.id == version_id).values(**values)
    )


async def keep_example(
    tx: Tx, text_: str, label: str, category: str | None, officer_id: int
) -> None:
    """Keep a decision as an example for the next training; the newest label of a text counts."""
    values = {"label": label, "category": category, "officer_id": officer_id, "at": tx.now}
    statement = pg_insert(EXAMPLE).values(text=text_, **values)
    statement = statement.on_conflict_do_update(index_elements=["text"], set_=values)
    await tx.connection.execute(statement)


async def examples(tx: Tx) -> list[dict[str, Any]]:
    """All examples that officers labelled."""
    query = select(EXAMPLE.c.text, EXAMPLE.c.label, EXAMPLE.c.category).order_by(EXAMPLE.c.id)
    return [dict(row._mapping) for row in await tx.connection.execute(query)]
