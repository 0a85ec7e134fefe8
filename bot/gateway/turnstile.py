"""Lets calls pass at the pace that Telegram allows, the most urgent of those that may go first."""

from __future__ import annotations

import asyncio
import contextlib
import heapq
import itertools
from dataclasses import dataclass

from bot.outbox.pacing import Pacer

# Timers are no finer than this; without the slack a high rate could not be reached.
_SLACK = 0.002


@dataclass(slots=True, eq=False)
class _Turn:
    chat_id: int
    priority: int
    passed: asyncio.Future[None]
    ready: bool = False


class Turnstile:
    """One waits at a time for each chat; a small ``priority`` passes before a large one."""

    def __init__(self, pacer: Pacer) -> None:
        self._pacer = pacer
        self._turns: dict[int, _Turn] = {}
        self._later: list[tuple[float, int, _Turn]] = []
        self._ready: list[tuple[int, int, _Turn]] = []
        self._numbers = itertools.count()
        self._changed = asyncio.Event()
        self._usher: asyncio.Task[None] | None = None
        self._open = False

    async def wait(self, chat_id: int, priority: int) -> None:
        """Return when a call to this chat may go."""
        if self._open:
            return
        turn = _Turn(chat_id, priority, asyncio.get_running_loop().create_future())
        self._turns[chat_id] = turn
        free_at = self._pacer.chat_free_at(chat_id)
        heapq.heappush(self._later, (free_at, next(self._numbers), turn))
        self._changed.set()
        if self._usher is None or self._usher.done():
            self._usher = asyncio.create_task(self._let_pass())
        try:
            await turn.passed
        finally:
            self._turns.pop(chat_id, None)

    def hurry(self, chat_id: int, priority: int) -> None:
        """Something more urgent than what waits for this chat came in."""
        turn = self._turns.get(chat_id)
        if turn is None or turn.priority <= priority:
            return
        turn.priority = priority
        if turn.ready:
            heapq.heappush(self._ready, (priority, next(self._numbers), turn))

    def hold(self, seconds: float) -> None:
        """Let nobody pass for so long."""
        self._pacer.hold(asyncio.get_running_loop().time() + seconds)

    def open(self) -> None:
        """Let everybody pass at once; the end of all sending."""
        self._open = True
        for turn in self._turns.values():
            if not turn.passed.done():
                turn.passed.set_result(None)
        if self._usher is not None:
            self._usher.cancel()

    async def _let_pass(self) -> None:
        loop = asyncio.get_running_loop()
        while self._later or self._ready:
            now = loop.time()
            while self._later and self._later[0][0] <= now:
                _, number, turn = heapq.heappop(self._later)
                turn.ready = True
                heapq.heappush(self._ready, (turn.priority, number, turn))
            if self._ready and self._pacer.free_at - now <= _SLACK:
                turn = heapq.heappop(self._ready)[2]
                if not turn.passed.done():
                    self._pacer.reserve(turn.chat_id, now)
                    turn.passed.set_result(None)
                continue
            await self._sleep((self._pacer.free_at if self._ready else self._later[0][0]) - now)

    async def _sleep(self, seconds: float) -> None:
        """Until then, or until somebody new waits."""
        self._changed.clear()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._changed.wait(), seconds)
