"""Methods about the bot itself and about who a chat is with."""

from __future__ import annotations

import re

from ..events import EVERYONE
from ..refusals import bad_request
from ..wire import Fields, Json
from ..world import World

_COMMAND = re.compile(r"[a-z0-9_]{1,32}")
_COMMANDS_LIMIT = 100


def get_me(world: World, fields: Fields) -> Json:
    """getMe."""
    return {
        **world.bot_user(),
        "can_join_groups": False,
        "can_read_all_group_messages": False,
        "supports_inline_queries": True,
        "can_connect_to_business": False,
        "has_main_web_app": False,
    }


def get_chat(world: World, fields: Fields) -> Json:
    """getChat for private chats."""
    person = world.member(fields)
    chat = person.chat()
    if person.username:
        chat["active_usernames"] = [person.username]
    return {
        **chat,
        "accent_color_id": person.id % 7,
        "max_reaction_count": 11,
        "accepted_gift_types": {
            "unlimited_gifts": False,
            "limited_gifts": False,
            "unique_gifts": False,
            "premium_subscription": False,
            "gifts_from_channels": False,
        },
    }


def done(world: World, fields: Fields) -> bool:
    """logOut and close: there is nothing to leave here."""
    return True


def set_my_commands(world: World, fields: Fields) -> bool:
    """setMyCommands, by scope and language."""
    commands = [_command(item) for item in fields.items("commands")]
    if len(commands) > _COMMANDS_LIMIT:
        raise bad_request("BOT_COMMANDS_TOO_MUCH")
    key = _scope_key(world, fields)
    world.profile.commands[key] = commands
    _commands_changed(world)
    return True


def _command(item: object) -> Json:
    if not isinstance(item, dict):
        raise bad_request("expected an Object as BotCommand")
    command = str(item.get("command") or "").removeprefix("/")
    description = str(item.get("description") or "").strip()
    if not _COMMAND.fullmatch(command):
        raise bad_request("BOT_COMMAND_INVALID")
    if not 1 <= len(description) <= 256:
        raise bad_request("BOT_COMMAND_DESCRIPTION_INVALID")
    return {"command": command, "description": description}


def get_my_commands(world: World, fields: Fields) -> list[Json]:
    """getMyCommands, of exactly that scope and language."""
    return world.profile.commands.get(_scope_key(world, fields), [])


def delete_my_commands(world: World, fields: Fields) -> bool:
    """deleteMyCommands, of exactly that scope and language."""
    world.profile.commands.pop(_scope_key(world, fields), None)
    _commands_changed(world)
    return True


def _commands_changed(world: World) -> None:
    world.save_profile()
    world.events.add(EVERYONE, "commands", {})


def _scope_key(world: World, fields: Fields) -> str:
    scope = fields.structure("scope")
    kind = scope.get("type", "default") if isinstance(scope, dict) else "default"
    language = fields.text("language_code")
    if language and not re.fullmatch(r"[a-z]{2}", language):
        raise bad_request("BOT_COMMAND_LANG_CODE_INVALID")
    if kind == "chat" and isinstance(scope, dict):
        person = world.member(Fields({"chat_id": scope.get("chat_id")}))
        return f"chat:{person.id}/{language}"
    if kind not in (
        "default",
        "all_private_chats",
        "all_group_chats",
        "all_chat_administrators",
    ):
        raise bad_request("chat not found" if str(kind).startswith("chat") else _NO_SCOPE)
    return f"{kind}/{language}"


_NO_SCOPE = "can't parse BotCommandScope: unsupported type specified"


def commands_for(world: World, person_id: int, language: str) -> list[Json]:
    """The command menu of a person's chat: the narrowest scope, their language before any."""
    short = language.partition("-")[0]
    for scope in (f"chat:{person_id}", "all_private_chats", "default"):
        for key in (f"{scope}/{short}", f"{scope}/"):
            found = world.profile.commands.get(key)
            if found:
                return found
    return []


def set_my_name(world: World, fields: Fields) -> bool:
    """setMyName."""
    return _set(world, fields, world.profile.names, "name", 64)


def get_my_name(world: World, fields: Fields) -> Json:
    """getMyName."""
    names = world.profile.names
    own = world.bot_user()["first_name"]
    return {"name": names.get(fields.text("language_code")) or own}


def set_my_description(world: World, fields: Fields) -> bool:
    """setMyDescription."""
    return _set(world, fields, world.profile.descriptions, "description", 512)


def get_my_description(world: World, fields: Fields) -> Json:
    """getMyDescription."""
    return {"description": _get(world.profile.descriptions, fields)}


def set_my_short_description(world: World, fields: Fields) -> bool:
    """setMyShortDescription."""
    return _set(world, fields, world.profile.short_descriptions, "short_description", 120)


def get_my_short_description(world: World, fields: Fields) -> Json:
    """getMyShortDescription."""
    return {"short_description": _get(world.profile.short_descriptions, fields)}


def _set(world: World, fields: Fields, texts: dict[str, str], name: str, limit: int) -> bool:
    text = fields.text(name)
    if len(text) > limit:
        raise bad_request(f"bot {name.replace('_', ' ')} is too long")
    language = fields.text("language_code")
    if text:
        texts[language] = text
    else:
        texts.pop(language, None)
    world.save_profile()
    world.events.add(EVERYONE, "commands", {})
    return True


def _get(texts: dict[str, str], fields: Fields) -> str:
    return texts.get(fields.text("language_code")) or texts.get("", "")


def set_chat_menu_button(world: World, fields: Fields) -> bool:
    """setChatMenuButton, for one chat or for all."""
    button = fields.structure("menu_button") or {"type": "default"}
    if not isinstance(button, dict) or button.get("type") not in ("default", "commands", "web_app"):
        raise bad_request("can't parse MenuButton: unsupported type specified")
    world.profile.menu_buttons[_menu_key(world, fields)] = button
    world.save_profile()
    return True


def get_chat_menu_button(world: World, fields: Fields) -> Json:
    """getChatMenuButton."""
    buttons = world.profile.menu_buttons
    button = buttons.get(_menu_key(world, fields)) or buttons.get("") or {"type": "default"}
    return {"type": "commands"} if button["type"] == "default" else button


def _menu_key(world: World, fields: Fields) -> str:
    return str(world.member(fields).id) if fields.has("chat_id") else ""
