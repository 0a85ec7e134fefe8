"""The documents say what is true: settings, commands, links, examples, and only about ourselves."""

from __future__ import annotations

import argparse
import ast
import importlib.util
import json
import re
import shlex
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest

from bot import __version__, messages, settings
from bot.cli import _parser
from bot.clients.entries import ImportPlan
from bot.clients.importing import check_rows
from bot.clients.sheet import read_sheet
from bot.compliance.lint import example_problems
from bot.compliance.notices import load_facts
from bot.compliance.schema import Contexts, Rule
from bot.compliance.schema import load_book as load_rules
from bot.compliance.source import LEXICON, RULES, Source
from bot.compliance.training import read_examples
from bot.compliance.verdict import Checker
from bot.datafile import load
from bot.demo import SampleOffice
from bot.handlers import COMMANDS
from bot.intake.gap import analyse
from bot.intake.household import load_household
from bot.intake.questionnaire import load_questionnaire
from bot.practice.schema import load_personas
from bot.reminders.book import load_book
from bot.reminders.loading import load_cadences
from bot.scripts_library.closing import load_closing
from bot.scripts_library.schema import load_library, load_utterances
from bot.settings import ROOT, SETTINGS

PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
PAGE_TEXTS = {str(page.relative_to(ROOT)): page.read_text(encoding="utf-8") for page in PAGES}
NAMES = list(PAGE_TEXTS)
ALL = "\n".join(PAGE_TEXTS.values())
_FENCE = re.compile(r"^( *)```([^\n`]*)\n(.*?)^\1```\s*$", re.S | re.M)
_LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)|(?:src|href)=\"([^\"]+)\"")
_HEADING = re.compile(r"^#{1,6} (.+)$", re.M)


@dataclass(frozen=True)
class Example:
    """A fenced block: the page it stands on, its language, its kind, its text."""

    page: str
    language: str
    kind: str
    text: str

    def __str__(self) -> str:
        return f"{self.page}:{self.kind or self.language}"


def blocks() -> Iterator[Example]:
    """Every fenced block of every page, its indentation taken off."""
    for page, text in PAGE_TEXTS.items():
        for indent, info, body in _FENCE.findall(text):
            language, _, kind = info.strip().partition(" ")
            lines = [line.removeprefix(indent) for line in body.splitlines()]
            yield Example(page, language, kind.strip(), "\n".join(lines) + "\n")


BLOCKS = list(blocks())
OBJECTIONS = ROOT / "data" / "objections.yaml"


# settings


def test_the_settings_table_equals_the_code() -> None:
    page = PAGE_TEXTS["docs/operations.md"]
    table = page.partition("<!-- settings -->")[2].partition("<!-- /settings -->")[0]
    rows = [
        tuple(cell.strip().strip("`") for cell in line.strip().strip("|").split("|"))
        for line in table.strip().splitlines()[2:]
    ]
    expected = [(one.variable, one.default or "（空）", one.meaning) for one in SETTINGS]
    assert rows == expected


def test_every_variable_named_exists() -> None:
    known = {one.variable for one in SETTINGS}
    known |= {"REQUIRE_BROWSER", "KEEP_SCREENSHOTS"}  # of the tests, not the product
    assert set(re.findall(r"SHOUYUE_[A-Z_]+[A-Z]", ALL)) <= known


# commands


def _subcommands(parser: argparse.ArgumentParser) -> dict[str, argparse.ArgumentParser]:
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            return dict(action.choices)
    return {}


def _leaves(
    parser: argparse.ArgumentParser, path: tuple[str, ...] = ()
) -> dict[tuple[str, ...], argparse.ArgumentParser]:
    """Every command of the parser by its words; a first argument with choices counts as a word."""
    below = _subcommands(parser)
    if below:
        found: dict[tuple[str, ...], argparse.ArgumentParser] = {}
        for name, child in below.items():
            found |= _leaves(child, (*path, name))
        return found
    for action in parser._actions:
        if action.dest == "action" and action.choices:
            return {(*path, choice): parser for choice in action.choices}
    return {path: parser}


COMMANDS_OF_CLI = _leaves(_parser())


def _commands_in(line: str) -> Iterator[list[str]]:
    """The words of each command of a shell line, without assignments before it."""
    lexer = shlex.shlex(line, posix=True, punctuation_chars="|;&()")
    lexer.whitespace_split = True
    words: list[str] = []
    for word in [*lexer, ";"]:
        if set(word) <= set("|;&()"):
            if words:
                yield words
            words = []
        elif words or "=" not in word:
            words.append(word.strip("[]"))


def _calls() -> Iterator[tuple[str, list[str]]]:
    """Every ``shouyue …`` written as code: the page and the words after the name."""
    for page, text in PAGE_TEXTS.items():
        lines = [
            line
            for b in BLOCKS
            if b.page == page and b.language == "sh"
            for line in b.text.splitlines()
        ]
        lines += re.findall(r"`([^`\n]*shouyue [^`\n]*)`", _FENCE.sub("", text))
        for line in lines:
            if "shouyue " not in line:
                continue
            for words in _commands_in(line):
                if words[0].rpartition("/")[2] == "shouyue":
                    yield page, words[1:]


def test_every_command_and_option_named_exists() -> None:
    wrong = []
    for page, words in _calls():
        if words and words[0].startswith("-"):
            known = {name for action in _parser()._actions for name in action.option_strings}
            wrong += [(page, words)] * (words[0] not in known)
            continue
        plain = tuple(word for word in words if not word.startswith("-"))
        parser = next(
            (COMMANDS_OF_CLI[path] for path in COMMANDS_OF_CLI if plain[: len(path)] == path), None
        )
        if parser is None:
            wrong.append((page, words))
            continue
        options = {name for action in parser._actions for name in action.option_strings}
        wrong += [(page, words)] * (not {w for w in words if w.startswith("--")} <= options)
    assert not wrong


def test_every_command_and_option_is_documented() -> None:
    page = PAGE_TEXTS["docs/operations.md"]
    for path, parser in COMMANDS_OF_CLI.items():
        lines = [line for line in page.splitlines() if f"`shouyue {' '.join(path)}" in line]
        assert lines, f"shouyue {' '.join(path)} stands nowhere"
        for action in parser._actions:
            for option in action.option_strings:
                if option.startswith("--") and option != "--help":
                    named = any(option in line for line in page.splitlines() if path[0] in line)
                    assert named, f"{option} of {path} stands nowhere"


def test_every_make_target_named_exists_and_every_target_is_documented() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z]+):", makefile, re.M))
    code = "\n".join([*re.findall(r"`([^`\n]+)`", ALL), *(b.text for b in BLOCKS)])
    named = set(re.findall(r"(?:^|[\s=0-9])make ([a-z]+)", f"\n{code}", re.M))
    assert named <= targets
    assert targets - {"help"} <= named


def test_every_module_run_by_name_exists() -> None:
    for module in set(re.findall(r"python -m ((?:bot|benchmarks)[a-z_.]*[a-z_])", ALL)):
        assert importlib.util.find_spec(module), module


def test_every_chat_command_named_exists() -> None:
    known = set(COMMANDS) | {"start"}
    theirs = {"newbot", "setinline", "setinlinefeedback"}  # of @BotFather
    named = set(re.findall(r"`/([a-z]+)(?: [^`/]*)?`", ALL))
    paths = {"telegram", "healthz", "phone", "root", "sim"}  # of the web and of the disk
    assert named - theirs - paths <= known


def test_every_chat_command_of_officers_is_explained() -> None:
    page = PAGE_TEXTS["docs/compliance.md"]
    for name, (roles, _) in COMMANDS.items():
        if {role.value for role in roles} == {"officer"}:
            assert f"`/{name}" in page


# links


def _anchors(text: str) -> set[str]:
    """The anchors of headings, as they are made for a page: lower case, no punctuation, dashes."""
    made = set()
    for heading in _HEADING.findall(_FENCE.sub("", text)):
        plain = re.sub(r"[^\w\- ]", "", heading.replace("`", "").lower())
        made.add(plain.strip().replace(" ", "-"))
    return made


@pytest.mark.parametrize("name", NAMES)
def test_links_and_images_lead_somewhere(name: str) -> None:
    text = _FENCE.sub("", PAGE_TEXTS[name])
    broken = []
    for found in _LINK.findall(text):
        target = found[0] or found[1]
        if re.match(r"[a-z]+:", target):
            continue
        path, _, anchor = target.partition("#")
        file = ((ROOT / name).parent / path).resolve() if path else ROOT / name
        missing = not file.exists()
        if not missing and anchor and file.suffix == ".md":
            missing = anchor not in _anchors(file.read_text(encoding="utf-8"))
        if missing:
            broken.append(target)
    assert not broken


@pytest.mark.parametrize("name", NAMES)
def test_files_named_exist(name: str) -> None:
    """Paths in code that begin with one of our folders; a star, a dot or Chinese stands for any."""
    named = re.findall(
        r"`((?:bot|data|docs|tests|benchmarks)/[\w./-]*[\w/])`", _FENCE.sub("", PAGE_TEXTS[name])
    )
    assert not [path for path in named if not (ROOT / path).exists()]


# examples


def _rules(path: Path) -> None:
    """Real rules on a real lexicon, whose examples hold."""
    lexicon = ROOT / "data" / LEXICON
    (path.parent / LEXICON).write_text(lexicon.read_text(encoding="utf-8"), encoding="utf-8")
    source = Source(path.read_text(encoding="utf-8"), lexicon.read_text(encoding="utf-8"))
    checker = Checker(load_rules(path, lexicon), None, source.digest)
    assert not example_problems(checker, source)


def _lexicon(path: Path) -> None:
    rules = path.with_name(RULES)
    rules.write_text(
        next(block.text for block in BLOCKS if block.kind == "rules"), encoding="utf-8"
    )
    load_rules(rules, path)


def _messages(path: Path) -> None:
    try:
        messages.load(path)
    finally:
        messages.load(ROOT / "data" / "messages.yaml")


def _clients(path: Path) -> None:
    sheet = read_sheet(path.name, path.read_bytes())
    assert isinstance(check_rows(sheet, date(2026, 5, 4)), ImportPlan)


LOADERS: dict[str, tuple[str, Callable[[Path], object]]] = {
    "cadences": ("cadences.yaml", load_cadences),
    "questionnaire": ("questionnaire.yaml", load_questionnaire),
    "objections": ("objections.yaml", load_library),
    "utterances": (
        "utterances.jsonl",
        lambda path: load_utterances(path, load_library(OBJECTIONS)),
    ),
    "closing": ("closing.yaml", load_closing),
    "personas": ("personas.yaml", lambda path: load_personas(path, load_library(OBJECTIONS))),
    "messages": ("messages.yaml", _messages),
    "notices": ("notices.yaml", load_facts),
    "household": ("household.yaml", lambda path: analyse(load_household(path))),
    "book": ("book.yaml", load_book),
    "clients": ("clients.csv", _clients),
    "office": ("office.yaml", lambda path: load(path, SampleOffice)),
    "rules": (RULES, _rules),
    "lexicon": (LEXICON, _lexicon),
    "examples": ("examples.jsonl", lambda path: read_examples([path])),
    "settings": (".env", lambda path: settings.load({}, path)),
}


@pytest.mark.parametrize("block", [block for block in BLOCKS if block.kind], ids=str)
def test_examples_with_a_kind_load_as_the_real_files_do(block: Example, tmp_path: Path) -> None:
    name, read = LOADERS[block.kind]
    path = tmp_path / name
    path.write_text(block.text, encoding="utf-8")
    read(path)


def test_every_kind_of_data_file_has_an_example() -> None:
    assert {block.kind for block in BLOCKS if block.kind} == set(LOADERS)


@pytest.mark.parametrize("block", [b for b in BLOCKS if b.language == "json"], ids=str)
def test_json_examples_are_json(block: Example) -> None:
    json.loads(block.text)


@pytest.mark.parametrize("block", [b for b in BLOCKS if b.language == "python"], ids=str)
def test_python_examples_compile_and_import_what_exists(block: Example) -> None:
    tree = ast.parse(block.text)
    imports: list[ast.stmt] = [
        node for node in tree.body if isinstance(node, ast.Import | ast.ImportFrom)
    ]
    exec(compile(ast.Module(imports, []), str(block), "exec"), {})


def test_every_key_of_a_rule_is_explained() -> None:
    page = PAGE_TEXTS["docs/compliance.md"]
    keys = {field.alias or name for name, field in Rule.model_fields.items()}
    assert not [key for key in keys if f"`{key}`" not in page]
    assert not [key for key in Contexts.model_fields if f"`{key}`" not in page]


def test_every_data_file_is_listed() -> None:
    page = PAGE_TEXTS["docs/data-files.md"]
    files = [path.name for path in (ROOT / "data").iterdir() if path.is_file()]
    assert not [name for name in files if f"`{name}`" not in page]


# pages lead nowhere but to where a reader needs to go, and nothing is left half-said

_HOSTS = {"127.0.0.1", "t.me", "api.telegram.org", "bot.example.com"}
_HOST = re.compile(r"https?://([\w.-]+)")
_LEFT_OVER = re.compile(r"/(?:tmp|home|root)/|\bTODO\b|\bFIXME\b")


@pytest.mark.parametrize("name", NAMES)
def test_a_page_names_no_other_host_and_no_path_of_a_machine(name: str) -> None:
    text = PAGE_TEXTS[name]
    assert set(_HOST.findall(text)) <= _HOSTS
    assert not _LEFT_OVER.findall(text)


def test_no_page_is_left_in_parts() -> None:
    assert not [name for name in NAMES if name.startswith("docs/parts/")]


def test_the_changelog_tells_of_this_version() -> None:
    assert f"## {__version__} " in PAGE_TEXTS["CHANGELOG.md"]
