"""Changes of the cadences file as text: a step's days, hour or words, all else left as it is."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from typing import Any

from bot.datafile import KeyPath, Position, read_yaml
from bot.errors import UserError
from bot.reminders.loading import hours_of, hours_of_next
from bot.reminders.schema import Cadences

FILE = "cadences.yaml"
# A scalar where it starts: quoted, or plain up to the end of its line or of its flow collection.
_SCALAR = re.compile(r'"(?:\\.|[^"\\])*"|\'(?:\'\'|[^\'])*\'|[^\s,{}\[\]#][^,{}\[\]#\n]*')


def set_days(text: str, cadences: Cadences, cadence_id: str, step_id: str, days: int) -> str:
    """The file with another day for a step, its worked examples moved along.

    Steps whose late sending would reach into the step that now follows stay valid for less long.
    """
    number, place = _step(cadences, cadence_id, step_id)
    cadence = cadences.cadences[number]
    before = cadence.steps[place].offset_days
    if before is None:
        raise UserError("这一步按小时计，不能改天数")
    changes: dict[KeyPath, Any] = {
        ("cadences", number, "steps", place, "offset_days"): days,
    }
    for index, example in enumerate(cadence.examples):
        if step_id in example.touches:
            path: KeyPath = ("cadences", number, "examples", index, "touches", step_id)
            on = example.touches[step_id] + timedelta(days=days - before)
            if (rule := cadence.steps[place].business_day) is not None:
                on = cadences.days_off.moved(example.event_on + timedelta(days=days), rule)
            changes[path] = on
    steps = [
        step.model_copy(update={"offset_days": days}) if step.id == step_id else step
        for step in cadence.steps
    ]
    for index, step in enumerate(steps):
        following = hours_of_next(steps, step)
        left = following - hours_of(step) if following is not None else None
        if left is None or step.valid_hours <= left:
            continue
        unit, valid = (
            ("valid_for_days", left // 24) if step.valid_for_days else ("valid_for_hours", left)
        )
        changes[("cadences", number, "steps", index, unit)] = max(valid, 1)
    return _changed(text, changes)


def set_hour(text: str, cadences: Cadences, cadence_id: str, step_id: str, at: str) -> str:
    """The file with another hour (``09:00``) for a step."""
    number, place = _step(cadences, cadence_id, step_id)
    if cadences.cadences[number].steps[place].at is None:
        raise UserError("这一步按小时计，没有钟点可改")
    return _changed(text, {("cadences", number, "steps", place, "at"): json.dumps(at)})


def set_words(
    text: str,
    cadences: Cadences,
    cadence_id: str,
    step_id: str,
    wording: int,
    words: dict[str, str],
) -> str:
    """The file with other words for one wording of a step; ``words`` by ``text``, ``text_hant``."""
    number, place = _step(cadences, cadence_id, step_id)
    if not 0 <= wording < len(cadences.cadences[number].steps[place].text):
        raise UserError("没有这一条写法，请重新打开")
    return _changed(
        text,
        {
            ("cadences", number, "steps", place, key, wording): json.dumps(said, ensure_ascii=False)
            for key, said in words.items()
        },
    )


def _step(cadences: Cadences, cadence_id: str, step_id: str) -> tuple[int, int]:
    for number, cadence in enumerate(cadences.cadences):
        for place, step in enumerate(cadence.steps):
            if (cadence.id, step.id) == (cadence_id, step_id):
                return number, place
    raise UserError("这一步已经不在文件里了，请重新打开")


def _changed(text: str, changes: dict[KeyPath, Any]) -> str:
    """The text with the scalars at these paths replaced."""
    _, positions = read_yaml(FILE, text)
    lines = text.splitlines(keepends=True)
    # from the end, so that the earlier positions stay true
    for path in sorted(changes, key=lambda path: positions[path], reverse=True):
        line, column = _at(positions, path)
        old = lines[line]
        found = _SCALAR.match(old, column)
        if found is None:
            raise UserError("这一处写成了多行，请在文件里改")
        kept = found.group().rstrip()
        lines[line] = old[:column] + str(changes[path]) + old[column + len(kept) :]
    return "".join(lines)


def _at(positions: dict[KeyPath, Position], path: KeyPath) -> tuple[int, int]:
    line, column = positions[path]
    return line - 1, column - 1
