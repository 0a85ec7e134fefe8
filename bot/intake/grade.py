"""Grades a client two ways (intent × risk attribute) and tags the household."""

from __future__ import annotations

from decimal import Decimal
from typing import Literal

from bot.domain.household import Household, Intent
from bot.intake.needs import debts_of

Attribute = Literal["protection", "wealth", "balanced"]
LeadClass = Literal["A", "B", "C"]

FOLLOW_UP_DAYS: dict[LeadClass, int] = {"A": 3, "B": 7, "C": 90}

_CLASSES: dict[tuple[Intent, Attribute], LeadClass] = {
    ("high", "protection"): "A",
    ("high", "balanced"): "A",
    ("high", "wealth"): "A",
    ("medium", "protection"): "B",
    ("medium", "balanced"): "B",
    ("medium", "wealth"): "C",
    ("low", "protection"): "C",
    ("low", "balanced"): "C",
    ("low", "wealth"): "C",
}

PROTECTION_GOALS = frozenset({"protection"})
WEALTH_GOALS = frozenset({"retirement", "wealth", "education", "inheritance", "house"})


def grade(intent: Intent, attribute: Attribute) -> LeadClass:
    """The class of a lead: A is followed up within 3 days, B within 7, C is nurtured."""
    return _CLASSES[intent, attribute]


def attribute_of(household: Household) -> Attribute:
    """保障型, 理财型 or 综合型, from what the client says the money is for."""
    protects = any(goal in PROTECTION_GOALS for goal in household.goals)
    saves = any(goal in WEALTH_GOALS for goal in household.goals)
    if protects and saves:
        return "balanced"
    return "wealth" if saves else "protection"


_AGE_BANDS = ((18, "未成年"), (31, "18–30岁"), (41, "31–40岁"), (51, "41–50岁"), (61, "51–60岁"))


def tags(household: Household) -> list[str]:
    """Short Chinese tags of three layers: who they are, what they ask for, what they are worth."""
    found: list[str] = []
    client = household.adults[0] if household.adults else household.members[0]
    if client.age is not None:
        found.append(next((band for limit, band in _AGE_BANDS if client.age < limit), "60岁以上"))
    found.append(_family(household))
    marks = (
        (household.owner, "企业主"),
        (household.newcomer, "新市民"),
        (household.renter, "租房"),
        (debts_of(household, mortgage=True) > 0, "有房贷"),
        (bool(household.covers), "已有保单"),
        (not household.covers, "未配置商业保险"),
    )
    found.extend(name for holds, name in marks if holds)
    if household.source:
        found.append(f"来源{household.source}")
    if household.awareness == "low":
        found.append("风险意识弱")
    found.extend(f"关注{worry}" for worry in household.worries[:3])
    income = household.income_yearly
    if income >= Decimal(500_000):
        found.append("年收入50万以上")
    elif income >= Decimal(200_000):
        found.append("年收入20–50万")
    return found


def _family(household: Household) -> str:
    children = sum(member.relation == "child" for member in household.members)
    if children:
        return "多孩家庭" if children > 1 else "有孩家庭"
    return "二人家庭" if len(household.adults) > 1 else "单身"
