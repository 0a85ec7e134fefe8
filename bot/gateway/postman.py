"""Takes rows to the door: replies first, each chat in order and paced, and nothing forgotten."""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections import deque
from collections.abc import Sequence

from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.gateway.door import Door
from bot.outbox import delivery
from bot.outbox.draft import Audience
from bot.outbox.pacing import FREE_METHODS, Pacer
from bot.outbox.retry import Verb
from bot.store import outbox
from bot.store.engine import Store
from bot.store.outbox import OutboxRow

log = logging.getLogger(__name__)

_BATCH = 50
_IDLE_SECONDS = 1.0


class Postman:
    """One per process. Its number is a session lock, so that others see when it has died."""

    def __init__(self, door: Door, store: Store, pacer: Pacer) -> None:
        self.instance = secrets.randbelow(2**31 - 1) + 1
        self._door = door
        self._store = store
        self._pacer = pacer
        self._queues: dict[int, deque[OutboxRow]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._wake = asyncio.Event()
        self._sent: list[tuple[int, int | None]] = []
        self._flushing = False
        self._lock: AsyncConnection | None = None
        self._stopping = False

    async def start(self) -> None:
        """Hold the session lock and take back what dead processes left."""
        self._lock = await self._store.engine.connect()
        values = {"space": outbox.INSTANCE_LOCK_SPACE, "me": self.instance}
        await self._lock.execute(text("SELECT pg_advisory_lock(:space, :me)"), values)
        await self._lock.commit()
        await self.recover()

    async def recover(self) -> None:
        """Rows of dead processes: queued again, or shown to the agent as uncertain."""
        async with self._store.begin() as tx:
            for row in await outbox.recover(tx, self.instance):
                await delivery.tell_uncertain(tx, row)

    def wake(self) -> None:
        """Rows were queued: look now."""
        self._wake.set()

    def hand(self, rows: Sequence[OutboxRow]) -> None:
        """Deliver rows that this process has claimed."""
        for row in rows:
            queue = self._queues.get(row.draft.chat_id)
            if queue is not None:
                queue.append(row)
                continue
            self._queues[row.draft.chat_id] = deque([row])
            task = asyncio.create_task(self._work(row.draft.chat_id))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def run(self) -> None:
        """Claim due rows until stopped."""
        while not self._stopping:
            self._wake.clear()
            try:
                async with self._store.begin() as tx:
                    rows = await outbox.claim_due(tx, self.instance, _BATCH)
            except (SQLAlchemyError, OSError):
                log.exception("the outbox could not be read; trying again")
                rows = []
            self.hand(rows)
            if len(rows) < _BATCH:
                try:
                    await asyncio.wait_for(self._wake.wait(), _IDLE_SECONDS)
                except TimeoutError:
                    pass
            else:
                await asyncio.wait(self._tasks, return_when=asyncio.FIRST_COMPLETED)

    async def stop(self) -> None:
        """Finish what is on the wire; rows not yet sent stay for the next start."""
        self._stopping = True
        self._wake.set()
        for queue in self._queues.values():
            queue.clear()
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=10)
        await self._flush()
        if self._lock is not None:
            await self._lock.close()

    async def _work(self, chat_id: int) -> None:
        queue = self._queues[chat_id]
        try:
            while queue:
                row = queue[0]
                try:
                    await self._deliver(row)
                except Exception:
                    log.exception("outbox %s: not delivered because of a bug", row.id)
                    await self._fail(row)
                if queue:
                    queue.popleft()
        finally:
            del self._queues[chat_id]

    async def _fail(self, row: OutboxRow) -> None:
        await self._store.insist(lambda tx: outbox.mark(tx, row.id, "failed", reason="bug"))

    async def _deliver(self, row: OutboxRow) -> None:
        if row.draft.method not in FREE_METHODS:
            await self._wait_turn(row.draft.chat_id)
            if self._stopping:
                return
        if not await self._door.admit(row):
            self.wake()
            return
        decision, message_id = await self._door.send(row)
        if decision.verb is Verb.SNOOZE:
            self._pacer.hold(asyncio.get_running_loop().time() + decision.wait)
        if decision.verb is Verb.DONE and row.draft.audience is Audience.STAFF:
            self._sent.append((row.id, message_id))
            await self._flush_soon()
        elif decision.verb is not Verb.DONE:
            self.wake()

    async def _wait_turn(self, chat_id: int) -> None:
        loop = asyncio.get_running_loop()
        moment = self._pacer.reserve(chat_id, loop.time())
        if (wait := moment - loop.time()) > 0:
            await asyncio.sleep(wait)

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
        if sent:
            await self._store.insist(lambda tx: outbox.mark_sent(tx, sent))
