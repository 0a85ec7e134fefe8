"""Updates: stored once, claimed once, kept until done."""

from __future__ import annotations

from bot.store import inbox
from bot.store.engine import Store
from bot.store.inbox import Incoming


def update(number: int, text: str = "x") -> Incoming:
    return Incoming(number, 7, inbox.storable({"update_id": number, "message": {"text": text}}))


async def test_the_same_update_is_stored_once(store: Store) -> None:
    async with store.begin() as tx:
        assert await inbox.store(tx, [update(1), update(2)]) == {1, 2}
    async with store.begin() as tx:
        assert await inbox.store(tx, [update(2), update(3)]) == {3}


async def test_an_update_is_claimed_once_and_again_after_a_rollback(store: Store) -> None:
    async with store.begin() as tx:
        await inbox.store(tx, [update(1)])
    try:
        async with store.begin() as tx:
            assert await inbox.claim(tx, update(1))
            raise RuntimeError
    except RuntimeError:
        pass
    async with store.begin() as tx:
        assert [one.update_id for one in await inbox.unfinished(tx)] == [1]
        assert await inbox.claim(tx, update(1))
    async with store.begin() as tx:
        assert not await inbox.claim(tx, update(1))
        assert await inbox.unfinished(tx) == []


async def test_text_that_postgresql_cannot_hold_is_stored_all_the_same(store: Store) -> None:
    async with store.begin() as tx:
        hostile = "a\x00b\ud83dc\\u0000 \\ud800 😀"
        assert await inbox.store(tx, [update(1, hostile)]) == {1}
    async with store.begin() as tx:
        body = (await inbox.unfinished(tx))[0].body
        assert "😀" in body["message"]["text"]
