"""What the benchmarks on a database share: the embedded server, offices on it, a Telegram."""

from __future__ import annotations

import dataclasses
import logging
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import aiohttp
from sqlalchemy import create_engine, text

from benchmarks.updates import start, stop
from bot import messages, settings
from bot.clock import FrozenClock
from bot.compliance import rulebook
from bot.compliance.checks import Facts
from bot.compliance.gate import Gate
from bot.domain.people import Role
from bot.reminders import planner
from bot.reminders.loading import load_cadences
from bot.simulator.server import DEFAULT_TOKEN
from bot.store import embedded, people
from bot.store.engine import Store, migrate
from bot.store.vault import open_vault

SHANGHAI = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)  # 09:00 in Shanghai
FIRST_CHAT = 1_000_000
AGENTS = 100

GREETED = """
INSERT INTO person (chat_id, name, role, created_at)
SELECT 2000000 + n, '客户' || n, 'client', :now FROM generate_series(1, :count) n;
INSERT INTO client (agent_id, name, birth_on, created_at, person_id)
SELECT (SELECT min(id) FROM person) + n % :agents, '客户' || n, CAST(:birth_on AS date), :now,
       (SELECT id FROM person WHERE chat_id = 2000000 + n)
FROM generate_series(1, :count) n;
ANALYZE
"""


def run(url: str, statements: str, **values: Any) -> None:
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        for statement in statements.split(";"):
            names = {name: value for name, value in values.items() if f":{name}" in statement}
            connection.execute(text(statement), names)
    engine.dispose()


class Bench:
    """The embedded server with a fresh database for each measurement."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.given = dataclasses.replace(
            settings.load({"SHOUYUE_DATA_DIR": str(settings.ROOT / "var" / "bench")}),
            telegram_token=DEFAULT_TOKEN,
            data_dir=folder,
            send_rate=1_000_000,
            chat_rate=1_000_000,
        )
        self.cadences = load_cadences(settings.ROOT / "data" / "cadences.yaml")
        self.server = embedded.start(folder)
        self.number = 0

    @asynccontextmanager
    async def database(self, clock: FrozenClock) -> AsyncIterator[Store]:
        self.number += 1
        name = f"bench{self.number}"
        run(self.server.url, f"CREATE DATABASE {name}")
        url = self.server.url.replace("/postgres?", f"/{name}?")
        migrate(url)
        store = Store(url, open_vault(None, self.folder), clock)
        try:
            async with store.begin() as tx:
                for number in range(AGENTS):
                    await people.add(tx, FIRST_CHAT + number, f"业务员{number}", Role.AGENT)
            yield store
        finally:
            await store.close()
            run(self.server.url, f"DROP DATABASE {name} WITH (FORCE)")

    async def plan_all(self, store: Store) -> tuple[int, int]:
        """Plan whoever needs it: how many clients, and how many touches were new."""
        clients = new = 0
        while True:
            async with store.begin() as tx:
                count, moved = await planner.plan_some(tx, self.cadences, self.given)
            clients += count
            new += moved.new
            if count < planner.AT_ONCE:
                return clients, new

    async def gate(self, store: Store, clock: FrozenClock) -> Gate:
        trained = dataclasses.replace(self.given, data_dir=settings.ROOT / "var" / "bench")
        checker = await rulebook.first_checker(store, trained)
        return Gate(checker, Facts(), clock, self.given.timezone)


@asynccontextmanager
async def simulator(folder: Path, count: int) -> AsyncIterator[str]:
    process, told = await start(
        ["-m", "bot.simulator", "--port", "0", "--data", str(folder), "--until-stdin-closes"]
    )
    address = f"http://127.0.0.1:{told['port']}"
    try:
        async with aiohttp.ClientSession() as session:
            known = [
                {"id": 2_000_000 + n, "first_name": "样例", "started": True}
                for n in range(1, count + 1)
            ]
            for first in range(0, count, 1000):
                body = {"people": known[first : first + 1000]}
                async with session.post(f"{address}/sim/people", json=body) as answer:
                    assert answer.status == 200
        yield address
    finally:
        await stop(process)


@contextmanager
def ready() -> Iterator[Bench]:
    """A bench that leaves nothing behind."""
    logging.getLogger().setLevel(logging.CRITICAL)
    messages.load(settings.ROOT / "data" / "messages.yaml")
    folder = Path(tempfile.mkdtemp(prefix="shouyue-bench-"))
    bench = Bench(folder)
    try:
        yield bench
    finally:
        bench.server.stop()
        shutil.rmtree(bench.server.data, ignore_errors=True)
        shutil.rmtree(folder, ignore_errors=True)
