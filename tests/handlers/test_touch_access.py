"""Reminder buttons forged for another's client, or by somebody else's role, show and change nothing."""

from __future__ import annotations

import pytest

from tests.faults.small_office import Edge
from tests.handlers.forging import OLD, client_id, forge, one
from tests.office import CHEN, HE, LIN, WANG, ZHOU

pytestmark = pytest.mark.asyncio(loop_scope="module")

OF_CLIENT = ("1:fm:{}", "1:fm:{}:add", "1:fm:{}:gone:1", "1:ld:{}", "1:ld:{}:new", "1:wy:of:{}")
OF_POLICY = ("1:bf:{}", "1:bf:{}:add:survival", "1:bf:{}:got:1", "1:bf:{}:signed")
OF_TOUCH = ("1:wy:{}",)
SILLY = ("1:fm:x", "1:ld:1:2:3", "1:wy:", "1:bf:", "1:td:", "1:td:1:fly", "1:tm:99", "1:mo:hour:25",
         "1:mo:", "1:bf:99999999999:got:1")  # fmt: skip


async def test_another_agents_clients_stay_hidden_and_as_they_were(running: Edge) -> None:
    client = await client_id(running, "王建国")
    policy = await one(running, "SELECT id FROM policy WHERE number = 'YL-2023-0002'")
    touch = await one(running, f"SELECT min(id) FROM touch WHERE client_id = {client}")
    state = (
        "SELECT (SELECT count(*) FROM family_member) + (SELECT count(*) FROM benefit) + "
        "(SELECT count(*) FROM client WHERE stage IS NOT NULL) + "
        "(SELECT count(*) FROM policy WHERE delivered_on IS NOT NULL)"
    )
    before = await one(running, state)
    taps = [tap.format(client) for tap in OF_CLIENT] + [tap.format(policy) for tap in OF_POLICY]
    for tap in [*taps, *(tap.format(touch) for tap in OF_TOUCH)]:
        answer = await forge(running, ZHOU, tap)
        assert answer.said("不在您名下"), tap
        assert not answer.said("王建国"), tap
        for chat in (HE, WANG):
            assert (await forge(running, chat, tap)).said("不在您的权限里"), (chat, tap)
    assert await one(running, state) == before


async def test_a_supervisor_sees_the_teams_and_leaves_a_trace(running: Edge) -> None:
    client = await client_id(running, "王建国")
    traces = "SELECT count(*) FROM access_log WHERE allowed"
    before = await one(running, traces)
    assert (await forge(running, CHEN, f"1:fm:{client}")).said("王建国")
    assert await one(running, traces) == before + 1


async def test_buttons_that_hold_nonsense_are_old_buttons(running: Edge) -> None:
    for tap in SILLY:
        answer = await forge(running, LIN, tap)
        assert answer.said(OLD) or answer.said("没有"), tap


async def test_the_cadences_are_the_officers_and_administrators(running: Edge) -> None:
    for tap in ("1:jz:0", "1:jz:0:0:hour:1", "1:m:jiezou"):
        for chat in (LIN, CHEN, WANG):
            assert (await forge(running, chat, tap)).said("不在您的权限里"), (chat, tap)
    assert (await forge(running, HE, "1:jz:99")).said(OLD)
    assert (await forge(running, HE, "1:jz:0:99")).said(OLD)
