"""The gate remembers what passed, never beyond the rulebook, the facts and the day it passed by."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

from bot.clock import FrozenClock
from bot.compliance.checks import Facts
from bot.compliance.gate import Gate
from bot.compliance.schema import Book
from bot.compliance.verdict import Checker, Verdict

SAID = "这款保本保息，稳赚不赔"
GREETED = "王姐，生日快乐！祝您平安。"
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
    lax = replace(book, rulebook=book.rulebook.model_copy(update={"categories": []}))
    old, new = Overtaken(lax, "old"), Checker(book, None, "new")
    gate = Gate(old, Facts(), clock, ZONE)

    def overtake() -> None:
        gate.put_in_force(new)
        gate.judge("另一句话")

    old.meanwhile = overtake
    assert gate.judge(SAID).decision == "pass"
    assert gate.judge(SAID).decision == "block"


def test_other_facts_and_another_day_are_judged_anew(book: Book, clock: FrozenClock) -> None:
    asked: list[str] = []
    checker = Overtaken(book, "one")
    checker.meanwhile = lambda: asked.append("asked")
    gate = Gate(checker, Facts(), clock, ZONE)
    for _ in range(3):
        gate.judge(GREETED)
    assert len(asked) == 1
    gate.facts = Facts(notices=())
    gate.judge(GREETED)
    clock.advance(timedelta(days=1))
    gate.judge(GREETED)
    gate.judge(GREETED, "public")
    assert len(asked) == 4


def test_what_was_stopped_is_judged_each_time(book: Book, clock: FrozenClock) -> None:
    gate = Gate(Checker(book, None, "one"), Facts(), clock, ZONE)
    first, second = gate.judge(SAID), gate.judge(SAID)
    assert first.decision == second.decision == "block"
    assert first.findings == second.findings
