"""Methods that change or take back a message."""

from __future__ import annotations

from collections.abc import Callable

from ..chats import Entry
from ..entities import TEXT_LIMIT, formatted
from ..keyboards import read_markup
from ..refusals import bad_request, not_modified
from ..wire import Fields, Json
from ..world import World
from .sending import caption_part

DELETABLE_SECONDS = 48 * 3600

Change = Callable[[Json], Json]
"""From the message as it is to its new content fields, without the keyboard."""


def edit_message_text(world: World, fields: Fields) -> Json | bool:
    """editMessageText."""
    text, entities = formatted(fields.values, "text", TEXT_LIMIT)
    if not text:
        raise bad_request("message text is empty")

    def change(message: Json) -> Json:
        if "text" not in message:
            raise bad_request("there is no text in the message to edit")
        preview = fields.structure("link_preview_options")
        return {
            "text": text,
            "entities": world.resolved(entities) or None,
            "link_preview_options": preview or None,
        }

    return _edit(world, fields, change)


def edit_message_caption(world: World, fields: Fields) -> Json | bool:
    """editMessageCaption."""
    caption = caption_part(world, fields.values)

    def change(message: Json) -> Json:
        if "photo" not in message and "document" not in message:
            raise bad_request("there is no caption in the message to edit")
        return {"caption": None, "caption_entities": None, **caption}

    return _edit(world, fields, change)


def edit_message_reply_markup(world: World, fields: Fields) -> Json | bool:
    """editMessageReplyMarkup."""
    return _edit(world, fields, lambda message: {})


def _edit(world: World, fields: Fields, change: Change) -> Json | bool:
    if fields.has("inline_message_id"):
        return _edit_inline(world, fields, change)
    person = world.recipient(fields)
    entry = world.chats.find(person.id, fields.integer("message_id"))
    if entry is None:
        raise bad_request("message to edit not found")
    if entry.by != "bot" or "forward_origin" in entry.message:
        raise bad_request("message can't be edited")
    _apply(world, fields, entry, change)
    world.changed(person.id, entry, "edited")
    return entry.message


def _edit_inline(world: World, fields: Fields, change: Change) -> bool:
    place = world.chats.inline.get(fields.text("inline_message_id"))
    if place is None:
        raise bad_request("MESSAGE_ID_INVALID")
    pair, number = place
    entry = world.chats.between[pair][number]
    _apply(world, fields, entry, change)
    world.chats.put_between(pair, entry)
    for person, other in (pair, pair[::-1]):
        world.events.add(person, "edited", {"with": other, "message": entry.shown()})
    return True


def _apply(world: World, fields: Fields, entry: Entry, change: Change) -> None:
    old = entry.message
    parts = change(old)
    markup = read_markup(fields)
    if markup is not None and markup.kind != "inline":
        raise bad_request("inline keyboard expected")
    changed = {key: value for key, value in {**old, **parts}.items() if value is not None}
    changed.pop("reply_markup", None)
    if markup is not None:
        changed["reply_markup"] = markup.value
    if changed == old:
        raise not_modified()
    changed["edit_date"] = world.now()
    entry.message = changed
    entry.edits += 1


def delete_message(world: World, fields: Fields) -> bool:
    """deleteMessage: within 48 hours, for both sides."""
    person = world.member(fields)
    entry = world.chats.find(person.id, fields.integer("message_id"))
    if entry is None:
        raise bad_request("message to delete not found")
    if world.now() - entry.message["date"] > DELETABLE_SECONDS:
        raise bad_request("message can't be deleted for everyone")
    entry.deleted = True
    world.changed(person.id, entry, "deleted")
    return True


def delete_messages(world: World, fields: Fields) -> bool:
    """deleteMessages: those of the list that can be found."""
    person = world.member(fields)
    for number in fields.items("message_ids"):
        entry = world.chats.find(person.id, int(number))
        if entry is not None:
            entry.deleted = True
            world.changed(person.id, entry, "deleted")
    return True
