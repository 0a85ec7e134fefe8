"""The pass that a call carries through the door, and the check that nothing goes without one."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from telegram import InputFile, TelegramObject

from bot.errors import DoorBypassed

# Calls that ask or set up and carry no words to a person.
SILENT_METHODS = frozenset(
    {
        "getMe",
        "getUpdates",
        "getFile",
        "getChat",
        "getWebhookInfo",
        "setWebhook",
        "deleteWebhook",
        "getMyCommands",
        "getMyName",
        "getMyDescription",
        "getMyShortDescription",
        "logOut",
        "close",
    }
)
# Values that machines read. Whatever is not named here counts as words.
_TECHNICAL = frozenset(
    {
        "action",
        "allowed_updates",
        "callback_data",
        "callback_query_id",
        "chat_id",
        "command",
        "content",
        "file_id",
        "id",
        "inline_message_id",
        "inline_query_id",
        "language",
        "language_code",
        "media",
        "message_id",
        "mime_type",
        "parse_mode",
        "photo",
        "style",
        "thumbnail_url",
        "type",
        "url",
        "user_id",
    }
)
# A tag ends at the first > outside its quoted attributes.
_TAG = re.compile(r"""<(?:[^<>"']|"[^"]*"|'[^']*')*>""")


@dataclass(frozen=True, slots=True)
class Passage:
    """The words that the door has let through for one call of ``method``."""

    method: str
    words: frozenset[str]


_current: ContextVar[Passage | None] = ContextVar("passage", default=None)


def _walk(value: Any, key: str) -> Iterator[str]:
    if isinstance(value, TelegramObject):
        value = value.to_dict()
    if isinstance(value, InputFile):
        yield value.filename
    elif isinstance(value, dict):
        for name, part in value.items():
            yield from _walk(part, str(name))
    elif isinstance(value, list | tuple):
        for part in value:
            yield from _walk(part, key)
    elif isinstance(value, str) and key not in _TECHNICAL and value:
        yield value


def words(params: dict[str, Any]) -> list[str]:
    """Every text a person would read in the parameters of a call, as it stands on the wire."""
    return list(_walk(params, ""))


def readable(params: dict[str, Any]) -> list[str]:
    """The same texts as the reader sees them: without HTML tags where the call uses HTML.

    Raises DoorBypassed for another markup, whose signs could stand between the letters of a word.
    """
    found = words(params)
    modes = set(_parse_modes(params))
    if modes - {"HTML"}:
        raise DoorBypassed(f"words in {'、'.join(sorted(modes))} cannot be judged")
    if modes:
        return [html.unescape(_TAG.sub("", text)) for text in found]
    return found


def _parse_modes(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for name, part in value.items():
            if name.endswith("parse_mode") and part:
                yield str(part)
            else:
                yield from _parse_modes(part)
    elif isinstance(value, list | tuple):
        for part in value:
            yield from _parse_modes(part)


def open_for(method: str, params: dict[str, Any]) -> Any:
    """Let one call through; gives the token that ``close`` takes."""
    return _current.set(Passage(method, frozenset(words(params))))


def close(token: Any) -> None:
    """End the passage."""
    _current.reset(token)


def require(method: str, params: dict[str, Any]) -> None:
    """Raise DoorBypassed unless this very call, with these very words, went through the door."""
    if method in SILENT_METHODS:
        return
    passage = _current.get()
    if passage is None or passage.method != method or not passage.words.issuperset(words(params)):
        raise DoorBypassed(f"{method} tried to leave without passing the door")


def require_open(method: str) -> None:
    """The check on the wire itself: a call without any passage does not leave."""
    passage = _current.get()
    if method not in SILENT_METHODS and (passage is None or passage.method != method):
        raise DoorBypassed(f"{method} reached the wire without passing the door")
