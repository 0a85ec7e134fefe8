"""Reads data/cadences.yaml and finds what is wrong in it beyond the types of its fields."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from string import Formatter

from bot.datafile import KeyPath, locate, read_text, read_yaml, repeated, validate
from bot.errors import DataFileError, DataProblem
from bot.reminders.calendar import CLIENT_FROM, CLIENT_UNTIL, LONGEST_SHIFT_DAYS
from bot.reminders.schema import FIELDS, KINDS, Cadence, Cadences, Step


def load_cadences(path: Path) -> Cadences:
    """Read and check the file; raises DataFileError with every fault at its line and column."""
    return parse_cadences(str(path), read_text(path))


def parse_cadences(name: str, text: str) -> Cadences:
    """Check the YAML ``text``; ``name`` stands in the messages."""
    value, positions = read_yaml(name, text)
    cadences = validate(name, value, positions, Cadences)
    problems = [
        DataProblem(name, *locate(positions, path), reason) for path, reason in _faults(cadences)
    ]
    if problems:
        raise DataFileError(sorted(problems, key=lambda p: (p.line, p.column)))
    return cadences


Fault = tuple[KeyPath, str]


def _faults(data: Cadences) -> Iterator[Fault]:
    yield from repeated("jurisdictions", [row.id for row in data.jurisdictions])
    yield from repeated("festivals", [row.id for row in data.festivals])
    yield from repeated("stage_limits", [row.stage for row in data.stage_limits], "stage")
    yield from repeated("cadences", [row.id for row in data.cadences])
    for number, holiday in enumerate(data.holidays):
        if not 0 <= (holiday.to_on - holiday.from_on).days < LONGEST_SHIFT_DAYS - 4:
            yield ("holidays", number, "to_on"), "放假要写第一天和最后一天，一次最多十天"
    if "CN" not in {row.id for row in data.jurisdictions}:
        yield ("jurisdictions",), "缺少内地（CN）一行"
    for number, cadence in enumerate(data.cadences):
        path: KeyPath = ("cadences", number)
        for index, step in enumerate(cadence.steps):
            here: KeyPath = (*path, "steps", index)
            yield from _repeated_step(cadence, index, here)
            yield from _timing_faults(cadence, step, here)
            yield from _audience_faults(step, here)
            yield from _text_faults(cadence, step, here)
        for index, example in enumerate(cadence.examples):
            unknown = set(example.touches) - {step.id for step in cadence.steps}
            if unknown:
                yield (*path, "examples", index, "touches"), f"没有步骤“{sorted(unknown)[0]}”"


def _repeated_step(cadence: Cadence, index: int, path: KeyPath) -> Iterator[Fault]:
    if cadence.steps[index].id in {step.id for step in cadence.steps[:index]}:
        yield (*path, "id"), f"步骤“{cadence.steps[index].id}”重复了"


def _timing_faults(cadence: Cadence, step: Step, path: KeyPath) -> Iterator[Fault]:
    if (step.offset_days is None) == (step.offset_hours is None):
        yield path, "offset_days 与 offset_hours 要写且只写一个"
    if step.offset_days is not None and step.at is None:
        yield path, '按天计的步骤要写 at，如 at: "09:00"'
    if step.offset_hours is not None and (cadence.event != "claim_opened" or step.at):
        yield (*path, "offset_hours"), "只有报案（claim_opened）可按小时计，且不写 at"
    if (step.valid_for_hours is None) == (step.valid_for_days is None):
        yield path, "valid_for_hours 与 valid_for_days 要写且只写一个"
    if step.business_day and (step.audience == "client" or step.offset_days is None):
        yield (*path, "business_day"), "只有按天计、给业务员和主管的步骤可以避开假日"
    if step.every_days is not None and cadence.event != "benefit":
        yield (*path, "every_days"), "只有生存金、满期金（benefit）可以重复提醒"
    unknown = set(step.only) - KINDS.get(cadence.event, set())
    if unknown:
        allowed = "、".join(sorted(KINDS.get(cadence.event, set()))) or "无（此事件不分种类）"
        yield (*path, "only"), f"不认识“{sorted(unknown)[0]}”，可用：{allowed}"
    following = hours_of_next(cadence.steps, step)
    if following is not None and hours_of(step) + step.valid_hours > following:
        yield path, "有效期越过了后一步，晚发的提醒会与后一步重复，请缩短"


def hours_of(step: Step) -> int:
    """When a step is due, in hours from the event."""
    return step.offset_hours if step.offset_hours is not None else (step.offset_days or 0) * 24


def hours_of_next(steps: Iterable[Step], step: Step) -> int | None:
    """When the next step to the same readers is due, in hours from the event; None after the last."""
    later = [
        hours_of(other)
        for other in steps
        if other.audience == step.audience
        and hours_of(other) > hours_of(step)
        and (not step.only or not other.only or set(step.only) & set(other.only))
    ]
    return min(later, default=None)


def _audience_faults(step: Step, path: KeyPath) -> Iterator[Fault]:
    if step.audience != "client":
        if step.nature != "service":
            yield (*path, "nature"), "给业务员和主管的提醒一律写 service"
        return
    if step.offset_hours is not None:
        yield (*path, "audience"), "按小时计的步骤不能发给客户（可能落在夜里）"
    if not CLIENT_FROM <= step.local_time < CLIENT_UNTIL and step.at:
        yield (*path, "at"), "给客户的提醒只能在 09:00 到 21:00 之间"
    if "alive" not in step.require:
        yield (*path, "require"), "给客户的步骤必须要求 alive（客户在世）"
    if step.nature == "marketing" and "not_opted_out" not in step.require:
        yield (*path, "require"), "营销内容必须要求 not_opted_out（未退订）"


def _text_faults(cadence: Cadence, step: Step, path: KeyPath) -> Iterator[Fault]:
    if len(step.text) != len(step.text_hant):
        yield (*path, "text_hant"), "繁体与简体的写法条数要一样多"
    yield from _also_faults(cadence, step, path)
    for key, texts, stop in (("text", step.text, "退订"), ("text_hant", step.text_hant, "退訂")):
        for index, text in enumerate(texts):
            here: KeyPath = (*path, key, index)
            try:
                used = placeholders(text)
            except ValueError as error:
                yield here, f"占位符写法有误（{error}），应如 {{client}}"
                continue
            if unknown := sorted(used - FIELDS[cadence.event]):
                known = "、".join(sorted(FIELDS[cadence.event]))
                yield here, f"不认识占位符“{unknown[0]}”，可用：{known}"
            if step.audience != "client":
                continue
            if not {"agent", "company"} <= used:
                yield here, "给客户的话要说明是谁：写上 {agent} 和 {company}"
            if step.nature == "marketing" and stop not in text[-20:]:
                yield here, f"营销内容要以退订方法结尾，如：回复“{stop}”即不再打扰"


def _also_faults(cadence: Cadence, step: Step, path: KeyPath) -> Iterator[Fault]:
    if (step.also is None) != (step.also_hant is None):
        yield (*path, "also"), "also 和 also_hant 要一起写"
    for key, text, stop in (("also", step.also, "退订"), ("also_hant", step.also_hant, "退訂")):
        if text is None:
            continue
        try:
            unknown = sorted(placeholders(text) - FIELDS[cadence.event])
        except ValueError as error:
            yield (*path, key), f"占位符写法有误（{error}），应如 {{client}}"
            continue
        if unknown:
            known = "、".join(sorted(FIELDS[cadence.event]))
            yield (*path, key), f"不认识占位符“{unknown[0]}”，可用：{known}"
        if step.nature == "marketing" and stop not in text[-20:]:
            yield (*path, key), f"营销内容要以退订方法结尾，如：回复“{stop}”即不再打扰"


def placeholders(text: str) -> set[str]:
    """The names in braces; ValueError for anything but a plain name (no index, no format)."""
    names = set()
    for _, name, spec, conversion in Formatter().parse(text):
        if name is None:
            continue
        if not name.isidentifier() or spec or conversion:
            raise ValueError(name or "空的大括号")
        names.add(name)
    return names
