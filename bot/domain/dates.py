"""Reads a date, solar or lunar, as people type it, with kind refusals."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from bot.domain.numerals import DIGITS, plain, read_number
from bot.errors import UserError


@dataclass(frozen=True, slots=True)
class TypedDate:
    """A date as typed; the parts of a lunar one are lunar and are converted elsewhere.

    ``day`` is None when only year and month are known. ``leap`` marks a leap month 闰月.
    """

    year: int
    month: int
    day: int | None = None
    lunar: bool = False
    leap: bool = False

    @property
    def solar(self) -> date | None:
        """The calendar day, when it is a complete solar date."""
        if self.lunar or self.day is None:
            return None
        return date(self.year, self.month, self.day)


_DATE_EXAMPLE = "，例如 1990-05-01、1990年5月，或 农历1990年八月十五"
_NUM = r"(\d{1,2}|[零〇一二两三四五六七八九十]{1,3})"
_SEPARATED = re.compile(
    rf"(\d{{4}}|\d{{2}}|[零〇一二三四五六七八九]{{4}}|[零〇一二三四五六七八九]{{2}}(?=年))[-/.年]{_NUM}(?:[-/.月]{_NUM}[日号]?|月)?"
)
_LUNAR = re.compile(
    r"(\d{4}|[零〇一二三四五六七八九]{4}|(?:\d{2}|[零〇一二三四五六七八九]{2})(?=年))[-/.年]?(闰)?"
    r"(正|冬|腊|\d{1,2}|[一二三四五六七八九十]{1,2})[-/.月](.{1,3}?)[日号]?"
)
_LUNAR_WORDS = re.compile(r"农历|阴历|旧历|農曆|陰曆|lunar:?")
_NEWEST_SHORT_YEAR = 40
_LEAP_MONTHS = (
    "00500400206005002070050040020600500307006004002070050030800600400307"
    "005004080060040a0060050030800500400207005004090060040020600500"
    "30b006005002070050030800600400307005004080060040030700500408006004002"
)
"""The leap month of each lunar year from 1901 to 2099, as one hexadecimal digit; 0 for none."""
_FIRST_LUNAR_YEAR = 1901


def parse_date(text: str) -> TypedDate:
    """The date a person typed: ``2026-01-31``, ``20260131``, ``26.1.31``, ``1990-5``, ``农历…``.

    Two-digit years up to 40 are of this century. Raises UserError when it is no date.
    """
    typed = plain(text).replace("閏", "闰")
    bare = _LUNAR_WORDS.sub("", typed)
    if bare != typed or re.search(r"闰|初[一二三四五六七八九十]|正月|冬月|腊月|[廿卅]", bare):
        return _lunar_date(bare)
    if match := re.fullmatch(r"(\d{4})(\d{2})(\d{2})", typed):
        return _solar_date(*(int(part) for part in match.groups()))
    match = _SEPARATED.fullmatch(re.sub(r"(出生|生日|生)$", "", typed))
    if not match:
        raise UserError(f"没看懂这个日期，请写年月日{_DATE_EXAMPLE}。")
    year, month, day = match.groups()
    return _solar_date(_year(year), _small(month), _small(day) if day else None)


def _year(typed: str) -> int:
    year = int(typed.translate(DIGITS))
    if len(typed) == 2:
        return year + (2000 if year <= _NEWEST_SHORT_YEAR else 1900)
    return year


def _small(typed: str) -> int:
    number = read_number(typed)
    return int(number) if number is not None else 0


def _solar_date(year: int, month: int, day: int | None = None) -> TypedDate:
    try:
        date(year, month, day or (1 if day is None else 0))
    except ValueError:
        raise UserError(f"日历上没有这一天，请核对{_DATE_EXAMPLE}。") from None
    _check_year(year)
    return TypedDate(year, month, day)


def _check_year(year: int) -> None:
    if not 1900 <= year <= 2100:
        raise UserError(f"年份要在 1900 到 2100 之间，请核对{_DATE_EXAMPLE}。")


def _lunar_date(typed: str) -> TypedDate:
    match = _LUNAR.fullmatch(typed)
    if not match:
        raise UserError("农历日期请写全年月日，例如 农历1990年八月十五、农历1990年闰五月初三。")
    month = {"正": 1, "冬": 11, "腊": 12}.get(match[3]) or _small(match[3])
    day = _small(match[4].removeprefix("初").replace("廿", "二十").replace("卅", "三十"))
    if not (1 <= month <= 12 and 1 <= day <= 30):
        raise UserError("农历只有十二个月、每月最多三十天，请核对，例如 农历1990年八月十五。")
    year = _year(match[1])
    _check_year(year)
    if match[2] and leap_month(year) not in (month, None):
        raise UserError(f"农历 {year} 年没有闰{match[3]}月，请核对。")
    return TypedDate(year, month, day, lunar=True, leap=bool(match[2]))


def leap_month(lunar_year: int) -> int | None:
    """The leap month of a lunar year, 0 for none; None outside 1901 to 2099."""
    place = lunar_year - _FIRST_LUNAR_YEAR
    return int(_LEAP_MONTHS[place], 16) if 0 <= place < len(_LEAP_MONTHS) else None
