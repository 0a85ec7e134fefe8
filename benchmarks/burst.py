"""How long an agent waits for a reply while thousands of greetings fall due at nine.

The whole product runs as a process of its own at Telegram's pace (25 a second, one a second for a
chat). An agent opens the menu again and again, first in peace, then from the moment of the burst.

    python -m benchmarks.burst [--greetings 10000] [--seconds 40]
"""

from __future__ import annotations

import argparse
import asyncio
import dataclasses
import json
import sys
import time
from datetime import UTC, date, datetime, timedelta
from typing import Any, cast

import aiohttp
from sqlalchemy import text

from benchmarks.bench import AGENTS, FIRST_CHAT, GREETED, NOW, ready, run, simulator
from benchmarks.bots import stdin_closed
from benchmarks.updates import start, stop
from bot import app as product
from bot import settings
from bot.clock import FrozenClock, ShiftedClock
from bot.simulator.server import DEFAULT_TOKEN

_EVERY = 1.3
_BEFORE = 10.0
_LEAST_QUEUED = 100


async def office(told: dict[str, Any]) -> None:
    """The product, with its own clockwork and Telegram's pace."""
    given = settings.load(
        {"SHOUYUE_DATA_DIR": str(settings.ROOT / "var" / "bench"), "SHOUYUE_LOG_LEVEL": "ERROR"}
    )
    given = dataclasses.replace(given, telegram_token=DEFAULT_TOKEN, api_url=told["api"])
    clock = ShiftedClock(timedelta(seconds=told["offset"]))
    async with (
        product.assemble(given, told["url"], clock) as app,
        product.running(app),
    ):
        product.set_aside()
        print(json.dumps({"ready": True}), flush=True)
        await stdin_closed(asyncio.get_running_loop()).wait()


async def waits(
    session: aiohttp.ClientSession, address: str, person: int, seconds: float
) -> list[float]:
    """Milliseconds from the tap on the menu command to the reply, one after the other."""
    found: list[float] = []
    until = time.perf_counter() + seconds
    while time.perf_counter() < until:
        async with session.get(f"{address}/sim/events") as answer:
            after = (await answer.json())["next"]
        begun = time.perf_counter()
        body = {"person": person, "text": "/menu"}
        async with session.post(f"{address}/sim/say", json=body) as answer:
            assert answer.status == 200, await answer.text()
        while True:
            url = f"{address}/sim/transcript?person={person}"
            async with session.get(url) as answer:
                said = (await answer.json())["messages"]
            if said and said[-1]["by"] == "bot" and "今天想做什么" in str(said[-1].get("text")):
                break
            assert time.perf_counter() - begun < 60, "no reply in a minute"
            await asyncio.sleep(0.01)
        found.append((time.perf_counter() - begun) * 1000)
        assert after is not None
        await asyncio.sleep(max(0.0, _EVERY - (time.perf_counter() - begun)))
    return sorted(found)


def told_of(name: str, found: list[float]) -> None:
    half, tail = found[len(found) // 2], found[int(len(found) * 0.99)]
    print(
        f"{name:<26}{len(found):>6} replies   p50 {half:>6.0f} ms   p99 {tail:>6.0f} ms   "
        f"longest {found[-1]:>6.0f} ms"
    )


async def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--greetings", type=int, default=10_000)
    parser.add_argument("--seconds", type=float, default=40)
    options = parser.parse_args()
    with ready() as bench:
        before = NOW - timedelta(seconds=_BEFORE + 20)
        clock = cast(FrozenClock, ShiftedClock(before - datetime.now(UTC)))
        async with (
            bench.database(clock) as store,
            simulator(bench.folder / "sim", options.greetings) as address,
            aiohttp.ClientSession() as session,
        ):
            birth_on = date(1980, NOW.month, NOW.day)
            count = options.greetings
            run(store.url, GREETED, count=count, agents=AGENTS, now=NOW, birth_on=birth_on)
            await bench.plan_all(store)
            agents = [{"id": FIRST_CHAT, "first_name": "业务员", "started": True}]
            async with session.post(f"{address}/sim/people", json={"people": agents}) as answer:
                assert answer.status == 200
            offset = (NOW - timedelta(seconds=_BEFORE) - datetime.now(UTC)).total_seconds()
            told = {"api": address, "url": store.url, "offset": offset}
            bot, _ = await start(["-m", "benchmarks.burst", "--office", json.dumps(told)])
            left = (NOW - datetime.now(UTC)).total_seconds() - offset
            told_of("in peace", await waits(session, address, FIRST_CHAT, max(left - 1, 5)))
            told_of("from the burst on", await waits(session, address, FIRST_CHAT, options.seconds))
            async with store.begin() as tx:
                sent, queued = (
                    await tx.connection.execute(
                        text(
                            "SELECT count(*) FILTER (WHERE status = 'sent'), "
                            "count(*) FILTER (WHERE status = 'queued') FROM outbox "
                            "WHERE audience = 'client'"
                        )
                    )
                ).one()
            await stop(bot)
            assert sent + queued >= _LEAST_QUEUED, (sent, queued)
            print(f"greetings sent meanwhile {sent:,}, still queued {queued:,}")


if __name__ == "__main__":
    if sys.argv[1:2] == ["--office"]:
        asyncio.run(office(json.loads(sys.argv[2])))
    else:
        asyncio.run(main())
