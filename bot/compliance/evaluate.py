"""Trains the learned layer and tells how well the filter does, by kind and by category.

``python -m bot.compliance.evaluate FILE...`` prints them for files of labelled messages.
"""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path

import numpy as np

from bot import settings
from bot.compliance.checks import Rules
from bot.compliance.model import Model
from bot.compliance.source import (
    CALIBRATION,
    EXAMPLES,
    MODEL,
    RULES,
    Calibration,
    calibrated,
    digest_for,
    example_files,
    load_checker,
    read_source,
)
from bot.compliance.training import (
    Example,
    Featured,
    Judged,
    calibrate,
    cross_validate,
    featured,
    fit,
    judge,
    read_examples,
)
from bot.compliance.verdict import Checker
from bot.text.linear import SEED

SHARES = (0.125, 0.25, 0.5, 1.0)
KEPT_OUT = 5


def train(content: Path, data_dir: Path, *, curve: bool = False) -> str:
    """Train and calibrate the learned layer anew by cross-validation; gives a report in words."""
    source = read_source(content)
    book = source.book(str(content / RULES))
    files = example_files(content, data_dir)
    texts = featured(read_examples(files), Rules(book))
    judged = cross_validate(texts)
    fitted = fit(texts)
    _keep_calibration(content / CALIBRATION, calibrate(fitted, judged))
    model = calibrated(fitted, content, digest_for(content, data_dir))
    data_dir.mkdir(parents=True, exist_ok=True)
    model.save(data_dir / MODEL)
    report = [cross_validation(judged, model)]
    if curve:
        report.append(learning_curve(texts, model.threshold))
    kept_out = sorted((content / EXAMPLES / "holdout").glob("*.jsonl"))
    if kept_out:
        checker = Checker(book, model, source.digest)
        report.append(measured(checker, read_examples(kept_out)))
    return "\n\n".join(report)


def _keep_calibration(path: Path, model: Model) -> None:
    lines = ["# 由 shouyue train 交叉验证得出，不要手改。"]
    lines += [f"{name}: {getattr(model, name):.6f}" for name in Calibration.model_fields]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


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
