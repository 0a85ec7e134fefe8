"""A running simulator, and a small client for its two sides."""

from __future__ import annotations

import struct
import zlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from bot.simulator.server import DEFAULT_TOKEN, Simulator

LI, WANG, CHEN = 1001, 2001, 3001


@dataclass
class Client:
    """Calls the simulator as a bot (``api``) and as a person with a phone (``sim``)."""

    base: str
    http: aiohttp.ClientSession

    async def answer(self, method: str, /, **fields: Any) -> dict[str, Any]:
        url = f"{self.base}/bot{DEFAULT_TOKEN}/{method}"
        async with self.http.post(url, json=fields) as answer:
            body: dict[str, Any] = await answer.json()
            assert body.get("error_code", 200) == answer.status
            return body

    async def api(self, method: str, /, **fields: Any) -> Any:
        body = await self.answer(method, **fields)
        assert body["ok"], body
        return body["result"]

    async def refusal(self, method: str, /, **fields: Any) -> tuple[int, str]:
        body = await self.answer(method, **fields)
        assert not body["ok"], body
        return body["error_code"], body["description"]

    async def sim(self, path: str, /, **values: Any) -> dict[str, Any]:
        async with self.http.post(f"{self.base}/sim/{path}", json=values) as answer:
            body: dict[str, Any] = await answer.json()
            assert answer.status == 200, body
            return body

    async def sim_error(self, path: str, /, **values: Any) -> str:
        async with self.http.post(f"{self.base}/sim/{path}", json=values) as answer:
            body: dict[str, Any] = await answer.json()
            assert answer.status == 400, body
            return str(body["error"])

    async def send_file(self, path: str, person: int, name: str, content: bytes) -> dict[str, Any]:
        form = aiohttp.FormData(quote_fields=False)
        form.add_field("person", str(person))
        form.add_field("caption", "附件")
        form.add_field("file", content, filename=name)
        async with self.http.post(f"{self.base}/sim/{path}", data=form) as answer:
            body: dict[str, Any] = await answer.json()
            assert answer.status == 200, body
            return dict(body["message"])

    async def look(self, path: str, /, **query: Any) -> dict[str, Any]:
        async with self.http.get(f"{self.base}/sim/{path}", params=query) as answer:
            assert answer.status == 200
            body: dict[str, Any] = await answer.json()
            return body

    async def messages(self, person: int) -> list[dict[str, Any]]:
        return list((await self.look("transcript", person=person))["messages"])

    async def updates(self, offset: int = 0) -> list[dict[str, Any]]:
        return list(await self.api("getUpdates", offset=offset))


@pytest.fixture
async def simulator(tmp_path: Path) -> AsyncIterator[str]:
    running = Simulator(tmp_path / "simulator")
    port = await running.start()
    yield f"http://127.0.0.1:{port}"
    await running.stop()


@pytest.fixture
async def client(simulator: str) -> AsyncIterator[Client]:
    async with aiohttp.ClientSession() as http:
        ready = Client(simulator, http)
        people = [
            {
                "id": LI,
                "first_name": "李明",
                "label": "代理人",
                "started": True,
                "username": "liming",
            },
            {
                "id": WANG,
                "first_name": "王芳",
                "last_name": "女士",
                "label": "客户",
                "started": True,
            },
            {"id": CHEN, "first_name": "陈静", "phone": "+8613700001111"},
        ]
        await ready.sim("people", people=people)
        yield ready


def picture(width: int = 6, height: int = 4) -> bytes:
    """A small PNG."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        check = zlib.crc32(kind + content)
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", check)

    rows = b"".join(b"\0" + b"\x40\x90\x80" * width for _ in range(height))
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(rows))
        + chunk(b"IEND", b"")
    )
