"""What a vague number may mean: ``两三万``, ``十几万``, ``大几万``, ``10-15万``."""

from __future__ import annotations

import re

from bot.domain.numerals import read_number

_UNITS = "千万亿"
_NEIGHBOURS = re.compile(r"(.*?)([一二两三四五六七八九])([二两三四五六七八九])(十?[百千万亿]*)$")
_LAST_DIGIT_IN_DOUBT = re.compile(r"(.*[万千百])([一二两三四五六七八])([二三四五六七八九])")
_SOME = re.compile(r"(\d*|[一二三四五六七八九]?)(十?)几(十?[百千万亿]*)")
_DIGIT = {char: value for value, char in enumerate("零一二三四五六七八九")} | {"两": 2}
_SEVERAL_OF_SOME = (2, 3, 5, 8)


def meanings(written: str) -> list[str]:
    """What a vague number may mean, as numbers; none when it is clear."""
    if match := _SOME.fullmatch(written):
        return _some(*match.groups())
    if match := re.fullmatch(r"大几(十?[百千万亿])", written):
        return [number + match[1] for number in "6789"]
    if written.startswith("百八十") and written[3:] in ("", "万"):
        return [f"100{written[3:]}", f"180{written[3:]}"]
    if written in ("千八百", "万八千"):
        return [written[0], written[1:]]
    if match := _LAST_DIGIT_IN_DOUBT.fullmatch(written):
        return [match[1] + match[2], match[1] + match[3]]
    if match := _NEIGHBOURS.fullmatch(written):
        head, first, second, unit = match.groups()
        if _DIGIT[second] - _DIGIT[first] in (1, 2) and unit:
            return [f"{head}{first}{unit}", f"{head}{second}{unit}"]
    return []


def with_unit(low: str, high: str) -> str:
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
