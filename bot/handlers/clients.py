"""The agent's clients: the list, finding and adding one, payments, claims, and their own data."""

from __future__ import annotations

import json
from datetime import date, timedelta

from bot.clients import privacy
from bot.domain.amounts import show_yuan
from bot.domain.draft import Button, button, copy_button
from bot.domain.identity import parse_phone
from bot.domain.people import Role
from bot.domain.policies import ClaimDecision, Policy, PolicyStatus
from bot.errors import UserError
from bot.handlers import card
from bot.handlers.context import Context
from bot.handlers.menu import back_row
from bot.reminders.calendar import next_due
from bot.store import book, milestones, people, renewals, touches

PAGE = 8
_ANSWER_CLAIM_WITHIN = timedelta(hours=2)


async def list_(context: Context) -> None:
    """The first page of the clients the person may see."""
    await _page(context, 0)


async def _page(context: Context, offset: int) -> None:
    found = await book.clients(context.tx, context.person, limit=PAGE + 1, offset=offset)
    rows = [[button(context.label(client), f"1:cl:{client.id}")] for client in found[:PAGE]]
    turn = []
    if offset:
        turn.append(button(context.say("button_previous"), f"1:cl:page:{max(0, offset - PAGE)}"))
    if len(found) > PAGE:
        turn.append(button(context.say("button_next"), f"1:cl:page:{offset + PAGE}"))
    if turn:
        rows.append(turn)
    rows.append(
        [
            button(context.say("button_find_client"), "1:cl:find"),
            button(context.say("button_add_client"), "1:cl:add"),
        ]
    )
    rows.append(back_row(context))
    counts = await book.counts(context.tx, context.person, context.today())
    key = "clients_list" if counts["clients"] else "clients_none"
    context.show(context.say(key, **counts), rows)


async def tap(context: Context) -> None:
    """Buttons of the list and of a card."""
    number = context.number
    match context.parts:
        case ["page", offset]:
            await _page(context, number(offset))
        case ["find"]:
            await context.set_dialogue(flow="find_client")
            context.show(context.say("find_client_ask"), [back_row(context)])
        case ["add"]:
            await context.set_dialogue(flow="add_client")
            context.show(context.say("add_client_ask"), [back_row(context)])
        case [client_id]:
            await card.show(context, number(client_id))
        case ["link", client_id]:
            await _link(context, number(client_id))
        case ["policies", client_id]:
            await _policies(context, number(client_id))
        case ["paid", policy_id]:
            await _ask_paid(context, number(policy_id))
        case ["paid", policy_id, due_on]:
            await _paid(context, number(policy_id), context.read(date.fromisoformat, due_on))
        case ["claim", policy_id]:
            await _open_claim(context, number(policy_id))
        case ["decide", claim_id, decision, policy_id]:
            outcome = context.read(ClaimDecision, decision)
            await _decide_claim(context, number(claim_id), outcome, number(policy_id))
        case ["more", client_id]:
            await _more(context, number(client_id))
        case ["export", client_id]:
            await _export(context, number(client_id))
        case ["erase", client_id]:
            await _ask_erase(context, number(client_id))
        case ["erased", client_id]:
            await _erase(context, number(client_id))
        case _:
            raise UserError(context.say("old_button"))


async def searched(context: Context) -> None:
    """A name or a phone was typed to find a client, whom to see or whom to write to."""
    state = await context.dialogue()
    typed = context.event.text.strip()
    found = await book.find(context.tx, context.person, typed, limit=PAGE)
    if not found:
        context.reply(context.say("client_not_found"), [back_row(context)])
        return
    writing = "draft" in state
    await context.set_dialogue(**({"flow": "compose", "draft": state["draft"]} if writing else {}))
    what = "co" if writing else "cl"
    rows = [[button(context.label(client), f"1:{what}:{client.id}")] for client in found]
    context.reply(context.say("clients_found", count=len(found)), [*rows, back_row(context)])


async def typed(context: Context) -> None:
    """A new client was typed: name, and if known the phone."""
    name, rest = _name_and_phone(context.event.text)
    if not 1 <= len(name) <= 30:
        raise UserError(context.say("add_client_name_wrong"))
    phone = parse_phone(rest).number if rest else None
    if phone:
        same = await book.by_phone(context.tx, phone, context.person.id)
        if same:
            raise UserError(context.say("add_client_duplicate", name=same[0].name))
    client = await book.add_client(context.tx, context.person.id, name, phone=phone)
    await milestones.set_stage(context.tx, client.id, "new", context.today())
    await context.replan(client.id)
    await context.set_dialogue()
    await card.show(context, client.id)


def _name_and_phone(text: str) -> tuple[str, str]:
    """A name may have spaces; the phone begins at the first later word with a digit in it."""
    words = text.split()
    digits = (at for at, word in enumerate(words) if at and any(map(str.isdigit, word)))
    phone_at = next(digits, len(words))
    return " ".join(words[:phone_at]), " ".join(words[phone_at:])


async def _more(context: Context, client_id: int) -> None:
    """What is rarely needed: the client's right to a copy of the data and to its erasure."""
    client = await book.client(context.tx, context.person, client_id, "card")
    rows = [
        [button(context.say("button_export_client"), f"1:cl:export:{client.id}")],
        [button(context.say("button_erase_client"), f"1:cl:erase:{client.id}")],
        [button(context.say("button_back_card"), f"1:cl:{client.id}")],
    ]
    context.show(context.say("client_more", name=client.name), rows, client_id=client.id)


async def _export(context: Context, client_id: int) -> None:
    record = await privacy.export_client(context.tx, context.person, client_id)
    content = json.dumps(record, ensure_ascii=False, indent=2, default=str).encode()
    caption = context.say("client_exported")
    context.send_file(f"客户资料-{client_id}.json", content, caption, client_id=client_id)


async def _ask_erase(context: Context, client_id: int) -> None:
    client = await book.client(context.tx, context.person, client_id, "erase")
    rows = [
        [button(context.say("button_erase_now"), f"1:cl:erased:{client.id}")],
        [button(context.say("button_back_card"), f"1:cl:{client.id}")],
    ]
    context.show(context.say("client_erase_ask", name=client.name), rows)


async def _erase(context: Context, client_id: int) -> None:
    client = await book.client(context.tx, context.person, client_id, "erase")
    await privacy.erase_client(context.tx, context.person, client_id)
    context.show(context.say("client_erased", name=client.name), [back_row(context)])


async def _link(context: Context, client_id: int) -> None:
    client = await book.client(context.tx, context.person, client_id, "link")
    secret = await people.invite(
        context.tx, Role.CLIENT, inviter_id=context.person.id, client_id=client.id
    )
    link = f"https://t.me/{context.office.bot_name}?start={secret}"
    text = context.say("client_link", name=client.name, link=link)
    copy = [[copy_button(context.say("button_copy_link"), link)]]
    context.reply(text, copy, client_id=client.id)


async def _policies(context: Context, client_id: int) -> None:
    client = await book.client(context.tx, context.person, client_id, "policies")
    policies = await book.policies(context.tx, [client.id])
    claims = await book.claims(context.tx, [policy.id for policy in policies])
    rows: list[list[Button]] = []
    for policy in policies:
        if policy.status in (PolicyStatus.ACTIVE, PolicyStatus.LAPSED) and policy.next_due_on:
            label = _of_policy(context, "button_paid", policy)
            rows.append([button(label, f"1:cl:paid:{policy.id}")])
        open_claims = [c for c in claims if c.policy_id == policy.id and c.decision is None]
        if not open_claims:
            label = _of_policy(context, "button_open_claim", policy)
            rows.append([button(label, f"1:cl:claim:{policy.id}")])
        for claim in open_claims:
            rows.append(
                [
                    button(
                        context.say(f"button_claim_{decision.value}", number=policy.number),
                        f"1:cl:decide:{claim.id}:{decision.value}:{policy.id}",
                    )
                    for decision in ClaimDecision
                ]
            )
    rows.append([button(context.say("button_back_card"), f"1:cl:{client.id}")])
    lines = [card.policy_line(context, policy) for policy in policies]
    lines.insert(0, context.say("policies_of", name=client.name))
    context.show("\n".join(lines), rows, client_id=client.id)


def _of_policy(context: Context, key: str, policy: Policy) -> str:
    return context.say(key, number=policy.number, product=policy.product)[:60]


async def _ask_paid(context: Context, policy_id: int) -> None:
    """One tap by mistake must not move a due date: the instalment is named and asked about."""
    policy, client = await book.policy(context.tx, context.person, policy_id)
    if policy.next_due_on is None:
        raise UserError(context.say("nothing_due"))
    text = context.say(
        "confirm_paid",
        product=policy.product,
        number=policy.number,
        premium=show_yuan(policy.premium),
        due=policy.next_due_on,
    )
    yes = f"1:cl:paid:{policy.id}:{policy.next_due_on}"
    rows = [
        [button(context.say("button_confirm_paid"), yes)],
        [button(context.say("button_back_card"), f"1:cl:policies:{client.id}")],
    ]
    context.show(text, rows)


async def _paid(context: Context, policy_id: int, due_on: date) -> None:
    """One instalment was paid: the due date moves on, and a lapsed policy is in force again.

    ``due_on`` is the instalment that was asked about; a second tap must not count twice.
    """
    policy, client = await book.policy(context.tx, context.person, policy_id, lock=True)
    if policy.next_due_on is None:
        raise UserError(context.say("nothing_due"))
    if policy.next_due_on != due_on:
        raise UserError(context.say("paid_before"))
    following = next_due(policy.next_due_on, policy.frequency, policy.issued_on)
    await book.change_policy(
        context.tx, policy.id, next_due_on=following, status=PolicyStatus.ACTIVE.value
    )
    await renewals.settle(context.tx, policy.id)
    await context.replan(client.id)
    context.toast(context.say("paid_noted", due=following or context.say("paid_up")))
    await _policies(context, client.id)


async def _open_claim(context: Context, policy_id: int) -> None:
    policy, client = await book.policy(context.tx, context.person, policy_id, lock=True)
    if any(claim.decision is None for claim in await book.claims(context.tx, [policy.id])):
        raise UserError(context.say("claim_open_before"))
    claim = await book.open_claim(context.tx, policy.id)
    await touches.add_task(
        context.tx,
        client.agent_id,
        "claim_response",
        context.say("task_claim_response", name=client.name, product=policy.product),
        client_id=client.id,
        due_at=context.tx.now + _ANSWER_CLAIM_WITHIN,
        dedupe_key=f"claim:{claim.id}",
    )
    await context.replan(client.id)
    context.toast(context.say("claim_opened"))
    await _policies(context, client.id)


async def _decide_claim(
    context: Context, claim_id: int, decision: ClaimDecision, policy_id: int
) -> None:
    policy, client = await book.policy(context.tx, context.person, policy_id, lock=True)
    claims = {claim.id: claim for claim in await book.claims(context.tx, [policy.id])}
    claim = claims.get(claim_id)
    if claim is None or claim.decision is not None:
        raise UserError(context.say("claim_decided_before"))
    await book.decide_claim(context.tx, claim.id, decision)
    await context.replan(client.id)
    context.toast(context.say("claim_noted"))
    await _policies(context, client.id)
