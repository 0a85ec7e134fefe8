"""The demo: the real product against the local simulator, with a small sample office and a clock."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import json
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import aiohttp
from aiohttp import web

from bot import app as product
from bot.app import App
from bot.clock import ShiftedClock
from bot.datafile import load
from bot.demo_office import SampleOffice, seed_rows
from bot.errors import GatewayError, SettingsError
from bot.settings import Settings
from bot.simulator.server import DEFAULT_TOKEN, phone_file
from bot.store import dialogues, outbox, people, touches
from bot.store.dialogues import SAMPLE_OFFICE
from bot.store.engine import Store

_OFFSET = "clock_offset_seconds"
_LONGEST_JUMP = timedelta(days=800)
_FORWARD_TIMEOUT = 40
_DELIVERY_SECONDS = 20.0
_LOOK_SECONDS = 0.05


@asynccontextmanager
async def simulator(data_dir: Path) -> AsyncIterator[str]:
    """The simulator as a process of its own; gives its address. It ends when we do."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "bot.simulator",
        "--port",
        "0",
        "--data",
        str(data_dir / "simulator"),
        "--until-stdin-closes",
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        start_new_session=True,
    )
    if process.stdout is None or process.stdin is None:
        raise GatewayError("模拟器没能启动：没有管道")
    try:
        line = await process.stdout.readline()
        if not line:
            raise GatewayError("模拟器没能启动，请看上面的错误")
        yield f"http://127.0.0.1:{json.loads(line)['port']}"
    finally:
        process.stdin.close()
        with contextlib.suppress(ProcessLookupError):
            try:
                await asyncio.wait_for(process.wait(), 10)
            except TimeoutError:
                process.kill()


async def run(settings: Settings, url: str, say: Callable[[str], None]) -> None:
    """The demo until Ctrl-C."""
    sample = load(settings.content_dir / "samples" / "office.yaml", SampleOffice)
    settings = dataclasses.replace(settings, telegram_token=DEFAULT_TOKEN, company=sample.company)
    clock = ShiftedClock()
    async with simulator(settings.data_dir) as address, aiohttp.ClientSession() as session:
        settings = dataclasses.replace(settings, api_url=address)
        async with product.assemble(settings, url, clock) as app:
            await _restore_clock(app.store, clock, session, address)
            new = await seed(app, sample, session, address)
            async with product.running(app, tick_seconds=1.0) as tasks:
                if new:
                    await _greet(sample, session, address)
                say(f"守约演示已启动：http://127.0.0.1:{settings.port}　按 Ctrl-C 停止")
                demo = _Demo(app, clock, session, address)
                await product.serve(app, tasks, demo.add_routes)


async def _restore_clock(
    store: Store, clock: ShiftedClock, session: aiohttp.ClientSession, address: str
) -> None:
    async with store.begin() as tx:
        offset = await dialogues.setting(tx, _OFFSET) or 0
    clock.offset = timedelta(seconds=offset)
    await _tell_clock(session, address, offset)


async def _tell_clock(session: aiohttp.ClientSession, address: str, offset: float) -> None:
    async with session.post(f"{address}/sim/clock", json={"offset_seconds": offset}) as answer:
        answer.raise_for_status()


async def seed(
    app: App, sample: SampleOffice, session: aiohttp.ClientSession, address: str
) -> bool:
    """Put the sample office into an empty database, once; True when it was new."""
    for person in sample.people:
        phone = {"phone": person.phone} if person.phone else {}
        body = {"id": person.chat_id, "first_name": person.name, "label": person.label, **phone}
        body["sample"] = True
        body["language_code"] = "zh-hant" if person.script == "hant" else "zh-hans"
        async with session.post(f"{address}/sim/people", json=body) as answer:
            answer.raise_for_status()
    async with app.store.begin() as tx:
        if await dialogues.setting(tx, SAMPLE_OFFICE):
            return False
        if await people.anybody(tx):
            raise SettingsError(
                "这个数据库里是正式数据，不能放演示人物。请用 SHOUYUE_DATA_DIR 另指定一个文件夹，"
                "并去掉 SHOUYUE_DATABASE_URL"
            )
        await dialogues.put_setting(tx, SAMPLE_OFFICE, True)
        await seed_rows(tx, sample, app.settings)
    return True


async def _greet(sample: SampleOffice, session: aiohttp.ClientSession, address: str) -> None:
    """Everybody opens their chat with the bot, as they would have done long ago."""
    for person in sample.people:
        body = {"person": person.chat_id}
        async with session.post(f"{address}/sim/start", json=body) as answer:
            answer.raise_for_status()


async def next_due(app: App) -> datetime | None:
    """When the next touch or queued message is due."""
    async with app.store.begin() as tx:
        found = [await touches.next_due_at(tx), await outbox.next_due_at(tx)]
    return min((due for due in found if due is not None), default=None)


async def advance(
    app: App, target: datetime, set_clock: Callable[[datetime], Awaitable[None]]
) -> None:
    """Move the clock to ``target``, stopping at each moment at which something is due.

    So everything happens at its own hour, as it would have without a jump.
    """
    while True:
        due = await next_due(app)
        stop = min(due, target) if due else target
        await set_clock(max(stop, app.clock.now()))
        await app.ticker.plan()
        await app.ticker.tick()
        await _delivered(app)
        if stop >= target:
            return


async def _delivered(app: App) -> None:
    """Wait until what is due has left, so that each message carries the hour it was due at."""
    loop = asyncio.get_running_loop()
    deadline = loop.time() + _DELIVERY_SECONDS
    while loop.time() < deadline:
        async with app.store.begin() as tx:
            if not await outbox.any_due(tx):
                return
        await asyncio.sleep(_LOOK_SECONDS)


_OWN_HOSTS = ("127.0.0.1", "localhost")


@web.middleware
async def own_pages_only(
    request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
) -> web.StreamResponse:
    """Refuse calls that another site's page makes through the visitor's browser."""
    host = request.host.partition(":")[0]
    site = request.headers.get("Sec-Fetch-Site", "none")
    if host not in _OWN_HOSTS or site not in ("same-origin", "none"):
        return web.json_response({"error": "只接受演示页面自己的请求"}, status=403)
    return await handler(request)


class _Demo:
    """The pages of the demo: the phone, what it asks of the simulator, and the clock."""

    def __init__(
        self, app: App, clock: ShiftedClock, session: aiohttp.ClientSession, address: str
    ) -> None:
        self._app = app
        self._clock = clock
        self._session = session
        self._address = address
        self._moving = asyncio.Lock()

    def add_routes(self, site: web.Application) -> None:
        site.middlewares.append(own_pages_only)
        site.router.add_get("/", self._page)
        site.router.add_get("/phone/{name}", self._page)
        site.router.add_get("/demo/clock", self._show_clock)
        site.router.add_post("/demo/clock", self._move_clock)
        site.router.add_route("*", "/sim/{name:.*}", self._forward)

    async def _page(self, request: web.Request) -> web.StreamResponse:
        return phone_file(request.path)

    async def _forward(self, request: web.Request) -> web.StreamResponse:
        """Pass a call of the phone on to the simulator."""
        url = f"{self._address}{request.path_qs}"
        headers = {"Content-Type": request.headers.get("Content-Type", "application/json")}
        timeout = aiohttp.ClientTimeout(total=_FORWARD_TIMEOUT)
        try:
            async with self._session.request(
                request.method, url, data=await request.read(), headers=headers, timeout=timeout
            ) as answer:
                kept = ("Content-Type", "Content-Disposition")
                passed = {name: answer.headers[name] for name in kept if name in answer.headers}
                body = await answer.read()
                return web.Response(status=answer.status, body=body, headers=passed)
        except (aiohttp.ClientError, TimeoutError):
            return web.json_response({"error": "模拟器没有回应，请稍后再试"}, status=502)

    async def _show_clock(self, request: web.Request) -> web.Response:
        due = await next_due(self._app)
        now = self._clock.now().astimezone(ZoneInfo(self._app.settings.timezone))
        return web.json_response(
            {
                "now": now.isoformat(timespec="seconds"),
                "timezone": self._app.settings.timezone,
                "next_due": due.isoformat() if due else None,
            }
        )

    async def _move_clock(self, request: web.Request) -> web.Response:
        """Move forward by days, to a date, or to what is due next; never back."""
        try:
            target = await self._target(await request.json())
        except (ValueError, TypeError, AttributeError, OverflowError):
            return web.json_response({"error": "请给天数、日期，或下一个提醒"}, status=400)
        now = self._clock.now()
        if target is None:
            return web.json_response({"error": "没有待发的提醒"}, status=400)
        if target < now or target - now > _LONGEST_JUMP:
            return web.json_response({"error": "只能往后拨，最多 800 天"}, status=400)
        async with self._moving:
            await advance(self._app, target, self._set)
        return await self._show_clock(request)

    async def _target(self, wanted: dict[str, Any]) -> datetime | None:
        now = self._clock.now()
        if "days" in wanted:
            return now + timedelta(days=int(wanted["days"]))
        if "to" in wanted:
            zone = ZoneInfo(self._app.settings.timezone)
            local = now.astimezone(zone)
            on = date.fromisoformat(str(wanted["to"]))
            return datetime.combine(on, local.timetz().replace(tzinfo=None), zone)
        due = await next_due(self._app)
        return max(due, now) if due else None

    async def _set(self, at: datetime) -> None:
        self._clock.offset += at - self._clock.now()
        offset = self._clock.offset.total_seconds()
        async with self._app.store.begin() as tx:
            await dialogues.put_setting(tx, _OFFSET, offset)
        await _tell_clock(self._session, self._address, offset)
