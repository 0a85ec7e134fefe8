"""A client's own words: 退订 and 恢复 are obeyed, everything else goes to the serving agent."""

from __future__ import annotations

import re

from bot.domain.draft import NOTICE, Audience, button, message
from bot.domain.people import Client, Role
from bot.errors import UserError
from bot.handlers import objection, optout, survey
from bot.handlers.context import Context
from bot.store import book, outbox, people

_STOP = re.compile(
    r"(退订|退訂|取消订阅|取消訂閱|td|unsubscribe|stop|不要再发了?|不要再發了?)[。！!. ]*", re.I
)
_RESUME = re.compile(r"(恢复|恢復|重新订阅|重新訂閱|start)[。！!. ]*", re.I)
_LONGEST = 1500


async def from_client(context: Context) -> None:
    """Read what a client wrote."""
    typed = context.event.text.strip()
    if _STOP.fullmatch(typed):
        await optout.stop(context)
        return
    if _RESUME.fullmatch(typed):
        await optout.resume(context)
        return
    if await survey.commented(context):
        return
    records = await book.clients_of_person(context.tx, context.person.id)
    if not records:
        raise UserError(context.say("client_without_agent"))
    for client in records[:3]:
        await _forward(context, client, typed)
    context.reply(context.say("relayed"), audience=Audience.CLIENT, client_id=records[0].id)


async def _forward(context: Context, client: Client, typed: str) -> None:
    """To the agent; an administrator, who reads no messages, learns that somebody must take over."""
    keeper = await people.answering_for(context.tx, client.agent_id)
    if keeper.role not in (Role.AGENT, Role.SUPERVISOR):
        waits = context.say("client_waits", name=client.name)
        give = [[button(context.say("button_give", name=client.name), f"1:pp:give:{client.id}")]]
        notice = message(keeper.chat_id, waits, give, priority=NOTICE, client_id=client.id)
        await outbox.enqueue(context.tx, [notice])
        return
    text = context.say("client_says", name=client.name, text=typed[:_LONGEST])
    buttons = [[button(context.say("button_answer_client"), f"1:co:{client.id}")]]
    matching = context.office.matcher.match(typed)
    intent = context.office.library.intent(matching.matches[0].intent) if matching.sure else None
    if intent is not None:
        label = context.say("button_how_to_answer_this", intent=intent.zh)[:60]
        buttons.append([button(label, f"1:re:{client.id}:{intent.id}")])
    elif not matching.none:
        buttons[0].append(button(context.say("button_how_to_answer"), f"1:re:{client.id}"))
    notice = message(keeper.chat_id, text, buttons, priority=NOTICE, client_id=client.id)
    await outbox.enqueue(context.tx, [notice])


async def tap(context: Context) -> None:
    """The agent asks how to answer: at once when the words were clear, else they are asked for."""
    match context.parts:
        case [client_id]:
            intent = None
        case [client_id, intent_id]:
            intent = context.office.library.intent(intent_id)
        case _:
            raise UserError(context.say("old_button"))
    client = await book.client(context.tx, context.person, context.number(client_id), "write")
    await context.set_dialogue(flow="objection", client=client.id)
    if intent is not None:
        await objection.show_first(context, intent)
        return
    context.reply(context.say("objection_ask_of", name=client.name))
