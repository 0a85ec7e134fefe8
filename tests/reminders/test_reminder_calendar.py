"""Due dates, grace, birthdays and local hours against the calendar and published vectors."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from itertools import islice

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lunardate import LunarDate

from bot.errors import UserError
from bot.reminders.calendar import (
    DaysOff,
    LunarDay,
    SolarDay,
    add_months,
    anniversaries,
    due_anchor_day,
    due_dates,
    grace_end,
    in_client_hours,
    instant,
    lapse_day,
    lunar_day_of,
    lunar_to_solar,
    next_client_hour,
    next_due,
    orphan_visits,
    reinstatement_end,
    working_list,
    yearly_dates,
    zone,
)

DAYS = st.dates(date(1960, 1, 1), date(2080, 12, 31))


def test_mainland_grace_counts_sixty_days_after_the_due_date():
    due_on = date(2026, 1, 31)
    assert grace_end(due_on, 60) == date(2026, 4, 1)
    assert lapse_day(due_on, 60) == date(2026, 4, 2)
    assert reinstatement_end(lapse_day(due_on, 60)) == date(2028, 4, 2)


def test_grace_over_a_leap_day_ends_on_the_first_of_march():
    assert grace_end(date(2028, 1, 1), 60) == date(2028, 3, 1)


def test_a_lapse_on_a_leap_day_may_be_reinstated_until_the_last_of_february():
    assert reinstatement_end(date(2028, 2, 29)) == date(2030, 2, 28)


@pytest.mark.parametrize(
    ("frequency", "expected"),
    [
        ("monthly", ["2026-01-31", "2026-02-28", "2026-03-31", "2026-04-30"]),
        ("quarterly", ["2026-01-31", "2026-04-30", "2026-07-31", "2026-10-31"]),
        ("half_yearly", ["2026-01-31", "2026-07-31", "2027-01-31", "2027-07-31"]),
        ("yearly", ["2026-01-31", "2027-01-31", "2028-01-31", "2029-01-31"]),
    ],
)
def test_the_31st_falls_on_the_last_day_of_shorter_months(frequency, expected):
    dates = islice(due_dates(date(2026, 1, 31), frequency), 4)
    assert [on.isoformat() for on in dates] == expected


def test_a_yearly_due_date_of_29_february_returns_in_leap_years():
    dates = list(islice(due_dates(date(2024, 2, 29), "yearly"), 5))
    assert [on.day for on in dates] == [29, 28, 28, 28, 29]


def test_a_single_premium_has_no_due_dates():
    assert list(due_dates(date(2026, 1, 1), "single")) == []
    assert next_due(date(2026, 1, 1), "single") is None


def test_the_next_due_date_keeps_the_day_of_the_contract():
    assert next_due(date(2026, 2, 28), "monthly") == date(2026, 3, 28)
    assert next_due(date(2026, 2, 28), "monthly", date(2025, 1, 31)) == date(2026, 3, 31)
    assert next_due(date(2024, 2, 29), "yearly") == date(2025, 2, 28)


def test_the_due_day_of_a_short_month_is_traced_to_the_contract():
    assert due_anchor_day(date(2026, 2, 28), date(2020, 5, 31)) == 31
    assert due_anchor_day(date(2026, 2, 28), date(2020, 5, 20)) == 28
    assert due_anchor_day(date(2026, 2, 28), None) == 28


def test_working_lists_of_may_hold_may_april_and_march():
    as_of = date(2026, 5, 10)
    lists = [
        working_list(date(2026, month, 31 if month != 4 else 30), as_of) for month in (5, 4, 3)
    ]
    assert lists == ["当月", "宽一", "宽末"]
    assert working_list(date(2026, 2, 28), as_of) is None
    assert working_list(date(2026, 6, 1), as_of) is None


def test_working_lists_reach_over_the_new_year():
    assert working_list(date(2025, 11, 30), date(2026, 1, 2)) == "宽末"


def test_an_anniversary_of_29_february_is_kept_on_the_28th():
    found = anniversaries(date(2024, 2, 29), date(2024, 1, 1), date(2028, 12, 31))
    assert [on.isoformat() for on in found] == [
        "2025-02-28",
        "2026-02-28",
        "2027-02-28",
        "2028-02-29",
    ]


def test_orphan_visits_follow_fifteen_days_and_two_months():
    assert orphan_visits(date(2026, 1, 16)) == (
        date(2026, 1, 31), date(2026, 2, 28), date(2026, 3, 28)
    )  # fmt: skip


def test_an_early_first_visit_moves_the_next_ones():
    visits = orphan_visits(date(2026, 3, 1), [date(2026, 3, 5)])
    assert visits == (date(2026, 3, 5), date(2026, 4, 5), date(2026, 5, 5))


def test_a_birthday_of_29_february_is_kept_once_on_the_28th_in_common_years():
    found = list(yearly_dates(SolarDay(2, 29), date(2027, 1, 1), date(2028, 12, 31)))
    assert found == [date(2027, 2, 28), date(2028, 2, 29)]


def test_the_mid_autumn_birthday_moves_with_the_moon():
    found = list(yearly_dates(LunarDay(8, 15), date(2026, 1, 1), date(2027, 12, 31)))
    assert found == [date(2026, 9, 25), date(2027, 9, 15)]


def test_a_birthday_in_a_leap_sixth_month_is_kept_once_a_year_in_the_plain_month():
    day = lunar_day_of(date(2025, 8, 1))
    assert day == LunarDay(6, 8, leap=True)
    found = list(yearly_dates(day, date(2025, 1, 1), date(2027, 12, 31)))
    assert found == [date(2025, 8, 1), lunar_to_solar(2026, LunarDay(6, 8)), date(2027, 7, 11)]


def test_a_birthday_in_a_plain_sixth_month_ignores_the_leap_month():
    found = list(yearly_dates(LunarDay(6, 8), date(2025, 1, 1), date(2025, 12, 31)))
    assert found == [date(2025, 7, 2)]


def test_day_thirty_of_a_short_lunar_month_is_kept_on_its_last_day():
    short = lunar_to_solar(2025, LunarDay(12, 30))
    assert short == lunar_to_solar(2025, LunarDay(12, 29)) == date(2026, 2, 16)


def test_a_lunar_birthday_late_in_the_year_falls_in_the_next_solar_year():
    found = list(yearly_dates(LunarDay(12, 8), date(2026, 1, 1), date(2026, 12, 31)))
    assert found == [date(2026, 1, 26)]


@pytest.mark.parametrize(
    ("on", "day"),
    [
        (date(1954, 11, 24), LunarDay(10, 29)),
        (date(1954, 11, 25), LunarDay(11, 1)),
        (date(1954, 12, 24), LunarDay(11, 30)),
        (date(1954, 12, 25), LunarDay(12, 1)),
        (date(1978, 9, 2), LunarDay(7, 30)),
        (date(1978, 9, 17), LunarDay(8, 15)),
        (date(1978, 10, 2), LunarDay(9, 1)),
    ],
)
def test_months_that_the_lunar_table_starts_a_day_off_are_put_right(on, day):
    assert lunar_day_of(on) == day
    assert lunar_to_solar(on.year, day) == on


def test_day_thirty_of_a_corrected_short_month_is_kept_on_its_last_day():
    assert lunar_to_solar(1954, LunarDay(10, 30)) == date(1954, 11, 24)


@given(st.integers(1901, 2098), st.integers(1, 12), st.integers(1, 30), st.booleans())
def test_a_lunar_day_is_kept_exactly_once_in_every_lunar_year(year, month, day, leap):
    first = LunarDate(year, 1, 1).to_solar_date()
    last = LunarDate(year + 1, 1, 1).to_solar_date() - timedelta(days=1)
    assert len(list(yearly_dates(LunarDay(month, day, leap), first, last))) == 1


@given(DAYS)
def test_a_lunar_birth_date_returns_to_itself_in_its_own_year(on):
    assert on in list(yearly_dates(lunar_day_of(on), on, on))


@pytest.mark.parametrize("on", [date(1900, 1, 30), date(2100, 2, 9)])
def test_days_beyond_the_lunar_tables_are_refused_kindly(on):
    with pytest.raises(UserError, match="公历"):
        lunar_day_of(on)
    with pytest.raises(UserError, match="公历"):
        list(yearly_dates(LunarDay(1, 1), on, on))
    with pytest.raises(UserError, match="1900 至 2099"):
        lunar_to_solar(2100, LunarDay(1, 1))


def test_the_last_days_of_the_lunar_tables_still_work():
    assert lunar_day_of(date(1900, 1, 31)) == LunarDay(1, 1)
    assert lunar_day_of(date(2100, 2, 8)) == LunarDay(12, 30)


@pytest.mark.parametrize("day", [LunarDay(13, 1), LunarDay(2, 31), LunarDay(1, 0)])
def test_a_lunar_day_that_does_not_exist_is_refused(day):
    with pytest.raises(UserError, match="核对"):
        lunar_to_solar(2026, day)


@pytest.mark.parametrize(
    ("on", "at", "timezone", "expected"),
    [
        (date(2026, 3, 1), time(9), "Asia/Shanghai", "2026-03-01T01:00"),
        (date(2026, 3, 7), time(9), "America/New_York", "2026-03-07T14:00"),
        (date(2026, 3, 8), time(9), "America/New_York", "2026-03-08T13:00"),
        (date(2026, 10, 31), time(9), "America/New_York", "2026-10-31T13:00"),
        (date(2026, 11, 1), time(9), "America/New_York", "2026-11-01T14:00"),
        (date(2026, 3, 8), time(2, 30), "America/New_York", "2026-03-08T07:30"),
        (date(2026, 11, 1), time(1, 30), "America/New_York", "2026-11-01T05:30"),
    ],
)
def test_the_local_hour_is_right_on_both_sides_of_a_clock_change(on, at, timezone, expected):
    assert instant(on, at, timezone) == datetime.fromisoformat(expected).replace(tzinfo=UTC)


def test_a_skipped_hour_moves_forward():
    local = instant(date(2026, 3, 8), time(2, 30), "America/New_York").astimezone(
        zone("America/New_York")
    )
    assert local.time() == time(3, 30)


@pytest.mark.parametrize("name", ["Asia/Nowhere", "", "../etc/passwd", "/etc/passwd"])
def test_an_unknown_time_zone_is_refused(name):
    with pytest.raises(UserError, match="时区"):
        zone(name)


def test_client_hours_include_nine_and_exclude_twenty_one():
    inside = instant(date(2026, 3, 1), time(9), "Asia/Taipei")
    outside = instant(date(2026, 3, 1), time(21), "Asia/Taipei")
    assert in_client_hours(inside, "Asia/Taipei")
    assert not in_client_hours(outside, "Asia/Taipei")
    assert next_client_hour(outside, "Asia/Taipei") == inside + timedelta(days=1)
    assert next_client_hour(inside - timedelta(hours=3), "Asia/Taipei") == inside
    assert next_client_hour(inside, "Asia/Taipei") == inside


@given(DAYS, st.integers(-600, 600))
def test_moving_by_months_lands_in_the_right_month(on, months):
    moved = add_months(on, months)
    assert (moved.year - on.year) * 12 + moved.month - on.month == months
    assert moved.day == on.day or (moved.day < on.day and (moved + timedelta(days=1)).day == 1)


@given(DAYS, st.integers(1, 90))
def test_lapse_is_always_the_day_after_grace(on, days):
    assert (lapse_day(on, days) - on).days == days + 1


OFF = DaysOff(
    frozenset({date(2026, 10, day) for day in range(1, 8)}),
    frozenset({date(2026, 9, 20), date(2026, 10, 10)}),
)


@pytest.mark.parametrize(
    ("on", "rule", "wanted"),
    [
        (date(2026, 10, 3), "next", date(2026, 10, 8)),
        (date(2026, 10, 3), "previous", date(2026, 9, 30)),
        (date(2026, 10, 10), "next", date(2026, 10, 10)),  # a Saturday that is worked
        (date(2026, 10, 11), "next", date(2026, 10, 12)),
        (date(2026, 9, 20), "previous", date(2026, 9, 20)),
        (date(2026, 10, 3), None, date(2026, 10, 3)),
        (date(2027, 1, 2), "next", date(2027, 1, 4)),  # a year not announced: weekends alone
    ],
)
def test_what_falls_on_a_day_off_moves_to_a_working_day(on, rule, wanted):
    assert OFF.moved(on, rule) == wanted
