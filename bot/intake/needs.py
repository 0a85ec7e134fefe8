"""Life cover needs of a household by four methods, side by side, each from stated assumptions."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from bot.domain.household import Assumptions, Expense, ExpenseKind, Household, Member
from bot.intake.cashflow import present_value

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Flows:
    """A member's money over the years from now, each in today's yuan (present value)."""

    living: Decimal
    work: Decimal
    pension: Decimal
    living_while_working: Decimal
    living_in_retirement: Decimal

    @property
    def income(self) -> Decimal:
        return self.work + self.pension


@dataclass(frozen=True, slots=True)
class Dime:
    """DIME: debt and final expenses, income for some years, mortgage and housing, education."""

    debt: Decimal
    income: Decimal
    income_years: int
    mortgage: Decimal
    education: Decimal
    gap: Decimal

    @property
    def total(self) -> Decimal:
        return self.debt + self.income + self.mortgage + self.education


@dataclass(frozen=True, slots=True)
class LifeNeed:
    """What the family would need if one adult died today, by each method; yuan.

    ``survivor_gap`` is positive for a gap and negative when the family has more than it needs.
    """

    member_id: str
    survivor_expenses: Decimal
    survivor_income: Decimal
    usable_assets: Decimal
    existing_cover: Decimal
    survivor_gap: Decimal
    human_life_value: Decimal
    human_life_gap: Decimal
    dime: Dime
    liability: Decimal
    multiple_low: Decimal
    multiple_high: Decimal


def flows_of(member: Member, assumptions: Assumptions) -> Flows:
    """The present value of a completed member's living, work income and pension.

    Work income runs for ``income_years`` from now, the pension for ``pension_years`` after it.
    """
    working = member.income_years or 0
    living_years = member.living_years or 0
    while_working = min(working, living_years)
    living = _spending(member.living_yearly or ZERO, while_working, 0, assumptions)
    retired = _spending(
        member.living_yearly or ZERO, living_years - while_working, while_working, assumptions
    )
    return Flows(
        living=living + retired,
        work=present_value(
            member.income_yearly,
            working,
            rate=assumptions.discount_rate,
            growth=assumptions.income_growth,
            timing=assumptions.income_timing,
        ),
        pension=present_value(
            member.pension_yearly or ZERO,
            member.pension_years or 0,
            rate=assumptions.discount_rate,
            growth=assumptions.pension_growth,
            timing=assumptions.income_timing,
            from_year=working,
        ),
        living_while_working=living,
        living_in_retirement=retired,
    )


def _spending(amount: Decimal, years: int, from_year: int, assumptions: Assumptions) -> Decimal:
    return present_value(
        amount,
        years,
        rate=assumptions.discount_rate,
        growth=assumptions.spending_growth,
        timing=assumptions.spending_timing,
        from_year=from_year,
    )


def expense_value(expense: Expense, assumptions: Assumptions) -> Decimal:
    """The present value of a future expense; a single sum is due at the start of its year."""
    if expense.years is not None:
        return _spending(expense.amount, expense.years, expense.from_year, assumptions)
    return present_value(
        expense.amount,
        1,
        rate=assumptions.discount_rate,
        growth=assumptions.spending_growth,
        timing="start",
        from_year=expense.from_year,
    )


def expenses_of(household: Household, *kinds: ExpenseKind) -> Decimal:
    """The present value of the household's future expenses of these kinds (all when none)."""
    return sum(
        (
            expense_value(expense, household.assumptions)
            for expense in household.expenses
            if not kinds or expense.kind in kinds
        ),
        ZERO,
    )


def debts_of(household: Household, *, mortgage: bool | None = None) -> Decimal:
    """Debts in yuan: all of them, only mortgages, or all but mortgages."""
    return sum(
        (
            debt.balance
            for debt in household.debts
            if mortgage is None or (debt.kind == "mortgage") == mortgage
        ),
        ZERO,
    )


def usable_assets(household: Household) -> Decimal:
    """What the family could spend of its assets in need, in yuan."""
    return sum((asset.value * asset.usable for asset in household.assets), ZERO)


def cover_of(household: Household, member_id: str, kind: str) -> Decimal:
    """The sum insured a member already has of one kind, in yuan."""
    return sum(
        (
            cover.sum_insured
            for cover in household.covers
            if cover.insured == member_id and cover.kind == kind
        ),
        ZERO,
    )


def expenses_total(household: Household) -> Decimal:
    """All the family will spend: living of every member, future expenses and debts."""
    living = sum((flows_of(m, household.assumptions).living for m in household.members), ZERO)
    return living + expenses_of(household) + debts_of(household)


def income_total(household: Household) -> Decimal:
    """All the family will earn: work and pension of every member."""
    return sum((flows_of(m, household.assumptions).income for m in household.members), ZERO)


def liability_need(
    *, debts: Decimal, education: Decimal, living: Decimal, parents: Decimal, cover: Decimal
) -> Decimal:
    """The simple liability method: what must be paid whatever happens, less cover held; yuan."""
    return debts + education + living + parents - cover


def life_need(household: Household, member: Member) -> LifeNeed:
    """What the household needs if ``member`` died today, by every method.

    Survivor need: the others' living, future expenses and debts, less the others' income, usable
    assets and the life cover of the one who died (遗属需求法 of the AFP syllabus). Human life
    value: work income less own living while working (S. S. Huebner, The Economics of Life
    Insurance, 1927). DIME: debts, income for some years, mortgage and education, as taught to
    agents. Liability method: ``liability_need``. Multiple of income: 5 to 10 years and debts.
    """
    assumptions = household.assumptions
    own = flows_of(member, assumptions)
    expenses = expenses_total(household) - own.living
    income = income_total(household) - own.income
    assets = usable_assets(household)
    cover = cover_of(household, member.id, "life")
    life_value = own.work - own.living_while_working
    debts = debts_of(household)
    return LifeNeed(
        member_id=member.id,
        survivor_expenses=expenses,
        survivor_income=income,
        usable_assets=assets,
        existing_cover=cover,
        survivor_gap=expenses - income - assets - cover,
        human_life_value=life_value,
        human_life_gap=life_value - cover,
        dime=_dime(household, member, assets + cover),
        liability=liability_need(
            debts=debts + expenses_of(household, "housing"),
            education=expenses_of(household, "education"),
            living=_survivors_living(household, member) * assumptions.liability_living_years,
            parents=expenses_of(household, "parents", "other"),
            cover=cover,
        ),
        multiple_low=member.income_yearly * assumptions.income_multiple_low + debts,
        multiple_high=member.income_yearly * assumptions.income_multiple_high + debts,
    )


def _survivors_living(household: Household, member: Member) -> Decimal:
    return sum((m.living_yearly or ZERO for m in household.members if m.id != member.id), ZERO)


def _dime(household: Household, member: Member, held: Decimal) -> Dime:
    years = _dime_years(household)
    dime = Dime(
        debt=debts_of(household, mortgage=False) + household.assumptions.final_expenses,
        income=member.income_yearly * years,
        income_years=years,
        mortgage=debts_of(household, mortgage=True) + expenses_of(household, "housing"),
        education=expenses_of(household, "education"),
        gap=ZERO,
    )
    gap = dime.total - held
    return Dime(dime.debt, dime.income, dime.income_years, dime.mortgage, dime.education, gap)


def _dime_years(household: Household) -> int:
    """Years of income: until the youngest child stands on its own feet, else the assumption."""
    if "dime_income_years" in household.given:
        return household.assumptions.dime_income_years
    children = [m.living_years or 0 for m in household.members if m.relation == "child"]
    return max(children) if children else household.assumptions.dime_income_years
