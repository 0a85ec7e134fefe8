"""The running office for tests of its edges: quick to start, by day, on a clock that runs."""

from __future__ import annotations

import asyncio
import json
import shutil
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

from sqlalchemy import NullPool, create_engine, text
from sqlalchemy.ext.asyncio import create_async_engine

from bot import settings
from bot.app import App
from bot.clock import FrozenClock, ShiftedClock
from bot.domain.draft import Audience, Draft, message
from bot.store import outbox
from tests.office import Phone, office

WARNED = "这款保险有海马特惠，欢迎了解"
BLOCKED = "这款保本保息，稳赚不赔"
DEADLINE = 30
_EVERY_NTH = 15


def lawful(number: int) -> str:
    """Words that any rulebook lets through."""
    return f"您的第{number}份保单已经寄出，收到后请签收回执"


@contextmanager
def fresh_database(postgres: str, template: str) -> Iterator[str]:
    """A migrated database for longer than one test."""
    name = f"test_{uuid.uuid4().hex}"
    server = create_engine(postgres, isolation_level="AUTOCOMMIT")
    with server.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY FILE_COPY"))
        yield postgres.replace("/postgres?", f"/{name}?")
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    server.dispose()


def small_content(folder: Path) -> None:
    """The data files, with a rule that warns and few of the phrasings of the script library."""
    content = folder / "data"
    shutil.copytree(settings.ROOT / "data", content, ignore=shutil.ignore_patterns("holdout"))
    add_rule(content, "{id: gr-seahorse, any: [海马特惠], action: warn, wrong: [【海马特惠】]}")
    utterances = content / "utterances.jsonl"
    lines = utterances.read_text(encoding="utf-8").splitlines()
    utterances.write_text("\n".join(lines[::_EVERY_NTH]) + "\n", encoding="utf-8")


def add_rule(content: Path, rule: str) -> None:
    """Put a rule into the first category of the file, as an officer with an editor does."""
    path = content / "banned_phrases.yaml"
    source = path.read_text(encoding="utf-8").replace("  rules:\n", f"  rules:\n  - {rule}\n", 1)
    path.write_text(source, encoding="utf-8")


def running_clock() -> ShiftedClock:
    """A clock that runs from 10:00 in Shanghai on 2026-05-04."""
    return ShiftedClock(datetime(2026, 5, 4, 2, 0, tzinfo=UTC) - datetime.now(UTC))


async def eventually(
    check: Callable[[], Awaitable[Any]], what: str = "", within: float = DEADLINE
) -> Any:
    """Wait until ``check`` gives something true, and give that."""
    loop = asyncio.get_running_loop()
    deadline = loop.time() + within
    while not (found := await check()):
        assert loop.time() < deadline, f"not in time: {what or check}"
        await asyncio.sleep(0.02)
    return found


@dataclass
class Edge:
    """The running office, its phones, and short ways to look at it."""

    app: App
    phone: Phone
    clock: ShiftedClock

    async def rows(self, query: str, **values: Any) -> list[Any]:
        """Run a statement on a connection that is none of the product's."""
        engine = create_async_engine(self.app.store.url, poolclass=NullPool)
        async with engine.begin() as connection:
            return list(await connection.execute(text(query), values))

    async def cut(self) -> None:
        """End every connection of the product to the database."""
        await self.rows(
            "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )

    async def queue(self, *drafts: Draft) -> None:
        """Put rows into the outbox as any part of the product may."""
        async with self.app.store.begin() as tx:
            await outbox.enqueue(tx, drafts)
        self.app.postman.wake()

    async def statuses(self, words: str) -> list[str]:
        """What became of the rows whose text is or holds ``words``, oldest first."""
        query = "SELECT status FROM outbox WHERE params->>'text' LIKE :like ORDER BY id"
        return [row.status for row in await self.rows(query, like=f"%{words}%")]

    async def becomes(self, words: str, *statuses: str) -> None:
        """Wait until the rows with ``words`` have these statuses."""

        async def check() -> bool:
            return await self.statuses(words) == list(statuses)

        try:
            await eventually(check)
        except AssertionError:
            found = await self.statuses(words)
            raise AssertionError(f"{words}: {found} instead of {statuses}") from None

    async def quiet(self) -> None:
        """Wait until everything that came in is handled and everything due has left."""
        query = (
            "SELECT (SELECT count(*) FROM inbox WHERE done_at IS NULL) + "
            "(SELECT count(*) FROM outbox WHERE status IN ('queued', 'claimed', 'sending')) AS n"
        )

        async def check() -> bool:
            return bool((await self.rows(query))[0].n == 0)

        await eventually(check, "quiet")

    async def heard(self, person: int, words: str) -> int:
        """How many messages of the bot on this phone hold ``words``."""
        found = await self.phone.transcript(person)
        return sum(one["by"] == "bot" and words in str(one.get("text")) for one in found)

    async def calls(self, words: str = "", method: str = "") -> list[dict[str, Any]]:
        """The calls that Telegram saw, failed ones too."""
        found = (await self.phone.get("calls"))["calls"]
        return [
            call
            for call in found
            if words in json.dumps(call["fields"], ensure_ascii=False)
            and method in ("", call["method"])
        ]

    async def fault(self, kind: str, **more: Any) -> None:
        await self.phone.post("faults", kind=kind, **more)


def to_client(chat_id: int, words: str, **given: Any) -> Draft:
    """A message for a client, as a row that nobody has judged."""
    return message(chat_id, words, audience=Audience.CLIENT, **given)


@asynccontextmanager
async def edge(database_url: str, folder: Path, **given: Any) -> AsyncIterator[Edge]:
    """The office in motion."""
    if not (folder / "data").exists():
        small_content(folder)
    clock = running_clock()
    async with office(database_url, cast(FrozenClock, clock), folder, **given) as (app, phone):
        yield Edge(app, phone, clock)
