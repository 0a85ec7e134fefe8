"""Letting people in and moving clients: invitations, the team, handing a client over."""

from __future__ import annotations

from bot.domain.draft import NOTICE, Button, button, copy_button, message
from bot.domain.people import Client, Person, Role
from bot.errors import AccessDenied, UserError
from bot.handlers import leaving
from bot.handlers.context import Context
from bot.handlers.menu import back_row
from bot.intake import service as interviews
from bot.messages import say
from bot.reminders.worklist import ORPHAN
from bot.store import book, outbox, people, relations

# who may invite whom
_MAY_INVITE: dict[Role, tuple[Role, ...]] = {
    Role.ADMIN: (Role.AGENT, Role.SUPERVISOR, Role.OFFICER, Role.ADMIN),
    Role.SUPERVISOR: (Role.AGENT, Role.CLIENT),
    Role.AGENT: (Role.CLIENT,),
}
_LEADERS = (Role.SUPERVISOR, Role.ADMIN)
_SELLERS = (Role.AGENT, Role.SUPERVISOR)
_PAGE = 8


async def invite(context: Context) -> None:
    """Pick what kind of link to make."""
    roles = _MAY_INVITE[context.person.role]
    if roles == (Role.CLIENT,):
        await _link(context, Role.CLIENT)
        return
    rows = [
        [button(context.say(f"role_{role.value}"), f"1:pp:invite:{role.value}")] for role in roles
    ]
    context.show(context.say("invite_choose"), [*rows, back_row(context)])


async def _link(context: Context, role: Role) -> None:
    """A link to forward: one use for staff; the agent's personal one may be used many times."""
    if role not in _MAY_INVITE.get(context.person.role, ()):
        raise AccessDenied(context.say("not_your_role"))
    personal = role is Role.CLIENT
    secret = await people.invite(context.tx, role, inviter_id=context.person.id, reusable=personal)
    link = f"https://t.me/{context.office.bot_name}?start={secret}"
    key = "invite_clients" if personal else "invite_staff"
    text = context.say(key, role=context.say(f"role_{role.value}"), link=link)
    context.show(text, [[copy_button(context.say("button_copy_link"), link)], back_row(context)])


async def _members(context: Context) -> list[Person]:
    """The people one answers for: a supervisor's team, and everybody for an administrator."""
    if context.person.role is Role.SUPERVISOR:
        return await people.team_of(context.tx, context.person)
    found: list[Person] = []
    if context.person.role is not Role.ADMIN:
        return found
    for role in (Role.ADMIN, Role.OFFICER, Role.SUPERVISOR, Role.AGENT):
        found += await people.with_role(context.tx, role)
    return found


async def team(context: Context) -> None:
    """The people one answers for."""
    members = await _members(context)
    rows: list[list[Button]] = []
    lines = [context.say("team_title" if members else "team_empty", count=len(members))]
    for member in members[:20]:
        role = context.say(f"role_{member.role.value}")
        lines.append(context.say("team_line", name=member.name, role=role))
        if member.id != context.person.id:
            rows.append([button(member.name, f"1:pp:one:{member.id}")])
    context.show("\n".join(lines), [*rows, back_row(context)])


async def _member(context: Context, person_id: int) -> Person:
    found = {member.id: member for member in await _members(context)}
    if person_id not in found:
        raise AccessDenied(context.say("not_your_team"))
    return found[person_id]


async def tap(context: Context) -> None:
    """Buttons of invitations and of the team."""
    match context.parts:
        case ["invite", role]:
            await _link(context, context.read(Role, role))
        case _ if context.person.role not in _LEADERS:
            raise AccessDenied(context.say("not_your_role"))
        case ["one", person_id]:
            await _one(context, await _member(context, context.number(person_id)))
        case ["off", person_id]:
            member = await _member(context, context.number(person_id))
            await leaving.ask(context, member)
        case ["off", person_id, heir_id]:
            member = await _member(context, context.number(person_id))
            await leaving.confirm(context, member, context.number(heir_id))
        case ["left", person_id, heir_id]:
            member = await _member(context, context.number(person_id))
            await leaving.leave(context, member, context.number(heir_id))
            await team(context)
        case ["boss", person_id]:
            await _choose_supervisor(context, await _member(context, context.number(person_id)))
        case ["under", person_id, boss_id]:
            await _set_supervisor(context, context.number(person_id), context.number(boss_id))
        case ["give", client_id]:
            await _give(context, context.number(client_id))
        case ["form", interview_id]:
            await _give_interview(context, context.number(interview_id))
        case ["form", interview_id, person_id]:
            await _interview_given(context, context.number(interview_id), context.number(person_id))
        case ["to", client_id, person_id]:
            await _handed(context, context.number(client_id), context.number(person_id))
        case _:
            raise UserError(context.say("old_button"))


async def _one(context: Context, member: Person) -> None:
    rows: list[list[Button]] = []
    lines = [
        context.say("member_card", name=member.name, role=context.say(f"role_{member.role.value}"))
    ]
    if context.person.role is Role.SUPERVISOR:
        theirs = [
            client
            for client in await book.clients(context.tx, context.person, limit=200)
            if client.agent_id == member.id
        ]
        lines.append(context.say("member_clients", count=len(theirs)))
        rows += [
            [button(context.say("button_give", name=client.name), f"1:pp:give:{client.id}")]
            for client in theirs[:_PAGE]
        ]
        for one in await interviews.open_of(context.tx, context.person, member.id):
            label = context.say("button_give_interview", title=one.title)[:60]
            rows.append([button(label, f"1:pp:form:{one.id}")])
    if context.person.role is Role.ADMIN and member.role is Role.AGENT:
        boss = (
            await people.by_id(context.tx, member.supervisor_id) if member.supervisor_id else None
        )
        none = context.say("no_supervisor")
        lines.append(context.say("member_supervisor", name=boss.name if boss else none))
        rows.append([button(context.say("button_supervisor"), f"1:pp:boss:{member.id}")])
    rows.append([button(context.say("button_leave"), f"1:pp:off:{member.id}")])
    rows.append([button(context.say("menu_team"), "1:m:tuandui"), *back_row(context)])
    context.show("\n".join(lines), rows)


async def _choose_supervisor(context: Context, member: Person) -> None:
    """The administrator gives an agent a supervisor."""
    bosses = await people.with_role(context.tx, Role.SUPERVISOR)
    if context.person.role is not Role.ADMIN or not bosses:
        raise UserError(context.say("no_supervisors_yet"))
    rows = [[button(boss.name, f"1:pp:under:{member.id}:{boss.id}")] for boss in bosses]
    context.show(context.say("supervisor_choose", name=member.name), [*rows, back_row(context)])


async def _set_supervisor(context: Context, person_id: int, boss_id: int) -> None:
    member = await _member(context, person_id)
    if member.role is not Role.AGENT:
        raise UserError(context.say("old_button"))
    bosses = {boss.id: boss for boss in await people.with_role(context.tx, Role.SUPERVISOR)}
    if context.person.role is not Role.ADMIN or boss_id not in bosses:
        raise AccessDenied(context.say("not_your_role"))
    await people.change(context.tx, member.id, supervisor_id=boss_id)
    context.toast(context.say("supervisor_set", boss=bosses[boss_id].name))
    await _one(context, await people.by_id(context.tx, member.id))


async def _receivers(context: Context, client: Client) -> list[Person]:
    """Who may be given a client: those who serve clients, and are not the one who does now."""
    found = {person.id: person for person in [*await _members(context), context.person]}
    return [p for p in found.values() if p.role in _SELLERS and p.id != client.agent_id]


async def _give(context: Context, client_id: int) -> None:
    client = await book.client(context.tx, context.person, client_id, "reassign")
    rows = [
        [button(one.name, f"1:pp:to:{client.id}:{one.id}")]
        for one in await _receivers(context, client)
    ]
    text = context.say("give_to_whom", name=client.name)
    context.show(text, [*rows, back_row(context)], client_id=client.id)


async def _handed(context: Context, client_id: int, receiver_id: int) -> None:
    client = await book.client(context.tx, context.person, client_id, "reassign")
    receivers = {one.id: one for one in await _receivers(context, client)}
    receiver = receivers.get(receiver_id)
    if receiver is None:
        raise AccessDenied(context.say("not_your_team"))
    tags = (await relations.tags(context.tx, [client.id])).get(client.id, [])
    await book.hand_over(context.tx, [client.id], receiver.id, orphans=ORPHAN in tags)
    await context.replan(client.id)
    told = context.say("told_given", name=client.name)
    card = [[button(context.say("button_client_card"), f"1:cl:{client.id}")]]
    notice = message(receiver.chat_id, told, card, priority=NOTICE, client_id=client.id)
    await outbox.enqueue(context.tx, [notice])
    given = context.say("given", name=client.name, to=receiver.name)
    context.show(given, [back_row(context)], client_id=client.id)


async def _give_interview(context: Context, interview_id: int) -> None:
    interview = await interviews.one_of(context.tx, context.person, interview_id)
    rows = [
        [button(one.name, f"1:pp:form:{interview_id}:{one.id}")]
        for one in [*await _members(context), context.person]
        if one.role in _SELLERS and one.id != interview.agent_id
    ]
    text = context.say("give_interview_to", title=interview.title)
    context.show(text, [*rows, back_row(context)], client_id=interview.client_id)


async def _interview_given(context: Context, interview_id: int, receiver_id: int) -> None:
    receiver = await people.in_team(context.tx, context.person, receiver_id)
    interview = await interviews.hand_over(context.tx, context.person, interview_id, receiver.id)
    title = interview.title
    told = say("interview_received", receiver.script, name=context.person.name, title=title)
    again = button(say("button_continue", receiver.script), f"1:iv:open:{interview_id}")
    notice = message(receiver.chat_id, told, [[again]], priority=NOTICE)
    await outbox.enqueue(context.tx, [notice])
    given = context.say("interview_given", title=title, to=receiver.name)
    context.show(given, [back_row(context)], client_id=interview.client_id)
