"""The simulator's memory on disk: named rows in SQLite, written a moment later and in groups."""

from __future__ import annotations

import asyncio
import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Protocol

WRITE_DELAY_SECONDS = 0.04


class Row(Protocol):
    """A value that knows its JSON form; it is asked when the row is written."""

    def row(self) -> object: ...


class Journal:
    """Rows of JSON by kind and key.

    ``put`` and ``drop`` only remember; what gathered is written after 40 ms at the latest, or at
    ``flush``. Rows survive the death of the process once written.
    """

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._database = sqlite3.connect(path, isolation_level=None)
        self._database.execute("PRAGMA journal_mode=WAL")
        self._database.execute("PRAGMA synchronous=OFF")
        self._database.execute(
            "CREATE TABLE IF NOT EXISTS rows (kind TEXT, key TEXT, value TEXT, "
            "PRIMARY KEY (kind, key)) WITHOUT ROWID"
        )
        self._dirty: dict[tuple[str, str], object] = {}
        self._timer: asyncio.TimerHandle | None = None

    def load(self, kind: str) -> Iterator[tuple[str, Any]]:
        """All rows of ``kind`` as key and value; for the start, before anything is put."""
        rows = self._database.execute("SELECT key, value FROM rows WHERE kind = ?", (kind,))
        for key, value in rows:
            yield key, json.loads(value)

    def put(self, kind: str, key: object, value: object) -> None:
        """Remember ``value`` (JSON, or a Row) under ``key``; it is encoded when written."""
        self._dirty[kind, str(key)] = value
        if self._timer is None:
            self._wake()

    def drop(self, kind: str, key: object) -> None:
        """Forget the row."""
        self._dirty[kind, str(key)] = None
        if self._timer is None:
            self._wake()

    def _wake(self) -> None:
        loop = asyncio.get_running_loop()
        self._timer = loop.call_later(WRITE_DELAY_SECONDS, self._start)

    def _start(self) -> None:
        self._timer = None
        self.flush()

    def flush(self) -> None:
        """Write everything put so far; well under a millisecond for what one act of a person is.

        The operating system has it then, which is enough for a kill; nothing waits for the disk.
        """
        if not self._dirty:
            return
        rows, self._dirty = self._dirty, {}
        puts = [(*key, _encoded(value)) for key, value in rows.items() if value is not None]
        drops = [key for key, value in rows.items() if value is None]
        self._database.execute("BEGIN")
        self._database.executemany("INSERT OR REPLACE INTO rows VALUES (?, ?, ?)", puts)
        self._database.executemany("DELETE FROM rows WHERE kind = ? AND key = ?", drops)
        self._database.execute("COMMIT")

    def close(self) -> None:
        """Write the rest and let the file go."""
        if self._timer is not None:
            self._timer.cancel()
        self.flush()
        self._database.close()


def _encoded(value: object) -> str:
    return json.dumps(value, ensure_ascii=True, separators=(",", ":"), default=_row)


def _row(value: Row) -> object:
    return value.row()
