"""The medical checklist: for each of the family what to put right before cover is chosen. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from bot.domain.household import Household, Member
from bot.intake.needs import cover_of, usable_assets

WIDE_COVER = Decimal(1_000_000)
"""Medical cover below this does not reach a long stay in hospital (the office's default)."""
ELDERLY = 60
_DEDUCTIBLES: tuple[tuple[Decimal, str], ...] = (
    (Decimal(300_000), "3 万"),
    (Decimal(50_000), "1 万"),
)


@dataclass(frozen=True, slots=True)
class MedicalCheck:
    """One member's list; nothing in ``todo`` means that medical cover is in order."""

    member_id: str
    social: str
    held: Decimal
    todo: tuple[str, ...]


_SOCIAL = {
    "none": "没有",
    "rural": "新农合",
    "urban_resident": "居民医保",
    "urban_employee": "职工医保",
    None: "没问",
}


def medical_checklist(household: Household) -> list[MedicalCheck]:
    """Social insurance, commercial medical cover and health of each member, and what to do."""
    return [
        MedicalCheck(
            member.id,
            _SOCIAL[member.social_insurance],
            cover_of(household, member.id, "medical"),
            tuple(_todo(household, member)),
        )
        for member in household.members
    ]


def deductible(household: Household) -> str:
    """The step of the deductible ladder 0 / 1万 / 3万 that the family's savings can bear."""
    savings = usable_assets(household)
    return next((shown for least, shown in _DEDUCTIBLES if savings >= least), "0")


def _todo(household: Household, member: Member) -> list[str]:
    found = []
    if member.social_insurance == "none":
        found.append("先把医保续上")
    elif member.social_insurance is None:
        found.append("问清有没有医保")
    if member.relation == "client" and household.local_medical is False:
        found.append("办异地就医备案")
    held = cover_of(household, member.id, "medical")
    if held == 0:
        found.append("没有商业医疗险")
    elif held < WIDE_COVER:
        found.append("商业医疗不到 100 万")
    if member.health in ("chronic", "serious"):
        found.append("带病历，先核对健康告知")
    elif member.health == "minor":
        found.append("有异常，逐条核对健康告知")
    if member.age is not None and member.age >= ELDERLY:
        found.append("先查投保年龄上限")
    return found
