"""The door of the running office: judged when it leaves, by the rulebook that counts then."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from bot.domain.draft import Audience, Draft, message
from bot.errors import DoorBypassed
from bot.store import archive, outbox, people
from tests.faults.small_office import BLOCKED, WARNED, Edge, add_rule, lawful, to_client
from tests.office import HE, LIN, WANG

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def author(office: Edge) -> int:
    async with office.app.store.begin() as tx:
        found = await people.by_chat(tx, LIN)
    assert found is not None
    return found.id


async def publish(office: Edge, rule: str) -> None:
    add_rule(office.app.settings.content_dir, rule)
    await office.app.watcher.look()


async def test_a_blocked_text_stays_even_when_somebody_queued_it_directly(
    running: Edge, number: int
) -> None:
    words = f"{BLOCKED}（{number}）"
    await running.phone.mark(LIN)
    await running.queue(to_client(WANG, words, author_id=await author(running)))
    await running.becomes(words, "blocked", "sent")
    assert "没有发给客户" in await running.phone.expect(LIN, words)
    assert await running.heard(WANG, words) == 0
    assert {call["chat"] for call in await running.calls(words)} == {LIN}
    fates = await running.rows("SELECT event FROM archive ORDER BY id DESC LIMIT 2")
    assert [row.event for row in fates] == ["blocked", "judged"]


@pytest.mark.parametrize(
    "params",
    [
        {"text": "{n}这款保<b>本</b>保<i>息</i>，放心", "parse_mode": "HTML"},
        {"text": '{n}这款保<a href="https://x.example/">本</a>保息，放心', "parse_mode": "HTML"},
        {"text": "{n}这款&#20445;本保息，放心", "parse_mode": "HTML"},
        {"text": "{n}", "reply_markup": {"inline_keyboard": [[{"text": BLOCKED, "url": "x"}]]}},
        {
            "text": "{n}",
            "reply_markup": {"inline_keyboard": [[{"text": "看", "copy_text": {"text": BLOCKED}}]]},
        },
    ],
    ids=["tags", "link", "entity", "button", "copied"],
)
async def test_words_do_not_hide_behind_markup_or_in_buttons(
    running: Edge, number: int, params: dict[str, Any]
) -> None:
    before = len(await running.calls())
    words = params["text"].replace("{n}", f"单号{number}，")
    await running.queue(
        Draft(WANG, "sendMessage", {**params, "chat_id": WANG, "text": words}, Audience.CLIENT)
    )
    await running.becomes(f"单号{number}，", "blocked", "sent")
    later = (await running.calls())[before:]
    assert [call["chat"] for call in later] == [HE], "only the officer is told"


async def test_words_in_a_caption_a_poll_or_a_file_name_are_judged_too(running: Edge) -> None:
    before = (await running.rows("SELECT max(id) AS id FROM outbox"))[0].id
    file = {"file_name": f"{BLOCKED}.pdf", "content": "AAAA"}
    for method, params in (
        ("sendPhoto", {"photo": "id", "caption": BLOCKED}),
        ("sendPoll", {"question": "您选哪个", "options": [{"text": BLOCKED}, {"text": "不"}]}),
        ("sendDocument", {"document": file}),
    ):
        await running.queue(Draft(WANG, method, {"chat_id": WANG, **params}, Audience.CLIENT))
    await running.quiet()
    query = "SELECT status FROM outbox WHERE audience = 'client' AND id > :before"
    assert [row.status for row in await running.rows(query, before=before)] == ["blocked"] * 3
    assert not [call for call in await running.calls(BLOCKED) if call["chat"] == WANG]


async def test_a_markup_that_cannot_be_judged_does_not_leave(running: Edge) -> None:
    params = {"chat_id": WANG, "text": "保*本*保息", "parse_mode": "MarkdownV2"}
    await running.queue(Draft(WANG, "sendMessage", params, Audience.CLIENT))
    await running.becomes("保*本*保息", "failed", "sent")
    assert {call["chat"] for call in await running.calls("保*本*保息")} == {HE}


async def test_a_warned_text_waits_for_an_officer_who_lets_it_through(
    running: Edge, number: int
) -> None:
    words = f"{WARNED}（{number}）"
    await running.phone.mark(HE)
    await running.queue(to_client(WANG, words, author_id=await author(running)))
    await running.phone.expect(HE, words, "林晓梅")
    assert await running.heard(WANG, words) == 0
    assert (await running.statuses(words))[0] == "held"
    await running.phone.mark(WANG)
    await running.phone.tap(HE, "放行")
    await running.phone.expect(WANG, words)
    await running.quiet()
    assert await running.heard(WANG, words) == 1
    assert (await running.statuses(words))[0] == "sent"


async def test_a_row_that_another_process_took_over_is_not_admitted(
    running: Edge, number: int
) -> None:
    """A lost session lock makes others take our rows; what we still hold must not leave as well."""
    words = lawful(number)
    await running.queue(to_client(WANG, words, not_before=running.clock.now() + timedelta(hours=1)))
    (found,) = await running.rows(
        "SELECT id FROM outbox WHERE params->>'text' = :words", words=words
    )
    async with running.app.store.begin() as tx:
        await outbox.mark(tx, found.id, "claimed", claimed_by=running.app.postman.instance)
        ours = await outbox.get(tx, found.id)
        await outbox.mark(tx, found.id, "claimed", claimed_by=None)
    assert ours is not None
    running.app.postman.hand([ours])
    await running.queue(to_client(WANG, f"{words}。"))
    await running.becomes(f"{words}。", "sent")
    assert await running.heard(WANG, words) == 1, "the second text alone arrived"
    async with running.app.store.begin() as tx:
        await outbox.mark(tx, found.id, "cancelled")


async def test_what_a_client_was_sent_is_in_the_archive_and_the_chain_is_whole(
    running: Edge, number: int
) -> None:
    await running.queue(to_client(WANG, lawful(number)))
    await running.becomes(lawful(number), "sent")
    async with running.app.store.begin() as tx:
        count, wrong = await archive.verify(tx)
    assert wrong is None
    assert count >= 2
    last = await running.rows("SELECT event, text FROM archive ORDER BY id DESC LIMIT 2")
    assert [row.event for row in last] == ["sent", "judged"]
    assert last[1].text == lawful(number)


async def test_a_handler_that_goes_round_the_door_fails(running: Edge, number: int) -> None:
    bot = running.app.bot
    for words in (lawful(number), BLOCKED):
        with pytest.raises(DoorBypassed):
            await bot.send_message(WANG, words)
        with pytest.raises(DoorBypassed):
            await bot.call("sendMessage", {"chat_id": WANG, "text": words})
    assert await running.calls(lawful(number)) == []


async def test_staff_read_what_is_theirs_unjudged(running: Edge) -> None:
    await running.queue(message(LIN, f"客户说：{BLOCKED}"))
    await running.becomes(f"客户说：{BLOCKED}", "sent")
    assert await running.heard(LIN, f"客户说：{BLOCKED}") == 1


async def test_the_rulebook_in_force_when_it_leaves_counts(alone: Edge) -> None:
    words = "这份保险的海星计划欢迎了解"
    await alone.queue(to_client(WANG, words, not_before=alone.clock.now() + timedelta(hours=1)))
    await publish(alone, "{id: gr-starfish, any: [海星计划], wrong: [【海星计划】]}")
    assert await alone.statuses(words) == ["queued"]
    alone.clock.offset += timedelta(hours=2)
    alone.app.postman.wake()
    await alone.becomes(words, "blocked", "sent")
    assert await alone.heard(WANG, words) == 0


async def test_a_released_text_that_a_new_rule_blocks_stays(alone: Edge) -> None:
    await alone.queue(to_client(WANG, WARNED))
    await alone.phone.expect(HE, WARNED)
    await publish(alone, "{id: gr-seahorse-now, any: [海马特惠], wrong: [【海马特惠】]}")
    await alone.phone.tap(HE, "放行")
    await alone.quiet()
    assert (await alone.statuses(WARNED))[0] == "blocked"
    assert await alone.heard(WANG, WARNED) == 0
