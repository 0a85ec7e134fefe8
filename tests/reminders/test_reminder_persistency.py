"""Persistency: the published figures, who is judged and when, and that it stays a share."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.policies import PolicyStatus
from bot.reminders.calendar import add_months, next_due
from bot.reminders.persistency import (
    IssuedPolicy,
    judged_on,
    latest_cohort,
    of_month,
    of_year,
    persistency,
    year_to,
)
from tests.reminders.reminder_books import CLIENT, POLICY

BOTH = ("cooling_off", "death_claim")
ISSUED = date(2025, 1, 20)


def figure(*policies, client=CLIENT, month=ISSUED, months=13, excludes=BOTH):
    book = [(policy, client) for policy in policies]
    return persistency(of_month(book, month, months, excludes))


def issued(next_due_on, **changes):
    return replace(POLICY, issued_on=ISSUED, next_due_on=next_due_on, **changes)


@pytest.mark.parametrize(
    ("paid", "whole", "per_cent"),
    [(9000, 10000, "90.0"), (14000, 15000, "93.3"), (24000, 25000, "96.0")],
)
def test_persistency_matches_the_published_figures(paid, whole, per_cent):
    cases = [IssuedPolicy(Decimal(paid), True), IssuedPolicy(Decimal(whole - paid), False)]
    excluded = IssuedPolicy(Decimal(99999), False, excluded=True)
    result = persistency([*cases, excluded])
    assert result.by_premium == Decimal(per_cent)
    assert result.by_count == Decimal("50.0")
    assert (result.issued, result.paid, result.excluded) == (2, 1, 1)


def test_persistency_of_nothing_is_nothing():
    assert persistency([]).by_premium is None
    assert persistency([IssuedPolicy(Decimal(1), True, excluded=True)]).by_count is None


def test_it_is_read_at_the_end_of_the_fourteenth_and_twenty_sixth_month():
    assert judged_on(date(2025, 1, 5)) == date(2026, 3, 31)
    assert judged_on(date(2025, 12, 5), 25) == date(2028, 2, 29)


def test_the_newest_cohort_is_the_one_whose_month_of_reading_has_ended():
    assert latest_cohort(date(2026, 3, 30)) == date(2024, 12, 1)
    assert latest_cohort(date(2026, 3, 31)) == date(2025, 1, 1)
    assert latest_cohort(date(2026, 4, 1), 25) == date(2024, 1, 1)


@given(st.dates(date(2000, 1, 1), date(2090, 12, 31)), st.sampled_from([13, 25]))
def test_a_cohort_may_be_read_on_that_day_and_the_next_one_may_not(as_of, months):
    cohort = latest_cohort(as_of, months)
    assert judged_on(cohort, months) <= as_of < judged_on(add_months(cohort, 1), months)


@pytest.mark.parametrize(
    ("next_due_on", "thirteen", "twenty_five"),
    [
        (date(2026, 1, 20), 0, 0),
        (date(2026, 1, 28), 0, 0),  # due dates a week off the anniversary
        (date(2027, 1, 20), 1, 0),
        (date(2028, 1, 20), 1, 1),
        (None, 1, 1),  # paid up
    ],
)
def test_paid_is_the_first_premium_of_the_second_or_third_year(next_due_on, thirteen, twenty_five):
    policy = issued(next_due_on)
    assert figure(policy).paid == thirteen
    assert figure(policy, months=25).paid == twenty_five


@pytest.mark.parametrize(
    ("frequency", "unpaid_on", "paid_on"),
    [
        ("monthly", date(2026, 1, 20), date(2026, 2, 20)),
        ("quarterly", date(2026, 1, 20), date(2026, 4, 20)),
        ("half_yearly", date(2026, 1, 20), date(2026, 7, 20)),
    ],
)
def test_instalments_are_judged_by_the_one_that_opens_the_year(frequency, unpaid_on, paid_on):
    assert figure(issued(unpaid_on, frequency=frequency)).paid == 0
    assert figure(issued(paid_on, frequency=frequency)).paid == 1


@given(
    st.dates(date(2001, 1, 1), date(2060, 12, 31)),
    st.sampled_from(["yearly", "half_yearly", "quarterly", "monthly"]),
    st.integers(0, 40),
    st.integers(-5, 5),
)
def test_paid_follows_the_number_of_instalments_paid(issued_on, frequency, paid, shift):
    due_on = issued_on
    for _ in range(paid):
        due_on = next_due(due_on, frequency, issued_on)
    policy = replace(
        POLICY,
        issued_on=issued_on,
        frequency=frequency,
        next_due_on=due_on + timedelta(days=shift),
    )
    opening = {"yearly": 1, "half_yearly": 2, "quarterly": 4, "monthly": 12}[frequency]
    assert figure(policy, month=issued_on).paid == (paid > opening)
    assert figure(policy, month=issued_on, months=25).paid == (paid > 2 * opening)


def test_the_yearly_premium_weighs_whatever_the_frequency():
    monthly = issued(date(2026, 3, 20), frequency="monthly", premium=Decimal(1000))
    yearly = issued(date(2026, 1, 20), premium=Decimal(4000))
    result = figure(monthly, yearly)
    assert (result.by_premium, result.by_count) == (Decimal("75.0"), Decimal("50.0"))


def test_cooling_off_and_death_leave_both_sides_and_other_endings_stay():
    paid = issued(date(2027, 1, 20))
    withdrawn = issued(date(2026, 1, 20), status=PolicyStatus.WITHDRAWN)
    surrendered = issued(date(2026, 1, 20), status=PolicyStatus.SURRENDERED)
    lapsed = issued(date(2026, 1, 20), status=PolicyStatus.LAPSED)
    terminated = issued(None, status=PolicyStatus.TERMINATED)
    result = figure(paid, withdrawn, surrendered, lapsed, terminated)
    assert (result.issued, result.paid, result.excluded) == (4, 1, 1)
    dead = replace(CLIENT, deceased=True)
    assert figure(paid, client=dead).excluded == 1
    assert figure(replace(paid, insured="王小宝"), client=dead).excluded == 0


def test_the_office_may_choose_to_exclude_nothing():
    withdrawn = issued(date(2026, 1, 20), status=PolicyStatus.WITHDRAWN)
    assert figure(withdrawn, excludes=()).by_count == Decimal("0.0")


def test_single_premiums_and_other_months_are_in_neither():
    single = issued(None, frequency="single")
    other = replace(issued(None), issued_on=date(2025, 2, 1))
    unknown = replace(issued(None), issued_on=None)
    assert figure(single, other, unknown).issued == 0


def test_a_year_of_cohorts_ends_with_its_month_and_adds_them_up():
    months = year_to(date(2025, 1, 20))
    assert (months[0], months[-1], len(months)) == (date(2024, 2, 1), date(2025, 1, 1), 12)
    book = [
        (replace(issued(None), issued_on=on), CLIENT)
        for on in (date(2024, 1, 31), date(2024, 2, 1), date(2025, 1, 31), date(2025, 2, 1))
    ]
    assert len(of_year(book, date(2025, 1, 1), 13, BOTH)) == 2


@given(st.lists(st.tuples(st.integers(1, 10**6), st.booleans(), st.booleans()), max_size=30))
def test_persistency_is_a_share_and_counts_add_up(given_):
    cases = [IssuedPolicy(Decimal(premium), paid, out) for premium, paid, out in given_]
    result = persistency(cases)
    assert result.issued + result.excluded == len(cases)
    assert 0 <= result.paid <= result.issued
    for share in (result.by_premium, result.by_count):
        assert (share is None) == (result.issued == 0)
        assert share is None or 0 <= share <= 100
