"""What a person reads about an import: the faults of a sheet, and what an import has done."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass

from bot.clients.entries import LineProblem
from bot.errors import UserError

LONGEST_CHAT_TEXT = 3500
_SHOWN_VALUE = 24
_SHOWN_NAMES = 10


@dataclass(slots=True)
class ImportReport:
    """What an import did, in numbers of clients and policies; counted up while it writes.

    ``ignored`` are titles of columns not understood; ``namesakes`` new clients whose name the
    book had already; ``without_due`` numbers of policies in force that have no due date and
    ``moved_back`` of those whose due date is now an earlier one.
    """

    added_clients: int = 0
    changed_clients: int = 0
    unchanged_clients: int = 0
    added_policies: int = 0
    changed_policies: int = 0
    unchanged_policies: int = 0
    ignored: tuple[str, ...] = ()
    namesakes: tuple[str, ...] = ()
    without_due: tuple[str, ...] = ()
    moved_back: tuple[str, ...] = ()

    def counted(self, other: ImportReport) -> ImportReport:
        """The numbers of both; the names that each tells are left out."""
        return ImportReport(
            self.added_clients + other.added_clients,
            self.changed_clients + other.changed_clients,
            self.unchanged_clients + other.unchanged_clients,
            self.added_policies + other.added_policies,
            self.changed_policies + other.changed_policies,
            self.unchanged_policies + other.unchanged_policies,
            other.ignored,
        )

    @property
    def changed_anything(self) -> bool:
        """Whether the book is another than before."""
        changed = self.added_clients + self.changed_clients
        return changed + self.added_policies + self.changed_policies > 0


class ImportRefused(UserError):
    """A sheet clashes with the book; ``problems`` are all the faults. Nothing was changed."""

    def __init__(self, problems: Sequence[LineProblem]) -> None:
        self.problems = list(problems)
        super().__init__(render_problems(self.problems))


def render_problems(problems: Sequence[LineProblem], limit: int = 15) -> str:
    """The first ``limit`` faults as a chat text under 3,500 characters, and how many more."""
    lines = len({problem.line for problem in problems})
    head = f"表格里有 {len(problems)} 处要改（{lines} 行），还没有导入任何内容："
    shown: list[str] = []
    room = LONGEST_CHAT_TEXT - len(head) - 60
    for problem in problems[:limit]:
        text = _one(problem)
        room -= len(text) + 1
        if room < 0:
            break
        shown.append(text)
    rest = len(problems) - len(shown)
    tail = f"还有 {rest} 处，见完整清单。改好后把整份表格再发一次。"
    return "\n".join([head, *shown, tail if rest else "改好后把整份表格再发一次。"])


def _one(problem: LineProblem) -> str:
    value = problem.value[:_SHOWN_VALUE] + ("…" if len(problem.value) > _SHOWN_VALUE else "")
    written = f"“{value}”" if value else ""
    wrong = problem.wrong.rstrip("。")
    instead = f"，{problem.instead.rstrip('。')}" if problem.instead else ""
    return f"第 {problem.line} 行 {problem.column}{written}：{wrong}{instead}。"


def problems_csv(problems: Sequence[LineProblem]) -> bytes:
    """All faults as a CSV file that spreadsheets open (UTF-8 with BOM); no cell is a formula."""
    written = io.StringIO(newline="")
    lines = csv.writer(written)
    lines.writerow(("行号", "列", "填的内容", "哪里不对", "怎么改"))
    for problem in problems:
        cells = (problem.column, problem.value, problem.wrong, problem.instead)
        lines.writerow((problem.line, *(_harmless(cell) for cell in cells)))
    return written.getvalue().encode("utf-8-sig")


def _harmless(cell: str) -> str:
    return f"'{cell}" if cell[:1] in ("=", "+", "-", "@", "\t", "\r") else cell


def render_report(report: ImportReport) -> str:
    """What an import did, as a chat text."""
    if report.changed_anything:
        lines = [
            "导入完成：",
            _counts("客户", report.added_clients, report.changed_clients, report.unchanged_clients),
            _counts(
                "保单", report.added_policies, report.changed_policies, report.unchanged_policies
            ),
        ]
    else:
        lines = ["表格与名单完全一致，没有需要改动的内容。"]
    for items, opening, advice in (
        (report.ignored, "没有用到的列", ""),
        (report.namesakes, "名单里原来就有同名客户", "，请核对是不是同一个人"),
        (report.without_due, "没有下次应缴日的有效保单", "，不会有续期提醒，已交清的不用管"),
        (report.moved_back, "应缴日比原来早的保单", "，请核对是不是旧表格"),
    ):
        if items:
            lines.append(f"· {opening}：{_listed(items)}{advice}。")
    return "\n".join(lines)


def _counts(noun: str, added: int, changed: int, unchanged: int) -> str:
    return f"· {noun}：新增 {added}，更新 {changed}，没有变化 {unchanged}"


def _listed(items: Sequence[str]) -> str:
    shown = "、".join(items[:_SHOWN_NAMES])
    return shown + (f" 等 {len(items)} 个" if len(items) > _SHOWN_NAMES else "")
