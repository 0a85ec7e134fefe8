"""The figures of the gap analysis agree with published and worked examples."""

import json
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.household import (
    COVER_KINDS,
    Asset,
    Assumptions,
    Cover,
    Debt,
    Expense,
    Household,
    Member,
)
from bot.intake.cashflow import irr, present_value
from bot.intake.figures import figures, gap_command
from bot.intake.gap import analyse
from bot.intake.grade import attribute_of, grade
from bot.intake.household import load_household
from bot.intake.needs import flows_of, liability_need
from bot.intake.priority import priorities
from bot.intake.report import MAX_REPORT, render_report
from bot.intake.summary import five_lines

SAMPLE = Path("data/samples/household.yaml")
WAN = Decimal(10_000)


def life_of(report, member):
    return next(need for need in report.life if need.member_id == member)


def gap_of(report, kind, member):
    return next(g for g in report.gaps if (g.kind, g.member_id) == (kind, member))


def test_the_worked_family_gives_its_published_figures():
    report = analyse(load_household(SAMPLE))
    assert report.expenses_total == Decimal("413.7") * WAN
    assert report.income_total == Decimal("451.04") * WAN
    assert life_of(report, "husband").survivor_gap == Decimal("136.66") * WAN
    assert life_of(report, "wife").survivor_gap == Decimal("-30.8") * WAN


def test_the_command_gives_the_worked_family_as_plain_json_in_yuan():
    found = json.loads(json.dumps(gap_command(SAMPLE)))
    assert found["expenses_total"] == 4137000.0
    assert found["income_total"] == 4510400.0
    assert found["gap_if_dies"] == {"husband": 1366600.0, "wife": -308000.0}
    assert found["sample"] is True
    assert found["unit"] == "yuan"
    assert found["assumptions"]["discount_rate"] == {"value": 0.0, "given": True}
    assert found["assumptions"]["illness_treatment"] == {"value": 300000.0, "given": False}
    assert set(found["assumptions"]) == set(Assumptions.names())
    assert found["life_needs"]["husband"]["dime"]["total"] == 2536000.0


def test_a_new_mortgage_raises_the_life_need_by_the_debt():
    family = load_household(SAMPLE)
    indebted = replace(family, debts=(Debt("mortgage", Decimal(800_000)),))
    for member in ("husband", "wife"):
        before, after = (life_of(analyse(one), member) for one in (family, indebted))
        assert after.survivor_gap - before.survivor_gap == 800_000
        assert after.dime.total - before.dime.total == 800_000
        assert after.multiple_low - before.multiple_low == 800_000


def test_life_cover_and_savings_close_the_gap():
    family = load_household(SAMPLE)
    covered = replace(
        family,
        covers=(Cover("husband", "life", Decimal(1_000_000), Decimal(3000)),),
        assets=(Asset("deposit", Decimal(366_600), Decimal(1)),),
    )
    report = analyse(covered)
    assert life_of(report, "husband").survivor_gap == 0
    assert report.budget.current == 3000
    assert report.budget.room == Decimal(136_000) * Decimal("0.2") - 3000


def _exercise(spending_timing):
    person = Member(
        id="one", name="甲", relation="client", age=40, income_yearly=7 * WAN, income_years=20,
        pension_yearly=Decimal(0), living_yearly=3 * WAN, living_years=20,
    )  # fmt: skip
    return Household(
        name="习题",
        members=(person,),
        expenses=(Expense("parents", 3 * WAN, 20),),
        assets=(Asset("deposit", 10 * WAN, Decimal(1)),),
        assumptions=Assumptions(
            discount_rate=Decimal("0.03"), income_timing="end", spending_timing=spending_timing
        ),
    )


@pytest.mark.parametrize(
    ("timing", "life_value", "need"), [("start", "58.17", "35.97"), ("end", "59.51", "34.63")]
)
def test_the_planning_exercise_agrees_with_both_timings(timing, life_value, need):
    found = life_of(analyse(_exercise(timing)), "one")
    cent = Decimal("0.01")
    assert (found.human_life_value / WAN).quantize(cent) == Decimal(life_value)
    assert (found.survivor_gap / WAN).quantize(cent) == Decimal(need)


def test_the_present_values_of_the_exercise_agree():
    family = _exercise("start")
    flows = flows_of(family.members[0], family.assumptions)
    assert (flows.work / WAN).quantize(Decimal("0.0001")) == Decimal("104.1423")
    assert (flows.living / WAN).quantize(Decimal("0.0001")) == Decimal("45.9714")


def test_the_simple_liability_method_agrees_with_both_examples():
    assert liability_need(
        debts=Decimal(200), education=Decimal(100), living=Decimal(20) * 5,
        parents=Decimal(50), cover=Decimal(0),
    ) == 450  # fmt: skip
    assert liability_need(
        debts=Decimal(150), education=Decimal(50), living=Decimal(40),
        parents=Decimal(20), cover=Decimal(30),
    ) == 230  # fmt: skip


def test_a_household_gives_the_liability_figure_of_the_guide():
    family = Household(
        name="例",
        members=(
            Member("a", "甲", "client", living_yearly=Decimal(0)),
            Member("b", "乙", "spouse", living_yearly=20 * WAN),
        ),
        expenses=(Expense("education", 100 * WAN), Expense("parents", 50 * WAN)),
        debts=(Debt("mortgage", 200 * WAN),),
    )
    assert life_of(analyse(family), "a").liability == 450 * WAN


def test_the_rate_of_return_of_a_savings_policy_is_right():
    premiums = [-10_000] * 5
    assert irr(premiums + [0] * 15 + [80_000]).quantize(Decimal("0.00001")) == Decimal("0.02642")
    for years, value in ((10, 55_000), (30, 110_000)):
        rate = irr(premiums + [0] * (years - 5) + [value])
        left = sum(Decimal(-10_000) / (1 + rate) ** k for k in range(5))
        assert abs(left + value / (1 + rate) ** years) < Decimal("0.01")


@pytest.mark.parametrize("flows", [[], [0, 0], [-1, -2, 0], [5, 0, 3]])
def test_flows_that_never_change_sign_have_no_rate(flows):
    assert irr(flows) is None


@pytest.mark.parametrize(
    ("flows", "rate"),
    [([-100, 110], "0.1"), ([-100, 100], "0"), ([-100, 50], "-0.5"), ([100, -110], "0.1")],
)
def test_simple_rates_are_exact(flows, rate):
    assert abs(irr(flows) - Decimal(rate)) < Decimal("1e-9")


@settings(max_examples=40)
@given(st.integers(-60, 300), st.integers(1, 40))
def test_a_known_rate_is_found_again(permille, years):
    rate = Decimal(permille) / 1000
    flows = [Decimal(-1000)] + [Decimal(0)] * (years - 1) + [1000 * (1 + rate) ** years]
    assert abs(irr(flows) - rate) < Decimal("1e-8")


@given(st.integers(0, 60), st.integers(0, 30))
def test_undiscounted_flows_are_amount_times_years_whatever_the_timing(years, start):
    for timing in ("start", "end"):
        assert present_value(Decimal(7), years, timing=timing, from_year=start) == 7 * years


@given(st.integers(1, 10), st.integers(1, 50))
def test_growth_equal_to_the_rate_leaves_the_plain_sum_at_year_start(percent, years):
    rate = Decimal(percent) / 100
    found = present_value(Decimal(100), years, rate=rate, growth=rate, timing="start")
    assert abs(found - 100 * years) < Decimal("1e-15")


def test_what_is_not_told_is_estimated_and_named():
    family = Household(
        name="例",
        members=(
            Member("a", "甲", "client", sex="female", age=38, income_yearly=12 * WAN,
                   social_insurance="urban_employee"),
            Member("c", "丙", "child", age=8),
        ),
        spending_yearly=9 * WAN,
    )  # fmt: skip
    report = analyse(family)
    mother, child = report.household.members
    assert (mother.income_years, mother.living_years, mother.pension_years) == (20, 47, 27)
    assert mother.pension_yearly == Decimal("4.8") * WAN
    assert (mother.living_yearly, child.living_yearly) == (6 * WAN, 3 * WAN)
    assert child.living_years == 10
    assert gap_of(report, "education", None).need == 40 * WAN
    notes = "；".join(report.household.estimated)
    assert all(word in notes for word in ("退休金", "教育金", "分摊"))


def test_an_empty_household_is_analysed_without_failing():
    report = analyse(Household(name="空", members=(Member("a", "甲", "client"),)))
    assert any("年龄没填" in note for note in report.household.estimated)
    assert any("生活费没填" in note for note in report.household.estimated)
    json.dumps(figures(report))


def test_gaps_follow_their_stated_formulas():
    report = analyse(load_household(SAMPLE))
    assert gap_of(report, "critical_illness", "husband").need == (30 + 5) * WAN + 3 * 96_000
    assert gap_of(report, "medical", "husband").need == 50 * WAN * Decimal("0.35")
    assert gap_of(report, "medical", "son").need == 50 * WAN * Decimal("0.5")
    assert gap_of(report, "accident", "husband").need == 5 * 96_000
    assert gap_of(report, "accident", "son").need == 20 * WAN
    retirement = gap_of(report, "retirement", "wife")
    assert (retirement.need, retirement.existing) == (60 * WAN, Decimal("23.04") * WAN)
    assert gap_of(report, "education", None).gap == 40 * WAN


def test_priorities_hold_only_open_gaps_and_fall_in_score():
    report = analyse(load_household(SAMPLE))
    scores = [item.score for item in report.priorities]
    assert scores == sorted(scores, reverse=True)
    assert all(item.gap.gap > 0 for item in report.priorities)
    assert all(1 <= item.probability <= 3 and 1 <= item.severity <= 4 for item in report.priorities)
    first = report.priorities[0]
    assert (first.gap.kind, first.gap.member_id) == ("critical_illness", "husband")
    assert priorities(report.household, []) == []


def test_cover_is_summed_by_member_and_kind():
    family = replace(
        load_household(SAMPLE),
        covers=(
            Cover("wife", "accident", 10 * WAN),
            Cover("wife", "accident", 20 * WAN),
            Cover("son", "medical", 200 * WAN),
        ),
    )
    report = analyse(family)
    assert report.cover["wife"]["accident"] == 30 * WAN
    assert report.cover["son"]["medical"] == 200 * WAN
    assert report.cover["husband"]["life"] == 0
    assert gap_of(report, "medical", "son").gap < 0


def test_grades_follow_intent_and_risk_attribute():
    assert grade("high", "wealth") == "A"
    assert grade("medium", "balanced") == "B"
    assert grade("medium", "wealth") == "C"
    assert grade("low", "protection") == "C"
    one = Household(name="例", members=(Member("a", "甲", "client"),))
    assert attribute_of(one) == "protection"
    assert attribute_of(replace(one, goals=("retirement",))) == "wealth"
    assert attribute_of(replace(one, goals=("retirement", "protection"))) == "balanced"


GAP_OF = {
    "accident": "accident", "medical": "medical", "critical_illness": "critical_illness",
    "annuity": "retirement", "life": "life",
}  # fmt: skip

money = st.integers(0, 500).map(lambda thousand: Decimal(thousand) * 1000)


@settings(max_examples=40, deadline=None)
@given(money, money, money, st.integers(0, 60), st.sampled_from(["0", "0.02", "0.05"]))
def test_more_cover_never_widens_and_more_debt_never_narrows_a_gap(
    income, living, extra, age, rate
):
    base = Household(
        name="例",
        members=(
            Member("a", "甲", "client", age=age + 16, income_yearly=income, living_yearly=living),
            Member("b", "乙", "spouse", age=30, living_yearly=living),
        ),
        assumptions=Assumptions(discount_rate=Decimal(rate)),
    )
    gap = life_of(analyse(base), "a").survivor_gap
    covered = replace(base, covers=(Cover("a", "life", extra),))
    indebted = replace(base, debts=(Debt("other", extra),))
    tolerance = Decimal("1e-15")
    assert abs(life_of(analyse(covered), "a").survivor_gap - (gap - extra)) < tolerance
    assert abs(life_of(analyse(indebted), "a").survivor_gap - (gap + extra)) < tolerance


@st.composite
def households(draw, rate=None):
    """Any household: a client, perhaps a spouse and children, with what they have and owe."""
    adults = [
        Member(
            name, name, relation,
            sex=draw(st.sampled_from(["male", "female", None])),
            age=draw(st.none() | st.integers(18, 80)),
            income_yearly=draw(money),
            social_insurance=draw(st.sampled_from(["none", "rural", "urban_employee", None])),
            living_yearly=draw(st.none() | money),
        )
        for name, relation in (("a", "client"), ("b", "spouse"))[: draw(st.integers(1, 2))]
    ]  # fmt: skip
    children = [
        Member(f"c{n}", "丙", "child", age=draw(st.none() | st.integers(0, 25)))
        for n in range(draw(st.integers(0, 3)))
    ]
    who = [one.id for one in (*adults, *children)]
    covers = draw(
        st.lists(st.tuples(st.sampled_from(who), st.sampled_from(COVER_KINDS), money), max_size=4)
    )
    timing = st.sampled_from(["start", "end"])
    percent = st.integers(0, 6).map(lambda points: Decimal(points) / 100)
    return Household(
        name="例",
        members=(*adults, *children),
        expenses=tuple(
            Expense(kind, amount, draw(st.none() | st.integers(1, 20)), draw(st.integers(0, 20)))
            for kind, amount in draw(st.lists(st.tuples(st.sampled_from(["education", "parents", "housing"]), money), max_size=3))
        ),
        debts=tuple(Debt("mortgage", amount) for amount in draw(st.lists(money, max_size=2))),
        assets=tuple(Asset("deposit", amount, Decimal(1)) for amount in draw(st.lists(money, max_size=2))),
        covers=tuple(Cover(*cover) for cover in covers),
        spending_yearly=draw(st.none() | money),
        assumptions=Assumptions(
            discount_rate=draw(percent) if rate is None else rate,
            income_growth=draw(percent) if rate is None else rate,
            spending_growth=draw(percent) if rate is None else rate,
            pension_growth=draw(percent) if rate is None else rate,
            income_timing=draw(timing),
            spending_timing=draw(timing),
        ),
    )  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_more_cover_of_any_kind_for_anybody_never_widens_any_gap(data):
    family = data.draw(households())
    who = data.draw(st.sampled_from([one.id for one in family.members]))
    more = Cover(who, data.draw(st.sampled_from(COVER_KINDS)), data.draw(money))
    before, after = (
        analyse(one) for one in (family, replace(family, covers=(*family.covers, more)))
    )
    for one, other in zip(before.gaps, after.gaps, strict=True):
        assert (one.kind, one.member_id) == (other.kind, other.member_id)
        assert other.gap <= one.gap
        narrowed = (one.kind, one.member_id) == (GAP_OF[more.kind], who)
        assert abs(one.gap - other.gap - (more.sum_insured if narrowed else 0)) < Decimal("1e-12")
    for one, other in zip(before.life, after.life, strict=True):
        assert other.survivor_gap <= one.survivor_gap
        assert other.human_life_gap <= one.human_life_gap
        assert other.dime.gap <= one.dime.gap


@settings(max_examples=60, deadline=None)
@given(households(rate=Decimal(0)))
def test_without_rate_and_growth_every_total_is_the_plain_sum(family):
    report = analyse(family)
    told = report.household
    living = sum((one.living_yearly or 0) * (one.living_years or 0) for one in told.members)
    later = sum(one.amount * (one.years or 1) for one in told.expenses)
    owed = sum(debt.balance for debt in told.debts)
    work = sum(one.income_yearly * (one.income_years or 0) for one in told.members)
    pension = sum((one.pension_yearly or 0) * (one.pension_years or 0) for one in told.members)
    assert report.expenses_total == living + later + owed
    assert report.income_total == work + pension
    for need in report.life:
        own = told.member(need.member_id)
        assert need.survivor_expenses == report.expenses_total - (own.living_yearly or 0) * (
            own.living_years or 0
        )
        assert need.human_life_value == (
            own.income_yearly * (own.income_years or 0)
            - (own.living_yearly or 0) * min(own.income_years or 0, own.living_years or 0)
        )  # fmt: skip


@settings(max_examples=40, deadline=None)
@given(households(), money)
def test_more_savings_never_widen_and_more_debt_never_narrows_a_gap_if_somebody_dies(family, more):
    saved = replace(family, assets=(*family.assets, Asset("deposit", more, Decimal(1))))
    indebted = replace(family, debts=(*family.debts, Debt("other", more)))
    for one, rich, owing in zip(
        *(analyse(each).life for each in (family, saved, indebted)), strict=True
    ):
        assert rich.survivor_gap <= one.survivor_gap <= owing.survivor_gap
        assert rich.dime.gap <= one.dime.gap <= owing.dime.gap


@settings(max_examples=40, deadline=None)
@given(households())
def test_the_report_of_any_household_can_be_told(family):
    report = analyse(family)
    assert len(render_report(report)) <= MAX_REPORT
    assert len(five_lines(report).split("\n")) == 7
    json.dumps(figures(report))
