"""What the agent sees and what may be sent on."""

from bot.scripts_library.match import Match, Matcher, Matching
from bot.scripts_library.render import chat_text, choices, inline_results, plain_text
from bot.scripts_library.schema import Answer, Library


def test_the_agent_reads_the_objection_the_answer_and_the_reason(library: Library) -> None:
    intent = library.intents[0]
    text = chat_text(library, intent, intent.answers[0])
    for part in (intent.zh, intent.answers[0].text, intent.answers[0].why):
        assert part in text


def test_markup_in_the_data_is_escaped_in_the_chat_and_kept_in_plain_text(library: Library) -> None:
    intent = library.intents[0]
    answer = Answer(
        id="premium_too_high.x", technique="认同提问", situation="a<b", text="1<2 & 3", why="<i>"
    )
    text = chat_text(library, intent, answer)
    assert "1&lt;2 &amp; 3" in text
    assert "<i>" not in text
    assert plain_text(answer) == "1<2 & 3"


def test_every_answer_fits_one_telegram_message(library: Library) -> None:
    for intent in library.intents:
        for answer in intent.answers:
            assert len(chat_text(library, intent, answer)) <= 4096


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
