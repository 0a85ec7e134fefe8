"""Deadlines of the lists, problem cases, who to visit, and the hours to call in."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.reminders.calling import HOURS, good_hours, hard_hours
from bot.reminders.duties import duties, problems, to_visit, todo, visit_reasons
from bot.reminders.worklist import Case, Logged, worklist
from tests.reminders.reminder_books import CLIENT, due

SMALL = {"premium": Decimal(860)}


def entry(cadences, due_on, as_of, *log, tags=(), client=CLIENT, filed=(), **changes):
    policy = due(due_on, **{**SMALL, **changes})
    case = Case(
        policy, client, frozenset(tags), tuple(Logged(*one) for one in log), frozenset(filed)
    )
    (found,) = worklist([case], cadences, as_of)
    return found


def deadlines(found):
    return {duty.kind: duty.by_on for duty in duties(found)}


def done(found):
    return {duty.kind for duty in duties(found) if duty.done}


def test_this_months_premium_is_called_about_by_the_25th(cadences):
    found = entry(cadences, date(2026, 5, 20), date(2026, 5, 4))
    assert deadlines(found) == {
        "first_call": date(2026, 5, 25),
        "first_round": date(2026, 5, 31),
        "assessment": date(2026, 7, 4),
        "last_week": date(2026, 7, 19),
    }


def test_last_months_premium_takes_two_calls_by_the_25th(cadences):
    found = entry(cadences, date(2026, 4, 20), date(2026, 5, 4))
    assert deadlines(found)["two_calls"] == date(2026, 5, 25)
    assert "two_visits" not in deadlines(found)
    once = entry(
        cadences, date(2026, 4, 20), date(2026, 5, 9), (date(2026, 5, 8), "call", "renewal_later")
    )
    assert "two_calls" not in done(once)
    twice = entry(
        cadences,
        date(2026, 4, 20),
        date(2026, 5, 9),
        (date(2026, 5, 8), "call", "renewal_later"),
        (date(2026, 5, 9), "call", "no_answer"),
    )
    assert {"two_calls", "first_round"} <= done(twice)


def test_a_problem_case_of_last_month_takes_two_visits(cadences):
    complaint = (date(2026, 5, 2), "call", "renewal_complaint")
    found = entry(cadences, date(2026, 4, 20), date(2026, 5, 4), complaint)
    assert deadlines(found)["two_visits"] == date(2026, 5, 25)
    visits = [(date(2026, 5, day), "visit", "renewal_later") for day in (3, 4)]
    met = entry(cadences, date(2026, 4, 20), date(2026, 5, 4), complaint, *visits)
    assert "two_visits" in done(met)


def test_the_last_list_is_called_by_the_10th_and_visited_in_the_last_week(cadences):
    found = entry(cadences, date(2026, 3, 31), date(2026, 5, 4))
    assert deadlines(found)["last_call"] == date(2026, 5, 10)
    assert deadlines(found)["last_week"] == date(2026, 5, 30)
    opens = {duty.kind: duty.from_on for duty in duties(found)}
    assert opens["last_week"] == date(2026, 5, 24)
    early = entry(
        cadences, date(2026, 3, 31), date(2026, 5, 25), (date(2026, 5, 23), "visit", "agreed")
    )
    assert "last_week" not in done(early)
    there = entry(
        cadences, date(2026, 3, 31), date(2026, 5, 25), (date(2026, 5, 24), "visit", "agreed")
    )
    assert "last_week" in done(there)


def test_no_deadline_falls_after_the_grace(cadences):
    found = entry(cadences, date(2026, 3, 7), date(2026, 5, 4))
    assert deadlines(found)["last_call"] == date(2026, 5, 6)
    assert deadlines(found)["first_round"] == date(2026, 5, 6)


def test_day_45_asks_for_the_form_until_it_is_filed(cadences):
    due_on = date(2026, 3, 31)
    before = entry(cadences, due_on, date(2026, 5, 14))
    on_day = entry(cadences, due_on, date(2026, 5, 15))
    filed = entry(cadences, due_on, date(2026, 5, 15), filed=["assessment"])
    assert [
        any(duty.kind == "assessment" for duty in todo([one])) for one in (before, on_day, filed)
    ] == [False, True, False]


def test_a_market_with_thirty_days_of_grace_has_no_day_45(cadences):
    found = entry(cadences, date(2026, 4, 20), date(2026, 5, 4), jurisdiction="TW")
    assert "assessment" not in deadlines(found)
    assert deadlines(found)["two_calls"] == date(2026, 5, 20)


def test_a_large_case_is_reported_at_once(cadences):
    found = entry(cadences, date(2026, 5, 20), date(2026, 5, 4), premium=Decimal(10_000))
    assert todo([found])[0].kind == "report"
    again = entry(
        cadences, date(2026, 5, 20), date(2026, 5, 4), premium=Decimal(10_000), filed=["report"]
    )
    assert "report" in done(again)


def test_contacts_of_another_month_and_of_the_future_do_not_count(cadences):
    log = [(date(2026, 4, 30), "call", "agreed"), (date(2026, 5, 6), "call", "agreed")]
    found = entry(cadences, date(2026, 5, 20), date(2026, 5, 4), *log)
    assert done(found) == set()


def test_what_is_to_be_done_comes_by_deadline_and_then_by_premium(cadences):
    small = entry(cadences, date(2026, 5, 20), date(2026, 5, 4), id=1)
    more = entry(cadences, date(2026, 5, 20), date(2026, 5, 4), id=2, premium=Decimal(900))
    last = entry(cadences, date(2026, 3, 31), date(2026, 5, 4), id=3)
    found = todo([small, more, last])
    assert [duty.by_on for duty in found] == sorted(duty.by_on for duty in found)
    assert found[0].entry.case.policy.id == 3
    first_calls = [duty.entry.case.policy.id for duty in found if duty.kind == "first_call"]
    assert first_calls == [2, 1]


@given(
    due_on=st.dates(date(2024, 1, 1), date(2028, 12, 31)),
    ahead=st.integers(-20, 60),
    market=st.sampled_from(["CN", "TW", "HK", "SG", "MY"]),
)
def test_every_deadline_lies_within_the_grace_and_begins_before_it_ends(
    cadences, due_on, ahead, market
):
    as_of = due_on + timedelta(days=ahead)
    policy = due(due_on, jurisdiction=market, premium=Decimal(20_000))
    for found in worklist([Case(policy, CLIENT)], cadences, as_of):
        for duty in duties(found):
            assert duty.from_on <= duty.by_on <= found.grace_end_on
        assert [one.by_on for one in todo([found])] == sorted(one.by_on for one in todo([found]))


CALLS = [(date(2026, 4, day), "call", "no_answer") for day in (21, 22, 23)]


@pytest.mark.parametrize(
    ("log", "expected"),
    [
        ([], []),
        (CALLS[:2], []),
        (CALLS, ["unreached"]),
        ([*CALLS, (date(2026, 4, 24), "chat", "agreed")], []),
        ([(date(2026, 4, 21), "call", "renewal_wrong_number")], ["unreached"]),
        ([(date(2026, 4, 21), "check", "transfer_balance")], ["transfer"]),
        ([(date(2026, 4, 21), "visit", "renewal_complaint")], ["complaint"]),
        (
            [(date(2026, 3, 31), "visit", "renewal_complaint")],
            [],
        ),  # before the month of the due date
    ],
)
def test_problem_renewals_are_complaints_failed_transfers_and_the_unreached(
    cadences, log, expected
):
    assert problems(entry(cadences, date(2026, 4, 20), date(2026, 5, 4), *log)) == expected


def test_a_visit_has_its_reasons_the_most_urgent_first(cadences):
    client = replace(CLIENT, birth_on=date(1986, 1, 1))
    found = entry(
        cadences,
        date(2026, 3, 7),
        date(2026, 5, 4),
        (date(2026, 5, 1), "check", "transfer_name"),
        (date(2026, 5, 2), "call", "renewal_change"),
        tags=["潜力", "按时缴费"],
        client=client,
        premium=Decimal(20_000),
    )
    assert visit_reasons(found) == [
        "lapsing", "transfer", "change", "large", "needs", "friendly", "age",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("born_on", "visited"),
    [(date(1991, 5, 4), True), (date(1991, 5, 5), False), (date(1980, 5, 5), True),
     (date(1980, 5, 4), False)],
)  # fmt: skip
def test_clients_of_35_to_45_deserve_a_visit(cadences, born_on, visited):
    client = replace(CLIENT, birth_on=born_on)
    found = entry(cadences, date(2026, 5, 20), date(2026, 5, 4), client=client)
    assert visit_reasons(found) == (["age"] if visited else [])


def test_candidates_come_by_urgency_and_the_others_not_at_all(cadences):
    plain = entry(cadences, date(2026, 5, 20), date(2026, 5, 4), id=1)
    large = entry(cadences, date(2026, 5, 20), date(2026, 5, 4), id=2, premium=Decimal(20_000))
    lapsing = entry(cadences, date(2026, 3, 7), date(2026, 5, 4), id=3)
    found = to_visit([plain, large, lapsing])
    assert [one.case.policy.id for one, _ in found] == [3, 2]


@pytest.mark.parametrize(
    ("clock", "now", "starts"),
    [
        ("08:59", False, 9), ("09:00", True, 9), ("11:29", True, 9), ("11:30", False, 14),
        ("14:30", True, 14), ("18:00", False, 19), ("20:59", True, 19), ("21:00", False, 9),
    ],
)  # fmt: skip
def test_the_hours_to_call_in(clock, now, starts):
    hours = good_hours(datetime.fromisoformat(f"2026-05-04T{clock}:00"))
    assert (hours.now, hours.from_at.hour) == (now, starts)


@given(st.datetimes(datetime(2026, 1, 1), datetime(2026, 12, 31)))
def test_good_hours_run_only_within_the_stretches(at):
    hours = good_hours(at)
    assert hours.now == any(begin <= at.time() < end for begin, end in HOURS)
    assert (hours.from_at, hours.until_at) in HOURS
    assert hard_hours().from_at.hour == 19
