"""Planning, enqueueing and dispatching reminders, beside the peers one would otherwise take.

One embedded PostgreSQL, filled once for each size of the book. A day is planned after the whole
book has been planned once; the same number of clients has something new on it at every size.

    python -m benchmarks.reminders [--sizes 10000 100000 1000000] [--due 1000] [--send 5000]
"""

from __future__ import annotations

import argparse
import asyncio
import importlib
import importlib.util
import json
import shutil
import tempfile
import time
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import aiohttp
from sqlalchemy import text

from benchmarks.bench import AGENTS, GREETED, NOW, SHANGHAI, Bench, ready, run, simulator
from benchmarks.updates import start, stop
from bot.clock import FrozenClock
from bot.reminders import planner, sender
from bot.store import planning

# Everybody but the ``due`` has nothing within the horizon: marketing refused, next premium far off.
_FILL = """
INSERT INTO client (agent_id, name, birth_on, marketing_ok, created_at)
SELECT (SELECT min(id) FROM person) + n % :agents, '客户' || n, DATE '1985-06-15', false, :now
FROM generate_series(1, :size) n;
INSERT INTO policy (client_id, number, product, company, premium, issued_on, next_due_on)
SELECT id, 'P' || id, '样例重疾险', '样例人寿', 6000, DATE '2020-10-01',
       CASE WHEN id <= (SELECT min(id) FROM client) + :due - 1 THEN CAST(:due_on AS date)
            ELSE DATE '2026-10-01' END
FROM client;
ANALYZE
"""


async def curve(bench: Bench, sizes: list[int], due: int) -> None:
    print(f"\nplanning one day on which {due} clients have something new")
    print(
        f"{'policies':>10}{'first plan s':>14}{'clients/s':>11}{'one day ms':>12}{'nothing new ms':>16}"
    )
    for size in sizes:
        clock = FrozenClock(NOW)
        async with bench.database(clock) as store:
            # 45 days before the premium is the first touch: it comes into view tomorrow
            today = NOW.astimezone(SHANGHAI).date()
            due_on = today + timedelta(days=planner.LOOK_AHEAD_DAYS + 1 + 45)
            run(store.url, _FILL, size=size, agents=AGENTS, now=NOW, due=due, due_on=due_on)
            begun = time.perf_counter()
            clients, _ = await bench.plan_all(store)
            first = time.perf_counter() - begun
            assert clients == size, (clients, size)
            run(store.url, "VACUUM ANALYZE")
            clock.at = NOW + timedelta(days=1)
            begun = time.perf_counter()
            clients, new = await bench.plan_all(store)
            day = (time.perf_counter() - begun) * 1000
            assert clients == due <= new, (clients, new)
            begun = time.perf_counter()
            async with store.begin() as tx:
                await planning.lapse_overdue(tx, bench.cadences, today)
            assert await bench.plan_all(store) == (0, 0)
            idle = (time.perf_counter() - begun) * 1000
            print(f"{size:>10,}{first:>14.1f}{size / first:>11,.0f}{day:>12.0f}{idle:>16.1f}")


async def enqueue(bench: Bench, count: int) -> float:
    """Plan a book on whose birthdays today everybody is greeted; then decide, judge and queue."""
    clock = FrozenClock(NOW - timedelta(days=1))
    async with bench.database(clock) as store:
        birth_on = date(1980, NOW.month, NOW.day)
        run(store.url, GREETED, count=count, agents=AGENTS, now=NOW, birth_on=birth_on)
        gate = await bench.gate(store, clock)
        begun = time.perf_counter()
        _, new = await bench.plan_all(store)
        planned = time.perf_counter() - begun
        print(
            f"\nplan and keep as rows: {new:,} touches of {count:,} clients, {new / planned:,.0f}/s"
        )
        clock.at = NOW
        sent, begun = 0, time.perf_counter()
        while True:
            async with store.begin() as tx:
                done = await sender.send_due(tx, bench.cadences, bench.given, gate)
            if not done:
                break
            sent += done
        queued = time.perf_counter() - begun
        print(
            f"look again, render, judge, archive and queue: {sent:,} touches, {sent / queued:,.0f}/s"
        )
        return new / planned


async def dispatch(bench: Bench, count: int, processes: int) -> None:
    """Send ``count`` greetings, queued by the processes that send them, without pacing."""
    clock = FrozenClock(NOW)
    folder = Path(tempfile.mkdtemp(prefix="shouyue-sim-"))
    async with bench.database(clock) as store, simulator(folder, count) as address:
        birth_on = date(1980, NOW.month, NOW.day)
        run(store.url, GREETED, count=count, agents=AGENTS, now=NOW, birth_on=birth_on)
        await bench.plan_all(store)
        given = {
            "folder": str(bench.folder),
            "url": store.url,
            "api": address,
            "offset": (NOW - datetime.now(UTC)).total_seconds(),
        }
        bots = []
        for number in range(1, processes + 1):
            told = json.dumps({**given, "queue": count * number // processes})
            bots.append(await start(["-m", "benchmarks.dispatching", told]))
        async with store.begin() as tx:
            await tx.connection.execute(text("DELETE FROM outbox WHERE audience <> 'client'"))
            queued = await waiting(tx)
        assert queued == count, (queued, count)
        begun = time.perf_counter()
        for process, _ in bots:
            assert process.stdin
            process.stdin.write(b"go\n")
        left = queued
        while left:
            await asyncio.sleep(0.05)
            async with store.begin() as tx:
                left = await waiting(tx)
            assert time.perf_counter() - begun < 180, f"{left} are left"
        seconds = time.perf_counter() - begun
        async with (
            aiohttp.ClientSession() as session,
            session.get(f"{address}/sim/calls?since=0") as answer,
        ):
            calls = (await answer.json())["calls"]
        arrived = [call["chat"] for call in calls if call["method"] == "sendMessage"]
        for process, _ in bots:
            await stop(process)
        lost, doubled = queued - len(set(arrived)), len(arrived) - len(set(arrived))
        print(
            f"dispatch with {processes} process(es): {queued:,} messages, {queued / seconds:,.0f}/s, "
            f"lost {lost}, doubled {doubled}"
        )
    shutil.rmtree(folder, ignore_errors=True)


async def waiting(tx: Any) -> int:
    found = await tx.connection.execute(
        text("SELECT count(*) FROM outbox WHERE status IN ('queued', 'claimed', 'sending')")
    )
    return int(found.scalar())


# --- peers --------------------------------------------------------------------------------------


def fired() -> None:
    """What a job of a peer does: nothing, so that only its own cost is measured."""


async def apscheduler(bench: Bench, count: int) -> None:
    """One APScheduler job per reminder in its SQLAlchemy store."""
    from apscheduler.executors.asyncio import AsyncIOExecutor
    from apscheduler.jobstores.sqlalchemy import SQLAlchemyJobStore
    from apscheduler.schedulers.asyncio import AsyncIOScheduler

    async with bench.database(FrozenClock(NOW)) as store:
        jobs = SQLAlchemyJobStore(url=store.url)
        scheduler = AsyncIOScheduler(
            jobstores={"default": jobs}, executors={"default": AsyncIOExecutor()}
        )
        scheduler.start(paused=True)
        at = datetime.now(UTC) - timedelta(seconds=1)
        begun = time.perf_counter()
        for number in range(count):
            scheduler.add_job(
                fired, "date", run_date=at, id=str(number), misfire_grace_time=None, max_instances=1
            )
        added = time.perf_counter() - begun
        begun = time.perf_counter()
        scheduler.resume()
        while scheduler.get_jobs():
            await asyncio.sleep(0.05)
            assert time.perf_counter() - begun < 180
        ran = time.perf_counter() - begun
        scheduler.shutdown(wait=False)
        print(
            f"APScheduler, SQLAlchemy store: add {count / added:,.0f}/s, run {count / ran:,.0f}/s"
        )


async def procrastinate(bench: Bench, count: int) -> None:
    """One procrastinate job per reminder, added in one call, run by one worker."""
    if importlib.util.find_spec("procrastinate") is None:
        print("procrastinate: not installed (pip install procrastinate)")
        return
    library: Any = importlib.import_module("procrastinate")
    async with bench.database(FrozenClock(NOW)) as store:
        url = store.url.replace("postgresql+psycopg://", "postgresql://")
        app = library.App(connector=library.PsycopgConnector(conninfo=url))
        async with app.open_async():
            await app.schema_manager.apply_schema_async()
            left = count

            async def remind(number: int) -> None:
                nonlocal left
                left -= 1

            task = app.task(remind, name="remind")
            begun = time.perf_counter()
            await task.batch_defer_async(*({"number": n} for n in range(count)))
            added = time.perf_counter() - begun
            begun = time.perf_counter()
            await app.run_worker_async(wait=False, concurrency=20, install_signal_handlers=False)
            ran = time.perf_counter() - begun
            assert left == 0
        print(f"procrastinate: add {count / added:,.0f}/s, run {count / ran:,.0f}/s")


async def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="*", default=[10_000, 100_000, 1_000_000])
    parser.add_argument("--due", type=int, default=1000)
    parser.add_argument("--send", type=int, default=5000)
    parser.add_argument("--peers", type=int, default=1000)
    options = parser.parse_args()
    with ready() as bench:
        await enqueue(bench, options.send)
        for processes in (1, 2):
            await dispatch(bench, options.send, processes)
        await apscheduler(bench, options.peers)
        await procrastinate(bench, options.peers)
        await curve(bench, options.sizes, options.due)


if __name__ == "__main__":
    asyncio.run(main())
