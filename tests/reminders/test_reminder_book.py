"""The book file: what it accepts, what it refuses and where, and the plan that comes out."""

from __future__ import annotations

from datetime import date

import pytest

from bot.errors import DataFileError
from bot.reminders.book import parse_book, remind_plan

SMALL = """
agents:
  - {id: a1, name: 林样例, company: 样例人寿}
clients:
  - {id: c1, name: 王样例, agent: a1, birth: 1990-05-06}
policies:
  - {number: P1, client: c1, product: 样例年金, premium: 12000, next_due_on: 2026-01-31}
"""


def plan_of(tmp_path, cadences, text, from_on, to_on):
    path = tmp_path / "book.yaml"
    path.write_text(text, encoding="utf-8")
    return remind_plan(path, cadences, from_on, to_on)


def test_the_plan_has_exactly_the_promised_keys(tmp_path, cadences):
    rows = plan_of(tmp_path, cadences, SMALL, date(2026, 1, 31), date(2026, 2, 1))
    assert rows[0] == {
        "on": "2026-01-31",
        "at": "2026-01-31T09:00:00+08:00",
        "audience": "client",
        "client": "c1",
        "policy": "P1",
        "cadence": "renewal",
        "step": "due_day",
    }
    assert [row["step"] for row in rows] == ["due_day", "grace_1", "grace_1_agent"]


def test_a_birthday_has_no_policy(tmp_path, cadences):
    rows = plan_of(tmp_path, cadences, SMALL, date(2026, 5, 6), date(2026, 5, 6))
    assert [row["policy"] for row in rows] == [None]


def test_the_sample_book_is_marked_and_plans(cadences, sample_book):
    assert "样例" in sample_book.read_text(encoding="utf-8").splitlines()[0]
    assert remind_plan(sample_book, cadences, date(2026, 12, 1), date(2026, 12, 31))


def test_json_is_a_book_too():
    text = (
        '{"clients": [{"name": "王样例", "birth": "1990-05-06"}],'
        ' "policies": [{"number": 7, "client": "王样例", "next_due_on": "2026-01-31"}]}'
    )
    book, _ = parse_book("book.json", text)
    assert book.policies[0].number == "7"
    assert book.policies[0].next_due_on == date(2026, 1, 31)


def test_an_empty_file_is_an_empty_book():
    book, _ = parse_book("book.yaml", "")
    assert book.clients == ()


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ("first_due_on: 2024-02-29", "2024-02-29"),
        ("first_due_on: 2024-02-29, paid_until: 2024-02-29", "2025-02-28"),
        ("first_due_on: 2025-01-31, frequency: 月交, paid_until: 2025-02-28", "2025-03-31"),
        ("first_due_on: 2020-01-31, paid_until: 2025-01-31, last_due_on: 2025-01-31", "None"),
        ("next_due_on: 2026-01-31, frequency: 趸交", "2026-01-31"),
        ("first_due_on: 2026-01-31, frequency: single", "None"),
        ("premium: '1,200元'", "None"),
    ],
)
def test_the_oldest_unpaid_due_date_is_found(row, expected):
    text = f"clients: [{{name: 王}}]\npolicies:\n  - {{number: P, client: 王, {row}}}"
    book, _ = parse_book("book.yaml", text)
    assert str(book.policies[0].next_due_on) == expected


def test_words_of_the_trade_are_understood():
    text = "clients: [{name: 王}]\npolicies:\n  - {number: P, client: 王, frequency: 季交, status: 退保, jurisdiction: 台湾}"
    policy = parse_book("book.yaml", text)[0].policies[0]
    assert (policy.frequency, policy.status.value, policy.jurisdiction) == (
        "quarterly", "surrendered", "TW"
    )  # fmt: skip


def test_local_times_without_offset_are_the_clients():
    text = (
        "clients: [{name: 王, timezone: America/New_York}]\n"
        "policies: [{number: P, client: 王}]\n"
        'claims: [{policy: P, opened_at: "2026-03-01 08:00"}]'
    )
    book, _ = parse_book("book.yaml", text)
    assert book.claims[0].opened_at.isoformat() == "2026-03-01T13:00:00+00:00"


@pytest.mark.parametrize(
    ("text", "line", "reason"),
    [
        ("clients:\n  - {name: 王, agent: 李}", 2, "没有这个业务员“李”"),
        ("policies:\n  - {number: P, client: 王}", 2, "没有这个客户“王”"),
        ("clients:\n  - {name: 王}\n  - {name: 王}", 3, "重复了"),
        ("clients:\n  - {name: 王, timezone: Mars}", 2, "不认识时区“Mars”"),
        ("clients:\n  - {nam: 王}", 2, "不认识的键“nam”"),
        ("clients:\n  - {name: 王, birth: 1990-13-01}", 2, "读不懂的值"),
        ("clients:\n  - {name: 王, birth: {month: 2, day: 30}}", 2, "没有这一天"),
        ("clients:\n  - {name: 王, birth: {calendar: lunar, month: 2, day: 31}}", 2, "农历没有"),
        ("clients:\n  - {name: 王, birth: 1890-01-01, birth_lunar: true}", 2, "农历只能"),
        ("agents: [{name: 甲}, {name: 乙}]\nclients:\n  - {name: 王}", 3, "写明 agent"),
        ("clients: [{name: 王}]\npolicies:\n  - {number: P, client: 王, premium: 很多}", 3, "保费"),
        (
            "clients: [{name: 王}]\npolicies:\n  - {number: P, client: 王, paid_until: 2025-01-01}",
            3,
            "first_due_on",
        ),
        ("claims:\n  - {policy: P, opened_at: 2026-01-01}", 2, "没有这个保单“P”"),
    ],
)
def test_a_fault_is_told_at_its_line(text, line, reason):
    with pytest.raises(DataFileError) as caught:
        parse_book("book.yaml", text)
    assert any(reason in p.reason and p.line == line for p in caught.value.problems), text


def test_all_faults_are_told_at_once():
    text = "clients:\n  - {name: 王, agent: 李}\npolicies:\n  - {number: P, client: 赵}"
    with pytest.raises(DataFileError) as caught:
        parse_book("book.yaml", text)
    assert len(caught.value.problems) == 2
