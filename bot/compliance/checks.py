"""The rules at work: one pass over the compact view, then only the rules whose words were met."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import permutations
from typing import Any, NamedTuple

from ahocorasick_rs import AhoCorasick, Implementation

from bot.compliance.contexts import (
    SENTENCE_STOP,
    Around,
    Span,
    Surroundings,
    excused,
    has_latin_edge,
    latin_whole,
    sentence,
    stem_of,
    stems_of,
    within,
)
from bot.compliance.schema import Book, Category, Rule, compile_pattern, expand, expand_term
from bot.text import borders
from bot.text.features import Concept
from bot.text.restore import Views

MOST_HITS = 24
MOST_SLOTS = 4
_SHORT = 3


@dataclass(frozen=True, slots=True)
class Notice:
    """A company notice of a stop of sale on file."""

    product: str
    stops_on: date


@dataclass(frozen=True, slots=True)
class Facts:
    """What the office knows. ``notices`` is None where no register of notices is kept."""

    notices: tuple[Notice, ...] | None = None


@dataclass(frozen=True, slots=True)
class Hit:
    """A rule met at ``start``–``end`` of the compact view."""

    rule: Rule
    category: Category
    start: int
    end: int


class Situation(NamedTuple):
    """For whom, where and when the text is judged."""

    audience: str
    jurisdiction: str
    on: date | None
    facts: Facts


Match = tuple[int, int, int]
"""A stem by its index, and where it stands."""


class Scan(NamedTuple):
    """What stands in a text: every stem, the rules met, and the ``stems`` that met them.

    A rule is met when every slot of it has a stem in the text.
    """

    matches: list[Match]
    stems: list[Match]
    met: list[int]


@dataclass(frozen=True, slots=True)
class _Compiled:
    rule: Rule
    category: Category
    slots: int
    pattern: Any
    needs: tuple[str, ...]
    unless: tuple[str, ...]
    pressure: tuple[str, ...]


class _Stem(NamedTuple):
    """What a stem is for: its slots in rules, its lexicon classes; whether it has a Latin edge."""

    uses: tuple[tuple[int, int], ...]
    classes: tuple[int, ...]
    latin: bool


def _bits(mask: int) -> Iterator[int]:
    while mask:
        lowest = mask & -mask
        yield lowest.bit_length() - 1
        mask ^= lowest


class Rules:
    """A compiled rulebook; immutable, safe to share between threads."""

    def __init__(self, book: Book) -> None:
        self.compiled: list[_Compiled] = []
        self._uses: dict[str, list[tuple[int, int]]] = {}
        self._classes: dict[str, list[int]] = {}
        classes = {entry.id: entry.words for entry in book.lexicon.classes}
        for number, entry in enumerate(book.lexicon.classes):
            for stem in stems_of(entry.words):
                self._classes.setdefault(stem, []).append(number)
        for category in book.rulebook.categories:
            for rule in category.rules:
                self._add_rule(rule, category, classes)
        allowed = set(stems_of(book.lexicon.contexts.allowed))
        stems = sorted({stem for stem in (*self._uses, *self._classes, *allowed) if stem})
        self._width = len(self.compiled)
        self._stems = [self._stem(stem) for stem in stems]
        self._masks = [self._mask(stem.uses) for stem in self._stems]
        self._planes = self._mask((0, slot) for slot in range(MOST_SLOTS))
        self._full = self._mask((number, 0) for number in range(self._width))
        self._spare = self._mask(
            (number, slot)
            for number, compiled in enumerate(self.compiled)
            for slot in range(compiled.slots, MOST_SLOTS)
        )
        self._lawful = frozenset(index for index, stem in enumerate(stems) if stem in allowed)
        self._automaton = AhoCorasick(stems, implementation=Implementation.ContiguousNFA)
        self._contexts = Surroundings(book)

    def _mask(self, uses: Iterable[tuple[int, int]]) -> int:
        """A bit for each (rule, slot); the slots of all rules lie in planes one after another."""
        mask = 0
        for number, slot in uses:
            mask |= 1 << (slot * self._width + number)
        return mask

    def _stem(self, stem: str) -> _Stem:
        uses, classes = self._uses.get(stem, ()), self._classes.get(stem, ())
        return _Stem(tuple(uses), tuple(classes), has_latin_edge(stem))

    def _add_rule(self, rule: Rule, category: Category, classes: dict[str, list[str]]) -> None:
        number = len(self.compiled)
        if rule.kind == "pattern":
            slots = [[word for anchor in rule.anchors for word in expand(anchor, classes)]]
        elif rule.terms:
            slots = [expand_term(term, classes) for term in rule.terms]
        else:
            slots = [[phrase for text in rule.any for phrase in expand(text, classes)]]
        for slot, words in enumerate(slots):
            for stem in set(stems_of(words)):
                self._uses.setdefault(stem, []).append((number, slot))
        self.compiled.append(
            _Compiled(
                rule,
                category,
                len(slots),
                compile_pattern(rule.pattern) if rule.pattern else None,
                *(
                    tuple(stems_of([word for text in texts for word in expand(text, classes)]))
                    for texts in (rule.needs, rule.unless, rule.pressure)
                ),
            )
        )

    def scan(self, views: Views) -> Scan:
        """Find every stem, overlapping ones too, and the rules that they could break."""
        matches = self._automaton.find_matches_as_indexes(views.compact.text, overlapping=True)
        # Most texts meet no rule even if every stem counts, and are done here.
        possible = self._complete(matches)
        if not possible:
            return Scan(matches, [], [])
        wanted = possible * self._planes
        useful = [match for match in matches if self._masks[match[0]] & wanted]
        stems = self._counting(views, useful, self._lawful_spans(matches))
        return Scan(matches, stems, list(_bits(self._complete(stems))))

    def concepts(self, views: Views, scan: Scan) -> list[Concept]:
        """The lexicon classes met in a text, with their places."""
        named = [match for match in scan.matches if self._stems[match[0]].classes]
        counting = self._counting(views, named, self._lawful_spans(scan.matches))
        return [
            (start, number) for index, start, _ in counting for number in self._stems[index].classes
        ]

    def _complete(self, matches: list[Match]) -> int:
        """The rules, as bits, of which every slot has one of these stems."""
        mask, masks = self._spare, self._masks
        for index, _, _ in matches:
            mask |= masks[index]
        complete = self._full & mask
        for slot in range(1, MOST_SLOTS):
            if complete:
                complete &= mask >> (slot * self._width)
        return complete

    def _lawful_spans(self, matches: list[Match]) -> list[Span]:
        return [(start, end) for index, start, end in matches if index in self._lawful]

    def _counting(self, views: Views, matches: list[Match], lawful: list[Span]) -> list[Match]:
        """Without parts of longer Latin words, and without what lies in a longer lawful phrase."""
        return [
            (index, start, end)
            for index, start, end in matches
            if not (self._stems[index].latin and not latin_whole(views, start, end))
            and not (lawful and within(lawful, start, end))
        ]

    def hits(self, views: Views, scan: Scan, situation: Situation, *, near: bool) -> list[Hit]:
        """The rules that the text breaks, each at the first place where nothing excuses it; those
        of the kind near only with ``near``.
        """
        found: list[Hit] = []
        around = Around(self._contexts, views)
        for number, slots in self._slots(scan, near).items():
            compiled = self.compiled[number]
            if not _applies(compiled.rule, situation):
                continue
            for start, end in self._places(compiled, slots, around):
                if self._stands(compiled, around, start, end, situation):
                    found.append(Hit(compiled.rule, compiled.category, start, end))
                    break
        return found

    def _slots(self, scan: Scan, near: bool) -> dict[int, list[list[Span]]]:
        """The spans of each slot of the rules met, the earliest and longest first."""
        slots: dict[int, list[list[Span]]] = {
            number: [[] for _ in range(self.compiled[number].slots)]
            for number in scan.met
            if near or self.compiled[number].rule.kind != "near"
        }
        for index, start, end in sorted(scan.stems, key=_longest_first) if slots else ():
            for own, slot in self._stems[index].uses:
                if own in slots:
                    slots[own][slot].append((start, end))
        return slots

    def _places(
        self, compiled: _Compiled, slots: list[list[Span]], around: Around
    ) -> Iterator[Span]:
        text = around.views.compact.text
        if compiled.pattern is not None:
            for match in compiled.pattern.finditer(text):
                yield match.span()
        elif compiled.slots == 1:
            yield from slots[0]
        else:
            yield from near(slots, text, compiled.rule, around)

    def _stands(
        self,
        compiled: _Compiled,
        around: Around,
        start: int,
        end: int,
        situation: Situation,
    ) -> bool:
        rule, views = compiled.rule, around.views
        text = views.compact.text
        first, last = sentence(text, start, end)
        part = text[first:last]
        if any(word in part for word in compiled.unless):
            return False
        if rule.kind == "disclosure" and any(word in text for word in compiled.needs):
            return False
        if rule.kind == "fact" and _noticed(compiled, views, situation):
            return False
        if excused(rule, around, start, end):
            return False
        return end - start > _SHORT or borders.whole(text, start, end)


def _applies(rule: Rule, situation: Situation) -> bool:
    if rule.audience is not None and rule.audience != situation.audience:
        return False
    if rule.jurisdiction and situation.jurisdiction not in rule.jurisdiction:
        return False
    on = situation.on
    return on is None or (
        (rule.from_ is None or rule.from_ <= on) and (rule.until is None or on <= rule.until)
    )


def _longest_first(match: Match) -> Span:
    return match[1], -match[2]


def near(slots: list[list[Span]], text: str, rule: Rule, around: Around) -> Iterator[Span]:
    """Spans that hold one hit of each slot, no further apart than the rule allows.

    Neighbours lie in one sentence, and no negator stands in the gap between them if the rule heeds
    negation.
    """
    heeded = around if "negation" in rule.contexts else None
    orders: Iterable[Sequence[list[Span]]] = [slots] if rule.ordered else permutations(slots)
    for order in orders:
        for start, end in order[0][:MOST_HITS]:
            last = _chain(order[1:], end, text, rule.within, heeded)
            if last is not None:
                yield start, last


def _chain(
    slots: Sequence[list[Span]], end: int, text: str, within: int, heeded: Around | None
) -> int | None:
    if not slots:
        return end
    for first, last in slots[0][: 2 * MOST_HITS]:
        if not 0 <= first - end <= within or SENTENCE_STOP.search(text, end, first):
            continue
        if heeded is not None and any(
            end <= begin and finish <= first for begin, finish in heeded.negators
        ):
            continue
        found = _chain(slots[1:], last, text, within, heeded)
        if found is not None:
            return found
    return None


def _noticed(compiled: _Compiled, views: Views, situation: Situation) -> bool:
    """Whether a company notice covers what the text says about the end of a sale."""
    text = views.compact.text
    if any(word in text for word in compiled.pressure):
        return False
    notices = situation.facts.notices
    if notices is None:
        return any(word in text for word in compiled.needs)
    return any(
        stem_of(notice.product) in text and _names_date(text, notice.stops_on) for notice in notices
    )


def _names_date(text: str, day: date) -> bool:
    written = (
        f"{day.month}月{day.day}日",
        f"{day.month}月{day.day}号",
        day.isoformat().replace("-", ""),
    )
    return any(form in text for form in written)
