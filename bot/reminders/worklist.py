"""The renewal lists 当月, 宽一, 宽末 as of a date: who is on which, and in what order. Pure.

A premium belongs to a list by the month it fell due in: this month's to 当月, last month's to 宽一,
the one before to 宽末. A policy stands once, by its oldest unpaid premium, for only that one can be
paid next.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from itertools import takewhile
from typing import Literal, get_args

from bot.domain.amounts import TIMES_A_YEAR
from bot.domain.people import Client
from bot.domain.policies import Policy, PolicyStatus
from bot.reminders.calendar import (
    due_anchor_day,
    due_dates,
    grace_end,
    lapse_day,
    reinstatement_end,
    working_list,
)
from bot.reminders.schema import Cadences

ListName = Literal["当月", "宽一", "宽末"]
Whose = Literal["all", "own", "orphan"]
Order = Literal["premium", "year", "dekad", "orphan", "important", "transfer", "potential"]
Filing = Literal["assessment", "report"]

LISTS: tuple[ListName, ...] = get_args(ListName)
WHOSE: tuple[Whose, ...] = get_args(Whose)
ORDERS: tuple[Order, ...] = get_args(Order)
FILINGS: tuple[Filing, ...] = get_args(Filing)

ORPHAN = "孤儿单"
"""The tag of a client whose agent left."""
_IMPORTANT = frozenset({"高价值", "大额保单"})
_POTENTIAL = frozenset({"潜力"})
_DAYS_A_YEAR = 365.2425
# A due date some days off the anniversary still belongs to the year that begins there.
_SLACK_DAYS = 15
# The last stretch of the two years of reinstatement: from about day 640 after the lapse.
_ENDING_DAYS = 90


@dataclass(frozen=True, slots=True)
class Logged:
    """One contact on the client's local date; ``kind`` and ``result`` as the log keeps them."""

    on: date
    kind: str
    result: str


@dataclass(frozen=True, slots=True)
class Case:
    """What the lists know of one policy: its client, the client's tags, the log, what was filed.

    ``filed`` holds what the agent has handed in about the oldest unpaid premium.
    """

    policy: Policy
    client: Client
    tags: frozenset[str] = frozenset()
    log: tuple[Logged, ...] = ()
    filed: frozenset[Filing] = frozenset()


@dataclass(frozen=True, slots=True)
class Entry:
    """A policy on a list. Money is in yuan.

    ``yearly`` is a year's premium and decides what is large; ``owed`` is what has fallen due by
    the date of the list, or the coming instalment when nothing has. ``year`` is the policy year
    that the unpaid premium pays for (2 is the first renewal), None when the issue date is not
    known; ``dekad`` is 1, 2 or 3 for 上旬, 中旬, 下旬. ``transfer`` tells that an account to debit
    is on record. The cover stops on ``lapse_on``; ``grace_end_on`` is the day before.
    """

    case: Case
    listed: ListName
    as_of: date
    due_on: date
    grace_end_on: date
    lapse_on: date
    yearly: Decimal
    owed: Decimal
    year: int | None
    dekad: int
    large: bool
    orphan: bool
    important: bool
    transfer: bool
    potential: bool

    @property
    def overdue_days(self) -> int:
        """Days since the due date, which is day 0; negative before it."""
        return (self.as_of - self.due_on).days


def worklist(cases: Iterable[Case], cadences: Cadences, as_of: date) -> list[Entry]:
    """Every policy with an unpaid premium on one of the three lists as of a date.

    Off the lists: single premiums, what is not in force, a policyholder who died, a premium due in
    a later month, and what has lapsed by ``as_of`` (the day after the last of grace).
    """
    found = (_entry(case, cadences, as_of) for case in cases)
    return [entry for entry in found if entry is not None]


def _entry(case: Case, cadences: Cadences, as_of: date) -> Entry | None:
    policy, due_on = case.policy, case.policy.next_due_on
    if due_on is None or policy.frequency == "single" or case.client.deceased:
        return None
    if policy.status is not PolicyStatus.ACTIVE:
        return None
    market = cadences.jurisdiction(policy.jurisdiction)
    lapse_on = lapse_day(due_on, market.grace_days)
    listed = _list_of(due_on, as_of)
    if listed is None or as_of >= lapse_on:
        return None
    yearly = yearly_premium(policy)
    return Entry(
        case=case,
        listed=listed,
        as_of=as_of,
        due_on=due_on,
        grace_end_on=grace_end(due_on, market.grace_days),
        lapse_on=lapse_on,
        yearly=yearly,
        owed=policy.premium * _instalments(policy, due_on, as_of),
        year=_policy_year(policy.issued_on, due_on),
        dekad=min((due_on.day - 1) // 10, 2) + 1,
        large=yearly >= cadences.renewals.large_premium,
        orphan=ORPHAN in case.tags,
        important=bool(case.tags & _IMPORTANT),
        transfer=policy.account is not None,
        potential=bool(case.tags & _POTENTIAL),
    )


def _list_of(due_on: date, as_of: date) -> ListName | None:
    """The list of a due date. One of the 30th or 31st may outlast two months (31 January until
    1 April): it stays on 宽末 while its grace runs, so that no policy is nobody's on its last day.
    """
    name = working_list(due_on, as_of)
    if name is None:
        return "宽末" if due_on < as_of else None
    return next(known for known in LISTS if known == name)


def yearly_premium(policy: Policy) -> Decimal:
    """A year's premium of a policy in yuan; of a single premium, the whole of it."""
    times: dict[str, int] = {str(period): count for period, count in TIMES_A_YEAR.items()}
    return policy.premium * times.get(policy.frequency, 1)


def _instalments(policy: Policy, due_on: date, as_of: date) -> int:
    anchor = due_anchor_day(due_on, policy.issued_on)
    fallen = takewhile(lambda on: on <= as_of, due_dates(due_on, policy.frequency, anchor))
    return max(1, sum(1 for _ in fallen))


def _policy_year(issued_on: date | None, due_on: date) -> int | None:
    if issued_on is None:
        return None
    return max(1, int(((due_on - issued_on).days + _SLACK_DAYS) // _DAYS_A_YEAR) + 1)


def age_on(born_on: date | None, on: date) -> int | None:
    """Completed years of age; None when the birth date is not known."""
    if born_on is None:
        return None
    return on.year - born_on.year - ((on.month, on.day) < (born_on.month, born_on.day))


# --- filter and order ---------------------------------------------------------------------------


def chosen(
    entries: Iterable[Entry], listed: ListName | None = None, whose: Whose = "all"
) -> list[Entry]:
    """The entries of one list (of all, when None), and of own or orphan clients only."""
    return [
        entry
        for entry in entries
        if listed in (None, entry.listed)
        if whose == "all" or entry.orphan == (whose == "orphan")
    ]


def in_order(entries: Iterable[Entry], order: Order) -> list[Entry]:
    """Sorted for work; whatever the order, the larger yearly premium comes first among equals.

    ``premium`` the largest first; ``year`` the second, the third, then later years; ``dekad`` by
    ten-day period and day of the due date; ``orphan``, ``important`` and ``potential`` those first;
    ``transfer`` first those who pay by themselves, for nothing will be debited.
    """
    return sorted(entries, key=lambda entry: (*_key(entry, order), *_ties(entry)))


def _key(entry: Entry, order: Order) -> tuple[int, ...]:
    match order:
        case "premium":
            return ()
        case "year":
            return (min(entry.year, 4) if entry.year is not None else 5,)
        case "dekad":
            return (entry.dekad, entry.due_on.day)
        case "orphan":
            return (not entry.orphan,)
        case "important":
            return (not entry.important,)
        case "transfer":
            return (entry.transfer,)
        case "potential":
            return (not entry.potential,)


def _ties(entry: Entry) -> tuple[Decimal, date, int]:
    return -entry.yearly, entry.due_on, entry.case.policy.id


def total_owed(entries: Sequence[Entry]) -> Decimal:
    """What has fallen due and is unpaid, in yuan, with the coming instalments of this month."""
    return sum((entry.owed for entry in entries), Decimal(0))


# --- lapsed for good ----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Ending:
    """A lapsed policy whose right to be reinstated ends on ``until_on``, in 90 days or less."""

    case: Case
    until_on: date


def endings(cases: Iterable[Case], cadences: Cadences, as_of: date) -> list[Ending]:
    """Lapsed policies about to lapse for good (复效 ends two years after the lapse, 保险法 art. 37),
    the most urgent first."""
    found = []
    for case in cases:
        policy, due_on = case.policy, case.policy.next_due_on
        if policy.status is not PolicyStatus.LAPSED or due_on is None or case.client.deceased:
            continue
        market = cadences.jurisdiction(policy.jurisdiction)
        lapse_on = lapse_day(due_on, market.grace_days)
        until_on = reinstatement_end(lapse_on, market.reinstatement_years)
        if until_on - timedelta(days=_ENDING_DAYS) <= as_of <= until_on and as_of >= lapse_on:
            found.append(Ending(case, until_on))
    return sorted(found, key=lambda one: (one.until_on, -one.case.policy.premium))
