"""One policy of the renewal lists: its page, the log of calls, failed transfers."""

from __future__ import annotations

from datetime import timedelta

from bot.domain.amounts import show_yuan
from bot.domain.draft import Button, button, in_rows
from bot.errors import UserError
from bot.handlers import card, renewal_filing, renewal_words
from bot.handlers.context import Context
from bot.handlers.menu import back_row
from bot.reminders import calling, duties, worklist
from bot.reminders.calendar import instant
from bot.reminders.worklist import Case, Entry
from bot.store import relations, renewals, touches

_SHOWN_CALLS = 4
_NEXT_DAYS = (1, 3, 7)


async def tap(context: Context) -> None:
    """Buttons of one policy."""
    number = context.number
    match context.parts:
        case [policy_id]:
            await _show(context, number(policy_id))
        case ["log", policy_id]:
            await _ask_kind(context, number(policy_id))
        case ["log", policy_id, kind]:
            await _ask_result(context, number(policy_id), kind)
        case ["log", policy_id, kind, result]:
            await _log(context, number(policy_id), kind, result)
        case ["next", policy_id, days]:
            await _next(context, number(policy_id), number(days))
        case ["fail", policy_id]:
            await _checklist(context, number(policy_id))
        case ["fail", policy_id, cause]:
            await _failed(context, number(policy_id), cause)
        case ["form", policy_id]:
            renewal_filing.ask_reason(context, await _listed(context, number(policy_id)))
        case ["form", policy_id, reason]:
            renewal_filing.ask_chance(context, await _listed(context, number(policy_id)), reason)
        case ["form", policy_id, reason, chance]:
            entry = await _listed(context, number(policy_id))
            await renewal_filing.assess(context, entry, reason, chance)
            await _show(context, entry.case.policy.id)
        case ["up", policy_id]:
            entry = await _listed(context, number(policy_id))
            await renewal_filing.report(context, entry)
            await _show(context, entry.case.policy.id)
        case _:
            raise UserError(context.say("old_button"))


def _entry(context: Context, case: Case) -> Entry | None:
    found = worklist.worklist([case], context.office.cadences, context.today())
    return found[0] if found else None


async def _listed(context: Context, policy_id: int) -> Entry:
    """A policy that is on a list now; UserError for one that was paid, say, since the button."""
    entry = _entry(context, await renewals.one(context.tx, context.person, policy_id))
    if entry is None:
        raise UserError(context.say("renewal_off"))
    return entry


# --- the page -----------------------------------------------------------------------------------


async def _show(context: Context, policy_id: int) -> None:
    case = await renewals.one(context.tx, context.person, policy_id)
    entry = _entry(context, case)
    lines = _facts(context, case)
    if entry is None:
        lines += _off(context, case)
    else:
        lines += _work(context, entry)
    lines += await _history(context, case)
    rows = _buttons(context, case, entry)
    context.show("\n".join(lines), rows, client_id=case.client.id)


def _facts(context: Context, case: Case) -> list[str]:
    age = worklist.age_on(case.client.birth_on, context.today())
    key = "renewal_client_aged" if age is not None else "renewal_client"
    return [
        context.say(key, name=case.client.name, age=age),
        card.policy_line(context, case.policy),
    ]


def _off(context: Context, case: Case) -> list[str]:
    """Why there is nothing to do, or until when a lapsed policy may be reinstated."""
    ending = worklist.endings([case], context.office.cadences, context.today())
    if ending:
        return [context.say("renewal_ending", day=ending[0].until_on)]
    return [context.say("renewal_off")]


def _work(context: Context, entry: Entry) -> list[str]:
    left = (entry.lapse_on - context.today()).days
    lines = [
        context.say(
            "renewal_grace",
            list=renewal_words.list_name(context, entry.listed),
            owed=show_yuan(entry.owed),
            day=renewal_words.month_day(entry.grace_end_on),
            left=left,
        ),
        " · ".join(renewal_words.marks(context, entry)),
    ]
    for duty in duties.duties(entry):
        told = renewal_words.duty_line(context, duty)
        lines.append(context.say("renewal_done" if duty.done else "renewal_to_do", duty=told))
    why = duties.visit_reasons(entry)
    if why:
        said = "、".join(context.say(f"renewal_reason_{reason}") for reason in why)
        lines.append(context.say("renewal_visit", reasons=said))
    if duties.problems(entry):
        hard = calling.hard_hours()
        told = context.say(
            "renewal_hours_hard", start=f"{hard.from_at:%H:%M}", end=f"{hard.until_at:%H:%M}"
        )
        return [*lines, told]
    return [*lines, renewal_words.hours_line(context)]


async def _history(context: Context, case: Case) -> list[str]:
    """The log, newest first: time, person, matter and result; and what comes next."""
    zone = context.zone()
    lines = [
        context.say(
            "renewal_call",
            at=f"{call.at.astimezone(zone):%m-%d %H:%M}",
            person=call.person,
            kind=context.say(f"contact_{call.kind}"),
            result=context.say(f"result_{call.result}"),
        )
        for call in await renewals.calls(context.tx, context.person, case.client.id, _SHOWN_CALLS)
    ]
    next_at = await renewals.next_contact(context.tx, context.person, case.policy.id)
    if next_at is not None:
        on = renewal_words.month_day(next_at.astimezone(zone).date())
        lines.append(context.say("renewal_next_on", day=on))
    return lines


def _buttons(context: Context, case: Case, entry: Entry | None) -> list[list[Button]]:
    number, client_id = case.policy.id, case.client.id
    rows = [[button(context.say("button_client_card"), f"1:cl:{client_id}")]]
    if entry is not None:
        rows = [
            [
                button(context.say("button_renewal_log"), f"1:xc:log:{number}"),
                button(context.say("button_renewal_paid"), f"1:cl:paid:{number}"),
            ],
            [button(context.say("button_renewal_fail"), f"1:xc:fail:{number}"), *rows[0]],
        ]
        filings = []
        if entry.overdue_days > 0 and "assessment" not in case.filed:
            filings.append(button(context.say("button_renewal_form"), f"1:xc:form:{number}"))
        if entry.large and "report" not in case.filed:
            filings.append(button(context.say("button_renewal_report"), f"1:xc:up:{number}"))
        if filings:
            rows.append(filings)
    return [*rows, [button(context.say("button_renewals"), "1:xq"), *back_row(context)]]


# --- the log ------------------------------------------------------------------------------------


async def _ask_kind(context: Context, policy_id: int) -> None:
    entry = await _listed(context, policy_id)
    kinds = [
        button(context.say(f"contact_{kind}"), f"1:xc:log:{policy_id}:{kind}")
        for kind in calling.KINDS
    ]
    text = context.say("renewal_log_kind", name=entry.case.client.name)
    context.show(text, [kinds, renewal_words.back_row(context, policy_id)])


async def _ask_result(context: Context, policy_id: int, kind: str) -> None:
    entry = await _listed(context, policy_id)
    renewal_words.check(context, kind, calling.KINDS)
    buttons = [
        button(context.say(f"renewal_result_{result}"), f"1:xc:log:{policy_id}:{kind}:{result}")
        for result in calling.RESULTS
    ]
    rows = in_rows(buttons, 2)
    text = context.say("renewal_log_result", name=entry.case.client.name)
    context.show(text, [*rows, renewal_words.back_row(context, policy_id)])


async def _log(context: Context, policy_id: int, kind: str, result: str) -> None:
    """Keep the contact, then ask when the next one is to be."""
    entry = await _listed(context, policy_id)
    renewal_words.check(context, kind, calling.KINDS)
    renewal_words.check(context, result, calling.RESULTS)
    client = entry.case.client
    kept = calling.MATTER + result
    await relations.log_contact(context.tx, client.id, context.person.id, kind, kept)
    context.toast(context.say("contact_logged"))
    days = [
        button(context.say("button_renewal_next", days=days), f"1:xc:next:{policy_id}:{days}")
        for days in _NEXT_DAYS
    ]
    none = [button(context.say("button_renewal_no_next"), f"1:xc:{policy_id}")]
    text = context.say("renewal_next_ask", name=client.name)
    context.show(text, [days, none], client_id=client.id)


async def _next(context: Context, policy_id: int, days: int) -> None:
    """A task for the next contact, in the morning where the agent is."""
    entry = await _listed(context, policy_id)
    if days not in _NEXT_DAYS:
        raise UserError(context.say("old_button"))
    client, policy = entry.case.client, entry.case.policy
    on = context.today() + timedelta(days=days)
    await touches.add_task(
        context.tx,
        context.person.id,
        "renewal",
        context.say("task_renewal_next", name=client.name, product=policy.product),
        client_id=client.id,
        due_at=instant(on, calling.MORNING, context.person.timezone),
        dedupe_key=renewals.next_key(policy.id, on),
    )
    context.toast(context.say("renewal_next_kept", day=renewal_words.month_day(on)))
    await _show(context, policy_id)


# --- a failed transfer --------------------------------------------------------------------------


async def _checklist(context: Context, policy_id: int) -> None:
    entry = await _listed(context, policy_id)
    lines = [context.say("renewal_fail", name=entry.case.client.name)]
    lines += [
        f"{number}. " + context.say(f"transfer_{cause}")
        for number, cause in enumerate(calling.TRANSFER_CAUSES, start=1)
    ]
    buttons = [
        button(str(number), f"1:xc:fail:{policy_id}:{cause}")
        for number, cause in enumerate(calling.TRANSFER_CAUSES, start=1)
    ]
    rows = in_rows(buttons, 5)
    context.show("\n".join(lines), [*rows, renewal_words.back_row(context, policy_id)])


async def _failed(context: Context, policy_id: int, cause: str) -> None:
    """Keep the cause that was found, and say what to do about it."""
    entry = await _listed(context, policy_id)
    renewal_words.check(context, cause, calling.TRANSFER_CAUSES)
    client, kept = entry.case.client, calling.TRANSFER + cause
    await relations.log_contact(context.tx, client.id, context.person.id, calling.CHECK, kept)
    told = context.say(f"transfer_do_{cause}")
    text = context.say("renewal_failed", cause=context.say(f"transfer_{cause}"), do=told)
    context.show(text, [renewal_words.back_row(context, policy_id)], client_id=client.id)
