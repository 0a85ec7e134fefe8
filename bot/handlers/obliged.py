"""What an objection obliges the agent to do for the client: stop the marketing, open a work order."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from bot.domain.draft import NOTICE, Button, button, message
from bot.domain.people import Client, Person
from bot.errors import UserError
from bot.handlers import optout
from bot.handlers.context import Context
from bot.handlers.menu import back_row
from bot.messages import say
from bot.scripts_library.schema import Intent
from bot.store import book, outbox, people, touches

_SHOWN = 8
ANSWER_WITHIN = timedelta(hours=24)
"""How soon a work order is to be answered."""
# the button of each deed, and the question for whom
_WORDS = {
    "stop_marketing": ("button_stop_marketing", "stop_marketing_whom"),
    "work_order": ("button_work_order", "work_order_whom"),
}


def row(context: Context, intent: Intent, client: Client | None) -> list[list[Button]]:
    """The button of an intent that obliges, for a certain client or one to be picked; else none."""
    if intent.obliges is None:
        return []
    data = f"1:du:{intent.obliges}" + (f":{client.id}" if client else "")
    label, _ = _WORDS[intent.obliges]
    return [[button(context.say(label), data)]]


async def tap(context: Context) -> None:
    """Pick the client, then do it."""
    match context.parts:
        case ["stop_marketing" | "work_order" as deed]:
            await _pick(context, deed)
        case ["stop_marketing", client_id]:
            await _stop(context, await _client(context, client_id))
        case ["work_order", client_id]:
            await _order(context, await _client(context, client_id))
        case _:
            raise UserError(context.say("old_button"))


async def _client(context: Context, client_id: str) -> Client:
    return await book.client(context.tx, context.person, context.number(client_id), "obliged")


async def _pick(context: Context, deed: str) -> None:
    found = await book.clients(context.tx, context.person, limit=_SHOWN)
    if not found:
        raise UserError(context.say("clients_none_yet"))
    rows = [[button(context.label(client), f"1:du:{deed}:{client.id}")] for client in found]
    _, whom = _WORDS[deed]
    context.reply(context.say(whom), [*rows, back_row(context)])


async def _stop(context: Context, client: Client) -> None:
    """As if the client had written 退订."""
    if client.marketing_ok:
        await optout.change(context, client, False)
        await context.replan(client.id)
    card = [button(context.say("button_client_card"), f"1:cl:{client.id}")]
    done = context.say("stop_marketing_done", name=client.name)
    context.show(done, [[*card, *back_row(context)]], client_id=client.id)


async def _order(context: Context, client: Client) -> None:
    """A task for the agent and one for the supervisor, once a day for a client."""
    key = f"order:{client.id}:{context.today()}"
    due_at = context.tx.now + ANSWER_WITHIN
    fresh = await touches.add_task(
        context.tx,
        context.person.id,
        "work_order",
        context.say("task_work_order", name=client.name),
        client_id=client.id,
        due_at=due_at,
        dedupe_key=key,
    )
    if fresh is not None:
        agent = context.person
        await order_supervisor(context, client, agent, "work_order", key, "told_work_order")
    said = context.say("work_order_done" if fresh else "work_order_before", name=client.name)
    today = [button(context.say("menu_today"), "1:m:jintian")]
    context.show(said, [[*today, *back_row(context)]], client_id=client.id)


async def order_supervisor(
    context: Context, client: Client, agent: Person, kind: str, key: str, told: str, **values: Any
) -> None:
    """The same work order for the agent's supervisor, if there is one beside the agent.

    ``key`` is that of the agent's task; ``told`` names the sentence, which knows the ``name`` of
    the client, the ``agent`` and the ``values``.
    """
    boss = await people.supervisor_of(context.tx, agent)
    if boss is None or boss.id == agent.id:
        return
    said = say(told, boss.script, name=client.name, agent=agent.name, **values)
    await touches.add_task(
        context.tx,
        boss.id,
        kind,
        said,
        client_id=client.id,
        due_at=context.tx.now + ANSWER_WITHIN,
        dedupe_key=f"{key}:supervisor",
    )
    card = [[button(say("button_client_card", boss.script), f"1:cl:{client.id}")]]
    notice = message(boss.chat_id, said, card, priority=NOTICE, client_id=client.id)
    await outbox.enqueue(context.tx, [notice])
