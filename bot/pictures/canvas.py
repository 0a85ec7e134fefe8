"""An empty picture for a phone, with Chinese type, and how it becomes a PNG.

Pure and safe to run in a thread: every picture is its own ``Figure``, no global state of
matplotlib is used. The font comes with the product, so that a picture looks the same everywhere.
"""

from __future__ import annotations

from functools import cache
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.font_manager import FontProperties

FONT_FILE = Path(__file__).with_name("wqy-microhei.ttf")
"""A TrueType font with all Chinese characters in common use, simplified and traditional."""

WIDTH = 1080
"""Pixels; a phone 390 points wide shows it at about a third, sharp on its fine screen."""

_DOTS_PER_INCH = 160

INK = "#1f2a37"
QUIET = "#6b7280"
RULE = "#e5e7eb"
GOOD = "#2f7d5b"
WARN = "#d97706"
BAD = "#b4232a"
MAIN = "#2b5c9e"
SOFT = "#c9d8ec"
LACK = "#f3c9c6"


@cache
def _font_file() -> FontProperties:
    from matplotlib.font_manager import FontProperties

    return FontProperties(fname=str(FONT_FILE))


def font(size: float) -> FontProperties:
    """The product's font at ``size`` points; 14 is the smallest that reads well on a phone."""
    sized = _font_file().copy()
    sized.set_size(size)
    return sized


def blank(height: int) -> tuple[Figure, Axes]:
    """A white picture WIDTH pixels wide and ``height`` high, and its only axes, without spines."""
    from matplotlib.figure import Figure

    figure = Figure((WIDTH / _DOTS_PER_INCH, height / _DOTS_PER_INCH), dpi=_DOTS_PER_INCH)
    axes = figure.add_subplot()
    axes.spines[:].set_visible(False)
    axes.tick_params(length=0)
    return figure, axes


def warm() -> None:
    """Load matplotlib and the font now instead of at the first picture (about a second)."""
    figure, axes = blank(100)
    axes.text(0, 0, "守", fontproperties=font(12))
    png(figure)


def png(figure: Figure) -> bytes:
    """The finished picture as PNG, at exactly the size it was made with."""
    into = BytesIO()
    figure.savefig(into, format="png")
    return into.getvalue()
