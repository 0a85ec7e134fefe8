"""The calendar of a policy and of a birthday: pure date arithmetic, due date counted as day 0."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from lunardate import LunarDate

from bot.errors import UserError

LUNAR_FIRST_YEAR, LUNAR_LAST_YEAR = 1900, 2099
LUNAR_FROM_ON, LUNAR_UNTIL_ON = date(1900, 1, 31), date(2100, 2, 8)
_SATURDAY = 5
LONGEST_SHIFT_DAYS = 15
CLIENT_FROM, CLIENT_UNTIL = time(9), time(21)
# Lunar months that the library's table starts a day off, as their new moons show (UTC+8:
# 1954-11-25 20:30 and 1978-09-03 00:09): first day and length.
LUNAR_CORRECTIONS = {
    (1954, 10): (date(1954, 10, 27), 29),
    (1954, 11): (date(1954, 11, 25), 30),
    (1978, 7): (date(1978, 8, 4), 30),
    (1978, 8): (date(1978, 9, 3), 29),
}
MONTHS_BY_FREQUENCY = {"yearly": 12, "half_yearly": 6, "quarterly": 3, "monthly": 1}


def day_in_month(year: int, month: int, day: int) -> date:
    """That day, or the month's last day when the month is shorter (31 April → 30 April)."""
    return date(year, month, min(day, monthrange(year, month)[1]))


def add_months(start_on: date, months: int, day: int | None = None) -> date:
    """``start_on`` moved by whole months, kept on ``day`` (its own by default) where it exists."""
    index = start_on.year * 12 + start_on.month - 1 + months
    return day_in_month(index // 12, index % 12 + 1, day or start_on.day)


# --- premiums: due, grace, lapse, reinstatement -------------------------------------------------


def due_dates(first_on: date, frequency: str, anchor_day: int | None = None) -> Iterator[date]:
    """Due dates from ``first_on`` on; ``single`` has none. ``anchor_day`` is the contract's day.

    A due day of 31 falls on the last day of shorter months and returns to the 31st after them.
    """
    step = MONTHS_BY_FREQUENCY.get(frequency)
    if step is None:
        return
    for number in range((date.max.year - first_on.year) * 12 // step):
        yield add_months(first_on, number * step, anchor_day or first_on.day)


def next_due(due_on: date, frequency: str, contract_on: date | None = None) -> date | None:
    """The due date after ``due_on``; None for ``single``. ``contract_on`` keeps a day of 29–31."""
    step = MONTHS_BY_FREQUENCY.get(frequency)
    return add_months(due_on, step, due_anchor_day(due_on, contract_on)) if step else None


def due_anchor_day(due_on: date, contract_on: date | None) -> int:
    """The contract's day of the month behind ``due_on``: 31 for 28 February of a 31st contract."""
    if contract_on and day_in_month(due_on.year, due_on.month, contract_on.day) == due_on:
        return contract_on.day
    return due_on.day


def grace_end(due_on: date, grace_days: int) -> date:
    """The last day of grace: the due date is day 0 (mainland 60 days, 保险法 art. 36)."""
    return due_on + timedelta(days=grace_days)


def lapse_day(due_on: date, grace_days: int) -> date:
    """The first day without cover when the premium stays unpaid."""
    return grace_end(due_on, grace_days) + timedelta(days=1)


def reinstatement_end(lapse_on: date, years: int = 2) -> date:
    """The last day to reinstate: ``years`` after the lapse (保险法 art. 37); 29 Feb → 28 Feb."""
    return add_months(lapse_on, 12 * years)


def anniversaries(issued_on: date, from_on: date, to_on: date) -> Iterator[date]:
    """Policy anniversaries in the range, the issue day itself left out; 29 Feb → 28 Feb."""
    for year in range(max(from_on.year, issued_on.year + 1), to_on.year + 1):
        if from_on <= (on := day_in_month(year, issued_on.month, issued_on.day)) <= to_on:
            yield on


def working_list(due_on: date, as_of_on: date) -> str | None:
    """The month's list an unpaid due date belongs to: 当月, 宽一, 宽末, or None for neither."""
    months = (as_of_on.year - due_on.year) * 12 + as_of_on.month - due_on.month
    return {0: "当月", 1: "宽一", 2: "宽末"}.get(months)


def orphan_visits(assigned_on: date, done: Sequence[date] = ()) -> tuple[date, date, date]:
    """Deadlines of the three orphan visits; visits already made (``done``) move the next ones.

    T1 = assignment + 15 days, T2 = first visit + 1 month, T3 = second visit + 1 month.
    """
    first = done[0] if done else assigned_on + timedelta(days=15)
    second = done[1] if len(done) > 1 else add_months(first, 1)
    third = done[2] if len(done) > 2 else add_months(second, 1)
    return first, second, third


# --- working days -------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class DaysOff:
    """Announced days off, and weekend days worked instead; other weekends are off."""

    off: frozenset[date] = frozenset()
    worked: frozenset[date] = frozenset()

    def is_off(self, on: date) -> bool:
        """Whether nobody works on this day."""
        return on in self.off or (on.weekday() >= _SATURDAY and on not in self.worked)

    def moved(self, on: date, rule: str | None) -> date:
        """``on``, or when it is a day off the working day after (``next``) or before it."""
        step = timedelta(days=-1 if rule == "previous" else 1)
        while rule is not None and self.is_off(on):
            on += step
        return on


# --- birthdays and festivals --------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class SolarDay:
    """A yearly day of the solar calendar; 29 February is kept on the 28th in common years."""

    month: int
    day: int


@dataclass(frozen=True, slots=True)
class LunarDay:
    """A yearly day of the Chinese calendar (农历).

    A day in a leap month is kept in that leap month when the year has it, else in the plain
    month of the same number; day 30 of a 29-day month is kept on the 29th.
    """

    month: int
    day: int
    leap: bool = False


YearlyDay = SolarDay | LunarDay


def lunar_day_of(on: date) -> LunarDay:
    """The Chinese-calendar day of a solar date (1900-01-31 to 2100-02-08, else UserError)."""
    _check_lunar(on)
    for (_, month), (first_on, length) in LUNAR_CORRECTIONS.items():
        if 0 <= (passed := (on - first_on).days) < length:
            return LunarDay(month, passed + 1)
    lunar = LunarDate.from_solar_date(on.year, on.month, on.day)
    return LunarDay(lunar.month, lunar.day, lunar.is_leap_month)


@lru_cache(maxsize=4096)
def lunar_to_solar(lunar_year: int, day: LunarDay) -> date:
    """The solar date on which ``day`` is kept in the Chinese year ``lunar_year``."""
    if not LUNAR_FIRST_YEAR <= lunar_year <= LUNAR_LAST_YEAR:
        raise UserError("农历只能推算 1900 至 2099 年，请改用公历日期")
    leap = day.leap and LunarDate.leap_month_for_year(lunar_year) == day.month
    for number in (30, 29) if day.day == 30 else (day.day,):
        try:
            return _exact_lunar_to_solar(lunar_year, day.month, number, leap)
        except ValueError:
            continue
    raise UserError(f"农历没有 {day.month} 月 {day.day} 日，请核对生日")


def _exact_lunar_to_solar(lunar_year: int, month: int, day: int, leap: bool) -> date:
    if (corrected := LUNAR_CORRECTIONS.get((lunar_year, month))) is None:
        solar: date = LunarDate(lunar_year, month, day, leap).to_solar_date()
        return solar
    first_on, length = corrected
    if not 1 <= day <= length:
        raise ValueError("day out of range")
    return first_on + timedelta(days=day - 1)


def _check_lunar(on: date) -> None:
    if not LUNAR_FROM_ON <= on <= LUNAR_UNTIL_ON:
        raise UserError(f"农历只能推算 1900 年至 2100 年初的日子，{on} 不在其中，请改用公历")


def yearly_dates(day: YearlyDay, from_on: date, to_on: date) -> Iterator[date]:
    """The dates in the range on which ``day`` is kept, once per year of its calendar."""
    if isinstance(day, SolarDay):
        for year in range(from_on.year, to_on.year + 1):
            if from_on <= (on := day_in_month(year, day.month, day.day)) <= to_on:
                yield on
        return
    _check_lunar(from_on)
    _check_lunar(to_on)
    first = max(from_on.year - 1, LUNAR_FIRST_YEAR)
    for year in range(first, min(to_on.year, LUNAR_LAST_YEAR) + 1):
        if from_on <= (on := lunar_to_solar(year, day)) <= to_on:
            yield on


# --- local hours --------------------------------------------------------------------------------


def zone(name: str) -> ZoneInfo:
    """The time zone of an IANA name; an unknown name is a UserError, never a silent default."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise UserError(f"不认识时区“{name}”，请写成 Asia/Shanghai 这样的名称") from None


def instant(on: date, at: time, timezone: str) -> datetime:
    """The UTC instant of a local wall time.

    A time skipped by daylight saving moves forward by the gap (02:30 → 03:30); a time that
    occurs twice means its first occurrence.
    """
    return datetime.combine(on, at, zone(timezone)).astimezone(UTC)


def in_client_hours(at: datetime, timezone: str) -> bool:
    """Whether the instant falls in 09:00 (included) to 21:00 (excluded) local time."""
    return CLIENT_FROM <= at.astimezone(zone(timezone)).time() < CLIENT_UNTIL


def next_client_hour(at: datetime, timezone: str) -> datetime:
    """``at`` itself inside client hours, else the next local 09:00, in UTC."""
    if in_client_hours(at, timezone):
        return at.astimezone(UTC)
    local = at.astimezone(zone(timezone))
    days = 0 if local.time() < CLIENT_FROM else 1
    return instant(local.date() + timedelta(days=days), CLIENT_FROM, timezone)
