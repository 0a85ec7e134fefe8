"""Every answer of the library may be sent to a client as it stands."""

from pathlib import Path

from bot.compliance.source import read_book
from bot.compliance.verdict import Checker
from bot.scripts_library.render import fill, sent_text
from bot.scripts_library.schema import Library

DATA = Path(__file__).parents[2] / "data"


def test_everything_a_client_may_read_passes_the_rules(library: Library) -> None:
    checker = Checker(read_book(DATA), None, "rules")
    texts = {
        f"{answer.id} {form}": fill(library, text)
        for intent in library.intents
        for answer in intent.answers
        for form, text in (("sent", sent_text(library, answer)), ("call", answer.call))
    }
    texts |= {card.id: fill(library, card.say) for scene in library.scenes for card in scene.cards}
    texts |= {f"{intent.id} story": story for intent in library.intents for story in intent.stories}
    stopped = {
        name: [(finding.rule, finding.matched) for finding in verdict.findings]
        for name, text in texts.items()
        if (verdict := checker.check(text, audience="client")).decision != "pass"
    }
    assert not stopped


def test_the_learned_layer_lets_every_answer_pass_too(
    library: Library, trained_checker: Checker
) -> None:
    stopped = [
        answer.id
        for intent in library.intents
        for answer in intent.answers
        if trained_checker.check(fill(library, sent_text(library, answer))).decision != "pass"
    ]
    assert not stopped
