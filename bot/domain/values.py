"""Reads what people type: amounts, dates, ages, phones and ID numbers, with kind refusals."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

from bot.domain.numerals import DIGITS, plain, read_number
from bot.errors import UserError

Period = Literal["yearly", "half_yearly", "quarterly", "monthly"]
Sex = Literal["male", "female"]
Region = Literal["CN", "TW", "HK", "SG", "MY"]

TIMES_A_YEAR: dict[Period, int] = {"yearly": 1, "half_yearly": 2, "quarterly": 4, "monthly": 12}
CENT = Decimal("0.01")
LARGEST_AMOUNT = Decimal(10) ** 12


# Amounts


@dataclass(frozen=True, slots=True)
class Amount:
    """Yuan, and the period the person named with it, if any."""

    amount: Decimal
    period: Period | None = None

    def per(self, period: Period) -> Decimal:
        """Yuan for each ``period``; an amount without a period of its own is taken as it is."""
        if self.period is None or self.period == period:
            return self.amount
        yearly = self.amount * TIMES_A_YEAR[self.period]
        return (yearly / TIMES_A_YEAR[period]).quantize(CENT)


_PERIODS: tuple[tuple[Period, str], ...] = (
    ("half_yearly", r"[/每]半年|^一?半年|一?半年(?=$)"),
    ("quarterly", r"[/每]个?季度?|一个?季度?(?=$)|季度?(?=$)"),
    ("monthly", r"[/每]个?月|一个?月(?=$)|月(?:薪|入|收入|均|供|付)?|permonth"),
    ("yearly", r"[/每]年|一年(?=$)|年(?:薪|入|收入|均|付|交)?|peryear|(?<=\d)p\.?a\.?$"),
)
_FOREIGN = re.compile(r"[美港日欧]元|美金|[港台新澳]币|英镑|令吉|usd|hkd|twd|sgd|myr|\$")
_NOTHING = frozenset({"没有", "没", "无", "无收入", "没收入", "暂无", "none", "no"})
_PADDING = re.compile(r"人民币|rmb|cny|大约|大概|差不多|左右|税后|税前|约|[¥￥元块圆钱多余来整]")
_EXAMPLE = "，例如 3万、9600、1200元/月"


def parse_amount(text: str) -> Amount:
    """The amount a person typed: ``3万``, ``十二万``, ``3千5``, ``1,200元/月``, ``1.2w``, ``没有``.

    Raises UserError for ranges, negatives, other currencies and anything that is not one number.
    """
    typed = plain(text)
    if typed in _NOTHING:
        return Amount(Decimal(0))
    if _FOREIGN.search(typed):
        raise UserError(f"请换算成人民币再填{_EXAMPLE}。")
    if re.search(r"[/每]天|[/每]日|日薪|[/每]周|[/每]小时", typed):
        raise UserError("请换算成每月或每年的金额，例如 6000元/月。")
    typed, period = _take_period(typed)
    typed = _PADDING.sub("", typed)
    if re.search(r"[\d一二两三四五六七八九十百千万][-~—到至][\d一二两三四五六七八九十]", typed):
        raise UserError(f"请只写一个数，不写范围{_EXAMPLE}。")
    if typed.startswith("-") or typed.startswith("负"):
        raise UserError(f"金额不能是负数，请重新填{_EXAMPLE}。")
    number = read_number(typed)
    if number is None:
        raise UserError(f"没看懂这个金额，请写一个数{_EXAMPLE}。")
    if number > LARGEST_AMOUNT:
        raise UserError(f"这个金额太大了，请核对单位后再填{_EXAMPLE}。")
    return Amount(number.quantize(CENT), period)


def _take_period(typed: str) -> tuple[str, Period | None]:
    for period, pattern in _PERIODS:
        rest, found = re.subn(pattern, "", typed)
        if found:
            return rest, period
    return typed, None


# Dates and ages


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
    rf"(\d{{4}}|\d{{2}}|[零〇一二三四五六七八九]{{4}})[-/.年]{_NUM}(?:[-/.月]{_NUM}[日号]?|月)?"
)
_LUNAR = re.compile(
    r"(\d{4}|[零〇一二三四五六七八九]{4})[-/.年]?(闰)?"
    r"(正|冬|腊|\d{1,2}|[一二三四五六七八九十]{1,2})[-/.月](.{1,3}?)[日号]?"
)
_LUNAR_WORDS = re.compile(r"农历|阴历|旧历|農曆|陰曆|lunar:?")
_NEWEST_SHORT_YEAR = 40


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
    return TypedDate(year, month, day, lunar=True, leap=bool(match[2]))


def parse_age(text: str) -> int:
    """Full years of age: ``30``, ``三十岁``, ``8个月`` (0). Raises UserError outside 0–120."""
    typed = plain(text)
    if re.fullmatch(r".{1,3}个月大?|半岁|刚出生|新生儿", typed):
        return 0
    typed = re.sub(r"^(今年|虚岁|周岁|满)|(周岁|岁|歲)(多|半)?$", "", typed)
    age = read_number(typed)
    if age is None or age != int(age) or age > 120:
        raise UserError("年龄请写 0 到 120 之间的整数，例如 30 或 30岁。")
    return int(age)


# Phones and ID numbers


@dataclass(frozen=True, slots=True)
class Phone:
    """A mobile number in E.164 writing (``+8613800138000``) and the place it belongs to."""

    number: str
    region: Region


_PHONES: tuple[tuple[Region, str, str], ...] = (
    ("CN", "86", r"1[3-9]\d{9}"),
    ("TW", "886", r"9\d{8}"),
    ("HK", "852", r"[4-9]\d{7}"),
    ("SG", "65", r"[3689]\d{7}"),
    ("MY", "60", r"1\d{8,9}"),
)


def parse_phone(text: str) -> Phone:
    """A mobile number: mainland as it is or with +86; +886, +852, +65 and +60 with their code.

    Raises UserError with the way to write it.
    """
    typed = re.sub(r"[-().·_]", "", plain(text))
    typed = re.sub(r"^(手机号?|电话|tel:?|:)+", "", typed)
    typed = re.sub(r"^00", "+", typed)
    if re.fullmatch(r"(\+?86)?1[3-9]\d{9}", typed):
        return Phone("+86" + typed[-11:], "CN")
    if typed.startswith("+"):
        for region, code, pattern in _PHONES:
            match = re.fullmatch(rf"\+{code}0?({pattern})", typed)
            if match:
                return Phone(f"+{code}{match[1]}", region)
    raise UserError(
        "手机号不对：大陆填 11 位，例如 13800138000；"
        "港澳台和海外请带区号，例如 +85291234567、+886912345678。"
    )


@dataclass(frozen=True, slots=True)
class IdNumber:
    """A mainland resident's ID number with what it tells: birth date and sex."""

    number: str
    birth_on: date
    sex: Sex


_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECK = "10X98765432"


def parse_id_number(text: str) -> IdNumber:
    """An 18-character mainland ID number with a right check digit (GB 11643-1999, ISO 7064).

    Raises UserError naming what is wrong with it.
    """
    typed = plain(text).upper().replace("-", "")
    if re.fullmatch(r"\d{15}", typed):
        raise UserError("这是 15 位的旧号码，请填现在身份证上的 18 位号码。")
    if not re.fullmatch(r"[1-9]\d{16}[\dX]", typed, re.ASCII):
        raise UserError("身份证号应为 18 位，前 17 位是数字，最后一位是数字或 X，请核对后再填。")
    total = sum(int(digit) * weight for digit, weight in zip(typed, _WEIGHTS, strict=False))
    if _CHECK[total % 11] != typed[17]:
        raise UserError("身份证号的校验位对不上，多半有一位输错了，请对照证件再填一次。")
    try:
        birth_on = date(int(typed[6:10]), int(typed[10:12]), int(typed[12:14]))
    except ValueError:
        raise UserError("身份证号里的出生日期不存在，请对照证件再填一次。") from None
    return IdNumber(typed, birth_on, "male" if int(typed[16]) % 2 else "female")
