"""Reads one answer as typed or tapped into its stored value, and shows a value again."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from bot.domain.numerals import read_number
from bot.domain.values import (
    CENT,
    TypedDate,
    parse_age,
    parse_amount,
    parse_date,
    parse_id_number,
    parse_phone,
)
from bot.errors import UserError
from bot.intake.schema import Option, QuestionSpec

Raw = str | int | bool | Sequence[str]

MAX_TEXT = 500
_YES_WORDS = "是 有 对 要 好 同意 可以 愿意 需要 会 嗯 在 y yes 1 是的 有的 好的 同意的 true"
_NO_WORDS = "否 没 没有 无 不 不是 不对 不要 不同意 不可以 不愿意 不需要 不会 不在 n no 0 2 false"
_YES = frozenset(_YES_WORDS.split())
_NO = frozenset(_NO_WORDS.split())
_PERIOD_WORDS = {"yearly": "/年", "monthly": "/月", "quarterly": "/季", "half_yearly": "/半年"}


def read_value(spec: QuestionSpec, options: Sequence[Option], raw: Raw, *, today: date) -> Any:
    """The JSON value of an answer; raises UserError with what to write instead.

    Amounts become a decimal string in yuan for the question's own period; a birth date or age
    becomes ``{"age", "as_of"}`` with the date or its lunar parts beside it when they are known.
    """
    if spec.kind == "multi_choice":
        return _choices(spec, options, raw)
    text = _text(raw)
    if not text:
        raise UserError("还没有收到内容，请回答，或点“跳过”。")
    match spec.kind:
        case "choice":
            return _choice(options, text)
        case "yes_no":
            return _yes_no(text)
        case "amount":
            return _amount(spec, text)
        case "integer":
            return _integer(spec, text)
        case "date_or_age":
            return _birth(spec, text, today)
        case "phone":
            return parse_phone(text).number
        case "id_number":
            return parse_id_number(text).number
        case _:
            return _free(text)


def _text(raw: Raw) -> str:
    if isinstance(raw, bool):
        return "yes" if raw else "no"
    if not isinstance(raw, str | int):
        raw = raw[0] if len(raw) == 1 else "、".join(raw)
    return str(raw).strip()


def _folded(text: str) -> str:
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", text)).lower().rstrip("。.!?")


def _free(text: str) -> str:
    if len(text) > MAX_TEXT:
        raise UserError(f"写得太长了，请精简到 {MAX_TEXT} 字以内。")
    clean = "".join(c for c in text if c in "\n\t" or unicodedata.category(c)[0] != "C").strip()
    if not clean:
        raise UserError("没有看到文字，请重新写一次，或点“跳过”。")
    return clean


def _choice(options: Sequence[Option], text: str) -> str:
    typed = _folded(text)
    for option in options:
        if typed in {_folded(word) for word in (option.value, option.label, *option.also)}:
            return option.value
    if re.fullmatch(r"[0-9]{1,2}", typed) and 1 <= int(typed) <= len(options):
        return options[int(typed) - 1].value
    near = [option for option in options if len(typed) >= 2 and typed in _folded(option.label)]
    if len(near) == 1:
        return near[0].value
    labels = "、".join(option.label for option in options)
    raise UserError(f"请从这些里选一个：{labels}。")


def _choices(spec: QuestionSpec, options: Sequence[Option], raw: Raw) -> list[str]:
    parts = re.split(r"[、，,;；\s/]+", raw) if isinstance(raw, str) else list(_parts(raw))
    chosen = {_choice(options, part) for part in parts if part.strip()}
    if not chosen:
        raise UserError("还没有选，请至少选一项，或点“跳过”。")
    if spec.at_most is not None and len(chosen) > spec.at_most:
        raise UserError(f"最多选 {spec.at_most} 项，请留下最要紧的。")
    return [option.value for option in options if option.value in chosen]


def _parts(raw: Raw) -> Sequence[str]:
    if isinstance(raw, bool | int | str):
        return [str(raw)]
    return raw


def _yes_no(text: str) -> bool:
    typed = _folded(text)
    if typed in _YES:
        return True
    if typed in _NO:
        return False
    raise UserError("请回答“是”或“否”。")


def _amount(spec: QuestionSpec, text: str) -> str:
    typed = parse_amount(text)
    amount = typed.per(spec.period) if spec.period else typed.amount
    if spec.at_most is not None and amount > spec.at_most:
        raise UserError(f"这里最多填 {show_yuan(Decimal(spec.at_most))}，请核对单位后再填。")
    if spec.at_least is not None and amount < spec.at_least:
        raise UserError(f"这里至少填 {show_yuan(Decimal(spec.at_least))}，请核对单位后再填。")
    return str(amount.quantize(CENT))


def _integer(spec: QuestionSpec, text: str) -> int:
    typed = re.sub(r"[个位名份张年岁人次孩子]+$", "", _folded(text))
    number = Decimal(0) if typed in {"没有", "没", "无"} else read_number(typed)
    low, high = spec.at_least or 0, spec.at_most if spec.at_most is not None else 1000
    if number is None or number != int(number) or not low <= number <= high:
        raise UserError(f"请写 {low} 到 {high} 之间的整数，例如 {max(low, min(2, high))}。")
    return int(number)


def _birth(spec: QuestionSpec, text: str, today: date) -> dict[str, Any]:
    stored: dict[str, Any] = {"as_of": today.isoformat()}
    if re.fullmatch(
        r".{0,6}(岁|歲|周岁|个月大?)[多半]?|[0-9]{1,3}|[一二三四五六七八九十]{1,3}", _folded(text)
    ):
        stored["age"] = parse_age(text)
    else:
        typed = parse_date(text)
        if typed.lunar:
            stored["lunar"] = [typed.year, typed.month, typed.day, typed.leap]
        else:
            stored["date"] = f"{typed.year:04}-{typed.month:02}" + (
                f"-{typed.day:02}" if typed.day else ""
            )
        stored["age"] = age_of(typed, today)
    low, high = spec.at_least or 0, spec.at_most if spec.at_most is not None else 120
    if not low <= stored["age"] <= high:
        raise UserError(f"算下来是 {stored['age']} 岁，应在 {low} 到 {high} 岁之间，请核对。")
    return stored


def age_of(birth: TypedDate, today: date) -> int:
    """Full years of age; a lunar date counts as one month later, which is right to a few weeks.

    Raises UserError for a date to come.
    """
    month, year = birth.month, birth.year
    if birth.lunar:
        year, month = (year + 1, 1) if month == 12 else (year, month + 1)
    if (birth.year, birth.month, birth.day or 1) > (today.year, today.month, today.day):
        raise UserError("这个日期还没有到，请核对出生年月，例如 1990-05-01。")
    before = (today.month, today.day) < (month, birth.day or 1)
    return max(today.year - year - int(before), 0)


def fits(spec: QuestionSpec, value: Any) -> bool:
    """Whether a stored value has the form this kind of question stores.

    It has not when the kind was changed in the file after the answer was given.
    """
    match spec.kind:
        case "yes_no":
            return isinstance(value, bool)
        case "integer":
            return isinstance(value, int) and not isinstance(value, bool)
        case "multi_choice":
            return isinstance(value, list)
        case "date_or_age":
            return isinstance(value, dict) and "age" in value
        case "amount":
            return isinstance(value, str) and re.fullmatch(r"[0-9]+\.[0-9]{2}", value) is not None
        case _:
            return isinstance(value, str)


def show_yuan(amount: Decimal) -> str:
    """Yuan as people say it: ``9600 元``, ``2.5 万元``."""
    if abs(amount) < 10_000:
        return f"{amount.quantize(CENT).normalize():f} 元"
    return f"{(amount / 10_000).quantize(CENT).normalize():f} 万元"


def show_value(spec: QuestionSpec, options: Sequence[Option], value: Any) -> str:
    """A stored value in short Chinese, for overviews and confirmations."""
    labels = {option.value: option.label for option in options}
    match spec.kind:
        case "choice":
            return labels.get(value, str(value))
        case "multi_choice":
            return "、".join(labels.get(item, item) for item in value)
        case "yes_no":
            return "是" if value else "否"
        case "amount":
            return show_yuan(Decimal(value)) + _PERIOD_WORDS.get(spec.period or "", "")
        case "date_or_age":
            return _show_birth(value)
        case _:
            return str(value)


def _show_birth(value: dict[str, Any]) -> str:
    if "lunar" in value:
        year, month, day, leap = value["lunar"]
        return f"农历 {year} 年{'闰' if leap else ''}{month} 月 {day} 日（{value['age']} 岁）"
    if "date" in value:
        return f"{value['date']}（{value['age']} 岁）"
    return f"{value['age']} 岁"


def plain(spec: QuestionSpec, value: Any) -> Any:
    """A stored value as the examples of the questionnaire write it."""
    if spec.kind == "amount":
        return float(value)
    if spec.kind == "date_or_age":
        if "lunar" in value:
            year, month, day, leap = value["lunar"]
            return f"lunar {year}-{month:02}-{day:02}" + (" leap" if leap else "")
        return value.get("date", value["age"])
    return value
