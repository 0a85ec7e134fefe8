"""The learned layer: a linear model over hashed features that warns of what no phrase catches.

One score per category; a text's score is the highest. The score is a cosine-like sum: weights of
the features met, divided by the root of their squared rarities, so that length does not matter.
"""

from __future__ import annotations

import io
import math
import re
from bisect import bisect_left
from dataclasses import dataclass, replace
from pathlib import Path
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from bot.text.features import VERSION, Features, Hashes
from bot.text.linear import SLOT_BITS, Floats, Rows, rows_of

LONG_TEXT = 48
SHORTEST_WINDOW = 24
MAX_WINDOWS = 400
# A window lacks what stands round it, so it must look this much worse than the whole text: with
# no doubt the best of many windows sets the threshold and plain claims are lost; with more of it
# the claims buried in long texts are.
WINDOW_DOUBT = 0.4
FRAGMENTS = 3
Light = NDArray[np.complex64]
_CLAUSE_END = re.compile("[,。!?;\n]")


@dataclass(frozen=True, slots=True)
class Scored:
    """The model's opinion: its ``category``, the ``score`` and the part it looked at.

    ``start`` and ``end`` bound that part in the compact view.
    """

    category: int
    score: float
    start: int
    end: int


@dataclass(frozen=True)
class Model:
    """A trained model. ``slots`` maps a hash to a row; row 0 is the feature never seen, which has
    no weight but a rarity.

    ``light`` holds, for each row, what the early exit needs, so that one sum gives both: the weight
    of the lawful class (real part) and the square of the rarity (imaginary). ``weights`` has a column for each category, its lead over lawful.
    """

    categories: tuple[str, ...]
    slots: Hashes
    light: Light
    weights: Floats
    biases: Floats
    lawful_bias: float
    clear: float
    threshold: float
    slope: float
    middle: float
    digest: str

    def rows(self, hashes: Hashes) -> Rows:
        """The row of each hash; 0 where the model has never seen it."""
        return rows_of(self.slots, hashes)

    def probability(self, score: float) -> float:
        """The chance, calibrated by cross-validation, that a text of this score breaks a rule."""
        return 1 / (1 + math.exp(-max(-40.0, min(40.0, self.slope * (score - self.middle)))))

    def score(self, features: Features, text: str, doubt: float = WINDOW_DOUBT) -> Scored:
        """Judge the whole text and, when it is long, each window of clauses; the worst counts.

        ``doubt`` is taken off the score of a window.
        """
        rows = self.rows(features.hashes)
        light = self.light[rows]
        best = self._whole(rows, light, len(text))
        if not is_long(text):
            return best
        worst = self._worst_window(rows, light, features, text, doubt)
        if worst is None or worst.score - doubt <= best.score:
            return best
        return replace(worst, score=worst.score - doubt)

    def _worst_window(
        self, rows: Rows, light: Light, features: Features, text: str, doubt: float
    ) -> Scored | None:
        """The window with the highest score; None when each reads as clearly lawful.

        What is taken off its score is asked of its lawfulness too: one nearer to lawful never wins.
        Lawfulness comes from running sums over the places, so that overlapping windows cost no more
        than the text; the categories are weighed only where it is in doubt.
        """
        running = np.zeros(len(text) + 1, dtype=np.complex128)
        np.cumsum(features.sums(light), out=running[1:])
        sums = running.tolist()
        clear = self.clear - doubt - self.lawful_bias
        worst: Scored | None = None
        for start, end in windows(text):
            both = sums[end] - sums[start]
            if both.real <= clear * _root(both.imag):
                inside = rows[features.within(start, end)]
                scored = self._categories(inside, both.imag, start, end)
                if worst is None or scored.score > worst.score:
                    worst = scored
        return worst

    def lawfulness(self, features: Features) -> float:
        """The score of the lawful class alone, for the whole text; it decides the early exit."""
        return self._lawful_score(complex(self.light[self.rows(features.hashes)].sum()))

    def _lawful_score(self, both: complex) -> float:
        """The score of the lawful class where ``light`` sums up to ``both``."""
        return both.real / _root(both.imag) + self.lawful_bias

    def _whole(self, rows: Rows, light: Light, length: int) -> Scored:
        both = complex(light.sum())
        lawful = self._lawful_score(both)
        if lawful > self.clear:
            return Scored(0, -2 * lawful, 0, length)
        return self._categories(rows, both.imag, 0, length)

    def _categories(self, rows: Rows, squares: float, start: int, end: int) -> Scored:
        norm = _root(squares)
        scores = self.weights[rows].sum(axis=0) / norm + self.biases
        category = int(scores.argmax())
        return Scored(category, float(scores[category]), start, end)

    def fragments(self, features: Features, scored: Scored, text: str) -> list[tuple[int, int]]:
        """The stretches of the compact text that weighed most for the category, in order."""
        part = slice(scored.start, scored.end)
        weighed = self.weights[self.rows(features.hashes), scored.category]
        weight = np.zeros(len(text))
        weight[part] = features.sums(weighed.astype(np.float64))[part]
        spread = np.convolve(weight, np.ones(3))[: len(text)]
        chosen: list[tuple[int, int]] = []
        for place in np.argsort(-spread, kind="stable"):
            if spread[place] <= 0 or len(chosen) == FRAGMENTS:
                break
            start, end = max(scored.start, int(place) - 2), min(len(text), int(place) + 4)
            if all(end <= first or start >= last for first, last in chosen):
                chosen.append((start, end))
        return sorted(chosen)

    def save(self, path: Path) -> None:
        """Write the model to ``path``; an interrupted write leaves the old file."""
        path.parent.mkdir(parents=True, exist_ok=True)
        buffer = io.BytesIO()
        used = np.flatnonzero(self.slots)
        np.savez(
            buffer,
            version=VERSION,
            categories=np.array(self.categories),
            used=used.astype(np.uint32),
            entries=self.slots[used],
            weights=self.weights.astype(np.float16),
            light=self.light,
            biases=self.biases,
            numbers=np.array(
                [self.lawful_bias, self.clear, self.threshold, self.slope, self.middle]
            ),
            digest=self.digest,
        )
        draft = path.with_suffix(".part")
        draft.write_bytes(buffer.getvalue())
        draft.replace(path)

    @classmethod
    def load(cls, path: Path) -> Model | None:
        """The model kept at ``path``; None when there is none that this version can read."""
        try:
            with np.load(path, allow_pickle=False) as kept:
                if int(kept["version"]) != VERSION:
                    return None
                lawful_bias, clear, threshold, slope, middle = map(float, kept["numbers"])
                slots = np.zeros(2**SLOT_BITS, dtype=np.uint32)
                slots[kept["used"]] = kept["entries"]
                return cls(
                    categories=tuple(str(name) for name in kept["categories"]),
                    slots=slots,
                    weights=kept["weights"].astype(np.float32),
                    light=kept["light"],
                    biases=kept["biases"],
                    lawful_bias=lawful_bias,
                    clear=clear,
                    threshold=threshold,
                    slope=slope,
                    middle=middle,
                    digest=str(kept["digest"]),
                )
        except (OSError, ValueError, KeyError, EOFError, TypeError, BadZipFile):
            return None


def _root(squares: float) -> float:
    """The root of a sum of squares, and 1 where nothing was summed (or rounding left less)."""
    return math.sqrt(squares) if squares > 0 else 1.0


def is_long(text: str) -> bool:
    """Whether a claim could be buried in ``text``, so that its windows are judged too."""
    return len(text) > LONG_TEXT * scale(text)


def scale(text: str) -> int:
    """How many characters of ``text`` say as much as one Chinese character: 3 in Latin text."""
    return 3 if 2 * len(text.encode("ascii", "ignore")) > len(text) else 1


def windows(text: str) -> list[tuple[int, int]]:
    """Runs of whole clauses just longer than ``SHORTEST_WINDOW``, one from each clause on."""
    edges = [0, *(stop.end() for stop in _CLAUSE_END.finditer(text))]
    if edges[-1] != len(text):
        edges.append(len(text))
    shortest = SHORTEST_WINDOW * scale(text)
    found: list[tuple[int, int]] = []
    for first, start in enumerate(edges[:-1]):
        far = bisect_left(edges, start + shortest, first + 1)
        end = edges[far] if far < len(edges) else len(text)
        if not found or found[-1][1] != end or end - start >= shortest:
            found.append((start, end))
        if len(found) == MAX_WINDOWS:
            break
    return found
