"""Practice against the database: one reply judged, kept and scheduled; the daily reminder."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from bot.compliance.verdict import Verdict
from bot.domain.draft import NOTICE, button, message
from bot.messages import say
from bot.practice.client import Mood, react, worry_at
from bot.practice.judge import GOOD, Judge, Judgement
from bot.practice.progress import choose_drill
from bot.practice.schedule import DAILY, reviewed
from bot.practice.schema import Persona
from bot.scripts_library.schema import Library
from bot.store import outbox, practice, tables
from bot.store.engine import Tx

TALK, DRILL = "talk", "drill"
_LATE = timedelta(hours=2)


@dataclass(frozen=True, slots=True)
class Played:
    """What came of a reply: the intent it answered, the judgement, the next words, the end."""

    intent: str
    judgement: Judgement
    line: str
    outcome: str | None
    left: int


async def begin_talk(tx: Tx, person_id: int, persona: Persona) -> None:
    """A new conversation; the one under way is abandoned."""
    await abandon(tx, person_id)
    state = {"mood": asdict(Mood()), "line": persona.worries[0].lines[0]}
    await practice.begin(tx, person_id, TALK, persona.id, state)


async def begin_drill(tx: Tx, person_id: int, library: Library) -> list[str]:
    """A drill of ``DAILY`` intents; the round under way is abandoned."""
    await abandon(tx, person_id)
    sources = [intent for intent, _ in await practice.open_sources(tx, person_id)]
    cards = await practice.cards(tx, [person_id])
    due = [intent for _, intent, _, due_at in cards if due_at <= tx.now]
    seen = {intent for _, intent, _, _ in cards}
    queue = choose_drill(library, sources, due, seen, DAILY, turn=person_id * 7)
    state = {"queue": queue, "at": 0, "line": drill_line(library, queue[0], tx.now.toordinal())}
    await practice.begin(tx, person_id, DRILL, "", state)
    return queue


def drill_line(library: Library, intent_id: str, turn: int) -> str:
    """How a client says the objection today."""
    intent = library.intent(intent_id)
    if intent is None:
        return intent_id
    return intent.phrasings[turn % len(intent.phrasings)]


async def abandon(tx: Tx, person_id: int) -> bool:
    """End the round under way; False when there is none."""
    running = await practice.open_round(tx, person_id)
    if running is None:
        return False
    await practice.keep(tx, running.id or 0, running.state, "abandoned")
    return True


async def play(
    tx: Tx,
    running: tables.PracticeRound,
    persona: Persona | None,
    library: Library,
    judge: Judge,
    reply: str,
    verdict: Verdict,
) -> Played:
    """Judge a reply, keep it, move its intent in the schedule, and say what the client does."""
    judgement = judge.judge(reply, verdict)
    if running.kind == DRILL or persona is None:
        played, state = _drill_on(running.state, library, judgement, tx.now.toordinal())
        number = int(running.state["at"])
    else:
        played, state = _talk_on(running.state, persona, judgement)
        number = int(running.state["mood"]["turn"])
    parts: dict[str, Any] = {point.part: point.earned for point in judgement.points}
    turn = practice.Turn(played.intent, running.state["line"], reply, judgement.score, parts)
    round_id = running.id or 0
    await practice.add_turn(tx, round_id, number, turn)
    await practice.keep(tx, round_id, state, played.outcome)
    card = await practice.card(tx, running.person_id, played.intent)
    kept, due_at = reviewed(card, judgement.score, tx.now)
    await practice.put_card(tx, running.person_id, played.intent, kept, due_at)
    if judgement.score >= GOOD:
        await practice.close_sources(tx, running.person_id, played.intent)
    return played


def _talk_on(
    state: dict[str, Any], persona: Persona, judgement: Judgement
) -> tuple[Played, dict[str, Any]]:
    mood = Mood(**state["mood"])
    intent = worry_at(persona, mood).intent
    move = react(persona, mood, judgement)
    after = {"mood": asdict(move.mood), "line": move.line}
    return Played(intent, judgement, move.line, move.outcome, 0), after


def _drill_on(
    state: dict[str, Any], library: Library, judgement: Judgement, turn: int
) -> tuple[Played, dict[str, Any]]:
    queue, at = list(state["queue"]), int(state["at"])
    following = at + 1
    left = len(queue) - following
    line = drill_line(library, queue[following], turn + following) if left else ""
    after = {"queue": queue, "at": following, "line": line}
    outcome = None if left else "finished"
    return Played(queue[at], judgement, line, outcome, left), after


async def remind(tx: Tx) -> None:
    """Remind of the daily drill at each person's hour, once a day; a late one within two hours."""
    drafts = []
    for person_id, chat_id, script, zone, hour, reminded_on in await practice.to_remind(tx):
        local = tx.now.astimezone(ZoneInfo(zone))
        wanted = local.replace(hour=hour, minute=0, second=0, microsecond=0)
        if reminded_on == local.date() or not wanted <= local < wanted + _LATE:
            continue
        await practice.set_habit(tx, person_id, reminded_on=local.date())
        start = [[button(say("button_drill", script), "1:pr:drill")]]
        words = say("drill_reminder", script, count=DAILY)
        key = f"drill-{person_id}-{local.date()}"
        drafts.append(message(chat_id, words, start, priority=NOTICE, dedupe_key=key))
    await outbox.enqueue(tx, drafts)
