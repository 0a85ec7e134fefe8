"""``shouyue doctor``: what is wrong with this installation, and what to do about each fault."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from telegram.error import InvalidToken, TelegramError

from bot import app, messages, settings
from bot.compliance import lint, source
from bot.compliance.notices import load_facts
from bot.compliance.verdict import Checker
from bot.errors import DataFileError, DataProblem, SettingsError, ShouyueError
from bot.gateway.door import OfficeBot
from bot.intake.household import load_household
from bot.intake.questionnaire import load_questionnaire
from bot.practice.schema import load_personas
from bot.reminders.book import load_book
from bot.reminders.loading import load_cadences
from bot.scripts_library.closing import load_closing
from bot.scripts_library.schema import UTTERANCES, Library, load_library, load_utterances
from bot.settings import Settings


@dataclass(frozen=True, slots=True)
class Finding:
    """The state of one part; ``advice`` says what to do when it is not healthy."""

    part: str
    healthy: bool
    detail: str
    advice: str = ""

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)

    def __str__(self) -> str:
        mark = "✓" if self.healthy else "✗"
        return f"{mark} {self.part}：{self.detail}" + (
            f"\n    → {self.advice}" if self.advice else ""
        )


def data_problems(given: Settings) -> list[DataProblem]:
    """Every fault of every data file, all files at once."""
    content = given.content_dir
    readers: tuple[tuple[Path, Callable[[Path], Any]], ...] = (
        (content / "messages.yaml", messages.load),
        (content / "questionnaire.yaml", load_questionnaire),
        (content / "cadences.yaml", load_cadences),
        (content / "objections.yaml", load_library),
        (content / "closing.yaml", load_closing),
        (content / "banned_phrases.yaml", lambda path: source.read_book(content, path)),
        (content / "notices.yaml", load_facts),
        (content / "samples" / "household.yaml", load_household),
        (content / "samples" / "book.yaml", load_book),
    )
    problems: list[DataProblem] = []
    found: dict[str, Any] = {}
    for path, read in readers:
        try:
            found[path.name] = read(path)
        except DataFileError as error:
            problems += error.problems
    if "objections.yaml" in found:
        problems += _library_problems(content, found["objections.yaml"])
    if not problems:
        rules = source.read_source(content)
        checker = Checker(rules.book(), None, rules.digest)
        problems += lint.example_problems(checker, rules, str(content / source.RULES))
    return problems


def _library_problems(content: Path, library: Library) -> list[DataProblem]:
    """Faults of the files that name objections of the library."""
    problems: list[DataProblem] = []
    for name, read in ((UTTERANCES, load_utterances), ("personas.yaml", load_personas)):
        try:
            read(content / name, library)
        except DataFileError as error:
            problems += error.problems
    return problems


def examine() -> list[Finding]:
    """Look at settings, data files, data folder, database and token, in this order."""
    try:
        given = settings.load()
    except SettingsError as error:
        return [Finding("设置", False, str(error), "改好 .env 或环境变量后再运行 shouyue doctor")]
    findings = [Finding("设置", True, "都读得懂")]
    problems = data_problems(given)
    findings.append(
        Finding(
            "数据文件", False, "；".join(map(str, problems[:5])), "运行 shouyue data check 看全部"
        )
        if problems
        else Finding("数据文件", True, str(given.content_dir))
    )
    findings.append(_folder(given))
    if findings[-1].healthy:
        findings.append(_database(given))
    findings.append(asyncio.run(_token(given)))
    return findings


def _folder(given: Settings) -> Finding:
    try:
        app.data_folder(given.data_dir)
        probe = given.data_dir / ".doctor"
        probe.write_text("", encoding="utf-8")
        probe.unlink()
    except OSError as error:
        advice = "换一个可写的文件夹：SHOUYUE_DATA_DIR"
        return Finding("数据文件夹", False, f"{given.data_dir} 写不了（{error.strerror}）", advice)
    return Finding("数据文件夹", True, str(given.data_dir))


def _database(given: Settings) -> Finding:
    try:
        with app.database(given, visiting=True):
            where = "SHOUYUE_DATABASE_URL" if given.database_url else "自带的 PostgreSQL"
            return Finding("数据库", True, f"{where}，表结构是最新的")
    except ShouyueError as error:
        return Finding(
            "数据库",
            False,
            str(error),
            "检查地址、口令和网络，或去掉 SHOUYUE_DATABASE_URL 用自带的",
        )


async def _token(given: Settings) -> Finding:
    if not given.telegram_token:
        advice = (
            "正式使用请向 @BotFather 要一个，写成 SHOUYUE_TELEGRAM_TOKEN；试用不需要：make demo"
        )
        return Finding("令牌", False, "还没有", advice)
    bot = OfficeBot(given.telegram_token, given.api_url)
    try:
        await bot.initialize()
        return Finding("令牌", True, f"机器人 @{bot.username}")
    except InvalidToken:
        return Finding(
            "令牌", False, "Telegram 不认", "核对 SHOUYUE_TELEGRAM_TOKEN，或向 @BotFather 重新要"
        )
    except TelegramError as error:
        return Finding(
            "令牌", False, f"连不上 {given.api_url}（{error}）", "检查网络，或设置 SHOUYUE_API_URL"
        )
    finally:
        await bot.shutdown()
