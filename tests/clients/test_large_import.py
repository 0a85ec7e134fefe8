"""Large lists: read part by part like the whole, kept once however often, faults before anything."""

from __future__ import annotations

import csv
import io
from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.clients import bulk, parts
from bot.clients.entries import LineProblem
from bot.clients.sheet import read_sheet
from bot.domain.people import Role
from bot.errors import UserError
from bot.store import book, people
from bot.store.engine import Store

TODAY = date(2026, 5, 4)
TITLES = ["客户编号", "姓名", "手机", "保单号", "产品", "保费", "下次应缴日"]


def sheet(rows: list[list[str]], titles: list[str] = TITLES, delimiter: str = ",") -> str:
    made = io.StringIO()
    csv.writer(made, delimiter=delimiter).writerows([titles, *rows])
    return made.getvalue()


def line(number: int) -> list[str]:
    phone = f"138{number // 2:08d}"
    return [
        f"K{number // 2}",
        f"客户{number // 2}",
        phone,
        f"P{number}",
        "样例险",
        "860",
        "2026-06-01",
    ]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gb18030"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_each_encoding_and_delimiter_is_found(
    tmp_path: Path, encoding: str, delimiter: str
) -> None:
    file = tmp_path / "list.csv"
    file.write_bytes(sheet([line(n) for n in range(9)], delimiter=delimiter).encode(encoding))
    (found,) = parts.parts(file)
    assert [row.cells["name"] for row in found.rows] == [f"客户{n // 2}" for n in range(9)]


cells = st.text(
    st.characters(exclude_characters="\r\n\0", exclude_categories=["Cs", "Cc"]), max_size=6
)


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(rows=st.lists(st.lists(cells, min_size=1, max_size=7), min_size=1, max_size=12),
       size=st.integers(1, 5))  # fmt: skip
def test_parts_of_any_size_are_the_rows_of_the_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, rows: list[list[str]], size: int
) -> None:
    file = tmp_path / "list.csv"
    content = sheet(rows).encode()
    file.write_bytes(content)
    monkeypatch.setattr(parts, "ROWS_AT_ONCE", size)
    found = list(parts.parts(file))
    try:
        whole = read_sheet("list.csv", content)
    except UserError:
        return
    assert [row for part in found for row in part.rows] == list(whole.rows)
    assert all(part.columns == whole.columns for part in found)
    assert all(len(part.rows) <= size for part in found)


def test_what_is_no_list_is_refused_with_the_way_out(tmp_path: Path) -> None:
    file = tmp_path / "list.csv"
    for content in (b"", b"a,b\n1,2\n", b"\x00\xff\x00\x01"):
        file.write_bytes(content)
        with pytest.raises(UserError, match="列名"):
            list(parts.parts(file))
    with pytest.raises(UserError, match="打不开"):
        list(parts.parts(tmp_path / "none.csv"))


async def keep(store: Store, file: Path) -> bulk.Progress:
    async with store.begin() as tx:
        agent = await people.seller_named(tx, "林样例")
    return [done async for done in bulk.import_file(store, agent, file, TODAY)][-1]


async def test_a_list_is_kept_once_however_often_and_wherever_it_broke_off(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parts, "ROWS_AT_ONCE", 3)
    async with store.begin() as tx:
        agent = await people.add(tx, 1, "林样例", Role.AGENT)
    file = tmp_path / "list.csv"
    file.write_text(sheet([line(n) for n in range(10)]), encoding="utf-8")
    async for first in bulk.import_file(store, agent, file, TODAY):
        assert first.rows == 3
        break
    again = await keep(store, file)
    assert (again.report.added_policies, again.report.unchanged_policies) == (7, 3)
    third = await keep(store, file)
    assert not third.report.changed_anything
    async with store.begin() as tx:
        clients = await book.clients(tx, agent, limit=99)
        policies = await book.policies(tx, [client.id for client in clients])
    # client 1 stood in two parts: one client with both policies all the same
    assert sorted(client.name for client in clients) == [f"客户{n}" for n in range(5)]
    assert sorted(policy.number for policy in policies) == [f"P{n}" for n in range(10)]


async def test_in_a_large_book_a_client_is_still_found(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.clients.service._WHOLE_BOOK", 0)
    async with store.begin() as tx:
        agent = await people.add(tx, 1, "林样例", Role.AGENT)
        await book.add_client(tx, agent.id, "客户0", phone="+8613800000000")
    file = tmp_path / "list.csv"
    file.write_text(sheet([["", *line(0)[1:]]]), encoding="utf-8")
    done = await keep(store, file)
    assert (done.report.added_clients, done.report.added_policies) == (0, 1)


def test_faults_are_told_with_their_lines_across_parts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parts, "ROWS_AT_ONCE", 2)
    rows = [line(n) for n in range(6)]
    rows[1][5] = "很多钱"
    rows[4][6] = "2026-02-30"
    file = tmp_path / "list.csv"
    file.write_text(sheet(rows), encoding="utf-8")
    found = list(bulk.faults(file, TODAY))
    assert [one.line for one in found if isinstance(one, LineProblem)] == [3, 6]
    assert [one for one in found if isinstance(one, int)] == [2, 4, 6]


async def test_the_agent_must_be_one(store: Store) -> None:
    async with store.begin() as tx:
        for chat in (1, 2):
            await people.add(tx, chat, "同名", Role.AGENT)
        for name in ("同名", "没有"):
            with pytest.raises(UserError, match="请核对姓名"):
                await people.seller_named(tx, name)
