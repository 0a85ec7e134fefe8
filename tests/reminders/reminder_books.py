"""Small books for tests: one agent, one client, and the one fact that an event needs."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

from bot.domain.people import Client
from bot.domain.policies import Claim, ClaimDecision, Policy
from bot.reminders.calendar import SolarDay, orphan_visits
from bot.reminders.facts import (
    Agent,
    Benefit,
    Birthday,
    Book,
    Contact,
    Handover,
    Lead,
    birthday_of,
)

AGENT = Agent(1, "林样例", "样例人寿")
CLIENT = Client(1, 1, "王样例")
POLICY = Policy(1, 1, "YL-1", "样例年金保险", "样例人寿", Decimal(12000))
BASE = Book((AGENT,), (CLIENT,))


def book_with(policy: Policy = POLICY, client: Client = CLIENT, **rest: object) -> Book:
    return replace(Book((AGENT,), (client,), (policy,)), **rest)


def due(on: date, **changes: object) -> Policy:
    return replace(POLICY, next_due_on=on, **changes)


def born(on: date, lunar: bool = False) -> Book:
    client = replace(CLIENT, birth_on=on, birth_lunar=lunar)
    birthday = birthday_of(client)
    assert birthday is not None
    return Book((AGENT,), (client,), birthdays=(birthday,))


def book_for(event: str, on: date, kind: str | None, jurisdiction: str) -> Book:
    """The smallest book in which ``event`` happens on (or starts from) ``on``."""
    policy = replace(POLICY, jurisdiction=jurisdiction)
    noon = datetime.combine(on, time(4), UTC)
    day = SolarDay(on.month, on.day)
    lead = Lead(1, 1, "孙样例")
    if event in ("renewal", "grace", "lapse"):
        return book_with(replace(policy, next_due_on=on, frequency=kind or "yearly"))
    if event in ("policy_issued", "cooling_off"):
        return book_with(replace(policy, issued_on=on))
    if event == "anniversary":
        return book_with(replace(policy, issued_on=on.replace(year=on.year - 1)))
    if event == "claim_decided":
        claim = Claim(1, 1, noon - timedelta(days=9), noon, ClaimDecision(kind or "paid"))
        return book_with(policy, claims=(claim,))
    if event == "orphan_visit":
        visited = orphan_visits(on)[: int(kind or 1) - 1]
        return replace(BASE, handovers=(Handover(1, 1, on, visited),))
    books = {
        "birthday": replace(BASE, birthdays=(Birthday(1, "王样例", day),)),
        "family_birthday": replace(BASE, birthdays=(Birthday(1, "小样", day, 1),)),
        "festival": BASE,
        "claim_opened": book_with(policy, claims=(Claim(1, 1, noon),)),
        "benefit": book_with(policy, benefits=(Benefit(1, 1, kind or "survival", on),)),
        "silent": replace(BASE, contacts=(Contact(1, on),)),
        "lead_class": replace(BASE, leads=(replace(lead, grade=kind, contacted_on=on),)),
        "orphan": replace(BASE, handovers=(Handover(1, 1, on),)),
        "stage_limit": replace(
            BASE, leads=(replace(lead, stage="needs_analysed", stage_since_on=on),)
        ),
    }
    return books[event]
