"""A client rates the service after a claim by tapping; a low rating makes a task for the agent."""

from __future__ import annotations

from datetime import timedelta

from bot.errors import UserError
from bot.handlers.context import Context
from bot.outbox.draft import NOTICE, Audience, button, message
from bot.store import book, outbox, people, touches

LOW = 2
_CALL_BACK_WITHIN = timedelta(hours=24)


async def rate(context: Context) -> None:
    """The first tap counts; it must come from the client who was asked."""
    _, _, touch_id, choice = context.event.text.split(":", 3)
    if not choice.startswith("rating_"):
        raise UserError(context.say("old_button"))
    rating = int(choice.removeprefix("rating_"))
    touch = await touches.get(context.tx, int(touch_id))
    if touch is None or touch.client_id is None or not 1 <= rating <= 5:
        raise UserError(context.say("old_button"))
    client = await book.client(context.tx, context.person, touch.client_id, "rate")
    if not await touches.rate(context.tx, touch.id or 0, client.id, rating):
        context.toast(context.say("rated_before"), alert=True)
        return
    agent = await people.by_id(context.tx, client.agent_id)
    if rating <= LOW:
        await touches.add_task(
            context.tx,
            agent.id,
            "low_rating",
            context.say("task_low_rating", name=client.name, rating=rating),
            client_id=client.id,
            due_at=context.tx.now + _CALL_BACK_WITHIN,
            dedupe_key=f"rating:{touch.id}",
        )
    key = "told_low_rating" if rating <= LOW else "told_rating"
    told = context.say(key, name=client.name, rating=rating)
    card = [[button(context.say("button_client_card"), f"1:cl:{client.id}")]]
    await outbox.enqueue(context.tx, [message(agent.chat_id, told, card, priority=NOTICE)])
    context.toast(context.say("rated_thanks"))
    thanks = "rated_low" if rating <= LOW else "rated_high"
    context.show(
        context.say(thanks, rating=rating, agent=agent.name),
        audience=Audience.CLIENT,
        client_id=client.id,
    )
