"""The rules at work: one pass over the compact view, then only the rules whose words were met."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import permutations
from typing import Any, NamedTuple

from ahocorasick_rs import AhoCorasick, Implementation

from bot.compliance import borders
from bot.compliance.features import Concept
from bot.compliance.normalise import Views, compact_of, normalise
from bot.compliance.schema import Book, Category, Rule, compile_pattern, expand, expand_term

SENTENCE_STOPS = frozenset("。!?;\n")
CLAUSE_STOPS = frozenset(",。!?;:\n、…—")
NEGATION_REACH = 12
REPORT_REACH = 40
MOST_HITS = 24
MOST_SLOTS = 4
_SHORT = 3

_NEGATOR, _NOT_NEGATOR, _REJECTED, _REPORTED, _EVERYDAY, _INSURANCE = range(6)


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


@dataclass(frozen=True, slots=True)
class Situation:
    """For whom, where and when the text is judged."""

    audience: str
    jurisdiction: str
    on: date | None
    facts: Facts


Span = tuple[int, int]


@dataclass(slots=True)
class Scan:
    """What stands in a text: stems as (index, start, end), the rules met, the lexicon classes.

    ``met`` are the rules of which every slot has a stem in the text.
    """

    stems: list[tuple[int, int, int]] = field(default_factory=list)
    met: list[int] = field(default_factory=list)
    concepts: list[Concept] = field(default_factory=list)


ContextSpans = dict[int, list[Span]]


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
    """What a stem is for: its slots in rules, as pairs and as a mask, the rules that it alone
    meets, its lexicon classes, and whether it has a Latin edge."""

    uses: tuple[tuple[int, int], ...]
    mask: int
    alone: tuple[int, ...]
    classes: tuple[int, ...]
    latin: bool


def _bits(mask: int) -> Iterator[int]:
    while mask:
        lowest = mask & -mask
        yield lowest.bit_length() - 1
        mask ^= lowest


def _stem(word: str) -> str:
    return compact_of(normalise(word))


class _Contexts:
    """The words around a claim that change what it says; looked for only when a rule is met."""

    def __init__(self, book: Book) -> None:
        contexts = book.lexicon.contexts
        named = (
            (_NEGATOR, contexts.negators),
            (_NOT_NEGATOR, contexts.not_negators),
            (_REJECTED, contexts.rejected),
            (_REPORTED, contexts.reported),
            (_EVERYDAY, contexts.everyday),
            (_INSURANCE, contexts.insurance),
        )
        uses: dict[str, list[int]] = {}
        for number, words in named:
            for word in words:
                uses.setdefault(_stem(word), []).append(number)
        self._numbers = [tuple(numbers) for numbers in uses.values()]
        self._latin = [_latin(stem) for stem in uses]
        self._automaton = AhoCorasick(list(uses), implementation=Implementation.ContiguousNFA)

    def spans(self, views: Views) -> ContextSpans:
        """Where the words of each context stand."""
        found: ContextSpans = {}
        matches = self._automaton.find_matches_as_indexes(views.compact.text, overlapping=True)
        for index, start, end in matches:
            if self._latin[index] and not _latin_whole(views, start, end):
                continue
            for number in self._numbers[index]:
                found.setdefault(number, []).append((start, end))
        return found


class Rules:
    """A compiled rulebook; immutable, safe to share between threads."""

    def __init__(self, book: Book) -> None:
        self.compiled: list[_Compiled] = []
        self._uses: dict[str, list[tuple[int, int]]] = {}
        self._classes: dict[str, list[int]] = {}
        classes = {entry.id: entry.words for entry in book.lexicon.classes}
        for number, entry in enumerate(book.lexicon.classes):
            for word in entry.words:
                self._classes.setdefault(_stem(word), []).append(number)
        for category in book.rulebook.categories:
            for rule in category.rules:
                self._add_rule(rule, category, classes)
        self._allowed = {_stem(word) for word in book.lexicon.contexts.allowed}
        stems = sorted({stem for stem in (*self._uses, *self._classes, *self._allowed) if stem})
        self._width = len(self.compiled)
        self._stems = [self._compiled_stem(stem) for stem in stems]
        self._full = self._mask((number, 0) for number in range(self._width))
        self._spare = self._mask(
            (number, slot)
            for number, compiled in enumerate(self.compiled)
            for slot in range(compiled.slots, MOST_SLOTS)
        )
        self._lawful = frozenset(index for index, stem in enumerate(stems) if stem in self._allowed)
        self._automaton = AhoCorasick(stems, implementation=Implementation.ContiguousNFA)
        self._contexts = _Contexts(book)

    def _mask(self, uses: Iterable[tuple[int, int]]) -> int:
        """A bit for each (rule, slot); the slots of all rules lie in planes one after another."""
        mask = 0
        for number, slot in uses:
            mask |= 1 << (slot * self._width + number)
        return mask

    def _compiled_stem(self, stem: str) -> _Stem:
        uses = self._uses.get(stem, [])
        near_uses = [use for use in uses if self.compiled[use[0]].slots > 1]
        alone = [number for number, _ in uses if self.compiled[number].slots == 1]
        return _Stem(
            tuple(uses),
            self._mask(near_uses),
            tuple(alone),
            tuple(self._classes.get(stem, ())),
            _latin(stem),
        )

    def _add_rule(self, rule: Rule, category: Category, classes: dict[str, list[str]]) -> None:
        number = len(self.compiled)
        if rule.kind == "pattern":
            slots = [[word for anchor in rule.anchors for word in expand(anchor, classes)]]
        elif rule.terms:
            slots = [expand_term(term, classes) for term in rule.terms]
        else:
            slots = [[phrase for text in rule.any for phrase in expand(text, classes)]]
        for slot, words in enumerate(slots):
            for stem in {_stem(word) for word in words}:
                self._uses.setdefault(stem, []).append((number, slot))
        self.compiled.append(
            _Compiled(
                rule,
                category,
                len(slots),
                compile_pattern(rule.pattern) if rule.pattern else None,
                *(
                    tuple(_stem(word) for text in texts for word in expand(text, classes))
                    for texts in (rule.needs, rule.unless, rule.pressure)
                ),
            )
        )

    def scan(self, views: Views) -> Scan:
        """Find every stem, overlapping ones too; those inside a longer lawful phrase are left out."""
        matches = self._automaton.find_matches_as_indexes(views.compact.text, overlapping=True)
        scan = Scan()
        if not matches:
            return scan
        lawful = [(start, end) for index, start, end in matches if index in self._lawful]
        mask = self._spare
        alone: list[int] = []
        for match in matches:
            index, start, end = match
            _, near_mask, numbers, classes, latin = self._stems[index]
            if latin and not _latin_whole(views, start, end):
                continue
            if lawful and _within(lawful, start, end):
                continue
            scan.stems.append(match)
            mask |= near_mask
            alone += numbers
            for number in classes:
                scan.concepts.append(Concept(number, start))
        complete = self._full
        for slot in range(MOST_SLOTS):
            complete &= mask >> (slot * self._width)
        scan.met = [*dict.fromkeys(alone), *_bits(complete)]
        return scan

    def hits(self, views: Views, scan: Scan, situation: Situation) -> list[Hit]:
        """The rules that the text breaks, each at the first place where nothing excuses it."""
        found: list[Hit] = []
        contexts: ContextSpans | None = None
        for number in scan.met:
            compiled = self.compiled[number]
            if not _applies(compiled.rule, situation):
                continue
            slots = self._slots(number, scan)
            if contexts is None:
                contexts = self._contexts.spans(views)
            for start, end in self._places(compiled, slots, views, contexts):
                if self._stands(compiled, views, contexts, start, end, situation):
                    found.append(Hit(compiled.rule, compiled.category, start, end))
                    break
        return found

    def _slots(self, number: int, scan: Scan) -> list[list[Span]]:
        """The spans of each slot of a rule, the earliest and longest first."""
        slots: list[list[Span]] = [[] for _ in range(self.compiled[number].slots)]
        for index, start, end in scan.stems:
            for own, slot in self._stems[index].uses:
                if own == number:
                    slots[slot].append((start, end))
        return [sorted(spans, key=_longest_first) for spans in slots]

    def _places(
        self, compiled: _Compiled, slots: list[list[Span]], views: Views, contexts: ContextSpans
    ) -> Iterator[Span]:
        text = views.compact.text
        if compiled.pattern is not None:
            for match in compiled.pattern.finditer(text):
                yield match.span()
        elif compiled.slots == 1:
            yield from slots[0]
        else:
            negators: list[Span] = []
            if "negation" in compiled.rule.contexts:
                negators = _true_negators(contexts)
            yield from near(slots, text, compiled.rule, negators)

    def _stands(
        self,
        compiled: _Compiled,
        views: Views,
        contexts: ContextSpans,
        start: int,
        end: int,
        situation: Situation,
    ) -> bool:
        rule, text = compiled.rule, views.compact.text
        first, last = sentence(text, start, end)
        part = text[first:last]
        if any(word in part for word in compiled.unless):
            return False
        if rule.kind == "disclosure" and any(word in text for word in compiled.needs):
            return False
        if rule.kind == "fact" and _noticed(compiled, views, situation):
            return False
        if excused(rule, views, contexts, start, end):
            return False
        return end - start > _SHORT or borders.whole(text, start, end)


def _latin(stem: str) -> bool:
    return (stem[0].isascii() and stem[0].isalpha()) or (stem[-1].isascii() and stem[-1].isalpha())


def _latin_whole(views: Views, start: int, end: int) -> bool:
    """Whether a Latin stem begins and ends where the original does not go on with a letter."""
    first, last = views.compact.span(start, end)
    original = views.original
    before = original[first - 1 : first]
    after = original[last : last + 1]
    return not (_joins(before) and _joins(original[first])) and not (
        _joins(after) and _joins(original[last - 1])
    )


def _joins(char: str) -> bool:
    return char.isascii() and char.isalpha()


def _applies(rule: Rule, situation: Situation) -> bool:
    if rule.audience is not None and rule.audience != situation.audience:
        return False
    if rule.jurisdiction and situation.jurisdiction not in rule.jurisdiction:
        return False
    on = situation.on
    return on is None or (
        (rule.from_ is None or rule.from_ <= on) and (rule.until is None or on <= rule.until)
    )


def _longest_first(span: Span) -> Span:
    return span[0], -span[1]


def _true_negators(contexts: ContextSpans) -> list[Span]:
    masked = contexts.get(_NOT_NEGATOR, [])
    return [span for span in contexts.get(_NEGATOR, ()) if not _within(masked, *span)]


def near(slots: list[list[Span]], text: str, rule: Rule, negators: list[Span]) -> Iterator[Span]:
    """Spans that hold one hit of each slot, no further apart than the rule allows.

    Neighbours lie in one sentence, and no negator stands in the gap between them.
    """
    orders: Iterable[Sequence[list[Span]]] = [slots] if rule.ordered else permutations(slots)
    for order in orders:
        for start, end in order[0][:MOST_HITS]:
            last = _chain(order[1:], end, text, rule.within, negators)
            if last is not None:
                yield start, last


def _chain(
    slots: Sequence[list[Span]], end: int, text: str, within: int, negators: list[Span]
) -> int | None:
    if not slots:
        return end
    for first, last in slots[0][: 2 * MOST_HITS]:
        if not 0 <= first - end <= within or not SENTENCE_STOPS.isdisjoint(text[end:first]):
            continue
        if any(end <= begin and finish <= first for begin, finish in negators):
            continue
        found = _chain(slots[1:], last, text, within, negators)
        if found is not None:
            return found
    return None


def sentence(text: str, start: int, end: int) -> Span:
    """The sentence (or sentences) that ``text[start:end]`` lies in."""
    while start > 0 and text[start - 1] not in SENTENCE_STOPS:
        start -= 1
    while end < len(text) and text[end] not in SENTENCE_STOPS:
        end += 1
    return start, end


def _clause_start(text: str, position: int) -> int:
    while position > 0 and text[position - 1] not in CLAUSE_STOPS:
        position -= 1
    return position


def excused(rule: Rule, views: Views, contexts: ContextSpans, start: int, end: int) -> bool:
    """Whether the words around a claim take it back, report it, refute it or ask about it."""
    text = views.compact.text
    first, last = sentence(text, start, end)
    masked = contexts.get(_NOT_NEGATOR, [])
    if "negation" in rule.contexts and contexts.get(_NEGATOR):
        reach = NEGATION_REACH if not text[start].isascii() else REPORT_REACH
        clause = max(_clause_start(text, start), start - reach)
        if any(clause <= begin and finish <= start for begin, finish in _true_negators(contexts)):
            return True
    if "everyday" in rule.contexts and _EVERYDAY in contexts and _INSURANCE not in contexts:
        return True
    if "report" in rule.contexts:
        for begin, finish in contexts.get(_REPORTED, ()):
            if first <= begin and finish <= start + 1 and start - finish <= REPORT_REACH:
                return True
    if "rejection" in rule.contexts:
        stop = min(len(text), _next_sentence(text, last))
        for begin, finish in contexts.get(_REJECTED, ()):
            if end <= begin and finish <= stop and not _within(masked, begin, finish):
                return True
    if (
        "question" in rule.contexts
        and text[last : last + 1] == "?"
        and text[end:last][-1:] in ("吗", "么", "嘛")
    ):
        return True
    return "quotation" in rule.contexts and _quoted(views, start, end)


def _next_sentence(text: str, last: int) -> int:
    return sentence(text, last + 1, last + 1)[1] if last + 1 < len(text) else last


def _within(spans: list[Span], start: int, end: int) -> bool:
    return any(first <= start and end <= last for first, last in spans)


def _quoted(views: Views, start: int, end: int) -> bool:
    """Whether the claim stands alone between quotation marks of the original."""
    first, last = views.compact.span(start, end)
    original = views.original
    opened = max((original.rfind(mark, 0, first) for mark in '“「『"'), default=-1)
    if opened < 0 or first - opened > REPORT_REACH:
        return False
    closed = max(original.find(mark, opened + 1, first) for mark in "”」』")
    if closed >= 0:
        return False
    return any(mark in original[last : last + REPORT_REACH] for mark in '”」』"')


def _noticed(compiled: _Compiled, views: Views, situation: Situation) -> bool:
    """Whether a company notice covers what the text says about the end of a sale."""
    text = views.compact.text
    if any(word in text for word in compiled.pressure):
        return False
    notices = situation.facts.notices
    if notices is None:
        return any(word in text for word in compiled.needs)
    return any(
        _stem(notice.product) in text and _names_date(text, notice.stops_on) for notice in notices
    )


def _names_date(text: str, day: date) -> bool:
    written = (
        f"{day.month}月{day.day}日",
        f"{day.month}月{day.day}号",
        day.isoformat().replace("-", ""),
    )
    return any(form in text for form in written)
