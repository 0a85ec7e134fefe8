"""What a policy pays out while the client lives, and when the client signed for the policy."""

from __future__ import annotations

from datetime import date, timedelta

from bot.clients import cells
from bot.domain.draft import button
from bot.errors import UserError
from bot.handlers.context import Context
from bot.store import book, milestones
from bot.store.milestones import Kind

_KINDS: dict[str, Kind] = {"survival": "survival", "maturity": "maturity"}
_AHEAD = timedelta(days=366 * 70)


async def tap(context: Context) -> None:
    """Buttons of a policy's dates."""
    match context.parts:
        case [policy_id]:
            await _show(context, context.number(policy_id))
        case [policy_id, "add", kind]:
            await _ask(context, context.number(policy_id), kind)
        case [policy_id, "got", benefit_id]:
            await _collected(context, context.number(policy_id), context.number(benefit_id))
        case [policy_id, "signed"]:
            policy, client = await book.policy(
                context.tx, context.person, context.number(policy_id)
            )
            await milestones.delivered(context.tx, policy.id, context.today())
            await context.replan(client.id)
            await _show(context, policy.id)
        case _:
            raise UserError(context.say("old_button"))


async def _show(context: Context, policy_id: int) -> None:
    policy, client = await book.policy(context.tx, context.person, policy_id)
    found = await milestones.benefits(context.tx, policy.id)
    signed_on = await milestones.delivered_on(context.tx, policy.id)
    lines = [context.say("benefit_title", product=policy.product)]
    lines.append(
        context.say("benefit_signed", day=signed_on)
        if signed_on
        else context.say("benefit_unsigned")
    )
    rows = []
    for one in found:
        kind = context.say(f"benefit_{one.kind}")
        lines.append(context.say("benefit_line", kind=kind, day=one.due_on))
        label = context.say("button_benefit_got", kind=kind, day=one.due_on)
        rows.append([button(label, f"1:bf:{policy.id}:got:{one.id}")])
    rows.append(
        [
            button(context.say("button_benefit_survival"), f"1:bf:{policy.id}:add:survival"),
            button(context.say("button_benefit_maturity"), f"1:bf:{policy.id}:add:maturity"),
        ]
    )
    if signed_on is None:
        rows.append([button(context.say("button_delivered"), f"1:bf:{policy.id}:signed")])
    rows.append([button(context.say("button_back_card"), f"1:cl:{client.id}")])
    context.show("\n".join(lines), rows, client_id=client.id)


async def _ask(context: Context, policy_id: int, kind: str) -> None:
    policy, client = await book.policy(context.tx, context.person, policy_id)
    if kind not in _KINDS:
        raise UserError(context.say("old_button"))
    await context.set_dialogue(flow="benefit", policy=policy.id, kind=kind)
    back = [[button(context.say("button_back_card"), f"1:cl:{client.id}")]]
    asked = context.say("benefit_ask", kind=context.say(f"benefit_{kind}"))
    context.reply(asked, back, client_id=client.id)


async def typed(context: Context) -> None:
    """The day on which the benefit falls due."""
    state = await context.dialogue()
    policy, client = await book.policy(context.tx, context.person, int(state["policy"]))
    today = context.today()
    first_on = policy.issued_on or date(today.year - 50, 1, 1)
    due_on = cells.day(context.event.text.strip(), first_on, today + _AHEAD)
    await milestones.add_benefit(context.tx, policy.id, _KINDS[state["kind"]], due_on)
    await context.replan(client.id)
    await context.set_dialogue()
    await _show(context, policy.id)


async def _collected(context: Context, policy_id: int, benefit_id: int) -> None:
    policy, client = await book.policy(context.tx, context.person, policy_id, lock=True)
    if not await milestones.collect(context.tx, policy.id, benefit_id, context.today()):
        raise UserError(context.say("benefit_got_before"))
    await context.replan(client.id)
    await _show(context, policy.id)
