"""How fast a large client list is imported, and how much memory it takes.

python -m benchmarks.importing [--sizes 10000 100000]
"""

from __future__ import annotations

import argparse
import asyncio
import csv
import json
import resource
import sys
import time
from datetime import date, timedelta
from pathlib import Path

from benchmarks.bench import NOW, ready
from benchmarks.updates import start, stop
from bot import messages, settings
from bot.clients import bulk
from bot.clock import FrozenClock, SystemClock
from bot.store import people
from bot.store.engine import Store
from bot.store.vault import open_vault

_TITLES = ("客户编号", "姓名", "性别", "出生日期", "手机", "保单号", "产品", "保费", "缴费方式",
           "生效日期", "下次应缴日")  # fmt: skip


def write(path: Path, policies: int) -> None:
    """A list of two policies to a client."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(_TITLES)
        for number in range(policies):
            client = number // 2
            born = date(1960, 1, 1) + timedelta(days=client % 15_000)
            issued = date(2018, 1, 1) + timedelta(days=number % 2_500)
            due = date(2026, 3, 1) + timedelta(days=number % 360)
            writer.writerow(
                (f"K{client}", f"客户{client}", "女", born, f"139{client:08d}", f"P{number}",
                 "样例重疾险", 1000 + number % 9000, "年缴", issued, due)
            )  # fmt: skip


async def one(told: dict[str, str]) -> None:
    """The import alone, in a process of its own: seconds and the peak of memory."""
    messages.load(settings.ROOT / "data" / "messages.yaml")
    today = SystemClock().now().date()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    begun = time.perf_counter()
    wrong = [
        found for found in bulk.faults(Path(told["file"]), today) if not isinstance(found, int)
    ]
    assert not wrong, wrong[:3]
    checked = time.perf_counter() - begun
    store = Store(told["url"], open_vault(None, Path(told["folder"])), SystemClock())
    async with store.begin() as tx:
        agent = await people.seller_named(tx, "业务员0")
    rows = 0
    async for done in bulk.import_file(store, agent, Path(told["file"]), today):
        rows = done.rows
    seconds = time.perf_counter() - begun
    await store.close()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps([rows, checked, seconds, before, peak]), flush=True)


async def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="*", default=[10_000, 100_000])
    options = parser.parse_args()
    print(f"{'policies':>10}{'check s':>9}{'all s':>8}{'rows/s':>9}{'MB before':>11}{'MB peak':>9}")
    with ready() as bench:
        folder = bench.folder
        for size in options.sizes:
            async with bench.database(FrozenClock(NOW)) as store:
                file = folder / "clients.csv"
                write(file, size)
                told = json.dumps({"file": str(file), "url": store.url, "folder": str(folder)})
                for name in ("", "again"):
                    process, found = await start(["-m", "benchmarks.importing", "--one", told])
                    rows, checked, seconds, before, peak = list(found)
                    await stop(process)
                    assert rows == size
                    print(
                        f"{size:>10,}{checked:>9.1f}{seconds:>8.1f}{size / seconds:>9,.0f}"
                        f"{before:>11.0f}{peak:>9.0f}  {name}"
                    )


if __name__ == "__main__":
    if sys.argv[1:2] == ["--one"]:
        asyncio.run(one(json.loads(sys.argv[2])))
    else:
        asyncio.run(main())
