"""Methods for photos and documents."""

from __future__ import annotations

import secrets

from ..files import FileKind
from ..keyboards import read_markup
from ..refusals import bad_request
from ..wire import Fields, Json
from ..world import World
from .sending import caption_part, post, reply_part


def send_photo(world: World, fields: Fields) -> Json:
    """sendPhoto."""
    return _send(world, fields, "photo")


def send_document(world: World, fields: Fields) -> Json:
    """sendDocument."""
    return _send(world, fields, "document")


def _send(world: World, fields: Fields, kind: FileKind) -> Json:
    person = world.recipient(fields)
    caption = caption_part(world, fields.values)
    read_markup(fields)
    stored = world.files.take(kind, fields, fields.text(kind), kind)
    parts = {**stored.part(), **caption}
    if kind == "photo" and fields.flag("has_spoiler"):
        parts["has_media_spoiler"] = True
    return post(world, person, fields, parts).message


def send_media_group(world: World, fields: Fields) -> list[Json]:
    """sendMediaGroup with photos or documents."""
    person = world.recipient(fields)
    items = fields.items("media")
    if not 2 <= len(items) <= 10:
        raise bad_request("wrong number of items in the media group: 2-10 are expected")
    kinds = {item.get("type") if isinstance(item, dict) else None for item in items}
    if kinds not in ({"photo"}, {"document"}):
        raise bad_request("can't parse InputMedia: only all photos or all documents can be sent")
    album = str(secrets.randbits(53))
    contents = [_item(world, fields, item) for item in items]
    shared = {**reply_part(world, person, fields), "media_group_id": album}
    return [world.post_by_bot(person, {**shared, **content}, None).message for content in contents]


def _item(world: World, fields: Fields, item: Json) -> Json:
    kind: FileKind = "photo" if item["type"] == "photo" else "document"
    caption = caption_part(world, item)
    stored = world.files.take(kind, fields, str(item.get("media") or ""), "media")
    return {**stored.part(), **caption}


def get_file(world: World, fields: Fields) -> Json:
    """getFile."""
    stored = world.files.find(fields.text("file_id"))
    if stored is None or stored.file_id != fields.text("file_id"):
        raise bad_request("invalid file_id")
    return stored.file()
