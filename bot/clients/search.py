"""Finding a client by what an agent types: part of a name, pinyin, initials, a slip, a phone's end.

Pure: over the names and phones of a book that the caller may see.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rapidfuzz import fuzz

from bot.domain.numerals import plain
from bot.text.pinyin import readings

SHORTEST_TAIL = 3
_CERTAIN = 170.0
_ALIKE = 66.0
_ALIKE_SOUND = 84.0


@dataclass(frozen=True, slots=True)
class Entry:
    """A client as the search sees it."""

    id: int
    name: str
    phone: str | None
    tags: tuple[str, ...] = ()


def search(entries: Iterable[Entry], typed: str, limit: int) -> list[int]:
    """The ids of the clients that ``typed`` may mean, best first; none when nothing is alike.

    Whole matches go before alike ones: name, tag, phone tail, initials, pinyin, then slips.
    """
    wanted = plain(typed)[:40]
    if not wanted:
        return []
    scored = [(score, entry.id) for entry in entries if (score := _score(entry, wanted)) > 0]
    if any(score >= _CERTAIN for score, _ in scored):
        scored = [item for item in scored if item[0] >= _CERTAIN]
    scored.sort(key=lambda item: (-item[0], item[1]))
    return [client_id for _, client_id in scored[:limit]]


def _score(entry: Entry, wanted: str) -> float:
    name = plain(entry.name)
    if wanted in name:
        return 400 + 100 * len(wanted) / len(name)
    if any(wanted == plain(tag) or wanted == f"#{plain(tag)}" for tag in entry.tags):
        return 350
    digits = re.sub(r"\D", "", wanted)
    if len(digits) >= SHORTEST_TAIL and digits == wanted:
        return 300 if re.sub(r"\D", "", entry.phone or "").endswith(digits) else 0
    syllables = _syllables(name)
    if wanted.isascii() and wanted.isalpha():
        return _latin(syllables, wanted)
    if len(wanted) < 2 or len(name) < 2:
        return 0
    if "".join(_syllables(wanted)) == "".join(syllables):
        return 180
    alike = fuzz.ratio(wanted, name)
    return alike if alike >= _ALIKE else 0


def _syllables(text: str) -> Sequence[str]:
    return [readings().get(ord(char), char) for char in text]


def _latin(syllables: Sequence[str], wanted: str) -> float:
    """A typed run of letters as initials, as full pinyin, or as pinyin with a slip."""
    initials = "".join(syllable[0] for syllable in syllables)
    spelt = "".join(syllables)
    if initials.startswith(wanted):
        return 250 + len(wanted)
    if spelt.startswith(wanted):
        return 200 + len(wanted)
    alike = fuzz.ratio(wanted, spelt)
    return alike if alike >= _ALIKE_SOUND else 0
