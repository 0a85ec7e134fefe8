"""When an intent comes back: the spaced-repetition schedule of FSRS (the ``fsrs`` package)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from fsrs import Card, Rating, Scheduler

EASY, GOOD, HARD = 80, 55, 35
DAILY = 5
"""Intents of one daily drill."""

# No fuzz: the same day for the same replies, so that a replay gives the same plan.
_SCHEDULER = Scheduler(enable_fuzzing=False, learning_steps=(), relearning_steps=())


def rating_of(score: int) -> Rating:
    """How well an answer of this score (0 to 100) was remembered."""
    if score >= EASY:
        return Rating.Easy
    if score >= GOOD:
        return Rating.Good
    return Rating.Hard if score >= HARD else Rating.Again


def reviewed(
    card: dict[str, Any] | None, score: int, now: datetime
) -> tuple[dict[str, Any], datetime]:
    """The card after an answer, and when it is due; ``card`` is None at the first answer."""
    known = Card.from_dict(card) if card else Card(card_id=1, due=now)  # type: ignore[arg-type]
    after, _ = _SCHEDULER.review_card(known, rating_of(score), now)
    return dict(after.to_dict()), after.due


def mastery(cards: dict[str, Any], now: datetime) -> float:
    """The chance (0 to 1) that the intent of a card would be answered well now."""
    return float(_SCHEDULER.get_card_retrievability(Card.from_dict(cards), now))  # type: ignore[arg-type]
