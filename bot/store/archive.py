"""The append-only record of what was said to clients, chained so that tampering shows."""

from __future__ import annotations

import hashlib
import json
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select, text

from bot.store import tables
from bot.store.engine import Tx

ARCHIVE = tables.table(tables.Archive)

_LOCK = text("SELECT pg_advisory_xact_lock(:key)")
_LOCK_KEY = 0x5359_0002
_LAST = select(ARCHIVE.c.id, ARCHIVE.c.digest).order_by(ARCHIVE.c.id.desc()).limit(1)
GENESIS = hashlib.sha256("守约".encode()).digest()
_CHAINED = (
    "id",
    "event",
    "subject_id",
    "at",
    "author_id",
    "client_id",
    "audience",
    "text",
    "decision",
    "findings",
    "rulebook",
)


# One prepared statement for any number of records.
_INSERT = text(
    """
    INSERT INTO archive (id, event, subject_id, at, author_id, client_id, audience, text, decision,
                         findings, rulebook, previous, digest)
    SELECT id, event, subject_id, :now, author_id, client_id, audience, text, decision,
           findings, rulebook, decode(previous, 'hex'), decode(digest, 'hex')
    FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS (
        id bigint, event text, subject_id bigint, author_id bigint, client_id bigint,
        audience text, text text, decision text, findings jsonb, rulebook text, previous text,
        digest text)
    """
)


def _digest(previous: bytes, values: dict[str, Any]) -> bytes:
    record = {name: values[name] for name in _CHAINED}
    record["at"] = record["at"].astimezone(UTC).isoformat()
    canonical = json.dumps(record, ensure_ascii=True, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(previous + canonical.encode()).digest()


async def append(tx: Tx, event: str, audience: str, **given: Any) -> int:
    """Add one record and give its id."""
    (id_,) = await append_all(tx, [{"event": event, "audience": audience, **given}])
    return id_


async def append_all(tx: Tx, records: Sequence[dict[str, Any]]) -> list[int]:
    """Add records in their order and give their ids; each has its ``event`` and ``audience``.

    Writers queue behind a lock until the end of the transaction, so the chain has no forks.
    """
    if not records:
        return []
    await tx.connection.execute(_LOCK, {"key": _LOCK_KEY})
    last = (await tx.connection.execute(_LAST)).first()
    previous, id_ = (bytes(last.digest), int(last.id)) if last else (GENESIS, 0)
    rows: list[dict[str, Any]] = []
    for record in records:
        id_ += 1
        values = {**dict.fromkeys(_CHAINED), "findings": [], **record, "id": id_, "at": tx.now}
        digest = _digest(previous, values)
        del values["at"]
        rows.append({**values, "previous": previous.hex(), "digest": digest.hex()})
        previous = digest
    await tx.connection.execute(_INSERT, {"rows": json.dumps(rows), "now": tx.now})
    return [row["id"] for row in rows]


async def verify(tx: Tx) -> tuple[int, int | None]:
    """Walk the whole chain: how many records, and the id of the first wrong one or None."""
    previous, expected, count = GENESIS, 1, 0
    rows = await tx.connection.stream(select(ARCHIVE).order_by(ARCHIVE.c.id))
    async for row in rows:
        values = dict(row._mapping)
        intact = (
            row.id == expected
            and bytes(row.previous) == previous
            and bytes(row.digest) == _digest(previous, values)
        )
        if not intact:
            return count, int(row.id)
        previous, expected, count = bytes(row.digest), expected + 1, count + 1
    return count, None


async def get(tx: Tx, archive_id: int) -> dict[str, Any]:
    """One record."""
    found = await tx.connection.execute(select(ARCHIVE).where(ARCHIVE.c.id == archive_id))
    return dict(found.one()._mapping)


_EXPORT = text(
    """
    SELECT a.id, a.at, a.author_id, p.name AS author, a.client_id, a.audience, a.text, a.decision,
           a.findings, a.rulebook,
           (SELECT f.event FROM archive f WHERE f.subject_id = a.id ORDER BY f.id DESC LIMIT 1) AS fate
    FROM archive a LEFT JOIN person p ON p.id = a.author_id
    WHERE a.event = 'judged' AND a.at >= :since AND a.at < :until
      AND (CAST(:author AS bigint) IS NULL OR a.author_id = :author)
      AND (CAST(:category AS text) IS NULL
           OR a.findings @> jsonb_build_array(jsonb_build_object('category', CAST(:category AS text))))
    ORDER BY a.id
    """
)


async def judged(
    tx: Tx,
    since: datetime,
    until: datetime,
    *,
    author: int | None = None,
    category: str | None = None,
) -> AsyncIterator[dict[str, Any]]:
    """Judged texts of a period with their latest fate, oldest first."""
    values = {"since": since, "until": until, "author": author, "category": category}
    rows = await tx.connection.stream(_EXPORT, values)
    async for row in rows:
        yield dict(row._mapping)


_RULES = text(
    """
    SELECT f->>'rule' AS rule, count(*) AS stopped, count(r.id) AS reviewed,
           count(r.id) FILTER (WHERE r.decision = 'let_through') AS overruled
    FROM archive a CROSS JOIN LATERAL jsonb_array_elements(a.findings) f
    LEFT JOIN review r ON r.archive_id = a.id
    WHERE a.event = 'judged' AND a.at >= :since GROUP BY 1 ORDER BY 2 DESC
    """
)


async def rule_hits(tx: Tx, since: datetime) -> list[dict[str, Any]]:
    """How often each rule stopped a text since ``since``, and how often officers overruled it."""
    return [dict(row._mapping) for row in await tx.connection.execute(_RULES, {"since": since})]


_WEEK = text(
    """
    SELECT count(*) AS texts, count(*) FILTER (WHERE decision = 'block') AS blocked,
           count(*) FILTER (WHERE decision = 'warn') AS warned,
           (SELECT count(*) FROM archive r WHERE r.event = 'rewritten' AND r.author_id = :author
              AND r.at >= :since) AS rewritten
    FROM archive WHERE event = 'judged' AND author_id = :author AND at >= :since
    """
)
_REASONS = text(
    """
    SELECT f->>'category' AS category, count(DISTINCT a.id) AS texts
    FROM archive a CROSS JOIN LATERAL jsonb_array_elements(a.findings) f
    WHERE a.event = 'judged' AND a.author_id = :author AND a.at >= :since
    GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 3
    """
)


async def week_of(
    tx: Tx, author: int, since: datetime
) -> tuple[dict[str, int], list[tuple[str, int]]]:
    """An author's texts since ``since``: counts, and the most frequent categories."""
    values = {"author": author, "since": since}
    counts = dict((await tx.connection.execute(_WEEK, values)).one()._mapping)
    reasons = await tx.connection.execute(_REASONS, values)
    return counts, [(row.category, row.texts) for row in reasons]
