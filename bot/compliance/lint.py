"""Lints of a rulebook: its examples as tests, and rules that cover one another."""

from __future__ import annotations

import re

from bot.compliance.schema import Rule
from bot.compliance.source import RULES, Source
from bot.compliance.verdict import Checker, Finding
from bot.datafile import KeyPath, locate, read_yaml
from bot.errors import DataFileError, DataProblem

_MARK = re.compile(r"[【】]")
_MARKED = re.compile(r"【([^】]*)】")


def rules_of(checker: Checker) -> list[Rule]:
    """Every rule of the rulebook, in file order."""
    return [rule for category in checker.book.rulebook.categories for rule in category.rules]


def example_problems(
    checker: Checker, source: Source, name: str = RULES, only: set[str] | None = None
) -> list[DataProblem]:
    """Examples that do not hold: a wrong one its rule lets pass, a right one that it stops.

    Rules are tried without the learned layer, as they stand for themselves; those bound to a
    period are not tried. ``only`` names the rules to try.
    """
    _, positions = read_yaml(name, source.rules)
    alone = Checker(checker.book, None, checker.version)
    problems = []
    for first, category in enumerate(checker.book.rulebook.categories):
        for second, rule in enumerate(category.rules):
            bound = rule.until is not None or rule.from_ is not None
            if bound or (only is not None and rule.id not in only):
                continue
            path: KeyPath = ("categories", first, "rules", second)
            for field, index, reason in _failures(alone, rule):
                line, column = locate(positions, (*path, field, index))
                problems.append(DataProblem(name, line, column, f"{rule.id}：{reason}"))
    return problems


def _failures(checker: Checker, rule: Rule) -> list[tuple[str, int, str]]:
    found = []
    for index, example in enumerate(rule.wrong):
        text = _MARK.sub("", example)
        spans = [f.matched for f in _findings(checker, rule, text)]
        marked = _MARKED.search(example)
        if not spans:
            found.append(("wrong", index, f"这句该拦却没拦：“{text[:40]}”"))
        elif marked and marked[1] not in spans:
            found.append(("wrong", index, f"拦的位置是“{spans[0][:30]}”，不是“{marked[1][:30]}”"))
    for index, example in enumerate(rule.right):
        if _findings(checker, rule, example):
            found.append(("right", index, f"这句不该拦却拦了：“{example[:40]}”"))
    return found


def _findings(checker: Checker, rule: Rule, text: str) -> list[Finding]:
    audience = rule.audience or "client"
    jurisdiction = rule.jurisdiction[0] if rule.jurisdiction else "CN"
    verdict = checker.check(text, audience=audience, jurisdiction=jurisdiction)
    return [finding for finding in verdict.findings if finding.rule == rule.id]


def require_examples(checker: Checker, source: Source, in_force: Checker) -> None:
    """Raise DataFileError when an example of a rule new or changed since ``in_force`` fails."""
    before = {rule.id: rule for rule in rules_of(in_force)}
    changed = {rule.id for rule in rules_of(checker) if before.get(rule.id) != rule}
    problems = example_problems(checker, source, only=changed)
    if problems:
        raise DataFileError(problems)


def overlaps(checker: Checker) -> list[tuple[str, str]]:
    """Pairs (wider, narrower): every wrong example of the narrower is stopped by the wider too."""
    alone = Checker(checker.book, None, checker.version)
    pairs = []
    for rule in rules_of(checker):
        others: set[str] | None = None
        for example in rule.wrong:
            verdict = alone.check(_MARK.sub("", example), audience=rule.audience or "client")
            also = {finding.rule for finding in verdict.findings} - {rule.id}
            others = also if others is None else others & also
        pairs += [(wider, rule.id) for wider in sorted(others or ())]
    return pairs


def contradictions(checker: Checker) -> list[tuple[str, str]]:
    """Pairs (rule, other): a lawful example of ``rule`` that ``other`` stops."""
    alone = Checker(checker.book, None, checker.version)
    pairs = []
    for rule in rules_of(checker):
        for example in rule.right:
            verdict = alone.check(example, audience=rule.audience or "client")
            pairs += [(rule.id, f.rule) for f in verdict.findings if f.rule != rule.id]
    return list(dict.fromkeys(pairs))
