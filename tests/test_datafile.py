"""Data files: every fault with its place, and hostile files cost neither time nor memory."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.datafile import DataModel, load, parse_text
from bot.errors import DataFileError


class Rule(DataModel):
    id: str
    count: int
    on: date | None = None


class File(DataModel):
    version: int
    rules: list[Rule]


GOOD = "version: 1\nrules:\n  - {id: a, count: 3}\n"


def faults(text: str) -> list[str]:
    with pytest.raises(DataFileError) as caught:
        parse_text("f.yaml", text, File)
    return [str(problem) for problem in caught.value.problems]


def test_a_good_file_becomes_a_typed_model() -> None:
    assert parse_text("f.yaml", GOOD, File).rules[0].count == 3


def test_all_faults_come_at_once_with_line_and_column() -> None:
    text = "version: one\nrules:\n  - {id: a, count: x}\n  - {id: b, count: 1, zahl: 2}\n"
    found = faults(text)
    assert [place.split(":")[1:3] for place in found] == [["1", "10"], ["3", "20"], ["4", "23"]]
    assert "zahl" in found[2]


def test_a_repeated_key_is_refused_where_it_stands_again() -> None:
    assert "f.yaml:2:1: 键“version”重复了" in faults("version: 1\nversion: 2\nrules: []\n")[0]


@pytest.mark.parametrize(
    "text",
    [
        "version: &a 1\nrules: *a\n",
        "version: !!python/object/apply:os.system [ls]\nrules: []\n",
        "version: 1\nrules: []\n---\nversion: 2\n",
        "[" * 10_000,
        "{a: " * 10_000,
        "version: 1: 2",
        "\t- x",
        "",
    ],
    ids=["alias", "tag", "two documents", "deep list", "deep map", "syntax", "tab", "empty"],
)
def test_what_a_data_file_must_not_hold_is_refused(text: str) -> None:
    assert faults(text)


def test_an_alias_bomb_is_refused_before_it_grows() -> None:
    lines = ["a: &a [x, x, x, x, x, x, x, x, x]"]
    lines += [
        f"{b}: &{b} [{', '.join(['*' + a] * 9)}]"
        for a, b in zip("abcdefgh", "bcdefghi", strict=True)
    ]
    assert len(faults("\n".join(lines))) == 1


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(DataFileError, match="找不到"):
        load(tmp_path / "none.yaml", File)


def test_a_file_that_is_not_utf8_is_named(tmp_path: Path) -> None:
    path = tmp_path / "f.yaml"
    path.write_bytes("version: 1 # 版本".encode("gb18030"))
    with pytest.raises(DataFileError, match="UTF-8"):
        load(path, File)


@given(st.text(max_size=200))
def test_any_text_gives_a_model_or_faults_and_nothing_else(text: str) -> None:
    try:
        assert parse_text("f.yaml", text, File).rules is not None
    except DataFileError as error:
        if not error.problems:
            raise
