"""Reads the questionnaire file; refuses what does not hold together, every fault with its place."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

from bot.datafile import KeyPath, Position, locate, read_text, read_yaml, validate
from bot.errors import DataFileError, DataProblem, UserError
from bot.intake.reach import unreachable
from bot.intake.schema import (
    MAX_REPEATS,
    NUMBERS,
    Condition,
    Questionnaire,
    QuestionSpec,
    Repeat,
    Section,
    conditions_of,
)
from bot.intake.typed import read_value

_ANY_DAY = date(2026, 1, 1)


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
            if person.name is not None:
                self._known(person.name, ("people", index, "name"))
            self._when(person.when, ("people", index, "when"), None)
        if not self.problems:
            self._reachable()
        return self.problems

    def _reachable(self) -> None:
        never = set(unreachable(self.file))
        for number, section in enumerate(self.file.sections):
            for place, spec in enumerate(section.questions):
                if spec.id in never:
                    path = ("sections", number, "questions", place, "when")
                    self.fault(path, f"“{spec.id}”永远问不到：它的条件互相矛盾")

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
        if spec.scale and any(option.score is None for option in spec.options):
            self.fault((*path, "options"), "有 scale 的题，每个选项都要有 score")
        if spec.scale is None and any(option.score is not None for option in spec.options):
            self.fault((*path, "options"), "有 score 就要写 scale，说明量的是什么")
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
        self._taps(spec, path)
        self._placeholders(spec, path, repeat)
        self.seen[spec.id] = (spec, group)

    def _taps(self, spec: QuestionSpec, path: KeyPath) -> None:
        for place, tap in enumerate(spec.taps):
            try:
                read_value(spec, spec.options, tap, today=_ANY_DAY)
            except UserError as error:
                self.fault((*path, "taps", place), f"按钮“{tap}”自己就读不懂：{error}")

    def _when(self, when: list[Condition], path: KeyPath, group: str | None) -> None:
        for condition in conditions_of(when):
            bounds = (condition.at_least, condition.at_most)
            if condition.question is None or (not condition.one_of and bounds == (None, None)):
                self.fault(path, "条件要写 question，以及 in、at_least 或 at_most；或者只写 any")
                continue
            spec = self._reference(condition.question, path, group)
            if spec and bounds != (None, None) and spec.kind not in NUMBERS:
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
