"""Reads one number as it is said or written in Chinese: ``十二万``, ``3千5``, ``1,200``."""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal

LONGEST = 40
DIGITS = str.maketrans(
    "零〇○一二两兩三四五六七八九壹贰叁肆伍陆柒捌玖貳參陸", "00012223456789123456789236"
)
_UNIT_WORDS = str.maketrans("萬億仟佰拾w", "万亿千百十万")
_UNITS = (("亿", 10**8), ("万", 10**4), ("千", 1000), ("百", 100), ("十", 10))


def plain(text: str) -> str:
    """Half-width, lower case, without any space."""
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", text)).lower()


def read_number(text: str) -> Decimal | None:
    """The value of one spoken or written number (``一百二十万``, ``3千5``), or None.

    None, too, for texts longer than any number is said.
    """
    if len(text) > LONGEST:
        return None
    typed = plain(text).translate(_UNIT_WORDS).replace("k", "千").replace("点", ".")
    if re.search(r"\d,", typed):
        if not re.fullmatch(r"\d{1,3}(,\d{3})+(\.\d+)?[^\d,]*", typed):
            return None
        typed = typed.replace(",", "")
    return _value(typed.translate(DIGITS))


def _value(typed: str) -> Decimal | None:
    for word, size in _UNITS:
        if word not in typed:
            continue
        # 三千万 is split at 万 before 千, so that 三千 counts ten-thousands
        before, _, after = typed.rpartition(word)
        head = _head(before)
        tail = _tail(after, size)
        if head is None or tail is None or (after and "." in before):
            return None
        return head * size + tail
    if re.fullmatch(r"\d{1,15}(\.\d{1,6})?", typed):
        return Decimal(typed)
    return None


def _head(before: str) -> Decimal | None:
    if before == "":
        return Decimal(1)
    if before == "半":
        return Decimal("0.5")
    return _value(before)


def _tail(after: str, size: int) -> Decimal | None:
    if after == "":
        return Decimal(0)
    if after == "半":
        return Decimal(size) / 2
    if re.fullmatch(r"[1-9]", after):
        return Decimal(after) * size / 10
    # 12万12 may be 120012, 121200 or a slip; 1万2000, 1万200 and 三百六五 are clear
    if re.fullmatch(r"[1-9]\d+", after) and not len(str(size)) - 2 <= len(after) < len(str(size)):
        return None
    value = _value(after.lstrip("0") or "0")
    return value if value is not None and value < size else None
