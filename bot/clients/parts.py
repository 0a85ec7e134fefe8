"""Reads a large CSV part by part, so that memory does not grow with the file."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from itertools import chain, islice
from pathlib import Path

from bot.clients.columns import Header
from bot.clients.sheet import DELIMITERS, HEADER_WITHIN, Cells, Row, Sheet, cells_of, headers_in
from bot.errors import UserError

ROWS_AT_ONCE = 2000
_SAMPLE_BYTES = 64 * 1024
_ENCODINGS = ("utf-8-sig", "gb18030", "big5hkscs")


def parts(path: Path) -> Iterator[Sheet]:
    """The sheet in parts of at most 2,000 filled rows, each with the columns of the whole.

    The encoding (UTF-8, UTF-16, GB18030, Big5) and the delimiter are those of the beginning.
    Raises UserError with the way out for a file that cannot be read or has no known column.
    """
    try:
        encoding, delimiter = _manner(path)
        with path.open(encoding=encoding, newline="") as file:
            lines = csv.reader(file, delimiter=delimiter, strict=True)
            head: list[Cells] = list(islice(lines, HEADER_WITHIN))
            position, used, ignored = headers_in(head)
            numbered = enumerate(chain(head[position + 1 :], lines), position + 2)
            rows = (
                Row(number, cells) for number, line in numbered if (cells := cells_of(line, used))
            )
            columns = tuple(header.key for header in used.values())
            while part := tuple(islice(rows, ROWS_AT_ONCE)):
                yield Sheet(part, columns, ignored, position + 1)
    except OSError as error:
        raise UserError(f"打不开文件 {path}，请检查路径") from error
    except (csv.Error, UnicodeError) as error:
        raise UserError("这个 CSV 中途读不下去（编码或引号不对），请另存为 UTF-8 的 CSV") from error


def _manner(path: Path) -> tuple[str, str]:
    """The encoding and delimiter by which the first lines hold the most known columns."""
    with path.open("rb") as file:
        sample = file.read(_SAMPLE_BYTES)
    marked = sample.startswith((b"\xff\xfe", b"\xfe\xff"))
    best: tuple[int, str, str] | None = None
    for encoding in ("utf-16",) if marked else _ENCODINGS:
        try:
            # the sample may end within a character, or within a line
            text = sample.decode(encoding, "ignore" if len(sample) == _SAMPLE_BYTES else "strict")
        except UnicodeError:
            continue
        for delimiter in DELIMITERS:
            used = _known(text, delimiter)
            if used and (best is None or len(used) > best[0]):
                best = (len(used), encoding, delimiter)
        if best is not None:
            break
    if best is None:
        raise UserError("没有找到列名，第一行要有“姓名”等列名；大的名单请用 CSV")
    return best[1], best[2]


def _known(text: str, delimiter: str) -> dict[int, Header]:
    try:
        lines = list(islice(csv.reader(text.splitlines(), delimiter=delimiter), HEADER_WITHIN))
        return headers_in(lines)[1]
    except (csv.Error, UserError):
        return {}
