"""The gap in five lines, and in rows for a picture: what a report says first. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from html import escape

from bot.domain.amounts import show_yuan
from bot.intake.gap import GapReport
from bot.intake.next_step import next_step
from bot.intake.protection import RISKS, Gap, RiskKind

SHOWN_ROWS = 9
_NAME = 8


@dataclass(frozen=True, slots=True)
class Row:
    """One need for the picture: whose, how much is needed and there, in yuan."""

    label: str
    need: Decimal
    existing: Decimal

    @property
    def missing(self) -> Decimal:
        """What is missing; never negative."""
        return max(self.need - self.existing, Decimal(0))

    @property
    def covered(self) -> Decimal:
        """The share of the need that is there, from 0 to 1."""
        return (
            min(max(self.existing / self.need, Decimal(0)), Decimal(1)) if self.need else Decimal(1)
        )


def rows(report: GapReport) -> list[Row]:
    """The needs, most pressing first, at most nine; those that are met come last."""
    order = {
        (item.gap.kind, item.gap.member_id): place for place, item in enumerate(report.priorities)
    }
    gaps = [gap for gap in report.gaps if gap.need > 0]
    gaps.sort(key=lambda gap: order.get((gap.kind, gap.member_id), len(order)))
    return [Row(_label(report, gap), gap.need, gap.existing) for gap in gaps[:SHOWN_ROWS]]


def five_lines(report: GapReport) -> str:
    """Telegram HTML: what is missing if somebody dies, falls ill, grows old; budget; next step."""
    lines = [f"<b>{escape(report.household.name[:20], quote=False)}，缺口五行</b>"]
    lines.append("1. 身故：" + _life(report))
    lines.append("2. 重疾：" + _illness(report))
    lines.append("3. 医疗和意外：" + _missing(report, ("medical", "accident")))
    lines.append("4. 养老和教育：" + _missing(report, ("retirement", "education")))
    lines.append("5. 保费：" + _budget(report))
    lines.append(f"下一步：{next_step(report)}")
    return "\n".join(lines)


def _label(report: GapReport, gap: Gap) -> str:
    if gap.member_id is None:
        return RISKS[gap.kind]
    return f"{RISKS[gap.kind]} · {report.household.member(gap.member_id).name[:_NAME]}"


def _name(report: GapReport, member_id: str | None) -> str:
    name = report.household.member(member_id).name[:_NAME] if member_id else ""
    return escape(name, quote=False)


def _life(report: GapReport) -> str:
    parts = []
    for need in report.life:
        name = _name(report, need.member_id)
        gap = need.survivor_gap
        parts.append(
            f"{name}不在，家里缺 <b>{show_yuan(gap)}</b>" if gap > 0 else f"{name}不在，没有缺口"
        )
    return "；".join(parts)


def _illness(report: GapReport) -> str:
    missing = [gap for gap in report.gaps if gap.kind == "critical_illness" and gap.gap > 0]
    if not missing:
        return "够了"
    worst = max(missing, key=lambda gap: gap.gap)
    low = max((worst.low or worst.need) - worst.existing, Decimal(0))
    high = (worst.high or worst.need) - worst.existing
    more = f"，另有 {len(missing) - 1} 位家人也缺" if len(missing) > 1 else ""
    return (
        f"{_name(report, worst.member_id)}缺 <b>{show_yuan(worst.gap)}</b>"
        f"（看治法，{show_yuan(low)}到 {show_yuan(high)}）{more}"
    )


def _missing(report: GapReport, kinds: tuple[RiskKind, ...]) -> str:
    parts = []
    for kind in kinds:
        gaps = [gap.gap for gap in report.gaps if gap.kind == kind and gap.gap > 0]
        if gaps:
            people = f"（{len(gaps)} 位）" if len(gaps) > 1 else ""
            parts.append(f"{RISKS[kind]}缺 {show_yuan(sum(gaps, Decimal(0)))}{people}")
        elif any(gap.kind == kind for gap in report.gaps):
            parts.append(f"{RISKS[kind]}够了")
    return "，".join(parts) or "没有这项需要"


def _budget(report: GapReport) -> str:
    budget = report.budget
    if not budget.high:
        return "没有收入数字，先补问收入再谈预算"
    text = f"每年 {show_yuan(budget.low)}到 {show_yuan(budget.high)}为宜"
    if budget.planned is not None and budget.planned + budget.current > budget.high:
        text += f"；打算的 {show_yuan(budget.planned)}加上已交的太重，请先减"
    else:
        text += f"，还可安排 {show_yuan(budget.room)}"
    return text + _term(report)


def _term(report: GapReport) -> str:
    """How long premiums can be paid: what runs past the main earner's retirement will be a burden."""
    earner = max(report.household.adults, key=lambda one: one.income_yearly, default=None)
    if earner is None or not earner.income_yearly:
        return ""
    years = earner.income_years or 0
    return f"；交费期别超过 {years} 年，退休前交完" if years else "；已到退休，不宜再选长期交费"
