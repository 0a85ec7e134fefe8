"""What the office adds to the library: votes, words not understood, own lines, signing items."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from sqlalchemy import delete, func, insert, or_, select, update
from sqlalchemy.dialects.postgresql import insert as pg_insert

from bot.domain.people import Person
from bot.store import tables
from bot.store.engine import Tx

VOTE = tables.table(tables.AnswerVote)
UNHEARD = tables.table(tables.Unheard)
ADDITION = tables.table(tables.Addition)
SIGNING = tables.table(tables.SigningItem)
PERSON = tables.table(tables.Person)

Kind = Literal["utterance", "answer"]
MOST_OPEN = 50
"""Of one person's words that wait to be settled, so many are kept."""


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the office's own."""

    id: int
    kind: str
    intent: str
    text: str


@dataclass(frozen=True, slots=True)
class Waiting:
    """Words that no objection was recognised in, and who typed them."""

    id: int
    words: str
    person: str


async def vote(tx: Tx, person_id: int, answer_id: str, *, useful: bool) -> None:
    """Keep what a person thinks of an answer; an earlier opinion gives way."""
    values = {"useful": useful, "at": tx.now}
    statement = pg_insert(VOTE).values(person_id=person_id, answer_id=answer_id, **values)
    again = statement.on_conflict_do_update(index_elements=["person_id", "answer_id"], set_=values)
    await tx.connection.execute(again)


async def votes(tx: Tx, answer_ids: Sequence[str]) -> dict[str, tuple[int, int]]:
    """How many found each answer useful, and how many did not."""
    useful = func.count().filter(VOTE.c.useful)
    query = (
        select(VOTE.c.answer_id, useful, func.count() - useful)
        .where(VOTE.c.answer_id.in_(answer_ids))
        .group_by(VOTE.c.answer_id)
    )
    return {row[0]: (row[1], row[2]) for row in await tx.connection.execute(query)}


async def keep_unheard(tx: Tx, person_id: int, words: str) -> None:
    """Keep words that were not understood, for the supervisor; not more than a list can hold."""
    mine = (UNHEARD.c.person_id == person_id) & UNHEARD.c.settled_at.is_(None)
    query = select(func.count()).select_from(UNHEARD).where(mine)
    if (await tx.connection.execute(query)).scalar_one() >= MOST_OPEN:
        return
    values = {"person_id": person_id, "words": tx.vault.seal(words), "at": tx.now}
    await tx.connection.execute(insert(UNHEARD).values(**values))


async def waiting(tx: Tx, supervisor: Person, after: int = 0) -> tuple[Waiting | None, int]:
    """The next words of the team after an id, and how many wait in all."""
    team = or_(PERSON.c.supervisor_id == supervisor.id, PERSON.c.id == supervisor.id)
    query = (
        select(UNHEARD.c.id, UNHEARD.c.words, PERSON.c.name, func.count().over())
        .join(PERSON, PERSON.c.id == UNHEARD.c.person_id)
        .where(team, UNHEARD.c.settled_at.is_(None))
        .order_by((UNHEARD.c.id <= after), UNHEARD.c.id)
        .limit(1)
    )
    row = (await tx.connection.execute(query)).first()
    if row is None:
        return None, 0
    return Waiting(row[0], tx.vault.open(row[1]) or "", row[2]), row[3]


async def waiting_words(tx: Tx, supervisor: Person, unheard_id: int) -> str | None:
    """The words of one waiting entry of the team, locked; None when it is settled or another's."""
    team = or_(PERSON.c.supervisor_id == supervisor.id, PERSON.c.id == supervisor.id)
    query = (
        select(UNHEARD.c.words)
        .join(PERSON, PERSON.c.id == UNHEARD.c.person_id)
        .where(team, UNHEARD.c.id == unheard_id, UNHEARD.c.settled_at.is_(None))
        .with_for_update(of=UNHEARD)
    )
    row = (await tx.connection.execute(query)).first()
    return None if row is None else tx.vault.open(row[0])


async def settle(tx: Tx, unheard_id: int, intent: str) -> int:
    """Say what the words meant; the words themselves are dropped. Gives who had asked."""
    values = {"settled_at": tx.now, "intent": intent, "words": None}
    statement = update(UNHEARD).where(UNHEARD.c.id == unheard_id).values(**values)
    found = await tx.connection.execute(statement.returning(UNHEARD.c.person_id))
    return int(found.scalar_one())


async def add(tx: Tx, kind: Kind, intent: str, text: str, author_id: int) -> None:
    """Add a line of the office's own."""
    values = {"kind": kind, "intent": intent, "text": text, "author_id": author_id, "at": tx.now}
    await tx.connection.execute(insert(ADDITION).values(**values))


async def additions(tx: Tx) -> list[Line]:
    """All lines of the office's own, oldest first."""
    query = select(ADDITION).order_by(ADDITION.c.id)
    return [
        Line(row.id, row.kind, row.intent, row.text) for row in await tx.connection.execute(query)
    ]


async def newest_addition(tx: Tx) -> int:
    """The id of the newest line of the office's own; 0 when there is none."""
    query = select(func.coalesce(func.max(ADDITION.c.id), 0))
    return int((await tx.connection.execute(query)).scalar_one())


async def signed_items(tx: Tx, client_id: int) -> set[str]:
    """The points of the signing checklist that are done. The caller checked the access."""
    query = select(SIGNING.c.item).where(SIGNING.c.client_id == client_id)
    return set((await tx.connection.execute(query)).scalars())


async def toggle_item(tx: Tx, client_id: int, item: str) -> None:
    """Mark a point done, or not done when it was. The caller checked the access."""
    mine = (SIGNING.c.client_id == client_id) & (SIGNING.c.item == item)
    if (await tx.connection.execute(delete(SIGNING).where(mine))).rowcount:
        return
    values = {"client_id": client_id, "item": item, "done_at": tx.now}
    await tx.connection.execute(pg_insert(SIGNING).values(**values).on_conflict_do_nothing())
