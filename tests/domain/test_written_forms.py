"""The table of what people write is read as it says: values, questions back, refusals."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.amounts import Amount, Period, parse_amount, show_yuan
from bot.domain.births import parse_birth
from bot.domain.identity import parse_id_number, parse_phone
from bot.errors import Unclear, UserError
from bot.intake.schema import QuestionSpec
from bot.intake.typed import read_value

TODAY = date(2026, 11, 26)
HERE = Path(__file__).parent
PERIODS = {"yearly": "/年", "half_yearly": "/半年", "quarterly": "/季", "monthly": "/月"}
COUNT = QuestionSpec(id="count", title="数", text="几个", kind="integer", at_most=12)
SUM = QuestionSpec(id="sum", title="额", text="多少钱", kind="amount", period="yearly")
YES_NO = QuestionSpec(id="yes", title="是否", text="是吗", kind="yes_no")


def _rows(name: str) -> list[tuple[str, str, str]]:
    lines = (HERE / name).read_text(encoding="utf-8").splitlines()
    parts = [line.split("\t") for line in lines if line and not line.startswith("#")]
    return [(kind, typed, meaning) for kind, typed, meaning in parts]


def _shown_amount(amount: Amount) -> str:
    return f"{amount.amount.normalize():f}{PERIODS.get(amount.period or '', '')}"


def _shown_birth(text: str, youngest: int = 18, oldest: int = 70) -> str:
    birth = parse_birth(text, TODAY, youngest=youngest, oldest=oldest)
    on = birth.on
    if on is None:
        return str(birth.age)
    if on.lunar:
        return f"{birth.age}@lunar{on.year}-{on.month}-{on.day}{'leap' if on.leap else ''}"
    return f"{birth.age}@{on.year}-{on.month:02}" + (f"-{on.day:02}" if on.day else "")


def meaning_of(kind: str, typed: str) -> str:
    """What the product understands, written as the table writes it."""
    readers: dict[str, Any] = {
        "amount": lambda text: _shown_amount(parse_amount(text)),
        "birth": _shown_birth,
        "child": lambda text: _shown_birth(text, 0, 25),
        "phone": lambda text: parse_phone(text).number,
        "id": lambda text: parse_id_number(text).number,
        "count": lambda text: str(read_value(COUNT, [], text, today=TODAY)),
        "yes": lambda text: "yes" if read_value(YES_NO, [], text, today=TODAY) else "no",
    }
    try:
        return str(readers[kind](typed))
    except Unclear as unclear:
        raws = [raw for raw, _ in unclear.candidates]
        return "|".join(raw.split("元")[0].removesuffix("岁") for raw in raws)
    except UserError:
        return "!"


@pytest.mark.parametrize(("kind", "typed", "meaning"), _rows("written_forms.tsv"))
def test_what_people_write_is_read_as_they_mean_it(kind: str, typed: str, meaning: str) -> None:
    assert meaning_of(kind, typed) == meaning


@given(st.integers(1, 10**9), st.sampled_from(["yearly", "half_yearly", "quarterly", "monthly"]))
def test_an_amount_shown_is_read_back(yuan: int, period: Period) -> None:
    shown = show_yuan(Decimal(yuan)) if yuan % 100 == 0 else f"{yuan} 元"
    read = parse_amount(shown + PERIODS[period])
    assert (read.amount, read.period) == (yuan, period)


@given(st.dates(date(1930, 1, 1), TODAY))
def test_a_birth_date_is_read_back_from_each_way_to_write_it(on: date) -> None:
    for written in (
        on.isoformat(),
        f"{on.year}年{on.month}月{on.day}日",
        f"{on.year}.{on.month}.{on.day}",
        f"{on:%Y%m%d}",
        f"民国{on.year - 1911}年{on.month}月{on.day}日",
    ):
        found = parse_birth(written, TODAY)
        assert found.on is not None
        assert found.on.solar == on
        assert found.age == TODAY.year - on.year - ((TODAY.month, TODAY.day) < (on.month, on.day))


@pytest.mark.parametrize(
    ("kind", "typed"),
    [
        row[:2]
        for row in _rows("written_forms.tsv")
        if row[0] in ("amount", "birth", "child") and "|" in row[2]
    ],
)
def test_what_is_tapped_to_clear_a_doubt_is_never_in_doubt(kind: str, typed: str) -> None:
    with pytest.raises(Unclear) as unclear:
        parse_amount(typed) if kind == "amount" else parse_birth(typed, TODAY)
    for raw, _ in unclear.value.candidates:
        assert parse_amount(raw) if kind == "amount" else parse_birth(raw, TODAY)


@pytest.mark.parametrize("typed", ["30", "五十", "18.8", "0.3", "八", "十二"])
def test_a_small_number_without_a_unit_is_asked_back_in_the_interview(typed: str) -> None:
    with pytest.raises(Unclear, match="单位"):
        read_value(SUM, [], typed, today=TODAY)


@given(st.integers(100, 10**6), st.integers(100, 10**6))
def test_two_amounts_in_one_text_never_become_one_number(first: int, second: int) -> None:
    for written in (
        f"税前{first}税后{second}",
        f"我{first}老婆{second}",
        f"房贷{first},车贷{second}",
        f"存款{first}基金{second}",
        f"{first + 1000} {second + 1000}元",
    ):
        try:
            found = {parse_amount(written).amount}
        except Unclear as unclear:
            found = {parse_amount(raw).amount for raw, _ in unclear.candidates}
        except UserError:
            continue
        sums = {first, second, first + second}
        assert found <= sums | {one + 1000 for one in sums} | {first + second + 2000}, written


@given(st.integers(2, 40), st.integers(1, 999))
def test_how_long_is_never_taken_for_how_much(years: int, hundreds: int) -> None:
    for written in (f"每年{hundreds * 100},交{years}年", f"年交{hundreds * 100}元 {years}年期"):
        read = parse_amount(written)
        assert (read.amount, read.period) == (hundreds * 100, "yearly")
