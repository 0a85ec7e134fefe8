"""The text of a message: cleaning, length limits, and the entities Telegram finds by itself."""

from __future__ import annotations

import re

from .html_entities import parse_html, utf16_length
from .refusals import bad_request
from .wire import Fields, Json

TEXT_LIMIT = 4096
CAPTION_LIMIT = 1024

_CONTROL = dict.fromkeys(range(32), " ") | {9: "\t", 10: "\n", 13: None}
_DIRECTION = dict.fromkeys(range(0x2028, 0x202F))
_CLEANING: dict[int, str | None] = {**_CONTROL, **_DIRECTION}
_DIRTY = re.compile("[\x00-\x08\x0b-\x1f\u2028-\u202e]")
_BLANK = " \t\n\v\f\u00a0\u3000\u200b"
_FOUND = re.compile(
    r"(?P<url>(?:https?|tg)://[^\s<>\"'，。；：！？、（）「」『』【】]+"
    r"|(?<![\w.])t\.me/[\w/?=&%+-]+)"
    r"|(?P<email>(?<![\w.+-])[A-Za-z0-9][\w.+-]*@[A-Za-z0-9-]+(?:\.[A-Za-z]{2,})+)"
    r"|(?P<bot_command>(?<![\w/<>])/[A-Za-z0-9_]{1,64}(?:@[A-Za-z0-9_]{3,32})?(?![\w/<>]))"
    r"|(?P<mention>(?<!\w)@[A-Za-z][A-Za-z0-9_]{2,31}(?!\w))"
    r"|(?P<hashtag>(?<!\w)#[^\W\d]\w*)"
)
_WHOLE = ("code", "pre", "text_link", "text_mention")
_KNOWN = frozenset(
    [
        "mention",
        "hashtag",
        "cashtag",
        "bot_command",
        "url",
        "email",
        "phone_number",
        "bold",
        "italic",
        "underline",
        "strikethrough",
        "spoiler",
        "blockquote",
        "expandable_blockquote",
        "code",
        "pre",
        "text_link",
        "text_mention",
        "custom_emoji",
    ]
)


def formatted(fields: Json, name: str, limit: int) -> tuple[str, list[Json]]:
    """Text and entities of the field ``name`` with its parse mode or its own entities.

    ``fields`` is a call's field values or an object inside one (a media item, inline content).
    """
    reader = Fields(fields)
    raw = clean(reader.text(name))
    mode = reader.text("parse_mode").lower()
    own = "entities" if name in ("text", "message_text", "question") else f"{name}_entities"
    if mode == "html":
        text, entities = parse_html(raw)
    elif mode:
        raise bad_request("unsupported parse_mode")
    else:
        text, entities = raw, _given(reader.items(own))
    text, entities = trimmed(text, entities)
    if utf16_length(text) > limit:
        raise bad_request(
            "message caption is too long" if name == "caption" else "message is too long"
        )
    return text, entities + found_entities(text, entities)


def clean(text: str) -> str:
    """``text`` without carriage returns, control and direction characters."""
    return text.translate(_CLEANING) if _DIRTY.search(text) else text


def trimmed(text: str, entities: list[Json]) -> tuple[str, list[Json]]:
    """``text`` without blank borders, the entities moved and cut along."""
    body = text.rstrip(_BLANK)
    short = body.lstrip(_BLANK)
    if not entities:
        return short, entities
    moved = utf16_length(body) - utf16_length(short)
    end = utf16_length(short)
    kept = []
    for entity in entities:
        start = max(entity["offset"] - moved, 0)
        stop = min(entity["offset"] + entity["length"] - moved, end)
        if stop > start:
            kept.append({**entity, "offset": start, "length": stop - start})
    return short, kept


def found_entities(text: str, taken: list[Json]) -> list[Json]:
    """Addresses, commands, mentions and tags in ``text`` outside code and links."""
    found = []
    ascii_only = text.isascii()
    for match in _FOUND.finditer(text):
        kind, value = str(match.lastgroup), match[0]
        if kind == "url":
            value = value.rstrip(".,;:!?)")
        start = match.start() if ascii_only else utf16_length(text[: match.start()])
        length = utf16_length(value)
        if not any(
            entity["type"] in _WHOLE
            and entity["offset"] < start + length
            and start < entity["offset"] + entity["length"]
            for entity in taken
        ):
            found.append({"offset": start, "length": length, "type": kind})
    return found


def _given(items: list[object]) -> list[Json]:
    entities = []
    for item in items:
        if not isinstance(item, dict) or item.get("type") not in _KNOWN:
            raise bad_request("can't parse MessageEntity: wrong entity type")
        offset, length = item.get("offset"), item.get("length")
        if not isinstance(offset, int) or not isinstance(length, int) or offset < 0:
            raise bad_request("can't parse MessageEntity: wrong offset or length")
        kept = {key: value for key, value in item.items() if value is not None}
        if item["type"] == "text_link" and not str(item.get("url", "")).startswith(
            ("http://", "https://", "tg://")
        ):
            raise bad_request(f"entity URL '{item.get('url', '')}' is invalid: Wrong HTTP URL")
        entities.append(kept)
    return entities
