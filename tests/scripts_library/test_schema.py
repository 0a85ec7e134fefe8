"""Faults of the library and of the labelled messages are refused with their place."""

from pathlib import Path

import pytest

from bot.errors import DataFileError
from bot.scripts_library.schema import Library, parse_library, parse_utterances

SHIPPED = (Path(__file__).parents[2] / "data" / "objections.yaml").read_text(encoding="utf-8")


def problems_of(old: str, new: str) -> str:
    assert SHIPPED.count(old) >= 1
    with pytest.raises(DataFileError) as caught:
        parse_library("objections.yaml", SHIPPED.replace(old, new, 1))
    return str(caught.value)


def line_of(text: str) -> int:
    return SHIPPED[: SHIPPED.index(text)].count("\n") + 1


def test_an_unknown_key_is_refused_at_its_line() -> None:
    fault = problems_of("        technique: 认同提问", "        tecnique: 认同提问")
    assert f"objections.yaml:{line_of('        technique: 认同提问')}:9" in fault


def test_an_unknown_technique_is_refused() -> None:
    assert "认同提问" in problems_of("technique: 认同提问", "technique: 死缠烂打")


def test_two_objections_with_one_id_are_refused() -> None:
    fault = problems_of("- id: no_money\n", "- id: premium_too_high\n")
    assert "重复" in fault
    assert f":{line_of('- id: no_money')}:" in fault


def test_two_answers_with_one_id_are_refused() -> None:
    assert "重复" in problems_of("premium_too_high.gap", "premium_too_high.ask")


def test_an_answer_must_carry_the_name_of_its_objection() -> None:
    assert "no_money." in problems_of("id: no_money.listen", "id: no_income.listen")


def test_one_wording_may_not_mean_two_objections() -> None:
    assert "premium_too_high" in problems_of("[现在没钱,", "[太贵了,")


def test_an_empty_answer_is_refused() -> None:
    old = "call: 您先忙，身体要紧。"
    assert "objections.yaml:" in problems_of(old, 'call: " "\n        unused: 您先忙')


def test_an_answer_of_more_than_600_characters_is_refused() -> None:
    assert "600" in problems_of("call: 您先忙，", "call: " + "您先忙，" * 200)


def test_all_faults_of_the_labelled_messages_are_reported_at_once(library: Library) -> None:
    lines = [
        '{"text": "太贵", "intent": "premium_too_high"}',
        '{"text": "太贵", "intent": "premium_too_high"}',
        '{"text": "太贵了吧", "intent": "no_such"}',
        '{"text": ',
        '{"text": "", "intent": "none"}',
        '{"text": "x", "intent": "none", "extra": 1}',
        "[" * 100_000,
    ]
    with pytest.raises(DataFileError) as caught:
        parse_utterances("o.jsonl", "\n".join(lines), library)
    assert sorted({problem.line for problem in caught.value.problems}) == [2, 3, 4, 5, 6, 7]


def test_blank_lines_between_labelled_messages_are_allowed(library: Library) -> None:
    text = '\n{"text": "你好", "intent": "none"}\n\n'
    assert [u.text for u in parse_utterances("o.jsonl", text, library)] == ["你好"]
