"""Reading updates: whatever they hold, there is an event and never an error."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.domain.event import Kind
from bot.gateway.update import parse, sender_id
from bot.store import inbox

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=12,
)
holders = st.sampled_from(
    ["message", "callback_query", "inline_query", "chosen_inline_result", "my_chat_member"]
)
fields = st.dictionaries(
    st.sampled_from(["from", "chat", "text", "message", "data", "id", "contact", "document"])
    | st.text(max_size=3),
    json_values,
)


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(st.dictionaries(holders, fields | json_values, max_size=2))
def test_no_update_whatever_it_holds_makes_the_reader_fail(update: dict[str, Any]) -> None:
    event = parse(update, "shouyue_bot")
    assert event.kind in Kind
    assert abs(event.user_id) < 2**63
    assert abs(sender_id(update)) < 2**63


@given(json_values)
def test_whatever_is_stored_is_plain_json_for_the_database(value: Any) -> None:
    stored = json.dumps(inbox.storable(value), allow_nan=False, ensure_ascii=False)
    assert "\\u0000" not in stored
    stored.encode()
