"""The queue of updates: made once, given until they are confirmed."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from dataclasses import dataclass

from .faults import FaultPlan
from .journal import Journal
from .refusals import other_poller
from .wire import Json, dump

FIRST_ID = 500_000_001
UNASKED = frozenset({"chat_member", "message_reaction", "message_reaction_count"})


@dataclass(slots=True)
class Pending:
    """An update that waits. ``owed``: it has to be given once more whatever is confirmed."""

    number: int
    update_id: int
    body: str
    owed: bool = False

    def row(self) -> object:
        """The form that is stored."""
        return [self.update_id, self.body, self.owed]


class UpdateQueue:
    """Updates in the order they were made; ``next_id`` never repeats, not even after a crash."""

    def __init__(self, journal: Journal, faults: FaultPlan, skip: int) -> None:
        """``skip``: ids that an unclean end may have given away without a trace."""
        self._faults = faults
        stored = dict(journal.load("queue")).get("state", {})
        self.next_id: int = stored.get("next_id", FIRST_ID - skip) + skip
        allowed = stored.get("allowed")
        self.allowed = None if allowed is None else frozenset(allowed)
        self.arrived = asyncio.Event()
        self._journal = journal
        self._numbers = 0
        self._odd = False
        self._closed = False
        self._poller: asyncio.Future[bool] | None = None
        self._pending: deque[Pending] = deque()
        rows = sorted((int(key), value) for key, value in journal.load("update"))
        for number, (update_id, body, owed) in rows:
            self._pending.append(Pending(number, update_id, body, owed))
            self._numbers = number
            self._odd = self._odd or owed
        if self._pending:
            self.arrived.set()

    def __len__(self) -> int:
        return len(self._pending)

    def row(self) -> object:
        """The form that is stored, without the updates themselves."""
        allowed = None if self.allowed is None else sorted(self.allowed)
        return {"next_id": self.next_id, "allowed": allowed}

    def want(self, kinds: list[str] | None) -> None:
        """Make only updates of ``kinds`` from now on; an empty list is the usual ones."""
        if kinds is not None:
            self.allowed = frozenset(kinds) or None
            self._journal.put("queue", "state", self)

    def push(self, kind: str, content: Json) -> None:
        """Queue a new update unless the bot does not want this ``kind``."""
        if self.allowed is None:
            if kind in UNASKED:
                return
        elif kind not in self.allowed:
            return
        update_id = self.next_id
        self.next_id += 1
        self._append(update_id, dump({"update_id": update_id, kind: content}))

    def push_raw(self, update: Json) -> int:
        """Queue ``update`` as it is, even with an id that was used before; its id is returned."""
        update_id = update.get("update_id")
        if not isinstance(update_id, int):
            update_id = self.next_id
            update = {"update_id": update_id, **update}
        self.next_id = max(self.next_id, update_id + 1)
        self._odd = True
        self._append(update_id, dump(update), owed=True)
        return update_id

    def _append(self, update_id: int, body: str, owed: bool = False) -> None:
        self._numbers += 1
        pending = Pending(self._numbers, update_id, body, owed)
        self._pending.append(pending)
        self._journal.put("update", pending.number, pending)
        self._journal.put("queue", "state", self)
        self.arrived.set()
        if self._poller is not None and not self._poller.done():
            self._poller.set_result(True)

    async def poll(self, offset: int, limit: int, timeout: float) -> list[str]:  # noqa: ASYNC109
        """The next updates as JSON, as getUpdates gives them; the newest caller wins."""
        self.confirm(offset)
        if self._poller is not None and not self._poller.done():
            self._poller.set_result(False)
        deadline = time.monotonic() + timeout
        while not self._pending and not self._closed:
            left = deadline - time.monotonic()
            if left <= 0:
                return []
            poller = self._poller = asyncio.get_running_loop().create_future()
            await asyncio.wait([poller], timeout=left)
            if poller.done() and not poller.result():
                raise other_poller()
        return self._taken(limit)

    def interrupt(self) -> None:
        """End a waiting getUpdates with 409, for a webhook has been set."""
        if self._poller is not None and not self._poller.done():
            self._poller.set_result(False)

    def close(self) -> None:
        """Let a waiting getUpdates go with nothing; the server ends."""
        self._closed = True
        self.arrived.set()
        if self._poller is not None and not self._poller.done():
            self._poller.set_result(True)

    def confirm(self, offset: int) -> None:
        """Forget updates before ``offset``; a negative one keeps only that many of the last."""
        pending = self._pending
        if offset < 0:
            while len(pending) > -offset:
                self._forget(pending.popleft())
            return
        while pending and pending[0].update_id < offset and not pending[0].owed:
            self._forget(pending.popleft())
        if self._odd and offset:
            for late in [one for one in pending if one.update_id < offset and not one.owed]:
                pending.remove(late)
                self._forget(late)
            self._odd = bool(pending)

    def _forget(self, pending: Pending) -> None:
        self._journal.drop("update", pending.number)

    def _taken(self, limit: int) -> list[str]:
        if len(self._pending) <= limit:
            batch = list(self._pending)
        else:
            batch = [self._pending[index] for index in range(limit)]
        if batch and self._faults.waiting and self._faults.take_duplicate():
            self._odd = True
            for one in batch:
                one.owed = True
        elif self._odd:
            for one in batch:
                one.owed = False
        return [one.body for one in batch]

    def head(self) -> Pending | None:
        """The first update that waits."""
        return self._pending[0] if self._pending else None

    def delivered(self, pending: Pending) -> None:
        """The webhook took ``pending``, which was the head when it was read."""
        if self._pending and self._pending[0] is pending:
            self._forget(self._pending.popleft())
        if not self._pending and not self._closed:
            self.arrived.clear()

    def clear(self) -> None:
        """Forget everything that waits."""
        while self._pending:
            self._forget(self._pending.popleft())
