"""Which objection a client's message raises: a linear model over characters and word groups."""

from __future__ import annotations

import math
import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import opencc
from numpy.typing import NDArray
from rapidfuzz import fuzz, process
from scipy.sparse import csr_matrix
from sklearn.svm import LinearSVC

from bot.scripts_library.schema import NONE, Library, Utterance

MAX_TEXT = 600
"""Characters of a message that are read; what comes after is not looked at."""
MAX_MATCHES = 5
SURE = 0.5
"""A first match below this score is a guess: ask the agent instead of answering."""

_NGRAMS = range(1, 5)
_SVM_C = 1.0
_SHARPNESS = 4.0
_NONE_LEAN = 0.1
_NEAR_IDENTICAL = 88.0
_NEAR_GAIN = 1.5
_SEED = 7

_SIMPLIFIED = opencc.OpenCC("t2s")
_CANTONESE = str.maketrans(
    "唔冇嘅咗佢啲嚟哋俾畀睇喺嗰乜咩嘢㗎咁揾搵攞谂", "不没的了他些来们给给看在那什什事的这找找拿想"
)
_APART = re.compile(r"[\W_]+")


@dataclass(frozen=True, slots=True)
class Match:
    """An objection that the message may raise, and how likely (0 to 1, over all intents)."""

    intent: str
    score: float


@dataclass(frozen=True, slots=True)
class Matching:
    """The likeliest objections, best first; ``none`` says that the message is probably none."""

    matches: tuple[Match, ...]
    none: bool

    @property
    def sure(self) -> bool:
        """Whether the first match may be answered without asking which one is meant."""
        return not self.none and bool(self.matches) and self.matches[0].score >= SURE


def fold(text: str) -> str:
    """One spelling: NFKC, lower case, simplified characters, Cantonese written as Mandarin."""
    readable = text[:MAX_TEXT].encode("utf-8", "ignore").decode("utf-8")
    lowered = unicodedata.normalize("NFKC", readable).lower()
    return str(_SIMPLIFIED.convert(lowered)).translate(_CANTONESE)[:MAX_TEXT]


class _Features:
    """Turns a folded message into counted features: characters in a row, word groups, pairs."""

    def __init__(self, concepts: Mapping[str, Sequence[str]]) -> None:
        self.concepts = [
            (name, tuple(fold(word) for word in words)) for name, words in concepts.items()
        ]

    def counts(self, folded: str) -> Counter[str]:
        counts: Counter[str] = Counter()
        if not (spaced := _APART.sub(" ", folded).strip()):
            return counts
        edged = f"^{spaced}$"
        for size in _NGRAMS:
            counts.update(edged[at : at + size] for at in range(len(edged) - size + 1))
        found = [name for name, words in self.concepts if any(word in folded for word in words)]
        counts.update(f"concept:{name}" for name in found)
        counts.update(f"pair:{one}+{other}" for one, other in combinations(found, 2))
        return counts


class Matcher:
    """Finds the objections of a message. Immutable and safe to share between threads."""

    def __init__(
        self,
        features: _Features,
        vocabulary: dict[str, int],
        rarity: NDArray[np.float64],
        weights: NDArray[np.float32],
        bias: NDArray[np.float64],
        labels: Sequence[str],
        known: Mapping[str, str],
    ) -> None:
        self._features = features
        self._vocabulary = vocabulary
        self._rarity = rarity
        self._weights = weights
        self._bias = bias
        self._labels = tuple(labels)
        self._known = tuple(known)
        self._meant = tuple(self._labels.index(label) for label in known.values())
        self._none = self._labels.index(NONE)

    @classmethod
    def build(cls, library: Library, examples: Sequence[Utterance]) -> Matcher:
        """Learn from the library's phrasings and the labelled examples (some ``none``).

        Deterministic; takes about a second for 3,000 utterances. Raises ValueError when no example
        is labelled ``none``, because then ordinary talk could not be told from an objection.
        """
        known = dict(_utterances(library, examples))
        if NONE not in known.values():
            raise ValueError("the examples need messages labelled none")
        features = _Features(library.concepts)
        counted = [features.counts(text) for text in known]
        vocabulary, rarity = _vocabulary(counted)
        rows = [_weighted(counts, vocabulary, rarity) for counts in counted]
        model = LinearSVC(C=_SVM_C, random_state=_SEED)
        model.fit(_matrix(rows, len(vocabulary)), list(known.values()))
        weights = np.ascontiguousarray(model.coef_.T, dtype=np.float32)
        labels = [str(label) for label in model.classes_]
        return cls(features, vocabulary, rarity, weights, model.intercept_, labels, known)

    def match(self, text: str) -> Matching:
        """The objections that ``text`` may raise, at most five, and whether it is none at all."""
        folded = fold(text)
        columns, values = _weighted(self._features.counts(folded), self._vocabulary, self._rarity)
        if not columns:
            return Matching((), True)
        margins = self._bias + np.asarray(values) @ self._weights[columns]
        for at in self._near_identical(folded):
            margins[at] += _NEAR_GAIN
        none = bool(margins[self._none] + _NONE_LEAN >= np.delete(margins, self._none).max())
        scores = np.exp(_SHARPNESS * (margins - margins.max()))
        scores[self._none] = 0.0
        scores /= scores.sum()
        best = np.argsort(-scores, kind="stable")[:MAX_MATCHES]
        matches = (
            Match(self._labels[at], round(float(scores[at]), 4)) for at in best if at != self._none
        )
        return Matching(tuple(matches), none)

    def _near_identical(self, folded: str) -> set[int]:
        near = process.extract(
            folded, self._known, scorer=fuzz.ratio, score_cutoff=_NEAR_IDENTICAL, limit=3
        )
        return {self._meant[position] for _, _, position in near}


def _utterances(library: Library, examples: Sequence[Utterance]) -> Iterator[tuple[str, str]]:
    for intent in library.intents:
        for line in (intent.zh, *intent.phrasings):
            yield fold(line), intent.id
    for example in examples:
        yield fold(example.text), example.intent


def _vocabulary(counted: Sequence[Counter[str]]) -> tuple[dict[str, int], NDArray[np.float64]]:
    spread: Counter[str] = Counter()
    for counts in counted:
        spread.update(counts.keys())
    vocabulary = {feature: column for column, feature in enumerate(spread)}
    frequencies = np.fromiter(spread.values(), dtype=np.float64, count=len(spread))
    return vocabulary, np.log((1 + len(counted)) / (1 + frequencies)) + 1


def _weighted(
    counts: Counter[str], vocabulary: Mapping[str, int], rarity: NDArray[np.float64]
) -> tuple[list[int], list[float]]:
    """Columns and values of one message: damped counts times rarity, scaled to length one."""
    columns: list[int] = []
    values: list[float] = []
    for feature, count in counts.items():
        column = vocabulary.get(feature)
        if column is not None:
            columns.append(column)
            values.append((1 + math.log(count)) * float(rarity[column]))
    length = math.sqrt(sum(value * value for value in values)) or 1.0
    return columns, [value / length for value in values]


def _matrix(rows: Sequence[tuple[list[int], list[float]]], width: int) -> csr_matrix:
    starts = np.cumsum([0, *(len(columns) for columns, _ in rows)])
    columns = np.concatenate([columns for columns, _ in rows]).astype(np.int32)
    values = np.concatenate([values for _, values in rows])
    return csr_matrix((values, columns, starts), shape=(len(rows), width))
