"""The simulated client softens, cools, shows the hidden worry, and always comes to an end."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.errors import DataFileError
from bot.practice.client import MOST_TURNS, Mood, opening, react, worries, worry_at
from bot.practice.judge import WORTH, Judgement, Point
from bot.practice.schema import Persona, Personas, load_personas
from bot.scripts_library.schema import Library
from tests.practice.conftest import DATA


def judged(score: int, *, unlawful: bool = False) -> Judgement:
    """A judgement in which every point is at half its worth."""
    points = tuple(Point(part, worth // 2, worth, ()) for part, worth in WORTH.items())
    return Judgement(score, points, unlawful)


def test_good_replies_lead_through_all_worries_to_an_agreement(personas: Personas) -> None:
    for persona in personas.personas:
        mood = Mood()
        said = [opening(persona)]
        outcome = None
        while outcome is None:
            move = react(persona, mood, judged(100))
            said.append(move.line)
            mood, outcome = move.mood, move.outcome
        assert outcome == "agreed"
        assert persona.hidden.lines[0] in "".join(said)
        assert said[-1].endswith(persona.agrees)


def test_poor_replies_make_the_client_leave_before_the_hidden_worry(personas: Personas) -> None:
    for persona in personas.personas:
        mood = Mood()
        for number in range(1, persona.patience + 1):
            move = react(persona, mood, judged(0))
            mood = move.mood
            assert (move.outcome == "left") == (number == persona.patience)
            if number == 1 < persona.patience:
                assert move.line.startswith(persona.cools)
        assert worry_at(persona, mood) != persona.hidden


def test_a_client_that_was_cooled_only_makes_an_appointment(personas: Personas) -> None:
    persona = personas.personas[0]
    mood = react(persona, Mood(), judged(0)).mood
    for _ in worries(persona):
        move = react(persona, mood, judged(100))
        mood = move.mood
    assert move.outcome == "appointment"


def test_unlawful_words_end_the_round(personas: Personas) -> None:
    move = react(personas.personas[0], Mood(), judged(0, unlawful=True))
    assert move.outcome == "unlawful"


@given(st.lists(st.integers(0, 100), min_size=MOST_TURNS, max_size=MOST_TURNS), st.data())
@settings(max_examples=150, deadline=None)
def test_every_round_ends_within_its_turns(
    personas: Personas, scores: list[int], data: st.DataObject
) -> None:
    persona: Persona = data.draw(st.sampled_from(personas.personas))
    mood = Mood()
    for score in scores:
        move = react(persona, mood, judged(score))
        mood = move.mood
        assert move.line
        if move.outcome is not None:
            return
    raise AssertionError("the round did not end")


def test_the_shipped_clients_differ_and_raise_many_objections(personas: Personas) -> None:
    assert len(personas.personas) >= 12
    raised = {worry.intent for one in personas.personas for worry in worries(one)}
    assert len(raised) >= 25
    assert len({one.calms for one in personas.personas}) >= 4
    assert all(len(worry.lines) >= 2 for one in personas.personas for worry in worries(one))


def test_an_unknown_objection_is_refused_with_its_place(library: Library, tmp_path: Path) -> None:
    text = (DATA / "personas.yaml").read_text(encoding="utf-8")
    wrong = tmp_path / "personas.yaml"
    wrong.write_text(text.replace("intent: too_old", "intent: too_odd", 1), encoding="utf-8")
    with pytest.raises(DataFileError, match=r"personas\.yaml:\d+:\d+.*too_odd"):
        load_personas(wrong, library)
