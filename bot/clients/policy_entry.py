"""Entering a policy by hand, step by step: what is asked, what may be tapped, how it is read. Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from bot.domain.amounts import parse_amount
from bot.domain.dates import parse_date
from bot.domain.household import COVER_KINDS
from bot.errors import UserError
from bot.intake.report import COVERS

LONGEST = 40
Entered = dict[str, Any]
"""The columns of the policy entered so far, JSON-ready, by name."""


@dataclass(frozen=True, slots=True)
class Step:
    """One question; ``taps`` are (value, label). An optional one may be skipped."""

    name: str
    optional: bool
    taps: tuple[tuple[str, str], ...]
    read: Callable[[str, date], Any]


def _words(text: str, _: date) -> str:
    said = " ".join(text.split())
    if not 1 <= len(said) <= LONGEST:
        raise UserError(f"请写 1 到 {LONGEST} 个字。")
    return said


def _line(text: str, _: date) -> str:
    wanted = text.strip()
    for kind in COVER_KINDS:
        if wanted in (kind, COVERS[kind]) or COVERS[kind] in wanted:
            return kind
    raise UserError("请从意外、医疗、重疾、养老、身故里选一个。")


def _yuan(text: str, _: date) -> str:
    return str(parse_amount(text).amount)


def _yearly(text: str, _: date) -> str:
    return str(parse_amount(text).per("yearly"))


def _day(text: str, today: date) -> str:
    typed = parse_date(
        text
        if any(c in text for c in "年-./") and text[:2].isdigit() and len(text) > 5
        else f"{today.year}年{text}"
    )
    if typed.solar is None:
        raise UserError("应缴日请写公历的月和日，例如 3月15日 或 2027-03-15。")
    day = typed.solar
    return day.isoformat()


def _account(text: str, _: date) -> str:
    return "" if text.strip() in ("本人", "自己", "own") else _words(text, _)


_LINES = tuple((kind, COVERS[kind]) for kind in COVER_KINDS)
STEPS: tuple[Step, ...] = (
    Step("line", False, _LINES, _line),
    Step("insured", True, (), _words),
    Step("product", False, (), _words),
    Step("company", True, (), _words),
    Step(
        "sum_insured",
        True,
        (("10万", "10万"), ("30万", "30万"), ("50万", "50万"), ("100万", "100万")),
        _yuan,
    ),
    Step(
        "premium",
        False,
        (("1000", "1千"), ("3000", "3千"), ("6000", "6千"), ("1万", "1万")),
        _yearly,
    ),
    Step("next_due_on", True, (), _day),
    Step(
        "beneficiary",
        True,
        (("配偶", "配偶"), ("子女", "子女"), ("父母", "父母"), ("法定", "法定")),
        _words,
    ),
    Step("account", True, (("本人", "本人"), ("配偶", "配偶"), ("他人", "他人")), _account),
    Step("to_collect", True, (("0", "没有"),), _yuan),
)
BY_NAME = {step.name: step for step in STEPS}


def taps(step: Step, people: Sequence[str]) -> list[tuple[str, str]]:
    """What to offer as buttons; for the insured the people of the family."""
    if step.name == "insured":
        return [(name, name) for name in people if len(name.encode()) <= 24]
    return list(step.taps)


def following(name: str) -> str | None:
    """The step after this one; None after the last."""
    names = [step.name for step in STEPS]
    place = names.index(name) + 1
    return names[place] if place < len(names) else None


def columns(entered: Entered, client: str, number: str) -> dict[str, Any]:
    """The row of the policy: the insured is left empty when it is the client, and so is nothing.

    ``number`` stands in when the policy's own number is not known yet.
    """
    insured = entered.get("insured") or ""
    due = entered.get("next_due_on")
    amount = entered.get("sum_insured")
    collect = Decimal(entered.get("to_collect") or 0)
    return {
        "number": number,
        "line": entered["line"],
        "insured": "" if insured == client else insured,
        "product": entered["product"],
        "company": entered.get("company") or "",
        "sum_insured": Decimal(amount) if amount else None,
        "premium": Decimal(entered["premium"]),
        "next_due_on": date.fromisoformat(due) if due else None,
        "beneficiary": None
        if entered.get("beneficiary") in (None, "法定")
        else entered["beneficiary"],
        "account": entered.get("account") or None,
        "to_collect": collect or None,
    }
