"""From Telegram's update objects to events; odd or hostile ones become ``OTHER``, never an error."""

from __future__ import annotations

from typing import Any

from bot.domain.event import Event, Kind

MAX_TEXT = 4096
_HOLDERS = (
    "message",
    "callback_query",
    "inline_query",
    "chosen_inline_result",
    "my_chat_member",
    "edited_message",
)
ALLOWED_UPDATES = list(_HOLDERS[:5])


def _dict(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _int(value: Any) -> int:
    fits = isinstance(value, int) and not isinstance(value, bool) and abs(value) < 2**63
    return value if fits else 0


def _str(value: Any) -> str:
    return value[:MAX_TEXT] if isinstance(value, str) else ""


def _is_private(message: dict[str, Any]) -> bool:
    return _dict(message.get("chat")).get("type") == "private"


def sender_id(update: dict[str, Any]) -> int:
    """The id of the person an update is from; 0 when it is from nobody."""
    for holder in _HOLDERS:
        sender = _dict(_dict(update.get(holder)).get("from"))
        if sender:
            return _int(sender.get("id"))
    return 0


def parse(update: dict[str, Any], bot_name: str = "") -> Event:
    """What the person did; private chats only, everything else is ``OTHER``."""
    for holder in _HOLDERS[:5]:
        body = update.get(holder)
        if isinstance(body, dict):
            return _PARSERS[holder](body, bot_name)
    return Event(Kind.OTHER, sender_id(update), 0)


def _elsewhere(body: dict[str, Any]) -> Event:
    """Something in a group or a channel: there is no chat to answer in."""
    return Event(Kind.OTHER, _int(_dict(body.get("from")).get("id")), 0)


def _person(body: dict[str, Any], message: dict[str, Any]) -> dict[str, Any]:
    sender = _dict(body.get("from"))
    chat = _dict(message.get("chat"))
    names = (_str(sender.get("first_name")), _str(sender.get("last_name")))
    return {
        "user_id": _int(sender.get("id")),
        "chat_id": _int(chat.get("id")) or _int(sender.get("id")),
        "name": " ".join(name for name in names if name),
        "language": _str(sender.get("language_code")),
    }


def _message(body: dict[str, Any], bot_name: str) -> Event:
    who = _person(body, body) | {"message_id": _int(body.get("message_id"))}
    if not _is_private(body):
        return _elsewhere(body)
    if body.get("via_bot"):
        return Event(Kind.OTHER, **who)
    if contact := _dict(body.get("contact")):
        own = _int(contact.get("user_id")) == who["user_id"] != 0
        return Event(Kind.CONTACT, **who, phone=_str(contact.get("phone_number")), own_contact=own)
    if file := _dict(body.get("document")):
        return Event(
            Kind.DOCUMENT,
            **who,
            text=_str(body.get("caption")),
            reference=_str(file.get("file_id")),
            file_name=_str(file.get("file_name")),
            file_size=_int(file.get("file_size")),
        )
    text = _str(body.get("text"))
    if not text:
        return Event(Kind.OTHER, **who)
    if text.startswith("/"):
        command, _, rest = text[1:].partition(" ")
        command, _, addressee = command.partition("@")
        if not addressee or addressee.lower() == bot_name.lower():
            return Event(Kind.COMMAND, **who, command=command.lower(), text=rest.strip())
    return Event(Kind.TEXT, **who, text=text)


def _tap(body: dict[str, Any], bot_name: str) -> Event:
    message = _dict(body.get("message"))
    if message and not _is_private(message):
        return _elsewhere(body)
    return Event(
        Kind.TAP,
        **_person(body, message),
        text=_str(body.get("data")),
        message_id=_int(message.get("message_id")),
        reference=_str(body.get("id")),
    )


def _inline(body: dict[str, Any], bot_name: str) -> Event:
    return Event(
        Kind.INLINE,
        **_person(body, {}),
        text=_str(body.get("query")),
        reference=_str(body.get("id")),
    )


def _chosen(body: dict[str, Any], bot_name: str) -> Event:
    return Event(
        Kind.CHOSEN,
        **_person(body, {}),
        text=_str(body.get("query")),
        reference=_str(body.get("result_id")),
    )


def _membership(body: dict[str, Any], bot_name: str) -> Event:
    if not _is_private(body):
        return _elsewhere(body)
    status = _dict(body.get("new_chat_member")).get("status")
    kinds = {"kicked": Kind.BLOCKED, "member": Kind.UNBLOCKED}
    return Event(kinds.get(_str(status), Kind.OTHER), **_person(body, body))


_PARSERS = {
    "message": _message,
    "callback_query": _tap,
    "inline_query": _inline,
    "chosen_inline_result": _chosen,
    "my_chat_member": _membership,
}
