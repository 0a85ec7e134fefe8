"""Import and export of clients and policies: a file in, a report line by line, a file out."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from bot.clients.entries import LineProblem
from bot.clients.exporting import template
from bot.clients.importing import check_rows
from bot.clients.service import export_book, import_book
from bot.clients.sheet import read_sheet
from bot.clients.wording import ImportRefused, problems_csv, render_problems, render_report
from bot.domain.draft import button
from bot.errors import UserError
from bot.handlers.context import Context
from bot.handlers.menu import back_row
from bot.messages import traditional
from bot.store import book

_SHOWN = 15


async def import_help(context: Context) -> None:
    """How to import, and the template."""
    rows = [[button(context.say("button_template"), "1:ex:template"), *back_row(context)]]
    context.show(context.say("import_help"), rows)


async def tap(context: Context) -> None:
    """The template was asked for."""
    if context.parts != ["template"]:
        raise UserError(context.say("old_button"))
    context.send_file("导入模板.xlsx", template(), context.say("template_caption"))


def _in_script(context: Context, text: str) -> str:
    return text if context.script == "hans" else traditional(text)


async def file(context: Context) -> None:
    """A sheet was sent: all of it is imported, or nothing, with every fault by line."""
    content = await context.fetch(context.event.reference)
    sheet = await asyncio.to_thread(read_sheet, context.event.file_name, content)
    plan = await asyncio.to_thread(check_rows, sheet, context.today())
    if isinstance(plan, list):
        _refuse(context, plan)
        return
    try:
        report = await import_book(context.tx, context.person, plan)
    except ImportRefused as refused:
        _refuse(context, refused.problems)
        return
    context.reply(_in_script(context, render_report(report)), [back_row(context)])


def _refuse(context: Context, problems: Sequence[LineProblem]) -> None:
    context.reply(_in_script(context, render_problems(problems, _SHOWN)))
    if len(problems) > _SHOWN:
        caption = context.say("import_failed_caption")
        context.send_file("要改的地方.csv", problems_csv(problems), caption)


async def export(context: Context) -> None:
    """Everything the person may see, as a sheet that can be imported again."""
    if not await book.clients(context.tx, context.person, limit=1):
        raise UserError(context.say("export_none"))
    content = await export_book(context.tx, context.person)
    caption = context.say("export_caption")
    context.send_file(f"客户名单-{context.today()}.xlsx", content, caption)
