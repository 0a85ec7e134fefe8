"""The facts that touches are planned from: one agent's book, or any part of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any, TypeVar

from bot.domain.people import Client
from bot.domain.policies import Claim, Policy
from bot.reminders.calendar import LunarDay, SolarDay, YearlyDay, lunar_day_of


@dataclass(frozen=True, slots=True)
class Agent:
    """An agent as clients know them: name and full company name."""

    id: int
    name: str
    company: str
    timezone: str = "Asia/Shanghai"


@dataclass(frozen=True, slots=True)
class Birthday:
    """A birthday kept in a client's home; ``member_id`` is None for the client's own."""

    client_id: int
    name: str
    day: YearlyDay
    member_id: int | None = None


@dataclass(frozen=True, slots=True)
class PolicyDates:
    """Dates of a policy beside its premiums: first due date (anchor of the due day), delivery."""

    policy_id: int
    first_due_on: date | None = None
    delivered_on: date | None = None


@dataclass(frozen=True, slots=True)
class Benefit:
    """An unclaimed benefit of a policy; ``kind`` is ``survival`` or ``maturity``."""

    id: int
    policy_id: int
    kind: str
    due_on: date


@dataclass(frozen=True, slots=True)
class Lead:
    """A lead; ``contacted_on`` is the last contact (or the grading), ``stage_since_on`` its stage."""

    id: int
    agent_id: int
    name: str
    grade: str | None = None
    contacted_on: date | None = None
    stage: str | None = None
    stage_since_on: date | None = None


@dataclass(frozen=True, slots=True)
class Handover:
    """An orphan client given to a new agent, and the visits made since, oldest first."""

    id: int
    client_id: int
    assigned_on: date
    visited: tuple[date, ...] = ()


@dataclass(frozen=True, slots=True)
class Contact:
    """The last contact of any kind with a client."""

    client_id: int
    on: date


_Row = TypeVar("_Row", Agent, Client, Policy, Claim, Lead, Benefit)


def _by_id(rows: Iterable[_Row]) -> dict[int, _Row]:
    return {row.id: row for row in rows}


@dataclass(frozen=True)
class Book:
    """Clients with everything their touches depend on. Rows refer to each other by id."""

    agents: tuple[Agent, ...] = ()
    clients: tuple[Client, ...] = ()
    policies: tuple[Policy, ...] = ()
    claims: tuple[Claim, ...] = ()
    birthdays: tuple[Birthday, ...] = ()
    policy_dates: tuple[PolicyDates, ...] = ()
    benefits: tuple[Benefit, ...] = ()
    leads: tuple[Lead, ...] = ()
    handovers: tuple[Handover, ...] = ()
    contacts: tuple[Contact, ...] = ()

    def by_client(self) -> dict[int, Book]:
        """The book cut into one for each client; leads go with the client of the same id."""
        owner = {policy.id: policy.client_id for policy in self.policies}
        parts: dict[int, dict[str, list[Any]]] = {
            client.id: defaultdict(list) for client in self.clients
        }
        for name, rows, client_of in (
            ("clients", self.clients, lambda row: row.id),
            ("policies", self.policies, lambda row: row.client_id),
            ("claims", self.claims, lambda row: owner[row.policy_id]),
            ("birthdays", self.birthdays, lambda row: row.client_id),
            ("policy_dates", self.policy_dates, lambda row: owner[row.policy_id]),
            ("benefits", self.benefits, lambda row: owner[row.policy_id]),
            ("leads", self.leads, lambda row: row.id),
            ("handovers", self.handovers, lambda row: row.client_id),
            ("contacts", self.contacts, lambda row: row.client_id),
        ):
            for row in rows:
                if (part := parts.get(client_of(row))) is not None:
                    part[name].append(row)
        return {
            id_: Book(agents=self.agents, **{name: tuple(rows) for name, rows in part.items()})
            for id_, part in parts.items()
        }

    @cached_property
    def agent(self) -> dict[int, Agent]:
        return _by_id(self.agents)

    @cached_property
    def client(self) -> dict[int, Client]:
        return _by_id(self.clients)

    @cached_property
    def policy(self) -> dict[int, Policy]:
        return _by_id(self.policies)

    @cached_property
    def claim(self) -> dict[int, Claim]:
        return _by_id(self.claims)

    @cached_property
    def lead(self) -> dict[int, Lead]:
        return _by_id(self.leads)

    @cached_property
    def dates(self) -> dict[int, PolicyDates]:
        return {row.policy_id: row for row in self.policy_dates}


def birthday_of(client: Client) -> Birthday | None:
    """The client's own birthday by the calendar they keep; None when the birth date is unknown."""
    if client.birth_on is None:
        return None
    return Birthday(client.id, client.name, yearly_day(client.birth_on, client.birth_lunar))


def yearly_day(birth_on: date, lunar: bool) -> YearlyDay:
    """The yearly day of a birth date; ``lunar`` keeps its Chinese-calendar day."""
    if not lunar:
        return SolarDay(birth_on.month, birth_on.day)
    day: LunarDay = lunar_day_of(birth_on)
    return day
