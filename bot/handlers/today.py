"""Who needs the agent today: tasks, replies that wait, and what will be sent soon."""

from __future__ import annotations

from datetime import timedelta
from zoneinfo import ZoneInfo

from bot.domain.draft import Button, button
from bot.errors import UserError
from bot.handlers import renewal_words, renewals
from bot.handlers.context import Context
from bot.handlers.menu import back_row
from bot.store import book, touches
from bot.store.touches import TouchRow

_DAYS = 7
_SHOWN = 10


async def today(context: Context) -> None:
    """Open tasks with a button each, overdue premiums, and the touches of the next days."""
    tasks = await touches.open_tasks(context.tx, context.person.id, 8)
    until = context.tx.now + timedelta(days=_DAYS)
    coming = await touches.upcoming(context.tx, context.person.id, until, limit=3 * _SHOWN)
    counts = await book.counts(context.tx, context.person, context.today())
    lines = [context.say("today_title", day=context.today(), **counts)]
    due = await renewals.own_duties(context)
    if due:
        told = renewal_words.duty_line(context, due[0])
        name = due[0].entry.case.client.name
        lines.append(context.say("today_renewals", count=len(due), name=name, duty=told))
    nothing = "today_no_other_tasks" if due else "today_no_tasks"
    lines.append(context.say("today_tasks" if tasks else nothing, count=len(tasks)))
    lines += [f"{number}. {task.title}" for number, task in enumerate(tasks, 1)]
    lines.append(context.say("today_touches" if coming else "today_no_touches", days=_DAYS))
    lines += await _touch_lines(context, coming)
    rows: list[list[Button]] = []
    for number, task in enumerate(tasks, 1):
        row = [button(context.say("button_task_done", number=number), f"1:tk:{task.id}")]
        if task.client_id:
            row.append(button(context.say("button_client_card"), f"1:cl:{task.client_id}"))
        rows.append(row)
    if due:
        rows.append([button(context.say("menu_renewals"), "1:m:xuqi")])
    rows.append([button(context.say("menu_touches"), "1:m:tixing"), *back_row(context)])
    context.show("\n".join(lines), rows)


async def _touch_lines(context: Context, coming: list[TouchRow]) -> list[str]:
    """One line for what goes to client and agent at the same time for the same reason."""
    zone = ZoneInfo(context.person.timezone)
    lines = [
        context.say(
            "touch_line",
            at=touch.due_at.astimezone(zone).strftime("%m-%d %H:%M"),
            cadence=_name(context, touch),
            name=await _client_name(context, touch),
        )
        for touch in coming
    ]
    return list(dict.fromkeys(lines))[:_SHOWN]


def _name(context: Context, touch: TouchRow) -> str:
    cadence = context.office.cadences.cadence(touch.cadence)
    return cadence.zh if cadence else touch.cadence


async def _client_name(context: Context, touch: TouchRow) -> str:
    if touch.client_id is None:
        return ""
    return (await book.client_for_system(context.tx, touch.client_id)).name


async def finish(context: Context) -> None:
    """A task was done."""
    match context.parts:
        case [task]:
            task_id = context.number(task)
        case _:
            raise UserError(context.say("old_button"))
    done = await touches.finish_task(context.tx, task_id, context.person.id)
    context.toast(context.say("task_done" if done else "task_done_before"))
    await today(context)
