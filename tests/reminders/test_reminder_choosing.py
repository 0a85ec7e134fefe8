"""What goes to a client together, and how much marketing in a week."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from bot.reminders.choosing import MOST_TOGETHER, Due, Marketing, together, within_limit
from bot.reminders.plan import Touch

NOW = datetime(2026, 5, 4, 1, 0, tzinfo=UTC)
# cadence and step of the shipped file: nature follows
STEPS = {
    ("birthday", "greeting"): "marketing",
    ("festival", "greeting"): "marketing",
    ("renewal", "due_minus_7"): "service",
    ("grace", "grace_15"): "service",
    ("claim_decided", "survey_paid"): "service",
}


def due(number: int, cadence: str, step: str) -> Due:
    nature = STEPS.get((cadence, step), "service")
    touch = Touch(
        cadence, step, cadence, "client", nature, f"s{number}", date(2026, 5, 4),
        date(2026, 5, 4), NOW, NOW + timedelta(hours=9), f"k{number}", 1, 1,
    )  # fmt: skip
    return Due(number, touch)


def test_service_goes_first_and_one_marketing_text_is_the_weeks(cadences):
    dues = [due(1, "festival", "greeting"), due(2, "birthday", "greeting"),
            due(3, "renewal", "due_minus_7")]  # fmt: skip
    going, refused = within_limit(dues, [], cadences, NOW)
    assert [one.touch.cadence for one in going] == ["renewal", "birthday"]
    assert [one.touch.cadence for one in refused] == ["festival"]


def test_a_text_of_six_days_ago_uses_the_week_up_and_one_of_eight_does_not(cadences):
    birthday = [due(1, "birthday", "greeting")]
    for days, goes in ((6, False), (8, True)):
        around = [Marketing("festival", NOW - timedelta(days=days), planned=False)]
        assert bool(within_limit(birthday, around, cadences, NOW)[0]) is goes


def test_a_festival_makes_way_for_the_birthday_of_the_days_to_come_but_not_the_reverse(cadences):
    coming = NOW + timedelta(days=3)
    festival, birthday = due(1, "festival", "greeting"), due(2, "birthday", "greeting")
    assert within_limit([festival], [Marketing("birthday", coming, True)], cadences, NOW)[1]
    assert within_limit([birthday], [Marketing("festival", coming, True)], cadences, NOW)[0]


@given(st.lists(st.sampled_from(sorted(STEPS)), max_size=20))
def test_nothing_is_lost_or_said_twice_however_it_is_put_together(cadences, drawn):
    dues = [due(number, *step) for number, step in enumerate(drawn)]
    going, refused = within_limit(dues, [], cadences, NOW)
    assert sorted(one.id for one in [*going, *refused]) == [one.id for one in dues]
    messages = together(going, cadences)
    carried = [one.id for message in messages for one in message]
    assert sorted(carried) == sorted(one.id for one in going)
    for message in messages:
        assert 1 <= len(message) <= MOST_TOGETHER
        asking = [
            one for one in message if cadences.step(one.touch.cadence, one.touch.step).buttons
        ]
        assert len(asking) <= 1
