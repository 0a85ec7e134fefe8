"""Sensitive fields: sealed, opened only with the key, found by exact match only."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.people import Role
from bot.errors import SettingsError, StoreError
from bot.store import book, people
from bot.store.engine import Store
from bot.store.vault import Vault, open_vault

KEY = Vault(bytes(range(32)))


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=200))
def test_what_was_sealed_opens_again_and_never_looks_the_same(text: str) -> None:
    first, second = KEY.seal(text), KEY.seal(text)
    assert first != second
    assert KEY.open(first) == KEY.open(second) == text


def test_another_key_or_changed_bytes_do_not_open() -> None:
    sealed = KEY.seal("13800138000")
    assert sealed is not None
    with pytest.raises(StoreError):
        Vault(bytes(32)).open(sealed)
    with pytest.raises(StoreError):
        KEY.open(sealed[:-1] + bytes([sealed[-1] ^ 1]))


def test_the_key_file_is_made_once_and_is_for_its_owner_only(tmp_path: Path) -> None:
    sealed = open_vault("", tmp_path).seal("x")
    path = tmp_path / "secret.key"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert open_vault("", tmp_path).open(sealed) == "x"
    assert [file.name for file in tmp_path.iterdir()] == ["secret.key"]


def test_a_wrong_key_is_named(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="SHOUYUE_ENCRYPTION_KEY"):
        open_vault("short", tmp_path)


async def test_a_phone_is_unreadable_in_the_table_and_found_whole(store: Store) -> None:
    async with store.begin() as tx:
        agent = await people.add(tx, 1, "林晓梅", Role.AGENT)
        await book.add_client(tx, agent.id, "王芳", phone="+8613800138000")
        row = (await tx.connection.execute(book.CLIENT.select())).one()
        assert b"138" not in bytes(row.phone_sealed) + bytes(row.phone_index)
        assert [c.name for c in await book.by_phone(tx, "+8613800138000")] == ["王芳"]
        assert await book.by_phone(tx, "+861380013800") == []
