"""Slots of ready words filled from a client's record: name, coverage gap, the policy due next."""

from __future__ import annotations

from bot.domain.amounts import show_yuan
from bot.domain.people import Client
from bot.domain.policies import PolicyStatus
from bot.handlers import gap
from bot.handlers.context import Context
from bot.intake.summary import rows
from bot.scripts_library.render import fill
from bot.store import book


async def filled(context: Context, words: str, client: Client | None) -> str:
    """Ready words with their slots filled; without a client, with what stands for one.

    The record is read only when the words have a slot that needs it.
    """
    library = context.office.library
    if client is None or "{" not in words:
        return fill(library, words)
    facts = {"client": client.name}
    if "{gap}" in words and (missing := await _gap(context, client)):
        facts["gap"] = missing
    if "{policy}" in words and (policy := await _policy(context, client)):
        facts["policy"] = policy
    return fill(library, words, facts)


async def _gap(context: Context, client: Client) -> str | None:
    report = await gap.analysis_of(context, client.id)
    if report is None:
        return None
    row = next((row for row in rows(report) if row.missing), None)
    amount = show_yuan(row.missing) if row and row.missing else ""
    return context.say("slot_gap", label=row.label, amount=amount) if row else None


async def _policy(context: Context, client: Client) -> str | None:
    policies = await book.policies(context.tx, [client.id])
    due = [
        one for one in policies if one.status is PolicyStatus.ACTIVE and one.next_due_on is not None
    ]
    if not due:
        return None
    first = min(due, key=lambda one: (one.next_due_on, one.id))
    return context.say("slot_policy", product=first.product, day=first.next_due_on)
