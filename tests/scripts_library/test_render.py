"""What the agent sees and what may be sent on."""

from bot.scripts_library.match import Match, Matcher, Matching
from bot.scripts_library.render import (
    choices,
    fill,
    inline_results,
    sent_text,
    short_text,
    whole_text,
)
from bot.scripts_library.schema import Answer, Library


def _answer(**changed: object) -> Answer:
    given: dict[str, object] = {
        "id": "premium_too_high.x",
        "technique": "认同提问",
        "situation": "a<b",
        "chat": "1<2 & 3",
        "call": "{client}，说长一点",
        "why": "<i>",
        "avoid": "别",
        "ask": ["几岁？"],
    }
    return Answer.model_validate({**given, **changed})


def test_the_short_form_stands_first_and_the_rest_on_request(library: Library) -> None:
    intent = library.intents[0]
    answer = intent.answers[0]
    short = short_text(library, intent, answer, answer.chat)
    assert intent.zh in short
    assert answer.chat in short
    assert answer.why not in short
    whole = whole_text(library, intent, answer, answer.chat, answer.call)
    for part in (answer.call, answer.why, answer.avoid, answer.ask[0], intent.stories[0]):
        assert part in whole


def test_markup_in_the_data_is_escaped_in_the_chat_and_kept_in_plain_text(library: Library) -> None:
    answer = _answer()
    text = whole_text(library, library.intents[0], answer, answer.chat, answer.call)
    assert "1&lt;2 &amp; 3" in text
    assert "<i></i>" not in text
    assert "&lt;i&gt;" in text
    assert sent_text(library, answer) == "1<2 & 3"


def test_what_is_sent_carries_the_disclosures_owed_once(library: Library) -> None:
    owed = library.disclosures["dividend"]
    assert sent_text(library, _answer(chat="看表。", owes=["dividend"])) == f"看表。{owed}"
    assert sent_text(library, _answer(chat=owed, owes=["dividend"])) == owed


def test_slots_are_filled_from_the_record_or_with_what_stands_for_it(library: Library) -> None:
    words = "{client}，{gap}，{policy}，{other}"
    assert fill(library, words, {"client": "王芳", "gap": "重疾缺口"}) == (
        f"王芳，重疾缺口，{library.slots.policy}，{{other}}"
    )
    assert fill(library, words).startswith(library.slots.client)


def test_every_answer_fits_one_telegram_message(library: Library) -> None:
    for intent in library.intents:
        for answer in intent.answers:
            text = whole_text(library, intent, answer, answer.chat, answer.call)
            assert len(text) <= 4096


def test_a_sure_match_gives_three_answers_to_the_one_objection(
    library: Library, matcher: Matcher
) -> None:
    results = inline_results(library, matcher.match("保费太贵"))
    assert len(results) == 3
    assert {result.id.split(".")[0] for result in results} == {"premium_too_high"}


def test_an_unsure_match_offers_one_answer_for_each_of_three_objections(library: Library) -> None:
    guesses = tuple(Match(name, 0.2) for name in ("no_money", "inflation", "no_time", "too_old"))
    results = inline_results(library, Matching(guesses, False))
    assert [result.id.split(".")[0] for result in results] == ["no_money", "inflation", "no_time"]
    assert [name for name, _ in choices(library, Matching(guesses, False))] == [
        "no_money",
        "inflation",
        "no_time",
    ]


def test_nothing_matched_gives_no_results(library: Library) -> None:
    assert inline_results(library, Matching((), True)) == []


def test_inline_ids_fit_the_64_bytes_of_telegram(library: Library) -> None:
    assert all(
        len(answer.id.encode()) <= 64 for intent in library.intents for answer in intent.answers
    )
