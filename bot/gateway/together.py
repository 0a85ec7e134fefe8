"""Work of many callers in one transaction: those who come while one runs go together next."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

from bot.store.engine import DATABASE_AWAY, Store, Tx

Item = TypeVar("Item")
Answer = TypeVar("Answer")


class Together(Generic[Item, Answer]):
    """Each ``do`` returns after the transaction that did its item's work; none waits for a timer."""

    def __init__(
        self, store: Store, work: Callable[[Tx, Sequence[Item]], Awaitable[Sequence[Answer]]]
    ) -> None:
        self._store = store
        self._work = work
        self._waiting: list[tuple[Item, asyncio.Future[Answer]]] = []
        self._runner: asyncio.Task[None] | None = None

    async def do(self, item: Item) -> Answer:
        """The answer for ``item``; raises what its work raised."""
        answer: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        self._waiting.append((item, answer))
        if self._runner is None or self._runner.done():
            self._runner = asyncio.create_task(self._run())
        return await answer

    async def _run(self) -> None:
        while self._waiting:
            # whoever is about to come in this turn of the loop goes along
            await asyncio.sleep(0)
            batch, self._waiting = self._waiting, []
            try:
                await self._do(batch)
            except DATABASE_AWAY as error:
                _fail(batch, error)
            except Exception as error:
                if len(batch) == 1:
                    _fail(batch, error)
                else:
                    # One item that cannot be done must not take the others with it.
                    await self._apart(batch)

    async def _apart(self, batch: list[tuple[Item, asyncio.Future[Answer]]]) -> None:
        for one in batch:
            try:
                await self._do([one])
            except Exception as error:
                _fail([one], error)

    async def _do(self, batch: list[tuple[Item, asyncio.Future[Answer]]]) -> None:
        items = [item for item, _ in batch]
        answers = await self._store.insist(lambda tx: self._work(tx, items))
        for (_, waiting), answer in zip(batch, answers, strict=True):
            if not waiting.done():
                waiting.set_result(answer)


def _fail(batch: list[tuple[Item, asyncio.Future[Answer]]], error: BaseException) -> None:
    for _, waiting in batch:
        if not waiting.done():
            waiting.set_exception(error)
