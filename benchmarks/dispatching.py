"""One process that sends, for the benchmarks of reminders; it ends with its stdin.

Its clock is ``offset`` seconds off. With ``ticking`` it also looks at what is due, as the clockwork
does; told to ``queue`` messages, it looks until there are so many, before it is ready.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import sys
from datetime import timedelta
from pathlib import Path

from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from bot import app as product
from bot import messages, settings
from bot.clock import ShiftedClock
from bot.compliance import rulebook
from bot.compliance.checks import Facts
from bot.compliance.gate import Gate
from bot.gateway.door import Door, OfficeBot
from bot.gateway.postman import Postman
from bot.outbox.pacing import Pacer
from bot.reminders import sender
from bot.reminders.loading import load_cadences
from bot.reminders.schema import Cadences
from bot.settings import Settings
from bot.simulator.server import DEFAULT_TOKEN
from bot.store.engine import DATABASE_AWAY, Store
from bot.store.vault import open_vault
from bot.text import restore


async def main() -> None:
    told = json.loads(sys.argv[1])
    logging.getLogger().setLevel(logging.ERROR)
    messages.load(settings.ROOT / "data" / "messages.yaml")
    given = settings.load({"SHOUYUE_DATA_DIR": str(settings.ROOT / "var" / "bench")})
    clock = ShiftedClock(timedelta(seconds=told["offset"]))
    store = Store(told["url"], open_vault(None, Path(told["folder"])), clock)
    bot = OfficeBot(DEFAULT_TOKEN, told["api"])
    await bot.initialize()
    checker = await rulebook.first_checker(store, given)
    gate = Gate(checker, Facts(), clock, given.timezone)
    postman = Postman(Door(bot, store, gate), store, Pacer(1_000_000, 1_000_000))
    restore.warm()
    cadences = load_cadences(settings.ROOT / "data" / "cadences.yaml")
    while await queued(store) < told.get("queue", 0):
        async with store.begin() as tx:
            await sender.send_due(tx, cadences, given, gate)
    await postman.start()
    product.set_aside()
    print(json.dumps({"ready": True}), flush=True)
    loop = asyncio.get_running_loop()
    await loop.run_in_executor(None, sys.stdin.readline)
    tasks = [asyncio.create_task(postman.run())]
    if told.get("ticking"):
        tasks.append(asyncio.create_task(tick(store, cadences, given, gate, postman)))
    await loop.run_in_executor(None, sys.stdin.read)
    tasks[-1].cancel()
    await postman.stop()
    await asyncio.gather(*tasks, return_exceptions=True)
    await bot.shutdown()
    await store.close()


async def queued(store: Store) -> int:
    """How many messages to clients wait."""
    async with store.begin() as tx:
        query = text("SELECT count(*) FROM outbox WHERE audience = 'client' AND status = 'queued'")
        return int((await tx.connection.execute(query)).scalar() or 0)


async def tick(
    store: Store, cadences: Cadences, given: Settings, gate: Gate, postman: Postman
) -> None:
    """Look at what is due, five times a second; without the database, at the next."""
    while True:
        with contextlib.suppress(*DATABASE_AWAY, SQLAlchemyError):
            async with store.begin() as tx:
                await sender.send_due(tx, cadences, given, gate)
            postman.wake()
        await asyncio.sleep(0.2)


if __name__ == "__main__":
    asyncio.run(main())
