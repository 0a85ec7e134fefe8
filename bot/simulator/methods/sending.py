"""Methods that put a new message without a file into a chat."""

from __future__ import annotations

from ..chats import Entry
from ..entities import CAPTION_LIMIT, TEXT_LIMIT, formatted
from ..keyboards import read_markup
from ..people import Person
from ..refusals import bad_request
from ..wire import Fields, Json
from ..world import World

_ACTIONS = frozenset(
    [
        "typing",
        "upload_photo",
        "record_video",
        "upload_video",
        "record_voice",
        "upload_voice",
        "upload_document",
        "choose_sticker",
        "find_location",
        "record_video_note",
        "upload_video_note",
    ]
)
_POLL_OPTIONS = (1, 12)


def send_message(world: World, fields: Fields) -> Json:
    """sendMessage."""
    person = world.recipient(fields)
    text, entities = formatted(fields.values, "text", TEXT_LIMIT)
    if not text:
        raise bad_request("message text is empty")
    parts: Json = {"text": text}
    if entities:
        parts["entities"] = world.resolved(entities)
    preview = fields.structure("link_preview_options")
    if isinstance(preview, dict) and preview:
        parts["link_preview_options"] = preview
    elif fields.flag("disable_web_page_preview"):
        parts["link_preview_options"] = {"is_disabled": True}
    return post(world, person, fields, parts).message


def post(world: World, person: Person, fields: Fields, parts: Json) -> Entry:
    """Put ``parts`` into the chat with what every sending method understands: reply, keyboard."""
    markup = read_markup(fields)
    return world.post_by_bot(person, {**reply_part(world, person, fields), **parts}, markup)


def reply_part(world: World, person: Person, fields: Fields) -> Json:
    """The message fields that come from the answer's target and the protection of content."""
    parts: Json = {}
    target = fields.integer("reply_to_message_id")
    lenient = fields.flag("allow_sending_without_reply")
    parameters = fields.structure("reply_parameters")
    if isinstance(parameters, dict):
        target = int(parameters.get("message_id") or 0)
        lenient = bool(parameters.get("allow_sending_without_reply"))
    if target and not (lenient and world.chats.find(person.id, target) is None):
        parts["reply_to_message"] = world.quoted(person, target)
    if fields.flag("protect_content"):
        parts["has_protected_content"] = True
    return parts


def caption_part(world: World, fields: Json) -> Json:
    """The caption and its entities of a call or of one item of an album."""
    text, entities = formatted(fields, "caption", CAPTION_LIMIT)
    parts: Json = {"caption": text} if text else {}
    if entities:
        parts["caption_entities"] = world.resolved(entities)
    return parts


def contact_content(values: Json) -> Json:
    """The ``contact`` field of a message, from a call or from inline content."""
    contact = {
        name: str(values[name])
        for name in ("phone_number", "first_name", "last_name", "vcard")
        if values.get(name)
    }
    if "phone_number" not in contact:
        raise bad_request("phone number is empty")
    if "first_name" not in contact:
        raise bad_request("first name is empty")
    return {"contact": contact}


def location_content(values: Json) -> Json:
    """The ``location`` field of a message, from a call or from inline content."""
    try:
        latitude, longitude = float(values["latitude"]), float(values["longitude"])
    except (KeyError, TypeError, ValueError) as error:
        raise bad_request("latitude and longitude must be numbers") from error
    if not (-90 <= latitude <= 90 and -180 <= longitude <= 180):
        raise bad_request("wrong latitude or longitude specified")
    return {"location": {"latitude": latitude, "longitude": longitude}}


def send_contact(world: World, fields: Fields) -> Json:
    """sendContact."""
    person = world.recipient(fields)
    return post(world, person, fields, contact_content(fields.values)).message


def send_location(world: World, fields: Fields) -> Json:
    """sendLocation."""
    person = world.recipient(fields)
    return post(world, person, fields, location_content(fields.values)).message


def send_poll(world: World, fields: Fields) -> Json:
    """sendPoll: shown on the phone, not voted on."""
    person = world.recipient(fields)
    question, entities = formatted({**fields.values, "parse_mode": ""}, "question", 300)
    if not question:
        raise bad_request("poll question must be non-empty")
    options = [_option(item, index) for index, item in enumerate(fields.items("options"))]
    if not _POLL_OPTIONS[0] <= len(options) <= _POLL_OPTIONS[1]:
        raise bad_request("poll must have at least 1 option and at most 12 options")
    poll: Json = {
        "id": str((person.id << 20) + world.chats.last_number),
        "question": question,
        "options": options,
        "total_voter_count": 0,
        "is_closed": fields.flag("is_closed"),
        "is_anonymous": fields.flag("is_anonymous", True),
        "type": fields.text("type") or "regular",
        "allows_multiple_answers": fields.flag("allows_multiple_answers"),
        "allows_revoting": fields.flag("allows_revoting", True),
        "members_only": fields.flag("members_only"),
    }
    if entities:
        poll["question_entities"] = entities
    return post(world, person, fields, {"poll": poll}).message


def _option(item: object, index: int) -> Json:
    text = item.get("text") if isinstance(item, dict) else item
    if not isinstance(text, str) or not 1 <= len(text.strip()) <= 100:
        raise bad_request("poll options must be 1-100 characters long")
    return {"persistent_id": str(index), "text": text.strip(), "voter_count": 0}


def send_chat_action(world: World, fields: Fields) -> bool:
    """sendChatAction: the phone shows it for a few seconds."""
    person = world.recipient(fields)
    action = fields.text("action").lower()
    if action not in _ACTIONS:
        raise bad_request("wrong parameter action in request")
    world.events.add(person.id, "typing", {"action": action})
    return True


_OWN = ("message_id", "from", "chat", "date", "edit_date", "reply_to_message", "reply_markup")


def copy_message(world: World, fields: Fields) -> Json:
    """copyMessage: the content again, without its origin."""
    person = world.recipient(fields)
    source = _source(world, fields, "copy")
    parts = {key: value for key, value in source.message.items() if key not in _OWN}
    parts.pop("forward_origin", None)
    if fields.values.get("caption") is not None and ("photo" in parts or "document" in parts):
        parts.pop("caption", None)
        parts.pop("caption_entities", None)
        parts.update(caption_part(world, fields.values))
    return {"message_id": post(world, person, fields, parts).number}


def forward_message(world: World, fields: Fields) -> Json:
    """forwardMessage: the content with its origin."""
    person = world.recipient(fields)
    source = _source(world, fields, "forward").message
    parts = {key: value for key, value in source.items() if key not in _OWN}
    parts.setdefault(
        "forward_origin",
        {"type": "user", "sender_user": source["from"], "date": source["date"]},
    )
    return world.post_by_bot(person, parts, None).message


def _source(world: World, fields: Fields, what: str) -> Entry:
    owner = world.member(fields, "from_chat_id")
    entry = world.chats.find(owner.id, fields.integer("message_id"))
    if entry is None:
        raise bad_request(f"message to {what} not found")
    return entry
