"""Reply markup: the shapes Telegram accepts, and what it says of the others."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from .html_entities import utf16_length
from .refusals import Refusal, bad_request
from .wire import Fields, Json

Kind = Literal["inline", "keyboard", "remove", "force_reply"]

CALLBACK_DATA_LIMIT = 64
COPY_TEXT_LIMIT = 256
_BUTTONS_LIMIT = 100
_ROW_LIMIT = 8

_ACTIONS = (
    "callback_data",
    "url",
    "copy_text",
    "switch_inline_query",
    "switch_inline_query_current_chat",
    "switch_inline_query_chosen_chat",
    "web_app",
    "login_url",
)
_KEYBOARD_FLAGS = (
    "is_persistent",
    "resize_keyboard",
    "one_time_keyboard",
    "input_field_placeholder",
    "selective",
)
_HTTP = re.compile(
    r"(?:https?|ton)://(?:[^\s/@]+@)?(?:[\w-]+\.)+[\w-]+(?::\d{1,5})?(?:[/?#]\S*)?$",
    re.IGNORECASE,
)
_BARE = re.compile(r"(?:[\w-]+\.)+[A-Za-z]{2,}(?:[/?#]\S*)?$")
_TG = re.compile(r"tg://[a-z_]+\S*$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Markup:
    """A reply markup that was accepted; only the kind "inline" is part of the message itself."""

    kind: Kind
    value: Json


def read_markup(fields: Fields) -> Markup | None:
    """The ``reply_markup`` of a call; None when it is absent or an empty inline keyboard."""
    value = fields.structure("reply_markup")
    if value is None:
        return None
    if not isinstance(value, dict):
        raise bad_request("object expected as reply markup")
    if "inline_keyboard" in value:
        rows = _rows(value["inline_keyboard"], "inline_keyboard", _inline_button)
        return Markup("inline", {"inline_keyboard": rows}) if rows else None
    if "keyboard" in value:
        rows = _rows(value["keyboard"], "keyboard", _keyboard_button)
        extra = {name: value[name] for name in _KEYBOARD_FLAGS if value.get(name)}
        return Markup("keyboard", {"keyboard": rows, **extra})
    if value.get("remove_keyboard"):
        return Markup("remove", {"remove_keyboard": True})
    if value.get("force_reply"):
        extra = {
            name: value[name] for name in ("input_field_placeholder", "selective") if name in value
        }
        return Markup("force_reply", {"force_reply": True, **extra})
    return None


def _rows(value: object, name: str, button: Callable[[object], Json]) -> list[list[Json]]:
    if not isinstance(value, list) or not all(isinstance(row, list) for row in value):
        raise bad_request(f'field "{name}" must be an Array of Arrays')
    rows = [[button(item) for item in row] for row in value]
    rows = [row for row in rows if row]
    if name == "inline_keyboard" and (
        sum(map(len, rows)) > _BUTTONS_LIMIT or any(len(row) > _ROW_LIMIT for row in rows)
    ):
        raise bad_request("REPLY_MARKUP_TOO_LONG")
    return rows


def _inline_button(item: object) -> Json:
    if not isinstance(item, dict):
        raise _unreadable("inline keyboard", "expected an Object")
    text = _button_text(item, "inline keyboard")
    kept = {"text": text}
    for name in ("style", "icon_custom_emoji_id"):
        if item.get(name):
            kept[name] = item[name]
    for name in _ACTIONS:
        if item.get(name) is not None and not (item[name] == "" and not name.startswith("switch")):
            return {**kept, name: _action(name, item[name])}
    raise _unreadable("inline keyboard", "Text buttons are unallowed in the inline keyboard")


def _action(name: str, value: object) -> object:
    if name == "callback_data" and not (
        isinstance(value, str) and 1 <= len(value.encode()) <= CALLBACK_DATA_LIMIT
    ):
        raise bad_request("BUTTON_DATA_INVALID")
    if name == "copy_text":
        text = value.get("text") if isinstance(value, dict) else None
        if not isinstance(text, str) or not 1 <= utf16_length(text) <= COPY_TEXT_LIMIT:
            raise bad_request("BUTTON_COPY_TEXT_INVALID")
        return {"text": text}
    if name == "url":
        return checked_address(str(value), "inline keyboard button URL")
    if name in ("web_app", "login_url"):
        address = value.get("url") if isinstance(value, dict) else None
        if not str(address).startswith("https://"):
            raise bad_request(
                f"inline keyboard button {name.replace('_', ' ').replace('web app', 'Web App')} "
                f"URL '{address}' is invalid: Only HTTPS links are allowed"
            )
    return value


def checked_address(address: str, what: str) -> str:
    """``address`` as Telegram keeps it; Refusal when a real phone could not open it."""
    if _HTTP.match(address) or _TG.match(address):
        return address
    if _BARE.match(address):
        return f"http://{address}"
    reason = "Wrong HTTP URL"
    if re.match(r"[a-z][a-z+.-]*://", address, re.IGNORECASE) and not address.lower().startswith(
        ("http://", "https://", "tg://", "ton://")
    ):
        reason = "Unsupported URL protocol"
    raise bad_request(f"{what} '{address}' is invalid: {reason}")


def _keyboard_button(item: object) -> Json:
    if isinstance(item, str):
        item = {"text": item}
    if not isinstance(item, dict):
        raise _unreadable("keyboard", "expected an Object or a String")
    text = _button_text(item, "keyboard")
    kept: Json = {"text": text}
    for name in ("request_contact", "request_location"):
        if item.get(name):
            kept[name] = True
    for name in ("request_poll", "request_users", "request_chat", "web_app", "style"):
        if item.get(name):
            kept[name] = item[name]
    return kept


def _button_text(item: Json, kind: str) -> str:
    if "text" not in item:
        raise _unreadable(kind, 'Can\'t find field "text"')
    text = item["text"]
    if not isinstance(text, str):
        raise _unreadable(kind, 'Field "text" must be of type String')
    if not text.strip():
        raise bad_request(f"{kind} button text must be non-empty")
    return text


def _unreadable(kind: str, why: str) -> Refusal:
    return bad_request(f"can't parse {kind} button: {why}")
