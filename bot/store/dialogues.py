"""What each person is in the middle of, and small facts of the installation."""

from __future__ import annotations

import json
from typing import Any

from sqlalchemy import delete, select, text
from sqlalchemy.dialects.postgresql import insert

from bot.store import tables
from bot.store.engine import Tx

DIALOGUE = tables.table(tables.Dialogue)
SETTING = tables.table(tables.Setting)

SAMPLE_OFFICE = "sample_office"
"""The setting that marks a database of the demo."""


async def get(tx: Tx, person_id: int) -> dict[str, Any]:
    """The dialogue state of a person; empty when they are in the middle of nothing."""
    query = select(DIALOGUE.c.state).where(DIALOGUE.c.person_id == person_id)
    row = (await tx.connection.execute(query)).first()
    return dict(row.state) if row else {}


async def put(tx: Tx, person_id: int, state: dict[str, Any]) -> None:
    """Keep the dialogue state of a person, in place of the one before."""
    if not state:
        await tx.connection.execute(delete(DIALOGUE).where(DIALOGUE.c.person_id == person_id))
        return
    statement = insert(DIALOGUE).values(person_id=person_id, state=state, updated_at=tx.now)
    statement = statement.on_conflict_do_update(
        index_elements=["person_id"], set_={"state": state, "updated_at": tx.now}
    )
    await tx.connection.execute(statement)


async def setting(tx: Tx, key: str) -> Any:
    """The value of a small fact, or None."""
    row = (await tx.connection.execute(select(SETTING.c.value).where(SETTING.c.key == key))).first()
    return row.value if row else None


async def put_setting(tx: Tx, key: str, value: Any) -> None:
    """Keep a small fact."""
    await tx.connection.execute(
        text(
            "INSERT INTO setting (key, value) VALUES (:key, CAST(:value AS jsonb)) "
            "ON CONFLICT (key) DO UPDATE SET value = EXCLUDED.value"
        ),
        {"key": key, "value": json.dumps(value)},
    )
