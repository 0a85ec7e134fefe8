"""Whether a question of the questionnaire can ever be asked: its conditions, taken together."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

from bot.intake.schema import Condition, Questionnaire, QuestionSpec

MOST_WAYS = 256
_WIDEST = (-(10**15), 10**15)

Demand = dict[str, tuple[frozenset[str | bool] | None, int, int]]
"""What each earlier question must have been answered: one of these values, within these bounds."""


def unreachable(questionnaire: Questionnaire) -> list[str]:
    """The ids of questions whose conditions, and those of what they look at, exclude each other."""
    specs = questionnaire.specs
    none = object()
    ways = {name: _demands(spec, specs, frozenset()) for name, spec in specs.items()}
    return [name for name, found in ways.items() if next(found, none) is none]


def _demands(
    spec: QuestionSpec, specs: dict[str, QuestionSpec], above: frozenset[str]
) -> Iterator[Demand]:
    """Each way in which the question comes up; none when it never does."""
    ways = [list(_ways(condition, specs, above | {spec.id})) for condition in spec.when]
    for number, chosen in enumerate(product(*ways)):
        if number == MOST_WAYS:
            return
        merged: Demand | None = {}
        for demand in chosen:
            merged = None if merged is None else _both(merged, demand)
        if merged is not None:
            yield merged


def _ways(
    condition: Condition, specs: dict[str, QuestionSpec], above: frozenset[str]
) -> Iterator[Demand]:
    """Each way in which a condition comes true; a question it looks at must be asked itself."""
    if condition.any:
        for one in condition.any:
            yield from _ways(one, specs, above)
        return
    name = condition.question or ""
    if name in above:
        return
    # several choices may hold at once, so values named of them never exclude each other
    several = specs[name].kind == "multi_choice"
    allowed = None if several else frozenset(condition.one_of) or None
    low = _WIDEST[0] if condition.at_least is None else condition.at_least
    high = _WIDEST[1] if condition.at_most is None else condition.at_most
    spec = specs[name]
    low = max(low, spec.at_least) if spec.at_least is not None else low
    high = min(high, spec.at_most) if spec.at_most is not None else high
    for demand in _demands(spec, specs, above):
        merged = _both(demand, {name: (allowed, low, high)})
        if merged is not None and merged[name][1] <= merged[name][2]:
            yield merged


def _both(first: Demand, second: Demand) -> Demand | None:
    """Both demands together; None when they exclude each other."""
    merged = dict(first)
    for name, (allowed, low, high) in second.items():
        before = merged.get(name)
        if before is not None:
            low, high = max(low, before[1]), min(high, before[2])
            if low > high:
                return None
            if allowed is not None and before[0] is not None:
                allowed &= before[0]
                if not allowed:
                    return None
            allowed = allowed if allowed is not None else before[0]
        merged[name] = (allowed, low, high)
    return merged
