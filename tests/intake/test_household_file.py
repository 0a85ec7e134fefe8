"""A household file is strict, and answers of an interview make the same household."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from bot.errors import DataFileError
from bot.intake.checklist import medical_checklist
from bot.intake.flow import new_answers, next_question, record, skip
from bot.intake.from_answers import household_from_answers
from bot.intake.gap import analyse
from bot.intake.household import parse_household
from bot.intake.questionnaire import load_questionnaire
from bot.intake.report import MAX_REPORT, render_report

Q = load_questionnaire(Path("data/questionnaire.yaml"))
TODAY = date(2026, 1, 31)
SAMPLE = Path("data/samples/household.yaml").read_text(encoding="utf-8")

ONE = """name: 例
members:
  - id: a
    name: 甲
    relation: client
"""


def interview(**typed):
    answers = new_answers()
    given = {key.replace("__", "."): value for key, value in typed.items()}
    while (question := next_question(Q, answers)) is not None:
        if question.key in given:
            answers = record(Q, answers, question.key, given[question.key], today=TODAY)
        elif question.required:
            answers = record(Q, answers, question.key, "同意", today=TODAY)
        else:
            answers = skip(Q, answers, question.key)
    return answers


@pytest.mark.parametrize(
    ("more", "fault", "line"),
    [
        ("    income: 很多\n", "没看懂这个金额", 6),
        ("    income: -5\n", "不小于 0", 6),
        ("    income: .nan\n", "数字", 6),
        ("    wage: 5\n", "不认识的键“wage”", 6),
        ("  - {id: a, name: 乙, relation: spouse}\n", "重复", 6),
        ("  - {id: b, name: 乙, relation: client}\n", "有且只有一位", 3),
        ("covers:\n  - {insured: x, kind: life, sum_insured: 1}\n", "成员里没有“x”", 7),
        ("assumptions:\n  discount_rate: 3\n", "不大于", 7),
        ("assumptions:\n  budget_low: 0.5\n", "不能大于", 7),
    ],
)
def test_a_faulty_file_is_refused_at_its_line(more, fault, line):
    with pytest.raises(DataFileError, match=fault) as caught:
        parse_household("h.yaml", ONE + more)
    assert caught.value.problems[0].line == line


def test_amounts_may_be_written_as_people_say_them():
    family = parse_household("h.yaml", ONE + "    income: 8千/月\nspending: 5千/月\n")
    assert family.members[0].income_yearly == 96_000
    assert family.spending_yearly == 60_000


def test_rates_may_be_written_as_fractions_or_percent():
    for written in ("0.03", "3%", '"3%"'):
        family = parse_household("h.yaml", ONE + f"assumptions:\n  discount_rate: {written}\n")
        assert family.assumptions.discount_rate == Decimal("0.03")
    with pytest.raises(DataFileError, match="比例"):
        parse_household("h.yaml", ONE + "assumptions:\n  discount_rate: x%\n")


def test_assumptions_set_in_the_file_are_marked_as_given():
    family = parse_household("h.yaml", ONE + "assumptions:\n  illness_treatment: 50万\n")
    assert family.given == {"illness_treatment"}
    assert family.assumptions.illness_treatment == 500_000


def test_answers_make_the_household_they_tell_of():
    answers = interview(
        depth="详谈", client_name="王先生", client_sex="男", client_birth="1990-05-01", client_job="老板",
        marital="已婚", spouse_birth="28岁", children="1",
        child_name__1="乐乐", child_birth__1="2", client_income="20万", spouse_income="5千/月",
        spending="8千", housing="有房贷", mortgage_left="100万", owner_debt="50万",
        deposits="10万", assets="房产", property="200万", education_cost="40万",
        parents_cost="1万", policies="1", policy_insured__1="乐乐", policy_kind__1="重疾",
        policy_sum__1="50万", policy_premium__1="5000", client_social="职工医保",
        goals="保障、养老", budget="2万", intent="高", risk_loss="不动", risk_prefer="兼顾",
        reserve="没想过", owner_succession="没想过", decider="商量", source="转介绍",
    )  # fmt: skip
    family = household_from_answers(Q, answers, today=TODAY)
    client, spouse, child = family.members
    assert (client.name, client.age, client.income_yearly) == ("王先生", 35, 200_000)
    assert (spouse.age, spouse.income_yearly) == (28, 60_000)
    assert (child.id, child.name, child.age) == ("child_1", "乐乐", 2)
    assert family.spending_yearly == 96_000
    assert {debt.kind: debt.balance for debt in family.debts} == {
        "mortgage": 1_000_000,
        "business": 500_000,
    }
    assert family.covers[0].insured == "child_1"
    assert family.appetite == "balanced"
    assert (family.owner, family.newcomer, family.renter) == (True, False, False)
    report = analyse(family)
    assert report.usable_assets == 100_000
    assert report.lead_class == "A"
    text = render_report(report)
    assert "企业主" in text
    assert "来源：转介绍；拍板：两口子商量；风险意识：弱" in text
    assert "3 天内约夫妻两人一起" in text
    assert "先讲清一旦停工家里会怎样" in text
    assert "来源转介绍" in report.tags
    assert "在参考范围内" in text


def test_a_newcomer_whose_insurance_does_not_pay_here_has_it_on_the_checklist():
    answers = interview(
        depth="详谈", client_birth="26岁", marital="未婚", children="0", housing="租的",
        newcomer="是", newcomer_medical="不能", client_social="没有", client_health="高血压",
    )  # fmt: skip
    family = household_from_answers(Q, answers, today=TODAY)
    assert family.newcomer
    (check,) = medical_checklist(family)
    assert check.todo == (
        "先把医保续上", "办异地就医备案", "没有商业医疗险", "带病历，先核对健康告知",
    )  # fmt: skip
    text = render_report(analyse(family))
    assert "新市民" in text
    assert "医疗清单" in text


def test_ages_grow_with_the_years_after_the_interview():
    answers = interview(client_birth="35岁", marital="已婚", spouse_birth="1990-05-01")
    later = household_from_answers(Q, answers, today=date(2028, 6, 1))
    assert [member.age for member in later.members] == [37, 38]


def test_without_consent_the_household_tells_nothing():
    answers = interview(consent="不同意", goals="养老")
    family = household_from_answers(Q, answers, today=TODAY)
    assert [member.name for member in family.members] == ["客户本人"]
    assert (family.income_yearly, family.spending_yearly) == (Decimal(0), None)
    assert render_report(analyse(family))


def test_the_sample_report_shows_figures_assumptions_and_the_next_step():
    text = render_report(analyse(parse_household("sample", SAMPLE)))
    for words in ("样例", "136.66 万元", "没有缺口（多 30.8 万元）", "413.7 万元", "451.04 万元",
                  "折现率 0%", "A 类", "3 天内", "标签"):  # fmt: skip
        assert words in text
    assert len(text) <= MAX_REPORT


def test_names_are_escaped_in_the_report():
    text = render_report(analyse(parse_household("h", ONE.replace("甲", '"<b>&"'))))
    assert "&lt;b&gt;&amp;" in text
    assert "<b>&" not in text


def test_the_report_of_the_largest_family_fits_one_message():
    member = (
        '  - {{id: m{n}, name: "&&&&&&&&&&&&&&&&", relation: {relation}, '
        "income: 123456.78, age: 30, living: 76543.21}}\n"
    )
    text = 'name: "&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&"\nmembers:\n'
    for n in range(20):
        relation = {0: "client", 1: "spouse"}.get(n, "child")
        text += member.format(n=n, relation=relation)
    report = render_report(analyse(parse_household("h", text)))
    assert len(report) <= MAX_REPORT
