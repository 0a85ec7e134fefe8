"""An agent's own week: what was stopped, what was rewritten, and the top reasons."""

from __future__ import annotations

from datetime import timedelta

from bot.handlers.context import Context
from bot.handlers.menu import back_row
from bot.store import archive

_WEEK = timedelta(days=7)


async def week(context: Context) -> None:
    """The last seven days."""
    counts, reasons = await archive.week_of(context.tx, context.person.id, context.tx.now - _WEEK)
    if not counts["texts"]:
        context.show(context.say("week_empty"), [back_row(context)])
        return
    lines = [context.say("week", **counts)]
    if reasons:
        lines.append(context.say("week_reasons"))
        lines += [
            context.say("week_reason", category=_name(context, category), count=count)
            for category, count in reasons
        ]
    context.show("\n".join(lines), [back_row(context)])


def _name(context: Context, category: str) -> str:
    known = context.office.gate.checker.categories.get(category)
    return known.name if known else category
