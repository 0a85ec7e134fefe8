"""The assumptions that can be changed by buttons, and the life gap under other rates. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from bot.domain.household import Assumptions, Household
from bot.intake.estimates import completed
from bot.intake.needs import life_need

Changes = Mapping[str, str]
"""Assumptions by name, as text: ``{"discount_rate": "0.03", "income_timing": "start"}``."""

POINTS = (Decimal("-0.02"), Decimal(0), Decimal("0.02"))


@dataclass(frozen=True, slots=True)
class Adjustable:
    """An assumption with its Chinese name, and the values a tap offers, with how each is shown."""

    name: str
    label: str
    choices: tuple[tuple[str, str], ...]


def _rates(*percents: int) -> tuple[tuple[str, str], ...]:
    return tuple((str(Decimal(percent) / 100), f"{percent}%") for percent in percents)


def _years(*years: int) -> tuple[tuple[str, str], ...]:
    return tuple((str(year), f"{year} 年") for year in years)


_WHEN = (("start", "年初"), ("end", "年末"))

ADJUSTABLE = (
    Adjustable("discount_rate", "折现率", _rates(0, 1, 2, 3, 4, 5)),
    Adjustable("income_growth", "收入每年增长", _rates(0, 2, 3, 5)),
    Adjustable("spending_growth", "支出每年增长", _rates(0, 2, 3, 5)),
    Adjustable("income_timing", "收入在", _WHEN),
    Adjustable("spending_timing", "支出在", _WHEN),
    Adjustable("life_expectancy", "算到", tuple((str(age), f"{age} 岁") for age in (80, 85, 90))),
    Adjustable("dime_income_years", "DIME 收入年数", _years(5, 10, 15, 20)),
    Adjustable("illness_income_years", "重疾停工", _years(2, 3, 5)),
    Adjustable(
        "illness_treatment",
        "重疾治疗费",
        tuple((str(wan * 10_000), f"{wan} 万") for wan in (20, 30, 50, 80)),
    ),
)


def adjustable(name: str) -> Adjustable | None:
    """The adjustable assumption of this name."""
    return next((one for one in ADJUSTABLE if one.name == name), None)


def with_changes(assumptions: Assumptions, changes: Changes) -> Assumptions:
    """The assumptions with these changed; unknown names, as of an older version, are left out."""
    known: dict[str, Any] = {}
    for name, value in changes.items():
        before = getattr(assumptions, name, None)
        if isinstance(before, Decimal):
            known[name] = Decimal(value)
        elif isinstance(before, int):
            known[name] = int(value)
        elif before is not None:
            known[name] = value
    return replace(assumptions, **known)


def shown(assumptions: Assumptions, one: Adjustable) -> str:
    """The value in force of an adjustable assumption, as its buttons write it."""
    value = getattr(assumptions, one.name)
    for raw, label in one.choices:
        if (Decimal(raw) == value) if isinstance(value, Decimal | int) else raw == value:
            return label
    return f"{value * 100:f}%".replace(".00", "") if isinstance(value, Decimal) else str(value)


def scenarios(household: Household) -> list[tuple[Decimal, dict[str, Decimal]]]:
    """The survivor gap of each adult at the discount rate two points lower, as it is, two higher.

    Yuan by member id; positive is a gap.
    """
    found = []
    for points in POINTS:
        rate = household.assumptions.discount_rate + points
        family = completed(
            replace(household, assumptions=replace(household.assumptions, discount_rate=rate))
        )
        gaps = {one.id: life_need(family, one).survivor_gap for one in family.adults}
        found.append((rate, gaps))
    return found
