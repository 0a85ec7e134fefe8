"""Who may see whom is decided where the data is read, and refusals leave a trace."""

from __future__ import annotations

import pytest

from bot.store import book
from bot.store.engine import Store
from tests.store.staff import staff


@pytest.mark.parametrize(
    ("who", "allowed"),
    [
        ("mine", True),
        ("boss", True),
        ("admin", True),
        ("other", False),
        ("officer", False),
        ("client", False),
    ],
)
async def test_a_client_is_seen_by_agent_supervisor_and_administrator_only(
    store: Store, who: str, allowed: bool
) -> None:
    async with store.begin() as tx:
        people_ = await staff(tx)
        client = await book.add_client(tx, people_["mine"].id, "王芳")
        if allowed:
            assert (await book.client(tx, people_[who], client.id)).name == "王芳"
            assert len(await book.clients(tx, people_[who])) == 1
        else:
            with pytest.raises(book.ClientDenied):
                await book.client(tx, people_[who], client.id)
            assert await book.clients(tx, people_[who]) == []


async def test_a_supervisors_look_leaves_a_trace_and_ones_own_does_not(store: Store) -> None:
    async with store.begin() as tx:
        people_ = await staff(tx)
        client = await book.add_client(tx, people_["mine"].id, "王芳")
        await book.client(tx, people_["mine"], client.id)
        await book.client(tx, people_["boss"], client.id, "card")
        rows = (await tx.connection.execute(book.ACCESS.select())).all()
        assert [(row.person_id, row.action, row.allowed) for row in rows] == [
            (people_["boss"].id, "card", True)
        ]


async def test_searching_for_a_percent_sign_does_not_match_everybody(store: Store) -> None:
    async with store.begin() as tx:
        people_ = await staff(tx)
        await book.add_client(tx, people_["mine"].id, "王芳")
        assert await book.find(tx, people_["mine"], "%", limit=5) == []
        assert len(await book.find(tx, people_["mine"], "芳", limit=5)) == 1
