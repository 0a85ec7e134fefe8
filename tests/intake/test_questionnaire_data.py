"""The questionnaire file holds together, and its own examples come true."""

import re
from datetime import date
from pathlib import Path

import pytest

from bot.errors import DataFileError, UserError
from bot.intake.flow import new_answers, next_question, record, skip
from bot.intake.questionnaire import load_questionnaire, parse_questionnaire
from bot.intake.typed import fits, plain, read_value

QUESTIONNAIRE = load_questionnaire(Path("data/questionnaire.yaml"))
TODAY = date(2026, 1, 31)
SPECS = list(QUESTIONNAIRE.specs.values())


@pytest.mark.parametrize("spec", SPECS, ids=lambda spec: spec.id)
def test_every_example_gives_its_value_and_every_refusal_is_refused(spec):
    for example in spec.examples:
        value = read_value(spec, spec.options, example.typed, today=TODAY)
        assert fits(spec, value)
        assert plain(spec, value) == example.value
    for typed in spec.refused:
        with pytest.raises(UserError):
            read_value(spec, spec.options, typed, today=TODAY)


@pytest.mark.parametrize("spec", SPECS, ids=lambda spec: spec.id)
def test_every_question_with_a_fixed_form_has_an_example(spec):
    assert spec.examples or spec.options_from


@pytest.mark.parametrize("spec", SPECS, ids=lambda spec: spec.id)
def test_every_option_is_chosen_by_value_label_and_other_wordings(spec):
    if spec.kind == "choice":
        for option in spec.options:
            for typed in (option.value, option.label, *option.also):
                assert read_value(spec, spec.options, typed, today=TODAY) == option.value


def asked_in(interview):
    """The keys of all questions that an example interview is asked, in order."""
    answers, asked = new_answers(), []
    while (question := next_question(QUESTIONNAIRE, answers)) is not None:
        asked.append(question.key)
        if question.key in interview.answers:
            typed = interview.answers[question.key]
            answers = record(QUESTIONNAIRE, answers, question.key, typed, today=TODAY)
        elif question.required:
            answers = record(QUESTIONNAIRE, answers, question.key, "不同意", today=TODAY)
        else:
            answers = skip(QUESTIONNAIRE, answers, question.key)
    return asked


@pytest.mark.parametrize("interview", QUESTIONNAIRE.interviews, ids=lambda one: one.name)
def test_an_example_interview_asks_what_it_should(interview):
    asked = asked_in(interview)
    assert set(interview.answers) <= set(asked)
    assert set(interview.asked) <= set(asked)
    assert not set(interview.not_asked) & set(asked)
    assert interview.at_most is None or len(asked) <= interview.at_most, (len(asked), asked)


def test_the_profiles_are_led_through_different_interviews_of_a_bearable_length():
    told = Path("docs/intake.md").read_text(encoding="utf-8").partition("\n## 二")[0]
    rows = re.findall(r"^\| (.+?) \| (\d+) \|", told, re.M)
    by_name = {one.name: one for one in QUESTIONNAIRE.interviews}
    seen = {name: asked_in(by_name[name]) for name, _ in rows}
    assert {name: str(len(asked)) for name, asked in seen.items()} == dict(rows)
    assert len(seen) >= 8
    assert min(map(len, seen.values())) <= 12
    assert max(map(len, seen.values())) <= 45
    assert len({frozenset(asked) for asked in seen.values()}) == len(seen)


def test_the_ten_things_of_the_interview_are_all_asked():
    needed = {
        "client_name", "client_sex", "client_birth", "client_job", "client_city",
        "client_income", "spouse_income", "spending", "deposits", "stocks", "funds", "property",
        "goals", "education_cost", "parents_cost", "policy_company",
        "policy_premium", "policy_sum", "worry", "client_health", "client_social", "budget",
        "risk_loss", "reserve", "decider", "source",
    }  # fmt: skip
    assert needed <= set(QUESTIONNAIRE.specs)


def test_everything_about_a_person_needs_consent():
    free = {spec.id for spec in SPECS if not spec.sensitive}
    assert free == {
        "consent", "depth", "consent_health", "worry", "goals", "risk_loss", "risk_prefer", "reserve",
        "intent",
    }  # fmt: skip
    health = {spec.id for spec in SPECS if "health" in spec.sensitive}
    assert health == {
        "client_health", "client_health_note", "spouse_health", "spouse_health_note",
        "children_health",
    }  # fmt: skip
    assert all("child" in spec.sensitive for spec in SPECS if spec.id.startswith("child_"))


_HEAD = """
consents: {personal: consent}
people: []
sections:
  - id: one
    title: 一
    questions:
      - id: consent
        title: 同意
        text: 同意吗
        kind: yes_no
        required: true
"""


@pytest.mark.parametrize(
    ("more", "fault"),
    [
        ("      - {id: a, title: 甲, text: 问, kind: text, when: [{question: b, in: [x]}]}", "前面没有问题“b”"),
        ("      - {id: consent, title: 甲, text: 问, kind: text}", "重复"),
        ("      - {id: a, title: 甲, text: 问, kind: choice}", "options"),
        ("      - {id: a, title: 甲, text: '问{nobody}', kind: text}", "不认识的占位"),
        ("      - {id: a, title: 甲, text: 问, kind: text, sensitive: [health]}", "consents 里没有"),
        ("      - {id: a, title: 甲, text: 问, kind: text, when: [{question: consent}]}", "条件要写"),
        ("      - {id: a, title: 甲, text: 问, kind: text, when: [{question: consent, in: ['yes']}]}", "没有选项“yes”"),
        ("      - {id: a, title: 甲, text: 问, kind: text, when: [{question: consent, at_least: 1}]}", "不是数字"),
        ("      - {id: a, title: 甲, text: 问, kind: text, depends_on: [a]}", "前面没有问题“a”"),
        ("      - {id: a, title: 甲, text: 问, kind: text, period: yearly}", "period"),
        ("      - {id: a, title: 甲, text: 问, kind: text, when: [{question: consent, in: [true]}, {question: consent, in: [false]}]}", "永远问不到"),
        ("      - {id: a, title: 甲, text: 问, kind: choice, options: [{value: x, label: 子, score: 1}]}", "scale"),
        ("      - {id: a, title: 甲, text: 问, kind: choice, scale: appetite, options: [{value: x, label: 子}]}", "score"),
        ("      - {id: a, title: 甲, text: 问, kind: txt}", "之一"),
        ("      - {id: a, title: 甲, text: 问, kind: text, colour: red}", "colour"),
    ],
)  # fmt: skip
def test_a_faulty_question_is_refused_at_its_line(more, fault):
    with pytest.raises(DataFileError, match=fault) as caught:
        parse_questionnaire("q.yaml", _HEAD.lstrip() + more)
    assert caught.value.problems[-1].line >= 11


def test_a_repeat_must_count_by_an_earlier_bounded_number():
    text = _HEAD.lstrip() + (
        "  - id: two\n    title: 二\n    repeat: {id: child, count: consent, label: '第{n}个'}\n"
        "    questions:\n      - {id: a, title: 甲, text: '{child}', kind: text}\n"
    )
    with pytest.raises(DataFileError, match="count"):
        parse_questionnaire("q.yaml", text)
