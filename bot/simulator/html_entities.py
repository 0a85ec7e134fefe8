"""Telegram's HTML: markup in, plain text and message entities out."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from .refusals import Refusal, bad_request
from .wire import Json

_SIMPLE = {
    "b": "bold",
    "strong": "bold",
    "i": "italic",
    "em": "italic",
    "u": "underline",
    "ins": "underline",
    "s": "strikethrough",
    "strike": "strikethrough",
    "del": "strikethrough",
    "tg-spoiler": "spoiler",
    "code": "code",
    "pre": "pre",
}
_TAGS = {*_SIMPLE, "a", "span", "blockquote", "tg-emoji"}
_ATTRIBUTE = re.compile(r"""([A-Za-z-]+)(?:\s*=\s*("[^"]*"|'[^']*'|[^\s"'>]+))?""")
_REFERENCE = re.compile(r"&(?:#(\d{1,8})|#[xX]([0-9A-Fa-f]{1,6})|(lt|gt|amp|quot));?")
_NAMED = {"lt": "<", "gt": ">", "amp": "&", "quot": '"'}
_MENTION = re.compile(r"tg://user\?id=(\d+)$")


@dataclass(slots=True)
class _Open:
    """A tag that waits for its end."""

    tag: str
    attributes: dict[str, str]
    offset: int
    start: int


@dataclass(slots=True)
class _Reading:
    """What has been read so far; ``offset`` counts UTF-16 units of the plain text."""

    source: str
    parts: list[str] = field(default_factory=list)
    offset: int = 0
    open: list[_Open] = field(default_factory=list)
    entities: list[Json] = field(default_factory=list)

    def add(self, text: str) -> None:
        self.parts.append(text)
        self.offset += utf16_length(text)

    def refuse(self, words: str, position: int) -> Refusal:
        at = len(self.source[:position].encode("utf-8", "surrogatepass"))
        return bad_request(f"can't parse entities: {words.replace('@', str(at))}")


def utf16_length(text: str) -> int:
    """Length of ``text`` in UTF-16 units, as Telegram counts offsets and limits."""
    if text.isascii():
        return len(text)
    return len(text) + sum(1 for character in text if character > "\uffff")


def parse_html(source: str) -> tuple[str, list[Json]]:
    """Plain text and entities of ``source``; Refusal in Telegram's words when it is broken."""
    reading = _Reading(source)
    position = 0
    while position < len(source):
        mark = _next_mark(source, position)
        if mark > position:
            reading.add(source[position:mark])
        if mark == len(source):
            break
        position = _reference(reading, mark) if source[mark] == "&" else _tag(reading, mark)
    if reading.open:
        last = reading.open[-1]
        raise reading.refuse(
            f'can\'t find end tag corresponding to start tag "{last.tag}"', last.start
        )
    reading.entities.sort(key=lambda entity: (entity["offset"], -entity["length"]))
    return "".join(reading.parts), reading.entities


def _next_mark(source: str, position: int) -> int:
    marks = [at for at in (source.find("<", position), source.find("&", position)) if at >= 0]
    return min(marks, default=len(source))


def _reference(reading: _Reading, position: int) -> int:
    found = _REFERENCE.match(reading.source, position)
    if found is None:
        reading.add("&")
        return position + 1
    decimal, hexadecimal, named = found.groups()
    if named:
        reading.add(_NAMED[named])
        return found.end()
    code = int(decimal) if decimal else int(hexadecimal, 16)
    valid = 0 < code <= 0x10FFFF and not 0xD800 <= code <= 0xDFFF
    reading.add(chr(code) if valid else found[0])
    return found.end()


def _tag(reading: _Reading, position: int) -> int:
    closing = reading.source.startswith("</", position)
    end = reading.source.find(">", position)
    if end < 0:
        kind = "end" if closing else "start"
        raise reading.refuse(f"unclosed {kind} tag at byte offset @", position)
    if closing:
        _close(reading, reading.source[position + 2 : end].strip().lower(), position)
    else:
        _open(reading, reading.source[position + 1 : end], position)
    return end + 1


def _open(reading: _Reading, inside: str, position: int) -> None:
    name = re.split(r"[\s/]", inside, maxsplit=1)[0].lower()
    if name not in _TAGS:
        raise reading.refuse(f'unsupported start tag "{name}" at byte offset @', position)
    attributes = {
        found[1].lower(): _plain((found[2] or "").strip("\"'"))
        for found in _ATTRIBUTE.finditer(inside, len(name))
    }
    if name == "span" and attributes.get("class") != "tg-spoiler":
        raise reading.refuse('tag "span" must have class "tg-spoiler" at byte offset @', position)
    reading.open.append(_Open(name, attributes, reading.offset, position))


def _close(reading: _Reading, name: str, position: int) -> None:
    if not reading.open:
        raise reading.refuse("unexpected end tag at byte offset @", position)
    opened = reading.open.pop()
    if name and name != opened.tag:
        raise reading.refuse(
            f'unmatched end tag at byte offset @, expected "</{opened.tag}>", found "</{name}>"',
            position,
        )
    length = reading.offset - opened.offset
    if length > 0:
        entity = _entity(reading, opened)
        if entity is not None:
            reading.entities.append({**entity, "offset": opened.offset, "length": length})


def _entity(reading: _Reading, opened: _Open) -> Json | None:
    if opened.tag == "a":
        return _link(reading, opened)
    if opened.tag == "span":
        return {"type": "spoiler"}
    if opened.tag == "blockquote":
        expandable = "expandable" in opened.attributes
        return {"type": "expandable_blockquote" if expandable else "blockquote"}
    if opened.tag == "tg-emoji":
        return {"type": "custom_emoji", "custom_emoji_id": opened.attributes.get("emoji-id", "")}
    if opened.tag == "code" and reading.open and reading.open[-1].tag == "pre":
        language = opened.attributes.get("class", "").removeprefix("language-")
        reading.open[-1].attributes["language"] = language
        return None
    entity: Json = {"type": _SIMPLE[opened.tag]}
    if opened.tag == "pre" and opened.attributes.get("language"):
        entity["language"] = opened.attributes["language"]
    return entity


def _link(reading: _Reading, opened: _Open) -> Json | None:
    address = opened.attributes.get("href") or _text_since(reading, opened.offset)
    mention = _MENTION.match(address)
    if mention:
        return {"type": "text_mention", "user": {"id": int(mention[1])}}
    if re.match(r"(?:https?|tg)://\S+$", address, re.IGNORECASE):
        return {"type": "text_link", "url": address}
    if re.match(r"[\w-]+(?:\.[\w-]+)+(?:[/?#]\S*)?$", address):
        return {"type": "text_link", "url": f"http://{address}"}
    return None


def _text_since(reading: _Reading, offset: int) -> str:
    whole = "".join(reading.parts).encode("utf-16-le", "surrogatepass")
    return whole[offset * 2 :].decode("utf-16-le", "surrogatepass")


def _plain(value: str) -> str:
    reading = _Reading(value)
    position = 0
    while position < len(value):
        if value[position] == "&":
            position = _reference(reading, position)
        else:
            reading.add(value[position])
            position += 1
    return "".join(reading.parts)
