"""The family policy review: who is covered for what, and what service is owed. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

from bot.domain.household import COVER_KINDS, CoverKind
from bot.domain.policies import Policy, PolicyStatus, line_of

Work = Literal["no_beneficiary", "account", "to_collect", "overdue", "lapsed", "unknown_line"]

_NEEDS_BENEFICIARY: tuple[CoverKind, ...] = ("life", "accident", "annuity")
_HELD = (PolicyStatus.ACTIVE, PolicyStatus.LAPSED)


@dataclass(frozen=True, slots=True)
class Held:
    """One policy in the review: the policy, and whose life it insures."""

    policy: Policy
    insured: str


@dataclass(frozen=True, slots=True)
class ServiceWork:
    """Something to put right for the client, of one policy."""

    kind: Work
    policy: Policy


@dataclass(frozen=True, slots=True)
class PolicyReview:
    """``sums`` gives for each member the sum insured by kind, in yuan; lapsed cover counts nothing.

    ``premium_yearly`` is what all policies in force cost a year.
    """

    held: tuple[Held, ...]
    sums: dict[str, dict[CoverKind, Decimal]]
    work: tuple[ServiceWork, ...]
    premium_yearly: Decimal


_TIMES = {"yearly": 1, "half_yearly": 2, "quarterly": 4, "monthly": 12, "single": 0}


def review(
    policies: Iterable[Policy], client: str, members: Sequence[str], today: date
) -> PolicyReview:
    """All policies of a family by member: ``members`` are known by name, others come after them."""
    held = [Held(policy, policy.insured or client) for policy in policies if policy.status in _HELD]
    names = list(dict.fromkeys([client, *members, *(one.insured for one in held)]))
    sums = {name: dict.fromkeys(COVER_KINDS, Decimal(0)) for name in names}
    for one in held:
        line = line_of(one.policy)
        if one.policy.status is PolicyStatus.ACTIVE and line is not None:
            sums[one.insured][line] += one.policy.sum_insured or 0
    yearly = sum(
        (
            one.policy.premium * _TIMES[one.policy.frequency]
            for one in held
            if one.policy.status is PolicyStatus.ACTIVE
        ),
        Decimal(0),
    )
    work = [
        ServiceWork(kind, one.policy) for one in held for kind in _work(one.policy, client, today)
    ]
    return PolicyReview(tuple(held), sums, tuple(work), yearly)


def _work(policy: Policy, client: str, today: date) -> Iterable[Work]:
    if policy.status is PolicyStatus.LAPSED:
        yield "lapsed"
    elif policy.next_due_on is not None and policy.next_due_on < today:
        yield "overdue"
    line = line_of(policy)
    if line is None:
        yield "unknown_line"
    elif line in _NEEDS_BENEFICIARY and not policy.beneficiary:
        yield "no_beneficiary"
    if policy.account and policy.account != client:
        yield "account"
    if policy.to_collect:
        yield "to_collect"
