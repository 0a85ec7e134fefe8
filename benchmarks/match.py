"""How fast and how well objections are understood, beside rapidfuzz: ``python -m benchmarks.match``.

All of them know the same lines: the library's phrasings and data/utterances.jsonl. Speed and
accuracy are measured on messages that nobody learned; ``--curve`` learns from a part of the
utterances. Ratios matter, not microseconds.
"""

from __future__ import annotations

import argparse
import json
import random
import statistics
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from rapidfuzz import fuzz, process, utils

from bot import settings
from bot.scripts_library.match import Matcher
from bot.scripts_library.schema import (
    NONE,
    UTTERANCES,
    Library,
    Utterance,
    load_library,
    load_utterances,
)

ROUNDS = 3
FOLDS = 4
SHARES = (1 / 8, 1 / 4, 1 / 2, 1)
SEED = 7
NEIGHBOURS = 20
"""So many nearest lines are asked of a peer, to find three different intents among them."""
CONFUSIONS = 10
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


def known_lines(library: Library, examples: Iterable[Utterance]) -> list[Utterance]:
    """Every line that the matcher learns, for the peers."""
    phrasings = [
        Utterance(text=text, intent=intent.id)
        for intent in library.intents
        for text in (intent.zh, *intent.phrasings)
    ]
    return [*phrasings, *examples]


def kept_out() -> list[Utterance]:
    lines = KEPT_OUT.read_text(encoding="utf-8").splitlines()
    return [Utterance(**json.loads(line)) for line in lines]


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


def share(part: int, whole: int) -> str:
    return f"{part / whole:8.1%}" if whole else f"{'—':>8}"


# speed


def timed(judges: Sequence[Judge], texts: Sequence[str]) -> list[list[float]]:
    """Sorted microseconds of each judge; each message at its best of several rounds, in turns."""
    best = [[float("inf")] * len(texts) for _ in judges]
    for judge in judges:
        judge(texts[0])
    for _ in range(ROUNDS):
        for index, text in enumerate(texts):
            for judge, kept in zip(judges, best, strict=True):
                started = time.perf_counter()
                judge(text)
                kept[index] = min(kept[index], time.perf_counter() - started)
    return [sorted(value * 1e6 for value in kept) for kept in best]


def speed(judges: dict[str, Judge], texts: Sequence[str]) -> None:
    length = statistics.mean(map(len, texts))
    print(f"速度：{len(texts)} 条没学过的话，平均 {length:.0f} 字；单核，微秒")
    print(f"{'':28}{'中位':>8}{'99%':>9}{'中位之比':>8}{'99% 之比':>8}")
    figures = [
        (statistics.median(ordered), ordered[int(len(ordered) * 0.99)])
        for ordered in timed(list(judges.values()), texts)
    ]
    median, late = figures[0]
    for name, (middle, slow) in zip(judges, figures, strict=True):
        print(f"{name:28}{middle:10.0f}{slow:10.0f}{middle / median:10.2f}{slow / late:10.2f}")


# accuracy


def score(judge: Judge, messages: Sequence[Utterance]) -> str:
    """Objections: right first, right among three, taken for none. Then ordinary talk found so."""
    pairs = [(judge(message.text), message.intent) for message in messages]
    objections = [(answer, intent) for answer, intent in pairs if intent != NONE]
    ordinary = [answer for answer, intent in pairs if intent == NONE]
    total = len(objections)
    return (
        share(sum(answer.ranked[:1] == (intent,) for answer, intent in objections), total)
        + share(sum(intent in answer.ranked[:3] for answer, intent in objections), total)
        + share(sum(answer.none for answer, _ in objections), total)
        + share(sum(answer.none for answer in ordinary), len(ordinary))
    )


HEADINGS = f"{'第一对':>8}{'前三有':>6}{'误作闲话':>5}{'闲话认出':>5}"


def accuracy(judges: dict[str, Judge], messages: Sequence[Utterance]) -> None:
    ordinary = sum(message.intent == NONE for message in messages)
    print(f"\n认得准不准：没学过的异议 {len(messages) - ordinary} 条，闲话 {ordinary} 条")
    print(f"{'':28}{HEADINGS}")
    for name, judge in judges.items():
        print(f"{name:28}{score(judge, messages)}")


def sureness(judge: Judge, messages: Sequence[Utterance]) -> None:
    """How often the product answers without asking, and how often that is right."""
    answers = [(judge(message.text), message.intent) for message in messages]
    sure = [(answer, intent) for answer, intent in answers if answer.sure]
    right = sum(answer.label == intent for answer, intent in sure)
    print(f"有把握直接回答的{share(len(sure), len(answers))}，其中对的{share(right, len(sure))}")


def cross_validation(library: Library, examples: Sequence[Utterance]) -> None:
    """Each quarter of the utterances is judged by what was learned from the other three."""
    hands = dealt(examples, FOLDS)
    pairs: list[tuple[Answer, str]] = []
    for held in hands:
        others = [example for hand in hands if hand is not held for example in hand]
        judge = own(Matcher.build(library, others))
        pairs += [(judge(example.text), example.intent) for example in held]
    print(f"\n交叉验证：{len(pairs)} 句原话，{FOLDS} 份")
    print(f"{'':24}{'条数':>6}{'第一对':>6}{'前三有':>6}{'误作闲话':>5}{'判它时对':>5}")
    labelled = Counter(answer.label for answer, _ in pairs)
    rows = []
    for intent in sorted({intent for _, intent in pairs} - {NONE}):
        answers = [answer for answer, meant in pairs if meant == intent]
        rows.append((intent, answers))
    rows.sort(
        key=lambda row: sum(answer.ranked[:1] == (row[0],) for answer in row[1]) / len(row[1])
    )
    for intent, answers in rows:
        total = len(answers)
        named = sum(answer.label == intent for answer in answers)
        print(
            f"{intent:24}{total:8}"
            + share(sum(answer.ranked[:1] == (intent,) for answer in answers), total)
            + share(sum(intent in answer.ranked[:3] for answer in answers), total)
            + share(sum(answer.none for answer in answers), total)
            + share(named, labelled[intent])
        )
    objections = [(answer, intent) for answer, intent in pairs if intent != NONE]
    total = len(objections)
    print(
        f"{'（所有异议）':18}{total:8}"
        + share(sum(answer.ranked[:1] == (intent,) for answer, intent in objections), total)
        + share(sum(intent in answer.ranked[:3] for answer, intent in objections), total)
        + share(sum(answer.none for answer, _ in objections), total)
        + share(
            sum(answer.label == intent for answer, intent in objections),
            sum(not answer.none for answer, _ in pairs),
        )
    )
    ordinary = [answer for answer, intent in pairs if intent == NONE]
    found = sum(answer.none for answer in ordinary)
    print(f"none：{len(ordinary)} 条，认出{share(found, len(ordinary))}")
    sure = [(answer, intent) for answer, intent in pairs if answer.sure]
    right = sum(answer.label == intent for answer, intent in sure)
    print(f"有把握直接回答的{share(len(sure), len(pairs))}，其中对的{share(right, len(sure))}")
    confusions(library, pairs)


def confusions(library: Library, pairs: Iterable[tuple[Answer, str]]) -> None:
    names = {intent.id: intent.zh for intent in library.intents} | {NONE: "不是异议"}
    wrong = Counter((meant, answer.label) for answer, meant in pairs if answer.label != meant)
    print(f"\n最常认错的 {CONFUSIONS} 种（本来是 → 认成）")
    for (meant, label), count in sorted(wrong.items(), key=lambda one: (-one[1], one[0]))[
        :CONFUSIONS
    ]:
        print(f"{count:4}  {meant} {names[meant]} → {label} {names[label]}")


def curve(library: Library, examples: Sequence[Utterance], messages: Sequence[Utterance]) -> None:
    """What more utterances would bring: the same messages, learned from a part of them."""
    parts = dealt(examples, round(1 / SHARES[0]))
    print("\n学得越多越准吗（没学过的话）")
    print(f"{'原话':>8}{HEADINGS}")
    for part in SHARES:
        learned = [one for hand in parts[: round(part * len(parts))] for one in hand]
        print(f"{len(learned):10}{score(own(Matcher.build(library, learned)), messages)}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--curve", action="store_true", help="只学一部分原话时有多准")
    wants = parser.parse_args()
    content = settings.ROOT / "data"
    library = load_library(content / "objections.yaml")
    examples = load_utterances(content / UTTERANCES, library)
    messages = kept_out()
    if wants.curve:
        curve(library, examples, messages)
        return
    started = time.perf_counter()
    matcher = Matcher.build(library, examples)
    took = time.perf_counter() - started
    lines = known_lines(library, examples)
    print(f"学了 {len(examples)} 句原话和话术库里的 {len(lines) - len(examples)} 句，{took:.1f} 秒")
    judges = {
        "Matcher.match": own(matcher),
        "rapidfuzz extract WRatio": nearest(fuzz.WRatio, lines),
        "rapidfuzz extract ratio": nearest(fuzz.ratio, lines),
    }
    speed(judges, [message.text for message in messages])
    accuracy(judges, messages)
    sureness(judges["Matcher.match"], messages)
    cross_validation(library, examples)


if __name__ == "__main__":
    main()
