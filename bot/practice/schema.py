"""What data/personas.yaml may say: the clients that can be practised with."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from bot.datafile import DataModel, KeyPath, locate, read_text, read_yaml, validate
from bot.errors import DataFileError, DataProblem
from bot.scripts_library.schema import Library

Id = Annotated[str, Field(min_length=1, max_length=24, pattern=r"^[a-z_]+$")]
Line = Annotated[str, Field(min_length=1, max_length=200, pattern=r"\S")]
Part = Literal["acknowledge", "ask", "fact", "next_step", "brevity", "tone"]


class Worry(DataModel):
    """An objection of this client and the ways it is said."""

    intent: Annotated[str, Field(min_length=1, max_length=40)]
    lines: Annotated[list[Line], Field(min_length=1, max_length=6)]


class Persona(DataModel):
    """A client to practise with.

    ``worries`` come one after another; ``hidden`` is what really holds the client back and shows
    only when the worries are answered well. ``calms`` is the point that moves this client most,
    ``annoys`` what cools at once. ``patience`` is how often the client may be cooled.
    """

    id: Id
    name: Line
    age: Annotated[int, Field(ge=18, le=100)]
    about: Line
    character: Line
    opens: Line
    worries: Annotated[list[Worry], Field(min_length=1, max_length=4)]
    hidden: Worry
    calms: Part
    annoys: Part
    patience: Annotated[int, Field(ge=1, le=6)]
    softens: Line
    cools: Line
    agrees: Line
    appointment: Line
    leaves: Line


class Personas(DataModel):
    """The whole of data/personas.yaml."""

    personas: Annotated[list[Persona], Field(min_length=1, max_length=60)]

    def persona(self, persona_id: str) -> Persona | None:
        """The persona with this id."""
        return next((one for one in self.personas if one.id == persona_id), None)


def load_personas(path: Path, library: Library) -> Personas:
    """Read data/personas.yaml; DataFileError names every fault, unknown intents included."""
    name = str(path)
    value, positions = read_yaml(name, read_text(path))
    found = validate(name, value, positions, Personas)
    problems = []

    def problem(key_path: KeyPath, reason: str) -> None:
        problems.append(DataProblem(name, *locate(positions, key_path), reason))

    seen: set[str] = set()
    for at, persona in enumerate(found.personas):
        if persona.id in seen:
            problem(("personas", at, "id"), f"陪练客户“{persona.id}”重复了，请换一个 id")
        seen.add(persona.id)
        places: list[tuple[KeyPath, Worry]] = [(("personas", at, "hidden"), persona.hidden)]
        places += [
            (("personas", at, "worries", number), worry)
            for number, worry in enumerate(persona.worries)
        ]
        for where, worry in places:
            if library.intent(worry.intent) is None:
                problem((*where, "intent"), f"话术库里没有“{worry.intent}”这一条异议")
    if problems:
        raise DataFileError(problems)
    return found
