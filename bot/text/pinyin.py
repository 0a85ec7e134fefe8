"""The sound of characters: toneless syllables as one code character each.

A syllable is written as one private-use character, so that a sound view has the length of the
text it was made from and n-grams over it mean what they mean over characters.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache, lru_cache

FIRST_CODE = 0xE000
_SHORTEST_RUN = 2


def _toneless(reading: str) -> str:
    decomposed = unicodedata.normalize("NFD", reading.replace("ü", "v"))
    return "".join(char for char in decomposed if char.isascii() and char.isalpha())


def _merged(syllable: str) -> str:
    """One spelling for sounds that ears and keyboards confuse (zh/z, ch/c, sh/s, -ing/-in)."""
    if syllable[1:2] == "h" and syllable[0] in "zcs":
        syllable = syllable[0] + syllable[2:]
    if syllable.endswith(("ing", "eng")):
        syllable = syllable[:-1]
    return syllable


@cache
def readings() -> dict[int, str]:
    """Toneless first reading of each character of the dictionary, by code point."""
    from pypinyin.constants import PINYIN_DICT

    table: dict[int, str] = {}
    for code, listed in PINYIN_DICT.items():
        syllable = _toneless(listed.split(",")[0])
        if syllable:
            table[code] = syllable
    return table


@cache
def _codes() -> dict[str, str]:
    merged = sorted({_merged(syllable) for syllable in set(readings().values())})
    return {syllable: chr(FIRST_CODE + index) for index, syllable in enumerate(merged)}


class _SoundTable(dict[int, str]):
    """Character → code of its sound, filled as characters are met: a small table stays in cache."""

    def __missing__(self, code: int) -> str:
        syllable = readings().get(code)
        self[code] = chr(code) if syllable is None else _codes()[_merged(syllable)]
        return self[code]


_SOUND_TABLE = _SoundTable()


@cache
def _spellings() -> dict[str, str]:
    """Every typed syllable → its code; single letters are left out, they are initials."""
    codes = _codes()
    syllables = set(readings().values())
    return {syllable: codes[_merged(syllable)] for syllable in syllables if len(syllable) > 1}


def syllable_codes(text: str) -> str:
    """The sound view of ``text``; characters without a reading stay as they are."""
    return text.translate(_SOUND_TABLE)


def initial_of(char: str) -> str:
    """The first letter of the character's reading, or the character itself."""
    return readings().get(ord(char), char)[0]


LATIN_RUN = re.compile(r"[a-z]+")


@lru_cache(maxsize=8192)
def spell(run: str) -> tuple[tuple[int, int, str], ...] | None:
    """Cut a run of small Latin letters into syllables: (start, end, code), or None.

    The longest syllable is tried first, with backing up; None when no cut covers the run.
    """
    if not _SHORTEST_RUN <= len(run) <= 40:
        return None
    spellings = _spellings()
    dead: set[int] = set()

    def cut(start: int) -> tuple[tuple[int, int, str], ...] | None:
        if start == len(run):
            return ()
        if start in dead:
            return None
        for end in range(min(len(run), start + 6), start + 1, -1):
            code = spellings.get(run[start:end])
            if code is not None:
                rest = cut(end)
                if rest is not None:
                    return ((start, end, code), *rest)
        dead.add(start)
        return None

    return cut(0)
