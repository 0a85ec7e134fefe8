"""A picture has the size of a phone and shows Chinese type, not boxes."""

from __future__ import annotations

from io import BytesIO

from fontTools.ttLib import TTFont
from PIL import Image

from bot.pictures import canvas


def test_a_picture_is_as_wide_as_promised_and_not_empty() -> None:
    figure, axes = canvas.blank(600)
    axes.text(0.5, 0.5, "守约", fontproperties=canvas.font(30))
    image = Image.open(BytesIO(canvas.png(figure)))
    assert image.size == (canvas.WIDTH, 600)
    assert len(set(image.convert("L").get_flattened_data())) > 10


def test_the_font_knows_the_characters_that_names_and_figures_need() -> None:
    known = TTFont(canvas.FONT_FILE).getBestCmap()
    assert not [letter for letter in "守约保險萬億嘅昇喆翀祎嬅￥¥%→·—≥" if ord(letter) not in known]
