"""What every test may use: a real PostgreSQL, a frozen clock, a store on an empty database."""

from __future__ import annotations

import shutil
import tempfile
import uuid
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from bot import messages, settings
from bot.clock import FrozenClock
from bot.store import embedded
from bot.store.engine import Store, migrate
from bot.store.vault import Vault
from bot.text import restore

messages.load(settings.ROOT / "data" / "messages.yaml")
# Read before any test, as before anybody is served; else the first to need a table is slow.
restore.warm()


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """The URL of an embedded server for this run, without the cost of syncing to disk."""
    folder = Path(tempfile.mkdtemp(prefix="shouyue-test-"))
    server = embedded.start(folder, "-c fsync=off -c synchronous_commit=off -c max_connections=200")
    yield server.url
    server.stop()
    shutil.rmtree(server.data, ignore_errors=True)
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def template_database(postgres: str) -> str:
    """A migrated database that tests are copied from."""
    _run(postgres, "CREATE DATABASE template_shouyue")
    migrate(_url(postgres, "template_shouyue"))
    return "template_shouyue"


@pytest.fixture
def database_url(postgres: str, template_database: str) -> Iterator[str]:
    """A fresh, migrated database."""
    name = f"test_{uuid.uuid4().hex}"
    _run(postgres, f"CREATE DATABASE {name} TEMPLATE {template_database} STRATEGY FILE_COPY")
    yield _url(postgres, name)
    _run(postgres, f"DROP DATABASE {name} WITH (FORCE)")


def _url(postgres: str, database: str) -> str:
    return postgres.replace("/postgres?", f"/{database}?")


def _run(postgres: str, statement: str) -> None:
    engine = create_engine(postgres, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(statement))
    engine.dispose()


@pytest.fixture
def clock() -> FrozenClock:
    """10:00 in Shanghai on 2026-05-04, a Monday."""
    return FrozenClock(datetime(2026, 5, 4, 2, 0, tzinfo=UTC))


@pytest.fixture
def vault() -> Vault:
    return Vault(bytes(range(32)))


@pytest.fixture
async def store(database_url: str, clock: FrozenClock, vault: Vault) -> AsyncIterator[Store]:
    """A store on an empty, migrated database."""
    made = Store(database_url, vault, clock)
    yield made
    await made.close()
