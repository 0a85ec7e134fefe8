"""Persistency in chat: 13 and 25 months of one's own book, of the team by member, of the office."""

from __future__ import annotations

from collections import defaultdict
from datetime import date

from bot.domain.people import Client, Role
from bot.domain.policies import Policy
from bot.errors import UserError
from bot.handlers import figures
from bot.handlers.context import Context
from bot.handlers.menu import back_row
from bot.reminders import persistency
from bot.reminders.calendar import add_months, day_in_month
from bot.reminders.persistency import Months, Persistency
from bot.store import renewals

_MOST_BACK = 60
_SHOWN_GROUPS = 12
Book = list[tuple[Policy, Client]]


async def show(context: Context) -> None:
    """``/jixulv``: the newest month of issue that may be judged."""
    await _page(context, 0)


async def tap(context: Context) -> None:
    """To an earlier or a later month of issue."""
    match context.parts:
        case [back]:
            await _page(context, context.number(back))
        case _:
            raise UserError(context.say("old_button"))


async def _page(context: Context, back: int) -> None:
    if back > _MOST_BACK:
        raise UserError(context.say("old_button"))
    lines = [context.say(f"persistency_title_{context.person.role.value}")]
    empty = True
    for months in persistency.MONTHS:
        newest = persistency.latest_cohort(context.today(), months)
        month_on = add_months(newest, -back)
        first_on = persistency.year_to(month_on)[0]
        last_on = day_in_month(month_on.year, month_on.month, 31)
        book = await renewals.issued(context.tx, context.person, first_on, last_on)
        found, any_judged = await _figures(context, book, month_on, months)
        lines += found
        empty = empty and not any_judged
    if empty:
        lines = [lines[0], context.say("persistency_none")]
    else:
        lines.append(context.say("persistency_terms", excluded=_excluded_words(context)))
    context.show(
        "\n".join(lines), [figures.turn(context, "1:jx", back, _MOST_BACK), back_row(context)]
    )


def _excluded_words(context: Context) -> str:
    chosen = context.office.cadences.renewals.persistency_excludes
    said = [context.say(f"persistency_excludes_{one}") for one in dict.fromkeys(chosen)]
    if not said:
        return context.say("persistency_excludes_nothing")
    return context.say("persistency_excludes", kinds="、".join(said))


async def _figures(
    context: Context, book: Book, month_on: date, months: Months
) -> tuple[list[str], bool]:
    """The lines of 13 or 25 months, and whether any policy is judged."""
    excludes = context.office.cadences.renewals.persistency_excludes
    month = persistency.persistency(persistency.of_month(book, month_on, months, excludes))
    year = persistency.persistency(persistency.of_year(book, month_on, months, excludes))
    read_on = persistency.judged_on(month_on, months)
    head = context.say("persistency_months", months=months, read=read_on)
    said = f"{month_on:%Y-%m}"
    lines = ["", head, _line(context, context.say("persistency_month", month=said), month)]
    lines.append(_line(context, context.say("persistency_year"), year))
    if context.person.role is not Role.AGENT and year.issued:
        groups = await _groups(context, book)
        for name, part in sorted(groups.items())[:_SHOWN_GROUPS]:
            judged = persistency.of_year(part, month_on, months, excludes)
            figure = persistency.persistency(judged)
            if figure.issued:
                lines.append(_line(context, context.say("persistency_group", name=name), figure))
    return lines, year.issued > 0


def _line(context: Context, name: str, figure: Persistency) -> str:
    if figure.by_count is None:
        return context.say("persistency_line_none", name=name)
    return context.say(
        "persistency_line",
        name=name,
        premium=figure.by_premium if figure.by_premium is not None else "—",
        count=figure.by_count,
        paid=figure.paid,
        issued=figure.issued,
        excluded=figure.excluded,
    )


async def _groups(context: Context, book: Book) -> dict[str, Book]:
    """A supervisor's book by member; an administrator's by team."""
    names = await figures.group_names(context, {client.agent_id for _, client in book})
    groups: dict[str, Book] = defaultdict(list)
    for policy, client in book:
        groups[names[client.agent_id]].append((policy, client))
    return groups
