"""The renewal lists: who is on which, the orders and filters, and what is about to end for good."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.policies import PolicyStatus
from bot.reminders.calendar import day_in_month, working_list
from bot.reminders.schema import Renewals
from bot.reminders.worklist import (
    ORDERS,
    ORPHAN,
    Case,
    age_on,
    chosen,
    endings,
    in_order,
    total_owed,
    worklist,
)
from tests.reminders.reminder_books import CLIENT, due

TODAY = date(2026, 5, 4)
DAYS = st.dates(date(2020, 1, 1), date(2040, 12, 31))


def case(on, tags=(), client=CLIENT, **changes):
    return Case(due(on, **changes), client, frozenset(tags))


def listed(cadences, on, as_of=TODAY, **changes):
    return [entry.listed for entry in worklist([case(on, **changes)], cadences, as_of)]


@pytest.mark.parametrize(
    ("due_on", "name"),
    [
        (date(2026, 5, 1), ["当月"]),
        (date(2026, 5, 31), ["当月"]),
        (date(2026, 4, 30), ["宽一"]),
        (date(2026, 4, 1), ["宽一"]),
        (date(2026, 3, 31), ["宽末"]),
        (date(2026, 3, 5), ["宽末"]),  # day 60 is 4 May, the last of grace
        (date(2026, 3, 4), []),
        (date(2026, 6, 1), []),
    ],
)
def test_in_may_the_lists_hold_may_april_and_march(cadences, due_on, name):
    assert listed(cadences, due_on) == name


def test_a_policy_stays_listed_on_the_last_day_of_a_grace_that_outlasts_two_months(cadences):
    due_on = date(2026, 1, 31)
    assert listed(cadences, due_on, date(2026, 4, 1)) == ["宽末"]
    assert listed(cadences, due_on, date(2026, 4, 2)) == []


def test_a_grace_of_thirty_days_takes_a_policy_off_earlier(cadences):
    due_on = date(2026, 4, 3)
    assert listed(cadences, due_on, date(2026, 5, 3), jurisdiction="TW") == ["宽一"]
    assert listed(cadences, due_on, date(2026, 5, 4), jurisdiction="TW") == []


@pytest.mark.parametrize(
    "changes",
    [
        {"frequency": "single"},
        {"next_due_on": None},
        {"status": PolicyStatus.LAPSED},
        {"status": PolicyStatus.SURRENDERED},
        {"status": PolicyStatus.WITHDRAWN},
        {"status": PolicyStatus.TERMINATED},
        {"status": PolicyStatus.MATURED},
    ],
)
def test_what_owes_nothing_is_on_no_list(cadences, changes):
    policy = replace(due(TODAY), **changes)
    assert worklist([Case(policy, CLIENT)], cadences, TODAY) == []


def test_a_policyholder_who_died_is_on_no_list(cadences):
    assert listed(cadences, TODAY, client=replace(CLIENT, deceased=True)) == []


@given(due_on=DAYS, as_of=DAYS)
def test_a_listed_policy_is_in_grace_or_due_this_month(cadences, due_on, as_of):
    for entry in worklist([case(due_on)], cadences, as_of):
        assert entry.due_on <= day_in_month(as_of.year, as_of.month, 31)
        assert as_of <= entry.grace_end_on == entry.lapse_on - timedelta(days=1)
        assert entry.listed == (working_list(due_on, as_of) or "宽末")


@given(due_on=DAYS, ahead=st.integers(0, 60))
def test_no_unpaid_policy_is_forgotten_from_its_due_day_to_the_last_of_grace(
    cadences, due_on, ahead
):
    as_of = due_on + timedelta(days=ahead)
    assert len(worklist([case(due_on)], cadences, as_of)) == 1


def test_what_is_owed_are_the_instalments_fallen_due(cadences):
    monthly = case(date(2026, 3, 10), frequency="monthly", premium=Decimal(500))
    coming = case(date(2026, 5, 20), premium=Decimal(860))
    entries = worklist([monthly, coming], cadences, date(2026, 5, 4))
    assert [entry.owed for entry in entries] == [Decimal(1000), Decimal(860)]
    assert total_owed(entries) == Decimal(1860)
    assert [entry.yearly for entry in entries] == [Decimal(6000), Decimal(860)]


@pytest.mark.parametrize(
    ("issued_on", "year"),
    [
        (date(2026, 1, 20), 1),
        (date(2025, 5, 20), 2),
        (date(2025, 5, 27), 2),  # issued a week after the due day
        (date(2024, 5, 20), 3),
        (date(2016, 5, 20), 11),
        (None, None),
    ],
)
def test_the_year_is_the_one_the_premium_pays_for(cadences, issued_on, year):
    (entry,) = worklist([case(date(2026, 5, 20), issued_on=issued_on)], cadences, TODAY)
    assert entry.year == year


@pytest.mark.parametrize(("day", "dekad"), [(1, 1), (10, 1), (11, 2), (20, 2), (21, 3), (31, 3)])
def test_the_month_has_three_dekads(cadences, day, dekad):
    (entry,) = worklist([case(date(2026, 5, day))], cadences, TODAY)
    assert entry.dekad == dekad


def test_large_is_a_yearly_premium_that_the_office_chooses(cadences):
    monthly = case(TODAY, frequency="monthly", premium=Decimal(900))
    assert worklist([monthly], cadences, TODAY)[0].large
    higher = cadences.model_copy(update={"renewals": Renewals(large_premium=20_000)})
    assert not worklist([monthly], higher, TODAY)[0].large


def sample(cadences):
    cases = [
        case(date(2026, 5, 25), id=1, premium=Decimal(900), issued_on=date(2024, 5, 25)),
        case(date(2026, 5, 5), id=2, premium=Decimal(300), account="", issued_on=date(2020, 5, 5)),
        case(date(2026, 5, 15), [ORPHAN], id=3, premium=Decimal(500)),
        case(date(2026, 5, 12), ["高价值"], id=4, premium=Decimal(100), account="王样例"),
        case(date(2026, 5, 12), ["潜力"], id=5, premium=Decimal(700), issued_on=date(2025, 5, 12)),
    ]
    return worklist(cases, cadences, TODAY)


@pytest.mark.parametrize(
    ("order", "ids"),
    [
        ("premium", [1, 5, 3, 2, 4]),
        ("year", [5, 1, 2, 3, 4]),
        ("dekad", [2, 5, 4, 3, 1]),
        ("orphan", [3, 1, 5, 2, 4]),
        ("important", [4, 1, 5, 3, 2]),
        ("transfer", [1, 5, 3, 2, 4]),
        ("potential", [5, 1, 3, 2, 4]),
    ],
)
def test_each_order_puts_the_larger_premium_first_among_equals(cadences, order, ids):
    assert [one.case.policy.id for one in in_order(sample(cadences), order)] == ids


def test_own_and_orphan_part_the_list(cadences):
    entries = sample(cadences)
    own, orphan = chosen(entries, whose="own"), chosen(entries, whose="orphan")
    assert [entry.case.policy.id for entry in orphan] == [3]
    assert len(own) + len(orphan) == len(chosen(entries)) == len(entries)
    assert chosen(entries, "宽一") == []


@given(
    st.lists(st.tuples(st.integers(-70, 30), st.integers(1, 90_000), st.booleans()), max_size=12),
    st.sampled_from(ORDERS),
)
def test_sorting_loses_and_invents_nothing(cadences, rows, order):
    cases = [
        case(TODAY + timedelta(days=at), [ORPHAN] if orphan else [], id=number, premium=Decimal(p))
        for number, (at, p, orphan) in enumerate(rows)
    ]
    entries = worklist(cases, cadences, TODAY)
    ids = [entry.case.policy.id for entry in in_order(entries, order)]
    assert sorted(ids) == sorted(entry.case.policy.id for entry in entries)
    lists = [chosen(entries, name) for name in ("当月", "宽一", "宽末")]
    assert sum(map(len, lists)) == len(entries)


def test_age_counts_completed_years():
    assert age_on(date(1982, 5, 5), TODAY) == 43
    assert age_on(date(1982, 5, 4), TODAY) == 44
    assert age_on(None, TODAY) is None


@pytest.mark.parametrize(
    ("as_of", "found"),
    [
        (date(2028, 1, 2), 0),
        (date(2028, 1, 3), 1),  # 90 days before the end
        (date(2028, 4, 2), 1),
        (date(2028, 4, 3), 0),
    ],
)
def test_the_last_ninety_days_of_reinstatement_are_shown(cadences, as_of, found):
    lapsed = case(date(2026, 1, 31), status=PolicyStatus.LAPSED)
    ends = endings([lapsed], cadences, as_of)
    assert len(ends) == found
    assert all(one.until_on == date(2028, 4, 2) for one in ends)


def test_nothing_else_ends_for_good(cadences):
    dead = case(
        date(2026, 1, 31), status=PolicyStatus.LAPSED, client=replace(CLIENT, deceased=True)
    )
    assert endings([case(date(2026, 1, 31)), dead], cadences, date(2028, 4, 1)) == []
