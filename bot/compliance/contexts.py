"""The words around a claim that change what it says: negation, report, refutation, everyday talk."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cached_property

from ahocorasick_rs import AhoCorasick, Implementation

from bot.compliance.schema import Book, Rule
from bot.text.normalise import compact_of, normalise
from bot.text.restore import Views

_SENTENCE_STOPS = "。!?;\n"
_CLAUSE_STOPS = ",。!?;:\n、…—"
SENTENCE_STOP = re.compile(f"[{_SENTENCE_STOPS}]")
NEGATION_REACH = 12
REPORT_REACH = 24
LATIN_REACH = 40
_NEGATOR, _NOT_NEGATOR, _REJECTED, _REPORTED, _ASKING, _DOUBTING = range(6)
_CONSENTING, _RHETORICAL, _EVERYDAY, _INSURANCE = range(6, 10)

Span = tuple[int, int]


def stem_of(word: str) -> str:
    """A rule's own word as it stands in the compact view."""
    return compact_of(normalise(word))


def stems_of(words: Sequence[str]) -> list[str]:
    """The stem of each word, all in one go: a line end keeps words apart."""
    return stem_of("\n".join(words)).split("\n") if words else []


def has_latin_edge(stem: str) -> bool:
    return (stem[0].isascii() and stem[0].isalpha()) or (stem[-1].isascii() and stem[-1].isalpha())


def latin_whole(views: Views, start: int, end: int) -> bool:
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


ContextSpans = dict[int, list[Span]]


class Surroundings:
    """The words around a claim that change what it says; looked for only when a rule is met."""

    def __init__(self, book: Book) -> None:
        contexts = book.lexicon.contexts
        named = (
            (_NEGATOR, contexts.negators),
            (_NOT_NEGATOR, contexts.not_negators),
            (_REJECTED, contexts.rejected),
            (_REPORTED, contexts.reported),
            (_ASKING, contexts.asking),
            (_DOUBTING, contexts.doubting),
            (_CONSENTING, contexts.consenting),
            (_RHETORICAL, contexts.rhetorical),
            (_EVERYDAY, contexts.everyday),
            (_INSURANCE, contexts.insurance),
        )
        uses: dict[str, list[int]] = {}
        for number, words in named:
            for stem in stems_of(words):
                uses.setdefault(stem, []).append(number)
        self._numbers = [tuple(numbers) for numbers in uses.values()]
        self._latin = [has_latin_edge(stem) for stem in uses]
        self._automaton = AhoCorasick(list(uses), implementation=Implementation.ContiguousNFA)

    def spans(self, views: Views) -> ContextSpans:
        """Where the words of each context stand."""
        found: ContextSpans = {}
        matches = self._automaton.find_matches_as_indexes(views.compact.text, overlapping=True)
        for index, start, end in matches:
            if self._latin[index] and not latin_whole(views, start, end):
                continue
            for number in self._numbers[index]:
                found.setdefault(number, []).append((start, end))
        return found


class Around:
    """The context words of one text, looked for when they are first asked for."""

    def __init__(self, surroundings: Surroundings, views: Views) -> None:
        self.views = views
        self._surroundings = surroundings

    @cached_property
    def spans(self) -> ContextSpans:
        """Where the words of each context stand."""
        return self._surroundings.spans(self.views)

    @cached_property
    def negators(self) -> list[Span]:
        """The negators that are no part of a word that only looks like one."""
        masked = self.spans.get(_NOT_NEGATOR, [])
        return [span for span in self.spans.get(_NEGATOR, ()) if not within(masked, *span)]


def sentence(text: str, start: int, end: int) -> Span:
    """The sentence (or sentences) that ``text[start:end]`` lies in."""
    stop = SENTENCE_STOP.search(text, end)
    return _after_last(_SENTENCE_STOPS, text, start), stop.start() if stop else len(text)


def _clause_start(text: str, position: int) -> int:
    return _after_last(_CLAUSE_STOPS, text, position)


def _after_last(stops: str, text: str, position: int) -> int:
    """Where what follows the last of the stops before ``position`` begins."""
    return max(text.rfind(stop, 0, position) for stop in stops) + 1


def excused(rule: Rule, around: Around, start: int, end: int) -> bool:
    """Whether the words around a claim take it back, report it, refute it or ask about it."""
    allowed, contexts = rule.contexts, around.spans
    if "everyday" in allowed and _EVERYDAY in contexts and _INSURANCE not in contexts:
        return True
    text = around.views.compact.text
    return (
        ("negation" in allowed and _negated(text, around.negators, start))
        or ("report" in allowed and _reported(text, contexts, start))
        or ("rejection" in allowed and _rejected(text, contexts, start, end))
        or ("question" in allowed and _asked(text, contexts, start, end))
        or ("quotation" in allowed and _quoted(around.views, start, end))
    )


def _reach(text: str, start: int, chinese: int) -> int:
    """How far a word works, in characters: further in Latin text."""
    return LATIN_REACH if text[start].isascii() else chinese


def _negated(text: str, negators: list[Span], start: int) -> bool:
    first = max(_clause_start(text, start), start - _reach(text, start, NEGATION_REACH))
    return any(first <= begin and finish <= start for begin, finish in negators)


def _reported(text: str, contexts: ContextSpans, start: int) -> bool:
    first = max(sentence(text, start, start)[0], start - _reach(text, start, REPORT_REACH))
    masked = contexts.get(_NOT_NEGATOR, [])
    return any(
        first <= begin and finish <= start + 1 and not within(masked, begin, finish)
        for begin, finish in contexts.get(_REPORTED, ())
    )


def _rejected(text: str, contexts: ContextSpans, start: int, end: int) -> bool:
    last = _next_sentence(text, sentence(text, start, end)[1])
    masked = contexts.get(_NOT_NEGATOR, [])
    return any(
        end <= begin and finish <= last and not within(masked, begin, finish)
        for begin, finish in contexts.get(_REJECTED, ())
    )


def _asked(text: str, contexts: ContextSpans, start: int, end: int) -> bool:
    """Whether the claim is asked about: "…吗?", or "哪家…?" of nobody's own product.

    "…好吗?" asks for consent and takes nothing back, and nor does most else in a clause of its
    own ("今晚签吗?"): there the question must doubt the claim ("是真的吗?").
    """
    first, last = sentence(text, start, end)
    if text[last : last + 1] != "?":
        return False
    if text[end:last][-1:] in ("吗", "么", "嘛"):
        clause = _clause_start(text, last)
        if clause > start:
            return _any_within(contexts, _DOUBTING, clause, last)
        return all(finish != last for _, finish in contexts.get(_CONSENTING, ()))
    return _any_within(contexts, _ASKING, first, end) and not _any_within(
        contexts, _RHETORICAL, first, last
    )


def _any_within(contexts: ContextSpans, number: int, first: int, last: int) -> bool:
    return any(first <= begin and finish <= last for begin, finish in contexts.get(number, ()))


def _next_sentence(text: str, last: int) -> int:
    return sentence(text, last + 1, last + 1)[1] if last + 1 < len(text) else last


def within(spans: list[Span], start: int, end: int) -> bool:
    return any(first <= start and end <= last for first, last in spans)


def _quoted(views: Views, start: int, end: int) -> bool:
    """Whether the claim stands alone between quotation marks of the original."""
    first, last = views.compact.span(start, end)
    original = views.original
    opened = max((original.rfind(mark, 0, first) for mark in '“「『"'), default=-1)
    if opened < 0 or first - opened > LATIN_REACH:
        return False
    closed = max(original.find(mark, opened + 1, first) for mark in "”」』")
    if closed >= 0:
        return False
    return any(mark in original[last : last + LATIN_REACH] for mark in '”」』"')
