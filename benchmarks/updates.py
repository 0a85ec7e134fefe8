"""Updates per second, and from update in to reply out, beside an echo bot on stock python-telegram-bot.

Both bots run as processes of their own against the same simulator, one after the other, several
rounds. Ours answers /menu: it stores the update, reads the person and the dialogue, writes the
dialogue and the outbox row, sends, and records. The echo bot only sends.

    python -m benchmarks.updates [--updates 1500] [--rounds 3] [--seconds 10]
"""

from __future__ import annotations

import argparse
import asyncio
import json
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import aiohttp

from bot.simulator.server import DEFAULT_TOKEN

PEOPLE = 200
FIRST = 7000
RATE = 100


async def start(arguments: list[str]) -> tuple[asyncio.subprocess.Process, dict[str, Any]]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, *arguments, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert process.stdout
    return process, json.loads(await asyncio.wait_for(process.stdout.readline(), 600))


async def stop(process: asyncio.subprocess.Process) -> None:
    assert process.stdin
    process.stdin.close()
    await asyncio.wait_for(process.wait(), 30)


def update(number: int, text: str) -> dict[str, Any]:
    person = FIRST + number % PEOPLE
    sender = {"id": person, "is_bot": False, "first_name": "样例"}
    return {
        "message": {
            "message_id": 10_000_000 + number,
            "date": int(time.time()),
            "chat": {"id": person, "type": "private", "first_name": "样例"},
            "from": sender,
            "text": text,
            "entities": [{"type": "bot_command", "offset": 0, "length": 5}],
        }
    }


class Bench:
    """One bot on the simulator."""

    def __init__(self, session: aiohttp.ClientSession, address: str) -> None:
        self.session = session
        self.address = address

    async def post(self, path: str, body: Any) -> Any:
        async with self.session.post(f"{self.address}/sim/{path}", json=body) as answer:
            found = await answer.json()
            assert answer.status == 200, found
            return found

    async def calls(self, since: int) -> tuple[list[dict[str, Any]], int]:
        async with self.session.get(f"{self.address}/sim/calls?since={since}") as answer:
            found = await answer.json()
        return [call for call in found["calls"] if call["method"] == "sendMessage"], found["last"]

    async def throughput(self, count: int) -> float:
        """Replies per second while ``count`` updates wait."""
        _, last = await self.calls(0)
        begun = time.perf_counter()
        await self.post("raw", {"updates": [update(n, "/menu") for n in range(count)]})
        heard = 0
        while heard < count:
            found, last = await self.calls(last)
            heard += len(found)
            if time.perf_counter() - begun > 120:
                raise RuntimeError(f"only {heard} of {count} replies came")
            await asyncio.sleep(0.02)
        return count / (time.perf_counter() - begun)

    async def latency(self, seconds: int) -> list[float]:
        """Milliseconds from update in to reply out at 100 updates/s, one person each in turn."""
        _, last = await self.calls(0)
        given: dict[int, float] = {}
        posts: list[asyncio.Task[Any]] = []
        loop = asyncio.get_running_loop()
        begun = loop.time()
        for number in range(seconds * RATE):
            await asyncio.sleep(max(0.0, begun + number / RATE - loop.time()))
            given[number] = time.time()
            posts.append(asyncio.create_task(self.post("raw", update(number, "/menu"))))
        await asyncio.gather(*posts)
        replies: dict[int, list[float]] = {}
        heard = 0
        for _ in range(200):
            found, last = await self.calls(last)
            for call in found:
                replies.setdefault(call["chat"], []).append(call["at"])
            heard += len(found)
            if heard >= len(given):
                break
            await asyncio.sleep(0.1)
        assert heard >= len(given), f"{len(given) - heard} replies are missing"
        return sorted(
            (replies[FIRST + number % PEOPLE].pop(0) - at) * 1000 for number, at in given.items()
        )


async def measure(which: str, count: int, seconds: int) -> tuple[float, float, float]:
    folder = Path(tempfile.mkdtemp(prefix="shouyue-bench-"))
    simulator, told = await start(
        [
            "-m",
            "bot.simulator",
            "--port",
            "0",
            "--data",
            str(folder / "sim"),
            "--until-stdin-closes",
        ]
    )
    address = f"http://127.0.0.1:{told['port']}"
    async with aiohttp.ClientSession() as session:
        bench = Bench(session, address)
        people = [{"id": FIRST + n, "first_name": "样例", "started": True} for n in range(PEOPLE)]
        await bench.post("people", {"people": people})
        bot, _ = await start(["-m", "benchmarks.bots", which, address, str(folder), str(PEOPLE)])
        try:
            await bench.throughput(200)  # warm-up
            speed = await bench.throughput(count)
            waits = await bench.latency(seconds)
        finally:
            await stop(bot)
            await stop(simulator)
    shutil.rmtree(folder, ignore_errors=True)
    return speed, waits[len(waits) // 2], waits[int(len(waits) * 0.99)]


async def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--updates", type=int, default=1500)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=int, default=10)
    options = parser.parse_args()
    assert DEFAULT_TOKEN
    results: dict[str, list[tuple[float, float, float]]] = {"ours": [], "echo": []}
    for _ in range(options.rounds):
        for which, measured in results.items():
            measured.append(await measure(which, options.updates, options.seconds))
    print(f"{'bot':<34}{'updates/s':>12}{'p50 ms':>10}{'p99 ms':>10}   (median of rounds)")
    names = {"ours": "守约 /menu with database", "echo": "echo on stock PTB (HTTPX, polling)"}
    medians = {}
    for which, measured in results.items():
        medians[which] = [statistics.median(column) for column in zip(*measured, strict=True)]
        speed, half, tail = medians[which]
        print(f"{names[which]:<34}{speed:>12.0f}{half:>10.1f}{tail:>10.1f}")
    print(f"ratio of updates/s, ours to echo: {medians['ours'][0] / medians['echo'][0]:.2f}")


if __name__ == "__main__":
    asyncio.run(main())
