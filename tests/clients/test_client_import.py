"""An import changes exactly what the sheet says, once, and never half."""

import asyncio
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from client_sheets import TODAY, plan_of

from bot.clients.entries import ImportPlan
from bot.clients.exporting import template
from bot.clients.importing import check_rows
from bot.clients.service import export_book, import_book
from bot.clients.sheet import read_sheet
from bot.clients.wording import ImportRefused, ImportReport, render_report
from bot.domain.people import Client, Person, Role
from bot.errors import AccessDenied, UserError
from bot.store import book, people
from bot.store.engine import Store

SAMPLES = Path(__file__).parents[2] / "data" / "samples"
HEAD = "客户编号,姓名,手机,生日,保单号,产品,保费,下次应缴日"


async def _import(store: Store, agent: Person, *lines: str) -> ImportReport:
    async with store.begin() as tx:
        return await import_book(tx, agent, plan_of(*lines))


async def _clients(store: Store, agent: Person) -> list[Client]:
    async with store.begin() as tx:
        return await book.clients(tx, agent)


def _plan(name: str, content: bytes) -> ImportPlan:
    plan = check_rows(read_sheet(name, content), TODAY)
    assert isinstance(plan, ImportPlan), plan
    return plan


async def test_the_sample_is_imported_once_however_often_it_is_sent(
    store: Store, agent: Person
) -> None:
    plan = _plan("clients.csv", (SAMPLES / "clients.csv").read_bytes())
    async with store.begin() as tx:
        first = await import_book(tx, agent, plan)
    assert (first.added_clients, first.added_policies) == (6, 6)
    async with store.begin() as tx:
        second = await import_book(tx, agent, plan)
    assert not second.changed_anything
    assert (second.unchanged_clients, second.unchanged_policies) == (6, 6)
    assert "完全一致" in render_report(second)


async def test_what_is_exported_can_be_imported_again_without_any_change(
    store: Store, agent: Person
) -> None:
    plan = _plan("clients.csv", (SAMPLES / "clients.csv").read_bytes())
    async with store.begin() as tx:
        await import_book(tx, agent, plan)
        await book.add_client(tx, agent.id, "=只有名字")
        await book.add_client(tx, agent.id, "吴样例", id_number="11010519491231002X")
        exported = await export_book(tx, agent)
        again = await import_book(tx, agent, _plan("客户.xlsx", exported))
    # the ID number tells a birth date and a sex that the book did not know
    assert (again.changed_clients, again.unchanged_clients) == (1, 7)
    assert (again.added_clients, again.added_policies, again.changed_policies) == (0, 0, 0)


async def test_an_exported_book_fills_an_empty_one_equally(store: Store, agent: Person) -> None:
    plan = _plan("clients.csv", (SAMPLES / "clients.csv").read_bytes())
    async with store.begin() as tx:
        other = await people.add(tx, 1002, "陈样例", Role.AGENT)
        await import_book(tx, agent, plan)
        await import_book(tx, other, _plan("a.xlsx", await export_book(tx, agent)))
        assert await export_book(tx, other) != b""
        mine, theirs = await book.clients(tx, agent), await book.clients(tx, other)
        assert [replace(c, id=0, agent_id=0) for c in mine] == [
            replace(c, id=0, agent_id=0) for c in theirs
        ]
        policies = [
            [
                replace(p, id=0, client_id=0)
                for client in clients
                for p in await book.policies(tx, [client.id])
            ]
            for clients in (mine, theirs)
        ]
        assert policies[0] == policies[1]


async def test_empty_cells_blank_nothing_and_filled_ones_change(
    store: Store, agent: Person
) -> None:
    await _import(
        store, agent, HEAD + ",状态", "C1,王样例,13800138000,1985-12-06,P1,险,100,2026-06-01,失效"
    )
    report = await _import(store, agent, HEAD, "C1,王样,,,P1,险,200,")
    assert (report.changed_clients, report.changed_policies) == (1, 1)
    async with store.begin() as tx:
        (client,) = await book.clients(tx, agent)
        (policy,) = await book.policies(tx, [client.id])
    assert (client.name, client.phone) == ("王样", "+8613800138000")
    assert client.birth_on == date(1985, 12, 6)
    assert (policy.premium, policy.next_due_on) == (Decimal(200), date(2026, 6, 1))
    assert policy.status.value == "lapsed"


@pytest.mark.parametrize(
    "line",
    [
        "C1,王样例,,,,,,",
        ",王样例,13800138000,,,,,",
        "C9,王样例,13800138000,,,,,",
        ",王样例,13900139000,1985-12-06,,,,",
        ",王 样例,13800138000,,,,,",
    ],
)
async def test_a_client_is_found_by_number_phone_or_name_and_birth(
    store: Store, agent: Person, line: str
) -> None:
    async with store.begin() as tx:
        given = {"external_id": "C1"} if line.startswith("C1") else {}
        await book.add_client(
            tx, agent.id, "王样例", phone="+8613800138000", birth_on=date(1985, 12, 6), **given
        )
    report = await _import(store, agent, HEAD, line)
    assert report.added_clients == 0
    assert len(await _clients(store, agent)) == 1


async def test_the_same_client_of_another_agent_is_left_alone(store: Store, agent: Person) -> None:
    async with store.begin() as tx:
        other = await people.add(tx, 1002, "陈样例", Role.AGENT)
    await _import(store, other, HEAD, "C1,王样例,13800138000,,P1,险,100,")
    report = await _import(store, agent, HEAD, "C1,王样,13800138000,,P1,险,300,")
    assert (report.added_clients, report.added_policies) == (1, 1)
    assert [client.name for client in await _clients(store, other)] == ["王样例"]


async def test_clashes_with_the_book_are_all_told_and_nothing_is_written(
    store: Store, agent: Person
) -> None:
    await _import(store, agent, HEAD, "C1,王样例,13800138000,,P1,险,100,", "C2,赵样例,,,P2,险,1,")
    with pytest.raises(ImportRefused) as refused:
        await _import(
            store,
            agent,
            HEAD,
            ",新样例,13900139000,,P9,险,1,",
            ",李样例,13800138000,,,,,",
            "C2,赵样例,,,P1,险,1,",
            ",王样例,,,,,,",
        )
    found = [(problem.line, problem.column) for problem in refused.value.problems]
    assert found == [(3, "手机"), (4, "保单号"), (5, "姓名")]
    assert len(await _clients(store, agent)) == 2


async def test_a_failure_in_the_middle_leaves_no_half_import(store: Store, agent: Person) -> None:
    plan = plan_of(HEAD, "C1,王样例,,,P1,险,100,", "C2,赵样例,,,P2,险,100,")
    last = plan.clients[1]
    broken = replace(last, policies=(replace(last.policies[0], premium=Decimal("1e20")),))
    with pytest.raises(Exception, match="overflow"):
        async with store.begin() as tx:
            await import_book(tx, agent, replace(plan, clients=(plan.clients[0], broken)))
    assert await _clients(store, agent) == []


async def test_two_imports_at_the_same_time_add_each_client_once(
    store: Store, agent: Person
) -> None:
    lines = [HEAD, *(f",王样例,1380013{n:04},,P{n},险,100," for n in range(40))]
    await asyncio.gather(*(_import(store, agent, *lines) for _ in range(4)))
    assert len(await _clients(store, agent)) == 40


async def test_the_report_points_out_what_to_look_at(store: Store, agent: Person) -> None:
    async with store.begin() as tx:
        await book.add_client(tx, agent.id, "王样例", phone="+8613800138000")
    head = HEAD + ",备注"
    report = await _import(store, agent, head, ",王样例,13900139000,,P1,险,100,2026-06-01,好")
    assert (report.ignored, report.namesakes) == (("备注",), ("王样例",))
    later = await _import(store, agent, HEAD, ",王样例,13900139000,,P1,险,100,2025-06-01")
    assert later.moved_back == ("P1",)
    undated = await _import(store, agent, HEAD, ",王样例,13900139000,,P2,险,100,")
    assert undated.without_due == ("P2",)
    text = render_report(report)
    assert "新增 1" in text
    assert "备注" in text


async def test_only_those_with_a_book_import(store: Store) -> None:
    async with store.begin() as tx:
        officer = await people.add(tx, 1003, "郑样例", Role.OFFICER)
        with pytest.raises(AccessDenied):
            await import_book(tx, officer, plan_of("姓名", "王样例"))
        with pytest.raises(UserError):
            await export_book(tx, officer)


async def test_a_supervisor_exports_the_team_traced_and_cannot_import_it_as_own(
    store: Store,
) -> None:
    async with store.begin() as tx:
        leader = await people.add(tx, 1004, "何样例", Role.SUPERVISOR)
        member = await people.add(tx, 1005, "林样例", Role.AGENT, supervisor_id=leader.id)
        await book.add_client(tx, member.id, "王样例", id_number="11010519491231002X")
        exported = await export_book(tx, leader)
        rows = read_sheet("a.xlsx", exported).rows
        assert rows[0].cells == {"name": "王样例", "agent": "林样例"}
        traced = (await tx.connection.execute(book.ACCESS.select())).all()
        assert [(row.person_id, row.action) for row in traced] == [(leader.id, "export_book")]
        with pytest.raises(ImportRefused, match="团队成员"):
            await import_book(tx, leader, _plan("a.xlsx", exported))


async def test_an_exported_formula_stays_a_text(store: Store, agent: Person) -> None:
    async with store.begin() as tx:
        await book.add_client(tx, agent.id, "=1+1", external_id="@SUM(1)")
        exported = await export_book(tx, agent)
    cells = read_sheet("a.xlsx", exported).rows[0].cells
    assert (cells["name"], cells["external_id"]) == ("=1+1", "@SUM(1)")


def test_the_template_can_be_imported_as_it_is() -> None:
    plan = _plan("样例.xlsx", template())
    assert plan.clients[0].name == "王样例"
    assert plan.ignored == ()
