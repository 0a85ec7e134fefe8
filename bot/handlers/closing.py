"""Buying signals in the agent's note, and the signing checklist of a client."""

from __future__ import annotations

from datetime import timedelta

from bot.domain.draft import button
from bot.domain.people import Client
from bot.errors import UserError
from bot.handlers.context import Context
from bot.handlers.menu import back_row
from bot.scripts_library.closing import signals_in
from bot.store import book, library, touches

_SHOWN_SIGNALS = 3


async def tap(context: Context) -> None:
    """Write a note; the checklist; a point of it; the signing is done."""
    match context.parts:
        case ["note", client_id]:
            await _ask(context, context.number(client_id))
        case ["list", client_id]:
            await _checklist(context, context.number(client_id))
        case ["item", client_id, item]:
            await _toggle(context, context.number(client_id), item)
        case ["signed", client_id]:
            await _signed(context, context.number(client_id))
        case _:
            raise UserError(context.say("old_button"))


async def _client(context: Context, client_id: int) -> Client:
    return await book.client(context.tx, context.person, client_id, "closing")


async def _ask(context: Context, client_id: int) -> None:
    client = await _client(context, client_id)
    await context.set_dialogue(flow="closing", client=client.id)
    rows = [
        [button(context.say("button_checklist"), f"1:cs:list:{client.id}")],
        [button(context.say("button_back_card"), f"1:cl:{client.id}")],
    ]
    context.show(context.say("closing_ask", name=client.name), rows, client_id=client.id)


async def typed(context: Context) -> None:
    """The note: which signals it shows, and what to do next."""
    state = await context.dialogue()
    client = await _client(context, int(state.get("client") or 0))
    found = signals_in(context.office.closing, context.event.text)
    lines = [
        context.say("closing_signal", signal=signal.zh, next=signal.next)
        for signal in found[:_SHOWN_SIGNALS]
    ]
    rows = [
        [button(context.say("button_checklist"), f"1:cs:list:{client.id}")],
        [button(context.say("button_back_card"), f"1:cl:{client.id}"), *back_row(context)],
    ]
    text = "\n\n".join(lines) if lines else context.office.closing.nothing
    context.reply(text, rows, client_id=client.id)


async def _checklist(context: Context, client_id: int) -> None:
    """Every point with a tap; what is still open is told first."""
    client = await _client(context, client_id)
    done = await library.signed_items(context.tx, client.id)
    items = context.office.closing.checklist
    still = [item for item in items if item.id not in done]
    rows = [
        [button(("✓ " if item.id in done else "□ ") + item.zh, f"1:cs:item:{client.id}:{item.id}")]
        for item in items
    ]
    if not still:
        rows.append([button(context.say("button_signed"), f"1:cs:signed:{client.id}")])
    rows.append([button(context.say("button_back_card"), f"1:cl:{client.id}"), *back_row(context)])
    if still:
        first = still[0]
        text = context.say(
            "checklist_open", name=client.name, count=len(still), item=first.zh, why=first.why
        )
    else:
        text = context.say("checklist_done", name=client.name)
    context.show(text, rows, client_id=client.id)


async def _toggle(context: Context, client_id: int, item: str) -> None:
    client = await _client(context, client_id)
    if item not in {one.id for one in context.office.closing.checklist}:
        raise UserError(context.say("old_button"))
    await library.toggle_item(context.tx, client.id, item)
    await _checklist(context, client.id)


async def _signed(context: Context, client_id: int) -> None:
    """The duties after the signing become tasks with their days."""
    client = await _client(context, client_id)
    done = await library.signed_items(context.tx, client.id)
    if any(item.id not in done for item in context.office.closing.checklist):
        await _checklist(context, client.id)
        return
    given = []
    for duty in context.office.closing.after_signing:
        due_at = context.tx.now + timedelta(days=duty.days)
        title = context.say("signing_task", name=client.name, duty=duty.zh)
        key = f"signed:{client.id}:{duty.id}:{context.today()}"
        await touches.add_task(
            context.tx,
            context.person.id,
            "signing",
            title,
            client_id=client.id,
            due_at=due_at,
            dedupe_key=key,
        )
        given.append(f"· {due_at.astimezone(context.zone()).date():%m-%d} {duty.zh}")
    for item in done:
        await library.toggle_item(context.tx, client.id, item)
    rows = [[button(context.say("button_back_card"), f"1:cl:{client.id}"), *back_row(context)]]
    text = context.say("signed_tasks", name=client.name, tasks="\n".join(given))
    context.show(text, rows, client_id=client.id)
