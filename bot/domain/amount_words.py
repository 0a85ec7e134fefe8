"""The words round an amount: one spelling, periods as marks, estimates, padding and durations."""

from __future__ import annotations

import re
from typing import Literal

from bot.domain.numerals import plain

Period = Literal["yearly", "half_yearly", "quarterly", "monthly"]

DIGIT = r"[\d零一二两三四五六七八九十]"
NUMERAL = r"[\d零一二两三四五六七八九十百千万亿半]"
PERIOD_OF: dict[str, Period] = {
    "Y": "yearly",
    "H": "half_yearly",
    "Q": "quarterly",
    "M": "monthly",
}
"""What the marks of ``marked`` mean; the text itself is in small letters."""
BONUS = "B"
"""The mark of what is paid once a year beside the monthly pay (年终奖)."""
CUT = "|"
"""Stands where words without a meaning of their own were."""

_SPELLINGS = (
    ("块钱", "块"),
    ("俩", "两"),
    ("仨", "三"),
    ("廿", "二十"),
    ("卅", "三十"),
    ("w", "万"),
)
_FORMAL = str.maketrans(
    "壹贰貳叁參肆伍陆陸柒捌玖仟佰拾〇萬億兩幾來個還沒貸獎終週",
    "一二二三三四五六六七八九千百十零万亿两几来个还没贷奖终周",
)
# what dictation writes for 万, 千, 百 and 块 after a number
_SLIPS = (
    (rf"(?<={NUMERAL})[完玩晚碗湾](?!了)", "万"),
    (rf"(?<=[一二两三四五六七八九])[前签迁](?={DIGIT}|$)", "千"),
    (rf"(?<=[一二两三四五六七八九])[白摆](?={DIGIT}|$)", "百"),
    (rf"(?<={NUMERAL})快(?=钱|$|[MY/每一])", "块"),
)
# 12 000 and 100 0000 are one number, 5000 6000 are two
_SPACED_NUMBER = re.compile(r"(?<!\d)(?:[1-9]\d{0,2}(?:\s\d{3})+|[1-9]\d*(?:\s0000)+)(?!\d)")
_PARTICLE = re.compile(r"[啊呀哦喔的吧呢啦了嘞哈噢耶喎㗎嘛]+$")
_PERIODS: tuple[tuple[str, str], ...] = (
    ("B", r"年终奖?金?(?:大概|大约|差不多|还?有|是)?"),
    ("H", r"[/每]半年|(?<!\d)一?半年(?=交|[^\d]*\d|$)|(?<![\d十百])[一1]?半年$"),
    ("Q", r"[/每]个?季度?|(?<![十百])[一1]个?季度?|季度?(?=$)"),
    (
        "M",
        r"[/每]个?月|(?<![十百])一个?月|(?<!\d)1个?月|^个月|月(?:薪|入|收入|收|均|供|付|还|交|工资|工資|基本|结余)?|permonth|/mo?(?=$)",
    ),
    (
        "Y",
        r"[/每]年|(?<![十百])一年|(?<!\d)1年|全年|年(?:薪|入|收入|收|均|付|交|缴|化|纯收入|底)?|peryear|(?<=\d)p\.?a\.?$|/yr?(?=$)",
    ),
)
# 交20年, 还有15年, 30年期, 分120期: how long, not how much
_DURATION = re.compile(
    r"(?:交|缴|还有|还剩|还要还?|再还|分|贷|已还|还了|干了|做了|共)*"
    r"(?:(?<![\d.])[2-9]\d?年|(?<![\d.])[1-9]\d年|[一二两三四五六七八九]?十[一二三四五六七八九]?年|[二两三四五六七八九]年"
    r"|(?<!\d)\d{1,3}期)(?:期|多|左右|了)?"
    r"|(?:还有|还剩|再还|再交)(?:一|1|半)年(?:多)?"
)
# 两口子, 三个人, 一次, 二胎, 两套: numbers of something else
_COUNTED = re.compile(
    r"(?<![\d百千万])[\d一二两三四五六七八九]{1,2}(?:口子?人?|个人|位老人|个老人|个孩子|个娃|次|套|张|辆|胎|孩|份|家)"
)
_BEFORE_NUMBER = r"(?=[\d一二两三四五六七八九十百几])"
_INFIX = re.compile(r"[多余来]个?(?=[百千万亿])|个(?=[万亿])|(?<=[万千百])把")
_ABOUT = re.compile(
    r"大约|大約|大概|差不多|左右|上下|以内|以下|往上|以上|出点头|[+＋]$|约|約|将近|將近|接近|不到|不足|快要|估计|可能|应该|出头|出頭|多一?点|有余|[多余来把](?=$|[|块元MYQH])"
    rf"|快{_BEFORE_NUMBER}|近{_BEFORE_NUMBER}|(?:(?<=^)|(?<=[|,MYQHB]))(?:小{_BEFORE_NUMBER}|[成上](?=[百千万亿]))"
)
_PADDING = re.compile(
    r"人民币|rmb|cny|package|total|税后|税前|稅後|到手|扣完|毛收入|纯收入|净|总共|一共|合共|加起来|加?一起|一般|年薪|月薪|拿|赚|挣|搵|有|给|要|是|收入|工资|存款|保额|保费|保費|左右|[¥￥元块塊蚊文圆圓钱錢整的]|不到点"
)


def one_spelling(text: str) -> str:
    """Small letters, half width, simplified numerals; ``k`` and ``m`` as Chinese units."""
    if not _SPACED_NUMBER.search(text):
        text = re.sub(r"(?<=\d)\s+(?=\d)", ";", text)
    typed = plain(text).translate(_FORMAL)
    for old, new in _SPELLINGS:
        typed = typed.replace(old, new)
    typed = re.sub(r"(?<=[\d.])k", "千", typed)
    typed = re.sub(r"(?<=[\d.])m(?:illion)?(?![a-z])", "百万", typed.replace("半个", "半"))
    typed = re.sub(rf"(?<={DIGIT})点(?={DIGIT})", ".", typed)
    for slip, meant in _SLIPS:
        typed = re.sub(slip, meant, typed)
    return _PARTICLE.sub("", typed)


def without_durations(typed: str) -> str:
    """The text without how long something is paid, and without numbers of other things."""
    return _COUNTED.sub(CUT, _DURATION.sub(CUT, typed))


def marked(typed: str) -> str:
    """The text with a capital letter for each period that was named (see ``PERIOD_OF``)."""
    for mark, pattern in _PERIODS:
        typed = re.sub(pattern, mark, typed)
    return typed


def without_padding(typed: str) -> tuple[str, bool]:
    """The text with ``CUT`` for words that add nothing, and whether it was said as an estimate."""
    typed, inside = _INFIX.subn("", typed)
    typed, round_it = _ABOUT.subn(CUT, _PADDING.sub(CUT, typed))
    return typed, bool(inside or round_it)
