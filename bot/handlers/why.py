"""Why a touch did or did not go: counts by reason, the last ones, and one told in full."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bot.domain.draft import button
from bot.errors import UserError
from bot.handlers import agenda
from bot.handlers.context import Context
from bot.handlers.menu import back_row
from bot.store import book, fates, touches
from bot.store.touches import TouchRow

_DAYS = 30
_SHOWN = 10


async def list_(context: Context) -> None:
    """What became of the last month's touches to clients."""
    since = context.tx.now - timedelta(days=_DAYS)
    counted = await fates.counts(context.tx, context.person, since)
    last = await fates.last(context.tx, context.person, since, _SHOWN)
    if not counted:
        context.show(context.say("why_none", days=_DAYS), [back_row(context)])
        return
    lines = [context.say("why_title", days=_DAYS)]
    for (status, reason), count in counted:
        lines.append(context.say("why_count", fate=_fate(context, status, reason), count=count))
    names = await touches.client_names(context.tx, [row.client_id for row in last])
    rows = [
        [button(_label(context, row, names.get(row.client_id, "")), f"1:wy:{row.id}")]
        for row in last
    ]
    context.show("\n".join(lines), [*rows, back_row(context)])


async def tap(context: Context) -> None:
    """The touches of one client, or one touch in full."""
    match context.parts:
        case ["of", client_id]:
            await _of_client(context, context.number(client_id))
        case [touch_id]:
            await _one(context, context.number(touch_id))
        case _:
            raise UserError(context.say("old_button"))


async def _of_client(context: Context, client_id: int) -> None:
    client = await book.client(context.tx, context.person, client_id, "touch")
    found = await fates.of_client(context.tx, client.id, _SHOWN)
    rows = [[button(_label(context, row, ""), f"1:wy:{row.id}")] for row in found]
    rows.append([button(context.say("button_back_card"), f"1:cl:{client.id}")])
    key = "why_of" if found else "why_none_of"
    context.show(context.say(key, name=client.name), rows, client_id=client.id)


def _fate(context: Context, status: str, reason: str | None) -> str:
    """What became of a touch in a few words; a known reason says more than the status."""
    if reason is not None and reason in fates.REASONS:
        return context.say(f"why_{reason}")
    return context.say(f"fate_{status}")


def _label(context: Context, row: TouchRow, name: str) -> str:
    at = _local(context, row.decided_at or row.due_at)
    cadence = context.office.cadences.cadence(row.cadence)
    said = f"{at} {name} {cadence.zh if cadence else row.cadence}"
    return f"{' '.join(said.split())}：{_fate(context, row.status, row.reason)}"[:60]


def _local(context: Context, at: datetime) -> str:
    return at.astimezone(ZoneInfo(context.person.timezone)).strftime("%m-%d %H:%M")


async def _one(context: Context, touch_id: int) -> None:
    row = await touches.get(context.tx, touch_id)
    if row is None or row.client_id is None:
        raise UserError(context.say("touch_gone"))
    client = await book.client(context.tx, context.person, row.client_id, "touch")
    cadence = context.office.cadences.cadence(row.cadence)
    step = context.office.cadences.step(row.cadence, row.step)
    lines = [
        context.say(
            "why_card",
            name=client.name,
            what=cadence.zh if cadence else row.cadence,
            event=row.event_on,
            rule=agenda.when(context, step) if step else context.say("why_changed"),
            nature=context.say(f"agenda_{row.nature}"),
            due=_local(context, row.due_at),
            until=_local(context, row.expires_at),
            fate=_fate(context, row.status, row.reason),
        )
    ]
    if row.decided_at is not None:
        lines.append(context.say("why_decided", at=_local(context, row.decided_at)))
    if row.carrier_id is not None:
        lines.append(context.say("why_carried"))
    rows = [[button(context.say("button_back_card"), f"1:cl:{client.id}")]]
    rows.append([button(context.say("button_why_of"), f"1:wy:of:{client.id}"), *back_row(context)])
    context.show("\n".join(lines), rows, client_id=client.id)
