"""Answers to tap for questions that could also be typed: yes and no, small numbers, what is known."""

from __future__ import annotations

from bot.handlers.context import Context
from bot.intake.flow import Question
from bot.intake.schema import QuestionSpec
from bot.store import book, tables

_COUNT = 4
_STEP = 5
_MOST_BYTES = 24

# question: the column of the client's record that answers it
_KNOWN = {"client_name": "name", "client_birth": "birth_on", "client_phone": "phone"}


async def answers(
    context: Context, interview: tables.Interview, question: Question
) -> list[tuple[str, str]]:
    """Value and label of each answer to offer as a button; the choices of a choice are its own."""
    match question.kind:
        case "choice" | "multi_choice":
            return list(question.options)
        case "yes_no":
            yes, no = ("agree", "disagree") if question.required else ("yes", "no")
            return [
                ("yes", context.say(f"button_{yes}")),
                ("no", context.say(f"button_{no}")),
            ]
        case "integer":
            return [(str(number), str(number)) for number in _numbers(_spec(context, question))]
        case "amount":
            spec = _spec(context, question)
            # a yearly or monthly amount is rarely nothing, unless the question says so
            rare = spec.period is not None and "写 0" not in question.text
            none = [] if rare or spec.at_least else [("0", context.say("button_zero"))]
            return [*_taps(spec), *none]
        case _:
            known = await _known(context, interview, question)
            return known or _taps(_spec(context, question))


def _taps(spec: QuestionSpec) -> list[tuple[str, str]]:
    return [(tap, tap) for tap in spec.taps]


def _spec(context: Context, question: Question) -> QuestionSpec:
    return context.office.questionnaire.specs[question.key.partition(".")[0]]


def _numbers(spec: QuestionSpec) -> range:
    """The first few of a small range; of a wide one, such as ages, some in its middle."""
    low, high = int(spec.at_least or 0), int(spec.at_most or _COUNT)
    if high - low <= 12:
        return range(low, min(low + _COUNT, high + 1))
    middle = (low + high) // 2 // _STEP * _STEP
    return range(middle - _STEP, middle + 2 * _STEP + 1, _STEP)


async def _known(
    context: Context, interview: tables.Interview, question: Question
) -> list[tuple[str, str]]:
    """What the client's record says already, as long as it fits a button."""
    column = _KNOWN.get(question.key)
    if column is None or interview.client_id is None:
        return []
    client = await book.client(context.tx, context.person, interview.client_id, "interview")
    value = getattr(client, column)
    if value is None or len(str(value).encode()) > _MOST_BYTES:
        return []
    return [(str(value), str(value).removeprefix("+86"))]
