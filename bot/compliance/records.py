"""Archive records as rows of a table, for spreadsheets."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

COLUMNS = ("编号", "时间", "业务员", "对象", "判定", "类别", "规则", "规则版本", "结果", "内容")
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def row_of(record: dict[str, Any], zone: ZoneInfo) -> list[object]:
    """The cells of one judged text of ``store.archive.judged``, in the order of COLUMNS.

    Its time is that of ``zone``, as a spreadsheet reads times.
    """
    findings = record["findings"]
    cells: tuple[object, ...] = (
        record["id"],
        record["at"].astimezone(zone).strftime("%Y-%m-%d %H:%M:%S"),
        record["author"] or "",
        record["audience"],
        record["decision"],
        "、".join(dict.fromkeys(finding["category"] for finding in findings)),
        "、".join(finding["rule"] for finding in findings),
        record["rulebook"],
        record["fate"] or "",
        record["text"] or "",
    )
    return [_plain(cell) for cell in cells]


def _plain(cell: object) -> object:
    """A cell that a spreadsheet will not run as a formula."""
    if isinstance(cell, str) and cell.startswith(_FORMULA_STARTS):
        return f"'{cell}"
    return cell
