"""The clockwork: APScheduler only ticks; what is due stands in the database."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from apscheduler.schedulers.asyncio import AsyncIOScheduler
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from bot.compliance import review
from bot.handlers.context import Office
from bot.intake import service as interviews
from bot.practice import service as drills
from bot.reminders import morning, planner, rescheduling, sender
from bot.scripts_library import service as library
from bot.store import inbox, outbox, planning, touches
from bot.store.engine import Store, Tx

log = logging.getLogger(__name__)

_TICK_LOCK = 0x5359_0003
_PLAN_MINUTES = 10
_PARTS_IN_A_TICK = 4


@dataclass(slots=True)
class Ticker:
    """Plans, sends due touches and morning lists, passes on late reviews, and cleans the inbox.

    ``after`` is called after each tick, so that the postman looks at what was queued.
    """

    store: Store
    office: Office
    after: Callable[[], Awaitable[None]]
    _scheduler: AsyncIOScheduler | None = None

    def start(self, seconds: float) -> None:
        """Tick every ``seconds``; a missed tick is made up once, two never run together."""
        # A tick that takes longer than the time between two is no fault: the next one follows it.
        logging.getLogger("apscheduler.scheduler").setLevel(logging.ERROR)
        scheduler = AsyncIOScheduler(
            job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None}
        )
        scheduler.add_job(self._safely, "interval", args=[self.tick], seconds=seconds)
        scheduler.add_job(self._safely, "interval", args=[self.plan], minutes=_PLAN_MINUTES)
        scheduler.start()
        self._scheduler = scheduler

    def stop(self) -> None:
        if self._scheduler is not None:
            self._scheduler.shutdown(wait=False)

    async def _safely(self, work: Callable[[], Awaitable[None]]) -> None:
        try:
            await work()
        except (SQLAlchemyError, OSError):
            log.exception("the tick could not reach the database; the next one tries again")

    async def plan(self) -> None:
        """Lapse what passed its grace, and clean up."""
        async with self.store.begin() as tx:
            if await _alone(tx):
                today = tx.now.astimezone(ZoneInfo(self.office.settings.timezone)).date()
                lapsed = await planning.lapse_overdue(tx, self.office.cadences, today)
                if lapsed:
                    log.info("%s policies lapsed", lapsed)
                await inbox.forget_old(tx)
                await outbox.forget_words(tx)
        await self._plan_clients()
        await self.after()

    async def _plan_clients(self) -> None:
        """Plan clients that need it, a part in each transaction, so that nobody waits long.

        After a large import the next ticks go on with it, and send what is due in between.
        """
        await rescheduling.follow(self.store, self.office.agenda)
        for _ in range(_PARTS_IN_A_TICK):
            async with self.store.begin() as tx:
                count, moved = await planner.plan_some(
                    tx, self.office.cadences, self.office.settings
                )
                await rescheduling.count(tx, moved, finished=count < planner.AT_ONCE)
            if count < planner.AT_ONCE:
                return

    async def tick(self) -> None:
        """Send what is due; the touches of one batch are one transaction."""
        cadences, settings = self.office.cadences, self.office.settings
        while True:
            async with self.store.begin() as tx:
                sent = await sender.send_due(tx, cadences, settings, self.office.gate)
            if not sent:
                break
            await self.after()
        await self._plan_clients()
        async with self.store.begin() as tx:
            await touches.drop_unconfirmed(tx)
            await review.pass_on_overdue(tx, settings.review_minutes)
            await interviews.nudge(tx)
            await drills.remind(tx)
            await morning.deliver(tx, cadences)
        await library.follow(self.store, self.office.shelf)
        await self.after()


async def _alone(tx: Tx) -> bool:
    """Whether no other process plans at this moment."""
    found = await tx.connection.execute(
        text("SELECT pg_try_advisory_xact_lock(:key)"), {"key": _TICK_LOCK}
    )
    return bool(found.scalar())
