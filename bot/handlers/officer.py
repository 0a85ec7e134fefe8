"""The officer's figures and exports: how often each rule fires, and the archive as CSV."""

from __future__ import annotations

import asyncio
import csv
import io
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from bot.compliance import lint
from bot.compliance.records import COLUMNS, row_of
from bot.domain.draft import button
from bot.errors import UserError
from bot.handlers.context import Context
from bot.handlers.menu import back_row
from bot.store import archive

_PERIODS = (7, 30, 90)
_SHOWN = 12
_MOST_ROWS = 20_000


def office_today(context: Context) -> date:
    """Today at the office, the day on which texts are judged."""
    return context.tx.now.astimezone(ZoneInfo(context.office.settings.timezone)).date()


async def statistics(context: Context) -> None:
    """Rules by hits in the last 30 days, those overruled often, and those that never fired."""
    hits = await archive.rule_hits(context.tx, context.tx.now - timedelta(days=30))
    lines = [context.say("statistics_title" if hits else "statistics_empty", days=30)]
    lines += [
        context.say(
            "statistics_line",
            rule=row["rule"],
            stopped=row["stopped"],
            reviewed=row["reviewed"],
            overruled=row["overruled"],
        )
        for row in hits[:_SHOWN]
    ]
    fired = {row["rule"] for row in hits}
    checker = context.office.gate.checker
    silent = [rule.id for rule in lint.rules_of(checker) if rule.id not in fired]
    lines.append(context.say("statistics_silent", count=len(silent)))
    overlaps = await asyncio.to_thread(lint.overlaps, checker)
    if overlaps:
        lines.append(context.say("statistics_overlaps", count=len(overlaps)))
        lines += [f"· {first} ⊇ {second}" for first, second in overlaps[:5]]
    contradictions = await asyncio.to_thread(lint.contradictions, checker)
    if contradictions:
        lines.append(context.say("statistics_contradictions", count=len(contradictions)))
        lines += [f"· {first} ✕ {second}" for first, second in contradictions[:5]]
    context.show("\n".join(lines), [back_row(context)])


async def export_archive(context: Context) -> None:
    """Pick a period."""
    rows = [
        [button(context.say("button_days", days=days), f"1:of:csv:{days}") for days in _PERIODS],
        [button(context.say("button_verify"), "1:of:verify")],
        back_row(context),
    ]
    context.show(context.say("archive_choose"), rows)


async def tap(context: Context) -> None:
    """Buttons: export a period, verify the chain."""
    match context.parts:
        case ["csv", days] if context.number(days) in _PERIODS:
            await _export(context, int(days))
        case ["verify"]:
            count, wrong = await archive.verify(context.tx)
            key = "archive_intact" if wrong is None else "archive_broken"
            context.show(context.say(key, count=count, wrong=wrong), [back_row(context)])
        case _:
            raise UserError(context.say("old_button"))


async def _export(context: Context, days: int) -> None:
    content, count = await as_csv(context, days)
    if not count:
        context.show(context.say("archive_empty", days=days), [back_row(context)])
        return
    caption = context.say("archive_caption", count=count, days=days)
    context.send_file(f"存档-{office_today(context)}.csv", content, caption)


async def as_csv(context: Context, days: int) -> tuple[bytes, int]:
    """The archive of the last ``days`` as CSV for Excel, and how many rows it has."""
    output = io.StringIO()
    writer = csv.writer(output)
    writer.writerow(COLUMNS)
    count = 0
    zone = ZoneInfo(context.office.settings.timezone)
    since = context.tx.now - timedelta(days=days)
    async for record in archive.judged(context.tx, since, context.tx.now + timedelta(seconds=1)):
        writer.writerow(row_of(record, zone))
        count += 1
        if count >= _MOST_ROWS:
            break
    return output.getvalue().encode("utf-8-sig"), count
