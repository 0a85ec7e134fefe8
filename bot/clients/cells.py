"""Reads one cell of a client sheet as a value, or says in a sentence what to write instead."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import cast

from bot.clients.columns import choices, meaning_of, simplified
from bot.domain.amounts import Period, parse_amount
from bot.domain.dates import parse_date
from bot.domain.identity import IdNumber, parse_id_number, parse_phone
from bot.domain.numerals import plain
from bot.errors import UserError
from bot.reminders.calendar import (
    LUNAR_FIRST_YEAR,
    LUNAR_FROM_ON,
    LUNAR_LAST_YEAR,
    LUNAR_UNTIL_ON,
    LunarDay,
    lunar_day_of,
    lunar_to_solar,
)

OLDEST_AGE = 120
_CALLING_CODES = {"TW": "886", "HK": "852", "SG": "65", "MY": "60"}
_TIME_OF_DAY = re.compile(r"[T\s]+\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?$")
_REPUBLIC_YEAR = re.compile(r"^民国(\d{1,3})年")
_SPOILED = re.compile(r"-?\d(\.\d+)?E\+\d+", re.IGNORECASE)
_MONTHS = ("正", "二", "三", "四", "五", "六", "七", "八", "九", "十", "冬", "腊")
_DIGITS = "十一二三四五六七八九"


@dataclass(frozen=True, slots=True)
class Birth:
    """A birth date, and whether the birthday is kept by the lunar calendar."""

    on: date
    lunar: bool = False
    # the month and day as the lunar calendar names them, when they were written so
    lunar_month_day: tuple[int, int] | None = None

    def agrees_with(self, card_on: date) -> bool:
        """Whether an identity card may say ``card_on``.

        Cards often carry the lunar month and day as if they were solar ones.
        """
        return card_on == self.on or self.lunar_month_day == (card_on.month, card_on.day)


def text(typed: str, longest: int) -> str:
    """A name or number as written; refused when too long or spoiled by the spreadsheet."""
    if _SPOILED.fullmatch(typed):
        raise UserError("数字太长，被表格软件改坏了，请把这一列的格式设为“文本”，再重新填。")
    if len(typed) > longest:
        raise UserError(f"太长了，最多 {longest} 个字，请写短一些。")
    return re.sub(r"\s+", " ", typed)


def name(typed: str, longest: int) -> str:
    """A name as written, without the spaces that stretch two characters to the width of three."""
    return re.sub(r"(?<=[\u3400-\u9fff]) (?=[\u3400-\u9fff])", "", text(typed, longest))


def word(key: str, typed: str) -> str:
    """The value of a column of fixed words."""
    value = meaning_of(key, typed)
    if value is None:
        raise UserError(f"不认识这个写法，请写 {choices(key)} 之一。")
    return value


def birth(typed: str, today: date) -> Birth:
    """A birth date, solar or ``农历…``: not after ``today``, at most 120 years ago."""
    parsed = parse_date(_plain_date(typed))
    if parsed.day is None:
        raise UserError("要写到日，例如 1985-12-06。")
    if parsed.lunar:
        on = lunar_to_solar(parsed.year, LunarDay(parsed.month, parsed.day, parsed.leap))
        read = Birth(on, True, (parsed.month, parsed.day))
    else:
        read = Birth(date(parsed.year, parsed.month, parsed.day))
    if not today - timedelta(days=366 * OLDEST_AGE) <= read.on <= today:
        raise UserError(f"出生日期要在今天以前、{OLDEST_AGE} 年之内，请核对，例如 1985-12-06。")
    return read


def day(typed: str, first_on: date, last_on: date) -> date:
    """A solar date from ``first_on`` to ``last_on``."""
    parsed = parse_date(_plain_date(typed))
    if parsed.lunar:
        raise UserError("这里请写公历日期，例如 2026-12-05。")
    if parsed.day is None:
        raise UserError("要写到日，例如 2026-12-05。")
    on = date(parsed.year, parsed.month, parsed.day)
    if not first_on <= on <= last_on:
        raise UserError(f"日期要在 {first_on} 到 {last_on} 之间，请核对年份。")
    return on


def _plain_date(typed: str) -> str:
    bare = _TIME_OF_DAY.sub("", typed.strip())
    converted = simplified(bare)
    return _REPUBLIC_YEAR.sub(lambda match: f"{int(match[1]) + 1911}年", converted)


def phone(typed: str, region: str | None) -> str:
    """A phone in E.164; a number without a code is of ``region`` when it is no mainland one."""
    text(typed, 40)
    try:
        return parse_phone(typed).number
    except UserError:
        code = _CALLING_CODES.get(region or "")
        if code is None or plain(typed).startswith(("+", "00")):
            raise
        return parse_phone(f"+{code}{plain(typed)}").number


def id_number(typed: str) -> IdNumber:
    """A mainland ID number with a right check digit."""
    text(typed, 40)
    return parse_id_number(typed)


def premium(typed: str, frequency: str | None) -> tuple[Decimal, str | None]:
    """Yuan for each payment, and the frequency: as given, or the one named with the amount."""
    amount = parse_amount(typed)
    if frequency is None:
        frequency = amount.period
    yuan = amount.amount
    if frequency not in (None, "single"):
        yuan = amount.per(cast(Period, frequency))
    if yuan <= 0:
        raise UserError("保费要大于 0，例如 12000 或 1.2万。")
    return yuan, frequency


def sum_insured(typed: str) -> Decimal:
    """Yuan, zero or more."""
    return parse_amount(typed).amount


def show_birth(on: date | None, lunar: bool) -> str:
    """A birth date as ``birth`` reads it: ``1985-12-06``, or ``农历1985年十月廿五``."""
    if on is None:
        return ""
    if not lunar or not LUNAR_FROM_ON <= on <= LUNAR_UNTIL_ON:
        return on.isoformat()
    kept = lunar_day_of(on)
    for year in _lunar_years(on):
        if lunar_to_solar(year, kept) == on:
            leap = "闰" if kept.leap else ""
            return f"农历{year}年{leap}{_MONTHS[kept.month - 1]}月{_lunar_day(kept.day)}"
    return on.isoformat()


def _lunar_years(on: date) -> Iterator[int]:
    for year in (on.year - 1, on.year):
        if LUNAR_FIRST_YEAR <= year <= LUNAR_LAST_YEAR:
            yield year


def _lunar_day(number: int) -> str:
    if number in (10, 20, 30):
        return {10: "初十", 20: "二十", 30: "三十"}[number]
    tens = ("初", "十", "廿")[number // 10]
    return tens + _DIGITS[number % 10]
