"""What phones and tests read: people, transcripts, events."""

from __future__ import annotations

from .acts import person_named
from .chats import Entry, pair_of
from .methods.profile import commands_for
from .people import Person
from .wire import Json
from .world import World


def people_shown(world: World) -> list[Json]:
    """Everyone, with what a list of chats shows."""
    return [person_shown(world, person) for person in world.people.values()]


def person_shown(world: World, person: Person) -> Json:
    """A person with unread count, last message and the persons they have chats with."""
    last = _last(world.chats.with_bot.get(person.id, {}))
    return {
        **person.user(),
        "label": person.label,
        "phone": person.own_phone(),
        "sample": person.sample,
        "started": person.started,
        "blocked": person.blocked,
        "unread": person.unread,
        "chats_with": world.chats.partners(person.id),
        "last": None if last is None else {"text": preview(last.message), "by": last.by},
        "last_at": None if last is None else last.message["date"],
    }


def _last(chat: dict[int, Entry]) -> Entry | None:
    return next((entry for entry in reversed(chat.values()) if not entry.deleted), None)


def preview(message: Json) -> str:
    """A message in one short line."""
    if "text" in message or "caption" in message:
        return " ".join(str(message.get("text") or message.get("caption")).split())[:60]
    for name, word in (
        ("photo", "［图片］"),
        ("document", "［文件］"),
        ("contact", "［名片］"),
        ("location", "［位置］"),
        ("poll", "［投票］"),
    ):
        if name in message:
            return word
    return ""


def transcript(world: World, values: Json) -> Json:
    """The chat of a person with the bot, or with another person, oldest message first."""
    person = person_named(world, values.get("person"))
    seen = world.events.last
    if values.get("with"):
        other = person_named(world, values["with"])
        chat = world.chats.between.get(pair_of(person.id, other.id), {})
    else:
        chat = world.chats.with_bot.get(person.id, {})
    return {
        "person": person_shown(world, person),
        "bot": bot_shown(world, person),
        "messages": [entry.shown() for entry in chat.values()],
        "keyboard": None if values.get("with") else person.keyboard,
        "keyboard_from": person.keyboard_from,
        "commands": commands_for(world, person.id, person.language_code),
        "next": seen,
    }


def bot_shown(world: World, person: Person) -> Json:
    """The bot as the head of the chat shows it."""
    language = person.language_code.partition("-")[0]
    texts = world.profile.descriptions
    return {
        **world.bot_user(),
        "description": texts.get(language) or texts.get("", ""),
    }


def read(world: World, values: Json) -> None:
    """The person has seen everything in the chat with the bot."""
    person = person_named(world, values.get("person"))
    if person.unread:
        person.unread = 0
        person.read_to = world.chats.last_number
        world.save_person(person)
        world.events.add(person.id, "read", {})
