"""The questionnaire file: sections, questions, conditions, consents and examples that run."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from bot.datafile import DataModel, KeyPath, Position, locate, read_text, read_yaml, validate
from bot.domain.amounts import Period
from bot.errors import DataFileError, DataProblem

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
Scalar = str | int | float | bool
QuestionId = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,27}$")]
Words = Annotated[str, Field(min_length=1, max_length=400)]
MAX_REPEATS = 12
_NUMBERS = ("amount", "integer", "date_or_age")


class Option(DataModel):
    """One answer to tap; ``also`` are other wordings accepted when typed."""

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
    correction makes this answer stale although the question itself stays.
    """

    id: QuestionId
    title: Annotated[str, Field(min_length=1, max_length=24)]
    text: Words
    help: Words | None = None
    kind: Kind
    period: Period | None = None
    options: list[Option] = Field(default_factory=list)
    options_from: Literal["people"] | None = None
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
    """A person other answers and texts may speak of: ``{id}`` is the name, else ``label``."""

    id: QuestionId
    name: QuestionId
    label: Words
    when: list[Condition] = Field(default_factory=list)


class Section(DataModel):
    """A part of the interview, in the order of asking."""

    id: QuestionId
    title: Words
    repeat: Repeat | None = None
    questions: Annotated[list[QuestionSpec], Field(min_length=1)]


class Interview(DataModel):
    """A whole interview as an example: typed answers by key, what is asked and what is not."""

    name: Words
    answers: dict[str, str]
    asked: list[str] = Field(default_factory=list)
    not_asked: list[str] = Field(default_factory=list)


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


def load_questionnaire(path: Path) -> Questionnaire:
    """The questionnaire of a file; raises DataFileError with every fault and its position."""
    return parse_questionnaire(str(path), read_text(path))


def parse_questionnaire(name: str, text: str) -> Questionnaire:
    """The questionnaire written in YAML ``text``; ``name`` is used in the messages of faults."""
    value, positions = read_yaml(name, text)
    questionnaire = validate(name, value, positions, Questionnaire)
    problems = _Check(name, questionnaire, positions).run()
    if problems:
        raise DataFileError(sorted(problems, key=lambda item: (item.line, item.column)))
    return questionnaire


class _Check:
    """Looks for references, bounds and placeholders that do not hold together."""

    def __init__(self, name: str, file: Questionnaire, positions: dict[KeyPath, Position]) -> None:
        self.name = name
        self.file = file
        self.positions = positions
        self.problems: list[DataProblem] = []
        self.seen: dict[str, tuple[QuestionSpec, str | None]] = {}

    def fault(self, path: KeyPath, reason: str) -> None:
        self.problems.append(DataProblem(self.name, *locate(self.positions, path), reason))

    def run(self) -> list[DataProblem]:
        for number, section in enumerate(self.file.sections):
            path: KeyPath = ("sections", number)
            if section.repeat:
                self._repeat(section, section.repeat, (*path, "repeat"))
            for place, spec in enumerate(section.questions):
                self._question(spec, (*path, "questions", place), section.repeat)
        for consent, question in self.file.consents.items():
            asked = self._seen(question)
            if asked is None or asked.kind != "yes_no" or not asked.required:
                self.fault(("consents", consent), f"“{question}”应是一道必答的是否题")
        for index, person in enumerate(self.file.people):
            self._known(person.name, ("people", index, "name"))
            self._when(person.when, ("people", index, "when"), None)
        return self.problems

    def _seen(self, question: str) -> QuestionSpec | None:
        return self.seen[question][0] if question in self.seen else None

    def _repeat(self, section: Section, repeat: Repeat, path: KeyPath) -> None:
        count = self._seen(repeat.count)
        if count is None or count.kind != "integer" or (count.at_most or 999) > MAX_REPEATS:
            reason = f"count 应是前面一道整数题，且 at_most 不超过 {MAX_REPEATS}"
            self.fault((*path, "count"), reason)
        if repeat.name and repeat.name not in {spec.id for spec in section.questions}:
            self.fault((*path, "name"), f"这一部分里没有问题“{repeat.name}”")

    def _question(self, spec: QuestionSpec, path: KeyPath, repeat: Repeat | None) -> None:
        if spec.id in self.seen:
            self.fault((*path, "id"), f"问题编号“{spec.id}”重复了")
        group = repeat.id if repeat else None
        chooses = spec.kind in ("choice", "multi_choice")
        if chooses != bool(spec.options or spec.options_from):
            self.fault((*path, "options"), "选择题要有 options，其他题不要")
        if spec.period and spec.kind != "amount":
            self.fault((*path, "period"), "只有金额题可以写 period")
        values = [option.value for option in spec.options]
        if len(set(values)) != len(values):
            self.fault((*path, "options"), "选项的 value 重复了")
        for name in spec.sensitive:
            if name not in self.file.consents:
                self.fault((*path, "sensitive"), f"consents 里没有“{name}”")
        self._when(spec.when, (*path, "when"), group)
        for name in spec.depends_on:
            self._reference(name, (*path, "depends_on"), group)
        for name in spec.guide.percent_of if spec.guide else ():
            source = self._reference(name, (*path, "guide"), group)
            if source and (source.kind, source.period) != ("amount", "yearly"):
                self.fault((*path, "guide"), f"“{name}”应是按年的金额题")
        self._placeholders(spec, path, repeat)
        self.seen[spec.id] = (spec, group)

    def _when(self, when: list[Condition], path: KeyPath, group: str | None) -> None:
        for condition in conditions_of(when):
            bounds = (condition.at_least, condition.at_most)
            if condition.question is None or (not condition.one_of and bounds == (None, None)):
                self.fault(path, "条件要写 question，以及 in、at_least 或 at_most；或者只写 any")
                continue
            spec = self._reference(condition.question, path, group)
            if spec and bounds != (None, None) and spec.kind not in _NUMBERS:
                self.fault(path, f"“{condition.question}”不是数字，不能用 at_least、at_most")
            if spec and condition.one_of:
                self._condition_values(spec, condition, path)

    def _condition_values(self, spec: QuestionSpec, condition: Condition, path: KeyPath) -> None:
        if spec.options_from:
            return
        known: set[str | bool] = {option.value for option in spec.options}
        if spec.kind == "yes_no":
            known = {True, False}
        for value in condition.one_of:
            if value not in known:
                self.fault(path, f"“{spec.id}”没有选项“{value}”")

    def _reference(self, name: str, path: KeyPath, group: str | None) -> QuestionSpec | None:
        if not self._known(name, path):
            return None
        spec, other = self.seen[name]
        if other not in (None, group):
            self.fault(path, f"“{name}”在另一组重复的问题里，不能引用")
        return spec

    def _known(self, name: str, path: KeyPath) -> bool:
        if name not in self.seen:
            self.fault(path, f"前面没有问题“{name}”")
        return name in self.seen

    def _placeholders(self, spec: QuestionSpec, path: KeyPath, repeat: Repeat | None) -> None:
        allowed = {person.id for person in self.file.people}
        if repeat:
            allowed |= {"n", repeat.id}
        for field in ("title", "text", "help"):
            for name in re.findall(r"\{(.*?)\}", getattr(spec, field) or ""):
                if name not in allowed:
                    self.fault((*path, field), f"不认识的占位“{{{name}}}”")
