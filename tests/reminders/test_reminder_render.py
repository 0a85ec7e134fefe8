"""The words: every step of the file can be filled, in both scripts, for every reader."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from reminder_books import book_with, born, due

from bot.errors import UserError
from bot.reminders.book import load_book
from bot.reminders.plan import plan_touches
from bot.reminders.render import day, render, render_touch, yuan


def test_every_touch_of_the_sample_book_has_words_in_both_scripts(cadences, sample_book):
    book, _ = load_book(sample_book)
    touches = plan_touches(cadences, book, date(2026, 1, 1), date(2028, 12, 31))
    assert len({touch.cadence for touch in touches}) >= 15
    for touch in touches:
        for script in ("hans", "hant"):
            text = render_touch(touch, cadences, book, script)
            assert text
            assert "{" not in text


def test_a_grace_notice_tells_sum_dates_and_sender(cadences):
    book = book_with(due(date(2026, 1, 31)))
    touches = plan_touches(cadences, book, date(2026, 2, 1), date(2026, 2, 1))
    text = render_touch(next(t for t in touches if t.audience == "client"), cadences, book, "hans")
    for part in ("王样例", "12,000元", "2026年1月31日", "2026年4月1日", "林样例", "样例人寿"):
        assert part in text


def test_a_lapse_notice_tells_until_when_it_may_be_reinstated(cadences):
    book = book_with(due(date(2026, 1, 31)))
    touches = plan_touches(cadences, book, date(2026, 4, 2), date(2026, 4, 2))
    text = render_touch(next(t for t in touches if t.audience == "client"), cadences, book, "hant")
    assert "2026年4月2日" in text
    assert "2028年4月2日" in text


def test_greetings_change_from_year_to_year_and_stay_the_same_within_one(cadences):
    book = born(date(1990, 5, 6))
    greetings = [
        t for t in plan_touches(cadences, book, date(2026, 1, 1), date(2029, 12, 31))
        if t.cadence == "birthday" and t.audience == "client"
    ]  # fmt: skip
    texts = [render_touch(t, cadences, book, "hans") for t in greetings]
    assert len(set(texts)) == 4
    assert texts == [render_touch(t, cadences, book, "hans") for t in greetings]


def test_names_with_braces_are_only_text(cadences):
    step = cadences.step("birthday", "greeting")
    assert step is not None
    facts = {"client": "{agent}", "agent": "林", "company": "样例"}
    assert "{agent}，生日快乐" in render(step, facts, "hans")


def test_a_touch_whose_event_is_gone_has_no_words(cadences):
    book = book_with(due(date(2026, 1, 31)))
    touch = plan_touches(cadences, book, date(2026, 2, 1), date(2026, 2, 1))[0]
    with pytest.raises(UserError, match="取消"):
        render_touch(touch, cadences, replace(book, policies=()), "hans")


def test_dates_and_sums_are_written_as_people_read_them():
    assert day(date(2026, 4, 1)) == "2026年4月1日"
    assert yuan(Decimal("12000")) == "12,000元"
    assert yuan(Decimal("310.5")) == "310.50元"
