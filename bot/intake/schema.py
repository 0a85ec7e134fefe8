"""The questionnaire file: sections, questions, conditions, consents and examples that run."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import Annotated, Literal

from pydantic import Field

from bot.datafile import DataModel
from bot.domain.amounts import Period

Kind = Literal[
    "choice",
    "multi_choice",
    "amount",
    "integer",
    "date_or_age",
    "text",
    "phone",
    "id_number",
    "yes_no",
]
Scale = Literal["appetite", "awareness"]
"""What scored questions measure together: the appetite for risk, or how far risks are thought of."""
Scalar = str | int | float | bool
QuestionId = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,27}$")]
Words = Annotated[str, Field(min_length=1, max_length=400)]
MAX_REPEATS = 12
NUMBERS = ("amount", "integer", "date_or_age")


class Option(DataModel):
    """One answer to tap; ``also`` are other wordings accepted when typed.

    ``score`` are its points on the question's scale.
    """

    value: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,23}$")]
    label: Annotated[str, Field(min_length=1, max_length=40)]
    also: list[str] = Field(default_factory=list)
    score: int | None = None


class Condition(DataModel):
    """True when the earlier answer is one of ``in`` and, as a number, within the bounds.

    A date or age counts as its years of age. An open or skipped answer makes it false. With
    ``any`` instead, it is true when one of those conditions is.
    """

    question: QuestionId | None = None
    one_of: Annotated[list[str | bool], Field(alias="in")] = Field(default_factory=list)
    at_least: int | None = None
    at_most: int | None = None
    any: list[Condition] = Field(default_factory=list)


class Example(DataModel):
    """What someone types, and the value that must come of it."""

    typed: str
    value: Scalar | list[str]


class Guide(DataModel):
    """A range shown beside the question: percentages of the sum of earlier yearly amounts."""

    percent_of: Annotated[list[QuestionId], Field(min_length=1)]
    low: Annotated[int, Field(ge=0, le=100)]
    high: Annotated[int, Field(ge=0, le=100)]
    text: Words


class QuestionSpec(DataModel):
    """One question of the file. ``title`` is its short name in overviews and on buttons.

    ``sensitive`` names the consents it needs. ``depends_on`` are earlier questions whose
    correction makes this answer stale although the question itself stays. ``taps`` are common
    answers offered as buttons beside typing.
    """

    id: QuestionId
    title: Annotated[str, Field(min_length=1, max_length=24)]
    text: Words
    help: Words | None = None
    kind: Kind
    period: Period | None = None
    options: list[Option] = Field(default_factory=list)
    options_from: Literal["people"] | None = None
    scale: Scale | None = None
    taps: Annotated[list[str], Field(max_length=6)] = Field(default_factory=list)
    required: bool = False
    sensitive: list[str] = Field(default_factory=list)
    when: list[Condition] = Field(default_factory=list)
    depends_on: list[QuestionId] = Field(default_factory=list)
    at_least: int | None = None
    at_most: int | None = None
    guide: Guide | None = None
    examples: list[Example] = Field(default_factory=list)
    refused: list[str] = Field(default_factory=list)


class Repeat(DataModel):
    """Asks a section once for each of a number of things (children, policies).

    ``id`` is the placeholder for one of them; ``label`` has ``{n}`` for its place; ``name`` is
    the question of the section that tells its name. ``person`` makes each of them a person that
    other answers may choose.
    """

    id: QuestionId
    count: QuestionId
    label: Words
    name: QuestionId | None = None
    person: bool = False


class Person(DataModel):
    """A person other answers and texts may speak of: ``{id}`` is the name told, else ``label``."""

    id: QuestionId
    name: QuestionId | None = None
    label: Words
    when: list[Condition] = Field(default_factory=list)


class Section(DataModel):
    """A part of the interview, in the order of asking."""

    id: QuestionId
    title: Words
    repeat: Repeat | None = None
    questions: Annotated[list[QuestionSpec], Field(min_length=1)]


class Interview(DataModel):
    """A whole interview as an example: typed answers by key, what is asked and what is not.

    ``at_most`` is the most questions that such a client may be asked.
    """

    name: Words
    answers: dict[str, str]
    asked: list[str] = Field(default_factory=list)
    not_asked: list[str] = Field(default_factory=list)
    at_most: Annotated[int, Field(ge=1)] | None = None


class Questionnaire(DataModel):
    """The whole questionnaire. ``consents`` maps each consent's name to its yes/no question."""

    consents: dict[str, QuestionId]
    people: list[Person]
    sections: Annotated[list[Section], Field(min_length=1)]
    interviews: list[Interview] = Field(default_factory=list)

    @cached_property
    def specs(self) -> dict[str, QuestionSpec]:
        """Every question by its id."""
        return {spec.id: spec for section in self.sections for spec in section.questions}

    @cached_property
    def repeats(self) -> list[Repeat]:
        """Every repeat group, in the order of asking."""
        return [section.repeat for section in self.sections if section.repeat]


def conditions_of(when: list[Condition]) -> Iterator[Condition]:
    """Every single condition of a ``when``, those within ``any`` included."""
    for condition in when:
        if condition.any:
            yield from conditions_of(condition.any)
        else:
            yield condition
