"""What phones hear of: a bounded list of events with a long poll."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from .wire import Json

KEPT = 20_000
EVERYONE = 0


@dataclass(frozen=True, slots=True)
class Event:
    """Something a phone shows; ``detail`` makes the rest of it when someone listens."""

    number: int
    person: int
    kind: str
    detail: Callable[[], Json] | Json

    def shown(self) -> Json:
        """The JSON form."""
        rest = self.detail if isinstance(self.detail, dict) else self.detail()
        return {"n": self.number, "person": self.person, "kind": self.kind, **rest}


class EventLog:
    """Events in order; numbers grow over restarts because they begin at the time of the start."""

    def __init__(self) -> None:
        self.last = int(time.time() * 1000)
        self._first = self.last
        self._events: deque[Event] = deque(maxlen=KEPT)
        self._waiting: set[asyncio.Future[None]] = set()
        self._closed = False

    def add(self, person: int, kind: str, detail: Callable[[], Json] | Json) -> None:
        """Tell the phones that ``kind`` happened in the chats of ``person``."""
        self.last += 1
        if len(self._events) == KEPT:
            self._first = self._events[0].number
        self._events.append(Event(self.last, person, kind, detail))
        if self._waiting:
            self._release()

    def close(self) -> None:
        """Let everyone who waits go; the server ends."""
        self._closed = True
        self._release()

    def _release(self) -> None:
        waiting, self._waiting = self._waiting, set()
        for future in waiting:
            if not future.done():
                future.set_result(None)

    def missed(self, after: int) -> bool:
        """Whether events after ``after`` may be gone, so that a phone has to load anew."""
        return after < self._first or after > self.last

    def since(self, after: int, person: int | None) -> list[Event]:
        """Events later than ``after``, of ``person`` or of everyone."""
        if after >= self.last:
            return []
        found = []
        for event in reversed(self._events):
            if event.number <= after:
                break
            if person is None or event.person in (person, EVERYONE):
                found.append(event)
        return found[::-1]

    async def wait(self, after: int, person: int | None, seconds: float) -> list[Event]:
        """As ``since``, but waits up to ``seconds`` for the first one."""
        deadline = time.monotonic() + seconds
        while not (found := self.since(after, person)):
            left = deadline - time.monotonic()
            if left <= 0 or self._closed:
                return []
            future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            self._waiting.add(future)
            await asyncio.wait([future], timeout=left)
            self._waiting.discard(future)
        return found
