"""Which questions of the questionnaire are asked with the answers so far, and who is named."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any, NamedTuple

from bot.intake.schema import (
    MAX_REPEATS,
    Condition,
    Option,
    Questionnaire,
    QuestionSpec,
    Repeat,
    Section,
)
from bot.intake.typed import fits

Values = dict[str, Any]


class Slot(NamedTuple):
    """A question that is asked, with its place in a repeated section (0 outside)."""

    key: str
    spec: QuestionSpec
    section: str
    repeat: Repeat | None
    place: int


def walk(questionnaire: Questionnaire, values: Values) -> tuple[list[Slot], Values]:
    """The questions asked with these values, in order, and the values that hold.

    One pass is enough: questions refer only to earlier ones.
    """
    slots: list[Slot] = []
    live: Values = {}
    for section in questionnaire.sections:
        for slot in _slots_of(section, live):
            if not _asked(questionnaire, slot, live):
                continue
            slots.append(slot)
            if slot.key in values and _holds(questionnaire, slot, live, values[slot.key]):
                live[slot.key] = values[slot.key]
    return slots, live


def _slots_of(section: Section, live: Values) -> Iterator[Slot]:
    if section.repeat is None:
        for spec in section.questions:
            yield Slot(spec.id, spec, section.title, None, 0)
        return
    for place in _places(section.repeat, live):
        for spec in section.questions:
            yield Slot(f"{spec.id}.{place}", spec, section.title, section.repeat, place)


def _places(repeat: Repeat, live: Values) -> range:
    return range(1, min(live.get(repeat.count, 0), MAX_REPEATS) + 1)


def _asked(questionnaire: Questionnaire, slot: Slot, live: Values) -> bool:
    consents = questionnaire.consents
    for name in slot.spec.sensitive:
        if live.get(consents[name]) is not True:
            return False
    return _when(slot.spec.when, slot.place, live)


def _when(when: list[Condition], place: int, live: Values) -> bool:
    # this and _asked run for every question at every answer
    return not when or all(_true(condition, place, live) for condition in when)


def _true(condition: Condition, place: int, live: Values) -> bool:
    if condition.any:
        return any(_true(one, place, live) for one in condition.any)
    name = condition.question or ""
    value = live.get(f"{name}.{place}") if place else None
    if value is None:
        value = live.get(name)
    if value is None:
        return False
    if condition.one_of:
        found = value if isinstance(value, list) else [value]
        if not any(item in condition.one_of for item in found):
            return False
    if condition.at_least is None and condition.at_most is None:
        return True
    number = Decimal(value["age"] if isinstance(value, dict) else value)
    low, high = condition.at_least, condition.at_most
    return (low is None or number >= low) and (high is None or number <= high)


def _holds(questionnaire: Questionnaire, slot: Slot, live: Values, value: Any) -> bool:
    if not fits(slot.spec, value):
        return False
    if slot.spec.kind not in ("choice", "multi_choice"):
        return True
    known = {option.value for option in options_of(questionnaire, slot, live)}
    return set(value if isinstance(value, list) else [value]) <= known


def options_of(questionnaire: Questionnaire, slot: Slot, live: Values) -> list[Option]:
    """What may be chosen: the options of the file, or the people of the household."""
    if slot.spec.options_from is None:
        return slot.spec.options
    return [
        Option.model_construct(value=key, label=label)
        for key, label in people(questionnaire, live).items()
    ]


def people(questionnaire: Questionnaire, live: Values) -> dict[str, str]:
    """The people of the household by key (``client``, ``child.1`` …) with the name to show."""
    found: dict[str, str] = {
        person.id: live.get(person.name or "", person.label)
        for person in questionnaire.people
        if _when(person.when, 0, live)
    }
    for repeat in questionnaire.repeats:
        for place in _places(repeat, live) if repeat.person else ():
            found[f"{repeat.id}.{place}"] = _group_name(repeat, place, live)
    return found


def names_of(questionnaire: Questionnaire, slot: Slot, live: Values) -> dict[str, str]:
    """What each placeholder of the question's texts stands for."""
    names: dict[str, str] = {
        person.id: live.get(person.name or "", person.label) for person in questionnaire.people
    }
    if slot.repeat:
        names["n"] = str(slot.place)
        names[slot.repeat.id] = _group_name(slot.repeat, slot.place, live)
    return names


def _group_name(repeat: Repeat, place: int, live: Values) -> str:
    name = live.get(f"{repeat.name}.{place}") if repeat.name else None
    return str(name or repeat.label.replace("{n}", str(place)))
