"""Views of a text: what is evened out, what is restored, and where everything stood."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.text import borders, disguise, pinyin, restore
from bot.text import normalise as normalise_module
from bot.text.normalise import fold, normalise
from bot.text.restore import views

ANY_TEXT = st.text(st.characters(), max_size=120)
SALES_TEXT = st.text("保本息bao ben返佣fy亻呆\u200b·*💰，。 100%①壹零.", max_size=60)


@given(ANY_TEXT)
def test_normalising_twice_changes_nothing(text: str) -> None:
    once = normalise(text)
    assert normalise(once) == once


@given(st.one_of(ANY_TEXT, SALES_TEXT))
def test_every_character_of_a_view_stands_somewhere_in_the_original(text: str) -> None:
    seen = views(text)
    for view in (seen.folded, seen.compact):
        for index in range(len(view.text)):
            start, end = view.span(index, index + 1)
            assert 0 <= start < end <= len(text)


@given(st.one_of(ANY_TEXT, SALES_TEXT))
def test_places_in_a_view_never_run_backwards(text: str) -> None:
    compact = views(text).compact
    positions = compact.positions()
    assert list(positions) == sorted(positions)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("保證收益", "保证收益"),
        ("ＢＡＯ　１００％", "bao 100%"),
        ("④點⑤", "4点5"),
        ("壹佰萬", "一百万"),
        ("保\u200b本\ufeff", "保本"),
        ("保\u0301本\u20dd", "保本"),
    ],
)
def test_width_script_numerals_and_invisible_characters_are_evened_out(
    written: str, meant: str
) -> None:
    assert normalise(written) == meant


@pytest.mark.parametrize(
    ("written", "compact", "kind"),
    [
        ("这一款 bao ben 的", "这一款保本的", "pinyin"),
        ("这款bao本", "这款保本", "pinyin"),
        ("b本b息", "保本保息", "initials"),
        ("首年FY给到12", "首年返佣给到12", "initials"),
        ("亻呆本没问题", "保本没问题", "split"),
        ("氵去院冻不了", "法院冻不了", "split"),
        ("首年返拥八成", "首年返佣八成", "homophone"),
        ("葆本葆息的", "保本保息的", "homophone"),
    ],
)
def test_a_disguised_word_is_written_out_and_the_disguise_is_named(
    written: str, compact: str, kind: str
) -> None:
    seen = views(written)
    assert seen.compact.text == compact
    assert kind in {word.kind for word in seen.restored}


def test_a_restored_word_points_at_the_whole_of_what_was_written() -> None:
    seen = views("这一款 bao ben 的")
    word = seen.restored[0]
    start, end = seen.compact.span(word.start, word.end)
    assert seen.original[start:end] == "bao ben"


@pytest.mark.parametrize(
    "ordinary",
    [
        "我们有机会访问贵公司",
        "开会开到六点",
        "OK，APP里能看",
        "请把体检报告发到我的VIP邮箱",
        "之道在于坚持",
    ],
)
def test_everyday_words_are_not_taken_for_disguises(ordinary: str) -> None:
    assert views(ordinary).restored == ()


def test_after_warming_no_text_reads_a_table() -> None:
    caches = [
        cache
        for module in (borders, disguise, normalise_module, pinyin, restore)
        for cache in vars(module).values()
        if getattr(cache, "__module__", "") == module.__name__ and hasattr(cache, "cache_clear")
    ]
    for cache in caches:
        cache.cache_clear()
    tables = [cache for cache in caches if cache.cache_parameters()["maxsize"] is None]
    restore.warm()
    read = [table.cache_info().misses for table in tables]
    for text in (
        "祝您全家幸福，工行的事您问柜台",
        "保·本*保|息",
        "bao ben，稳z不赔😀",
        "釒艮行，亻呆本",
    ):
        views(text)
    assert len(tables) > 5
    assert [table.cache_info().misses for table in tables] == read


def test_signs_within_words_are_dropped_but_clause_marks_stay() -> None:
    assert views("保·本*保|息，别怕。").compact.text == "保本保息,别怕。"


def test_a_decimal_point_is_no_sign_within_a_word() -> None:
    assert views("年化4.8%").compact.text == "年化4.8%"


def test_repeated_characters_are_written_once() -> None:
    assert views("保保保本本本").compact.text == "保本"


def test_hidden_characters_are_counted() -> None:
    assert fold("保\u200b本\u200d").hidden == 2
