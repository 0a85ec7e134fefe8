"""Persistency 继续率 of 13 and 25 months, by premium and by count: who is judged, when, and how. Pure.

Which premium is judged: the first one of the second policy year (13 months), of the third
(25 months). Whether it is paid is read at the end of the calendar month 14 (or 26) months after the
month of issue, because a due premium may still be paid in 60 days of grace.

- Denominator: the policies issued in one calendar month, less those excluded.
- Numerator: those of the denominator whose judged premium is paid.
- Excluded from both, by default: policies cancelled in the cooling-off period (status
  ``withdrawn``), and policies on the life of a policyholder who died (a death claim). The office
  chooses them as ``persistency_excludes`` in cadences.yaml; they are stated beside the figure.
- A single premium has no second one to judge: it is in neither.
- Everything else that was issued stays in the denominator: surrendered after the cooling-off
  period, lapsed, terminated.

By premium each policy weighs its yearly premium in yuan, by count it weighs one. Source: the
definition that life offices work by (paid ÷ issued less excluded, 13 months read two months late)
and its published examples (9,000 of 10,000 is 90.0 %; 14,000 of 15,000 is 93.3 %).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Literal, get_args

from bot.domain.people import Client
from bot.domain.policies import Policy, PolicyStatus
from bot.reminders.calendar import MONTHS_BY_FREQUENCY, add_months
from bot.reminders.worklist import yearly_premium

Months = Literal[13, 25]
Exclusion = Literal["cooling_off", "death_claim"]

MONTHS: tuple[Months, ...] = get_args(Months)
YEAR_OF_COHORTS = 12
_DAYS_A_MONTH = 365.2425 / 12


@dataclass(frozen=True, slots=True)
class IssuedPolicy:
    """A policy of the issue month: its yearly premium (yuan) and whether the judged premium is paid.

    ``excluded`` policies leave numerator and denominator.
    """

    premium: Decimal
    paid: bool
    excluded: bool = False


@dataclass(frozen=True, slots=True)
class Persistency:
    """Per cent with one decimal, half up; None when no policy is left to judge.

    ``issued`` counts the denominator, ``paid`` the numerator, ``excluded`` what was left out.
    """

    by_premium: Decimal | None
    by_count: Decimal | None
    issued: int = 0
    paid: int = 0
    excluded: int = 0


def persistency(policies: Iterable[IssuedPolicy]) -> Persistency:
    """Paid over issued less excluded, by premium and by count."""
    given = list(policies)
    judged = [policy for policy in given if not policy.excluded]
    paid = [policy for policy in judged if policy.paid]
    return Persistency(
        by_premium=_percent(_premium(paid), _premium(judged)),
        by_count=_percent(Decimal(len(paid)), Decimal(len(judged))),
        issued=len(judged),
        paid=len(paid),
        excluded=len(given) - len(judged),
    )


def _premium(policies: Iterable[IssuedPolicy]) -> Decimal:
    return sum((policy.premium for policy in policies), Decimal(0))


def _percent(part: Decimal, whole: Decimal) -> Decimal | None:
    return (part * 100 / whole).quantize(Decimal("0.1"), ROUND_HALF_UP) if whole else None


def judged_on(issued_on: date, months: Months = 13) -> date:
    """The day a 13- or 25-month figure is read: the end of issue month + 14 (or + 26)."""
    return add_months(issued_on, months + 1, day=31)


def latest_cohort(as_of: date, months: Months = 13) -> date:
    """The first day of the newest month of issue whose figure may be read on ``as_of``."""
    ended = add_months((as_of + timedelta(days=1)).replace(day=1), -1)
    return add_months(ended, -(months + 1))


def of_month(
    book: Iterable[tuple[Policy, Client]],
    month_on: date,
    months: Months,
    excludes: Collection[Exclusion],
) -> Iterator[IssuedPolicy]:
    """The policies issued in the calendar month of ``month_on``, as they are judged."""
    for policy, client in book:
        issued_on = policy.issued_on
        if issued_on is None or policy.frequency not in MONTHS_BY_FREQUENCY:
            continue
        if (issued_on.year, issued_on.month) == (month_on.year, month_on.month):
            yield IssuedPolicy(
                yearly_premium(policy),
                _paid(policy, issued_on, months),
                excluded=_exclusion(policy, client) in excludes,
            )


def year_to(month_on: date) -> list[date]:
    """The first days of the twelve months of issue that end with the month of ``month_on``."""
    first_on = month_on.replace(day=1)
    return [add_months(first_on, -back) for back in reversed(range(YEAR_OF_COHORTS))]


def of_year(
    book: Iterable[tuple[Policy, Client]],
    month_on: date,
    months: Months,
    excludes: Collection[Exclusion],
) -> list[IssuedPolicy]:
    """The policies of the twelve months of issue that end with ``month_on``, together."""
    kept = list(book)
    return [one for on in year_to(month_on) for one in of_month(kept, on, months, excludes)]


def _exclusion(policy: Policy, client: Client) -> Exclusion | None:
    if policy.status is PolicyStatus.WITHDRAWN:
        return "cooling_off"
    return "death_claim" if client.deceased and not policy.insured else None


def _paid(policy: Policy, issued_on: date, months: Months) -> bool:
    """Whether the judged premium is paid, by the oldest one that is not.

    Instalments are counted by the nearest, for due dates may lie some days off the day of issue.
    Without an unpaid one, a policy in force or matured is paid up; of one that ended otherwise
    nothing is known, and it counts as unpaid.
    """
    if policy.next_due_on is None:
        return policy.status in (PolicyStatus.ACTIVE, PolicyStatus.MATURED)
    step = MONTHS_BY_FREQUENCY[policy.frequency]
    unpaid = round((policy.next_due_on - issued_on).days / (_DAYS_A_MONTH * step))
    return unpaid > (months - 1) // step
