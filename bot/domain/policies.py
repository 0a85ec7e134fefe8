"""Policies, their premiums, and claims."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from bot.domain.household import CoverKind


class PolicyStatus(StrEnum):
    """Where a policy stands. ``lapsed`` is 效力中止: it may still be reinstated.

    ``surrendered`` is 退保 after the cooling-off period, ``withdrawn`` 退保 within it.
    """

    ACTIVE = "active"
    LAPSED = "lapsed"
    TERMINATED = "terminated"
    SURRENDERED = "surrendered"
    WITHDRAWN = "withdrawn"
    MATURED = "matured"


class ClaimDecision(StrEnum):
    """The outcome of a claim."""

    PAID = "paid"
    DECLINED = "declined"


@dataclass(frozen=True, slots=True)
class Policy:
    """One policy. ``premium`` in yuan per payment; ``next_due_on`` is the oldest unpaid due date.

    ``jurisdiction`` selects the grace table: ``CN``, ``TW``, ``HK``, ``SG`` or ``MY``. ``line`` is
    what it mainly covers; ``insured`` and ``account`` are names, empty for the client's own;
    ``beneficiary`` is None when none was named or it is not known; ``to_collect`` waits, in yuan.
    """

    id: int
    client_id: int
    number: str
    product: str
    company: str
    premium: Decimal
    frequency: str = "yearly"
    sum_insured: Decimal | None = None
    issued_on: date | None = None
    next_due_on: date | None = None
    status: PolicyStatus = PolicyStatus.ACTIVE
    jurisdiction: str = "CN"
    line: CoverKind | None = None
    insured: str = ""
    beneficiary: str | None = None
    account: str | None = None
    to_collect: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Claim:
    """A claim on a policy; ``decided_at`` and ``decision`` are set together."""

    id: int
    policy_id: int
    opened_at: datetime
    decided_at: datetime | None = None
    decision: ClaimDecision | None = None


_LINE_WORDS: tuple[tuple[CoverKind, tuple[str, ...]], ...] = (
    ("critical_illness", ("重疾", "重大疾病", "防癌")),
    ("medical", ("医疗", "住院")),
    ("accident", ("意外",)),
    ("annuity", ("年金", "养老")),
    ("life", ("终身寿", "定期寿", "寿险", "两全")),
)


def line_of(policy: Policy) -> CoverKind | None:
    """What a policy mainly covers: as recorded, else as its product's name says."""
    if policy.line is not None:
        return policy.line
    named = [kind for kind, words in _LINE_WORDS if any(word in policy.product for word in words)]
    return named[0] if len(named) == 1 else None
