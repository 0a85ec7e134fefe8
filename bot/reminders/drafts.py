"""What an agent does with a touch in hand: send the draft, put it off, leave it, or sent by hand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import NamedTuple

from bot.compliance.gate import Gate
from bot.compliance.verdict import Verdict
from bot.domain.draft import Draft
from bot.domain.people import Person
from bot.errors import UserError
from bot.outbox import queueing
from bot.outbox.queueing import Judged
from bot.reminders import notes, sender
from bot.reminders.calendar import next_client_hour
from bot.reminders.facts import Book
from bot.reminders.plan import recheck
from bot.reminders.planner import as_touch
from bot.reminders.schema import Cadences
from bot.settings import Settings
from bot.store import people, planning, touches, turns
from bot.store.engine import Tx
from bot.store.touches import TouchRow

LATER = timedelta(hours=3)


class Sent(NamedTuple):
    """What became of a confirmed draft.

    ``refusal`` tells why it does not go any more; else it was judged: queued, held for an officer,
    left as it was when it is blocked, or, without a chat, turned into a ``note`` with its text.
    """

    text: str = ""
    verdict: Verdict | None = None
    note: Draft | None = None
    refusal: str | None = None


async def _facts(
    tx: Tx, rows: Sequence[TouchRow], settings: Settings
) -> tuple[Book, Person | None]:
    """What a draft depends on, and the client's own chat when there is one."""
    client_id = rows[0].client_id
    agent_ids = {row.agent_id for row in rows}
    book = await planning.facts(tx, settings.company, [client_id], agent_ids)
    client = book.client.get(client_id)
    person = await people.by_id(tx, client.person_id) if client and client.person_id else None
    return book, person


def _words(
    rows: Sequence[TouchRow], cadences: Cadences, book: Book, person: Person | None, agent: Person
) -> str:
    dues = [sender.due_of(row) for row in rows]
    return sender.words(dues, cadences, book, person.script if person else agent.script)


async def text_of(
    tx: Tx, rows: Sequence[TouchRow], cadences: Cadences, settings: Settings, agent: Person
) -> str:
    """The words of a draft (its first touch first), as they would go now."""
    book, person = await _facts(tx, rows, settings)
    return _words(rows, cadences, book, person, agent)


async def send(
    tx: Tx,
    rows: Sequence[TouchRow],
    cadences: Cadences,
    settings: Settings,
    gate: Gate,
    agent: Person,
) -> Sent:
    """Queue a confirmed draft to the client, looked at once more by the facts and rules of now."""
    book, person = await _facts(tx, rows, settings)
    for row in rows:
        refusal = recheck(as_touch(row), cadences, book, tx.now)
        if refusal is not None and refusal.again_at is None:
            await touches.settle(tx, rows[0].id, "skipped", refusal.code)
            return Sent(refusal=refusal.sentence)
    text = _words(rows, cadences, book, person, agent)
    verdict = gate.judge(text)
    if verdict.decision == "block":
        return Sent(text, verdict)
    client = book.client[rows[0].client_id]
    dues = [sender.due_of(row) for row in rows]
    ids = [due.id for due in dues]
    if person is None or not (person.reachable and person.active):
        reason = "not_on_telegram"
        lawful = verdict.decision == "pass"
        await turns.decide(tx, turns.as_one(ids, "handed_to_agent", reason))
        note = notes.to_copy(dues, text, client, agent, reason, lawful=lawful)
        return Sent(text, verdict, note)
    draft = replace(
        sender.to_client(dues, text, cadences, person, client.id),
        not_before=next_client_hour(tx.now, client.timezone),
    )
    await queueing.queue_all(tx, [Judged(draft, verdict, text)])
    await turns.decide(tx, turns.as_one(ids, *queueing.fate_of(verdict)))
    return Sent(text, verdict)


async def later(tx: Tx, rows: Sequence[TouchRow], settings: Settings) -> None:
    """Ask again in three hours, within the client's day; UserError when that would be too late."""
    book, _ = await _facts(tx, rows, settings)
    client = book.client[rows[0].client_id]
    again_at = next_client_hour(tx.now + LATER, client.timezone)
    if any(again_at >= row.expires_at for row in rows):
        raise UserError("再晚就不合适了，请现在发，或这次不发")
    for row in rows:
        await touches.change(
            tx,
            row.id,
            status="planned",
            reason="delayed",
            due_at=again_at,
            carrier_id=None,
            decided_at=tx.now,
        )


async def rewrite(tx: Tx, rows: Sequence[TouchRow], text: str) -> None:
    """The agent's own words stand for everything that the draft said."""
    await touches.change(tx, rows[0].id, text_override=text)
    for row in rows[1:]:
        await touches.change(tx, row.id, status="cancelled", reason="agent", carrier_id=None)


async def by_hand(tx: Tx, touch_id: int) -> None:
    """The agent sent it outside: it counts as sent."""
    await touches.settle(tx, touch_id, "sent", "by_hand")


async def skip(tx: Tx, touch_id: int) -> None:
    """The agent does not want it sent this time."""
    await touches.settle(tx, touch_id, "cancelled", "agent")
