"""Which question comes next, and what each answer, correction and skip does to the others."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from bot.domain.amounts import show_yuan
from bot.errors import UserError
from bot.intake.schema import Kind, Questionnaire
from bot.intake.typed import Raw, read_value, show_value
from bot.intake.walk import Slot, names_of, options_of, walk

Answers = dict[str, Any]
"""JSON-ready: ``values`` by key, ``skipped``, ``postponed`` and ``trail`` as lists of keys, ``at``,
the key that is being corrected, and ``heard``, a message whose several answers wait to be
confirmed (see ``gather``). ``assumptions`` are those changed for this report (see ``scenario``);
``was`` is the family's life gap before a change of life. A key is the question's id, with ``.n`` in
a group."""


@dataclass(frozen=True, slots=True)
class Question:
    """A question ready to be shown; ``key`` (at most 32 characters) answers to ``record``."""

    key: str
    title: str
    text: str
    help: str | None
    kind: Kind
    options: tuple[tuple[str, str], ...]
    required: bool
    section: str
    guide: str | None = None
    current: str | None = None


@dataclass(frozen=True, slots=True)
class Answered:
    """One line of the overview; ``shown`` is None when the question was skipped."""

    key: str
    section: str
    title: str
    shown: str | None


@dataclass(frozen=True, slots=True)
class Progress:
    """Questions dealt with, of those known now; the total grows and shrinks with the answers."""

    done: int
    total: int


def new_answers() -> Answers:
    """The answers of an interview that has not begun."""
    return {
        "values": {},
        "skipped": [],
        "postponed": [],
        "trail": [],
        "at": None,
        "heard": {},
        "assumptions": {},
    }


def next_question(questionnaire: Questionnaire, answers: Answers) -> Question | None:
    """The question to ask now: the one being corrected, else the first open one, else the first
    postponed one; None when nothing is open."""
    slots, live = walk(questionnaire, _values(answers))
    slot = _next(slots, live, answers)
    return _shown(questionnaire, slot, live) if slot else None


def record(
    questionnaire: Questionnaire, answers: Answers, key: str, raw: Raw, *, today: date
) -> Answers:
    """New answers with ``raw`` recorded; ``today`` is the local date, to tell an age.

    Answers that no longer apply, or depended on a value that changed, are gone from them. Raises
    UserError and leaves ``answers`` as they were when ``raw`` cannot be read or the question is
    not asked.
    """
    slots, live = walk(questionnaire, _values(answers))
    slot = _slot(slots, key)
    value = read_value(slot.spec, options_of(questionnaire, slot, live), raw, today=today)
    return _settled(questionnaire, answers, {**live, key: value}, dealt=key)


def correct(
    questionnaire: Questionnaire, answers: Answers, key: str, raw: Raw, *, today: date
) -> Answers:
    """As ``record``, for a question already answered or skipped; UserError when it is not."""
    if key not in _values(answers) and key not in _keys(answers, "skipped"):
        raise UserError("这道题还没有回答过，按顺序回答即可。")
    return record(questionnaire, answers, key, raw, today=today)


def skip(questionnaire: Questionnaire, answers: Answers, key: str) -> Answers:
    """New answers in which this question is left without an answer; UserError when required."""
    slots, live = walk(questionnaire, _values(answers))
    if _slot(slots, key).spec.required:
        raise UserError("这道题不能跳过：先要客户明确同意或不同意。")
    live.pop(key, None)
    return _settled(questionnaire, answers, live, dealt=key, skipped=True)


def postpone(questionnaire: Questionnaire, answers: Answers, key: str) -> Answers:
    """New answers in which this question is asked at the end, once; UserError when required."""
    slots, live = walk(questionnaire, _values(answers))
    if _slot(slots, key).spec.required:
        raise UserError("这道题不能往后放：先要客户明确同意或不同意。")
    if key in live or key in _keys(answers, "skipped"):
        raise UserError("这道题已经处理过了，可以在总览里修改。")
    if key in _keys(answers, "postponed"):
        raise UserError("这道题已经放到最后了，请回答，或点“跳过”。")
    changed = {**answers, "postponed": [*_keys(answers, "postponed"), key]}
    return _settled(questionnaire, changed, live)


def revisit(questionnaire: Questionnaire, answers: Answers, key: str) -> Answers:
    """New answers in which ``key`` is asked next; its value stays until another is recorded."""
    slots, live = walk(questionnaire, _values(answers))
    _slot(slots, key)
    return {**_settled(questionnaire, answers, live), "at": key}


def back(questionnaire: Questionnaire, answers: Answers) -> Answers:
    """``revisit`` of the question dealt with last, or before the one being corrected."""
    trail = _keys(answers, "trail")
    at = answers.get("at")
    before = trail[: trail.index(at)] if at in trail else trail
    keys = {slot.key for slot in walk(questionnaire, _values(answers))[0]}
    for key in reversed(before):
        if key in keys:
            return revisit(questionnaire, answers, key)
    raise UserError("已经是第一题了。")


def resume(questionnaire: Questionnaire, answers: Answers) -> Answers:
    """New answers that fit the questionnaire, with nothing being corrected.

    To be called when the file may have changed since, and to keep an old value in a correction.
    """
    return {
        **_settled(questionnaire, answers, walk(questionnaire, _values(answers))[1]),
        "at": None,
    }


def progress(questionnaire: Questionnaire, answers: Answers) -> Progress:
    """How many questions are answered or skipped, of all that are known to be asked now."""
    slots, live = walk(questionnaire, _values(answers))
    skipped = _keys(answers, "skipped")
    return Progress(sum(s.key in live or s.key in skipped for s in slots), len(slots))


def overview(questionnaire: Questionnaire, answers: Answers) -> list[Answered]:
    """Every question dealt with, in the order of asking, with its answer in words."""
    slots, live = walk(questionnaire, _values(answers))
    skipped = _keys(answers, "skipped")
    found = []
    for slot in slots:
        if slot.key in live or slot.key in skipped:
            question = _shown(questionnaire, slot, live)
            found.append(Answered(slot.key, slot.section, question.title, question.current))
    return found


def asked_again(questionnaire: Questionnaire, before: Answers, after: Answers) -> list[str]:
    """The titles of questions answered before that a correction has opened again."""
    slots, live = walk(questionnaire, _values(after))
    lost = [slot for slot in slots if slot.key in _values(before) and slot.key not in live]
    return [_shown(questionnaire, slot, live).title for slot in lost]


def live_values(questionnaire: Questionnaire, answers: Answers) -> dict[str, Any]:
    """The stored values that hold now, by key: of questions asked, with consent where needed."""
    return walk(questionnaire, _values(answers))[1]


# The state


def _values(answers: Answers) -> dict[str, Any]:
    values: dict[str, Any] = answers.get("values") or {}
    return values


def _keys(answers: Answers, name: str) -> list[str]:
    return list(answers.get(name) or [])


def _slot(slots: list[Slot], key: str) -> Slot:
    for slot in slots:
        if slot.key == key:
            return slot
    raise UserError("这道题现在不用回答了，请继续下一题。")


def _next(slots: list[Slot], live: dict[str, Any], answers: Answers) -> Slot | None:
    by_key = {slot.key: slot for slot in slots}
    if answers.get("at") in by_key:
        return by_key[answers["at"]]
    postponed = _keys(answers, "postponed")
    closed = {*live, *_keys(answers, "skipped"), *postponed}
    for slot in slots:
        if slot.key not in closed:
            return slot
    for key in postponed:
        if key in by_key:
            return by_key[key]
    return None


def _settled(
    questionnaire: Questionnaire,
    answers: Answers,
    values: dict[str, Any],
    *,
    dealt: str | None = None,
    skipped: bool = False,
) -> Answers:
    """Answers with these values, less those that do not hold; ``dealt`` is what was just done."""
    slots, live = _without_stale(questionnaire, _values(answers), values, dealt)
    keys = {slot.key for slot in slots}
    lists = {name: _keys(answers, name) for name in ("skipped", "postponed", "trail")}
    if dealt:
        lists["postponed"] = [key for key in lists["postponed"] if key != dealt]
        lists["skipped"] = [key for key in lists["skipped"] if key != dealt]
        lists["skipped"] += [dealt] if skipped else []
        lists["trail"] += [dealt] if dealt not in lists["trail"] else []
    done = {*live, *lists["skipped"]}
    at = answers.get("at")
    return {
        "values": live,
        "skipped": [key for key in lists["skipped"] if key in keys],
        "postponed": [key for key in lists["postponed"] if key in keys and key not in done],
        "trail": [key for key in lists["trail"] if key in keys and key in done],
        "at": at if at in keys and at != dealt else None,
        "heard": {},
        "assumptions": answers.get("assumptions") or {},
        "was": answers.get("was"),
    }


def _without_stale(
    questionnaire: Questionnaire, old: dict[str, Any], values: dict[str, Any], dealt: str | None
) -> tuple[list[Slot], dict[str, Any]]:
    slots, live = walk(questionnaire, values)
    changed = {key for key, value in old.items() if live.get(key) != value}
    while True:
        stale = {
            slot.key
            for slot in slots
            if slot.key in live and slot.key != dealt and changed & set(_dependencies(slot))
        }
        if not stale:
            return slots, live
        changed |= stale
        slots, live = walk(questionnaire, {k: v for k, v in live.items() if k not in stale})
        changed |= {key for key in old if key not in live}


def _dependencies(slot: Slot) -> Iterator[str]:
    for name in slot.spec.depends_on:
        yield name
        if slot.repeat:
            yield f"{name}.{slot.place}"


# What is shown


def _shown(questionnaire: Questionnaire, slot: Slot, live: dict[str, Any]) -> Question:
    spec = slot.spec
    names = names_of(questionnaire, slot, live)

    def fill(text: str) -> str:
        return re.sub(r"\{(\w+)\}", lambda match: names[match[1]], text)

    options = options_of(questionnaire, slot, live)
    return Question(
        key=slot.key,
        title=fill(spec.title),
        text=fill(spec.text),
        help=fill(spec.help) if spec.help else None,
        kind=spec.kind,
        options=tuple((option.value, option.label) for option in options),
        required=spec.required,
        section=slot.section,
        guide=_guide(slot, live),
        current=show_value(spec, options, live[slot.key]) if slot.key in live else None,
    )


def _guide(slot: Slot, live: dict[str, Any]) -> str | None:
    guide = slot.spec.guide
    if guide is None:
        return None
    total = sum((Decimal(live[name]) for name in guide.percent_of if name in live), Decimal(0))
    if not total:
        return None
    low, high = (show_yuan(total * share / 100) for share in (guide.low, guide.high))
    return guide.text.replace("{low}", low).replace("{high}", high)
