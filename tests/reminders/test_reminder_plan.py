"""Planning: the right touches on the right local day, once, however the range is cut."""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reminder_books import AGENT, BASE, CLIENT, book_with, born, due

from bot.domain.policies import Claim, PolicyStatus
from bot.errors import UserError
from bot.reminders.calendar import CLIENT_FROM, CLIENT_UNTIL, LunarDay, SolarDay, zone
from bot.reminders.facts import Benefit, Birthday, Book, Contact, Lead, PolicyDates
from bot.reminders.plan import next_days, plan_touches

YEAR = (date(2026, 1, 1), date(2026, 12, 31))


def steps(touches, audience="client"):
    return [(str(t.on), t.step) for t in touches if t.audience == audience]


def cadence_steps(touches, cadence, audience="client"):
    return [t.step for t in touches if t.cadence == cadence and t.audience == audience]


def test_an_unpaid_policy_goes_from_the_plan_to_the_end_of_reinstatement(cadences):
    book = book_with(due(date(2026, 1, 31)))
    touches = [
        t for t in plan_touches(cadences, book, date(2025, 12, 1), date(2029, 1, 1))
        if t.cadence != "festival"
    ]  # fmt: skip
    assert steps(touches) == [
        ("2025-12-17", "due_minus_45"), ("2026-01-01", "due_minus_30"),
        ("2026-01-24", "due_minus_7"), ("2026-01-30", "due_minus_1"), ("2026-01-31", "due_day"),
        ("2026-02-01", "grace_1"), ("2026-02-15", "grace_15"), ("2026-03-02", "grace_30"),
        ("2026-03-17", "grace_45"), ("2026-03-25", "grace_53"), ("2026-03-31", "grace_59"),
        ("2026-04-02", "lapsed"), ("2026-05-02", "reinstate_30"),
        ("2026-09-29", "reinstate_180"), ("2027-04-02", "reinstate_365"),
        ("2028-01-02", "reinstate_640"), ("2028-03-02", "reinstate_700"),
    ]  # fmt: skip
    assert steps(touches, "supervisor")[0] == ("2026-03-17", "grace_45_supervisor")
    assert steps(touches, "agent")[0] == ("2025-12-17", "due_minus_45_agent")


@pytest.mark.parametrize(("market", "lapsed"), [("TW", "2026-03-03"), ("HK", "2026-03-04")])
def test_a_shorter_grace_drops_its_later_steps_and_lapses_sooner(cadences, market, lapsed):
    book = book_with(due(date(2026, 1, 31), jurisdiction=market))
    touches = plan_touches(cadences, book, *YEAR)
    assert cadence_steps(touches, "grace") == ["grace_1", "grace_15", "grace_30"]
    assert [str(t.on) for t in touches if t.step == "lapsed"] == [lapsed]


def test_a_word_about_grace_expires_when_the_cover_stops(cadences):
    book = book_with(due(date(2026, 1, 31), jurisdiction="TW"))
    last = next(t for t in plan_touches(cadences, book, *YEAR) if t.step == "grace_30")
    assert last.expires_at == datetime(2026, 3, 2, 16, tzinfo=UTC)


def test_monthly_premiums_fall_due_until_the_policy_would_lapse(cadences):
    book = book_with(due(date(2026, 1, 31), frequency="monthly"))
    touches = plan_touches(cadences, book, *YEAR)
    days = [str(t.on) for t in touches if t.step == "due_day"]
    assert days == ["2026-01-31", "2026-02-28", "2026-03-31"]
    assert "due_minus_45" not in cadence_steps(touches, "renewal")


def test_a_due_day_of_31_survives_a_short_month(cadences):
    policy = due(date(2026, 2, 28), frequency="monthly")
    book = book_with(policy, policy_dates=(PolicyDates(1, first_due_on=date(2025, 1, 31)),))
    touches = plan_touches(cadences, book, *YEAR)
    days = [str(t.on) for t in touches if t.step == "due_day"]
    assert days == ["2026-02-28", "2026-03-31"]


def test_a_payment_stops_the_chain_and_starts_the_next_one(cadences):
    unpaid = plan_touches(cadences, book_with(due(date(2026, 1, 31))), *YEAR)
    paid = plan_touches(cadences, book_with(due(date(2027, 1, 31))), *YEAR)
    assert cadence_steps(unpaid, "grace")
    assert not cadence_steps(paid, "grace")
    assert [str(t.on) for t in paid if t.step == "due_minus_45"] == ["2026-12-17"]


@pytest.mark.parametrize("status", ["surrendered", "terminated", "matured"])
def test_an_ended_policy_is_left_alone(cadences, status):
    policy = due(date(2026, 1, 31), status=PolicyStatus(status), issued_on=date(2020, 1, 31))
    touches = plan_touches(cadences, book_with(policy), *YEAR)
    assert {t.cadence for t in touches} == {"festival"}


def test_a_lapsed_policy_gets_only_reinstatement(cadences):
    policy = due(date(2026, 1, 31), status=PolicyStatus.LAPSED)
    touches = plan_touches(cadences, book_with(policy), *YEAR)
    assert {t.cadence for t in touches} == {"festival", "lapse"}


def test_a_single_premium_policy_has_no_premium_touches(cadences):
    policy = due(date(2026, 1, 31), frequency="single")
    assert {t.cadence for t in plan_touches(cadences, book_with(policy), *YEAR)} == {"festival"}


def test_a_deceased_client_hears_nothing_but_the_agent_hears_of_the_claim(cadences):
    client = replace(CLIENT, deceased=True)
    claim = Claim(1, 1, datetime(2026, 3, 1, 4, tzinfo=UTC))
    book = book_with(due(date(2026, 1, 31)), client, claims=(claim,))
    assert [t.step for t in plan_touches(cadences, book, *YEAR)] == ["first_response"]


def test_opting_out_stops_marketing_and_keeps_contract_notices(cadences):
    client = replace(CLIENT, marketing_ok=False)
    book = book_with(due(date(2026, 3, 31)), client)
    touches = plan_touches(cadences, book, *YEAR)
    assert {t.nature for t in touches} == {"service"}
    assert cadence_steps(touches, "renewal") == [
        "due_minus_45", "due_minus_7", "due_minus_1", "due_day"
    ]  # fmt: skip


def test_a_birthday_comes_at_nine_local_and_the_agent_knows_three_days_before(cadences):
    book = born(date(1990, 2, 28))
    book = replace(book, clients=(replace(book.clients[0], timezone="America/New_York"),))
    touches = [t for t in plan_touches(cadences, book, *YEAR) if t.cadence == "birthday"]
    assert [(t.audience, str(t.on)) for t in touches] == [
        ("agent", "2026-02-25"), ("client", "2026-02-28")
    ]  # fmt: skip
    assert touches[1].at == datetime(2026, 2, 28, 14, tzinfo=UTC)


def test_a_leap_day_birthday_is_greeted_once_a_year(cadences):
    touches = plan_touches(cadences, born(date(1992, 2, 29)), date(2026, 1, 1), date(2029, 1, 1))
    greeted = [str(t.on) for t in touches if t.cadence == "birthday" and t.audience == "client"]
    assert greeted == ["2026-02-28", "2027-02-28", "2028-02-29"]


def test_a_lunar_birthday_is_greeted_by_the_moon(cadences):
    touches = plan_touches(cadences, born(date(1985, 9, 29), lunar=True), *YEAR)
    greeted = [str(t.on) for t in touches if t.cadence == "birthday" and t.audience == "client"]
    assert greeted == ["2026-09-25"]


def test_a_childs_birthday_is_greeted_through_the_client(cadences):
    book = replace(BASE, birthdays=(Birthday(1, "小样", SolarDay(6, 1), member_id=7),))
    touches = [t for t in plan_touches(cadences, book, *YEAR) if t.cadence == "family_birthday"]
    assert touches[-1].key == "family_birthday:greeting:member-7:2026-06-01"


def test_festivals_follow_the_lunar_calendar(cadences):
    touches = plan_touches(cadences, BASE, *YEAR)
    assert [str(t.on) for t in touches] == [
        "2026-01-01", "2026-02-17", "2026-03-03", "2026-06-19", "2026-09-25", "2026-10-18"
    ]  # fmt: skip


def test_a_claim_reported_at_night_reaches_the_agent_at_once(cadences):
    opened_at = datetime(2026, 3, 1, 17, 30, tzinfo=UTC)
    book = book_with(claims=(Claim(1, 1, opened_at),))
    touch = next(t for t in plan_touches(cadences, book, *YEAR) if t.cadence == "claim_opened")
    assert (touch.at, touch.on) == (opened_at, date(2026, 3, 2))


def test_an_unclaimed_benefit_is_recalled_every_ninety_days(cadences):
    book = book_with(benefits=(Benefit(1, 1, "survival", date(2025, 1, 1)),))
    touches = [t for t in plan_touches(cadences, book, *YEAR) if t.cadence == "benefit"]
    gaps = {(b.on - a.on).days for a, b in itertools.pairwise(touches)}
    assert len(touches) == 4
    assert gaps == {90}
    assert len({t.key for t in touches}) == 4


def test_cooling_off_is_counted_from_the_receipt(cadences):
    policy = due(date(2027, 1, 1), issued_on=date(2026, 3, 1))
    book = book_with(policy, policy_dates=(PolicyDates(1, delivered_on=date(2026, 3, 10)),))
    touches = plan_touches(cadences, book, *YEAR)
    assert [str(t.on) for t in touches if t.cadence == "cooling_off"] == ["2026-03-23"]


def test_the_hour_changes_with_the_address_and_the_key_does_not(cadences):
    here = book_with(due(date(2026, 3, 8)))
    there = replace(here, clients=(replace(CLIENT, timezone="America/New_York"),))
    before = {t.key: t.at for t in plan_touches(cadences, here, *YEAR) if t.audience == "client"}
    after = {t.key: t.at for t in plan_touches(cadences, there, *YEAR) if t.audience == "client"}
    assert before.keys() == after.keys()
    assert after["renewal:due_day:policy-1:2026-03-08"] == datetime(2026, 3, 8, 13, tzinfo=UTC)


def test_a_reversed_or_distant_range_is_refused_kindly(cadences):
    with pytest.raises(UserError, match="对调"):
        plan_touches(cadences, BASE, date(2026, 2, 1), date(2026, 1, 1))
    with pytest.raises(UserError, match="2099"):
        plan_touches(cadences, BASE, date(2026, 2, 1), date(2100, 1, 1))


def test_the_last_year_of_the_lunar_tables_can_be_planned(cadences):
    assert plan_touches(cadences, BASE, date(2099, 12, 1), date(2099, 12, 31)) == []


ZONES = ["Asia/Shanghai", "America/New_York", "Australia/Lord_Howe", "Pacific/Kiritimati"]
DAYS = st.dates(date(2024, 1, 1), date(2028, 12, 31))


@st.composite
def books(draw: st.DrawFn) -> Book:
    client = replace(
        CLIENT,
        timezone=draw(st.sampled_from(ZONES)),
        marketing_ok=draw(st.booleans()),
    )
    policy = due(
        draw(DAYS),
        frequency=draw(st.sampled_from(["yearly", "half_yearly", "quarterly", "monthly"])),
        jurisdiction=draw(st.sampled_from(["CN", "TW", "HK"])),
        issued_on=draw(DAYS),
    )
    opened_at = datetime.combine(draw(DAYS), draw(st.times()), UTC)
    day = draw(
        st.one_of(
            st.builds(SolarDay, st.integers(1, 12), st.integers(1, 28)),
            st.builds(LunarDay, st.integers(1, 12), st.integers(1, 30), st.booleans()),
        )
    )
    return Book(
        (replace(AGENT, timezone=draw(st.sampled_from(ZONES))),),
        (client,),
        (policy,),
        (Claim(1, 1, opened_at),),
        (Birthday(1, "王样例", day),),
        benefits=(Benefit(1, 1, "survival", draw(DAYS)),),
        leads=(Lead(1, 1, "孙样例", "A", draw(DAYS)),),
        contacts=(Contact(1, draw(DAYS)),),
    )


@settings(max_examples=60, deadline=None)
@given(book=books(), start=DAYS, first=st.integers(0, 200), second=st.integers(1, 400))
def test_a_range_cut_in_two_gives_the_same_touches_as_the_whole(
    cadences, book, start, first, second
):
    middle, end = start + timedelta(days=first), start + timedelta(days=first + second)
    whole = plan_touches(cadences, book, start, end)
    parts = [
        *plan_touches(cadences, book, start, middle),
        *plan_touches(cadences, book, middle + timedelta(days=1), end),
    ]
    assert sorted(whole, key=lambda t: t.key) == sorted(parts, key=lambda t: t.key)
    assert len({t.key for t in whole}) == len(whole)


@settings(max_examples=60, deadline=None)
@given(book=books(), start=DAYS)
def test_clients_are_only_written_to_in_their_own_daytime_and_in_order(cadences, book, start):
    touches = plan_touches(cadences, book, start, start + timedelta(days=400))
    assert [t.at for t in touches] == sorted(t.at for t in touches)
    for touch in touches:
        timezone = (
            book.clients[0].timezone if touch.audience == "client" else book.agents[0].timezone
        )
        local = touch.at.astimezone(zone(timezone))
        assert local.date() == touch.on
        assert touch.audience != "client" or CLIENT_FROM <= local.time() < CLIENT_UNTIL
        assert touch.expires_at > touch.at


def test_a_year_planned_day_by_day_equals_a_year_planned_at_once(cadences):
    book = replace(born(date(1985, 9, 29), lunar=True), policies=(due(date(2026, 2, 28)),))
    days = [YEAR[0] + timedelta(days=n) for n in range(365)]
    daily = [touch for on in days for touch in plan_touches(cadences, book, on, on)]
    whole = plan_touches(cadences, book, *YEAR)
    assert sorted(daily, key=lambda t: t.key) == sorted(whole, key=lambda t: t.key)
    assert time(9) in {t.at.astimezone(zone("Asia/Shanghai")).time() for t in whole}


@settings(max_examples=60, deadline=None)
@given(book=books(), start=DAYS, days=st.integers(0, 400))
def test_the_next_day_of_a_client_is_that_of_the_first_touch(cadences, book, start, days):
    end = start + timedelta(days=days)
    touches = plan_touches(cadences, book, start, end)
    first = {}
    for touch in touches:
        client_id = touch.client_id or touch.lead_id
        first[client_id] = min(touch.on, first.get(client_id, touch.on))
    assert next_days(cadences, book, start, end) == first


@settings(max_examples=15, deadline=None)
@given(book=books(), start=DAYS)
def test_any_year_planned_day_by_day_equals_it_at_once(cadences, book, start):
    end = start + timedelta(days=364)
    days = [start + timedelta(days=n) for n in range(365)]
    daily = [touch for on in days for touch in plan_touches(cadences, book, on, on)]
    whole = plan_touches(cadences, book, start, end)
    assert sorted(daily, key=lambda t: t.key) == sorted(whole, key=lambda t: t.key)
