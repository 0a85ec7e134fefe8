"""The embedded PostgreSQL: it starts, is joined, stops, and loosens no folder's permissions."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from bot.store import embedded
from bot.store.engine import migrate


@pytest.fixture
def closed_home() -> Iterator[Path]:
    """A home that nobody else may enter, as root's usually is."""
    home = Path(tempfile.mkdtemp(prefix="home-"))
    home.chmod(0o700)
    yield home
    shutil.rmtree(home, ignore_errors=True)


def test_a_closed_home_stays_closed_and_the_server_runs_all_the_same(closed_home: Path) -> None:
    data = closed_home / "project" / "var"
    server = embedded.start(data, "-c fsync=off")
    try:
        assert closed_home.stat().st_mode & 0o777 == 0o700
        again = embedded.start(data)
        assert again.joined
        assert not server.joined
        migrate(server.url)
        engine = create_engine(server.url)
        with engine.connect() as connection:
            assert connection.execute(text("SELECT count(*) FROM person")).scalar() == 0
        engine.dispose()
    finally:
        server.stop()
    assert not embedded._is_running(server.data)
    if os.geteuid() == 0:
        shutil.rmtree(server.sockets.parent)


def test_a_folder_below_a_closed_one_is_not_reachable_by_others(closed_home: Path) -> None:
    below = closed_home / "open"
    below.mkdir(mode=0o755)
    assert not embedded.reachable_by_others(below)
    assert embedded.reachable_by_others(Path("/usr"))
