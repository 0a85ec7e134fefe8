"""Buying signals in an agent's note, and the checklist of a signing: what data/closing.yaml says."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from pydantic import Field

from bot.datafile import DataModel, locate, read_text, read_yaml, repeated, validate
from bot.errors import DataFileError, DataProblem
from bot.text.normalise import compact_of, normalise

MAX_NOTE = 1000
"""Characters of a note that are read."""

Id = Annotated[str, Field(min_length=1, max_length=20, pattern=r"^[a-z_]+$")]
Line = Annotated[str, Field(min_length=1, max_length=200, pattern=r"\S")]


class Signal(DataModel):
    """A sign that a client is ready: words that show it, and what to do next."""

    id: Id
    zh: Line
    words: Annotated[list[Line], Field(min_length=1, max_length=60)]
    next: Line


class Item(DataModel):
    """A point to be done before the client signs, and why."""

    id: Id
    zh: Line
    why: Line


class Duty(DataModel):
    """What is due so many days after the signing."""

    id: Id
    zh: Line
    days: Annotated[int, Field(ge=1, le=60)]


class Closing(DataModel):
    """The whole of data/closing.yaml; ``nothing`` is said when a note shows no signal."""

    signals: Annotated[list[Signal], Field(min_length=1, max_length=30)]
    nothing: Line
    checklist: Annotated[list[Item], Field(min_length=1, max_length=20)]
    after_signing: Annotated[list[Duty], Field(max_length=10)]


def load_closing(path: Path) -> Closing:
    """Read data/closing.yaml; raises DataFileError with every fault and its position."""
    name = str(path)
    value, positions = read_yaml(name, read_text(path))
    found = validate(name, value, positions, Closing)
    ids = {
        "signals": [signal.id for signal in found.signals],
        "checklist": [item.id for item in found.checklist],
        "after_signing": [duty.id for duty in found.after_signing],
    }
    problems = [
        DataProblem(name, *locate(positions, place), f"{reason}，请换一个 id")
        for key, listed in ids.items()
        for place, reason in repeated(key, listed)
    ]
    if problems:
        raise DataFileError(problems)
    return found


def signals_in(closing: Closing, note: str) -> list[Signal]:
    """The signals of a note, those with more of their words met first."""
    text = compact_of(normalise(note[:MAX_NOTE]))
    met = [
        (sum(compact_of(normalise(word)) in text for word in signal.words), signal)
        for signal in closing.signals
    ]
    return [signal for count, signal in sorted(met, key=lambda one: -one[0]) if count]
