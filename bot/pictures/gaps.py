"""The gap picture: for each need a bar of what is there, and in words what is missing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.pictures.canvas import BAD, GOOD, INK, LACK, MAIN, QUIET, blank, font, png

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_ROW = 136
_HEAD = 165
_FOOT = 70
_SHORTEST = 0.03


@dataclass(frozen=True, slots=True)
class Bar:
    """One need: its label, its size, the covered share (0 to 1), what is missing, both sums in words.

    ``size`` compares the needs with each other; ``missing`` is empty when nothing is.
    """

    label: str
    size: float
    covered: float
    missing: str
    sums: str


def gap_picture(title: str, bars: Sequence[Bar], foot: str) -> bytes:
    """A PNG for a phone: a bar for each need, as long as the need is large, filled where covered."""
    height = _HEAD + _ROW * len(bars) + _FOOT
    figure, axes = blank(height)
    axes.set_position((0.055, 0.0, 0.89, 1.0))
    axes.set_xlim(0, 1)
    axes.set_ylim(height, 0)
    axes.axis("off")
    axes.text(0, 62, title, fontproperties=font(21), color=INK, va="center")
    axes.text(
        0,
        116,
        "整条是需要的钱：蓝色已经有，浅红还没有",
        fontproperties=font(14),
        color=QUIET,
        va="center",
    )
    largest = max((bar.size for bar in bars), default=1.0) or 1.0
    for place, bar in enumerate(bars):
        _draw(axes, _HEAD + _ROW * place, bar, max(bar.size / largest, _SHORTEST))
    axes.text(0, height - _FOOT / 2, foot, fontproperties=font(14), color=QUIET, va="center")
    return png(figure)


def _draw(axes: Axes, top: float, bar: Bar, length: float) -> None:
    axes.text(0, top + 20, bar.label, fontproperties=font(16), color=INK, va="center")
    said, colour = (f"缺 {bar.missing}", BAD) if bar.missing else ("够了", GOOD)
    axes.text(1, top + 20, said, fontproperties=font(16), color=colour, va="center", ha="right")
    axes.barh(top + 58, length, height=26, color=LACK, zorder=1)
    axes.barh(top + 58, length * bar.covered, height=26, color=MAIN, zorder=2)
    axes.text(0, top + 92, bar.sums, fontproperties=font(14), color=QUIET, va="center")
