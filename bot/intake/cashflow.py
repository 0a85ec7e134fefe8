"""Values of money over time: present value of yearly flows and the internal rate of return."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from bot.domain.household import Timing

ONE = Decimal(1)


def present_value(
    amount: Decimal,
    years: int,
    *,
    rate: Decimal = Decimal(0),
    growth: Decimal = Decimal(0),
    timing: Timing = "end",
    from_year: int = 0,
) -> Decimal:
    """Today's yuan of ``amount`` paid in each of ``years`` years, the first after ``from_year``.

    The payment of year k (0 = the coming year) is amount × (1 + growth)^k and is divided by
    (1 + rate)^k at the start of that year, by (1 + rate)^(k + 1) at its end.
    """
    late = 1 if timing == "end" else 0
    return sum(
        (
            amount * (ONE + growth) ** year / (ONE + rate) ** (year + late)
            for year in range(from_year, from_year + max(years, 0))
        ),
        Decimal(0),
    )


def irr(cash_flows: Sequence[Decimal | int]) -> Decimal | None:
    """The yearly internal rate of return of flows one year apart (payments negative), or None.

    Zero years must be kept in the sequence. None when the flows never change sign. Found by
    bisection between −99.99 % and +1000 %; the result is exact to 1e-10. With several sign
    changes it is the rate nearest to zero among those the scan meets.
    """
    flows = [Decimal(flow) for flow in cash_flows]
    if not (any(flow < 0 for flow in flows) and any(flow > 0 for flow in flows)):
        return None
    brackets = list(_brackets(flows))
    if not brackets:
        return None
    low, high = min(brackets, key=lambda pair: abs(pair[0] + pair[1]))
    return _bisect(flows, low, high)


_SCAN = sorted(
    {Decimal(step) / 100 for step in range(-95, 105, 5)}
    | {Decimal(step) for step in range(1, 11)}
    | {Decimal("-0.9999"), Decimal("-0.99")}
)


def _net_present_value(flows: Sequence[Decimal], rate: Decimal) -> Decimal:
    total = Decimal(0)
    for flow in reversed(flows):
        total = total / (ONE + rate) + flow
    return total


def _brackets(flows: Sequence[Decimal]) -> list[tuple[Decimal, Decimal]]:
    values = [_net_present_value(flows, rate) for rate in _SCAN]
    found = []
    for index in range(len(_SCAN) - 1):
        if values[index] == 0:
            found.append((_SCAN[index], _SCAN[index]))
        elif values[index] * values[index + 1] < 0:
            found.append((_SCAN[index], _SCAN[index + 1]))
    return found


def _bisect(flows: Sequence[Decimal], low: Decimal, high: Decimal) -> Decimal:
    rising = _net_present_value(flows, high) > 0
    while high - low > Decimal("1e-11"):
        middle = (low + high) / 2
        if (_net_present_value(flows, middle) > 0) == rising:
            high = middle
        else:
            low = middle
    return ((low + high) / 2).quantize(Decimal("1e-10"))
