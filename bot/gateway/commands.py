"""The command menus that Telegram shows; convenience only, access is checked elsewhere."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import Any

from bot.domain.draft import REMINDER, REPLY, Draft
from bot.domain.people import Person, Role
from bot.handlers import COMMANDS
from bot.messages import say
from bot.store import outbox, people
from bot.store.engine import Tx

_EVERYBODYS = ("menu", "help")


def _menu(role: Role | None, script: str) -> list[dict[str, str]]:
    """The commands of a role with their descriptions; without a role, those of everybody."""
    names = [
        name
        for name, (roles, _) in COMMANDS.items()
        if (role in roles if role else name in _EVERYBODYS)
    ]
    return [{"command": name, "description": say(f"command_{name}", script)} for name in names]


def of_person(person: Person) -> Draft:
    """The menu of one person's chat, after their role or script changed."""
    params: dict[str, Any] = {
        "commands": _menu(person.role, person.script),
        "scope": {"type": "chat", "chat_id": person.chat_id},
    }
    return Draft(person.chat_id, "setMyCommands", params, priority=REPLY)


async def publish(tx: Tx) -> None:
    """Queue the default menu and everybody's, each only when it differs from the one set last."""
    drafts = [Draft(0, "setMyCommands", {"commands": _menu(None, "hans")})]
    for role in Role:
        drafts += [of_person(person) for person in await people.with_role(tx, role)]
    for draft in drafts:
        digest = hashlib.sha256(repr(draft.params).encode()).hexdigest()[:16]
        key = f"menu:{draft.chat_id}:{digest}"
        await outbox.enqueue(tx, [replace(draft, priority=REMINDER, dedupe_key=key)])
