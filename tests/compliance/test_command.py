"""``shouyue check``: lines in, verdicts out."""

from __future__ import annotations

import json

from bot.compliance.command import check_lines
from bot.compliance.verdict import Checker

KEYS = {
    "rule", "category", "action", "start", "end", "matched", "reason", "basis", "suggestion",
}  # fmt: skip


def test_plain_lines_have_their_number_as_id_and_empty_ones_are_skipped(
    rules_alone: Checker,
) -> None:
    answers = list(check_lines(["您好\n", "\n", "这款保本保息\r\n"], rules_alone))
    assert [(answer["id"], answer["decision"], ok) for answer, ok in answers] == [
        (1, "pass", True),
        (3, "block", True),
    ]


def test_json_lines_keep_their_ids_and_findings_have_the_promised_keys(
    rules_alone: Checker,
) -> None:
    line = json.dumps({"id": "a-7", "text": "这款保本保息"})
    [(answer, ok)] = check_lines([line], rules_alone)
    assert ok
    assert answer["id"] == "a-7"
    [finding] = answer["findings"]
    assert set(finding) == KEYS
    assert "这款保本保息"[finding["start"] : finding["end"]] == finding["matched"]


def test_a_malformed_line_is_told_and_the_rest_is_judged(rules_alone: Checker) -> None:
    lines = [
        '{"id": 5',
        '{"id": "b"}',
        '{"text": 3}',
        '{"id": [], "text": "x"}',
        "{" * 9000,
        "您好",
    ]
    answers = list(check_lines(lines, rules_alone))
    assert [(answer["id"], "error" in answer, ok) for answer, ok in answers] == [
        (1, True, False),
        ("b", True, False),
        (3, True, False),
        (4, True, False),
        (5, True, False),
        (6, False, True),
    ]


def test_a_lone_surrogate_in_json_is_judged(rules_alone: Checker) -> None:
    [(answer, ok)] = check_lines(['{"text": "\\ud800保本保息"}'], rules_alone)
    assert ok
    assert answer["decision"] == "block"
