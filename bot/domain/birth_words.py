"""Reads a birth said in pieces, in any order: year, month, day, festival, or the last birthday."""

from __future__ import annotations

import re
from dataclasses import dataclass

from bot.domain.numerals import DIGITS, read_number

_CHINESE = "零〇一二三四五六七八九"
_TENS = "[一二两三四五六七八九十]{1,3}"
_YEAR = re.compile(
    rf"(?:公元|民国(?P<roc>\d{{1,3}}|{_TENS}))?(?P<year>\d{{4}}|\d{{2}}|[{_CHINESE}]{{4}}|[{_CHINESE}]{{2}})?年(?:次|份)?"
    r"|(?<!\d)(?P<bare>(?:19|20)\d{2})(?!\d)"
)
_PLAIN_MONTH = re.compile(rf"(?P<leap>闰)?(?P<month>\d{{1,2}}|{_TENS}|正|冬|腊)月份?")
_LUNAR_DAY = re.compile(rf"(?P<lunar>初{_TENS}|二十[一二三四五六七八九](?![日号])|廿{_TENS})")
_DAY = re.compile(rf"(?P<day>\d{{1,2}}|{_TENS})[日号]")
_LAST_DAY = re.compile(rf"(?P<day>\d{{1,2}}|{_TENS})$")
_MONTH_AND_DAY = re.compile(r"(?<![\d.])(?P<month>\d{1,2})[-/.](?P<day>\d{1,2})(?![\d.])")
_MONTH_OF_YEAR = re.compile(r"(?<![\d.])(?P<month>\d{1,2})[-/.](?P<year>\d{4})(?!\d)")
_RELATIVE = {"今年": 0, "去年": 1, "旧年": 1, "前年": 2, "大前年": 3}
# name: month, day, lunar
_FESTIVALS: dict[str, tuple[int, int, bool]] = {
    "大年初一": (1, 1, True),
    "年初一": (1, 1, True),
    "正月初一": (1, 1, True),
    "元宵": (1, 15, True),
    "端午": (5, 5, True),
    "七夕": (7, 7, True),
    "中秋": (8, 15, True),
    "重阳": (9, 9, True),
    "腊八": (12, 8, True),
    "元旦": (1, 1, False),
    "三八": (3, 8, False),
    "劳动节": (5, 1, False),
    "六一": (6, 1, False),
    "儿童节": (6, 1, False),
    "国庆": (10, 1, False),
    "圣诞": (12, 25, False),
}
_LUNAR_WORD = re.compile(r"农历|阴历|旧历|lunar:?")
_SOLAR_WORD = re.compile(r"公历|阳历|新历|西历|国历")
# what may stand round the pieces without changing them
_FILLER = re.compile(
    r"身份证号?|户口本?|证件|出生日期|出生于|出生|生日|生人|生于|生的?|日期|那天|当天|节日?|晚上?|早上|凌晨"
    r"|[我他她上是在写的于:,，、。.;()（）]|大概|大约|好像|应该|左右|人"
)
_BIRTHDAY_PAST = re.compile(
    rf"(?:上个?月|上周|上星期|这个月|本月|昨天|前天|前几天|前不久|刚刚?|才|已经?)+(?:过完?|满|到|是)*了?"
    rf"(?P<age>\d{{1,3}}|{_TENS})(?:周?岁)?(?:的?生日)?了?"
    rf"|周岁(?P<full>\d{{1,3}}|{_TENS}),?(?:虚岁.+)?"
)
_BIRTHDAY_TO_COME = re.compile(
    rf"(?:下个?月|下周|下星期|过几天|过两天|再过.{{1,3}}?[月天周]|还?差.{{1,3}}?[月天周]|明天|后天|年底|月底|马上|快要?)+"
    rf"(?:就|要|才|到|满|过|是)*(?P<age>\d{{1,3}}|{_TENS})(?:周岁|岁)(?:的?生日)?了?"
    rf"|(?:下个?月|下周|过几天|过两天|再过.{{1,3}}?[月天周]|还?差.{{1,3}}?[月天周]|明天|后天|月底)(?:就|要|才|到|满|过|是)*(?P<bare>\d{{1,3}}|{_TENS})了?"
)
_DAYS_OLD = re.compile(
    r"(?:出生|生下来|才|刚)*(?:满)?(?P<days>\d{1,3}|[一二两三四五六七八九十百]{1,4})天大?了?"
)


@dataclass(slots=True)
class Pieces:
    """What was said of a date: parts are None when they were not said.

    ``lunar`` is None when the words do not tell the calendar. ``spoken`` marks a day said without
    日 or 号, as people say lunar days.
    """

    year: int | None = None
    month: int | None = None
    day: int | None = None
    lunar: bool | None = None
    leap: bool = False
    spoken: bool = False


def full_years(typed: str) -> int | None:
    """The age that follows from a birthday just past or soon to come; None when none was said."""
    if match := _BIRTHDAY_PAST.fullmatch(typed):
        return _number(match["age"] or match["full"])
    if match := _BIRTHDAY_TO_COME.fullmatch(typed):
        age = _number(match["age"] or match["bare"])
        return None if age is None else age - 1
    if match := _DAYS_OLD.fullmatch(typed):
        days = _number(match["days"])
        return None if days is None else days // 365
    return None


def pieces(typed: str, this_year: int) -> Pieces | None:
    """The parts of a date in a text that says nothing else; None when something is left over."""
    found = Pieces()
    rest = _calendar(typed, found)
    rest = _festival(rest, found)
    rest = _year(rest, this_year, found)
    if found.month is None:
        rest = _month_and_day(rest, found)
    return found if not _FILLER.sub("", rest) and found.year is not None else None


def _calendar(typed: str, found: Pieces) -> str:
    if _LUNAR_WORD.search(typed):
        found.lunar = True
    elif _SOLAR_WORD.search(typed):
        found.lunar = False
    return _SOLAR_WORD.sub("", _LUNAR_WORD.sub("", typed))


def _festival(typed: str, found: Pieces) -> str:
    told = re.search(r"\d月|[一二三四五六七八九十]月", typed) is not None
    for name, (month, day, lunar) in _FESTIVALS.items():
        if name in typed:
            if told:  # 10月1号国庆 says it twice
                return typed.replace(name, "", 1)
            found.month, found.day, found.lunar = month, day, lunar
            return typed.replace(name, "", 1)
    return typed


def _year(typed: str, this_year: int, found: Pieces) -> str:
    for word, back in sorted(_RELATIVE.items(), key=lambda one: -len(one[0])):
        if word in typed:
            found.year = this_year - back
            return typed.replace(word, "", 1)
    if match := _MONTH_OF_YEAR.search(typed):
        found.year, found.month = int(match["year"]), int(match["month"])
        return typed.replace(match[0], "", 1)
    for match in _YEAR.finditer(typed):
        said = match["year"] or match["bare"]
        if match["roc"]:
            found.year = 1911 + (_number(match["roc"]) or 0)
        elif said:
            year = int(said.translate(DIGITS))
            found.year = year if len(said) == 4 else century(year)
        else:
            continue
        return f"{typed[: match.start()]},{typed[match.end() :]}"
    return typed


def _month_and_day(typed: str, found: Pieces) -> str:
    if match := _MONTH_AND_DAY.search(typed):
        found.month, found.day = int(match["month"]), int(match["day"])
        return typed.replace(match[0], "", 1)
    match = _PLAIN_MONTH.search(typed)
    if match is None:
        return typed
    named = {"正": 1, "冬": 11, "腊": 12}.get(match["month"])
    found.month = named or _number(match["month"])
    found.leap = bool(match["leap"])
    if named or found.leap:
        found.lunar = True
    behind = typed[match.end() :].rstrip(",。.")
    rest = typed[: match.start()]
    day = _LUNAR_DAY.match(behind) or _DAY.match(behind) or _LAST_DAY.match(_FILLER.sub("", behind))
    if day is None:
        return f"{rest},{behind}"
    said = day.groupdict()
    if said.get("lunar"):
        found.day = _number(said["lunar"].removeprefix("初").replace("廿", "二十"))
        found.lunar = True if found.lunar is None else found.lunar
        return rest + behind[day.end() :]
    found.day = _number(said["day"])
    found.spoken = day.re is _LAST_DAY and not said["day"].isdigit()
    return rest + (behind[day.end() :] if day.re is _DAY else "")


def century(year: int) -> int:
    """A year of two digits: up to 40 of this century, else of the last."""
    return year + (2000 if year <= 40 else 1900)


def _number(text: str) -> int | None:
    number = read_number(text)
    return int(number) if number is not None and number == int(number) else None
