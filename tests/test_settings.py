"""Settings: every fault at once, and no secret in what is printed."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot import settings
from bot.errors import SettingsError

NOWHERE = Path("/nonexistent/.env")


def test_without_any_variable_the_defaults_hold() -> None:
    given = settings.load({}, NOWHERE)
    assert given.port == 8080
    assert given.data_dir.name == "var"
    assert given.content_dir == settings.ROOT / "data"


def test_every_wrong_setting_is_named_at_once() -> None:
    wrong = {
        "SHOUYUE_PORT": "eighty",
        "SHOUYUE_TIMEZONE": "Mars/Base",
        "SHOUYUE_SEND_RATE": "fast",
        "SHOUYUE_TYPO": "1",
        "SHOUYUE_WEBHOOK_URL": "http://example.org",
    }
    with pytest.raises(SettingsError) as caught:
        settings.load(wrong, NOWHERE)
    assert all(name in str(caught.value) for name in (*wrong, "SHOUYUE_WEBHOOK_SECRET"))


def test_a_dot_env_file_is_read_and_the_environment_wins(tmp_path: Path) -> None:
    env = tmp_path / ".env"
    env.write_text("# 注释\nexport SHOUYUE_PORT='9000'\nSHOUYUE_COMPANY=甲公司\n", encoding="utf-8")
    given = settings.load({"SHOUYUE_PORT": "9001"}, env)
    assert (given.port, given.company) == (9001, "甲公司")


def test_secrets_are_not_shown() -> None:
    given = settings.load(
        {"SHOUYUE_TELEGRAM_TOKEN": "12:SECRET", "SHOUYUE_DATABASE_URL": "p:pw"}, NOWHERE
    )
    assert "SECRET" not in repr(given)
    assert "pw" not in repr(given)
