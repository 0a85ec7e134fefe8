"""The judge prefers good replies to poor ones, quotes the trainee, and fails unlawful words."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.compliance.verdict import Checker, Verdict
from bot.practice.judge import GOOD, Judge
from bot.scripts_library.schema import Library

PASSED = Verdict("pass", (), "test")
PAIRS = [
    json.loads(line)
    for line in Path(__file__).with_name("pairs.jsonl").read_text(encoding="utf-8").splitlines()
]


@pytest.mark.parametrize("use", ["develop", "kept_out"])
def test_the_good_reply_scores_higher_in_nineteen_of_twenty_pairs(
    judge: Judge, checker: Checker, use: str
) -> None:
    pairs = [pair for pair in PAIRS if pair["use"] == use]
    won = [
        judge.judge(pair["good"], checker.check(pair["good"])).score
        > judge.judge(pair["poor"], checker.check(pair["poor"])).score
        for pair in pairs
    ]
    assert len(won) >= 30
    assert sum(won) / len(won) >= 0.95


def test_no_pair_was_learned_from(judge: Judge) -> None:
    texts = {text for pair in PAIRS for text in (pair["good"], pair["poor"])}
    assert not texts & judge.learned_from


def test_each_point_quotes_the_words_of_the_trainee(judge: Judge) -> None:
    reply = "我理解，一年一万多谁都要掂量。您看哪一块觉得不值？今晚我重新做一版给您。"
    judgement = judge.judge(reply, PASSED)
    quoted = {point.part: point.quotes for point in judgement.points}
    for part in ("acknowledge", "ask", "fact", "next_step"):
        assert quoted[part], part
        assert all(words in reply for words in quoted[part])
    assert judgement.score >= GOOD


def test_unlawful_words_bring_the_score_to_nought(judge: Judge, checker: Checker) -> None:
    reply = "我理解您。这款保证年收益百分之八，稳赚不赔，今晚给您签，好吗？"
    judgement = judge.judge(reply, checker.check(reply))
    assert judgement.unlawful
    assert judgement.score == 0


@pytest.mark.parametrize("pushed", ["赶紧签吧，错过就没机会了。", "您不懂，别纠结了。"])
def test_pushing_and_belittling_take_away_what_courtesy_earned(judge: Judge, pushed: str) -> None:
    kind = "我理解您的担心，您看哪一条不放心？今晚我把条款标好发您。"
    assert judge.judge(kind + pushed, PASSED).score <= judge.judge(kind, PASSED).score - 20


def test_two_judges_of_the_same_library_agree(library: Library, judge: Judge) -> None:
    again = Judge.build(library)
    for pair in PAIRS[::10]:
        assert again.judge(pair["good"], PASSED) == judge.judge(pair["good"], PASSED)


@given(st.text(max_size=700))
@settings(max_examples=100, deadline=None)
def test_any_text_is_judged_between_nought_and_a_hundred(judge: Judge, text: str) -> None:
    judgement = judge.judge(text, PASSED)
    assert 0 <= judgement.score <= 100
    assert all(0 <= point.earned <= point.worth for point in judgement.points)
