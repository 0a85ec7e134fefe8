"""What is known of a client beside the book: tags and contacts. The caller checked the access."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import delete, insert, select
from sqlalchemy.dialects.postgresql import insert as pg_insert

from bot.store import tables
from bot.store.engine import Tx

TAG = tables.table(tables.ClientTag)
CONTACT = tables.table(tables.Contact)

Layer = Literal["who", "does", "worth"]
MOST_TAGS = 30


@dataclass(frozen=True, slots=True)
class Contact:
    """A call, visit or chat: when, of what kind, with what result."""

    at: datetime
    kind: str
    result: str


async def tags(tx: Tx, client_ids: list[int]) -> dict[int, list[str]]:
    """The tags of each of these clients, oldest first."""
    query = select(TAG).where(TAG.c.client_id.in_(client_ids)).order_by(TAG.c.id)
    found: dict[int, list[str]] = {}
    for row in await tx.connection.execute(query):
        found.setdefault(row.client_id, []).append(row.tag)
    return found


async def toggle_tag(tx: Tx, client_id: int, layer: Layer, tag: str) -> bool:
    """Add a tag, or take it away when it is there; gives whether it is there now."""
    mine = (TAG.c.client_id == client_id) & (TAG.c.tag == tag)
    if (await tx.connection.execute(delete(TAG).where(mine))).rowcount:
        return False
    values = {"client_id": client_id, "layer": layer, "tag": tag}
    await tx.connection.execute(pg_insert(TAG).values(**values).on_conflict_do_nothing())
    return True


async def add_tags(tx: Tx, client_id: int, layer: Layer, names: list[str]) -> None:
    """Add tags that are not there yet."""
    rows = [{"client_id": client_id, "layer": layer, "tag": name} for name in names]
    if rows:
        await tx.connection.execute(pg_insert(TAG).values(rows).on_conflict_do_nothing())


async def log_contact(tx: Tx, client_id: int, person_id: int, kind: str, result: str) -> None:
    """Keep a contact made now."""
    await tx.connection.execute(
        insert(CONTACT).values(
            client_id=client_id, person_id=person_id, kind=kind, result=result, at=tx.now
        )
    )


async def contacts(tx: Tx, client_id: int, limit: int = 3) -> list[Contact]:
    """The newest contacts of a client."""
    query = (
        select(CONTACT)
        .where(CONTACT.c.client_id == client_id)
        .order_by(CONTACT.c.at.desc())
        .limit(limit)
    )
    return [Contact(row.at, row.kind, row.result) for row in await tx.connection.execute(query)]
