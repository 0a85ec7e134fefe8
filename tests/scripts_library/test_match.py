"""Understanding a client's message."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.scripts_library.match import MAX_MATCHES, Matcher, fold
from bot.scripts_library.schema import Library, Utterance


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


@given(st.text(alphabet=st.characters(), max_size=100))
@settings(max_examples=150, deadline=None)
def test_folding_twice_changes_nothing_for_latin_and_han(text: str) -> None:
    readable = "".join(c for c in text if c.isascii() or "\u4e00" <= c <= "\u9fff")
    assert fold(fold(readable)) == fold(readable)
