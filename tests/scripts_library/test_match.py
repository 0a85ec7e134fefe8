"""Understanding a client's message."""

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rapidfuzz import fuzz, process

from bot.scripts_library.match import MAX_MATCHES, Matcher
from bot.scripts_library.schema import NONE, Library, Utterance
from tests.scripts_library.conftest import bare


def first(matcher: Matcher, text: str) -> str:
    return matcher.match(text).matches[0].intent


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("保费太贵了", "premium_too_high"),
        ("保 費 太 貴 了 ！！！", "premium_too_high"),
        ("ｔｏｏ　ｅｘｐｅｎｓｉｖｅ", "premium_too_high"),
        ("我老公死都不答应我买", "family_opposes"),
        ("我同老公傾過先覆你", "discuss_with_family"),
        ("先傳資料給我看看", "send_material_first"),
        ("Please never call me again", "stop_contacting"),
    ],
)
def test_an_objection_is_understood_in_any_script(matcher: Matcher, text: str, intent: str) -> None:
    assert first(matcher, text) == intent


def test_a_known_wording_with_a_slip_of_the_pen_is_still_sure(matcher: Matcher) -> None:
    matching = matcher.match("你不干了谁管我呀")
    assert matching.sure
    assert matching.matches[0].intent == "agent_may_leave"


def test_every_learned_wording_is_found_again(library: Library, matcher: Matcher) -> None:
    lost = [
        phrase
        for intent in library.intents
        for phrase in intent.phrasings
        if first(matcher, phrase) != intent.id
    ]
    assert not lost


@pytest.mark.parametrize("text", ["", "   ", "？？？", "😀", "\u200b"])
def test_a_message_without_words_is_no_objection(matcher: Matcher, text: str) -> None:
    assert matcher.match(text).none


def test_two_builds_from_the_same_data_agree(
    library: Library, utterances: list[Utterance], matcher: Matcher
) -> None:
    again = Matcher.build(library, utterances)
    for utterance in utterances[::97]:
        assert again.match(utterance.text) == matcher.match(utterance.text)


def test_without_ordinary_talk_nothing_can_be_learned(library: Library) -> None:
    with pytest.raises(ValueError, match="none"):
        Matcher.build(library, [Utterance(text="太贵", intent="premium_too_high")])


def test_a_megabyte_is_cut_and_not_chewed(matcher: Matcher) -> None:
    assert matcher.match("太贵了" * 400_000).matches[0].intent == "premium_too_high"


@given(st.text(alphabet=st.characters(), max_size=300))
@settings(max_examples=150, deadline=None)
def test_any_text_gives_ordered_scores_between_nought_and_one(matcher: Matcher, text: str) -> None:
    matching = matcher.match(text)
    scores = [match.score for match in matching.matches]
    assert scores == sorted(scores, reverse=True)
    assert all(0 <= score <= 1 for score in scores)
    assert len({match.intent for match in matching.matches}) == len(scores) <= MAX_MATCHES


@pytest.fixture(scope="module")
def kept_out() -> list[tuple[str, str]]:
    """Messages that nothing is learned from, with their intents."""
    lines = Path(__file__).with_name("kept_out.jsonl").read_text(encoding="utf-8").splitlines()
    found = [json.loads(line) for line in lines]
    return [(one["text"], one["intent"]) for one in found]


def test_most_messages_never_learned_are_understood(
    matcher: Matcher, kept_out: list[tuple[str, str]]
) -> None:
    objections = [(text, intent) for text, intent in kept_out if intent != NONE]
    ranked = [[match.intent for match in matcher.match(text).matches] for text, _ in objections]
    pairs = list(zip(ranked, (intent for _, intent in objections), strict=True))
    assert sum(found[:1] == [intent] for found, intent in pairs) / len(pairs) >= 0.8
    assert sum(intent in found[:3] for found, intent in pairs) / len(pairs) >= 0.93
    ordinary = [text for text, intent in kept_out if intent == NONE]
    assert sum(matcher.match(text).none for text in ordinary) / len(ordinary) >= 0.85


def test_nothing_kept_out_is_learned(
    library: Library, utterances: list[Utterance], kept_out: list[tuple[str, str]]
) -> None:
    learned = {bare(one.text) for one in utterances}
    learned |= {bare(line) for one in library.intents for line in (one.zh, *one.phrasings)}
    assert not [text for text, _ in kept_out if bare(text) in learned]


def test_nothing_kept_out_is_nearly_the_same_as_what_is_learned(
    utterances: list[Utterance], kept_out: list[tuple[str, str]]
) -> None:
    learned = [bare(one.text) for one in utterances]
    near = {
        text: learned[found[2]]
        for text, _ in kept_out
        if (found := process.extractOne(bare(text), learned, scorer=fuzz.ratio, score_cutoff=88))
    }
    assert not near


def test_no_message_is_kept_out_twice(kept_out: list[tuple[str, str]]) -> None:
    assert len({bare(text) for text, _ in kept_out}) == len(kept_out)


@pytest.mark.parametrize(
    ("text", "first_one", "other"),
    [
        ("太贵了，而且我老公也不同意", "premium_too_high", "family_opposes"),
        ("我身体好得很，再说我有社保了", "healthy_no_need", "have_social_insurance"),
        ("没钱啊，房贷每个月都要还", "no_money", "mortgage_first"),
    ],
)
def test_two_objections_in_one_message_are_both_named(
    matcher: Matcher, text: str, first_one: str, other: str
) -> None:
    matching = matcher.match(text)
    assert {matching.matches[0].intent, *matching.others} == {first_one, other}
