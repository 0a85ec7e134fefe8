"""The review picture: a table of members by kinds of cover, with what is missing marked."""

from __future__ import annotations

from collections.abc import Sequence

from bot.pictures.canvas import BAD, INK, MAIN, QUIET, RULE, blank, font, png

_HEAD = 150
_ROW = 96
_FOOT = 70
_FIRST = 0.2


def review_picture(
    title: str, columns: Sequence[str], rows: Sequence[tuple[str, Sequence[str]]], foot: str
) -> bytes:
    """A PNG for a phone. Each row is a name and a cell for each column; an empty cell is none."""
    height = _HEAD + _ROW * (len(rows) + 1) + _FOOT
    figure, axes = blank(height)
    axes.set_position((0.05, 0.0, 0.9, 1.0))
    axes.set_xlim(0, 1)
    axes.set_ylim(height, 0)
    axes.axis("off")
    axes.text(0, 70, title, fontproperties=font(20), color=INK, va="center")
    step = (1 - _FIRST) / len(columns)
    places = [_FIRST + step * (number + 0.5) for number in range(len(columns))]
    for place, column in zip(places, columns, strict=True):
        axes.text(
            place,
            _HEAD + _ROW / 2,
            column,
            fontproperties=font(15),
            color=MAIN,
            va="center",
            ha="center",
        )
    for number, (name, cells) in enumerate(rows, start=1):
        top = _HEAD + _ROW * number
        axes.hlines(top, 0, 1, color=RULE, linewidth=1.2)
        axes.text(0, top + _ROW / 2, name, fontproperties=font(15), color=INK, va="center")
        for place, cell in zip(places, cells, strict=True):
            colour = INK if cell else BAD
            axes.text(
                place,
                top + _ROW / 2,
                cell or "无",
                fontproperties=font(14),
                color=colour,
                va="center",
                ha="center",
            )
    axes.text(0, height - _FOOT / 2, foot, fontproperties=font(14), color=QUIET, va="center")
    return png(figure)
