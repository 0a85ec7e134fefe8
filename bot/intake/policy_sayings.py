"""What one message says about a policy: whose, what for, which company, premium and sum. Pure.

The words that name a kind come from the questionnaire's own options.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from bot.intake.sayings import MONEY, chosen
from bot.intake.schema import Questionnaire

_PLACE = re.compile(r"policy_\w+\.(\d{1,2})")
_CLAUSE = re.compile(r"[,，。;；、\s]+")
_PREMIUM = re.compile(
    rf"(?:年[交缴]保?费?|[一每]年[交缴]?|保[费費]|[交缴])(?:是|要|大概|大约|差不多)*\s*({MONEY})"
    rf"|({MONEY})(?:一年|/年|每年|的保费)"
)
_SUM = re.compile(rf"(?:保[额額]|赔|保)(?:是|有|大概)*\s*({MONEY})|({MONEY})的?保[额額]")
_WHOSE: tuple[tuple[str, str], ...] = (
    ("spouse", "老公|老婆|爱人|愛人|媳妇|丈夫|妻子|太太|先生|配偶|对象"),
    ("client", "本人|我自己|自己|我的|客户|^我"),
)
_CHILD = re.compile(r"孩子|小孩|娃|儿子|女儿|闺女|宝宝")
_COMPANY = re.compile(r"公司(?!的)|人寿$")
_LONGEST_NAME = 20


def told_of_policy(
    text: str, key: str, questionnaire: Questionnaire, children: int
) -> Iterator[tuple[str, str]]:
    """Question keys of the policy that ``key`` asks about, and what to record for them.

    Nothing when ``key`` asks about no policy. ``children`` tells whether “the child” is one.
    """
    place = _PLACE.fullmatch(key)
    if place is None:
        return
    number = place[1]
    names = []
    for clause in filter(None, _CLAUSE.split(text)):
        company = _COMPANY.search(clause)
        found = {} if company else dict(_of_clause(clause, questionnaire, children))
        yield from ((f"policy_{name}.{number}", value) for name, value in found.items())
        if not found and not re.search(r"\d|[不没无]", clause):
            names.append(clause)
    if len(names) == 1 and 1 < len(names[0]) <= _LONGEST_NAME:
        yield f"policy_company.{number}", names[0]


def _of_clause(
    clause: str, questionnaire: Questionnaire, children: int
) -> Iterator[tuple[str, str]]:
    for who, words in _WHOSE:
        if re.search(words, clause):
            yield "insured", who
            break
    else:
        if children == 1 and _CHILD.search(clause):
            yield "insured", "child.1"
    if kind := chosen(questionnaire, "policy_kind", clause):
        yield "kind", kind
    if premium := _PREMIUM.search(clause):
        yield "premium", _yuan(premium[1] or premium[2])
        clause = clause.replace(premium[0], "")
    if insured := _SUM.search(clause):
        yield "sum", _yuan(insured[1] or insured[2])


def _yuan(said: str) -> str:
    """A bare number beside the word for it is in yuan (``年交100``)."""
    return f"{said}元" if said.isdigit() else said
