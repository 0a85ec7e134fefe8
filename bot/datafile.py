"""Data files: safe, strict YAML into typed models, every fault as ``file:line:column``.

Anchors, aliases, tags, duplicate keys, unknown keys and wrong types are refused, and depth and
size are bounded, so that a hostile or careless file costs neither time nor memory.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic_core import ErrorDetails

from bot.errors import DataFileError, DataProblem

MAX_DEPTH = 24
MAX_BYTES = 8 * 1024 * 1024
MAX_NODES = 400_000
MAX_PROBLEMS = 200

KeyPath = tuple[str | int, ...]
Position = tuple[int, int]


class DataModel(BaseModel):
    """Base of every data-file model: unknown keys and loose types are refused; frozen."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


Model = TypeVar("Model", bound=BaseModel)

_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _Reader:
    """Builds plain values from parser events and remembers where each of them stands."""

    def __init__(self, name: str, text: str) -> None:
        self.name = name
        self.problems: list[DataProblem] = []
        self.positions: dict[KeyPath, Position] = {}
        self.nodes = 0
        self.loader = _Loader(text)
        self.scalars: Any = yaml.SafeLoader("")

    def read(self) -> Any:
        try:
            self._next()  # stream start
            event = self._next()
            if isinstance(event, yaml.StreamEndEvent):
                return None
            value = self._value(self._next(), (), 0)
            self._next()  # document end
            event = self._next()
            if isinstance(event, yaml.DocumentStartEvent):
                self._problem(event, "一个文件只能有一份文档，请删去第二个“---”")
            return value
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
            self.problems.append(
                DataProblem(self.name, line, column, f"YAML 写法有误：{error.problem}")
            )
        except yaml.YAMLError as error:
            self.problems.append(DataProblem(self.name, 1, 1, f"YAML 写法有误：{error}"))
        raise DataFileError(self.problems)

    def _next(self) -> Any:
        return self.loader.get_event()

    def _problem(self, event: Any, reason: str) -> None:
        mark = event.start_mark
        self.problems.append(DataProblem(self.name, mark.line + 1, mark.column + 1, reason))
        if len(self.problems) >= MAX_PROBLEMS:
            raise DataFileError(self.problems)

    def _value(self, event: Any, path: KeyPath, depth: int) -> Any:
        self.positions[path] = (event.start_mark.line + 1, event.start_mark.column + 1)
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            self._problem(event, "不支持锚点和引用（& 与 *），请把内容写全")
            raise DataFileError(self.problems)
        self.nodes += 1
        if self.nodes > MAX_NODES:
            self._problem(event, f"内容太多，最多 {MAX_NODES} 项，请分成几个文件")
            raise DataFileError(self.problems)
        if depth > MAX_DEPTH:
            self._problem(event, f"嵌套超过 {MAX_DEPTH} 层")
            raise DataFileError(self.problems)
        if isinstance(event, yaml.ScalarEvent):
            return self._scalar(event)
        if isinstance(event, yaml.SequenceStartEvent):
            items: list[Any] = []
            while not isinstance(event := self._next(), yaml.SequenceEndEvent):
                items.append(self._value(event, (*path, len(items)), depth + 1))
            return items
        return self._mapping(path, depth)

    def _mapping(self, path: KeyPath, depth: int) -> dict[str, Any]:
        mapping: dict[str, Any] = {}
        while not isinstance(event := self._next(), yaml.MappingEndEvent):
            key_event = event
            key = self._value(event, (*path, "<key>"), depth + 1)
            if not isinstance(key, str | int) or isinstance(key, bool):
                self._problem(key_event, "键必须是一个词，请加引号")
                key = str(key)
            key = str(key)
            if key in mapping:
                self._problem(key_event, f"键“{key}”重复了，请只留一个")
            value_path = (*path, key)
            mapping[key] = self._value(self._next(), value_path, depth + 1)
            self.positions[(*value_path, "<key>")] = (
                key_event.start_mark.line + 1,
                key_event.start_mark.column + 1,
            )
        return mapping

    def _scalar(self, event: Any) -> Any:
        if event.tag is not None and event.tag != "!":
            self._problem(event, f"不支持标签 {event.tag}，请删去")
            return event.value
        tag = self.scalars.resolve(yaml.ScalarNode, event.value, event.implicit)
        node = yaml.ScalarNode(tag, event.value, event.start_mark, event.end_mark)
        try:
            return self.scalars.construct_object(node)
        except (ValueError, OverflowError, yaml.YAMLError):
            self._problem(event, f"读不懂的值“{event.value[:40]}”，文字请加引号")
            return event.value


_REASONS = {
    "missing": "缺少“{field}”",
    "extra_forbidden": "不认识的键“{field}”，请检查拼写",
    "string_type": "应为文字；时间、编号等请加引号",
    "int_type": "应为整数",
    "float_type": "应为数字",
    "bool_type": "应为 true 或 false",
    "list_type": "应为列表（每项一行，以“- ”开头）",
    "dict_type": "应为键值表",
    "model_type": "应为键值表",
    "date_type": "应为日期，如 2026-01-31",
    "string_too_short": "不能为空",
    "string_too_long": "太长，最多 {max_length} 个字",
    "too_short": "至少要有 {min_length} 项",
    "too_long": "最多 {max_length} 项",
    "literal_error": "应为 {expected} 之一",
    "greater_than_equal": "应不小于 {ge}",
    "less_than_equal": "应不大于 {le}",
    "greater_than": "应大于 {gt}",
    "less_than": "应小于 {lt}",
}


def _reason(error: ErrorDetails) -> str:
    template = _REASONS.get(error["type"])
    if template is None:
        return error["msg"].removeprefix("Value error, ")
    values = {"field": error["loc"][-1] if error["loc"] else "", **(error.get("ctx") or {})}
    try:
        return template.format(**values)
    except KeyError:
        return error["msg"]


def read_yaml(name: str, text: str) -> tuple[Any, dict[KeyPath, Position]]:
    """Plain values of one YAML document and the 1-based position of each path in it.

    Raises DataFileError with every fault found. ``name`` is used in the messages.
    """
    if len(text) > MAX_BYTES:
        raise DataFileError([DataProblem(name, 1, 1, "文件太大，最多 8 MB")])
    reader = _Reader(name, text)
    value = reader.read()
    if reader.problems:
        raise DataFileError(reader.problems)
    return value, reader.positions


def locate(positions: dict[KeyPath, Position], path: KeyPath) -> Position:
    """The position of ``path``, or of the nearest part of it that the file holds."""
    while path and path not in positions:
        path = path[:-1]
    return positions.get(path, (1, 1))


def repeated(key: str, ids: Sequence[str], name: str = "id") -> Iterator[tuple[KeyPath, str]]:
    """Where the entries of the list ``key`` share an id that must be their own, and the reason."""
    counts = Counter(ids)
    for number, id_ in enumerate(ids):
        if counts[id_] > 1:
            yield (key, number, name), f"“{id_}”重复了"


def parse_text(name: str, text: str, model: type[Model]) -> Model:
    """Validate the YAML ``text`` as ``model``; raises DataFileError with all faults at once."""
    value, positions = read_yaml(name, text)
    return validate(name, value, positions, model)


def validate(
    name: str, value: Any, positions: dict[KeyPath, Position], model: type[Model]
) -> Model:
    """Validate read values as ``model``; faults carry the position of the value they concern."""
    try:
        return model.model_validate(value)
    except ValidationError as error:
        problems = []
        for detail in error.errors()[:MAX_PROBLEMS]:
            path: KeyPath = tuple(detail["loc"])
            if detail["type"] == "extra_forbidden":
                path = (*path, "<key>")
            line, column = locate(positions, path)
            problems.append(DataProblem(name, line, column, _reason(detail)))
        problems.sort(key=lambda problem: (problem.line, problem.column))
        raise DataFileError(problems) from error


def read_text(path: Path) -> str:
    """The UTF-8 text of ``path``; raises DataFileError when it is missing, too big or not UTF-8."""
    name = str(path)
    try:
        if path.stat().st_size > MAX_BYTES:
            raise DataFileError([DataProblem(name, 1, 1, "文件太大，最多 8 MB")])
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise DataFileError([DataProblem(name, 1, 1, "找不到这个文件")]) from None
    except (OSError, UnicodeDecodeError) as error:
        reason = f"读不了这个文件（{type(error).__name__}），应为 UTF-8 文本"
        raise DataFileError([DataProblem(name, 1, 1, reason)]) from None


def load(path: Path, model: type[Model]) -> Model:
    """Read and validate one data file."""
    return parse_text(str(path), read_text(path), model)
