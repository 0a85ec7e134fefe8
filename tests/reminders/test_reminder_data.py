"""The shipped cadences: every example in the file comes true, and faults are located."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from reminder_books import book_for

from bot.errors import DataFileError
from bot.reminders.loading import load_cadences, parse_cadences
from bot.reminders.plan import plan_touches

ROOT = Path(__file__).resolve().parents[2]
FILE = ROOT / "data" / "cadences.yaml"
SHIPPED = load_cadences(FILE)
EXAMPLES = [(cadence, example) for cadence in SHIPPED.cadences for example in cadence.examples]
TEXT = FILE.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("cadence", "example"), EXAMPLES, ids=[f"{c.id}-{e.event_on}-{e.kind}" for c, e in EXAMPLES]
)
def test_every_example_of_the_file_comes_true(cadence, example):
    on = example.event_on
    book = book_for(cadence.event, on, example.kind, example.jurisdiction)
    # A festival comes after another one, and the steps of a lapse run for two years.
    before = 0 if cadence.event == "festival" else 60
    after = 800 if cadence.event == "lapse" else 366 if cadence.event == "silent" else 120
    touches = {}
    for touch in plan_touches(
        SHIPPED, book, on - timedelta(days=before), on + timedelta(days=after)
    ):
        in_case = cadence.event != "orphan_visit" or touch.subject.endswith(f"-{example.kind}")
        if touch.cadence == cadence.id and in_case:
            touches.setdefault(touch.step, touch.on)
    assert touches == example.touches


def test_every_cadence_has_an_example():
    assert [cadence.id for cadence in SHIPPED.cadences if not cadence.examples] == []


def test_every_client_step_names_the_agent_and_the_company():
    for cadence in SHIPPED.cadences:
        for step in cadence.steps:
            for text in (*step.text, *step.text_hant):
                assert step.audience != "client" or ("{agent}" in text and "{company}" in text)


def test_contract_notices_are_service_and_greetings_are_marketing():
    nature = {
        (cadence.id, step.id): step.nature
        for cadence in SHIPPED.cadences
        for step in cadence.steps
        if step.audience == "client"
    }
    assert {value for (cadence, _), value in nature.items() if cadence in ("grace", "lapse")} == {
        "service"
    }
    assert nature["birthday", "greeting"] == nature["festival", "greeting"] == "marketing"
    assert nature["renewal", "due_minus_30"] == "marketing"
    assert nature["renewal", "due_minus_7"] == "service"


def refusal(old: str, new: str) -> DataFileError:
    assert old in TEXT
    with pytest.raises(DataFileError) as caught:
        parse_cadences("cadences.yaml", TEXT.replace(old, new, 1))
    return caught.value


def line_of(text: str) -> int:
    return TEXT[: TEXT.index(text)].count("\n") + 1


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("{client}的生日快到了", "{clint}的生日快到了", "不认识占位符“clint”"),
        ("{client}的生日快到了", "{client.name}的生日快到了", "占位符写法有误"),
        ("{client}的生日快到了", "{client的生日快到了", "占位符写法有误"),
        ('at: "09:00"', 'at: "9点"', "时间应写成"),
        ('at: "09:00"', "at: 10:00", "应为文字"),
        ("audience: agent", "audience: boss", "之一"),
        ("require: [alive, same_agent, not_opted_out]", "require: [alive]", "not_opted_out"),
        ("require: [alive, same_agent, not_opted_out]", "require: [not_opted_out]", "alive"),
        ("offset_days: -45", "offset_day: -45", "不认识的键“offset_day”"),
        ("valid_for_days: 15", "valid_for_days: 16", "有效期越过了后一步"),
        ("id: due_minus_7", "id: due_minus_1", "步骤“due_minus_1”重复了"),
        ("id: grace\n", "id: renewal\n", "“renewal”重复了"),
        ("only: [yearly, half_yearly, quarterly]", "only: [weekly]", "不认识“weekly”"),
        ("greeting: 2026-05-06", "greetings: 2026-05-06", "没有步骤“greetings”"),
        ("offset_hours: 0", "offset_days: 0", "要写 at"),
        ("  - id: CN\n", "  - id: HK\n", "缺少内地"),
    ],
)
def test_a_fault_is_refused_with_its_reason(old, new, reason):
    assert reason in str(refusal(old, new))


def test_a_fault_is_refused_at_its_line():
    error = refusal("{client}的生日快到了", "{clint}的生日快到了")
    assert error.problems[0].line == line_of("{client}的生日快到了")


def test_a_client_may_not_be_written_to_at_night():
    start = TEXT.index("- id: greeting")
    with pytest.raises(DataFileError, match="09:00 到 21:00"):
        parse_cadences("c", TEXT[:start] + TEXT[start:].replace('"09:00"', '"21:00"', 1))


def test_marketing_must_say_how_to_stop():
    with pytest.raises(DataFileError, match="退订"):
        parse_cadences("c", TEXT.replace("回复“退订”", "回复我"))


def test_all_faults_of_a_file_are_told_at_once():
    text = TEXT.replace("{client}的生日快到了", "{clint}的生日快到了").replace(
        "audience: agent\n        nature: service", "audience: agent\n        nature: marketing", 1
    )
    with pytest.raises(DataFileError) as caught:
        parse_cadences("c", text)
    assert [p.reason[:5] for p in caught.value.problems] == [
        "给业务员和",
        "不认识占位",
        "不认识占位",
    ]
