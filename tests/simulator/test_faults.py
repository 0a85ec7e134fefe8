"""Scheduled faults hit the calls they are meant for, and only as often as they should."""

from __future__ import annotations

import aiohttp
import pytest

from .conftest import LI, WANG, Client


async def test_a_429_names_the_seconds_to_wait_and_sends_nothing(client: Client) -> None:
    await client.sim("faults", faults=[{"kind": "429", "retry_after": 7, "times": 2}])
    for _ in range(2):
        body = await client.answer("sendMessage", chat_id=LI, text="a")
        assert body["error_code"] == 429
        assert body["description"] == "Too Many Requests: retry after 7"
        assert body["parameters"] == {"retry_after": 7}
    assert await client.messages(LI) == []
    await client.api("sendMessage", chat_id=LI, text="a")


async def test_a_fault_hits_only_its_method_and_chat(client: Client) -> None:
    await client.sim("faults", faults=[{"kind": "500", "method": "sendMessage", "chat": LI}])
    await client.api("sendMessage", chat_id=WANG, text="a")
    await client.api("sendChatAction", chat_id=LI, action="typing")
    assert (await client.refusal("sendMessage", chat_id=LI, text="a"))[0] == 500
    await client.api("sendMessage", chat_id=LI, text="a")


async def test_an_answer_can_be_lost_after_the_message_was_delivered(client: Client) -> None:
    await client.sim("faults", kind="drop_after_delivery", method="sendMessage")
    with pytest.raises(aiohttp.ClientError):
        await client.answer("sendMessage", chat_id=LI, text="a")
    assert [message["text"] for message in await client.messages(LI)] == ["a"]
    calls = (await client.look("calls"))["calls"]
    assert (calls[-1]["method"], calls[-1]["chat"], calls[-1]["code"]) == ("sendMessage", LI, 0)


async def test_a_call_can_time_out_without_being_carried_out(client: Client) -> None:
    await client.sim("faults", kind="timeout", method="sendMessage", seconds=0.05)
    with pytest.raises(aiohttp.ClientError):
        await client.answer("sendMessage", chat_id=LI, text="a")
    assert await client.messages(LI) == []


async def test_a_slow_call_is_carried_out_in_the_end(client: Client) -> None:
    await client.sim("faults", kind="slow", method="sendMessage", seconds=0.05)
    assert (await client.api("sendMessage", chat_id=LI, text="a"))["text"] == "a"


async def test_updates_can_come_twice_although_they_were_confirmed(client: Client) -> None:
    await client.sim("faults", kind="duplicate_updates")
    await client.sim("say", person=LI, text="eins")
    first = await client.updates()
    again = await client.updates(first[-1]["update_id"] + 1)
    assert again == first
    await client.sim("say", person=LI, text="zwei")
    fresh = await client.updates(first[-1]["update_id"] + 1)
    assert [update["message"]["text"] for update in fresh] == ["zwei"]


async def test_the_schedule_can_be_read_and_cleared(client: Client) -> None:
    await client.sim("faults", faults=[{"kind": "500", "times": 3}])
    assert (await client.look("faults"))["faults"][0]["times"] == 3
    async with client.http.delete(f"{client.base}/sim/faults") as answer:
        assert answer.status == 200
    await client.api("sendMessage", chat_id=LI, text="a")
    assert "429" in await client.sim_error("faults", faults=[{"kind": "flood"}])
    assert "tims" in await client.sim_error("faults", faults=[{"kind": "500", "tims": 1}])


async def test_a_raw_update_is_given_as_it_is_even_with_an_old_number(client: Client) -> None:
    await client.sim("say", person=LI, text="a")
    known = (await client.updates())[0]
    assert await client.updates(known["update_id"] + 1) == []
    await client.sim("raw", **known)
    assert await client.updates(known["update_id"] + 1) == [known]
    assert await client.updates(known["update_id"] + 1) == []
    odd = {"update_id": known["update_id"] + 10, "unheard_of": {"x": 1}}
    answered = await client.sim("raw", updates=[odd, {"poll": {}}])
    assert answered["update_ids"] == [odd["update_id"], odd["update_id"] + 1]
