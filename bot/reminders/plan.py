"""Planning: facts and cadences in, dated touches out; and the second look before sending."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from bot.domain.policies import PolicyStatus
from bot.errors import UserError
from bot.reminders.calendar import (
    LONGEST_SHIFT_DAYS,
    grace_end,
    instant,
    next_client_hour,
    reinstatement_end,
    zone,
)
from bot.reminders.facts import Book
from bot.reminders.occurrences import Occurrence, occurrences, policy_lapse_day
from bot.reminders.schema import Cadence, Cadences, Step

FIRST_YEAR, LAST_YEAR = 1902, 2099


@dataclass(frozen=True, slots=True)
class Touch:
    """One message to be sent to one audience about one event.

    ``on`` is the local date and ``at`` the UTC instant of sending; after ``expires_at`` it no
    longer makes sense. ``key`` (cadence:step:subject:event date) is the same in every planning
    of the same event, whatever its hour. ``agent_id`` is the serving agent; a supervisor touch
    goes to that agent's supervisor.
    """

    cadence: str
    step: str
    event: str
    audience: str
    nature: str
    subject: str
    event_on: date
    on: date
    at: datetime
    expires_at: datetime
    key: str
    agent_id: int
    client_id: int | None = None
    policy_id: int | None = None
    claim_id: int | None = None
    lead_id: int | None = None


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a touch does not go out now: a countable code and a sentence for the agent.

    ``again_at`` is set when the touch is only held, and says until when.
    """

    code: str
    sentence: str
    again_at: datetime | None = None


def plan_touches(cadences: Cadences, book: Book, from_on: date, to_on: date) -> list[Touch]:
    """Every touch whose local date lies in the range (both days included), earliest first.

    A pure function of the facts: planning again after a payment, a move or a change of agent
    gives the new truth, and touches that did not change keep their keys.
    """
    if from_on > to_on:
        raise UserError("开始日期晚于结束日期，请对调")
    if from_on.year < FIRST_YEAR or to_on.year > LAST_YEAR:
        raise UserError(f"只能排 {FIRST_YEAR} 至 {LAST_YEAR} 年的提醒，请改日期")
    touches: dict[str, Touch] = {}
    for cadence in cadences.cadences:
        for step, occurrence in _pairs(cadence, cadences, book, from_on, to_on):
            for touch in _touches(cadence, step, occurrence, cadences, book, from_on, to_on):
                touches.setdefault(touch.key, touch)
    return sorted(touches.values(), key=lambda touch: (touch.at, touch.key))


def next_days(cadences: Cadences, book: Book, from_on: date, to_on: date) -> dict[int, date]:
    """The first local date in the range on which each client (by id) has a touch; none for those
    without one. A lead bears the id of its client."""
    first: dict[int, date] = {}
    for cadence in cadences.cadences:
        for step, occurrence in _pairs(cadence, cadences, book, from_on, to_on):
            client_id = occurrence.client_id or occurrence.lead_id or 0
            known = first.get(client_id)
            last_on = to_on if known is None else known - timedelta(days=1)
            if from_on > last_on:
                continue
            for touch in _touches(cadence, step, occurrence, cadences, book, from_on, last_on):
                first[client_id] = min(touch.on, first.get(client_id, touch.on))
    return first


def _pairs(
    cadence: Cadence, cadences: Cadences, book: Book, from_on: date, to_on: date
) -> Iterator[tuple[Step, Occurrence]]:
    offsets = [step.offset_days or 0 for step in cadence.steps]
    # Steps counted in hours may fall days after their event.
    # A working day may be some days from the day counted.
    shift = LONGEST_SHIFT_DAYS if any(step.business_day for step in cadence.steps) else 0
    first_on = from_on - timedelta(days=max(offsets) + 4 + shift)
    last_on = to_on - timedelta(days=min(offsets) - 1 - shift)
    for occurrence in occurrences(cadence.event, cadences, book, first_on, last_on):
        for step in cadence.steps:
            if not step.only or occurrence.kind in step.only:
                yield step, occurrence


def _touches(
    cadence: Cadence,
    step: Step,
    occurrence: Occurrence,
    cadences: Cadences,
    book: Book,
    from_on: date,
    to_on: date,
) -> Iterator[Touch]:
    """The touches of one step after one event: one, or several when the step repeats."""
    if step.offset is not None and not from_on <= occurrence.on + step.offset <= to_on:
        return
    timezone = _timezone(step, occurrence, book)
    for number, on, at in _moments(step, occurrence, timezone, cadences, from_on, to_on):
        if not _step_fits(cadence.event, on, occurrence, cadences, book):
            continue
        expires_at = at + timedelta(hours=step.valid_hours)
        if cadence.event == "grace" and (lapse_on := _lapse_on(occurrence, cadences, book)):
            # A word about grace makes no sense once the cover has stopped.
            expires_at = min(expires_at, instant(lapse_on, time(), timezone))
        key = f"{cadence.id}:{step.id}:{occurrence.subject}:{occurrence.on}"
        touch = Touch(
            cadence.id, step.id, cadence.event, step.audience, step.nature, occurrence.subject,
            occurrence.on, on, at, expires_at,
            f"{key}:{number + 1}" if step.every_days else key, occurrence.agent_id,
            occurrence.client_id, occurrence.policy_id, occurrence.claim_id, occurrence.lead_id,
        )  # fmt: skip
        if _failing(step, touch, cadences, book) is None:
            yield touch


def _moments(
    step: Step,
    occurrence: Occurrence,
    timezone: str,
    cadences: Cadences,
    from_on: date,
    to_on: date,
) -> Iterator[tuple[int, date, datetime]]:
    """Repetition number, local date and instant of every sending of the step in the range."""
    if step.offset_hours is not None and occurrence.at is not None:
        at = (occurrence.at + timedelta(hours=step.offset_hours)).astimezone(UTC)
        if from_on <= (on := at.astimezone(zone(timezone)).date()) <= to_on:
            yield 0, on, at
        return
    for number in _repetitions(step, occurrence.on, from_on, to_on):
        offset = (step.offset_days or 0) + number * (step.every_days or 0)
        on = cadences.days_off.moved(occurrence.on + timedelta(days=offset), step.business_day)
        if from_on <= on <= to_on:
            yield number, on, instant(on, step.local_time, timezone)


def _repetitions(step: Step, event_on: date, from_on: date, to_on: date) -> range:
    if step.every_days is None:
        return range(1)
    base_on = event_on + timedelta(days=step.offset_days or 0)
    first = max(0, (from_on - base_on).days // step.every_days)
    return range(first, max(first, (to_on - base_on).days // step.every_days + 1))


def _step_fits(
    event: str, on: date, occurrence: Occurrence, cadences: Cadences, book: Book
) -> bool:
    """Grace steps end with the market's grace, lapse steps with its reinstatement window."""
    if event not in ("grace", "lapse") or occurrence.policy_id is None:
        return True
    market = cadences.jurisdiction(book.policy[occurrence.policy_id].jurisdiction)
    if event == "grace":
        return on <= grace_end(occurrence.on, market.grace_days)
    return on <= reinstatement_end(occurrence.on, market.reinstatement_years)


def _lapse_on(occurrence: Occurrence, cadences: Cadences, book: Book) -> date | None:
    policy = book.policy.get(occurrence.policy_id or 0)
    return policy_lapse_day(cadences, policy) if policy else None


def _timezone(step: Step, occurrence: Occurrence, book: Book) -> str:
    if step.audience == "client" and occurrence.client_id is not None:
        return book.client[occurrence.client_id].timezone
    return book.agent[occurrence.agent_id].timezone


# --- conditions: the same at planning and at sending --------------------------------------------


def _deceased(touch: Touch, _: Cadences, book: Book) -> Refusal | None:
    client = book.client.get(touch.client_id or 0)
    return Refusal("deceased", "客户已身故，不再发送") if client and client.deceased else None


def _reassigned(touch: Touch, _: Cadences, book: Book) -> Refusal | None:
    owner = book.client.get(touch.client_id or 0) or book.lead.get(touch.lead_id or 0)
    if owner is not None and owner.agent_id != touch.agent_id:
        return Refusal("reassigned", "客户已转给别的业务员，由新业务员联系")
    return None


def _opted_out(touch: Touch, _: Cadences, book: Book) -> Refusal | None:
    client = book.client.get(touch.client_id or 0)
    if client is not None and not client.marketing_ok:
        return Refusal("opted_out", "客户已退订问候和推荐，不再发送")
    return None


def _paid(touch: Touch, cadences: Cadences, book: Book) -> Refusal | None:
    policy = book.policy.get(touch.policy_id or 0)
    unpaid_on = policy.next_due_on if policy else None
    if policy is not None and touch.event == "lapse":
        unpaid_on = policy_lapse_day(cadences, policy)
    if unpaid_on is None or unpaid_on > touch.event_on:
        return Refusal("paid", "这一期保费已交，不用再提醒")
    return None


_ENDED = {
    PolicyStatus.SURRENDERED: Refusal("surrendered", "保单已退保，不再提醒"),
    PolicyStatus.WITHDRAWN: Refusal("withdrawn", "保单已在犹豫期内退保，不再提醒"),
    PolicyStatus.TERMINATED: Refusal("terminated", "保单已终止，不再提醒"),
}
_MATURED = {PolicyStatus.MATURED: Refusal("matured", "保单已满期，不再提醒")}
_LAPSED = {PolicyStatus.LAPSED: Refusal("lapsed", "保单效力已中止，请按复效办理")}


def _status(refusals: dict[PolicyStatus, Refusal]) -> Callable[..., Refusal | None]:
    def check(touch: Touch, _: Cadences, book: Book) -> Refusal | None:
        policy = book.policy.get(touch.policy_id or 0)
        return refusals.get(policy.status) if policy else None

    return check


_CONDITIONS: dict[str, Callable[[Touch, Cadences, Book], Refusal | None]] = {
    "alive": _deceased,
    "same_agent": _reassigned,
    "not_opted_out": _opted_out,
    "unpaid": _paid,
    "active": _status(_ENDED | _MATURED | _LAPSED),
    "reinstatable": _status(_ENDED | _MATURED),
    "not_ended": _status(_ENDED),
}


def _failing(step: Step, touch: Touch, cadences: Cadences, book: Book) -> Refusal | None:
    return next(
        (
            refusal
            for name in _CONDITIONS
            if name in step.require
            and (refusal := _CONDITIONS[name](touch, cadences, book)) is not None
        ),
        None,
    )


# --- the second look ----------------------------------------------------------------------------

_CHANGED = Refusal("changed", "情况已变，这条提醒不再适用")


def recheck(touch: Touch, cadences: Cadences, book: Book, now: datetime) -> Refusal | None:
    """Whether a due touch may still go out at ``now`` by the facts of now; None means yes.

    ``book`` needs only what concerns the touch's subject. A refusal with ``again_at`` holds the
    touch (quiet hours, a client who moved to another time zone); any other one drops it.
    """
    if (touch.client_id is not None and touch.client_id not in book.client) or (
        touch.lead_id is not None and touch.lead_id not in book.lead
    ):
        return Refusal("erased", "客户资料已删除，不再发送")
    step = cadences.step(touch.cadence, touch.step)
    if step is None:
        return Refusal("changed", "这一步已从提醒规则里删去，不再发送")
    if (refusal := _failing(step, touch, cadences, book)) is not None:
        return refusal
    if (planned := planned_again(touch, cadences, book)) is None:
        return _CHANGED
    if now >= planned.expires_at:
        return Refusal("expired", "已过时效，现在再发不合适")
    if now < planned.at and planned.at != touch.at:
        return Refusal("rescheduled", "时间已改，到点再发", planned.at)
    return _quiet_hours(planned, book, now)


def _quiet_hours(touch: Touch, book: Book, now: datetime) -> Refusal | None:
    if touch.audience != "client" or touch.client_id is None:
        return None
    again_at = next_client_hour(now, book.client[touch.client_id].timezone)
    if again_at <= now:
        return None
    if again_at >= touch.expires_at:
        return Refusal("expired", "已过时效，现在再发不合适")
    return Refusal("quiet_hours", "当地时间 21:00 至 09:00 不打扰客户，天亮后再发", again_at)


def planned_again(touch: Touch, cadences: Cadences, book: Book) -> Touch | None:
    """The same touch planned from the facts of now; None when its event no longer stands."""
    cadence = cadences.cadence(touch.cadence)
    step = cadences.step(touch.cadence, touch.step)
    if cadence is None or step is None:
        return None
    # Wide enough for any offset the file allows, so that an edited offset is followed.
    from_on = min(touch.on, touch.event_on) - timedelta(days=400)
    to_on = max(touch.on, touch.event_on) + timedelta(days=1000)
    for found in occurrences(cadence.event, cadences, book, touch.event_on, touch.event_on):
        if (found.subject, found.on) == (touch.subject, touch.event_on):
            again = _touches(cadence, step, found, cadences, book, from_on, to_on)
            return next((row for row in again if row.key == touch.key), None)
    return None
