"""The commands that need no database: check, match, gap, remind plan, data check."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from bot import settings
from bot.errors import UserError

EXIT_OK, EXIT_FINDINGS, EXIT_ERROR = 0, 1, 2


def print_json(value: Any) -> None:
    """One JSON value on one line."""
    print(json.dumps(value, ensure_ascii=False, default=str))


def _lines(file: str) -> Iterable[str]:
    """The lines of a file or of standard input; broken UTF-8 is kept as lone surrogates."""
    if file == "-":
        sys.stdin.reconfigure(encoding="utf-8-sig", errors="surrogateescape", newline="\n")  # type: ignore[union-attr]
        return sys.stdin
    path = Path(file)
    if not path.is_file():
        raise UserError(f"找不到文件 {file}")
    return path.open(encoding="utf-8-sig", errors="surrogateescape", newline="\n")


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
    """``text`` as it can be written; lone surrogates, which UTF-8 lacks, as escapes."""
    return text.encode("utf-8", "backslashreplace").decode()


def check(options: argparse.Namespace) -> int:
    """Judge messages, one a line."""
    from bot.compliance import command, source

    given = settings.load()
    rules = options.rules or given.content_dir / "banned_phrases.yaml"
    checker = source.load_checker(given.content_dir, given.data_dir, rules)
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


def match(options: argparse.Namespace) -> int:
    """Name the objection of each message."""
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


def gap(options: argparse.Namespace) -> int:
    """The coverage gap of a household file."""
    from bot.intake.figures import gap_command
    from bot.intake.gap import analyse
    from bot.intake.household import load_household
    from bot.intake.report import render_plain

    if options.json:
        print_json(gap_command(options.file))
    else:
        print(render_plain(analyse(load_household(options.file))))
    return EXIT_OK


def remind_plan(options: argparse.Namespace) -> int:
    """The touches due for a book file."""
    from bot.reminders.book import remind_plan
    from bot.reminders.loading import load_cadences

    given = settings.load()
    cadences = load_cadences(given.content_dir / "cadences.yaml")
    touches = remind_plan(options.book, cadences, options.from_on, options.to_on)
    if options.json:
        print_json(touches)
        return EXIT_OK
    for touch in touches:
        who = f"{touch['client'] or ''} {touch['policy'] or ''}".strip()
        print(f"{touch['at']}  {touch['audience']:<10} {touch['cadence']}/{touch['step']}  {who}")
    return EXIT_OK


def data(options: argparse.Namespace) -> int:
    """Every fault of every data file."""
    from bot import doctor

    problems = doctor.data_problems(settings.load())
    if options.json:
        print_json(
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
