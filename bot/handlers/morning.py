"""The list of the day: now, and at which hour it comes by itself."""

from __future__ import annotations

from bot.domain.draft import button, in_rows
from bot.errors import UserError
from bot.handlers.context import Context
from bot.handlers.menu import back_row
from bot.reminders import morning as lists
from bot.store import morning

_HOURS = (6, 7, 8, 9, 10, 12)
_OFF = "off"


async def show(context: Context) -> None:
    """The list of today, whatever the hour."""
    made = await lists.compose(context.tx, context.person, context.office.cadences, context.today())
    if made is None:
        hour = button(context.say("button_morning_hour"), "1:mo:hour")
        context.show(context.say("morning_empty"), [[hour], back_row(context)])
        return
    text, keyboard = made
    context.show(text, [*keyboard, back_row(context)])


async def tap(context: Context) -> None:
    """Choosing the hour."""
    match context.parts:
        case ["hour"]:
            await _ask(context)
        case ["hour", choice]:
            hour = None if choice == _OFF else context.number(choice)
            if hour is not None and hour not in _HOURS:
                raise UserError(context.say("old_button"))
            await morning.set_hour(context.tx, context.person.id, hour)
            key = "morning_off" if hour is None else "morning_on"
            context.toast(context.say(key, hour=hour))
            await _ask(context)
        case _:
            raise UserError(context.say("old_button"))


async def _ask(context: Context) -> None:
    now = await morning.hour_of(context.tx, context.person.id)
    hours = [
        button(("✓ " if hour == now else "") + f"{hour}:00", f"1:mo:hour:{hour}") for hour in _HOURS
    ]
    off = ("✓ " if now is None else "") + context.say("button_morning_off")
    rows = [*in_rows(hours, 3), [button(off, f"1:mo:hour:{_OFF}")]]
    rows.append([button(context.say("menu_morning"), "1:m:zaobao"), *back_row(context)])
    context.show(context.say("morning_ask"), rows)
