"""Versions of the rulebook in the chat: list, look, publish, reject, roll back."""

from __future__ import annotations

import asyncio
from zoneinfo import ZoneInfo

from bot.compliance import rulebook
from bot.compliance.source import make_checker
from bot.domain.draft import button
from bot.errors import DataFileError, UserError
from bot.handlers import backtesting
from bot.handlers.context import Context
from bot.handlers.menu import back_row
from bot.store import people, reviews, tables

_SHOWN = 6
_DIFF = 1500
_BACK_TEST_DAYS = (7, 30, 90)


async def versions(context: Context) -> None:
    """The newest versions, each a button."""
    found = await reviews.versions(context.tx, _SHOWN)
    rows = [
        [
            button(
                context.say(f"rules_line_{one.status}", id=one.id, why=one.why)[:60],
                f"1:ru:show:{one.id}",
            )
        ]
        for one in found
    ]
    in_force = context.office.gate.checker.version
    context.show(context.say("rules_title", version=in_force), [*rows, back_row(context)])


async def tap(context: Context) -> None:
    """Buttons of the list and of one version."""
    match context.parts:
        case ["show", version_id]:
            await _show(context, context.number(version_id))
        case ["publish", version_id]:
            await rulebook.publish(
                context.tx, context.office.settings, context.number(version_id), context.person
            )
            context.content_changed = True
            context.toast(context.say("rules_published", id=version_id))
            await versions(context)
        case ["reject", version_id]:
            await rulebook.reject(context.tx, context.number(version_id))
            context.toast(context.say("rules_rejected", id=version_id))
            await versions(context)
        case ["test", version_id, days]:
            await _test(context, context.number(version_id), context.number(days))
        case ["back", version_id]:
            await context.set_dialogue(flow="publish", version=context.number(version_id))
            context.reply(context.say("rules_back_why", id=version_id), [back_row(context)])
        case _:
            raise UserError(context.say("old_button"))


async def _show(context: Context, version_id: int) -> None:
    version = await reviews.version(context.tx, version_id)
    if version is None:
        raise UserError(context.say("old_button"))
    text = context.say(
        "rules_card",
        id=version.id,
        digest=version.digest,
        who=await _who(context, version),
        at=(version.published_at or version.proposed_at)
        .astimezone(ZoneInfo(context.person.timezone))
        .strftime("%Y-%m-%d %H:%M"),
        why=version.why,
        diff=version.diff[:_DIFF] or "—",
    )
    row = []
    if version.status == "proposed":
        row.append(button(context.say("button_publish"), f"1:ru:publish:{version.id}"))
        row.append(button(context.say("button_reject"), f"1:ru:reject:{version.id}"))
    elif version.status == "published" and version.digest != context.office.gate.checker.version:
        row.append(button(context.say("button_roll_back"), f"1:ru:back:{version.id}"))
    tests = []
    if version.digest != context.office.gate.checker.version:
        tests = [
            button(context.say("button_back_test", days=days), f"1:ru:test:{version.id}:{days}")
            for days in _BACK_TEST_DAYS
        ]
    back = [button(context.say("menu_rules"), "1:m:guize"), *back_row(context)]
    context.show(text, [row for row in (row, tests, back) if row])


async def _test(context: Context, version_id: int, days: int) -> None:
    """What this version would have done with the messages of the last days."""
    version = await reviews.version(context.tx, version_id)
    if version is None or days not in _BACK_TEST_DAYS:
        raise UserError(context.say("old_button"))
    in_force = context.office.gate.checker
    try:
        candidate = await asyncio.to_thread(make_checker, rulebook.source_of(version), in_force)
    except DataFileError as error:
        raise UserError(context.say("rules_unreadable", id=version_id)) from error
    told = await backtesting.lines(context, candidate, days)
    rows = [[button(context.say("button_rules_look"), f"1:ru:show:{version_id}")]]
    context.show("\n".join(told), [*rows, back_row(context)], html=True)


async def _who(context: Context, version: tables.Rulebook) -> str:
    person_id = version.published_by or version.proposed_by
    if person_id is None:
        return context.say("rules_by_file")
    return (await people.by_id(context.tx, person_id)).name


async def typed(context: Context) -> None:
    """Why the roll-back."""
    state = await context.dialogue()
    why = context.event.text.strip()[:200]
    new_id, published = await rulebook.roll_back(
        context.tx, context.office.settings, int(state["version"]), why, context.person
    )
    context.content_changed = published
    await context.set_dialogue()
    key = "rules_rolled_back" if published else "rules_waiting_second"
    context.reply(context.say(key, id=new_id), [back_row(context)])
