"""What the records say around a call: the verdict before it, the fate after it, who is told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import timedelta
from typing import Any, NamedTuple

from bot.compliance import review
from bot.compliance.verdict import Verdict
from bot.domain.draft import NOTICE, Audience, Draft, message
from bot.domain.people import Person, Role
from bot.messages import say
from bot.outbox.queueing import judged_record
from bot.outbox.retry import Decision, Outcome, Verb
from bot.store import archive, outbox, people, touches
from bot.store.engine import Tx
from bot.store.outbox import OutboxRow


def text_of(draft: Draft) -> str:
    """The words of a message draft."""
    text: str = draft.params.get("text") or draft.params.get("caption") or ""
    return text


class ToAdmit(NamedTuple):
    """A claimed row at the door, with the verdict of the rulebook in force."""

    row: OutboxRow
    verdict: Verdict


async def admit_all(tx: Tx, arrived: Sequence[ToAdmit]) -> list[bool]:
    """Record the verdicts of rows at the door; False for a row that was blocked, held or is no
    longer ours."""
    ours = await outbox.still_ours(tx, [one.row for one in arrived])
    fresh = [
        one
        for one in arrived
        if one.row.id in ours and not _wordless(one.row.draft) and one.row.archive_id is None
    ]
    ids = await archive.append_all(tx, [_judged(one) for one in fresh])
    archived = {one.row.id: id_ for one, id_ in zip(fresh, ids, strict=True)}
    passing: list[tuple[int, int | None]] = []
    admitted: list[bool] = []
    for one in arrived:
        row = one.row
        if row.id not in ours:
            admitted.append(False)
        elif _wordless(row.draft):
            admitted.append(await _admit_wordless(tx, row, one.verdict))
        elif one.verdict.decision == "block" or (
            one.verdict.decision == "warn" and not row.released
        ):
            await _keep_back(tx, one, row.archive_id or archived[row.id])
            admitted.append(False)
        else:
            passing.append((row.id, row.archive_id or archived[row.id]))
            admitted.append(True)
    await outbox.mark_sending(tx, passing)
    return admitted


def _wordless(draft: Draft) -> bool:
    return draft.method == "answerInlineQuery" or not text_of(draft)


def _judged(one: ToAdmit) -> dict[str, Any]:
    draft = one.row.draft
    return judged_record(
        one.verdict, text_of(draft), draft.audience, draft.author_id, draft.client_id
    )


async def _keep_back(tx: Tx, one: ToAdmit, archive_id: int) -> None:
    """Block or hold a row whose text does not pass today."""
    row, draft, verdict = one.row, one.row.draft, one.verdict
    reason = verdict.findings[0].reason
    if verdict.decision == "block":
        await outbox.mark(tx, row.id, "blocked", archive_id=archive_id, reason="compliance")
        await archive.append(
            tx, "blocked", draft.audience.value, subject_id=archive_id, author_id=draft.author_id
        )
        await _decide_touch(tx, draft, "skipped", "compliance")
        await _tell(tx, draft, "told_blocked_at_door", reason=reason)
        return
    await outbox.mark(tx, row.id, "held", archive_id=archive_id, reason="compliance")
    findings = [asdict(finding) for finding in verdict.findings]
    await review.open_for(tx, row.id, archive_id, draft.author_id, text_of(draft), findings)
    await _tell(tx, draft, "told_held_at_door", reason=reason)


async def _admit_wordless(tx: Tx, row: OutboxRow, verdict: Verdict) -> bool:
    """A call that says nothing yet: inline results, of which the archive keeps the one posted, or
    the end of a tapped button's waiting."""
    lawful = verdict.decision == "pass"
    status, reason = ("sending", None) if lawful else ("blocked", "compliance")
    await outbox.mark(tx, row.id, status, reason=reason, attempts=row.attempts + 1)
    return lawful


class Called(NamedTuple):
    """How the call of a row ended, what becomes of the row, and Telegram's message id."""

    row: OutboxRow
    outcome: Outcome
    decision: Decision
    message_id: int | None = None


async def record_all(tx: Tx, calls: Sequence[Called]) -> list[None]:
    """Record what became of calls, once, and tell whoever must know."""
    ours = await outbox.still_ours(tx, [one.row for one in calls], sending=True)
    known = [
        one._replace(row=replace(one.row, archive_id=ours[one.row.id]))
        for one in calls
        if one.row.id in ours
    ]
    done = [one for one in known if one.decision.verb is Verb.DONE]
    await outbox.mark_sent(tx, [(one.row.id, one.message_id) for one in done])
    touched = [one.row.draft.touch_id for one in done if one.row.draft.touch_id is not None]
    if touched:
        await touches.settle_sent(tx, touched)
    for one in known:
        if one.decision.verb is not Verb.DONE:
            await _failed(tx, one)
    await archive.append_all(
        tx,
        [
            _fate(one.row, one.decision.verb.value)
            for one in known
            if one.decision.verb in (Verb.DONE, Verb.FAIL)
            and one.row.draft.audience is not Audience.STAFF
        ],
    )
    return [None] * len(calls)


async def _failed(tx: Tx, one: Called) -> None:
    row, draft, decision = one.row, one.row.draft, one.decision
    values: dict[str, Any] = {"reason": one.outcome.value}
    match decision.verb:
        case Verb.RETRY | Verb.SNOOZE:
            values |= {
                "not_before": tx.now + timedelta(seconds=decision.wait),
                "claimed_by": None,
                "attempts": row.attempts + (decision.verb is Verb.RETRY),
            }
        case Verb.UNCERTAIN:
            await left_uncertain(tx, row)
        case Verb.FAIL:
            dead = one.outcome is Outcome.CHAT_DEAD
            fate = "handed_to_agent" if dead else "failed"
            await _decide_touch(tx, draft, fate, one.outcome.value)
            await _tell(tx, draft, "told_failed")
            if draft.method == "sendDocument":
                values["params"] = {}
    status = "queued" if decision.verb is Verb.SNOOZE else decision.verb.value
    await outbox.mark(tx, row.id, status, **values)
    if one.outcome is Outcome.CHAT_DEAD:
        await mark_unreachable(tx, draft.chat_id)


def _fate(row: OutboxRow, fate: str) -> dict[str, Any]:
    """What became of a judged text, for the record of its verdict."""
    draft = row.draft
    return {
        "event": fate,
        "audience": draft.audience.value,
        "subject_id": row.archive_id,
        "author_id": draft.author_id,
        "client_id": draft.client_id,
    }


async def mark_unreachable(tx: Tx, chat_id: int) -> None:
    """The chat is dead: nothing more is planned for it until the person comes back."""
    person = await people.by_chat(tx, chat_id)
    if person is not None and person.reachable:
        await people.change(tx, person.id, reachable=False)


async def left_uncertain(tx: Tx, row: OutboxRow) -> None:
    """A message that may have arrived: the agent looks, nothing is sent again by itself."""
    await _decide_touch(tx, row.draft, "uncertain", "unknown")
    await _tell(tx, row.draft, "told_uncertain")
    if row.draft.audience is not Audience.STAFF:
        await archive.append_all(tx, [_fate(row, "uncertain")])


async def _decide_touch(tx: Tx, draft: Draft, status: str, reason: str | None) -> None:
    if draft.touch_id is not None:
        await touches.settle(tx, draft.touch_id, status, reason)


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
