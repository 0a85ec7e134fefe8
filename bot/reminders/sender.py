"""Due touches looked at again: queued to the client, drafted for the agent, held or dropped."""

from __future__ import annotations

import asyncio
import logging
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.compliance.gate import Gate
from bot.domain.draft import REMINDER, Audience, Draft, Keyboard, button, message
from bot.domain.people import Person
from bot.errors import UserError
from bot.outbox import queueing
from bot.outbox.queueing import Judged
from bot.reminders import notes
from bot.reminders.calendar import zone
from bot.reminders.choosing import OVER_LIMIT, WEEK, Due, Marketing, together, within_limit
from bot.reminders.facts import Book
from bot.reminders.notes import Note
from bot.reminders.plan import Refusal, recheck
from bot.reminders.planner import as_touch
from bot.reminders.render import render_touch
from bot.reminders.schema import Cadences
from bot.settings import Settings
from bot.store import outbox, people, planning, touches, turns
from bot.store.engine import Tx
from bot.store.touches import TouchRow
from bot.store.turns import Decision

log = logging.getLogger(__name__)

AT_ONCE = 200
_TOLD_TOGETHER = 8
# Touches of later the same day may go with one that goes now.
_SAME_DAY = timedelta(hours=16)


@dataclass(slots=True)
class _Facts:
    """What the touches of one batch of clients depend on beside their own rows."""

    now: datetime
    books: dict[int, Book]
    staff: dict[int, Person]
    joined: dict[int, Person]
    modes: dict[tuple[int, str], str]
    marketing: dict[int, list[Marketing]]


@dataclass(slots=True)
class _Outcome:
    """What a batch decides, written at its end in a few statements."""

    decisions: list[Decision] = field(default_factory=list)
    held: list[tuple[int, datetime, str]] = field(default_factory=list)
    judged: list[tuple[Judged, list[Due]]] = field(default_factory=list)
    told: list[Draft] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)

    def __iadd__(self, other: _Outcome) -> _Outcome:
        self.decisions += other.decisions
        self.held += other.held
        self.judged += other.judged
        self.told += other.told
        self.notes += other.notes
        return self

    def decide(self, dues: Sequence[Due], status: str, reason: str | None = None) -> None:
        """What becomes of touches that go in one message."""
        self.decisions += turns.as_one([due.id for due in dues], status, reason)


async def send_due(tx: Tx, cadences: Cadences, settings: Settings, gate: Gate) -> int:
    """Look again at the touches of clients for whom one is due; gives how many were decided."""
    client_ids = await turns.due_clients(tx, AT_ONCE)
    if not client_ids:
        return 0
    rows: dict[int, list[TouchRow]] = defaultdict(list)
    for row in await turns.planned_for(tx, client_ids, tx.now + _SAME_DAY):
        rows[row.client_id].append(row)
    facts = await _facts(tx, settings, client_ids, rows)
    # Deciding and judging many texts takes a while; replies go on meanwhile.
    batch = await asyncio.to_thread(_decide_all, rows, facts, cadences, gate)
    await _write(tx, batch)
    return len(batch.decisions) + len(batch.held) + sum(len(dues) for _, dues in batch.judged)


def _decide_all(
    rows: dict[int, list[TouchRow]], facts: _Facts, cadences: Cadences, gate: Gate
) -> _Outcome:
    batch = _Outcome()
    for client_id, planned in rows.items():
        try:
            batch += _decide(client_id, planned, facts, cadences, gate)
        except Exception:
            # One bad touch must not hold back the others; the agent finds it among the failed.
            log.exception("touches of client %s could not be sent", client_id)
            due = [row for row in planned if row.due_at <= facts.now]
            batch.decisions += [Decision(row.id, "failed", "bug") for row in due]
    _tell_staff(batch)
    return batch


async def _facts(
    tx: Tx, settings: Settings, client_ids: list[int], rows: dict[int, list[TouchRow]]
) -> _Facts:
    agent_ids = {row.agent_id for planned in rows.values() for row in planned}
    book = await planning.facts(tx, settings.company, client_ids, agent_ids)
    agents = await people.by_ids(tx, agent_ids)
    bosses = {one.supervisor_id for one in agents.values() if one.supervisor_id is not None}
    joined = {client.person_id: client.id for client in book.clients if client.person_id}
    persons = await people.by_ids(tx, list(joined))
    marketing: dict[int, list[Marketing]] = defaultdict(list)
    for one in await turns.marketing(tx, client_ids, tx.now - 2 * WEEK, tx.now + WEEK):
        marketing[one.client_id].append(Marketing(one.cadence, one.at, one.planned))
    return _Facts(
        tx.now,
        book.by_client(),
        agents | await people.by_ids(tx, bosses),
        {joined[id_]: person for id_, person in persons.items()},
        await touches.modes(tx, agent_ids),
        marketing,
    )


async def _write(tx: Tx, batch: _Outcome) -> None:
    await outbox.enqueue(tx, batch.told)
    await queueing.queue_all(tx, [judged for judged, _ in batch.judged])
    for judged, dues in batch.judged:
        batch.decide(dues, *queueing.fate_of(judged.verdict))
    if batch.decisions:
        await turns.decide(tx, batch.decisions)
    if batch.held:
        await turns.hold(tx, batch.held)


def _decide(
    client_id: int, planned: list[TouchRow], facts: _Facts, cadences: Cadences, gate: Gate
) -> _Outcome:
    """What becomes of the due touches about one client."""
    made = _Outcome()
    book = facts.books.get(client_id, Book())
    ready: list[TouchRow] = []
    for row in planned:
        if row.due_at > facts.now and not _later_today(row, book, facts.now):
            continue
        refusal = _second_look(row, cadences, book, facts.now)
        if refusal is None:
            ready.append(row)
        elif row.due_at <= facts.now:
            _refuse(made, row, refusal)
    _to_staff(made, [row for row in ready if row.audience != "client"], facts, cadences, book)
    dues = [due_of(row) for row in ready if row.audience == "client"]
    for mode, going in _within_limit(made, client_id, dues, facts, cadences).items():
        if any(due.touch.at <= facts.now for due in going):
            _to_client(made, mode, going, facts, cadences, book, gate)
    return made


def _within_limit(
    made: _Outcome, client_id: int, dues: list[Due], facts: _Facts, cadences: Cadences
) -> dict[str, list[Due]]:
    """What may go to the client today, by the way its agent chose; the limit is for all together."""
    own = {(due.touch.cadence, due.touch.at) for due in dues}
    around = [
        one
        for one in facts.marketing[client_id]
        if not (one.planned and (one.cadence, one.at) in own)
    ]
    going, refused = within_limit(dues, around, cadences, facts.now)
    made.decisions += [
        Decision(due.id, "skipped", OVER_LIMIT.code) for due in refused if due.touch.at <= facts.now
    ]
    by_mode: dict[str, list[Due]] = defaultdict(list)
    for due in going:
        touch = due.touch
        by_mode[facts.modes.get((touch.agent_id, touch.cadence), "auto")].append(due)
    return by_mode


def _later_today(row: TouchRow, book: Book, now: datetime) -> bool:
    """Whether a touch to the client is due later on this day of the client's."""
    client = book.client.get(row.client_id)
    return (
        client is not None
        and row.audience == "client"
        and row.decided_at is None
        and row.due_on == now.astimezone(zone(client.timezone)).date()
    )


def _second_look(row: TouchRow, cadences: Cadences, book: Book, now: datetime) -> Refusal | None:
    refusal = recheck(as_touch(row), cadences, book, now)
    delayed = row.decided_at is not None and row.reason == "delayed"
    if refusal is not None and delayed and refusal.code in ("expired", "rescheduled"):
        return None
    return refusal


def _refuse(made: _Outcome, row: TouchRow, refusal: Refusal) -> None:
    if refusal.again_at is not None:
        made.held.append((row.id, refusal.again_at, refusal.code))
    else:
        made.decisions.append(Decision(row.id, "skipped", refusal.code))


def due_of(row: TouchRow) -> Due:
    """A touch as it is put into a message, with the agent's own words if there are any."""
    return Due(row.id, as_touch(row), row.text_override)


def _to_staff(
    made: _Outcome, rows: list[TouchRow], facts: _Facts, cadences: Cadences, book: Book
) -> None:
    for row in rows:
        agent = facts.staff[row.agent_id]
        receiver_id = agent.supervisor_id if row.audience == "supervisor" else agent.id
        receiver = facts.staff.get(receiver_id or 0)
        if receiver is None or not receiver.active:
            reason = "no_supervisor" if row.audience == "supervisor" else "agent_left"
            made.decisions.append(Decision(row.id, "skipped", reason))
            continue
        text = render_touch(as_touch(row), cadences, book, receiver.script)
        made.notes.append(Note(row, text, book.client[row.client_id].name, receiver))


def _tell_staff(made: _Outcome) -> None:
    """What is due for one receiver goes in few messages, with a button for each client."""
    by_receiver: dict[int, list[Note]] = defaultdict(list)
    for note in made.notes:
        by_receiver[note.receiver.id].append(note)
    for found in by_receiver.values():
        for start in range(0, len(found), _TOLD_TOGETHER):
            part = found[start : start + _TOLD_TOGETHER]
            made.told.append(notes.to_staff(part))
            made.decide([due_of(note.row) for note in part], "sent")


def _to_client(
    made: _Outcome,
    mode: str,
    going: list[Due],
    facts: _Facts,
    cadences: Cadences,
    book: Book,
    gate: Gate,
) -> None:
    touch = going[0].touch
    client_id = touch.client_id or 0
    agent = facts.staff[touch.agent_id]
    person = facts.joined.get(client_id)
    reachable = person is not None and person.reachable and person.active
    script = person.script if person else agent.script
    for dues in together(going, cadences):
        text = words(dues, cadences, book, script)
        if mode == "draft":
            made.told.append(notes.to_confirm(dues, text, book.client[client_id], agent, cadences))
            made.decide(dues, "draft")
        elif mode == "remind" or not reachable or person is None:
            lawful = gate.judge(text).decision == "pass"
            reason = "remind_only" if mode == "remind" else "not_on_telegram"
            client = book.client[client_id]
            made.told.append(notes.to_copy(dues, text, client, agent, reason, lawful=lawful))
            made.decide(dues, "handed_to_agent", reason)
        else:
            draft = to_client(dues, text, cadences, person, client_id)
            made.judged.append((Judged(draft, gate.judge(text), text), dues))


def words(dues: Sequence[Due], cadences: Cadences, book: Book, script: str) -> str:
    """The words of a message: its first touch in full, the others as further paragraphs."""
    parts = [
        due.words or render_touch(due.touch, cadences, book, script, further=place > 0)
        for place, due in enumerate(dues)
    ]
    return "\n\n".join(parts)


def to_client(
    dues: Sequence[Due], text: str, cadences: Cadences, person: Person, client_id: int
) -> Draft:
    """The message to a client that carries these touches."""
    first = dues[0]
    return message(
        person.chat_id,
        text,
        _answers(dues, cadences, person.script),
        audience=Audience.CLIENT,
        priority=REMINDER,
        dedupe_key=f"touch:{first.touch.key}",
        author_id=first.touch.agent_id if any(due.words for due in dues) else None,
        client_id=client_id,
        touch_id=first.id,
    )


_BUTTON_ROW = 5


def _answers(dues: Sequence[Due], cadences: Cadences, script: str) -> Keyboard | None:
    for due in dues:
        step = cadences.step(due.touch.cadence, due.touch.step)
        if step is not None and step.buttons:
            made = [
                button(b.label_hant if script == "hant" else b.label, f"1:tb:{due.id}:{b.id}")
                for b in step.buttons
            ]
            wide = 1 if len(made) <= _BUTTON_ROW else len(made)
            return [made[i : i + wide] for i in range(0, len(made), wide)]
    return None


async def preview(
    tx: Tx, row: TouchRow, cadences: Cadences, settings: Settings, script: str
) -> str:
    """The text that a planned touch would carry if it went out now; UserError when it cannot."""
    if row.text_override:
        return row.text_override
    if cadences.step(row.cadence, row.step) is None:
        raise UserError("这条提醒的内容已从规则里删去，请取消它")
    book = await planning.facts(tx, settings.company, [row.client_id], {row.agent_id})
    return render_touch(as_touch(row), cadences, book, script)
