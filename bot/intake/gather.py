"""Several answers in one message: what an agent typed in one breath, as answers to confirm.

Only what is certain is taken; the rest of the message is left, and asked as usual. Pure.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from bot.errors import UserError
from bot.intake.flow import Answers, overview, record
from bot.intake.policy_sayings import told_of_policy
from bot.intake.sayings import evened, told
from bot.intake.schema import Questionnaire
from bot.intake.walk import walk

SHORTEST, LONGEST = 6, 300
"""Characters that several answers in one breath may have."""
FEWEST = 2
"""Fewer facts than this in a message are no reason to ask for a confirmation."""
_INFERRED = frozenset({"client_sex", "marital"})


@dataclass(frozen=True, slots=True)
class Heard:
    """An answer that a message seems to give: the question's key and title, and the value."""

    key: str
    title: str
    shown: str


def gather(
    questionnaire: Questionnaire, answers: Answers, key: str, text: str, *, today: date
) -> tuple[list[Heard], Answers]:
    """What ``text``, typed at the question ``key``, answers of the open questions; and the answers
    that keep it in ``heard`` until it is confirmed.

    Questions already answered are left alone, and so is what needs a consent not given yet.
    Nothing when the text is too short for two facts or too long to be one breath.
    """
    said: dict[str, str] = {}
    if SHORTEST <= len(text) <= LONGEST:
        children = answers["values"].get("children") or 0
        policy = list(told_of_policy(evened(text), key, questionnaire, children))
        for name, typed in policy or told(evened(text), questionnaire):
            said.setdefault(name, typed)
    after, taken = _recorded(questionnaire, answers, said, today)
    lines = {line.key: line for line in overview(questionnaire, after)} if taken else {}
    heard = [Heard(one, lines[one].title, lines[one].shown or "") for one in taken if one in lines]
    kept = {"told": {one.key: said[one.key] for one in heard}, "key": key, "text": text}
    return heard, {**answers, "heard": kept}


def worth_confirming(heard: list[Heard]) -> bool:
    """Whether enough was said; what only follows from a word such as 老婆 does not count."""
    return sum(one.key not in _INFERRED for one in heard) >= FEWEST


def confirmed(questionnaire: Questionnaire, answers: Answers, *, today: date) -> Answers:
    """New answers with all that was heard recorded; UserError when nothing waits."""
    return _recorded(questionnaire, answers, _waiting(answers)["told"], today)[0]


def declined(questionnaire: Questionnaire, answers: Answers, *, today: date) -> Answers:
    """New answers with the message taken as the answer to its own question alone; UserError when
    it cannot be that."""
    waiting = _waiting(answers)
    return record(questionnaire, answers, waiting["key"], waiting["text"], today=today)


def _waiting(answers: Answers) -> dict[str, Any]:
    waiting: dict[str, Any] = answers.get("heard") or {}
    if not waiting:
        raise UserError("这段话已经处理过了，请接着答下一题。")
    return waiting


def _recorded(
    questionnaire: Questionnaire, answers: Answers, said: dict[str, str], today: date
) -> tuple[Answers, list[str]]:
    """The answers with all of ``said`` that is asked and can be read, and the keys of those."""
    left = dict(said)
    taken: list[str] = []
    while True:
        slots, live = walk(questionnaire, answers["values"])
        key = next((s.key for s in slots if s.key in left and s.key not in live), None)
        if key is None:
            return answers, taken
        try:
            answers = record(questionnaire, answers, key, left.pop(key), today=today)
            taken.append(key)
        except UserError:
            continue
