"""How each kind of reminder reaches an agent's clients: by itself, after a tap, or not at all."""

from __future__ import annotations

from bot.domain.draft import button
from bot.errors import UserError
from bot.handlers.context import Context
from bot.handlers.menu import back_row
from bot.store import touches

_MODES = ("auto", "draft", "remind")


async def tap(context: Context) -> None:
    """The list of cadences, and a tap that takes one to its next way."""
    match context.parts:
        case []:
            await _show(context)
        case [place]:
            cadences = _to_clients(context)
            number = context.number(place)
            if number >= len(cadences):
                raise UserError(context.say("old_button"))
            cadence_id, _ = cadences[number]
            me = context.person.id
            now = (await touches.modes(context.tx, [me])).get((me, cadence_id), "auto")
            after = _MODES[(_MODES.index(now) + 1) % len(_MODES)]
            await touches.set_mode(context.tx, me, cadence_id, after)
            await _show(context)
        case _:
            raise UserError(context.say("old_button"))


def _to_clients(context: Context) -> list[tuple[str, str]]:
    """(id, name) of the cadences that write to clients, in the order of the file."""
    return [
        (one.id, one.zh)
        for one in context.office.cadences.cadences
        if any(step.audience == "client" for step in one.steps)
    ]


async def _show(context: Context) -> None:
    me = context.person.id
    modes = await touches.modes(context.tx, [me])
    rows = []
    for place, (cadence_id, name) in enumerate(_to_clients(context)):
        mode = context.say(f"mode_{modes.get((me, cadence_id), 'auto')}")
        rows.append([button(context.say("mode_line", name=name, mode=mode), f"1:tm:{place}")])
    rows.append([button(context.say("menu_touches"), "1:m:tixing"), *back_row(context)])
    context.show(context.say("modes_title"), rows)
