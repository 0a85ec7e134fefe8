"""The second look before sending: held or dropped for a reason that can be counted."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from reminder_books import AGENT, BASE, CLIENT, book_with, born, due

from bot.domain.policies import PolicyStatus
from bot.reminders.facts import Benefit, Lead
from bot.reminders.plan import plan_touches, recheck
from bot.reminders.schema import Cadences

YEAR = (date(2026, 1, 1), date(2026, 12, 31))
DUE = date(2026, 3, 31)


def touch_of(cadences: Cadences, book, step):
    return next(t for t in plan_touches(cadences, book, *YEAR) if t.step == step)


def code(touch, cadences, book, now=None):
    refusal = recheck(touch, cadences, book, now or touch.at)
    return refusal.code if refusal else None


def test_a_touch_that_still_holds_goes_out(cadences):
    book = book_with(due(DUE))
    for touch in plan_touches(cadences, book, *YEAR):
        assert recheck(touch, cadences, book, touch.at) is None


@pytest.mark.parametrize(
    ("step", "changes", "expected"),
    [
        ("due_minus_7", {"next_due_on": date(2027, 3, 31)}, "paid"),
        ("grace_15", {"next_due_on": date(2027, 3, 31)}, "paid"),
        ("grace_15", {"next_due_on": None}, "paid"),
        ("lapsed", {"next_due_on": date(2027, 3, 31)}, "paid"),
        ("grace_15", {"status": PolicyStatus.SURRENDERED}, "surrendered"),
        ("grace_15", {"status": PolicyStatus.LAPSED}, "lapsed"),
        ("lapsed", {"status": PolicyStatus.LAPSED}, None),
        ("lapsed", {"status": PolicyStatus.TERMINATED}, "terminated"),
        ("due_day", {"next_due_on": date(2026, 3, 30)}, "changed"),
    ],
)
def test_a_change_of_the_policy_is_seen(cadences, step, changes, expected):
    touch = touch_of(cadences, book_with(due(DUE)), step)
    now_book = book_with(replace(due(DUE), **changes))
    assert code(touch, cadences, now_book) == expected


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"deceased": True}, "deceased"),
        ({"agent_id": 2}, "reassigned"),
        ({"marketing_ok": False}, "opted_out"),
    ],
)
def test_a_change_of_the_client_is_seen(cadences, changes, expected):
    touch = touch_of(cadences, book_with(due(DUE)), "due_minus_30")
    book = book_with(due(DUE), replace(CLIENT, **changes))
    book = replace(book, agents=(AGENT, replace(AGENT, id=2)))
    refusal = recheck(touch, cadences, book, touch.at)
    assert refusal is not None
    assert refusal.code == expected
    assert refusal.sentence
    assert refusal.again_at is None


def test_an_erased_client_or_lead_gets_nothing(cadences):
    touch = touch_of(cadences, book_with(due(DUE)), "due_day")
    assert code(touch, cadences, replace(BASE, clients=())) == "erased"
    lead = replace(BASE, leads=(Lead(1, 1, "孙样例", "A", date(2026, 3, 1)),))
    assert code(touch_of(cadences, lead, "class_a"), cadences, BASE) == "erased"


def test_a_lead_that_was_contacted_meanwhile_needs_no_reminder(cadences):
    lead = Lead(1, 1, "孙样例", "A", date(2026, 3, 1))
    touch = touch_of(cadences, replace(BASE, leads=(lead,)), "class_a")
    later = replace(BASE, leads=(replace(lead, contacted_on=date(2026, 3, 3)),))
    assert code(touch, cadences, later) == "changed"


def test_a_collected_benefit_is_not_recalled(cadences):
    book = book_with(benefits=(Benefit(1, 1, "survival", date(2026, 3, 1)),))
    touch = touch_of(cadences, book, "unclaimed")
    assert code(touch, cadences, book) is None
    assert code(touch, cadences, replace(book, benefits=())) == "changed"


def test_a_removed_step_is_not_sent(cadences):
    book = book_with(due(DUE))
    touch = touch_of(cadences, book, "due_day")
    fewer = cadences.model_copy(
        update={"cadences": [row for row in cadences.cadences if row.id != "renewal"]}
    )
    assert code(touch, fewer, book) == "changed"


def test_a_birthday_greeting_is_never_late(cadences):
    book = born(date(1990, 5, 6))
    touch = next(
        t for t in plan_touches(cadences, book, *YEAR)
        if t.cadence == "birthday" and t.audience == "client"
    )  # fmt: skip
    assert code(touch, cadences, book, touch.at + timedelta(hours=11, minutes=59)) is None
    assert code(touch, cadences, book, touch.at + timedelta(hours=12)) == "expired"
    assert code(touch, cadences, book, touch.at + timedelta(days=1)) == "expired"


def test_after_a_long_outage_only_the_latest_step_goes_out(cadences):
    book = book_with(due(DUE))
    now = datetime(2026, 4, 20, 4, tzinfo=UTC)
    waiting = [
        t for t in plan_touches(cadences, book, *YEAR)
        if t.at <= now and t.audience == "client" and t.cadence in ("renewal", "grace")
    ]  # fmt: skip
    assert len(waiting) == 7
    assert [t.step for t in waiting if recheck(t, cadences, book, now) is None] == ["grace_15"]


def test_a_late_touch_is_held_over_night(cadences):
    book = book_with(due(DUE))
    touch = touch_of(cadences, book, "due_minus_7")
    refusal = recheck(touch, cadences, book, touch.at + timedelta(hours=13))
    assert refusal is not None
    assert refusal.code == "quiet_hours"
    assert refusal.again_at == touch.at + timedelta(days=1)


def test_an_agent_may_be_told_at_night(cadences):
    touch = touch_of(cadences, book_with(due(DUE)), "grace_15_agent")
    assert code(touch, cadences, book_with(due(DUE)), touch.at + timedelta(hours=13)) is None


def test_a_client_who_moved_west_is_written_to_later(cadences):
    touch = touch_of(cadences, book_with(due(DUE)), "due_minus_7")
    moved = book_with(due(DUE), replace(CLIENT, timezone="Europe/London"))
    refusal = recheck(touch, cadences, moved, touch.at)
    assert refusal is not None
    assert refusal.code == "rescheduled"
    assert refusal.again_at == datetime(2026, 3, 24, 9, tzinfo=UTC)
