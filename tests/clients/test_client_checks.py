"""Every fault of a sheet is found at once, and what people commonly write is understood."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from client_sheets import TODAY, check, faults_of, plan_of
from hypothesis import given
from hypothesis import strategies as st

from bot.clients.cells import birth, show_birth
from bot.clients.entries import ImportPlan, LineProblem
from bot.clients.importing import check_rows
from bot.clients.sheet import read_sheet
from bot.clients.wording import problems_csv, render_problems

SAMPLES = Path(__file__).parents[2] / "data" / "samples"
HEAD = "客户编号,姓名,性别,出生日期,手机,身份证号,保单号,产品,保费,缴费方式,下次应缴日"
ID_NUMBER = "11010519491231002X"  # the example of GB 11643: born 1949-12-31, female


def _columns(*titles: str) -> str:
    return ",".join(titles)


def test_the_sample_file_has_no_fault() -> None:
    sheet = read_sheet("clients.csv", (SAMPLES / "clients.csv").read_bytes())
    plan = check_rows(sheet, TODAY)
    assert isinstance(plan, ImportPlan)
    assert (len(plan.clients), len(plan.policies)) == (6, 6)
    zhao = plan.clients[1]
    assert (zhao.birth_on, zhao.birth_lunar) == (date(1962, 9, 13), True)
    huang = plan.clients[3].policies[0]
    assert (huang.frequency, huang.jurisdiction) == ("half_yearly", "TW")


def test_missing_columns_are_all_named_at_once() -> None:
    problems = check("手机,缴费方式", "13800138000,年缴")
    assert isinstance(problems, list)
    assert [p.column for p in problems] == ["姓名", "保单号", "产品", "保费"]


def test_a_line_may_have_only_a_name_and_policy_columns_may_be_absent() -> None:
    assert plan_of("姓名", "王样例").clients[0].name == "王样例"


def test_every_fault_of_every_line_is_told_at_once() -> None:
    assert faults_of(
        HEAD,
        ",,不详,1985-13-06,1380013800,123,P1,险,0,周缴,2026-02-30",
        ",王样例,,2030-01-01,,,P1,,12000,年缴,1980-01-01",
    ) == [
        (2, "性别"),
        (2, "缴费方式"),
        (2, "出生日期"),
        (2, "手机"),
        (2, "姓名"),
        (2, "身份证号"),
        (2, "保费"),
        (2, "下次应缴日"),
        (3, "出生日期"),
        (3, "产品"),
        (3, "下次应缴日"),
        (3, "保单号"),
    ]


@pytest.mark.parametrize(
    ("typed", "on", "lunar"),
    [
        ("1985-12-06", date(1985, 12, 6), False),
        ("1985/12/6 0:00", date(1985, 12, 6), False),
        ("民國74年12月6日", date(1985, 12, 6), False),
        ("農曆1985年十月廿五", date(1985, 12, 6), True),
    ],
)
def test_birth_dates_are_read_as_people_write_them(typed: str, on: date, lunar: bool) -> None:
    client = plan_of("姓名,生日", f"王样例,{typed}").clients[0]
    assert (client.birth_on, client.birth_lunar) == (on, lunar)


@given(st.dates(date(1907, 1, 1), TODAY), st.booleans())
def test_a_birth_date_is_shown_so_that_it_is_read_back(on: date, lunar: bool) -> None:
    read = birth(show_birth(on, lunar), TODAY)
    assert (read.on, read.lunar) == (on, lunar)


def test_an_id_number_fills_birth_date_and_sex() -> None:
    client = plan_of("姓名,身份证号", f"王样例,{ID_NUMBER}").clients[0]
    assert (client.birth_on, client.sex) == (date(1949, 12, 31), "female")


def test_birth_date_and_sex_that_differ_from_the_id_number_are_faults() -> None:
    head = _columns("姓名", "性别", "出生日期", "身份证号")
    assert faults_of(head, f"王样例,男,1950-01-01,{ID_NUMBER}") == [(2, "性别"), (2, "出生日期")]


def test_a_card_may_carry_the_lunar_month_and_day() -> None:
    number = "110105196208150025"  # 1962-08-15 on the card; the lunar day is 1962-09-13
    head = _columns("姓名", "出生日期", "身份证号")
    for digit in "0123456789X":
        found = check(head, f"赵样例,农历1962年八月十五,{number[:-1]}{digit}")
        if isinstance(found, ImportPlan):
            assert found.clients[0].birth_on == date(1962, 9, 13)
            break
    else:
        pytest.fail("no check digit fits")


def test_birth_date_and_id_number_on_two_lines_must_agree_too() -> None:
    head = _columns("姓名", "手机", "出生日期", "身份证号")
    lines = ("王样例,13800138000,1950-01-01,", f"王样例,13800138000,,{ID_NUMBER}")
    assert faults_of(head, *lines) == [(3, "身份证号")]


def test_a_number_spoiled_by_the_spreadsheet_is_named_so() -> None:
    problems = check("姓名,身份证号", "王样例,3.30106E+17")
    assert isinstance(problems, list)
    assert "文本" in problems[0].wrong


def test_lines_of_one_client_come_together_whatever_they_tell() -> None:
    plan = plan_of(
        "客户编号,姓名,手机,生日,保单号,产品,保费",
        ",王样例,,,P1,险,1",
        ",王样例,13800138000,,P2,险,1",
        "C1,王样例,13800138000,1985-12-06,P3,险,1",
        ",王样例,,1985-12-06,P4,险,1",
    )
    assert len(plan.clients) == 1
    client = plan.clients[0]
    assert (client.line, client.external_id, client.phone) == (2, "C1", "+8613800138000")
    assert [policy.number for policy in client.policies] == ["P1", "P2", "P3", "P4"]


def test_one_client_written_differently_is_a_fault() -> None:
    assert faults_of(
        "客户编号,姓名,手机,性别", "C1,王样例,13800138000,女", "C1,王样,13800138001,男"
    ) == [(3, "姓名"), (3, "性别"), (3, "手机")]


def test_two_clients_with_one_phone_are_a_fault() -> None:
    assert faults_of("姓名,手机", "王样例,13800138000", "赵样例,13800138000") == [(3, "手机")]
    assert faults_of("客户编号,姓名,手机", "1,王,13800138000", "2,王,13800138000") == [(3, "手机")]


def test_a_bare_name_that_two_clients_have_is_a_fault() -> None:
    lines = ("王样例,13800138000", "王样例,13800138001", "王样例,")
    assert faults_of("姓名,手机", *lines) == [(4, "姓名")]


@pytest.mark.parametrize(
    ("head", "cells", "premium", "frequency"),
    [
        ("保费", "1.2万", "12000", None),
        ("保费", "1000元/月", "1000", "monthly"),
        ("保费,缴费方式", "1000元/月,年缴", "12000", "yearly"),
        ("年缴保费,缴费方式", "12000,月交", "1000", "monthly"),
        ("保费,缴费方式", "20万,躉繳", "200000", "single"),
    ],
)
def test_premiums_are_yuan_for_each_payment(
    head: str, cells: str, premium: str, frequency: str | None
) -> None:
    policy = plan_of(f"姓名,保单号,产品,{head}", f"王,P1,险,{cells}").policies[0]
    assert (policy.premium, policy.frequency) == (Decimal(premium), frequency)


def test_a_phone_without_its_code_is_of_the_region() -> None:
    plan = plan_of("姓名,手机,地区", "黃,0912345678,台灣", "李,91234567,香港")
    assert [client.phone for client in plan.clients] == ["+886912345678", "+85291234567"]


def test_dates_of_a_policy_must_fit_each_other() -> None:
    head = "姓名,生日,保单号,产品,保费,缴费方式,生效日期,应缴日"
    assert faults_of(
        head,
        "王,2000-01-01,P1,险,1,年缴,1999-01-01,2026-06-01",
        "赵,,P2,险,1,年缴,2026-06-01,2026-05-01",
        "孙,,P3,险,1,趸缴,2020-01-01,2026-06-01",
    ) == [(2, "生效日期"), (3, "下次应缴日"), (4, "下次应缴日")]


def test_faults_fit_into_a_chat_message_and_say_how_many_more() -> None:
    many = [LineProblem(n, "手机", "1" * 400, "错" * 90, "例如 1") for n in range(2, 402)]
    text = render_problems(many, limit=50)
    assert len(text) < 3500
    assert "400 处" in text
    shown = text.count("第 ")
    assert f"还有 {400 - shown} 处" in text


def test_the_full_list_of_faults_holds_no_formula() -> None:
    content = problems_csv([LineProblem(2, "姓名", "=HYPERLINK(1)", "太长了")])
    assert content.startswith(b"\xef\xbb\xbf")
    assert "'=HYPERLINK(1)" in content.decode("utf-8-sig")


_CELL = st.text(alphabet="王0123456789-/.万年月农历=+@E ,", max_size=12).map(
    lambda text: text.replace(",", " ")
)


@given(st.lists(st.lists(_CELL, min_size=11, max_size=11), min_size=1, max_size=4))
def test_any_cells_are_planned_or_refused_with_a_reason(lines: list[list[str]]) -> None:
    found = check(HEAD, *(",".join(line) for line in lines), "C,王样例,,,,,,,,,")
    if isinstance(found, list):
        assert all(problem.wrong and problem.line >= 2 for problem in found)
