"""The reminder cadences, seen and changed in chat: days, hours and words of each step."""

from __future__ import annotations

import re

from bot.domain.draft import Button, button, in_rows
from bot.errors import DataFileError, UserError
from bot.handlers.compose import passes
from bot.handlers.context import Context
from bot.handlers.menu import back_row
from bot.messages import traditional
from bot.reminders import editing, rescheduling
from bot.reminders.schema import Cadence, Step
from bot.store import planning

_LONGEST = 500
_DAYS = re.compile(r"[+-]?\d{1,4}")
_HOURS = ("09:00", "10:00", "12:00", "14:00", "16:00", "18:00", "19:00", "20:00")
_ABOUT = {"client": "客户", "agent": "业务员", "company": "公司", "product": "产品"}


async def list_(context: Context) -> None:
    """Every cadence, a button each."""
    cadences = context.office.cadences.cadences
    buttons = [button(one.zh, f"1:jz:{place}") for place, one in enumerate(cadences)]
    context.show(context.say("agenda_list"), [*in_rows(buttons, 2), back_row(context)])


async def tap(context: Context) -> None:
    """Buttons of the cadences."""
    match context.parts:
        case [place]:
            _steps(context, _cadence(context, place))
        case [place, step]:
            _one(context, *_found(context, place, step))
        case [place, step, "days"]:
            await _ask(context, *_found(context, place, step), "days")
        case [place, step, "hour"]:
            _ask_hour(context, *_found(context, place, step))
        case [place, step, "hour", hour]:
            cadence, chosen = _found(context, place, step)
            if context.number(hour) >= len(_HOURS):
                raise UserError(context.say("old_button"))
            await _put(context, cadence, chosen, "hour", _HOURS[context.number(hour)])
        case [place, step, "words", wording]:
            await _ask(
                context, *_found(context, place, step), "words", wording=context.number(wording)
            )
        case _:
            raise UserError(context.say("old_button"))


def _cadence(context: Context, place: str) -> Cadence:
    cadences = context.office.cadences.cadences
    number = context.number(place)
    if number >= len(cadences):
        raise UserError(context.say("old_button"))
    return cadences[number]


def _found(context: Context, place: str, step: str) -> tuple[Cadence, Step]:
    cadence, number = _cadence(context, place), context.number(step)
    if number >= len(cadence.steps):
        raise UserError(context.say("old_button"))
    return cadence, cadence.steps[number]


def _data(context: Context, cadence: Cadence, step: Step | None = None) -> str:
    place = context.office.cadences.place(cadence.id)
    return f"1:jz:{place}" + (f":{cadence.steps.index(step)}" if step else "")


def when(context: Context, step: Step) -> str:
    """When a step goes: 前 3 天 09:00, 当天 09:00, 后 7 天 10:00, or hours after the event."""
    if step.offset_days is None:
        return context.say("agenda_hours", hours=step.offset_hours)
    days = step.offset_days
    key = "agenda_before" if days < 0 else "agenda_after" if days else "agenda_same_day"
    return context.say(key, days=abs(days), at=step.at)


def _steps(context: Context, cadence: Cadence) -> None:
    rows = []
    for step in cadence.steps:
        to = context.say(f"agenda_to_{step.audience}")
        rows.append([button(f"{when(context, step)}→{to}", _data(context, cadence, step))])
    rows.append([button(context.say("button_agenda_list"), "1:m:jiezou"), *back_row(context)])
    context.show(context.say("agenda_steps", name=cadence.zh), rows)


def _one(context: Context, cadence: Cadence, step: Step) -> None:
    data = _data(context, cadence, step)
    lines = [
        context.say(
            "agenda_step",
            name=cadence.zh,
            when=when(context, step),
            to=context.say(f"agenda_to_{step.audience}"),
            nature=context.say(f"agenda_{step.nature}"),
        )
    ]
    lines += [f"{number}. {words}" for number, words in enumerate(step.text, 1)]
    rows: list[list[Button]] = []
    if step.offset_days is not None:
        rows.append(
            [
                button(context.say("button_agenda_days"), f"{data}:days"),
                button(context.say("button_agenda_hour"), f"{data}:hour"),
            ]
        )
    words = [
        button(context.say("button_agenda_words", number=number + 1), f"{data}:words:{number}")
        for number in range(len(step.text))
    ]
    rows += in_rows(words, 3)
    rows.append([button(context.say("button_agenda_steps"), _data(context, cadence))])
    context.show("\n".join(lines), rows)


def _ask_hour(context: Context, cadence: Cadence, step: Step) -> None:
    data = _data(context, cadence, step)
    hours = [button(hour, f"{data}:hour:{place}") for place, hour in enumerate(_HOURS)]
    rows = [*in_rows(hours, 4), [button(context.say("button_agenda_back"), data)]]
    context.show(context.say("agenda_ask_hour", name=cadence.zh, at=step.at), rows)


async def _ask(
    context: Context, cadence: Cadence, step: Step, what: str, *, wording: int = 0
) -> None:
    if wording >= len(step.text):
        raise UserError(context.say("old_button"))
    await context.set_dialogue(
        flow="agenda", cadence=cadence.id, step=step.id, what=what, wording=wording
    )
    if what == "days":
        text = context.say("agenda_ask_days", name=cadence.zh, days=step.offset_days)
    else:
        text = context.say("agenda_ask_words", words=step.text[wording])
    context.reply(
        text, [[button(context.say("button_agenda_back"), _data(context, cadence, step))]]
    )


async def typed(context: Context) -> None:
    """The new days or words were typed."""
    state = await context.dialogue()
    cadence = context.office.cadences.cadence(str(state["cadence"]))
    step = context.office.cadences.step(str(state["cadence"]), str(state["step"]))
    if cadence is None or step is None:
        raise UserError(context.say("old_button"))
    said = context.event.text.strip()
    await _put(context, cadence, step, str(state["what"]), said, int(state["wording"]))


async def _put(
    context: Context, cadence: Cadence, step: Step, what: str, said: str, wording: int = 0
) -> None:
    """Check the change, write the file, and have everything not yet sent planned anew."""
    await planning.lock_cadences(context.tx)
    agenda = context.office.agenda
    agenda.look()
    text, cadences = agenda.text(), agenda.cadences
    if what == "days":
        if _DAYS.fullmatch(said) is None:
            raise UserError(context.say("agenda_days_wrong"))
        changed = editing.set_days(text, cadences, cadence.id, step.id, int(said))
    elif what == "hour":
        changed = editing.set_hour(text, cadences, cadence.id, step.id, said)
    else:
        if not said or len(said) > _LONGEST:
            raise UserError(context.say("agenda_words_long", limit=_LONGEST))
        if step.audience == "client" and not _lawful(context, said):
            return
        words = {"text": said, "text_hant": traditional(said).replace("“", "「").replace("”", "」")}
        changed = editing.set_words(text, cadences, cadence.id, step.id, wording, words)
    try:
        agenda.write(changed)
    except DataFileError as error:
        raise UserError(context.say("agenda_refused", reason=error.problems[0].reason)) from error
    await rescheduling.announce(context.tx, agenda, context.person.id)
    await context.set_dialogue()
    back = [button(context.say("button_agenda_steps"), _data(context, cadence))]
    context.show(context.say("agenda_changed", name=cadence.zh), [[*back, *back_row(context)]])


def _lawful(context: Context, said: str) -> bool:
    """Whether the words pass as a client would read them; if not, they are explained."""
    for name, word in _ABOUT.items():
        said = said.replace("{" + name + "}", word)
    return passes(context, said)
