"""The family policy review: members by kinds of cover, every policy, the service that is owed."""

from __future__ import annotations

import asyncio
from decimal import Decimal
from html import escape

from bot.clients.review import PolicyReview, review
from bot.domain.amounts import show_yuan
from bot.domain.draft import Button, button
from bot.domain.household import COVER_KINDS
from bot.domain.people import Client
from bot.domain.policies import Policy
from bot.handlers import gap
from bot.handlers.context import Context
from bot.intake.report import COVERS
from bot.pictures.review import review_picture
from bot.store import book

_SHOWN_WORK = 6
_SHOWN_POLICIES = 12
_LONGEST = 40


def _back(context: Context, client_id: int) -> list[Button]:
    return [button(context.say("button_back_card"), f"1:cl:{client_id}")]


async def show(context: Context, client_id: int) -> None:
    """The family policy review: a table as a picture, the service owed, the four questions."""
    client = await book.client(context.tx, context.person, client_id, "review")
    policies = await book.policies(context.tx, [client.id])
    household = await gap.latest_household(context, client.id)
    members = [one.name for one in household.members[1:]] if household else []
    found = review(policies, client.name, members, context.today())
    if not found.held:
        add = button(context.say("button_add_policy"), f"1:po:new:{client.id}")
        context.show(
            context.say("review_none", name=client.name), [[add], _back(context, client.id)]
        )
        return
    context.send_photo(await _review_picture(context, client, found), client_id=client.id)
    lines = [context.say("review_questions")]
    if found.work:
        lines.append(context.say("review_work"))
        lines += [
            context.say(f"work_{one.kind}", product=escape(one.policy.product, quote=False))
            for one in found.work[:_SHOWN_WORK]
        ]
        if len(found.work) > _SHOWN_WORK:
            lines.append(context.say("review_more_work", count=len(found.work) - _SHOWN_WORK))
    lines.append(_every_policy(context, found))
    buttons = [
        [button(context.say("button_add_policy"), f"1:po:new:{client.id}")],
        [button(context.say("button_mend_policy"), f"1:po:list:{client.id}")],
        _back(context, client.id),
    ]
    context.reply("\n".join(lines), buttons, html=True, client_id=client.id)


def _every_policy(context: Context, found: PolicyReview) -> str:
    """Each policy in one line, folded away: whose, sum, premium, due day, beneficiary, account."""
    lines = [_one_policy(context, one.policy, one.insured) for one in found.held[:_SHOWN_POLICIES]]
    if len(found.held) > _SHOWN_POLICIES:
        more = len(found.held) - _SHOWN_POLICIES
        lines.append(context.say("card_more_policies", count=more))
    return f"<blockquote expandable>{chr(10).join(lines)}</blockquote>"


def _one_policy(context: Context, policy: Policy, insured: str) -> str:
    unknown = context.say("review_not_told")
    told = {
        "company": policy.company or "",
        "product": policy.product,
        "insured": insured,
        "sum": show_yuan(policy.sum_insured) if policy.sum_insured else unknown,
        "premium": show_yuan(policy.premium),
        "due": str(policy.next_due_on or context.say("paid_up")),
        "beneficiary": policy.beneficiary or unknown,
        "account": policy.account or unknown,
        "collect": (
            show_yuan(policy.to_collect) if policy.to_collect else context.say("review_nothing")
        ),
    }
    short = {name: escape(value[:_LONGEST], quote=False) for name, value in told.items()}
    return context.say("review_policy", **short)


async def _review_picture(context: Context, client: Client, found: PolicyReview) -> bytes:
    table = [
        (name[:5], [_cell(sums[kind]) for kind in COVER_KINDS]) for name, sums in found.sums.items()
    ]
    title = context.say("review_title", name=client.name)
    foot = context.say(
        "review_foot", count=len(found.held), premium=show_yuan(found.premium_yearly)
    )
    columns = [COVERS[kind] for kind in COVER_KINDS]
    return await asyncio.to_thread(review_picture, title, columns, table[:8], foot)


def _cell(amount: Decimal) -> str:
    return show_yuan(amount).removesuffix("元").replace(" ", "") if amount else ""


async def people_of(context: Context, client_id: int) -> list[str]:
    """The names of the family, the client's first."""
    client = await book.client(context.tx, context.person, client_id, "review")
    household = await gap.latest_household(context, client_id)
    return [client.name, *(one.name for one in (household.members[1:] if household else ()))]
