"""The webhook: only Telegram gets in, an update is stored before it is confirmed, the rest is told."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import pytest_asyncio
from aiohttp import web

from bot.gateway.receive import WEBHOOK_PATH, webhook
from bot.gateway.update import ALLOWED_UPDATES
from tests.faults.small_office import Edge, edge, eventually, fresh_database
from tests.office import LIN, WANG, greet

pytestmark = pytest.mark.asyncio(loop_scope="module")

SECRET = "a-secret-of-this-test"
_HEADER = "X-Telegram-Bot-Api-Secret-Token"


class Site:
    """A web server whose receiver is put in once the office runs."""

    def __init__(self) -> None:
        self.office: Edge | None = None
        self.url = ""
        self.down = False

    async def receive(self, request: web.Request) -> web.StreamResponse:
        if self.office is None or self.down:
            return web.Response(status=502)
        app = self.office.app
        answer: web.StreamResponse = await webhook(app.store, app.dispatcher, SECRET)(request)
        return answer

    async def post(self, body: Any, secret: str | None = SECRET) -> int:
        headers = {} if secret is None else {_HEADER: secret}
        async with (
            aiohttp.ClientSession() as http,
            http.post(self.url, data=body, headers=headers) as answer,
        ):
            return answer.status


@asynccontextmanager
async def listening(site: Site) -> AsyncIterator[str]:
    """The site on a free port; gives its address without the path."""
    application = web.Application()
    application.router.add_post(WEBHOOK_PATH, site.receive)
    runner = web.AppRunner(application)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    address = f"http://127.0.0.1:{runner.addresses[0][1]}"
    site.url = address + WEBHOOK_PATH
    yield address
    await runner.cleanup()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def site(
    postgres: str, template_database: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Site]:
    """The office that gets its updates by webhook."""
    made = Site()
    folder: Path = tmp_path_factory.mktemp("webhook")
    with fresh_database(postgres, template_database) as database:
        async with (
            listening(made) as address,
            edge(database, folder, webhook_url=address, webhook_secret=SECRET) as office,
        ):
            made.office = office
            await greet(office.phone, LIN, WANG)
            yield made


async def stored(site: Site) -> int:
    assert site.office is not None
    return int((await site.office.rows("SELECT count(*) AS n FROM inbox"))[0].n)


def update(number: int, **more: Any) -> str:
    body = {"from": {"id": 1}, "chat": {"id": 1, "type": "group"}, "text": "您好"} | more
    return json.dumps({"update_id": number, "message": body})


async def test_telegram_is_told_the_address_the_secret_and_what_we_want(site: Site) -> None:
    assert site.office is not None
    (call,) = await site.office.calls(method="setWebhook")
    fields = call["fields"]
    assert fields["url"] == site.url
    assert fields["secret_token"] == SECRET
    wanted = fields["allowed_updates"]
    assert (json.loads(wanted) if isinstance(wanted, str) else wanted) == ALLOWED_UPDATES


async def test_what_telegram_brings_is_handled(site: Site) -> None:
    assert site.office is not None
    phone = site.office.phone
    await phone.mark(LIN)
    await phone.say(WANG, "请问我的保单到了吗")
    await phone.expect(LIN, "请问我的保单到了吗")
    await phone.say(LIN, "/menu")
    await phone.expect(LIN, "林晓梅")


@pytest.mark.parametrize("secret", [None, "", "wrong", SECRET[:-1], SECRET + "x", "密"])
async def test_without_the_secret_nothing_is_stored(site: Site, secret: str | None) -> None:
    before = await stored(site)
    assert await site.post(update(900), secret) == 403
    assert await stored(site) == before


async def test_a_secret_that_is_no_text_is_refused_too(site: Site) -> None:
    port = int(site.url.split(":")[2].partition("/")[0])
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    head = f"POST {WEBHOOK_PATH} HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n{_HEADER}: "
    writer.write(head.encode() + b"\xff\xfe\r\n\r\n{}")
    assert b" 403 " in await reader.readline()
    writer.close()
    await writer.wait_closed()


async def test_a_repeated_delivery_is_confirmed_and_stored_once(site: Site) -> None:
    before = await stored(site)
    assert [await site.post(update(901)) for _ in range(3)] == [200] * 3
    assert await stored(site) == before + 1


@pytest.mark.parametrize("body", ["", "{", "nonsense", b"\xff\xfe{}", "[" * 100_000])
async def test_what_is_not_json_is_refused(site: Site, body: str | bytes) -> None:
    before = await stored(site)
    assert await site.post(body) == 400
    assert await stored(site) == before


@pytest.mark.parametrize("body", ["null", "5", "[]", "{}", '{"update_id": "x"}'])
async def test_json_that_is_no_update_is_confirmed_so_that_it_does_not_come_again(
    site: Site, body: str
) -> None:
    before = await stored(site)
    assert await site.post(body) == 200
    assert await stored(site) == before


async def test_a_body_that_is_too_large_is_refused(site: Site) -> None:
    before = await stored(site)
    assert await site.post(update(902, text="x" * (1024 * 1024))) == 413
    assert await stored(site) == before


async def test_a_large_update_that_comes_in_pieces_is_taken_whole(site: Site) -> None:
    body = update(903, caption="字" * 60_000).encode()

    async def pieces() -> AsyncIterator[bytes]:
        for start in range(0, len(body), 7_000):
            yield body[start : start + 7_000]

    before = await stored(site)
    assert await site.post(pieces()) == 200
    assert await stored(site) == before + 1


async def test_while_the_receiver_is_down_telegram_waits_and_brings_it_again(site: Site) -> None:
    assert site.office is not None
    phone, bot = site.office.phone, site.office.app.bot
    await phone.mark(LIN)
    site.down = True
    await phone.post("say", person=WANG, text="请问线路断了吗")

    async def refused() -> bool:
        return (await bot.get_webhook_info()).last_error_message is not None

    await eventually(refused)
    site.down = False
    await phone.expect(LIN, "请问线路断了吗")


async def test_when_the_database_is_away_telegram_is_asked_to_come_again(site: Site) -> None:
    assert site.office is not None
    await site.office.cut()
    answers = [await site.post(update(904)) for _ in range(25)]
    assert set(answers) <= {200, 503}
    assert answers[-1] == 200
    found = await site.office.rows("SELECT 1 FROM inbox WHERE update_id = 904")
    assert len(found) == 1
