"""The rulebook in force, held for everybody who asks; swapped whole, never while a check runs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal
from zoneinfo import ZoneInfo

from bot.clock import Clock
from bot.compliance.checks import Facts
from bot.compliance.verdict import Checker, Verdict

_ORDER = {"pass": 0, "warn": 1, "block": 2}

Reader = Literal["client", "public"]


class Gate:
    """Judges texts by the checker and the facts in force, on the office's date."""

    def __init__(self, checker: Checker, facts: Facts, clock: Clock, timezone: str) -> None:
        self.checker = checker
        self.facts = facts
        self._clock = clock
        self._zone = ZoneInfo(timezone)

    def put_in_force(self, checker: Checker) -> None:
        """Judge by ``checker`` from the next text on."""
        self.checker = checker

    def judge(self, text: str, reader: Reader = "client") -> Verdict:
        """The verdict on one text for client or public readers."""
        on = self._clock.now().astimezone(self._zone).date()
        return self.checker.check(text, audience=reader, on=on, facts=self.facts)

    def strictest(self, verdicts: Sequence[Verdict]) -> Verdict:
        """The verdict on several texts of one call: the strictest of them."""
        if not verdicts:
            return self.judge("")
        return max(verdicts, key=lambda verdict: _ORDER[verdict.decision])
