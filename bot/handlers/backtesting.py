"""A rulebook tried on past messages, told in numbers with a few examples."""

from __future__ import annotations

import html

from bot.compliance import rulebook
from bot.compliance.verdict import Checker
from bot.handlers.context import Context
from bot.handlers.officer import office_today

_SHOWN = 3


async def lines(context: Context, candidate: Checker, days: int) -> list[str]:
    """HTML lines: what ``candidate`` would have stopped or let through in the last ``days``."""
    gate = context.office.gate
    tested = await rulebook.back_test(
        context.tx, gate.checker, candidate, days, office_today(context), gate.facts
    )
    told = [
        context.say(
            "back_test",
            days=days,
            messages=tested.messages,
            stopped=len(tested.newly_stopped),
            passed=len(tested.newly_passed),
            same=tested.unchanged_stopped,
        )
    ]
    for key, examples in (("stopped", tested.newly_stopped), ("passed", tested.newly_passed)):
        told += [
            context.say(f"back_test_{key}", text=html.escape(text[:120]))
            for text, _ in examples[:_SHOWN]
        ]
    return told
