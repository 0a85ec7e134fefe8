"""Practice rounds, their turns, the cards of the schedule, reasons to drill, and habits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, insert, or_, select, update
from sqlalchemy.dialects.postgresql import insert as pg_insert

from bot.domain.people import Person
from bot.store import tables
from bot.store.engine import Tx

ROUND = tables.table(tables.PracticeRound)
TURN = tables.table(tables.PracticeTurn)
CARD = tables.table(tables.DrillCard)
SOURCE = tables.table(tables.DrillSource)
HABIT = tables.table(tables.PracticeHabit)
PERSON = tables.table(tables.Person)


@dataclass(frozen=True, slots=True)
class Turn:
    """A judged reply: the intent, what the client said, the reply, the score and its parts."""

    intent: str
    line: str
    reply: str
    score: int
    parts: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Habit:
    """When a person is reminded of the drill (None: never), whether the rank may be seen, and
    whether the judgement is shown after each turn or at the end."""

    hour: int | None = None
    ranked: bool = False
    at_once: bool = True


async def open_round(tx: Tx, person_id: int) -> tables.PracticeRound | None:
    """The person's round under way, locked, so that two phones cannot both answer it."""
    query = (
        select(ROUND)
        .where(ROUND.c.person_id == person_id, ROUND.c.ended_at.is_(None))
        .with_for_update()
    )
    row = (await tx.connection.execute(query)).first()
    return tables.PracticeRound.model_validate(row._mapping) if row else None


async def begin(tx: Tx, person_id: int, kind: str, persona: str, state: dict[str, Any]) -> int:
    """A new round; the caller ended the one before."""
    values = {"person_id": person_id, "kind": kind, "persona": persona, "state": state}
    statement = insert(ROUND).values(**values, started_at=tx.now).returning(ROUND.c.id)
    return int((await tx.connection.execute(statement)).scalar_one())


async def keep(tx: Tx, round_id: int, state: dict[str, Any], outcome: str | None) -> None:
    """The state after a turn; an outcome ends the round."""
    values: dict[str, Any] = {"state": state}
    if outcome is not None:
        values |= {"outcome": outcome, "ended_at": tx.now}
    await tx.connection.execute(update(ROUND).where(ROUND.c.id == round_id).values(**values))


async def add_turn(tx: Tx, round_id: int, number: int, turn: Turn) -> None:
    """Keep a judged reply."""
    await tx.connection.execute(
        insert(TURN).values(
            round_id=round_id,
            turn=number,
            intent=turn.intent,
            line=turn.line,
            reply=tx.vault.seal(turn.reply),
            score=turn.score,
            parts=turn.parts,
            at=tx.now,
        )
    )


async def turns(tx: Tx, round_id: int) -> list[Turn]:
    """The judged replies of a round in order. The caller checked the access to the round."""
    query = select(TURN).where(TURN.c.round_id == round_id).order_by(TURN.c.turn, TURN.c.id)
    return [
        Turn(row.intent, row.line, tx.vault.open(row.reply) or "", row.score, row.parts)
        for row in await tx.connection.execute(query)
    ]


async def readable_round(tx: Tx, reader: Person, round_id: int) -> tables.PracticeRound | None:
    """A round of the reader's own or of the reader's team; None for another's."""
    team = or_(PERSON.c.id == reader.id, PERSON.c.supervisor_id == reader.id)
    query = (
        select(ROUND)
        .join(PERSON, PERSON.c.id == ROUND.c.person_id)
        .where(ROUND.c.id == round_id, team)
    )
    row = (await tx.connection.execute(query)).first()
    return tables.PracticeRound.model_validate(row._mapping) if row else None


async def comment(tx: Tx, round_id: int, person_id: int, words: str) -> None:
    """A supervisor's word on a round. The caller checked the access."""
    values = {"comment": words, "comment_by": person_id}
    await tx.connection.execute(update(ROUND).where(ROUND.c.id == round_id).values(**values))


async def last_rounds(tx: Tx, person_id: int, limit: int = 5) -> list[tables.PracticeRound]:
    """The person's ended rounds, newest first. The caller checked the access."""
    query = (
        select(ROUND)
        .where(ROUND.c.person_id == person_id, ROUND.c.ended_at.is_not(None))
        .order_by(ROUND.c.id.desc())
        .limit(limit)
    )
    found = await tx.connection.execute(query)
    return [tables.PracticeRound.model_validate(row._mapping) for row in found]


async def card(tx: Tx, person_id: int, intent: str) -> dict[str, Any] | None:
    """The card of an intent; None when the person never answered it."""
    query = select(CARD.c.card).where(CARD.c.person_id == person_id, CARD.c.intent == intent)
    return (await tx.connection.execute(query)).scalar_one_or_none()


async def put_card(
    tx: Tx, person_id: int, intent: str, given: dict[str, Any], due_at: datetime
) -> None:
    """Keep a card and when it is due."""
    values = {"card": given, "due_at": due_at}
    statement = pg_insert(CARD).values(person_id=person_id, intent=intent, **values)
    await tx.connection.execute(
        statement.on_conflict_do_update(index_elements=["person_id", "intent"], set_=values)
    )


async def cards(
    tx: Tx, person_ids: Sequence[int]
) -> list[tuple[int, str, dict[str, Any], datetime]]:
    """(person, intent, card, due) of these people, the most overdue first."""
    query = select(CARD).where(CARD.c.person_id.in_(person_ids)).order_by(CARD.c.due_at)
    return [
        (row.person_id, row.intent, row.card, row.due_at)
        for row in await tx.connection.execute(query)
    ]


async def add_source(
    tx: Tx, person_id: int, intent: str, why: str, by_id: int | None = None
) -> None:
    """A reason to drill an intent; one open reason for an intent is enough."""
    mine = (SOURCE.c.person_id == person_id) & (SOURCE.c.intent == intent)
    query = select(SOURCE.c.id).where(mine, SOURCE.c.done_at.is_(None)).limit(1)
    if (await tx.connection.execute(query)).first() is None:
        values = {"person_id": person_id, "intent": intent, "why": why, "by_id": by_id}
        await tx.connection.execute(insert(SOURCE).values(**values, at=tx.now))


async def open_sources(tx: Tx, person_id: int) -> list[tuple[str, str]]:
    """(intent, why) of the open reasons; a supervisor's task stands first."""
    query = (
        select(SOURCE.c.intent, SOURCE.c.why)
        .where(SOURCE.c.person_id == person_id, SOURCE.c.done_at.is_(None))
        .order_by(SOURCE.c.by_id.is_(None), SOURCE.c.id)
    )
    return [(row.intent, row.why) for row in await tx.connection.execute(query)]


async def close_sources(tx: Tx, person_id: int, intent: str) -> None:
    """The intent was drilled well: its reasons are done."""
    mine = (SOURCE.c.person_id == person_id) & (SOURCE.c.intent == intent)
    open_ = mine & SOURCE.c.done_at.is_(None)
    await tx.connection.execute(update(SOURCE).where(open_).values(done_at=tx.now))


async def habit(tx: Tx, person_id: int) -> Habit:
    """The habit of a person; the default when none was set."""
    row = (await tx.connection.execute(select(HABIT).where(HABIT.c.person_id == person_id))).first()
    return Habit(row.hour, row.ranked, row.at_once) if row else Habit()


async def set_habit(tx: Tx, person_id: int, **values: Any) -> None:
    """Set ``hour``, ``ranked``, ``at_once`` or ``reminded_on``."""
    statement = pg_insert(HABIT).values(person_id=person_id, **values)
    await tx.connection.execute(
        statement.on_conflict_do_update(index_elements=["person_id"], set_=values)
    )


async def to_remind(tx: Tx) -> list[tuple[int, int, str, str, int, date | None]]:
    """(person, chat, script, time zone, hour, last reminded on) of all who want to be reminded."""
    query = (
        select(
            PERSON.c.id,
            PERSON.c.chat_id,
            PERSON.c.script,
            PERSON.c.timezone,
            HABIT.c.hour,
            HABIT.c.reminded_on,
        )
        .join(HABIT, HABIT.c.person_id == PERSON.c.id)
        .where(HABIT.c.hour.is_not(None), PERSON.c.active, PERSON.c.reachable)
    )
    return [tuple(row) for row in await tx.connection.execute(query)]


async def scores(
    tx: Tx, person_ids: Sequence[int], since: datetime
) -> list[tuple[int, str, int, datetime]]:
    """(person, intent, score, at) of the replies of these people since then, oldest first."""
    query = (
        select(ROUND.c.person_id, TURN.c.intent, TURN.c.score, TURN.c.at)
        .join(ROUND, ROUND.c.id == TURN.c.round_id)
        .where(ROUND.c.person_id.in_(person_ids), TURN.c.at >= since)
        .order_by(TURN.c.at)
    )
    return [(row[0], row[1], row[2], row[3]) for row in await tx.connection.execute(query)]


async def averages(
    tx: Tx, person_ids: Sequence[int], since: datetime
) -> dict[int, tuple[int, int]]:
    """For each who answered since then: the mean score, and how many replies."""
    query = (
        select(ROUND.c.person_id, func.avg(TURN.c.score), func.count())
        .join(ROUND, ROUND.c.id == TURN.c.round_id)
        .where(ROUND.c.person_id.in_(person_ids), TURN.c.at >= since)
        .group_by(ROUND.c.person_id)
    )
    return {row[0]: (round(row[1]), row[2]) for row in await tx.connection.execute(query)}


async def ranked_peers(tx: Tx, person: Person) -> list[tuple[int, str]]:
    """(id, name) of the team's members, the person's own included, who let their rank be seen."""
    same = PERSON.c.supervisor_id == person.supervisor_id
    query = (
        select(PERSON.c.id, PERSON.c.name)
        .join(HABIT, HABIT.c.person_id == PERSON.c.id)
        .where(same, HABIT.c.ranked, PERSON.c.active)
    )
    return [(row[0], row[1]) for row in await tx.connection.execute(query)]
