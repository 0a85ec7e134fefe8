"""The whole simulated world: the bot, the people, their chats, and what happens in them."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from pathlib import Path

from .chats import Chats, Entry, Sender
from .events import EVERYONE, EventLog
from .faults import FaultPlan
from .files import FileStore
from .journal import Journal
from .keyboards import Markup
from .people import Person, person_from_row
from .queries import Queries
from .refusals import bad_request, blocked, never_started
from .updates import UpdateQueue
from .wire import Fields, Json

UNCLEAN_SKIP = 10_000
BOT_NAME = "守约助手"
BOT_USERNAME = "shouyue_demo_bot"


@dataclass(slots=True)
class BotProfile:
    """What the bot has told Telegram about itself; texts by language code."""

    names: dict[str, str] = field(default_factory=dict)
    descriptions: dict[str, str] = field(default_factory=dict)
    short_descriptions: dict[str, str] = field(default_factory=dict)
    commands: dict[str, list[Json]] = field(default_factory=dict)
    menu_buttons: dict[str, Json] = field(default_factory=dict)
    webhook: Json = field(default_factory=dict)

    def row(self) -> object:
        """The form that is stored."""
        return {name: getattr(self, name) for name in self.__dataclass_fields__}


class World:
    """State and the steps that change it; nothing here knows HTTP."""

    def __init__(self, folder: Path, token: str) -> None:
        self.token = token
        self.bot_id = int(token.partition(":")[0])
        self.journal = Journal(folder / "simulator.sqlite")
        meta = dict(self.journal.load("meta"))
        skip = 0 if meta.get("clean", True) else UNCLEAN_SKIP
        self.clock_offset: float = meta.get("clock", 0)
        self.faults = FaultPlan()
        self.events = EventLog()
        self.chats = Chats(self.journal)
        self.chats.last_number = max(self.chats.last_number, meta.get("last_number", 0)) + skip
        self.updates = UpdateQueue(self.journal, self.faults, skip)
        self.files = FileStore(folder / "files", self.journal)
        self.queries = Queries(self.journal)
        stored = dict(self.journal.load("bot")).get("profile", {})
        self.profile = BotProfile(**stored)
        self.people: dict[int, Person] = {}
        for _, row in self.journal.load("person"):
            person = person_from_row(row)
            self.people[person.id] = person
        self.journal.put("meta", "clean", False)

    def close(self) -> None:
        """Let everyone go who waits and write the rest to disk."""
        self.events.close()
        self.updates.close()
        self.journal.put("meta", "clean", True)
        self.journal.put("meta", "last_number", self.chats.last_number)
        self.journal.close()

    def now(self) -> int:
        """The world's time in seconds since 1970: the machine's, moved by the offset."""
        return int(time.time() + self.clock_offset)

    def move_clock(self, offset_seconds: float) -> None:
        """Set how far the world's time is ahead of the machine's."""
        self.clock_offset = offset_seconds
        self.journal.put("meta", "clock", offset_seconds)

    def bot_user(self) -> Json:
        """The bot as the User object that appears in messages."""
        return {
            "id": self.bot_id,
            "is_bot": True,
            "first_name": self.profile.names.get("", BOT_NAME),
            "username": BOT_USERNAME,
        }

    def save_profile(self) -> None:
        """Keep what the bot has told about itself."""
        self.journal.put("bot", "profile", self.profile)

    def save_person(self, person: Person) -> None:
        """Add or change a person."""
        self.people[person.id] = person
        self.journal.put("person", person.id, person)

    def recipient(self, fields: Fields) -> Person:
        """The person a call wants to write to; Refusal when that cannot be."""
        person = self.member(fields)
        if person.blocked:
            raise blocked()
        if not person.started:
            raise never_started()
        return person

    def member(self, fields: Fields, name: str = "chat_id") -> Person:
        """The person whose chat a call names, reachable or not."""
        if not fields.has(name):
            raise bad_request(f"{name} is empty")
        person = self.people.get(fields.integer(name))
        if person is None:
            raise bad_request("chat not found")
        return person

    def resolved(self, entities: list[Json]) -> list[Json]:
        """Entities whose mentions of persons carry the whole User; unknown persons drop out."""
        if not any(entity["type"] == "text_mention" for entity in entities):
            return entities
        kept = []
        for entity in entities:
            if entity["type"] == "text_mention":
                person = self.people.get(int(entity.get("user", {}).get("id", 0)))
                if person is None:
                    continue
                entity = {**entity, "user": person.user()}
            kept.append(entity)
        return kept

    def post_by_bot(self, person: Person, parts: Json, markup: Markup | None) -> Entry:
        """Put a message of the bot into the chat with ``person``."""
        entry = self._entry(person, parts, self.bot_user(), "bot")
        if markup is not None:
            if markup.kind == "inline":
                entry.message["reply_markup"] = markup.value
            else:
                entry.markup = markup.value
                person.keyboard = None if markup.kind == "remove" else markup.value
                person.keyboard_from = entry.number
        person.unread += 1
        self._add(person, entry)
        return entry

    def post_by_person(self, person: Person, parts: Json) -> Entry:
        """Put a message of ``person`` into the chat with the bot and queue its update."""
        entry = self._entry(person, parts, person.user(), "person")
        person.started = True
        person.unread = 0
        person.read_to = entry.number
        if person.keyboard is not None and (
            person.keyboard.get("one_time_keyboard") or person.keyboard.get("force_reply")
        ):
            person.keyboard = None
        self._add(person, entry)
        self.updates.push("message", entry.message)
        return entry

    def _entry(self, person: Person, parts: Json, sender: Json, by: Sender) -> Entry:
        message = {
            "message_id": self.chats.next_number(),
            "from": sender,
            "chat": person.chat(),
            "date": self.now(),
            **parts,
        }
        return Entry(message, by)

    def _add(self, person: Person, entry: Entry) -> None:
        self.chats.put(person.id, entry)
        self.journal.put("person", person.id, person)
        self.events.add(person.id, "message", lambda: {"message": entry.shown()})

    def changed(self, person: int, entry: Entry, kind: str) -> None:
        """Keep a change of a message ("edited" or "deleted") and tell the phone."""
        self.chats.put(person, entry)
        self.events.add(person, kind, lambda: {"message": entry.shown()})

    def quoted(self, person: Person, number: int) -> Json:
        """The ``reply_to_message`` of an answer to message ``number``; Refusal when it is gone."""
        entry = self.chats.find(person.id, number)
        if entry is None:
            raise bad_request("message to be replied not found")
        return {key: value for key, value in entry.message.items() if key != "reply_to_message"}

    def reset(self) -> None:
        """Forget people, chats, files, faults, waiting updates and the moved clock.

        What the bot has set about itself stays, and no number is given out twice.
        """
        for person in self.people:
            self.journal.drop("person", person)
        self.people.clear()
        self.chats.clear()
        self.files.clear()
        self.queries.clear()
        self.updates.clear()
        self.faults.waiting.clear()
        self.move_clock(0)
        self.journal.put("meta", "last_number", self.chats.last_number)
        self.events.add(EVERYONE, "reset", {})
