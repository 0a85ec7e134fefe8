"""Turns the answers of an interview into a household for the analysis."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from bot.domain.household import (
    Appetite,
    Asset,
    AssetKind,
    Assumptions,
    Awareness,
    Cover,
    Debt,
    DebtKind,
    Expense,
    Household,
    Member,
)
from bot.domain.identity import Sex
from bot.domain.policies import Policy, PolicyStatus, line_of
from bot.intake.flow import Answers, live_values
from bot.intake.household import USABLE
from bot.intake.scenario import Changes, with_changes
from bot.intake.schema import Questionnaire, Scale
from bot.intake.walk import people

ZERO = Decimal(0)
_TIMES_A_YEAR = {"yearly": 1, "half_yearly": 2, "quarterly": 4, "monthly": 12, "single": 0}
# A marriage of the mainland is of a man and a woman (民法典 第1046条); only the age of retirement
# depends on it here.
_OTHER_SEX: dict[str, Sex] = {"male": "female", "female": "male"}


def household_from_answers(
    questionnaire: Questionnaire,
    answers: Answers,
    *,
    today: date,
    office: Changes | None = None,
) -> Household:
    """The household that the answers holding now tell of; what was skipped stays None.

    Without consent it has one nameless client and no figures. ``today`` brings ages up to date.
    ``office`` are the office's own assumptions; those of this interview go before them.
    """
    changes = {**(office or {}), **(answers.get("assumptions") or {})}
    live = live_values(questionnaire, answers)
    told = _Told(live, today)
    members = _members(questionnaire, told)
    return Household(
        name=f"{members[0].name}一家" if len(members) > 1 else members[0].name,
        members=tuple(members),
        spending_yearly=_times(told.amount("spending"), 12),
        expenses=tuple(_expenses(told)),
        debts=tuple(_debts(told)),
        assets=tuple(_assets(told)),
        covers=tuple(_covers(told)),
        assumptions=with_changes(Assumptions(), changes),
        given=frozenset(changes),
        worries=tuple(_labels(questionnaire, "worry", live)),
        goals=tuple(live.get("goals", ())),
        appetite=appetite(questionnaire, live),
        awareness=awareness(questionnaire, live),
        decider=live.get("decider"),
        source=next(iter(_labels(questionnaire, "source", live)), ""),
        intent=live.get("intent"),
        premium_budget=told.amount("budget"),
        owner="owner" in (live.get("client_job"), live.get("spouse_job")),
        newcomer=live.get("newcomer") is True,
        local_medical=live.get("newcomer_medical"),
        renter=live.get("housing") == "rent",
    )


class _Told:
    """Reads stored values as amounts and ages of today."""

    def __init__(self, live: dict[str, Any], today: date) -> None:
        self.live = live
        self.today = today

    def amount(self, key: str) -> Decimal | None:
        value = self.live.get(key)
        return None if value is None else Decimal(value)

    def age(self, key: str) -> int | None:
        value = self.live.get(key)
        if value is None:
            return None
        then = date.fromisoformat(value["as_of"])
        if "date" in value and len(value["date"]) == 10:
            then = date.fromisoformat(value["date"])
            return self.today.year - then.year - (_day(self.today) < _day(then))
        years = self.today.year - then.year - (_day(self.today) < _day(then))
        return int(value["age"]) + max(years, 0)


def _day(day: date) -> tuple[int, int]:
    return day.month, day.day


def _times(amount: Decimal | None, factor: int) -> Decimal | None:
    return None if amount is None else amount * factor


def _members(questionnaire: Questionnaire, told: _Told) -> list[Member]:
    names = people(questionnaire, told.live)
    members = [_adult("client", "client", names["client"], told)]
    if "spouse" in names:
        spouse = _adult("spouse", "spouse", names["spouse"], told)
        members.append(replace(spouse, sex=_OTHER_SEX.get(members[0].sex or "")))
    for key, name in names.items():
        if key.startswith("child."):
            members.append(_child(key, name, told))
    return members


def _adult(key: str, relation: Any, name: str, told: _Told) -> Member:
    live = told.live
    age = told.age(f"{key}_birth")
    working = None
    if live.get(f"{key}_job") == "retired":
        working = 0
    elif key == "client" and age is not None and live.get("retire_age") is not None:
        working = max(live["retire_age"] - age, 0)
    pension = _times(told.amount("client_pension"), 12) if key == "client" else None
    return Member(
        id=key,
        name=name,
        relation=relation,
        sex=live.get(f"{key}_sex"),
        age=age,
        occupation=live.get(f"{key}_job", ""),
        city=live.get(f"{key}_city", ""),
        social_insurance=live.get(f"{key}_social"),
        health=live.get(f"{key}_health", "unknown"),
        income_yearly=told.amount(f"{key}_income") or ZERO,
        income_years=working,
        pension_yearly=pension,
    )


def _child(key: str, name: str, told: _Told) -> Member:
    place = key.partition(".")[2]
    return Member(
        id=f"child_{place}",
        name=name,
        relation="child",
        age=told.age(f"child_birth.{place}"),
        social_insurance=told.live.get("child_social"),
        health=told.live.get("children_health", "unknown"),
    )


def _expenses(told: _Told) -> list[Expense]:
    found = []
    education = told.amount("education_cost")
    if education is not None:
        ages = [told.age(key) for key in told.live if key.startswith("child_birth.")]
        known = [age for age in ages if age is not None]
        away = max(Assumptions().university_age - max(known), 0) if known else 0
        found.append(Expense("education", education, None, away, "孩子教育"))
    parents = told.amount("parents_cost")
    if parents:
        found.append(Expense("parents", parents, Assumptions().parents_years, 0, "赡养父母"))
    return found


_DEBTS: tuple[tuple[str, DebtKind], ...] = (
    ("mortgage_left", "mortgage"),
    ("other_debt", "other"),
    ("owner_debt", "business"),
)
_ASSETS: tuple[tuple[str, AssetKind], ...] = (
    ("deposits", "deposit"),
    ("funds", "fund"),
    ("stocks", "stock"),
    ("property", "property"),
    ("education_saved", "education"),
)


def _debts(told: _Told) -> list[Debt]:
    amounts = [(kind, told.amount(key)) for key, kind in _DEBTS]
    return [Debt(kind, amount) for kind, amount in amounts if amount]


def _assets(told: _Told) -> list[Asset]:
    amounts = [(kind, told.amount(key)) for key, kind in _ASSETS]
    return [Asset(kind, amount, USABLE[kind]) for kind, amount in amounts if amount]


def _covers(told: _Told) -> list[Cover]:
    found = []
    for place in range(1, told.live.get("policies", 0) + 1):
        insured = told.live.get(f"policy_insured.{place}")
        kind = told.live.get(f"policy_kind.{place}")
        if insured is None or kind is None:
            continue
        found.append(
            Cover(
                insured=insured.replace(".", "_"),
                kind=kind,
                sum_insured=told.amount(f"policy_sum.{place}") or ZERO,
                premium=told.amount(f"policy_premium.{place}") or ZERO,
                product=told.live.get(f"policy_company.{place}", ""),
            )
        )
    return found


def _labels(questionnaire: Questionnaire, key: str, live: dict[str, Any]) -> list[str]:
    labels = {option.value: option.label for option in questionnaire.specs[key].options}
    chosen = live.get(key, ())
    return [labels[value] for value in ([chosen] if isinstance(chosen, str) else chosen)]


def appetite(questionnaire: Questionnaire, live: dict[str, Any]) -> Appetite | None:
    """保守, 平衡 or 激进; None when nothing was answered."""
    found = _third(questionnaire, live, "appetite")
    names: tuple[Appetite, ...] = ("conservative", "balanced", "aggressive")
    return None if found is None else names[found]


def awareness(questionnaire: Questionnaire, live: dict[str, Any]) -> Awareness | None:
    """How far the family has thought of its risks; None when nothing was answered."""
    found = _third(questionnaire, live, "awareness")
    names: tuple[Awareness, ...] = ("low", "medium", "high")
    return None if found is None else names[found]


def _third(questionnaire: Questionnaire, live: dict[str, Any], scale: Scale) -> int | None:
    """The score of the answers on a scale, as a share of what they could score: 0 up to a third,
    1 up to two thirds, else 2."""
    score = most = 0
    for key, spec in questionnaire.specs.items():
        if spec.scale == scale and key in live:
            scores = {option.value: option.score or 0 for option in spec.options}
            score += scores[live[key]]
            most += max(scores.values())
    return None if not most else sum(score * 3 > most * step for step in (1, 2))


def with_recorded(household: Household, policies: Sequence[Policy]) -> Household:
    """The household with the policies on record counted, when the interview told of none.

    What was told goes before what is recorded, so that no policy counts twice.
    """
    if household.covers:
        return household
    ids = {member.name: member.id for member in household.members}
    client = household.members[0].id
    covers = tuple(
        Cover(
            insured=ids.get(policy.insured, client),
            kind=line,
            sum_insured=policy.sum_insured or ZERO,
            premium=policy.premium * _TIMES_A_YEAR[policy.frequency],
            company=policy.company,
            product=policy.product,
        )
        for policy in policies
        if policy.status is PolicyStatus.ACTIVE and (line := line_of(policy)) is not None
    )
    return replace(household, covers=covers)
