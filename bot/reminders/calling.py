"""Premium calls: the hours to call in, what may come of one, and why a transfer fails. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time

KINDS = ("call", "visit", "chat")
"""How a client may be contacted; ``check`` in the log is a look at the account, not a contact."""

RESULTS = (
    "will_pay", "later", "no_answer", "wrong_number", "complaint", "change", "leaving",
)  # fmt: skip
"""What may come of a contact about a renewal, kept in the log with ``renewal_`` before it."""

TRANSFER_CAUSES = (
    "balance", "name", "id_numbers", "third_party", "no_record", "wrong_number", "not_settlement",
    "prefix", "other",
)  # fmt: skip
"""Why a debit fails (转账不成功): the list to go through, in the order of the field."""

REASONS = ("forgot", "money", "doubt", "unreached", "transfer", "moved", "other")
"""Why a premium is unpaid on day 45, for the assessment form."""

CHANCES = ("likely", "unsure", "unlikely")
"""Whether the agent expects it to be paid within the grace, for the assessment form."""

MATTER = "renewal_"
TRANSFER = "transfer_"
CHECK = "check"

# Local hours in which people take two or three minutes for a premium call.
HOURS = (
    (time(9), time(11, 30)),
    (time(14, 30), time(18)),
    (time(19), time(21)),
)

MORNING = HOURS[0][0]
"""When a task about a renewal is due on its day."""


@dataclass(frozen=True, slots=True)
class Hours:
    """A stretch of good hours, local; ``now`` tells that it is running."""

    now: bool
    from_at: time
    until_at: time


def good_hours(local: datetime) -> Hours:
    """The stretch that runs at a local time (its end excluded), else the next one, which after
    the evening is tomorrow's first."""
    clock = local.time()
    for from_at, until_at in HOURS:
        if clock < until_at:
            return Hours(from_at <= clock, from_at, until_at)
    return Hours(False, *HOURS[0])


def hard_hours() -> Hours:
    """The evening, for hard questions: the client is at home and has time."""
    return Hours(False, *HOURS[-1])
