"""The review queue: a warned message waits for an officer and is never sent by default."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from bot.compliance.verdict import MODEL_RULE
from bot.domain.draft import NOTICE, Draft, button, message
from bot.domain.people import Person, Role
from bot.errors import UserError
from bot.messages import say
from bot.store import archive, book, outbox, people, reviews, tables, touches
from bot.store.engine import Tx
from bot.store.outbox import OutboxRow

LET_THROUGH = "let_through"
STOP = "stop"
WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class Decided:
    """A review and what came of it.

    ``unsent`` tells why a message that was let through was cancelled all the same: ``expired``
    or ``opted_out``.
    """

    review: tables.Review
    unsent: str | None


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
    review = await reviews.review(tx, review_id)
    if officer is not None and review is not None:
        await _hand(tx, officer, review)


async def _hand(tx: Tx, officer: Person, review: tables.Review) -> None:
    """Put the card before an officer, each officer once."""
    shown = await card(tx, officer, review)
    once = replace(shown, dedupe_key=f"review:{review.id}:{officer.id}")
    await outbox.enqueue(tx, [once])


async def _next_officer(tx: Tx, after: int | None, not_id: int | None) -> Person | None:
    """The officer whose turn comes after ``after``, in order of their registration, cyclic."""
    officers = [p for p in await people.with_role(tx, Role.OFFICER) if p.id != not_id]
    if not officers:
        return None
    return next((p for p in officers if after is not None and p.id > after), officers[0])


async def card(tx: Tx, officer: Person, review: tables.Review) -> Draft:
    """The message with which an officer decides."""
    author = await people.by_id(tx, review.author_id) if review.author_id else None
    row = await outbox.get(tx, review.outbox_id)
    client_id = row.draft.client_id if row else None
    text = say(
        "review_card",
        officer.script,
        id=review.id,
        author=author.name if author else say("product_itself", officer.script),
        client=await _client_name(tx, client_id, officer.script),
        text=review.text[:1500],
        reasons="\n".join(_shown(review.text, finding) for finding in review.findings[:5]),
    )
    ask = (("let_through", "ok"), ("stop", "no"), ("let_through_learn", "okl"), ("stop_add", "noa"))
    buttons = [
        button(say(f"button_review_{label}", officer.script), f"1:rv:{code}:{review.id}")
        for label, code in ask
    ]
    keyboard = [buttons[:2], buttons[2:]]
    return message(officer.chat_id, text, keyboard, priority=NOTICE, client_id=client_id)


def _shown(text: str, finding: dict[str, Any]) -> str:
    """Why a text waits, in a line: the rule's words, or those that weighed most for the model."""
    where, rule = [finding["matched"]], f"，{finding['rule']}"
    if finding["rule"] == MODEL_RULE:
        rule = ""
        where = [text[start:end] for start, end in finding.get("fragments") or ()] or where
    quoted = "、".join(f"“{part[:40]}”" for part in where[:3])
    return f"· {finding['reason']}（{quoted}{rule}）"


async def _client_name(tx: Tx, client_id: int | None, script: str) -> str:
    if client_id is None:
        return say("review_client_unknown", script)
    return (await book.client_for_system(tx, client_id)).name


async def decide(tx: Tx, officer: Person, review_id: int, decision: str, *, learn: bool) -> Decided:
    """Record an officer's decision, free or cancel the message, tell its author.

    A reminder that is let through too late is cancelled. With ``learn`` the text becomes a
    labelled example. Raises UserError when it was decided.
    """
    review = await _undecided(tx, officer, review_id)
    await reviews.change_review(
        tx, review_id, decision=decision, decided_by=officer.id, decided_at=tx.now
    )
    let_through = decision == LET_THROUGH
    row = await outbox.get(tx, review.outbox_id, lock=True)
    client_id = row.draft.client_id if row else None
    await _archived(tx, decision, review.archive_id, client_id, officer)
    unsent = None
    if row is not None and row.status == "held":
        unsent = await _settle(tx, row, officer, let_through)
    if unsent is not None:
        await _archived(tx, "cancelled", review.archive_id, client_id, officer)
    if learn:
        category = review.findings[0]["category"] if review.findings else None
        label = "compliant" if let_through else "violation"
        kept = None if let_through else category
        await reviews.keep_example(tx, review.text, label, kept, officer.id)
    await _tell_author(tx, review, client_id, let_through, unsent)
    return Decided(review, unsent)


async def _undecided(tx: Tx, officer: Person, review_id: int) -> tables.Review:
    """The review, locked, if this officer may decide it."""
    if officer.role is not Role.OFFICER:
        raise UserError("只有合规专员能审核消息")
    review = await reviews.review(tx, review_id)
    if review is None:
        raise UserError("没有这条待审消息，发送 /shenhe 查看队列")
    if review.decision == WITHDRAWN:
        raise UserError("客户已退订，这条消息已经撤回，不用审了")
    if review.decided_at is not None:
        raise UserError("这条消息已经有人处理过了，发送 /shenhe 查看队列")
    if review.author_id == officer.id:
        raise UserError("自己写的消息要由另一位合规专员审核")
    return review


async def _archived(
    tx: Tx, event: str, archive_id: int, client_id: int | None, officer: Person
) -> None:
    await archive.append(
        tx, event, "client", subject_id=archive_id, author_id=officer.id, client_id=client_id
    )


async def _settle(tx: Tx, row: OutboxRow, officer: Person, let_through: bool) -> str | None:
    """Free or cancel a held message; gives why one that was let through is cancelled."""
    late = await _too_late(tx, row.draft) if let_through else None
    if let_through and late is None:
        await outbox.mark(
            tx, row.id, "queued", released_by=officer.id, not_before=tx.now, claimed_by=None
        )
        return None
    reason = late or "officer"
    await outbox.mark(tx, row.id, "cancelled", reason=reason)
    if row.draft.touch_id:
        await touches.settle(tx, row.draft.touch_id, "skipped", reason)
    return late


async def _too_late(tx: Tx, draft: Draft) -> str | None:
    """Why a reminder must not go out any more after it was held."""
    carried = await touches.carried_by(tx, draft.touch_id) if draft.touch_id else []
    if any(touch.expires_at <= tx.now for touch in carried):
        return "expired"
    if any(touch.nature == "marketing" for touch in carried) and draft.client_id is not None:
        client = await book.client_for_system(tx, draft.client_id)
        return None if client.marketing_ok else "opted_out"
    return None


async def cancel_marketing(tx: Tx, client_id: int) -> None:
    """Take back the marketing that a client who opted out has not been sent yet."""
    for archive_id in await reviews.withdraw_offers(tx, client_id):
        await archive.append(tx, "cancelled", "client", subject_id=archive_id, client_id=client_id)


async def _tell_author(
    tx: Tx, review: tables.Review, client_id: int | None, let_through: bool, unsent: str | None
) -> None:
    if review.author_id is None:
        return
    author = await people.by_id(tx, review.author_id)
    client = await _client_name(tx, client_id, author.script)
    words = review.text[:200]
    if unsent is not None:
        why = say(f"review_unsent_{unsent}", author.script)
        text = say("review_told_unsent", author.script, client=client, why=why, text=words)
    else:
        key = "review_told_passed" if let_through else "review_told_stopped"
        text = say(key, author.script, client=client, text=words)
    told = message(author.chat_id, text, priority=NOTICE, client_id=client_id)
    await outbox.enqueue(tx, [told])


async def pass_on_overdue(tx: Tx, minutes: int) -> int:
    """Hand each message that waited too long to the next officer; gives how many.

    Where there is no other officer it stays with the one it has, who is not told again.
    """
    late = await reviews.overdue(tx, tx.now - timedelta(minutes=minutes))
    passed_on = 0
    for review in late:
        officer = await _next_officer(tx, after=review.officer_id, not_id=review.author_id)
        officer_id = officer.id if officer else None
        other = officer_id != review.officer_id
        passed_on += other
        await reviews.change_review(
            tx,
            review.id or 0,
            officer_id=officer_id,
            assigned_at=tx.now,
            passed_on=review.passed_on + other,
        )
        if officer is not None and other:
            await _hand(tx, officer, review)
    return passed_on
