"""The match command: client messages line by line in, the objections of each line out."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

from bot.errors import UserError
from bot.scripts_library.match import Matcher
from bot.scripts_library.schema import Library

Record = dict[str, Any]


def match_lines(lines: Iterable[str], matcher: Matcher) -> Iterator[tuple[Record, bool]]:
    """One (record, ok) for each message, in order; blank lines are skipped.

    A line is the message itself, or a JSON object with ``text`` and perhaps ``id`` (else the line
    number is the id). A line that cannot be read yields ``{"id", "error"}`` and ok is False; the
    rest goes on.
    """
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            message_id, text = _message(number, line)
        except UserError as error:
            yield {"id": number, "error": str(error)}, False
            continue
        matching = matcher.match(text)
        intents = [{"id": match.intent, "score": match.score} for match in matching.matches]
        yield {"id": message_id, "intents": intents, "none": matching.none}, True


def plain_line(record: Record, library: Library) -> str:
    """A record of ``match_lines`` for people: id, tab, what was understood."""
    if "error" in record:
        return f"{record['id']}\t{record['error']}"
    if record["none"] or not record["intents"]:
        return f"{record['id']}\t不是异议"
    return f"{record['id']}\t" + "、".join(
        f"{_wording(library, match['id'])} {match['score']:.0%}" for match in record["intents"][:3]
    )


def _wording(library: Library, intent_id: str) -> str:
    intent = library.intent(intent_id)
    return intent.zh if intent else intent_id


def _message(number: int, line: str) -> tuple[int | str, str]:
    text = line.removeprefix("\ufeff").strip()
    if not text.startswith("{"):
        return number, text
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        raise UserError('这一行不是完整的 JSON，请写成 {"id": …, "text": …}') from None
    message_id = value.get("id", number)
    if isinstance(message_id, bool) or not isinstance(message_id, int | str):
        raise UserError("id 应为文字或整数")
    if not isinstance(value.get("text"), str):
        raise UserError("缺少 text，或者它不是文字")
    return message_id, value["text"]
