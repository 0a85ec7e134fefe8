"""The shipped objections: complete, varied, and understood as their own examples demand."""

from collections import Counter
from difflib import SequenceMatcher

from bot.scripts_library.match import Matcher
from bot.scripts_library.schema import NONE, Library, Utterance
from tests.scripts_library.conftest import bare

INTENTS = [
    "premium_too_high",
    "no_money",
    "mortgage_first",
    "low_return",
    "inflation",
    "term_too_long",
    "liquidity",
    "surrender_loss",
    "ask_rebate",
    "insurance_is_scam",
    "claims_hard",
    "contract_too_complex",
    "company_unknown",
    "company_bankrupt",
    "agent_may_leave",
    "bad_experience",
    "no_interest",
    "have_social_insurance",
    "employer_covers",
    "already_have",
    "healthy_no_need",
    "young_no_need",
    "too_old",
    "single_no_burden",
    "only_for_kids",
    "have_savings",
    "rely_on_children",
    "unlikely_to_happen",
    "unlucky_topic",
    "health_problem",
    "think_it_over",
    "discuss_with_family",
    "family_opposes",
    "compare_more",
    "no_time",
    "wait_until_later",
    "send_material_first",
    "friend_in_insurance",
    "buy_online",
    "other_company_cheaper",
    "stop_contacting",
    "pay_at_end_of_grace",
    "reinstate_later",
    "not_as_described",
    "want_surrender",
    "agent_changed",
    "refuse_referral",
]


def test_every_objection_of_the_closed_list_is_answered(library: Library) -> None:
    assert [intent.id for intent in library.intents] == INTENTS


def test_each_answer_has_a_short_form_for_chat_and_a_longer_one_for_a_call(
    library: Library,
) -> None:
    answers = [answer for intent in library.intents for answer in intent.answers]
    odd = {
        answer.id: (len(answer.chat), len(answer.call))
        for answer in answers
        if not (20 <= len(answer.chat) <= 90 and 60 <= len(answer.call) <= 220)
        or len(answer.chat) >= len(answer.call)
    }
    assert not odd


def test_every_objection_has_four_answers_and_the_common_ones_a_story(library: Library) -> None:
    assert all(len(intent.answers) >= 4 for intent in library.intents)
    assert sum(bool(intent.stories) for intent in library.intents) >= 12


def test_every_situation_has_several_moments(library: Library) -> None:
    assert {scene.id for scene in library.scenes} >= {
        "orphan",
        "grace",
        "parent",
        "owner",
        "newcomer",
    }
    assert all(3 <= len(scene.cards) <= 5 for scene in library.scenes)


def test_answers_to_one_objection_use_different_techniques(library: Library) -> None:
    for intent in library.intents:
        techniques = Counter(answer.technique for answer in intent.answers)
        assert len(techniques) >= 3, intent.id


def test_no_two_answers_are_nearly_the_same(library: Library) -> None:
    texts = [answer.call for intent in library.intents for answer in intent.answers]
    for at, one in enumerate(texts):
        for other in texts[at + 1 :]:
            pair = SequenceMatcher(None, one, other, autojunk=False)
            assert pair.quick_ratio() < 0.9 or pair.ratio() < 0.8, (one, other)


def test_every_objection_has_at_least_forty_labelled_messages(
    library: Library, utterances: list[Utterance]
) -> None:
    counts = Counter(utterance.intent for utterance in utterances)
    assert all(counts[intent.id] >= 40 for intent in library.intents)
    assert counts[NONE] >= 250


def test_examples_and_lookalikes_are_not_learned(
    library: Library, utterances: list[Utterance]
) -> None:
    learned = {bare(utterance.text) for utterance in utterances}
    kept_out = [line for intent in library.intents for line in (*intent.examples, *intent.unlike)]
    assert not [line for line in (*kept_out, *library.none_examples) if bare(line) in learned]


def test_each_example_is_among_the_three_likeliest(library: Library, matcher: Matcher) -> None:
    for intent in library.intents:
        for example in intent.examples:
            likeliest = [match.intent for match in matcher.match(example).matches[:3]]
            assert intent.id in likeliest, (example, likeliest)


def test_lookalikes_are_not_taken_for_the_objection(library: Library, matcher: Matcher) -> None:
    for intent in library.intents:
        for line in intent.unlike:
            matching = matcher.match(line)
            assert matching.none or matching.matches[0].intent != intent.id, (intent.id, line)


def test_ordinary_talk_is_no_objection(library: Library, matcher: Matcher) -> None:
    assert not [line for line in library.none_examples if not matcher.match(line).none]
