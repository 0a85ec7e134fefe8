"""Takes rows to the door: replies first, each chat in order and paced, and nothing forgotten."""

from __future__ import annotations

import asyncio
import contextlib
import heapq
import logging
import secrets
from collections.abc import Sequence

from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.draft import Audience
from bot.gateway.door import Door
from bot.gateway.turnstile import Turnstile
from bot.outbox import delivery
from bot.outbox.delivery import Called
from bot.outbox.pacing import FREE_METHODS, Pacer
from bot.outbox.retry import Decision, Outcome, Verb
from bot.store import outbox
from bot.store.engine import DATABASE_AWAY, Store
from bot.store.outbox import OutboxRow

log = logging.getLogger(__name__)

_BATCH = 100
_LINES_AT_HAND = 200
_LONG_LINE = 10
_IDLE_SECONDS = 1.0
_CARE_SECONDS = 15.0

# The rows of one chat that pass the turnstile, or those of it that need not: a heap by urgency.
_Key = tuple[int, bool]
_Line = list[tuple[int, int, OutboxRow]]


class Postman:
    """One per process. Its number is a session lock, so that others see when it has died."""

    def __init__(self, door: Door, store: Store, pacer: Pacer) -> None:
        self.instance = secrets.randbelow(2**31 - 1) + 1
        self._door = door
        self._store = store
        self._turnstile = Turnstile(pacer)
        self._lines: dict[_Key, _Line] = {}
        self._at_door: set[int] = set()
        self._strays: set[int] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._wake = asyncio.Event()
        self._sent: list[tuple[int, int | None]] = []
        self._flushing = False
        self._lock: AsyncConnection | None = None
        self._stopping = False

    async def start(self) -> None:
        """Hold the session lock and take back what dead processes left."""
        await self._hold_lock()
        await self._recover()

    async def _hold_lock(self) -> None:
        if self._lock is not None:
            try:
                await self._lock.execute(text("SELECT 1"))
                await self._lock.commit()
                return
            except SQLAlchemyError:
                await self._lock.invalidate()
                await self._lock.close()
                self._lock = None
        lock = await self._store.engine.connect()
        values = {"space": outbox.INSTANCE_LOCK_SPACE, "me": self.instance}
        await lock.execute(text("SELECT pg_advisory_lock(:space, :me)"), values)
        await lock.commit()
        self._lock = lock

    async def _recover(self) -> None:
        """Rows of dead processes: queued again, or shown to the agent as uncertain."""
        async with self._store.begin() as tx:
            for row in await outbox.recover(tx, self.instance):
                await delivery.left_uncertain(tx, row)

    async def care(self) -> None:
        """Keep the session lock, and find rows that fell out of anybody's hands.

        Our own are those that a broken connection kept from us: twice seen, and not at hand.
        """
        await self._hold_lock()
        await self._recover()
        async with self._store.begin() as tx:
            ours = await outbox.claimed(tx, self.instance)
            strays = [row for row in ours if row.id not in self._at_hand()]
            lost = [row for row in strays if row.id in self._strays]
            self._strays = {row.id for row in strays}
            uncertain = [row for row in lost if row.status == "sending"]
            for row in uncertain:
                await outbox.mark(tx, row.id, "uncertain", claimed_by=None)
                await delivery.left_uncertain(tx, row)
        self.hand([row for row in lost if row.status == "claimed"])

    def _at_hand(self) -> set[int]:
        waiting = {row_id for line in self._lines.values() for _, row_id, _ in line}
        return waiting | self._at_door | {row_id for row_id, _ in self._sent}

    def wake(self) -> None:
        """Rows were queued: look now."""
        self._wake.set()

    def hand(self, rows: Sequence[OutboxRow]) -> None:
        """Deliver rows that this process has claimed."""
        for row in rows:
            draft = row.draft
            paced = draft.method not in FREE_METHODS
            key = (draft.chat_id, paced)
            line = self._lines.get(key)
            if line is not None:
                heapq.heappush(line, (draft.priority, row.id, row))
                if paced:
                    self._turnstile.hurry(draft.chat_id, draft.priority)
                continue
            self._lines[key] = [(draft.priority, row.id, row)]
            task = asyncio.create_task(self._work(key))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def run(self) -> None:
        """Claim due rows until stopped."""
        loop = asyncio.get_running_loop()
        care_at = loop.time() + _CARE_SECONDS
        while not self._stopping:
            self._wake.clear()
            try:
                if loop.time() >= care_at:
                    care_at = loop.time() + _CARE_SECONDS
                    await self.care()
                more = await self._claim()
            except DATABASE_AWAY:
                log.exception("the outbox could not be read; trying again")
                more = False
            if more and len(self._lines) >= _LINES_AT_HAND:
                await asyncio.wait(self._tasks, return_when=asyncio.FIRST_COMPLETED)
            elif not more:
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._wake.wait(), _IDLE_SECONDS)

    async def _claim(self) -> bool:
        """Take due rows; True when there may be more. A chat with a long line gets no more."""
        if len(self._lines) >= _LINES_AT_HAND:
            return True
        busy = [chat_id for (chat_id, _), line in self._lines.items() if len(line) >= _LONG_LINE]
        async with self._store.begin() as tx:
            rows = await outbox.claim_due(tx, self.instance, _BATCH, busy)
        self.hand(rows)
        return len(rows) == _BATCH

    async def stop(self) -> None:
        """Finish what is on the wire; rows not yet sent stay for the next start."""
        self._stopping = True
        self._wake.set()
        self._turnstile.open()
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=10)
        await self._flush()
        if self._lock is not None:
            await self._lock.close()

    async def _work(self, key: _Key) -> None:
        chat_id, paced = key
        line = self._lines[key]
        try:
            while line and not self._stopping:
                if paced:
                    await self._turnstile.wait(chat_id, line[0][0])
                    if self._stopping:
                        return
                row = heapq.heappop(line)[2]
                self._at_door.add(row.id)
                try:
                    await self._take_to_door(row)
                finally:
                    self._at_door.discard(row.id)
        finally:
            del self._lines[key]

    async def _take_to_door(self, row: OutboxRow) -> None:
        """Deliver a row; when the database stays away it is a stray, which ``care`` takes up."""
        try:
            try:
                await self._deliver(row)
            except DATABASE_AWAY:
                raise
            except Exception:
                log.exception("outbox %s: not delivered because of a bug", row.id)
                await self._door.record(Called(row, Outcome.BUG, Decision(Verb.FAIL)))
                self.wake()
        except DATABASE_AWAY:
            log.exception("outbox %s: the database was away", row.id)

    async def _deliver(self, row: OutboxRow) -> None:
        if not await self._door.admit(row):
            self.wake()
            return
        decision, message_id = await self._door.send(row)
        if decision.verb is Verb.SNOOZE:
            self._turnstile.hold(decision.wait)
        if decision.verb is Verb.DONE and row.draft.audience is Audience.STAFF:
            self._sent.append((row.id, message_id))
            await self._flush_soon()
        elif decision.verb is not Verb.DONE:
            self.wake()

    async def _flush_soon(self) -> None:
        """Record sent replies in one statement; those sent meanwhile go with the next."""
        if self._flushing:
            return
        self._flushing = True
        try:
            while self._sent:
                await self._flush()
        finally:
            self._flushing = False

    async def _flush(self) -> None:
        sent, self._sent = self._sent, []
        if not sent:
            return
        ids = {row_id for row_id, _ in sent}
        self._at_door |= ids
        try:
            await self._store.insist(lambda tx: outbox.mark_sent(tx, sent))
        finally:
            self._at_door -= ids
