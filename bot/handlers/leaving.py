"""Somebody leaves: confirmed first, and never without a successor for clients and team."""

from __future__ import annotations

from bot.domain.draft import NOTICE, button, message
from bot.domain.people import Person, Role
from bot.errors import UserError
from bot.handlers.context import Context
from bot.handlers.menu import back_row
from bot.reminders.worklist import ORPHAN
from bot.store import book, outbox, people, relations

NOBODY = 0
"""In place of a successor's id, for somebody who leaves nothing behind."""


async def ask(context: Context, member: Person) -> None:
    """Ask who takes over, where that must be chosen, or whether the account is to be closed."""
    heirs = await _heirs(context, member)
    if heirs is None:
        await confirm(context, member, NOBODY)
    elif len(heirs) == 1:
        await confirm(context, member, heirs[0].id)
    else:
        rows = [[button(one.name, f"1:pp:off:{member.id}:{one.id}")] for one in heirs]
        context.show(context.say("leave_to_whom", name=member.name), [*rows, back_row(context)])


async def confirm(context: Context, member: Person, heir_id: int) -> None:
    """One tap by mistake must not close an account."""
    heir = await _heir(context, member, heir_id)
    key = "leave_ask_heir" if heir else "leave_ask"
    text = context.say(key, name=member.name, heir=heir.name if heir else "")
    now = context.say("button_leave_now", name=member.name)
    rows = [
        [button(now, f"1:pp:left:{member.id}:{heir_id}")],
        [button(context.say("button_back_card"), f"1:pp:one:{member.id}")],
    ]
    context.show(text, rows)


async def leave(context: Context, member: Person, heir_id: int) -> None:
    """Close the account: no access from now on; clients and team go to the successor."""
    heir = await _heir(context, member, heir_id)
    await people.change(context.tx, member.id, active=False)
    if heir is not None:
        served = await book.served_by(context.tx, member.id)
        for client_id in served:
            await relations.add_tags(context.tx, client_id, "who", [ORPHAN])
        await book.hand_over_all(context.tx, member.id, heir.id)
        await people.hand_over_team(context.tx, member.id, heir.id)
        await context.replan(*served)
        told = context.say("told_taken_over", name=member.name, count=len(served))
        await outbox.enqueue(context.tx, [message(heir.chat_id, told, priority=NOTICE)])
    context.toast(context.say("member_left", name=member.name))


async def _heir(context: Context, member: Person, heir_id: int) -> Person | None:
    """The successor of this id, as far as one is needed; the facts may have changed since asked."""
    heirs = await _heirs(context, member)
    if heirs is None:
        return None
    for heir in heirs:
        if heir.id == heir_id:
            return heir
    raise UserError(context.say("old_button"))


async def _heirs(context: Context, member: Person) -> list[Person] | None:
    """Who can take over, never nobody; None when somebody leaves no clients and no team.

    An agent's clients go to the supervisor. Without one the administrator chooses among those
    who serve clients; only a supervisor can take over a team.
    """
    if member.id == context.person.id:
        raise UserError(context.say("cannot_leave_self"))
    team = await people.team_of(context.tx, member)
    if not team and not await book.served_by(context.tx, member.id):
        return None
    supervisors = await people.with_role(context.tx, Role.SUPERVISOR)
    own = [boss for boss in supervisors if boss.id == member.supervisor_id]
    if own and not team:
        return own
    others = [] if team else await people.with_role(context.tx, Role.AGENT)
    heirs = [one for one in [*supervisors, *others] if one.id != member.id]
    if not heirs:
        role = context.say("role_supervisor")
        raise UserError(context.say("leave_nobody", name=member.name, role=role))
    return heirs
