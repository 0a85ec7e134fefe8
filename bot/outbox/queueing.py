"""Texts for clients and the public put on their way: archived with their verdicts, then queued."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any, NamedTuple

from bot.compliance import review
from bot.compliance.verdict import Verdict
from bot.domain.draft import Audience, Draft
from bot.store import archive, outbox
from bot.store.engine import Tx


class Judged(NamedTuple):
    """A draft with the verdict on its text; ``archive_id`` when the verdict was archived before."""

    draft: Draft
    verdict: Verdict
    text: str
    archive_id: int | None = None


async def queue_all(tx: Tx, judged: Sequence[Judged]) -> list[int | None]:
    """Archive texts with their verdicts and queue them, or hold for an officer what is warned.

    Gives the row ids; None for a text that was blocked, or queued before under the same
    ``dedupe_key``.
    """
    fresh = [one for one in judged if one.archive_id is None]
    records = [
        judged_record(
            one.verdict, one.text, one.draft.audience, one.draft.author_id, one.draft.client_id
        )
        for one in fresh
    ]
    new_ids = iter(await archive.append_all(tx, records))
    archived = [next(new_ids) if one.archive_id is None else one.archive_id for one in judged]
    blocked = [one.verdict.decision == "block" for one in judged]
    await archive.append_all(
        tx,
        [
            {
                "event": "blocked",
                "audience": one.draft.audience.value,
                "subject_id": archive_id,
                "author_id": one.draft.author_id,
            }
            for one, archive_id, stays in zip(judged, archived, blocked, strict=True)
            if stays
        ],
    )
    items = [
        outbox.Item(one.draft, fate_of(one.verdict)[0], archive_id)
        for one, archive_id, stays in zip(judged, archived, blocked, strict=True)
        if not stays
    ]
    kept = iter(await outbox.insert_all(tx, items))
    row_ids = [None if stays else next(kept) for stays in blocked]
    for one, archive_id, row_id in zip(judged, archived, row_ids, strict=True):
        if row_id is not None and one.verdict.decision == "warn":
            findings = [asdict(finding) for finding in one.verdict.findings]
            author = one.draft.author_id
            await review.open_for(tx, row_id, archive_id, author, one.text, findings)
    return row_ids


def fate_of(verdict: Verdict) -> tuple[str, str | None]:
    """What becomes of a text by its verdict, and why: queued, held for an officer, or skipped."""
    return {"pass": ("queued", None), "warn": ("held", None), "block": ("skipped", "compliance")}[
        verdict.decision
    ]


async def queue_judged(
    tx: Tx, draft: Draft, verdict: Verdict, text: str, *, archive_id: int | None = None
) -> int | None:
    """``queue_all`` for one text."""
    (row_id,) = await queue_all(tx, [Judged(draft, verdict, text, archive_id)])
    return row_id


def judged_record(
    verdict: Verdict, text: str, audience: Audience, author_id: int | None, client_id: int | None
) -> dict[str, Any]:
    """The archive's record of a text and its verdict."""
    return {
        "event": "judged",
        "audience": audience.value,
        "author_id": author_id,
        "client_id": client_id,
        "text": text,
        "decision": verdict.decision,
        "findings": [asdict(finding) for finding in verdict.findings],
        "rulebook": verdict.version,
    }


async def archive_judged(
    tx: Tx,
    verdict: Verdict,
    text: str,
    audience: Audience,
    *,
    author_id: int | None,
    client_id: int | None = None,
) -> int:
    """Put a text and its verdict into the archive; gives the record's id, for its later fate."""
    (id_,) = await archive.append_all(
        tx, [judged_record(verdict, text, audience, author_id, client_id)]
    )
    return id_
