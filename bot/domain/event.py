"""What a person did in the chat, free of Telegram's wire format."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """The kinds of things a person can do."""

    TEXT = "text"
    COMMAND = "command"
    TAP = "tap"
    CONTACT = "contact"
    DOCUMENT = "document"
    INLINE = "inline"
    CHOSEN = "chosen"
    BLOCKED = "blocked"
    UNBLOCKED = "unblocked"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Event:
    """One thing a person did.

    ``text`` is the message, the rest after a command, the inline query, or the data of a tap.
    ``message_id`` is the message written or tapped on. ``reference`` answers taps and inline
    queries, or names the chosen result or the file.
    """

    kind: Kind
    user_id: int
    chat_id: int
    name: str = ""
    language: str = ""
    text: str = ""
    command: str = ""
    message_id: int = 0
    reference: str = ""
    file_name: str = ""
    file_size: int = 0
    phone: str = ""
    own_contact: bool = False
