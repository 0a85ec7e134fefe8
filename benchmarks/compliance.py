"""How long a verdict takes, beside peers, on one core: ``python -m benchmarks.compliance``.

Messages are lawful ones of 20 to 200 characters from the kept-out examples. Phrase lists are made
here from random Chinese words. Ratios matter, not microseconds: run it on a quiet machine.
"""

from __future__ import annotations

import importlib
import json
import random
import re
import shutil
import statistics
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import jieba
import re2
from ahocorasick_rs import AhoCorasick

from bot import settings
from bot.compliance.model import Model
from bot.compliance.schema import parse_book
from bot.compliance.source import MODEL, load_checker, read_book
from bot.compliance.verdict import Checker
from bot.text import restore

ROUNDS = 15
CONTENT = settings.ROOT / "data"
SIZES = (100, 1_000, 10_000, 100_000)
HOLDOUT = settings.ROOT / "data" / "examples" / "holdout" / "lawful.jsonl"
Judge = Callable[[str], object]


def messages() -> list[str]:
    lines = HOLDOUT.read_text(encoding="utf-8").splitlines()
    texts = [str(json.loads(line)["text"]) for line in lines]
    return [text for text in texts if 20 <= len(text) <= 200]


def timed_together(judges: Sequence[Judge], texts: list[str]) -> list[tuple[float, float]]:
    """Median and 99th percentile of each judge in microseconds; each message at its best.

    The judges take turns round by round, so that a busy minute of the machine meets them all.
    """
    for judge in judges:
        for text in texts:
            judge(text)
    best = [[float("inf")] * len(texts) for _ in judges]
    for _ in range(ROUNDS):
        for judge, kept in zip(judges, best, strict=True):
            for index, text in enumerate(texts):
                started = time.perf_counter()
                judge(text)
                kept[index] = min(kept[index], time.perf_counter() - started)
    figures = []
    for kept in best:
        ordered = sorted(value * 1e6 for value in kept)
        figures.append((statistics.median(ordered), ordered[int(len(ordered) * 0.99)]))
    return figures


def timed(judge: Judge, texts: list[str]) -> tuple[float, float]:
    """The same of one judge alone."""
    return timed_together([judge], texts)[0]


def phrases(count: int) -> list[str]:
    """Random strings of 3 to 6 common Chinese characters; they rarely occur in messages."""
    draw = random.Random(count)
    made: set[str] = set()
    while len(made) < count:
        length = draw.randint(3, 6)
        made.add("".join(chr(draw.randint(0x4E00, 0x9FA5)) for _ in range(length)))
    return sorted(made)


def with_phrases(count: int) -> Checker:
    """A rulebook of ``count`` phrases, without the learned layer."""
    listed = "\n".join(f"    - {phrase}" for phrase in phrases(count))
    rules = (
        "version: 1\ncategories:\n- id: extra\n  name: 测试\n  action: warn\n  reason: 测试\n"
        "  basis: [测试]\n  suggestion: 测试\n  rules:\n  - id: extra-phrases\n"
        f"    any:\n{listed}\n    wrong: [测试]\n"
    )
    lexicon = (settings.ROOT / "data" / "lexicon.yaml").read_text(encoding="utf-8")
    book = parse_book(("rules", rules), ("lexicon", lexicon))
    return Checker(book, None, "benchmark")


def row(name: str, figures: tuple[float, float], base: float) -> None:
    median, late = figures
    print(f"{name:42}{median:10.1f}{late:10.1f}{median / base:9.2f}")


def ahocorasick_rs(listed: list[str]) -> Judge:
    return AhoCorasick(listed).find_matches_as_indexes


def google_re2(listed: list[str]) -> Judge:
    options = re2.Options()
    options.max_mem = 1 << 28
    return re2.compile("|".join(map(re.escape, listed)), options=options).search


def alternation(listed: list[str]) -> Judge:
    return re.compile("|".join(map(re.escape, listed))).search


def pyahocorasick(listed: list[str]) -> Judge:
    trie = importlib.import_module("ahocorasick").Automaton()
    for phrase in listed:
        trie.add_word(phrase, phrase)
    trie.make_automaton()
    return lambda text: list(trie.iter(text))


def hyperscan(listed: list[str]) -> Judge:
    database = importlib.import_module("hyperscan").Database()
    database.compile(expressions=[phrase.encode() for phrase in listed], literal=True)

    def scan(text: str) -> list[int]:
        found: list[int] = []
        database.scan(text.encode(), lambda number, *_: found.append(number))
        return found

    return scan


# Each peer, and the longest list it is tried with; beyond it building or matching takes too long.
PEERS = (
    (ahocorasick_rs, 100_000),
    (google_re2, 10_000),
    (pyahocorasick, 100_000),
    (hyperscan, 100_000),
    (alternation, 1_000),
)


def peers(texts: list[str], base: float) -> None:
    """What others need only to find phrases, at each size of list."""
    for build, longest in PEERS:
        for size in (size for size in SIZES if size <= longest):
            name = f"{build.__name__}，只匹配，{size} 条"
            try:
                judge = build(phrases(size))
            except ImportError:
                print(f"{build.__name__:42}（没有安装，略过）")
                break
            row(name, timed(judge, texts), base)


# Times ``mint-filter`` as ``timed`` does: reads {texts, lists, rounds}, prints a pair of figures a list.
MINT_FILTER = """
const { Mint } = require("mint-filter");
const { texts, lists, rounds } = JSON.parse(require("fs").readFileSync(0, "utf8"));
const figures = lists.map((phrases) => {
  const mint = new Mint(phrases);
  const best = texts.map((text) => (mint.filter(text, { replace: false }), Infinity));
  for (let round = 0; round < rounds; round++)
    texts.forEach((text, index) => {
      const started = process.hrtime.bigint();
      mint.filter(text, { replace: false });
      best[index] = Math.min(best[index], Number(process.hrtime.bigint() - started) / 1000);
    });
  best.sort((left, right) => left - right);
  return [best[Math.floor(best.length / 2)], best[Math.floor(best.length * 0.99)]];
});
console.log(JSON.stringify(figures));
"""
# Its compiler needs more rounds than ours until it has settled.
MINT_ROUNDS = 10 * ROUNDS


def mint_filter(texts: list[str], base: float) -> None:
    """The npm package of that name, where node has it: ``npm install --no-save mint-filter``."""
    node = shutil.which("node")
    if node is None:
        print(f"{'mint-filter':42}（没有 node，略过）")
        return
    given = {"texts": texts, "lists": [phrases(size) for size in SIZES], "rounds": MINT_ROUNDS}
    ran = subprocess.run(
        [node, "-e", MINT_FILTER],
        input=json.dumps(given),
        capture_output=True,
        text=True,
        cwd=settings.ROOT,
        check=False,
    )
    if ran.returncode:
        why = "没有安装" if "Cannot find module 'mint-filter'" in ran.stderr else "没有跑成"
        print(f"{'mint-filter':42}（{why}，略过）")
        return
    for size, figures in zip(SIZES, json.loads(ran.stdout), strict=True):
        row(f"mint-filter，只匹配，{size} 条", tuple(figures), base)


def start_up() -> None:
    """Loading the rulebook, and the model that is kept on disk."""
    started = time.perf_counter()
    given = settings.load()
    checker = load_checker(given.content_dir, given.data_dir)
    ready = time.perf_counter() - started
    with tempfile.TemporaryDirectory() as folder:
        kept = Path(folder) / MODEL
        assert checker.model is not None
        checker.model.save(kept)
        started = time.perf_counter()
        Model.load(kept)
        print(
            f"启动（有缓存时，规则和模型）{ready:.2f} 秒，其中读模型 {time.perf_counter() - started:.2f} 秒"
        )


def reloading(checker: Checker, texts: list[str], base: float) -> None:
    """The longest a message waits while a new version of the rulebook is built beside it."""
    builder = threading.Thread(target=lambda: Checker(read_book(CONTENT), checker.model, "new"))
    builder.start()
    waits = []
    while builder.is_alive():
        for text in texts:
            started = time.perf_counter()
            checker.check(text)
            waits.append((time.perf_counter() - started) * 1e6)
    builder.join()
    waits.sort()
    row("整个判断，同时在换规则", (statistics.median(waits), waits[int(len(waits) * 0.99)]), base)
    print(f"换规则时最久等了 {waits[-1] / 1000:.0f} 毫秒")


def main() -> None:
    given = settings.load()
    checker = load_checker(given.content_dir, given.data_dir)
    rules = Checker(checker.book, None, "rules")
    texts = [text for text in messages() if checker.check(text).decision == "pass"]
    restore.warm()
    print(f"{len(texts)} 条合规消息，平均 {statistics.mean(map(len, texts)):.0f} 字；单核，微秒")
    print(f"{'':42}{'中位':>8}{'99%':>9}{'比 jieba':>10}")
    grown = {size: with_phrases(size).check for size in SIZES}
    judges = [jieba.lcut, checker.check, rules.check, *grown.values()]
    base, whole, alone, *sized = timed_together(judges, texts)
    row("jieba.lcut", base, base[0])
    row("整个判断（还原、规则、学习层）", whole, base[0])
    row("只有规则", alone, base[0])
    print(f"99% 是中位的 {whole[1] / whole[0]:.1f} 倍，jieba 自己 {base[1] / base[0]:.1f} 倍")
    for size, figures in zip(SIZES, sized, strict=True):
        row(f"只有规则，{size} 条词", figures, base[0])
    medians = {size: figures[0] for size, figures in zip(SIZES, sized, strict=True)}
    print(f"10 万条是 1 千条的 {medians[100_000] / medians[1_000]:.2f} 倍")
    peers(texts, base[0])
    mint_filter(texts, base[0])
    reloading(checker, texts, base[0])
    start_up()


if __name__ == "__main__":
    main()
