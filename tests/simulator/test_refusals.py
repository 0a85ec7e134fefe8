"""The Bot API refuses in Telegram's own codes and words."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from .conftest import CHEN, LI, Client


def inline(**button: Any) -> dict[str, Any]:
    return {"inline_keyboard": [[button]]}


SEND_REFUSALS: list[tuple[dict[str, Any], int, str]] = [
    ({"chat_id": 77, "text": "a"}, 400, "Bad Request: chat not found"),
    ({"chat_id": "@nobody", "text": "a"}, 400, "Bad Request: chat not found"),
    ({"text": "a"}, 400, "Bad Request: chat_id is empty"),
    ({"chat_id": LI, "text": " \n "}, 400, "Bad Request: message text is empty"),
    ({"chat_id": LI}, 400, "Bad Request: message text is empty"),
    ({"chat_id": LI, "text": "字" * 4097}, 400, "Bad Request: message is too long"),
    ({"chat_id": LI, "text": "😀" * 2049}, 400, "Bad Request: message is too long"),
    (
        {"chat_id": CHEN, "text": "a"},
        403,
        "Forbidden: bot can't initiate conversation with a user",
    ),
    (
        {"chat_id": LI, "text": "a", "reply_parameters": {"message_id": 999}},
        400,
        "Bad Request: message to be replied not found",
    ),
    (
        {"chat_id": LI, "text": "a", "parse_mode": "Wiki"},
        400,
        "Bad Request: unsupported parse_mode",
    ),
    (
        {"chat_id": LI, "text": "a", "reply_markup": inline(text="b", callback_data="x" * 65)},
        400,
        "Bad Request: BUTTON_DATA_INVALID",
    ),
    (
        {"chat_id": LI, "text": "a", "reply_markup": inline(text="b", callback_data="字" * 22)},
        400,
        "Bad Request: BUTTON_DATA_INVALID",
    ),
    (
        {
            "chat_id": LI,
            "text": "a",
            "reply_markup": inline(text="b", copy_text={"text": "x" * 257}),
        },
        400,
        "Bad Request: BUTTON_COPY_TEXT_INVALID",
    ),
    (
        {"chat_id": LI, "text": "a", "reply_markup": inline(text="b")},
        400,
        "Bad Request: can't parse inline keyboard button: "
        "Text buttons are unallowed in the inline keyboard",
    ),
    (
        {"chat_id": LI, "text": "a", "reply_markup": inline(text="b", url="ftp://example.com")},
        400,
        "Bad Request: inline keyboard button URL 'ftp://example.com' is invalid: "
        "Unsupported URL protocol",
    ),
    (
        {
            "chat_id": LI,
            "text": "a",
            "reply_markup": inline(text="b", url="http://localhost:8080/"),
        },
        400,
        "Bad Request: inline keyboard button URL 'http://localhost:8080/' is invalid: "
        "Wrong HTTP URL",
    ),
    (
        {"chat_id": LI, "text": "a", "reply_markup": {"inline_keyboard": [{"text": "b"}]}},
        400,
        'Bad Request: field "inline_keyboard" must be an Array of Arrays',
    ),
    (
        {"chat_id": LI, "text": "a", "reply_markup": [1]},
        400,
        "Bad Request: object expected as reply markup",
    ),
]


@pytest.mark.parametrize(("fields", "code", "words"), SEND_REFUSALS)
async def test_a_message_that_cannot_be_sent_is_refused_in_telegrams_words(
    client: Client, fields: dict[str, Any], code: int, words: str
) -> None:
    before = len(await client.messages(LI))
    assert await client.refusal("sendMessage", **fields) == (code, words)
    assert len(await client.messages(LI)) == before


@pytest.mark.parametrize(
    ("markup", "words"),
    [
        ("<b>a", 'can\'t find end tag corresponding to start tag "b"'),
        ("字<x>a</x>", 'unsupported start tag "x" at byte offset 3'),
        ("a</b>", "unexpected end tag at byte offset 1"),
        ("<b>a</i>", 'unmatched end tag at byte offset 4, expected "</b>", found "</i>"'),
        ("a <b", "unclosed start tag at byte offset 2"),
    ],
)
async def test_broken_html_is_refused_with_its_place(
    client: Client, markup: str, words: str
) -> None:
    refused = await client.refusal("sendMessage", chat_id=LI, text=markup, parse_mode="HTML")
    assert refused == (400, f"Bad Request: can't parse entities: {words}")


async def test_texts_and_captions_may_be_as_long_as_telegram_allows(client: Client) -> None:
    assert (await client.api("sendMessage", chat_id=LI, text="字" * 4096))["text"] == "字" * 4096
    both = (
        inline(text="a", callback_data="x" * 64),
        inline(text="a", copy_text={"text": "字" * 256}),
    )
    for markup in both:
        sent = await client.api("sendMessage", chat_id=LI, text="a", reply_markup=markup)
        assert sent["reply_markup"] == markup


async def test_edits_are_refused_when_nothing_changes_or_nothing_is_there(client: Client) -> None:
    markup = inline(text="a", callback_data="b")
    sent = await client.api(
        "sendMessage", chat_id=LI, text="<b>x</b>", parse_mode="HTML", reply_markup=markup
    )
    same = {"chat_id": LI, "message_id": sent["message_id"]}
    not_modified = (
        400,
        "Bad Request: message is not modified: specified new message content and reply markup "
        "are exactly the same as a current content and reply markup of the message",
    )
    edit = {**same, "text": "<b>x</b>", "parse_mode": "HTML", "reply_markup": markup}
    assert await client.refusal("editMessageText", **edit) == not_modified
    assert (
        await client.refusal("editMessageReplyMarkup", **same, reply_markup=markup) == not_modified
    )
    missing = {"chat_id": LI, "message_id": 9999}
    gone = (400, "Bad Request: message to edit not found")
    assert await client.refusal("editMessageText", **missing, text="y") == gone
    assert await client.refusal("deleteMessage", **missing) == (
        400,
        "Bad Request: message to delete not found",
    )
    assert await client.refusal("editMessageCaption", **same, caption="y") == (
        400,
        "Bad Request: there is no caption in the message to edit",
    )
    said = await client.sim("say", person=LI, text="hello")
    of_person = {"chat_id": LI, "message_id": said["message"]["message_id"]}
    assert await client.refusal("editMessageText", **of_person, text="y") == (
        400,
        "Bad Request: message can't be edited",
    )


async def test_an_edit_without_a_keyboard_takes_the_keyboard_away(client: Client) -> None:
    sent = await client.api(
        "sendMessage", chat_id=LI, text="x", reply_markup=inline(text="a", callback_data="b")
    )
    edited = await client.api(
        "editMessageText", chat_id=LI, message_id=sent["message_id"], text="x"
    )
    assert "reply_markup" not in edited
    assert edited["edit_date"] >= sent["date"]


async def test_a_person_who_blocked_the_bot_cannot_be_written_to(client: Client) -> None:
    await client.sim("block", person=LI)
    words = (403, "Forbidden: bot was blocked by the user")
    assert await client.refusal("sendMessage", chat_id=LI, text="a") == words
    assert await client.refusal("sendChatAction", chat_id=LI, action="typing") == words
    await client.sim("unblock", person=LI)
    await client.api("sendMessage", chat_id=LI, text="a")
    states = [
        update["my_chat_member"]["new_chat_member"]["status"] for update in await client.updates()
    ]
    assert states == ["kicked", "member"]


async def test_unknown_methods_tokens_and_queries_are_refused(client: Client) -> None:
    assert await client.refusal("sendNothing") == (404, "Not Found: method not found")
    async with client.http.get(f"{client.base}/bot1:WRONG/getMe") as answer:
        assert answer.status == 401
        assert await answer.json() == {
            "ok": False,
            "error_code": 401,
            "description": "Unauthorized",
        }
    too_old = (
        400,
        "Bad Request: query is too old and response timeout expired or query ID is invalid",
    )
    assert await client.refusal("answerCallbackQuery", callback_query_id="5") == too_old
    assert await client.refusal("answerInlineQuery", inline_query_id="5", results=[]) == too_old


async def test_the_newest_getupdates_ends_the_one_before(client: Client) -> None:
    first = asyncio.create_task(client.answer("getUpdates", timeout=20))
    while not first.done():
        second = asyncio.create_task(client.answer("getUpdates", timeout=1))
        await asyncio.wait([first, second], return_when=asyncio.FIRST_COMPLETED)
        if second.done() and not second.result()["ok"]:
            first, second = second, first
            break
    assert (await first)["error_code"] == 409
    assert (await first)["description"].startswith(
        "Conflict: terminated by other getUpdates request; make sure that only one bot"
    )
    second.cancel()


async def test_getupdates_is_refused_while_a_webhook_is_set(client: Client) -> None:
    await client.api("setWebhook", url="http://127.0.0.1:9/hook")
    code, words = await client.refusal("getUpdates")
    assert code == 409
    assert words == (
        "Conflict: can't use getUpdates method while webhook is active; "
        "use deleteWebhook to delete the webhook first"
    )
    await client.api("deleteWebhook")
    assert await client.api("getUpdates") == []


async def test_a_message_older_than_48_hours_cannot_be_taken_back(client: Client) -> None:
    sent = await client.api("sendMessage", chat_id=LI, text="x")
    await client.sim("clock", offset_seconds=49 * 3600)
    refused = await client.refusal("deleteMessage", chat_id=LI, message_id=sent["message_id"])
    assert refused == (400, "Bad Request: message can't be deleted for everyone")
    later = await client.api("sendMessage", chat_id=LI, text="y")
    assert 49 * 3600 - 5 <= later["date"] - sent["date"] <= 49 * 3600 + 5
    assert await client.api("deleteMessage", chat_id=LI, message_id=later["message_id"])
    assert (await client.messages(LI))[-1]["deleted"]
