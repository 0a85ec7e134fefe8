"""One message that answers several questions is heard as it was meant, and only what is certain."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from bot.errors import UserError
from bot.intake import flow
from bot.intake.gather import LONGEST, confirmed, declined, gather, worth_confirming
from bot.intake.questionnaire import load_questionnaire

Q = load_questionnaire(Path("data/questionnaire.yaml"))
TODAY = date(2026, 11, 26)


def begun(**more: str) -> flow.Answers:
    answers = flow.new_answers()
    for key, typed in {"consent": "是", "depth": "详谈", "consent_health": "是", **more}.items():
        answers = flow.record(Q, answers, key, typed, today=TODAY)
    return answers


SAID = [
    ("我老公35做IT年薪30万，我全职，俩娃5岁和1岁", {"spouse_birth": "35 岁", "spouse_income": "30 万元/年", "client_job": "全职在家", "children": "2", "client_sex": "女"}),
    ("我32岁，老师，老公34，工程师，年薪25万，一个女儿4岁，房贷还有90万", {"client_birth": "32 岁", "client_job": "公务员或事业单位", "spouse_income": "25 万元/年", "mortgage_left": "90 万元", "children": "1"}),
    ("客户28岁单身，在深圳打工，月薪9千，租房，没买过保险", {"client_birth": "28 岁", "marital": "未婚", "client_city": "深圳", "client_income": "10.8 万元/年", "policies": "0", "housing": "租房"}),
    ("老婆开店，我开公司，我45，两个孩子", {"client_job": "企业主", "spouse_job": "个体经营", "client_birth": "45 岁", "children": "2"}),
    ("我今年40，经理，年收入50万，老婆38全职，儿子12岁，存款60万，每月开销一万五", {"client_income": "50 万元/年", "spouse_birth": "38 岁", "deposits": "60 万元", "spending": "1.5 万元/月"}),
    ("我61退休了，老伴58也退休，存款40万", {"client_birth": "61 岁", "spouse_birth": "58 岁", "deposits": "40 万元"}),
    ("我30岁，去年离婚，带一个儿子6岁，月薪六千", {"marital": "离异", "children": "1", "client_income": "7.2 万元/年"}),
    ("老公是司机，一个月八千，我在厂里一个月四千五，仨娃", {"spouse_income": "9.6 万元/年", "client_income": "5.4 万元/年", "children": "3"}),
    ("我同老婆都做生意，有两个细路，我41岁", {"children": "2", "marital": "已婚", "client_birth": "41 岁"}),
    ("92年的，程序员，年薪40万，没结婚，在杭州", {"client_job": "公司职员", "client_income": "40 万元/年", "client_city": "杭州", "marital": "未婚"}),
    ("我们家每个月开支8千，给父母一年2万，预算一年1万", {"spending": "8000 元/月", "parents_cost": "2 万元/年", "budget": "1 万元/年"}),
    ("老公年新二十五万，我全值带娃", {"spouse_income": "25 万元/年", "client_job": "全职在家"}),
    ("我媽60岁，我35，公务员", {"client_birth": "35 岁", "client_job": "公务员或事业单位"}),
    ("客戶36歲，太太34歲，兩個小孩，有房貸", {"client_birth": "36 岁", "spouse_birth": "34 岁", "children": "2", "housing": "自己的，有房贷"}),
    ("我做销售，工资一万二，还没要孩子，全款买的房", {"client_job": "公司职员", "client_income": "14.4 万元/年", "children": "0", "housing": "自己的，没贷款"}),
    ("龙凤胎，老公36，在成都，月入两万", {"children": "2", "spouse_birth": "36 岁", "spouse_income": "24 万元/年"}),
    ("我48，开厂，一年收入80万，老婆46没上班，一儿一女", {"client_birth": "48 岁", "client_job": "企业主", "client_income": "80 万元/年", "spouse_job": "全职在家", "children": "2"}),
    ("本人29，护士，月薪8500，老公31程序员月薪2万", {"client_birth": "29 岁", "client_income": "10.2 万元/年", "spouse_birth": "31 岁", "spouse_income": "24 万元/年"}),
    ("离异，一个女儿，在上海上班，月薪1万5，租房", {"marital": "离异", "children": "1", "client_city": "上海", "housing": "租房"}),
    ("我27岁，跑外卖的，一个月七千，没有孩子，什么保险都没", {"client_birth": "27 岁", "client_job": "技术或一线工人", "client_income": "8.4 万元/年", "children": "0", "policies": "0"}),
]  # fmt: skip

NOTHING = [
    "怕生病拖累家里",
    "怕自己倒下，老婆孩子没人管",
    "最担心孩子教育",
    "先生36做销售，太太33护士",
    "他哥45，开公司",
    "公公婆婆70多了",
    "随便聊聊",
    "",
    "同意",
    "我再想想，晚点说",
    "保险不就是骗人的吗",
    "三十二",
    "12万",
    "武汉",
    "没有",
    "孩子还小，以后再说",
    "我妈60岁",
    "听说有30万的百万医疗",
    "年纪大了",
    "老公不同意",
]


@pytest.mark.parametrize(("said", "meant"), SAID)
def test_what_was_said_in_one_breath_is_heard(said: str, meant: dict[str, str]) -> None:
    heard, _ = gather(Q, begun(), "hopes", said, today=TODAY)
    found = {one.key: one.shown for one in heard}
    assert meant.items() <= found.items(), found
    assert worth_confirming(heard)


@pytest.mark.parametrize("said", NOTHING)
def test_what_is_not_certain_is_not_taken(said: str) -> None:
    heard, _ = gather(Q, begun(), "hopes", said, today=TODAY)
    assert not worth_confirming(heard), heard


def test_all_that_was_heard_is_recorded_with_one_confirmation() -> None:
    _, waiting = gather(Q, begun(), "hopes", SAID[0][0], today=TODAY)
    answers = confirmed(Q, waiting, today=TODAY)
    assert answers["values"]["spouse_income"] == "300000.00"
    assert answers["values"]["children"] == 2
    assert answers["heard"] == {}
    with pytest.raises(UserError, match="已经处理过"):
        confirmed(Q, answers, today=TODAY)


def test_a_message_that_was_misheard_is_taken_as_the_answer_to_its_question_alone() -> None:
    _, waiting = gather(Q, begun(), "hopes", SAID[0][0], today=TODAY)
    answers = declined(Q, waiting, today=TODAY)
    assert answers["values"]["hopes"] == SAID[0][0]
    assert "spouse_income" not in answers["values"]


def test_without_consent_nothing_is_heard() -> None:
    heard, waiting = gather(Q, flow.new_answers(), "consent", SAID[0][0], today=TODAY)
    assert heard == []
    assert waiting["heard"]["told"] == {}


def test_a_child_is_not_recorded_before_the_guardian_agreed() -> None:
    _, waiting = gather(Q, begun(), "hopes", "俩娃5岁和1岁，我35岁，月薪一万", today=TODAY)
    assert not any(key.startswith("child_") for key in waiting["heard"]["told"])


def test_what_was_answered_before_stays_as_it_is() -> None:
    heard, _ = gather(Q, begun(client_birth="40岁"), "hopes", "我35，年薪20万，在北京", today=TODAY)
    assert "client_birth" not in {one.key for one in heard}


def test_a_text_too_long_to_be_one_breath_is_left_alone() -> None:
    heard, _ = gather(Q, begun(), "hopes", "我35岁，年薪20万，" * LONGEST, today=TODAY)
    assert heard == []


POLICIES = [
    ("老公的重疾，某某公司康健一号，年交8千，保额50万",
     {"insured": "爱人", "kind": "重疾", "company": "某某公司康健一号", "premium": "8000 元/年", "sum": "50 万元"}),
    ("我自己 百万医疗 一年三百六 保200万",
     {"insured": "客户本人", "kind": "医疗", "premium": "360 元/年", "sum": "200 万元"}),
    ("孩子的意外险，保额20万，每年交100", {"insured": "第1个孩子", "kind": "意外", "sum": "20 万元", "premium": "100 元/年"}),
    ("太太定期寿，100万保额，保费1200", {"insured": "爱人", "kind": "身故", "sum": "100 万元", "premium": "1200 元/年"}),
    ("本人年金，某寿险公司，年交两万", {"insured": "客户本人", "kind": "养老年金", "company": "某寿险公司", "premium": "2 万元/年"}),
]  # fmt: skip


@pytest.mark.parametrize(("said", "meant"), POLICIES)
def test_a_policy_told_in_one_breath_is_heard(said: str, meant: dict[str, str]) -> None:
    answers = begun(marital="已婚", children="1", consent_child="同意", policies="2张")
    heard, waiting = gather(Q, answers, "policy_insured.2", said, today=TODAY)
    assert {one.key: one.shown for one in heard} == {
        f"policy_{name}.2": shown for name, shown in meant.items()
    }
    assert worth_confirming(heard)
    after = confirmed(Q, waiting, today=TODAY)
    assert not any(key.endswith(".1") for key in after["values"])


@pytest.mark.parametrize("said", ["老公", "不记得了", "重疾", "某某公司康健一号", "8千"])
def test_an_answer_to_one_question_of_a_policy_is_that_answer(said: str) -> None:
    answers = begun(marital="已婚", policies="1张")
    heard, _ = gather(Q, answers, "policy_insured.1", said, today=TODAY)
    assert not worth_confirming(heard)
