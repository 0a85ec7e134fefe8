"""The whole gap analysis of a household: every figure of the report, with its assumptions."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from bot.domain.household import COVER_KINDS, CoverKind, Household
from bot.intake.estimates import completed
from bot.intake.grade import Attribute, LeadClass, attribute_of, grade, tags
from bot.intake.needs import (
    LifeNeed,
    cover_of,
    debts_of,
    expenses_total,
    income_total,
    life_need,
    usable_assets,
)
from bot.intake.priority import Priority, priorities
from bot.intake.protection import Gap, protection_gaps


@dataclass(frozen=True, slots=True)
class Budget:
    """The premium guide: a share of the family's yearly income, yuan a year.

    ``planned`` is what the client named, None when not told.
    """

    low: Decimal
    high: Decimal
    current: Decimal
    planned: Decimal | None

    @property
    def room(self) -> Decimal:
        """What is left of the upper bound after the premiums already paid; never negative."""
        return max(self.high - self.current, Decimal(0))


@dataclass(frozen=True, slots=True)
class GapReport:
    """Every figure of the analysis, in yuan; ``household`` is completed with its estimates."""

    household: Household
    expenses_total: Decimal
    income_total: Decimal
    debts_total: Decimal
    usable_assets: Decimal
    life: tuple[LifeNeed, ...]
    gaps: tuple[Gap, ...]
    cover: dict[str, dict[CoverKind, Decimal]]
    priorities: tuple[Priority, ...]
    budget: Budget
    attribute: Attribute
    lead_class: LeadClass | None
    tags: tuple[str, ...]


def analyse(household: Household) -> GapReport:
    """All needs, gaps and priorities of a household; pure and without rounding.

    Sources: the survivor needs, human life value and DIME methods of financial planning; the
    assumptions are those of the household.
    """
    family = completed(household)
    life = tuple(life_need(family, member) for member in family.adults)
    gaps = (*(_life_gap(need) for need in life), *protection_gaps(family))
    attribute = attribute_of(family)
    return GapReport(
        household=family,
        expenses_total=expenses_total(family),
        income_total=income_total(family),
        debts_total=debts_of(family),
        usable_assets=usable_assets(family),
        life=life,
        gaps=gaps,
        cover=cover_matrix(family),
        priorities=tuple(priorities(family, gaps)),
        budget=_budget(family),
        attribute=attribute,
        lead_class=grade(family.intent, attribute) if family.intent else None,
        tags=tuple(tags(family)),
    )


def cover_matrix(household: Household) -> dict[str, dict[CoverKind, Decimal]]:
    """The sum insured of each member by 意外 / 医疗 / 重疾 / 养老 / 身故, in yuan."""
    return {
        member.id: {kind: cover_of(household, member.id, kind) for kind in COVER_KINDS}
        for member in household.members
    }


def _life_gap(need: LifeNeed) -> Gap:
    held = need.survivor_income + need.usable_assets + need.existing_cover
    return Gap("life", need.member_id, need.survivor_expenses, held)


def _budget(household: Household) -> Budget:
    income = household.income_yearly
    return Budget(
        low=income * household.assumptions.budget_low,
        high=income * household.assumptions.budget_high,
        current=sum((cover.premium for cover in household.covers), Decimal(0)),
        planned=household.premium_budget,
    )
