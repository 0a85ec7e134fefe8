"""How well the filter does: figures on labelled messages, by kind and by category.

``python -m bot.compliance.evaluate FILE...`` prints them for files of labelled messages.
"""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path

import numpy as np

from bot.compliance.model import Model
from bot.compliance.training import (
    SEED,
    Example,
    Featured,
    Judged,
    fit,
    judge,
    read_examples,
)
from bot.compliance.verdict import Checker

SHARES = (0.125, 0.25, 0.5, 1.0)
KEPT_OUT = 5


def measured(checker: Checker, examples: list[Example]) -> str:
    """The whole filter on labelled messages: stopped, blocked, and the right category named."""
    total: Counter[str] = Counter()
    stopped: Counter[str] = Counter()
    blocked: Counter[str] = Counter()
    right: Counter[str] = Counter()
    for example in examples:
        verdict = checker.check(example.text)
        names = {finding.category for finding in verdict.findings}
        for key in (example.group, example.target or "（合规）"):
            total[key] += 1
            stopped[key] += verdict.decision != "pass"
            blocked[key] += verdict.decision == "block"
            right[key] += bool(example.target) and example.target in names
    lines = [f"{'':24}{'条数':>6}{'拦下':>8}{'拦截':>8}{'类别对':>8}"]
    for key in sorted(total):
        named = f"{right[key] / stopped[key]:8.1%}" if right[key] else f"{'':8}"
        lines.append(
            f"{key:24}{total[key]:6}{stopped[key] / total[key]:9.1%}"
            f"{blocked[key] / total[key]:9.1%}{named}"
        )
    return "\n".join(lines)


def escaped(checker: Checker, examples: list[Example]) -> list[str]:
    """The violations let through and the lawful messages stopped, one a line."""
    lines = []
    for example in examples:
        verdict = checker.check(example.text)
        if (verdict.decision != "pass") != (example.label == "violation"):
            named = ",".join(f"{entry.rule}:{entry.category}" for entry in verdict.findings)
            lines.append(f"{example.group}\t{example.target}\t{named}\t{example.text}")
    return lines


def cross_validation(judged: list[Judged], model: Model) -> str:
    """The learned layer alone on examples it has not seen, by kind."""
    lines = [f"学习层交叉验证，阈值 {model.threshold:.2f}"]
    groups = sorted({item.example.group for item in judged})
    for group in groups:
        items = [item for item in judged if item.example.group == group]
        hit = [item for item in items if item.score > model.threshold]
        line = f"{group:12}{len(items):6} 条，拦下 {len(hit) / len(items):6.1%}"
        if hit and any(item.example.target for item in hit):
            named = sum(item.category == item.example.target for item in hit)
            line += f"，类别对 {named / len(hit):6.1%}"
        lines.append(line)
    return "\n".join(lines)


def learning_curve(texts: list[Featured], threshold: float) -> str:
    """How the reach grows with the number of examples, measured on one kept-out part."""
    own = np.random.default_rng(SEED).integers(0, KEPT_OUT, len(texts))
    order = np.random.default_rng(SEED + 1).permutation(np.flatnonzero(own != 0))
    kept_out = np.flatnonzero(own == 0)
    lines = ["学习曲线（同一阈值，留出五分之一）"]
    for share in SHARES:
        chosen = order[: int(len(order) * share)]
        model = fit([texts[index] for index in chosen])
        judged = [judge(model, texts[index]) for index in kept_out]
        lines.append(f"{len(chosen):6} 条：" + _reach(judged, threshold))
    return "\n".join(lines)


def _reach(judged: list[Judged], threshold: float) -> str:
    parts = []
    for label, name in (("violation", "违规拦下"), ("compliant", "合规误拦")):
        items = [item for item in judged if item.example.label == label]
        share = sum(item.score > threshold for item in items) / max(1, len(items))
        parts.append(f"{name} {share:6.1%}")
    return "，".join(parts)


def main(arguments: list[str]) -> int:
    """Print the figures, and with ``--escaped`` the messages judged wrongly."""
    from bot import settings
    from bot.compliance.source import load_checker

    show = "--escaped" in arguments
    files = [Path(name) for name in arguments if not name.startswith("--")]
    if not files:
        print("用法：python -m bot.compliance.evaluate [--escaped] 文件…", file=sys.stderr)
        return 2
    given = settings.load()
    checker = load_checker(given.content_dir, given.data_dir)
    examples = read_examples(files)
    print(measured(checker, examples))
    if show:
        print("\n".join(escaped(checker, examples)))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
