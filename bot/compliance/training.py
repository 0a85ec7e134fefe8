"""Training of the learned layer from the labelled examples of the product."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import ValidationError

from bot.compliance import checks
from bot.compliance.model import Model, is_long, windows
from bot.datafile import MAX_PROBLEMS, DataModel
from bot.errors import DataFileError, DataProblem
from bot.text.features import VERSION, Features, Hashes, features
from bot.text.linear import SEED, Vocabulary, log_odds
from bot.text.restore import views

FOLDS = 5
LAWFUL_WINDOW = 0.5
CLAIM_WINDOW = 0.7
REGULARISATION = 3.0
RAREST = 2
UNSEEN = 10.0
TOLERANCE = 0.01
LOG_ODDS_SHARE = 0.8
HARD_FALSE_ALARMS = 0.03
ORDINARY_FALSE_ALARMS = 0.011
LOST_BY_EARLY_EXIT = 0.004
LAWFUL = ""
PROSE = "prose"
OBJECTIONS = "objections.jsonl"


class Example(DataModel):
    """One labelled message, a line of ``data/examples/*.jsonl``."""

    text: str
    label: Literal["violation", "compliant"]
    category: str | None = None
    near: str | None = None
    kind: str | None = None
    trap: str | None = None
    evasion: str | None = None
    lang: str | None = None
    id: str | None = None

    @property
    def target(self) -> str:
        """The category, or empty for a lawful message."""
        return self.category or LAWFUL if self.label == "violation" else LAWFUL

    @property
    def group(self) -> str:
        """What the evaluation calls it: plain, disguised, long, quote, hard, ordinary or prose.

        Prose is what others wrote, from clauses to newspapers: learned from, but no measure of
        how often agents are stopped, so it does not set the threshold.
        """
        if self.label == "violation":
            return "disguised" if self.evasion else (self.kind or "plain")
        if self.kind in ("hard", "ordinary", PROSE):
            return self.kind
        return "ordinary" if self.trap in (None, "plain") else "hard"


def read_examples(paths: list[Path]) -> list[Example]:
    """The examples of ``paths`` in order; raises DataFileError with every faulty line."""
    examples: list[Example] = []
    problems: list[DataProblem] = []
    for path in paths:
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            if not line.strip():
                continue
            try:
                examples.append(Example.model_validate(json.loads(line)))
            except (json.JSONDecodeError, ValidationError) as error:
                reason = str(error).splitlines()[0]
                problems.append(
                    DataProblem(str(path), number, 1, f"这一行不是合格的例句：{reason}")
                )
    if problems:
        raise DataFileError(problems[:MAX_PROBLEMS])
    return examples


def example_files(folder: Path) -> list[Path]:
    """The files trained from: the messages in the folder itself.

    Kept-out messages lie in ``holdout``; the labelled objections are of another kind.
    """
    return sorted(path for path in folder.glob("*.jsonl") if path.name != OBJECTIONS)


def digest_of(paths: list[Path], lexicon: str) -> str:
    """What a cached model is keyed by: the data files, the lexicon and the version of the code."""
    digest = hashlib.sha256(f"{VERSION} {lexicon} ".encode())
    for path in paths:
        digest.update(path.read_bytes())
    return digest.hexdigest()


@dataclass(frozen=True, slots=True)
class Featured:
    """A text's features, ready to be trained on or scored."""

    features: Features
    text: str
    example: Example

    @property
    def target(self) -> str:
        return self.example.target


def featured(examples: list[Example], rules: checks.Rules) -> list[Featured]:
    """The features of each example; the rulebook gives the lexicon classes met."""
    texts: list[Featured] = []
    for example in examples:
        seen = views(example.text)
        if seen.compact.text:
            found = features(seen, rules.concepts(seen, rules.scan(seen)))
            texts.append(Featured(found, seen.compact.text, example))
    return texts


@dataclass(frozen=True, slots=True)
class _Sample:
    """What is trained on: the hashes of a text or of a window of it."""

    hashes: Hashes
    target: str
    weight: float


def _part(text: Featured, start: int, end: int, weight: float) -> _Sample:
    inside = text.features.within(start, end)
    return _Sample(text.features.hashes[inside], text.target, weight)


def _samples(texts: list[Featured], first: Model | None) -> list[_Sample]:
    """The texts; with a first model also the windows of long lawful ones, and the worst window
    of each long violation, since only the claim in it is unlawful.

    Prose is learned as a whole: its windows would crowd out what agents write.
    """
    samples = [_Sample(text.features.hashes, text.target, 1.0) for text in texts]
    if first is None:
        return samples
    for text in texts:
        if not is_long(text.text) or text.example.group == PROSE:
            continue
        if text.target == LAWFUL:
            samples += [_part(text, start, end, LAWFUL_WINDOW) for start, end in windows(text.text)]
            continue
        scored = first.score(text.features, text.text, doubt=0.0)
        if scored.end - scored.start < len(text.text):
            samples.append(_part(text, scored.start, scored.end, CLAIM_WINDOW))
    return samples


def fit(texts: list[Featured]) -> Model:
    """A model of ``texts`` that is not yet calibrated: threshold 0, no early exit."""
    return _fit(_samples(texts, _rough(_samples(texts, None))))


def _matrix(samples: list[_Sample]) -> tuple[Vocabulary, Any, NDArray[np.str_]]:
    """The vocabulary of the samples, a sparse row for each, and their targets."""
    hashes = [sample.hashes for sample in samples]
    vocabulary = Vocabulary.of(hashes, RAREST, UNSEEN)
    return vocabulary, vocabulary.matrix(hashes), np.array([sample.target for sample in samples])


def _rough(samples: list[_Sample]) -> Model:
    """A model of one category, any violation, by naive Bayes: good enough to find where in a
    long violation the claim is.
    """
    vocabulary, matrix, targets = _matrix(samples)
    odds = log_odds(matrix, targets != LAWFUL, LOG_ODDS_SHARE)
    return _model(["any"], vocabulary, odds[None], -odds, np.zeros(1), 0.0)


def _fit(samples: list[_Sample]) -> Model:
    from sklearn.svm import LinearSVC

    vocabulary, matrix, targets = _matrix(samples)
    weights = np.array([sample.weight for sample in samples])
    machine = LinearSVC(C=REGULARISATION, tol=TOLERANCE, random_state=SEED)
    machine.fit(matrix, targets, sample_weight=weights)
    classes = list(machine.classes_)
    lawful = classes.index(LAWFUL)
    kept = [index for index in range(len(classes)) if index != lawful]
    against = machine.coef_[lawful] - log_odds(matrix, targets != LAWFUL, LOG_ODDS_SHARE)
    lawful_bias = float(machine.intercept_[lawful])
    return _model(
        [classes[index] for index in kept],
        vocabulary,
        machine.coef_[kept] - against,
        against,
        machine.intercept_[kept] - lawful_bias,
        lawful_bias,
    )


def _model(
    categories: list[str],
    vocabulary: Vocabulary,
    lead: NDArray[np.float64],
    against: NDArray[np.float64],
    biases: NDArray[np.float64],
    lawful_bias: float,
) -> Model:
    """An uncalibrated model: ``lead`` has a row for each category, ``against`` is the lawful class."""
    return Model(
        categories=tuple(categories),
        slots=vocabulary.slots,
        light=(against * vocabulary.rarity + 1j * vocabulary.rarity**2).astype(np.complex64),
        weights=(lead.T * vocabulary.rarity[:, None]).astype(np.float32),
        biases=biases.astype(np.float32),
        lawful_bias=lawful_bias,
        clear=float("inf"),
        threshold=0.0,
        slope=1.0,
        middle=0.0,
        digest="",
    )


@dataclass(frozen=True, slots=True)
class Judged:
    """A kept-out example with what a model that never saw it says."""

    example: Example
    category: str
    score: float
    lawful: float


def cross_validate(texts: list[Featured]) -> list[Judged]:
    """Every example judged by a model trained without its fold; deterministic."""
    judged: list[Judged] = []
    fold_of = np.random.default_rng(SEED).integers(0, FOLDS, len(texts))
    for fold in range(FOLDS):
        model = fit([text for text, own in zip(texts, fold_of, strict=True) if own != fold])
        judged += [
            judge(model, text) for text, own in zip(texts, fold_of, strict=True) if own == fold
        ]
    return judged


def judge(model: Model, text: Featured) -> Judged:
    """What ``model`` says of one example."""
    scored = model.score(text.features, text.text)
    category = model.categories[scored.category]
    return Judged(text.example, category, scored.score, model.lawfulness(text.features))


def calibrate(model: Model, judged: list[Judged]) -> Model:
    """Set the threshold, the probabilities and the early exit from cross-validated scores."""
    from sklearn.linear_model import LogisticRegression

    threshold = max(
        _quantile(judged, "hard", HARD_FALSE_ALARMS),
        _quantile(judged, "ordinary", ORDINARY_FALSE_ALARMS),
    )
    scores = np.array([[item.score] for item in judged])
    broken = np.array([item.example.label == "violation" for item in judged])
    curve = LogisticRegression().fit(scores, broken)
    slope = float(curve.coef_[0, 0])
    stopped = [item.lawful for item in judged if item.score > threshold]
    clear = np.quantile(np.array(stopped or [1.0]), 1 - LOST_BY_EARLY_EXIT)
    return replace(
        model,
        threshold=threshold,
        slope=slope,
        middle=-float(curve.intercept_[0]) / slope,
        clear=float(clear),
    )


def _quantile(judged: list[Judged], group: str, false_alarms: float) -> float:
    scores = [item.score for item in judged if item.example.group == group]
    return float(np.quantile(scores, 1 - false_alarms)) if scores else 0.0
