"""Excel files as plain rows, and rows as Excel files that hold no formula."""

from __future__ import annotations

import io
import re
import warnings
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import openpyxl
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font

from bot.errors import UserError

MAX_UNCOMPRESSED = 40 * 1024 * 1024
MAX_PARTS = 500
_BROKEN = "打不开这个 Excel 文件，可能损坏或加了密码，请重新另存为 .xlsx 再发。"
_FORBIDDEN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def read(content: bytes, max_rows: int, max_columns: int) -> Iterator[list[Sequence[object]]]:
    """The rows of each worksheet, with the values last calculated; nothing is evaluated here.

    One column beyond ``max_columns`` is read, so that the caller sees there are more.
    Raises UserError when the file is broken or would unpack to more than 40 MB.
    """
    _check_archive(content)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            book = openpyxl.load_workbook(
                io.BytesIO(content), read_only=True, data_only=True, keep_links=False
            )
            for sheet in book.worksheets:
                rows = sheet.iter_rows(max_row=max_rows, max_col=max_columns + 1, values_only=True)
                yield list(rows)
            book.close()
    except Exception:  # openpyxl raises almost anything on a malformed file
        raise UserError(_BROKEN) from None


def _check_archive(content: bytes) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            parts = archive.infolist()
            size = sum(part.file_size for part in parts)
            if size > MAX_UNCOMPRESSED or len(parts) > MAX_PARTS:
                raise UserError("这个 Excel 文件解开后太大，请只留客户这一张表，另存后再发。")
            # entities in a document type would multiply while being parsed
            if any(b"<!DOCTYPE" in archive.read(part).replace(b"\0", b"") for part in parts):
                raise UserError(_BROKEN)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError, ValueError, EOFError):
        raise UserError(_BROKEN) from None


@dataclass(frozen=True, slots=True)
class Worksheet:
    """A worksheet to write: its first row is the header. ``widths`` are in characters."""

    title: str
    rows: Iterable[Sequence[str | Decimal]]
    widths: Sequence[int]


def write(worksheets: Sequence[Worksheet]) -> bytes:
    """An ``.xlsx`` file; every text stays a text, even one that begins with ``= + - @``."""
    book = openpyxl.Workbook(write_only=True)
    for worksheet in worksheets:
        sheet = book.create_sheet(worksheet.title)
        sheet.freeze_panes = "A2"
        for number, width in enumerate(worksheet.widths, 1):
            letter = openpyxl.utils.get_column_letter(number)
            sheet.column_dimensions[letter].width = width
        for position, row in enumerate(worksheet.rows):
            sheet.append([_cell(sheet, value, bold=position == 0) for value in row])
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


def _cell(sheet: Any, value: str | Decimal, *, bold: bool) -> Any:
    if isinstance(value, Decimal):
        return WriteOnlyCell(sheet, value)
    text = _FORBIDDEN.sub("", value)
    cell = WriteOnlyCell(sheet, text)
    cell.data_type = "s"
    cell.number_format = "@"
    if text[:1] in ("=", "+", "-", "@"):
        cell.quotePrefix = True
    if bold:
        cell.font = Font(bold=True)
    return cell
