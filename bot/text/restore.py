"""Views of one text, with disguised words written out again.

``folded`` evens out how characters are written; ``compact`` also drops everything put between
them and undoes split characters, initials, typed pinyin, homophones and look-alikes; ``sound`` is
compact spelled in syllables.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from typing import NamedTuple

from ahocorasick_rs import AhoCorasick, Implementation, MatchKind

from bot.text import borders, disguise, pinyin
from bot.text.normalise import (
    EMOJI,
    View,
    compact_of,
    fold,
    normalise,
    strip_noise,
    unrepeat,
)

_LETTER = re.compile("[a-z]")
_CHINESE = re.compile("[\u4e00-\u9fff]")


class Restored(NamedTuple):
    """A guarded word found under a disguise: its place in ``compact`` and the kind of disguise."""

    start: int
    end: int
    kind: str


class Views(NamedTuple):
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
    automaton = AhoCorasick(
        [form for form, _, _ in listed],
        matchkind=MatchKind.LeftmostLongest,
        implementation=Implementation.DFA,
    )
    return automaton, listed


def warm() -> None:
    """Read every table now instead of at the first text that needs it (about a second and a half).

    Whoever serves people calls it first: a table read later holds everybody up.
    """
    borders.warm()
    _forms(False)
    views("稳zhuan不赔")


def _latin_edge(text: str, start: int, end: int, form: str) -> bool:
    """Whether a form's own Latin edge touches further Latin letters (then it is no initial)."""
    before = (
        start > 0 and form[0].isascii() and text[start - 1].isascii() and text[start - 1].isalpha()
    )
    after = end < len(text) and form[-1].isascii() and text[end].isascii() and text[end].isalpha()
    return before or after


Replacement = tuple[int, int, str, str]

# Three characters or more, each parted from the next by the same thing, even by a mark that
# otherwise ends a clause: nobody writes words so, but those who hide them do.
# (The look behind comes second: so the search can skip to the next sign.)
_SPACED = re.compile(r"([^一-鿿](?<=[一-鿿].)[^一-鿿]?)[一-鿿](?:\1[一-鿿])+", re.DOTALL)
_NOT_HAN = re.compile(r"[^一-鿿]")


def _written_disguises(text: str, plain: bool) -> list[Replacement]:
    automaton, entries = _forms(not plain and _LETTER.search(text) is not None)
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
    spaced = _SPACED.search(text)
    while spaced:
        start, end = spaced.start() - 1, spaced.end()
        found.append((start, end, _NOT_HAN.sub("", text[start:end]), "symbols"))
        spaced = _SPACED.search(text, end)
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
    cuts = [pinyin.spell(match.group()) for match in latin]
    spelt = sum(cut is not None for cut in cuts)
    typed = chinese or 2 * spelt > len(cuts)
    if not spelt and disguise.INITIALS.keys().isdisjoint(match.group() for match in latin):
        return initials, syllables
    places = {source: index for index, source in enumerate(compact.sources(folded))}
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
        AhoCorasick(
            list(sounds),
            matchkind=MatchKind.LeftmostLongest,
            implementation=Implementation.DFA,
        ),
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
    folded, hidden, plain = fold(text)
    compact, noisy = (folded, 0) if plain else strip_noise(folded)
    compact = unrepeat(compact)
    replacements = _written_disguises(compact.text, plain)
    initials, syllables = ([], {}) if plain else _latin_disguises(folded, compact)
    sound, sounding = _sounding_words(compact.text, syllables)
    restored: tuple[Restored, ...] = ()
    if replacements or initials or sounding:
        replacements = _without_overlaps([*sounding, *initials, *replacements])
        compact, restored = _replace(compact, replacements)
        sound, _ = _sound_of(compact.text, _moved(syllables, replacements))
    emoji: tuple[str, ...] = (
        ()
        if plain
        else tuple(
            disguise.EMOJI_MEANINGS[sign]
            for sign in EMOJI.findall(folded.text)
            if sign in disguise.EMOJI_MEANINGS
        )
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
