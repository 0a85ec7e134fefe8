"""Presses of buttons and inline queries that wait for the bot's answer."""

from __future__ import annotations

import asyncio
import secrets
import time
from collections import deque
from dataclasses import dataclass

from .journal import Journal
from .wire import Json

CALLBACK_SECONDS = 60.0
INLINE_SECONDS = 30.0
RESULTS_SECONDS = 1800.0


@dataclass(slots=True)
class Query:
    """A question to the bot. ``answer`` is set once; ``asked_at`` is the machine's time."""

    id: str
    person: int
    kind: str
    asked_at: float
    text: str = ""
    answer: Json | None = None

    def row(self) -> object:
        """The form that is stored."""
        return [self.id, self.person, self.kind, self.asked_at, self.text, self.answer]


class Queries:
    """Open queries by id; those that grew too old count as unknown."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._open: dict[str, Query] = {key: Query(*row) for key, row in journal.load("query")}
        self._answered: deque[str] = deque(maxlen=200)
        self._waiting: dict[str, asyncio.Future[None]] = {}

    def ask(self, kind: str, person: int, text: str = "") -> Query:
        """A new query of ``kind`` ("callback" or "inline")."""
        self._forget_old()
        number = (person << 32) | secrets.randbits(31)
        query = Query(str(number), person, kind, time.time(), text)
        self._open[query.id] = query
        self._journal.put("query", query.id, query)
        return query

    def _forget_old(self) -> None:
        limit = time.time() - RESULTS_SECONDS
        while self._open:
            oldest = next(iter(self._open.values()))
            if oldest.asked_at >= limit:
                return
            self._drop(oldest)

    def _drop(self, query: Query) -> None:
        self._open.pop(query.id, None)
        self._journal.drop("query", query.id)

    def answered(self, query_id: str) -> bool:
        """Whether this press of a button had its answer a short while ago."""
        return query_id in self._answered

    def waiting(self, query_id: str, kind: str) -> Query | None:
        """The query, if the bot may still answer it."""
        query = self._open.get(query_id)
        seconds = CALLBACK_SECONDS if kind == "callback" else INLINE_SECONDS
        if query is None or query.kind != kind or time.time() - query.asked_at > seconds:
            return None
        return query

    def find(self, query_id: str) -> Query | None:
        """The query, answered or not."""
        return self._open.get(query_id)

    def give(self, query: Query, answer: Json) -> None:
        """Keep the bot's answer and wake whoever waits for it."""
        query.answer = answer
        if query.kind == "callback":
            self._drop(query)
            self._answered.append(query.id)
        else:
            self._journal.put("query", query.id, query)
        future = self._waiting.get(query.id)
        if future is not None and not future.done():
            future.set_result(None)

    async def wait(self, query: Query, seconds: float) -> Json | None:
        """The answer, if it comes within ``seconds``."""
        if query.answer is None and seconds > 0:
            future = asyncio.get_running_loop().create_future()
            self._waiting[query.id] = future
            await asyncio.wait([future], timeout=seconds)
            self._waiting.pop(query.id, None)
        return query.answer

    def clear(self) -> None:
        """Forget every query."""
        for query_id in self._open:
            self._journal.drop("query", query_id)
        self._open.clear()
