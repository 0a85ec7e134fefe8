"""One process that sends what is queued, for benchmarks/reminders.py; it ends with its stdin."""

from __future__ import annotations

import asyncio
import json
import logging
import sys
from pathlib import Path

from bot import messages, settings
from bot.clock import SystemClock
from bot.compliance import rulebook
from bot.compliance.checks import Facts
from bot.compliance.gate import Gate
from bot.gateway.door import Door, OfficeBot
from bot.gateway.postman import Postman
from bot.outbox.pacing import Pacer
from bot.simulator.server import DEFAULT_TOKEN
from bot.store.engine import Store
from bot.store.vault import open_vault


async def main() -> None:
    told = json.loads(sys.argv[1])
    logging.getLogger().setLevel(logging.ERROR)
    messages.load(settings.ROOT / "data" / "messages.yaml")
    given = settings.load({"SHOUYUE_DATA_DIR": str(settings.ROOT / "var" / "bench")})
    store = Store(told["url"], open_vault(None, Path(told["folder"])), SystemClock())
    bot = OfficeBot(DEFAULT_TOKEN, told["api"])
    await bot.initialize()
    checker = await rulebook.first_checker(store, given)
    gate = Gate(checker, Facts(), SystemClock(), given.timezone)
    postman = Postman(Door(bot, store, gate), store, Pacer(1_000_000, 1_000_000))
    await postman.start()
    print(json.dumps({"ready": True}), flush=True)
    loop = asyncio.get_running_loop()
    await loop.run_in_executor(None, sys.stdin.readline)
    sending = asyncio.create_task(postman.run())
    await loop.run_in_executor(None, sys.stdin.read)
    await postman.stop()
    await asyncio.gather(sending, return_exceptions=True)
    await bot.shutdown()
    await store.close()


if __name__ == "__main__":
    asyncio.run(main())
