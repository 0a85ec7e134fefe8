"""Fills what nobody told about a household from its assumptions, and names each estimate."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from bot.domain.amounts import CENT
from bot.domain.household import Assumptions, Expense, Household, Member

ZERO = Decimal(0)


def completed(household: Household) -> Household:
    """The household with every None filled in; ``estimated`` lists each estimate in Chinese."""
    notes: list[str] = []
    members = [_with_years(member, household.assumptions, notes) for member in household.members]
    members = _with_living(members, household, notes)
    expenses = household.expenses + _missing_education(household, members, notes)
    return replace(
        household,
        members=tuple(members),
        expenses=expenses,
        estimated=household.estimated + tuple(notes),
    )


def retirement_age(member: Member, assumptions: Assumptions) -> int:
    """The assumed age of retirement; the male one when the sex is not known."""
    if member.sex == "female":
        return assumptions.retirement_age_female
    return assumptions.retirement_age_male


def _age(member: Member, assumptions: Assumptions, notes: list[str]) -> int:
    if member.age is not None:
        return member.age
    child = member.relation == "child"
    age = assumptions.unknown_child_age if child else assumptions.unknown_adult_age
    notes.append(f"{member.name}的年龄没填，按 {age} 岁")
    return age


def _with_years(member: Member, assumptions: Assumptions, notes: list[str]) -> Member:
    told = member.living_years is not None and (
        member.income_years is not None or not (member.adult or member.income_yearly)
    )
    age = 0 if told else _age(member, assumptions, notes)
    income_years = member.income_years
    if income_years is None:
        income_years = 0
        if member.adult or member.income_yearly:
            income_years = max(retirement_age(member, assumptions) - age, 0)
    living_years = member.living_years
    if living_years is None:
        until = assumptions.life_expectancy
        if member.relation == "child":
            until = assumptions.child_independent_age
        living_years = max(until - age, 0)
    pension = member.pension_yearly
    if pension is None:
        pension = _pension(member, assumptions, notes)
    pension_years = member.pension_years
    if pension_years is None:
        pension_years = max(living_years - income_years, 0) if pension else 0
    return replace(
        member,
        income_years=income_years,
        living_years=living_years,
        pension_yearly=pension,
        pension_years=pension_years,
    )


def _pension(member: Member, assumptions: Assumptions, notes: list[str]) -> Decimal:
    if not member.adult:
        return ZERO
    if member.social_insurance == "urban_employee" and member.income_yearly:
        percent = (assumptions.pension_replacement * 100).normalize()
        notes.append(f"{member.name}的退休金没填，按年收入的 {percent:f}%")
        return (member.income_yearly * assumptions.pension_replacement).quantize(CENT)
    notes.append(f"{member.name}的退休金没填，按 0")
    return ZERO


def _with_living(members: list[Member], household: Household, notes: list[str]) -> list[Member]:
    missing = [member for member in members if member.living_yearly is None]
    if not missing:
        return members
    weights = {member.id: _weight(member, household.assumptions) for member in missing}
    told = sum((m.living_yearly for m in members if m.living_yearly is not None), ZERO)
    rest = ZERO
    if household.spending_yearly is None:
        notes.append("生活费没填，按 0，缺口会偏小，请补问每月开支")
    else:
        rest = max(household.spending_yearly - told, ZERO)
        if len(missing) > 1:
            weight = household.assumptions.child_spending_weight.normalize()
            notes.append(f"家庭生活费按人分摊：大人各算 1 份，孩子各算 {weight:f} 份")
    total = sum(weights.values(), ZERO)
    return [
        replace(m, living_yearly=(rest * weights[m.id] / total).quantize(CENT) if total else ZERO)
        if m.living_yearly is None
        else m
        for m in members
    ]


def _weight(member: Member, assumptions: Assumptions) -> Decimal:
    return assumptions.child_spending_weight if member.relation == "child" else Decimal(1)


def _missing_education(
    household: Household, members: list[Member], notes: list[str]
) -> tuple[Expense, ...]:
    if any(expense.kind == "education" for expense in household.expenses):
        return ()
    assumptions = household.assumptions
    found = []
    for child in members:
        if child.relation != "child":
            continue
        age = child.age if child.age is not None else assumptions.unknown_child_age
        if age > assumptions.university_age:
            continue
        from_year = assumptions.university_age - age
        found.append(Expense("education", assumptions.education_per_child, None, from_year))
    if found:
        each = (assumptions.education_per_child / 10_000).normalize()
        notes.append(f"教育金没填，按每个孩子 {each:f} 万元")
    return tuple(found)
