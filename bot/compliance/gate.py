"""The rulebook in force, held for everybody who asks; swapped whole, never while a check runs."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Literal
from zoneinfo import ZoneInfo

from bot.clock import Clock
from bot.compliance.checks import Facts
from bot.compliance.verdict import Checker, Verdict

# A text is judged when it is written, when it is queued and when it leaves; a morning's greetings
# are all queued before most of them leave.
_KNOWN_AT_MOST = 65_536
_ORDER = {"pass": 0, "warn": 1, "block": 2}

Reader = Literal["client", "public"]


@dataclass(frozen=True, slots=True)
class _Memory:
    """What passed one checker by one set of facts: digests, for the texts are clients' own.

    A check that is still running when another is put in force, in another thread, leaves its
    digest here and not among the new one's.
    """

    checker: Checker
    facts: Facts
    passed: set[bytes] = field(default_factory=set)


class Gate:
    """Judges texts by the checker and the facts in force, on the office's date."""

    def __init__(self, checker: Checker, facts: Facts, clock: Clock, timezone: str) -> None:
        self.checker = checker
        self.facts = facts
        self._clock = clock
        self._zone = ZoneInfo(timezone)
        self._memory = _Memory(checker, facts)

    def put_in_force(self, checker: Checker) -> None:
        """Judge by ``checker`` from the next text on."""
        self.checker = checker

    def judge(self, text: str, reader: Reader = "client") -> Verdict:
        """The verdict on one text for client or public readers.

        What passed the same checker and facts before on the same day is not judged again.
        """
        on = self._clock.now().astimezone(self._zone).date()
        memory = self._memory
        if memory.checker is not self.checker or memory.facts is not self.facts:
            memory = self._memory = _Memory(self.checker, self.facts)
        digest = _digest(text, reader, on)
        if digest in memory.passed:
            return memory.checker.clean
        verdict = memory.checker.check(text, audience=reader, on=on, facts=memory.facts)
        if verdict is memory.checker.clean:
            if len(memory.passed) >= _KNOWN_AT_MOST:
                memory.passed.clear()
            memory.passed.add(digest)
        return verdict

    def strictest(self, verdicts: Sequence[Verdict]) -> Verdict:
        """The verdict on several texts of one call: the strictest of them."""
        if not verdicts:
            return self.judge("")
        return max(verdicts, key=lambda verdict: _ORDER[verdict.decision])


def _digest(text: str, reader: Reader, on: date) -> bytes:
    told = f"{on} {reader} {text}".encode("utf-8", "surrogatepass")
    return hashlib.blake2b(told, digest_size=16).digest()
