"""The list of the day, at each agent's hour: birthdays, premiums, drafts, visits, one tap each."""

from __future__ import annotations

from datetime import date
from zoneinfo import ZoneInfo

from bot.domain.draft import NOTICE, Button, Draft, Keyboard, button, message
from bot.domain.people import Person
from bot.messages import say
from bot.reminders import duties, worklist
from bot.reminders.schema import Cadences
from bot.store import morning, outbox, renewals, touches
from bot.store.engine import Tx

_AT_ONCE = 50
_SHOWN = 3
_LONGEST_LABEL = 28


async def deliver(tx: Tx, cadences: Cadences) -> None:
    """Queue the lists whose hour has come; a day with nothing on it is passed over."""
    drafts: list[Draft] = []
    for person in await morning.waiting(tx, _AT_ONCE):
        today = tx.now.astimezone(ZoneInfo(person.timezone)).date()
        made = await compose(tx, person, cadences, today)
        await morning.listed(tx, person.id, today)
        if made is not None:
            key = f"morning:{person.id}:{today}"
            text, keyboard = made
            draft = message(person.chat_id, text, keyboard, priority=NOTICE, dedupe_key=key)
            drafts.append(draft)
    await outbox.enqueue(tx, drafts)


async def compose(
    tx: Tx, person: Person, cadences: Cadences, today: date
) -> tuple[str, Keyboard] | None:
    """The list of a person's own clients for a day, with its buttons; None when it is empty."""
    script = person.script
    lines: list[str] = []
    rows: list[list[Button]] = []

    def section(key: str, count: int, buttons: list[Button]) -> None:
        if count:
            lines.append(say(key, script, count=count))
            rows.extend([one] for one in buttons[:_SHOWN])

    birthdays = await morning.birthdays(tx, person.id, today)
    section(
        "morning_birthdays",
        len(birthdays),
        [
            _button(
                say("morning_birthday", script, name=one.name)
                if one.member is None
                else say("morning_member", script, name=one.name, member=one.member),
                f"1:cl:{one.client_id}",
            )
            for one in birthdays
        ],
    )
    owed = await morning.owed(tx, person.id, today)
    due = [one for one in owed if one.due_on == today]
    late = [one for one in owed if one.due_on < today]
    section(
        "morning_due", len(due), [_owed(one, "morning_due_today", script, today) for one in due]
    )
    section(
        "morning_late", len(late), [_owed(one, "morning_overdue", script, today) for one in late]
    )
    drafts = await touches.drafts_of(tx, person.id, 20)
    names = await touches.client_names(tx, [row.client_id or 0 for row in drafts])
    section(
        "morning_drafts",
        len(drafts),
        [
            _button(
                say("morning_draft", script, name=names.get(row.client_id or 0, "")),
                f"1:td:{row.id}",
            )
            for row in drafts
        ],
    )
    cases = await renewals.unpaid(tx, person, today)
    own = [one for one in cases if one.client.agent_id == person.id]
    visits = duties.to_visit(worklist.worklist(own, cadences, today))
    section(
        "morning_visits",
        len(visits),
        [
            _button(
                say("morning_visit", script, name=entry.case.client.name),
                f"1:xc:{entry.case.policy.id}",
            )
            for entry, _ in visits
        ],
    )
    tasks = await touches.open_tasks(tx, person.id)
    if tasks:
        lines.append(say("morning_tasks", script, count=len(tasks)))
    if not lines:
        return None
    rows.append(
        [
            button(say("menu_today", script), "1:m:jintian"),
            button(say("button_morning_hour", script), "1:mo:hour"),
        ]
    )
    return "\n".join([say("morning_title", script, day=f"{today:%m-%d}"), *lines]), rows


def _button(label: str, data: str) -> Button:
    return button(label[:_LONGEST_LABEL], data)


def _owed(one: morning.Owed, key: str, script: str, today: date) -> Button:
    days = (today - one.due_on).days
    label = say(key, script, name=one.name, product=one.product, days=days)
    return _button(label, f"1:xc:{one.policy_id}")
