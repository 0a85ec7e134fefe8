"""Reads a CSV or Excel file as rows of texts under known columns, within firm bounds."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from itertools import islice
from pathlib import PurePath

from bot.clients import workbook
from bot.clients.columns import TITLE, Header, header_of
from bot.errors import UserError

MAX_BYTES = 5 * 1024 * 1024
MAX_ROWS = 5000
MAX_COLUMNS = 40
MAX_CELL = 500
_SCANNED_ROWS = 20_000
HEADER_WITHIN = 10
_EXACT_NUMBERS = 10**15
DELIMITERS = ",;\t"

Cells = Sequence[object]


@dataclass(frozen=True, slots=True)
class Row:
    """One filled line: its number as the sheet shows it, and texts by column key."""

    line: int
    cells: dict[str, str]


@dataclass(frozen=True, slots=True)
class Sheet:
    """What was read: the rows, the keys of the columns found, and the titles not understood."""

    rows: tuple[Row, ...]
    columns: tuple[str, ...]
    ignored: tuple[str, ...] = ()
    header_line: int = 1


def read_sheet(file_name: str, content: bytes) -> Sheet:
    """The rows of a ``.csv`` (UTF-8, UTF-16, GB18030, Big5; comma, semicolon, tab) or ``.xlsx``.

    At most 5 MB, 5,000 filled rows and 40 columns; nothing is evaluated. Raises UserError with
    the way out for anything else.
    """
    if len(content) > MAX_BYTES:
        raise UserError("文件太大，最多 5 MB，请分成几份再发。")
    if not content.strip():
        raise UserError("文件是空的，请填好客户后再发；发送 /daoru 可以拿到样例表格。")
    suffix = PurePath(file_name).suffix.lower()
    if content.startswith(b"\xd0\xcf\x11\xe0"):
        raise UserError("读不了旧版或加了密码的 Excel，请去掉密码，另存为 .xlsx 再发。")
    if suffix not in (".csv", ".txt", ".tsv", ".xlsx"):
        raise UserError("只能导入 .xlsx 或 .csv 表格，请另存为这两种格式再发。")
    if content.startswith(b"PK\x03\x04"):
        return _first_readable(workbook.read(content, _SCANNED_ROWS, MAX_COLUMNS))
    if suffix == ".xlsx":
        raise UserError("这个文件不是真正的 .xlsx，请在表格软件里另存为 .xlsx 再发。")
    return _first_readable(_csv_readings(content))


def _first_readable(readings: Iterable[Iterable[Cells]]) -> Sheet:
    """The reading (worksheet, encoding, delimiter) whose header line says the most."""
    best: tuple[int, int, list[Cells], list[Header | None]] | None = None
    broken = False
    for reading in readings:
        try:
            lines = list(islice(reading, _SCANNED_ROWS))
        except csv.Error:
            broken = True
            continue
        known, position, headers = _header_line(lines)
        if known and (best is None or known > best[0]):
            best = (known, position, lines, headers)
    if best is None and broken:
        raise UserError("CSV 的引号不成对，请在表格软件里另存为 .xlsx 再发。")
    if best is None:
        raise UserError(
            "没有找到列名，第一行要有“姓名”等列名；发送 /daoru 可以拿到样例表格，照着填就行。"
        )
    _, position, lines, headers = best
    return _sheet(lines, position, headers)


def _header_line(lines: Sequence[Cells]) -> tuple[int, int, list[Header | None]]:
    """How many known columns the best of the first lines names, where it stands, and its columns."""
    best: tuple[int, int, list[Header | None]] = (0, 0, [])
    for position, line in enumerate(lines[:HEADER_WITHIN]):
        headers = [header_of(text_of(cell)) for cell in line[:MAX_COLUMNS]]
        known = len({header.key for header in headers if header})
        if known > best[0]:
            best = (known, position, headers)
    return best


def _sheet(lines: list[Cells], position: int, headers: list[Header | None]) -> Sheet:
    used, ignored = _columns(lines[position], headers)
    if any(text_of(cell) for cell in lines[position][MAX_COLUMNS:]):
        raise UserError(f"列太多了，最多 {MAX_COLUMNS} 列，请删去用不到的列再发。")
    rows = [
        Row(number, cells)
        for number, line in enumerate(lines[position + 1 :], position + 2)
        if (cells := cells_of(line, used))
    ]
    if len(rows) > MAX_ROWS or len(lines) >= _SCANNED_ROWS:
        raise UserError(f"行数太多，一次最多 {MAX_ROWS} 行，请分成几份，并删去表格末尾的空行。")
    if not rows:
        names = "、".join(TITLE[header.key] for header in used.values())
        raise UserError(f"只有列名（{names}），没有客户，请从下一行开始填。")
    columns = tuple(header.key for header in used.values())
    return Sheet(tuple(rows), columns, ignored, position + 1)


def _columns(
    line: Cells, headers: list[Header | None]
) -> tuple[dict[int, Header], tuple[str, ...]]:
    """The columns understood, by place, and the titles that are not."""
    used: dict[int, Header] = {}
    ignored: list[str] = []
    for place, header in enumerate(headers):
        title = text_of(line[place])
        if header and header.key not in {other.key for other in used.values()}:
            used[place] = header
        elif title:
            ignored.append(title[:20])
    return used, tuple(ignored)


def headers_in(lines: Sequence[Cells]) -> tuple[int, dict[int, Header], tuple[str, ...]]:
    """Where the header line stands among the first lines, its columns, and what is not understood.

    Raises UserError when no line names a known column.
    """
    known, position, headers = _header_line(lines)
    if not known:
        raise UserError("没有找到列名，第一行要有“姓名”等列名。")
    return position, *_columns(lines[position], headers)


def cells_of(line: Cells, used: dict[int, Header]) -> dict[str, str]:
    """The texts of a line by column key, without the empty ones."""
    cells = {}
    for place, header in used.items():
        text = text_of(line[place]) if place < len(line) else ""
        if text:
            cells[header.key] = _completed(text, header)
    return cells


def _completed(text: str, header: Header) -> str:
    """A bare number under “保额（万元）” is in 万; a value with its own unit stays as it is."""
    bare = text.replace(",", "").replace(".", "", 1).isdecimal()
    if header.after and not bare:
        return text
    if header.before and text.startswith(("农历", "農曆", "阴历", "陰曆")):
        return text
    return f"{header.before}{text}{header.after}"


def text_of(cell: object) -> str:
    """The text of a cell: dates as ``2026-01-31``, numbers without a needless ``.0``.

    A number beyond the 15 digits that spreadsheets keep becomes ``1.23E+17``, to be refused
    where it is read.
    """
    if cell is None:
        return ""
    if isinstance(cell, datetime | date):
        return cell.strftime("%Y-%m-%d")
    if isinstance(cell, bool):
        return "是" if cell else "否"
    if isinstance(cell, int | float):
        if abs(cell) >= _EXACT_NUMBERS:
            return f"{cell:.5E}"
        return f"{Decimal(repr(cell)):.6f}".rstrip("0").rstrip(".")
    text = str(cell)[: MAX_CELL + 1].replace("\u3000", " ").replace("\ufeff", "").strip()
    # our own guard against formulas in CSV files is taken off again
    return text[1:] if text[:1] == "'" and text[1:2] in ("=", "+", "-", "@") else text


def _csv_readings(content: bytes) -> Iterator[Iterable[Cells]]:
    for text in _decodings(content):
        for delimiter in DELIMITERS:
            yield csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)


def _decodings(content: bytes) -> list[str]:
    """The texts that the bytes may be; GB18030 and Big5 overlap, so both are offered."""
    marked = content.startswith((b"\xff\xfe", b"\xfe\xff"))
    unicode_text = _decoded(content, "utf-16" if marked else "utf-8-sig")
    texts = [] if unicode_text is None else [unicode_text]
    if not texts:
        legacy = (_decoded(content, encoding) for encoding in ("gb18030", "big5hkscs"))
        texts = [text for text in legacy if text is not None]
    texts = [text for text in texts if "\0" not in text]
    if not texts:
        raise UserError("读不出文件里的文字，请另存为 .xlsx，或编码为 UTF-8 的 .csv 再发。")
    return texts


def _decoded(content: bytes, encoding: str) -> str | None:
    try:
        return content.decode(encoding)
    except UnicodeDecodeError:
        return None
