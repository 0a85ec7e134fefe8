"""Reads a mobile number or an ID number as people type it, with kind refusals."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import Literal

from bot.domain.numerals import plain
from bot.errors import Unclear, UserError

Sex = Literal["male", "female"]
Region = Literal["CN", "TW", "HK", "SG", "MY"]


@dataclass(frozen=True, slots=True)
class Phone:
    """A mobile number in E.164 writing (``+8613800138000``) and the place it belongs to."""

    number: str
    region: Region


_SPOKEN = str.maketrans("零〇一二三四五六七八九幺", "00123456789" + "1")
_PHONES: tuple[tuple[Region, str, str], ...] = (
    ("CN", "86", r"1[3-9]\d{9}"),
    ("TW", "886", r"9\d{8}"),
    ("HK", "852", r"[4-9]\d{7}"),
    ("SG", "65", r"[3689]\d{7}"),
    ("MY", "60", r"1\d{8,9}"),
)


_PLACES: tuple[tuple[Region, str], ...] = (
    ("HK", "香港"),
    ("TW", "台湾|台灣|臺灣"),
    ("SG", "新加坡"),
    ("MY", "马来|馬來|大马|大馬"),
)


def _local(typed: str, place: Region) -> Phone | None:
    """A number without its code, of the place that was named with it."""
    for region, code, pattern in _PHONES:
        if region == place and (match := re.fullmatch(rf"0?({pattern})", typed)):
            return Phone(f"+{code}{match[1]}", region)
    return None


def parse_phone(text: str) -> Phone:
    """A mobile number: mainland as it is or with +86; +886, +852, +65 and +60 with their code.

    Raises UserError with the way to write it.
    """
    said = plain(text)
    place = next((region for region, words in _PLACES if re.search(words, said)), None)
    typed = re.sub(r"[-().·_,、]", "", said).translate(_SPOKEN)
    typed = re.sub(r"^[^\d+]+|[^\d*]+$", "", typed)
    typed = re.sub(r"^00", "+", typed)
    if re.fullmatch(r"(?:852|886|65|60)\d{8,10}", typed):
        typed = f"+{typed}"
    if place and (found := _local(typed, place)):
        return found
    if re.fullmatch(r"(\+?86)?1[3-9]\d{9}", typed):
        return Phone("+86" + typed[-11:], "CN")
    if re.fullmatch(r"09\d{8}", typed):
        return Phone("+886" + typed[1:], "TW")
    if re.fullmatch(r"[89]\d{7}", typed):
        raise Unclear(
            "是哪里的号码？",
            ((f"+852{typed}", f"香港 {typed}"), (f"+65{typed}", f"新加坡 {typed}")),
        )
    if typed.startswith("+"):
        for region, code, pattern in _PHONES:
            match = re.fullmatch(rf"\+{code}0?({pattern})", typed)
            if match:
                return Phone(f"+{code}{match[1]}", region)
    raise UserError(
        "手机号不对：大陆填 11 位，例如 13800138000；"
        "港澳台和海外请带区号，例如 +85291234567、+886912345678。"
    )


@dataclass(frozen=True, slots=True)
class IdNumber:
    """A mainland resident's ID number with what it tells: birth date and sex."""

    number: str
    birth_on: date
    sex: Sex


_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECK = "10X98765432"


def parse_id_number(text: str) -> IdNumber:
    """An 18-character mainland ID number with a right check digit (GB 11643-1999, ISO 7064).

    Raises UserError naming what is wrong with it.
    """
    typed = re.sub(r"^[^\dA-Z]+", "", plain(text).upper()).replace("-", "")
    if re.fullmatch(r"\d{15}", typed):
        raise UserError("这是 15 位的旧号码，请填现在身份证上的 18 位号码。")
    if not re.fullmatch(r"[1-9]\d{16}[\dX]", typed, re.ASCII):
        raise UserError("身份证号应为 18 位，前 17 位是数字，最后一位是数字或 X，请核对后再填。")
    total = sum(int(digit) * weight for digit, weight in zip(typed, _WEIGHTS, strict=False))
    if _CHECK[total % 11] != typed[17]:
        raise UserError("身份证号的校验位对不上，多半有一位输错了，请对照证件再填一次。")
    try:
        birth_on = date(int(typed[6:10]), int(typed[10:12]), int(typed[12:14]))
    except ValueError:
        raise UserError("身份证号里的出生日期不存在，请对照证件再填一次。") from None
    return IdNumber(typed, birth_on, "male" if int(typed[16]) % 2 else "female")
