"""What an agent is handed about a touch to a client: a draft to confirm, or a text to copy."""

from __future__ import annotations

from collections.abc import Sequence

from bot.domain.draft import COPY_LIMIT, NOTICE, Draft, Keyboard, button, copy_button, message
from bot.domain.people import Client, Person
from bot.messages import say
from bot.reminders.choosing import Due
from bot.reminders.schema import Cadences


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
