"""Even out how a text is written, with a map back to the original positions.

``fold`` evens out width, case, script and numerals; ``strip_noise`` also drops what was put between the
characters. Positions are code points.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from functools import cache, lru_cache
from itertools import pairwise
from typing import NamedTuple

DROPPED = "\x00"
EXPANDED = "\x01"
NOISE = "\x02"
CLAUSE_MARKS = frozenset(",。!?;:、\n…—")
_INVISIBLE = frozenset({"Mn", "Me", "Cf", "Cc", "Cs", "Co", "Cn"})
_WORDLIKE = frozenset({"Lu", "Ll", "Lt", "Lo", "Lm", "Nd", "Nl", "No", "Mc"})

_FOLDED_AS = {
    **dict(zip("壹贰叁肆伍陆柒捌玖拾佰仟〇零圆", "一二三四五六七八九十百千零零元", strict=True)),
    **dict(zip("唔冇嘅咗係佢啲嚟哋俾畀睇喺嗰乜咩嘢㗎咁揾搵攞妳祢您夲銀", "不没的了是他些来们给给看在那什什事的这找找拿你你你本银", strict=True)),
    "，": ",", "！": "!", "？": "?", "；": ";", "：": ":", "。": "。", "｡": "。", "､": "、",
    "著": "着", "\n": "\n", "\r": "\n", "\u2028": "\n", "\u2029": "\n", "\t": " ", "“": "“", "”": "”", "…": "…",
    "「": "“", "」": "”", "『": "“", "』": "”", "﹁": "“", "﹂": "”", "–": "—", "―": "—",
}  # fmt: skip


class View:
    """A text and, for each of its characters, the half-open span it has in the original.

    Where each character stood is worked out when it is first asked for: most texts never need it.
    """

    __slots__ = ("_kept", "_parent", "_spans", "text")

    def __init__(
        self, text: str, parent: View | None = None, kept: str | list[int] | None = None
    ) -> None:
        """A view of the ``parent`` view, or of the original text.

        ``kept`` are the positions of the parent that were kept, or the parent's text with NOISE
        in place of what was dropped; None when nothing was.
        """
        self.text = text
        self._parent = parent
        self._kept = kept
        self._spans: tuple[list[int], list[int]] | None = None

    @classmethod
    def placed(cls, text: str, starts: list[int], ends: list[int]) -> View:
        """A view whose characters have the given spans in the original."""
        view = cls(text)
        view._spans = (starts, ends)
        return view

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The original span of ``text[start:end]`` (not empty)."""
        spans = self._placed()
        return (start, end) if spans is None else (spans[0][start], spans[1][end - 1])

    def positions(self) -> Sequence[int]:
        """Where each character begins in the original."""
        spans = self._placed()
        return range(len(self.text)) if spans is None else spans[0]

    def sources(self, ancestor: View) -> Sequence[int]:
        """Where each character stood in ``ancestor``, which this view was made from by dropping."""
        if self is ancestor or self._parent is None:
            return range(len(self.text))
        above = self._parent.sources(ancestor)
        return above if self._kept is None else [above[index] for index in self._places()]

    def _placed(self) -> tuple[list[int], list[int]] | None:
        """The starts and the ends in the original; None when each character stands where it did."""
        if self._spans is None and self._parent is not None:
            above = self._parent._placed()
            if self._kept is None or above is None:
                self._spans = above if self._kept is None else _single(self._places())
            else:
                places = self._places()
                self._spans = [above[0][at] for at in places], [above[1][at] for at in places]
        return self._spans

    def _places(self) -> list[int]:
        """The positions of the parent that were kept."""
        kept = self._kept or []
        if isinstance(kept, str):
            return [index for index, char in enumerate(kept) if char != NOISE]
        return kept


def _single(places: list[int]) -> tuple[list[int], list[int]]:
    return places, [place + 1 for place in places]


def _simplified() -> dict[str, str]:
    import opencc

    ranges = (range(0x3400, 0xA000), range(0xF900, 0xFB00), range(0x20000, 0x2FA20))
    characters = "\n".join(chr(code) for block in ranges for code in block)
    converted = opencc.OpenCC("t2s").convert(characters)
    return {
        before: after
        for before, after in zip(characters.split("\n"), converted.split("\n"), strict=True)
        if before != after and len(after) == 1
    }


class Folded(NamedTuple):
    """A folded text and how many invisible characters were dropped.

    ``plain`` tells that no sign, letter or emoji is left: nothing to strip, nothing typed in Latin.
    """

    view: View
    hidden: int
    plain: bool


class _FoldTable(dict[int, str]):
    """A translate table that works out each character at its first use."""

    def __init__(self) -> None:
        self.simplified = _simplified()
        self.expansions: dict[str, str] = {}

    def __missing__(self, code: int) -> str:
        folded = self._fold(chr(code))
        if len(folded) > 1:
            self.expansions[chr(code)] = folded
            folded = EXPANDED
        self[code] = folded or DROPPED
        return self[code]

    def _fold(self, char: str) -> str:
        if char in _FOLDED_AS:
            return _FOLDED_AS[char]
        if unicodedata.category(char) in _INVISIBLE:
            return ""
        # Folding twice must change nothing, so each result is folded until it stands still.
        folded = unicodedata.normalize("NFKC", char).lower()
        folded = unicodedata.normalize("NFD", folded) if not "가" <= char <= "힣" else folded
        kept = [part for part in folded if unicodedata.category(part) not in _INVISIBLE]
        simple = [self.simplified.get(part, part) for part in kept]
        result = "".join(_FOLDED_AS.get(part, part) for part in simple)
        return result if result == char or len(result) > 1 else self._again(result)

    def _again(self, result: str) -> str:
        return self._fold(result) if result else ""


@lru_cache(maxsize=4096)
def _kept(char: str) -> str:
    """A folded character itself, or ``NOISE`` for what may be put between characters."""
    kept = char in CLAUSE_MARKS or unicodedata.category(char) in _WORDLIKE or char in "%．"
    return char if kept else NOISE


@cache
def _fold_table() -> _FoldTable:
    return _FoldTable()


@cache
def _steady() -> re.Pattern[str]:
    """Plain text that folding does not change."""
    changed = {ord(char) for char in (*_fold_table().simplified, *_FOLDED_AS)}
    borders = [0x4DFF, *sorted(code for code in changed if 0x4E00 <= code < 0xA000), 0xA000]
    steady = "".join(
        f"{chr(before + 1)}-{chr(after - 1)}"
        for before, after in pairwise(borders)
        if after - before > 1
    )
    return re.compile(f"[{steady}{_PLAIN_SIGNS}]*")


_PLAIN_SIGNS = "0-9,。!?;:、\n%"
_PLAIN = f"\u4e00-\u9fff{_PLAIN_SIGNS}"
_PERHAPS_NOISE = re.compile(f"[^{_PLAIN}a-z]")
_DECIMAL_POINT = re.compile(r"(?<=\d)\.(?=\d)")
_ENGLISH_STOP = re.compile(r"(?<=[a-z])[.](?=\s|$)")
_REPEATED = re.compile(r"([^\d\n])\1{2,}")
_THRICE = re.compile(r"(.)\1\1")
_ONLY_PLAIN = re.compile(f"[{_PLAIN}]*")
_MOST_CHANGED = tuple((char, _FOLDED_AS[char]) for char in "，您？！：；")
EMOJI = re.compile("[\u231a-\u27bf\u2b00-\u2bff\U0001f000-\U0001faff]")


def fold(text: str) -> Folded:
    """Even out width, case, script and numerals; drop what cannot be seen."""
    # Most messages need no table: nothing else in them changes.
    plain = text
    for char, folded_as in _MOST_CHANGED:
        plain = plain.replace(char, folded_as)
    if _steady().fullmatch(plain):
        return Folded(View(plain), 0, True)
    table = _fold_table()
    folded = text.translate(table)
    if DROPPED not in folded and EXPANDED not in folded:
        return Folded(View(folded), 0, _ONLY_PLAIN.fullmatch(folded) is not None)
    parts: list[str] = []
    starts: list[int] = []
    hidden = 0
    for index, char in enumerate(folded):
        if char == DROPPED:
            hidden += 1
            continue
        part = table.expansions[text[index]] if char == EXPANDED else char
        parts.append(part)
        starts.extend([index] * len(part))
    joined = "".join(parts)
    view = View.placed(joined, starts, [start + 1 for start in starts])
    return Folded(view, hidden, _ONLY_PLAIN.fullmatch(joined) is not None)


def normalise(text: str) -> str:
    """The folded text alone; folding it again changes nothing."""
    return fold(text).view.text


def compact_of(folded: str) -> str:
    """A rule's own words as they stand in the compact view (without undoing disguises)."""
    return _mark_noise(folded).replace(NOISE, "").replace("．", ".")


def _mark_points(folded: str) -> str:
    if "." not in folded:
        return folded
    return _ENGLISH_STOP.sub("。", _DECIMAL_POINT.sub("．", folded))


def _mark_noise(folded: str) -> str:
    """The text with ``NOISE`` in place of what may be put between characters, points marked.

    Few characters of a message may be; finding them is faster than looking up each.
    """
    return _PERHAPS_NOISE.sub(lambda sign: _kept(sign[0]), _mark_points(folded))


def strip_noise(folded: View) -> tuple[View, int]:
    """Drop signs, spaces and emoji; gives also how many signs stood inside words."""
    marked = _mark_noise(folded.text)
    if "．" in marked:
        marked = marked.replace("．", ".")
    if NOISE not in marked:
        return folded if marked == folded.text else View(marked, folded), 0
    return View(marked.replace(NOISE, ""), folded, marked), _inserted(marked, folded.text)


def _inserted(marked: str, folded: str) -> int:
    """How many signs other than spaces and quotes stand between two Chinese characters."""
    count = 0
    for match in _BETWEEN.finditer(marked):
        sign = folded[match.start() + 1 : match.end()]
        if not _USUAL_SIGNS.issuperset(sign) and not EMOJI.search(sign):
            count += 1
    return count


_USUAL_SIGNS = frozenset(" “”\"'()【】《》[]<>")
_BETWEEN = re.compile("[\u4e00-\u9fff]\x02{1,3}(?=[\u4e00-\u9fff])")


def unrepeat(view: View) -> View:
    """Write a character that stands three times or more in a row once."""
    text = view.text
    # A plain search first: it is four times as fast as the exact one, and most texts have none.
    if _THRICE.search(text) is None:
        return view
    kept: list[int] = []
    position = 0
    for match in _REPEATED.finditer(text):
        kept.extend(range(position, match.start() + 1))
        position = match.end()
    if not position:
        return view
    kept.extend(range(position, len(text)))
    return View("".join(map(text.__getitem__, kept)), view, kept)
