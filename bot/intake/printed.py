"""The needs report as the client gets it on paper: no grade, no promise, every assumption. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from bot.domain.amounts import show_yuan
from bot.domain.household import Household
from bot.intake.checklist import deductible, medical_checklist
from bot.intake.gap import GapReport
from bot.intake.protection import RISKS
from bot.intake.scenario import ADJUSTABLE, scenarios, shown
from bot.intake.summary import Row, rows
from bot.pictures.gaps import Bar
from bot.pictures.paper import Report, Table

_RELATIONS = {
    "client": "本人",
    "spouse": "配偶",
    "child": "孩子",
    "parent": "父母",
    "other": "家人",
}
_SOCIAL = {
    "none": "无社保",
    "rural": "新农合",
    "urban_resident": "居民医保",
    "urban_employee": "职工社保",
    None: "未填",
}
_MOST_MEMBERS = 6
_DISCLOSURES = (
    "本页是按您告诉我们的情况和上面的假设算出的需求，不是保险合同，也不是收益或理赔的承诺。",
    "假设改了，数字就会改；收入、家庭或负债有变化时请重新计算。",
    "具体责任、免责、等待期、犹豫期和退保损失，以保险条款和保单现金价值表为准。",
    "投保前请如实告知健康情况，是否承保以核保结论为准。",
)


def bars(report: GapReport) -> list[Bar]:
    """The needs as bars of the gap picture."""
    return [_bar(row) for row in rows(report)]


def _bar(row: Row) -> Bar:
    missing = show_yuan(row.missing) if row.missing else ""
    sums = f"需要 {show_yuan(row.need)}，已有 {show_yuan(row.existing)}"
    return Bar(row.label, float(row.need), float(row.covered), missing, sums)


def client_report(
    household: Household, report: GapReport, company: str, made_on: date, picture: bytes
) -> Report:
    """The two pages for the client of this analysis."""
    family = report.household
    names = "、".join(member.name[:10] for member in family.members[:_MOST_MEMBERS])
    lead = (
        f"这份检视是为{names}做的。",
        f"今后全家总支出约 {show_yuan(report.expenses_total)}，"
        f"总收入约 {show_yuan(report.income_total)}，"
        f"可动用积蓄 {show_yuan(report.usable_assets)}，负债 {show_yuan(report.debts_total)}。",
        "下面是万一出事时，家里需要多少钱、已经有多少、还差多少。",
    )
    return Report(
        office=company,
        title=f"{family.name[:20]}的家庭保障检视",
        made_on=made_on.isoformat(),
        lead=lead,
        picture=picture,
        first=(_members(family),),
        second=(_needs(report), _methods(report), _scenarios(household), _assumed(family)),
        notes=(
            ("医疗清单", tuple(_medical(family))),
            ("请您留意", (*_estimates(report), *_DISCLOSURES)),
        ),
    )


def _members(family: Household) -> Table:
    found = tuple(
        (
            member.name[:10],
            _RELATIONS[member.relation],
            f"{member.age} 岁" if member.age is not None else "未填",
            _SOCIAL[member.social_insurance],
            show_yuan(member.income_yearly) if member.income_yearly else "—",
        )
        for member in family.members[:_MOST_MEMBERS]
    )
    return Table("家庭成员", ("称呼", "关系", "年龄", "社保", "年收入"), found, (3, 2, 2, 3, 3))


def _needs(report: GapReport) -> Table:
    found = tuple(
        (row.label, show_yuan(row.need), show_yuan(row.existing), show_yuan(row.missing))
        for row in rows(report)
    )
    return Table("各项需要", ("项目", "需要", "已有", "还差"), found, (4, 3, 3, 3))


def _methods(report: GapReport) -> Table:
    found = tuple(
        (
            f"{report.household.member(need.member_id).name[:8]}不在",
            show_yuan(max(need.survivor_gap, Decimal(0))),
            show_yuan(max(need.human_life_gap, Decimal(0))),
            show_yuan(max(need.dime.gap, Decimal(0))),
        )
        for need in report.life
    )
    columns = ("身故保障的几种算法", "遗属需求法", "生命价值法", "DIME 法")
    return Table("几种算法对照（还差）", columns, found, (4, 3, 3, 3))


def _scenarios(household: Household) -> Table:
    found = scenarios(household)
    rates = tuple(f"折现率 {rate * 100:.0f}%" for rate, _ in found)
    rows_ = tuple(
        (
            f"{member.name[:8]}不在",
            *(show_yuan(max(gaps[member.id], Decimal(0))) for _, gaps in found),
        )
        for member in household.adults
    )
    return Table("利率变动两个百分点", ("遗属需求法（还差）", *rates), rows_, (4, 3, 3, 3))


def _assumed(family: Household) -> Table:
    cells = [(one.label, shown(family.assumptions, one)) for one in ADJUSTABLE]
    found = tuple(
        (*cells[at], *(cells[at + 1] if at + 1 < len(cells) else ("", "")))
        for at in range(0, len(cells), 2)
    )
    return Table("用到的假设", ("假设", "取值", "假设", "取值"), found, (3, 2, 3, 2))


def _medical(family: Household) -> Iterator[str]:
    """What to put right about medical cover, one line for each who needs something."""
    for check in medical_checklist(family)[:_MOST_MEMBERS]:
        if check.todo:
            name = family.member(check.member_id).name[:10]
            yield f"{name}（医保：{check.social}）：{'、'.join(check.todo)}。"
    yield f"按现有积蓄，医疗险的免赔额从 {deductible(family)} 起选（0 / 1 万 / 3 万三档）。"


def _estimates(report: GapReport) -> tuple[str, ...]:
    """What is a range or an estimate, and not a figure that was told."""
    family = report.household
    notes = []
    ranged = [gap for gap in report.gaps if gap.low is not None]
    if ranged:
        worst = max(ranged, key=lambda gap: gap.need)
        notes.append(
            f"{RISKS[worst.kind]}的需要各家说法不一，这里取中间值；最高的一位从 "
            f"{show_yuan(worst.low or worst.need)}到 {show_yuan(worst.high or worst.need)}。"
        )
    if family.estimated:
        notes.append("按估计填的：" + "；".join(family.estimated[:6]) + "。")
    return tuple(notes)
