"""The product as processes that may be killed: each line on the standard input starts one.

The first argument is JSON: the folder, the database, the address of Telegram and the clock's offset.
Everything slow is imported once; a process is a fork of it and answers its number.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import sklearn.svm  # noqa: F401  (imported before the forks, which would each import it)

from bot import app as product
from bot.clock import ShiftedClock
from tests.office import test_settings as settings_of

SEND_RATE = 120.0


async def serve(given: dict[str, Any]) -> None:
    """Run the product, as its command does but for the web pages, until something ends it."""
    folder = Path(given["folder"])
    settings = settings_of(
        folder, data_dir=folder / "var", api_url=given["api"], send_rate=SEND_RATE
    )
    clock = ShiftedClock(timedelta(seconds=given["offset"]))
    async with (
        product.assemble(settings, given["database"], clock) as app,
        product.running(app) as tasks,
    ):
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)


def main() -> None:
    given = json.loads(sys.argv[1])
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    for _ in sys.stdin:
        pid = os.fork()
        if pid == 0:
            asyncio.run(serve(given))
            os._exit(1)
        print(pid, flush=True)


if __name__ == "__main__":
    main()
