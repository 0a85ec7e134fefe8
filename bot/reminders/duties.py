"""What the renewal lists ask of an agent: deadlines as duties, problem cases, who to visit. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal, get_args

from bot.reminders.calendar import day_in_month
from bot.reminders.calling import CHECK, KINDS, MATTER, TRANSFER
from bot.reminders.worklist import Entry, Logged, age_on

DutyKind = Literal[
    "report", "assessment", "last_week", "last_call", "two_visits", "two_calls", "first_call",
    "first_round",
]  # fmt: skip
Problem = Literal["complaint", "unreached", "transfer"]
Reason = Literal[
    "lapsing", "complaint", "unreached", "transfer", "change", "large", "needs", "friendly", "age",
]  # fmt: skip
"""Why to visit a client, the most urgent first."""

CALL_BY_DAY = 25
LAST_CALL_BY_DAY = 10
CALLS_OF_SECOND_LIST = 2
VISITS_OF_PROBLEM = 2
ASSESS_ON_DAY = 45
LAST_DAYS = 7
FAILED_CALLS = 3
VISIT_AGES = range(35, 46)

_FAILED = frozenset({"no_answer", "wrong_number"})
_FRIENDLY = frozenset({"按时缴费", "转介绍过"})
_URGENCY: tuple[Reason, ...] = get_args(Reason)


@dataclass(frozen=True, slots=True)
class Duty:
    """Something to do about an entry from ``from_on`` to ``by_on``, both days included."""

    kind: DutyKind
    entry: Entry
    from_on: date
    by_on: date
    done: bool

    @property
    def open(self) -> bool:
        """Whether it is to be done as of the list's date: begun or late, and not done."""
        return not self.done and self.from_on <= self.entry.as_of

    @property
    def late(self) -> bool:
        return self.open and self.by_on < self.entry.as_of


def duties(entry: Entry) -> list[Duty]:
    """Everything that the entry's list asks, the earliest deadline first.

    - every list: one contact that reached the client, by the end of the month;
    - 当月: a first call by the 25th;
    - 宽一: two calls by the 25th, and for problem cases two visits;
    - 宽末: a call by the 10th;
    - in the week before the lapse, whichever list: a visit;
    - day 45 of grace: the assessment form, with which the case goes to the supervisor;
    - a large premium: reported up at once, which is when its month begins.

    Calls count as made, answered or not. None of this can be done after the grace, so a deadline
    that would fall later is the last day of grace; markets with a grace of 45 days or less have no
    day 45 to act on.
    """
    return sorted(_duties(entry), key=lambda duty: (duty.by_on, duty.kind))


def _duties(entry: Entry) -> Iterator[Duty]:
    month = [one for one in entry.case.log if _same_month(one.on, entry.as_of)]
    seen = [one for one in month if one.on <= entry.as_of]
    calls = sum(one.kind == "call" for one in seen)
    visits = [one for one in seen if one.kind == "visit"]
    first_on = entry.as_of.replace(day=1)

    def until(day: int) -> date:
        on = day_in_month(entry.as_of.year, entry.as_of.month, day)
        return min(on, entry.grace_end_on)

    yield Duty("first_round", entry, first_on, until(31), any(map(reached, seen)))
    match entry.listed:
        case "当月":
            yield Duty("first_call", entry, first_on, until(CALL_BY_DAY), calls >= 1)
        case "宽一":
            enough = calls >= CALLS_OF_SECOND_LIST
            yield Duty("two_calls", entry, first_on, until(CALL_BY_DAY), enough)
            if problems(entry):
                met = len(visits) >= VISITS_OF_PROBLEM
                yield Duty("two_visits", entry, first_on, until(CALL_BY_DAY), met)
        case "宽末":
            yield Duty("last_call", entry, first_on, until(LAST_CALL_BY_DAY), calls >= 1)
    week_on = entry.lapse_on - timedelta(days=LAST_DAYS)
    in_week = any(
        one.kind == "visit" and week_on <= one.on <= entry.as_of for one in entry.case.log
    )
    yield Duty("last_week", entry, week_on, entry.grace_end_on, in_week)
    assess_on = entry.due_on + timedelta(days=ASSESS_ON_DAY)
    if assess_on <= entry.grace_end_on:
        filed = "assessment" in entry.case.filed
        yield Duty("assessment", entry, assess_on, assess_on, filed)
    if entry.large:
        on = entry.due_on.replace(day=1)
        yield Duty("report", entry, on, on, "report" in entry.case.filed)


def todo(entries: Iterable[Entry]) -> list[Duty]:
    """The open duties of all entries, the earliest deadline first, then the larger premium."""
    found = [duty for entry in entries for duty in duties(entry) if duty.open]
    return sorted(found, key=lambda duty: (duty.by_on, -duty.entry.yearly, duty.kind))


def reached(one: Logged) -> bool:
    """Whether a contact reached the client."""
    return one.kind in KINDS and one.result.removeprefix(MATTER) not in _FAILED


def _same_month(one: date, other: date) -> bool:
    return (one.year, one.month) == (other.year, other.month)


def _since_due(entry: Entry) -> list[Logged]:
    """The log from the month of the due date to the date of the list, oldest first."""
    first_on = entry.due_on.replace(day=1)
    kept = [one for one in entry.case.log if first_on <= one.on <= entry.as_of]
    return sorted(kept, key=lambda one: one.on)


def problems(entry: Entry) -> list[Problem]:
    """What makes a problem renewal: a complaint; nobody reached (a wrong number, or three failed
    calls since the last contact that reached the client); a transfer that failed."""
    log = _since_due(entry)
    results = [one.result.removeprefix(MATTER) for one in log]
    found: list[Problem] = []
    if "complaint" in results:
        found.append("complaint")
    last = max((at for at, one in enumerate(log) if reached(one)), default=-1)
    missed = [one for one in log[last + 1 :] if one.kind == "call"]
    wrong = any(result == "wrong_number" for result in results[last + 1 :])
    if wrong or len(missed) >= FAILED_CALLS:
        found.append("unreached")
    if any(one.kind == CHECK and one.result.startswith(TRANSFER) for one in log):
        found.append("transfer")
    return found


def visit_reasons(entry: Entry) -> list[Reason]:
    """Why this client deserves a visit, the most urgent reason first; empty when nothing says so."""
    tags, log = entry.case.tags, _since_due(entry)
    age = age_on(entry.case.client.birth_on, entry.as_of)
    found: set[Reason] = set(problems(entry))
    if entry.lapse_on - timedelta(days=LAST_DAYS) <= entry.as_of:
        found.add("lapsing")
    if any(one.result == f"{MATTER}change" for one in log):
        found.add("change")
    if entry.large:
        found.add("large")
    if entry.potential:
        found.add("needs")
    if tags & _FRIENDLY:
        found.add("friendly")
    if age in VISIT_AGES:
        found.add("age")
    return [reason for reason in _URGENCY if reason in found]


def to_visit(entries: Iterable[Entry]) -> list[tuple[Entry, list[Reason]]]:
    """The visit candidates with their reasons, the most urgent first, then the larger premium."""
    found = [(entry, why) for entry in entries if (why := visit_reasons(entry))]
    return sorted(found, key=lambda one: (_URGENCY.index(one[1][0]), -one[0].yearly))
