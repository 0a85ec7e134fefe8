"""Changes of the rules file as text: one rule added, changed or retired, all else left as it is."""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from bot.compliance.source import RULES
from bot.datafile import KeyPath, Position, read_yaml
from bot.errors import UserError


@dataclass(frozen=True, slots=True)
class Place:
    """Where a rule stands: its category, its lines (first, after the last; 0-based), its value."""

    category: str
    first: int
    after: int
    indent: int
    value: dict[str, Any]


def _places(text: str) -> tuple[list[Place], list[str]]:
    """Every rule of the file in order, and the lines of the file."""
    value, positions = read_yaml(RULES, text)
    lines = text.splitlines()
    starts: list[tuple[int, int, str, dict[str, Any]]] = []
    borders: list[int] = []
    for number, category in enumerate(value["categories"]):
        borders.append(_line(positions, ("categories", number)))
        for index, rule in enumerate(category["rules"]):
            path: KeyPath = ("categories", number, "rules", index)
            line, column = positions[path]
            starts.append((line - 1, column - 1, category["id"], rule))
    borders += [start[0] for start in starts] + [len(lines)]
    places = []
    for first, column, category_id, rule in starts:
        after = min(border for border in borders if border > first)
        while after > first + 1 and _idle(lines[after - 1]):
            after -= 1
        places.append(Place(category_id, first, after, max(column - 2, 0), rule))
    return places, lines


def _line(positions: dict[KeyPath, Position], path: KeyPath) -> int:
    return positions[path][0] - 1


def _idle(line: str) -> bool:
    return not line.strip() or line.lstrip().startswith("#")


def _flow(value: Any) -> str:
    """A value in YAML's flow style, on one line."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {_flow(part)}" for key, part in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_flow, value)) + "]"
    if isinstance(value, date):
        return value.isoformat()
    return json.dumps(value, ensure_ascii=False)


def _item(indent: int, rule: dict[str, Any]) -> str:
    return f"{' ' * indent}- {_flow(rule)}"


def add_rule(
    text: str, category: str, words: list[str], wrong: list[str], right: list[str]
) -> tuple[str, str]:
    """The file with a new phrase rule at the end of its category, and the rule's id."""
    places, lines = _places(text)
    own = [place for place in places if place.category == category]
    if not own:
        raise UserError("没有这个分类，请从按钮里选")
    rule_id = f"office-{secrets.token_hex(4)}"
    rule: dict[str, Any] = {"id": rule_id, "any": words, "wrong": wrong}
    if right:
        rule["right"] = right
    last = own[-1]
    lines.insert(last.after, _item(last.indent, rule))
    return "\n".join(lines) + "\n", rule_id


def change_rule(text: str, rule_id: str, change: Callable[[dict[str, Any]], dict[str, Any]]) -> str:
    """The file with one rule changed; comments inside that rule are lost."""
    places, lines = _places(text)
    for place in places:
        if place.value.get("id") == rule_id:
            lines[place.first : place.after] = [_item(place.indent, change(dict(place.value)))]
            return "\n".join(lines) + "\n"
    raise UserError("词库里没有这条规则，可能刚被改过，请重新查找")


def retire_rule(text: str, rule_id: str, last_day: date) -> str:
    """The file with a rule that holds until ``last_day`` and no longer."""
    return change_rule(text, rule_id, lambda rule: {**rule, "until": last_day})


def split_words(typed: str) -> list[str]:
    """Words typed by an officer, separated by commas or lines."""
    parts = [part.strip() for part in re.split(r"[,，、;；\n]+", typed)]
    return list(dict.fromkeys(part for part in parts if part))


def search(text: str, word: str, limit: int = 8) -> list[Place]:
    """Rules in whose id, words, pattern or examples ``word`` stands."""
    places, _ = _places(text)
    found = []
    for place in places:
        searched = [place.value.get("id", ""), place.value.get("pattern") or ""]
        for field in ("any", "terms", "wrong"):
            searched += [str(part) for part in place.value.get(field, [])]
        if any(word in part for part in searched):
            found.append(place)
    return found[:limit]


def find(text: str, rule_id: str) -> Place | None:
    """The rule of an id."""
    places, _ = _places(text)
    return next((place for place in places if place.value.get("id") == rule_id), None)
