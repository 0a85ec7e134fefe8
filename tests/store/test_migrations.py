"""Migrations and tables agree, and many processes may migrate at once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import create_engine, text
from sqlmodel import SQLModel

from bot.errors import SettingsError, StoreError
from bot.store import tables
from bot.store.engine import migrate, normal_url


def test_the_migrated_database_equals_the_tables(database_url: str) -> None:
    assert tables.Person.__tablename__ in SQLModel.metadata.tables
    engine = create_engine(database_url)
    with engine.connect() as connection:
        context = MigrationContext.configure(
            connection, opts={"compare_type": True, "compare_server_default": True}
        )
        assert compare_metadata(context, SQLModel.metadata) == []
    engine.dispose()


def test_processes_that_migrate_at_once_do_not_disturb_each_other(postgres: str) -> None:
    engine = create_engine(postgres, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text("CREATE DATABASE at_once"))
    url = postgres.replace("/postgres?", "/at_once?")
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(migrate, [url] * 4))
    with engine.connect() as connection:
        connection.execute(text("DROP DATABASE at_once WITH (FORCE)"))
    engine.dispose()


@pytest.mark.parametrize("url", ["mysql://host/db", "nonsense"])
def test_another_database_is_refused_with_a_sentence(url: str) -> None:
    with pytest.raises(SettingsError, match="SHOUYUE_DATABASE_URL"):
        normal_url(url)


def test_a_database_that_is_not_there_gives_a_sentence() -> None:
    with pytest.raises(StoreError, match="数据库没能准备好"):
        migrate("postgresql://nobody@127.0.0.1:9/none")
