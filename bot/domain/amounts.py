"""Reads an amount of money as people say it: exact, about, or in doubt and asked back."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from bot.domain.numerals import plain, read_number
from bot.errors import Unclear, UserError

Period = Literal["yearly", "half_yearly", "quarterly", "monthly"]

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


_PERIODS: tuple[tuple[Period, str], ...] = (
    ("half_yearly", r"[/每]半年|^一?半年|一?半年(?=$)"),
    ("quarterly", r"[/每]个?季度?|[一1]个?季度?(?=$)|^[一1]个?季度?|季度?(?=$)"),
    (
        "monthly",
        r"[/每]个?月|[一1]个?月(?=$)|^[一1]个?月|月(?:薪|入|收入|收|均|供|付|工资|工資|基本)?|permonth|/mo?(?=$)",
    ),
    (
        "yearly",
        r"[/每]年|[一1]年(?=$)|^[一1]年|全年|年(?:薪|入|收入|收|均|付|交|缴)?|peryear|(?<=\d)p\.?a\.?$|/yr?(?=$)",
    ),
)
_FOREIGN = re.compile(
    r"[美港日欧歐]元|美金|[港台臺新澳日][币幣纸紙]|英[镑鎊]|令吉|usd|hkd|twd|ntd?\$?|sgd|myr|\$"
)
_NOTHING = frozenset(
    [
        "没有",
        "没",
        "无",
        "冇",
        "無",
        "無有",
        "没得",
        "无收入",
        "没收入",
        "没有收入",
        "暂无",
        "暂时没有",
        "目前没有",
        "没钱",
        "没存",
        "没买",
        "没欠",
        "不欠",
        "没贷款",
        "没有贷款",
        "没负债",
        "没有负债",
        "没有欠款",
        "一分没有",
        "一分钱没有",
        "一毛没有",
        "没啥",
        "还没有",
        "還冇",
        "none",
        "no",
        "nil",
        "nothing",
    ]
)
_HAS_NONE = re.compile(
    r"[也还現现在]{0,2}(?:没有?|冇|無|无)[^\d一二两三四五六七八九十百千万亿多少几啥什]{0,4}"
)
_PARTICLE = re.compile(r"[啊呀哦喔的吧呢啦了嘞哈噢耶喎㗎]+$")
_BEFORE_NUMBER = r"(?=[\d一二两三四五六七八九十百几])"
_ABOUT = re.compile(
    r"大约|大約|大概|差不多|左右|上下|以内|以下|往上|以上|[+＋]$|约|約|将近|將近|接近|不到|不足|快要|估计|可能|应该|出头|出頭|多一?点"
    rf"|快{_BEFORE_NUMBER}|近{_BEFORE_NUMBER}|^小{_BEFORE_NUMBER}|^成(?=[百千万亿])|^上(?=[百千万亿])"
    r"|[多余来](?=[百千万亿k]|$)|(?<=[万千百])[把]"
)
_PADDING = re.compile(
    r"人民币|rmb|cny|税后|税前|稅後|到手|扣完|毛收入|纯收入|净|总共|一共|合共|拿|赚|挣|有|给|要|是|收入|工资|存款|[¥￥元块塊蚊文圆圓钱錢整]"
)
_SALARIES = re.compile(
    r"(?P<pay>.+?)[x×*乘](?P<months>1[2-9])薪?|(?P<pay2>.+?),?(?P<months2>1[2-9])薪"
    r"|(?P<months3>1[2-9])薪,?(?P<pay3>.+)"
)
_BETWEEN = re.compile(
    r"(?<=[\d一二两三四五六七八九十百千万亿])[-~—到至](?=[\d一二两三四五六七八九十百千])"
)
_UNITS = "千万亿"
_NEIGHBOURS = re.compile(r"(.*?)([一二两三四五六七八九])([二两三四五六七八九])(十?[百千万亿]*)$")
_LAST_DIGIT_IN_DOUBT = re.compile(r"(.*[万千百])([一二两三四五六七八])([二三四五六七八九])")
_SOME = re.compile(r"(\d*|[一二三四五六七八九]?)(十?)几(十?[百千万亿]*)")
_DIGIT = {char: value for value, char in enumerate("零一二三四五六七八九")} | {"两": 2}
_WAN_TALK = re.compile(r"([\d.]+|[一二两三四五六七八九十百半]+)个(?:w|万)?$")
_EXAMPLE = "，例如 3万、9600、1200元/月"
_NUMBER_RUN = re.compile(
    r"[\d一二两三四五六七八九十百半几][\d.,一二两三四五六七八九十百]*来?[百千万亿](?:[\d一二两三四五六七八九零十百千万半]*)|\d[\d,]{2,}(?:\.\d+)?"
)
_NOT_MONEY = re.compile(r"[年岁月号日点]|\d-|[×x*/%]|不是|没有|[a-z]")
_LONGEST_SENTENCE = 24
_SEVERAL_OF_SOME = (2, 3, 5, 8)


def parse_amount(text: str) -> Amount:
    """The amount a person typed: ``3万``, ``三十来万``, ``月入两万``, ``1,200元/月``, ``没有``.

    Raises Unclear with what may be meant for a range (``两三万``) or a vague number (``几万``),
    and UserError for negatives, other currencies and anything that is not one number.
    """
    typed = _PARTICLE.sub("", _one_spelling(text))
    if typed in _NOTHING or _HAS_NONE.fullmatch(typed):
        return Amount(Decimal(0))
    if _FOREIGN.search(typed):
        raise UserError(f"请换算成人民币再填{_EXAMPLE}。")
    if re.search(r"[\d二两三四五六七八九十]个月", typed):
        raise UserError(f"这像是时间，不是金额，请写钱数{_EXAMPLE}。")
    if re.search(r"[/每]天|[/每]日|日薪|[/每一]个?(?:周|星期|礼拜)|周薪|[/每]小时|时薪", typed):
        raise UserError("请换算成每月或每年的金额，例如 6000元/月。")
    if typed.startswith(("-", "负")):
        raise UserError(f"金额不能是负数，请重新填{_EXAMPLE}。")
    if salaries := _SALARIES.fullmatch(typed):
        return _by_salaries(salaries)
    typed, period = _take_period(typed)
    typed, about = _ABOUT.subn("", _PADDING.sub("", typed))
    _refuse_doubt(typed, period)
    number = read_number(_in_wan(typed, period))
    if number is None:
        if (said := _only_number(typed)) is not None:
            told = parse_amount(said + _SHOWN_PERIOD[period])
            return Amount(told.amount, told.period, about=True)
        raise UserError(f"没看懂这个金额，请写一个数{_EXAMPLE}。")
    if number > LARGEST_AMOUNT:
        raise UserError(f"这个金额太大了，请核对单位后再填{_EXAMPLE}。")
    return Amount(number.quantize(CENT), period, bool(about))


def _only_number(typed: str) -> str | None:
    """The one number with a unit within a short sentence (``年底算下来十八万``)."""
    runs = _NUMBER_RUN.findall(typed) if len(typed) <= _LONGEST_SENTENCE else []
    plain_words = _NOT_MONEY.search(typed) is None
    return str(runs[0]) if len(runs) == 1 and runs[0] != typed and plain_words else None


def _one_spelling(text: str) -> str:
    typed = plain(text).replace("块钱", "块").replace("個", "个").replace("萬", "万")
    for old, new in (
        ("億", "亿"),
        ("兩", "两"),
        ("幾", "几"),
        ("來", "来"),
        ("俩", "两"),
        ("仨", "三"),
    ):
        typed = typed.replace(old, new)
    typed = typed.replace("廿", "二十").replace("卅", "三十").replace("w", "万")
    typed = re.sub(r"(?<=[\d.])k", "千", typed)
    return re.sub(r"(?<=[\d.])m(?:illion)?(?![a-z])", "百万", typed.replace("半个", "半")).replace(
        "个亿", "亿"
    )


def _by_salaries(found: re.Match[str]) -> Amount:
    """``月薪1万13薪`` is thirteen months' pay a year."""
    pay, months = (
        next(found[f"{name}{way}"] for way in ("", "2", "3") if found[f"{name}{way}"])
        for name in ("pay", "months")
    )
    monthly = parse_amount(pay)
    return Amount(monthly.amount * int(months), "yearly", monthly.about)


def _take_period(typed: str) -> tuple[str, Period | None]:
    for period, pattern in _PERIODS:
        rest, found = re.subn(pattern, "", typed)
        if found:
            return rest, period
    return typed, None


def _in_wan(typed: str, period: Period | None) -> str:
    """Of pay, ``30个`` means 30万; without a period it is asked back before."""
    talk = _WAN_TALK.fullmatch(typed)
    return f"{talk[1]}万" if talk and (period or typed.endswith("万")) else typed


def _refuse_doubt(typed: str, period: Period | None) -> None:
    """Raise Unclear for what may be meant in several ways."""
    found: list[str] = []
    if len(sides := _BETWEEN.split(typed)) == 2:
        low, high = sides
        found = [_with_unit(low, high), high]
    elif match := _SOME.fullmatch(typed):
        found = _some(*match.groups())
    elif match := re.fullmatch(r"大几(十?[百千万亿])", typed):
        found = [number + match[1] for number in "6789"]
    elif typed.startswith("百八十"):
        found = [
            typed.removesuffix("万").replace("百八十", number) + "万" for number in ("100", "180")
        ]
    elif match := _LAST_DIGIT_IN_DOUBT.fullmatch(typed):
        found = [match[1] + match[2], match[1] + match[3]]
    elif match := _NEIGHBOURS.fullmatch(typed):
        head, first, second, unit = match.groups()
        if _DIGIT[second] - _DIGIT[first] in (1, 2) and unit:
            found = [f"{head}{first}{unit}", f"{head}{second}{unit}"]
    elif (match := _WAN_TALK.fullmatch(typed)) and period is None and typed[-1] != "万":
        found = [f"{match[1]}万", match[1]]
    values = [value for value in map(read_number, found) if value is not None]
    if len(values) < 2:
        return
    if len(values) == 2 and values[0] < values[1] <= 3 * values[0]:
        values.insert(1, sum(values, Decimal(0)) / 2)
    raise Unclear(
        "这是个大概的数，按哪个记？点一个，或写准数。",
        tuple(_candidate(value, period) for value in values),
    )


def _with_unit(low: str, high: str) -> str:
    """The lower end of a range, with the unit that was said only at the upper one (``10-15万``)."""
    longer, top = read_number(low + high[-1]), read_number(high)
    shared = high[-1] in _UNITS and longer is not None and top is not None and longer < top
    return low + high[-1] if shared else low


def _some(tens: str, ten: str, unit: str) -> list[str]:
    """What ``几万``, ``十几万``, ``二十几万`` and ``几十万`` may be, as numbers to tap."""
    if unit.startswith("十") and not ten:
        return [f"{number}0{unit[1:]}" for number in _SEVERAL_OF_SOME]
    if ten or tens:
        base = int(_DIGIT.get(tens, 1) if tens in _DIGIT else tens or 1) * (10 if ten else 1)
        return [f"{base + number}{unit}" for number in _SEVERAL_OF_SOME]
    return [f"{number}{unit}" for number in _SEVERAL_OF_SOME] if unit else []


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
