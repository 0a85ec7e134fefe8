"""What clients are told by the shipped cadences passes the rules that stop agents."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest

from bot import settings
from bot.compliance.schema import load_book
from bot.compliance.verdict import Checker
from bot.reminders.loading import load_cadences
from bot.reminders.schema import FIELDS

DATA = settings.ROOT / "data"
SAID = {
    "client": "王样例", "agent": "林样例", "company": "样例人寿", "product": "样例年金险",
    "policy": "YL-2023-0001", "insurer": "样例人寿", "premium": "12,000元", "member": "小样",
    "festival": "中秋节", "benefit": "生存保险金", "visit": "第一次",
}  # fmt: skip


def texts() -> Iterator[tuple[str, str]]:
    for cadence in load_cadences(DATA / "cadences.yaml").cadences:
        facts = {name: SAID.get(name, "2026年5月4日") for name in FIELDS[cadence.event]}
        for step in cadence.steps:
            if step.audience == "client":
                also = [text for text in (step.also, step.also_hant) if text]
                for number, text in enumerate((*step.text, *step.text_hant, *also)):
                    yield f"{cadence.id}.{step.id}.{number}", text.format_map(facts)


@pytest.fixture(scope="module")
def rules() -> Checker:
    return Checker(load_book(DATA / "banned_phrases.yaml", DATA / "lexicon.yaml"), None, "rules")


@pytest.mark.parametrize(("name", "said"), list(texts()), ids=lambda value: value[:40])
def test_a_text_to_a_client_passes(rules: Checker, name: str, said: str) -> None:
    verdict = rules.check(said, on=date(2026, 5, 4))
    assert verdict.decision == "pass", (name, verdict.findings)
