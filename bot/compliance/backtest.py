"""A candidate rulebook tried on past messages: what it would stop and let pass anew."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from bot.compliance.checks import Facts
from bot.compliance.verdict import Checker


@dataclass(frozen=True, slots=True)
class BackTest:
    """What a candidate would have done with past messages; examples are (text, reason)."""

    messages: int
    newly_stopped: list[tuple[str, str]]
    newly_passed: list[tuple[str, str]]
    unchanged_stopped: int


def compare(
    texts: Sequence[tuple[str, str]], in_force: Checker, candidate: Checker, on: date, facts: Facts
) -> BackTest:
    """Judge (text, audience) pairs by both versions, as on the day ``on``."""
    stopped: list[tuple[str, str]] = []
    passed: list[tuple[str, str]] = []
    both = 0
    for text, reader in texts:
        audience: Literal["client", "public"] = "public" if reader == "public" else "client"
        old = in_force.check(text, audience=audience, on=on, facts=facts)
        new = candidate.check(text, audience=audience, on=on, facts=facts)
        if new.decision != "pass" and old.decision == "pass":
            stopped.append((text, new.findings[0].reason))
        elif new.decision == "pass" and old.decision != "pass":
            passed.append((text, old.findings[0].reason))
        elif new.decision != "pass":
            both += 1
    return BackTest(len(texts), stopped, passed, both)
