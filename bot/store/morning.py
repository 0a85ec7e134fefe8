"""Who gets the list of the day and when, and what of the book stands on it."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from sqlalchemy import select, text
from sqlalchemy.dialects.postgresql import insert

from bot.domain.people import Person
from bot.store import tables
from bot.store.engine import Tx
from bot.store.people import by_ids

MORNING = tables.table(tables.MorningList)
DEFAULT_HOUR = 8


class Birthday(NamedTuple):
    """A birthday of today: the client's own, or a family ``member``'s."""

    client_id: int
    name: str
    member: str | None


class Owed(NamedTuple):
    """A premium due today or before."""

    policy_id: int
    client_id: int
    name: str
    product: str
    due_on: date


_WAITING = text(
    """
    SELECT p.id, COALESCE(m.hour, :usual) AS hour FROM person p
    LEFT JOIN morning_list m ON m.person_id = p.id
    WHERE p.active AND p.reachable AND p.role IN ('agent', 'supervisor')
      AND (m.person_id IS NULL OR m.hour IS NOT NULL)
      AND EXTRACT(hour FROM CAST(:now AS timestamptz) AT TIME ZONE p.timezone)
          BETWEEN COALESCE(m.hour, :usual) AND COALESCE(m.hour, :usual) + 3
      AND (m.listed_on IS NULL
           OR m.listed_on < (CAST(:now AS timestamptz) AT TIME ZONE p.timezone)::date)
    ORDER BY p.id LIMIT :count FOR NO KEY UPDATE OF p SKIP LOCKED
    """
)


async def waiting(tx: Tx, count: int) -> list[Person]:
    """People whose hour came today and is not more than three before this one, locked."""
    values = {"now": tx.now, "usual": DEFAULT_HOUR, "count": count}
    ids = [row.id for row in await tx.connection.execute(_WAITING, values)]
    return list((await by_ids(tx, ids)).values())


async def listed(tx: Tx, person_id: int, on: date) -> None:
    """The list of this day went, or had nothing on it."""
    values = {"person_id": person_id, "hour": DEFAULT_HOUR, "listed_on": on}
    statement = insert(MORNING).values(**values)
    await tx.connection.execute(
        statement.on_conflict_do_update(index_elements=["person_id"], set_={"listed_on": on})
    )


async def hour_of(tx: Tx, person_id: int) -> int | None:
    """The local hour of a person's list; None when they want none."""
    row = (
        await tx.connection.execute(select(MORNING.c.hour).where(MORNING.c.person_id == person_id))
    ).first()
    return row.hour if row else DEFAULT_HOUR


async def set_hour(tx: Tx, person_id: int, hour: int | None) -> None:
    """Keep the local hour of a person's list; None for no list."""
    statement = insert(MORNING).values(person_id=person_id, hour=hour)
    await tx.connection.execute(
        statement.on_conflict_do_update(index_elements=["person_id"], set_={"hour": hour})
    )


_BIRTHDAYS = text(
    """
    SELECT DISTINCT ON (t.subject) t.client_id, c.name, m.name AS member
    FROM touch t JOIN client c ON c.id = t.client_id
    LEFT JOIN family_member m ON t.subject = 'member-' || m.id
    WHERE t.agent_id = :me AND c.agent_id = :me AND NOT c.deceased
      AND t.event IN ('birthday', 'family_birthday') AND t.event_on = :today
    ORDER BY t.subject
    """
)


async def birthdays(tx: Tx, agent_id: int, today: date) -> list[Birthday]:
    """Whose birthday it is among an agent's clients and their families."""
    rows = await tx.connection.execute(_BIRTHDAYS, {"me": agent_id, "today": today})
    return [Birthday(*row) for row in rows]


_OWED = text(
    """
    SELECT p.id, c.id, c.name, p.product, p.next_due_on FROM policy p
    JOIN client c ON c.id = p.client_id
    WHERE c.agent_id = :me AND NOT c.deceased AND p.status = 'active' AND p.frequency <> 'single'
      AND p.next_due_on <= :today ORDER BY p.next_due_on, p.id
    """
)


async def owed(tx: Tx, agent_id: int, today: date) -> list[Owed]:
    """The premiums of an agent's clients due by today and not paid, oldest first."""
    rows = await tx.connection.execute(_OWED, {"me": agent_id, "today": today})
    return [Owed(*row) for row in rows]
