"""The practice picture: the mean score week by week, and the intents that need work."""

from __future__ import annotations

from collections.abc import Sequence

from bot.pictures.canvas import BAD, GOOD, INK, MAIN, QUIET, RULE, SOFT, WARN, blank, font, png

_HEAD = 150
_CURVE = 420
_ROW = 92
_FOOT = 60
_WEAK, _FAIR = 35, 55


def mastery_picture(
    title: str,
    weeks: Sequence[tuple[str, int | None]],
    intents: Sequence[tuple[str, int]],
    below: str,
    foot: str,
) -> bytes:
    """A PNG for a phone: bars of the weeks (score 0 to 100), then a bar for each intent.

    ``below`` heads the intents; a week without practice stays empty.
    """
    height = _HEAD + _CURVE + 90 + _ROW * len(intents) + _FOOT
    figure, axes = blank(height)
    axes.set_position((0.055, 0.0, 0.89, 1.0))
    axes.set_xlim(0, 1)
    axes.set_ylim(height, 0)
    axes.axis("off")
    axes.text(0, 70, title, fontproperties=font(21), color=INK, va="center")
    floor = _HEAD + _CURVE - 70
    axes.plot([0, 1], [floor, floor], color=RULE, linewidth=2)
    step = 1 / max(len(weeks), 1)
    for place, (label, score) in enumerate(weeks):
        middle = step * (place + 0.5)
        axes.text(middle, floor + 32, label, fontproperties=font(11), color=QUIET, ha="center")
        if score is None:
            continue
        tall = (_CURVE - 130) * score / 100
        axes.bar(middle, -tall, width=step * 0.6, bottom=floor, color=MAIN)
        axes.text(
            middle, floor - tall - 22, str(score), fontproperties=font(13), color=INK, ha="center"
        )
    top = _HEAD + _CURVE + 30
    axes.text(0, top, below, fontproperties=font(16), color=INK, va="center")
    for place, (label, score) in enumerate(intents):
        at = top + 60 + _ROW * place
        colour = BAD if score < _WEAK else WARN if score < _FAIR else GOOD
        axes.text(0, at, label, fontproperties=font(13), color=INK, va="center")
        axes.text(1, at, str(score), fontproperties=font(13), color=colour, va="center", ha="right")
        axes.barh(at + 36, 1, height=16, color=SOFT, zorder=1)
        axes.barh(at + 36, max(score, 1) / 100, height=16, color=colour, zorder=2)
    axes.text(0, height - _FOOT / 2, foot, fontproperties=font(12), color=QUIET, va="center")
    return png(figure)
