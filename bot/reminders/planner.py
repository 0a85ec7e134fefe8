"""Planning against the database: the touches of the coming weeks, client by client, as rows."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Sequence
from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from bot.reminders.plan import Touch, next_days, plan_touches
from bot.reminders.schema import Cadences
from bot.settings import Settings
from bot.store import planning, touches
from bot.store.engine import Tx
from bot.store.touches import Moved, TouchRow

LOOK_BACK_DAYS = 3
LOOK_AHEAD_DAYS = 60
AT_ONCE = 500
# Nearly everybody has a birthday or a festival within a year; who has nothing is looked at again.
_FURTHER_DAYS = 366


def horizon(tx: Tx, settings: Settings) -> date:
    """The last day for which touches are kept as rows."""
    return _today(tx, settings) + timedelta(days=LOOK_AHEAD_DAYS)


def _today(tx: Tx, settings: Settings) -> date:
    return tx.now.astimezone(ZoneInfo(settings.timezone)).date()


async def plan_some(tx: Tx, cadences: Cadences, settings: Settings) -> tuple[int, Moved]:
    """Plan clients that need it, up to ``AT_ONCE``: how many there were, and what changed."""
    found = await planning.wanted(tx, horizon(tx, settings), AT_ONCE)
    return len(found), await _plan(tx, cadences, settings, found)


async def replan(
    tx: Tx, cadences: Cadences, settings: Settings, client_ids: Collection[int]
) -> Moved:
    """Plan these clients again, right after something about them changed."""
    found = await planning.lock(tx, client_ids)
    return await _plan(tx, cadences, settings, found)


async def _plan(tx: Tx, cadences: Cadences, settings: Settings, client_ids: Sequence[int]) -> Moved:
    """Plan locked clients from the facts of now.

    Steps missed in the last days are planned too; the second look drops those that came too late.
    """
    if not client_ids:
        return Moved()
    book = await planning.facts(tx, settings.company, client_ids)
    last_on = horizon(tx, settings)
    until_on = last_on + timedelta(days=_FURTHER_DAYS)
    first_on = _today(tx, settings) - timedelta(days=LOOK_BACK_DAYS)
    after_on = last_on + timedelta(days=1)
    # The arithmetic of many clients takes a while; replies go on meanwhile.
    found = await asyncio.to_thread(plan_touches, cadences, book, first_on, last_on)
    next_on = await asyncio.to_thread(next_days, cadences, book, after_on, until_on)
    moved = await touches.plan(tx, client_ids, [row_of(touch) for touch in found])
    await planning.planned_until(tx, dict.fromkeys(client_ids, until_on) | next_on)
    return moved


def _client_of(touch: Touch) -> int:
    """The client whom a touch is about; a lead is a client too, and bears the same id."""
    return touch.client_id or touch.lead_id or 0


def row_of(touch: Touch) -> dict[str, Any]:
    """A planned touch as a row."""
    return {
        "dedupe_key": touch.key,
        "cadence": touch.cadence,
        "step": touch.step,
        "event": touch.event,
        "subject": touch.subject,
        "audience": touch.audience,
        "nature": touch.nature,
        "due_on": touch.on,
        "due_at": touch.at,
        "expires_at": touch.expires_at,
        "event_on": touch.event_on,
        "agent_id": touch.agent_id,
        "client_id": _client_of(touch),
        "policy_id": touch.policy_id,
        "claim_id": touch.claim_id,
    }


_OF_LEADS = frozenset({"lead_class", "stage_limit"})


def as_touch(row: TouchRow) -> Touch:
    """The planned touch of a row."""
    of_lead = row.event in _OF_LEADS
    return Touch(
        cadence=row.cadence,
        step=row.step,
        event=row.event,
        audience=row.audience,
        nature=row.nature,
        subject=row.subject,
        event_on=row.event_on,
        on=row.due_on,
        at=row.due_at,
        expires_at=row.expires_at,
        key=row.dedupe_key,
        agent_id=row.agent_id,
        client_id=None if of_lead else row.client_id,
        lead_id=row.client_id if of_lead else None,
        policy_id=row.policy_id,
        claim_id=row.claim_id,
    )
