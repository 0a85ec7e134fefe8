"""The command line ``shouyue``: run, demo, doctor, and the tools that need no database."""

from __future__ import annotations

import argparse
import asyncio
import json
import logging
import socket
import sys
from collections.abc import Callable, Iterable
from datetime import date
from pathlib import Path
from typing import Any

from bot import __version__, settings
from bot.errors import ShouyueError
from bot.settings import Settings

EXIT_OK, EXIT_FINDINGS, EXIT_ERROR = 0, 1, 2


def main(arguments: list[str] | None = None) -> None:
    """Run one command and exit: 0 done, 1 done with faults found, 2 it could not be done."""
    options = _parser().parse_args(arguments)
    try:
        code = options.command(options)
    except ShouyueError as error:
        print(error, file=sys.stderr)
        code = EXIT_ERROR
    except (KeyboardInterrupt, BrokenPipeError):
        code = 130
    sys.exit(code)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="shouyue",
        description="守约：保险代理人的 Telegram 助手，带合规检查。",
        epilog="设置都来自环境变量或 .env，见 docs/operations.md；先试试 shouyue demo。",
    )
    parser.add_argument("--version", action="version", version=f"shouyue {__version__}")
    commands = parser.add_subparsers(title="命令", metavar="命令", required=True)

    def add(name: str, command: Callable[[argparse.Namespace], int], about: str) -> Any:
        made = commands.add_parser(name, help=about, description=about)
        made.set_defaults(command=command)
        return made

    add("demo", _demo, "在浏览器里试用：不要账号、令牌和服务器")
    add("run", _run, "正式运行（要 SHOUYUE_TELEGRAM_TOKEN）")
    doctor = add("doctor", _doctor, "检查设置、数据库、令牌和数据文件，告诉您怎么修")
    doctor.add_argument("--json", action="store_true", help="输出 JSON")
    check = add("check", _check, "检查消息是否合规：一行一条，或 JSON Lines")
    check.add_argument("--rules", type=Path, help="试用另一份规则文件")
    _messages(check)
    match = add("match", _match, "听出客户的话是哪种异议：一行一条，或 JSON Lines")
    _messages(match)
    gap = add("gap", _gap, "算一份家庭的保障缺口")
    gap.add_argument("file", type=Path, help="家庭文件，如 data/samples/household.yaml")
    gap.add_argument("--json", action="store_true", help="输出 JSON")
    _remind(commands)
    data = add("data", _data, "检查 data/ 下的全部数据文件")
    data.add_argument("action", choices=["check"], help="check：列出所有错误")
    data.add_argument("--json", action="store_true", help="输出 JSON")
    train = add("train", _train, "用例句重新训练合规模型")
    train.add_argument("--report", action="store_true", help="另算学习曲线（要几分钟）")
    archive = add("archive", _archive, "核对存档有没有被改动")
    archive.add_argument("action", choices=["verify"], help="verify：逐条核对哈希链")
    archive.add_argument("--json", action="store_true", help="输出 JSON")
    rules = add("rules", _rules, "规则版本：列出，或回滚到某一版")
    rules.add_argument("action", choices=["list", "rollback"], help="list 或 rollback")
    rules.add_argument("version", nargs="?", type=int, help="rollback 到哪个版本号")
    rules.add_argument("--why", default="命令行回滚", help="为什么")
    rules.add_argument("--json", action="store_true", help="输出 JSON")
    return parser


def _messages(command: argparse.ArgumentParser) -> None:
    command.add_argument("file", nargs="?", default="-", help="文件，- 或不写表示标准输入")
    command.add_argument("--json", action="store_true", help="输出 JSON Lines")


def _remind(commands: Any) -> None:
    remind = commands.add_parser("remind", help="排提醒", description="按名单排出一段日子里的提醒")
    plans = remind.add_subparsers(title="动作", metavar="plan", required=True)
    plan = plans.add_parser("plan", help="不用数据库，从名单文件排提醒")
    plan.add_argument("--book", type=Path, required=True, help="名单，如 data/samples/book.yaml")
    plan.add_argument(
        "--from", dest="from_on", type=_day, required=True, help="从哪天，如 2026-01-31"
    )
    plan.add_argument("--to", dest="to_on", type=_day, required=True, help="到哪天（含）")
    plan.add_argument("--json", action="store_true", help="输出 JSON")
    plan.set_defaults(command=_remind_plan)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError("日期要写成 2026-01-31 这样") from None


def _print_json(value: Any) -> None:
    print(json.dumps(value, ensure_ascii=False, default=str))


def _logging(options: Settings) -> None:
    logging.basicConfig(
        level=options.log_level, format="%(asctime)s %(levelname)s %(name)s: %(message)s"
    )
    for noisy in ("apscheduler", "aiohttp.access", "alembic", "httpx", "jieba"):
        logging.getLogger(noisy).setLevel(logging.WARNING)


def _need_port(port: int) -> None:
    """Raise SettingsError when somebody else listens on the port."""
    from bot.errors import SettingsError

    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            raise SettingsError(
                f"端口 {port} 被别的程序占用了。请先停掉它，或换一个：SHOUYUE_PORT={port + 1} make demo"
            ) from None


def _demo(options: argparse.Namespace) -> int:
    from bot import app, demo

    given = settings.load()
    _need_port(given.port)
    _logging(given)
    app.data_folder(given.data_dir)
    print("正在启动（第一次要几秒）…", flush=True)
    with app.database(given) as url:
        asyncio.run(demo.run(given, url, lambda text: print(text, flush=True)))
    print("已停止。", flush=True)
    return EXIT_OK


def _run(options: argparse.Namespace) -> int:
    from bot import app
    from bot.clock import SystemClock
    from bot.errors import SettingsError

    given = settings.load()
    if not given.telegram_token:
        raise SettingsError(
            "还没有 SHOUYUE_TELEGRAM_TOKEN：向 @BotFather 要一个令牌写进 .env；想先看看，请用 make demo"
        )
    _need_port(given.port)
    _logging(given)
    app.data_folder(given.data_dir)
    with app.database(given) as url:
        asyncio.run(app.run(given, url, SystemClock(), lambda text: print(text, flush=True)))
    return EXIT_OK


def _doctor(options: argparse.Namespace) -> int:
    from bot import doctor

    findings = doctor.examine()
    if options.json:
        _print_json([finding.as_dict() for finding in findings])
    else:
        for finding in findings:
            print(finding)
    return EXIT_OK if all(finding.healthy for finding in findings) else EXIT_FINDINGS


def _lines(file: str) -> Iterable[str]:
    """The lines of a file or of standard input; broken UTF-8 is kept as lone surrogates."""
    if file == "-":
        sys.stdin.reconfigure(encoding="utf-8", errors="surrogateescape")  # type: ignore[union-attr]
        return sys.stdin
    path = Path(file)
    if not path.is_file():
        from bot.errors import UserError

        raise UserError(f"找不到文件 {file}")
    return path.open(encoding="utf-8", errors="surrogateescape")


def _write(
    answers: Iterable[tuple[dict[str, Any], bool]], show: Callable[[dict[str, Any]], str]
) -> int:
    code = EXIT_OK
    for answer, fine in answers:
        if not fine:
            code = EXIT_FINDINGS
        print(show(answer))
    return code


def _json_line(answer: dict[str, Any]) -> str:
    return _printable(json.dumps(answer, ensure_ascii=False))


def _printable(text: str) -> str:
    return text.encode("utf-8", "replace").decode()


def _check(options: argparse.Namespace) -> int:
    from bot.compliance import command, rulebook

    given = settings.load()
    rules = options.rules or given.content_dir / "banned_phrases.yaml"
    checker = rulebook.load_checker(given.content_dir, given.data_dir, rules)
    answers = command.check_lines(_lines(options.file), checker)
    return _write(answers, _json_line if options.json else _show_verdict)


def _show_verdict(answer: dict[str, Any]) -> str:
    if "error" in answer:
        return f"{answer['id']}\t{answer['error']}"
    words = {"pass": "通过", "warn": "提醒", "block": "拦下"}
    found = "；".join(
        f"“{f['matched'][:40]}”{f['reason']}（{f['rule']}）" for f in answer["findings"]
    )
    return _printable(f"{answer['id']}\t{words[answer['decision']]}\t{found}")


def _match(options: argparse.Namespace) -> int:
    from bot.scripts_library import command
    from bot.scripts_library.match import Matcher
    from bot.scripts_library.schema import UTTERANCES, load_library, load_utterances

    given = settings.load()
    library = load_library(given.content_dir / "objections.yaml")
    matcher = Matcher.build(library, load_utterances(given.content_dir / UTTERANCES, library))
    answers = command.match_lines(_lines(options.file), matcher)
    return _write(
        answers,
        _json_line if options.json else lambda answer: command.plain_line(answer, library),
    )


def _gap(options: argparse.Namespace) -> int:
    from bot.intake.figures import gap_command
    from bot.intake.gap import analyse
    from bot.intake.household import load_household
    from bot.intake.report import render_plain

    if options.json:
        _print_json(gap_command(options.file))
    else:
        print(render_plain(analyse(load_household(options.file))))
    return EXIT_OK


def _remind_plan(options: argparse.Namespace) -> int:
    from bot.reminders.book import remind_plan
    from bot.reminders.schema import load_cadences

    given = settings.load()
    cadences = load_cadences(given.content_dir / "cadences.yaml")
    touches = remind_plan(options.book, cadences, options.from_on, options.to_on)
    if options.json:
        _print_json(touches)
        return EXIT_OK
    for touch in touches:
        who = f"{touch['client'] or ''} {touch['policy'] or ''}".strip()
        print(f"{touch['at']}  {touch['audience']:<10} {touch['cadence']}/{touch['step']}  {who}")
    return EXIT_OK


def _data(options: argparse.Namespace) -> int:
    from bot import doctor

    problems = doctor.data_problems(settings.load())
    if options.json:
        _print_json(
            [
                {"file": p.file, "line": p.line, "column": p.column, "reason": p.reason}
                for p in problems
            ]
        )
    else:
        for problem in problems:
            print(problem)
        print(f"共 {len(problems)} 处要改" if problems else "数据文件都没有问题")
    return EXIT_FINDINGS if problems else EXIT_OK


def _train(options: argparse.Namespace) -> int:
    from bot.compliance import rulebook

    given = settings.load()
    given.data_dir.mkdir(parents=True, exist_ok=True)
    print(rulebook.train(given.content_dir, given.data_dir, curve=options.report))
    return EXIT_OK


def _with_store(work: Callable[[Any], Any]) -> Any:
    """Run ``work(store)`` on the configured database."""
    from bot import app
    from bot.clock import SystemClock
    from bot.store.engine import Store
    from bot.store.vault import open_vault

    given = settings.load()
    app.data_folder(given.data_dir)

    async def inside(url: str) -> Any:
        store = Store(url, open_vault(given.encryption_key, given.data_dir), SystemClock())
        try:
            return await work(store)
        finally:
            await store.close()

    with app.database(given, visiting=True) as url:
        return asyncio.run(inside(url))


def _archive(options: argparse.Namespace) -> int:
    from bot.store import archive

    async def verify(store: Any) -> tuple[int, int | None]:
        async with store.begin() as tx:
            return await archive.verify(tx)

    count, wrong = _with_store(verify)
    if options.json:
        _print_json({"records": count, "first_wrong": wrong})
    elif wrong is None:
        print(f"存档完好，共 {count} 条")
    else:
        print(f"第 {wrong} 条与记录时不同，之前 {count} 条完好；请保留现场并查看数据库备份")
    return EXIT_OK if wrong is None else EXIT_FINDINGS


def _rules(options: argparse.Namespace) -> int:
    from bot.compliance import rulebook

    given = settings.load()

    async def work(store: Any) -> list[dict[str, Any]]:
        async with store.begin() as tx:
            if options.action == "rollback":
                await rulebook.roll_back(tx, given, options.version, options.why, None)
            return await rulebook.listed(tx)

    if options.action == "rollback" and options.version is None:
        print("请写回滚到哪个版本号，先用 shouyue rules list 查看", file=sys.stderr)
        return EXIT_ERROR
    versions = _with_store(work)
    if options.json:
        _print_json(versions)
    else:
        for one in versions:
            print(f"{one['id']:>4}  {one['digest']}  {one['published_at']}  {one['why']}")
    return EXIT_OK


if __name__ == "__main__":
    main()
