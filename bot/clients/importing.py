"""Checks the rows of a client sheet: a plan of clients and policies, or every fault of every line."""

from __future__ import annotations

from datetime import date, timedelta
from functools import partial

from bot.clients import cells
from bot.clients.columns import BY_KEY, POLICY_KEYS, POLICY_MARKS, POLICY_REQUIRED, TITLE
from bot.clients.entries import ImportPlan, Line, LineProblem, PolicyEntry
from bot.clients.grouping import group, policy_twice
from bot.clients.sheet import Row, Sheet

LONGEST = {"name": 30, "external_id": 40, "number": 40, "product": 80, "company": 80, "agent": 60}
OLDEST_POLICY_ON = date(1950, 1, 1)
OLDEST_DUE_ON = date(1990, 1, 1)
ISSUED_AHEAD = timedelta(days=366)
DUE_AHEAD = timedelta(days=3 * 366)


def check_rows(sheet: Sheet, today: date) -> ImportPlan | list[LineProblem]:
    """The plan of a sheet, or all its faults in line order; ``today`` bounds plausible dates."""
    missing = _missing_columns(sheet)
    if missing:
        return missing
    lines = [_check_line(row, today) for row in sheet.rows]
    policy_twice(lines)
    clients = group([line for line in lines if line.identified])
    problems = [problem for line in lines for problem in line.problems]
    if problems:
        return problems
    return ImportPlan(tuple(clients), sheet.ignored)


def _missing_columns(sheet: Sheet) -> list[LineProblem]:
    needed = ["name"]
    if POLICY_MARKS.intersection(sheet.columns):
        needed += POLICY_REQUIRED
    return [
        LineProblem(
            sheet.header_line,
            TITLE[key],
            "",
            "缺少这一列",
            f"请加一列“{TITLE[key]}”，例如 {BY_KEY[key].example}",
        )
        for key in needed
        if key not in sheet.columns
    ]


def _check_line(row: Row, today: date) -> Line:
    line = Line(row, today)
    _read_texts(line)
    for key in ("sex", "frequency", "status", "jurisdiction"):
        line.read(key, partial(cells.word, key))
    line.read("birth", lambda typed: cells.birth(typed, today))
    line.read("phone", lambda typed: cells.phone(typed, line.values.get("jurisdiction")))
    if "name" not in row.cells:
        line.wrong("name", "没有填姓名", f"例如 {BY_KEY['name'].example}")
    _check_id_number(line)
    if POLICY_MARKS.intersection(row.cells):
        _check_policy(line)
    return line


def _read_texts(line: Line) -> None:
    for key, longest in LONGEST.items():
        reader = cells.name if key == "name" else cells.text
        line.read(key, partial(reader, longest=longest))


def _check_id_number(line: Line) -> None:
    """The number is right, and agrees with birth date and sex; it fills them where empty."""
    read = line.read("id_number", cells.id_number)
    if read is None:
        return
    line.values["id_number"] = read.number
    sex = line.values.setdefault("sex", read.sex)
    if sex != read.sex and "sex" in line.row.cells:
        shown = "男" if read.sex == "male" else "女"
        line.wrong("sex", f"与身份证号不符，身份证号是{shown}", "请核对两者")
    birth = line.values.get("birth")
    if birth is None and "birth" not in line.row.cells:
        line.values["birth"] = cells.Birth(read.birth_on)
    elif birth is not None and not birth.agrees_with(read.birth_on):
        line.wrong("birth", f"与身份证号不符，身份证号是 {read.birth_on}", "请核对两者，或留空一个")


def _check_policy(line: Line) -> None:
    values, today = line.values, line.today
    for key in POLICY_REQUIRED:
        if key not in line.row.cells:
            line.wrong(key, "这一行有保单，却没有填这一列", f"例如 {BY_KEY[key].example}")
    read = line.read("premium", lambda typed: cells.premium(typed, values.get("frequency")))
    line.read("sum_insured", cells.sum_insured)
    line.read("issued_on", lambda typed: cells.day(typed, OLDEST_POLICY_ON, today + ISSUED_AHEAD))
    line.read("next_due_on", lambda typed: cells.day(typed, OLDEST_DUE_ON, today + DUE_AHEAD))
    if read is not None:
        values["premium"], frequency = read
        if frequency is not None:
            values["frequency"] = frequency
    _check_dates(line)
    if all(key in values for key in POLICY_REQUIRED):
        found = {key: values[key] for key in POLICY_KEYS if key in values}
        line.policy = PolicyEntry(line=line.number, **found)


def _check_dates(line: Line) -> None:
    issued_on, due_on = line.values.get("issued_on"), line.values.get("next_due_on")
    birth = line.values.get("birth")
    if due_on and line.values.get("frequency") == "single":
        line.wrong("next_due_on", "趸缴的保单没有下次应缴日", "请留空，或改缴费方式")
    if issued_on and due_on and due_on < issued_on:
        line.wrong("next_due_on", f"早于生效日期 {issued_on}", "请核对两个日期")
    if issued_on and birth and issued_on < birth.on:
        line.wrong("issued_on", f"早于客户出生日期 {birth.on}", "请核对两个日期")
