"""Updates on their way to their handlers: what a person sees meanwhile."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import text

from bot.clock import FrozenClock
from tests.office import LIN, WAIT, greet, office


async def test_work_that_takes_long_shows_as_typing(
    database_url: str, clock: FrozenClock, tmp_path: Path
) -> None:
    async with office(database_url, clock, tmp_path) as (app, phone):
        await greet(phone, LIN)
        async with app.store.begin() as tx:
            await tx.connection.execute(text("LOCK TABLE client IN ACCESS EXCLUSIVE MODE"))
            await phone.say(LIN, "/kehu")
            after, kinds = phone.seen[LIN], set[str]()
            while "typing" not in kinds:
                heard = await phone.get("events", person=LIN, after=after, timeout=WAIT)
                assert heard["events"]
                after = heard["next"]
                kinds |= {event["kind"] for event in heard["events"]}
        await phone.expect(LIN, "您名下 3 位客户")
