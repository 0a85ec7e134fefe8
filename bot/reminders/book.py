"""The book file: clients and policies in YAML, planned without a database."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from pathlib import Path

from bot.datafile import KeyPath, Position, locate, read_text, read_yaml, validate
from bot.domain.people import Client
from bot.domain.policies import Claim, ClaimDecision, Policy, PolicyStatus
from bot.errors import DataFileError, DataProblem, UserError
from bot.reminders.book_schema import (
    AgentRow,
    BookFile,
    YearlyBirth,
    client_label,
    oldest_unpaid,
)
from bot.reminders.calendar import (
    LunarDay,
    SolarDay,
    YearlyDay,
    instant,
    lunar_to_solar,
    zone,
)
from bot.reminders.facts import (
    Agent,
    Benefit,
    Birthday,
    Book,
    Contact,
    Handover,
    Lead,
    PolicyDates,
    yearly_day,
)
from bot.reminders.plan import plan_touches
from bot.reminders.schema import Cadences


def load_book(path: Path) -> tuple[Book, BookFile]:
    """Read a book file as facts (rows numbered from 1 in file order) and as it was written.

    Raises DataFileError with every fault at its line and column.
    """
    return parse_book(str(path), read_text(path))


def parse_book(name: str, text: str) -> tuple[Book, BookFile]:
    """Like load_book, from the YAML (or JSON) ``text``."""
    value, positions = read_yaml(name, text)
    file = validate(name, {} if value is None else value, positions, BookFile)
    builder = _Builder(name, positions, file)
    book = builder.book()
    if builder.problems:
        raise DataFileError(sorted(builder.problems, key=lambda p: (p.line, p.column)))
    return book, file


class _Builder:
    """Turns names into numbered rows and collects what does not fit together."""

    def __init__(self, name: str, positions: dict[KeyPath, Position], file: BookFile) -> None:
        self.name, self.positions, self.file = name, positions, file
        self.problems: list[DataProblem] = []
        agents = file.agents or [AgentRow(name="业务员")]
        self.agent_rows = agents
        self.agent_ids = self._ids("agents", [row.id or row.name for row in agents])
        self.client_ids = self._ids("clients", [client_label(row) for row in file.clients])
        self.policy_ids = self._ids("policies", [row.number for row in file.policies])

    def problem(self, path: KeyPath, reason: str) -> None:
        self.problems.append(DataProblem(self.name, *locate(self.positions, path), reason))

    def _ids(self, key: str, labels: Sequence[str]) -> dict[str, int]:
        ids: dict[str, int] = {}
        for number, label in enumerate(labels):
            if label in ids:
                self.problem(
                    (key, number), f"“{label}”重复了，请给每一行不同的 id（保单为 number）"
                )
            ids.setdefault(label, number + 1)
        return ids

    def _refer(self, ids: dict[str, int], label: str, path: KeyPath, what: str) -> int:
        if label not in ids:
            self.problem(path, f"没有这个{what}“{label}”，请核对")
        return ids.get(label, 0)

    def _agent(self, label: str | None, path: KeyPath) -> int:
        if label is None:
            if len(self.agent_rows) > 1:
                self.problem(path, "有几位业务员，请写明 agent 是哪一位")
            return 1
        for number, row in enumerate(self.agent_rows, start=1):
            if label == row.name and label not in self.agent_ids:
                return number
        return self._refer(self.agent_ids, label, (*path, "agent"), "业务员")

    def _zone(self, name: str, path: KeyPath) -> str:
        try:
            zone(name)
        except UserError as error:
            self.problem((*path, "timezone"), str(error))
            return "Asia/Shanghai"
        return name

    def book(self) -> Book:
        agents = tuple(
            Agent(
                number, row.name, row.company or self.file.company,
                self._zone(row.timezone, ("agents", number - 1)),
            )
            for number, row in enumerate(self.agent_rows, start=1)
        )  # fmt: skip
        clients = tuple(self._clients(agents))
        policies = tuple(self._policies())
        return Book(
            agents, clients, policies, tuple(self._claims(clients, policies)),
            tuple(self._birthdays()),
            tuple(
                PolicyDates(number, row.first_due_on, row.delivered_on)
                for number, row in enumerate(self.file.policies, start=1)
            ),
            tuple(self._benefits()), tuple(self._leads()), tuple(self._handovers()),
            tuple(
                Contact(number, row.last_contact_on)
                for number, row in enumerate(self.file.clients, start=1)
                if row.last_contact_on
            ),
        )  # fmt: skip

    def _clients(self, agents: Sequence[Agent]) -> Iterator[Client]:
        for number, row in enumerate(self.file.clients):
            agent_id = self._agent(row.agent, ("clients", number))
            usual = agents[max(agent_id, 1) - 1].timezone
            timezone = self._zone(row.timezone or usual, ("clients", number))
            yield Client(
                number + 1, agent_id, row.name, client_label(row), timezone=timezone,
                marketing_ok=not row.opted_out, deceased=row.deceased,
            )  # fmt: skip

    def _policies(self) -> Iterator[Policy]:
        for number, row in enumerate(self.file.policies):
            path: KeyPath = ("policies", number)
            client_id = self._refer(self.client_ids, row.client, (*path, "client"), "客户")
            if row.next_due_on and row.paid_until:
                self.problem(
                    (*path, "paid_until"), "写了 next_due_on 就不用写 paid_until，请只留一个"
                )
            if row.paid_until and not row.first_due_on:
                self.problem((*path, "paid_until"), "写 paid_until 时也要写 first_due_on")
            yield Policy(
                number + 1, client_id, row.number, row.product, row.company or self.file.company,
                row.premium, row.frequency, None, row.issued_on, oldest_unpaid(row),
                PolicyStatus(row.status), row.jurisdiction,
            )  # fmt: skip

    def _claims(self, clients: Sequence[Client], policies: Sequence[Policy]) -> Iterator[Claim]:
        for number, row in enumerate(self.file.claims):
            path: KeyPath = ("claims", number)
            policy_id = self._refer(self.policy_ids, row.policy, (*path, "policy"), "保单")
            client_id = policies[policy_id - 1].client_id if policy_id else 0
            timezone = clients[client_id - 1].timezone if client_id else "Asia/Shanghai"
            if (row.decided_at is None) != (row.decision is None):
                self.problem(path, "decided_at 与 decision 要一起写")
            yield Claim(
                number + 1, policy_id, _aware(row.opened_at, timezone),
                _aware(row.decided_at, timezone) if row.decided_at else None,
                ClaimDecision(row.decision) if row.decision else None,
            )  # fmt: skip

    def _birthdays(self) -> Iterator[Birthday]:
        member_id = 0
        for number, row in enumerate(self.file.clients):
            path: KeyPath = ("clients", number)
            if row.birth is not None:
                birth = self._yearly(row.birth, row.birth_lunar, (*path, "birth"))
                yield Birthday(number + 1, row.name, birth)
            for index, member in enumerate(row.family):
                member_id += 1
                here = (*path, "family", index, "birth")
                birth = self._yearly(member.birth, member.birth_lunar, here)
                yield Birthday(number + 1, member.name, birth, member_id)

    def _yearly(self, birth: date | YearlyBirth, lunar: bool, path: KeyPath) -> YearlyDay:
        try:
            if isinstance(birth, date):
                return yearly_day(birth, lunar)
            if lunar or birth.calendar == "lunar":
                day = LunarDay(birth.month, birth.day, birth.leap)
                lunar_to_solar(2000, day)
                return day
            date(2000, birth.month, birth.day)
            return SolarDay(birth.month, birth.day)
        except UserError as error:
            self.problem(path, str(error))
        except ValueError:
            self.problem(path, "没有这一天，请核对生日")
        return SolarDay(1, 1)

    def _benefits(self) -> Iterator[Benefit]:
        number = 0
        for policy_id, row in enumerate(self.file.policies, start=1):
            for benefit in row.benefits:
                number += 1
                if not benefit.claimed:
                    yield Benefit(number, policy_id, benefit.kind, benefit.due_on)

    def _leads(self) -> Iterator[Lead]:
        for number, row in enumerate(self.file.leads):
            yield Lead(
                number + 1, self._agent(row.agent, ("leads", number)), row.name, row.grade,
                row.contacted_on, row.stage, row.stage_since_on,
            )  # fmt: skip

    def _handovers(self) -> Iterator[Handover]:
        for number, row in enumerate(self.file.clients, start=1):
            if row.assigned_on is not None:
                yield Handover(number, number, row.assigned_on, tuple(row.visited_on))


def _aware(at: datetime, timezone: str) -> datetime:
    return at if at.tzinfo else instant(at.date(), at.time(), timezone)


def remind_plan(
    book_path: Path, cadences: Cadences, from_on: date, to_on: date
) -> list[dict[str, str | None]]:
    """The touches of a book file in the range, earliest first, as plain values for JSON.

    ``on`` is the reader's local date, ``at`` the same instant with the local offset; ``client``,
    ``policy`` as the file calls them, None where a touch has none.
    """
    book, file = load_book(book_path)
    labels = [client_label(row) for row in file.clients]
    rows = []
    for touch in plan_touches(cadences, book, from_on, to_on):
        local = book.agent[touch.agent_id].timezone
        if touch.audience == "client" and touch.client_id:
            local = book.client[touch.client_id].timezone
        rows.append(
            {
                "on": touch.on.isoformat(),
                "at": touch.at.astimezone(zone(local)).isoformat(),
                "audience": touch.audience,
                "client": labels[touch.client_id - 1] if touch.client_id else None,
                "policy": book.policy[touch.policy_id].number if touch.policy_id else None,
                "cadence": touch.cadence,
                "step": touch.step,
            }
        )
    return rows
