"""Warned messages that wait for an officer, the versions of the rulebook, and labelled examples."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import func, insert, select, text, update
from sqlalchemy.dialects.postgresql import insert as pg_insert

from bot.store import tables
from bot.store.engine import Tx

_RULEBOOK_LOCK = 0x5359_0005

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


_WAITING_OFFERS = text(
    """
    SELECT r.id FROM review r JOIN outbox o ON o.id = r.outbox_id
    WHERE r.decided_at IS NULL AND o.client_id = :client AND EXISTS (SELECT FROM touch t WHERE (t.id = o.touch_id OR t.carrier_id = o.touch_id)
                       AND t.nature = 'marketing')
    ORDER BY r.id FOR UPDATE OF r
    """
)
# Notices whose message carried an offer too are planned again and go without it.
_WITHDRAW_OFFERS = text(
    """
    WITH gone AS (
        UPDATE outbox o SET status = 'cancelled', reason = 'opted_out', dedupe_key = NULL
        WHERE o.client_id = :client AND o.status IN ('queued', 'claimed', 'held') AND EXISTS (SELECT FROM touch t WHERE (t.id = o.touch_id OR t.carrier_id = o.touch_id)
                       AND t.nature = 'marketing')
        RETURNING o.id, o.touch_id, o.archive_id
    ), skipped AS (
        UPDATE touch SET carrier_id = NULL,
            status = CASE WHEN nature = 'marketing' THEN 'skipped' ELSE 'planned' END,
            reason = CASE WHEN nature = 'marketing' THEN 'opted_out' END,
            decided_at = CASE WHEN nature = 'marketing' THEN CAST(:now AS timestamptz) END
        WHERE id IN (SELECT touch_id FROM gone) OR carrier_id IN (SELECT touch_id FROM gone)
    ), closed AS (
        UPDATE review SET decision = 'withdrawn', decided_at = :now
        WHERE outbox_id IN (SELECT id FROM gone) AND decided_at IS NULL
    )
    SELECT archive_id FROM gone WHERE archive_id IS NOT NULL ORDER BY archive_id
    """
)


async def withdraw_offers(tx: Tx, client_id: int) -> list[int]:
    """Cancel a client's marketing that has not left, close its touches and reviews.

    Gives the archive ids of the cancelled texts. The reviews are locked first, in the order in
    which a decision locks.
    """
    values = {"client": client_id, "now": tx.now}
    await tx.connection.execute(_WAITING_OFFERS, values)
    return list((await tx.connection.execute(_WITHDRAW_OFFERS, values)).scalars())


async def lock_rulebook(tx: Tx) -> None:
    """Changes of the rulebook follow one another; held to the end of the transaction."""
    lock = text("SELECT pg_advisory_xact_lock(:key)")
    await tx.connection.execute(lock, {"key": _RULEBOOK_LOCK})


async def knows_version(tx: Tx, digest: str, status: str | None = None) -> bool:
    """Whether a version of this digest is kept, of this status if one is given."""
    query = select(RULEBOOK.c.id).where(RULEBOOK.c.digest == digest).limit(1)
    if status:
        query = query.where(RULEBOOK.c.status == status)
    return (await tx.connection.execute(query)).first() is not None


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
