"""What pages of monthly figures share: whose figures they are, and turning to another month."""

from __future__ import annotations

from collections.abc import Collection

from bot.domain.draft import Button, button
from bot.domain.people import Role
from bot.handlers.context import Context
from bot.store import people


async def group_names(context: Context, agent_ids: Collection[int]) -> dict[int, str]:
    """Under which name each agent's figures stand: a supervisor sees members, an administrator
    teams."""
    agents = await people.by_ids(context.tx, agent_ids)
    if context.person.role is not Role.ADMIN:
        return {id_: agent.name for id_, agent in agents.items()}
    bosses = {one.supervisor_id for one in agents.values() if one.supervisor_id is not None}
    leaders = await people.by_ids(context.tx, bosses)
    names = {}
    for id_, agent in agents.items():
        leader = agent if agent.role is Role.SUPERVISOR else leaders.get(agent.supervisor_id or 0)
        team = context.say("team_of", name=leader.name) if leader else context.say("no_team")
        names[id_] = team
    return names


def turn(context: Context, data: str, back: int, most: int) -> list[Button]:
    """Buttons to the month before and after one that lies ``back`` months ago; ``most`` at most."""
    row = []
    if back < most:
        row.append(button(context.say("button_month_earlier"), f"{data}:{back + 1}"))
    if back:
        row.append(button(context.say("button_month_later"), f"{data}:{back - 1}"))
    return row
