"""The client's one page: family, policies, gaps, touches, contacts, tags, and what comes next."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from bot.domain.amounts import show_yuan
from bot.domain.draft import Button, button, in_rows
from bot.domain.people import Client
from bot.domain.policies import Policy, PolicyStatus
from bot.errors import UserError
from bot.handlers import gap, intake, policy_review
from bot.handlers.context import Context
from bot.handlers.menu import back_row
from bot.intake import flow, service
from bot.intake.gap import GapReport
from bot.intake.next_step import next_step
from bot.intake.summary import rows
from bot.reminders.worklist import ORPHAN
from bot.store import book, milestones, practice, relations, touches
from bot.store.relations import Layer

_SHOWN_POLICIES = 4
_SHOWN_GAPS = 3
_SHOWN_TOUCHES = 2
_AHEAD = timedelta(days=60)
_KINDS = ("call", "visit", "chat")
_RESULTS = ("agreed", "later", "no_answer")
_PUT_OFF = "wait_until_later"
# the tags to tap, by layer; what a client is stands first
_TAGS: dict[Layer, tuple[str, ...]] = {
    "who": ("企业主", "公职", "新市民", "单亲", "有房贷", "二孩家庭", ORPHAN),
    "does": ("爱问收益", "看重服务", "转介绍过", "常比价", "晚上方便", "爱看资料"),
    "worth": ("高价值", "潜力", "大额保单", "按时缴费", "续期风险"),
}
# a change of life → the question of the interview that it opens again
_CHANGES = {"marriage": "marital", "house": "housing", "child": "children", "job": "client_income"}


async def show(context: Context, client_id: int) -> None:
    """Everything about one client on one page, with what can be done next."""
    client = await book.client(context.tx, context.person, client_id, "card")
    policies = await book.policies(context.tx, [client.id])
    report = await gap.analysis_of(context, client.id)
    lines = [
        context.say(
            "client_card",
            name=client.name,
            joined=context.say("joined" if client.person_id else "not_joined"),
            birth=client.birth_on or context.say("unknown"),
            phone=(client.phone or context.say("unknown")).removeprefix("+86"),
            marketing=context.say("marketing_on" if client.marketing_ok else "marketing_off"),
        )
    ]
    tags = (await relations.tags(context.tx, [client.id])).get(client.id, [])
    if tags:
        lines.append(context.say("card_tags", tags="、".join(tags)))
    if report is not None:
        lines += _family(context, report)
    lines += [policy_line(context, policy) for policy in policies[:_SHOWN_POLICIES]]
    if len(policies) > _SHOWN_POLICIES:
        lines.append(context.say("card_more_policies", count=len(policies) - _SHOWN_POLICIES))
    lines += await _ahead_and_behind(context, client)
    if report is not None:
        lines.append(context.say("card_next", step=next_step(report)))
    context.show("\n".join(lines), _buttons(context, client, bool(policies)), client_id=client.id)


def _family(context: Context, report: GapReport) -> list[str]:
    members = "、".join(
        f"{one.name}（{one.age} 岁）" if one.age is not None else one.name
        for one in report.household.members
    )
    gaps = [row for row in rows(report) if row.missing][:_SHOWN_GAPS]
    missing = "；".join(f"{row.label}缺 {show_yuan(row.missing)}" for row in gaps)
    return [
        context.say("card_family", members=members),
        context.say("card_gaps", gaps=missing or context.say("card_no_gaps")),
    ]


async def _ahead_and_behind(context: Context, client: Client) -> list[str]:
    """The next touches planned, and the last contacts made."""
    until = context.tx.now + _AHEAD
    planned = await touches.upcoming_of(context.tx, client.id, until, limit=3 * _SHOWN_TOUCHES)
    zone = context.zone()
    names = {one.id: one.zh for one in context.office.cadences.cadences}
    planned_lines = [
        context.say(
            "card_touch",
            day=touch.due_at.astimezone(zone).date(),
            name=names.get(touch.cadence, touch.cadence),
        )
        for touch in planned
    ]
    lines = list(dict.fromkeys(planned_lines))[:_SHOWN_TOUCHES]
    for contact in await relations.contacts(context.tx, client.id, limit=2):
        lines.append(
            context.say(
                "card_contact",
                day=contact.at.astimezone(zone).date(),
                kind=context.say(f"contact_{contact.kind}"),
                result=context.say(f"result_{contact.result}"),
            )
        )
    return lines


def policy_line(context: Context, policy: Policy) -> str:
    """One policy in two lines."""
    return context.say(
        "policy_line",
        product=policy.product,
        number=policy.number,
        premium=show_yuan(policy.premium),
        due=policy.next_due_on or context.say("paid_up"),
        status=_status(context, policy),
    )


def _status(context: Context, policy: Policy) -> str:
    """The status, or how many days the premium of a policy in force is overdue."""
    due_on = policy.next_due_on
    if policy.status is PolicyStatus.ACTIVE and due_on and due_on < context.today():
        return context.say("policy_overdue", days=(context.today() - due_on).days)
    return context.say(f"policy_{policy.status.value}")


def _buttons(context: Context, client: Client, has_policies: bool) -> list[list[Button]]:
    number = client.id
    buttons = [
        button(context.say("button_write"), f"1:co:{number}"),
        button(context.say("button_intake"), f"1:iv:new:{number}"),
        button(context.say("button_review"), f"1:cd:review:{number}"),
        button(context.say("button_touches"), f"1:tc:of:{number}"),
        button(context.say("button_contacted"), f"1:cd:met:{number}"),
        button(context.say("button_tags"), f"1:cd:tags:{number}"),
    ]
    if has_policies:
        buttons.append(button(context.say("button_policies"), f"1:cl:policies:{number}"))
    buttons.append(button(context.say("button_add_policy"), f"1:po:new:{number}"))
    if client.person_id is None:
        buttons.append(button(context.say("button_client_link"), f"1:cl:link:{number}"))
    buttons.append(button(context.say("button_family"), f"1:fm:{number}"))
    buttons.append(button(context.say("button_lead"), f"1:ld:{number}"))
    buttons.append(button(context.say("button_closing"), f"1:cs:note:{number}"))
    buttons.append(button(context.say("button_life_change"), f"1:cd:life:{number}"))
    buttons.append(button(context.say("button_more"), f"1:cl:more:{number}"))
    paired = in_rows(buttons, 2)
    return [*paired, [button(context.say("button_clients"), "1:m:kehu"), *back_row(context)]]


async def tap(context: Context) -> None:
    """Buttons of the page."""
    number = context.number
    match context.parts:
        case ["review", client_id]:
            await policy_review.show(context, number(client_id))
        case ["tags", client_id]:
            await _tags(context, number(client_id))
        case ["tag", client_id, layer, place]:
            await _toggle(context, number(client_id), layer, number(place))
        case ["met", client_id]:
            await _ask_contact(context, number(client_id))
        case ["met", client_id, kind, result]:
            await _contacted(context, number(client_id), kind, result)
        case ["life", client_id]:
            await _ask_change(context, number(client_id))
        case ["life", client_id, change]:
            await _change(context, number(client_id), change)
        case _:
            raise UserError(context.say("old_button"))


def _back(context: Context, client_id: int) -> list[Button]:
    return [button(context.say("button_back_card"), f"1:cl:{client_id}")]


async def _tags(context: Context, client_id: int) -> None:
    client = await book.client(context.tx, context.person, client_id, "tags")
    mine = set((await relations.tags(context.tx, [client.id])).get(client.id, []))
    rows_: list[list[Button]] = []
    for layer, tags in _TAGS.items():
        buttons = [
            button(("✓ " if tag in mine else "") + tag, f"1:cd:tag:{client.id}:{layer}:{place}")
            for place, tag in enumerate(tags)
        ]
        rows_ += in_rows(buttons, 3)
    rows_.append(_back(context, client.id))
    context.show(context.say("tags_title", name=client.name), rows_, client_id=client.id)


async def _toggle(context: Context, client_id: int, layer: str, place: int) -> None:
    client = await book.client(context.tx, context.person, client_id, "tags")
    for known, tags in _TAGS.items():
        if known == layer and place < len(tags):
            await relations.toggle_tag(context.tx, client.id, known, tags[place])
            await _tags(context, client.id)
            return
    raise UserError(context.say("old_button"))


async def _ask_contact(context: Context, client_id: int) -> None:
    client = await book.client(context.tx, context.person, client_id, "contact")
    rows_ = [
        [
            button(
                context.say(f"contact_{kind}") + "·" + context.say(f"result_{result}"),
                f"1:cd:met:{client.id}:{kind}:{result}",
            )
            for result in _RESULTS
        ]
        for kind in _KINDS
    ]
    context.show(
        context.say("contact_ask", name=client.name),
        [*rows_, _back(context, client.id)],
        client_id=client.id,
    )


async def _contacted(context: Context, client_id: int, kind: str, result: str) -> None:
    client = await book.client(context.tx, context.person, client_id, "contact")
    if kind not in _KINDS or result not in _RESULTS:
        raise UserError(context.say("old_button"))
    await relations.log_contact(context.tx, client.id, context.person.id, kind, result)
    if result != "no_answer" and (await milestones.stage_of(context.tx, client.id))[0] == "new":
        await milestones.set_stage(context.tx, client.id, "contacted", context.today())
    await context.replan(client.id)
    if result == "later":  # a client lost for now: how to answer it is worth a drill
        await practice.add_source(context.tx, context.person.id, _PUT_OFF, "put_off")
    context.toast(context.say("contact_logged"))
    await show(context, client.id)


async def _ask_change(context: Context, client_id: int) -> None:
    client = await book.client(context.tx, context.person, client_id, "interview")
    found = await service.latest_of(context.tx, context.person, client.id)
    if found is None:
        start = button(context.say("button_intake"), f"1:iv:new:{client.id}")
        context.show(context.say("life_no_interview"), [[start], _back(context, client.id)])
        return
    rows_ = [
        [
            button(context.say(f"life_{change}"), f"1:cd:life:{client.id}:{change}")
            for change in pair
        ]
        for pair in (("marriage", "house"), ("child", "job"))
    ]
    context.show(context.say("life_ask", name=client.name), [*rows_, _back(context, client.id)])


async def _change(context: Context, client_id: int, change: str) -> None:
    """Open the interview again at what changed; the report then tells the gap before and after."""
    question = _CHANGES.get(change)
    found = await service.latest_of(context.tx, context.person, client_id)
    if question is None or found is None:
        raise UserError(context.say("old_button"))
    interview, answers = found
    report = await gap.analysis_of(context, client_id)
    was = None
    if report is not None:
        was = str(sum(max(need.survivor_gap, Decimal(0)) for need in report.life))
    answers = flow.revisit(context.office.questionnaire, {**answers, "was": was}, question)
    await service.save(context.tx, interview.id or 0, answers)
    await intake.go_on(context, interview, answers)
