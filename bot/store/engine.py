"""The database: connections, transactions and migrations."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TypeVar

from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import InterfaceError, OperationalError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from bot.clock import Clock
from bot.errors import SettingsError, StoreError
from bot.store.vault import Vault

_MIGRATIONS = Path(__file__).parent / "migrations"
_MIGRATION_LOCK = 0x5359_0001

# The database or the way to it failed, not the statement: the same work may succeed later.
DATABASE_AWAY = (OperationalError, InterfaceError, PoolTimeout, OSError)

Result = TypeVar("Result")


@dataclass(slots=True)
class Tx:
    """One transaction: its connection, the vault for sealed fields, and its instant.

    ``queued`` is set when outbox rows became due in it, so that the postman is woken after it.
    """

    connection: AsyncConnection
    vault: Vault
    now: datetime
    queued: bool = False


class Store:
    """Gives transactions on one PostgreSQL database."""

    def __init__(self, url: str, vault: Vault, clock: Clock, pool_size: int = 10) -> None:
        self.url = normal_url(url)
        self.vault = vault
        self.clock = clock
        self.engine: AsyncEngine = create_async_engine(
            self.url,
            hide_parameters=True,  # errors are logged, and parameters hold clients' words
            pool_size=pool_size,
            max_overflow=10,
            pool_pre_ping=False,
            connect_args={"connect_timeout": 10, "prepare_threshold": 2},
        )

    @asynccontextmanager
    async def begin(self) -> AsyncIterator[Tx]:
        """A transaction that commits at the end of the block and rolls back on any error."""
        async with self.engine.begin() as connection:
            yield Tx(connection, self.vault, self.clock.now())

    async def insist(self, work: Callable[[Tx], Awaitable[Result]]) -> Result:
        """Do ``work`` in a transaction, again while the database is away (up to a minute).

        For records of what has already happened in the world and must not be lost.
        """
        for wait in (0.1, 0.5, 1, 2, 5, 10, 20, 20):
            try:
                async with self.begin() as tx:
                    return await work(tx)
            except DATABASE_AWAY:
                await asyncio.sleep(wait)
        async with self.begin() as tx:
            return await work(tx)

    async def ping(self) -> None:
        """Raise StoreError when the database does not answer."""
        try:
            async with self.engine.connect() as connection:
                await connection.execute(text("SELECT 1"))
        except (SQLAlchemyError, OSError) as error:
            raise StoreError(
                "连不上数据库，请检查 SHOUYUE_DATABASE_URL 和数据库是否在运行"
            ) from error

    async def close(self) -> None:
        await self.engine.dispose()


def normal_url(url: str) -> str:
    """``url`` with the psycopg 3 driver; raises SettingsError when it is not PostgreSQL."""
    try:
        parsed = make_url(url)
    except SQLAlchemyError:
        raise SettingsError("SHOUYUE_DATABASE_URL：应像 postgresql://用户:密码@主机/库名") from None
    if parsed.get_backend_name() not in ("postgresql", "postgres"):
        raise SettingsError("SHOUYUE_DATABASE_URL：只支持 PostgreSQL")
    return parsed.set(drivername="postgresql+psycopg").render_as_string(hide_password=False)


def migrate(url: str) -> None:
    """Bring the database to the newest schema; many processes may call it at once."""
    engine = create_engine(
        normal_url(url), hide_parameters=True, connect_args={"connect_timeout": 10}
    )
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    try:
        with engine.connect() as connection:
            connection.execute(text("SELECT pg_advisory_lock(:key)"), {"key": _MIGRATION_LOCK})
            connection.commit()
            try:
                config.attributes["connection"] = connection
                command.upgrade(config, "head")
                connection.commit()
            finally:
                connection.rollback()
                connection.execute(
                    text("SELECT pg_advisory_unlock(:key)"), {"key": _MIGRATION_LOCK}
                )
                connection.commit()
    except SQLAlchemyError as error:
        reason = str(getattr(error, "orig", error)).strip().splitlines()[:1]
        raise StoreError(f"数据库没能准备好：{' '.join(reason)}") from error
    finally:
        engine.dispose()
