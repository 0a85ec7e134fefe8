"""The schedule brings weak intents back sooner; streaks, weeks and the choice of a drill."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.practice.progress import AFTER_STOPPED, WEEKS, by_week, choose_drill, streak
from bot.practice.schedule import mastery, reviewed
from bot.scripts_library.schema import Library

NOW = datetime(2026, 3, 2, 4, tzinfo=UTC)
SHANGHAI = ZoneInfo("Asia/Shanghai")


@given(st.integers(0, 100), st.integers(0, 100))
@settings(deadline=None)
def test_a_better_answer_never_comes_back_sooner(one: int, other: int) -> None:
    low, high = sorted((one, other))
    assert reviewed(None, low, NOW)[1] <= reviewed(None, high, NOW)[1]
    assert reviewed(None, low, NOW)[1] > NOW


def test_an_intent_answered_well_again_and_again_comes_back_ever_later() -> None:
    card, due = reviewed(None, 70, NOW)
    first = due - NOW
    again, later = reviewed(card, 70, due)
    assert later - due > first
    assert mastery(again, due) > mastery(again, later + timedelta(days=60))


def test_days_in_a_row_are_counted_up_to_today_or_yesterday() -> None:
    today = date(2026, 3, 2)
    days = [today - timedelta(days=back) for back in (1, 2, 3, 5)]
    assert streak(days, today) == 3
    assert streak([*days, today], today) == 4
    assert streak([today - timedelta(days=2)], today) == 0


def test_weeks_without_practice_stay_empty_and_late_evenings_belong_to_the_local_day() -> None:
    sunday_night_utc = datetime(2026, 3, 1, 17, tzinfo=UTC)  # Monday in Shanghai
    weeks = by_week([(60, sunday_night_utc), (80, NOW)], date(2026, 3, 2), SHANGHAI)
    assert len(weeks) == WEEKS
    assert weeks[-1] == (date(2026, 3, 2), 70)
    assert weeks[-2][1] is None


def test_a_drill_takes_reasons_first_then_what_is_due_then_new_ones(library: Library) -> None:
    chosen = choose_drill(library, ["no_time"], ["too_old", "no_time"], {"too_old"}, 5, turn=3)
    assert chosen[:2] == ["no_time", "too_old"]
    assert len(chosen) == len(set(chosen)) == 5
    assert choose_drill(library, ["gone"], [], set(), 5, turn=0)[0] == library.intents[0].id


def test_messages_that_were_stopped_lead_to_objections_of_the_library(library: Library) -> None:
    assert all(library.intent(name) is not None for name in AFTER_STOPPED.values())
