"""The household file: its strict form, and its reading into a household."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from bot.datafile import DataModel, KeyPath, Position, locate, read_text, read_yaml, validate
from bot.domain.amounts import LARGEST_AMOUNT, Period, parse_amount
from bot.domain.household import (
    Appetite,
    Asset,
    AssetKind,
    Assumptions,
    Cover,
    CoverKind,
    Debt,
    DebtKind,
    Expense,
    ExpenseKind,
    Health,
    Household,
    Intent,
    Member,
    Relation,
    SocialInsurance,
    Timing,
)
from bot.domain.numerals import read_number
from bot.errors import DataFileError, DataProblem, UserError

USABLE: dict[AssetKind, Decimal] = {
    "deposit": Decimal(1),
    "fund": Decimal(1),
    "stock": Decimal(1),
    "education": Decimal(1),
    "pension": Decimal(1),
    "property": Decimal(0),
    "other": Decimal(0),
}


def _decimal(value: Any) -> Any:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return value
    number = Decimal(str(value))
    if not number.is_finite():
        raise ValueError("应为数字")
    return number


def _amount(period: Period) -> BeforeValidator:
    def read(value: Any) -> Any:
        if isinstance(value, str):
            try:
                return parse_amount(value).per(period)
            except UserError as error:
                raise ValueError(str(error)) from None
        return _decimal(value)

    return BeforeValidator(read)


def _share(value: Any) -> Any:
    if isinstance(value, str) and value.endswith("%"):
        number = read_number(value.removesuffix("%").removeprefix("-"))
        if number is None:
            raise ValueError("应为比例，例如 0.03 或 3%")
        return number / (-100 if value.startswith("-") else 100)
    return _decimal(value)


_Bounds = Field(ge=0, le=LARGEST_AMOUNT)
Yearly = Annotated[Decimal, _Bounds, _amount("yearly")]
Yuan = Annotated[Decimal, _Bounds, _amount("yearly")]
Share = Annotated[Decimal, Field(ge=0, le=1), BeforeValidator(_share)]
Rate = Annotated[Decimal, Field(ge=Decimal("-0.2"), le=Decimal("0.5")), BeforeValidator(_share)]
Years = Annotated[int, Field(ge=0, le=100)]
Age = Annotated[int, Field(ge=0, le=120)]
MemberId = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,15}$")]
Label = Annotated[str, Field(max_length=60)]


class MemberEntry(DataModel):
    """One person of the file."""

    id: MemberId
    name: Annotated[str, Field(min_length=1, max_length=30)]
    relation: Relation
    sex: Literal["male", "female"] | None = None
    age: Age | None = None
    occupation: Label = ""
    city: Label = ""
    social_insurance: SocialInsurance | None = None
    health: Health = "unknown"
    income: Yearly = Decimal(0)
    income_years: Years | None = None
    pension: Yearly | None = None
    pension_years: Years | None = None
    living: Yearly | None = None
    living_years: Years | None = None


class ExpenseEntry(DataModel):
    """A future expense: one sum, or with ``years`` a yearly one."""

    kind: ExpenseKind
    amount: Yuan
    years: Annotated[int, Field(ge=1, le=100)] | None = None
    from_year: Years = 0
    label: Label = ""


class DebtEntry(DataModel):
    """Money owed today."""

    kind: DebtKind
    balance: Yuan


class AssetEntry(DataModel):
    """Something owned; ``usable`` is the share that could be spent in need."""

    kind: AssetKind
    value: Yuan
    usable: Share | None = None


class CoverEntry(DataModel):
    """One kind of cover of a policy held."""

    insured: MemberId
    kind: CoverKind
    sum_insured: Yuan
    premium: Yearly = Decimal(0)
    company: Label = ""
    product: Label = ""


class AssumptionsEntry(DataModel):
    """Assumptions set for this household; the others keep their defaults."""

    discount_rate: Rate | None = None
    income_growth: Rate | None = None
    pension_growth: Rate | None = None
    spending_growth: Rate | None = None
    income_timing: Timing | None = None
    spending_timing: Timing | None = None
    retirement_age_male: Age | None = None
    retirement_age_female: Age | None = None
    life_expectancy: Age | None = None
    child_independent_age: Age | None = None
    university_age: Age | None = None
    unknown_adult_age: Age | None = None
    unknown_child_age: Age | None = None
    child_spending_weight: Share | None = None
    pension_replacement: Share | None = None
    liability_living_years: Years | None = None
    dime_income_years: Years | None = None
    final_expenses: Yuan | None = None
    income_multiple_low: Years | None = None
    income_multiple_high: Years | None = None
    illness_treatment: Yuan | None = None
    illness_care: Yuan | None = None
    illness_income_years: Years | None = None
    illness_treatment_low: Yuan | None = None
    illness_treatment_high: Yuan | None = None
    illness_income_years_high: Years | None = None
    major_bill: Yuan | None = None
    self_paid_none: Share | None = None
    self_paid_rural: Share | None = None
    self_paid_urban_resident: Share | None = None
    self_paid_urban_employee: Share | None = None
    accident_income_multiple: Years | None = None
    accident_minimum: Yuan | None = None
    education_per_child: Yuan | None = None
    parents_years: Years | None = None
    budget_low: Share | None = None
    budget_high: Share | None = None


class HouseholdFile(DataModel):
    """The whole file."""

    name: Annotated[str, Field(min_length=1, max_length=60)]
    sample: bool = False
    members: Annotated[list[MemberEntry], Field(min_length=1, max_length=20)]
    spending: Annotated[Decimal, _Bounds, _amount("yearly")] | None = None
    expenses: list[ExpenseEntry] = Field(default_factory=list)
    debts: list[DebtEntry] = Field(default_factory=list)
    assets: list[AssetEntry] = Field(default_factory=list)
    covers: Annotated[list[CoverEntry], Field(max_length=200)] = Field(default_factory=list)
    worries: list[Label] = Field(default_factory=list)
    goals: list[
        Literal["protection", "education", "retirement", "wealth", "inheritance", "house"]
    ] = Field(default_factory=list)
    appetite: Appetite | None = None
    intent: Intent | None = None
    premium_budget: Yearly | None = None
    owner: bool = False
    newcomer: bool = False
    renter: bool = False
    assumptions: AssumptionsEntry = AssumptionsEntry()


def load_household(path: Path) -> Household:
    """The household of a file; raises DataFileError with every fault and its position."""
    return parse_household(str(path), read_text(path))


def parse_household(name: str, text: str) -> Household:
    """The household written in YAML ``text``; ``name`` is used in the messages of faults."""
    value, positions = read_yaml(name, text)
    file = validate(name, value, positions, HouseholdFile)
    _cross_check(name, file, positions)
    return _household(file)


def _cross_check(name: str, file: HouseholdFile, positions: dict[KeyPath, Position]) -> None:
    problems: list[DataProblem] = []

    def fault(path: KeyPath, reason: str) -> None:
        problems.append(DataProblem(name, *locate(positions, path), reason))

    seen: set[str] = set()
    for index, member in enumerate(file.members):
        if member.id in seen:
            fault(("members", index, "id"), f"成员编号“{member.id}”重复了")
        seen.add(member.id)
    for index, cover in enumerate(file.covers):
        if cover.insured not in seen:
            fault(("covers", index, "insured"), f"成员里没有“{cover.insured}”")
    adults = [member.relation for member in file.members if member.relation in ("client", "spouse")]
    if adults.count("client") != 1 or adults.count("spouse") > 1:
        fault(("members",), "要有且只有一位 relation: client，最多一位 relation: spouse")
    assumptions = _assumptions(file.assumptions)
    for low, high in (
        ("budget_low", "budget_high"),
        ("income_multiple_low", "income_multiple_high"),
    ):
        if getattr(assumptions, low) > getattr(assumptions, high):
            fault(("assumptions", low), f"{low} 不能大于 {high}")
    if problems:
        raise DataFileError(sorted(problems, key=lambda item: (item.line, item.column)))


def _assumptions(entry: AssumptionsEntry) -> Assumptions:
    return Assumptions(**entry.model_dump(exclude_none=True))


def _household(file: HouseholdFile) -> Household:
    return Household(
        name=file.name,
        sample=file.sample,
        members=tuple(_member(entry) for entry in file.members),
        spending_yearly=file.spending,
        expenses=tuple(Expense(**entry.model_dump()) for entry in file.expenses),
        debts=tuple(Debt(**entry.model_dump()) for entry in file.debts),
        assets=tuple(_asset(entry) for entry in file.assets),
        covers=tuple(Cover(**entry.model_dump()) for entry in file.covers),
        worries=tuple(file.worries),
        goals=tuple(file.goals),
        appetite=file.appetite,
        intent=file.intent,
        premium_budget=file.premium_budget,
        owner=file.owner,
        newcomer=file.newcomer,
        renter=file.renter,
        assumptions=_assumptions(file.assumptions),
        given=frozenset(file.assumptions.model_dump(exclude_none=True)),
    )


def _member(entry: MemberEntry) -> Member:
    values = entry.model_dump()
    values["income_yearly"] = values.pop("income")
    values["pension_yearly"] = values.pop("pension")
    values["living_yearly"] = values.pop("living")
    return Member(**values)


def _asset(entry: AssetEntry) -> Asset:
    usable = USABLE[entry.kind] if entry.usable is None else entry.usable
    return Asset(entry.kind, entry.value, usable)
