"""Which objections a client's message raises: a linear machine on the product's text features."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from ahocorasick_rs import AhoCorasick
from numpy.typing import NDArray
from rapidfuzz import fuzz, process

from bot.scripts_library.schema import NONE, Library, Utterance
from bot.text.features import Concept, Features, Hashes, features
from bot.text.linear import SEED, Floats, Vocabulary, log_odds, rows_of
from bot.text.normalise import compact_of, normalise
from bot.text.restore import views

MAX_TEXT = 600
"""Characters of a message that are read; what comes after is not looked at."""
MAX_MATCHES = 5
SURE = 0.7
"""A first match below this score is a guess: ask the agent instead of answering."""
MAX_MEANT = 2
"""Of the objections in one message, so many are shown."""

_REGULARISATION = 0.5
_RAREST = 1
_LOG_ODDS_SHARE = 0.4
_SHARPNESS = 4.0
_NEAR_IDENTICAL = 88.0
_NEAR_GAIN = 1.5
_CLAUSE_END = re.compile(r"[,，。.!！?？;；~～\n]+")
_SHORTEST_CLAUSE = 2
_MOST_CLAUSES = 6
_CLAUSE_SURE = 0.6
_CANTONESE = str.maketrans(
    "唔冇嘅咗佢啲嚟哋俾畀睇喺嗰乜咩嘢㗎咁揾搵攞谂諗",
    "不没的了他些来们给给看在那什什事的这找找拿想想",
)


@dataclass(frozen=True, slots=True)
class Match:
    """An objection that the message may raise, and how likely (0 to 1, over all intents)."""

    intent: str
    score: float


@dataclass(frozen=True, slots=True)
class Matching:
    """The likeliest objections, best first; ``none`` says that the message is probably none.

    ``others`` are intents that a clause of the message raises for itself, beside the first.
    """

    matches: tuple[Match, ...]
    none: bool
    others: tuple[str, ...] = ()

    @property
    def sure(self) -> bool:
        """Whether the first match may be answered without asking which one is meant."""
        return not self.none and bool(self.matches) and self.matches[0].score >= SURE


class _Reader:
    """Turns a message into its compact text and its features; knows the library's concepts."""

    def __init__(self, concepts: Mapping[str, Sequence[str]]) -> None:
        words = {
            compact_of(normalise(word.translate(_CANTONESE))): number
            for number, group in enumerate(concepts.values())
            for word in group
        }
        self._numbers = list(words.values())
        self._words = AhoCorasick(list(words)) if words else None

    def read(self, text: str) -> tuple[str, Features] | None:
        """None when the message has no words."""
        readable = text[:MAX_TEXT].encode("utf-8", "ignore").decode("utf-8")
        seen = views(readable.translate(_CANTONESE))
        compact = seen.compact.text
        if not any(char.isalnum() for char in compact):
            return None
        found: list[Concept] = []
        if self._words is not None:
            found = [
                (start, self._numbers[word])
                for word, start, _ in self._words.find_matches_as_indexes(compact, overlapping=True)
            ]
        return compact, features(seen, found)


class Matcher:
    """Finds the objections of a message. Immutable and safe to share between threads."""

    def __init__(
        self,
        reader: _Reader,
        vocabulary: Vocabulary,
        weights: Floats,
        biases: NDArray[np.float64],
        labels: Sequence[str],
        known: Mapping[str, str],
    ) -> None:
        self._reader = reader
        self._slots = vocabulary.slots
        self._squares = vocabulary.rarity**2
        self._weights = weights
        self._biases = biases
        self._labels = tuple(labels)
        self._known = tuple(known)
        self._meant = tuple(self._labels.index(label) for label in known.values())
        self._none = self._labels.index(NONE)

    @classmethod
    def build(cls, library: Library, examples: Sequence[Utterance]) -> Matcher:
        """Learn from the library's phrasings and the labelled examples (some ``none``).

        Deterministic. For 6,800 lines the first build of a process takes about three seconds, of
        which more than half goes into loading, and a later one 1.5 seconds (``python -m
        benchmarks.match --quick`` measures both). Raises ValueError when no example is labelled
        ``none``, because then ordinary talk could not be told apart.
        """
        from sklearn.svm import LinearSVC

        reader = _Reader(library.concepts)
        known: dict[str, str] = {}
        hashes: list[Hashes] = []
        for text, intent in _utterances(library, examples):
            read = reader.read(text)
            if read is not None and read[0] not in known:
                known[read[0]] = intent
                hashes.append(read[1].hashes)
        targets = np.array(list(known.values()))
        if NONE not in known.values():
            raise ValueError("the examples need messages labelled none")
        vocabulary = Vocabulary.of(hashes, _RAREST)
        matrix = vocabulary.matrix(hashes)
        machine = LinearSVC(C=_REGULARISATION, random_state=SEED)
        machine.fit(matrix, targets)
        labels = [str(label) for label in machine.classes_]
        odds = [log_odds(matrix, targets == label, _LOG_ODDS_SHARE) for label in labels]
        weights = (machine.coef_ + np.array(odds)).T * vocabulary.rarity[:, None]
        light = np.ascontiguousarray(weights, dtype=np.float32)
        return cls(reader, vocabulary, light, machine.intercept_, labels, known)

    def match(self, text: str) -> Matching:
        """The objections that ``text`` may raise, at most five, and whether it is none at all."""
        whole = self._match(text)
        if whole.none or not whole.matches:
            return whole
        others: list[str] = []
        for clause in _clauses(text):
            part = self._match(clause)
            if part.none or not part.matches or part.matches[0].score < _CLAUSE_SURE:
                continue
            intent = part.matches[0].intent
            if intent != whole.matches[0].intent and intent not in others:
                others.append(intent)
        return Matching(whole.matches, whole.none, tuple(others[: MAX_MEANT - 1]))

    def _match(self, text: str) -> Matching:
        read = self._reader.read(text)
        if read is None:
            return Matching((), True)
        compact, found = read
        rows = rows_of(self._slots, found.hashes)
        norm = math.sqrt(float(self._squares[rows].sum())) or 1.0
        margins = self._weights[rows].sum(axis=0) / norm + self._biases
        for at in self._near_identical(compact):
            margins[at] += _NEAR_GAIN
        none = bool(margins[self._none] >= np.delete(margins, self._none).max())
        margins[self._none] = -np.inf
        scores = np.exp(_SHARPNESS * (margins - margins.max()))
        scores /= scores.sum()
        best = np.argsort(-scores, kind="stable")[:MAX_MATCHES]
        matches = (
            Match(self._labels[at], round(float(scores[at]), 4)) for at in best if at != self._none
        )
        return Matching(tuple(matches), none)

    def _near_identical(self, compact: str) -> set[int]:
        near = process.extract(
            compact, self._known, scorer=fuzz.ratio, score_cutoff=_NEAR_IDENTICAL, limit=3
        )
        return {self._meant[position] for _, _, position in near}


def _clauses(text: str) -> list[str]:
    """The clauses of a message that could be an objection for themselves; none when it has one."""
    parts = [part.strip() for part in _CLAUSE_END.split(text[:MAX_TEXT])]
    long = [part for part in parts if len(part) >= _SHORTEST_CLAUSE]
    return long[:_MOST_CLAUSES] if len(long) > 1 else []


def _utterances(library: Library, examples: Sequence[Utterance]) -> Iterator[tuple[str, str]]:
    for intent in library.intents:
        for line in (intent.zh, *intent.phrasings):
            yield line, intent.id
    for example in examples:
        yield example.text, example.intent
