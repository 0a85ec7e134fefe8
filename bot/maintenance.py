"""The commands that work on the database: archive, rulebook versions, training with its labels."""

from __future__ import annotations

import argparse
import asyncio
import csv
import json
import sys
from collections.abc import Awaitable, Callable
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from bot import app, messages, settings
from bot.clients import bulk
from bot.clients.entries import LineProblem
from bot.clients.wording import ImportReport, problems_csv, render_problems, render_report
from bot.clock import SystemClock
from bot.compliance import evaluate, rulebook, source
from bot.compliance.records import COLUMNS, row_of
from bot.offline import EXIT_FINDINGS, EXIT_OK, print_json
from bot.settings import Settings
from bot.store import archive, people, reviews
from bot.store.engine import Store
from bot.store.vault import open_vault

Result = TypeVar("Result")


def _with_store(given: Settings, work: Callable[[Store], Awaitable[Result]]) -> Result:
    """Run ``work`` on the configured database."""
    app.data_folder(given.data_dir)

    async def inside(url: str) -> Result:
        store = Store(url, open_vault(given.encryption_key, given.data_dir), SystemClock())
        try:
            return await work(store)
        finally:
            await store.close()

    with app.database(given, visiting=True) as url:
        return asyncio.run(inside(url))


def verify_archive(options: argparse.Namespace) -> int:
    """Walk the hash chain of the archive."""

    async def verify(store: Store) -> tuple[int, int | None]:
        async with store.begin() as tx:
            return await archive.verify(tx)

    count, wrong = _with_store(settings.load(), verify)
    if options.json:
        print_json({"records": count, "first_wrong": wrong})
    elif wrong is None:
        print(f"存档完好，共 {count} 条")
    else:
        print(f"第 {wrong} 条与记录时不同，之前 {count} 条完好；请保留现场并查看数据库备份")
    return EXIT_OK if wrong is None else EXIT_FINDINGS


def export_archive(options: argparse.Namespace) -> int:
    """The archive as CSV: a period, perhaps one agent or one category."""
    given = settings.load()
    zone = ZoneInfo(given.timezone)
    since = datetime.combine(options.from_on, time(), zone)
    until = datetime.combine(options.to_on + timedelta(days=1), time(), zone)

    async def export(store: Store) -> int:
        count = 0
        writer = csv.writer(sys.stdout)
        writer.writerow(COLUMNS)
        async with store.begin() as tx:
            records = archive.judged(
                tx, since, until, author=options.agent, category=options.category
            )
            async for record in records:
                writer.writerow(row_of(record, zone))
                count += 1
        return count

    count = _with_store(given, export)
    print(f"共 {count} 条", file=sys.stderr)
    return EXIT_OK


def list_rules(options: argparse.Namespace) -> int:
    """The newest versions of the rulebook."""

    async def work(store: Store) -> list[dict[str, Any]]:
        async with store.begin() as tx:
            return await rulebook.listed(tx)

    _show_versions(options, _with_store(settings.load(), work))
    return EXIT_OK


def roll_back_rules(options: argparse.Namespace) -> int:
    """Put an earlier version in force again."""
    given = settings.load()

    async def work(store: Store) -> list[dict[str, Any]]:
        async with store.begin() as tx:
            await rulebook.roll_back(tx, given, options.version, options.why, None)
            return await rulebook.listed(tx)

    _show_versions(options, _with_store(given, work))
    return EXIT_OK


def _show_versions(options: argparse.Namespace, versions: list[dict[str, Any]]) -> None:
    if options.json:
        print_json(versions)
        return
    for one in versions:
        print(
            f"{one['id']:>4}  {one['digest']}  {one['status']:<10} {one['published_at']}  {one['why']}"
        )


def train(options: argparse.Namespace) -> int:
    """Train the learned layer, from the data files and the officers' own labels."""
    given = settings.load()
    app.data_folder(given.data_dir)
    if given.database_url or (given.data_dir / "secret.key").exists():
        count = _with_store(given, lambda store: _keep_labels(store, given.data_dir))
        print(f"合规专员记下的例句 {count} 条", file=sys.stderr)
    print(evaluate.train(given.content_dir, given.data_dir, curve=options.report))
    return EXIT_OK


async def _keep_labels(store: Store, data_dir: Path) -> int:
    """Write the officers' labels beside the model, for training; gives how many."""
    async with store.begin() as tx:
        labels = await reviews.examples(tx)
    lines = []
    for one in labels:
        kept = {name: value for name, value in one.items() if value is not None}
        kept["kind"] = "plain" if one["label"] == "violation" else "hard"
        lines.append(json.dumps(kept, ensure_ascii=False) + "\n")
    path = data_dir / source.OFFICE_EXAMPLES
    path.write_text("".join(lines), encoding="utf-8")
    return len(lines)


def import_clients(options: argparse.Namespace) -> int:
    """A large client list into one agent's book, with the progress on the way."""
    given = settings.load()
    messages.load(given.content_dir / "messages.yaml")
    today = SystemClock().now().astimezone(ZoneInfo(given.timezone)).date()
    wrong: list[LineProblem] = []
    for found in bulk.faults(options.file, today):
        if isinstance(found, int):
            _progress(f"检查 {found:,} 行，要改 {len(wrong):,} 处")
        elif len(wrong) < bulk.MOST_FAULTS:
            wrong.append(found)
    _progress("", last=True)
    if wrong:
        print(render_problems(wrong))
        if options.faults:
            options.faults.write_bytes(problems_csv(wrong))
            print(f"全部写在 {options.faults}")
        return EXIT_FINDINGS

    async def keep(store: Store) -> ImportReport:
        async with store.begin() as tx:
            agent = await people.seller_named(tx, options.agent)
        report = ImportReport()
        async for done in bulk.import_file(store, agent, options.file, today):
            report = done.report
            _progress(f"已导入 {done.rows:,} 行，新客户 {report.added_clients:,} 位")
        _progress("", last=True)
        return report

    print(render_report(_with_store(given, keep)))
    return EXIT_OK


def _progress(text: str, *, last: bool = False) -> None:
    """One line that is written over on a terminal; a line each elsewhere."""
    if sys.stderr.isatty():
        sys.stderr.write("\n" if last else f"\r\x1b[K{text}")
        sys.stderr.flush()
    elif text:
        print(text, file=sys.stderr)
