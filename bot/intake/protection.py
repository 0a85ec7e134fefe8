"""Gaps beside life cover: critical illness, medical, accident, retirement and education."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from bot.domain.household import Assumptions, Household, Member
from bot.intake.needs import cover_of, expenses_of, flows_of

RiskKind = Literal["life", "critical_illness", "medical", "accident", "retirement", "education"]

ZERO = Decimal(0)
RISKS: dict[RiskKind, str] = {
    "life": "身故",
    "critical_illness": "重疾",
    "medical": "医疗",
    "accident": "意外",
    "retirement": "养老",
    "education": "教育金",
}


@dataclass(frozen=True, slots=True)
class Gap:
    """A need in yuan, what is there for it, and the difference (negative: more than enough).

    ``member_id`` is None for a need of the whole household. ``low`` and ``high`` bound the need
    where sources disagree; None where it is one figure.
    """

    kind: RiskKind
    member_id: str | None
    need: Decimal
    existing: Decimal
    low: Decimal | None = None
    high: Decimal | None = None

    @property
    def gap(self) -> Decimal:
        return self.need - self.existing


def protection_gaps(household: Household) -> list[Gap]:
    """All gaps beside life cover, of a completed household, member by member."""
    gaps: list[Gap] = []
    for member in household.members:
        gaps.append(_critical_illness(household, member))
        gaps.append(_medical(household, member))
        gaps.append(_accident(household, member))
    gaps.extend(_retirement(household, member) for member in household.adults)
    if any(member.relation == "child" for member in household.members) or any(
        expense.kind == "education" for expense in household.expenses
    ):
        gaps.append(_education(household))
    return gaps


def self_paid_share(member: Member, assumptions: Assumptions) -> Decimal:
    """The assumed share of a major hospital bill that social insurance leaves to the patient."""
    return {
        "none": assumptions.self_paid_none,
        "rural": assumptions.self_paid_rural,
        "urban_resident": assumptions.self_paid_urban_resident,
        "urban_employee": assumptions.self_paid_urban_employee,
    }[member.social_insurance or "none"]


def _critical_illness(household: Household, member: Member) -> Gap:
    """Treatment, care and the income lost while ill; a range, because sources disagree on both.

    The low end takes the cheaper treatment, the high end the dearer one and more years of income.
    """
    a = household.assumptions
    working = member.income_years or 0
    income = member.income_yearly

    def need(treatment: Decimal, years: int) -> Decimal:
        return treatment + a.illness_care + income * min(years, working)

    return Gap(
        "critical_illness",
        member.id,
        need(a.illness_treatment, a.illness_income_years),
        cover_of(household, member.id, "critical_illness"),
        low=need(min(a.illness_treatment_low, a.illness_treatment), a.illness_income_years),
        high=need(
            max(a.illness_treatment_high, a.illness_treatment),
            max(a.illness_income_years_high, a.illness_income_years),
        ),
    )


def _medical(household: Household, member: Member) -> Gap:
    """A major hospital bill × the share that social insurance leaves (the office's default)."""
    need = household.assumptions.major_bill * self_paid_share(member, household.assumptions)
    return Gap("medical", member.id, need, cover_of(household, member.id, "medical"))


def _accident(household: Household, member: Member) -> Gap:
    """Some years of income, at least a fixed sum (the office's default, as agents are taught)."""
    assumptions = household.assumptions
    need = max(
        member.income_yearly * assumptions.accident_income_multiple, assumptions.accident_minimum
    )
    return Gap("accident", member.id, need, cover_of(household, member.id, "accident"))


def _retirement(household: Household, member: Member) -> Gap:
    """Own living after work (present value), less the pension, annuities and pension savings."""
    flows = flows_of(member, household.assumptions)
    savings = _assets(household, "pension") / len(household.adults)
    existing = flows.pension + cover_of(household, member.id, "annuity") + savings
    return Gap("retirement", member.id, flows.living_in_retirement, existing)


def _education(household: Household) -> Gap:
    """The present value of all education to come, less what is saved for it."""
    need = expenses_of(household, "education")
    return Gap("education", None, need, _assets(household, "education"))


def _assets(household: Household, kind: str) -> Decimal:
    return sum((asset.value for asset in household.assets if asset.kind == kind), ZERO)
