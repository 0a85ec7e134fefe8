"""Messages as they lie in chats: between a person and the bot, and between two persons."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from .journal import Journal
from .wire import Json

Pair = tuple[int, int]
Sender = Literal["bot", "person"]


@dataclass(slots=True)
class Entry:
    """A message with its history; ``markup`` is a keyboard that is not part of the message."""

    message: Json
    by: Sender
    markup: Json | None = None
    edits: int = 0
    deleted: bool = False
    inline_id: str = ""

    def row(self) -> object:
        """The form that is stored."""
        return [self.message, self.by, self.markup, self.edits, self.deleted, self.inline_id]

    @property
    def number(self) -> int:
        """The message id."""
        return int(self.message["message_id"])

    def shown(self) -> Json:
        """The message as transcripts show it: Telegram's fields and what became of it."""
        shown = {**self.message, "by": self.by, "edits": self.edits, "deleted": self.deleted}
        if self.markup is not None:
            shown["reply_markup"] = self.markup
        return shown


def pair_of(one: int, other: int) -> Pair:
    """The key of the chat between two persons."""
    return (one, other) if one < other else (other, one)


class Chats:
    """Every message by chat and number; each change goes to the journal."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self.with_bot: dict[int, dict[int, Entry]] = {}
        self.between: dict[Pair, dict[int, Entry]] = {}
        self.inline: dict[str, tuple[Pair, int]] = {}
        self.last_number = 0
        rows = [(_place(key), value) for key, value in journal.load("message")]
        for place, value in sorted(rows, key=lambda row: row[0][-1]):
            self._restore(place, value)

    def _restore(self, place: tuple[int, ...], value: list[Any]) -> None:
        entry = Entry(*value)
        if len(place) == 2:
            self.with_bot.setdefault(place[0], {})[place[1]] = entry
        else:
            pair = pair_of(place[0], place[1])
            self.between.setdefault(pair, {})[place[2]] = entry
            self._index(pair, entry)
        self.last_number = max(self.last_number, place[-1])

    def _index(self, pair: Pair, entry: Entry) -> None:
        if entry.inline_id:
            self.inline[entry.inline_id] = (pair, entry.number)

    def next_number(self) -> int:
        """A message id that was never used."""
        self.last_number += 1
        return self.last_number

    def find(self, person: int, number: int) -> Entry | None:
        """A message of the chat with the bot that has not been deleted."""
        entry = self.with_bot.get(person, {}).get(number)
        return None if entry is None or entry.deleted else entry

    def put(self, person: int, entry: Entry) -> None:
        """Add or change a message of the chat between ``person`` and the bot."""
        number = entry.message["message_id"]
        chat = self.with_bot.get(person)
        if chat is None:
            chat = self.with_bot[person] = {}
        chat[number] = entry
        self._journal.put("message", f"{person}:{number}", entry)

    def put_between(self, pair: Pair, entry: Entry) -> None:
        """Add or change a message between two persons."""
        self.between.setdefault(pair, {})[entry.number] = entry
        self._index(pair, entry)
        self._journal.put("message", f"{pair[0]}:{pair[1]}:{entry.number}", entry)

    def partners(self, person: int) -> list[int]:
        """The persons with whom ``person`` has a chat."""
        return [a if b == person else b for a, b in self.between if person in (a, b)]

    def clear(self) -> None:
        """Forget every message; numbers are not used again."""
        for person, chat in self.with_bot.items():
            for number in chat:
                self._journal.drop("message", f"{person}:{number}")
        for (one, other), chat in self.between.items():
            for number in chat:
                self._journal.drop("message", f"{one}:{other}:{number}")
        self.with_bot.clear()
        self.between.clear()
        self.inline.clear()


def _place(key: str) -> tuple[int, ...]:
    return tuple(int(part) for part in key.split(":"))
