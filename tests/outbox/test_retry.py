"""What becomes of a call: decided from its outcome, the audience and the attempts alone."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.draft import Audience
from bot.outbox.pacing import Pacer
from bot.outbox.retry import MAX_ATTEMPTS, Outcome, Verb, decide

outcomes = st.sampled_from(Outcome)
attempts = st.integers(1, 50)


@given(outcomes, attempts)
def test_a_message_to_a_client_that_may_have_arrived_is_never_sent_again(
    outcome: Outcome, attempt: int
) -> None:
    decision = decide(outcome, Audience.CLIENT, attempt, 3)
    if outcome in (Outcome.UNKNOWN, Outcome.DELIVERED):
        assert decision.verb in (Verb.UNCERTAIN, Verb.DONE)


@given(outcomes, st.sampled_from(Audience))
def test_nothing_is_tried_for_ever(outcome: Outcome, audience: Audience) -> None:
    decision = decide(outcome, audience, MAX_ATTEMPTS, 3)
    assert decision.verb is not Verb.RETRY


@given(st.floats(0, 3600), st.sampled_from(Audience), attempts)
def test_telegrams_wait_is_obeyed_and_is_no_attempt(
    seconds: float, audience: Audience, attempt: int
) -> None:
    decision = decide(Outcome.FLOOD, audience, attempt, seconds)
    assert (decision.verb, decision.wait) == (Verb.SNOOZE, seconds)


@pytest.mark.parametrize("outcome", [Outcome.CHAT_DEAD, Outcome.REFUSED])
def test_what_can_never_work_is_given_up(outcome: Outcome) -> None:
    assert decide(outcome, Audience.STAFF, 1).verb is Verb.FAIL


def test_waits_grow_and_stay_bounded() -> None:
    waits = [decide(Outcome.NOT_SENT, Audience.CLIENT, n).wait for n in range(1, MAX_ATTEMPTS)]
    assert waits == sorted(waits)
    assert waits[-1] <= 300


@given(st.lists(st.integers(1, 5), min_size=1, max_size=200))
def test_the_pace_holds_for_all_chats_and_for_each(chats: list[int]) -> None:
    pacer = Pacer(per_second=25, per_chat=1)
    moments: dict[int, list[float]] = {}
    for chat in chats:
        moments.setdefault(chat, []).append(pacer.reserve(chat, 0.0))
    for times in moments.values():
        assert all(later - earlier >= 0.999 for earlier, later in itertools.pairwise(times))


def test_a_flood_answer_holds_every_chat() -> None:
    pacer = Pacer(per_second=25, per_chat=1)
    pacer.hold(30.0)
    assert pacer.reserve(1, 0.0) >= 30.0
    assert pacer.reserve(2, 0.0) >= 30.0
