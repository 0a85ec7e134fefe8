"""What goes up to the supervisor: the assessment form of day 45, and large cases at once."""

from __future__ import annotations

from bot.domain.amounts import show_yuan
from bot.domain.draft import NOTICE, button, in_rows, message
from bot.domain.people import Person
from bot.errors import UserError
from bot.handlers import renewal_words
from bot.handlers.context import Context
from bot.messages import say
from bot.reminders import calling
from bot.reminders.calendar import instant
from bot.reminders.worklist import Case, Entry, Filing
from bot.store import outbox, people, renewals, touches


def ask_reason(context: Context, entry: Entry) -> None:
    """The first question of the form: why it is not paid."""
    policy = entry.case.policy
    buttons = [
        button(context.say(f"renewal_why_{reason}"), f"1:xc:form:{policy.id}:{reason}")
        for reason in calling.REASONS
    ]
    rows = in_rows(buttons, 2)
    name = entry.case.client.name
    text = context.say("renewal_form_reason", name=name, product=policy.product)
    context.show(text, [*rows, renewal_words.back_row(context, policy.id)])


def ask_chance(context: Context, entry: Entry, reason: str) -> None:
    """The second question: whether it will be."""
    renewal_words.check(context, reason, calling.REASONS)
    number = entry.case.policy.id
    chances = [
        button(context.say(f"renewal_chance_{chance}"), f"1:xc:form:{number}:{reason}:{chance}")
        for chance in calling.CHANCES
    ]
    context.show(
        context.say("renewal_form_chance"), [chances, renewal_words.back_row(context, number)]
    )


async def assess(context: Context, entry: Entry, reason: str, chance: str) -> None:
    """The assessment form goes to the supervisor, and with it the case."""
    renewal_words.check(context, reason, calling.REASONS)
    renewal_words.check(context, chance, calling.CHANCES)
    keys = (f"renewal_why_{reason}", f"renewal_chance_{chance}")
    await _file(context, entry, "assessment", keys)


async def report(context: Context, entry: Entry) -> None:
    """A large case is reported up."""
    await _file(context, entry, "report", ())


async def _file(context: Context, entry: Entry, filing: Filing, keys: tuple[str, ...]) -> None:
    """A task for the supervisor, who is told; each instalment is filed once."""
    case, policy_id = entry.case, entry.case.policy.id
    boss = await _supervisor(context, case)
    title = say(
        f"task_renewal_{filing}",
        boss.script,
        name=case.client.name,
        product=case.policy.product,
        owed=show_yuan(entry.owed),
        day=renewal_words.month_day(entry.grace_end_on),
        said="，".join(say(key, boss.script) for key in keys),
    )
    task = await touches.add_task(
        context.tx,
        boss.id,
        "renewal",
        title,
        client_id=case.client.id,
        due_at=instant(entry.grace_end_on, calling.MORNING, boss.timezone),
        dedupe_key=renewals.filing_key(filing, policy_id, entry.due_on),
    )
    if task is not None and boss.id != context.person.id:
        told = say("renewal_filed", boss.script, agent=context.person.name, title=title)
        rows = [
            [
                button(say("button_renewal_open", boss.script), f"1:xc:{policy_id}"),
                button(say("button_renewal_give", boss.script), f"1:pp:give:{case.client.id}"),
            ]
        ]
        notice = message(boss.chat_id, told, rows, priority=NOTICE, client_id=case.client.id)
        await outbox.enqueue(context.tx, [notice])
    key = "renewal_filed_now" if task is not None else "renewal_filed_before"
    context.toast(context.say(key, boss=boss.name))


async def _supervisor(context: Context, case: Case) -> Person:
    """Who takes the case: the supervisor of the agent, who may be the person."""
    agent = await people.by_id(context.tx, case.client.agent_id)
    boss = await people.supervisor_of(context.tx, agent)
    if boss is None:
        raise UserError(context.say("renewal_no_supervisor"))
    return boss
