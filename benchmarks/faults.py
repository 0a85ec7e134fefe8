"""What reminders survive: greetings planned for many clients, something goes wrong, and what came.

Each line starts from a fresh database and a fresh Telegram. ``lost`` are greetings that neither
arrived nor were dropped, handed over or shown to the agent for a reason kept with them.

    python -m benchmarks.faults [--clients 400]
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import shutil
import tempfile
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, cast

import aiohttp
from sqlalchemy import create_engine, text
from sqlalchemy.exc import SQLAlchemyError

from benchmarks.bench import AGENTS, FIRST_CHAT, GREETED, NOW, Bench, ready, run, simulator
from benchmarks.updates import start
from bot.clock import FrozenClock, ShiftedClock
from bot.store import embedded
from bot.store.engine import Store

CLIENT = 2_000_000
_DEADLINE = 120


class Scene:
    """One office with its greetings planned, the processes that send them, and their Telegram."""

    def __init__(self, bench: Bench, store: Store, address: str, clients: int) -> None:
        self.bench, self.store, self.address, self.clients = bench, store, address, clients
        self.processes: list[asyncio.subprocess.Process] = []
        self.offset = NOW - datetime.now(UTC)

    async def begin(self) -> asyncio.subprocess.Process:
        """Start one more process of the clockwork and the postman."""
        given = {
            "folder": str(self.bench.folder),
            "url": self.store.url,
            "api": self.address,
            "offset": self.offset.total_seconds(),
            "ticking": True,
        }
        process, _ = await start(["-m", "benchmarks.dispatching", json.dumps(given)])
        assert process.stdin
        process.stdin.write(b"go\n")
        self.processes.append(process)
        return process

    async def kill(self) -> None:
        """kill -9 for the oldest process."""
        process = self.processes.pop(0)
        process.kill()
        await process.wait()

    async def post(self, path: str, body: Any) -> None:
        async with (
            aiohttp.ClientSession() as session,
            session.post(f"{self.address}/sim/{path}", json=body) as answer,
        ):
            assert answer.status == 200, await answer.text()

    def count(self, condition: str) -> int:
        """Client touches of today that meet a condition."""
        engine = create_engine(self.store.url)
        try:
            with engine.connect() as connection:
                query = f"SELECT count(*) FROM touch WHERE audience = 'client' AND {condition}"
                return int(connection.execute(text(query)).scalar_one())
        except SQLAlchemyError:
            return -1
        finally:
            engine.dispose()

    def fates(self) -> dict[int, str]:
        """What became of each client's greeting, by the client's number."""
        engine = create_engine(self.store.url)
        query = (
            "SELECT p.chat_id, t.status FROM touch t JOIN client c ON c.id = t.client_id "
            "JOIN person p ON p.id = c.person_id WHERE t.step = 'greeting' AND t.cadence = 'birthday'"
        )
        with engine.connect() as connection:
            rows = connection.execute(text(query)).all()
        engine.dispose()
        return {row.chat_id - CLIENT: row.status for row in rows}

    async def until(self, condition: str, wanted: int) -> None:
        """Wait until at least so many touches meet the condition."""
        for _ in range(_DEADLINE * 20):
            if self.count(condition) >= wanted:
                return
            await asyncio.sleep(0.05)
        raise RuntimeError(f"not in time: {condition}: {self.count(condition)} of {wanted}")

    async def arrived(self) -> Counter[int]:
        """How many greetings each client has on the phone."""
        heard: Counter[int] = Counter()
        async with aiohttp.ClientSession() as session:
            for number in range(1, self.clients + 1):
                url = f"{self.address}/sim/transcript?person={CLIENT + number}"
                async with session.get(url) as answer:
                    said = (await answer.json())["messages"]
                heard[number] = sum(one["by"] == "bot" for one in said)
        return heard


async def calm(scene: Scene) -> None:
    await scene.begin()


async def killed(scene: Scene) -> None:
    """Five times, at moments of no plan, with another started after each."""
    draw = random.Random(5)
    await scene.begin()
    for turn in range(1, 6):
        await scene.until("status = 'sent'", turn * scene.clients // 8)
        await asyncio.sleep(draw.random() / 20)
        await scene.kill()
        await scene.begin()


async def two(scene: Scene) -> None:
    await scene.begin()
    await scene.begin()


async def one_of_two_killed(scene: Scene) -> None:
    await two(scene)
    await scene.until("status = 'sent'", scene.clients // 4)
    await scene.kill()


async def database_restarted(scene: Scene) -> None:
    await scene.begin()
    for turn in (1, 2):
        await scene.until("status = 'sent'", turn * scene.clients // 4)
        scene.bench.server.stop()
        scene.bench.server = embedded.start(scene.bench.folder)


async def connections_cut(scene: Scene) -> None:
    await scene.begin()
    for turn in range(1, 5):
        await scene.until("status = 'sent'", turn * scene.clients // 6)
        run(
            scene.bench.server.url,
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE pid <> pg_backend_pid() AND datname <> 'postgres'",
        )


async def flood(scene: Scene) -> None:
    await scene.post(
        "faults", {"kind": "429", "method": "sendMessage", "times": 30, "retry_after": 1}
    )
    await scene.begin()


async def broken_off(scene: Scene) -> None:
    """One call in ten arrives, but the answer does not."""
    times = scene.clients // 10
    fault = {"kind": "drop_after_delivery", "method": "sendMessage", "times": times}
    await scene.post("faults", fault)
    await scene.begin()


async def server_errors(scene: Scene) -> None:
    await scene.post(
        "faults", {"kind": "500", "method": "sendMessage", "times": scene.clients // 10}
    )
    await scene.begin()


async def blocked(scene: Scene) -> None:
    """One client in ten has blocked the bot."""
    for number in range(1, scene.clients // 10 + 1):
        await scene.post("block", {"person": CLIENT + number})
    await scene.begin()


async def day_down(scene: Scene) -> None:
    """Nothing ran for a day: a birthday greeting makes no sense any more."""
    scene.offset += timedelta(days=1)
    await scene.begin()


async def clock_back(scene: Scene) -> None:
    """Half are sent, then the next process has a clock six hours behind."""
    await scene.begin()
    await scene.until("status = 'sent'", scene.clients // 2)
    await scene.kill()
    scene.offset -= timedelta(hours=6)
    await scene.begin()
    await scene.until("status IN ('sent', 'uncertain')", scene.clients // 2)
    scene.offset += timedelta(hours=6)
    await scene.begin()


SCENES: dict[str, Callable[[Scene], Awaitable[None]]] = {
    "nothing goes wrong": calm,
    "kill -9, five times": killed,
    "two processes": two,
    "two processes, one killed": one_of_two_killed,
    "PostgreSQL restarted twice": database_restarted,
    "connections cut four times": connections_cut,
    "429 thirty times": flood,
    "500 to one in ten": server_errors,
    "answer lost, one in ten": broken_off,
    "one in ten blocked the bot": blocked,
    "clock six hours back": clock_back,
    "nothing ran for a day": day_down,
}


@asynccontextmanager
async def scene_of(bench: Bench, clients: int) -> AsyncIterator[Scene]:
    folder = Path(tempfile.mkdtemp(prefix="shouyue-sim-"))
    clock = cast(FrozenClock, ShiftedClock(NOW - datetime.now(UTC) - timedelta(hours=1)))
    async with bench.database(clock) as store, simulator(folder, clients) as address:
        birth_on = date(1980, NOW.month, NOW.day)
        run(store.url, GREETED, count=clients, agents=AGENTS, now=NOW, birth_on=birth_on)
        await bench.plan_all(store)
        scene = Scene(bench, store, address, clients)
        agents = [
            {"id": FIRST_CHAT + n, "first_name": "业务员", "started": True} for n in range(AGENTS)
        ]
        await scene.post("people", {"people": agents})
        try:
            yield scene
        finally:
            for process in scene.processes:
                process.kill()
                await process.wait()
    shutil.rmtree(folder, ignore_errors=True)


async def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--clients", type=int, default=400)
    options = parser.parse_args()
    names = ("arrived", "doubled", "to agent", "unknown", "dropped", "lost")
    print(f"{'':<30}" + "".join(f"{name:>10}" for name in names))
    with ready() as bench:
        for name, play in SCENES.items():
            async with scene_of(bench, options.clients) as scene:
                await play(scene)
                await scene.until(
                    "status IN ('sent', 'skipped', 'uncertain', 'handed_to_agent', 'failed') "
                    "AND step = 'greeting' AND cadence = 'birthday'",
                    options.clients,
                )
                heard, fates = await scene.arrived(), scene.fates()
                named = Counter(fates.values())
                lost = sum(
                    not heard[number]
                    and fates.get(number) not in ("handed_to_agent", "uncertain", "skipped")
                    for number in range(1, scene.clients + 1)
                )
                columns = (
                    sum(count > 0 for count in heard.values()),
                    sum(max(count - 1, 0) for count in heard.values()),
                    named["handed_to_agent"],
                    named["uncertain"],
                    named["skipped"],
                    lost,
                )
                print(f"{name:<30}" + "".join(f"{column:>10}" for column in columns), flush=True)


if __name__ == "__main__":
    asyncio.run(main())
