"""Reads an amount of money as people say it: exact, about, or in doubt and asked back."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise

from bot.domain.amount_doubts import meanings, with_unit
from bot.domain.amount_words import (
    BONUS,
    NUMERAL,
    PERIOD_OF,
    Period,
    marked,
    one_spelling,
    without_durations,
    without_padding,
)
from bot.domain.numerals import read_number
from bot.errors import Unclear, UserError

__all__ = [
    "CENT",
    "LARGEST_AMOUNT",
    "TIMES_A_YEAR",
    "Amount",
    "Period",
    "parse_amount",
    "show_yuan",
]

TIMES_A_YEAR: dict[Period, int] = {"yearly": 1, "half_yearly": 2, "quarterly": 4, "monthly": 12}
CENT = Decimal("0.01")
LARGEST_AMOUNT = Decimal(10) ** 12


@dataclass(frozen=True, slots=True)
class Amount:
    """Yuan, and the period the person named with it, if any.

    ``about`` tells that it was said as an estimate (``三十来万``, ``不到十万``).
    """

    amount: Decimal
    period: Period | None = None
    about: bool = False

    def per(self, period: Period) -> Decimal:
        """Yuan for each ``period``; an amount without a period of its own is taken as it is."""
        if self.period is None or self.period == period:
            return self.amount
        yearly = self.amount * TIMES_A_YEAR[self.period]
        return (yearly / TIMES_A_YEAR[period]).quantize(CENT)


@dataclass(frozen=True, slots=True)
class _Run:
    """One number as written, where it stands, and the mark of the period that goes with it."""

    text: str
    start: int
    end: int
    mark: str = ""


_FOREIGN = re.compile(
    r"[美港日欧歐]元|美金|[港台臺新澳日][币幣纸紙]|英[镑鎊]|令吉|usd|hkd|twd|ntd?\$?|sgd|myr|\$|美?刀|欧(?!洲)|泰铢|卢比"
)
_BY_THE_DAY = re.compile(
    r"[/每一1]个?[天日]|[日天]薪|天天|[/每一1]个?(?:周|星期|礼拜)|周薪|[/每一1]个?小时|时薪"
)
_EACH = re.compile(
    r"每[人份张套]|每个人|人均|一人|一个人(?=\d|[一-十])|各(?=\d|[一二两三四五六七八九])"
)
_NOTHING = frozenset(
    [
        "没",
        "无",
        "冇",
        "無",
        "暂无",
        "不欠",
        "没钱",
        "没存",
        "没买",
        "没欠",
        "没得",
        "没啥",
        "无有",
        "無有",
        "无收入",
        "none",
        "no",
        "nil",
        "nothing",
        "一分没有",
        "一分钱没有",
        "一毛没有",
        "全款",
    ]
)
_HAS_NONE = re.compile(
    r"[也还現现在都暂时目前一个块分毛钱百]{0,8}(?:没有?|冇|無|无|未有|唔使)(?!.*[算想数看问统概留注记定准谱法时说清听懂])"
    r"[^\d一二两三四五六七八九十百千万亿多少几啥什]{0,4}"
    r"|[也已经都早就全部提前]{0,6}(?:还清|还完|结清|付清|清)了?"
)
_MONTHS = "1[2-9]|十[二三四五六七八九]"
_SALARIES = re.compile(
    rf"(?P<pay>.+?)[x×*乘](?P<months>{_MONTHS})薪?|(?P<pay2>.+?),?(?P<months2>{_MONTHS})薪"
    rf"|(?P<months3>{_MONTHS})薪,?(?P<pay3>.+)"
)
_MARKS = "YHQMB"
_RUN = re.compile(rf"(?:大?几|{NUMERAL})(?:[几.]|{NUMERAL})*")
_THOUSANDS = re.compile(r"(?<![\d,.])\d{1,3}(?:,\d{3})+(?![\d,])")
_RANGE = frozenset("-~—到至、")
_EXAMPLE = "，例如 3万、9600、1200元/月"
_NOT_MONEY = re.compile(r"[岁月号日点天位]|年(?!底)|[×x*/%+-]|第|[a-z]")
_LONGEST_SENTENCE = 30
_MOST_NUMBERS = 4
_SMALLEST = 100
_DOUBTFUL_BELOW = 1000


def parse_amount(text: str) -> Amount:
    """The amount a person typed: ``3万``, ``三十来万``, ``月入两万``, ``1,200元/月``, ``没有``.

    Raises Unclear with what may be meant for a range (``两三万``), a vague number (``几万``) and
    several amounts at once (``税前30万税后24万``); UserError for negatives, other currencies,
    amounts of a day or of each person, and anything that is no amount.
    """
    typed = one_spelling(text)
    if all(map(_is_nothing, re.split(r"[,;。、]", typed))):
        return Amount(Decimal(0))
    _refuse_other_things(typed)
    if salaries := _SALARIES.fullmatch(typed):
        return _by_salaries(salaries)
    cleaned, about = without_padding(marked(without_durations(typed)))
    cleaned = _THOUSANDS.sub(lambda found: found[0].replace(",", ""), cleaned)
    runs = _runs(cleaned)
    between = cleaned[runs[0].end : runs[1].start] if len(runs) == 2 else ""
    if between in _RANGE:
        low = with_unit(runs[0].text, runs[1].text)
        _ask_back([low, runs[1].text], _period(cleaned), between_too=True)
    if len(runs) > 1:
        return _of_several(cleaned, runs)
    if not runs or len(cleaned) > _LONGEST_SENTENCE:
        raise _not_read()
    return _of_one(cleaned, runs[0], about)


def _is_nothing(clause: str) -> bool:
    return clause in _NOTHING or _HAS_NONE.fullmatch(clause) is not None


def _not_read() -> UserError:
    return UserError(f"没看懂这个金额，请写一个数{_EXAMPLE}。")


def _refuse_other_things(typed: str) -> None:
    if _FOREIGN.search(typed):
        raise UserError(f"请换算成人民币再填{_EXAMPLE}。")
    if re.search(r"[\d二两三四五六七八九十]个月", typed):
        raise UserError(f"这像是时间，不是金额，请写钱数{_EXAMPLE}。")
    if _BY_THE_DAY.search(typed):
        raise UserError("请换算成每月或每年的金额，例如 6000元/月。")
    if _EACH.search(typed):
        raise UserError(f"这是每个人的数，请写合计{_EXAMPLE}。")
    if re.match(r"-|负(?!债)", typed):
        raise UserError(f"金额不能是负数，请重新填{_EXAMPLE}。")


def _by_salaries(found: re.Match[str]) -> Amount:
    """``月薪1万13薪`` is thirteen months' pay a year."""
    pay, months = (
        next(found[f"{name}{way}"] for way in ("", "2", "3") if found[f"{name}{way}"])
        for name in ("pay", "months")
    )
    monthly = parse_amount(pay)
    return Amount(monthly.amount * (read_number(months) or 0), "yearly", monthly.about)


def _runs(cleaned: str) -> list[_Run]:
    """Every number in the text, with the mark of its own period: before it, else just behind."""
    found: list[_Run] = []
    at = 0
    for match in _RUN.finditer(cleaned):
        text = match[0].rstrip(".")
        before = _marks(cleaned[at : match.start()])
        # 45万每月4千: a mark between two numbers belongs to the later one
        behind = re.match(rf"\|*([{_MARKS}])(?!\|*{NUMERAL})", cleaned[match.end() :])
        mark = before[-1] if before else behind[1] if behind else ""
        at = match.end() + (behind.end() if behind and not before else 0)
        found.append(_Run(text, match.start(), match.end(), mark))
    return found


def _period(cleaned: str) -> Period | None:
    """The one period that was named; UserError for two of them."""
    marks = set(_marks(cleaned))
    if len(marks) > 1:
        raise UserError(f"是按月还是按年？请只写一种{_EXAMPLE}。")
    mark = marks.pop() if marks else ""
    return "yearly" if mark == BONUS else PERIOD_OF.get(mark)


def _of_one(cleaned: str, run: _Run, about: bool) -> Amount:
    """The amount of a text with one number: the words round it must be harmless.

    Of other clauses (``，过年多点``) only a period is heard, when its own clause has none.
    """
    start = max(cleaned.rfind(mark, 0, run.start) for mark in ",;。") + 1
    ends = [at for mark in ",;。" if (at := cleaned.find(mark, run.end)) >= 0]
    end = min(ends, default=len(cleaned))
    others = re.split("[,;。]", (cleaned[:start] + cleaned[end:]).replace("|", ""))
    if any(re.fullmatch("[也还]?(?:没有?|冇|无)", one) for one in others):
        raise _not_read()
    own = cleaned[start:end]
    told = [mark for mark in _marks(cleaned) if mark != BONUS]
    if len(told) == 1 and not _marks(own):
        own = told[0] + own
    at = own.find(run.text)
    return _of_clause(own, _Run(run.text, at, at + len(run.text)), about)


def _marks(text: str) -> list[str]:
    return re.findall(f"[{_MARKS}]", text)


def _of_clause(cleaned: str, run: _Run, about: bool) -> Amount:
    """The amount of one clause with one number."""
    period = _period(cleaned)
    words = re.sub(rf"[{_MARKS}|,.。;:!?()]", "", cleaned[: run.start] + cleaned[run.end :])
    written = run.text
    if re.fullmatch("[来多]?个", words):
        if period is None:
            _ask_back([f"{written}万", written], None)
        written, words = f"{written}万", ""
    denied = re.search(r"(?:没|不|不止|冇|无)[|有]*$", cleaned[: run.start])
    # a number of something else than money: 股, 平米, 克
    denied = denied or re.match("[股克平米斤亩]", cleaned[run.end :])
    denied = denied or re.match(r"[|个]*[都也]没", cleaned[run.end :])
    if denied or _NOT_MONEY.search(words):
        raise _not_read()
    _refuse_doubt(written, period)
    number = read_number(written)
    if number is None or number != number.quantize(CENT):
        raise _not_read()
    if number > LARGEST_AMOUNT:
        raise UserError(f"这个金额太大了，请核对单位后再填{_EXAMPLE}。")
    if words and number and not re.search("[百千万亿]", written):
        if period is None and number < _DOUBTFUL_BELOW:
            _ask_back([f"{written}万", written], None)
        if len(written) < 3:
            raise _not_read()
    return Amount(number.quantize(CENT), period, bool(about or words))


def _of_several(cleaned: str, runs: list[_Run]) -> Amount:
    """Pay with a bonus, and what is joined by a plus, is one sum; else Unclear, or UserError."""
    told: list[tuple[Decimal, Period | None]] = []
    marks = [run.mark for run in runs]
    certain = True
    for run in runs:
        written = meanings(run.text)
        certain = certain and not written
        for value in map(read_number, written or [run.text]):
            if value is None or (value < _SMALLEST and not re.search("[百千万亿]", run.text)):
                raise _not_read()
            told.append((value, "yearly" if run.mark == BONUS else PERIOD_OF.get(run.mark)))
    if len(runs) > _MOST_NUMBERS:
        raise _not_read()
    period = told[0][1]
    if certain and sorted(marks) == [BONUS, "M"]:
        yearly = sum((value * (12 if per == "monthly" else 1) for value, per in told), Decimal(0))
        return Amount(yearly.quantize(CENT), "yearly")
    joins = [cleaned[one.end : two.start] for one, two in pairwise(runs)]
    alike = certain and (len(set(marks)) == 1 or set(marks[1:]) == {""})
    total = sum((value for value, _ in told), Decimal(0))
    if alike and all("+" in join for join in joins):
        return Amount(total.quantize(CENT), period)
    found = [_candidate(value, per) for value, per in dict.fromkeys(told)]
    if alike:
        raw, shown = _candidate(total, period)
        found.append((raw, f"合计 {shown}"))
    raise Unclear("这里有几个数，记哪一个？点一个，或只写一个数。", tuple(found))


def _refuse_doubt(written: str, period: Period | None) -> None:
    """Raise Unclear for a number that may be meant in several ways."""
    if found := meanings(written):
        _ask_back(found, period, between_too="几" not in written)


def _ask_back(written: Iterable[str], period: Period | None, *, between_too: bool = False) -> None:
    """Raise Unclear with these numbers; ``between_too`` offers the middle of two near ones."""
    values = [value for value in map(read_number, written) if value is not None]
    if len(values) < 2:
        raise _not_read()
    if between_too and len(values) == 2 and values[0] < values[1] <= 3 * values[0]:
        values.insert(1, sum(values, Decimal(0)) / 2)
    raise Unclear(
        "这是个大概的数，按哪个记？点一个，或写准数。",
        tuple(_candidate(value, period) for value in values),
    )


_SHOWN_PERIOD: dict[Period | None, str] = {
    None: "",
    "yearly": "/年",
    "half_yearly": "/半年",
    "quarterly": "/季",
    "monthly": "/月",
}


def _candidate(value: Decimal, period: Period | None) -> tuple[str, str]:
    written = f"{value.normalize():f}元{_SHOWN_PERIOD[period]}"
    return written, show_yuan(value) + _SHOWN_PERIOD[period]


def show_yuan(amount: Decimal) -> str:
    """Yuan as people say it: ``9600 元``, ``2.5 万元``."""
    if abs(amount) < 10_000:
        return f"{amount.quantize(CENT).normalize():f} 元"
    return f"{(amount / 10_000).quantize(CENT).normalize():f} 万元"
