"""What a handler gets: the person, the event, one transaction, and ways to answer."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from bot.compliance.gate import Gate
from bot.domain.draft import Draft, Keyboard, answer, document, edit, message, photo
from bot.domain.event import Event, Kind
from bot.domain.people import Client, Person
from bot.errors import UserError
from bot.intake.schema import Questionnaire
from bot.messages import say
from bot.practice.judge import Judge
from bot.practice.schema import Personas
from bot.reminders import planner
from bot.reminders.agenda import Agenda
from bot.reminders.schema import Cadences
from bot.scripts_library.closing import Closing
from bot.scripts_library.match import Matcher
from bot.scripts_library.schema import Library
from bot.scripts_library.shelf import Shelf
from bot.settings import Settings
from bot.store import dialogues
from bot.store.engine import Tx

Fetch = Callable[[str], Awaitable[bytes]]
Given = TypeVar("Given")

_MOST_DIGITS = 18


@dataclass(frozen=True, slots=True)
class Office:
    """What all handlers share: settings, data files as models, and the gate."""

    settings: Settings
    gate: Gate
    questionnaire: Questionnaire
    agenda: Agenda
    shelf: Shelf
    closing: Closing
    personas: Personas
    judge: Judge
    bot_name: str
    follow_content: Callable[[], Awaitable[None]]

    @property
    def cadences(self) -> Cadences:
        """The cadences in force."""
        return self.agenda.cadences

    @property
    def library(self) -> Library:
        """The objections and answers in use."""
        return self.shelf.library

    @property
    def matcher(self) -> Matcher:
        """Finds the objections of a message; learned from the library in use."""
        return self.shelf.matcher


@dataclass(slots=True)
class Context:
    """One event being handled. ``stranger_or_person`` is None for a stranger; a handler that
    registers or changes the person puts the new one there, ``found`` stays as it was.

    Answers are collected as drafts and queued in the same transaction as the changes.
    ``content_changed`` puts a published rulebook or a line added to the library in use right after
    it, before the answers go.
    """

    tx: Tx
    office: Office
    event: Event
    stranger_or_person: Person | None
    fetch: Fetch
    found: Person | None = None
    drafts: list[Draft] = field(default_factory=list)
    content_changed: bool = False
    _answered: bool = False

    @property
    def person(self) -> Person:
        """The registered person; a stranger is told how to get in."""
        if self.stranger_or_person is None:
            raise UserError(say("stranger", self.script))
        return self.stranger_or_person

    @property
    def script(self) -> str:
        """The script the person reads; a stranger's is guessed from Telegram's language."""
        if self.stranger_or_person is not None:
            return self.stranger_or_person.script
        return script_of(self.event.language)

    @property
    def parts(self) -> list[str]:
        """What the data of a tapped button says after its version and its handler."""
        return self.event.text.split(":")[2:]

    def number(self, text: str) -> int:
        """A number in a button's data; UserError when it is none that a button of ours holds."""
        if not (text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS):
            raise UserError(self.say("old_button"))
        return int(text)

    def read(self, reader: Callable[[str], Given], text: str) -> Given:
        """Another part of a button's data; UserError when ``reader`` raises ValueError."""
        try:
            return reader(text)
        except ValueError as error:
            raise UserError(self.say("old_button")) from error

    def zone(self) -> ZoneInfo:
        """The time zone of the person."""
        return ZoneInfo(self.person.timezone)

    def today(self) -> date:
        """Today where the person is."""
        return self.tx.now.astimezone(self.zone()).date()

    def say(self, key: str, **values: Any) -> str:
        """A sentence of the interface in the person's script."""
        return say(key, self.script, **values)

    def label(self, client: Client) -> str:
        """A client's name for a button, marked while the client has not joined."""
        return f"{client.name}{'' if client.person_id else self.say('mark_not_joined')}"

    def reply(self, text: str, keyboard: Keyboard | None = None, **given: Any) -> None:
        """A new message to the person."""
        self.drafts.append(message(self.event.chat_id, text, keyboard, **given))

    def show(self, text: str, keyboard: Keyboard | None = None, **given: Any) -> None:
        """Change the message that was tapped on; a new message when nothing was tapped."""
        if self.event.kind is Kind.TAP and self.event.message_id:
            chat, tapped = self.event.chat_id, self.event.message_id
            self.drafts.append(edit(chat, tapped, text, keyboard, **given))
        else:
            self.reply(text, keyboard, **given)

    def toast(self, text: str = "", *, alert: bool = False) -> None:
        """End the waiting of a tapped button, with a word."""
        if self.event.kind is Kind.TAP and not self._answered:
            self._answered = True
            toast = answer(self.event.chat_id, self.event.reference, text, alert=alert)
            self.drafts.insert(0, toast)

    def send_file(self, name: str, content: bytes, caption: str = "", **given: Any) -> None:
        """A document to the person."""
        self.drafts.append(document(self.event.chat_id, name, content, caption, **given))

    def send_photo(
        self, content: bytes, caption: str = "", keyboard: Keyboard | None = None, **given: Any
    ) -> None:
        """A picture to the person, with buttons below it."""
        self.drafts.append(photo(self.event.chat_id, content, caption, keyboard, **given))

    async def replan(self, *client_ids: int) -> None:
        """Plan the touches of clients again, after something about them changed."""
        office = self.office
        await planner.replan(self.tx, office.cadences, office.settings, client_ids)

    async def dialogue(self) -> dict[str, Any]:
        """What the person is in the middle of."""
        return await dialogues.get(self.tx, self.person.id)

    async def set_dialogue(self, **state: Any) -> None:
        """Keep what the person is in the middle of; without arguments, nothing."""
        await dialogues.put(self.tx, self.person.id, state)


def script_of(language: str) -> str:
    """``hant`` for Telegram languages written in traditional characters."""
    lowered = language.lower()
    return "hant" if any(part in lowered for part in ("hant", "tw", "hk", "mo")) else "hans"
