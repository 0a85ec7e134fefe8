"""After a change of the cadences: every client planned again, and its author told what moved."""

from __future__ import annotations

from typing import Any

from bot.domain.draft import NOTICE, message
from bot.messages import say
from bot.reminders.agenda import Agenda
from bot.store import dialogues, outbox, people, planning
from bot.store.engine import Store, Tx
from bot.store.touches import Moved

_SETTING = "cadences"


async def follow(store: Store, agenda: Agenda) -> None:
    """Take up a changed file, and have every client planned by it, once for all processes."""
    agenda.look()
    digest = agenda.digest
    if digest == agenda.announced:
        return
    async with store.begin() as tx:
        await announce(tx, agenda, None)
    agenda.announced = digest


async def announce(tx: Tx, agenda: Agenda, author_id: int | None) -> None:
    """Mark every client as to be planned by these cadences, unless that was done before."""
    known: dict[str, Any] | None = await dialogues.setting(tx, _SETTING)
    if known is None or known["digest"] != agenda.digest:
        if known is not None:
            await planning.all_again(tx)
        state = {"digest": agenda.digest, "author": author_id, "open": known is not None}
        await dialogues.put_setting(tx, _SETTING, state | {"moved": [0, 0, 0]})


async def count(tx: Tx, moved: Moved, *, finished: bool) -> None:
    """Add up what a change of the cadences moves; at the end its author is told."""
    state: dict[str, Any] | None = await dialogues.setting(tx, _SETTING)
    if state is None or not state["open"]:
        return
    total = Moved(*state["moved"]) + moved
    done = finished and not await planning.unplanned(tx)
    counts = [total.new, total.moved, total.withdrawn]
    await dialogues.put_setting(tx, _SETTING, state | {"moved": counts, "open": not done})
    if done and state["author"] is not None:
        author = await people.by_id(tx, state["author"])
        told = say(
            "cadences_moved",
            author.script,
            moved=total.moved,
            new=total.new,
            withdrawn=total.withdrawn,
        )
        await outbox.enqueue(tx, [message(author.chat_id, told, priority=NOTICE)])
