"""The five lines, the bars, the scenarios and the printed pages say what the analysis found."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from io import BytesIO
from pathlib import Path

import pytest
from fontTools.ttLib import TTFont
from PIL import Image

from bot.domain.household import Assumptions, Cover, Member
from bot.domain.policies import Policy
from bot.intake.from_answers import with_recorded
from bot.intake.gap import analyse
from bot.intake.household import load_household
from bot.intake.printed import bars, client_report
from bot.intake.scenario import ADJUSTABLE, adjustable, scenarios, shown, with_changes
from bot.intake.summary import five_lines, rows
from bot.pictures.canvas import FONT_FILE, WIDTH
from bot.pictures.gaps import gap_picture
from bot.pictures.paper import needs_report

SAMPLE = load_household(Path("data/samples/household.yaml"))
WAN = Decimal(10_000)


def test_the_five_lines_name_each_risk_the_budget_and_the_next_step() -> None:
    lines = five_lines(analyse(SAMPLE)).split("\n")
    assert len(lines) == 7
    assert "丈夫不在，家里缺 <b>136.66 万元</b>；妻子不在，没有缺口" in lines[1]
    assert "63.8 万元" in lines[2]
    assert "到" in lines[2]
    assert lines[6].startswith("下一步：3 天内")


def test_a_critical_illness_is_a_range_round_its_figure() -> None:
    for gap in analyse(SAMPLE).gaps:
        if gap.kind == "critical_illness":
            assert gap.low is not None
            assert gap.high is not None
            assert gap.low <= gap.need <= gap.high


def test_the_bars_are_the_needs_most_pressing_first() -> None:
    report = analyse(SAMPLE)
    found = rows(report)
    first = report.priorities[0].gap
    assert found[0].need == first.need
    assert all(0 <= bar.covered <= 1 for bar in bars(report))
    life = next(row for row in found if row.label == "身故 · 丈夫")
    assert life.missing == Decimal("136.66") * WAN


def test_scenarios_are_two_points_lower_as_it_is_and_two_points_higher() -> None:
    found = scenarios(SAMPLE)
    assert [rate for rate, _ in found] == [Decimal("-0.02"), Decimal(0), Decimal("0.02")]
    gaps = [gaps["husband"] for _, gaps in found]
    assert gaps[1] == Decimal("136.66") * WAN
    assert gaps[0] > gaps[1] > gaps[2]


@pytest.mark.parametrize("one", ADJUSTABLE, ids=lambda one: one.name)
def test_every_choice_of_an_assumption_is_taken_and_shown(one) -> None:
    for raw, label in one.choices:
        assert shown(with_changes(Assumptions(), {one.name: raw}), one) == label
    assert adjustable(one.name) is one
    assert shown(Assumptions(), one)


def test_changes_of_an_older_version_do_no_harm() -> None:
    assert with_changes(Assumptions(), {"gone": "1"}) == Assumptions()


def test_the_picture_is_a_phone_wide_and_fits_the_number_of_needs() -> None:
    report = analyse(SAMPLE)
    image = Image.open(BytesIO(gap_picture("样例", bars(report), "仅供参考")))
    assert image.width == WIDTH
    assert 1000 < image.height < 1700


def test_the_printed_report_is_two_pages_with_its_font_and_tells_no_grade() -> None:
    report = analyse(SAMPLE)
    picture = gap_picture("样例", bars(report), "仅供参考")
    pages = client_report(SAMPLE, report, "某公司", date(2026, 11, 26), picture)
    words = "\n".join(pages.words())
    assert "413.7 万元" in words
    assert "不是保险合同" in words
    assert "A 类" not in words
    known = TTFont(FONT_FILE).getBestCmap()
    assert {char for char in words if ord(char) not in known and char != "\n"} == set()
    content = needs_report(pages)
    assert content.startswith(b"%PDF")
    assert content.count(b"/Type /Page\n") == 2
    assert b"/FontFile2" in content


def test_the_printed_report_of_a_large_family_still_has_two_pages() -> None:
    adults = (
        Member("c", "欧阳诸葛司马上官先生", "client", income_yearly=12 * WAN, health="chronic"),
        Member("s", "爱人", "spouse", age=65, income_yearly=9 * WAN, health="serious"),
    )
    children = tuple(
        Member(f"k{n}", f"第{n}个孩子名字很长很长", "child", health="minor") for n in range(8)
    )
    family = replace(SAMPLE, name="很长的名字" * 8, members=(*adults, *children), newcomer=True)
    report = analyse(family)
    picture = gap_picture("样例", bars(report), "仅供参考")
    pages = client_report(family, report, "某某公司" * 5, date(2026, 11, 26), picture)
    assert any("先核对健康告知" in line for line in pages.words())
    assert needs_report(pages).count(b"/Type /Page\n") == 2


def test_policies_on_record_count_when_the_interview_told_of_none() -> None:
    told = replace(SAMPLE, covers=())
    policy = Policy(
        1, 1, "1", "安心定期寿", "某司", Decimal(1000), sum_insured=50 * WAN, insured="妻子"
    )
    assert with_recorded(told, [policy]).covers == (
        Cover("wife", "life", 50 * WAN, Decimal(1000), "某司", "安心定期寿"),
    )
    held = replace(SAMPLE, covers=(Cover("husband", "life", WAN),))
    assert with_recorded(held, [policy]) == held
