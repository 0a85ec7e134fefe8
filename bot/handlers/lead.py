"""Where a lead stands on the way to a first policy; a stage that lasts too long is reminded of."""

from __future__ import annotations

from bot.domain.draft import button
from bot.errors import UserError
from bot.handlers import card
from bot.handlers.context import Context
from bot.store import book, milestones

_NONE = "none"


async def tap(context: Context) -> None:
    """See and choose the stage."""
    match context.parts:
        case [client_id]:
            await _show(context, context.number(client_id))
        case [client_id, stage]:
            client = await book.client(
                context.tx, context.person, context.number(client_id), "lead"
            )
            known = {one.stage for one in context.office.cadences.stage_limits}
            if stage != _NONE and stage not in known:
                raise UserError(context.say("old_button"))
            chosen = None if stage == _NONE else stage
            await milestones.set_stage(context.tx, client.id, chosen, context.today())
            await context.replan(client.id)
            context.toast(context.say("lead_kept"))
            await card.show(context, client.id)
        case _:
            raise UserError(context.say("old_button"))


async def _show(context: Context, client_id: int) -> None:
    client = await book.client(context.tx, context.person, client_id, "lead")
    stage, grade = await milestones.stage_of(context.tx, client.id)
    rows = []
    for one in context.office.cadences.stage_limits:
        name = one.hant if context.script == "hant" else one.zh
        mark = "✓ " if one.stage == stage else ""
        label = context.say("lead_stage", mark=mark, name=name, days=one.days)
        rows.append([button(label, f"1:ld:{client.id}:{one.stage}")])
    mark = "✓ " if stage is None else ""
    rows.append([button(mark + context.say("lead_none"), f"1:ld:{client.id}:{_NONE}")])
    rows.append([button(context.say("button_back_card"), f"1:cl:{client.id}")])
    text = context.say("lead_title", name=client.name, grade=grade or context.say("unknown"))
    context.show(text, rows, client_id=client.id)
