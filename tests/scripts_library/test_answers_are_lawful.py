"""Every answer of the library may be sent to a client as it stands."""

from pathlib import Path

from bot.compliance.source import read_book
from bot.compliance.verdict import Checker
from bot.scripts_library.schema import Library

DATA = Path(__file__).parents[2] / "data"


def test_every_answer_passes_the_rules_for_clients(library: Library) -> None:
    checker = Checker(read_book(DATA), None, "rules")
    verdicts = {
        answer.id: checker.check(answer.text, audience="client")
        for intent in library.intents
        for answer in intent.answers
    }
    stopped = {
        name: [(finding.rule, finding.matched) for finding in verdict.findings]
        for name, verdict in verdicts.items()
        if verdict.decision != "pass"
    }
    assert not stopped
