"""What to do after a call: a pure decision from its outcome, the audience and the attempts."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from bot.domain.draft import Audience

MAX_ATTEMPTS = 6
_FIRST_WAIT = 2.0
_LONGEST_WAIT = 300.0


class Outcome(Enum):
    """How a call ended, as far as we can know."""

    DELIVERED = "delivered"
    UNCHANGED = "unchanged"  # an edit to the same text: nothing to do
    NOT_SENT = "not_sent"  # the connection failed before anything was written
    UNKNOWN = "unknown"  # it timed out or broke off: it may have arrived
    SERVER_ERROR = "server_error"  # 5xx: Telegram said it failed
    FLOOD = "flood"  # 429: wait as told
    CHAT_DEAD = "chat_dead"  # 403, chat not found: nobody there
    REFUSED = "refused"  # 400: it will never work
    BUG = "bug"  # our own mistake kept it from being sent


class Verb(Enum):
    """What becomes of the row."""

    DONE = "sent"
    RETRY = "queued"
    SNOOZE = "snoozed"  # try again, and not count it as an attempt
    UNCERTAIN = "uncertain"  # a person must look
    FAIL = "failed"


@dataclass(frozen=True, slots=True)
class Decision:
    """The verb, and after how many seconds to try again."""

    verb: Verb
    wait: float = 0.0


def decide(
    outcome: Outcome, audience: Audience, attempts: int, retry_after: float = 0.0
) -> Decision:
    """Decide after the ``attempts``-th try (1 is the first).

    A message to a client that may have arrived is never sent again by itself; a reply to
    staff is, because a lost reply is worse for them than a second one.
    """
    match outcome:
        case Outcome.DELIVERED | Outcome.UNCHANGED:
            return Decision(Verb.DONE)
        case Outcome.FLOOD:
            return Decision(Verb.SNOOZE, retry_after)
        case Outcome.CHAT_DEAD | Outcome.REFUSED | Outcome.BUG:
            return Decision(Verb.FAIL)
        case Outcome.UNKNOWN if audience is not Audience.STAFF:
            return Decision(Verb.UNCERTAIN)
        case _:
            if attempts >= MAX_ATTEMPTS:
                return Decision(Verb.FAIL)
            return Decision(Verb.RETRY, min(_FIRST_WAIT * 2 ** (attempts - 1), _LONGEST_WAIT))
