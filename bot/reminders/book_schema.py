"""What a book file may say: rows as people write them, forgiving where the meaning is clear."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from bot.datafile import DataModel
from bot.reminders.calendar import due_dates

_WORDS = {
    "年交": "yearly", "年缴": "yearly", "年": "yearly", "annual": "yearly", "annually": "yearly",
    "半年交": "half_yearly", "半年缴": "half_yearly", "half-yearly": "half_yearly",
    "季交": "quarterly", "季缴": "quarterly", "月交": "monthly", "月缴": "monthly",
    "趸交": "single", "趸缴": "single",
    "有效": "active", "失效": "lapsed", "中止": "lapsed", "终止": "terminated",
    "退保": "surrendered", "犹豫期退保": "withdrawn", "满期": "matured",
    "赔付": "paid", "拒赔": "declined", "生存金": "survival", "满期金": "maturity",
    "公历": "solar", "农历": "lunar", "大陆": "CN", "内地": "CN", "台湾": "TW", "香港": "HK",
    "新加坡": "SG", "马来西亚": "MY",
}  # fmt: skip


def _word(value: object) -> object:
    if not isinstance(value, str):
        return value
    plain = value.strip()
    return _WORDS.get(plain, _WORDS.get(plain.lower(), plain))


def _lower(value: object) -> object:
    word = _word(value)
    return word.lower() if isinstance(word, str) else word


def _upper(value: object) -> object:
    word = _word(value)
    return word.upper() if isinstance(word, str) else word


def _name(value: object) -> object:
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _day(value: object) -> object:
    if isinstance(value, str):
        try:
            return date.fromisoformat(value.strip())
        except ValueError:
            return value
    return value


def _moment(value: object) -> object:
    if isinstance(value, str):
        try:
            return datetime.fromisoformat(value.strip())
        except ValueError:
            return value
    if isinstance(value, date) and not isinstance(value, datetime):
        return datetime(value.year, value.month, value.day, 9)
    return value


def _money(value: object) -> object:
    try:
        return Decimal(str(value).replace(",", "").removesuffix("元"))
    except InvalidOperation:
        raise ValueError("保费应为数字（元），如 12000") from None


Name = Annotated[str, BeforeValidator(_name), Field(min_length=1, max_length=80)]
Day = Annotated[date, BeforeValidator(_day)]
Moment = Annotated[datetime, BeforeValidator(_moment)]
Money = Annotated[Decimal, BeforeValidator(_money), Field(ge=0)]
Frequency = Literal["yearly", "half_yearly", "quarterly", "monthly", "single"]


class YearlyBirth(DataModel):
    """A birthday given as month and day of one of the two calendars; the year is optional."""

    calendar: Annotated[Literal["solar", "lunar"], BeforeValidator(_lower)] = "solar"
    year: int | None = Field(default=None, ge=1900, le=2099)
    month: int = Field(ge=1, le=12)
    day: int = Field(ge=1, le=31)
    leap: bool = False


class MemberRow(DataModel):
    """A member of the client's family whose birthday is kept."""

    name: Name
    birth: Day | YearlyBirth
    birth_lunar: bool = False


class AgentRow(DataModel):
    """An agent; ``id`` is needed only when two share a name."""

    id: Name | None = None
    name: Name
    company: Name | None = None
    timezone: Name = "Asia/Shanghai"


class ClientRow(DataModel):
    """A client; ``assigned_on`` marks an orphan client handed to this agent."""

    id: Name | None = None
    name: Name
    agent: Name | None = None
    birth: Day | YearlyBirth | None = None
    birth_lunar: bool = False
    timezone: Name | None = None
    opted_out: bool = False
    deceased: bool = False
    last_contact_on: Day | None = None
    assigned_on: Day | None = None
    visited_on: list[Day] = Field(default=[])
    family: list[MemberRow] = Field(default=[])


class BenefitRow(DataModel):
    """A benefit that becomes payable on a day."""

    due_on: Day
    kind: Annotated[Literal["survival", "maturity"], BeforeValidator(_lower)] = "survival"
    claimed: bool = False


class PolicyRow(DataModel):
    """A policy; due dates as ``next_due_on`` or as ``first_due_on`` with ``paid_until``."""

    number: Name
    client: Name
    product: Name = "保险"
    company: Name | None = None
    premium: Money = Decimal(0)
    frequency: Annotated[Frequency, BeforeValidator(_lower)] = "yearly"
    next_due_on: Day | None = None
    first_due_on: Day | None = None
    paid_until: Day | None = None
    last_due_on: Day | None = None
    issued_on: Day | None = None
    delivered_on: Day | None = None
    jurisdiction: Annotated[Literal["CN", "TW", "HK", "SG", "MY"], BeforeValidator(_upper)] = "CN"
    status: Annotated[
        Literal["active", "lapsed", "terminated", "surrendered", "withdrawn", "matured"],
        BeforeValidator(_lower),
    ] = "active"
    benefits: list[BenefitRow] = Field(default=[])


class ClaimRow(DataModel):
    """A claim; the instants are local to the client when they carry no offset."""

    id: Name | None = None
    policy: Name
    opened_at: Moment
    decided_at: Moment | None = None
    decision: Annotated[Literal["paid", "declined"], BeforeValidator(_lower)] | None = None


class LeadRow(DataModel):
    """A lead with its grade and its stage."""

    id: Name | None = None
    name: Name
    agent: Name | None = None
    grade: Annotated[Literal["A", "B", "C"], BeforeValidator(_upper)] | None = None
    contacted_on: Day | None = None
    stage: Name | None = None
    stage_since_on: Day | None = None


class BookFile(DataModel):
    """The whole book file; ``note`` is free text, ``company`` the default for all rows."""

    note: str = ""
    company: Name = "本公司"
    agents: list[AgentRow] = Field(default=[])
    clients: list[ClientRow] = Field(default=[])
    policies: list[PolicyRow] = Field(default=[])
    claims: list[ClaimRow] = Field(default=[])
    leads: list[LeadRow] = Field(default=[])


def client_label(row: ClientRow) -> str:
    """What the file calls the client: the id where there is one, else the name."""
    return row.id or row.name


def oldest_unpaid(row: PolicyRow) -> date | None:
    """The oldest unpaid due date: as written, or the first one after ``paid_until``."""
    due_on = row.next_due_on
    if due_on is None and row.first_due_on is not None:
        paid = row.paid_until or date.min
        for due_on in due_dates(row.first_due_on, row.frequency):
            if due_on > paid:
                break
        else:
            return None
    return None if due_on and row.last_due_on and due_on > row.last_due_on else due_on
