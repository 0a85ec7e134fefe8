"""Every setting of the product, read from the environment (and ``.env``) in one typed place."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from bot.errors import SettingsError

ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True, slots=True)
class Setting:
    """One environment variable: its meaning for ``docs/operations.md`` and ``shouyue doctor``."""

    variable: str
    default: str
    meaning: str


# One line a setting; `Settings` has a field of the same name in lower case.
SETTINGS: tuple[Setting, ...] = (
    Setting("SHOUYUE_TELEGRAM_TOKEN", "", "BotFather 给的机器人令牌；正式使用必填，演示不需要"),
    Setting("SHOUYUE_DATABASE_URL", "", "PostgreSQL 地址；不填则在数据文件夹里自带一个"),
    Setting("SHOUYUE_DATA_DIR", "./var", "数据文件夹：自带数据库、密钥、模型缓存"),
    Setting(
        "SHOUYUE_CONTENT_DIR", "", "话术、规则、问卷等 YAML 所在文件夹；不填用项目自带的 data/"
    ),
    Setting("SHOUYUE_PORT", "8080", "本机网页端口（只监听 127.0.0.1）"),
    Setting("SHOUYUE_API_URL", "https://api.telegram.org", "Bot API 服务器地址"),
    Setting("SHOUYUE_WEBHOOK_URL", "", "公网 HTTPS 地址；填了就用 webhook，不填就轮询"),
    Setting("SHOUYUE_WEBHOOK_SECRET", "", "webhook 密钥；填了地址时必填，至少 16 个字符"),
    Setting(
        "SHOUYUE_ENCRYPTION_KEY", "", "敏感字段的密钥（32 字节，base64）；不填则生成在数据文件夹"
    ),
    Setting("SHOUYUE_COMPANY", "守约保险代理（样例）", "公司全称，出现在给客户的消息里"),
    Setting("SHOUYUE_TIMEZONE", "Asia/Shanghai", "默认时区"),
    Setting("SHOUYUE_SEND_RATE", "25", "每秒最多发送几条消息"),
    Setting("SHOUYUE_CHAT_RATE", "1", "每个聊天每秒最多几条"),
    Setting("SHOUYUE_REVIEW_MINUTES", "60", "待审消息多久无人处理就转给下一位合规专员"),
    Setting("SHOUYUE_TWO_OFFICERS", "no", "词库改动是否要另一位专员发布（yes/no）"),
    Setting("SHOUYUE_LOG_LEVEL", "INFO", "日志级别"),
)


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings, checked. Paths are absolute; times are local."""

    telegram_token: str
    database_url: str
    data_dir: Path
    content_dir: Path
    port: int
    api_url: str
    webhook_url: str
    webhook_secret: str
    encryption_key: str
    company: str
    timezone: str
    send_rate: float
    chat_rate: float
    review_minutes: int
    two_officers: bool
    log_level: str

    def __repr__(self) -> str:
        shown = {field.name: getattr(self, field.name) for field in fields(self)}
        for secret in ("telegram_token", "webhook_secret", "encryption_key", "database_url"):
            shown[secret] = "***" if shown[secret] else ""
        return f"Settings({shown})"


def read_env_file(path: Path) -> dict[str, str]:
    """The ``NAME=value`` lines of a ``.env`` file; empty when there is none."""
    if not path.is_file():
        return {}
    values = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        name, equals, value = line.strip().partition("=")
        if equals and not name.startswith("#"):
            values[name.strip().removeprefix("export ").strip()] = value.strip().strip("\"'")
    return values


def load(environment: Mapping[str, str] | None = None, env_file: Path | None = None) -> Settings:
    """Read and check the settings; raises SettingsError naming every wrong one at once."""
    given = dict(read_env_file(env_file or Path.cwd() / ".env"))
    given.update(os.environ if environment is None else environment)
    known = {setting.variable for setting in SETTINGS}
    problems = [
        f"{name}：没有这个设置，请检查拼写"
        for name in given
        if name.startswith("SHOUYUE_") and name not in known
    ]
    values = {
        setting.variable: given.get(setting.variable) or setting.default for setting in SETTINGS
    }
    reader = _Reader(values, problems)
    settings = Settings(
        telegram_token=reader.text("SHOUYUE_TELEGRAM_TOKEN"),
        database_url=reader.text("SHOUYUE_DATABASE_URL"),
        data_dir=Path(reader.text("SHOUYUE_DATA_DIR")).expanduser().resolve(),
        content_dir=Path(reader.text("SHOUYUE_CONTENT_DIR") or ROOT / "data")
        .expanduser()
        .resolve(),
        port=int(reader.number("SHOUYUE_PORT", 0, 65535)),
        api_url=reader.text("SHOUYUE_API_URL").rstrip("/"),
        webhook_url=reader.text("SHOUYUE_WEBHOOK_URL").rstrip("/"),
        webhook_secret=reader.text("SHOUYUE_WEBHOOK_SECRET"),
        encryption_key=reader.text("SHOUYUE_ENCRYPTION_KEY"),
        company=reader.text("SHOUYUE_COMPANY"),
        timezone=reader.timezone("SHOUYUE_TIMEZONE"),
        send_rate=reader.number("SHOUYUE_SEND_RATE", 0.1, 100_000),
        chat_rate=reader.number("SHOUYUE_CHAT_RATE", 0.1, 100_000),
        review_minutes=int(reader.number("SHOUYUE_REVIEW_MINUTES", 1, 10_080)),
        two_officers=reader.yes_no("SHOUYUE_TWO_OFFICERS"),
        log_level=reader.choice("SHOUYUE_LOG_LEVEL", ("DEBUG", "INFO", "WARNING", "ERROR")),
    )
    if settings.webhook_url and not settings.webhook_url.startswith("https://"):
        problems.append("SHOUYUE_WEBHOOK_URL：应以 https:// 开头")
    if settings.webhook_url and len(settings.webhook_secret) < 16:
        problems.append("SHOUYUE_WEBHOOK_SECRET：用 webhook 时必填，至少 16 个字符")
    if problems:
        raise SettingsError("\n".join(problems))
    return settings


class _Reader:
    """Reads one variable at a time and keeps every fault."""

    def __init__(self, values: Mapping[str, str], problems: list[str]) -> None:
        self.values = values
        self.problems = problems

    def text(self, name: str) -> str:
        return self.values[name].strip()

    def number(self, name: str, low: float, high: float) -> float:
        try:
            value = float(self.values[name])
        except ValueError:
            value = float("nan")
        if not low <= value <= high:
            self.problems.append(f"{name}：应为 {low:g} 到 {high:g} 之间的数字")
            return low
        return value

    def timezone(self, name: str) -> str:
        value = self.text(name)
        try:
            ZoneInfo(value)
        except (ZoneInfoNotFoundError, ValueError):
            self.problems.append(f"{name}：不认识的时区，如 Asia/Shanghai")
        return value

    def yes_no(self, name: str) -> bool:
        value = self.text(name).lower()
        if value not in ("yes", "no"):
            self.problems.append(f"{name}：应为 yes 或 no")
        return value == "yes"

    def choice(self, name: str, choices: tuple[str, ...]) -> str:
        value = self.text(name).upper()
        if value not in choices:
            self.problems.append(f"{name}：应为 {'、'.join(choices)} 之一")
        return value
