"""Versions of the rulebook: published, watched, rolled back, and tried on the past."""

from __future__ import annotations

import asyncio
import difflib
import logging
import os
from collections.abc import Awaitable, Callable
from datetime import date, timedelta
from typing import Any

from bot.compliance.backtest import BackTest, compare
from bot.compliance.checks import Facts
from bot.compliance.gate import Gate
from bot.compliance.model import Model
from bot.compliance.notices import load_facts
from bot.compliance.source import (
    LEXICON,
    MODEL,
    NOTICES,
    RULES,
    Source,
    load_checker,
    make_checker,
    read_source,
)
from bot.compliance.verdict import Checker
from bot.domain.draft import NOTICE, button, message
from bot.domain.people import Person, Role
from bot.errors import DataFileError, UserError
from bot.messages import say
from bot.settings import Settings
from bot.store import archive, outbox, people, reviews, tables
from bot.store.engine import DATABASE_AWAY, Store, Tx

log = logging.getLogger(__name__)

WATCH_SECONDS = 0.5
_DIFF_LINES = 400
_CHANGED = "词库刚被改过，请重做这一步"


async def first_checker(store: Store, settings: Settings) -> Checker:
    """The checker to start with: of the files, or while they are faulty of the version kept last.

    Raises DataFileError when there is neither.
    """
    try:
        return load_checker(settings.content_dir, settings.data_dir)
    except DataFileError:
        async with store.begin() as tx:
            version = await current(tx)
        if version is None:
            raise
        source = source_of(version)
        return Checker(source.book(), Model.load(settings.data_dir / MODEL), source.digest)


async def current(tx: Tx) -> tables.Rulebook | None:
    """The version published last."""
    found = await reviews.versions(tx, 1, "published")
    return found[0] if found else None


def source_of(version: tables.Rulebook) -> Source:
    """The text of a kept version."""
    return Source(version.source, version.lexicon)


def _diff(old: Source | None, new: Source) -> str:
    before = f"{old.rules}\n{old.lexicon}".splitlines() if old else []
    after = f"{new.rules}\n{new.lexicon}".splitlines()
    lines = list(difflib.unified_diff(before, after, "旧版", "新版", lineterm="", n=1))
    cut = [f"……另有 {len(lines) - _DIFF_LINES} 行"] if len(lines) > _DIFF_LINES else []
    return "\n".join([*lines[:_DIFF_LINES], *cut]) if old else ""


async def propose(
    tx: Tx,
    settings: Settings,
    source: Source,
    why: str,
    officer: Person | None,
    *,
    base: str | None = None,
) -> tuple[int, bool]:
    """Keep a new version; in force at once unless a second officer must publish it.

    Gives its number and whether it is published. ``officer`` is None for a change of the file.
    ``base`` is the digest of the version that ``source`` was made from, if it was made from one;
    when another has been published since, nobody's change is lost: UserError.
    Raises DataFileError when it is faulty.
    """
    await asyncio.to_thread(source.book)
    await reviews.lock_rulebook(tx)
    before = await current(tx)
    if base is not None and (before is None or before.digest != base):
        raise UserError(_CHANGED)
    if before is not None and before.digest == source.digest:
        raise UserError("和现在用的一样，没有改动")
    waits = settings.two_officers and before is not None
    version_id = await reviews.add_version(
        tx,
        digest=source.digest,
        base=before.digest if before else None,
        source=source.rules,
        lexicon=source.lexicon,
        diff=_diff(source_of(before) if before else None, source),
        why=why[:300],
        status="proposed" if waits else "published",
        proposed_by=officer.id if officer else None,
        published_by=None if waits else (officer.id if officer else None),
        published_at=None if waits else tx.now,
    )
    if waits:
        await _ask_second(tx, version_id, why, officer)
    return version_id, not waits


async def _ask_second(tx: Tx, version_id: int, why: str, proposer: Person | None) -> None:
    for officer in await people.with_role(tx, Role.OFFICER):
        if proposer is not None and officer.id == proposer.id:
            continue
        text = say(
            "rules_proposed",
            officer.script,
            id=version_id,
            by=proposer.name if proposer else say("rules_by_file", officer.script),
            why=why,
        )
        look = [[button(say("button_rules_look", officer.script), f"1:ru:show:{version_id}")]]
        await outbox.enqueue(tx, [message(officer.chat_id, text, look, priority=NOTICE)])


async def publish(tx: Tx, settings: Settings, version_id: int, officer: Person) -> None:
    """Put a proposed version in force; with two officers, not the one who proposed it.

    Raises UserError when another version was published after it was proposed.
    """
    await reviews.lock_rulebook(tx)
    version = await reviews.version(tx, version_id)
    if version is None or version.status != "proposed":
        raise UserError("没有这个待发布的版本，发送 /guize 查看")
    if settings.two_officers and version.proposed_by == officer.id:
        raise UserError("自己提的改动要由另一位合规专员发布")
    newest = await reviews.in_force(tx)
    if newest is not None and newest[1] != version.base:
        raise UserError(_CHANGED)
    await reviews.change_version(
        tx, version_id, status="published", published_by=officer.id, published_at=tx.now
    )


async def reject(tx: Tx, version_id: int) -> None:
    """Drop a proposed version; it stays in the history."""
    version = await reviews.version(tx, version_id)
    if version is None or version.status != "proposed":
        raise UserError("没有这个待发布的版本，发送 /guize 查看")
    await reviews.change_version(tx, version_id, status="rejected")


async def roll_back(
    tx: Tx, settings: Settings, version_id: int, why: str, officer: Person | None
) -> tuple[int, bool]:
    """Put the text of an earlier version in force again, as a new version.

    Gives its number and whether it is published; with two officers it waits for the second.
    """
    version = await reviews.version(tx, version_id)
    if version is None or version.published_at is None:
        raise UserError("没有发布过这个版本，发送 /guize 查看")
    reason = f"回滚到 {version_id}：{why}"
    return await propose(tx, settings, source_of(version), reason, officer)


async def listed(tx: Tx) -> list[dict[str, Any]]:
    """The newest versions for a table: number, digest, when, who, why."""
    found = []
    for version in await reviews.versions(tx, 20):
        by = version.published_by or version.proposed_by
        found.append(
            {
                "id": version.id,
                "digest": version.digest,
                "status": version.status,
                "published_at": version.published_at,
                "by": (await people.by_id(tx, by)).name if by else None,
                "why": version.why,
            }
        )
    return found


async def back_test(
    tx: Tx, in_force: Checker, candidate: Checker, days: int, on: date, facts: Facts
) -> BackTest:
    """Judge the archived texts of the last ``days`` by both versions, as on the day ``on``."""
    since, until = tx.now - timedelta(days=days), tx.now + timedelta(seconds=1)
    texts = {
        (record["text"] or "", record["audience"]): None
        async for record in archive.judged(tx, since, until)
    }
    return await asyncio.to_thread(compare, list(texts), in_force, candidate, on, facts)


class Watcher:
    """Follows the files and the database, and puts in force what was published.

    ``fault`` is what is wrong with the file on disk, while the old version stays in force.
    """

    def __init__(
        self, store: Store, settings: Settings, gate: Gate, after: Callable[[], Awaitable[None]]
    ) -> None:
        self._store = store
        self._settings = settings
        self._gate = gate
        self._after = after
        self._seen: tuple[tuple[int, int], ...] = ()
        self._looking = asyncio.Lock()
        self.fault: str | None = None

    @property
    def version(self) -> str:
        """The digest of the version in force."""
        return self._gate.checker.version

    async def start(self) -> None:
        """Agree with the database: an unknown file is a change, a known old one gives way."""
        self._seen = self._stamps()
        try:
            source = read_source(self._settings.content_dir)
            if source.digest != self.version:  # else first_checker has just validated it
                source.book()
        except DataFileError as error:
            self.fault = str(error)
            log.warning("the rulebook file is refused, the version kept last stays:\n%s", error)
            return
        async with self._store.begin() as tx:
            await reviews.lock_rulebook(tx)
            if not await reviews.knows_version(tx, source.digest):
                await propose(tx, self._settings, source, say("rules_why_file"), None)
        await self._follow_database()

    def _stamps(self) -> tuple[tuple[int, int], ...]:
        stamps = []
        for name in (RULES, LEXICON, NOTICES):
            try:
                stat = os.stat(self._settings.content_dir / name)
                stamps.append((stat.st_mtime_ns, stat.st_size))
            except OSError:
                stamps.append((0, 0))
        return tuple(stamps)

    async def run(self) -> None:
        """Look at files and database twice a second until cancelled."""
        while True:
            await asyncio.sleep(WATCH_SECONDS)
            try:
                await self.look()
            except Exception:
                # Whatever it was, the version in force goes on, and so must the looking.
                log.exception("the rulebook could not be compared; trying again")

    async def look(self) -> None:
        """One look: a saved file is validated and taken or refused; a published version is used."""
        async with self._looking:
            stamps = self._stamps()
            if stamps != self._seen:
                self._seen = stamps
                try:
                    await self._take_file()
                except DATABASE_AWAY:
                    self._seen = ()
                    raise
            await self._follow_database()

    async def _take_file(self) -> None:
        try:
            source = read_source(self._settings.content_dir)
            await asyncio.to_thread(source.book)
            facts = load_facts(self._settings.content_dir / NOTICES)
        except DataFileError as error:
            self.fault = str(error)
            await self._tell_fault(str(error))
            return
        self.fault = None
        self._gate.facts = facts
        try:
            async with self._store.begin() as tx:
                await self._offer(tx, source)
        except UserError as error:
            await self._tell_fault(str(error))
            return
        await self._after()

    async def _offer(self, tx: Tx, source: Source) -> None:
        """Propose the file's text, unless it is in force or waits for a second officer already."""
        await reviews.lock_rulebook(tx)
        newest = await reviews.in_force(tx)
        if newest is not None and newest[1] == source.digest:
            return
        if not await reviews.knows_version(tx, source.digest, "proposed"):
            why = say("rules_why_file")
            await propose(tx, self._settings, source, why, None, base=self.version)

    async def _tell_fault(self, fault: str) -> None:
        log.warning("the rulebook file is refused, the version in force stays:\n%s", fault)
        async with self._store.begin() as tx:
            for officer in await people.with_role(tx, Role.OFFICER):
                text = say("rules_file_refused", officer.script, fault=fault[:1500])
                await outbox.enqueue(tx, [message(officer.chat_id, text, priority=NOTICE)])
        await self._after()

    async def _follow_database(self) -> None:
        async with self._store.begin() as tx:
            newest = await reviews.in_force(tx)
            if newest is None or newest[1] == self.version:
                return
            version = await current(tx)
        if version is None:
            return
        source = source_of(version)
        checker = await asyncio.to_thread(make_checker, source, self._gate.checker)
        self._gate.put_in_force(checker)
        self._write_files(source)
        log.info("rulebook %s (%s) is in force", version.id, source.digest)

    def _write_files(self, source: Source) -> None:
        """Keep the files equal to what is in force, so that the next edit starts from it."""
        for name, text in ((RULES, source.rules), (LEXICON, source.lexicon)):
            path = self._settings.content_dir / name
            try:
                if path.read_text(encoding="utf-8") == text:
                    continue
                unfinished = path.with_suffix(".new")
                unfinished.write_text(text, encoding="utf-8")
                unfinished.replace(path)
            except OSError as error:
                log.warning("%s could not be written: %s", name, error.strerror)
        self._seen = self._stamps()
