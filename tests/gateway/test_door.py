"""Nothing leaves but through the door: every call of the library is tried without a passage."""

from __future__ import annotations

import asyncio
import contextlib
import inspect
import json
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import telegram as tg

from bot.errors import DoorBypassed
from bot.gateway import passage
from bot.gateway.door import OfficeBot
from bot.gateway.transport import AiohttpRequest
from bot.simulator.server import DEFAULT_TOKEN, Simulator
from tests.gateway.bot_calls import WORDS, arguments, coroutines, posting

# What asks Telegram something or sets up where updates go; not one of them shows words to a person.
SILENT = {
    "close": "close",
    "delete_webhook": "deleteWebhook",
    "get_chat": "getChat",
    "get_file": "getFile",
    "get_me": "getMe",
    "get_my_commands": "getMyCommands",
    "get_my_description": "getMyDescription",
    "get_my_name": "getMyName",
    "get_my_short_description": "getMyShortDescription",
    "get_updates": "getUpdates",
    "get_webhook_info": "getWebhookInfo",
    "log_out": "logOut",
    "set_webhook": "setWebhook",
}
# The coroutines of the library that call nothing themselves.
NO_CALLS = {"initialize", "shutdown"}


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[tuple[OfficeBot, str]]:
    """A bot that has started, and the address of its Telegram."""
    simulator = Simulator(tmp_path, DEFAULT_TOKEN)
    address = f"http://127.0.0.1:{await simulator.start(0)}"
    bot = OfficeBot(DEFAULT_TOKEN, address)
    await bot.initialize()
    yield bot, address
    await bot.shutdown()
    await simulator.stop()


async def calls(address: str) -> list[str]:
    async with aiohttp.ClientSession() as http, http.get(f"{address}/sim/calls") as answer:
        return [call["method"] for call in (await answer.json())["calls"]]


@contextlib.contextmanager
def admitted(method: str, params: dict[str, Any]) -> Iterator[None]:
    token = passage.open_for(method, params)
    try:
        yield
    finally:
        passage.close(token)


class Noted(AiohttpRequest):
    """A transport that keeps what would go out, checks it as ever, and goes no further."""

    def __init__(self) -> None:
        super().__init__()
        self.noted: list[tuple[str, dict[str, Any]]] = []

    async def do_request(
        self, url: str, method: str, request_data: Any = None, *rest: Any, **named: Any
    ) -> tuple[int, bytes]:
        name = url.rpartition("/")[2]
        self.noted.append((name, dict(request_data.json_parameters) if request_data else {}))
        raise tg.error.TelegramError("noted")


@pytest.mark.filterwarnings("ignore::telegram.warnings.PTBUserWarning")
@pytest.mark.filterwarnings("ignore::telegram.warnings.PTBDeprecationWarning")
async def test_no_call_of_the_library_leaves_without_a_passage(
    world: tuple[OfficeBot, str],
) -> None:
    bot, address = world
    refused = set()
    for name, method in coroutines().items():
        if name in SILENT or name in NO_CALLS:
            continue
        with pytest.raises(DoorBypassed):
            await getattr(bot, name)(**arguments(name, method))
        refused.add(name)
    assert await calls(address) == ["getMe"], "only the start itself may be seen"
    assert posting() <= refused | SILENT.keys(), "a method was left out"
    assert refused | SILENT.keys() | NO_CALLS == set(coroutines())
    assert len(refused) > 150


def test_every_other_name_of_a_method_is_the_same_method() -> None:
    known = set(coroutines().values())
    for name, method in inspect.getmembers(OfficeBot, inspect.iscoroutinefunction):
        if not name.startswith("_") and name != "call":
            assert method in known, name


@pytest.mark.filterwarnings("ignore::telegram.warnings.PTBUserWarning")
@pytest.mark.filterwarnings("ignore::telegram.warnings.PTBDeprecationWarning")
async def test_a_passage_for_no_words_or_other_words_lets_no_words_through(
    world: tuple[OfficeBot, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Wherever the library puts words, the door sees them as words."""
    bot, address = world
    sent = Noted()
    monkeypatch.setattr(bot, "_request", (sent, sent))
    monkeypatch.setattr(passage, "require", lambda method, params: None)
    carrying = {}
    escaped = json.dumps(WORDS)[1:-1]
    for name, method in coroutines().items():
        if name in NO_CALLS:
            continue
        if name in SILENT:
            continue
        given = arguments(name, method)
        with pytest.raises(tg.error.TelegramError, match="noted"):
            await getattr(bot, name)(**given)
        wire_name, wire = sent.noted[-1]
        if any(seen in part for part in wire.values() for seen in (WORDS, escaped)):
            carrying[name] = (wire_name, given)
    monkeypatch.undo()
    assert {"send_message", "send_poll", "edit_message_text", "answer_inline_query"} <= set(
        carrying
    )
    assert {"answer_callback_query", "set_my_commands", "send_media_group"} <= set(carrying)
    assert len(carrying) > 100
    for name, (wire_name, given) in carrying.items():
        for other in ({}, {"text": "您好"}):
            with admitted(wire_name, other), pytest.raises(DoorBypassed):
                await getattr(bot, name)(**given)
    assert await calls(address) == ["getMe"]


async def test_a_passage_for_another_method_does_not_help(world: tuple[OfficeBot, str]) -> None:
    bot, address = world
    with admitted("editMessageText", {"text": "您好"}), pytest.raises(DoorBypassed):
        await bot.send_message(1, "您好")
    assert await calls(address) == ["getMe"]


async def test_the_passage_of_one_task_does_not_open_the_door_for_another(
    world: tuple[OfficeBot, str],
) -> None:
    bot, address = world
    other = asyncio.create_task(bot.send_message(1, "您好"))
    with admitted("sendMessage", {"text": "您好"}), pytest.raises(DoorBypassed):
        await other
    assert await calls(address) == ["getMe"]


async def test_going_round_the_hinge_ends_at_the_wire(world: tuple[OfficeBot, str]) -> None:
    bot, address = world
    url = f"{address}/bot{DEFAULT_TOKEN}/sendMessage"
    with pytest.raises(DoorBypassed):
        await tg.Bot.send_message(bot, 1, WORDS)
    with pytest.raises(DoorBypassed):
        await tg.Bot._do_post(bot, "sendMessage", {"chat_id": 1, "text": WORDS})
    with pytest.raises(DoorBypassed):
        await bot._request[1].do_request(url, "POST")
    with admitted("editMessageText", {}), pytest.raises(DoorBypassed):
        await bot._request[1].do_request(url, "POST")
    for odd in (f"{url}?x=1", f"{url}/", f"{url}#getMe", f"{url}?/getMe", f"{url}#/getMe"):
        with pytest.raises(DoorBypassed):
            await bot._request[1].do_request(odd, "POST")
    for verb in ("GET", "PUT", "post"):
        with pytest.raises(DoorBypassed):
            await bot._request[1].do_request(f"{url}?chat_id=1&text=hi", verb)
    assert await calls(address) == ["getMe"]


async def test_a_plain_bot_of_the_library_with_our_transport_is_stopped_at_the_wire(
    world: tuple[OfficeBot, str],
) -> None:
    _, address = world
    transport = AiohttpRequest()
    plain = tg.Bot(DEFAULT_TOKEN, base_url=f"{address}/bot", request=transport)
    with pytest.raises(DoorBypassed):
        await plain.send_message(1, WORDS)
    await transport.shutdown()
    assert await calls(address) == ["getMe"]


async def test_the_same_words_through_the_door_do_arrive(world: tuple[OfficeBot, str]) -> None:
    bot, address = world
    async with aiohttp.ClientSession() as http:
        body = {"id": 1, "first_name": "王", "started": True}
        async with http.post(f"{address}/sim/people", json=body) as answer:
            assert answer.status == 200
    params = {"chat_id": 1, "text": "您好"}
    with admitted("sendMessage", params):
        await bot.call("sendMessage", params)
    assert await calls(address) == ["getMe", "sendMessage"]


def test_the_exemptions_are_these_and_none_says_a_word_to_a_person() -> None:
    assert frozenset(SILENT.values()) == passage.SILENT_METHODS
    speaking = {"text", "caption", "title", "description", "question", "name", "message"}
    for name in SILENT:
        names = set(inspect.signature(getattr(OfficeBot, name)).parameters)
        assert not names & speaking, name


def test_words_are_seen_wherever_they_stand() -> None:
    hidden = {
        "chat_id": 1,
        "text": "一",
        "caption": "二",
        "reply_markup": {"inline_keyboard": [[{"text": "三", "copy_text": {"text": "四"}}]]},
        "results": [{"id": "x", "title": "五", "input_message_content": {"message_text": "六"}}],
        "media": [{"type": "photo", "media": "attach://1", "caption": "七"}],
        "options": [{"text": "八"}],
        "document": {"file_name": "九.xlsx", "content": "AAAA"},
        "anything_new": "十",
    }
    assert set("一二三四五六七八十") | {"九.xlsx"} == set(passage.words(hidden))


@pytest.mark.parametrize(
    "marked",
    [
        "保<b>本</b>保<i>息</i>",
        '保<a href="https://x.example/?' + "a" * 900 + '">本</a>保息',
        '保<a href="x>y">本</a>保息',
        "保<a href='x>y'>本</a>保息",
        "<tg-spoiler>保本</tg-spoiler>保息",
        "&#20445;本保&#x606F;",
    ],
)
def test_tags_do_not_hide_words(marked: str) -> None:
    for params in (
        {"text": marked, "parse_mode": "HTML"},
        {"media": [{"caption": marked, "parse_mode": "HTML"}]},
        {"results": [{"input_message_content": {"message_text": marked, "parse_mode": "HTML"}}]},
        {"question": marked, "question_parse_mode": "HTML"},
    ):
        assert passage.readable(params)[0] == "保本保息"


@pytest.mark.parametrize("mode", ["Markdown", "MarkdownV2", "html", "anything"])
def test_a_markup_that_cannot_be_judged_is_refused(mode: str) -> None:
    with pytest.raises(DoorBypassed):
        passage.readable({"text": "保*本*保息", "parse_mode": mode})
