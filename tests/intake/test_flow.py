"""An interview survives skips, corrections in any order, withdrawal of consent and a JSON trip."""

import json
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.errors import UserError
from bot.intake.flow import (
    back,
    correct,
    new_answers,
    next_question,
    overview,
    postpone,
    progress,
    record,
    resume,
    revisit,
    skip,
)
from bot.intake.questionnaire import load_questionnaire
from bot.intake.schema import conditions_of
from bot.intake.walk import walk

Q = load_questionnaire(Path("data/questionnaire.yaml"))
TODAY = date(2026, 1, 31)
BASE = {"consent": "同意", "depth": "详谈", "consent_health": "同意", "consent_child": "同意"}


def told(**values):
    """Answers in which these questions are answered and those asked before them skipped."""
    wanted, answers = (
        {**BASE, **{k.replace("__", "."): v for k, v in values.items()}},
        new_answers(),
    )
    while (question := next_question(Q, answers)) is not None:
        if question.key in wanted:
            answers = record(Q, answers, question.key, wanted[question.key], today=TODAY)
        else:
            answers = skip(Q, answers, question.key)
    return answers


def test_consent_is_the_first_question_and_cannot_be_skipped():
    question = next_question(Q, new_answers())
    assert question.key == "consent"
    for act in (skip, postpone):
        with pytest.raises(UserError, match="同意"):
            act(Q, new_answers(), "consent")


def test_withdrawing_consent_drops_everything_personal_and_keeps_the_rest():
    answers = told(client_name="王先生", client_income="12万", goals="保障", client_health="健康")
    answers = correct(Q, answers, "consent", "不同意", today=TODAY)
    assert answers["values"] == {"consent": False, "depth": "full", "goals": ["protection"]}
    assert "王先生" not in json.dumps(answers, ensure_ascii=False)


def test_withdrawing_health_consent_drops_health_only():
    answers = told(client_health="高血压", client_health_note="服药三年", client_income="12万")
    answers = correct(Q, answers, "consent_health", "不同意", today=TODAY)
    assert "client_income" in answers["values"]
    assert not {"client_health", "client_health_note"} & set(answers["values"])


def test_an_unreadable_answer_keeps_the_old_one():
    answers = told(client_income="12万")
    before = json.dumps(answers)
    with pytest.raises(UserError):
        correct(Q, answers, "client_income", "还行", today=TODAY)
    assert json.dumps(answers) == before


def test_correcting_the_marital_status_drops_the_spouse_alone():
    answers = told(marital="已婚", spouse_birth="28岁", spouse_income="4万", client_income="9.6万")
    corrected = correct(Q, answers, "marital", "未婚", today=TODAY)
    dropped = set(answers["values"]) - set(corrected["values"])
    assert dropped == {"spouse_birth", "spouse_income"}


def test_one_child_less_drops_that_child_and_the_policies_on_it():
    answers = told(
        children="2", child_name__1="大宝", child_name__2="小宝",
        policies="2", policy_insured__1="大宝", policy_insured__2="小宝", policy_sum__2="50万",
    )  # fmt: skip
    corrected = correct(Q, answers, "children", "1", today=TODAY)
    dropped = set(answers["values"]) - set(corrected["values"])
    assert dropped == {"child_name.2", "policy_insured.2"}
    assert next_question(Q, corrected).key == "policy_insured.2"


def test_a_changed_income_asks_the_budget_again_and_the_same_income_does_not():
    answers = told(client_income="12万", budget="1万")
    assert correct(Q, answers, "client_income", "120000", today=TODAY)["values"]["budget"]
    corrected = correct(Q, answers, "client_income", "6万", today=TODAY)
    assert "budget" not in corrected["values"]
    assert next_question(Q, corrected).key == "budget"


def test_the_budget_question_shows_the_guide_from_the_income():
    answers = revisit(Q, told(client_income="9.6万", marital="已婚", spouse_income="4万"), "budget")
    assert "6800 元 到 2.72 万元" in next_question(Q, answers).guide


def test_a_postponed_question_comes_at_the_end_and_only_once_more():
    answers = record(Q, new_answers(), "consent", "同意", today=TODAY)
    answers = postpone(Q, answers, "client_income")
    with pytest.raises(UserError, match="最后"):
        postpone(Q, answers, "client_income")
    asked = []
    while (question := next_question(Q, answers)) is not None:
        asked.append(question.key)
        answers = (
            record(Q, answers, question.key, "12万", today=TODAY)
            if question.key == "client_income"
            else record(Q, answers, question.key, "不同意", today=TODAY)
            if question.required
            else skip(Q, answers, question.key)
        )
    assert asked[-1] == "client_income"


def test_back_goes_through_the_last_questions_and_keeps_their_values():
    answers = record(Q, new_answers(), "consent", "同意", today=TODAY)
    answers = record(Q, answers, "depth", "快问", today=TODAY)
    once = back(Q, answers)
    question = next_question(Q, once)
    assert (question.key, question.current) == ("depth", "快问（约 5 分钟）")
    twice = back(Q, once)
    assert next_question(Q, twice).key == "consent"
    with pytest.raises(UserError, match="第一题"):
        back(Q, twice)
    assert next_question(Q, resume(Q, twice)).key == "worry"


def test_texts_name_the_people():
    answers = told(client_name="王先生", children="2", child_name__1="乐乐")
    titles = {line.key: line.title for line in overview(Q, answers)}
    assert titles["client_income"] == "王先生的年收入"
    assert titles["child_birth.1"] == "乐乐的年龄"
    assert titles["child_birth.2"] == "第2个孩子的年龄"


def test_the_overview_shows_answers_in_words():
    answers = told(client_income="1,200元/月", goals="保障、养老", client_birth="1990-5-1")
    shown = {line.key: line.shown for line in overview(Q, answers)}
    assert shown["client_income"] == "1.44 万元/年"
    assert shown["goals"] == "风险保障、养老"
    assert shown["client_birth"] == "1990-05-01（35 岁）"
    assert shown["client_city"] is None


def test_a_birth_date_to_come_is_refused():
    answers = told()
    with pytest.raises(UserError, match="还没有到"):
        correct(Q, answers, "client_birth", "2027-01-01", today=TODAY)


def test_a_question_that_is_not_asked_cannot_be_answered():
    with pytest.raises(UserError, match="不用回答"):
        record(Q, told(marital="未婚"), "spouse_income", "3万", today=TODAY)
    with pytest.raises(UserError, match="还没有回答过"):
        correct(Q, new_answers(), "consent", "同意", today=TODAY)


def test_answers_of_an_older_questionnaire_do_no_harm():
    answers = told(client_income="12万")
    answers["values"] |= {"gone": "x", "marital": "unheard_of", "client_city": 5}
    answers["skipped"].append("gone")
    fresh = resume(Q, answers)
    assert not {"gone", "marital"} & set(fresh["values"])
    assert "gone" not in fresh["skipped"]
    assert fresh["values"]["client_income"] == "120000.00"


def test_every_key_fits_a_button():
    longest = max(Q.specs, key=len)
    assert len(f"{longest}.12") <= 32


TYPED = {
    "yes_no": ["是", "否"],
    "amount": ["0", "3万", "十二万", "1200元/月"],
    "integer": ["0", "1", "2", "60"],
    "date_or_age": ["2", "30", "1980-5-6", "农历1990年八月十五"],
    "text": ["甲", "乙"],
    "phone": ["13800138000"],
    "id_number": ["11010519491231002X"],
}


def _act(draw, answers, question):
    """One random deed on the question: answer, skip, postpone; unreadable answers change nothing."""
    deed = draw(st.sampled_from(["answer", "answer", "answer", "skip", "postpone"]))
    try:
        if deed == "skip":
            return skip(Q, answers, question.key)
        if deed == "postpone":
            return postpone(Q, answers, question.key)
        choices = [value for value, _ in question.options] or TYPED[question.kind]
        if question.required:
            choices = ["是", "是", "是", "否"]
        return record(Q, answers, question.key, draw(st.sampled_from(choices)), today=TODAY)
    except UserError:
        return answers


def _consistent(answers):
    assert json.loads(json.dumps(answers)) == answers
    slots, live = walk(Q, answers["values"])
    keys = {slot.key for slot in slots}
    assert live == answers["values"]
    lists = {name: answers[name] for name in ("skipped", "postponed", "trail")}
    for items in lists.values():
        assert set(items) <= keys
        assert len(items) == len(set(items))
    assert not set(answers["skipped"]) & set(answers["values"])
    assert set(answers["trail"]) == {*answers["skipped"], *answers["values"]}
    state = progress(Q, answers)
    assert 0 <= state.done <= state.total


def _dependants(key):
    """Every question whose asking, options or freshness can depend on this one."""
    start = key.partition(".")[0]
    found, grown = {start}, True
    while grown:
        before = len(found)
        for section in Q.sections:
            for spec in section.questions:
                sources = {condition.question for condition in conditions_of(spec.when)}
                sources |= set(spec.depends_on) | {Q.consents[name] for name in spec.sensitive}
                if section.repeat:
                    sources.add(section.repeat.count)
                if spec.options_from:
                    sources |= {"children", "marital"}
                if sources & found:
                    found.add(spec.id)
        grown = len(found) > before
    return found


@settings(max_examples=25, deadline=None)
@given(st.data())
def test_any_order_of_answers_and_corrections_keeps_the_state_consistent(data):
    answers = new_answers()
    for _ in range(data.draw(st.integers(5, 40))):
        done = list(answers["values"])
        if done and data.draw(st.booleans()):
            key = data.draw(st.sampled_from(sorted(done)))
            question = next_question(Q, revisit(Q, answers, key))
        else:
            question = next_question(Q, answers)
        if question is None:
            break
        changed = _act(data.draw, answers, question)
        _consistent(changed)
        gone = {k.partition(".")[0] for k in set(answers["values"]) - set(changed["values"])}
        assert gone <= _dependants(question.key)
        answers = changed


@settings(max_examples=10, deadline=None)
@given(st.data())
def test_every_interview_comes_to_an_end(data):
    answers = new_answers()
    for _ in range(600):
        question = next_question(Q, answers)
        if question is None:
            break
        before = answers
        answers = _act(data.draw, answers, question)
        if answers is before:
            answers = (
                record(Q, answers, question.key, "否", today=TODAY)
                if question.required
                else skip(Q, answers, question.key)
            )
    assert next_question(Q, answers) is None
    state = progress(Q, answers)
    assert state.done == state.total
