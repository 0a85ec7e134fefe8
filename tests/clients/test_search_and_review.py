"""A client is found by what one remembers, and the review shows cover and service work."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from bot.clients import policy_entry
from bot.clients.policy_entry import BY_NAME, STEPS, columns, following
from bot.clients.review import review
from bot.clients.search import Entry, search
from bot.domain.policies import Policy, PolicyStatus
from bot.errors import UserError

BOOK = [
    Entry(1, "王建国", "+8613800138005"),
    Entry(2, "李婷", "+8613911112222", ("高价值",)),
    Entry(3, "張美玲", "+886912345678"),
    Entry(4, "王建军", None, ("企业主",)),
    Entry(5, "欧阳晓晓", "+8613700009999"),
]


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("王建国", [1]),
        ("王建", [1, 4]),
        ("婷", [2]),
        ("wjg", [1]),
        ("wangjianguo", [1]),
        ("WangJian", [1, 4]),
        ("lt", [2]),
        ("zml", [3]),
        ("王健国", [1]),
        ("8005", [1]),
        ("13800138005", [1]),
        ("678", [3]),
        ("企业主", [4]),
        ("#高价值", [2]),
        ("oyxx", [5]),
        ("欧阳小小", [5]),
        ("赵六", []),
        ("zzz", []),
        ("", []),
        ("12", []),
    ],
)
def test_a_client_is_found_by_what_one_remembers(typed: str, found: list[int]) -> None:
    assert search(BOOK, typed, 8) == found


def policy(number: int, **given: object) -> Policy:
    values = {"product": f"产品{number}", "company": "某司", "premium": Decimal(1000), **given}
    return Policy(id=number, client_id=1, number=str(number), **values)  # type: ignore[arg-type]


TODAY = date(2026, 11, 26)


def test_the_review_adds_up_cover_by_member_and_kind() -> None:
    found = review(
        [
            policy(1, line="life", sum_insured=Decimal(500_000), beneficiary="配偶"),
            policy(2, line="life", sum_insured=Decimal(300_000), beneficiary="配偶"),
            policy(3, line="medical", sum_insured=Decimal(2_000_000), insured="乐乐"),
            policy(4, line="life", sum_insured=Decimal(1), status=PolicyStatus.SURRENDERED),
            policy(
                5, line="life", sum_insured=Decimal(9), status=PolicyStatus.LAPSED, beneficiary="x"
            ),
        ],
        "王建国",
        ["爱人", "乐乐"],
        TODAY,
    )
    assert list(found.sums) == ["王建国", "爱人", "乐乐"]
    assert found.sums["王建国"]["life"] == 800_000
    assert found.sums["乐乐"]["medical"] == 2_000_000
    assert not any(found.sums["爱人"].values())
    assert found.premium_yearly == 3000
    assert [(one.kind, one.policy.id) for one in found.work] == [("lapsed", 5)]


@pytest.mark.parametrize(
    ("given", "work"),
    [
        ({"line": "life"}, ["no_beneficiary"]),
        ({"line": "medical"}, []),
        ({}, ["unknown_line"]),
        ({"line": "medical", "account": "配偶"}, ["account"]),
        ({"line": "medical", "account": "王建国"}, []),
        ({"line": "annuity", "beneficiary": "子女", "to_collect": Decimal(500)}, ["to_collect"]),
        ({"line": "medical", "next_due_on": date(2026, 11, 25)}, ["overdue"]),
        ({"line": "medical", "next_due_on": date(2026, 11, 26)}, []),
    ],
)
def test_service_work_is_found(given: dict[str, object], work: list[str]) -> None:
    found = review([policy(1, **given)], "王建国", [], TODAY)
    assert [one.kind for one in found.work] == work


def test_the_premium_of_a_year_counts_every_instalment() -> None:
    found = review(
        [policy(1, frequency="monthly", line="medical"), policy(2, frequency="single", line="medical")],
        "王", [], TODAY,
    )  # fmt: skip
    assert found.premium_yearly == 12_000


def test_every_step_of_the_entry_reads_what_it_offers_and_refuses_with_a_way_out() -> None:
    name = STEPS[0].name
    seen = []
    while name is not None:
        step = BY_NAME[name]
        seen.append(name)
        for value, _ in policy_entry.taps(step, ["王建国", "乐乐"]):
            assert step.read(value, TODAY) is not None
        name = following(name)
    assert seen == [step.name for step in STEPS]
    for name, wrong in (
        ("line", "车险"),
        ("premium", "很多"),
        ("next_due_on", "改天"),
        ("product", ""),
    ):
        with pytest.raises(UserError):
            BY_NAME[name].read(wrong, TODAY)


@pytest.mark.parametrize(
    ("typed", "day"),
    [
        ("3月15日", "2026-03-15"),
        ("2027-03-15", "2027-03-15"),
        ("27年3月15日", "2027-03-15"),
        ("12月1号", "2026-12-01"),
    ],
)
def test_a_due_date_may_leave_out_the_year(typed: str, day: str) -> None:
    assert BY_NAME["next_due_on"].read(typed, TODAY) == day


def test_what_was_entered_becomes_a_row() -> None:
    entered = {"line": "life", "insured": "王建国", "product": "安心终身", "premium": "6000.00", "sum_insured": "500000.00", "next_due_on": "2027-03-15", "beneficiary": "法定", "account": "", "to_collect": "0.00"}  # fmt: skip
    row = columns(entered, "王建国", "手录-1")
    assert row["insured"] == ""
    assert row["beneficiary"] is None
    assert row["account"] is None
    assert row["to_collect"] is None
    assert row["next_due_on"] == date(2027, 3, 15)
