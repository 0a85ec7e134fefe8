"""The renewal lists in chat: the overview, each list by page, what is to be done, who to visit."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

from bot.domain.amounts import show_yuan
from bot.domain.dates import parse_date
from bot.domain.draft import Button, button, in_rows
from bot.domain.event import Kind
from bot.domain.people import Role
from bot.errors import UserError
from bot.handlers import renewal_words
from bot.handlers.context import Context
from bot.handlers.menu import back_row
from bot.reminders import duties, worklist
from bot.reminders.calendar import add_months, day_in_month
from bot.reminders.duties import Duty
from bot.reminders.worklist import LISTS, ORDERS, WHOSE, Case, Entry
from bot.store import people, renewals

PAGE = 5
_TODO, _VISITS = len(LISTS), len(LISTS) + 1
_HOME = _VISITS + 1
_LAST_DAY = date(2099, 12, 31).toordinal()


@dataclass(frozen=True, slots=True)
class View:
    """Which screen is looked at, as its buttons carry it: a list by place (or what is to be done,
    or the visits, or the overview), whose, in what order, which page, as of which day (the
    ordinal of a date; 0 is today)."""

    tab: int = _HOME
    whose: int = 0
    order: int = 0
    page: int = 0
    day: int = 0

    @property
    def data(self) -> str:
        return f"1:xq:{self.tab}:{self.whose}:{self.order}:{self.page}:{self.day}"

    def as_of(self, today: date) -> date:
        return date.fromordinal(self.day) if self.day else today


async def open_(context: Context) -> None:
    """``/xuqi`` shows the lists as of today; with a date after it, as of that day."""
    typed = context.event.text.strip() if context.event.kind is Kind.COMMAND else ""
    await _home(context, View(day=_day_of(context, typed).toordinal() if typed else 0))


def _day_of(context: Context, typed: str) -> date:
    whole = typed[:4].isdigit()
    read = parse_date(typed if whole else f"{context.today().year}年{typed}")
    if read.solar is None:
        raise UserError(context.say("renewals_day_wrong"))
    return read.solar


async def tap(context: Context) -> None:
    """Buttons of the lists."""
    match context.parts:
        case []:
            await _home(context, View())
        case ["s", tab, whose, order, page, day]:
            _choose_order(context, _view(context, tab, whose, order, page, day))
        case [tab, whose, order, page, day]:
            await _show(context, _view(context, tab, whose, order, page, day))
        case _:
            raise UserError(context.say("old_button"))


def _view(context: Context, *parts: str) -> View:
    view = View(*(context.number(part) for part in parts))
    known = view.tab <= _HOME and view.whose < len(WHOSE) and view.order < len(ORDERS)
    if not known or view.day > _LAST_DAY:
        raise UserError(context.say("old_button"))
    return view


async def _show(context: Context, view: View) -> None:
    if view.tab == _HOME:
        await _home(context, view)
    elif view.tab == _VISITS:
        await _visits(context, view)
    elif view.tab == _TODO:
        await _todo(context, view)
    else:
        await _list(context, view)


async def _cases(context: Context, view: View) -> tuple[list[Case], list[Entry]]:
    """The cases that the person may see, and those on the lists, as the view filters them."""
    as_of = view.as_of(context.today())
    until_on = day_in_month(as_of.year, as_of.month, 31)
    cases = await renewals.unpaid(context.tx, context.person, until_on)
    entries = worklist.worklist(cases, context.office.cadences, as_of)
    return cases, worklist.chosen(entries, whose=WHOSE[view.whose])


async def own_duties(context: Context) -> list[Duty]:
    """What is to be done today about the renewals of the person's own clients."""
    _, entries = await _cases(context, View())
    mine = [one for one in entries if one.case.client.agent_id == context.person.id]
    return duties.todo(mine)


# --- the overview -------------------------------------------------------------------------------


async def _home(context: Context, view: View) -> None:
    view = replace(view, tab=_HOME, page=0)
    cases, entries = await _cases(context, view)
    as_of = view.as_of(context.today())
    lines = [context.say("renewals_title", day=as_of)]
    rows: list[list[Button]] = [[]]
    for place, name in enumerate(LISTS):
        listed = worklist.chosen(entries, name)
        total = show_yuan(worklist.total_owed(listed))
        told = renewal_words.list_name(context, name)
        lines.append(context.say("renewals_sum", list=told, count=len(listed), total=total))
        label = context.say("button_renewal_list", list=told, count=len(listed))
        rows[0].append(button(label, replace(view, tab=place).data))
    if not entries:
        lines = [lines[0], context.say(f"renewals_none_{WHOSE[view.whose]}")]
    open_duties = duties.todo(entries)
    if open_duties:
        first = open_duties[0]
        duty = renewal_words.duty_line(context, first)
        lines.append(context.say("renewals_first", name=first.entry.case.client.name, duty=duty))
    if not view.day:
        lines.append(renewal_words.hours_line(context))
    visits = len(_candidates(context, view, cases, entries))
    rows.append(
        [
            button(
                context.say("button_renewal_todo", count=len(open_duties)),
                replace(view, tab=_TODO).data,
            ),
            button(
                context.say("button_renewal_visits", count=visits),
                replace(view, tab=_VISITS).data,
            ),
        ]
    )
    rows.append([_whose_button(context, view), _month_button(context, view, as_of)])
    rows.append(back_row(context))
    context.show("\n".join(lines), rows)


def _whose_button(context: Context, view: View) -> Button:
    """Shows whose clients are listed, and goes on to the next choice."""
    label = context.say(f"button_whose_{WHOSE[view.whose]}")
    return button(label, replace(view, whose=(view.whose + 1) % len(WHOSE), page=0).data)


def _month_button(context: Context, view: View, as_of: date) -> Button:
    """To the lists as they will be on the first of next month, or back to today."""
    if view.day:
        return button(context.say("button_renewals_today"), replace(view, day=0).data)
    day = add_months(as_of, 1, day=1).toordinal()
    return button(context.say("button_renewals_next_month"), replace(view, day=day).data)


# --- one list -----------------------------------------------------------------------------------


async def _list(context: Context, view: View) -> None:
    _, entries = await _cases(context, view)
    name, order = LISTS[view.tab], ORDERS[view.order]
    listed = worklist.in_order(worklist.chosen(entries, name), order)
    told = renewal_words.list_name(context, name)
    if not listed:
        _empty(context, view, context.say("renewals_list_none", list=told))
        return
    title = context.say(
        "renewals_list",
        list=told,
        count=len(listed),
        total=show_yuan(worklist.total_owed(listed)),
        order=context.say(f"renewal_order_{order}"),
    )
    names = await _agents(context, listed)
    lines = [(entry.case, _entry_text(context, entry, names)) for entry in listed]
    sort = button(context.say("button_renewal_order"), view.data.replace("1:xq:", "1:xq:s:", 1))
    tools = [sort, _whose_button(context, view)]
    _paged(context, view, title, lines, tools)


def _entry_text(context: Context, entry: Entry, names: dict[int, str]) -> str:
    """One policy in two lines, and a third when something is to be done."""
    policy, client = entry.case.policy, entry.case.client
    name = client.name
    if client.agent_id in names:
        name = context.say("renewal_of", name=name, agent=names[client.agent_id])
    lines = [
        context.say(
            "renewal_line",
            name=name,
            product=policy.product,
            owed=show_yuan(entry.owed),
            due=renewal_words.month_day(entry.due_on),
            marks="".join(f" · {mark}" for mark in renewal_words.marks(context, entry)),
        )
    ]
    waiting = [duty for duty in duties.duties(entry) if duty.open]
    if waiting:
        lines.append(
            context.say("renewal_line_duty", duty=renewal_words.duty_line(context, waiting[0]))
        )
    return "\n".join(lines)


async def _agents(context: Context, entries: list[Entry]) -> dict[int, str]:
    """The names of the agents who serve others' clients, for a supervisor's list."""
    if context.person.role is Role.AGENT:
        return {}
    ids = {entry.case.client.agent_id for entry in entries} - {context.person.id}
    found = await people.by_ids(context.tx, sorted(ids))
    return {one.id: one.name for one in found.values()}


def _choose_order(context: Context, view: View) -> None:
    """The seven ways to sort, the one in use marked."""
    labels = [
        ("✓ " if place == view.order else "") + context.say(f"renewal_order_{order}")
        for place, order in enumerate(ORDERS)
    ]
    buttons = [
        button(label, replace(view, order=place, page=0).data) for place, label in enumerate(labels)
    ]
    rows = in_rows(buttons, 2)
    context.show(context.say("renewal_order_ask"), [*rows, _back(context, view)])


# --- what is to be done, and who to visit -------------------------------------------------------


async def _todo(context: Context, view: View) -> None:
    _, entries = await _cases(context, view)
    found = duties.todo(entries)
    if not found:
        _empty(context, view, context.say("renewals_todo_none"))
        return
    lines = [
        (
            duty.entry.case,
            context.say(
                "renewal_todo_line",
                name=duty.entry.case.client.name,
                product=duty.entry.case.policy.product,
                duty=renewal_words.duty_line(context, duty),
            ),
        )
        for duty in found
    ]
    title = context.say("renewals_todo", count=len(found))
    _paged(context, view, title, lines, [_whose_button(context, view)])


def _candidates(
    context: Context, view: View, cases: list[Case], entries: list[Entry]
) -> list[tuple[Case, str]]:
    """Who to visit, with the reasons in words: first those whose cover ends for good."""
    as_of, orphans = view.as_of(context.today()), WHOSE[view.whose]
    found = [
        (one.case, context.say("renewal_reason_ending", day=one.until_on))
        for one in worklist.endings(cases, context.office.cadences, as_of)
        if orphans == "all" or (worklist.ORPHAN in one.case.tags) == (orphans == "orphan")
    ]
    for entry, why in duties.to_visit(entries):
        said = "、".join(context.say(f"renewal_reason_{reason}") for reason in why)
        found.append((entry.case, said))
    return found


async def _visits(context: Context, view: View) -> None:
    cases, entries = await _cases(context, view)
    found = _candidates(context, view, cases, entries)
    if not found:
        _empty(context, view, context.say("renewals_visits_none"))
        return
    lines = [
        (
            case,
            context.say(
                "renewal_visit_line",
                name=case.client.name,
                product=case.policy.product,
                reasons=reasons,
            ),
        )
        for case, reasons in found
    ]
    title = context.say("renewals_visits", count=len(found))
    _paged(context, view, title, lines, [_whose_button(context, view)])


# --- pages --------------------------------------------------------------------------------------


def _back(context: Context, view: View) -> list[Button]:
    home = replace(view, tab=_HOME, order=0, page=0).data
    return [button(context.say("button_renewals"), home), *back_row(context)]


def _empty(context: Context, view: View, text: str) -> None:
    context.show(text, [[_whose_button(context, view)], _back(context, view)])


def _paged(
    context: Context,
    view: View,
    title: str,
    lines: list[tuple[Case, str]],
    tools: list[Button],
) -> None:
    """One page of numbered lines, a button for each, and the ways on and back."""
    last = (len(lines) - 1) // PAGE
    page = min(view.page, last)
    shown = list(enumerate(lines, start=1))[page * PAGE : (page + 1) * PAGE]
    texts = [title, *(f"{number}. {text}" for number, (_, text) in shown)]
    buttons = [
        button(f"{number} {case.client.name}"[:30], f"1:xc:{case.policy.id}")
        for number, (case, _) in shown
    ]
    rows = in_rows(buttons, 3)
    turn = []
    if page:
        turn.append(button(context.say("button_previous"), replace(view, page=page - 1).data))
    if page < last:
        turn.append(button(context.say("button_next"), replace(view, page=page + 1).data))
    if turn:
        rows.append(turn)
    context.show("\n".join(texts), [*rows, tools, _back(context, view)])
