"""The people of a small office, one of each kind."""

from __future__ import annotations

from bot.domain.people import Person, Role
from bot.store import people
from bot.store.engine import Tx


async def staff(tx: Tx) -> dict[str, Person]:
    boss = await people.add(tx, 1, "主管", Role.SUPERVISOR)
    return {
        "boss": boss,
        "mine": await people.add(tx, 2, "甲", Role.AGENT, supervisor_id=boss.id),
        "other": await people.add(tx, 3, "乙", Role.AGENT),
        "officer": await people.add(tx, 4, "合规", Role.OFFICER),
        "admin": await people.add(tx, 5, "管理", Role.ADMIN),
        "client": await people.add(tx, 6, "客户", Role.CLIENT),
    }
