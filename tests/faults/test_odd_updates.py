"""Updates as nobody expects them: repeated, cut, hostile; each is handled once and none stops us."""

from __future__ import annotations

import json
from typing import Any

import pytest

from bot.gateway.receive import accept
from bot.store import people
from tests.faults.small_office import Edge, eventually
from tests.office import LIN, WANG, ZHOU

pytestmark = pytest.mark.asyncio(loop_scope="module")

HUGE = 2**63
GROUP = -1001234567890


def person(chat: int = LIN) -> dict[str, Any]:
    return {"id": chat, "is_bot": False, "first_name": "林晓梅"}


def written(text: Any, chat: int = LIN, **more: Any) -> dict[str, Any]:
    found = {"message_id": 900, "date": 1, "from": person(chat), "text": text}
    return {"message": found | {"chat": {"id": chat, "type": "private"}} | more}


def tapped(**more: Any) -> dict[str, Any]:
    return {"callback_query": {"id": "odd", "from": person(), "chat_instance": "1"} | more}


def nested(depth: int) -> Any:
    value: Any = "x"
    for _ in range(depth):
        value = [value]
    return value


ODD: dict[str, dict[str, Any]] = {
    "no content": {"edited_channel_post": {}},
    "empty message": {"message": {}},
    "message of nobody": {"message": {"message_id": 1, "chat": {"id": 5, "type": "private"}}},
    "message as a list": {"message": [1, 2]},
    "message as a word": {"message": "x"},
    "no text": written(None),
    "text as a number": written(5),
    "only blanks": written("   "),
    "only a slash": written("/"),
    "an unknown command": written("/nothing at all"),
    "a command for another bot": written("/menu@other_bot"),
    "a long text": written("保" * 10_000),
    "a photo": written(None, photo=[{"file_id": "x"}]),
    "a sticker": written(None, sticker={"file_id": "x"}),
    "an empty document": written(None, document={"file_id": 5, "file_size": "big"}),
    "a contact of a word": written(None, contact="x"),
    "a contact without phone": written(None, contact={"user_id": LIN}),
    "a huge chat": written("您好", chat=HUGE),
    "a huge sender": {"message": {"from": {"id": 10**30}, "chat": {"id": 1, "type": "private"}}},
    "a negative sender": written("您好", chat=-5),
    "a true sender": {"message": {"from": {"id": True}, "chat": {"id": True, "type": "private"}}},
    "NUL": written("a\0b"),
    "a lone surrogate": written("a\ud83db"),
    "a NUL in a name": {"message": {"from": person() | {"first_name": "\0"}, "text": "\0"}},
    "a deep update": written("您好", extra=nested(400)),
    "not a number": written("您好", extra=float("nan"), more=float("inf")),
    "an empty tap": tapped(),
    "a tap without data": tapped(message={"message_id": 1, "chat": person()}),
    "a tap of an inline message": tapped(inline_message_id="x", data="1:m:menu"),
    "a tap of the future": tapped(data="2:zz:1"),
    "a tap of nothing": tapped(data="1:nothing"),
    "a long tap": tapped(data="1:" + "x" * 5000),
    "an empty inline query": {"inline_query": {"id": "1", "from": person(), "query": ""}},
    "an inline query of nobody": {"inline_query": {"id": "1", "query": "太贵"}},
    "a result of nothing": {"chosen_inline_result": {"result_id": "x", "from": person()}},
    "a membership of nothing": {"my_chat_member": {"from": person()}},
    "an edit": {"edited_message": written("改")["message"]},
}
_numbers = iter(range(600_000_001, 700_000_000))


@pytest.mark.parametrize("name", ODD)
async def test_an_odd_update_is_handled_once_and_harms_nobody(running: Edge, name: str) -> None:
    update = {"update_id": next(_numbers), **ODD[name]}
    await accept(running.app.store, running.app.dispatcher, [update])
    await running.quiet()
    (stored,) = await running.rows(
        "SELECT done_at, error_id FROM inbox WHERE update_id = :id", id=update["update_id"]
    )
    assert stored.done_at is not None
    assert stored.error_id is None, "no bug of ours"


async def test_after_all_of_them_over_the_wire_the_agent_is_still_answered(running: Edge) -> None:
    updates = [one for name, one in ODD.items() if name != "not a number"]
    odd = json.loads(json.dumps(updates))
    await running.phone.post("raw", updates=odd)
    await running.quiet()
    await running.phone.say(LIN, "/menu")
    await running.phone.expect(LIN, "林晓梅")
    failed = await running.rows("SELECT count(*) AS n FROM inbox WHERE error_id IS NOT NULL")
    assert failed[0].n == 0


@pytest.mark.parametrize("number", [-1, 2**63, 10**40, True, None, "5", 1.5])
async def test_what_has_no_usable_number_is_left_out_and_the_rest_is_taken(
    running: Edge, number: Any
) -> None:
    good = {"update_id": next(_numbers), **written("   ")}
    await accept(running.app.store, running.app.dispatcher, [{"update_id": number}, [], None, good])
    await running.quiet()
    found = await running.rows("SELECT 1 FROM inbox WHERE update_id >= :id", id=good["update_id"])
    assert len(found) == 1


@pytest.mark.parametrize("kind", ["group", "supergroup", "channel"])
async def test_nothing_is_said_in_a_group_whatever_happens_there(running: Edge, kind: str) -> None:
    chat = {"id": GROUP, "type": kind, "title": "客户群"}
    member = {"from": person(WANG), "chat": chat, "new_chat_member": {"status": "kicked"}}
    updates = [
        {"message": written("/menu")["message"] | {"chat": chat}},
        {"message": written(None)["message"] | {"chat": chat, "sticker": {"file_id": "x"}}},
        tapped(message={"message_id": 1, "chat": chat}, data="1:m:menu"),
        {"my_chat_member": member},
    ]
    numbered = [{"update_id": next(_numbers), **update} for update in updates]
    await accept(running.app.store, running.app.dispatcher, numbered)
    await running.quiet()
    assert not [call for call in await running.calls() if call["chat"] == GROUP]
    async with running.app.store.begin() as tx:
        client = await people.by_chat(tx, WANG)
    assert client is not None
    assert client.reachable, "leaving a group is not blocking the bot"


async def test_updates_given_twice_are_handled_once(running: Edge) -> None:
    await running.fault("duplicate_updates")
    await running.phone.say(WANG, "请问第一件事怎么办")
    await running.phone.expect(WANG, "收到")
    await running.phone.say(WANG, "请问第二件事怎么办")
    await running.phone.expect(WANG, "收到")
    await running.quiet()
    for words in ("请问第一件事怎么办", "请问第二件事怎么办"):
        assert await running.statuses(words) == ["sent"]
        assert await running.heard(LIN, words) == 1


async def test_an_old_update_that_comes_back_is_not_handled_again(running: Edge) -> None:
    update = {"update_id": next(_numbers), **written("请问旧事怎么办", chat=WANG)}
    for _ in range(3):
        await running.phone.post("raw", updates=[update, update])
    await running.phone.say(ZHOU, "/menu")
    await running.phone.expect(ZHOU, "周志强")
    await running.quiet()
    assert await running.statuses("请问旧事怎么办") == ["sent"]


async def test_the_messages_of_one_person_are_handled_in_their_order(running: Edge) -> None:
    asked = [f"请问第{n}个次序" for n in range(20)]
    for words in asked:
        await running.phone.post("say", person=WANG, text=words)

    async def all_told() -> bool:
        return len(await running.statuses("个次序")) == len(asked)

    await eventually(all_told)
    found = await running.rows(
        "SELECT params->>'text' AS text FROM outbox WHERE params->>'text' LIKE '%个次序%' ORDER BY id"
    )
    assert [row.text.splitlines()[-1].strip() for row in found] == asked
