"""What an agent is handed about a touch to a client: a draft to confirm, or a text to copy."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from bot.domain.draft import (
    COPY_LIMIT,
    NOTICE,
    REMINDER,
    Draft,
    Keyboard,
    button,
    copy_button,
    message,
)
from bot.domain.people import Client, Person
from bot.messages import say
from bot.reminders.choosing import Due
from bot.reminders.schema import Cadences
from bot.store.touches import TouchRow


class Note(NamedTuple):
    """What one member of staff is told about one client."""

    row: TouchRow
    text: str
    name: str
    receiver: Person


def to_staff(told: Sequence[Note]) -> Draft:
    """One message with these notes to their receiver, and a button for each client."""
    receiver, first = told[0].receiver, told[0].row
    return message(
        receiver.chat_id,
        "\n\n".join(dict.fromkeys(note.text for note in told)),
        _client_buttons(told, receiver.script),
        priority=REMINDER,
        dedupe_key=f"touch:{first.dedupe_key}",
        client_id=first.client_id if len({note.row.client_id for note in told}) == 1 else None,
        touch_id=first.id,
    )


def _client_buttons(told: Sequence[Note], script: str) -> Keyboard:
    """The client's page, and for a premium in grace the page of the renewal."""
    by_client: dict[int, list[Note]] = {}
    for note in told:
        by_client.setdefault(note.row.client_id, []).append(note)
    rows = []
    for client_id, about in by_client.items():
        label = about[0].name if len(by_client) > 1 else say("button_client_card", script)
        row = [button(label, f"1:cl:{client_id}")]
        graced = next((note.row for note in about if note.row.event == "grace"), None)
        if graced is not None:
            work = button(say("button_renewal_open", script), f"1:xc:{graced.policy_id}")
            row.insert(0, work)
        rows.append(row)
    return rows


def names(dues: Sequence[Due], cadences: Cadences) -> str:
    """The names of the cadences of these touches, each once."""
    found = (cadences.cadence(due.touch.cadence) for due in dues)
    return "、".join(dict.fromkeys(cadence.zh for cadence in found if cadence))


def to_confirm(
    dues: Sequence[Due], text: str, client: Client, agent: Person, cadences: Cadences
) -> Draft:
    """The draft of a message that goes to the client only after the agent's tap."""
    first, script = dues[0], agent.script
    told = say("touch_to_confirm", script, name=client.name, what=names(dues, cadences), text=text)
    return message(
        agent.chat_id,
        told,
        confirm_buttons(first.id, script),
        priority=NOTICE,
        dedupe_key=f"draft:{first.touch.key}:{first.touch.at:%Y%m%d%H%M}",
        client_id=client.id,
    )


def confirm_buttons(touch_id: int, script: str) -> Keyboard:
    """What can be done with a draft."""
    return [
        [
            button(say("button_draft_send", script), f"1:td:{touch_id}:send"),
            button(say("button_draft_edit", script), f"1:td:{touch_id}:edit"),
        ],
        [
            button(say("button_draft_later", script), f"1:td:{touch_id}:later"),
            button(say("button_draft_skip", script), f"1:td:{touch_id}:skip"),
        ],
    ]


def to_copy(
    dues: Sequence[Due], text: str, client: Client, agent: Person, reason: str, *, lawful: bool
) -> Draft:
    """The checked text for the agent to send; ``reason`` is ``not_on_telegram`` or ``remind_only``."""
    first, script = dues[0], agent.script
    key = (
        ("touch_remind_only" if reason == "remind_only" else "touch_to_copy")
        if lawful
        else ("touch_to_copy_refused")
    )
    told = say(key, script, name=client.name, text=text)
    return message(
        agent.chat_id,
        told,
        copy_buttons(first.id, text, script) if lawful else None,
        priority=NOTICE,
        dedupe_key=f"touch:{first.touch.key}",
        client_id=client.id,
    )


def copy_buttons(touch_id: int, text: str, script: str) -> Keyboard:
    """Copy the text, and tell what became of it."""
    done = [
        button(say("button_by_hand", script), f"1:td:{touch_id}:done"),
        button(say("button_draft_skip", script), f"1:td:{touch_id}:skip"),
    ]
    copies = len(text) <= COPY_LIMIT
    return [[copy_button(say("button_copy", script), text)], done] if copies else [done]
