"""What the agent does after an interview: with whom, within how many days, and how to begin. Pure."""

from __future__ import annotations

from bot.domain.household import Decider
from bot.intake.gap import GapReport
from bot.intake.grade import FOLLOW_UP_DAYS
from bot.intake.protection import RISKS

_WHOM: dict[Decider, str] = {
    "client": "客户",
    "together": "夫妻两人一起",
    "spouse": "客户和爱人一起",
    "parents": "客户，请父母也到场",
}


def next_step(report: GapReport) -> str:
    """What the agent does next, within how many days, with whom and how to begin."""
    if report.lead_class is None:
        return "补填客户意向，再定回访时间。"
    days = FOLLOW_UP_DAYS[report.lead_class]
    if report.lead_class == "C":
        return f"长期经营，先发轻松实用的内容，{days} 天后再联系。"
    whom = _WHOM.get(report.household.decider or "client", "客户")
    return f"{days} 天内约{whom}，{_topic(report)}，先核对假设再谈产品。"


def _topic(report: GapReport) -> str:
    found = report.priorities
    topic = f"带着{RISKS[found[0].gap.kind]}缺口的数字" if found else "带着这份检视结果"
    if report.household.awareness == "low":
        return f"{topic}，先讲清一旦停工家里会怎样"
    return f"{topic}讲方案"
