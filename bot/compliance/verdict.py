"""The verdict on one text: what stands where, by which rule, and how to say it instead."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

from bot.compliance.checks import Facts, Hit, Notice, Rules, Scan, Situation
from bot.compliance.contexts import sentence
from bot.compliance.model import Model
from bot.compliance.schema import Book, Rule
from bot.text.features import features
from bot.text.restore import Views, views

__all__ = ["Checker", "Facts", "Finding", "Notice", "Verdict"]

MAX_LENGTH = 10_000
SHOWN_OF_TOO_LONG = 100
UNLIKELY = 0.25
LIKELY = 0.6
SHORTEST = 5
"""Characters that the learned layer needs to tell a meaning; the rules judge any text."""
MODEL_RULE = "model"
TOO_LONG_RULE = "too-long"
DISGUISES = {
    "pinyin": "拼音",
    "initials": "首字母缩写",
    "homophone": "谐音字",
    "split": "拆字",
    "hidden": "隐形字符",
    "symbols": "夹杂符号",
}

Decision = Literal["pass", "warn", "block"]
_NO_FACTS = Facts()


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing found. ``start``/``end`` are code points of the text: ``matched`` is that slice.

    ``disguise`` names how the words were hidden (a key of DISGUISES). ``probability`` and
    ``fragments`` (spans of the text that weighed most) belong to the learned layer's findings.
    """

    rule: str
    category: str
    action: Literal["warn", "block"]
    start: int
    end: int
    matched: str
    reason: str
    basis: str
    suggestion: str
    disguise: str | None = None
    probability: float | None = None
    fragments: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Verdict:
    """The strictest action of the findings, the rulebook's version, and a wording that passes."""

    decision: Decision
    findings: tuple[Finding, ...]
    version: str
    rewrite: str | None = None


class Checker:
    """A rulebook and a model in force. Immutable and thread-safe; a new version is a new Checker.

    ``version`` names the rulebook, ``name`` the rulebook and the model: each verdict carries it.
    ``clean`` is the verdict on every text in which nothing was found.
    """

    def __init__(self, book: Book, model: Model | None, version: str) -> None:
        self.book = book
        self.model = model
        self.version = version
        self.name = f"{version}-{model.digest[:8]}" if model is not None else version
        self.clean = Verdict("pass", (), self.name)
        self.rules = Rules(book)
        self.categories = {entry.id: entry for entry in book.rulebook.categories}

    def check(
        self,
        text: str,
        *,
        audience: Literal["client", "public"] = "client",
        jurisdiction: str = "CN",
        on: date | None = None,
        facts: Facts | None = None,
    ) -> Verdict:
        """Judge ``text``. Bounded in time and memory whatever the text; never raises."""
        if len(text) > MAX_LENGTH:
            return Verdict("block", (self._too_long(text),), self.name)
        situation = Situation(audience, jurisdiction, on, facts or _NO_FACTS)
        findings, rules = self._judge(text, situation)
        if not findings:
            return self.clean
        rewrite = self._rewrite(text, findings, rules, situation)
        return Verdict(_strictest(findings), findings, self.name, rewrite)

    def _judge(
        self, text: str, situation: Situation
    ) -> tuple[tuple[Finding, ...], dict[str, Rule]]:
        seen = views(text)
        if not seen.compact.text:
            return (), {}
        scan = self.rules.scan(seen)
        learned, chance = self._learned(seen, scan)
        # Words near each other prove nothing by themselves: in a text that reads as lawful
        # they count for nothing, and only in one that reads as a violation do they block.
        hits = self.rules.hits(seen, scan, situation, near=chance >= UNLIKELY) if scan.met else []
        if not hits and learned is None:
            return (), {}
        findings = [self._finding(hit, seen, near_blocks=chance >= LIKELY) for hit in hits]
        if learned is not None and learned.category not in {entry.category for entry in findings}:
            findings.append(learned)
        findings.sort(key=lambda entry: (entry.start, entry.end, entry.rule))
        return tuple(findings), {hit.rule.id: hit.rule for hit in hits}

    def _finding(self, hit: Hit, seen: Views, *, near_blocks: bool) -> Finding:
        action = hit.rule.action or hit.category.action
        if hit.rule.kind == "near" and not near_blocks:
            action = "warn"
        start, end = seen.compact.span(hit.start, hit.end)
        disguise = _disguise(seen, hit.start, hit.end)
        return Finding(
            rule=hit.rule.id,
            category=hit.category.id,
            action=action,
            start=start,
            end=end,
            matched=seen.original[start:end],
            reason=(hit.rule.reason or hit.category.reason) + _told(disguise),
            basis="；".join(hit.rule.basis or hit.category.basis),
            suggestion=hit.rule.suggestion or hit.category.suggestion,
            disguise=disguise,
        )

    def _learned(self, seen: Views, scan: Scan) -> tuple[Finding | None, float]:
        """The learned layer's finding, and how likely it holds a violation (1 when not judged)."""
        model = self.model
        if model is None or (len(seen.compact.text) < SHORTEST and not seen.emoji):
            return None, 1.0
        found = features(seen, self.rules.concepts(seen, scan))
        text = seen.compact.text
        scored = model.score(found, text)
        name = model.categories[scored.category]
        category = self.categories.get(name)
        probability = model.probability(scored.score)
        if scored.score <= model.threshold or category is None:
            return None, probability
        start, end = seen.compact.span(scored.start, scored.end)
        spans = model.fragments(found, scored, text)
        return Finding(
            rule=MODEL_RULE,
            category=category.id,
            action="warn",
            start=start,
            end=end,
            matched=seen.original[start:end],
            reason=f"整句的意思像“{category.name}”（把握 {probability:.0%}），请人看一眼",
            basis="；".join(category.basis),
            suggestion=category.suggestion,
            disguise=_disguise(seen, scored.start, scored.end),
            probability=round(probability, 3),
            fragments=tuple(seen.compact.span(first, last) for first, last in spans),
        ), probability

    def _too_long(self, text: str) -> Finding:
        return Finding(
            rule=TOO_LONG_RULE,
            category=TOO_LONG_RULE,
            action="block",
            start=0,
            end=SHOWN_OF_TOO_LONG,
            matched=text[:SHOWN_OF_TOO_LONG],
            reason=f"这条有 {len(text)} 个字，太长了，没有检查",
            basis="",
            suggestion=f"请拆成几条发，每条不超过 {MAX_LENGTH} 个字。",
        )

    def _rewrite(
        self,
        text: str,
        findings: tuple[Finding, ...],
        rules: dict[str, Rule],
        situation: Situation,
    ) -> str:
        """A wording that passes: what must be said added, words or sentences replaced, else the
        suggestion alone."""
        drafts = []
        met = [rules.get(finding.rule) for finding in findings]
        if all(rule is not None and rule.kind == "disclosure" for rule in met):
            drafts.append(_with_disclosures(text, findings))
        replacements = {rule.id: rule.replace for rule in met if rule is not None and rule.replace}
        if all(finding.rule in replacements for finding in findings):
            drafts.append(_with_words(text, findings, replacements))
        drafts.append(_with_sentences(text, findings))
        for draft in drafts:
            if not self._judge(draft, situation)[0]:
                return draft
        return findings[0].suggestion


def _strictest(findings: tuple[Finding, ...]) -> Decision:
    actions = {finding.action for finding in findings}
    return "block" if "block" in actions else "warn"


def _with_disclosures(text: str, findings: tuple[Finding, ...]) -> str:
    """The text with what must be said beside it, each sentence once."""
    said = "".join(dict.fromkeys(finding.suggestion for finding in findings))
    stop = "" if text.rstrip().endswith(("。", "！", "？", ".", "!", "?")) else "。"
    return f"{text.rstrip()}{stop}{said}"


def _with_words(text: str, findings: tuple[Finding, ...], replacements: dict[str, str]) -> str:
    position = len(text)
    for finding in sorted(findings, key=lambda entry: -entry.start):
        if finding.end <= position:
            text = text[: finding.start] + replacements[finding.rule] + text[finding.end :]
            position = finding.start
    return text


def _with_sentences(text: str, findings: tuple[Finding, ...]) -> str:
    """The text with each sentence that holds a finding replaced by the suggestion, once."""
    kept: list[str] = []
    said: set[str] = set()
    position = 0
    ends = text.replace("！", "。").replace("？", "。").replace("!", "。").replace("?", "。")
    for finding in findings:
        start, end = sentence(ends, finding.start, finding.end)
        if start >= position:
            kept.append(text[position:start])
            if finding.suggestion not in said:
                kept.append(finding.suggestion)
                said.add(finding.suggestion)
        position = max(position, end + 1)
    kept.append(text[position:])
    return "".join(kept).strip()


def _told(disguise: str | None) -> str:
    return f"（写法有伪装：{DISGUISES[disguise]}）" if disguise else ""


def _disguise(seen: Views, start: int, end: int) -> str | None:
    """How the words of ``compact[start:end]`` were hidden, if they were."""
    for word in seen.restored:
        if word.start < end and start < word.end:
            return word.kind
    first, last = seen.compact.span(start, end)
    written = seen.original[first:last]
    if len(written) == end - start:
        return None
    if seen.hidden and any(not char.isprintable() for char in written):
        return "hidden"
    return "symbols" if seen.noisy else None
