"""The phone page in a real browser; skipped where none is installed."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Page, async_playwright, expect

from bot.simulator.server import Simulator

from .conftest import CHEN, LI, WANG, Client, picture

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine")


@pytest.fixture
async def page(client: Client) -> AsyncIterator[Page]:
    async with async_playwright() as player:
        browser = await player.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        opened = await browser.new_page(viewport={"width": 390, "height": 844}, locale="zh-CN")
        problems: list[str] = []
        opened.on("pageerror", lambda error: problems.append(str(error)))
        yield opened
        await browser.close()
        assert problems == []


async def test_a_person_starts_writes_and_presses_buttons(client: Client, page: Page) -> None:
    await page.goto(f"{client.base}/?person={CHEN}")
    await page.get_by_test_id("start").click()
    keys = {"inline_keyboard": [[{"text": "<b>好</b>", "callback_data": "y"}]]}
    markup = "<b>粗</b> 第一行\n第二行 &lt;img src=x&gt;"
    await client.api("sendMessage", chat_id=CHEN, text=markup, parse_mode="HTML", reply_markup=keys)
    shown = page.get_by_test_id("message").last
    await expect(shown.locator("b").first).to_have_text("粗")
    await expect(shown).to_contain_text("<img src=x>")
    await page.get_by_test_id("inline-button").click()
    query = (await client.updates())[-1]["callback_query"]
    await client.api("answerCallbackQuery", callback_query_id=query["id"], text="记下了")
    await expect(page.get_by_test_id("toast")).to_have_text("记下了")
    place = {"chat_id": CHEN, "message_id": query["message"]["message_id"]}
    await client.api("editMessageText", **place, text="改过的")
    await expect(shown).to_contain_text("已编辑")
    await client.api("deleteMessage", **place)
    await expect(page.get_by_text("改过的")).to_have_count(0)
    await page.get_by_test_id("input").fill("你好")
    await page.get_by_test_id("send").click()
    await expect(page.get_by_test_id("message").last).to_contain_text("你好")


async def test_a_reply_keyboard_shares_the_contact_and_goes_away(
    client: Client, page: Page
) -> None:
    keyboard = {
        "keyboard": [[{"text": "分享号码", "request_contact": True}]],
        "one_time_keyboard": True,
    }
    await client.api("sendMessage", chat_id=LI, text="x", reply_markup=keyboard)
    await page.goto(f"{client.base}/?person={LI}")
    await page.get_by_test_id("reply-button").click()
    await page.get_by_test_id("share-contact").click()
    await expect(page.get_by_test_id("reply-button")).to_have_count(0)
    update = (await client.updates())[-1]
    assert update["message"]["contact"]["user_id"] == LI


async def test_the_narrowest_phone_needs_no_sideways_scrolling(client: Client, page: Page) -> None:
    keys = {
        "inline_keyboard": [
            [{"text": "很长的按钮文字" * 3, "callback_data": str(n)} for n in range(3)]
        ]
    }
    await client.api("sendMessage", chat_id=LI, text="x" * 300, reply_markup=keys)
    await client.send_file("photo", LI, "a.png", picture(900, 30))
    await client.send_file("document", LI, "很长的文件名" * 9 + ".pdf", b"x")
    await page.set_viewport_size({"width": 320, "height": 640})
    await page.goto(f"{client.base}/?person={LI}")
    await expect(page.get_by_test_id("message")).to_have_count(3)
    widths = (
        "[...document.querySelectorAll('html, #messages')].map(e => e.scrollWidth - e.clientWidth)"
    )
    assert await page.evaluate(widths) == [0, 0]
    small = "[...document.querySelectorAll('button, textarea')].filter(e => e.checkVisibility() && e.offsetHeight < 44).length"
    assert await page.evaluate(small) == 0
    await page.get_by_test_id("people-open").click()
    await page.get_by_test_id(f"person-{WANG}").click()
    await expect(page.get_by_test_id("subtitle")).to_contain_text("王芳")


async def test_the_page_comes_back_when_the_server_restarts(tmp_path: Path, page: Page) -> None:
    simulator = Simulator(tmp_path / "other")
    port = await simulator.start()
    base = f"http://127.0.0.1:{port}"
    http = page.request
    await http.post(f"{base}/sim/people", data={"id": LI, "first_name": "李明", "started": True})
    await page.goto(base)
    await expect(page.get_by_test_id("input")).to_be_visible()
    await simulator.stop()
    await expect(page.locator("#offline")).to_be_visible()
    simulator = Simulator(tmp_path / "other")
    await simulator.start(port)
    await http.post(f"{base}/sim/say", data={"person": LI, "text": "又来了"})
    await expect(page.get_by_test_id("message")).to_contain_text("又来了")
    await expect(page.locator("#offline")).to_be_hidden()
    await simulator.stop()
