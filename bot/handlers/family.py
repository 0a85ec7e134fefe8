"""The birthdays kept in a client's family: seen, added, taken away."""

from __future__ import annotations

from bot.clients import cells
from bot.domain.draft import button
from bot.errors import UserError
from bot.handlers.context import Context
from bot.store import book, milestones

_LONGEST_NAME = 20


async def tap(context: Context) -> None:
    """Buttons of the list."""
    match context.parts:
        case [client_id]:
            await _show(context, context.number(client_id))
        case [client_id, "add"]:
            client = await book.client(context.tx, context.person, context.number(client_id))
            await context.set_dialogue(flow="family", client=client.id)
            back = [[button(context.say("button_back_card"), f"1:cl:{client.id}")]]
            context.reply(context.say("family_ask", name=client.name), back, client_id=client.id)
        case [client_id, "gone", member_id]:
            await _forget(context, context.number(client_id), context.number(member_id))
        case _:
            raise UserError(context.say("old_button"))


async def _show(context: Context, client_id: int) -> None:
    client = await book.client(context.tx, context.person, client_id, "family")
    members = await milestones.family(context.tx, client.id)
    lines = [context.say("family_title" if members else "family_none", name=client.name)]
    rows = []
    for one in members:
        kept = context.say("family_lunar") if one.birth_lunar else ""
        lines.append(context.say("family_line", name=one.name, day=one.birth_on, kept=kept))
        label = context.say("button_family_gone", name=one.name)
        rows.append([button(label, f"1:fm:{client.id}:gone:{one.id}")])
    if len(members) < milestones.MOST_MEMBERS:
        rows.insert(0, [button(context.say("button_family_add"), f"1:fm:{client.id}:add")])
    rows.append([button(context.say("button_back_card"), f"1:cl:{client.id}")])
    context.show("\n".join(lines), rows, client_id=client.id)


async def typed(context: Context) -> None:
    """A name and a birthday: 小宝 2019-05-06, or 妈妈 农历1958年八月十五."""
    state = await context.dialogue()
    client = await book.client(context.tx, context.person, int(state["client"]), "family")
    name, _, day = context.event.text.strip().partition(" ")
    if not name or not day.strip():
        raise UserError(context.say("family_wrong"))
    if len(name) > _LONGEST_NAME:
        raise UserError(context.say("family_name_long", limit=_LONGEST_NAME))
    birth = cells.birth(day.strip(), context.today())
    if len(await milestones.family(context.tx, client.id)) >= milestones.MOST_MEMBERS:
        raise UserError(context.say("family_full", most=milestones.MOST_MEMBERS))
    await milestones.add_member(context.tx, client.id, name, birth.on, birth.lunar)
    await context.replan(client.id)
    await context.set_dialogue()
    await _show(context, client.id)


async def _forget(context: Context, client_id: int, member_id: int) -> None:
    client = await book.client(context.tx, context.person, client_id, "family")
    if not await milestones.remove_member(context.tx, client.id, member_id):
        raise UserError(context.say("old_button"))
    await context.replan(client.id)
    await _show(context, client.id)
