"""The record of the last calls of the Bot API, for those who check what was sent."""

from __future__ import annotations

import time
from collections import deque

from .wire import Json

KEPT = 10_000

Record = tuple[int, float, str, str, Json, int, str]


class Calls:
    """A ring of the last 10,000 calls; numbers grow from 1."""

    def __init__(self) -> None:
        self.last = 0
        self._records: deque[Record] = deque(maxlen=KEPT)

    def add(self, method: str, chat: str, fields: Json, code: int, description: str) -> None:
        """Note a call with its wire fields and the code it was answered with (0: no answer)."""
        self.last += 1
        self._records.append((self.last, time.time(), method, chat, fields, code, description))

    def since(self, number: int) -> list[Json]:
        """The calls after ``number``, oldest first."""
        found = []
        for record in reversed(self._records):
            if record[0] <= number:
                break
            found.append(_shown(record))
        return found[::-1]

    def clear(self) -> None:
        """Forget the calls; numbers go on."""
        self._records.clear()


def _shown(record: Record) -> Json:
    number, at, method, chat, fields, code, description = record
    shown: Json = {
        "n": number,
        "at": round(at, 3),
        "method": method,
        "chat": int(chat) if chat.lstrip("-").isdigit() else chat or None,
        "fields": fields,
        "code": code,
    }
    if description:
        shown["description"] = description
    return shown
