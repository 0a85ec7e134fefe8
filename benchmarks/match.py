"""How fast and how well objections are understood, beside rapidfuzz: ``python -m benchmarks.match``.

All of them know the same lines: the library's phrasings and data/utterances.jsonl. Without an
option every part is run; ``--quick`` leaves out what takes minutes. Ratios matter, not
microseconds: run it on a quiet machine.
"""

from __future__ import annotations

import argparse
import json
import random
import statistics
import time
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from rapidfuzz import fuzz, process, utils

from bot import settings
from bot.scripts_library.match import SURE, Matcher
from bot.scripts_library.schema import (
    NONE,
    UTTERANCES,
    Library,
    Utterance,
    load_library,
    load_utterances,
)
from bot.text.normalise import compact_of, normalise

ROUNDS = 2
FOLDS = 4
SHARES = (1 / 8, 1 / 4, 1 / 2, 1)
SEED = 7
NEIGHBOURS = 20
"""So many nearest lines are asked of a peer, to find three different intents among them."""
CONFUSIONS = 12
NAME_WIDTH = 26
KEPT_OUT = settings.ROOT / "tests" / "scripts_library" / "kept_out.jsonl"


@dataclass(frozen=True, slots=True)
class Answer:
    """What was understood: the intents without ``none``, best first, and whether it is none."""

    ranked: tuple[str, ...]
    none: bool
    sure: bool = False

    @property
    def label(self) -> str:
        return NONE if self.none or not self.ranked else self.ranked[0]


Judge = Callable[[str], Answer]
Pairs = Sequence[tuple[Answer, str]]
"""What was understood, and what was meant."""


# who is compared, and on what


def own(matcher: Matcher) -> Judge:
    def judge(text: str) -> Answer:
        found = matcher.match(text)
        return Answer(tuple(match.intent for match in found.matches), found.none, found.sure)

    return judge


def nearest(scorer: Callable[..., Any], lines: Sequence[Utterance]) -> Judge:
    """The labels of the nearest known lines, nearest first."""
    choices = [utils.default_process(line.text) for line in lines]
    labels = [line.intent for line in lines]

    def judge(text: str) -> Answer:
        cleaned = utils.default_process(text)
        found = process.extract(cleaned, choices, scorer=scorer, limit=NEIGHBOURS)
        ranked = dict.fromkeys(labels[position] for _, _, position in found)
        first = next(iter(ranked), NONE)
        return Answer(tuple(label for label in ranked if label != NONE), first == NONE)

    return judge


def judges_of(library: Library, examples: Sequence[Utterance]) -> dict[str, Judge]:
    """The product and its peers, all with the same lines."""
    lines = [*phrasings(library), *examples]
    return {
        "Matcher.match": own(Matcher.build(library, examples)),
        "rapidfuzz extract WRatio": nearest(fuzz.WRatio, lines),
        "rapidfuzz extract ratio": nearest(fuzz.ratio, lines),
    }


def phrasings(library: Library) -> list[Utterance]:
    return [
        Utterance(text=text, intent=intent.id)
        for intent in library.intents
        for text in (intent.zh, *intent.phrasings)
    ]


def kept_out() -> list[Utterance]:
    lines = KEPT_OUT.read_text(encoding="utf-8").splitlines()
    return [Utterance(**json.loads(line)) for line in lines]


def distinct(library: Library, examples: Sequence[Utterance]) -> list[Utterance]:
    """The examples without those that repeat another line in other punctuation or script."""
    seen = {_bare(line.text) for line in phrasings(library)}
    found = []
    for example in examples:
        bare = _bare(example.text)
        if bare not in seen:
            seen.add(bare)
            found.append(example)
    return found


def _bare(text: str) -> str:
    return "".join(char for char in compact_of(normalise(text)) if char.isalnum())


def dealt(examples: Sequence[Utterance], hands: int) -> list[list[Utterance]]:
    """The examples in so many hands, each intent spread evenly; always the same."""
    by_intent: dict[str, list[Utterance]] = defaultdict(list)
    for example in examples:
        by_intent[example.intent].append(example)
    dealt_out: list[list[Utterance]] = [[] for _ in range(hands)]
    at = 0
    for intent in sorted(by_intent):
        group = by_intent[intent]
        random.Random(f"{SEED} {intent}").shuffle(group)
        for example in group:
            dealt_out[at % hands].append(example)
            at += 1
    return dealt_out


# plain tables: Chinese characters are two columns wide


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)


def row(name: str, cells: Iterable[str], width: int = NAME_WIDTH) -> None:
    padded = "".join(" " * max(1, 10 - _width(cell)) + cell for cell in cells)
    print(name + " " * max(0, width - _width(name)) + padded)


def share(part: int, whole: int) -> str:
    return f"{part / whole:.1%}" if whole else "—"


# speed


def timed(judges: Iterable[Judge], texts: Sequence[str]) -> list[list[float]]:
    """Sorted microseconds of each judge; each message at its best of several rounds, in turns."""
    listed = list(judges)
    best = [[float("inf")] * len(texts) for _ in listed]
    for judge in listed:
        judge(texts[0])
    for _ in range(ROUNDS):
        for index, text in enumerate(texts):
            for judge, kept in zip(listed, best, strict=True):
                started = time.perf_counter()
                judge(text)
                kept[index] = min(kept[index], time.perf_counter() - started)
    return [sorted(value * 1e6 for value in kept) for kept in best]


def speed(judges: dict[str, Judge], texts: Sequence[str], what: str) -> None:
    length = statistics.mean(map(len, texts))
    print(f"\n速度：{what} {len(texts)} 句，平均 {length:.0f} 字；单核，微秒")
    row("", ("p50", "p99", "p50 倍数", "p99 倍数"))
    figures = [
        (statistics.median(ordered), ordered[int(len(ordered) * 0.99)])
        for ordered in timed(judges.values(), texts)
    ]
    median, late = figures[0]
    for name, (middle, slow) in zip(judges, figures, strict=True):
        cells = (f"{middle:.0f}", f"{slow:.0f}", f"{middle / median:.2f}", f"{slow / late:.2f}")
        row(name, cells)


# accuracy

HEADINGS = ("第一对", "前三有", "误作闲话", "闲话认出", "直接回答", "答得对")


def judged(judge: Judge, messages: Iterable[Utterance]) -> list[tuple[Answer, str]]:
    return [(judge(message.text), message.intent) for message in messages]


def figures(pairs: Pairs) -> tuple[str, ...]:
    """The cells below HEADINGS: of objections the first three, of ordinary talk the fourth.

    The last two are of all: how often the product answers without asking, and is right then.
    """
    objections = [(answer, meant) for answer, meant in pairs if meant != NONE]
    ordinary = [answer for answer, meant in pairs if meant == NONE]
    sure = [(answer, meant) for answer, meant in pairs if answer.sure]
    total = len(objections)
    return (
        share(sum(answer.ranked[:1] == (meant,) for answer, meant in objections), total),
        share(sum(meant in answer.ranked[:3] for answer, meant in objections), total),
        share(sum(answer.none for answer, _ in objections), total),
        share(sum(answer.none for answer in ordinary), len(ordinary)),
        share(len(sure), len(pairs)) if sure else "—",
        share(sum(answer.label == meant for answer, meant in sure), len(sure)),
    )


def table(what: str, answers: dict[str, list[tuple[Answer, str]]]) -> None:
    pairs = next(iter(answers.values()))
    ordinary = sum(meant == NONE for _, meant in pairs)
    print(f"\n{what}：异议 {len(pairs) - ordinary} 句，闲话 {ordinary} 句")
    row("", HEADINGS)
    for name, found in answers.items():
        row(name, figures(found))


def accuracy(judges: dict[str, Judge], messages: Sequence[Utterance]) -> None:
    answers = {name: judged(judge, messages) for name, judge in judges.items()}
    table("留出的话", answers)


def cross_validation(library: Library, examples: Sequence[Utterance]) -> None:
    """Each quarter of the utterances is judged by what was learned from the other three."""
    single = distinct(library, examples)
    hands = dealt(single, FOLDS)
    answers: dict[str, list[tuple[Answer, str]]] = defaultdict(list)
    for held in hands:
        others = [example for hand in hands if hand is not held for example in hand]
        for name, judge in judges_of(library, others).items():
            answers[name] += judged(judge, held)
    table(f"交叉验证（{FOLDS} 份；只差标点的 {len(examples) - len(single)} 句不算）", answers)
    pairs = next(iter(answers.values()))
    by_intent(library, pairs)
    confusions(library, pairs)


def by_intent(library: Library, pairs: Pairs) -> None:
    """Every objection, the worst first; last: of the messages taken for it, how many were it."""
    print("\n交叉验证，每种异议")
    row("", ("句数", *HEADINGS[:3], "判它时对"), 50)
    labelled = Counter(answer.label for answer, _ in pairs)
    found: dict[str, list[Answer]] = defaultdict(list)
    for answer, meant in pairs:
        found[meant].append(answer)

    def worth(intent_id: str) -> float:
        answers = found[intent_id]
        return sum(answer.ranked[:1] == (intent_id,) for answer in answers) / len(answers)

    names = {intent.id: intent.zh for intent in library.intents}
    for intent_id in sorted(names.keys() & found.keys(), key=lambda one: (worth(one), one)):
        answers = found[intent_id]
        named = sum(answer.label == intent_id for answer in answers)
        cells = figures([(answer, intent_id) for answer in answers])[:3]
        precision = share(named, labelled[intent_id])
        name = f"{intent_id} {names[intent_id]}"
        row(name, (str(len(answers)), *cells, precision), 50)


def confusions(library: Library, pairs: Pairs) -> None:
    names = {intent.id: intent.zh for intent in library.intents} | {NONE: "不是异议"}
    wrong = Counter((meant, answer.label) for answer, meant in pairs if answer.label != meant)
    kinds = {
        "两种异议混了": [pair for pair in wrong if NONE not in pair],
        "异议和闲话混了": [pair for pair in wrong if NONE in pair],
    }
    for title, mixed in kinds.items():
        total = sum(wrong[pair] for pair in mixed)
        print(f"\n{title}：{total} 句，最常见的（本来是 → 认成）")
        for meant, label in sorted(mixed, key=lambda pair: (-wrong[pair], pair))[:CONFUSIONS]:
            print(f"{wrong[meant, label]:4}  {names[meant]}（{meant}）→ {names[label]}（{label}）")


def curve(library: Library, examples: Sequence[Utterance], messages: Sequence[Utterance]) -> None:
    """What more utterances would bring: the same messages, learned from a part of them."""
    parts = dealt(examples, round(1 / SHARES[0]))
    print("\n学习曲线：学一部分原话，认留出的话")
    row("", HEADINGS)
    for part in SHARES:
        learned = [one for hand in parts[: round(part * len(parts))] for one in hand]
        judge = own(Matcher.build(library, learned))
        row(f"{len(learned)} 句", figures(judged(judge, messages)))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="只量留出的话：速度和准不准")
    parser.add_argument("--cv", action="store_true", help="只做交叉验证")
    parser.add_argument("--curve", action="store_true", help="只画学习曲线")
    wants = parser.parse_args()
    everything = not (wants.quick or wants.cv or wants.curve)
    content = settings.ROOT / "data"
    library = load_library(content / "objections.yaml")
    examples = load_utterances(content / UTTERANCES, library)
    messages = kept_out()
    lines = [*phrasings(library), *examples]
    print(f"话术库 {len(lines) - len(examples)} 句，原话 {len(examples)} 句；{SURE} 分以上直接回答")
    if wants.quick or everything:
        started = time.perf_counter()
        judges = judges_of(library, examples)
        first = time.perf_counter() - started
        started = time.perf_counter()
        Matcher.build(library, examples)
        again = time.perf_counter() - started
        print(f"启动后第一次学 {first:.1f} 秒（含装载），再学一次 {again:.1f} 秒")
        speed(judges, [message.text for message in messages], "留出的话")
        if everything:
            speed(judges, [line.text for line in lines], "库里的每一句")
        accuracy(judges, messages)
    if wants.cv or everything:
        cross_validation(library, examples)
    if wants.curve or everything:
        curve(library, examples, messages)


if __name__ == "__main__":
    main()
