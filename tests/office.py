"""The sample office in motion for tests: the real product, a real Bot API, a frozen clock."""

from __future__ import annotations

import asyncio
import dataclasses
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp

from bot import app as product
from bot import demo, settings
from bot.app import App
from bot.clock import FrozenClock
from bot.datafile import load
from bot.demo_office import SampleOffice
from bot.settings import Settings
from bot.simulator.server import DEFAULT_TOKEN, Simulator
from bot.store import inbox, outbox

WAIT = 8
LOOK = 0.05
SHARED = settings.ROOT / "var" / "tests"
LIN, ZHOU, CHEN, HE, WANG, LI, ZHANG = range(5001, 5008)


def test_settings(folder: Path, **given: Any) -> Settings:
    """Settings of a test: content copied so that it may be changed, no pacing to speak of."""
    content = folder / "data"
    if not content.exists():
        ignored = shutil.ignore_patterns("holdout")
        shutil.copytree(settings.ROOT / "data", content, ignore=ignored)
    SHARED.mkdir(parents=True, exist_ok=True)
    made = settings.load(
        {
            "SHOUYUE_DATA_DIR": str(SHARED),
            "SHOUYUE_CONTENT_DIR": str(content),
            "SHOUYUE_TELEGRAM_TOKEN": DEFAULT_TOKEN,
            "SHOUYUE_SEND_RATE": "10000",
            "SHOUYUE_CHAT_RATE": "10000",
        },
        env_file=folder / "none",
    )
    return dataclasses.replace(made, **given)


class Phone:
    """What people do on their phones, through the simulator's control API."""

    def __init__(
        self, session: aiohttp.ClientSession, address: str, app: App | None = None
    ) -> None:
        self.session = session
        self.address = address
        self.app = app
        self.seen: dict[int, int] = {}

    async def post(self, path: str, **body: Any) -> Any:
        async with self.session.post(f"{self.address}/sim/{path}", json=body) as answer:
            found = await answer.json()
            assert answer.status == 200, found
            return found

    async def get(self, path: str, **query: Any) -> Any:
        async with self.session.get(f"{self.address}/sim/{path}", params=query) as answer:
            return await answer.json()

    async def say(self, person: int, text: str) -> None:
        await self.mark(person)
        await self.post("say", person=person, text=text)

    async def mark(self, person: int) -> None:
        """From here on, what arrives is new."""
        self.seen[person] = (await self.get("events"))["next"]

    async def transcript(self, person: int) -> list[dict[str, Any]]:
        found = await self.get("transcript", person=person)
        return found["messages"]

    async def tap(self, person: int, label: str) -> Any:
        """Tap the newest button whose label holds ``label``, once it is there.

        First the product finishes what it was told, so that an older message with a like
        label is not taken for the one that is still on its way.
        """
        await self._settled()
        after = (await self.get("events"))["next"]
        while (found := await self._button(person, label)) is None:
            heard = await self.get("events", person=person, after=after, timeout=WAIT)
            if not heard["events"]:
                raise AssertionError(f"no button {label!r} on the phone of {person}")
            after = heard["next"]
        await self.mark(person)
        return await self.post("tap", person=person, **found)

    async def _settled(self) -> None:
        """Wait, at most a while, until every update is handled and what is due has arrived."""
        if self.app is None:
            return
        info = f"{self.address}/bot{DEFAULT_TOKEN}/getWebhookInfo"
        deadline = asyncio.get_running_loop().time() + WAIT
        while asyncio.get_running_loop().time() < deadline:
            after = (await self.get("events"))["next"]
            async with self.session.get(info) as answer:
                pending = (await answer.json())["result"]["pending_update_count"]
            if not pending:
                async with self.app.store.begin() as tx:
                    if not await inbox.unfinished(tx) and not await outbox.any_due(tx):
                        return
            await self.get("events", after=after, timeout=LOOK)

    async def _button(self, person: int, label: str) -> dict[str, Any] | None:
        for message in reversed(await self.transcript(person)):
            for row in (message.get("reply_markup") or {}).get("inline_keyboard", []):
                for button in row:
                    if label in button["text"] and "callback_data" in button:
                        found = {"message_id": message["message_id"]}
                        return found | {"data": button["callback_data"]}
        return None

    async def expect(self, person: int, *parts: str) -> str:
        """Wait for a new or edited message that holds all ``parts``; gives its text."""
        after = self.seen.get(person, 0)
        heard: list[str] = []
        for _ in range(60):
            query = {"person": person, "after": after, "timeout": WAIT}
            found = await self.get("events", **query)
            if not found["events"]:
                break
            after = found["next"]
            for event in found["events"]:
                text = _text(event)
                if text:
                    heard.append(text)
                    if all(part in text for part in parts):
                        return text
        raise AssertionError(f"{parts} not heard by {person}; heard: {heard}")


def _text(event: dict[str, Any]) -> str:
    message = event.get("message") or {}
    sender = message.get("from") or {}
    if event.get("kind") not in ("message", "edited") or not sender.get("is_bot"):
        return ""
    return message.get("text") or message.get("caption") or ""


@asynccontextmanager
async def office(
    database_url: str, clock: FrozenClock, folder: Path, **given: Any
) -> AsyncIterator[tuple[App, Phone]]:
    """The product running on the sample office, and the phones of its people."""
    simulator = Simulator(folder / "simulator", DEFAULT_TOKEN)
    address = f"http://127.0.0.1:{await simulator.start(0)}"
    made = test_settings(folder, api_url=address, **given)
    sample = load(made.content_dir / "samples" / "office.yaml", SampleOffice)
    try:
        async with (
            aiohttp.ClientSession() as session,
            product.assemble(made, database_url, clock) as app,
        ):
            await demo.seed(app, sample, session, address)
            async with product.running(app, tick_seconds=3600):
                yield app, Phone(session, address, app)
    finally:
        await simulator.stop()


async def greet(phone: Phone, *people: int) -> None:
    """These people open their chat with the bot."""
    for person in people:
        await phone.mark(person)
        await phone.post("start", person=person)
        await phone.expect(person)
