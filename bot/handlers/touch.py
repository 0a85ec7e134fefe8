"""The touches planned for clients: see them, read them, change the words, delay or cancel."""

from __future__ import annotations

from datetime import timedelta
from zoneinfo import ZoneInfo

from bot.domain.draft import button
from bot.domain.people import Client
from bot.errors import UserError
from bot.handlers.compose import own_words
from bot.handlers.context import Context
from bot.handlers.menu import back_row
from bot.reminders import sender
from bot.reminders.calendar import next_client_hour
from bot.store import book, touches
from bot.store.touches import TouchRow

_DAYS = 30
_SHOWN = 10


async def list_(context: Context) -> None:
    """Client touches of the coming month."""
    until = context.tx.now + timedelta(days=_DAYS)
    mine = context.person.id
    found = await touches.upcoming(context.tx, mine, until, audience="client", limit=_SHOWN)
    rows = [
        [button(_label(context, touch, await _client(context, touch)), f"1:tc:{touch.id}")]
        for touch in found
    ]
    text = context.say("touches_list" if found else "touches_none", days=_DAYS)
    ways = button(context.say("button_modes"), "1:tm")
    context.show(text, [*rows, [ways, *back_row(context)]])


async def _of_client(context: Context, client_id: int) -> None:
    """Touches of one client in the coming month."""
    client = await book.client(context.tx, context.person, client_id, "touch")
    until = context.tx.now + timedelta(days=_DAYS)
    every = await touches.upcoming_of(context.tx, client.id, until, limit=50)
    found = [touch for touch in every if touch.audience == "client"][:_SHOWN]
    rows = [[button(_when(context, touch, client), f"1:tc:{touch.id}")] for touch in found]
    why = button(context.say("button_why_of"), f"1:wy:of:{client.id}")
    rows.append([why, button(context.say("button_back_card"), f"1:cl:{client.id}")])
    key = "touches_list_of" if found else "touches_none_of"
    context.show(context.say(key, name=client.name, days=_DAYS), rows)


async def _client(context: Context, touch: TouchRow) -> Client:
    return await book.client(context.tx, context.person, touch.client_id, "touch")


def _label(context: Context, touch: TouchRow, client: Client) -> str:
    return f"{client.name}　{_when(context, touch, client)}"


def _when(context: Context, touch: TouchRow, client: Client) -> str:
    at = touch.due_at.astimezone(ZoneInfo(client.timezone)).strftime("%m-%d %H:%M")
    cadence = context.office.cadences.cadence(touch.cadence)
    return f"{at} {cadence.zh if cadence else ''}"


async def tap(context: Context) -> None:
    """Buttons of the list and of one touch."""
    match context.parts:
        case ["of", client_id]:
            await _of_client(context, context.number(client_id))
        case [touch_id]:
            await _one(context, await _mine(context, context.number(touch_id)))
        case [touch_id, "edit"]:
            touch = await _mine(context, context.number(touch_id))
            await context.set_dialogue(flow="touch", touch=touch.id)
            context.reply(context.say("touch_edit_ask"), [back_row(context)])
        case [touch_id, "delay"]:
            await _delay(context, await _mine(context, context.number(touch_id)))
        case [touch_id, "cancel"]:
            await _cancel(context, await _mine(context, context.number(touch_id)))
        case _:
            raise UserError(context.say("old_button"))


async def _cancel(context: Context, touch: TouchRow) -> None:
    await touches.change(
        context.tx, touch.id, status="cancelled", reason="agent", decided_at=context.tx.now
    )
    context.toast(context.say("touch_cancelled"))
    await list_(context)


async def _mine(context: Context, touch_id: int) -> TouchRow:
    """A planned touch to a client the person may see; what staff are told cannot be changed."""
    touch = await touches.get(context.tx, touch_id)
    if touch is None or touch.client_id is None or touch.audience != "client":
        raise UserError(context.say("touch_gone"))
    await book.client(context.tx, context.person, touch.client_id, "touch")
    if touch.status != "planned":
        raise UserError(context.say("touch_decided"))
    return touch


async def _one(context: Context, touch: TouchRow) -> None:
    client = await _client(context, touch)
    office = context.office
    text = await sender.preview(context.tx, touch, office.cadences, office.settings, context.script)
    told = context.say("touch_preview", label=_label(context, touch, client), text=text)
    rows = [
        [
            button(context.say("button_touch_edit"), f"1:tc:{touch.id}:edit"),
            button(context.say("button_touch_delay"), f"1:tc:{touch.id}:delay"),
            button(context.say("button_touch_cancel"), f"1:tc:{touch.id}:cancel"),
        ],
        [button(context.say("menu_touches"), "1:m:tixing"), *back_row(context)],
    ]
    context.show(told, rows, client_id=client.id)


async def _delay(context: Context, touch: TouchRow) -> None:
    """One day later at the same hour; never past the time in which it makes sense."""
    client = await _client(context, touch)
    later = next_client_hour(touch.due_at + timedelta(days=1), client.timezone)
    if later >= touch.expires_at:
        raise UserError(context.say("touch_too_late"))
    await touches.change(
        context.tx, touch.id, due_at=later, reason="delayed", decided_at=context.tx.now
    )
    context.toast(context.say("touch_delayed"))
    await list_(context)


async def typed(context: Context) -> None:
    """The agent's own words for a touch: judged at once, and again when it goes out."""
    state = await context.dialogue()
    touch = await _mine(context, int(state.get("touch") or 0))
    text = own_words(context)
    if text is None:
        return
    await touches.change(
        context.tx, touch.id, text_override=text, decided_at=context.tx.now, reason="edited"
    )
    await context.set_dialogue()
    context.reply(context.say("touch_edited"), [back_row(context)])
