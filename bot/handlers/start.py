"""Getting in: the first administrator, staff by invitation, clients by link or phone contact."""

from __future__ import annotations

from typing import Any

from bot.domain.draft import NOTICE, Audience, button, message
from bot.domain.event import Kind
from bot.domain.identity import parse_phone
from bot.domain.people import Client, Person, Role
from bot.errors import AccessDenied, UserError
from bot.handlers import menu
from bot.handlers.context import Context
from bot.store import book, outbox, people, tables


async def start(context: Context) -> None:
    """``/start``: with a secret redeem it, without one show the menu or how to get in."""
    secret = context.event.text if context.event.kind is Kind.COMMAND else ""
    if secret:
        await _redeem(context, secret)
    elif context.stranger_or_person is None:
        context.reply(context.say("stranger"), reply_markup=_ask_contact(context))
    elif not context.person.active:
        raise AccessDenied(context.say("not_active"))
    elif context.person.role is Role.CLIENT:
        await _welcome_client(context)
    else:
        await menu.menu(context)


def _ask_contact(context: Context) -> dict[str, Any]:
    key = {"text": context.say("button_share_phone"), "request_contact": True}
    return {"keyboard": [[key]], "resize_keyboard": True, "one_time_keyboard": True}


async def _redeem(context: Context, secret: str) -> None:
    invitation = await people.redeem(context.tx, secret)
    role = Role(invitation.role)
    known = context.stranger_or_person
    if role is Role.CLIENT:
        welcome = known is None or known.role is Role.CLIENT
    else:
        welcome = known is None or (known.role is not Role.CLIENT and not known.active)
    if not welcome:
        raise UserError(context.say("already_registered"))
    if role is Role.CLIENT:
        await _join_client(context, invitation)
        return
    inviter = (
        await people.by_id(context.tx, invitation.inviter_id) if invitation.inviter_id else None
    )
    leads = inviter is not None and inviter.role is Role.SUPERVISOR and role is Role.AGENT
    supervisor_id = inviter.id if inviter and leads else None
    if known is None:
        person = await _register(context, role, supervisor_id)
    else:
        person = await _come_back(context, known, role, supervisor_id)
    await people.mark_redeemed(context.tx, invitation, person)
    context.stranger_or_person = person
    context.reply(context.say("welcome_staff", role=context.say(f"role_{role.value}")))
    await menu.menu(context)


async def _come_back(
    context: Context, person: Person, role: Role, supervisor_id: int | None
) -> Person:
    """Somebody who had left was invited again, maybe for other work."""
    await people.change(
        context.tx,
        person.id,
        active=True,
        reachable=True,
        role=role.value,
        supervisor_id=supervisor_id,
    )
    return await people.by_id(context.tx, person.id)


async def _register(context: Context, role: Role, supervisor_id: int | None) -> Person:
    return await people.add(
        context.tx,
        context.event.user_id,
        context.event.name or context.say("no_name"),
        role,
        supervisor_id=supervisor_id,
        script=context.script,
        timezone=context.office.settings.timezone,
    )


async def _join_client(context: Context, invitation: tables.Invitation) -> None:
    person = context.stranger_or_person or await _register(context, Role.CLIENT, None)
    context.stranger_or_person = person
    await people.mark_redeemed(context.tx, invitation, person)
    if invitation.client_id is not None:
        client = await book.client_for_system(context.tx, invitation.client_id)
        await _link(context, person, [client])
        return
    agent = await people.by_id(context.tx, invitation.inviter_id or 0)
    await context.set_dialogue(flow="join", agent=agent.id)
    text = context.say("join_ask_phone", agent=agent.name, company=context.office.settings.company)
    context.reply(text, reply_markup=_ask_contact(context))


async def _link(context: Context, person: Person, clients: list[Client]) -> None:
    """Connect client records to the person in the chat and tell the agents."""
    for client in clients:
        if client.person_id not in (None, person.id):
            raise UserError(context.say("client_joined_elsewhere"))
        await book.change_client(context.tx, client.id, person_id=person.id)
        keeper = await people.answering_for(context.tx, client.agent_id)
        text = context.say("told_client_joined", name=client.name)
        card = [[button(context.say("button_client_card"), f"1:cl:{client.id}")]]
        notice = message(keeper.chat_id, text, card, priority=NOTICE, client_id=client.id)
        await outbox.enqueue(context.tx, [notice])
    await context.set_dialogue()
    await _welcome_client(context)


async def _welcome_client(context: Context) -> None:
    clients = await book.clients_of_person(context.tx, context.person.id)
    names = [(await people.by_id(context.tx, client.agent_id)).name for client in clients]
    text = context.say(
        "welcome_client",
        name=clients[0].name if clients else context.person.name,
        agents="、".join(dict.fromkeys(names)) or context.say("no_agent_yet"),
        company=context.office.settings.company,
    )
    context.reply(text, reply_markup={"remove_keyboard": True}, audience=Audience.CLIENT)


async def contact(context: Context) -> None:
    """A shared phone contact: only one's own counts; it finds the records of that phone."""
    if not context.event.own_contact:
        raise UserError(context.say("not_own_contact"))
    phone = parse_phone(
        context.event.phone if context.event.phone.startswith("+") else f"+{context.event.phone}"
    ).number
    known = context.stranger_or_person
    if known is not None and known.role is not Role.CLIENT:
        raise UserError(context.say("already_registered"))
    state = await context.dialogue() if known is not None else {}
    agent_id = state.get("agent")
    if agent_id is not None and not (await people.by_id(context.tx, agent_id)).active:
        agent_id = None  # the agent left since: the record is with whoever took over
    found = await book.by_phone(context.tx, phone, agent_id)
    if not found and agent_id is None:
        raise UserError(context.say("phone_not_found"))
    person = known or await _register(context, Role.CLIENT, None)
    context.stranger_or_person = person
    if not found:
        name = context.event.name or person.name
        found = [await book.add_client(context.tx, int(agent_id or 0), name, phone=phone)]
    await _link(context, person, found)


async def membership(context: Context) -> None:
    """The person blocked the bot, or came back."""
    if context.stranger_or_person is not None:
        reachable = context.event.kind is Kind.UNBLOCKED
        await people.change(context.tx, context.person.id, reachable=reachable)
