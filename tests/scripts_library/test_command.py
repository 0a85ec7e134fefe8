"""The match command on lines of text and of JSON."""

import json

from bot.scripts_library.command import match_lines, plain_line
from bot.scripts_library.match import Matcher
from bot.scripts_library.schema import Library


def test_plain_lines_get_their_line_number_and_blank_lines_are_skipped(matcher: Matcher) -> None:
    results = list(match_lines(["保费太贵了\n", "\n", "我要退保\n"], matcher))
    assert [record["id"] for record, _ in results] == [1, 3]
    assert [record["intents"][0]["id"] for record, _ in results] == [
        "premium_too_high",
        "want_surrender",
    ]


def test_json_lines_keep_their_id_and_may_carry_more(matcher: Matcher) -> None:
    line = json.dumps({"id": "D-1", "text": "再考虑考虑", "intent": "whatever"})
    ((record, ok),) = match_lines([line], matcher)
    assert ok
    assert record["id"] == "D-1"
    assert record["none"] is False
    assert set(record["intents"][0]) == {"id", "score"}
    json.dumps(record)


def test_a_malformed_line_is_reported_and_the_rest_goes_on(matcher: Matcher) -> None:
    lines = [
        '{"id": 1, "text": ',
        '{"id": 2}',
        '{"id": [1], "text": "太贵"}',
        '{"a":' * 50_000,
        '{"id": 5, "text": "太贵了"}',
    ]
    results = list(match_lines(lines, matcher))
    assert [ok for _, ok in results] == [False, False, False, False, True]
    assert all("error" in record for record, ok in results if not ok)
    assert [record["id"] for record, _ in results] == [1, 2, 3, 4, 5]


def test_a_lone_surrogate_in_json_is_no_obstacle(matcher: Matcher) -> None:
    ((record, ok),) = match_lines(['{"text": "太贵了\\ud800"}'], matcher)
    assert ok
    assert record["intents"][0]["id"] == "premium_too_high"


def test_a_greeting_is_marked_as_no_objection(matcher: Matcher, library: Library) -> None:
    ((record, _),) = match_lines(["早上好呀"], matcher)
    assert record["none"] is True
    assert "不是异议" in plain_line(record, library)


def test_people_read_the_wording_and_not_the_id(matcher: Matcher, library: Library) -> None:
    ((record, _),) = match_lines(["保费太贵了"], matcher)
    assert "保费太贵了" in plain_line(record, library)
    assert plain_line({"id": 3, "error": "坏行"}, library) == "3\t坏行"
