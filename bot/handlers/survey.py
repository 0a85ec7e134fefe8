"""A client rates the service after a claim by tapping; a low rating makes a task for the agent."""

from __future__ import annotations

from datetime import timedelta

from bot.domain.draft import NOTICE, Audience, button, message
from bot.domain.people import Role
from bot.errors import UserError
from bot.handlers.context import Context
from bot.store import book, outbox, people, touches
from bot.store.touches import TouchRow

LOW = 2
_RATING = "rating_"
_ASKED = ("sent", "queued", "uncertain")
_CALL_BACK_WITHIN = timedelta(hours=24)


async def rate(context: Context) -> None:
    """The first tap counts; it must come from the client who was asked."""
    match context.parts:
        case [touch_id, choice]:
            touch = await _asked(context, context.number(touch_id), choice)
        case _:
            raise UserError(context.say("old_button"))
    rating = context.number(choice.removeprefix(_RATING))
    client = await book.client(context.tx, context.person, touch.client_id, "rate")
    if not await touches.rate(context.tx, touch.id, client.id, rating):
        context.toast(context.say("rated_before"), alert=True)
        return
    keeper = await people.answering_for(context.tx, client.agent_id)
    sells = keeper.role in (Role.AGENT, Role.SUPERVISOR)
    if rating <= LOW:
        await touches.add_task(
            context.tx,
            keeper.id if sells else client.agent_id,
            "low_rating",
            context.say("task_low_rating", name=client.name, rating=rating),
            client_id=client.id,
            due_at=context.tx.now + _CALL_BACK_WITHIN,
            dedupe_key=f"rating:{touch.id}",
        )
    key = "told_low_rating" if rating <= LOW else "told_rating"
    told = context.say(key, name=client.name, rating=rating)
    card = button(context.say("button_client_card"), f"1:cl:{client.id}")
    give = button(context.say("button_give", name=client.name), f"1:pp:give:{client.id}")
    rows = [[card if sells else give]]
    notice = message(keeper.chat_id, told, rows, priority=NOTICE, client_id=client.id)
    await outbox.enqueue(context.tx, [notice])
    context.toast(context.say("rated_thanks"))
    thanks = "rated_low" if rating <= LOW else "rated_high"
    context.show(
        context.say(thanks, rating=rating, agent=keeper.name),
        audience=Audience.CLIENT,
        client_id=client.id,
    )


async def _asked(context: Context, touch_id: int, choice: str) -> TouchRow:
    """The survey that went to the client; ``choice`` must be one of its own buttons."""
    touch = await touches.get(context.tx, touch_id)
    if touch is None or touch.audience != "client" or touch.status not in _ASKED:
        raise UserError(context.say("old_button"))
    step = context.office.cadences.step(touch.cadence, touch.step)
    offered = {one.id for one in step.buttons or ()} if step else set()
    if choice not in offered or not choice.startswith(_RATING):
        raise UserError(context.say("old_button"))
    return touch
