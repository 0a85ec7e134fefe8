"""Dates beside the premiums: family birthdays, benefits, delivery, and where a lead stands.

The caller checked the access to the client.
"""

from __future__ import annotations

from datetime import date
from typing import Literal

from sqlalchemy import delete, insert, select, text, update
from sqlalchemy.dialects.postgresql import insert as pg_insert

from bot.store import tables
from bot.store.book import CLIENT, POLICY
from bot.store.engine import Tx

MEMBER = tables.table(tables.FamilyMember)
BENEFIT = tables.table(tables.Benefit)
MOST_MEMBERS = 12

Kind = Literal["survival", "maturity"]


async def family(tx: Tx, client_id: int) -> list[tables.FamilyMember]:
    """The family members whose birthdays are kept."""
    query = select(MEMBER).where(MEMBER.c.client_id == client_id).order_by(MEMBER.c.id)
    rows = await tx.connection.execute(query)
    return [tables.FamilyMember.model_validate(row._mapping) for row in rows]


async def add_member(tx: Tx, client_id: int, name: str, birth_on: date, lunar: bool) -> None:
    """Keep a family member's birthday; ``birth_on`` is the solar date of birth."""
    values = {"client_id": client_id, "name": name, "birth_on": birth_on, "birth_lunar": lunar}
    await tx.connection.execute(insert(MEMBER).values(**values))


async def remove_member(tx: Tx, client_id: int, member_id: int) -> bool:
    """Forget a family member; False when there is none of this id."""
    mine = (MEMBER.c.client_id == client_id) & (MEMBER.c.id == member_id)
    return bool((await tx.connection.execute(delete(MEMBER).where(mine))).rowcount)


async def benefits(tx: Tx, policy_id: int) -> list[tables.Benefit]:
    """The benefits of a policy that are not collected, earliest first."""
    query = (
        select(BENEFIT)
        .where(BENEFIT.c.policy_id == policy_id, BENEFIT.c.collected_on.is_(None))
        .order_by(BENEFIT.c.due_on, BENEFIT.c.id)
    )
    rows = await tx.connection.execute(query)
    return [tables.Benefit.model_validate(row._mapping) for row in rows]


async def add_benefit(tx: Tx, policy_id: int, kind: Kind, due_on: date) -> None:
    """Keep a benefit to come; the same one twice is one."""
    values = {"policy_id": policy_id, "kind": kind, "due_on": due_on}
    await tx.connection.execute(pg_insert(BENEFIT).values(**values).on_conflict_do_nothing())


async def collect(tx: Tx, policy_id: int, benefit_id: int, on: date) -> bool:
    """The client collected a benefit; False when it was noted before."""
    statement = update(BENEFIT).where(
        BENEFIT.c.policy_id == policy_id,
        BENEFIT.c.id == benefit_id,
        BENEFIT.c.collected_on.is_(None),
    )
    return bool((await tx.connection.execute(statement.values(collected_on=on))).rowcount)


async def delivered(tx: Tx, policy_id: int, on: date) -> None:
    """The client signed for the policy: the cooling-off period counts from that day."""
    await tx.connection.execute(
        update(POLICY).where(POLICY.c.id == policy_id).values(delivered_on=on)
    )


async def delivered_on(tx: Tx, policy_id: int) -> date | None:
    """When the client signed for the policy."""
    found = await tx.connection.execute(
        select(POLICY.c.delivered_on).where(POLICY.c.id == policy_id)
    )
    value: date | None = found.scalar()
    return value


async def stage_of(tx: Tx, client_id: int) -> tuple[str | None, str | None]:
    """A client's stage and class as a lead."""
    query = select(CLIENT.c.stage, CLIENT.c.grade).where(CLIENT.c.id == client_id)
    row = (await tx.connection.execute(query)).one()
    return row.stage, row.grade


async def set_stage(tx: Tx, client_id: int, stage: str | None, on: date) -> None:
    """Put a lead into a stage from this day on; None when the client is no lead any more."""
    await tx.connection.execute(
        update(CLIENT)
        .where(CLIENT.c.id == client_id, CLIENT.c.stage.is_distinct_from(stage))
        .values(stage=stage, stage_since_on=on if stage else None)
    )


async def set_grade(tx: Tx, client_id: int, grade: str, on: date) -> None:
    """Keep the class of a lead; whoever has no policy and no stage yet becomes a lead in analysis."""
    await tx.connection.execute(update(CLIENT).where(CLIENT.c.id == client_id).values(grade=grade))
    await tx.connection.execute(_BEGIN, {"client": client_id, "on": on})


_BEGIN = text(
    "UPDATE client SET stage = 'needs_analysed', stage_since_on = :on WHERE id = :client "
    "AND (stage IS NULL OR stage IN ('new', 'contacted')) "
    "AND NOT EXISTS (SELECT FROM policy WHERE client_id = client.id)"
)
