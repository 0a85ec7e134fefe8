"""What data/cadences.yaml may say: markets, festivals, stage limits and cadences with steps."""

from __future__ import annotations

from datetime import date, time, timedelta
from functools import cached_property
from typing import Annotated, Literal

from pydantic import Field, field_validator

from bot.datafile import DataModel
from bot.reminders.calendar import MONTHS_BY_FREQUENCY, DaysOff

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


class Holiday(DataModel):
    """Days off (both included) as announced for one year, and the weekend days worked for them."""

    zh: Text
    from_on: date
    to_on: date
    worked: list[date] = Field(default=[])


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


class Delivery(DataModel):
    """How often clients may be written to: marketing texts to one client in any seven days."""

    marketing_per_week: int = Field(default=1, ge=1, le=7)


class Button(DataModel):
    """A button under the text; ``id`` is what the answer is recorded as."""

    id: Id
    label: Text
    label_hant: Text


class Step(DataModel):
    """One message of a cadence: when, to whom, under which conditions, in which words.

    ``business_day`` moves what falls on a day off to the working day after or before it.
    ``also`` is how it is said as a further paragraph of a message that has greeted already.
    """

    id: Id
    offset_days: int | None = Field(default=None, ge=-400, le=1000)
    offset_hours: int | None = Field(default=None, ge=0, le=72)
    every_days: int | None = Field(default=None, ge=30, le=366)
    business_day: Literal["next", "previous"] | None = None
    at: str | None = None
    audience: Literal["client", "agent", "supervisor"]
    nature: Literal["service", "marketing"]
    only: list[Text] = Field(default=[])
    require: list[Condition] = Field(default=[])
    valid_for_hours: int | None = Field(default=None, ge=1, le=168)
    valid_for_days: int | None = Field(default=None, ge=1, le=366)
    text: list[Text] = Field(min_length=1, max_length=20)
    text_hant: list[Text] = Field(min_length=1, max_length=20)
    also: Text | None = None
    also_hant: Text | None = None
    buttons: list[Button] = Field(default=[], max_length=10)

    @field_validator("at")
    @classmethod
    def _clock_time(cls, value: str | None) -> str | None:
        if value is not None:
            _time_of_day(value)
        return value

    @property
    def offset(self) -> timedelta | None:
        """The days from the event; None when the step repeats, counts hours or avoids days off."""
        if self.offset_days is None or self.every_days is not None or self.business_day:
            return None
        return timedelta(days=self.offset_days)

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
    holidays: list[Holiday] = Field(default=[])
    stage_limits: list[StageLimit]
    renewals: Renewals = Field(default_factory=Renewals)
    delivery: Delivery = Field(default_factory=Delivery)
    cadences: list[Cadence] = Field(min_length=1)

    @cached_property
    def days_off(self) -> DaysOff:
        """The days off and the weekend days worked, as the file lists them."""
        off = {
            one.from_on + timedelta(days=n)
            for one in self.holidays
            for n in range((one.to_on - one.from_on).days + 1)
        }
        return DaysOff(
            frozenset(off), frozenset(day for one in self.holidays for day in one.worked)
        )

    def jurisdiction(self, id_: str) -> Jurisdiction:
        """The market's row; the mainland's for a market the file does not name."""
        found = (row for row in self.jurisdictions if row.id == id_)
        return next(found, None) or next(row for row in self.jurisdictions if row.id == "CN")

    def cadence(self, id_: str) -> Cadence | None:
        return next((row for row in self.cadences if row.id == id_), None)

    def place(self, id_: str) -> int:
        """Where a cadence stands in the file; among marketing texts of a week the earlier wins."""
        return next((n for n, row in enumerate(self.cadences) if row.id == id_), len(self.cadences))

    def step(self, cadence_id: str, step_id: str) -> Step | None:
        """The step by its two ids; None when the file no longer has it."""
        cadence = self.cadence(cadence_id)
        return next((s for s in cadence.steps if s.id == step_id), None) if cadence else None


def _time_of_day(value: str) -> time:
    try:
        if len(value) != 5:
            raise ValueError
        return time.fromisoformat(value)
    except ValueError:
        raise ValueError('时间应写成 "09:00" 这样的四位数字，并加引号') from None
