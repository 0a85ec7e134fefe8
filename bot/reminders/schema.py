"""What data/cadences.yaml may say: markets, festivals, stage limits and cadences with steps."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, time
from pathlib import Path
from string import Formatter
from typing import Annotated, Literal

from pydantic import Field, field_validator

from bot.datafile import DataModel, KeyPath, locate, read_text, read_yaml, repeated, validate
from bot.errors import DataFileError, DataProblem
from bot.reminders.calendar import CLIENT_FROM, CLIENT_UNTIL, MONTHS_BY_FREQUENCY

Event = Literal[
    "birthday", "family_birthday", "festival", "renewal", "grace", "lapse", "claim_opened",
    "claim_decided", "policy_issued", "cooling_off", "anniversary", "benefit", "silent",
    "lead_class", "stage_limit", "orphan", "orphan_visit",
]  # fmt: skip
Condition = Literal[
    "alive", "same_agent", "unpaid", "active", "reinstatable", "not_ended", "not_opted_out"
]
Text = Annotated[str, Field(min_length=1, max_length=1000)]
Id = Annotated[str, Field(min_length=1, max_length=40)]

_CLIENT = {"client", "agent", "company"}
_POLICY = _CLIENT | {"policy", "product", "insurer"}
_PREMIUM = _POLICY | {"premium", "due_on", "grace_end_on", "lapse_on"}
_LEAD = {"agent", "company", "lead"}
FIELDS: dict[str, set[str]] = {
    "birthday": _CLIENT | {"birthday_on"},
    "family_birthday": _CLIENT | {"birthday_on", "member"},
    "festival": _CLIENT | {"festival"},
    "renewal": _PREMIUM,
    "grace": _PREMIUM,
    "lapse": _PREMIUM | {"reinstatement_end_on"},
    "claim_opened": _POLICY,
    "claim_decided": _POLICY,
    "policy_issued": _POLICY | {"issued_on"},
    "cooling_off": _POLICY | {"cooling_off_end_on"},
    "anniversary": _POLICY | {"anniversary_on"},
    "benefit": _POLICY | {"benefit", "benefit_on"},
    "silent": _CLIENT | {"contacted_on"},
    "lead_class": _LEAD | {"grade", "contacted_on"},
    "stage_limit": _LEAD | {"stage", "stage_since_on"},
    "orphan": _CLIENT | {"assigned_on", "visit_by_on"},
    "orphan_visit": _CLIENT | {"visit", "visit_by_on"},
}
KINDS: dict[str, set[str]] = {
    "renewal": set(MONTHS_BY_FREQUENCY),
    "grace": set(MONTHS_BY_FREQUENCY),
    "lapse": set(MONTHS_BY_FREQUENCY),
    "claim_decided": {"paid", "declined"},
    "benefit": {"survival", "maturity"},
    "lead_class": {"A", "B", "C"},
    "orphan_visit": {"1", "2", "3"},
}


class Jurisdiction(DataModel):
    """A market's periods; days and years, with the law or habit they rest on."""

    id: Literal["CN", "TW", "HK", "SG", "MY"]
    zh: Text
    grace_days: int = Field(ge=1, le=366)
    cooling_off_days: int = Field(ge=1, le=60)
    reinstatement_years: int = Field(ge=1, le=10)
    certain: bool
    basis: Text


class Festival(DataModel):
    """A day on which clients are greeted, by the solar or the Chinese calendar."""

    id: Id
    zh: Text
    hant: Text
    calendar: Literal["solar", "lunar"]
    month: int = Field(ge=1, le=12)
    day: int = Field(ge=1, le=31)


class StageLimit(DataModel):
    """How many days a lead may stay in a stage before the agent is asked."""

    stage: Id
    zh: Text
    hant: Text
    days: int = Field(ge=1, le=365)


class Renewals(DataModel):
    """The office's own terms of renewal work.

    ``large_premium`` is the yearly premium in yuan from which a case is large.
    ``persistency_excludes`` are the policies left out of both sides of persistency: cancelled in
    the cooling-off period (``cooling_off``), ended by the insured's death (``death_claim``).
    """

    large_premium: int = Field(default=10_000, ge=1)
    persistency_excludes: list[Literal["cooling_off", "death_claim"]] = Field(
        default=["cooling_off", "death_claim"]
    )


class Button(DataModel):
    """A button under the text; ``id`` is what the answer is recorded as."""

    id: Id
    label: Text
    label_hant: Text


class Step(DataModel):
    """One message of a cadence: when, to whom, under which conditions, in which words."""

    id: Id
    offset_days: int | None = Field(default=None, ge=-400, le=1000)
    offset_hours: int | None = Field(default=None, ge=0, le=72)
    every_days: int | None = Field(default=None, ge=30, le=366)
    at: str | None = None
    audience: Literal["client", "agent", "supervisor"]
    nature: Literal["service", "marketing"]
    only: list[Text] = Field(default=[])
    require: list[Condition] = Field(default=[])
    valid_for_hours: int | None = Field(default=None, ge=1, le=168)
    valid_for_days: int | None = Field(default=None, ge=1, le=366)
    text: list[Text] = Field(min_length=1, max_length=20)
    text_hant: list[Text] = Field(min_length=1, max_length=20)
    buttons: list[Button] = Field(default=[], max_length=10)

    @field_validator("at")
    @classmethod
    def _clock_time(cls, value: str | None) -> str | None:
        if value is not None:
            _time_of_day(value)
        return value

    @property
    def local_time(self) -> time:
        """The local time of sending; steps counted in hours have none of their own (midnight)."""
        return _time_of_day(self.at) if self.at else time()

    @property
    def valid_hours(self) -> int:
        """Hours after the planned instant in which sending still makes sense."""
        return self.valid_for_hours or (self.valid_for_days or 1) * 24


class Example(DataModel):
    """A case with its answer: the anchor date, and the local date of every touch by step id."""

    event_on: date
    jurisdiction: Literal["CN", "TW", "HK", "SG", "MY"] = "CN"
    kind: str | None = None
    touches: dict[str, date]


class Cadence(DataModel):
    """The steps that follow one kind of event."""

    id: Id
    zh: Text
    event: Event
    steps: list[Step] = Field(min_length=1)
    examples: list[Example] = Field(default=[])


class Cadences(DataModel):
    """The whole file."""

    jurisdictions: list[Jurisdiction] = Field(min_length=1)
    festivals: list[Festival]
    stage_limits: list[StageLimit]
    renewals: Renewals = Field(default_factory=Renewals)
    cadences: list[Cadence] = Field(min_length=1)

    def jurisdiction(self, id_: str) -> Jurisdiction:
        """The market's row; the mainland's for a market the file does not name."""
        found = [row for row in self.jurisdictions if row.id in (id_, "CN")]
        return next((row for row in found if row.id == id_), found[0])

    def cadence(self, id_: str) -> Cadence | None:
        return next((row for row in self.cadences if row.id == id_), None)

    def step(self, cadence_id: str, step_id: str) -> Step | None:
        """The step by its two ids; None when the file no longer has it."""
        cadence = self.cadence(cadence_id)
        return next((s for s in cadence.steps if s.id == step_id), None) if cadence else None


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
    if step.every_days is not None and cadence.event != "benefit":
        yield (*path, "every_days"), "只有生存金、满期金（benefit）可以重复提醒"
    unknown = set(step.only) - KINDS.get(cadence.event, set())
    if unknown:
        allowed = "、".join(sorted(KINDS.get(cadence.event, set()))) or "无（此事件不分种类）"
        yield (*path, "only"), f"不认识“{sorted(unknown)[0]}”，可用：{allowed}"
    following = _next_offset(cadence.steps, step)
    if following is not None and _hours(step) + step.valid_hours > following:
        yield path, "有效期越过了后一步，晚发的提醒会与后一步重复，请缩短"


def _hours(step: Step) -> int:
    return step.offset_hours if step.offset_hours is not None else (step.offset_days or 0) * 24


def _next_offset(steps: Iterable[Step], step: Step) -> int | None:
    later = [
        _hours(other)
        for other in steps
        if other.audience == step.audience
        and _hours(other) > _hours(step)
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


def _time_of_day(value: str) -> time:
    try:
        if len(value) != 5:
            raise ValueError
        return time.fromisoformat(value)
    except ValueError:
        raise ValueError('时间应写成 "09:00" 这样的四位数字，并加引号') from None
