"""A client rates the service after a claim by tapping, and may add words; low ones are work orders."""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.domain.draft import NOTICE, Audience, button, message
from bot.domain.people import Role
from bot.errors import UserError
from bot.handlers import obliged
from bot.handlers.context import Context
from bot.messages import say
from bot.store import book, outbox, people, surveys, touches
from bot.store.surveys import LOW
from bot.store.touches import TouchRow

_RATING = "rating_"
_ASKED = ("sent", "queued", "uncertain")
_COMMENT_WITHIN = timedelta(days=1)
_LONGEST_COMMENT = 1000


async def rate(context: Context) -> None:
    """The first tap counts; it must come from the client who was asked."""
    match context.parts:
        case [touch_id, "comment"]:
            await _ask_comment(context, context.number(touch_id))
            return
        case [touch_id, choice]:
            touch = await _asked(context, context.number(touch_id), choice)
        case _:
            raise UserError(context.say("old_button"))
    rating = context.number(choice.removeprefix(_RATING))
    client = await book.client(context.tx, context.person, touch.client_id, "rate")
    if not await surveys.rate(context.tx, touch.id, client.id, rating):
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
            due_at=context.tx.now + obliged.ANSWER_WITHIN,
            dedupe_key=surveys.order_key(touch.id),
        )
        await obliged.order_supervisor(
            context,
            client,
            keeper,
            "low_rating",
            surveys.order_key(touch.id),
            "told_low_rating_boss",
            rating=rating,
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
        [[button(context.say("button_survey_comment"), f"1:tb:{touch.id}:comment")]],
        audience=Audience.CLIENT,
        client_id=client.id,
    )


async def _ask_comment(context: Context, touch_id: int) -> None:
    touch = await touches.get(context.tx, touch_id)
    if touch is None or touch.audience != "client":
        raise UserError(context.say("old_button"))
    client = await book.client(context.tx, context.person, touch.client_id, "rate")
    until = context.tx.now + _COMMENT_WITHIN
    await context.set_dialogue(flow="survey", touch=touch.id, until=until.isoformat())
    context.reply(context.say("survey_comment_ask"), audience=Audience.CLIENT, client_id=client.id)


async def commented(context: Context) -> bool:
    """Whether a client's text is the comment that was asked for within a day; it is kept then."""
    state = await context.dialogue()
    if state.get("flow") != "survey":
        return False
    await context.set_dialogue()
    if context.tx.now >= datetime.fromisoformat(str(state["until"])):
        return False
    touch = await touches.get(context.tx, int(state["touch"]))
    if touch is None:
        return False
    client = await book.client(context.tx, context.person, touch.client_id, "rate")
    words = context.event.text.strip()[:_LONGEST_COMMENT]
    rating = await surveys.comment(context.tx, touch.id, client.id, words)
    if rating is None:
        return False
    keeper = await people.answering_for(context.tx, client.agent_id)
    readers = [keeper] if keeper.role in (Role.AGENT, Role.SUPERVISOR) else []
    boss = await people.supervisor_of(context.tx, keeper) if readers and rating <= LOW else None
    for reader in dict.fromkeys([*readers, *([boss] if boss else [])]):
        told = say("told_comment", reader.script, name=client.name, rating=rating, text=words)
        card = [[button(say("button_client_card", reader.script), f"1:cl:{client.id}")]]
        notice = message(reader.chat_id, told, card, priority=NOTICE, client_id=client.id)
        await outbox.enqueue(context.tx, [notice])
    context.reply(context.say("survey_comment_kept"), audience=Audience.CLIENT, client_id=client.id)
    return True


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
