"""What the records say around a call: the verdict before it, the fate after it, who is told."""

from __future__ import annotations

from dataclasses import asdict
from datetime import timedelta
from typing import Any

from bot.compliance import review
from bot.compliance.verdict import Verdict
from bot.domain.draft import NOTICE, Audience, Draft, message
from bot.domain.people import Person, Role
from bot.messages import say
from bot.outbox.retry import Decision, Outcome, Verb
from bot.store import archive, outbox, people, touches
from bot.store.engine import Tx
from bot.store.outbox import OutboxRow


async def queue_judged(
    tx: Tx, draft: Draft, verdict: Verdict, text: str, *, archive_id: int | None = None
) -> int | None:
    """Archive a text with its verdict and queue it, or hold it for an officer when it is warned.

    ``archive_id`` is given when the verdict was archived before. Gives the row id; None when the
    text was blocked, or queued before under the same ``dedupe_key``.
    """
    if archive_id is None:
        archive_id = await _archived(tx, draft, verdict, text)
    if verdict.decision == "block":
        await archive.append(
            tx, "blocked", draft.audience.value, subject_id=archive_id, author_id=draft.author_id
        )
        return None
    status = "held" if verdict.decision == "warn" else "queued"
    row_id = await outbox.insert_one(tx, draft, status, archive_id)
    if row_id is not None and status == "held":
        findings = [asdict(finding) for finding in verdict.findings]
        await review.open_for(tx, row_id, archive_id, draft.author_id, text, findings)
    return row_id


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
    return await archive.append(
        tx,
        "judged",
        audience.value,
        author_id=author_id,
        client_id=client_id,
        text=text,
        decision=verdict.decision,
        findings=[asdict(finding) for finding in verdict.findings],
        rulebook=verdict.version,
    )


async def _archived(tx: Tx, draft: Draft, verdict: Verdict, text: str) -> int:
    return await archive_judged(
        tx, verdict, text, draft.audience, author_id=draft.author_id, client_id=draft.client_id
    )


def text_of(draft: Draft) -> str:
    """The words of a message draft."""
    text: str = draft.params.get("text") or draft.params.get("caption") or ""
    return text


async def admit(tx: Tx, row: OutboxRow, verdict: Verdict) -> bool:
    """Record the verdict at the door; False when the row was blocked, held or is no longer ours."""
    current = await outbox.get(tx, row.id, lock=True)
    if current is None or (current.status, current.claimed_by) != ("claimed", row.claimed_by):
        return False
    draft = row.draft
    if draft.method == "answerInlineQuery" or not text_of(draft):
        return await _admit_wordless(tx, row, verdict)
    archive_id = row.archive_id or await _archived(tx, draft, verdict, text_of(draft))
    if verdict.decision == "block":
        await outbox.mark(tx, row.id, "blocked", archive_id=archive_id, reason="compliance")
        await archive.append(
            tx, "blocked", draft.audience.value, subject_id=archive_id, author_id=draft.author_id
        )
        await _decide_touch(tx, draft, "skipped", "compliance")
        await _tell(tx, draft, "told_blocked_at_door", reason=verdict.findings[0].reason)
        return False
    if verdict.decision == "warn" and not row.released:
        await outbox.mark(tx, row.id, "held", archive_id=archive_id, reason="compliance")
        findings = [asdict(finding) for finding in verdict.findings]
        author = draft.author_id
        await review.open_for(tx, row.id, archive_id, author, text_of(draft), findings)
        await _tell(tx, draft, "told_held_at_door", reason=verdict.findings[0].reason)
        return False
    await outbox.mark(tx, row.id, "sending", archive_id=archive_id, attempts=row.attempts + 1)
    return True


async def _admit_wordless(tx: Tx, row: OutboxRow, verdict: Verdict) -> bool:
    """A call that says nothing yet: inline results, of which the archive keeps the one posted, or
    the end of a tapped button's waiting."""
    lawful = verdict.decision == "pass"
    status, reason = ("sending", None) if lawful else ("blocked", "compliance")
    await outbox.mark(tx, row.id, status, reason=reason, attempts=row.attempts + 1)
    return lawful


async def record(
    tx: Tx, row: OutboxRow, outcome: Outcome, decision: Decision, message_id: int | None
) -> None:
    """Record what became of a call, once, and tell whoever must know."""
    draft = row.draft
    current = await outbox.get(tx, row.id, lock=True)
    if current is None or (current.status, current.claimed_by) not in (
        ("claimed", row.claimed_by),
        ("sending", row.claimed_by),
    ):
        return
    values: dict[str, Any] = {"reason": None if decision.verb is Verb.DONE else outcome.value}
    match decision.verb:
        case Verb.DONE:
            values |= {"message_id": message_id, "sent_at": tx.now}
            await _decide_touch(tx, draft, "sent", None)
        case Verb.RETRY | Verb.SNOOZE:
            attempts = row.attempts + (decision.verb is Verb.RETRY)
            values |= {
                "not_before": tx.now + timedelta(seconds=decision.wait),
                "claimed_by": None,
                "attempts": attempts,
            }
        case Verb.UNCERTAIN:
            await left_uncertain(tx, current)
        case Verb.FAIL:
            dead = outcome is Outcome.CHAT_DEAD
            await _decide_touch(tx, draft, "handed_to_agent" if dead else "failed", outcome.value)
            await _tell(tx, draft, "told_failed")
    if draft.method == "sendDocument" and decision.verb in (Verb.DONE, Verb.FAIL):
        values["params"] = {}
    status = "queued" if decision.verb is Verb.SNOOZE else decision.verb.value
    await outbox.mark(tx, row.id, status, **values)
    if outcome is Outcome.CHAT_DEAD:
        await mark_unreachable(tx, draft.chat_id)
    if decision.verb in (Verb.DONE, Verb.FAIL):
        await _archive_fate(tx, current, status)


async def _archive_fate(tx: Tx, row: OutboxRow, fate: str) -> None:
    """Add to the record of a judged text what became of it."""
    draft = row.draft
    if draft.audience is not Audience.STAFF:
        await archive.append(
            tx,
            fate,
            draft.audience.value,
            subject_id=row.archive_id,
            author_id=draft.author_id,
            client_id=draft.client_id,
        )


async def mark_unreachable(tx: Tx, chat_id: int) -> None:
    """The chat is dead: nothing more is planned for it until the person comes back."""
    person = await people.by_chat(tx, chat_id)
    if person is not None and person.reachable:
        await people.change(tx, person.id, reachable=False)


async def left_uncertain(tx: Tx, row: OutboxRow) -> None:
    """A message that may have arrived: the agent looks, nothing is sent again by itself."""
    await _decide_touch(tx, row.draft, "uncertain", "unknown")
    await _tell(tx, row.draft, "told_uncertain")
    await _archive_fate(tx, row, "uncertain")


async def _decide_touch(tx: Tx, draft: Draft, status: str, reason: str | None) -> None:
    if draft.touch_id is not None:
        await touches.change(tx, draft.touch_id, status=status, reason=reason, decided_at=tx.now)


async def _tell(tx: Tx, draft: Draft, key: str, **values: Any) -> None:
    """Tell the author, or for the product's own words the client's agent, or an officer."""
    if draft.audience is Audience.STAFF:
        return
    for person in await _responsible(tx, draft):
        text = say(key, person.script, text=text_of(draft)[:300], **values)
        await outbox.enqueue(tx, [message(person.chat_id, text, priority=NOTICE)])


async def _responsible(tx: Tx, draft: Draft) -> list[Person]:
    if draft.author_id is not None:
        return [await people.by_id(tx, draft.author_id)]
    if draft.client_id is not None:
        agent_id = await touches.agent_of_client(tx, draft.client_id)
        if agent_id is not None:
            return [await people.by_id(tx, agent_id)]
    return (await people.with_role(tx, Role.OFFICER))[:1]
