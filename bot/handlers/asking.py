"""One question of the interview as a message: where one is, the words, and what can be tapped."""

from __future__ import annotations

import html
from collections.abc import Sequence

from bot.domain.draft import Button, button, in_rows
from bot.handlers import quick
from bot.handlers.context import Context
from bot.intake import flow, gather
from bot.intake.flow import Answers, Question
from bot.store import tables

_OPTIONS_IN_ROW = 2
_LONG_LABEL = 9


async def ask(
    context: Context,
    interview: tables.Interview,
    answers: Answers,
    question: Question,
    chosen: list[str],
    note: str = "",
    meant: Sequence[tuple[str, str]] = (),
) -> None:
    """Show a question. ``note`` stands above it: what was just recorded, or why what was typed
    cannot be the answer; ``meant`` are answers it may have meant, as buttons."""
    lines = [f"{html.escape(note)}\n"] if note else []
    lines += [_head(context, answers, question), f"<b>{html.escape(question.text)}</b>"]
    lines += [html.escape(extra) for extra in (question.help, question.guide) if extra]
    if question.current:
        lines.append(context.say("question_current", value=html.escape(question.current)))
    number = interview.id or 0
    offered = meant or await quick.answers(context, interview, question)
    rows = _answer_rows(context, number, question, offered, chosen)
    rows += [_ways_on(context, number, question), _ways_out(context, number, answers)]
    rows = [row for row in rows if row]
    context.show("\n".join(lines), rows, html=True, client_id=interview.client_id)


def _head(context: Context, answers: Answers, question: Question) -> str:
    section = html.escape(question.section)
    if question.current:
        return context.say("question_head_change", section=section)
    done = flow.progress(context.office.questionnaire, answers)
    return context.say("question_head", section=section, done=done.done + 1, total=done.total)


async def confirm(
    context: Context, interview: tables.Interview, heard: Sequence[gather.Heard]
) -> None:
    """Show what was heard in one message; a tap takes all of it."""
    number = interview.id or 0
    lines = [context.say("heard_title")]
    lines += [
        context.say("heard_line", title=html.escape(one.title), value=html.escape(one.shown))
        for one in heard
    ]
    rows = [
        [button(context.say("button_heard_all"), f"1:iv:{number}:h:yes")],
        [button(context.say("button_heard_edit"), f"1:iv:{number}:h:edit")],
        [button(context.say("button_heard_none"), f"1:iv:{number}:h:no")],
    ]
    context.show("\n".join(lines), rows, html=True, client_id=interview.client_id)


def _ways_on(context: Context, number: int, question: Question) -> list[Button]:
    if question.current:
        return [button(context.say("button_keep"), f"1:iv:{number}:k:-")]
    if question.required:
        return []
    return [
        button(context.say("button_skip"), f"1:iv:{number}:s:{question.key}"),
        button(context.say("button_postpone"), f"1:iv:{number}:p:{question.key}"),
    ]


def _ways_out(context: Context, number: int, answers: Answers) -> list[Button]:
    pause = button(context.say("button_pause"), f"1:iv:pause:{number}")
    if not answers["trail"]:
        return [pause]
    return [
        button(context.say("button_back"), f"1:iv:{number}:b:-"),
        button(context.say("button_overview"), f"1:iv:over:{number}:0"),
        pause,
    ]


def _answer_rows(
    context: Context,
    number: int,
    question: Question,
    offered: Sequence[tuple[str, str]],
    chosen: list[str],
) -> list[list[Button]]:
    """Buttons for the answers: several may be ticked, or one tap is the answer."""
    if question.kind == "multi_choice":
        buttons = [
            button(
                ("✓ " if value in chosen else "") + label,
                f"1:iv:{number}:t:{question.key}:{value}",
            )
            for value, label in offered
        ]
        done = button(context.say("button_done"), f"1:iv:{number}:d:{question.key}")
        return [*_rows(buttons), [done]]
    if question.kind == "integer" and len(offered) > 1:
        return [[button(label, f"1:iv:{number}:a:{question.key}:{v}") for v, label in offered]]
    return _rows([button(label, f"1:iv:{number}:a:{question.key}:{v}") for v, label in offered])


def _rows(buttons: list[Button]) -> list[list[Button]]:
    long = any(len(one["text"]) > _LONG_LABEL for one in buttons)
    wide = 1 if long else _OPTIONS_IN_ROW
    return in_rows(buttons, wide)
