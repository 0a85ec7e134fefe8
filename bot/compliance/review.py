"""The review queue: a warned message waits for an officer and is never sent by default."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from bot.domain.people import Person, Role
from bot.errors import UserError
from bot.messages import say
from bot.outbox.draft import NOTICE, Draft, button, message
from bot.store import archive, outbox, people, reviews, tables, touches
from bot.store.engine import Tx

LET_THROUGH = "let_through"
STOP = "stop"


async def open_for(
    tx: Tx,
    outbox_id: int,
    archive_id: int,
    author_id: int | None,
    text: str,
    findings: Sequence[dict[str, Any]],
) -> None:
    """Hold a message and hand it to an officer who did not write it."""
    officer = await _next_officer(tx, after=None, not_id=author_id)
    review_id = await reviews.open_review(
        tx,
        outbox_id=outbox_id,
        archive_id=archive_id,
        author_id=author_id,
        text=text,
        findings=list(findings),
        officer_id=officer.id if officer else None,
    )
    if officer is not None:
        review = await reviews.review(tx, review_id)
        if review is not None:
            await outbox.enqueue(tx, [await card(tx, officer, review)])


async def _next_officer(tx: Tx, after: int | None, not_id: int | None) -> Person | None:
    """The officer whose turn comes after ``after``, in order of their registration, cyclic."""
    officers = [p for p in await people.with_role(tx, Role.OFFICER) if p.id != not_id]
    if not officers:
        return None
    return next((p for p in officers if after is not None and p.id > after), officers[0])


async def card(tx: Tx, officer: Person, review: tables.Review) -> Draft:
    """The message with which an officer decides."""
    author = await people.by_id(tx, review.author_id) if review.author_id else None
    reasons = "\n".join(
        f"· {finding['reason']}（“{finding['matched'][:40]}”，{finding['rule']}）"
        for finding in review.findings[:5]
    )
    text = say(
        "review_card",
        officer.script,
        id=review.id,
        author=author.name if author else say("product_itself", officer.script),
        text=review.text[:1500],
        reasons=reasons,
    )
    ask = (("let_through", "ok"), ("stop", "no"), ("let_through_learn", "okl"), ("stop_add", "noa"))
    buttons = [
        button(say(f"button_review_{label}", officer.script), f"1:rv:{code}:{review.id}")
        for label, code in ask
    ]
    return message(officer.chat_id, text, [buttons[:2], buttons[2:]], priority=NOTICE)


async def decide(
    tx: Tx, officer: Person, review_id: int, decision: str, *, learn: bool
) -> tables.Review:
    """Record an officer's decision, free or cancel the message, tell its author.

    With ``learn`` the text becomes a labelled example. Raises UserError when it was decided.
    """
    if officer.role is not Role.OFFICER:
        raise UserError("只有合规专员能审核消息")
    review = await reviews.review(tx, review_id)
    if review is None:
        raise UserError("没有这条待审消息，发送 /shenhe 查看队列")
    if review.decided_at is not None:
        raise UserError("这条消息已经有人处理过了，发送 /shenhe 查看队列")
    if review.author_id == officer.id:
        raise UserError("自己写的消息要由另一位合规专员审核")
    await reviews.change_review(
        tx, review_id, decision=decision, decided_by=officer.id, decided_at=tx.now
    )
    let_through = decision == LET_THROUGH
    row = await outbox.get(tx, review.outbox_id, lock=True)
    if row is not None and row.status == "held":
        if let_through:
            await outbox.mark(
                tx, row.id, "queued", released_by=officer.id, not_before=tx.now, claimed_by=None
            )
        else:
            await outbox.mark(tx, row.id, "cancelled", reason="officer")
            if row.draft.touch_id:
                await touches.change(
                    tx, row.draft.touch_id, status="skipped", reason="officer", decided_at=tx.now
                )
    await archive.append(
        tx,
        decision,
        "client",
        subject_id=review.archive_id,
        author_id=officer.id,
        client_id=row.draft.client_id if row else None,
    )
    if learn:
        category = review.findings[0]["category"] if review.findings else None
        label = "compliant" if let_through else "violation"
        kept = None if let_through else category
        await reviews.keep_example(tx, review.text, label, kept, officer.id)
    await _tell_author(tx, review, let_through)
    return review


async def _tell_author(tx: Tx, review: tables.Review, let_through: bool) -> None:
    if review.author_id is None:
        return
    author = await people.by_id(tx, review.author_id)
    key = "review_told_passed" if let_through else "review_told_stopped"
    text = say(key, author.script, text=review.text[:200])
    await outbox.enqueue(tx, [message(author.chat_id, text, priority=NOTICE)])


async def pass_on_overdue(tx: Tx, minutes: int) -> int:
    """Hand each message that waited too long to the next officer; gives how many."""
    late = await reviews.overdue(tx, tx.now - timedelta(minutes=minutes))
    for review in late:
        officer = await _next_officer(tx, after=review.officer_id, not_id=review.author_id)
        await reviews.change_review(
            tx,
            review.id or 0,
            officer_id=officer.id if officer else None,
            assigned_at=tx.now,
            passed_on=review.passed_on + 1,
        )
        if officer is not None:
            await outbox.enqueue(tx, [await card(tx, officer, review)])
    return len(late)
