"""The gate remembers verdicts, never beyond the rulebook, the facts and the day they were made by."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from bot.clock import FrozenClock
from bot.compliance.checks import Facts
from bot.compliance.gate import Gate
from bot.compliance.schema import Book
from bot.compliance.verdict import Checker, Verdict

SAID = "这款保本保息，稳赚不赔"
ZONE = "Asia/Shanghai"


class Overtaken(Checker):
    """A real checker during whose check another one is put in force and asked."""

    def __init__(self, book: Book, version: str) -> None:
        super().__init__(book, None, version)
        self.meanwhile: Any = None

    def check(self, text: str, **given: Any) -> Verdict:
        verdict = super().check(text, **given)
        if self.meanwhile is not None:
            self.meanwhile()
        return verdict


def test_a_check_overtaken_by_a_new_rulebook_leaves_nothing_behind(
    book: Book, clock: FrozenClock
) -> None:
    old, new = Overtaken(book, "old"), Checker(book, None, "new")
    gate = Gate(old, Facts(), clock, ZONE)

    def overtake() -> None:
        gate.put_in_force(new)
        gate.judge("另一句话")

    old.meanwhile = overtake
    assert gate.judge(SAID).version == "old"
    assert gate.judge(SAID).version == "new"


def test_other_facts_and_another_day_are_judged_anew(book: Book, clock: FrozenClock) -> None:
    asked: list[str] = []
    checker = Overtaken(book, "one")
    checker.meanwhile = lambda: asked.append("asked")
    gate = Gate(checker, Facts(), clock, ZONE)
    for _ in range(3):
        gate.judge(SAID)
    assert len(asked) == 1
    gate.facts = Facts(notices=())
    gate.judge(SAID)
    clock.advance(timedelta(days=1))
    gate.judge(SAID)
    gate.judge(SAID, "public")
    assert len(asked) == 4
