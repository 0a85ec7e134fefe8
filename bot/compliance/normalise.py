"""Views of one text, each with a map back to the original positions.

``folded`` evens out how characters are written; ``compact`` also drops everything put between
them and undoes split characters, initials, mixed pinyin and look-alikes; ``sound`` is compact
spelled in syllables. Positions are code points.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from ahocorasick_rs import AhoCorasick, MatchKind

from bot.compliance import borders, disguise, pinyin

DROPPED = "\x00"
EXPANDED = "\x01"
NOISE = "\x02"
_SENTINELS = (DROPPED, EXPANDED, NOISE)
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
        if self._spans is None:
            if self._parent is None:
                return start, end
            if self._kept is None:
                return self._parent.span(start, end)
            self._spans = self._placed(self._parent)
        return self._spans[0][start], self._spans[1][end - 1]

    def _placed(self, parent: View) -> tuple[list[int], list[int]]:
        kept = self._kept or []
        if isinstance(kept, str):
            kept = [index for index, char in enumerate(kept) if char != NOISE]
        spans = [parent.span(index, index + 1) for index in kept]
        return [span[0] for span in spans], [span[1] for span in spans]

    def positions(self) -> list[int]:
        """Where each character begins in the original."""
        return [self.span(index, index + 1)[0] for index in range(len(self.text))]


@dataclass(frozen=True, slots=True)
class Restored:
    """A guarded word found under a disguise: its place in ``compact`` and the kind of disguise."""

    start: int
    end: int
    kind: str


@dataclass(frozen=True, slots=True)
class Views:
    """All views of one text. ``restored`` are the disguised words; ``noisy`` counts inserted signs.

    ``syllables`` counts typed pinyin; ``emoji`` holds the meanings of emoji in the text.
    """

    original: str
    folded: View
    compact: View
    sound: str
    restored: tuple[Restored, ...]
    hidden: int
    noisy: int
    syllables: int
    emoji: tuple[str, ...]


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


class _CompactTable(dict[int, str]):
    """Folded character → itself, or ``NOISE`` for what may be put between characters."""

    def __missing__(self, code: int) -> str:
        char = chr(code)
        kept = char in CLAUSE_MARKS or unicodedata.category(char) in _WORDLIKE or char in "%．"
        self[code] = char if kept else NOISE
        return self[code]


@cache
def _fold_table() -> _FoldTable:
    return _FoldTable()


_COMPACT_TABLE = _CompactTable()
_DECIMAL_POINT = re.compile(r"(?<=\d)\.(?=\d)")
_ENGLISH_STOP = re.compile(r"(?<=[a-z])[.](?=\s|$)")
_REPEATED = re.compile(r"([^\d\n])\1{2,}")
_EMOJI = re.compile("[\u231a-\u27bf\u2b00-\u2bff\U0001f000-\U0001faff]")


def fold(text: str) -> tuple[View, int]:
    """Even out width, case, script and numerals; drop what cannot be seen.

    Returns the view and the number of invisible characters dropped.
    """
    table = _fold_table()
    folded = text.translate(table)
    if DROPPED not in folded and EXPANDED not in folded:
        return View(folded), 0
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
    return View.placed("".join(parts), starts, [start + 1 for start in starts]), hidden


def normalise(text: str) -> str:
    """The folded text alone; folding it again changes nothing."""
    return fold(text)[0].text


def compact_of(folded: str) -> str:
    """A rule's own words as they stand in the compact view (without undoing disguises)."""
    return _mark_points(folded).translate(_COMPACT_TABLE).replace(NOISE, "").replace("．", ".")


def _mark_points(folded: str) -> str:
    if "." not in folded:
        return folded
    return _ENGLISH_STOP.sub("。", _DECIMAL_POINT.sub("．", folded))


def _strip_noise(folded: View) -> tuple[View, int]:
    marked = _mark_points(folded.text).translate(_COMPACT_TABLE)
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
        if sign.strip(" “”\"'()()【】《》[]<>") and not _EMOJI.search(sign):
            count += 1
    return count


_LETTER = re.compile("[a-z]")
_CHINESE = re.compile("[\u4e00-\u9fff]")
_BETWEEN = re.compile("[\u4e00-\u9fff]\x02{1,3}(?=[\u4e00-\u9fff])")


def _unrepeat(view: View) -> View:
    text = view.text
    kept: list[int] = []
    position = 0
    for match in _REPEATED.finditer(text):
        kept.extend(range(position, match.start() + 1))
        position = match.end()
    if not position:
        return view
    kept.extend(range(position, len(text)))
    return View("".join(map(text.__getitem__, kept)), view, kept)


@cache
def _forms(latin: bool) -> tuple[AhoCorasick, list[tuple[str, str, str]]]:
    """The automaton of written disguises: (form, word, kind), longest first at each place.

    The many forms with Latin letters are only looked for in texts that have some.
    """
    kinds = [
        ("split", {**disguise.WORD_SPLITS, **disguise.RADICAL_SPLITS}),
        ("homophone", disguise.near_forms()),
    ]
    if latin:
        kinds.append(("initials", disguise.mixed_initials()))
    entries: dict[str, tuple[str, str, str]] = {}
    for kind, forms in kinds:
        for form, word in forms.items():
            key = compact_of(normalise(form))
            if key != word and len(key) > 1:
                entries.setdefault(key, (key, word, kind))
    listed = list(entries.values())
    automaton = AhoCorasick([form for form, _, _ in listed], matchkind=MatchKind.LeftmostLongest)
    return automaton, listed


def _latin_edge(text: str, start: int, end: int, form: str) -> bool:
    """Whether a form's own Latin edge touches further Latin letters (then it is no initial)."""
    before = (
        start > 0 and form[0].isascii() and text[start - 1].isascii() and text[start - 1].isalpha()
    )
    after = end < len(text) and form[-1].isascii() and text[end].isascii() and text[end].isalpha()
    return before or after


Replacement = tuple[int, int, str, str]


def _written_disguises(text: str) -> list[Replacement]:
    automaton, entries = _forms(_LETTER.search(text) is not None)
    found: list[Replacement] = []
    for index, start, end in automaton.find_matches_as_indexes(text):
        form, word, kind = entries[index]
        if kind == "initials" and _latin_edge(text, start, end, form):
            continue
        if kind == "homophone" and (borders.is_word(form) or not borders.whole(text, start, end)):
            continue
        if kind == "split" and form in disguise.WORD_SPLITS and not borders.whole(text, start, end):
            continue
        found.append((start, end, word, kind))
    return found


def _latin_disguises(
    folded: View, compact: View
) -> tuple[list[Replacement], dict[int, tuple[int, str]]]:
    """Initials standing alone, and typed syllables by their start in the compact text."""
    initials: list[Replacement] = []
    syllables: dict[int, tuple[int, str]] = {}
    latin = list(pinyin.LATIN_RUN.finditer(folded.text))
    if not latin:
        return initials, syllables
    chinese = _CHINESE.search(folded.text) is not None
    places = _places(folded, compact)
    cuts = [pinyin.spell(match.group()) for match in latin]
    typed = chinese or 2 * sum(cut is not None for cut in cuts) > len(cuts)
    for match, cut in zip(latin, cuts, strict=True):
        start = places.get(match.start())
        if start is None:
            continue
        word = disguise.INITIALS.get(match.group())
        if word is not None and chinese:
            initials.append((start, start + len(match.group()), word, "initials"))
            continue
        for first, last, code in (cut or ()) if typed else ():
            syllables[start + first] = (start + last, code)
    return initials, syllables


def _places(folded: View, compact: View) -> dict[int, int]:
    """Folded position → compact position, for what the compact text kept."""
    if compact is folded:
        return {index: index for index in range(len(folded.text))}
    by_source = {start: index for index, start in enumerate(compact.positions())}
    return {
        index: by_source[start]
        for index, start in enumerate(folded.positions())
        if start in by_source
    }


def _sound_of(text: str, syllables: dict[int, tuple[int, str]]) -> tuple[str, Sequence[int]]:
    """The syllable codes of ``text`` and the place in it of each code."""
    codes = pinyin.syllable_codes(text)
    if not syllables:
        return codes, range(len(text))
    parts: list[str] = []
    places: list[int] = []
    position = 0
    while position < len(text):
        end, code = syllables.get(position, (position + 1, codes[position]))
        parts.append(code)
        places.append(position)
        position = end
    return "".join(parts), places


@cache
def _sounds() -> tuple[AhoCorasick, list[str]]:
    sounds = disguise.guarded_sounds()
    return (
        AhoCorasick(list(sounds), matchkind=MatchKind.LeftmostLongest),
        list(sounds.values()),
    )


def _sounding_words(
    text: str, syllables: dict[int, tuple[int, str]]
) -> tuple[str, list[Replacement]]:
    """The sound view, and guarded words typed in pinyin or written with homophones."""
    sound, places = _sound_of(text, syllables)
    automaton, words = _sounds()
    found: list[Replacement] = []
    for index, first, last in automaton.find_matches_as_indexes(sound):
        start, final = places[first], places[last - 1]
        end = syllables[final][0] if final in syllables else final + 1
        if text[start:end] == words[index]:
            continue
        if any(place in syllables for place in places[first:last]):
            found.append((start, end, words[index], "pinyin"))
        elif _homophone(text, start, end):
            found.append((start, end, words[index], "homophone"))
    return sound, found


def _homophone(text: str, start: int, end: int) -> bool:
    """Whether a string that sounds like a guarded word can only be meant as that word."""
    written = text[start:end]
    if len(written) == 2 and not disguise.CHANCE.isdisjoint(written):
        return False
    return not borders.is_word(written) and borders.whole(text, start, end)


def _replace(view: View, replacements: list[Replacement]) -> tuple[View, tuple[Restored, ...]]:
    """Write the words in place of their disguises; overlapping ones: the first, then the longer."""
    parts: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    restored: list[Restored] = []
    position = 0
    length = 0
    for start, end, word, kind in sorted(replacements, key=lambda item: (item[0], -item[1])):
        if start < position:
            continue
        for index in range(position, start):
            first, last = view.span(index, index + 1)
            starts.append(first)
            ends.append(last)
        parts += (view.text[position:start], word)
        length += start - position
        first, last = view.span(start, end)
        starts.extend([first] * len(word))
        ends.extend([last] * len(word))
        restored.append(Restored(length, length + len(word), kind))
        length += len(word)
        position = end
    for index in range(position, len(view.text)):
        first, last = view.span(index, index + 1)
        starts.append(first)
        ends.append(last)
    parts.append(view.text[position:])
    return View.placed("".join(parts), starts, ends), tuple(restored)


def views(text: str) -> Views:
    """Every view of ``text``. The caller bounds its length."""
    folded, hidden = fold(text)
    compact, noisy = _strip_noise(folded)
    compact = _unrepeat(compact)
    replacements = _written_disguises(compact.text)
    initials, syllables = _latin_disguises(folded, compact)
    sound, sounding = _sounding_words(compact.text, syllables)
    restored: tuple[Restored, ...] = ()
    if replacements or initials or sounding:
        replacements = _without_overlaps([*sounding, *initials, *replacements])
        compact, restored = _replace(compact, replacements)
        sound, _ = _sound_of(compact.text, _moved(syllables, replacements))
    emoji = tuple(
        disguise.EMOJI_MEANINGS[sign]
        for sign in _EMOJI.findall(folded.text)
        if sign in disguise.EMOJI_MEANINGS
    )
    return Views(text, folded, compact, sound, restored, hidden, noisy, len(syllables), emoji)


def _without_overlaps(replacements: list[Replacement]) -> list[Replacement]:
    """Keep each replacement that does not touch an earlier one of the list."""
    kept: list[Replacement] = []
    for candidate in replacements:
        if all(candidate[1] <= other[0] or candidate[0] >= other[1] for other in kept):
            kept.append(candidate)
    return kept


def _moved(
    syllables: dict[int, tuple[int, str]], replacements: list[Replacement]
) -> dict[int, tuple[int, str]]:
    """The syllables left outside the replacements, at their new places."""
    moved: dict[int, tuple[int, str]] = {}
    ordered = sorted(replacements)
    for start, (end, code) in syllables.items():
        shift = 0
        inside = False
        for first, last, word, _ in ordered:
            if first >= end:
                break
            if last <= start:
                shift += len(word) - (last - first)
            else:
                inside = True
        if not inside:
            moved[start + shift] = (end + shift, code)
    return moved
