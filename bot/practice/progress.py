"""What practice has come to: days in a row, the mean by week, the weakest intents. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from bot.scripts_library.schema import Library

WEEKS = 8
# Why an intent was added to the drill, by the category of a message that the rules stopped.
AFTER_STOPPED = {
    "guaranteed_return": "low_return",
    "yield_comparison": "low_return",
    "uncertain_as_certain": "low_return",
    "deposit_confusion": "liquidity",
    "rebate_inducement": "ask_rebate",
    "bait_free": "ask_rebate",
    "fear_pressure": "unlikely_to_happen",
    "stop_sale_hype": "wait_until_later",
    "competitor_attack": "other_company_cheaper",
    "superlative_ranking": "compare_more",
    "health_nondisclosure": "health_problem",
    "claims_promise": "claims_hard",
    "surrender_churn": "want_surrender",
    "authority_endorsement": "company_bankrupt",
    "concealment": "contract_too_complex",
    "renewal_overclaim": "healthy_no_need",
    "privacy_disturb": "stop_contacting",
    "debt_tax_evasion": "have_savings",
}


def streak(days: Iterable[date], today: date) -> int:
    """Days in a row with practice, up to today; a day not yet practised does not break it."""
    seen = set(days)
    day = today if today in seen else today - timedelta(days=1)
    count = 0
    while day in seen:
        count += 1
        day -= timedelta(days=1)
    return count


def by_week(
    scored: Sequence[tuple[int, datetime]], today: date, zone: ZoneInfo
) -> list[tuple[date, int | None]]:
    """(Monday, mean score) of the last ``WEEKS`` weeks; None for a week without practice."""
    kept: dict[date, list[int]] = defaultdict(list)
    for score, at in scored:
        day = at.astimezone(zone).date()
        kept[day - timedelta(days=day.weekday())].append(score)
    this = today - timedelta(days=today.weekday())
    mondays = [this - timedelta(weeks=back) for back in range(WEEKS - 1, -1, -1)]
    return [
        (monday, round(sum(kept[monday]) / len(kept[monday])) if kept.get(monday) else None)
        for monday in mondays
    ]


def choose_drill(
    library: Library,
    sources: Sequence[str],
    due: Sequence[str],
    seen: set[str],
    count: int,
    turn: int,
) -> list[str]:
    """The intents of a drill: reasons first, then what is due, then what was never practised.

    ``turn`` rotates the new ones, so that two people do not begin with the same.
    """
    ids = [intent.id for intent in library.intents]
    start = turn % len(ids)
    fresh = [one for one in ids[start:] + ids[:start] if one not in seen]
    rest = [one for one in ids[start:] + ids[:start] if one in seen]
    wanted = [one for one in [*sources, *due, *fresh, *rest] if one in set(ids)]
    return list(dict.fromkeys(wanted))[:count]
