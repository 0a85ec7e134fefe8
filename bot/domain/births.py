"""Reads when somebody was born as people say it: a date, an age, a year, an animal."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from bot.domain.birth_words import Pieces, century, full_years, pieces
from bot.domain.dates import TypedDate, parse_date
from bot.domain.numerals import DIGITS, plain, read_number
from bot.errors import Unclear, UserError

ANIMALS = "鼠牛虎兔龙蛇马羊猴鸡狗猪"
OLDEST = 120
_OLD = 90
_RAT_YEAR = 1900
_CYCLE = 12
_LONGEST_SENTENCE = 16
_NUMBER = r"(\d{1,3}|[零〇一二两三四五六七八九十百]{1,4})"
_MONTHS = {
    name: number
    for number, name in enumerate(
        ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"],
        start=1,
    )
}
_SPELLING = str.maketrans("歲龍馬雞豬個滿週農曆陰舊國閏陽", "岁龙马鸡猪个满周农历阴旧国闰阳") | {
    ord("廿"): "二十",
    ord("卅"): "三十",
}
_AGE_TALK = re.compile(
    r"^(?:我|他|她|今年|现在|刚|已经|才|大概|大约|差不多|约|年龄|有|是|满|周岁|实岁|整|:)+|(?:了|啦|吧|整|整寿|大寿|啊|呀|哦|左右|上下|y/?o|years?old|yearsold)+$"
)


@dataclass(frozen=True, slots=True)
class Birth:
    """An age in full years today, and the date behind it when it is known."""

    age: int
    on: TypedDate | None = None


def parse_birth(text: str, today: date, *, youngest: int = 0, oldest: int = OLDEST) -> Birth:
    """The birth date or age a person typed; ``today`` tells an age from a date.

    Raises Unclear with what may be meant when only the year, the animal or about the age was
    said, within ``youngest`` and ``oldest``; UserError for dates to come and what is neither.
    """
    text = text.strip()
    between = "-" if re.fullmatch(r"[\d\s]+", text) else ","
    spaced = re.sub(r"(?<=\d)\s+(?=\d)", between, text)
    typed = plain(spaced).translate(_SPELLING).rstrip("。.!?，,")
    typed = re.sub(r"十有(?=[一二三四五六七八九])", "十", typed).replace("。", ".")
    age = _age(typed, today)
    if age is None:
        age = full_years(typed)
    if age is not None:
        return Birth(_sensible(age))
    if candidates := _candidates(typed, today):
        fitting = [one for one in candidates if youngest <= one[0] <= oldest] or candidates
        if len(fitting) == 1:
            return parse_birth(fitting[0][1], today)
        raise Unclear(
            "还差一点才能定，是下面哪一个？点一个，或写出生年月日。",
            tuple((raw, shown) for _, raw, shown in fitting),
        )
    written = _rewritten(typed)
    if not _parses(written):
        said = pieces(typed, today.year)
        exact = _of_pieces(said) if said else ""
        if exact not in ("", typed):
            return parse_birth(exact, today, youngest=youngest, oldest=oldest)
        if (told := _only_age(typed)) is not None:
            return parse_birth(told, today, youngest=youngest, oldest=oldest)
    on = parse_date(written)
    return Birth(age_of(on, today), on)


def _of_pieces(said: Pieces) -> str:
    """The pieces in the one order that is read without doubt, or as far as they were said."""
    if said.month is None:
        return "" if said.day or said.lunar else f"{said.year}年"
    if said.day is None:
        return "" if said.lunar else f"{said.year}-{said.month}"
    if said.lunar is None and said.spoken:
        return f"{said.year}年{_spoken(said.month)}月{_spoken(said.day)}"
    date_ = f"{said.year}-{'闰' if said.leap else ''}{said.month:02}-{said.day:02}"
    return f"农历{date_}" if said.lunar else date_


def _spoken(number: int) -> str:
    tens, ones = divmod(number, 10)
    return ("" if not tens else "一二三"[tens - 1] * (tens > 1) + "十") + (
        "一二三四五六七八九"[ones - 1] if ones else ""
    )


def _only_age(typed: str) -> str | None:
    """The one age within a short sentence: a clause of its own (``老了，七十三``), or the only
    number of years (``6岁上一年级``)."""
    if len(typed) > _LONGEST_SENTENCE:
        return None
    typed = re.sub(r"[一二三四五六]年级", "", typed)
    clauses = [_AGE_TALK.sub("", clause) for clause in re.split(r"[,，;；。、]", typed)]
    ages = [clause for clause in clauses if re.fullmatch(_NUMBER, clause)]
    ages += re.findall(rf"{_NUMBER}周?岁(?!以|差)", typed)
    others = re.sub(r"|".join(map(re.escape, ages)), "", typed) if ages else typed
    if len(ages) != 1 or re.search(
        r"[\d一二三四五六七八九十年月号日天第后不比大小快差]", others.replace("本命年", "")
    ):
        return None
    return f"{ages[0]}岁"


def _sensible(age: int) -> int:
    if not 0 <= age <= OLDEST:
        raise UserError("年龄请写 0 到 120 之间的整数，例如 30 或 30岁。")
    return age


def age_of(birth: TypedDate, today: date) -> int:
    """Full years of age; a lunar date counts as one month later, which is right to a few weeks.

    Raises UserError for a date to come.
    """
    month, year = birth.month, birth.year
    if birth.lunar:
        year, month = (year + 1, 1) if month == 12 else (year, month + 1)
    if (birth.year, birth.month, birth.day or 1) > (today.year, today.month, today.day):
        raise UserError("这个日期还没有到，请核对出生年月，例如 1990-05-01。")
    before = (today.month, today.day) < (month, birth.day or 1)
    return max(today.year - year - int(before), 0)


def _whole(text: str) -> int | None:
    number = read_number(text)
    return int(number) if number is not None and number == int(number) else None


def _age(typed: str, today: date) -> int | None:
    """A certain age, or None when something else was said."""
    if re.fullmatch(
        r"(?:刚|才)?(?:出生|满月|生)|半岁|新生儿?|(?:上个?月|上周|昨天|前天|这个月|前几天)(?:刚|才)?(?:生|出生)的?|今年(?:刚)?(?:生|出生)的?",
        typed,
    ):
        return 0
    bare = _AGE_TALK.sub("", typed)
    bare = bare.replace("个半月", "个月")
    if re.fullmatch(r"\d+个?多?月大?(?:龄)?|[一二两三四五六七八九十]{1,3}个多?月大?", bare):
        months = _whole(re.sub(r"个?多?月大?龄?$", "", bare))
        return None if months is None else months // 12
    found = re.fullmatch(rf"{_NUMBER}(?:周?岁)(?:半|多|零?.{{1,3}}个?月)?", bare) or re.fullmatch(
        _NUMBER, bare
    )
    return _whole(found[1]) if found else None


def _candidates(typed: str, today: date) -> list[tuple[int, str, str]]:
    """What may be meant: (age, what to type, how it is shown)."""
    if match := re.fullmatch(rf"(?:属|屬|肖)([{ANIMALS}])(?:的)?", typed):
        return _of_animal(match[1], today)
    if match := re.fullmatch(rf"虚岁?{_NUMBER}岁?|{_NUMBER}虚岁", typed):
        said = _whole(match[1] or match[2]) or 0
        return [(age, f"{age}岁", f"周岁 {age}") for age in (said - 1, said - 2) if age >= 0]
    if match := re.fullmatch(r"去年(?:生|出生)?的?", typed):
        return _of_year(today.year - 1, today)
    if (year := _only_year(typed)) is not None:
        return _of_year(year, today)
    if ages := _about_age(typed):
        return [(age, f"{age}岁", f"{age} 岁") for age in ages]
    return _of_digits(typed, today) or _of_slashes(typed, today) or _of_festival_day(typed, today)


def _of_animal(animal: str, today: date) -> list[tuple[int, str, str]]:
    first = _RAT_YEAR + ANIMALS.index(animal)
    return [
        (today.year - year, f"{today.year - year}岁", f"{year} 年（{today.year - year} 岁）")
        for year in range(today.year - (today.year - first) % _CYCLE, today.year - _OLD, -_CYCLE)
    ]


def _of_year(year: int, today: date) -> list[tuple[int, str, str]]:
    older = today.year - year
    if not 0 <= older <= OLDEST:
        return []
    found = [(older, f"{older}岁", f"{older} 岁（生日已过）")]
    if older:
        found.append((older - 1, f"{older - 1}岁", f"{older - 1} 岁（生日没到）"))
    return found


def _only_year(typed: str) -> int | None:
    """The year of ``1985年``, ``85年的``, ``八五年``, ``民国74年``, ``74年次``."""
    if match := re.fullmatch(r"民国(\d{1,3})年?(?:次|生|出生)?的?|(\d{2,3})年次", typed):
        return int(match[1] or match[2]) + 1911
    match = re.fullmatch(
        r"(\d{4}|\d{2}|[零〇一二三四五六七八九]{4}|[零〇一二三四五六七八九]{2})年(?:生|出生)?的?(?:人)?"
        r"|(19\d{2}|20\d{2})(?:生|出生)?的?",
        typed,
    )
    if match is None:
        return None
    digits = (match[1] or match[2]).translate(DIGITS)
    return int(digits) if len(digits) == 4 else century(int(digits))


def _about_age(typed: str) -> list[int]:
    """``三十出头``, ``四十来岁``, ``三十五六``, ``奔五``: the ages that this may be."""
    bare = re.sub(r"^(?:今年|大概|大约|差不多)|岁?(?:了|吧|的样子|左右)?$", "", typed)
    if match := re.fullmatch(rf"{_NUMBER}岁?(?:出头|多一?点)", bare):
        tens = _whole(match[1]) or 0
        return [tens + more for more in (1, 2, 3)] if tens >= 20 else [tens]
    if match := re.fullmatch(rf"{_NUMBER}(?:好几|来|几|多)岁?|{_NUMBER}岁多", bare):
        tens = _whole(match[1] or match[2]) or 0
        return [tens + more for more in (2, 5, 8)] if tens >= 20 and tens % 10 == 0 else []
    if match := re.fullmatch(
        r"([二三四五六七八九]?十)([一二三四五六七八])([二三四五六七八九])", bare
    ):
        return [_whole(match[1] + match[2]) or 0, _whole(match[1] + match[3]) or 0]
    if match := re.fullmatch(
        r"奔([三四五六七])(?:十)?(?:的人)?|(?:快|小|马上|眼看)([三四五六七八])十", bare
    ):
        tens = (_whole(match[1] or match[2]) or 0) * 10
        return [tens - 1, tens - 2]
    return []


def _of_digits(typed: str, today: date) -> list[tuple[int, str, str]]:
    """Six digits may be year, month and day, or a year of four digits and a month."""
    if not re.fullmatch(r"\d{6}", typed):
        return []
    short = f"{century(int(typed[:2]))}-{typed[2:4]}-{typed[4:]}"
    long = f"{typed[:4]}-{typed[4:]}"
    return _both([short, long], today)


def _of_slashes(typed: str, today: date) -> list[tuple[int, str, str]]:
    """``5/1/1990`` may be the first of May or the fifth of January."""
    match = re.fullmatch(r"(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})", typed)
    if match is None or match[1] == match[2]:
        return []
    first, second, year = int(match[1]), int(match[2]), match[3]
    return _both([f"{year}-{first:02}-{second:02}", f"{year}-{second:02}-{first:02}"], today)


def _of_festival_day(typed: str, today: date) -> list[tuple[int, str, str]]:
    """``1990年八月十五`` without a sign of its calendar may be lunar or solar."""
    match = re.fullmatch(
        r"(\d{4}|\d{2}|[零〇一二三四五六七八九]{4}|[零〇一二三四五六七八九]{2})年"
        r"([一二三四五六七八九十]{1,2})月([一二三四五六七八九十]{1,3})",
        typed,
    )
    if match is None:
        return []
    digits = match[1].translate(DIGITS)
    year = digits if len(digits) == 4 else str(century(int(digits)))
    month, day = _whole(match[2]) or 0, _whole(match[3]) or 0
    solar = f"{year}-{month:02}-{day:02}"
    found = []
    for raw, shown in (
        (f"农历{solar}", f"农历 {year} 年{match[2]}月{match[3]}"),
        (solar, f"公历 {solar}"),
    ):
        try:
            found.append((age_of(parse_date(raw), today), raw, shown))
        except UserError:
            continue
    return found if len(found) > 1 else []


def _both(dates: list[str], today: date) -> list[tuple[int, str, str]]:
    """Two readings as a question; with a single sensible one there is no doubt."""
    found = [(age, raw) for raw in dates if (age := _age_on(raw, today)) is not None]
    return [(age, raw, f"{raw}（{age} 岁）") for age, raw in found] if len(found) > 1 else []


def _age_on(raw: str, today: date) -> int | None:
    try:
        return age_of(parse_date(raw), today)
    except UserError:
        return None


def _rewritten(typed: str) -> str:
    """One of the forms that ``parse_date`` reads, for the forms that it does not."""
    typed = re.sub(r"(?:出生|生日|生|的|左右|底|初|中旬|上旬|下旬)+$", "", typed)
    typed = typed.replace("月份", "月")
    typed = re.sub(r"^(?:生日|出生于|生于|出生日期|是)+:?", "", typed)
    if match := re.match(r"民国(\d{1,3})年?[-/.]?(?=\d)", typed):
        return f"{int(match[1]) + 1911}年{typed[match.end() :]}"
    if match := re.fullmatch(r"(\d{2})(\d{2})(\d{2})", typed):
        short = f"{century(int(match[1]))}-{match[2]}-{match[3]}"
        return short if _parses(short) else f"{typed[:4]}-{typed[4:]}"
    if match := re.fullmatch(r"(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})", typed):
        first = f"{match[3]}-{match[1]}-{match[2]}"
        return first if _parses(first) else f"{match[3]}-{match[2]}-{match[1]}"
    if match := re.fullmatch(r"(\d{1,2})?([a-z]{3})[a-z]*\.?(\d{1,2})?,?(\d{4})", typed):
        day = match[1] or match[3]
        month = _MONTHS.get(match[2], 0)
        return f"{match[4]}-{month}" + (f"-{day}" if day else "")
    return typed


def _parses(typed: str) -> bool:
    try:
        parse_date(typed)
    except UserError:
        return False
    return True
