"""The page on the household file names every field, assumption and figure there is."""

from pathlib import Path

import pytest

from bot.domain.household import Assumptions
from bot.intake.household import (
    AssetEntry,
    AssumptionsEntry,
    CoverEntry,
    DebtEntry,
    ExpenseEntry,
    HouseholdFile,
    MemberEntry,
)


def test_every_assumption_can_be_set_in_the_file():
    assert set(AssumptionsEntry.model_fields) == set(Assumptions.names())


@pytest.mark.parametrize(
    "model",
    [HouseholdFile, MemberEntry, ExpenseEntry, DebtEntry, AssetEntry, CoverEntry, AssumptionsEntry],
)
def test_every_field_stands_in_the_page(model):
    text = Path("docs/data-files.md").read_text(encoding="utf-8")
    text = text.replace("`…_", "`self_paid_")
    missing = [name for name in model.model_fields if f"`{name}`" not in text]
    assert not missing
