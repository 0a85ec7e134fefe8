"""The verdict: spans, disguises, rewrites, and texts made to break it."""

from __future__ import annotations

import threading
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.compliance.source import read_book
from bot.compliance.verdict import MAX_LENGTH, Checker
from tests.compliance.conftest import DATA

STEMS = (
    "保本保息",
    "稳赚不赔",
    "终身保证续保",
    "返还首年保费10%",
    "全额退保",
    "避债避税",
    "免费领百万医疗",
)
NOISE = (" ", "·", "*", "|", "-", "_", "💰", "\u200b", "\u2060", "~", "/", "　", "\u0301")


@settings(deadline=None, max_examples=60)
@given(st.sampled_from(STEMS), st.data())
def test_signs_or_spaces_inside_a_stem_never_lose_a_block(
    rules_alone: Checker, stem: str, data: st.DataObject
) -> None:
    parts = [stem[0]]
    for char in stem[1:]:
        between = data.draw(st.lists(st.sampled_from(NOISE), max_size=3))
        parts += [*between, char]
    assert rules_alone.check("".join(parts)).decision == "block"


PIECES = st.sampled_from(
    [
        *STEMS,
        "您好",
        "，",
        "。",
        " ",
        "bao ben",
        "FY",
        "𠮷",
        "💰",
        "\ud800",
        "\u202e",
        "不",
        "“",
        "”",
        "a",
    ]
)


@settings(deadline=None, max_examples=60)
@given(st.lists(PIECES, max_size=14).map("".join))
def test_spans_lie_inside_the_text_and_hold_what_was_matched(checker: Checker, text: str) -> None:
    for finding in checker.check(text).findings:
        assert 0 <= finding.start < finding.end <= len(text)
        assert finding.matched == text[finding.start : finding.end]
        for start, end in finding.fragments:
            assert finding.start <= start < end <= finding.end


@pytest.mark.parametrize(
    ("text", "disguise"),
    [
        ("这款 bao ben bao xi", "pinyin"),
        ("这款葆本葆息", "homophone"),
        ("保·本·保·息", "symbols"),
        ("保\u200b本保息", "hidden"),
        ("这款保本保息", None),
    ],
)
def test_a_finding_names_the_disguise(
    rules_alone: Checker, text: str, disguise: str | None
) -> None:
    assert rules_alone.check(text).findings[0].disguise == disguise


def test_the_learned_layer_warns_and_never_blocks(checker: Checker) -> None:
    verdict = checker.check("这钱您交给我，十年以后少一个子儿我从自己兜里掏给您补齐")
    learned = [finding for finding in verdict.findings if finding.rule == "model"]
    assert learned
    assert all(finding.action == "warn" for finding in learned)
    assert all(finding.probability is not None for finding in learned)


def test_a_rewrite_itself_passes(checker: Checker) -> None:
    for text in ("王姐，这款保本保息。周三我去看您。", "您看，稳赚不赔，放心吧！合同我带过去。"):
        verdict = checker.check(text)
        assert verdict.rewrite is not None
        assert checker.check(verdict.rewrite).decision == "pass"


def test_a_rewrite_keeps_the_lawful_sentences(rules_alone: Checker) -> None:
    rewrite = rules_alone.check("王姐好。买这个稳赚不赔。周三我去看您。").rewrite
    assert rewrite is not None
    assert rewrite.startswith("王姐好。")
    assert rewrite.endswith("周三我去看您。")


@pytest.mark.parametrize(
    "text",
    [
        "",
        " \n\t",
        "\u0301" * 9_000,
        "\ud800\udfff" * 100,
        "\u202e保本保息\u202c",
        "保" * MAX_LENGTH,
        "不，" * (MAX_LENGTH // 2),
        "保证 收益 " * 1_500,
        "bao ben " * 1_200,
        "a" * MAX_LENGTH,
        "“" * MAX_LENGTH,
        "亻呆" * 3_000,
        "💰" * MAX_LENGTH,
    ],
)
def test_a_hostile_text_is_judged_in_bounded_time(checker: Checker, text: str) -> None:
    checker.check("暖机")
    started = time.perf_counter()
    checker.check(text)
    assert time.perf_counter() - started < 4


def test_bidirectional_marks_do_not_hide_a_claim(rules_alone: Checker) -> None:
    assert rules_alone.check("\u202e保\u202c本\u2066保息\u2069").decision == "block"


@pytest.mark.parametrize("text", ["字" * 2_000_000, "保\u0301" * 50_000])
def test_a_text_that_is_too_long_is_stopped_and_says_so(rules_alone: Checker, text: str) -> None:
    verdict = rules_alone.check(text)
    assert verdict.decision == "block"
    assert verdict.findings[0].rule == "too-long"


def test_a_claim_buried_in_a_long_lawful_message_is_found(rules_alone: Checker) -> None:
    lawful = "今天天气不错，我把资料整理好了，周三给您送过去。" * 30
    verdict = rules_alone.check(f"{lawful}这款保本保息。{lawful}")
    assert verdict.findings[0].matched == "保本保息"


def test_many_threads_share_one_checker(checker: Checker) -> None:
    texts = ["这款保本保息", "周三给您送保单", "首年 fan yong 八成"] * 20
    expected = [checker.check(text) for text in texts]
    answers: list[bool] = []

    def judge() -> None:
        answers.append([checker.check(text) for text in texts] == expected)

    threads = [threading.Thread(target=judge) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [True] * 4


def test_a_checker_loads_without_a_model() -> None:
    checker = Checker(read_book(DATA), None, "rules")
    assert checker.check("这款保本保息").decision == "block"
