"""A client stops greetings and offers, or wants them again; contract notices always go out."""

from __future__ import annotations

from bot.compliance import review
from bot.domain.draft import NOTICE, Audience, button, message
from bot.domain.people import Client
from bot.errors import UserError
from bot.handlers.context import Context
from bot.store import book, outbox, people


async def stop(context: Context) -> None:
    """退订: no more marketing, from this moment on."""
    await _set(context, False)


async def resume(context: Context) -> None:
    """恢复: greetings and offers again."""
    await _set(context, True)


async def tap(context: Context) -> None:
    """The button under the answer does the opposite."""
    match context.parts:
        case ["on" | "off" as wanted]:
            await _set(context, wanted == "on")
        case _:
            raise UserError(context.say("old_button"))


async def change(context: Context, client: Client, wanted: bool) -> None:
    """Keep what a client wants and who wrote it down; waiting marketing is taken back."""
    await book.change_client(context.tx, client.id, marketing_ok=wanted)
    await book.record_consent(context.tx, client.id, "marketing", wanted, context.person.id)
    if not wanted:
        await review.cancel_marketing(context.tx, client.id)


async def _set(context: Context, wanted: bool) -> None:
    for client in await book.clients_of_person(context.tx, context.person.id):
        if client.marketing_ok != wanted:
            await change(context, client, wanted)
            keeper = await people.answering_for(context.tx, client.agent_id)
            told = context.say("told_resumed" if wanted else "told_stopped", name=client.name)
            notice = message(keeper.chat_id, told, priority=NOTICE, client_id=client.id)
            await outbox.enqueue(context.tx, [notice])
            await context.replan(client.id)
    key, data = ("button_stop", "1:op:off") if wanted else ("button_resume", "1:op:on")
    context.show(
        context.say("marketing_resumed" if wanted else "marketing_stopped"),
        [[button(context.say(key), data)]],
        audience=Audience.CLIENT,
    )
