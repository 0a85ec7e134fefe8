"""Text and entities: HTML as Telegram reads it, judged by aiogram's own writer."""

from __future__ import annotations

from aiogram.types import MessageEntity
from aiogram.utils.text_decorations import html_decoration
from hypothesis import given
from hypothesis import strategies as st

from bot.simulator.entities import found_entities, trimmed
from bot.simulator.html_entities import parse_html, utf16_length
from bot.simulator.refusals import Refusal

KINDS = ["bold", "italic", "underline", "strikethrough", "spoiler", "blockquote", "code", "pre"]
LETTERS = st.text(st.sampled_from("保险a<&>\"'😀/ \n;#"), min_size=1, max_size=8)


@given(st.lists(st.tuples(LETTERS, st.sampled_from([*KINDS, ""])), max_size=6))
def test_html_written_by_aiogram_is_read_back_as_it_was(parts: list[tuple[str, str]]) -> None:
    text, entities = "", []
    for words, kind in parts:
        if kind:
            entities.append(
                {"type": kind, "offset": utf16_length(text), "length": utf16_length(words)}
            )
        text += words
    written = html_decoration.unparse(text, [MessageEntity(**entity) for entity in entities])
    assert parse_html(written) == (text, entities)


@given(st.text(max_size=40) | st.text(st.sampled_from("<>/ab &;#x1 ="), max_size=20))
def test_any_text_is_read_or_refused_but_never_breaks_the_reader(source: str) -> None:
    try:
        text, entities = parse_html(source)
    except Refusal as refusal:
        text, entities = refusal.description, []
    end = utf16_length(text)
    assert all(0 <= e["offset"] < e["offset"] + e["length"] <= end for e in entities)


def test_nested_tags_links_and_languages_become_entities() -> None:
    source = (
        '<b>a<i>b</i></b> <a href="https://e.com/?a=1&amp;b=2">c</a>'
        '<pre><code class="language-python">x</code></pre>'
        '<blockquote expandable>q</blockquote><span class="tg-spoiler">s</span>'
    )
    text, entities = parse_html(source)
    assert text == "ab cxqs"
    assert entities == [
        {"type": "bold", "offset": 0, "length": 2},
        {"type": "italic", "offset": 1, "length": 1},
        {"type": "text_link", "url": "https://e.com/?a=1&b=2", "offset": 3, "length": 1},
        {"type": "pre", "language": "python", "offset": 4, "length": 1},
        {"type": "expandable_blockquote", "offset": 5, "length": 1},
        {"type": "spoiler", "offset": 6, "length": 1},
    ]


def test_commands_addresses_and_mentions_are_found_by_telegram_itself() -> None:
    text = "😀 /start@my_bot https://a.cn/x。 问 @liming #保险 a@b.com t.me/x?start=1 1/2 a/b"
    found = {
        text.encode("utf-16-le")[e["offset"] * 2 : (e["offset"] + e["length"]) * 2].decode(
            "utf-16-le"
        ): e["type"]
        for e in found_entities(text, [])
    }
    assert found == {
        "/start@my_bot": "bot_command",
        "https://a.cn/x": "url",
        "@liming": "mention",
        "#保险": "hashtag",
        "a@b.com": "email",
        "t.me/x?start=1": "url",
    }


def test_nothing_is_found_inside_code_and_links() -> None:
    assert found_entities("/help", [{"type": "code", "offset": 0, "length": 5}]) == []


def test_blank_borders_are_cut_and_entities_move_along() -> None:
    entities = [{"type": "bold", "offset": 0, "length": 6}]
    assert trimmed("  ab \n", entities) == ("ab", [{"type": "bold", "offset": 0, "length": 2}])
    assert trimmed("  ", [{"type": "bold", "offset": 0, "length": 2}]) == ("", [])
