"""The web application: health now, pages of officers later."""

from __future__ import annotations

from dataclasses import dataclass

from aiohttp import web
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from bot import __version__
from bot.compliance.rulebook import Watcher
from bot.store.engine import Store

_COUNTS = text(
    """
    SELECT (SELECT count(*) FROM inbox WHERE done_at IS NULL) AS inbox_waiting,
           (SELECT count(*) FROM outbox WHERE status IN ('queued', 'claimed', 'sending'))
               AS outbox_waiting,
           (SELECT count(*) FROM outbox WHERE status = 'uncertain') AS outbox_uncertain,
           (SELECT count(*) FROM review WHERE decided_at IS NULL) AS reviews_waiting,
           (SELECT count(*) FROM touch WHERE status = 'planned') AS touches_planned
    """
)


@dataclass(frozen=True, slots=True)
class Status:
    """Answers how the product is."""

    store: Store
    watcher: Watcher

    async def health(self, request: web.Request) -> web.Response:
        """200 with counts while the database answers, 503 otherwise."""
        report: dict[str, object] = {"status": "ok", "version": __version__}
        report["rulebook"] = self.watcher.version
        report["rulebook_error"] = self.watcher.fault
        try:
            async with self.store.begin() as tx:
                report |= dict((await tx.connection.execute(_COUNTS)).one()._mapping)
        except (SQLAlchemyError, OSError):
            return web.json_response({**report, "status": "database unreachable"}, status=503)
        return web.json_response(report)


def make_web(status: Status) -> web.Application:
    """The application with its health page."""
    site = web.Application(client_max_size=2 * 1024 * 1024)
    site.router.add_get("/healthz", status.health)
    return site
