"""A sheet is read whatever program wrote it, and a harmful or wrong file is refused kindly."""

import io
import zipfile
from contextlib import suppress
from datetime import date, datetime

import pytest
from client_sheets import csv_of, xlsx_of
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.clients import workbook
from bot.clients.columns import COLUMNS, header_of
from bot.clients.sheet import MAX_ROWS, read_sheet, text_of
from bot.errors import UserError

SIMPLE = ("姓名,手机,保费", "王样例,13800138000,12000")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gb18030", "gbk"])
def test_the_usual_encodings_are_recognised(encoding: str) -> None:
    sheet = read_sheet("客户.csv", csv_of(*SIMPLE, encoding=encoding))
    assert sheet.rows[0].cells == {"name": "王样例", "phone": "13800138000", "premium": "12000"}


def test_big5_is_told_from_gb18030_by_the_titles() -> None:
    lines = ("客戶編號,姓名,手機,保單號", "A1,黃樣例,+886912345678,YL-1")
    sheet = read_sheet("客戶.csv", csv_of(*lines, encoding="big5"))
    assert sheet.columns == ("external_id", "name", "phone", "number")
    assert sheet.rows[0].cells["name"] == "黃樣例"


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_comma_semicolon_and_tab_separate(delimiter: str) -> None:
    content = csv_of(*(line.replace(",", delimiter) for line in SIMPLE))
    assert read_sheet("a.txt", content).rows[0].cells["phone"] == "13800138000"


def test_quoted_cells_may_hold_delimiters_and_line_breaks_and_lines_are_counted_as_shown() -> None:
    content = csv_of("姓名,产品", '王样例,"甲,乙\n丙"', "", "赵样例,丁")
    rows = read_sheet("a.csv", content).rows
    assert [(row.line, row.cells["product"]) for row in rows] == [(2, "甲,乙\n丙"), (4, "丁")]


def test_a_title_above_the_columns_is_passed_over() -> None:
    sheet = read_sheet("a.csv", csv_of("我的客户,,", *SIMPLE))
    assert sheet.rows[0].line == 3


def test_excel_cells_become_the_text_a_person_sees() -> None:
    rows = [
        ["姓名", "手机", "出生日期", "保费", "身份证号", "备注"],
        ["王样例", 13800138000, datetime(1985, 12, 6), 310.1 + 0.2, 330106199001011234, "x"],
        [None] * 6,
        ["=1+1", None, None, None, None, None],
    ]
    sheet = read_sheet("客户.xlsx", xlsx_of(rows))
    assert sheet.rows[0].cells == {
        "name": "王样例",
        "phone": "13800138000",
        "birth": "1985-12-06",
        "premium": "310.3",
        "id_number": "3.30106E+17",
    }
    assert sheet.ignored == ("备注",)
    assert len(sheet.rows) == 1  # the formula has no stored value and is not evaluated


def test_text_that_looks_like_a_formula_stays_text() -> None:
    sheet = read_sheet("a.csv", csv_of("姓名,产品", "=cmd|' /C calc'!A0,'@x", "'+a,-b"))
    assert [row.cells for row in sheet.rows] == [
        {"name": "=cmd|' /C calc'!A0", "product": "@x"},
        {"name": "+a", "product": "-b"},
    ]


def test_the_worksheet_with_the_columns_is_taken() -> None:
    explained = workbook.Worksheet("说明", [["怎么填"], ["随便"]], (10,))
    clients = workbook.Worksheet("客户", [["姓名"], ["王样例"]], (10,))
    sheet = read_sheet("a.xlsx", workbook.write([explained, clients]))
    assert sheet.rows[0].cells == {"name": "王样例"}


def test_units_of_a_title_belong_to_its_bare_values() -> None:
    content = csv_of(
        "姓名,保额（万元）,月缴保费,农历生日",
        "王,50,310.5,1985-10-25",
        "赵,60万,1万,农历1985-10-25",
    )
    first, second = read_sheet("a.csv", content).rows
    assert first.cells["sum_insured"] == "50万"
    assert first.cells["premium"] == "310.5/月"
    assert first.cells["birth"] == "农历1985-10-25"
    assert second.cells["sum_insured"] == "60万"
    assert second.cells["birth"] == "农历1985-10-25"


def test_every_title_is_understood_in_both_scripts_and_each_means_one_column() -> None:
    titles = [t for c in COLUMNS for t in (c.title, *c.others.split())]
    assert len(titles) == len(set(titles))
    for column in COLUMNS:
        for title in (column.title, *column.others.split()):
            found = header_of(f" {title}* ")
            assert found is not None
            assert found.key == column.key
    for title, key in (("應繳日", "next_due_on"), ("繳費方式", "frequency"), ("Phone", "phone")):
        found = header_of(title)
        assert found is not None
        assert found.key == key


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.csv", b"", "空的"),
        ("a.csv", b"x" * (5 * 1024 * 1024 + 1), "太大"),
        ("a.pdf", b"%PDF-1.7", "只能导入"),
        ("a.xls", b"\xd0\xcf\x11\xe0rest", "旧版"),
        ("a.xlsx", b"not a zip", "不是真正的"),
        ("a.xlsx", b"PK\x03\x04broken", "打不开"),
        ("a.csv", b"\xff\xff\xff\xff\x81", "读不出"),
        ("a.csv", "手机号在哪\n1".encode(), "没有找到列名"),
        ("a.csv", "姓名,手机\n".encode(), "没有客户"),
        ("a.csv", '姓名,手机\n"王,1\n赵,2'.encode(), "引号"),
        ("a.csv", ("姓名," + ",".join("x" * 60)).encode() + b"\na", "列太多"),
        ("a.csv", ("姓名\n" + "王\n" * (MAX_ROWS + 1)).encode(), "行数太多"),
    ],
)
def test_other_files_are_refused_with_the_way_out(name: str, content: bytes, said: str) -> None:
    with pytest.raises(UserError, match=said):
        read_sheet(name, content)


def _repacked(part: str, content: bytes) -> bytes:
    written = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(xlsx_of([["姓名"], ["王"]]))) as source,
        zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as target,
    ):
        for name in source.namelist():
            target.writestr(name, content if name == part else source.read(name))
    return written.getvalue()


def test_a_zip_bomb_is_refused_before_it_is_unpacked() -> None:
    bomb = _repacked("xl/worksheets/sheet1.xml", b" " * (41 * 1024 * 1024))
    assert len(bomb) < 100_000
    with pytest.raises(UserError, match="解开后太大"):
        read_sheet("a.xlsx", bomb)


def test_entities_in_a_workbook_are_refused() -> None:
    laughs = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa">]><x>&a;</x>'
    with pytest.raises(UserError, match="打不开"):
        read_sheet("a.xlsx", _repacked("xl/worksheets/sheet1.xml", laughs))


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(content: bytes) -> None:
    for name in ("a.csv", "a.xlsx"):
        with suppress(UserError):
            assert read_sheet(name, content).rows


def test_dates_and_flags_read_as_words() -> None:
    assert [text_of(cell) for cell in (date(2026, 1, 31), True, None, 3.0, 1e15)] == [
        "2026-01-31",
        "是",
        "",
        "3",
        "1.00000E+15",
    ]
