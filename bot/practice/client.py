"""The simulated client: what it says next, by how the last reply was judged. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from bot.practice.judge import GOOD, POOR, Judgement
from bot.practice.schema import Persona, Worry

Outcome = Literal["agreed", "appointment", "left", "unlawful", "abandoned", "finished"]
MOST_TURNS = 12
_CALMING = 8
_ANNOYING = 12
_HALF = 0.5


@dataclass(frozen=True, slots=True)
class Mood:
    """Where a conversation stands.

    ``at`` is the place of the worry being answered (the hidden one comes last), ``tries`` how often
    it was answered so far, ``cooled`` how often the client cooled.
    """

    at: int = 0
    tries: int = 0
    cooled: int = 0
    turn: int = 0


@dataclass(frozen=True, slots=True)
class Move:
    """The client's next words, the mood after them, and the end of the round if it is one.

    ``answered`` tells whether the worry was answered, ``why`` names the point that decided.
    """

    line: str
    mood: Mood
    outcome: Outcome | None
    answered: bool
    weight: int


def worries(persona: Persona) -> list[Worry]:
    """What the client will say, in order; the hidden worry last."""
    return [*persona.worries, persona.hidden]


def worry_at(persona: Persona, mood: Mood) -> Worry:
    """The worry that the trainee has to answer now."""
    return worries(persona)[mood.at]


def opening(persona: Persona) -> str:
    """How the round begins: the greeting and the first worry."""
    return f"{persona.opens}\n{persona.worries[0].lines[0]}"


def felt(persona: Persona, judgement: Judgement) -> int:
    """The score as this client feels it: what it likes counts more, what it hates takes away."""
    score = judgement.score
    for point in judgement.points:
        if point.part == persona.calms and point.earned == point.worth:
            score += _CALMING
        if point.part == persona.annoys and point.earned < _HALF * point.worth:
            score -= _ANNOYING
    return max(0, min(100, score))


def react(persona: Persona, mood: Mood, judgement: Judgement) -> Move:
    """What the client does with a judged reply.

    Unlawful words end the round. A good reply settles the worry; after the last one the client
    agrees, or makes an appointment when it was cooled on the way. A poor reply cools, and a client
    out of patience leaves. Anything between makes the client say the worry in other words; at the
    third try the client lets it rest and goes on, so that no round runs in a circle.
    """
    weight = felt(persona, judgement)
    turn = mood.turn + 1
    if judgement.unlawful:
        return Move(persona.leaves, replace(mood, turn=turn), "unlawful", False, weight)
    asked = worries(persona)
    if weight >= GOOD:
        return _onward(persona, replace(mood, turn=turn), weight, answered=True)
    cooled = mood.cooled + (weight < POOR)
    if cooled > mood.cooled and cooled >= persona.patience:
        return Move(persona.leaves, Mood(mood.at, mood.tries, cooled, turn), "left", False, weight)
    if turn >= MOST_TURNS:
        end = Mood(mood.at, mood.tries, cooled, turn)
        return Move(persona.appointment, end, "appointment", False, weight)
    tries = mood.tries + 1
    after = Mood(mood.at, tries, cooled, turn)
    if tries > 2:
        return _onward(persona, after, weight, answered=False)
    worry = asked[mood.at]
    said = worry.lines[tries % len(worry.lines)]
    first = persona.cools if cooled > mood.cooled else ""
    return Move(f"{first}{said}", after, None, False, weight)


def _onward(persona: Persona, mood: Mood, weight: int, *, answered: bool) -> Move:
    """To the next worry, or to the end."""
    asked = worries(persona)
    following = mood.at + 1
    softens = persona.softens if answered else ""
    if following < len(asked) and mood.turn < MOST_TURNS:
        after = Mood(following, 0, mood.cooled, mood.turn)
        return Move(f"{softens}{asked[following].lines[0]}", after, None, answered, weight)
    won = answered and mood.cooled == 0
    line = persona.agrees if won else persona.appointment
    return Move(f"{softens}{line}", mood, "agreed" if won else "appointment", answered, weight)
