"""Restarts, kills, webhooks, records: what the simulator keeps and tells."""

from __future__ import annotations

import asyncio
import json
import os
import re
import signal
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from bot.simulator.methods import METHOD_NAMES
from bot.simulator.server import DEFAULT_TOKEN, PHONE_FOLDER

from .conftest import CHEN, LI, WANG, Client, picture

ROOT = Path(__file__).parents[2]


async def run(folder: Path) -> tuple[asyncio.subprocess.Process, str]:
    """The program as its own process, and its address."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "bot.simulator", "--port", "0", "--data", str(folder), "--until-stdin-closes"),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        cwd=ROOT,
    )
    assert process.stdout is not None
    port = json.loads(await process.stdout.readline())["port"]
    return process, f"http://127.0.0.1:{port}"


async def test_a_kill_loses_nothing_that_a_person_did(tmp_path: Path) -> None:
    process, base = await run(tmp_path)
    async with aiohttp.ClientSession() as http:
        client = Client(base, http)
        await client.sim("people", id=LI, first_name="李明", started=True)
        await client.sim("say", person=LI, text="一")
        first = (await client.updates())[0]["update_id"]
        sent = await client.api("sendMessage", chat_id=LI, text="二")
        photo = (await client.send_file("photo", LI, "照片.html", picture()))["photo"][0]
        assert [update["update_id"] for update in await client.updates(first + 1)] == [first + 1]
        await client.sim("say", person=LI, text="三")
        os.kill(process.pid, signal.SIGKILL)
        await process.wait()

        process, base = await run(tmp_path)
        client = Client(base, http)
        texts = [message.get("text") for message in await client.messages(LI)]
        assert texts == ["一", "二", None, "三"]
        waiting = await client.updates()
        assert [update["message"].get("text") for update in waiting] == [None, "三"]
        async with http.get(f"{base}/sim/files/{photo['file_unique_id']}") as answered:
            assert await answered.read() == picture()
            assert answered.content_type == "image/png"
        fresh = await client.api("sendMessage", chat_id=LI, text="四")
        assert fresh["message_id"] > sent["message_id"] + 2
        await client.sim("say", person=LI, text="五")
        assert (await client.updates())[-1]["update_id"] > waiting[-1]["update_id"] + 1

        assert process.stdin is not None
        process.stdin.close()
        assert await asyncio.wait_for(process.wait(), 5) == 0
        process, base = await run(tmp_path)
        assert [m.get("text") for m in await Client(base, http).messages(LI)][-2:] == ["四", "五"]
        process.terminate()
        assert await asyncio.wait_for(process.wait(), 5) == 0


class Hook:
    """A bot's web server that keeps what it gets; ``statuses`` are answered first."""

    def __init__(self) -> None:
        self.got: list[dict[str, Any]] = []
        self.secrets: list[str | None] = []
        self.statuses: list[int] = []
        self.body: dict[str, Any] | None = None
        self.arrived = asyncio.Event()
        self.url = ""

    async def take(self, request: web.Request) -> web.Response:
        self.secrets.append(request.headers.get("X-Telegram-Bot-Api-Secret-Token"))
        if self.statuses:
            return web.Response(status=self.statuses.pop(0))
        self.got.append(await request.json())
        self.arrived.set()
        return web.Response() if self.body is None else web.json_response(self.body)

    async def wait(self, count: int) -> None:
        while len(self.got) < count:
            self.arrived.clear()
            await asyncio.wait_for(self.arrived.wait(), 5)


@pytest.fixture
async def hook() -> AsyncIterator[Hook]:
    made = Hook()
    app = web.Application()
    app.router.add_post("/hook", made.take)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    made.url = f"http://127.0.0.1:{runner.addresses[0][1]}/hook"
    yield made
    await runner.cleanup()


async def test_a_webhook_gets_updates_in_order_with_the_secret_and_again_after_an_error(
    client: Client, hook: Hook
) -> None:
    hook.statuses = [500]
    await client.sim("say", person=LI, text="0")
    await client.api("setWebhook", url=hook.url, secret_token="s3cret_-")
    for number in range(1, 6):
        await client.sim("say", person=LI, text=str(number))
    await hook.wait(6)
    assert [update["message"]["text"] for update in hook.got] == list("012345")
    assert hook.secrets == ["s3cret_-"] * 7
    info = await client.api("getWebhookInfo")
    assert info["last_error_message"].startswith("Wrong response from the webhook: 500")
    refused = await client.refusal("setWebhook", url="ftp://x")
    assert refused[1].startswith("Bad Request: bad webhook")


async def test_a_method_in_the_webhooks_answer_is_carried_out(client: Client, hook: Hook) -> None:
    hook.body = {"method": "sendMessage", "chat_id": LI, "text": "aus der Antwort"}
    await client.api("setWebhook", url=hook.url)
    after = (await client.look("events"))["next"]
    await client.sim("say", person=LI, text="a")
    texts: list[str] = []
    while "aus der Antwort" not in texts:
        heard = await client.look("events", person=LI, after=after)
        after = heard["next"]
        texts += [event["message"]["text"] for event in heard["events"] if "message" in event]


async def test_only_wanted_updates_are_made(client: Client) -> None:
    await client.api("getUpdates", allowed_updates=["callback_query"])
    await client.sim("say", person=LI, text="a")
    assert await client.updates() == []
    await client.api("getUpdates", allowed_updates=[])
    await client.sim("say", person=LI, text="b")
    assert [update["message"]["text"] for update in await client.updates()] == ["b"]


async def test_limits_and_negative_offsets_work_as_documented(client: Client) -> None:
    for number in range(5):
        await client.sim("say", person=LI, text=str(number))
    first = await client.api("getUpdates", limit=2)
    assert [update["message"]["text"] for update in first] == ["0", "1"]
    last = await client.updates(-1)
    assert [update["message"]["text"] for update in last] == ["4"]
    assert await client.updates() == last


async def test_the_record_of_calls_holds_wire_fields_and_codes(client: Client) -> None:
    before = (await client.look("calls"))["last"]
    await client.api("sendMessage", chat_id=LI, text="a")
    await client.refusal("sendMessage", chat_id=7, text="b")
    calls = (await client.look("calls", since=before))["calls"]
    assert [(call["method"], call["chat"], call["code"]) for call in calls] == [
        ("sendMessage", LI, 200),
        ("sendMessage", 7, 400),
    ]
    assert calls[0]["fields"] == {"chat_id": LI, "text": "a"}


async def test_people_show_unread_counts_until_they_have_read(client: Client) -> None:
    await client.api("sendMessage", chat_id=LI, text="a\nb")
    people = {person["id"]: person for person in (await client.look("people"))["people"]}
    assert (people[LI]["unread"], people[LI]["last"]["text"]) == (1, "a b")
    await client.sim("read", person=LI)
    people = {person["id"]: person for person in (await client.look("people"))["people"]}
    assert people[LI]["unread"] == 0


async def test_a_transcript_shows_keyboards_edits_and_the_command_menu(client: Client) -> None:
    keyboard = {"keyboard": [[{"text": "A"}]], "one_time_keyboard": True}
    sent = await client.api("sendMessage", chat_id=LI, text="x", reply_markup=keyboard)
    await client.api("editMessageText", chat_id=LI, message_id=sent["message_id"], text="y")
    command = {"command": "today", "description": "今天"}
    scope = {"type": "chat", "chat_id": LI}
    await client.api("setMyCommands", commands=[command], scope=scope)
    seen = await client.look("transcript", person=LI)
    assert seen["keyboard"] == keyboard
    assert seen["commands"] == [command]
    assert (seen["messages"][0]["edits"], seen["messages"][0]["reply_markup"]) == (1, keyboard)
    assert (await client.look("transcript", person=WANG))["commands"] == []
    await client.sim("say", person=LI, text="A")
    assert (await client.look("transcript", person=LI))["keyboard"] is None


async def test_buttons_that_the_phone_handles_itself_never_reach_the_bot(client: Client) -> None:
    markup = {
        "inline_keyboard": [
            [{"text": "u", "url": "https://example.com"}],
            [{"text": "c", "copy_text": {"text": "词"}}],
            [{"text": "s", "switch_inline_query_current_chat": "贵"}],
        ]
    }
    sent = await client.api("sendMessage", chat_id=LI, text="x", reply_markup=markup)
    place = {"person": LI, "message_id": sent["message_id"]}
    assert (await client.sim("tap", **place, text="u"))["url"] == "https://example.com"
    assert (await client.sim("tap", **place, text="c"))["copy_text"] == "词"
    assert (await client.sim("tap", **place, text="s"))["switch_inline_query_current_chat"] == "贵"
    assert await client.updates() == []
    assert "按钮" in await client.sim_error("tap", **place, text="nothing")


@pytest.mark.parametrize(
    ("path", "values", "word"),
    [
        ("say", {"person": 5, "text": "a"}, "没有编号为 5 的人"),
        ("say", {"person": LI, "text": " "}, "消息是空的"),
        ("say", {"person": LI, "text": "x" * 5000}, "太长"),
        ("start", {"person": LI, "payload": "空 格"}, "链接"),
        ("people", {"id": 9}, "first_name"),
        ("people", {"id": "x", "first_name": "a"}, "正整数"),
        ("tap", {"person": LI, "message_id": 99, "data": "a"}, "不在了"),
        ("choose", {"person": LI, "inline_query_id": "1", "result_id": "1"}, "过期"),
        ("raw", {"updates": [1]}, "Update"),
    ],
)
async def test_errors_of_the_control_api_are_one_clear_sentence(
    client: Client, path: str, values: dict[str, Any], word: str
) -> None:
    assert word in await client.sim_error(path, **values)


async def test_bodies_over_20_mb_are_refused(client: Client) -> None:
    form = aiohttp.FormData({"chat_id": str(LI)})
    form.add_field("document", b"x" * (21 * 1024 * 1024), filename="a.bin")
    url = f"{client.base}/bot{DEFAULT_TOKEN}/sendDocument"
    async with client.http.post(url, data=form) as answer:
        assert answer.status == 413
        assert (await answer.json())["description"] == "Request Entity Too Large"


async def test_a_reset_forgets_people_and_updates_but_repeats_no_number(client: Client) -> None:
    sent = await client.api("sendMessage", chat_id=LI, text="a")
    await client.sim("say", person=LI, text="b")
    await client.sim("reset")
    assert (await client.look("people"))["people"] == []
    assert await client.updates() == []
    await client.sim("people", id=CHEN, first_name="陈")
    said = await client.sim("start", person=CHEN)
    assert said["message"]["message_id"] > sent["message_id"] + 1


async def test_the_phone_page_is_served_and_nothing_else_of_the_disk(client: Client) -> None:
    async with client.http.get(f"{client.base}/") as answer:
        page = await answer.text()
        assert answer.content_type == "text/html"
    assert "http://" not in page
    assert "https://" not in page
    for name in ("phone.js", "phone.css", "render.js"):
        async with client.http.get(f"{client.base}/phone/{name}") as answer:
            assert answer.status == 200
    for path in ("/phone/../server.py", "/phone/%2e%2e/server.py", "/phone/index.py", "/x"):
        async with client.http.get(client.base + path) as answer:
            assert answer.status == 404


async def test_another_website_cannot_operate_the_simulator(client: Client) -> None:
    headers = {"Sec-Fetch-Site": "cross-site"}
    async with client.http.post(f"{client.base}/sim/reset", headers=headers) as answer:
        assert answer.status == 403
    assert (await client.look("people"))["people"]


def test_the_documentation_names_every_method_route_and_test_id() -> None:
    words = (ROOT / "docs" / "simulator.md").read_text("utf-8")
    page = "".join(file.read_text("utf-8") for file in PHONE_FOLDER.iterdir())
    marks = r'''(?:data-testid=|testid: |testid = )"([\w-]+)"'''
    missing = [name for name in re.findall(marks, page) if name not in words]
    control = (ROOT / "bot" / "simulator" / "control.py").read_text("utf-8")
    missing += [
        name for name in re.findall(r'^ {12}"(\w+)": self', control, re.M) if name not in words
    ]
    missing += [name for name in METHOD_NAMES if name not in words]
    assert missing == []
