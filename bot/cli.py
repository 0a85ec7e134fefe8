"""The command line ``shouyue``: run, demo, doctor, and the tools that need no database."""

from __future__ import annotations

import argparse
import asyncio
import logging
import socket
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

from bot import __version__, offline, settings
from bot.errors import ShouyueError
from bot.offline import EXIT_ERROR, EXIT_FINDINGS, EXIT_OK, print_json
from bot.settings import Settings


def main(arguments: list[str] | None = None) -> None:
    """Run one command and exit: 0 done, 1 done with faults found, 2 it could not be done."""
    options = _parser().parse_args(arguments)
    try:
        code = options.command(options)
    except ShouyueError as error:
        print(error, file=sys.stderr)
        code = EXIT_ERROR
    except PermissionError as error:
        print(f"没有权限读写 {error.filename}，请换一个文件夹或改权限", file=sys.stderr)
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
    check = add("check", offline.check, "检查消息是否合规：一行一条，或 JSON Lines")
    check.add_argument("--rules", type=Path, help="试用另一份规则文件")
    _messages(check)
    match = add("match", offline.match, "听出客户的话是哪种异议：一行一条，或 JSON Lines")
    _messages(match)
    gap = add("gap", offline.gap, "算一份家庭的保障缺口")
    gap.add_argument("file", type=Path, help="家庭文件，如 data/samples/household.yaml")
    gap.add_argument("--json", action="store_true", help="输出 JSON")
    _remind(commands)
    _import(commands)
    data = add("data", offline.data, "检查 data/ 下的全部数据文件")
    data.add_argument("action", choices=["check"], help="check：列出所有错误")
    data.add_argument("--json", action="store_true", help="输出 JSON")
    train = add("train", _maintain("train"), "用例句重新训练合规模型")
    train.add_argument("--report", action="store_true", help="另算学习曲线（要几分钟）")
    _archive(commands)
    _rules(commands)
    return parser


def _messages(command: argparse.ArgumentParser) -> None:
    command.add_argument("file", nargs="?", default="-", help="文件，- 或不写表示标准输入")
    command.add_argument("--json", action="store_true", help="输出 JSON Lines")


def _archive(commands: Any) -> None:
    about = "存档：核对有没有被改动，或导出 CSV"
    archive = commands.add_parser("archive", help=about, description=about)
    actions = archive.add_subparsers(title="动作", metavar="verify|export", required=True)
    verify = actions.add_parser("verify", help="逐条核对哈希链")
    verify.add_argument("--json", action="store_true", help="输出 JSON")
    verify.set_defaults(command=_maintain("verify_archive"))
    export = actions.add_parser("export", help="导出 CSV 到标准输出")
    export.add_argument("--from", dest="from_on", type=_day, required=True, help="从哪天")
    export.add_argument("--to", dest="to_on", type=_day, required=True, help="到哪天（含）")
    export.add_argument("--agent", type=int, help="只要这个业务员（编号）")
    export.add_argument("--category", help="只要这一类，如 guaranteed_return")
    export.set_defaults(command=_maintain("export_archive"))


def _rules(commands: Any) -> None:
    about = "规则版本：列出，或回滚到某一版"
    rules = commands.add_parser("rules", help=about, description=about)
    actions = rules.add_subparsers(title="动作", metavar="list|rollback", required=True)
    listing = actions.add_parser("list", help="最近的版本")
    listing.set_defaults(command=_maintain("list_rules"))
    back = actions.add_parser("rollback", help="让以前的一版重新生效")
    back.add_argument("version", type=int, help="版本号，见 list")
    back.add_argument("--why", default="命令行回滚", help="为什么")
    back.set_defaults(command=_maintain("roll_back_rules"))
    for action in (listing, back):
        action.add_argument("--json", action="store_true", help="输出 JSON")


def _import(commands: Any) -> None:
    command = commands.add_parser(
        "import",
        help="导入大的客户名单",
        description="把一份 CSV 名单导入一位业务员名下，可以反复导",
    )
    command.add_argument("file", type=Path, help="CSV 文件，列和聊天里导入的一样")
    command.add_argument("--agent", required=True, help="业务员的姓名")
    command.add_argument("--faults", type=Path, help="要改的地方写到这个 CSV")
    command.set_defaults(command=_maintain("import_clients"))


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
    plan.set_defaults(command=offline.remind_plan)


def _maintain(name: str) -> Callable[[argparse.Namespace], int]:
    """A command on the database; what it needs is imported only when it runs."""

    def command(options: argparse.Namespace) -> int:
        from bot import maintenance

        chosen: Callable[[argparse.Namespace], int] = getattr(maintenance, name)
        return chosen(options)

    return command


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError("日期要写成 2026-01-31 这样") from None


class _WithoutValues(logging.Formatter):
    """Leaves out the lines in which PostgreSQL quotes values, which may be clients' data."""

    def formatException(self, ei: Any) -> str:  # noqa: N802  (the library's name)
        lines = super().formatException(ei).splitlines()
        return "\n".join(x for x in lines if not x.startswith(("DETAIL:", "CONTEXT:", "LINE ")))


def _logging(options: Settings) -> None:
    handler = logging.StreamHandler()
    handler.setFormatter(_WithoutValues("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    logging.basicConfig(level=options.log_level, handlers=[handler])
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
    print("正在启动（第一次要训练合规模型，半分钟到一分钟）…", flush=True)
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
        print_json([finding.as_dict() for finding in findings])
    else:
        for finding in findings:
            print(finding)
    return EXIT_OK if all(finding.healthy for finding in findings) else EXIT_FINDINGS


if __name__ == "__main__":
    main()
