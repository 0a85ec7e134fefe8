"""Puts the lines of one client together, and finds clients and policies that clash in a sheet."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from bot.clients.entries import IDENTITY, ClientEntry, Line, PolicyEntry
from bot.domain.identity import parse_id_number


@dataclass(slots=True, eq=False)
class _Group:
    """The lines of one client; each value with the line that gave it first.

    ``derived`` holds what an ID number tells, for where no line says it.
    """

    values: dict[str, tuple[Any, int]] = field(default_factory=dict)
    derived: dict[str, Any] = field(default_factory=dict)
    policies: list[PolicyEntry] = field(default_factory=list)
    lines: list[int] = field(default_factory=list)

    def get(self, key: str) -> Any:
        return self.values[key][0] if key in self.values else self.derived.get(key)

    def add(self, line: Line) -> None:
        """Take a line in; what it says differently from an earlier line is a fault."""
        self.lines.append(line.number)
        if line.policy is not None:
            self.policies.append(line.policy)
        for key in IDENTITY:
            if key not in line.values:
                continue
            if key not in line.row.cells:
                self.derived.setdefault(key, line.values[key])
                continue
            value, first = self.values.setdefault(key, (line.values[key], line.number))
            if value != line.values[key]:
                line.wrong(
                    key,
                    f"同一位客户，与第 {first} 行写的不一样",
                    "请统一；如果是两位客户，请填不同的客户编号",
                )
        self._check_card(line)

    def _check_card(self, line: Line) -> None:
        """The birth date of one line agrees with the ID number of another."""
        if not {"birth", "id_number"} <= self.values.keys():
            return
        (birth, birth_line), (number, number_line) = self.values["birth"], self.values["id_number"]
        later = max(birth_line, number_line)
        if birth_line == number_line or line.number != later:
            return
        if not birth.agrees_with(parse_id_number(number).birth_on):
            line.wrong(
                "birth" if birth_line == later else "id_number",
                f"出生日期与身份证号不符（另见第 {min(birth_line, number_line)} 行）",
                "请核对两者，或留空一个",
            )

    def entry(self) -> ClientEntry:
        birth = self.get("birth")
        return ClientEntry(
            line=min(self.lines),
            name=self.get("name"),
            external_id=self.get("external_id"),
            sex=self.get("sex"),
            birth_on=birth.on if birth else None,
            birth_lunar=birth.lunar if birth else False,
            phone=self.get("phone"),
            id_number=self.get("id_number"),
            agent=self.get("agent"),
            policies=tuple(sorted(self.policies, key=lambda policy: policy.line)),
        )


class _Grouping:
    """Lines come in the order of what identifies them best; each finds or opens its group."""

    def __init__(self) -> None:
        self.groups: list[_Group] = []
        self.by_external_id: dict[str, _Group] = {}
        self.by_phone: dict[str, _Group] = {}
        self.by_id_number: dict[str, _Group] = {}
        self.by_name: dict[str, list[_Group]] = defaultdict(list)

    def place(self, line: Line) -> None:
        found = self._find(line)
        if isinstance(found, str):
            line.wrong("name", found, "请填客户编号、手机或出生日期来区分")
            return
        group = found or _Group()
        if found is None:
            self.groups.append(group)
        if self._clashes(line, group):
            return
        if group not in self.by_name[line.values["name"]]:
            self.by_name[line.values["name"]].append(group)
        group.add(line)
        for key, index in self._indexes():
            if key in line.values:
                index.setdefault(line.values[key], group)

    def _indexes(self) -> tuple[tuple[str, dict[str, _Group]], ...]:
        return (
            ("external_id", self.by_external_id),
            ("phone", self.by_phone),
            ("id_number", self.by_id_number),
        )

    def _find(self, line: Line) -> _Group | str | None:
        """The group of a line's client, None for a new client, or why it cannot be told."""
        values = line.values
        if "external_id" in values:
            return self.by_external_id.get(values["external_id"])
        for key, index in (("phone", self.by_phone), ("id_number", self.by_id_number)):
            same = index.get(values.get(key, ""))
            if same is not None:
                return same if same.get("name") == values["name"] else None
        namesakes = self.by_name.get(values["name"], [])
        birth_on = _birth_on(values.get("birth"))
        if birth_on is not None:
            namesakes = [g for g in namesakes if _birth_on(g.get("birth")) == birth_on]
        elif "phone" in values:
            return None
        if len(namesakes) > 1:
            lines = "、".join(str(min(group.lines)) for group in namesakes[:3])
            return f"分不清是哪一位：第 {lines} 行都叫这个名字"
        return namesakes[0] if namesakes else None

    def _clashes(self, line: Line, group: _Group) -> bool:
        """Note a phone or ID number that another client of the sheet has already."""
        before = len(line.problems)
        for key, index, word in (
            ("phone", self.by_phone, "手机号"),
            ("id_number", self.by_id_number, "身份证号"),
        ):
            other = index.get(line.values.get(key, ""))
            if other is not None and other is not group:
                line.wrong(
                    key,
                    f"与第 {min(other.lines)} 行的另一位客户{word}相同",
                    "同一人请统一姓名和客户编号；家人共用的只留在一位名下",
                )
        return len(line.problems) > before


def _birth_on(birth: Any) -> date | None:
    on: date | None = birth.on if birth else None
    return on


def _rank(line: Line) -> tuple[int, int]:
    for rank, key in enumerate(("external_id", "phone", "birth")):
        if key in line.values:
            return rank, line.number
    return 3, line.number


def group(lines: Sequence[Line]) -> list[ClientEntry]:
    """The clients of lines that name theirs, in the order of the sheet; faults go to the lines."""
    grouping = _Grouping()
    for line in sorted(lines, key=_rank):
        grouping.place(line)
    entries = [found.entry() for found in grouping.groups if found.lines]
    return sorted(entries, key=lambda entry: entry.line)


def policy_twice(lines: Sequence[Line]) -> None:
    """Note each policy number that an earlier line has already."""
    first: dict[str, int] = {}
    for line in lines:
        number = line.values.get("number")
        if number is None:
            continue
        earlier = first.setdefault(number, line.number)
        if earlier != line.number:
            line.wrong("number", f"与第 {earlier} 行的保单号重复", "一张保单只写一行")
