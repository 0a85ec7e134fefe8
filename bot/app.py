"""Assembles the product and runs it until told to stop."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import logging
import signal
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from aiohttp import web

from bot import messages
from bot.clock import Clock
from bot.compliance import rulebook
from bot.compliance.gate import Gate
from bot.compliance.notices import load_facts
from bot.compliance.rulebook import Watcher
from bot.compliance.source import NOTICES
from bot.console.web import Status, make_web
from bot.domain.people import Role
from bot.errors import SettingsError, StoreError
from bot.gateway import commands
from bot.gateway.dispatch import Dispatcher
from bot.gateway.door import Door, OfficeBot
from bot.gateway.postman import Postman
from bot.gateway.receive import WEBHOOK_PATH, poll, webhook
from bot.gateway.update import ALLOWED_UPDATES
from bot.handlers.context import Office
from bot.intake.questionnaire import load_questionnaire
from bot.outbox.pacing import Pacer
from bot.pictures import canvas
from bot.practice.judge import Judge
from bot.practice.schema import load_personas
from bot.reminders.agenda import Agenda
from bot.reminders.ticker import Ticker
from bot.scripts_library import service as script_service
from bot.scripts_library.closing import load_closing
from bot.scripts_library.schema import UTTERANCES, load_library, load_utterances
from bot.scripts_library.shelf import Shelf
from bot.settings import Settings
from bot.store import dialogues, embedded, people
from bot.store.engine import Store, migrate
from bot.store.vault import open_vault
from bot.text import restore

log = logging.getLogger(__name__)

TICK_SECONDS = 2.0
_HOST = "127.0.0.1"


@dataclass(slots=True)
class App:
    """The running parts, for those that look in from outside: the demo, tests, health."""

    settings: Settings
    clock: Clock
    store: Store
    bot: OfficeBot
    office: Office
    postman: Postman
    dispatcher: Dispatcher
    ticker: Ticker
    watcher: Watcher


@contextlib.contextmanager
def database(settings: Settings, *, visiting: bool = False) -> Iterator[str]:
    """The URL of the database: the one that was given, or the embedded server while it is needed.

    A ``visiting`` command leaves a server running that it found running.
    """
    if settings.database_url:
        migrate(settings.database_url)
        yield settings.database_url
        return
    server = embedded.start(settings.data_dir)
    try:
        migrate(server.url)
        yield server.url
    finally:
        if not (visiting and server.joined):
            with contextlib.suppress(StoreError):
                server.stop()


def read_office(
    settings: Settings, gate: Gate, bot_name: str, follow_content: Callable[[], Awaitable[None]]
) -> Office:
    """Read every data file; DataFileError names all faults of the first wrong one."""
    content = settings.content_dir
    library = load_library(content / "objections.yaml")
    return Office(
        settings=settings,
        gate=gate,
        questionnaire=load_questionnaire(content / "questionnaire.yaml"),
        agenda=Agenda.read(content / "cadences.yaml"),
        shelf=Shelf.of(library, load_utterances(content / UTTERANCES, library)),
        closing=load_closing(content / "closing.yaml"),
        personas=load_personas(content / "personas.yaml", library),
        judge=Judge.build(library),
        bot_name=bot_name,
        follow_content=follow_content,
    )


@asynccontextmanager
async def assemble(settings: Settings, url: str, clock: Clock) -> AsyncIterator[App]:
    """All parts, connected and ready; closed again at the end of the block."""
    messages.load(settings.content_dir / "messages.yaml")
    store = Store(url, open_vault(settings.encryption_key, settings.data_dir), clock)
    bot = OfficeBot(settings.telegram_token, settings.api_url)
    reading = asyncio.get_running_loop().run_in_executor(None, restore.warm)
    try:
        await bot.initialize()
        checker = await rulebook.first_checker(store, settings)
        facts = load_facts(settings.content_dir / NOTICES)
        gate = Gate(checker, facts, clock, settings.timezone)
        door = Door(bot, store, gate)
        postman = Postman(door, store, Pacer(settings.send_rate, settings.chat_rate))

        async def look() -> None:
            postman.wake()

        watcher = Watcher(store, settings, gate, look)

        async def follow_content() -> None:
            await watcher.look()
            await script_service.follow(store, office.shelf)

        office = read_office(settings, gate, bot.username, follow_content)
        await script_service.follow(store, office.shelf)
        dispatcher = Dispatcher(store, office, bot, door, postman)
        ticker = Ticker(store, office, look)
        warming = asyncio.get_running_loop().run_in_executor(None, canvas.warm)
        await reading
        yield App(settings, clock, store, bot, office, postman, dispatcher, ticker, watcher)
        await warming
    finally:
        await bot.shutdown()
        await store.close()


async def first_administrator(app: App) -> str | None:
    """A one-time link for the first administrator, while there is none."""
    async with app.store.begin() as tx:
        if await people.any_admin(tx):
            return None
        secret = await people.invite(tx, Role.ADMIN, inviter_id=None)
    return f"https://t.me/{app.office.bot_name}?start={secret}"


@asynccontextmanager
async def running(
    app: App, tick_seconds: float = TICK_SECONDS
) -> AsyncIterator[list[asyncio.Task[None]]]:
    """Everything in motion but the web; gives the tasks that should never end by themselves."""
    await app.watcher.start()
    await app.postman.start()
    await app.ticker.plan()
    await app.dispatcher.replay()
    async with app.store.begin() as tx:
        await commands.publish(tx)
    tasks = [asyncio.create_task(app.postman.run()), asyncio.create_task(app.watcher.run())]
    if app.settings.webhook_url:
        await app.bot.set_webhook(
            app.settings.webhook_url + WEBHOOK_PATH,
            secret_token=app.settings.webhook_secret,
            allowed_updates=ALLOWED_UPDATES,
        )
    else:
        tasks.append(asyncio.create_task(poll(app.bot, app.store, app.dispatcher)))
    app.ticker.start(tick_seconds)
    try:
        yield tasks
    finally:
        app.ticker.stop()
        for task in tasks[1:]:
            task.cancel()
        await asyncio.gather(*tasks[1:], return_exceptions=True)
        await app.dispatcher.stop()
        await app.postman.stop()
        await asyncio.gather(tasks[0], return_exceptions=True)


def set_aside() -> None:
    """Leave all that was read so far out of the collector's rounds: it stays as long as the process.

    A full round over the dictionary and the model holds everybody up for some 70 ms.
    """
    gc.collect()
    gc.freeze()


async def serve(
    app: App, tasks: list[asyncio.Task[None]], add_routes: Callable[[web.Application], None] | None
) -> None:
    """Serve the web pages until SIGINT or SIGTERM, or until a part fails."""
    site = make_web(Status(app.store, app.watcher))
    if app.settings.webhook_url:
        receive = webhook(app.store, app.dispatcher, app.settings.webhook_secret)
        site.router.add_post(WEBHOOK_PATH, receive)
    if add_routes is not None:
        add_routes(site)
    runner = web.AppRunner(site, access_log=None, shutdown_timeout=2)
    await runner.setup()
    await web.TCPSite(runner, _HOST, app.settings.port).start()
    set_aside()
    ended = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, ended.set)
    waiting = asyncio.create_task(ended.wait())
    try:
        await asyncio.wait([waiting, *tasks], return_when=asyncio.FIRST_COMPLETED)
        for task in tasks:
            if task.done() and not task.cancelled():
                task.result()
    finally:
        waiting.cancel()
        await runner.cleanup()


async def run(settings: Settings, url: str, clock: Clock, say: Callable[[str], None]) -> None:
    """The product for real: real Telegram, the machine's clock."""
    async with assemble(settings, url, clock) as app:
        await _refuse_samples(app.store)
        async with running(app) as tasks:
            await _greet_and_serve(app, tasks, say)


async def _refuse_samples(store: Store) -> None:
    async with store.begin() as tx:
        if await dialogues.setting(tx, dialogues.SAMPLE_OFFICE):
            raise SettingsError(
                "这个数据库里是演示数据。正式使用请用 SHOUYUE_DATA_DIR 另指定一个文件夹，"
                "或用 SHOUYUE_DATABASE_URL 指定一个空的数据库"
            )


async def _greet_and_serve(
    app: App, tasks: list[asyncio.Task[None]], say: Callable[[str], None]
) -> None:
    link = await first_administrator(app)
    if link:
        say(f"还没有管理员。请用您的 Telegram 打开这个一次性链接成为管理员：\n  {link}")
    say(f"守约已启动，机器人 @{app.office.bot_name}。按 Ctrl-C 停止。")
    await serve(app, tasks, None)


def data_folder(path: Path) -> None:
    """Create the data folder; the embedded database's user must be able to pass through it."""
    path.mkdir(mode=0o711, parents=True, exist_ok=True)
