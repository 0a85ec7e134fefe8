"""Reading the fields of a request (query, form, multipart, JSON) and writing answers."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, unquote

from aiohttp import web

from .refusals import bad_request

Json = dict[str, Any]

_NAME = re.compile(r'(?<![\w*])name="((?:[^"\\]|\\.)*)"|(?<![\w*])name=([^;\s]+)')
_FILENAME = re.compile(r'(?<!\w)filename="((?:[^"\\]|\\.)*)"|(?<!\w)filename=([^;\s]+)')
_FILENAME_EXTENDED = re.compile(r"filename\*=[uU][tT][fF]-8''([^;\s]+)")
_BOUNDARY = re.compile(r'boundary="?([^";,]+)"?', re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that came with a request."""

    name: str
    content: bytes
    content_type: str


class Fields:
    """The named parameters of one call, whatever way they were sent."""

    __slots__ = ("uploads", "values")

    def __init__(self, values: Json, uploads: dict[str, Upload] | None = None) -> None:
        self.values = values
        self.uploads = uploads or {}

    def has(self, name: str) -> bool:
        """Whether the field was sent with a value."""
        return self.values.get(name) not in (None, "")

    def text(self, name: str, default: str = "") -> str:
        """The field as text."""
        value = self.values.get(name, default)
        return value if isinstance(value, str) else _as_text(value)

    def integer(self, name: str, default: int = 0) -> int:
        """The field as a whole number; words that are none count as the default."""
        value = self.values.get(name)
        if value is None or value == "":
            return default
        try:
            return int(value)
        except (TypeError, ValueError):
            return default

    def number(self, name: str, default: float) -> float:
        """The field as a number; words that are none count as the default."""
        try:
            return float(self.values.get(name, default))
        except (TypeError, ValueError):
            return default

    def flag(self, name: str, default: bool = False) -> bool:
        """The field as a yes or no, in any of the spellings clients use."""
        value = self.values.get(name)
        if value is None or value == "":
            return default
        return value is True or str(value).lower() in ("true", "yes", "1", "y", "t")

    def structure(self, name: str) -> object:
        """The field as the JSON value it stands for; None when it is absent."""
        value = self.values.get(name)
        if value is None or value == "":
            return None
        if not isinstance(value, str):
            return value
        try:
            return json.loads(value)
        except ValueError as error:
            raise bad_request(f"can't parse {name} JSON object") from error

    def items(self, name: str) -> list[Any]:
        """The field as a JSON list; empty when it is absent."""
        value = self.structure(name)
        if value is None:
            return []
        if not isinstance(value, list):
            raise bad_request(f"expected an Array as {name}")
        return value

    def wire(self) -> Json:
        """The fields as they were sent, files by their names; for the record of calls."""
        if not self.uploads:
            return self.values
        files = {name: f"file:{upload.name}" for name, upload in self.uploads.items()}
        return {**self.values, **files}


def _as_text(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False)
    return "" if value is None else str(value)


async def read_fields(request: web.BaseRequest) -> Fields:
    """All fields of ``request``; those of the body win over those of the address."""
    query = request.query_string
    values: Json = dict(parse_qsl(query, keep_blank_values=True)) if query else {}
    if request.method == "GET" or not request.body_exists:
        return Fields(values)
    body = await request.read()
    content_type = request.headers.get("Content-Type", "")
    if content_type.startswith("application/json"):
        values.update(_json_object(body))
        return Fields(values)
    if content_type.startswith("multipart/form-data"):
        return _multipart(values, body, content_type)
    values.update(parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True))
    return Fields(values)


def _json_object(body: bytes) -> Json:
    if not body:
        return {}
    try:
        value = json.loads(body)
    except ValueError as error:
        raise bad_request("can't parse request body as JSON") from error
    if not isinstance(value, dict):
        raise bad_request("can't parse request body as JSON object")
    return value


def _multipart(values: Json, body: bytes, content_type: str) -> Fields:
    found = _BOUNDARY.search(content_type)
    if found is None:
        raise bad_request("boundary in the multipart request is not found")
    uploads: dict[str, Upload] = {}
    mark = b"\r\n--" + found[1].encode()
    for part in (b"\r\n" + body).split(mark)[1:]:
        head, split, content = part.partition(b"\r\n\r\n")
        if not split:
            continue
        headers = head.decode("utf-8", "replace")
        name = _first(_NAME, headers)
        if name is None:
            continue
        filename = _file_name(headers)
        if filename is None:
            values[name] = content.decode("utf-8", "replace")
        else:
            uploads[name] = Upload(filename, content, _part_type(headers))
    return Fields(values, uploads)


def _first(pattern: re.Pattern[str], headers: str) -> str | None:
    found = pattern.search(headers)
    if found is None:
        return None
    return re.sub(r"\\(.)", r"\1", found[1]) if found[1] is not None else found[2]


def _file_name(headers: str) -> str | None:
    extended = _FILENAME_EXTENDED.search(headers)
    if extended is not None:
        return unquote(extended[1])
    name = _first(_FILENAME, headers)
    return None if name is None else name.replace("%22", '"')


def _part_type(headers: str) -> str:
    for line in headers.split("\r\n"):
        key, _, value = line.partition(":")
        if key.strip().lower() == "content-type":
            return value.strip()
    return "application/octet-stream"


def dump(value: object) -> str:
    """``value`` as compact JSON."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def encode(value: object) -> bytes:
    """``value`` as compact JSON in UTF-8."""
    return dump(value).encode("utf-8", "replace")


def json_answer(body: bytes, status: int = 200) -> web.Response:
    """An HTTP answer with an encoded JSON body."""
    return web.Response(body=body, status=status, content_type="application/json")
