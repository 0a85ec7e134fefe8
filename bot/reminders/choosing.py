"""Which due touches to one client go together, and which exceed the week's marketing. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.reminders.plan import Refusal, Touch
from bot.reminders.schema import Cadences

WEEK = timedelta(days=7)
MOST_TOGETHER = 6
OVER_LIMIT = Refusal("frequency_cap", "这位客户七天内已有别的问候或推荐，这条让路")


@dataclass(frozen=True, slots=True)
class Due:
    """A touch whose moment has come, by its row's id; ``words`` are the agent's own for it."""

    id: int
    touch: Touch
    words: str | None = None


@dataclass(frozen=True, slots=True)
class Marketing:
    """A marketing text to the client around now: one that went, or one ``planned``."""

    cadence: str
    at: datetime
    planned: bool


def within_limit(
    dues: Sequence[Due], around: Sequence[Marketing], cadences: Cadences, now: datetime
) -> tuple[list[Due], list[Due]]:
    """What may go, service first, and the marketing that would be too much in seven days.

    A text counts for seven days; a planned one of a cadence that stands earlier in the file (a
    birthday before a festival) has its place kept when it is due within the next seven.
    """
    most = cadences.delivery.marketing_per_week
    gone = sum(not one.planned and one.at > now - WEEK for one in around)
    going: list[Due] = []
    refused: list[Due] = []
    for due in sorted(dues, key=lambda due: _rank(due, cadences)):
        if due.touch.nature != "marketing":
            going.append(due)
            continue
        place = cadences.place(due.touch.cadence)
        before = sum(
            one.planned and now < one.at <= now + WEEK and cadences.place(one.cadence) < place
            for one in around
        )
        if gone + before < most:
            gone += 1
            going.append(due)
        else:
            refused.append(due)
    return going, refused


def _rank(due: Due, cadences: Cadences) -> tuple[bool, int, datetime, int]:
    touch = due.touch
    return touch.nature == "marketing", cadences.place(touch.cadence), touch.at, due.id


def together(dues: Sequence[Due], cadences: Cadences) -> list[list[Due]]:
    """The messages in which these touches go, in their order.

    One message takes all, but no more than six, and only one with buttons to answer by.
    """
    messages: list[list[Due]] = []
    for due in dues:
        fitting = (
            message
            for message in messages
            if len(message) < MOST_TOGETHER
            and not (_asks(due, cadences) and any(_asks(one, cadences) for one in message))
        )
        message = next(fitting, None)
        if message is None:
            messages.append([due])
        else:
            message.append(due)
    return messages


def _asks(due: Due, cadences: Cadences) -> bool:
    step = cadences.step(due.touch.cadence, due.touch.step)
    return bool(step and step.buttons)
