"""Words of a touch: the step's template filled with the facts, in the reader's script."""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal

from bot.domain.policies import Policy
from bot.errors import UserError
from bot.reminders.calendar import grace_end, orphan_visits, reinstatement_end
from bot.reminders.facts import Book
from bot.reminders.occurrences import Occurrence, occurrences
from bot.reminders.plan import Touch
from bot.reminders.schema import Cadences, Step

_BENEFITS = {"survival": ("生存保险金", "生存保險金"), "maturity": ("满期保险金", "滿期保險金")}
_VISITS = {"1": "第一次", "2": "第二次", "3": "第三次"}


def render(step: Step, facts: Mapping[str, str], script: str, turn: int = 0) -> str:
    """The step's text in ``script`` (``hans`` or ``hant``) with every placeholder filled.

    ``turn`` chooses among several wordings; the next turn gives the next wording.
    """
    texts = step.text_hant if script == "hant" else step.text
    return texts[turn % len(texts)].format_map(facts)


def render_touch(
    touch: Touch, cadences: Cadences, book: Book, script: str, *, further: bool = False
) -> str:
    """The text of a touch from the facts of now; UserError when its event no longer stands.

    A ``further`` one follows other words in the same message, so it need not greet again.
    """
    step = cadences.step(touch.cadence, touch.step)
    if step is None:
        raise UserError("这条提醒的内容已从规则里删去，请取消它")
    also = step.also_hant if script == "hant" else step.also
    if further and also is not None:
        return also.format_map(touch_facts(touch, cadences, book, script))
    return render(step, touch_facts(touch, cadences, book, script), script, wording_turn(touch))


def wording_turn(touch: Touch) -> int:
    """A turn fixed by the subject and the year, so that a client reads another wording next year."""
    return zlib.crc32(touch.subject.encode()) + touch.event_on.year


def touch_facts(touch: Touch, cadences: Cadences, book: Book, script: str) -> dict[str, str]:
    """The value of every placeholder that the touch's event knows, written for people."""
    occurrence = _occurrence(touch, cadences, book)
    agent = book.agent[touch.agent_id]
    facts = {"agent": agent.name, "company": agent.company}
    if client := book.client.get(touch.client_id or 0):
        facts["client"] = client.name
    if policy := book.policy.get(touch.policy_id or 0):
        facts |= _policy_facts(policy, touch, cadences)
    return facts | _event_facts(touch, occurrence, cadences, book, script)


def _occurrence(touch: Touch, cadences: Cadences, book: Book) -> Occurrence:
    found = occurrences(touch.event, cadences, book, touch.event_on, touch.event_on)
    for occurrence in found:
        if (occurrence.subject, occurrence.on) == (touch.subject, touch.event_on):
            return occurrence
    raise UserError("情况已变，这条提醒不再适用，请取消它")


def _policy_facts(policy: Policy, touch: Touch, cadences: Cadences) -> dict[str, str]:
    facts = {"policy": policy.number, "product": policy.product, "insurer": policy.company}
    if touch.event not in ("renewal", "grace", "lapse") or policy.next_due_on is None:
        return facts
    market = cadences.jurisdiction(policy.jurisdiction)
    due_on = policy.next_due_on if touch.event == "lapse" else touch.event_on
    end_on = grace_end(due_on, market.grace_days)
    lapse_on = end_on + timedelta(days=1)
    return facts | {
        "premium": yuan(policy.premium),
        "due_on": day(due_on),
        "grace_end_on": day(end_on),
        "lapse_on": day(lapse_on),
        "reinstatement_end_on": day(reinstatement_end(lapse_on, market.reinstatement_years)),
    }


def _event_facts(
    touch: Touch, occurrence: Occurrence, cadences: Cadences, book: Book, script: str
) -> dict[str, str]:
    hant, on = script == "hant", day(touch.event_on)
    if touch.event in ("birthday", "family_birthday"):
        return {"birthday_on": on, "member": occurrence.detail}
    if touch.event == "festival":
        festival = next(row for row in cadences.festivals if row.id == occurrence.detail)
        return {"festival": festival.hant if hant else festival.zh}
    if touch.event == "benefit":
        return {"benefit": _BENEFITS[occurrence.kind][hant], "benefit_on": on}
    if touch.event in ("lead_class", "stage_limit"):
        return _lead_facts(touch, occurrence, cadences, book, hant)
    if touch.event == "orphan":
        return {"assigned_on": on, "visit_by_on": day(orphan_visits(touch.event_on)[0])}
    if touch.event == "orphan_visit":
        return {"visit": _VISITS[occurrence.kind], "visit_by_on": on}
    names = {"policy_issued": "issued_on", "cooling_off": "cooling_off_end_on",
             "anniversary": "anniversary_on", "silent": "contacted_on"}  # fmt: skip
    return {names[touch.event]: on} if touch.event in names else {}


def _lead_facts(
    touch: Touch, occurrence: Occurrence, cadences: Cadences, book: Book, hant: bool
) -> dict[str, str]:
    lead = book.lead[touch.lead_id or 0]
    facts = {"lead": lead.name, "grade": occurrence.kind, "contacted_on": day(touch.event_on)}
    limit = next((row for row in cadences.stage_limits if row.stage == occurrence.detail), None)
    if limit is not None and lead.stage_since_on is not None:
        facts["stage"] = limit.hant if hant else limit.zh
        facts["stage_since_on"] = day(lead.stage_since_on)
    return facts


def day(on: date) -> str:
    """A date as people read it: 2026年4月1日."""
    return f"{on.year}年{on.month}月{on.day}日"


def yuan(amount: Decimal) -> str:
    """An amount in yuan as people read it: 12,000元, 1,234.50元."""
    whole = amount == amount.to_integral_value()
    return f"{amount:,.0f}元" if whole else f"{amount:,.2f}元"
