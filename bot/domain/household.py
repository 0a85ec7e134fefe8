"""A household as the needs analysis sees it: people, flows of money, debts, cover, assumptions."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from decimal import Decimal
from typing import Literal

Relation = Literal["client", "spouse", "child", "parent", "other"]
SocialInsurance = Literal["none", "rural", "urban_resident", "urban_employee"]
Health = Literal["good", "minor", "chronic", "serious", "unknown"]
CoverKind = Literal["accident", "medical", "critical_illness", "annuity", "life"]
AssetKind = Literal["deposit", "fund", "stock", "property", "education", "pension", "other"]
DebtKind = Literal["mortgage", "car", "consumer", "business", "other"]
ExpenseKind = Literal["housing", "education", "parents", "other"]
Appetite = Literal["conservative", "balanced", "aggressive"]
Awareness = Literal["low", "medium", "high"]
Decider = Literal["client", "together", "spouse", "parents"]
Intent = Literal["high", "medium", "low"]
Timing = Literal["start", "end"]

COVER_KINDS: tuple[CoverKind, ...] = ("accident", "medical", "critical_illness", "annuity", "life")


@dataclass(frozen=True, slots=True)
class Member:
    """One person of the household; money in today's yuan a year, durations in whole years.

    None means not told: an assumption takes its place and is shown as such.
    """

    id: str
    name: str
    relation: Relation
    sex: Literal["male", "female"] | None = None
    age: int | None = None
    occupation: str = ""
    city: str = ""
    social_insurance: SocialInsurance | None = None
    health: Health = "unknown"
    income_yearly: Decimal = Decimal(0)
    income_years: int | None = None
    pension_yearly: Decimal | None = None
    pension_years: int | None = None
    living_yearly: Decimal | None = None
    living_years: int | None = None

    @property
    def adult(self) -> bool:
        """Whether the family lives on this person: the client or the spouse."""
        return self.relation in ("client", "spouse")


@dataclass(frozen=True, slots=True)
class Expense:
    """A future expense beside daily living, in today's yuan.

    Without ``years`` it is one sum, due ``from_year`` years from now; with ``years`` it is paid
    each year from then on.
    """

    kind: ExpenseKind
    amount: Decimal
    years: int | None = None
    from_year: int = 0
    label: str = ""


@dataclass(frozen=True, slots=True)
class Debt:
    """Money owed today, in yuan."""

    kind: DebtKind
    balance: Decimal


@dataclass(frozen=True, slots=True)
class Asset:
    """Something owned, in yuan; ``usable`` is the share the family could spend in need (0–1)."""

    kind: AssetKind
    value: Decimal
    usable: Decimal


@dataclass(frozen=True, slots=True)
class Cover:
    """One kind of cover of a policy held; ``premium`` in yuan a year.

    For an annuity ``sum_insured`` is the total guaranteed to be paid out.
    """

    insured: str
    kind: CoverKind
    sum_insured: Decimal
    premium: Decimal = Decimal(0)
    company: str = ""
    product: str = ""


@dataclass(frozen=True, slots=True)
class Assumptions:
    """Every assumption of the analysis with its default; rates are yearly fractions (0.03 = 3 %).

    The defaults are the office's own and adjustable in each household file.
    """

    discount_rate: Decimal = Decimal(0)
    income_growth: Decimal = Decimal(0)
    pension_growth: Decimal = Decimal(0)
    spending_growth: Decimal = Decimal(0)
    income_timing: Timing = "end"
    spending_timing: Timing = "start"
    retirement_age_male: int = 63
    retirement_age_female: int = 58
    life_expectancy: int = 85
    child_independent_age: int = 18
    university_age: int = 18
    unknown_adult_age: int = 35
    unknown_child_age: int = 6
    child_spending_weight: Decimal = Decimal("0.5")
    pension_replacement: Decimal = Decimal("0.4")
    liability_living_years: int = 5
    dime_income_years: int = 10
    final_expenses: Decimal = Decimal(0)
    income_multiple_low: int = 5
    income_multiple_high: int = 10
    illness_treatment: Decimal = Decimal(300_000)
    illness_care: Decimal = Decimal(50_000)
    illness_income_years: int = 3
    illness_treatment_low: Decimal = Decimal(200_000)
    illness_treatment_high: Decimal = Decimal(500_000)
    illness_income_years_high: int = 5
    major_bill: Decimal = Decimal(500_000)
    self_paid_none: Decimal = Decimal(1)
    self_paid_rural: Decimal = Decimal("0.6")
    self_paid_urban_resident: Decimal = Decimal("0.5")
    self_paid_urban_employee: Decimal = Decimal("0.35")
    accident_income_multiple: int = 5
    accident_minimum: Decimal = Decimal(200_000)
    education_per_child: Decimal = Decimal(400_000)
    parents_years: int = 20
    budget_low: Decimal = Decimal("0.05")
    budget_high: Decimal = Decimal("0.20")

    @classmethod
    def names(cls) -> tuple[str, ...]:
        """The names of all assumptions, in order."""
        return tuple(item.name for item in fields(cls))


@dataclass(frozen=True, slots=True)
class Household:
    """A whole household. ``given`` names the assumptions set for it; the rest are defaults.

    ``spending_yearly`` is the family's daily living where it is not told person by person.
    ``local_medical`` is False when a newcomer's medical insurance does not pay in the new city.
    ``estimated`` names in Chinese what was estimated because nobody told it.
    """

    name: str
    members: tuple[Member, ...]
    expenses: tuple[Expense, ...] = ()
    debts: tuple[Debt, ...] = ()
    assets: tuple[Asset, ...] = ()
    covers: tuple[Cover, ...] = ()
    assumptions: Assumptions = field(default_factory=Assumptions)
    given: frozenset[str] = frozenset()
    sample: bool = False
    worries: tuple[str, ...] = ()
    goals: tuple[str, ...] = ()
    appetite: Appetite | None = None
    awareness: Awareness | None = None
    decider: Decider | None = None
    source: str = ""
    intent: Intent | None = None
    premium_budget: Decimal | None = None
    spending_yearly: Decimal | None = None
    owner: bool = False
    newcomer: bool = False
    local_medical: bool | None = None
    renter: bool = False
    estimated: tuple[str, ...] = ()

    @property
    def income_yearly(self) -> Decimal:
        """The family's work income a year, in yuan."""
        return sum((member.income_yearly for member in self.members), Decimal(0))

    @property
    def adults(self) -> tuple[Member, ...]:
        """The client and the spouse."""
        return tuple(member for member in self.members if member.adult)

    def member(self, member_id: str) -> Member:
        """The member with this id; KeyError when there is none."""
        for member in self.members:
            if member.id == member_id:
                return member
        raise KeyError(member_id)
