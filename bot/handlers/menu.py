"""The menu of each role, help, leaving a dialogue, and the script a person reads."""

from __future__ import annotations

from bot.domain.draft import Button, button
from bot.domain.people import Role
from bot.handlers.context import Context
from bot.store import book, people

# role: rows of (key of the label, data of the button)
_MENUS: dict[Role, tuple[tuple[tuple[str, str], ...], ...]] = {
    Role.AGENT: (
        (("menu_today", "1:m:jintian"), ("menu_clients", "1:m:kehu")),
        (("menu_intake", "1:m:wenjuan"), ("menu_objection", "1:m:yiyi")),
        (("menu_practice", "1:m:lianxi"), ("menu_send", "1:m:fasong")),
        (("menu_touches", "1:m:tixing"), ("menu_morning", "1:m:zaobao")),
        (("menu_why", "1:m:weishenme"), ("menu_week", "1:m:benzhou")),
        (("menu_renewals", "1:m:xuqi"), ("menu_persistency", "1:m:jixulv")),
        (("menu_invite", "1:m:yaoqing"), ("menu_satisfaction", "1:m:manyi")),
        (("menu_import", "1:m:daoru"), ("menu_export", "1:m:daochu")),
    ),
    Role.SUPERVISOR: (
        (("menu_today", "1:m:jintian"), ("menu_team", "1:m:tuandui")),
        (("menu_clients", "1:m:kehu"), ("menu_invite", "1:m:yaoqing")),
        (("menu_objection", "1:m:yiyi"), ("menu_send", "1:m:fasong")),
        (("menu_intake", "1:m:wenjuan"), ("menu_touches", "1:m:tixing")),
        (("menu_morning", "1:m:zaobao"), ("menu_why", "1:m:weishenme")),
        (("menu_renewals", "1:m:xuqi"), ("menu_persistency", "1:m:jixulv")),
        (("menu_unheard", "1:m:daixie"), ("menu_practice", "1:m:lianxi")),
        (("menu_satisfaction", "1:m:manyi"),),
        (("menu_import", "1:m:daoru"), ("menu_export", "1:m:daochu")),
    ),
    Role.OFFICER: (
        (("menu_reviews", "1:m:shenhe"), ("menu_try", "1:m:yuju")),
        (("menu_phrases", "1:m:cihui"), ("menu_rules", "1:m:guize")),
        (("menu_statistics", "1:m:tongji"), ("menu_archive", "1:m:cundang")),
        (("menu_agenda", "1:m:jiezou"),),
    ),
    Role.ADMIN: (
        (("menu_invite", "1:m:yaoqing"), ("menu_team", "1:m:tuandui")),
        (("menu_persistency", "1:m:jixulv"), ("menu_agenda", "1:m:jiezou")),
        (("menu_satisfaction", "1:m:manyi"),),
    ),
}


async def rows_for(context: Context) -> list[list[Button]]:
    """The menu buttons of the person's role; a client may stop what comes, or have it again."""
    rows = [
        [button(context.say(key), data) for key, data in row]
        for row in _MENUS.get(context.person.role, ())
    ]
    if context.person.role is Role.CLIENT:
        records = await book.clients_of_person(context.tx, context.person.id)
        stopped = any(not client.marketing_ok for client in records)
        key, data = ("menu_resume", "1:m:huifu") if stopped else ("menu_stop", "1:m:tuiding")
        rows.append([button(context.say(key), data)])
    other = "menu_to_hant" if context.person.script == "hans" else "menu_to_hans"
    rows.append([button(context.say(other), "1:m:yuyan")])
    return rows


async def menu(context: Context) -> None:
    """Leave whatever was going on and show the menu."""
    await context.set_dialogue()
    role = context.person.role.value
    text = context.say(f"menu_{role}", name=context.person.name)
    context.show(text, await rows_for(context))


async def help_(context: Context) -> None:
    """What the person can do, in a few lines."""
    role = context.person.role.value
    context.show(context.say(f"help_{role}", bot=context.office.bot_name), [back_row(context)])


def back_row(context: Context) -> list[Button]:
    """A row with the way back to the menu."""
    return [button(context.say("button_menu"), "1:m:menu")]


async def cancel(context: Context) -> None:
    """Leave the dialogue; a half interview stays and can be continued."""
    state = await context.dialogue()
    await context.set_dialogue()
    key = "cancelled_intake" if state.get("flow") == "intake" else "cancelled"
    context.show(context.say(key if state else "nothing_to_cancel"), [back_row(context)])


async def script(context: Context) -> None:
    """Switch between simplified and traditional characters."""
    other = "hant" if context.person.script == "hans" else "hans"
    await people.change(context.tx, context.person.id, script=other)
    context.stranger_or_person = await people.by_id(context.tx, context.person.id)
    await menu(context)
