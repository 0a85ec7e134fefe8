"""How clients rated the service after claims: by month, by member or team, with what they said."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime, time

from bot.domain.draft import Button, button
from bot.domain.people import Role
from bot.errors import UserError
from bot.handlers import figures
from bot.handlers.context import Context
from bot.handlers.menu import back_row
from bot.reminders.calendar import add_months
from bot.store import surveys
from bot.store.surveys import LOW, Asked

_MOST_BACK = 36
_SHOWN_GROUPS = 12
_SHOWN_LOW = 5
_SHOWN_WORDS = 80


async def show(context: Context) -> None:
    """``/manyi``: this month."""
    await _page(context, 0)


async def tap(context: Context) -> None:
    """To an earlier or a later month."""
    match context.parts:
        case [back]:
            await _page(context, context.number(back))
        case _:
            raise UserError(context.say("old_button"))


async def _page(context: Context, back: int) -> None:
    if back > _MOST_BACK:
        raise UserError(context.say("old_button"))
    first_on = add_months(context.today().replace(day=1), -back)
    since, until = _instant(context, first_on), _instant(context, add_months(first_on, 1))
    found = await surveys.asked(context.tx, context.person, since, until)
    lines = [context.say("satisfaction_title", month=f"{first_on:%Y-%m}")]
    rows: list[list[Button]] = []
    if not found:
        lines.append(context.say("satisfaction_none"))
    else:
        lines.append(_line(context, context.say("satisfaction_all"), found))
        for decision in ("paid", "declined"):
            part = [one for one in found if one.decision == decision]
            if part:
                lines.append(_line(context, context.say(f"satisfaction_{decision}"), part))
        if context.person.role is not Role.AGENT:
            groups = await _groups(context, found)
            lines += [_line(context, name, part) for name, part in groups[:_SHOWN_GROUPS]]
        low = [one for one in found if one.rating is not None and one.rating <= LOW]
        for one in low[:_SHOWN_LOW]:
            lines.append(_low(context, one))
            rows.append([button(one.client[:30], f"1:cl:{one.client_id}")])
    turn = figures.turn(context, "1:my", back, _MOST_BACK)
    if context.person.role is Role.ADMIN:
        rows = []  # an administrator sees figures; the clients' pages are for those who serve them
    context.show("\n".join(lines), [*rows, turn, back_row(context)])


def _instant(context: Context, on: date) -> datetime:
    return datetime.combine(on, time(), context.zone())


def _line(context: Context, name: str, found: Sequence[Asked]) -> str:
    ratings = [one.rating for one in found if one.rating is not None]
    if not ratings:
        return context.say("satisfaction_unanswered", name=name, asked=len(found))
    return context.say(
        "satisfaction_line",
        name=name,
        average=f"{sum(ratings) / len(ratings):.1f}",
        asked=len(found),
        answered=len(ratings),
        low=sum(rating <= LOW for rating in ratings),
    )


def _low(context: Context, one: Asked) -> str:
    said = context.say("satisfaction_said", words=one.comment[:_SHOWN_WORDS]) if one.comment else ""
    state = context.say("satisfaction_handled" if one.handled else "satisfaction_open")
    return context.say(
        "satisfaction_low", name=one.client, rating=one.rating, state=state, said=said
    )


async def _groups(context: Context, found: Sequence[Asked]) -> list[tuple[str, list[Asked]]]:
    """A supervisor's by member; an administrator's by team; the lowest average first."""
    names = await figures.group_names(context, {one.agent_id for one in found})
    groups: dict[str, list[Asked]] = defaultdict(list)
    for one in found:
        groups[names[one.agent_id]].append(one)

    def average(group: tuple[str, list[Asked]]) -> float:
        ratings = [one.rating for one in group[1] if one.rating is not None]
        return sum(ratings) / len(ratings) if ratings else 6.0

    return sorted(groups.items(), key=average)
