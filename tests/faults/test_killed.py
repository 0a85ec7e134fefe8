"""kill -9 at any moment: each update is handled once, no client gets a text twice, none is lost."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import signal
import sys
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import aiohttp

from bot import app as product
from bot import demo, settings
from bot.clock import FrozenClock
from bot.datafile import load
from bot.demo_office import SampleOffice
from bot.simulator.server import DEFAULT_TOKEN, Simulator
from bot.store import archive
from tests.faults.small_office import (
    Edge,
    eventually,
    lawful,
    running_clock,
    small_content,
    to_client,
)
from tests.office import HE, LI, LIN, WANG, Phone
from tests.office import test_settings as settings_of

UPDATES = 60
MESSAGES = 40


@dataclass
class Nursery:
    """Starts processes of the product and kills them."""

    process: asyncio.subprocess.Process
    pid: int = 0

    async def start(self) -> None:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(b"\n")
        self.pid = int(await asyncio.wait_for(self.process.stdout.readline(), 30))

    def kill(self) -> None:
        os.kill(self.pid, signal.SIGKILL)
        self.pid = 0

    async def until(self, moment: Callable[[], Awaitable[bool]]) -> None:
        """Wait for a moment, during which the process must not end by itself."""

        async def come() -> bool:
            os.kill(self.pid, 0)
            return await moment()

        await eventually(come, moment.__name__, within=25)


@asynccontextmanager
async def nursery(given: dict[str, Any]) -> AsyncIterator[Nursery]:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.faults.product",
        json.dumps(given),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        cwd=settings.ROOT,
    )
    made = Nursery(process)
    try:
        yield made
    finally:
        with suppress(ProcessLookupError):
            if made.pid:
                made.kill()
        assert process.stdin is not None
        process.stdin.close()
        await process.wait()


@asynccontextmanager
async def office_at_rest(database_url: str, folder: Path) -> AsyncIterator[tuple[Edge, str]]:
    """The sample office with its data, its Telegram and its phones, but without the product."""
    small_content(folder)
    simulator = Simulator(folder / "simulator", DEFAULT_TOKEN)
    address = f"http://127.0.0.1:{await simulator.start(0)}"
    clock = running_clock()
    made = settings_of(folder, api_url=address)
    sample = load(made.content_dir / "samples" / "office.yaml", SampleOffice)
    try:
        async with (
            aiohttp.ClientSession() as session,
            product.assemble(made, database_url, cast(FrozenClock, clock)) as app,
        ):
            await demo.seed(app, sample, session, address)
            # The learned layer as it is now, whatever other runs make of the shared one.
            shutil.copytree(made.data_dir, folder / "var")
            yield Edge(app, Phone(session, address), clock), address
    finally:
        await simulator.stop()


async def count(office: Edge, what: str) -> int:
    return int((await office.rows(f"SELECT count(*) AS n FROM {what}"))[0].n)


def moments(office: Edge) -> list[Callable[[], Awaitable[bool]]]:
    """When the process is killed: early, with a message on the wire, while it starts, late."""

    async def some_updates() -> bool:
        return await count(office, "inbox WHERE done_at IS NOT NULL") >= 7

    async def on_the_wire() -> bool:
        sent = await count(office, "outbox WHERE status = 'sent' AND audience = 'client'")
        return sent >= 15 and await count(office, "outbox WHERE status = 'sending'") > 0

    async def at_once() -> bool:
        return True

    async def sending_again() -> bool:
        done = await count(office, "inbox WHERE done_at IS NOT NULL")
        return done >= 50 and await count(office, "outbox WHERE status = 'sending'") > 0

    return [some_updates, on_the_wire, at_once, sending_again]


async def test_kill_at_any_moment(database_url: str, tmp_path: Path) -> None:
    asked = {f"请问第{n}件事怎么办": (WANG, LI)[n % 2] for n in range(UPDATES)}
    texts = {lawful(1000 + n): (WANG, LI)[n % 2] for n in range(MESSAGES)}
    async with office_at_rest(database_url, tmp_path) as (office, address):
        for person in (LIN, HE, WANG, LI):
            await office.phone.post("start", person=person)
        for words, person in asked.items():
            await office.phone.post("say", person=person, text=words)
        await office.queue(*(to_client(person, words) for words, person in texts.items()))
        await office.fault("slow", method="sendMessage", seconds=0.01, times=100_000)
        given = {
            "folder": str(tmp_path),
            "database": database_url,
            "api": address,
            "offset": office.clock.offset.total_seconds(),
        }
        async with nursery(given) as products:
            for moment in moments(office):
                await products.start()
                await products.until(moment)
                products.kill()
            await products.start()

            async def everything_done() -> bool:
                waiting = "outbox WHERE status IN ('queued', 'claimed', 'sending')"
                return (
                    await count(office, "inbox WHERE done_at IS NOT NULL") == UPDATES + 4
                    and await count(office, waiting) == 0
                )

            await products.until(everything_done)
        await each_update_was_handled_once(office, list(asked))
        await no_client_got_a_text_twice(office, texts)
        async with office.app.store.begin() as tx:
            assert (await archive.verify(tx))[1] is None


async def each_update_was_handled_once(office: Edge, asked: list[str]) -> None:
    assert await count(office, "inbox") == UPDATES + 4
    assert await count(office, "inbox WHERE error_id IS NOT NULL") == 0
    for words in asked:
        assert await office.statuses(words) == ["sent"], words
        assert await office.heard(LIN, words) >= 1, words
    thanked = "outbox WHERE params->>'text' LIKE '收到%'"
    assert await count(office, thanked) == len(asked)


async def no_client_got_a_text_twice(office: Edge, texts: dict[str, int]) -> None:
    delivered = Counter(
        (call["chat"], call["fields"]["text"])
        for call in await office.calls(method="sendMessage")
        if call["code"] == 200 and call["chat"] in (WANG, LI)
    )
    uncertain = 0
    for words, person in texts.items():
        status, *told = await office.statuses(words)
        if status == "uncertain":
            uncertain += 1
            assert delivered[person, words] <= 1, words
            assert told == ["sent"], "somebody was told to look"
        else:
            assert (status, delivered[person, words]) == ("sent", 1), words
    lost = await office.rows(
        "SELECT o.id FROM outbox o WHERE o.audience = 'client' AND NOT EXISTS ("
        "SELECT FROM archive a WHERE a.subject_id = o.archive_id AND a.event = o.status)"
    )
    assert lost == [], "the archive knows the fate of each"
    assert uncertain < len(texts) / 4
    assert (
        max(times for (_, words), times in delivered.items() if not words.startswith("收到")) == 1
    )
