"""The shape of ``data/banned_phrases.yaml`` and ``data/lexicon.yaml``, checked when they are read.

In a rule's words ``<class>`` stands for any word of a lexicon class, ``{a|b}`` for a or b, and in
``wrong`` examples 【…】 marks the span that the finding must have.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from itertools import product
from pathlib import Path
from typing import Annotated, Literal, get_args

import re2
from pydantic import Field

from bot.datafile import DataModel, KeyPath, Position, locate, read_text, read_yaml, validate
from bot.errors import DataFileError, DataProblem

MAX_PATTERN = 400
MAX_EXPANSION = 4000
MAX_PHRASE = 60

Action = Literal["block", "warn"]
Audience = Literal["client", "public"]
Jurisdiction = Literal["CN", "HK", "TW", "SG", "MY"]
Text = Annotated[str, Field(min_length=1, max_length=400)]
Word = Annotated[str, Field(min_length=1, max_length=MAX_PHRASE)]
Identifier = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]{1,40}$")]


class WordClass(DataModel):
    """A lexicon class: words that mean the same to a rule."""

    id: Identifier
    words: list[Word] = Field(min_length=1)


class Contexts(DataModel):
    """Words that take a claim back, hide a negation, report a claim or are lawful themselves.

    ``everyday`` words excuse a text that has no word of ``insurance``. Those of questions may be
    left out, as they are in the versions published before there were such.
    """

    negators: list[Word]
    not_negators: list[Word]
    rejected: list[Word]
    reported: list[Word]
    asking: list[Word] = Field(default_factory=list)
    doubting: list[Word] = Field(default_factory=list)
    consenting: list[Word] = Field(default_factory=list)
    rhetorical: list[Word] = Field(default_factory=list)
    everyday: list[Word]
    insurance: list[Word]
    allowed: list[Word]


class Lexicon(DataModel):
    """``data/lexicon.yaml``."""

    version: int = Field(ge=1)
    classes: list[WordClass]
    contexts: Contexts


ContextName = Literal["negation", "rejection", "report", "quotation", "question", "everyday"]


class Rule(DataModel):
    """One rule of a category.

    ``any`` (kind phrase): one of the phrases stands in the text. ``terms`` (near): one word of each
    item, in order unless ``ordered`` is false, at most ``within`` characters apart, in one
    sentence. ``pattern``: a linear-time regular expression over the compact view, tried only where
    one of ``anchors`` stands. ``needs`` (disclosure): the trigger must come with one of these.
    ``fact`` (stop-sale): the trigger needs a company notice. ``unless``: words that make the text
    lawful when they stand in the same sentence.
    """

    id: Identifier
    kind: Literal["phrase", "near", "pattern", "disclosure", "fact"] = "phrase"
    any: list[Text] = Field(default=[])
    terms: list[Text] = Field(default=[], max_length=4)
    within: int = Field(default=6, ge=0, le=60)
    ordered: bool = True
    pattern: Annotated[str, Field(min_length=1, max_length=MAX_PATTERN)] | None = None
    anchors: list[Word] = Field(default=[])
    needs: list[Word] = Field(default=[])
    pressure: list[Word] = Field(default=[])
    unless: list[Word] = Field(default=[])
    contexts: list[ContextName] = Field(default=list(get_args(ContextName)))
    action: Action | None = None
    reason: Text | None = None
    basis: list[Word] = Field(default=[])
    suggestion: Text | None = None
    replace: Text | None = None
    audience: Audience | None = None
    jurisdiction: list[Jurisdiction] = Field(default=[])
    from_: date | None = Field(default=None, alias="from")
    until: date | None = None
    wrong: list[Text] = Field(min_length=1)
    right: list[Text] = Field(default=[])


class Category(DataModel):
    """A category of violations with its rules; what a rule leaves out is taken from here."""

    id: Identifier
    name: Text
    action: Action
    reason: Text
    basis: list[Word] = Field(min_length=1)
    suggestion: Text
    rules: list[Rule]


class Rulebook(DataModel):
    """``data/banned_phrases.yaml``."""

    version: int = Field(ge=1)
    categories: list[Category] = Field(min_length=1)


@dataclass(frozen=True, slots=True)
class Book:
    """A rulebook and its lexicon, checked against each other."""

    rulebook: Rulebook
    lexicon: Lexicon


_CLASS = re.compile(r"<([a-z0-9_-]+)>")
_CHOICE = re.compile(r"\{([^{}]*)\}")


def expand(text: str, classes: dict[str, list[str]]) -> list[str]:
    """Every phrase that ``text`` stands for. Raises ValueError in the officer's words."""
    pieces: list[list[str]] = []
    for part in re.split(r"(<[^<>]*>|\{[^{}]*\})", text):
        named = _CLASS.fullmatch(part)
        choice = _CHOICE.fullmatch(part)
        if named:
            if named[1] not in classes:
                raise ValueError(f"词表里没有“{named[1]}”这个词类")
            pieces.append(classes[named[1]])
        elif choice:
            pieces.append(choice[1].split("|"))
        elif part:
            if re.search(r"[<>{}]", part):
                raise ValueError("尖括号或花括号没有成对")
            pieces.append([part])
    size = 1
    for piece in pieces:
        size *= len(piece)
    if size > MAX_EXPANSION:
        raise ValueError(f"展开后有 {size} 个说法，最多 {MAX_EXPANSION} 个，请拆成几条")
    return ["".join(chosen) for chosen in product(*pieces)]


def expand_term(term: str, classes: dict[str, list[str]]) -> list[str]:
    """The words of one item of ``terms``: alternatives are separated by ``|`` outside braces."""
    words: list[str] = []
    for alternative in re.split(r"\|(?![^{]*\})", term):
        words += expand(alternative, classes)
    return list(dict.fromkeys(words))


def load_book(rules_path: Path, lexicon_path: Path) -> Book:
    """Read and check both files; raises DataFileError with every fault of the faulty one."""
    return parse_book(
        (str(rules_path), read_text(rules_path)), (str(lexicon_path), read_text(lexicon_path))
    )


def parse_book(rules: tuple[str, str], lexicon: tuple[str, str]) -> Book:
    """Check a rulebook against a lexicon; each is given as (file name, text)."""
    name, text = lexicon
    value, positions = read_yaml(name, text)
    words = validate(name, value, positions, Lexicon)
    _refuse(name, positions, _lexicon_faults(words))
    name, text = rules
    value, positions = read_yaml(name, text)
    book = validate(name, value, positions, Rulebook)
    _refuse(name, positions, _rule_faults(book, words))
    return Book(book, words)


Fault = tuple[KeyPath, str]


def _refuse(name: str, positions: dict[KeyPath, Position], faults: list[Fault]) -> None:
    if faults:
        problems = [DataProblem(name, *locate(positions, path), reason) for path, reason in faults]
        raise DataFileError(sorted(problems, key=lambda fault: (fault.line, fault.column)))


def _lexicon_faults(lexicon: Lexicon) -> list[Fault]:
    faults: list[Fault] = []
    seen: set[str] = set()
    for number, entry in enumerate(lexicon.classes):
        if entry.id in seen:
            faults.append((("classes", number, "id"), f"词类“{entry.id}”重复了，请只留一个"))
        seen.add(entry.id)
    return faults


def _rule_faults(book: Rulebook, lexicon: Lexicon) -> list[Fault]:
    classes = {entry.id: entry.words for entry in lexicon.classes}
    faults: list[Fault] = []
    seen: set[str] = set()
    for first, category in enumerate(book.categories):
        place: KeyPath = ("categories", first)
        if category.id in seen:
            faults.append(((*place, "id"), f"编号“{category.id}”重复了"))
        seen.add(category.id)
        for second, rule in enumerate(category.rules):
            path = (*place, "rules", second)
            if rule.id in seen:
                faults.append(((*path, "id"), f"编号“{rule.id}”重复了"))
            seen.add(rule.id)
            faults += [((*path, *tail), reason) for tail, reason in _faults_of(rule, classes)]
    return faults


_FIELDS = {
    "phrase": ("any",),
    "near": ("terms",),
    "pattern": ("pattern", "anchors"),
    "disclosure": ("needs",),
    "fact": ("terms",),
}


def _faults_of(rule: Rule, classes: dict[str, list[str]]) -> list[Fault]:
    faults: list[Fault] = []
    for field in _FIELDS[rule.kind]:
        if not getattr(rule, field):
            faults.append((("kind",), f"{rule.kind} 规则缺少“{field}”"))
    if rule.kind == "disclosure" and not (rule.any or rule.terms):
        faults.append((("kind",), "disclosure 规则要有触发词 any 或 terms"))
    if rule.terms and len(rule.terms) < 2:
        faults.append((("terms",), "terms 至少要有两项，只有一项请用 any"))
    for index, phrase in enumerate(rule.any):
        faults += _expansion_fault(("any", index), phrase, classes)
    for index, term in enumerate(rule.terms):
        faults += _expansion_fault(("terms", index), term, classes)
    if rule.from_ and rule.until and rule.from_ > rule.until:
        faults.append((("until",), "until 早于 from"))
    if rule.pattern is not None:
        faults += _pattern_fault(rule.pattern)
    return faults


def _expansion_fault(path: KeyPath, text: str, classes: dict[str, list[str]]) -> list[Fault]:
    try:
        words = expand_term(text, classes) if path[0] == "terms" else expand(text, classes)
    except ValueError as error:
        return [(path, str(error))]
    return [] if all(word.strip() for word in words) else [(path, "展开后有空的说法")]


def compile_pattern(pattern: str) -> re2._Regexp[str]:
    """The linear-time expression; raises re2.error when it is not one."""
    options = re2.Options()
    options.log_errors = False
    options.max_mem = 1 << 20
    return re2.compile(pattern, options=options)


def _pattern_fault(pattern: str) -> list[Fault]:
    try:
        compiled = compile_pattern(pattern)
    except (re2.error, UnicodeError) as error:
        return [(("pattern",), f"表达式写法有误：{error}")]
    return [(("pattern",), "表达式不能匹配空文字")] if compiled.search("") else []
