"""Taps that no phone would make: any data, by any person, through the running office."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from typing import Any

from bot.domain.people import Person, Role
from bot.gateway.receive import accept
from bot.store import people
from bot.store.engine import Tx
from tests.faults.small_office import Edge

ADMIN = 5100
OLD = "这个按钮已经过期"

_numbers = itertools.count(700_000_001)


def tapped(chat: int, data: str) -> dict[str, Any]:
    """The update of a tap with this data on some message of the bot."""
    person = {"id": chat, "is_bot": False, "first_name": "某人"}
    message = {"message_id": 1, "date": 1, "chat": {"id": chat, "type": "private"}}
    number = next(_numbers)
    query = {"id": f"forged{number}", "from": person, "chat_instance": "1", "data": data}
    return {"update_id": number, "callback_query": {**query, "message": message}}


@dataclass
class Answer:
    """What the office queued after a tap: every text, and the data of every button."""

    texts: list[tuple[int, str]] = field(default_factory=list)
    buttons: list[str] = field(default_factory=list)

    def said(self, *parts: str) -> bool:
        """Whether one text holds all parts."""
        return any(all(part in text for part in parts) for _, text in self.texts)

    def told(self, chat: int, *parts: str) -> bool:
        """Whether one text to this chat holds all parts."""
        return any(to == chat and all(part in text for part in parts) for to, text in self.texts)


async def updates(office: Edge, *given: dict[str, Any]) -> Answer:
    """Handle updates; none may be a bug of ours."""
    last = (await office.rows("SELECT coalesce(max(id), 0) AS n FROM outbox"))[0].n
    await accept(office.app.store, office.app.dispatcher, list(given))
    await office.quiet()
    failed = await office.rows(
        "SELECT update_id, body->'callback_query'->>'data' AS data FROM inbox "
        "WHERE error_id IS NOT NULL"
    )
    assert not failed, f"bugs: {failed}"
    answer = Answer()
    query = "SELECT chat_id, params FROM outbox WHERE id > :last ORDER BY id"
    for row in await office.rows(query, last=last):
        answer.texts.append((row.chat_id, row.params.get("text") or ""))
        for line in (row.params.get("reply_markup") or {}).get("inline_keyboard", []):
            answer.buttons += [one["callback_data"] for one in line if "callback_data" in one]
    return answer


async def forge(office: Edge, chat: int, data: str) -> Answer:
    """One tap."""
    return await updates(office, tapped(chat, data))


async def write(office: Edge, chat: int, text: str) -> Answer:
    """One typed message, or a command."""
    person = {"id": chat, "is_bot": False, "first_name": "某人"}
    message = {"message_id": 900, "date": 1, "from": person, "text": text}
    chat_of = {"id": chat, "type": "private"}
    return await updates(
        office, {"update_id": next(_numbers), "message": {**message, "chat": chat_of}}
    )


async def known(tx: Tx, chat: int) -> Person:
    """The person of a chat."""
    found = await people.by_chat(tx, chat)
    assert found is not None
    return found


async def person(office: Edge, chat: int) -> Person:
    """The person of a chat, as they are now."""
    async with office.app.store.begin() as tx:
        return await known(tx, chat)


async def add(office: Edge, chat: int, name: str, role: Role) -> Person:
    """Somebody who came in long ago."""
    async with office.app.store.begin() as tx:
        return await people.add(tx, chat, name, role)


async def one(office: Edge, query: str, **values: Any) -> Any:
    """The only value of a query."""
    (row,) = await office.rows(query, **values)
    return row[0]


async def client_id(office: Edge, name: str) -> int:
    """A client of the sample office."""
    found: int = await one(office, "SELECT id FROM client WHERE name = :name", name=name)
    return found
