"""A draft: one Bot API call that says something to somebody, not yet sent."""

from __future__ import annotations

import base64
import html
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any


class Audience(StrEnum):
    """Who reads a text; the compliance gate judges what clients and the public read."""

    STAFF = "staff"
    CLIENT = "client"
    PUBLIC = "public"


REPLY = 0
NOTICE = 5
REMINDER = 9

COPY_LIMIT = 256
CALLBACK_BYTES = 64

Button = dict[str, Any]
Keyboard = Sequence[Sequence[Button]]


@dataclass(frozen=True, slots=True)
class Draft:
    """A call of ``method`` with wire ``params``; ``priority`` REPLY goes before REMINDER.

    ``dedupe_key`` makes the database refuse a second one. ``author_id`` is the member of staff
    whose words these are, None for the product's own.
    """

    chat_id: int
    method: str
    params: dict[str, Any] = field(default_factory=dict)
    audience: Audience = Audience.STAFF
    priority: int = REPLY
    dedupe_key: str | None = None
    author_id: int | None = None
    client_id: int | None = None
    touch_id: int | None = None
    not_before: datetime | None = None


def button(text: str, data: str) -> Button:
    """An inline button that sends ``data`` (at most CALLBACK_BYTES) back."""
    if len(data.encode()) > CALLBACK_BYTES:
        raise ValueError(f"callback data longer than {CALLBACK_BYTES} bytes: {data!r}")
    return {"text": text, "callback_data": data}


def copy_button(text: str, copied: str) -> Button:
    """An inline button that copies; Telegram copies at most COPY_LIMIT characters."""
    if len(copied) > COPY_LIMIT:
        raise ValueError(f"more than {COPY_LIMIT} characters to copy")
    return {"text": text, "copy_text": {"text": copied}}


def inline_here(text: str, query: str) -> Button:
    """An inline button that starts an inline query in this chat."""
    return {"text": text, "switch_inline_query_current_chat": query}


def in_rows(buttons: Sequence[Button], wide: int) -> list[list[Button]]:
    """Buttons in rows of ``wide``, the last row as long as it comes."""
    return [list(buttons[at : at + wide]) for at in range(0, len(buttons), wide)]


def _markup(params: dict[str, Any], keyboard: Keyboard | None) -> dict[str, Any]:
    if keyboard is not None:
        params["reply_markup"] = {"inline_keyboard": [list(row) for row in keyboard]}
    return params


_LONGEST = 4096
_TAG = re.compile(r"<[^<>]{1,300}>")


def _fitting(text: str, html_text: bool, audience: Audience | None) -> tuple[str, bool]:
    """``text`` within what Telegram takes; a cut HTML text loses its markup, not its words.

    What a client reads is never cut: Telegram refuses it, and the agent is told.
    """
    if audience is Audience.CLIENT or len(text.encode("utf-16-le")) // 2 <= _LONGEST:
        return text, html_text
    plain = html.unescape(_TAG.sub("", text)) if html_text else text
    return f"{plain[: _LONGEST // 2]}…", False


def message(chat_id: int, text: str, keyboard: Keyboard | None = None, **given: Any) -> Draft:
    """A text message. ``html=True`` reads the text as Telegram HTML; the rest are Draft fields."""
    text, marked_up = _fitting(text, given.pop("html", False), given.get("audience"))
    params: dict[str, Any] = {"chat_id": chat_id, "text": text}
    if marked_up:
        params["parse_mode"] = "HTML"
    reply_markup = given.pop("reply_markup", None)
    if reply_markup is not None:
        params["reply_markup"] = reply_markup
    return Draft(chat_id, "sendMessage", _markup(params, keyboard), **given)


def edit(
    chat_id: int, message_id: int, text: str, keyboard: Keyboard | None = None, **given: Any
) -> Draft:
    """A new text for a message sent before."""
    text, marked_up = _fitting(text, given.pop("html", False), given.get("audience"))
    params: dict[str, Any] = {"chat_id": chat_id, "message_id": message_id, "text": text}
    if marked_up:
        params["parse_mode"] = "HTML"
    return Draft(chat_id, "editMessageText", _markup(params, keyboard), **given)


def answer(chat_id: int, callback_id: str, text: str = "", *, alert: bool = False) -> Draft:
    """The answer to a tap: a short toast, or an alert; empty just ends the waiting."""
    params: dict[str, Any] = {"callback_query_id": callback_id}
    if text:
        params["text"] = text[:200]
        params["show_alert"] = alert
    return Draft(chat_id, "answerCallbackQuery", params)


def document(chat_id: int, name: str, content: bytes, caption: str = "", **given: Any) -> Draft:
    """A file; its content travels in the row as base64, so that a restart can still send it."""
    return Draft(
        chat_id, "sendDocument", _file(chat_id, "document", name, content, caption), **given
    )


def photo(
    chat_id: int,
    content: bytes,
    caption: str = "",
    keyboard: Keyboard | None = None,
    **given: Any,
) -> Draft:
    """A PNG picture, kept in the row like a document's content."""
    params = _file(chat_id, "photo", "picture.png", content, caption)
    return Draft(chat_id, "sendPhoto", _markup(params, keyboard), **given)


def _file(chat_id: int, kind: str, name: str, content: bytes, caption: str) -> dict[str, Any]:
    params: dict[str, Any] = {
        "chat_id": chat_id,
        kind: {"file_name": name, "content": base64.b64encode(content).decode()},
    }
    if caption:
        params["caption"] = caption
    return params
