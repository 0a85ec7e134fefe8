"""Printed pages: the two-page needs report for a client, as a PDF with its own font."""

from __future__ import annotations

from dataclasses import dataclass, field
from io import BytesIO

from fpdf import FPDF
from fpdf.enums import TableBordersLayout, WrapMode, XPos, YPos
from fpdf.fonts import FontFace

from bot.pictures.canvas import FONT_FILE

_INK = (31, 42, 55)
_QUIET = (107, 114, 128)
_MAIN = (43, 92, 158)
_HEAD_FILL = (233, 239, 247)
_MARGIN = 16
_LINE = 6.2
_PICTURE = 125
_MOST_PAGES = 2
_SCALES = (1.0, 0.92, 0.84, 0.76, 0.68)


@dataclass(frozen=True, slots=True)
class Table:
    """A table with its heading; the first column is to the left, the others to the right.

    ``widths`` are relative.
    """

    heading: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    widths: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Report:
    """What stands on the pages: in order title, lead, picture, tables, then notes.

    ``first`` tables stand on the first page below the picture, ``second`` on the second page.
    """

    office: str
    title: str
    made_on: str
    lead: tuple[str, ...]
    picture: bytes
    first: tuple[Table, ...] = ()
    second: tuple[Table, ...] = ()
    notes: tuple[tuple[str, tuple[str, ...]], ...] = field(default_factory=tuple)

    def words(self) -> list[str]:
        """Every sentence on the pages, for the compliance gate; the tables hold figures and the
        names that the sentences have too."""
        return [self.title, *self.lead, *(note for _, notes in self.notes for note in notes)]


class _Pages(FPDF):
    def __init__(self, office: str, made_on: str, scale: float) -> None:
        super().__init__(format="A4")
        self.scale = scale
        self.office = office
        self.made_on = made_on
        self.add_font("song", fname=str(FONT_FILE))
        self.set_margins(_MARGIN, _MARGIN)
        self.set_auto_page_break(auto=True, margin=_MARGIN)

    def footer(self) -> None:
        """The office, the day and the page number below each page."""
        self.set_y(-12)
        self.set_font("song", size=8)
        self.set_text_color(*_QUIET)
        self.cell(0, 6, f"{self.office}　{self.made_on}　第 {self.page_no()} 页", align="C")


def needs_report(report: Report) -> bytes:
    """The PDF of two A4 pages; the font travels in it, so every reader shows it alike.

    Of a large family the type is made smaller, step by step, until two pages hold it all.
    """
    for scale in _SCALES:
        pages = _drawn(report, scale)
        if pages.page_no() <= _MOST_PAGES:
            break
    return bytes(pages.output())


def _drawn(report: Report, scale: float) -> _Pages:
    pages = _Pages(report.office, report.made_on, scale)
    pages.set_title(report.title)
    pages.add_page()
    _line(pages, report.office, 10, _QUIET)
    _line(pages, report.title, 20, _INK, space=11)
    for line in report.lead:
        _text(pages, line)
    pages.ln(2)
    _picture(pages, report.picture)
    for table in report.first:
        _table(pages, table)
    pages.add_page()
    for table in report.second:
        _table(pages, table)
    for heading, notes in report.notes:
        _line(pages, heading, 12, _MAIN, space=8)
        for note in notes:
            _text(pages, note, size=9)
        pages.ln(1.5)
    return pages


def _line(
    pages: _Pages, text: str, size: int, colour: tuple[int, int, int], space: float = _LINE
) -> None:
    pages.set_font("song", size=size * pages.scale)
    pages.set_text_color(*colour)
    pages.cell(0, space * pages.scale, text, new_x=XPos.LMARGIN, new_y=YPos.NEXT)


def _text(pages: _Pages, text: str, size: int = 10) -> None:
    pages.set_font("song", size=size * pages.scale)
    pages.set_text_color(*_INK)
    pages.multi_cell(
        0,
        _LINE * pages.scale * size / 10.5,
        text,
        new_x=XPos.LMARGIN,
        new_y=YPos.NEXT,
        wrapmode=WrapMode.CHAR,
    )


def _picture(pages: _Pages, picture: bytes) -> None:
    width = pages.epw * 0.72
    pages.image(
        BytesIO(picture),
        x=_MARGIN + (pages.epw - width) / 2,
        w=width,
        h=_PICTURE * pages.scale,
        keep_aspect_ratio=True,
    )
    pages.ln(3)


def _table(pages: _Pages, table: Table) -> None:
    _line(pages, table.heading, 12, _MAIN, space=8)
    pages.set_font("song", size=9 * pages.scale)
    pages.set_text_color(*_INK)
    aligned = ("LEFT", *("RIGHT" for _ in table.columns[1:]))
    with pages.table(
        borders_layout=TableBordersLayout.HORIZONTAL_LINES,
        col_widths=table.widths,
        headings_style=FontFace(emphasis="", color=_INK, fill_color=_HEAD_FILL),
        line_height=_LINE * pages.scale,
        text_align=aligned,
        wrapmode=WrapMode.CHAR,
    ) as drawn:
        for row in (table.columns, *table.rows):
            drawn.row(row)
    pages.ln(3)
