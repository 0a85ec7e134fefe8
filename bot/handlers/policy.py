"""Entering a client's policy by hand, and mending what the review found missing."""

from __future__ import annotations

from typing import Any

from bot.clients import policy_entry
from bot.clients.policy_entry import BY_NAME, STEPS, Step
from bot.domain.draft import Button, button, in_rows
from bot.errors import Unclear, UserError
from bot.handlers import policy_review
from bot.handlers.context import Context
from bot.handlers.menu import back_row
from bot.store import book, milestones

# what can be put right on a policy that is there already
_MENDABLE = ("line", "beneficiary", "account", "to_collect")


async def tap(context: Context) -> None:
    """Buttons of the entry."""
    number = context.number
    match context.parts:
        case ["new", client_id]:
            await _begin(context, number(client_id))
        case ["list", client_id]:
            await _list(context, number(client_id))
        case ["mend", policy_id]:
            await _choose_mend(context, number(policy_id))
        case ["mend", policy_id, name]:
            await _mend(context, number(policy_id), name)
        case ["put", value]:
            await _answer(context, value)
        case ["skip"]:
            await _answer(context, None)
        case _:
            raise UserError(context.say("old_button"))


async def _begin(context: Context, client_id: int) -> None:
    client = await book.client(context.tx, context.person, client_id, "policy")
    await context.set_dialogue(flow="policy", client=client.id, step=STEPS[0].name, entered={})
    await _ask(context, client.id, STEPS[0])


async def _ask(
    context: Context, client_id: int, step: Step, note: str = "", meant: Any = ()
) -> None:
    people = await policy_review.people_of(context, client_id)
    offered = meant or policy_entry.taps(step, people)
    buttons = [button(label, f"1:po:put:{value}") for value, label in offered]
    rows: list[list[Button]] = in_rows(buttons, 3)
    if step.optional:
        rows.append([button(context.say("button_skip"), "1:po:skip")])
    rows.append([button(context.say("button_back_card"), f"1:cl:{client_id}"), *back_row(context)])
    asked = context.say(f"policy_ask_{step.name}")
    context.show(f"{note}\n{asked}" if note else asked, rows, client_id=client_id)


async def typed(context: Context) -> None:
    """The answer to a step was typed."""
    await _answer(context, context.event.text)


async def _answer(context: Context, value: str | None) -> None:
    state = await context.dialogue()
    step = BY_NAME.get(str(state.get("step"))) if state.get("flow") == "policy" else None
    if step is None:
        raise UserError(context.say("old_button"))
    client = await book.client(context.tx, context.person, int(state["client"]), "policy")
    if value is None and not step.optional:
        raise UserError(context.say("policy_needed"))
    entered = dict(state.get("entered") or {})
    if value is not None:
        try:
            entered[step.name] = step.read(value, context.today())
        except UserError as error:
            meant = error.candidates if isinstance(error, Unclear) else ()
            await _ask(context, client.id, step, str(error), meant)
            return
    if state.get("policy"):
        await _mended(context, int(state["policy"]), step.name, entered.get(step.name))
        return
    after = policy_entry.following(step.name)
    if after is None:
        await _keep(context, client.id, client.name, entered)
        return
    await context.set_dialogue(flow="policy", client=client.id, step=after, entered=entered)
    await _ask(context, client.id, BY_NAME[after])


async def _keep(context: Context, client_id: int, name: str, entered: dict[str, Any]) -> None:
    await context.set_dialogue()
    count = len(await book.policies(context.tx, [client_id]))
    number = context.say("policy_number_unknown", count=count + 1)
    values = policy_entry.columns(entered, name, number)
    await book.upsert_policy(context.tx, client_id, values.pop("number"), **values)
    await milestones.set_stage(context.tx, client_id, None, context.today())
    await context.replan(client_id)
    again = [
        [button(context.say("button_add_policy"), f"1:po:new:{client_id}")],
        [button(context.say("button_review"), f"1:cd:review:{client_id}")],
        [button(context.say("button_back_card"), f"1:cl:{client_id}")],
    ]
    context.show(context.say("policy_kept", product=values["product"]), again, client_id=client_id)


async def _list(context: Context, client_id: int) -> None:
    """The policies of a client, each a button to mend it."""
    client = await book.client(context.tx, context.person, client_id, "policy")
    rows = [
        [button(policy.product[:30], f"1:po:mend:{policy.id}")]
        for policy in (await book.policies(context.tx, [client.id]))[:20]
    ]
    rows.append([button(context.say("button_back_card"), f"1:cl:{client.id}")])
    context.show(context.say("policy_mend_which"), rows, client_id=client.id)


async def _choose_mend(context: Context, policy_id: int) -> None:
    policy, client = await book.policy(context.tx, context.person, policy_id)
    rows = [
        [button(context.say(f"policy_mend_{name}"), f"1:po:mend:{policy.id}:{name}")]
        for name in _MENDABLE
    ]
    rows.append([button(context.say("button_benefits"), f"1:bf:{policy.id}")])
    rows.append([button(context.say("button_back_card"), f"1:cl:{client.id}")])
    context.show(context.say("policy_mend_what", product=policy.product), rows, client_id=client.id)


async def _mend(context: Context, policy_id: int, name: str) -> None:
    policy, client = await book.policy(context.tx, context.person, policy_id)
    if name not in _MENDABLE:
        raise UserError(context.say("old_button"))
    await context.set_dialogue(
        flow="policy", client=client.id, step=name, entered={}, policy=policy.id
    )
    await _ask(context, client.id, BY_NAME[name])


async def _mended(context: Context, policy_id: int, name: str, value: Any) -> None:
    policy, client = await book.policy(context.tx, context.person, policy_id, lock=True)
    await context.set_dialogue()
    known = {"line": policy.line or "life", "product": policy.product, "premium": policy.premium}
    values = policy_entry.columns({**known, name: value}, client.name, policy.number)
    await book.change_policy(context.tx, policy.id, **{name: values[name]})
    context.toast(context.say("policy_mended"))
    await _list(context, client.id)
