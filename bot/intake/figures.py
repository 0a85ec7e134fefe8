"""The figures of a gap report as plain JSON values, for the command line and other programs."""

from __future__ import annotations

from dataclasses import fields
from decimal import Decimal
from pathlib import Path
from typing import Any

from bot.domain.amounts import CENT
from bot.domain.household import Assumptions, Household, Member
from bot.intake.gap import GapReport, analyse
from bot.intake.grade import FOLLOW_UP_DAYS
from bot.intake.household import load_household
from bot.intake.needs import LifeNeed, expense_value, flows_of
from bot.intake.priority import Priority
from bot.intake.protection import Gap

Json = dict[str, Any]


def gap_command(path: Path | str) -> Json:
    """The analysis of a household file as JSON-ready values; see ``figures``.

    Raises DataFileError when the file cannot be read.
    """
    return figures(analyse(load_household(Path(path))))


def figures(report: GapReport) -> Json:
    """Every figure of the report with its assumptions: yuan with two decimals, English keys.

    In ``gap_if_dies`` and every ``gap`` a positive number is a gap, a negative one is more than
    enough.
    """
    family = report.household
    return {
        "household": family.name,
        "sample": family.sample,
        "unit": "yuan",
        "expenses_total": _yuan(report.expenses_total),
        "income_total": _yuan(report.income_total),
        "debts_total": _yuan(report.debts_total),
        "usable_assets": _yuan(report.usable_assets),
        "gap_if_dies": {need.member_id: _yuan(need.survivor_gap) for need in report.life},
        "members": {member.id: _member(member, family) for member in family.members},
        "expenses": [_expense(family, index) for index in range(len(family.expenses))],
        "life_needs": {need.member_id: _life(need) for need in report.life},
        "gaps": [_gap(gap) for gap in report.gaps],
        "cover": {
            member: {kind: _yuan(value) for kind, value in row.items()}
            for member, row in report.cover.items()
        },
        "priorities": [_priority(item) for item in report.priorities],
        "premium_budget": {
            "low": _yuan(report.budget.low),
            "high": _yuan(report.budget.high),
            "current": _yuan(report.budget.current),
            "room": _yuan(report.budget.room),
            "planned": None if report.budget.planned is None else _yuan(report.budget.planned),
        },
        "risk_attribute": report.attribute,
        "risk_appetite": family.appetite,
        "class": report.lead_class,
        "follow_up_days": FOLLOW_UP_DAYS[report.lead_class] if report.lead_class else None,
        "tags": list(report.tags),
        "assumptions": _assumptions(family),
        "estimated": list(family.estimated),
    }


def _yuan(amount: Decimal) -> float:
    return float(amount.quantize(CENT))


def _member(member: Member, family: Household) -> Json:
    flows = flows_of(member, family.assumptions)
    return {
        "name": member.name,
        "relation": member.relation,
        "age": member.age,
        "social_insurance": member.social_insurance,
        "living_yearly": _yuan(member.living_yearly or Decimal(0)),
        "living_years": member.living_years,
        "income_yearly": _yuan(member.income_yearly),
        "income_years": member.income_years,
        "pension_yearly": _yuan(member.pension_yearly or Decimal(0)),
        "pension_years": member.pension_years,
        "living_total": _yuan(flows.living),
        "work_income_total": _yuan(flows.work),
        "pension_total": _yuan(flows.pension),
    }


def _expense(family: Household, index: int) -> Json:
    expense = family.expenses[index]
    return {
        "kind": expense.kind,
        "amount": _yuan(expense.amount),
        "years": expense.years,
        "from_year": expense.from_year,
        "total": _yuan(expense_value(expense, family.assumptions)),
    }


def _life(need: LifeNeed) -> Json:
    return {
        "survivor": {
            "expenses": _yuan(need.survivor_expenses),
            "income": _yuan(need.survivor_income),
            "usable_assets": _yuan(need.usable_assets),
            "existing_cover": _yuan(need.existing_cover),
            "gap": _yuan(need.survivor_gap),
        },
        "human_life_value": {
            "value": _yuan(need.human_life_value),
            "gap": _yuan(need.human_life_gap),
        },
        "dime": {
            "debt": _yuan(need.dime.debt),
            "income": _yuan(need.dime.income),
            "income_years": need.dime.income_years,
            "mortgage": _yuan(need.dime.mortgage),
            "education": _yuan(need.dime.education),
            "total": _yuan(need.dime.total),
            "gap": _yuan(need.dime.gap),
        },
        "liability": {"gap": _yuan(need.liability)},
        "income_multiple": {"low": _yuan(need.multiple_low), "high": _yuan(need.multiple_high)},
    }


def _gap(gap: Gap) -> Json:
    return {
        "kind": gap.kind,
        "member": gap.member_id,
        "need": _yuan(gap.need),
        "existing": _yuan(gap.existing),
        "gap": _yuan(gap.gap),
    }


def _priority(item: Priority) -> Json:
    return {
        "kind": item.gap.kind,
        "member": item.gap.member_id,
        "gap": _yuan(item.gap.gap),
        "probability": item.probability,
        "severity": item.severity,
        "score": item.score,
        "income_years": None if item.income_years is None else _yuan(item.income_years),
    }


def _assumptions(family: Household) -> Json:
    found: Json = {}
    for item in fields(Assumptions):
        value = getattr(family.assumptions, item.name)
        found[item.name] = {
            "value": float(value) if isinstance(value, Decimal) else value,
            "given": item.name in family.given,
        }
    return found
