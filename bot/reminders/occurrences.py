"""From facts to events: every birthday, due date, lapse, claim … that touches hang on."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from bot.domain.people import Client
from bot.domain.policies import Policy
from bot.reminders.calendar import (
    LunarDay,
    SolarDay,
    anniversaries,
    due_anchor_day,
    due_dates,
    lapse_day,
    orphan_visits,
    yearly_dates,
    zone,
)
from bot.reminders.facts import Birthday, Book
from bot.reminders.schema import Cadences


@dataclass(frozen=True, slots=True)
class Occurrence:
    """One event of one subject on a local date; ``at`` only where the instant itself counts.

    ``kind`` chooses among steps (frequency, grade, decision …), ``detail`` names the festival,
    the family member or the stage in the texts. ``subject`` is stable across planning.
    """

    subject: str
    on: date
    agent_id: int
    client_id: int | None = None
    policy_id: int | None = None
    claim_id: int | None = None
    lead_id: int | None = None
    kind: str = ""
    detail: str = ""
    at: datetime | None = None


def occurrences(
    event: str, cadences: Cadences, book: Book, first_on: date, last_on: date
) -> Iterator[Occurrence]:
    """Events of one kind; yearly ones within the range, the others all there are."""
    return _SOURCES[event](cadences, book, first_on, last_on)


def unpaid_dues(cadences: Cadences, book: Book, policy: Policy) -> Iterator[date]:
    """The oldest unpaid due date and those that follow it before the policy would lapse."""
    if policy.next_due_on is None or policy.frequency == "single":
        return
    dates = book.dates.get(policy.id)
    contract_on = (dates.first_due_on if dates else None) or policy.issued_on
    anchor = due_anchor_day(policy.next_due_on, contract_on)
    lapse_on = policy_lapse_day(cadences, policy)
    for due_on in due_dates(policy.next_due_on, policy.frequency, anchor):
        if lapse_on is None or due_on >= lapse_on:
            return
        yield due_on


def policy_lapse_day(cadences: Cadences, policy: Policy) -> date | None:
    """The lapse day of the oldest unpaid premium by the policy's market; None without one."""
    if policy.next_due_on is None or policy.frequency == "single":
        return None
    return lapse_day(policy.next_due_on, cadences.jurisdiction(policy.jurisdiction).grace_days)


def _of_policy(book: Book, policy: Policy, on: date, kind: str = "") -> Iterator[Occurrence]:
    client = book.client.get(policy.client_id)
    if client is not None:
        yield Occurrence(
            f"policy-{policy.id}", on, client.agent_id, client.id, policy.id, kind=kind
        )


def _birthdays(book: Book, first_on: date, last_on: date, family: bool) -> Iterator[Occurrence]:
    for birthday in book.birthdays:
        client = book.client.get(birthday.client_id)
        if client is None or (birthday.member_id is not None) != family:
            continue
        subject = f"member-{birthday.member_id}" if family else f"client-{client.id}"
        for on in yearly_dates(birthday.day, first_on, last_on):
            yield _birthday(client, birthday, subject, on)


def _birthday(client: Client, birthday: Birthday, subject: str, on: date) -> Occurrence:
    return Occurrence(subject, on, client.agent_id, client.id, detail=birthday.name)


def _own_birthdays(_: Cadences, book: Book, first: date, last: date) -> Iterator[Occurrence]:
    return _birthdays(book, first, last, family=False)


def _family_birthdays(_: Cadences, book: Book, first: date, last: date) -> Iterator[Occurrence]:
    return _birthdays(book, first, last, family=True)


def _festivals(cadences: Cadences, book: Book, first: date, last: date) -> Iterator[Occurrence]:
    for festival in cadences.festivals:
        kept = LunarDay if festival.calendar == "lunar" else SolarDay
        for on in yearly_dates(kept(festival.month, festival.day), first, last):
            for client in book.clients:
                yield Occurrence(
                    f"client-{client.id}", on, client.agent_id, client.id, detail=festival.id
                )


def _renewals(cadences: Cadences, book: Book, _: date, __: date) -> Iterator[Occurrence]:
    for policy in book.policies:
        for due_on in unpaid_dues(cadences, book, policy):
            yield from _of_policy(book, policy, due_on, policy.frequency)


def _graces(cadences: Cadences, book: Book, _: date, __: date) -> Iterator[Occurrence]:
    for policy in book.policies:
        if policy.next_due_on is not None and policy.frequency != "single":
            yield from _of_policy(book, policy, policy.next_due_on, policy.frequency)


def _lapses(cadences: Cadences, book: Book, _: date, __: date) -> Iterator[Occurrence]:
    for policy in book.policies:
        if lapse_on := policy_lapse_day(cadences, policy):
            yield from _of_policy(book, policy, lapse_on, policy.frequency)


def _claims(book: Book, decided: bool) -> Iterator[Occurrence]:
    for claim in book.claims:
        policy = book.policy.get(claim.policy_id)
        client = book.client.get(policy.client_id) if policy else None
        at = claim.decided_at if decided else claim.opened_at
        if client is None or at is None:
            continue
        timezone = client.timezone if decided else book.agent[client.agent_id].timezone
        kind = claim.decision.value if decided and claim.decision else ""
        yield Occurrence(
            f"claim-{claim.id}", at.astimezone(zone(timezone)).date(), client.agent_id, client.id,
            claim.policy_id, claim.id, kind=kind, at=at,
        )  # fmt: skip


def _claims_opened(_: Cadences, book: Book, __: date, ___: date) -> Iterator[Occurrence]:
    return _claims(book, decided=False)


def _claims_decided(_: Cadences, book: Book, __: date, ___: date) -> Iterator[Occurrence]:
    return _claims(book, decided=True)


def _issues(_: Cadences, book: Book, __: date, ___: date) -> Iterator[Occurrence]:
    for policy in book.policies:
        if policy.issued_on is not None:
            yield from _of_policy(book, policy, policy.issued_on)


def _cooling_offs(cadences: Cadences, book: Book, _: date, __: date) -> Iterator[Occurrence]:
    """Counted from the receipt of the policy, or from its issue while that is unknown."""
    for policy in book.policies:
        dates = book.dates.get(policy.id)
        start_on = (dates.delivered_on if dates else None) or policy.issued_on
        if start_on is not None:
            days = cadences.jurisdiction(policy.jurisdiction).cooling_off_days
            yield from _of_policy(book, policy, start_on + timedelta(days=days))


def _anniversaries(_: Cadences, book: Book, first: date, last: date) -> Iterator[Occurrence]:
    for policy in book.policies:
        if policy.issued_on is not None:
            for on in anniversaries(policy.issued_on, first, last):
                yield from _of_policy(book, policy, on)


def _benefits(_: Cadences, book: Book, __: date, ___: date) -> Iterator[Occurrence]:
    for benefit in book.benefits:
        policy = book.policy.get(benefit.policy_id)
        client = book.client.get(policy.client_id) if policy else None
        if client is not None:
            yield Occurrence(
                f"benefit-{benefit.id}", benefit.due_on, client.agent_id, client.id,
                benefit.policy_id, kind=benefit.kind,
            )  # fmt: skip


def _silences(_: Cadences, book: Book, __: date, ___: date) -> Iterator[Occurrence]:
    for contact in book.contacts:
        client = book.client.get(contact.client_id)
        if client is not None:
            yield Occurrence(f"client-{client.id}", contact.on, client.agent_id, client.id)


def _lead_contacts(_: Cadences, book: Book, __: date, ___: date) -> Iterator[Occurrence]:
    for lead in book.leads:
        if lead.contacted_on is not None and lead.grade is not None:
            yield Occurrence(
                f"lead-{lead.id}",
                lead.contacted_on,
                lead.agent_id,
                lead_id=lead.id,
                kind=lead.grade,
            )


def _stage_limits(cadences: Cadences, book: Book, _: date, __: date) -> Iterator[Occurrence]:
    limits = {limit.stage: limit.days for limit in cadences.stage_limits}
    for lead in book.leads:
        if lead.stage in limits and lead.stage_since_on is not None:
            on = lead.stage_since_on + timedelta(days=limits[lead.stage])
            yield Occurrence(
                f"lead-{lead.id}", on, lead.agent_id, lead_id=lead.id, detail=lead.stage
            )


def _handovers(_: Cadences, book: Book, __: date, ___: date) -> Iterator[Occurrence]:
    for handover in book.handovers:
        client = book.client.get(handover.client_id)
        if client is not None:
            yield Occurrence(
                f"handover-{handover.id}", handover.assigned_on, client.agent_id, client.id
            )


def _orphan_visits(_: Cadences, book: Book, __: date, ___: date) -> Iterator[Occurrence]:
    for handover in book.handovers:
        client = book.client.get(handover.client_id)
        if client is None:
            continue
        deadlines = orphan_visits(handover.assigned_on, handover.visited)
        for number, on in enumerate(deadlines, start=1):
            if number > len(handover.visited):
                subject = f"handover-{handover.id}-visit-{number}"
                yield Occurrence(subject, on, client.agent_id, client.id, kind=str(number))


_SOURCES: dict[str, Callable[[Cadences, Book, date, date], Iterator[Occurrence]]] = {
    "birthday": _own_birthdays,
    "family_birthday": _family_birthdays,
    "festival": _festivals,
    "renewal": _renewals,
    "grace": _graces,
    "lapse": _lapses,
    "claim_opened": _claims_opened,
    "claim_decided": _claims_decided,
    "policy_issued": _issues,
    "cooling_off": _cooling_offs,
    "anniversary": _anniversaries,
    "benefit": _benefits,
    "silent": _silences,
    "lead_class": _lead_contacts,
    "stage_limit": _stage_limits,
    "orphan": _handovers,
    "orphan_visit": _orphan_visits,
}
