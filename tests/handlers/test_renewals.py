"""Renewal buttons forged for another's policy or held too long change and show nothing."""

from __future__ import annotations

import pytest

from bot.domain.people import Role
from tests.faults.small_office import Edge
from tests.handlers.forging import ADMIN, OLD, add, client_id, forge, one, person, write
from tests.office import CHEN, HE, LIN, ZHOU

pytestmark = pytest.mark.asyncio(loop_scope="module")

TAPS = ("", "log:", "log:{}:call", "log:{}:call:later", "next:{}:1", "fail:", "fail:{}:balance",
        "form:", "form:{}:money", "form:{}:money:likely", "up:")  # fmt: skip


def data(tap: str, policy: int) -> str:
    return f"1:xc:{tap.format(policy)}" if "{}" in tap else f"1:xc:{tap}{policy}"


async def policy_of(office: Edge, number: str) -> int:
    found = await one(office, f"SELECT id FROM policy WHERE number = '{number}'")
    assert isinstance(found, int)
    return found


async def test_another_agent_can_neither_see_nor_log_nor_file(running: Edge) -> None:
    policy = await policy_of(running, "YL-2023-0002")
    counts = ("SELECT count(*) FROM contact", "SELECT count(*) FROM task")
    before = [await one(running, query) for query in counts]
    for tap in TAPS:
        answer = await forge(running, ZHOU, data(tap, policy))
        assert answer.said("不在您名下"), tap
        assert not answer.said("样例医疗险")
    assert [await one(running, query) for query in counts] == before
    for chat in (HE,):
        assert (await forge(running, chat, data("", policy))).said("不在您的权限里")


@pytest.mark.parametrize(
    "tail",
    ["log:{}:shout", "log:{}:call:sold", "log:{}:shout:later", "next:{}:2", "next:{}:x",
     "fail:{}:magic", "form:{}:luck", "form:{}:money:sure", "form:{}:luck:likely", "{}:1", "up:0"],
)  # fmt: skip
async def test_values_that_no_button_offers_are_refused(running: Edge, tail: str) -> None:
    policy = await policy_of(running, "YL-2023-0002")
    answer = await forge(running, LIN, f"1:xc:{tail.format(policy)}")
    assert answer.said(OLD) or answer.said("没有找到这张保单")


@pytest.mark.parametrize(
    "tail",
    ["9:0:0:0:0", "0:3:0:0:0", "0:0:7:0:0", "0:0:0:0:9999999", "s:0:0:0:0", "0:0:0:0", "x:0:0:0:0"],
)
async def test_a_view_that_is_none_of_ours_is_refused(running: Edge, tail: str) -> None:
    assert (await forge(running, LIN, f"1:xq:{tail}")).said(OLD)


async def test_a_page_past_the_end_shows_the_last(running: Edge) -> None:
    assert (await forge(running, LIN, "1:xq:2:0:0:99:0")).said("宽末", "王建国")


async def test_lists_never_name_another_agents_client(running: Edge) -> None:
    for tab in range(6):
        answer = await forge(running, LIN, f"1:xq:{tab}:0:0:0:0")
        assert not answer.said("張美玲")
    assert (await forge(running, CHEN, "1:xq:1:0:0:0:0")).said("張美玲（周志强）")


async def test_the_form_is_filed_once_and_goes_to_the_supervisor(alone: Edge) -> None:
    policy = await policy_of(alone, "YL-2023-0002")
    filed = await forge(alone, LIN, f"1:xc:form:{policy}:doubt:unsure")
    assert filed.told(CHEN, "林晓梅交给您", "对产品有疑问，说不准")
    assert f"1:pp:give:{await client_id(alone, '王建国')}" in filed.buttons
    again = await forge(alone, LIN, f"1:xc:form:{policy}:money:likely")
    assert not again.told(CHEN, "林晓梅交给您")
    tasks = "SELECT count(*) FROM task WHERE dedupe_key LIKE 'renewal-assessment:%'"
    assert await one(alone, tasks) == 1


async def test_without_a_supervisor_the_form_stays_with_the_agent(alone: Edge) -> None:
    lin = await person(alone, LIN)
    await alone.rows("UPDATE person SET supervisor_id = NULL WHERE id = :id RETURNING 1", id=lin.id)
    policy = await policy_of(alone, "YL-2023-0002")
    refused = await forge(alone, LIN, f"1:xc:form:{policy}:doubt:unsure")
    assert refused.said("还没有主管")
    assert await one(alone, "SELECT count(*) FROM task") == 0


async def test_clients_of_who_leaves_are_orphans_of_the_supervisor(alone: Edge) -> None:
    lin, boss = await person(alone, LIN), await person(alone, CHEN)
    await forge(alone, CHEN, f"1:pp:left:{lin.id}:{boss.id}")
    assert (await forge(alone, CHEN, "1:xq:2:2:0:0:0")).said("王建国", "孤儿单")
    assert not (await forge(alone, CHEN, "1:xq:2:1:0:0:0")).said("王建国")


async def test_persistency_is_of_what_one_may_see_and_says_when_there_is_none(
    alone: Edge,
) -> None:
    await alone.rows("UPDATE policy SET issued_on = '2025-02-15' WHERE true RETURNING 1")
    await alone.rows("UPDATE policy SET next_due_on = '2027-02-15' WHERE true RETURNING 1")
    await add(alone, ADMIN, "管理", Role.ADMIN)
    assert (await write(alone, LIN, "/jixulv")).said("2025-02 承保", "4 件里缴了 4 件")
    team = await write(alone, CHEN, "/jixulv")
    assert team.said("5 件里缴了 5 件", "林晓梅：", "周志强：")
    whole = await write(alone, ADMIN, "/jixulv")
    assert whole.said("全公司", "5 件里缴了 5 件", "陈立的团队")
    assert (await forge(alone, LIN, "1:jx:61")).said(OLD)
    earlier = await forge(alone, LIN, "1:jx:1")
    assert "1:jx:0" in earlier.buttons
    await alone.rows("UPDATE policy SET issued_on = NULL WHERE true RETURNING 1")
    for chat in (LIN, CHEN, ADMIN):
        assert (await write(alone, chat, "/jixulv")).said("还没有可看的保单")


async def test_the_lists_say_so_when_nothing_is_owed(alone: Edge) -> None:
    await alone.rows("UPDATE policy SET next_due_on = '2027-01-01' WHERE true RETURNING 1")
    assert (await write(alone, LIN, "/xuqi")).said("当月、宽一、宽末都没有未缴的保单")
    for tab, words in enumerate(("当月没有", "宽一没有", "宽末没有", "都办完了", "暂时没有")):
        assert (await forge(alone, LIN, f"1:xq:{tab}:0:0:0:0")).said(words)
    assert (await forge(alone, LIN, "1:xq:5:2:0:0:0")).said("孤儿单里")
