"""A forged, old or second tap changes nothing it should not, whoever makes it."""

from __future__ import annotations

import pytest

from bot import handlers
from bot.domain.people import Role
from bot.store import book, people
from tests.faults.small_office import WARNED, Edge
from tests.handlers.forging import (
    ADMIN,
    OLD,
    add,
    client_id,
    forge,
    known,
    one,
    person,
    tapped,
    updates,
    write,
)
from tests.office import CHEN, HE, LI, LIN, WANG, ZHOU

pytestmark = pytest.mark.asyncio(loop_scope="module")

# What follows ``1:`` and the name of a handler in data that nobody's button ever held.
TAILS = [
    "",
    ":",
    ":x",
    ":-1",
    ":1.5",
    ":²",
    ":１",
    ":" + "9" * 19,
    ":" + "9" * 40,
    ":\0",
    ":999999999999999999",
    ":1:2:3:4:5:6",
    ":x:y",
    ":1:y",
    ":of",
    ":of:x",
    ":0:rating_",
    ":1:rating_x",
    ":1:delay:1",
    ":invite:king",
    ":off:x",
    ":under:1:x",
    ":to:x:1",
    ":left:1:2:3",
    ":page:x",
    ":paid:1:2026-99-99",
    ":decide:1:maybe:1",
    ":csv:8",
    ":csv:x",
    ":new:x",
    ":over:1:x",
    ":1:t:worry:\0",
    ":1:a",
    ":rewrite",
    ":rewrite:x",
    ":back:x",
    ":publish:x",
    ":show:x",
    ":ok:x",
    ":ok:1:2",
    ":cat:\0",
    ":change:\0",
    ":retire:\0",
    ":send:x",
    ":price:0:send:x",
]


_AT_ONCE = 300


@pytest.mark.parametrize("chat", [LIN, CHEN, HE, WANG])
async def test_data_that_no_button_held_is_never_a_bug(running: Edge, chat: int) -> None:
    role = (await person(running, chat)).role
    mine = [name for name, (roles, _) in handlers.TAPS.items() if role in roles]
    taps = [tapped(chat, f"1:{name}{tail}") for name in mine for tail in TAILS]
    for start in range(0, len(taps), _AT_ONCE):
        await updates(running, *taps[start : start + _AT_ONCE])


@pytest.mark.parametrize("deed", ["stop_marketing", "work_order"])
async def test_nothing_is_done_for_the_client_of_another(alone: Edge, deed: str) -> None:
    wang = await client_id(alone, "王建国")
    assert (await forge(alone, ZHOU, f"1:du:{deed}:{wang}")).said("不在您名下")
    assert await one(alone, "SELECT marketing_ok FROM client WHERE id = :id", id=wang)
    assert await one(alone, "SELECT count(*) FROM task WHERE kind = 'work_order'") == 0


async def test_an_agent_can_do_nothing_with_the_team(alone: Edge) -> None:
    boss, other = await person(alone, CHEN), await person(alone, ZHOU)
    wang = await client_id(alone, "王建国")
    for data in (
        f"off:{other.id}",
        f"off:{boss.id}:0",
        f"left:{other.id}:{boss.id}",
        f"left:{boss.id}:0",
        f"one:{boss.id}",
        f"boss:{other.id}",
        f"under:{other.id}:{boss.id}",
        f"give:{wang}",
        f"to:{wang}:{other.id}",
    ):
        assert (await forge(alone, LIN, f"1:pp:{data}")).said("不在您的权限里")
    async with alone.app.store.begin() as tx:
        assert (await known(tx, CHEN)).active
        assert (await known(tx, ZHOU)).active
    agent = await one(alone, "SELECT agent_id FROM client WHERE id = :id", id=wang)
    assert agent == (await person(alone, LIN)).id


async def test_a_supervisor_cannot_remove_others_nor_give_clients_to_an_officer(
    alone: Edge,
) -> None:
    officer, boss = await person(alone, HE), await person(alone, CHEN)
    wang = await client_id(alone, "王建国")
    assert (await forge(alone, CHEN, f"1:pp:left:{officer.id}:0")).said("不在您的团队里")
    assert (await forge(alone, CHEN, f"1:pp:to:{wang}:{officer.id}")).said("不在您的团队里")
    assert (await forge(alone, CHEN, f"1:pp:left:{boss.id}:0")).said("不在您的团队里")
    admin = await add(alone, ADMIN, "管理", Role.ADMIN)
    for receiver in (officer.id, admin.id):
        given = await forge(alone, ADMIN, f"1:pp:to:{wang}:{receiver}")
        assert given.said("不在您的团队里")
    assert (await forge(alone, ADMIN, f"1:pp:to:{wang}:{boss.id}")).told(CHEN, "王建国转到您名下")


async def test_who_leaves_is_asked_about_first_and_can_be_invited_again(alone: Edge) -> None:
    lin, boss = await person(alone, LIN), await person(alone, CHEN)
    asked = await forge(alone, CHEN, f"1:pp:off:{lin.id}")
    assert asked.said("林晓梅已离职？", "转给陈立")
    assert (await person(alone, LIN)).active
    assert f"1:pp:left:{lin.id}:{boss.id}" in asked.buttons
    assert (await forge(alone, CHEN, f"1:pp:left:{lin.id}:0")).said(OLD)
    await forge(alone, CHEN, f"1:pp:left:{lin.id}:{boss.id}")
    assert not (await person(alone, LIN)).active
    mine = "SELECT count(*) FROM {} WHERE agent_id = :id"
    assert await one(alone, mine.format("client"), id=lin.id) == 0
    planned = mine.format("touch") + " AND status = 'planned' AND client_id IS NOT NULL"
    assert await one(alone, planned, id=lin.id) == 0
    assert (await write(alone, LIN, "/start")).said("已停用")
    async with alone.app.store.begin() as tx:
        secret = await people.invite(tx, Role.AGENT, inviter_id=boss.id)
    assert (await write(alone, LIN, f"/start {secret}")).said("欢迎加入")
    back = await person(alone, LIN)
    assert back.active
    assert back.supervisor_id == boss.id


async def test_a_supervisor_leaves_only_with_a_successor(alone: Edge) -> None:
    await add(alone, ADMIN, "管理", Role.ADMIN)
    boss, lin = await person(alone, CHEN), await person(alone, LIN)
    assert (await forge(alone, ADMIN, f"1:pp:off:{boss.id}")).said("没有人能接手", "/yaoqing")
    assert (await forge(alone, ADMIN, f"1:pp:left:{boss.id}:0")).said("没有人能接手")
    assert (await forge(alone, ADMIN, f"1:pp:left:{boss.id}:{lin.id}")).said("没有人能接手")
    assert (await person(alone, CHEN)).active
    heir = await add(alone, 5101, "新主管", Role.SUPERVISOR)
    other = await add(alone, 5102, "又一位", Role.SUPERVISOR)
    asked = await forge(alone, ADMIN, f"1:pp:off:{boss.id}")
    assert {f"1:pp:off:{boss.id}:{one_.id}" for one_ in (heir, other)} <= set(asked.buttons)
    asked = await forge(alone, ADMIN, f"1:pp:off:{boss.id}:{heir.id}")
    assert asked.said("转给新主管")
    await forge(alone, ADMIN, f"1:pp:left:{boss.id}:{heir.id}")
    assert not (await person(alone, CHEN)).active
    assert (await person(alone, LIN)).supervisor_id == heir.id


async def test_an_agent_without_supervisor_leaves_clients_to_whom_the_administrator_picks(
    alone: Edge,
) -> None:
    await add(alone, ADMIN, "管理", Role.ADMIN)
    lin, zhou = await person(alone, LIN), await person(alone, ZHOU)
    await alone.rows("UPDATE person SET supervisor_id = NULL WHERE id = :id RETURNING 1", id=lin.id)
    asked = await forge(alone, ADMIN, f"1:pp:off:{lin.id}")
    assert asked.said("先选由谁接手")
    assert f"1:pp:off:{lin.id}:{zhou.id}" in asked.buttons
    assert (await forge(alone, ADMIN, f"1:pp:left:{lin.id}:{zhou.id}")).told(ZHOU, "转给了您")
    served = "SELECT count(*) FROM client WHERE agent_id = :id"
    assert await one(alone, served, id=lin.id) == 0
    assert await one(alone, served, id=zhou.id) == 4


async def test_words_to_an_agent_who_left_reach_the_supervisor_else_an_administrator(
    alone: Edge,
) -> None:
    await add(alone, ADMIN, "管理", Role.ADMIN)
    await alone.rows("UPDATE person SET active = false WHERE chat_id = :id RETURNING 1", id=LIN)
    heard = await write(alone, WANG, "我的保单在哪里")
    assert heard.told(CHEN, "王建国说", "我的保单在哪里")
    notices = "SELECT client_id FROM outbox WHERE params->>'text' LIKE '%王建国说%'"
    assert await one(alone, notices) == await client_id(alone, "王建国")
    await alone.rows("UPDATE person SET active = false WHERE chat_id = :id RETURNING 1", id=CHEN)
    heard = await write(alone, WANG, "我的保单到底在哪里")
    assert heard.told(ADMIN, "王建国发来了消息", "转交")
    assert not heard.told(ADMIN, "到底")
    assert f"1:pp:give:{await client_id(alone, '王建国')}" in heard.buttons


async def test_an_invitation_of_somebody_who_left_opens_nothing(alone: Edge) -> None:
    async with alone.app.store.begin() as tx:
        lin = await known(tx, LIN)
        secret = await people.invite(tx, Role.CLIENT, inviter_id=lin.id, reusable=True)
        await people.change(tx, lin.id, active=False)
    assert (await write(alone, 5103, f"/start {secret}")).said("已经离职")
    async with alone.app.store.begin() as tx:
        assert await people.by_chat(tx, 5103) is None


async def test_ticks_of_one_interview_do_not_reach_another(alone: Edge) -> None:
    wang, li = await client_id(alone, "王建国"), await client_id(alone, "李婷")
    ids = []
    for client in (wang, li):
        await forge(alone, LIN, f"1:iv:new:{client}")
        ids.append(await one(alone, "SELECT max(id) FROM interview"))
        await forge(alone, LIN, f"1:iv:{ids[-1]}:a:consent:yes")
        await forge(alone, LIN, f"1:iv:{ids[-1]}:a:depth:quick")
    first, second = ids
    await forge(alone, LIN, f"1:iv:open:{first}")
    shown = await forge(alone, LIN, f"1:iv:{first}:t:worries:x")
    assert shown.said(OLD)
    shown = await forge(alone, LIN, f"1:iv:open:{first}")
    tick = next(data for data in shown.buttons if f":{first}:t:" in data)
    question = tick.split(":")[4]
    await forge(alone, LIN, tick)
    assert (await forge(alone, LIN, f"1:iv:{second}:d:{question}")).said("至少选一项")
    await forge(alone, LIN, f"1:iv:open:{second}")
    assert (await forge(alone, LIN, f"1:iv:{second}:d:{question}")).said("至少选一项")
    assert (await forge(alone, LIN, f"1:iv:report:{second}")).said("还有没答的题")


async def test_without_consent_there_is_no_report_and_each_consent_is_recorded_once(
    alone: Edge,
) -> None:
    wang = await client_id(alone, "王建国")
    shown = await forge(alone, LIN, f"1:iv:new:{wang}")
    number = await one(alone, "SELECT max(id) FROM interview")
    shown = await forge(alone, LIN, f"1:iv:{number}:a:consent:no")
    for _ in range(40):
        skip = next((data for data in shown.buttons if data.startswith(f"1:iv:{number}:s:")), None)
        if skip is None:
            break
        shown = await forge(alone, LIN, skip)
    assert shown.said("没有同意保存资料")
    assert not shown.said("保障缺口报告")
    listed = await forge(alone, LIN, "1:m:wenjuan")
    assert f"1:iv:report:{number}" in listed.buttons
    await forge(alone, LIN, f"1:iv:open:{number}")
    recorded = "SELECT count(*) FROM consent WHERE client_id = :id"
    assert await one(alone, recorded, id=wang) == 1


async def test_what_staff_are_told_cannot_be_changed_as_a_touch(running: Edge) -> None:
    found = await running.rows(
        "SELECT id FROM touch WHERE status = 'planned' AND audience <> 'client' "
        "AND client_id IS NOT NULL AND agent_id = (SELECT id FROM person WHERE chat_id = :lin)",
        lin=LIN,
    )
    assert found
    for act in ("", ":edit", ":cancel", ":delay"):
        assert (await forge(running, LIN, f"1:tc:{found[0].id}{act}")).said("没有这条提醒")


async def test_only_a_survey_that_was_sent_is_rated_by_its_own_buttons(running: Edge) -> None:
    query = "SELECT id FROM touch WHERE client_id = :id AND audience = 'client'"
    li = await client_id(running, "李婷")
    survey = await one(running, f"{query} AND cadence LIKE '%claim%' LIMIT 1", id=li)
    assert (await forge(running, LI, f"1:tb:{survey}:rating_5")).said(OLD)
    sent = "UPDATE touch SET status = 'sent' WHERE id = :id RETURNING cadence, step"
    (row,) = await running.rows(sent, id=survey)
    step = running.app.office.cadences.step(row.cadence, row.step)
    assert step is not None
    assert step.buttons
    for choice in ("rating_0", "rating_6", "rating_05", "unsubscribe"):
        assert (await forge(running, LI, f"1:tb:{survey}:{choice}")).said(OLD)
    wrong = await one(running, f"{query} AND id <> :other LIMIT 1", id=li, other=survey)
    await running.rows(sent, id=wrong)
    assert (await forge(running, LI, f"1:tb:{wrong}:rating_5")).said(OLD)
    assert (await forge(running, LI, f"1:tb:{survey}:rating_5")).told(LIN, "李婷", "5 分")
    told = "SELECT client_id FROM outbox WHERE params->>'text' LIKE '李婷给理赔%'"
    assert await one(running, told) == li


async def test_buttons_under_one_stopped_text_do_not_act_on_the_next(running: Edge) -> None:
    wang = await client_id(running, "王建国")
    await forge(running, LIN, f"1:co:{wang}")
    first = await write(running, LIN, WARNED)
    await forge(running, LIN, f"1:co:{wang}")
    second = await write(running, LIN, WARNED + "，就在本周")
    stale = [data for data in first.buttons if data.startswith("1:co:")]
    assert {data.split(":")[2] for data in stale} >= {"review", "edit", "drop"}
    for data in stale:
        assert (await forge(running, LIN, data)).said(OLD)
    for bare in ("rewrite", "review", "edit", "drop"):
        assert (await forge(running, LIN, f"1:co:{bare}")).said(OLD)
    review = next(data for data in second.buttons if data.startswith("1:co:review:"))
    assert (await forge(running, LIN, review)).said("已交给合规专员", "王建国")


async def test_looking_for_a_client_keeps_the_text_that_is_ready(running: Edge) -> None:
    await write(running, LIN, "/fasong 您的回执已经寄出，收到请签字")
    await forge(running, LIN, "1:co:find")
    found = await write(running, LIN, "王建")
    wang = await client_id(running, "王建国")
    assert f"1:co:{wang}" in found.buttons
    sent = await forge(running, LIN, f"1:co:{wang}")
    assert sent.told(WANG, "您的回执已经寄出")
    replies = (
        "SELECT client_id FROM outbox WHERE params->>'text' LIKE '已发给王建国：%回执已经寄出%'"
    )
    assert await one(running, replies) == wang
    await forge(running, LIN, "1:cl:find")
    assert f"1:cl:{wang}" in (await write(running, LIN, "王建")).buttons


async def test_a_second_claim_waits_for_the_first_to_be_decided(running: Edge) -> None:
    policy = await one(running, "SELECT id FROM policy WHERE number = 'YL-2023-0002'")
    tap = f"1:cl:claim:{policy}"
    await updates(running, tapped(LIN, tap), tapped(CHEN, tap))
    claims = "SELECT count(*) FROM claim WHERE policy_id = :id"
    assert await one(running, claims, id=policy) == 1
    assert (await forge(running, LIN, tap)).said("已有一宗理赔")
    claim = await one(running, "SELECT id FROM claim WHERE policy_id = :id", id=policy)
    decide = f"1:cl:decide:{claim}:paid:{policy}"
    await updates(running, tapped(LIN, decide), tapped(CHEN, decide))
    assert (await forge(running, LIN, f"1:cl:decide:{claim}:declined:{policy}")).said("已经有结论")


@pytest.mark.parametrize(
    ("typed", "name", "phone"),
    [
        ("Anna Maria Li", "Anna Maria Li", None),
        ("Anna Li 138 0013 8123", "Anna Li", "+8613800138123"),
        ("孙芳　13800138124", "孙芳", "+8613800138124"),
    ],
)
async def test_a_name_may_have_spaces(
    running: Edge, typed: str, name: str, phone: str | None
) -> None:
    await forge(running, LIN, "1:cl:add")
    await write(running, LIN, typed)
    async with running.app.store.begin() as tx:
        found = await book.find(tx, await known(tx, LIN), phone or name, limit=5)
    assert [(client.name, client.phone) for client in found] == [(name, phone)]


async def test_a_client_handed_over_ends_the_dialogue_about_them(alone: Edge) -> None:
    wang, zhou = await client_id(alone, "王建国"), await person(alone, ZHOU)
    await forge(alone, LIN, f"1:co:{wang}")
    await forge(alone, CHEN, f"1:pp:to:{wang}:{zhou.id}")
    assert (await write(alone, LIN, "王哥，周三见")).said("不在您名下")
    refused = "SELECT count(*) FROM access_log WHERE client_id = :id AND NOT allowed"
    assert await one(alone, refused, id=wang) == 1
    lin = await person(alone, LIN)
    dialogue = "SELECT count(*) FROM dialogue WHERE person_id = :id"
    assert await one(alone, dialogue, id=lin.id) == 0


async def test_handing_over_moves_touches_and_drops_an_external_id_that_is_taken(
    alone: Edge,
) -> None:
    wang, zhou = await client_id(alone, "王建国"), await person(alone, ZHOU)
    await alone.rows("UPDATE client SET external_id = 'C-1' WHERE id = :id RETURNING 1", id=wang)
    await alone.rows(
        "UPDATE client SET external_id = 'C-1' WHERE agent_id = :id RETURNING 1", id=zhou.id
    )
    count = "SELECT count(*) FROM touch WHERE client_id = :client AND agent_id = :agent"
    delayed = "UPDATE touch SET decided_at = now(), reason = 'delayed' WHERE client_id = :id "
    assert await alone.rows(delayed + "AND status = 'planned' RETURNING 1", id=wang)
    await forge(alone, CHEN, f"1:pp:to:{wang}:{zhou.id}")
    assert await one(alone, "SELECT external_id FROM client WHERE id = :id", id=wang) is None
    lin = await person(alone, LIN)
    planned = f"{count} AND status = 'planned'"
    assert await one(alone, planned, client=wang, agent=lin.id) == 0
    assert await one(alone, planned, client=wang, agent=zhou.id) > 0
