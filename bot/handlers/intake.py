"""The intake interview in the chat: one question at a time, any answer corrected later."""

from __future__ import annotations

from typing import Any

from bot.domain.draft import CALLBACK_BYTES, button
from bot.errors import Unclear, UserError
from bot.handlers import asking, gap
from bot.handlers.context import Context
from bot.handlers.menu import back_row
from bot.intake import flow, gather, service
from bot.intake.flow import Answers, Question
from bot.store import book, tables

_OVERVIEW_PAGE = 8
_CLIENTS = 8


async def choose(context: Context) -> None:
    """Continue an interview, read a finished one again, or begin a new one."""
    found = await service.open_interviews(context.tx, context.person)
    rows = []
    for one in found:
        title = await _title(context, one)
        label = context.say(f"interview_{one.status}", title=title)
        what = "report" if one.status == "finished" else "open"
        rows.append([button(label[:60], f"1:iv:{what}:{one.id}")])
    rows.append([button(context.say("button_new_interview"), "1:iv:whom"), *back_row(context)])
    context.show(context.say("interviews_list" if found else "interviews_none"), rows)


async def _title(context: Context, interview: tables.Interview) -> str:
    """The title, with the name that was told when no client was picked beforehand."""
    if interview.client_id is not None:
        return interview.title
    _, answers = await service.load(context.tx, context.person, interview.id or 0)
    name = flow.live_values(context.office.questionnaire, answers).get("client_name")
    return f"{name}　{interview.title}" if name else interview.title


async def _whom(context: Context) -> None:
    """Pick the client first: consents and the report belong to the client's record."""
    found = await book.clients(context.tx, context.person, limit=_CLIENTS)
    rows = [[button(client.name, f"1:iv:new:{client.id}")] for client in found]
    rows.append([button(context.say("button_without_client"), "1:iv:new:0")])
    rows.append([button(context.say("button_find_client"), "1:cl:find"), *back_row(context)])
    context.show(context.say("interview_whom"), rows)


async def _pause(context: Context, interview_id: int) -> None:
    await context.set_dialogue()
    again = button(context.say("button_continue"), f"1:iv:open:{interview_id}")
    context.show(context.say("interview_paused"), [[again, *back_row(context)]])


async def tap(context: Context) -> None:
    """Buttons of the list and of the questions."""
    number = context.number
    match context.parts:
        case ["whom"]:
            await _whom(context)
        case ["pause", interview_id]:
            await _pause(context, number(interview_id))
        case ["new", client_id]:
            await _begin(context, number(client_id) or None)
        case ["open", interview_id]:
            await _open(context, number(interview_id))
        case ["report", interview_id]:
            found = await service.load(context.tx, context.person, number(interview_id))
            await gap.show(context, *found)
        case ["over", interview_id, offset]:
            await _overview(context, number(interview_id), number(offset))
        case [interview_id, action, key, *value]:
            await _act(context, number(interview_id), action, key, ":".join(value))
        case _:
            raise UserError(context.say("old_button"))


async def _begin(context: Context, client_id: int | None) -> None:
    title = context.say("interview_untitled", day=context.today())
    if client_id is not None:
        client = await book.client(context.tx, context.person, client_id, "interview")
        title = context.say("interview_of", name=client.name)
    interview_id = await service.begin(context.tx, context.person, title, client_id)
    task = context.say("task_complete_interview", title=title)
    await service.remind_to_complete(context.tx, context.person, interview_id, task)
    await _open(context, interview_id)


async def _open(context: Context, interview_id: int) -> None:
    interview, answers = await service.load(context.tx, context.person, interview_id)
    answers = flow.resume(context.office.questionnaire, answers)
    await service.save(context.tx, interview_id, answers, interview.status)
    await _next(context, interview, answers)


async def _act(context: Context, interview_id: int, action: str, key: str, value: str) -> None:
    interview, answers = await service.load(context.tx, context.person, interview_id)
    questionnaire = context.office.questionnaire
    before, note = answers, ""
    match action:
        case "a":
            answers = _record(context, answers, key, value)
            note = _opened(context, before, answers)
        case "t":
            await _toggle(context, interview, answers, key, value)
            return
        case "d":
            ticked = _ticked(await context.dialogue(), interview, key)
            if not ticked:
                raise UserError(context.say("choose_at_least_one"))
            answers = _record(context, answers, key, ",".join(ticked))
            note = _opened(context, before, answers)
        case "h":
            await _heard(context, interview, answers, key)
            return
        case "s":
            answers = flow.skip(questionnaire, answers, key)
        case "p":
            answers = flow.postpone(questionnaire, answers, key)
        case "b":
            answers = flow.back(questionnaire, answers)
        case "c":
            answers = flow.revisit(questionnaire, answers, key)
        case "k":
            answers = flow.resume(questionnaire, answers)
        case _:
            raise UserError(context.say("old_button"))
    await service.save(context.tx, interview_id, answers)
    await _next(context, interview, answers, note)


async def _heard(
    context: Context, interview: tables.Interview, answers: Answers, choice: str
) -> None:
    """Take all that one message said, take it and change some, or take it as one answer only."""
    questionnaire, today = context.office.questionnaire, context.today()
    if choice == "no":
        try:
            answers = gather.declined(questionnaire, answers, today=today)
        except UserError as error:
            answers = flow.resume(questionnaire, answers)
            await service.save(context.tx, interview.id or 0, answers)
            await _next(context, interview, answers, str(error))
            return
    else:
        answers = gather.confirmed(questionnaire, answers, today=today)
    await service.save(context.tx, interview.id or 0, answers)
    if choice == "edit":
        await _overview(context, interview.id or 0, 0)
    else:
        await _next(context, interview, answers)


def _opened(context: Context, before: Answers, after: Answers) -> str:
    """Which questions a correction has opened again, if any."""
    titles = flow.asked_again(context.office.questionnaire, before, after)
    return context.say("asked_again", titles="、".join(titles)) if titles else ""


def _record(context: Context, answers: Answers, key: str, raw: str) -> Answers:
    return flow.record(context.office.questionnaire, answers, key, raw, today=context.today())


async def typed(context: Context) -> None:
    """A typed answer to the question that is open; several answers at once are confirmed first."""
    state = await context.dialogue()
    interview, answers = await service.load(context.tx, context.person, int(state["interview"]))
    questionnaire, text = context.office.questionnaire, context.event.text
    question = flow.next_question(questionnaire, answers)
    if question is None:
        await _next(context, interview, answers)
        return
    heard, waiting = gather.gather(
        questionnaire, answers, question.key, text, today=context.today()
    )
    if gather.worth_confirming(heard):
        await service.save(context.tx, interview.id or 0, waiting)
        await asking.confirm(context, interview, heard)
        return
    try:
        after = _record(context, answers, question.key, text)
    except UserError as error:
        # asked again below what was typed, so that the buttons stay within reach
        chosen = _ticked(state, interview, question.key) or []
        meant = _meant(interview, question, error)
        await asking.ask(context, interview, answers, question, chosen, str(error), meant)
        return
    await service.save(context.tx, interview.id or 0, after)
    await _next(context, interview, after, _taken(context, question, answers, after))


def _meant(
    interview: tables.Interview, question: Question, error: UserError
) -> list[tuple[str, str]]:
    """What an unclear answer may have meant, as far as it fits a button."""
    if not isinstance(error, Unclear):
        return []
    room = CALLBACK_BYTES - len(f"1:iv:{interview.id}:a:{question.key}:")
    return [one for one in error.candidates if len(one[0].encode()) <= room]


def _taken(context: Context, question: Question, before: Answers, after: Answers) -> str:
    """What was understood of a typed answer, and what it opened again."""
    if question.kind == "text":
        return _opened(context, before, after)
    lines = flow.overview(context.office.questionnaire, after)
    shown = next((line.shown for line in lines if line.key == question.key), None)
    taken = context.say("answer_taken", title=question.title, value=shown) if shown else ""
    return "\n".join(filter(None, (taken, _opened(context, before, after))))


async def go_on(context: Context, interview: tables.Interview, answers: Answers) -> None:
    """Go on with an interview that was opened from elsewhere."""
    await _next(context, interview, answers)


async def _next(
    context: Context, interview: tables.Interview, answers: Answers, note: str = ""
) -> None:
    """Ask the next question, or give the report."""
    question = flow.next_question(context.office.questionnaire, answers)
    if question is None:
        await _finish(context, interview, answers)
        return
    chosen = _current_choice(question, answers)
    await _tick(context, interview, question, chosen)
    await asking.ask(context, interview, answers, question, chosen, note)


async def _tick(
    context: Context, interview: tables.Interview, question: Question, chosen: list[str]
) -> None:
    await context.set_dialogue(
        flow="intake", interview=interview.id, question=question.key, chosen=chosen
    )


def _ticked(state: dict[str, Any], interview: tables.Interview, key: str) -> list[str] | None:
    """What is ticked of this question of this interview; None when another one is open."""
    if (state.get("interview"), state.get("question")) != (interview.id, key):
        return None
    return list(state.get("chosen") or [])


def _current_choice(question: Question, answers: Answers) -> list[str]:
    value = answers["values"].get(question.key)
    return value if question.kind == "multi_choice" and isinstance(value, list) else []


async def _toggle(
    context: Context, interview: tables.Interview, answers: Answers, key: str, value: str
) -> None:
    """Tick or untick one of several choices; nothing is recorded before 完成."""
    question = flow.next_question(context.office.questionnaire, answers)
    if question is None or question.key != key or value not in dict(question.options):
        raise UserError(context.say("old_button"))
    ticked = _ticked(await context.dialogue(), interview, key)
    chosen = _current_choice(question, answers) if ticked is None else ticked
    chosen = [one for one in chosen if one != value] if value in chosen else [*chosen, value]
    await _tick(context, interview, question, chosen)
    await asking.ask(context, interview, answers, question, chosen)


async def _overview(context: Context, interview_id: int, offset: int) -> None:
    """Every answer given, each a button to correct it."""
    interview, answers = await service.load(context.tx, context.person, interview_id)
    lines = flow.overview(context.office.questionnaire, answers)
    rows = [
        [
            button(
                f"{line.title}：{line.shown or context.say('skipped')}"[:60],
                f"1:iv:{interview_id}:c:{line.key}",
            )
        ]
        for line in lines[offset : offset + _OVERVIEW_PAGE]
    ]
    turn = []
    if offset:
        before = max(0, offset - _OVERVIEW_PAGE)
        turn.append(button(context.say("button_previous"), f"1:iv:over:{interview_id}:{before}"))
    if offset + _OVERVIEW_PAGE < len(lines):
        after = offset + _OVERVIEW_PAGE
        turn.append(button(context.say("button_next"), f"1:iv:over:{interview_id}:{after}"))
    rows.append(turn)
    rows.append([button(context.say("button_continue"), f"1:iv:open:{interview_id}")])
    rows = [row for row in rows if row]
    context.show(context.say("overview_title"), rows, client_id=interview.client_id)


async def _finish(context: Context, interview: tables.Interview, answers: Answers) -> None:
    await context.set_dialogue()
    learned = await service.finish(context.tx, interview, answers, context.office.questionnaire)
    if learned and interview.client_id is not None:
        # a birthday that became known has greetings to plan
        await context.replan(interview.client_id)
    await gap.plan_next_step(context, interview, answers)
    await gap.show(context, interview, answers)
