"""Reminders against the database: planned as rows, looked at again when due, sent once."""

from __future__ import annotations

import logging
from collections import defaultdict
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from bot.compliance.gate import Gate
from bot.domain.draft import (
    COPY_LIMIT,
    NOTICE,
    REMINDER,
    Audience,
    Keyboard,
    button,
    copy_button,
    message,
)
from bot.domain.people import Client, Person, Role
from bot.domain.policies import Claim, Policy, PolicyStatus
from bot.errors import UserError
from bot.messages import say
from bot.outbox import delivery
from bot.reminders.facts import Agent, Book, birthday_of
from bot.reminders.occurrences import policy_lapse_day
from bot.reminders.plan import Refusal, Touch, plan_touches, recheck
from bot.reminders.render import render_touch
from bot.reminders.schema import Cadences, Step
from bot.settings import Settings
from bot.store import book as records
from bot.store import outbox, people, tables, touches
from bot.store.engine import DATABASE_AWAY, Tx

log = logging.getLogger(__name__)

LOOK_BACK_DAYS = 3
LOOK_AHEAD_DAYS = 60
_BATCH = 200
_BUTTON_ROW = 5


async def build_book(tx: Tx, settings: Settings) -> Book:
    """The facts of the whole office, for planning."""
    clients, policies, claims = await records.all_for_planning(tx)
    return _book(settings, await _agents(tx), clients, policies, claims)


async def _book_of(tx: Tx, settings: Settings, touch: tables.Touch) -> Book:
    """The facts that one touch depends on."""
    agents = [await people.by_id(tx, touch.agent_id)]
    clients: list[Client] = []
    policies: list[Policy] = []
    claims: list[Claim] = []
    if touch.client_id is not None:
        clients = [await records.client_for_system(tx, touch.client_id)]
        policies = await records.policies(tx, [touch.client_id])
        claims = await records.claims(tx, [policy.id for policy in policies])
        if clients[0].agent_id != touch.agent_id:
            agents.append(await people.by_id(tx, clients[0].agent_id))
    return _book(settings, agents, clients, policies, claims)


async def _agents(tx: Tx) -> list[Person]:
    staff = await people.with_role(tx, Role.AGENT)
    return staff + await people.with_role(tx, Role.SUPERVISOR)


def _book(
    settings: Settings,
    agents: list[Person],
    clients: list[Client],
    policies: list[Policy],
    claims: list[Claim],
) -> Book:
    known = {agent.id for agent in agents}
    served = [client for client in clients if client.agent_id in known]
    return Book(
        agents=tuple(Agent(a.id, a.name, settings.company, a.timezone) for a in agents),
        clients=tuple(served),
        policies=tuple(policies),
        claims=tuple(claims),
        birthdays=tuple(day for client in served if (day := birthday_of(client)) is not None),
    )


async def replan(tx: Tx, cadences: Cadences, settings: Settings) -> None:
    """Plan the touches of the coming weeks from the facts of now.

    Steps missed in the last days are planned too; the second look drops those that came too late.
    """
    await touches.lock_plan(tx)
    book = await build_book(tx, settings)
    today = tx.now.astimezone(ZoneInfo(settings.timezone)).date()
    planned = plan_touches(
        cadences,
        book,
        today - timedelta(days=LOOK_BACK_DAYS),
        today + timedelta(days=LOOK_AHEAD_DAYS),
    )
    await touches.plan(tx, [_row(touch) for touch in planned])
    await touches.withdraw(tx, [touch.key for touch in planned], tx.now)


def _row(touch: Touch) -> dict[str, Any]:
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
        "client_id": touch.client_id,
        "policy_id": touch.policy_id,
        "claim_id": touch.claim_id,
    }


def as_touch(row: tables.Touch) -> Touch:
    """The planned touch of a row."""
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
        client_id=row.client_id,
        policy_id=row.policy_id,
        claim_id=row.claim_id,
    )


async def send_due(tx: Tx, cadences: Cadences, settings: Settings, gate: Gate) -> int:
    """Look again at every touch whose moment has come and queue, hold or drop it; gives how many."""
    due = await touches.due(tx, _BATCH)
    for row in due:
        try:
            async with tx.connection.begin_nested():
                await _send(tx, row, cadences, settings, gate)
        except DATABASE_AWAY:
            raise
        except Exception:
            # One bad touch must not hold back the others; the agent finds it among the failed.
            log.exception("touch %s could not be sent", row.id)
            await touches.change(tx, row.id or 0, status="failed", reason="bug", decided_at=tx.now)
    return len(due)


async def _send(
    tx: Tx, row: tables.Touch, cadences: Cadences, settings: Settings, gate: Gate
) -> None:
    book = await _book_of(tx, settings, row)
    touch = as_touch(row)
    delayed = row.decided_at is not None and row.reason == "delayed"
    refusal = recheck(touch, cadences, book, tx.now)
    if refusal is not None and not (delayed and refusal.code in ("expired", "rescheduled")):
        await _refuse(tx, row, refusal)
        return
    step = cadences.step(row.cadence, row.step)
    if step is None:
        return
    agent = await people.by_id(tx, row.agent_id)
    if row.audience == "client":
        await _to_client(tx, row, step, touch, cadences, book, gate, agent)
        return
    receiver = agent
    if row.audience == "supervisor":
        if agent.supervisor_id is None:
            await touches.change(
                tx, row.id or 0, status="skipped", reason="no_supervisor", decided_at=tx.now
            )
            return
        receiver = await people.by_id(tx, agent.supervisor_id)
    text = render_touch(touch, cadences, book, receiver.script)
    buttons: Keyboard | None = None
    if row.client_id is not None:
        open_ = [button(say("button_client_card", receiver.script), f"1:cl:{row.client_id}")]
        if row.event == "grace":
            work = button(say("button_renewal_open", receiver.script), f"1:xc:{row.policy_id}")
            open_.insert(0, work)
        buttons = [open_]
    draft = message(
        receiver.chat_id,
        text,
        buttons,
        priority=REMINDER,
        dedupe_key=f"touch:{row.dedupe_key}",
        touch_id=row.id,
    )
    await outbox.enqueue(tx, [draft])
    await touches.change(tx, row.id or 0, status="sent", decided_at=tx.now)


async def _refuse(tx: Tx, row: tables.Touch, refusal: Refusal) -> None:
    if refusal.again_at is not None:
        await touches.change(tx, row.id or 0, due_at=refusal.again_at, reason=refusal.code)
        return
    await touches.change(tx, row.id or 0, status="skipped", reason=refusal.code, decided_at=tx.now)


async def _to_client(
    tx: Tx,
    row: tables.Touch,
    step: Step,
    touch: Touch,
    cadences: Cadences,
    book: Book,
    gate: Gate,
    agent: Person,
) -> None:
    """Queue the checked text to the client, or hand it to the agent when there is no chat."""
    client = book.client[row.client_id or 0]
    person = await people.by_id(tx, client.person_id) if client.person_id else None
    script = person.script if person else agent.script
    text = row.text_override or render_touch(touch, cadences, book, script)
    verdict = gate.judge(text)
    if person is None or not person.reachable or not person.active:
        await _to_agent_instead(tx, row, text, verdict.decision == "pass", client, agent)
        return
    draft = message(
        person.chat_id,
        text,
        _buttons(step, row, script),
        audience=Audience.CLIENT,
        priority=REMINDER,
        dedupe_key=f"touch:{row.dedupe_key}",
        author_id=row.agent_id if row.text_override else None,
        client_id=client.id,
        touch_id=row.id,
    )
    row_id = await delivery.queue_judged(tx, draft, verdict, text)
    status = {"pass": "queued", "warn": "held", "block": "skipped"}[verdict.decision]
    reason = None if row_id is not None else "compliance"
    await touches.change(tx, row.id or 0, status=status, reason=reason, decided_at=tx.now)


async def _to_agent_instead(
    tx: Tx, row: tables.Touch, text: str, lawful: bool, client: Client, agent: Person
) -> None:
    key = "touch_to_copy" if lawful else "touch_to_copy_refused"
    told = say(key, agent.script, name=client.name, text=text)
    copies = lawful and len(text) <= COPY_LIMIT
    keyboard = [[copy_button(say("button_copy", agent.script), text)]] if copies else None
    draft = message(
        agent.chat_id,
        told,
        keyboard,
        priority=NOTICE,
        dedupe_key=f"touch:{row.dedupe_key}",
    )
    await outbox.enqueue(tx, [draft])
    await touches.change(
        tx, row.id or 0, status="handed_to_agent", reason="not_on_telegram", decided_at=tx.now
    )


def _buttons(step: Step, row: tables.Touch, script: str) -> Keyboard | None:
    if not step.buttons:
        return None
    made = [
        button(b.label_hant if script == "hant" else b.label, f"1:tb:{row.id}:{b.id}")
        for b in step.buttons
    ]
    return [made[i : i + 1] for i in range(len(made))] if len(made) <= _BUTTON_ROW else [made]


async def lapse_overdue(tx: Tx, cadences: Cadences, settings: Settings) -> None:
    """Mark policies whose grace has passed unpaid as lapsed."""
    book = await build_book(tx, settings)
    today = tx.now.astimezone(ZoneInfo(settings.timezone)).date()
    lapsed: dict[int, list[str]] = defaultdict(list)
    for policy in book.policies:
        if policy.status is not PolicyStatus.ACTIVE:
            continue
        lapses_on = policy_lapse_day(cadences, policy)
        if lapses_on is not None and today >= lapses_on:
            await records.change_policy(tx, policy.id, status=PolicyStatus.LAPSED.value)
            lapsed[policy.client_id].append(policy.number)
    if lapsed:
        log.info("%s policies lapsed", sum(map(len, lapsed.values())))


async def preview(
    tx: Tx, row: tables.Touch, cadences: Cadences, settings: Settings, script: str
) -> str:
    """The text that a planned touch would carry if it went out now; UserError when it cannot."""
    if row.text_override:
        return row.text_override
    if cadences.step(row.cadence, row.step) is None:
        raise UserError("这条提醒的内容已从规则里删去，请取消它")
    book = await _book_of(tx, settings, row)
    return render_touch(as_touch(row), cadences, book, script)
