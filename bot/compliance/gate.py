"""The rulebook in force, held for everybody who asks; swapped whole, never while a check runs."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Literal
from zoneinfo import ZoneInfo

from bot.clock import Clock
from bot.compliance.checks import Facts
from bot.compliance.verdict import Checker, Verdict

# A text is judged when it is written, when it is queued and when it leaves.
_KNOWN_AT_MOST = 4096
_KNOWN_LENGTH = 1000
_ORDER = {"pass": 0, "warn": 1, "block": 2}

Reader = Literal["client", "public"]


class Gate:
    """Judges texts by the checker and the facts in force, on the office's date."""

    def __init__(self, checker: Checker, facts: Facts, clock: Clock, timezone: str) -> None:
        self.checker = checker
        self.facts = facts
        self._clock = clock
        self._zone = ZoneInfo(timezone)
        self._known: dict[tuple[str, Reader, date], Verdict] = {}
        self._known_by: tuple[Checker, Facts] = (checker, facts)

    def put_in_force(self, checker: Checker) -> None:
        """Judge by ``checker`` from the next text on."""
        self.checker = checker

    def judge(self, text: str, reader: Reader = "client") -> Verdict:
        """The verdict on one text for client or public readers.

        What was judged before by the same checker and facts on the same day is not judged again.
        """
        on = self._clock.now().astimezone(self._zone).date()
        by = (self.checker, self.facts)
        if self._known_by[0] is not by[0] or self._known_by[1] is not by[1]:
            self._known, self._known_by = {}, by
        known = self._known.get((text, reader, on))
        if known is None:
            known = by[0].check(text, audience=reader, on=on, facts=by[1])
            if len(self._known) >= _KNOWN_AT_MOST:
                self._known.clear()
            if len(text) <= _KNOWN_LENGTH:
                self._known[text, reader, on] = known
        return known

    def strictest(self, verdicts: Sequence[Verdict]) -> Verdict:
        """The verdict on several texts of one call: the strictest of them."""
        if not verdicts:
            return self.judge("")
        return max(verdicts, key=lambda verdict: _ORDER[verdict.decision])
