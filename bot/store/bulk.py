"""Clients and policies by the thousand: read by a condition, added in few statements."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import insert, select

from bot.domain.people import Client
from bot.store import book
from bot.store.engine import Tx
from bot.store.rows import client_of

_CLIENT_COLUMNS = (
    "name",
    "external_id",
    "sex",
    "birth_on",
    "phone_sealed",
    "phone_index",
    "id_number_sealed",
)
_POLICY_COLUMNS = ("sum_insured", "issued_on", "next_due_on")


async def clients_where(tx: Tx, condition: Any) -> list[Client]:
    """Clients that meet a condition which names whose they are; the caller checked the access."""
    query = select(book.CLIENT).where(condition).order_by(book.CLIENT.c.id)
    return [client_of(tx, row) for row in await tx.connection.execute(query)]


async def add_clients(tx: Tx, agent_id: int, given: Sequence[dict[str, Any]]) -> list[int]:
    """Add clients to an agent's book; gives their ids in the same order."""
    if not given:
        return []
    empty: dict[str, Any] = dict.fromkeys(_CLIENT_COLUMNS) | {"birth_lunar": False}
    rows = [
        {**empty, **book.client_values(tx, one), "agent_id": agent_id, "created_at": tx.now}
        for one in given
    ]
    statement = insert(book.CLIENT).returning(book.CLIENT.c.id, sort_by_parameter_order=True)
    return list((await tx.connection.execute(statement, rows)).scalars())


async def add_policies(tx: Tx, given: Sequence[dict[str, Any]]) -> None:
    """Add policies; each tells its client, number, product, company and premium."""
    empty: dict[str, Any] = dict.fromkeys(_POLICY_COLUMNS) | {
        "frequency": "yearly",
        "status": "active",
        "jurisdiction": "CN",
    }
    if given:
        await tx.connection.execute(insert(book.POLICY), [{**empty, **one} for one in given])
