"""Reads one answer as typed or tapped into its stored value, and shows a value again."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from bot.domain.amounts import CENT, parse_amount, show_yuan
from bot.domain.births import parse_birth
from bot.domain.identity import parse_id_number, parse_phone
from bot.domain.numerals import plain as one_spelling
from bot.domain.numerals import read_number
from bot.errors import Unclear, UserError
from bot.intake.schema import Option, QuestionSpec

Raw = str | int | bool | Sequence[str]

MAX_TEXT = 500
_SHOWN_OPTIONS = 6
_YES_WORDS = (
    "是 有 对 要 好 同意 可以 愿意 需要 会 嗯 在 y yes 1 是的 有的 好的 同意的 true 係 系 得 行 成 没问题 ok "
    "好啊 有啊 係啊 得啊 可以啊 愿意的 对的 要的 能 能的 没错 必须 肯定 当然 当然有 肯定有 可不是 可不 中 妥 要得 没毛病 没意见 冇问题 冇問題"
)
_NO_WORDS = (
    "否 没 没有 无 不 不是 不对 不要 不同意 没同意 不可以 不愿意 不需要 不会 不在 n no 0 2 false 冇 唔係 唔系 唔要 唔使 "
    "唔得 唔好 唔同意 不用 不行 不太行 不了 没有的 算了 不能 木有 莫得 冇得 没得 当然没有 肯定没有 从来没有 从没有 "
    "还没 还没有 没有过 没了 现在没有 现在没了 早没了 不在了 当然不 肯定不 才不 没必要"
)
_YES = frozenset(_YES_WORDS.split())
_NO = frozenset(_NO_WORDS.split())
_NEGATIONS = "不没无冇唔非未"
_DOUBTFUL_BELOW = 1000
_COUNT_WORDS = {
    "俩": 2,
    "仨": 3,
    "一对": 2,
    "一双": 2,
    "双胞胎": 2,
    "龙凤胎": 2,
    "丁克": 0,
    "没要": 0,
    "三胞胎": 3,
    "独生子": 1,
    "独生女": 1,
    "独苗": 1,
}
_OF_ONE_SEX = (
    r"([\d一二两三四五六七八九])个?(?:儿子?|兒子?|男孩?|男娃|仔|女儿?|女兒|女孩?|女娃|囡|闺女|姑娘)"
)
_SONS_AND_DAUGHTERS = re.compile(rf"(?:{_OF_ONE_SEX}[,，、和]?){{2}}")
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
    near = near or [option for option in options if _speaks_of(option, typed)]
    if len(near) == 1:
        return near[0].value
    if 1 < len(near) <= _SHOWN_OPTIONS:
        raise Unclear("说的是哪一个？", tuple((one.value, one.label) for one in near))
    labels = "、".join(option.label for option in options)
    raise UserError(f"请从这些里选一个：{labels}。")


def _speaks_of(option: Option, typed: str) -> bool:
    """Whether a sentence names the option (``我是小学老师``) and does not deny it."""
    for word in map(_folded, (option.label, *option.also)):
        at = typed.find(word) if len(word) > 1 else -1
        if at >= 0 and not (at and typed[at - 1] in _NEGATIONS):
            return True
    return False


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
    typed = re.sub(r"^(.{1,3})[,，、]?\1$", r"\1", typed)
    for said in _worth_reading(typed):
        said = said.rstrip("啊呀哦的吧呢啦了嘞哈喔嘛㗎嘅喎添哒") or said
        if said in _YES or f"{said}的" in _YES:
            return True
        if said in _NO or f"{said}了" in _NO:
            return False
    raise UserError("请回答“是”或“否”。")


def _worth_reading(typed: str) -> list[str]:
    """The answer itself, or of ``有,小毛病`` its first word: not when the rest takes it back."""
    first, _, rest = re.sub(r"[，、。;；]", ",", typed).partition(",")
    if not rest:
        return [typed]
    if re.search(r"^(?:以前|之前|原来|原先|过去)", first) and not rest.startswith(("但", "不过")):
        return [rest]
    return [] if re.search(r"[但可停断退没不冇无]|现在|以前|有|是", rest) else [first]


def _amount(spec: QuestionSpec, text: str) -> str:
    _ask_back_bare_number(spec, text)
    typed = parse_amount(text)
    amount = typed.per(spec.period) if spec.period else typed.amount
    if spec.at_most is not None and amount > spec.at_most:
        raise UserError(f"这里最多填 {show_yuan(Decimal(spec.at_most))}，请核对单位后再填。")
    if spec.at_least is not None and amount < spec.at_least:
        raise UserError(f"这里至少填 {show_yuan(Decimal(spec.at_least))}，请核对单位后再填。")
    return str(amount.quantize(CENT))


def _ask_back_bare_number(spec: QuestionSpec, text: str) -> None:
    """A small number without a unit may count yuan, thousands or ten-thousands: Unclear."""
    typed = one_spelling(text)
    said = re.fullmatch(
        r"(?:[1-9]\d{0,2}|0)(?:\.\d)?|[一二两三四五六七八九]?十?[一二三四五六七八九]?", typed
    )
    number = read_number(typed) if said else None
    if not number or number >= _DOUBTFUL_BELOW:
        return
    units = [("万", 10_000), ("元", 1)]
    if spec.period == "monthly" and number < 100:
        units.insert(1, ("千", 1000))
    raise Unclear(
        f"{typed} 的单位是什么？点一个，或带上单位重写。",
        tuple((f"{typed}{unit}", show_yuan(number * size)) for unit, size in units),
    )


def _integer(spec: QuestionSpec, text: str) -> int:
    typed = _folded(text)
    typed = re.sub(r"^(.{1,4})[,，].*[男女儿仔].*", r"\1", typed)
    number = _count(
        re.sub(
            r"(?:[个個位名份张張年岁歲人次娃仔囡囝]|孩子|小孩|宝宝|宝|儿子|女儿|兒子|女兒|闺女|姑娘|男孩|女孩|公子|千金|小子|丫头)+$",
            "",
            typed,
        ),
        typed,
    )
    low, high = spec.at_least or 0, spec.at_most if spec.at_most is not None else 1000
    if number is None or number != int(number) or not low <= number <= high:
        raise UserError(f"请写 {low} 到 {high} 之间的整数，例如 {max(low, min(2, high))}。")
    return int(number)


def _count(counted: str, typed: str) -> Decimal | None:
    if re.fullmatch(
        r"(?:暂时|目前|现在|一个都|一个也|都|还)*(?:没有?|冇|无)", counted
    ) or counted in {
        "没有",
        "没",
        "无",
        "冇",
        "还没",
        "没生",
        "还没生",
        "还没要",
    }:
        return Decimal(0)
    for word in (counted, typed, typed.removeprefix("一对")):
        if word in _COUNT_WORDS:
            return Decimal(_COUNT_WORDS[word])
    if _SONS_AND_DAUGHTERS.fullmatch(typed):
        parts = [read_number(part) for part in re.findall(_OF_ONE_SEX, typed)]
        return sum((part for part in parts if part is not None), Decimal(0)) or None
    return read_number(counted.removeprefix("有").removeprefix("就"))


def _birth(spec: QuestionSpec, text: str, today: date) -> dict[str, Any]:
    low, high = spec.at_least or 0, spec.at_most if spec.at_most is not None else 120
    birth = parse_birth(text, today, youngest=low, oldest=high)
    if not low <= birth.age <= high:
        raise UserError(f"算下来是 {birth.age} 岁，应在 {low} 到 {high} 岁之间，请核对。")
    stored: dict[str, Any] = {"as_of": today.isoformat(), "age": birth.age}
    on = birth.on
    if on is not None and on.lunar:
        stored["lunar"] = [on.year, on.month, on.day, on.leap]
    elif on is not None:
        stored["date"] = f"{on.year:04}-{on.month:02}" + (f"-{on.day:02}" if on.day else "")
    return stored


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
