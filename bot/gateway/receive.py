"""How updates come in: polling or webhook, stored before they are confirmed."""

from __future__ import annotations

import asyncio
import hmac
import json
import logging
from typing import Any

from aiohttp import web
from sqlalchemy.exc import SQLAlchemyError
from telegram.error import Conflict, InvalidToken, TelegramError

from bot.errors import GatewayError
from bot.gateway.dispatch import Dispatcher
from bot.gateway.door import OfficeBot
from bot.gateway.update import ALLOWED_UPDATES, sender_id
from bot.store import inbox
from bot.store.engine import Store
from bot.store.inbox import Incoming

log = logging.getLogger(__name__)

POLL_SECONDS = 25
WEBHOOK_PATH = "/telegram"
_MAX_BODY = 1024 * 1024
_LONGEST_WAIT = 30.0
_LARGEST_ID = 2**63 - 1


def _id(update: Any) -> int:
    """The number of an update; -1 when it is none."""
    found = update.get("update_id") if isinstance(update, dict) else None
    return found if isinstance(found, int) and not isinstance(found, bool) else -1


async def accept(store: Store, dispatcher: Dispatcher, updates: list[Any]) -> None:
    """Store updates, then handle those that are new."""
    incoming = [
        Incoming(update["update_id"], sender_id(update), inbox.storable(update))
        for update in updates
        if 0 <= _id(update) <= _LARGEST_ID
    ]
    if not incoming:
        return
    async with store.begin() as tx:
        new = await inbox.store(tx, incoming)
    dispatcher.take([one for one in incoming if one.update_id in new])


async def poll(bot: OfficeBot, store: Store, dispatcher: Dispatcher) -> None:
    """Ask for updates until cancelled; the offset that confirms them moves after the commit."""
    offset = 0
    wait = 1.0
    webhook_gone = False
    while True:
        try:
            webhook_gone = webhook_gone or await bot.delete_webhook()
            updates = await bot.call(
                "getUpdates",
                {"offset": offset, "timeout": POLL_SECONDS, "allowed_updates": ALLOWED_UPDATES},
                seconds=POLL_SECONDS + 15,
            )
            await accept(store, dispatcher, updates)
            offset = max([offset, *(_id(update) + 1 for update in updates)])
            wait = 1.0
        except InvalidToken as error:
            raise GatewayError("Telegram 不认这个令牌，请检查 SHOUYUE_TELEGRAM_TOKEN") from error
        except Conflict:
            log.warning("another program polls with the same token; waiting %.0f s", wait)
            await asyncio.sleep(wait)
            wait = min(wait * 2, _LONGEST_WAIT)
        except (TelegramError, SQLAlchemyError, OSError) as error:
            log.warning("no updates (%s); trying again in %.0f s", type(error).__name__, wait)
            await asyncio.sleep(wait)
            wait = min(wait * 2, _LONGEST_WAIT)


def webhook(store: Store, dispatcher: Dispatcher, secret: str) -> Any:
    """The handler of Telegram's deliveries: 200 once stored, whatever becomes of the update."""

    async def receive(request: web.Request) -> web.Response:
        given = request.headers.get("X-Telegram-Bot-Api-Secret-Token", "")
        if not hmac.compare_digest(given.encode("utf-8", "surrogateescape"), secret.encode()):
            return web.Response(status=403)
        body = bytearray()
        async for part in request.content.iter_any():
            body += part
            if len(body) > _MAX_BODY:
                return web.Response(status=413)
        try:
            update = json.loads(body)
        except (ValueError, RecursionError):
            return web.Response(status=400)
        try:
            await accept(store, dispatcher, [update])
        except (SQLAlchemyError, OSError):
            log.exception("an update could not be stored; Telegram will bring it again")
            return web.Response(status=503)
        return web.Response()

    return receive
