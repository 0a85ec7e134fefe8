"""Renewal work in words: deadlines, marks of an entry, hours to call, days; and the way back."""

from __future__ import annotations

from datetime import date

from bot.domain.draft import Button, button
from bot.errors import UserError
from bot.handlers.context import Context
from bot.reminders.calling import good_hours
from bot.reminders.duties import Duty
from bot.reminders.worklist import LISTS, Entry, ListName


def hours_line(context: Context) -> str:
    """When to call: now until the end of the stretch, or from the next one on."""
    hours = good_hours(context.tx.now.astimezone(context.zone()))
    key = "renewal_hours_now" if hours.now else "renewal_hours_next"
    return context.say(key, start=f"{hours.from_at:%H:%M}", end=f"{hours.until_at:%H:%M}")


def marks(context: Context, entry: Entry) -> list[str]:
    """What the lists are sorted by, in words: dekad, year, large, orphan and so on."""
    found = [context.say(f"renewal_dekad_{entry.dekad}")]
    if entry.year is not None:
        found.append(context.say("renewal_year", year=entry.year))
    named = {
        "large": entry.large,
        "orphan": entry.orphan,
        "important": entry.important,
        "potential": entry.potential,
        "transfer": entry.transfer,
    }
    return [*found, *(context.say(f"renewal_mark_{key}") for key, true in named.items() if true)]


def duty_line(context: Context, duty: Duty) -> str:
    """What is to be done and by when; a late one says so."""
    what = context.say(f"renewal_duty_{duty.kind}")
    if duty.kind == "report":
        return what if duty.done else context.say("renewal_duty_now", what=what)
    key = "renewal_duty_late" if duty.late else "renewal_duty_by"
    return context.say(key, what=what, day=month_day(duty.by_on))


def month_day(on: date) -> str:
    """A day of this or next year as people say it: 5月6日."""
    return f"{on.month}月{on.day}日"


def back_row(context: Context, policy_id: int) -> list[Button]:
    """The way back to the page of a policy."""
    return [button(context.say("button_back_card"), f"1:xc:{policy_id}")]


def check(context: Context, value: str, values: tuple[str, ...]) -> None:
    """UserError when a button's data holds a value that none of ours offers."""
    if value not in values:
        raise UserError(context.say("old_button"))


def list_name(context: Context, listed: ListName) -> str:
    """The name of a list in the person's script."""
    return context.say(f"renewal_list_{LISTS.index(listed)}")
