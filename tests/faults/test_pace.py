"""The pace: at most so many a second for all, one a second for each chat, replies first."""

from __future__ import annotations

from collections import defaultdict
from itertools import pairwise
from pathlib import Path
from typing import Any

from bot.domain.draft import REMINDER, message
from tests.faults.small_office import edge
from tests.office import LIN, greet

RATE = 25
_JITTER = 0.06


def gaps_of_each(calls: list[dict[str, Any]]) -> list[float]:
    """The seconds between one message and the next of the same chat."""
    moments: dict[int, list[float]] = defaultdict(list)
    for call in calls:
        moments[call["chat"]].append(call["at"])
    return [later - earlier for times in moments.values() for earlier, later in pairwise(times)]


def most_in_a_second(calls: list[dict[str, Any]]) -> int:
    moments: list[float] = sorted(call["at"] for call in calls)
    return max(sum(start <= at < start + 1 for at in moments) for start in moments)


async def test_bursts_keep_the_pace_and_replies_overtake_reminders(
    database_url: str, tmp_path: Path
) -> None:
    async with edge(database_url, tmp_path, send_rate=float(RATE), chat_rate=1.0) as office:
        many = [{"id": 7000 + n, "first_name": f"第{n}人", "started": True} for n in range(40)]
        await office.phone.post("people", people=many)
        await greet(office.phone, LIN)
        reminders = [
            message(7000 + n, f"提醒{turn}", priority=REMINDER)
            for turn in range(2)
            for n in range(40)
        ]
        own = [message(LIN, f"提醒自己{n}", priority=REMINDER) for n in range(4)]
        await office.queue(*own, *reminders)
        await office.phone.mark(LIN)
        await office.phone.say(LIN, "/menu")
        await office.phone.expect(LIN, "林晓梅")
        await office.quiet()
        calls = await office.calls(method="sendMessage")
    reply = next(at for at, call in enumerate(calls) if "reply_markup" in call["fields"] and at)
    after = [call for call in calls[reply + 1 :] if "提醒" in str(call["fields"])]
    assert len(calls) >= len(reminders) + len(own) + 2, "nothing was lost"
    assert len(after) > len(reminders) / 2, "the reply overtook most of what waited"
    assert min(gaps_of_each(calls)) >= 1 - _JITTER
    assert most_in_a_second(calls) <= RATE + 2
    told = [call["fields"]["text"] for call in calls if "提醒自己" in str(call["fields"])]
    assert told == [f"提醒自己{n}" for n in range(4)], "each chat in order"
