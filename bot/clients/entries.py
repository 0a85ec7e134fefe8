"""What a checked client sheet holds: clients with their policies, lines, and faults of lines."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, TypeVar

from bot.clients.columns import BY_KEY, TITLE
from bot.clients.sheet import Row
from bot.errors import UserError

IDENTITY = ("external_id", "name", "sex", "birth", "phone", "id_number", "agent")
Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class LineProblem:
    """One fault: the line as the sheet numbers it, the column's title, what is wrong with what.

    ``instead`` is what to write, empty when ``wrong`` says it already.
    """

    line: int
    column: str
    value: str
    wrong: str
    instead: str = ""


@dataclass(frozen=True, slots=True)
class PolicyEntry:
    """A policy of the sheet; None is an empty cell. Premium in yuan per payment."""

    line: int
    number: str
    product: str
    premium: Decimal
    company: str | None = None
    frequency: str | None = None
    sum_insured: Decimal | None = None
    issued_on: date | None = None
    next_due_on: date | None = None
    status: str | None = None
    jurisdiction: str | None = None


@dataclass(frozen=True, slots=True)
class ClientEntry:
    """A client of the sheet with all its lines together; ``line`` is the first of them."""

    line: int
    name: str
    external_id: str | None = None
    sex: str | None = None
    birth_on: date | None = None
    birth_lunar: bool = False
    phone: str | None = None
    id_number: str | None = None
    agent: str | None = None
    policies: tuple[PolicyEntry, ...] = ()


@dataclass(frozen=True, slots=True)
class ImportPlan:
    """A sheet without faults; ``ignored`` are the titles of columns not understood."""

    clients: tuple[ClientEntry, ...]
    ignored: tuple[str, ...] = ()

    @property
    def policies(self) -> list[PolicyEntry]:
        return [policy for client in self.clients for policy in client.policies]


@dataclass(slots=True)
class Line:
    """One line while it is checked: the values read, its policy, its faults."""

    row: Row
    today: date
    values: dict[str, Any] = field(default_factory=dict)
    policy: PolicyEntry | None = None
    problems: list[LineProblem] = field(default_factory=list)

    @property
    def number(self) -> int:
        return self.row.line

    @property
    def identified(self) -> bool:
        """Whether its client can be told: no fault in what identifies one."""
        titles = {TITLE[key] for key in IDENTITY}
        return "name" in self.values and not any(p.column in titles for p in self.problems)

    def wrong(self, key: str, wrong: str, instead: str = "") -> None:
        """Note a fault of one of its columns."""
        value = self.row.cells.get(key, "")
        self.problems.append(LineProblem(self.number, TITLE[key], value, wrong, instead))

    def read(self, key: str, reader: Callable[[str], Value]) -> Value | None:
        """The value of a filled cell; None, and a fault noted, when it cannot be read."""
        typed = self.row.cells.get(key)
        if typed is None:
            return None
        try:
            value = reader(typed)
        except UserError as error:
            example = BY_KEY[key].example
            said = "例如" in str(error) or "请写 " in str(error)
            shown = f"例如 {example}" if example and not said else ""
            self.wrong(key, str(error), shown)
            return None
        self.values[key] = value
        return value
