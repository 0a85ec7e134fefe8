"""The two bots that the benchmarks compare, each as a process that ends with its stdin."""

from __future__ import annotations

import asyncio
import dataclasses
import json
import os
import sys
import threading
from pathlib import Path

from bot import app as product
from bot import settings
from bot.clock import SystemClock
from bot.domain.people import Role
from bot.simulator.server import DEFAULT_TOKEN
from bot.store import people


def stdin_closed(loop: asyncio.AbstractEventLoop) -> asyncio.Event:
    ended = asyncio.Event()

    def watch() -> None:
        while os.read(sys.stdin.fileno(), 4096):
            pass
        loop.call_soon_threadsafe(ended.set)

    threading.Thread(target=watch, daemon=True).start()
    return ended


async def echo(address: str) -> None:
    """Stock python-telegram-bot: HTTPX, its own updater, a handler that answers the text."""
    from telegram import Update
    from telegram.ext import Application, MessageHandler, filters

    async def answer(update: Update, context: object) -> None:
        assert update.message
        await update.message.reply_text(update.message.text or "")

    bot = (
        Application.builder()
        .token(DEFAULT_TOKEN)
        .base_url(f"{address}/bot")
        .concurrent_updates(True)
        .build()
    )
    bot.add_handler(MessageHandler(filters.ALL, answer))
    async with bot:
        await bot.start()
        assert bot.updater
        await bot.updater.start_polling()
        print(json.dumps({"ready": True}), flush=True)
        await stdin_closed(asyncio.get_running_loop()).wait()
        await bot.updater.stop()
        await bot.stop()


async def ours(address: str, folder: Path, agents: int) -> None:
    """The product itself, with pacing out of the way."""
    given = settings.load(
        {"SHOUYUE_DATA_DIR": str(settings.ROOT / "var" / "bench"), "SHOUYUE_LOG_LEVEL": "ERROR"}
    )
    given = dataclasses.replace(
        given,
        telegram_token=DEFAULT_TOKEN,
        api_url=address,
        data_dir=folder,
        send_rate=100_000,
        chat_rate=100_000,
    )
    product.data_folder(given.data_dir)
    model = settings.ROOT / "var" / "bench" / "compliance.model"
    if model.exists():
        (folder / "compliance.model").write_bytes(model.read_bytes())
    with product.database(given) as url:
        async with product.assemble(given, url, SystemClock()) as app:
            async with app.store.begin() as tx:
                for number in range(agents):
                    await people.add(tx, 7000 + number, "样例", Role.AGENT)
            async with product.running(app, tick_seconds=60):
                product.set_aside()
                print(json.dumps({"ready": True}), flush=True)
                await stdin_closed(asyncio.get_running_loop()).wait()


if __name__ == "__main__":
    which, address, folder, agents = sys.argv[1:]
    asyncio.run(echo(address) if which == "echo" else ours(address, Path(folder), int(agents)))
