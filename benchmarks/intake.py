"""Interviews at once: answers per second and the wait for each next question, beside an echo bot.

Every agent types through a quick interview of their own; each answer waits for the reply to the
one before, and every reply must name that agent's own client. The echo bot is sent as many texts
in the same way. Then some interviews are finished, to time the report with its picture.

    python -m benchmarks.intake [--count 1000] [--reports 10] [--think 30]
"""

from __future__ import annotations

import argparse
import asyncio
import heapq
import random
import shutil
import statistics
import tempfile
import time
from datetime import date
from pathlib import Path
from typing import Any

import aiohttp

from benchmarks.updates import start, stop
from bot import settings
from bot.intake.gap import analyse
from bot.intake.household import load_household
from bot.intake.printed import bars, client_report
from bot.pictures import canvas
from bot.pictures.gaps import gap_picture
from bot.pictures.paper import needs_report

FIRST = 7000
TIMEOUT = 600
ANSWERS = (
    "同意",
    "快问",
    "意外",
    "客户{n}号",
    "35岁",
    "未婚",
    "没有",
    "12万",
    "5千",
    "租房",
    "6千",
)
NAMED = ("客户{n}号", "35岁", "没有")
"""After these the next question names the client."""
LAST = "高"


class Office:
    """The simulator, as agents and as the one who listens."""

    def __init__(self, session: aiohttp.ClientSession, address: str) -> None:
        self.session = session
        self.address = address
        self.seen = 0
        self.number = 10_000_000

    async def post(self, path: str, body: Any) -> Any:
        async with self.session.post(f"{self.address}/sim/{path}", json=body) as answer:
            found = await answer.json()
            assert answer.status == 200, found
            return found

    async def heard(self) -> list[tuple[int, float, str]]:
        """New texts of the bot: chat, when, words."""
        async with self.session.get(f"{self.address}/sim/calls?since={self.seen}") as answer:
            found = await answer.json()
        self.seen = found["last"]
        return [
            (call["chat"], call["at"], str(call["fields"].get("text", "")))
            for call in found["calls"]
            if call["method"] in ("sendMessage", "editMessageText") and call["code"] == 200
        ]

    def said(self, person: int, text: str) -> dict[str, Any]:
        self.number += 1
        sender = {"id": person, "is_bot": False, "first_name": "样例"}
        entities = [{"type": "bot_command", "offset": 0, "length": len(text)}]
        message = {
            "message_id": self.number,
            "date": int(time.time()),
            "chat": {"id": person, "type": "private", "first_name": "样例"},
            "from": sender,
            "text": text,
        }
        return {"message": message | ({"entities": entities} if text.startswith("/") else {})}

    async def open(self, person: int) -> None:
        """Begin an interview without a client: two taps below the answer to the command."""
        last = (await self.get(person))[-1]["message_id"]
        for data in ("1:iv:whom", "1:iv:new:0"):
            tap = {"person": person, "message_id": last, "data": data}
            async with self.session.post(f"{self.address}/sim/tap", json=tap) as answer:
                found = await answer.json()
            while answer.status != 200:  # the message still has the buttons of before
                await asyncio.sleep(0.02)
                async with self.session.post(f"{self.address}/sim/tap", json=tap) as answer:
                    found = await answer.json()
            assert found

    async def get(self, person: int) -> list[Any]:
        async with self.session.get(f"{self.address}/sim/transcript?person={person}") as answer:
            return list((await answer.json())["messages"])


async def answers(
    office: Office, count: int, texts: tuple[str, ...], *, named: bool = False, think: float = 0
) -> tuple[float, list[float]]:
    """Everybody types ``texts`` in turn; answers per second and the waits in milliseconds.

    ``named`` checks that replies name the own client. Between a reply and the next answer a
    person takes ``think`` seconds, half as long or half as long again.
    """
    pause = random.Random(count)
    due: list[tuple[float, int]] = []
    at = dict.fromkeys(range(FIRST, FIRST + count), 0)
    given: dict[int, float] = {}
    waits: list[float] = []
    begun = time.perf_counter()

    async def say(people: list[int]) -> None:
        updates = []
        for person in people:
            updates.append(office.said(person, texts[at[person]].replace("{n}", str(person))))
            given[person] = time.time()
        if updates:
            await office.post("raw", {"updates": updates})

    def later(person: int) -> None:
        heapq.heappush(due, (time.perf_counter() + think * pause.uniform(0.5, 1.5), person))

    for person in at:
        later(person)
    while any(place < len(texts) for place in at.values()):
        for chat, when, words in await office.heard():
            if at.get(chat, len(texts)) >= len(texts):
                continue
            own = texts[at[chat]]
            mine = not named or own not in NAMED or f"客户{chat}号" in words
            assert mine, f"{chat} heard: {words}"
            waits.append((when - given[chat]) * 1000)
            at[chat] += 1
            if at[chat] < len(texts):
                later(chat)
        ready = []
        while due and due[0][0] <= time.perf_counter():
            ready.append(heapq.heappop(due)[1])
        await say(ready)
        if time.perf_counter() - begun > TIMEOUT:
            raise RuntimeError(f"{sum(place < len(texts) for place in at.values())} never finished")
        await asyncio.sleep(0.005)
    took = time.perf_counter() - begun
    assert len(waits) == count * len(texts), "answers were lost"
    return len(waits) / took, sorted(waits)


async def reports(office: Office, count: int) -> list[float]:
    """Seconds from the last answer to the report, one after the other."""
    found = []
    for person in range(FIRST, FIRST + count):
        begun = time.time()
        await office.post("raw", {"updates": [office.said(person, LAST)]})
        while True:
            heard = [
                call for call in await office.heard() if call[0] == person and "缺口五行" in call[2]
            ]
            if heard:
                assert f"客户{person}号" in heard[0][2]
                found.append(heard[0][1] - begun)
                break
            await asyncio.sleep(0.01)
    return sorted(found)


async def measure(
    which: str, count: int, finished: int, think: float
) -> tuple[float, list[float], list[float]]:
    folder = Path(tempfile.mkdtemp(prefix="shouyue-bench-"))
    arguments = ["-m", "bot.simulator", "--port", "0", "--data", str(folder / "sim")]
    simulator, told = await start([*arguments, "--until-stdin-closes"])
    address = f"http://127.0.0.1:{told['port']}"
    async with aiohttp.ClientSession() as session:
        office = Office(session, address)
        people = [{"id": FIRST + n, "first_name": "样例", "started": True} for n in range(count)]
        await office.post("people", {"people": people})
        bot, _ = await start(["-m", "benchmarks.bots", which, address, str(folder), str(count)])
        timed: list[float] = []
        try:
            await answers(office, count, ("/wenjuan",))  # everybody has been here before
            if which == "ours":
                for at in range(0, count, 50):
                    mine = range(FIRST + at, min(FIRST + at + 50, FIRST + count))
                    await asyncio.gather(*(office.open(person) for person in mine))
                await _until_all_are_asked(office, count)
            speed, waits = await answers(office, count, ANSWERS, named=which == "ours", think=think)
            if which == "ours":
                timed = await reports(office, finished)
        finally:
            await stop(bot)
            await stop(simulator)
    shutil.rmtree(folder, ignore_errors=True)
    return speed, waits, timed


async def _until_all_are_asked(office: Office, count: int) -> None:
    asked: set[int] = set()
    begun = time.perf_counter()
    while len(asked) < count:
        asked |= {chat for chat, _, words in await office.heard() if "您同意吗" in words}
        if time.perf_counter() - begun > TIMEOUT:
            raise RuntimeError(f"only {len(asked)} of {count} interviews began")
        await asyncio.sleep(0.02)


def drawing(times: int = 10) -> str:
    """How long the picture and the two pages of the sample family take once matplotlib is loaded."""
    family = load_household(settings.ROOT / "data" / "samples" / "household.yaml")
    report = analyse(family)
    canvas.warm()
    pictures, papers = [], []
    for _ in range(times):
        begun = time.perf_counter()
        picture = gap_picture("样例", bars(report), "仅供参考")
        drawn = time.perf_counter()
        needs_report(client_report(family, report, "样例", date(2026, 1, 1), picture))
        pictures.append(drawn - begun)
        papers.append(time.perf_counter() - drawn)
    return "，".join(
        f"{name} 中位 {statistics.median(found):.2f} 秒、最慢 {max(found):.2f} 秒"
        for name, found in (("一张图", pictures), ("两页 PDF", papers))
    )


async def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=1000)
    parser.add_argument("--think", type=float, default=0, help="seconds between reply and answer")
    parser.add_argument("--reports", type=int, default=10)
    options = parser.parse_args()
    print(drawing())
    if not options.count:
        return
    print(f"{options.count} 份问卷同时答，每份 {len(ANSWERS)} 题，答完一题才答下一题", end="")
    print(f"，想 {options.think:g} 秒左右" if options.think else "，一刻不停")
    print(f"{'':<34}{'回答/秒':>10}{'p50 毫秒':>12}{'p99 毫秒':>12}")
    speeds = {}
    for which, name in (("ours", "守约问卷"), ("echo", "回声机器人（HTTPX，轮询）")):
        speed, waits, timed = await measure(which, options.count, options.reports, options.think)
        speeds[which] = speed
        half, tail = waits[len(waits) // 2], waits[int(len(waits) * 0.99)]
        print(f"{name:<34}{speed:>10.0f}{half:>12.0f}{tail:>12.0f}", flush=True)
        if timed:
            print(
                f"最后一题到报告和图：中位 {timed[len(timed) // 2]:.2f} 秒，最慢 {timed[-1]:.2f} 秒"
            )
    print(f"回答/秒，守约是回声的 {speeds['ours'] / speeds['echo']:.2f} 倍；没有漏，没有串")


if __name__ == "__main__":
    asyncio.run(main())
