"""The gap report as one short chat text in Telegram HTML, names escaped."""

from __future__ import annotations

import re
from decimal import Decimal
from html import escape, unescape

from bot.domain.amounts import show_yuan
from bot.domain.household import (
    COVER_KINDS,
    Awareness,
    CoverKind,
    Decider,
    Household,
    Member,
)
from bot.intake.checklist import deductible, medical_checklist
from bot.intake.gap import GapReport
from bot.intake.grade import Attribute
from bot.intake.needs import LifeNeed
from bot.intake.next_step import next_step
from bot.intake.priority import Priority
from bot.intake.protection import RISKS, RiskKind

MAX_REPORT = 3500
_SHOWN_SHARES = 4
_SHOWN_MEMBERS = 5
_SHOWN_ESTIMATES = 5

COVERS: dict[CoverKind, str] = {
    "accident": "意外",
    "medical": "医疗",
    "critical_illness": "重疾",
    "annuity": "养老",
    "life": "身故",
}
_REASONS: dict[RiskKind, str] = {
    "life": "收入断了，家人的生活和债务没有着落",
    "critical_illness": "治疗、康复和停工期间的收入都要钱",
    "medical": "社保报销以外的住院费要自己出",
    "accident": "伤残后收入受影响，却仍要生活",
    "retirement": "退休后的开支多于退休金",
    "education": "上学的时间定了，不能往后推",
}
_PROBABILITY = {1: "低", 2: "中", 3: "高"}
_SEVERITY = {1: "轻", 2: "中", 3: "重", 4: "极重"}
_APPETITES = {"conservative": "保守", "balanced": "平衡", "aggressive": "激进"}
_AWARENESS: dict[Awareness, str] = {"low": "弱", "medium": "中", "high": "强"}
_DECIDERS: dict[Decider, str] = {
    "client": "客户自己",
    "together": "两口子商量",
    "spouse": "主要听爱人的",
    "parents": "父母",
}
_ATTRIBUTES: dict[Attribute, str] = {
    "protection": "保障型",
    "wealth": "理财型",
    "balanced": "综合型",
}


def render_report(report: GapReport) -> str:
    """The report for the agent: priorities, gaps, budget, next step; below, folded, the sums.

    Telegram HTML of at most 3,500 characters: long names are cut, and of a large family the
    first members are shown in full, the others counted.
    """
    sections = [
        _head(report),
        _priorities(report),
        _life(report),
        _cover(report),
        _medical(report.household),
        _budget(report),
        _next_step(report),
        _sums(report),
    ]
    text = "\n\n".join(sections)
    for spare in (_medical(report.household), _cover(report)):
        if len(text) > MAX_REPORT:
            sections.remove(spare)
            text = "\n\n".join(sections)
    return text


def render_plain(report: GapReport) -> str:
    """The same report without markup, for a terminal."""
    return unescape(re.sub(r"</?\w+(?: expandable)?>", "", render_report(report)))


def _name(name: str) -> str:
    return escape(name[:12], quote=False)


def _head(report: GapReport) -> str:
    family = report.household
    title = f"<b>保障缺口报告 · {escape(family.name[:40], quote=False)}</b>"
    if family.sample:
        title += "（样例，虚构）"
    return title


def _life(report: GapReport) -> str:
    lines = ["<b>万一有一位不在了</b>"]
    for need in report.life:
        name = _name(report.household.member(need.member_id).name)
        if need.survivor_gap > 0:
            result = f"家里缺 <b>{show_yuan(need.survivor_gap)}</b>"
        else:
            result = f"没有缺口（多 {show_yuan(-need.survivor_gap)}）"
        lines.append(f"• {name}：{result}")
    return "\n".join(lines)


def _cover(report: GapReport) -> str:
    lines = ["<b>每人的缺口（括号里是已有保额）</b>"]
    gaps = {(gap.member_id, gap.kind): gap.gap for gap in report.gaps}
    for member in report.household.members[:_SHOWN_MEMBERS]:
        cells = []
        for kind in COVER_KINDS:
            gap = gaps.get((member.id, "retirement" if kind == "annuity" else kind))
            held = report.cover[member.id][kind]
            if gap is None and not held:
                continue
            owned = f"（{_short(held)}）" if held else ""
            cells.append(f"{COVERS[kind]}{_missing(gap)}{owned}")
        lines.append(f"• {_name(member.name)}：" + "，".join(cells))
    education = gaps.get((None, "education"))
    if education is not None:
        lines.append(f"• 教育金：{'缺 ' + show_yuan(education) if education > 0 else '够了'}")
    hidden = len(report.household.members) - _SHOWN_MEMBERS
    if hidden > 0:
        lines.append(f"• 还有 {hidden} 位家人，见完整数据")
    return "\n".join(lines)


def _short(amount: Decimal) -> str:
    return show_yuan(amount).replace(" ", "").removesuffix("元")


def _missing(gap: Decimal | None) -> str:
    if gap is None:
        return ""
    return f"缺{_short(gap)}" if gap > 0 else "够了"


def _priorities(report: GapReport) -> str:
    if not report.priorities:
        return "<b>先补什么</b>\n按现有资料没有缺口，每年复核一次即可。"
    by_kind: dict[RiskKind, list[Priority]] = {}
    for item in report.priorities:
        by_kind.setdefault(item.gap.kind, []).append(item)
    lines = ["<b>先补什么</b>"]
    for number, items in enumerate(by_kind.values(), start=1):
        lines.append(f"{number}. {_priority(items, report.household)}")
    return "\n".join(lines)


def _priority(items: list[Priority], family: Household) -> str:
    first = items[0]
    shares = "、".join(_missing_share(item, family) for item in items[:_SHOWN_SHARES])
    if len(items) > _SHOWN_SHARES:
        shares += f" 等 {len(items)} 位"
    return (
        f"<b>{RISKS[first.gap.kind]}</b>（可能性{_PROBABILITY[first.probability]}、"
        f"后果{_SEVERITY[first.severity]}）：{shares}。{_REASONS[first.gap.kind]}。"
    )


def _missing_share(item: Priority, family: Household) -> str:
    owner = _name(family.member(item.gap.member_id).name) if item.gap.member_id else ""
    return f"{owner}缺 {show_yuan(item.gap.gap)}"


def _medical(family: Household) -> str:
    """The medical checklist, one line for each member that needs something."""
    lines = ["<b>医疗清单</b>"]
    for check in medical_checklist(family)[:_SHOWN_MEMBERS]:
        name = _name(family.member(check.member_id).name)
        todo = "、".join(check.todo) or "齐了"
        lines.append(f"• {name}（医保：{check.social}）：{todo}")
    lines.append(f"免赔额按积蓄看，从 {deductible(family)} 起选（0 / 1 万 / 3 万）。")
    return "\n".join(lines)


def _budget(report: GapReport) -> str:
    budget = report.budget
    if not budget.high:
        return "<b>保费预算</b>\n没有收入数字，先补问收入再谈预算。"
    low, high = (
        f"{(share * 100).normalize():f}%"
        for share in (
            report.household.assumptions.budget_low,
            report.household.assumptions.budget_high,
        )
    )
    text = (
        f"<b>保费预算</b>\n参考家庭年收入的 {low}–{high}：每年 {show_yuan(budget.low)}到 "
        f"{show_yuan(budget.high)}；已交 {show_yuan(budget.current)}，"
        f"还可安排 {show_yuan(budget.room)}。"
    )
    if budget.planned is not None:
        text += f"客户打算每年 {show_yuan(budget.planned)}"
        if budget.planned + budget.current > budget.high:
            text += "，加上已交的超过参考上限，请先减。"
        elif budget.planned + budget.current < budget.low:
            text += "，低于参考下限，先补最要紧的。"
        else:
            text += "，在参考范围内。"
    return text


def _sums(report: GapReport) -> str:
    """How the figures came about, folded away until it is asked for."""
    lines = ["<b>怎么算的（假设都可以改）</b>", _totals(report)]
    lines += [_life_sum(need, report.household) for need in report.life]
    lines += [_order(report.priorities), *_assumptions(report.household)]
    return "<blockquote expandable>" + "\n".join(line for line in lines if line) + "</blockquote>"


def _totals(report: GapReport) -> str:
    balance = report.income_total - report.expenses_total
    word = "多出" if balance >= 0 else "还差"
    return (
        f"今后总支出 {show_yuan(report.expenses_total)}，总收入 {show_yuan(report.income_total)}，"
        f"{word} {show_yuan(abs(balance))}；"
        f"可动用积蓄 {show_yuan(report.usable_assets)}，"
        f"负债 {show_yuan(report.debts_total)}（已计入支出）。"
    )


def _life_sum(need: LifeNeed, family: Household) -> str:
    return (
        f"{_name(family.member(need.member_id).name)}不在：家人支出 "
        f"{show_yuan(need.survivor_expenses)} − 家人收入 "
        f"{show_yuan(need.survivor_income)} − 积蓄 {show_yuan(need.usable_assets)} − "
        f"已有身故保额 {show_yuan(need.existing_cover)}。"
        f"对照：生命价值 {show_yuan(need.human_life_value)}；"
        f"DIME（债务、收入、房贷、教育）{show_yuan(need.dime.total)}；"
        f"责任法 {show_yuan(need.liability)}；"
        f"收入倍数加负债 {show_yuan(need.multiple_low)}到 {show_yuan(need.multiple_high)}。"
    )


def _order(found: tuple[Priority, ...]) -> str:
    """The weight behind the order: the largest gap of each kind in years of the family's income."""
    years: dict[RiskKind, str] = {}
    for item in found:
        if item.income_years is not None:
            years.setdefault(item.gap.kind, f"{RISKS[item.gap.kind]} {item.income_years:.1f} 年")
    if not years:
        return ""
    return f"先后看十年内的可能性和后果；最大的缺口相当于全家收入：{'、'.join(years.values())}。"


def _assumptions(family: Household) -> list[str]:
    a = family.assumptions
    timing = {"start": "年初", "end": "年末"}
    lines = [
        f"折现率 {_percent(a.discount_rate)}，收入增长 {_percent(a.income_growth)}，"
        f"支出增长 {_percent(a.spending_growth)}；收入按{timing[a.income_timing]}、"
        f"支出按{timing[a.spending_timing]}算。",
        f"重疾：治疗 {show_yuan(a.illness_treatment)}（各家说法从 "
        f"{show_yuan(a.illness_treatment_low)}到 {show_yuan(a.illness_treatment_high)}）+ "
        f"康复 {show_yuan(a.illness_care)} + {a.illness_income_years} 年收入；医疗：{show_yuan(a.major_bill)}大额账单的自付部分"
        f"（{_shares(family)}）；意外：{a.accident_income_multiple} 倍年收入，"
        f"至少 {show_yuan(a.accident_minimum)}。",
        _years(family),
    ]
    notes = [escape(note[:60], quote=False) for note in family.estimated]
    if notes:
        more = f"等 {len(notes)} 项" if len(notes) > _SHOWN_ESTIMATES else ""
        lines.append("估算：" + "；".join(notes[:_SHOWN_ESTIMATES]) + more + "。")
    return lines


def _percent(rate: Decimal) -> str:
    return f"{(rate * 100).normalize():f}%"


def _shares(family: Household) -> str:
    a = family.assumptions
    return (
        f"职工 {_percent(a.self_paid_urban_employee)}、居民 {_percent(a.self_paid_urban_resident)}、"
        f"新农合 {_percent(a.self_paid_rural)}、没有社保 {_percent(a.self_paid_none)}"
    )


def _years(family: Household) -> str:
    return "；".join(_member_years(member) for member in family.members[:_SHOWN_MEMBERS]) + "。"


def _member_years(member: Member) -> str:
    parts = [f"{_name(member.name)}生活费 {show_yuan(member.living_yearly or Decimal(0))}/年"]
    parts[0] += f"×{member.living_years} 年"
    if member.income_yearly:
        parts.append(f"收入 {show_yuan(member.income_yearly)}/年×{member.income_years} 年")
    if member.pension_yearly:
        parts.append(f"退休金 {show_yuan(member.pension_yearly)}/年×{member.pension_years} 年")
    return "、".join(parts)


def _next_step(report: GapReport) -> str:
    lines = ["<b>客户分级与下一步</b>"]
    kind = _ATTRIBUTES[report.attribute]
    taste = report.household.appetite
    appetite = f"，风险偏好{_APPETITES[taste]}" if taste else ""
    if report.lead_class:
        lines.append(f"{report.lead_class} 类，{kind}{appetite}。")
    else:
        lines.append(f"意向没填，暂不分级；{kind}{appetite}。")
    family = report.household
    facts = (
        ("来源", escape(family.source, quote=False)),
        ("拍板", _DECIDERS[family.decider] if family.decider else ""),
        ("风险意识", _AWARENESS[family.awareness] if family.awareness else ""),
    )
    if told := "；".join(f"{name}：{value}" for name, value in facts if value):
        lines.append(told + "。")
    lines.append("标签：" + "、".join(escape(tag[:20], quote=False) for tag in report.tags) + "。")
    lines.append("下一步：" + next_step(report))
    return "\n".join(lines)
