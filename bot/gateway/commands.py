"""The command menus that Telegram shows; convenience only, access is checked elsewhere."""

from __future__ import annotations

import logging
from typing import Any

from telegram.error import TelegramError

from bot.domain.people import Role
from bot.gateway import passage
from bot.gateway.door import OfficeBot
from bot.handlers import COMMANDS
from bot.messages import say
from bot.store import people
from bot.store.engine import Store

log = logging.getLogger(__name__)

_FIRST = ("menu", "help")


def of_role(role: Role | None, script: str) -> list[dict[str, str]]:
    """The commands of a role with their descriptions; without a role, those of everybody."""
    names = [
        name for name, (roles, _) in COMMANDS.items() if (role in roles if role else name in _FIRST)
    ]
    return [{"command": name, "description": say(f"command_{name}", script)} for name in names]


async def _set(bot: OfficeBot, params: dict[str, Any]) -> None:
    token = passage.open_for("setMyCommands", params)
    try:
        await bot.call("setMyCommands", params)
    except TelegramError as error:
        log.warning("a command menu could not be set: %s", type(error).__name__)
    finally:
        passage.close(token)


async def publish(bot: OfficeBot, store: Store) -> None:
    """Set the default menu and the menu of every person's chat."""
    await _set(bot, {"commands": of_role(None, "hans")})
    async with store.begin() as tx:
        everybody = [person for role in Role for person in await people.with_role(tx, role)]
    for person in everybody[:200]:
        await of_chat(bot, person.chat_id, person.role, person.script)


async def of_chat(bot: OfficeBot, chat_id: int, role: Role, script: str) -> None:
    """Set the menu of one chat."""
    scope = {"type": "chat", "chat_id": chat_id}
    await _set(bot, {"commands": of_role(role, script), "scope": scope})
