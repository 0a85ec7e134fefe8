"""``shouyue data check`` reads every data file that the product reads."""

import dataclasses
import shutil
from pathlib import Path

import pytest

from bot import messages, settings
from bot.doctor import data_problems
from bot.settings import ROOT, Settings


@pytest.fixture
def given(tmp_path: Path) -> Settings:
    """Settings with a copy of the content that may be spoilt."""
    content = tmp_path / "data"
    leave_out = shutil.ignore_patterns("examples")
    shutil.copytree(ROOT / "data", content, ignore=leave_out)
    return dataclasses.replace(settings.load({}, tmp_path / ".env"), content_dir=content)


@pytest.mark.parametrize(
    ("name", "right", "wrong", "reason"),
    [
        ("closing.yaml", "id: price\n", "id: details\n", "重复"),
        ("closing.yaml", "nothing:", "nothign:", "nothign"),
        ("personas.yaml", "intent: have_social_insurance", "intent: no_such_one", "no_such_one"),
        ("personas.yaml", "patience: 3", "patience: 99", "应不大于"),
        ("utterances.jsonl", '"intent": "no_time"', '"intent": "no_such_one"', "no_such_one"),
    ],
)
def test_a_fault_is_found_where_it_stands(
    given: Settings, name: str, right: str, wrong: str, reason: str
) -> None:
    path = given.content_dir / name
    text = path.read_text(encoding="utf-8")
    line = text[: text.index(right)].count("\n") + 1
    path.write_text(text.replace(right, wrong, 1), encoding="utf-8")
    try:
        problems = data_problems(given)
    finally:
        messages.load(ROOT / "data" / "messages.yaml")
    assert any(
        problem.file == str(path) and problem.line == line and reason in problem.reason
        for problem in problems
    ), problems


def test_a_missing_file_is_named(given: Settings) -> None:
    (given.content_dir / "closing.yaml").unlink()
    (given.content_dir / "personas.yaml").unlink()
    try:
        files = {Path(problem.file).name for problem in data_problems(given)}
    finally:
        messages.load(ROOT / "data" / "messages.yaml")
    assert files == {"closing.yaml", "personas.yaml"}
