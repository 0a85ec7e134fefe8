"""The house as it is drawn: who may import whom, who owns which library, and other promises of form."""

from __future__ import annotations

import ast
import re
import sys
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from bot import messages, settings
from bot.compliance.schema import load_book
from bot.intake.questionnaire import load_questionnaire
from bot.intake.schema import Questionnaire
from bot.messages import fields_of
from bot.reminders.loading import load_cadences
from bot.scripts_library.schema import load_library

ROOT = settings.ROOT
DATA = ROOT / "data"

# From the ground up; a module belongs to its longest name here, and imports from its own layer or
# from below.
LAYERS: tuple[tuple[str, ...], ...] = (
    ("bot.domain", "bot.errors", "bot.clock", "bot"),
    ("bot.datafile", "bot.settings"),
    ("bot.messages",),
    ("bot.text",),
    (
        "bot.clients",
        "bot.compliance",
        "bot.intake",
        "bot.outbox",
        "bot.pictures",
        "bot.practice",
        "bot.reminders",
        "bot.scripts_library",
    ),
    ("bot.compliance.gate",),
    ("bot.store",),
    (
        "bot.clients.bulk",
        "bot.clients.privacy",
        "bot.clients.service",
        "bot.compliance.records",
        "bot.compliance.review",
        "bot.compliance.rulebook",
        "bot.intake.service",
        "bot.outbox.delivery",
        "bot.outbox.queueing",
        "bot.practice.service",
        "bot.reminders.drafts",
        "bot.reminders.morning",
        "bot.reminders.notes",
        "bot.reminders.planner",
        "bot.reminders.rescheduling",
        "bot.reminders.sender",
        "bot.scripts_library.service",
    ),
    ("bot.handlers",),
    ("bot.gateway", "bot.console", "bot.reminders.ticker", "bot.simulator"),
    ("bot.app",),
    ("bot.demo", "bot.demo_office", "bot.doctor", "bot.offline", "bot.maintenance"),
    ("bot.cli",),
)
LAYER = {name: height for height, names in enumerate(LAYERS) for name in names}

# Who may import a library: these modules and what lies within them.
OWNERS: dict[str, tuple[str, ...]] = {
    "ahocorasick_rs": ("bot.compliance", "bot.text", "bot.scripts_library.match"),
    "aiohttp": ("bot.gateway", "bot.console", "bot.simulator", "bot.app", "bot.demo"),
    "alembic": ("bot.store",),
    "apscheduler": ("bot.reminders.ticker",),
    "cryptography": ("bot.store.vault",),
    "fsrs": ("bot.practice.schedule",),
    "fpdf": ("bot.pictures",),
    "jieba": ("bot.compliance", "bot.text"),
    "lunardate": ("bot.reminders.calendar",),
    "matplotlib": ("bot.pictures",),
    "numpy": ("bot.practice.judge", "bot.compliance", "bot.scripts_library", "bot.text"),
    "opencc": (
        "bot.messages",
        "bot.text.normalise",
        "bot.clients.columns",
        "bot.scripts_library.match",
    ),
    "openpyxl": ("bot.clients.workbook",),
    "pydantic": (
        "bot.datafile",
        "bot.messages",
        "bot.demo_office",
        "bot.compliance",
        "bot.intake.schema",
        "bot.intake.household",
        "bot.reminders.schema",
        "bot.reminders.book_schema",
        "bot.practice.schema",
        "bot.scripts_library.schema",
        "bot.scripts_library.closing",
    ),
    "pydantic_core": ("bot.datafile",),
    "pypinyin": ("bot.text.pinyin",),
    "rapidfuzz": ("bot.scripts_library.match", "bot.clients"),
    "re2": ("bot.compliance.schema",),
    "scipy": ("bot.text.linear",),
    "sklearn": ("bot.practice.judge", "bot.compliance.training", "bot.scripts_library.match"),
    "sqlalchemy": (
        "bot.store",
        "bot.gateway",
        "bot.console",
        "bot.clients.privacy",
        "bot.clients.service",
        "bot.compliance.rulebook",
        "bot.intake.service",
        "bot.reminders.ticker",
    ),
    "sqlmodel": ("bot.store.tables", "bot.store.migrations"),
    "telegram": ("bot.gateway", "bot.doctor"),
    "yaml": ("bot.datafile",),
}
# Longer than the rest, because each is one list of things of the same kind.
LONG = {"bot/store/migrations/versions/0001_the_first_schema.py"}
MOST_LINES = 350
CALLBACK_BYTES = 64
LARGE_ID = "999999999"


def _name(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


FILES = {_name(path): path for path in sorted((ROOT / "bot").rglob("*.py"))}


@cache
def tree(module: str) -> ast.Module:
    return ast.parse(FILES[module].read_text(encoding="utf-8"))


def imported(module: str) -> Iterator[str]:
    """Everything a module imports, at its top or within a function, by its full name."""
    package = module if FILES[module].name == "__init__.py" else module.rpartition(".")[0]
    for node in ast.walk(tree(module)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            parents = package.split(".")
            above = parents[: len(parents) - node.level + 1] if node.level else []
            base = ".".join([*above, *([node.module] if node.module else [])])
            for alias in node.names:
                full = f"{base}.{alias.name}"
                yield full if full in FILES else base


@cache
def ours(module: str) -> frozenset[str]:
    return frozenset(name for name in imported(module) if name in FILES and name != module)


def layer_of(module: str) -> int:
    name = module
    while name not in LAYER:
        name = name.rpartition(".")[0]
    return LAYER[name]


def is_within(module: str, names: tuple[str, ...]) -> bool:
    return any(module == name or module.startswith(f"{name}.") for name in names)


def test_every_module_has_its_place_in_the_table() -> None:
    for module in FILES:
        assert module == "bot" or any(
            is_within(module, (name,)) for name in LAYER if name != "bot"
        ), f"{module} has no layer"
    for name in LAYER:
        assert name in FILES, f"{name} is in the table and nowhere else"


def test_nothing_imports_upwards() -> None:
    wrong = [
        f"{module} -> {other}"
        for module in FILES
        for other in ours(module)
        if layer_of(other) > layer_of(module)
    ]
    assert wrong == []


def test_no_module_imports_itself_through_others() -> None:
    done: set[str] = set()

    def walk(module: str, path: tuple[str, ...]) -> None:
        assert module not in path, " -> ".join((*path[path.index(module) :], module))
        if module not in done:
            for other in ours(module):
                walk(other, (*path, module))
            done.add(module)

    for module in FILES:
        walk(module, ())


def test_the_vocabulary_of_the_product_needs_nothing_but_python() -> None:
    for module in FILES:
        if is_within(module, ("bot.domain", "bot.errors", "bot.clock")):
            for name in imported(module):
                top = name.partition(".")[0]
                assert top in sys.stdlib_module_names or name.startswith(("bot.domain", "bot.err"))


def test_handlers_know_nothing_of_telegram_or_the_gateway() -> None:
    for module in FILES:
        if is_within(module, ("bot.handlers",)):
            assert not [n for n in imported(module) if is_within(n, ("telegram", "bot.gateway"))]


def test_the_simulator_is_a_world_of_its_own() -> None:
    for module in FILES:
        if is_within(module, ("bot.simulator",)):
            assert {o for o in ours(module) if not o.startswith("bot.simulator")} <= {"bot.errors"}
        elif module != "bot.demo":
            assert not [o for o in ours(module) if o.startswith("bot.simulator")], module


def test_each_library_has_its_owners_and_is_used() -> None:
    users: dict[str, set[str]] = defaultdict(set)
    for module in FILES:
        for name in imported(module):
            top = name.partition(".")[0]
            if top != "bot" and top not in sys.stdlib_module_names:
                users[top].add(module)
    assert set(users) <= set(OWNERS), "a library without an owner"
    assert set(OWNERS) <= set(users), "an owner without its library"
    for library, modules in users.items():
        strangers = {module for module in modules if not is_within(module, OWNERS[library])}
        assert not strangers, f"{library} is not theirs: {strangers}"


def dotted(node: ast.expr) -> str:
    return (
        f"{dotted(node.value)}.{node.attr}"
        if isinstance(node, ast.Attribute)
        else (node.id if isinstance(node, ast.Name) else "")
    )


_CLOCKS = re.compile(
    r"(^|\.)(datetime\.(now|utcnow|today)|date\.today|time\.(time|time_ns|localtime|gmtime))$"
)


def test_nobody_but_the_clock_reads_the_clock() -> None:
    wrong = []
    for module in FILES:
        if is_within(module, ("bot.clock", "bot.simulator")):
            continue
        for node in ast.walk(tree(module)):
            if isinstance(node, ast.Attribute) and _CLOCKS.search(dotted(node)):
                wrong.append(f"{module}:{node.lineno} {dotted(node)}")
            if isinstance(node, ast.ImportFrom) and node.module == "time":
                wrong += [f"{module} imports {a.name}" for a in node.names if a.name == "time"]
    assert wrong == []


def test_the_first_line_of_each_file_says_its_job() -> None:
    for path in FILES.values():
        first = path.read_text(encoding="utf-8").partition("\n")[0]
        empty = path.name == "__init__.py" and not first
        assert empty or re.match(r'"""[^"\s]', first), path


def test_no_file_is_too_long_to_read() -> None:
    lengths = {
        str(path.relative_to(ROOT)): len(path.read_text(encoding="utf-8").splitlines())
        for path in FILES.values()
    }
    assert {name for name, lines in lengths.items() if lines > MOST_LINES} <= LONG


# The sentences of the interface.


def constants(node: ast.expr) -> Iterator[str]:
    """The keys an expression may be, as far as the text of the program tells."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.IfExp):
        yield from constants(node.body)
        yield from constants(node.orelse)


def pattern_of(node: ast.JoinedStr) -> str:
    """The f-string as a regular expression."""
    return "".join(
        re.escape(str(part.value)) if isinstance(part, ast.Constant) else ".+"
        for part in node.values
    )


def says(module: str) -> Iterator[tuple[ast.Call, ast.expr]]:
    """Each call that says a sentence, with its key."""
    for node in ast.walk(tree(module)):
        if isinstance(node, ast.Call) and node.args and _NAMED_SAY.search(dotted(node.func)):
            yield node, node.args[0]


# Where ``say`` is a sentence of the interface and not a line for the terminal.
SPEAKING = [
    module
    for module in FILES
    if is_within(module, ("bot.handlers",)) or "bot.messages" in ours(module)
    if module != "bot.app"
]
_NAMED_SAY = re.compile(r"(^|\.)say$")


@pytest.fixture(scope="module")
def sentences() -> dict[str, messages.Sentence]:
    return messages.load(DATA / "messages.yaml").sentences


def test_every_sentence_that_is_said_exists(sentences: dict[str, messages.Sentence]) -> None:
    for module in SPEAKING:
        for call, key in says(module):
            for name in constants(key):
                assert name in sentences, f"{module}:{call.lineno} {name}"
            if isinstance(key, ast.JoinedStr):
                known = [name for name in sentences if re.fullmatch(pattern_of(key), name)]
                assert known, f"{module}:{call.lineno} {pattern_of(key)}"


def test_every_placeholder_is_filled(sentences: dict[str, messages.Sentence]) -> None:
    for module in SPEAKING:
        for call, key in says(module):
            given = {keyword.arg for keyword in call.keywords}
            if None in given or len(call.args) > 2:
                continue
            for name in constants(key):
                if name in sentences:
                    missing = fields_of(sentences[name].hans) - given
                    assert not missing, f"{module}:{call.lineno} {name} needs {missing}"


def test_every_sentence_is_said(sentences: dict[str, messages.Sentence]) -> None:
    words: set[str] = set()
    patterns: set[str] = set()
    for module in SPEAKING:
        for node in ast.walk(tree(module)):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                words.add(node.value)
            elif isinstance(node, ast.JoinedStr):
                found = pattern_of(node)
                if re.match(r"[a-z]+_", found):
                    patterns.add(found)
    unsaid = [
        key
        for key in sentences
        if key not in words and not any(re.fullmatch(pattern, key) for pattern in patterns)
    ]
    assert unsaid == []


# What a button sends back.


def buttons() -> Iterator[tuple[str, ast.JoinedStr]]:
    """Every template of callback data in the program."""
    for module in FILES:
        for node in ast.walk(tree(module)):
            first = node.values[0] if isinstance(node, ast.JoinedStr) else None
            if isinstance(first, ast.Constant) and str(first.value).startswith("1:"):
                assert isinstance(node, ast.JoinedStr)
                yield module, node


def filled(template: ast.JoinedStr, values: dict[str, str]) -> str:
    """The template with the given values; everything else is an id of nine digits."""
    parts = []
    for part in template.values:
        if isinstance(part, ast.Constant):
            parts.append(str(part.value))
        elif isinstance(part, ast.FormattedValue):
            parts.append(values.get(ast.unparse(part.value), LARGE_ID))
    return "".join(parts)


def longest(words: Iterator[str]) -> str:
    return max(words, key=lambda word: len(word.encode()))


def asked(questionnaire: Questionnaire) -> Iterator[tuple[str, str]]:
    """Each question's key as its buttons carry it, and each value that they may carry."""
    for section in questionnaire.sections:
        for spec in section.questions:
            key = f"{spec.id}.12" if section.repeat else spec.id
            people = [*(p.id for p in questionnaire.people), *(r.id for r in questionnaire.repeats)]
            values = [option.value for option in spec.options] or ["no", LARGE_ID, "2026-12-31"]
            for value in [*values, *(f"{p}.12" for p in people if spec.options_from)]:
                yield key, value


def test_what_a_button_sends_fits_telegrams_64_bytes() -> None:
    library = load_library(DATA / "objections.yaml")
    book = load_book(DATA / "banned_phrases.yaml", DATA / "lexicon.yaml").rulebook
    cadences = load_cadences(DATA / "cadences.yaml")
    intent = longest(one.id for one in library.intents)
    rule = longest(one.id for category in book.categories for one in category.rules)
    steps = [step for cadence in cadences.cadences for step in cadence.steps]
    values = {
        "intent.id": intent,
        "intent_id": intent,
        "other.id": intent,
        "at": "99",
        "following": "99",
        "b.id": longest(one.id for step in steps for one in step.buttons),
        "rule_id": rule,
        "place.value['id']": rule,
        "one.id": longest(category.id for category in book.categories),
        "policy.next_due_on": "2026-12-31",
        "decision.value": "declined",
        "role.value": "supervisor",
        "code": "noa",
    }
    questions = list(asked(load_questionnaire(DATA / "questionnaire.yaml")))
    found = list(buttons())
    assert len(found) > 40
    for module, template in found:
        for key, value in questions if "question.key" in ast.unparse(template) else [("", "")]:
            data = filled(
                template,
                {**values, "question.key": key, "line.key": key, "value": value, "v": value},
            )
            assert len(data.encode()) <= CALLBACK_BYTES, f"{module}: {data}"
