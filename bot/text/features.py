"""What the learned layer sees of a text: hashed n-grams of several views, with their places.

Everything is computed in bulk with numpy, in training and in scoring alike: a window of characters
times a matrix of fixed odd numbers gives all n-grams and skip-grams that begin at a place. A
feature is a 32-bit hash; its place is a position in the compact view, or ``EVERYWHERE``.
"""

from __future__ import annotations

import re
import zlib
from bisect import bisect_left
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from bot.text.restore import Views

VERSION = 13
EVERYWHERE = -1
_NEGATORS = "不没别无非勿莫拒未"
_STOPS = ",。!?;:\n、…—"
_NEGATED_SCOPE = re.compile(f"[{_NEGATORS}][^{_STOPS}]*")
_QUOTE = re.compile('([“"][^”"]*)[”"]')
_WORD = re.compile(r"[a-z]+(?:'[a-z]+)?|\d+%?")
_DIGIT = re.compile("[1-9]")
_LATIN = re.compile("[a-z]{2}")

# Which characters of a window each feature is made of. Longer n-grams and wider skips were tried
# and added time but no reach. Of the sound view only the pairs are taken.
_SHAPES = ((0,), (0, 1), (0, 1, 2), (0, 2))
_PAIR = 1
_WINDOW = 3

Hashes = NDArray[np.uint32]
Number = TypeVar("Number", np.float64, np.complex64)


def _multipliers(shapes: tuple[tuple[int, ...], ...], seed: int) -> Hashes:
    """One column a shape: a fixed odd number where the shape has a character, else zero."""
    drawn = np.random.default_rng(seed).integers(0, 2**31, (_WINDOW, len(shapes)), dtype=np.uint32)
    used = np.zeros((_WINDOW, len(shapes)), dtype=np.uint32)
    for column, shape in enumerate(shapes):
        used[list(shape), column] = 1
    return (drawn * np.uint32(2) + np.uint32(1)) * used


_MULTIPLIERS = _multipliers(_SHAPES, 1)
_NEGATED = np.uint32(0x5BD1E995)
_QUOTED = np.uint32(0x7FEB352D)
_NAMED = {
    name: zlib.crc32(name.encode())
    for name in ("word", "words", "skipword", "sign", "concept", "concepts")
}


Concept = tuple[int, int]
"""Where a lexicon class was met in the compact text, and the number of the class."""


@dataclass(frozen=True, slots=True)
class Features:
    """The features of one text: those of each place of the compact view, the
    pairs of the sound view, then the others.

    ``length`` is that of the compact text and ``aligned`` tells that the sound view has the same.
    ``other`` holds the places of the others in the compact view, EVERYWHERE among them.
    """

    hashes: Hashes
    length: int
    sounds: int
    aligned: bool
    other: list[int]

    def sums(self, values: NDArray[Number]) -> NDArray[Number]:
        """The sum of the ``values`` (one a feature) at each place of the compact view."""
        first_sound, first_other = self._borders()
        summed = values[0 : first_sound : len(_SHAPES)].copy()
        for shape in range(1, len(_SHAPES)):
            summed += values[shape : first_sound : len(_SHAPES)]
        if self.aligned:
            summed[1:] += values[first_sound:first_other]
        # the first place is EVERYWHERE
        np.add.at(summed, np.array(self.other, dtype=np.intp) + 1, values[first_other:])
        return summed[1:]

    def within(self, start: int, end: int) -> NDArray[np.intp]:
        """Which features begin in ``start``–``end`` of the compact view."""
        first_sound, first_other = self._borders()
        other = np.array(self.other, dtype=np.intp)
        sounds = (first_sound + start, first_sound + end) if self.aligned else (0, 0)
        return np.concatenate(
            (
                np.arange((start + 1) * len(_SHAPES), (end + 1) * len(_SHAPES)),
                np.arange(*sounds),
                np.flatnonzero((other >= start) & (other < end)) + first_other,
            )
        )

    def _borders(self) -> tuple[int, int]:
        """Where the pairs of the sound view begin, and the others."""
        first_sound = (self.length + 1) * len(_SHAPES)
        return first_sound, first_sound + self.sounds


def _grams(text: str) -> Hashes:
    """A row for each character of ``text`` but the padding at its end, a column for each shape."""
    codes = np.frombuffer(text.encode("utf-32-le"), dtype=np.uint32)
    shape = (len(codes) - _WINDOW + 1, _WINDOW)
    windows: Hashes = np.ndarray(shape, dtype=np.uint32, buffer=codes, strides=(4, 4))
    return windows @ _MULTIPLIERS


def features(views: Views, concepts: list[Concept]) -> Features:
    """All features of a text that is not empty."""
    text, sound = views.compact.text, views.sound
    digits = _DIGIT.sub("0", text)
    # Sounds are written in codes that no text holds, so that one pass serves both views.
    grams = _grams(f"\n{digits}\n\n{sound}\0\0")
    first_sound = len(text) + 3
    parts = [grams[: len(text) + 1].ravel(), grams[first_sound:, _PAIR]]
    negated = [
        place
        for scope in _NEGATED_SCOPE.finditer(text)
        for place in range(scope.start() + 1, scope.end())
    ]
    other: list[int] = []
    for places, mark in ((negated, _NEGATED), (_quoted(views), _QUOTED)):
        if places:
            parts.append(grams[[place + 1 for place in places], _PAIR] ^ mark)
            other += places
    named = _Named()
    named.add("sign", _signs(views), EVERYWHERE)
    if _LATIN.search(views.folded.text):
        _add_words(named, views.folded.text)
    _add_concepts(named, concepts)
    if named.hashes:
        parts.append(np.array(named.hashes, dtype=np.uint32))
        other += named.places
    same = len(sound) == len(text)
    return Features(np.concatenate(parts), len(text), len(sound), same, other)


def _quoted(views: Views) -> list[int]:
    """The places of the compact text that lie between quotation marks."""
    folded = views.folded
    quoted: list[int] = []
    quote = _QUOTE.search(folded.text)
    while quote:
        first, last = folded.span(*quote.span(1))
        starts = views.compact.positions()
        quoted.extend(range(bisect_left(starts, first), bisect_left(starts, last)))
        quote = _QUOTE.search(folded.text, quote.end())
    return quoted


def _signs(views: Views) -> list[str]:
    """Facts about how the text is written, as names."""
    signs = [f"disguise {word.kind}" for word in views.restored]
    if signs:
        signs.append("disguise")
    if views.hidden:
        signs += ["hidden", "hidden"]
    if views.noisy:
        signs += ["noisy", "noisy"]
    if views.syllables:
        signs.append("syllables")
    return signs + [f"emoji {meaning}" for meaning in views.emoji]


@lru_cache(maxsize=65536)
def _hash_of(name: str, salt: int) -> int:
    value = zlib.crc32(name.encode(), salt)
    return (value * 0x9E3779B1 ^ salt) % 2**32


class _Named:
    """Hashes and places of the features that have names."""

    def __init__(self) -> None:
        self.hashes: list[int] = []
        self.places: list[int] = []

    def add(self, kind: str, names: list[str], place: int) -> None:
        salt = _NAMED[kind]
        for name in names:
            self.hashes.append(_hash_of(name, salt))
            self.places.append(place)


def _add_words(named: _Named, folded: str) -> None:
    words = _WORD.findall(folded)
    named.add("word", words, EVERYWHERE)
    for kind, gap in (("words", 1), ("skipword", 2)):
        pairs = zip(words, words[gap:], strict=False)
        named.add(kind, [f"{left} {right}" for left, right in pairs], EVERYWHERE)


class _ConceptHashes(dict[tuple[int, int], int]):
    """Two classes one after the other, or a class and itself for the class alone → the hash."""

    def __missing__(self, pair: tuple[int, int]) -> int:
        first, second = pair
        kind, name = ("concept", f"{first}")
        if first != second:
            kind, name = ("concepts", f"{first}>{second}")
        self[pair] = _hash_of(name, _NAMED[kind])
        return self[pair]


_CONCEPT_HASHES = _ConceptHashes()
_FOLLOWING = 5


def _add_concepts(named: _Named, concepts: list[Concept]) -> None:
    met = sorted(set(concepts))
    named.hashes += [_CONCEPT_HASHES[number, number] for _, number in met]
    named.places += [start for start, _ in met]
    for gap in range(1, _FOLLOWING):
        for (start, number), (_, other) in zip(met, met[gap:], strict=False):
            if number != other:
                named.hashes.append(_CONCEPT_HASHES[number, other])
                named.places.append(start)
