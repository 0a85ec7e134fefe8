"""What to close first: every gap weighed as probability × severity."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from bot.domain.household import Household, Member
from bot.intake.estimates import retirement_age
from bot.intake.protection import Gap, RiskKind

HORIZON_YEARS = 10
SEVERITY_STEPS = (Decimal(1), Decimal(3), Decimal(8))
BASE_PROTECTION: tuple[RiskKind, ...] = ("life", "critical_illness", "medical", "accident")


@dataclass(frozen=True, slots=True)
class Priority:
    """A gap with its place in the matrix: ``probability`` 1–3 within ten years, ``severity`` 1–4.

    ``income_years`` is the gap in years of the family's income; None when it has no income.
    """

    gap: Gap
    probability: int
    severity: int
    income_years: Decimal | None

    @property
    def score(self) -> int:
        return self.probability * self.severity


def priorities(household: Household, gaps: Iterable[Gap]) -> list[Priority]:
    """The open gaps, most pressing first.

    Equal scores: base protection before savings, then who earns more, then the larger gap.
    """
    found = [_weigh(household, gap) for gap in gaps if gap.gap > 0]
    return sorted(found, key=lambda item: _order(household, item))


def _order(household: Household, item: Priority) -> tuple[int, int, int, Decimal, Decimal]:
    gap = item.gap
    base = gap.kind in BASE_PROTECTION
    income = household.member(gap.member_id).income_yearly if gap.member_id else Decimal(0)
    return (-item.score, 0 if base else 1, -item.severity, -income, -gap.gap)


def _weigh(household: Household, gap: Gap) -> Priority:
    member = household.member(gap.member_id) if gap.member_id else None
    income = household.income_yearly
    years = gap.gap / income if income else None
    severity = 4 if years is None else 1 + sum(years >= step for step in SEVERITY_STEPS)
    return Priority(gap, probability(gap.kind, member, household), severity, years)


def probability(kind: RiskKind, member: Member | None, household: Household) -> int:
    """How likely the event is within ten years: 1 low, 2 middle, 3 high (the office's default).

    A serious hospital bill is always 3 and an accident 2; a critical illness is 2, from age 45
    on 3; a death is 1, from 40 on 2, from 60 on 3; retirement and university are 3 when they
    come within ten years, else 1.
    """
    age = member.age if member and member.age is not None else None
    if kind == "medical":
        return 3
    if kind == "accident":
        return 2
    if kind == "critical_illness":
        return 3 if age is not None and age >= 45 else 2
    if kind == "life":
        return 1 + sum(age is not None and age >= step for step in (40, 60))
    return 3 if _years_away(kind, member, household) <= HORIZON_YEARS else 1


def _years_away(kind: RiskKind, member: Member | None, household: Household) -> int:
    assumptions = household.assumptions
    if kind == "retirement" and member is not None:
        if member.income_years is not None:
            return member.income_years
        return retirement_age(member, assumptions) - (member.age or assumptions.unknown_adult_age)
    starts = [expense.from_year for expense in household.expenses if expense.kind == "education"]
    return min(starts, default=HORIZON_YEARS + 1)
