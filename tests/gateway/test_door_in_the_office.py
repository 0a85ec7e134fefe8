"""The door of the running office: judged when it leaves, by the rulebook that counts then."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.errors import DoorBypassed
from bot.outbox.draft import Audience, Draft, message
from bot.store import archive, outbox, people
from tests.faults.small_office import BLOCKED, LAWFUL, WARNED, Edge, to_client
from tests.office import HE, LIN, WANG


async def author(running: Edge) -> int:
    async with running.app.store.begin() as tx:
        found = await people.by_chat(tx, LIN)
    assert found is not None
    return found.id


async def test_a_blocked_text_stays_even_when_somebody_queued_it_directly(running: Edge) -> None:
    await running.phone.mark(LIN)
    await running.queue(to_client(WANG, BLOCKED, author_id=await author(running)))
    await running.becomes(BLOCKED, "blocked", "sent")
    assert "没有发给客户" in await running.phone.expect(LIN, BLOCKED)
    assert await running.heard(WANG, BLOCKED) == 0
    assert {call["chat"] for call in await running.calls(BLOCKED)} == {LIN}
    fates = await running.rows("SELECT event FROM archive ORDER BY id DESC LIMIT 2")
    assert [row.event for row in fates] == ["blocked", "judged"]


@pytest.mark.parametrize(
    "params",
    [
        {"text": "这款保<b>本</b>保<i>息</i>，放心", "parse_mode": "HTML"},
        {"text": '这款保<a href="https://x.example/">本</a>保息，放心', "parse_mode": "HTML"},
        {"text": "这款&#20445;本保息，放心", "parse_mode": "HTML"},
        {"text": "您好", "reply_markup": {"inline_keyboard": [[{"text": BLOCKED, "url": "x"}]]}},
        {
            "text": "您好",
            "reply_markup": {"inline_keyboard": [[{"text": "看", "copy_text": {"text": BLOCKED}}]]},
        },
    ],
    ids=["tags", "link", "entity", "button", "copied"],
)
async def test_words_do_not_hide_behind_markup_or_in_buttons(
    running: Edge, params: dict[str, object]
) -> None:
    before = len(await running.calls())
    draft = Draft(WANG, "sendMessage", {"chat_id": WANG, **params}, Audience.CLIENT)
    await running.queue(draft)
    await running.becomes(str(params["text"])[:6], "blocked", "sent")
    later = (await running.calls())[before:]
    assert [call["chat"] for call in later] == [HE], "only the officer is told"


async def test_words_in_a_caption_a_poll_or_a_file_name_are_judged_too(running: Edge) -> None:
    file = {"file_name": f"{BLOCKED}.pdf", "content": "AAAA"}
    for method, params in (
        ("sendPhoto", {"photo": "id", "caption": BLOCKED}),
        ("sendPoll", {"question": "您选哪个", "options": [{"text": BLOCKED}, {"text": "不"}]}),
        ("sendDocument", {"document": file}),
    ):
        await running.queue(Draft(WANG, method, {"chat_id": WANG, **params}, Audience.CLIENT))
    await running.quiet()
    found = await running.rows("SELECT status FROM outbox WHERE audience = 'client' ORDER BY id")
    assert [row.status for row in found][-3:] == ["blocked"] * 3
    assert not [call for call in await running.calls(BLOCKED) if call["chat"] == WANG]


async def test_a_markup_that_cannot_be_judged_does_not_leave(running: Edge) -> None:
    params = {"chat_id": WANG, "text": "保*本*保息", "parse_mode": "MarkdownV2"}
    await running.queue(Draft(WANG, "sendMessage", params, Audience.CLIENT))
    await running.becomes("保*本*保息", "failed", "sent")
    assert {call["chat"] for call in await running.calls("保*本*保息")} == {HE}


async def test_a_warned_text_waits_for_an_officer_who_lets_it_through(running: Edge) -> None:
    await running.phone.mark(HE)
    await running.queue(to_client(WANG, WARNED, author_id=await author(running)))
    await running.phone.expect(HE, WARNED, "林晓梅")
    assert await running.heard(WANG, WARNED) == 0
    assert (await running.statuses(WARNED))[0] == "held"
    await running.phone.mark(WANG)
    await running.phone.tap(HE, "放行")
    await running.phone.expect(WANG, WARNED)
    await running.quiet()
    assert await running.heard(WANG, WARNED) == 1
    assert (await running.statuses(WARNED))[0] == "sent"


async def test_the_rulebook_in_force_when_it_leaves_counts(running: Edge) -> None:
    words = "海星计划欢迎了解"
    later = running.clock.now() + timedelta(hours=1)
    await running.queue(to_client(WANG, words, not_before=later))
    rules = running.app.settings.content_dir / "banned_phrases.yaml"
    new = "  rules:\n  - {id: gr-starfish, any: [海星计划], wrong: [【海星计划】]}\n"
    source = rules.read_text(encoding="utf-8").replace("  rules:\n", new, 1)
    rules.write_text(source, encoding="utf-8")
    await running.app.watcher.look()
    assert await running.statuses(words) == ["queued"]
    running.clock.offset += timedelta(hours=2)
    running.app.postman.wake()
    await running.becomes(words, "blocked", "sent")
    assert await running.heard(WANG, words) == 0


async def test_a_released_text_that_a_new_rule_blocks_stays(running: Edge) -> None:
    await running.queue(to_client(WANG, WARNED))
    await running.phone.expect(HE, WARNED)
    rules = running.app.settings.content_dir / "banned_phrases.yaml"
    new = "  rules:\n  - {id: gr-quota, any: [欲购从速], wrong: [【欲购从速】]}\n"
    source = rules.read_text(encoding="utf-8").replace("  rules:\n", new, 1)
    rules.write_text(source, encoding="utf-8")
    await running.app.watcher.look()
    await running.phone.tap(HE, "放行")
    await running.quiet()
    assert (await running.statuses(WARNED))[0] == "blocked"
    assert await running.heard(WANG, WARNED) == 0


async def test_a_row_that_another_process_took_over_is_not_admitted(running: Edge) -> None:
    """A lost session lock makes others take our rows; what we still hold must not leave as well."""
    later = running.clock.now() + timedelta(hours=1)
    await running.queue(to_client(WANG, LAWFUL, not_before=later))
    running.clock.offset += timedelta(hours=2)
    async with running.app.store.begin() as tx:
        (ours,) = await outbox.claim_due(tx, 7, 10)
    async with running.app.store.begin() as tx:
        await outbox.mark(tx, ours.id, "claimed", claimed_by=8)
    running.app.postman.hand([ours])
    await running.app.postman.stop()
    assert await running.calls(LAWFUL) == []


async def test_what_a_client_was_sent_is_in_the_archive_and_the_chain_is_whole(
    running: Edge,
) -> None:
    await running.queue(to_client(WANG, LAWFUL))
    await running.becomes(LAWFUL, "sent")
    async with running.app.store.begin() as tx:
        count, wrong = await archive.verify(tx)
    assert wrong is None
    assert count >= 2
    last = await running.rows("SELECT event, text FROM archive ORDER BY id DESC LIMIT 2")
    assert [row.event for row in last] == ["sent", "judged"]
    assert last[1].text == LAWFUL


async def test_a_handler_that_goes_round_the_door_fails(running: Edge) -> None:
    """The bot itself in a handler's hands: nothing leaves, and the person gets an id of a bug."""
    bot = running.app.bot
    for words in (LAWFUL, BLOCKED):
        with pytest.raises(DoorBypassed):
            await bot.send_message(WANG, words)
        with pytest.raises(DoorBypassed):
            await bot.call("sendMessage", {"chat_id": WANG, "text": words})
    assert await running.calls(LAWFUL) == []


async def test_staff_read_what_is_theirs_unjudged(running: Edge) -> None:
    await running.queue(message(LIN, f"客户说：{BLOCKED}"))
    await running.becomes(f"客户说：{BLOCKED}", "sent")
    assert await running.heard(LIN, BLOCKED) == 1
