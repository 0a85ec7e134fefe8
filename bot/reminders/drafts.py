"""What an agent does with a touch in hand: send the draft, put it off, leave it, or sent by hand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import NamedTuple

from bot.compliance.gate import Gate
from bot.domain.draft import Draft
from bot.domain.people import Person
from bot.errors import UserError
from bot.outbox import queueing
from bot.outbox.queueing import Judged
from bot.reminders import notes, sender
from bot.reminders.calendar import next_client_hour
from bot.reminders.choosing import Due
from bot.reminders.facts import Book
from bot.reminders.plan import recheck
from bot.reminders.planner import as_touch
from bot.reminders.schema import Cadences
from bot.settings import Settings
from bot.store import people, planning, touches, turns
from bot.store.engine import Tx
from bot.store.touches import TouchRow
from bot.store.turns import Decision

LATER = timedelta(hours=3)


async def text_of(
    tx: Tx, rows: Sequence[TouchRow], cadences: Cadences, settings: Settings, agent: Person
) -> str:
    """The words of a draft (its first touch first), as they would go now."""
    book = await _book(tx, rows, settings)
    person = await _person(tx, book, rows[0])
    script = person.script if person else agent.script
    return sender.words(_dues(rows), cadences, book, script)


def _dues(rows: Sequence[TouchRow]) -> list[Due]:
    return [Due(row.id, as_touch(row), row.text_override) for row in rows]


async def _book(tx: Tx, rows: Sequence[TouchRow], settings: Settings) -> Book:
    client_id = rows[0].client_id
    return await planning.facts(tx, settings.company, [client_id], {row.agent_id for row in rows})


async def _person(tx: Tx, book: Book, row: TouchRow) -> Person | None:
    client = book.client.get(row.client_id)
    return await people.by_id(tx, client.person_id) if client and client.person_id else None


class Sent(NamedTuple):
    """What became of a confirmed draft: queued, or a ``note`` with the text to copy, or why not."""

    note: Draft | None = None
    refusal: str | None = None


async def send(
    tx: Tx,
    rows: Sequence[TouchRow],
    cadences: Cadences,
    settings: Settings,
    gate: Gate,
    agent: Person,
) -> Sent:
    """Queue a confirmed draft to the client, looked at once more by the facts and rules of now."""
    book = await _book(tx, rows, settings)
    for row in rows:
        refusal = recheck(as_touch(row), cadences, book, tx.now)
        if refusal is not None and refusal.again_at is None:
            await touches.settle(tx, rows[0].id, "skipped", refusal.code)
            return Sent(refusal=refusal.sentence)
    person = await _person(tx, book, rows[0])
    text = await text_of(tx, rows, cadences, settings, agent)
    verdict = gate.judge(text)
    client_id = rows[0].client_id
    dues = _dues(rows)
    if person is None or not (person.reachable and person.active):
        lawful = verdict.decision == "pass"
        reason = "not_on_telegram"
        await _decide(tx, dues, "handed_to_agent", reason)
        note = notes.to_copy(dues, text, book.client[client_id], agent, reason, lawful=lawful)
        return Sent(note=note)
    draft = sender.to_client(dues, text, cadences, person, client_id)
    quiet_until = next_client_hour(tx.now, book.client[client_id].timezone)
    await queueing.queue_all(tx, [Judged(replace(draft, not_before=quiet_until), verdict, text)])
    status = {"pass": "queued", "warn": "held", "block": "skipped"}[verdict.decision]
    await _decide(tx, dues, status, "compliance" if status == "skipped" else None)
    return Sent()


async def _decide(tx: Tx, dues: Sequence[Due], status: str, reason: str | None) -> None:
    first = dues[0].id
    await turns.decide(
        tx,
        [Decision(due.id, status, reason, None if due.id == first else first) for due in dues],
    )


async def later(tx: Tx, rows: Sequence[TouchRow], settings: Settings) -> None:
    """Ask again in three hours, within the client's day; UserError when that would be too late."""
    book = await _book(tx, rows, settings)
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
