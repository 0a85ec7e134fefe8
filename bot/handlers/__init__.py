"""What a person can do: one short module per thing, and the table that finds it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from bot.domain.event import Kind
from bot.domain.people import Role
from bot.errors import AccessDenied, UserError
from bot.handlers import (
    activity,
    agenda,
    benefit,
    card,
    clients,
    closing,
    compose,
    draft,
    exchange,
    family,
    gap,
    intake,
    lead,
    menu,
    morning,
    objection,
    obliged,
    officer,
    optout,
    people,
    persistency,
    phrases,
    policy,
    practice,
    progress,
    relay,
    renewal_case,
    renewals,
    reviewing,
    rules,
    satisfaction,
    scenes,
    start,
    survey,
    today,
    touch,
    touch_modes,
    unheard,
    why,
)
from bot.handlers.context import Context

Handler = Callable[[Context], Awaitable[None]]

_STAFF = frozenset({Role.AGENT, Role.SUPERVISOR, Role.OFFICER, Role.ADMIN})
_SELLERS = frozenset({Role.AGENT, Role.SUPERVISOR})
_OFFICER = frozenset({Role.OFFICER})
_LEADERS = frozenset({Role.SUPERVISOR, Role.ADMIN})
_CLIENT = frozenset({Role.CLIENT})
_ALL = _STAFF | _CLIENT

# command: (who, what). The access checks of data are where the data is read; these only
# keep people out of dialogues that are not theirs.
COMMANDS: dict[str, tuple[frozenset[Role], Handler]] = {
    "menu": (_ALL, menu.menu),
    "help": (_ALL, menu.help_),
    "quxiao": (_ALL, menu.cancel),
    "yuyan": (_ALL, menu.script),
    "jintian": (_SELLERS, today.today),
    "kehu": (_SELLERS, clients.list_),
    "wenjuan": (_SELLERS, intake.choose),
    "yiyi": (_SELLERS, objection.ask),
    "fasong": (_SELLERS, compose.choose),
    "yaoqing": (_SELLERS | {Role.ADMIN}, people.invite),
    "benzhou": (_SELLERS, activity.week),
    "tixing": (_SELLERS, touch.list_),
    "zaobao": (_SELLERS, morning.show),
    "weishenme": (_SELLERS, why.list_),
    "xuqi": (_SELLERS, renewals.open_),
    "jixulv": (_SELLERS | {Role.ADMIN}, persistency.show),
    "manyi": (_SELLERS | {Role.ADMIN}, satisfaction.show),
    "daoru": (_SELLERS, exchange.import_help),
    "daochu": (_SELLERS, exchange.export),
    "lianxi": (_SELLERS, practice.start),
    "daixie": (frozenset({Role.SUPERVISOR}), unheard.next_),
    "tuandui": (_LEADERS, people.team),
    "shenhe": (_OFFICER, reviewing.queue),
    "yuju": (_OFFICER | _SELLERS, phrases.try_sentence),
    "cihui": (_OFFICER, phrases.search),
    "guize": (_OFFICER, rules.versions),
    "jiezou": (_OFFICER | {Role.ADMIN}, agenda.list_),
    "tongji": (_OFFICER, officer.statistics),
    "cundang": (_OFFICER, officer.export_archive),
    "tuiding": (_CLIENT, optout.stop),
    "huifu": (_CLIENT, optout.resume),
}

# the first part of a button's data: (who, what)
TAPS: dict[str, tuple[frozenset[Role], Handler]] = {
    "cl": (_SELLERS, clients.tap),
    "cd": (_SELLERS, card.tap),
    "po": (_SELLERS, policy.tap),
    "co": (_SELLERS, compose.tap),
    "iv": (_SELLERS, intake.tap),
    "gp": (_SELLERS, gap.tap),
    "ob": (_SELLERS, objection.tap),
    "du": (_SELLERS, obliged.tap),
    "sc": (_SELLERS, scenes.tap),
    "pr": (_SELLERS, practice.tap),
    "pg": (_SELLERS, progress.tap),
    "un": (frozenset({Role.SUPERVISOR}), unheard.tap),
    "cs": (_SELLERS, closing.tap),
    "tc": (_SELLERS, touch.tap),
    "td": (_SELLERS, draft.tap),
    "tm": (_SELLERS, touch_modes.tap),
    "mo": (_SELLERS, morning.tap),
    "wy": (_SELLERS, why.tap),
    "fm": (_SELLERS, family.tap),
    "bf": (_SELLERS, benefit.tap),
    "ld": (_SELLERS, lead.tap),
    "jz": (_OFFICER | {Role.ADMIN}, agenda.tap),
    "xq": (_SELLERS, renewals.tap),
    "xc": (_SELLERS, renewal_case.tap),
    "jx": (_SELLERS | {Role.ADMIN}, persistency.tap),
    "my": (_SELLERS | {Role.ADMIN}, satisfaction.tap),
    "tk": (_STAFF, today.finish),
    "tb": (_CLIENT, survey.rate),
    "pp": (_SELLERS | _LEADERS, people.tap),
    "ex": (_SELLERS, exchange.tap),
    "rv": (_OFFICER, reviewing.tap),
    "ph": (_OFFICER, phrases.tap),
    "ru": (_OFFICER, rules.tap),
    "of": (_OFFICER, officer.tap),
    "op": (_CLIENT, optout.tap),
    "re": (_SELLERS, relay.tap),
}

# the flow a person is in the middle of: what their next text means
FLOWS: dict[str, Handler] = {
    "add_client": clients.typed,
    "find_client": clients.searched,
    "compose": compose.typed,
    "intake": intake.typed,
    "policy": policy.typed,
    "touch": touch.typed,
    "draft": draft.typed,
    "family": family.typed,
    "benefit": benefit.typed,
    "agenda": agenda.typed,
    "phrase": phrases.typed,
    "try": phrases.typed_sentence,
    "publish": rules.typed,
    "objection": objection.typed,
    "own_answer": unheard.typed,
    "closing": closing.typed,
    "practice": practice.typed,
    "practice_comment": progress.typed_comment,
}


def _allowed(context: Context, roles: frozenset[Role]) -> None:
    if context.person.role not in roles:
        raise AccessDenied(context.say("not_your_role"))
    if not context.person.active:
        raise AccessDenied(context.say("not_active"))


async def route(context: Context) -> None:
    """Find the handler of an event and run it."""
    match context.event.kind:
        case Kind.COMMAND:
            await _command(context)
        case Kind.TAP:
            await _tap(context)
        case Kind.TEXT:
            await _text(context)
        case Kind.CONTACT:
            await start.contact(context)
        case Kind.DOCUMENT:
            _allowed(context, _SELLERS)
            await exchange.file(context)
        case Kind.INLINE:
            await objection.inline(context)
        case Kind.CHOSEN:
            await objection.chosen(context)
        case Kind.BLOCKED | Kind.UNBLOCKED:
            await start.membership(context)
        case Kind.OTHER:
            await _other(context)


async def _command(context: Context) -> None:
    if context.event.command == "start":
        await start.start(context)
        return
    found = COMMANDS.get(context.event.command)
    if found is None:
        raise UserError(context.say("unknown_command"))
    roles, handler = found
    _allowed(context, roles)
    await handler(context)


async def _tap(context: Context) -> None:
    version, _, rest = context.event.text.partition(":")
    if version == "1" and rest.startswith("m:"):
        # a button of the menu does what its command does
        roles, handler = COMMANDS.get(rest[2:], (_ALL, menu.menu))
        _allowed(context, roles)
        await handler(context)
        return
    found = TAPS.get(rest.partition(":")[0]) if version == "1" else None
    if found is None:
        raise UserError(context.say("old_button"))
    roles, handler = found
    _allowed(context, roles)
    await handler(context)


async def _text(context: Context) -> None:
    if context.stranger_or_person is None:
        await start.start(context)
        return
    if not context.person.active:
        raise AccessDenied(context.say("not_active"))
    if context.person.role is Role.CLIENT:
        await relay.from_client(context)
        return
    state = await context.dialogue()
    handler = FLOWS.get(state.get("flow", ""))
    if handler is not None:
        await handler(context)
    elif context.person.role in _SELLERS:
        await objection.typed(context)
    else:
        await menu.menu(context)


async def _other(context: Context) -> None:
    if context.event.chat_id and context.stranger_or_person is not None:
        context.reply(context.say("cannot_read_this"))
