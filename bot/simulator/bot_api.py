"""The door of the Bot API: one call in, Telegram's JSON out, faults and records included."""

from __future__ import annotations

import asyncio

from aiohttp import web

from .calls import Calls
from .faults import Fault
from .methods import METHODS
from .refusals import (
    Refusal,
    method_not_found,
    too_many_requests,
    unauthorized,
    webhook_active,
)
from .webhook import Webhook
from .wire import Fields, encode, json_answer, read_fields
from .world import World

LONGEST_POLL_SECONDS = 50
_OPENING = b'{"ok":true,"result":'


class BotApi:
    """Answers calls for the one bot of ``world``."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.calls = Calls()
        self.webhook = Webhook(world, self._follow)
        self._closing = asyncio.Event()

    async def close(self) -> None:
        """Stop the webhook and whoever is kept waiting by a fault."""
        self._closing.set()
        await self.webhook.close()

    async def answer(self, request: web.BaseRequest, token: str, method: str) -> web.Response:
        """The HTTP answer to ``method`` called with ``token``."""
        if token != self.world.token:
            return _refused(unauthorized())
        try:
            fields = await read_fields(request)
        except Refusal as refusal:
            return _refused(refusal)
        chat = fields.text("chat_id")
        fault = None
        if self.world.faults.waiting:
            fault = self.world.faults.take(method.lower(), chat)
        return await self._recorded(request, method, chat, fields, fault)

    async def _recorded(
        self,
        request: web.BaseRequest,
        method: str,
        chat: str,
        fields: Fields,
        fault: Fault | None,
    ) -> web.Response:
        code, description = 200, ""
        try:
            if fault is not None:
                await self._suffer(request, fault)
            body = await self._result(method, fields)
            if fault is not None and fault.kind == "drop_after_delivery":
                code, description = 0, "dropped after delivery"
                return _hang_up(request)
            return json_answer(body)
        except Refusal as refusal:
            code, description = refusal.code, refusal.description
            return _refused(refusal)
        except _NoAnswer:
            code, description = 0, "timeout"
            return _hang_up(request)
        finally:
            if method != "getUpdates":
                self.calls.add(method, chat, fields.wire(), code, description)

    async def _suffer(self, request: web.BaseRequest, fault: Fault) -> None:
        if fault.kind == "429":
            raise too_many_requests(fault.retry_after)
        if fault.kind == "500":
            raise Refusal(500, "Internal Server Error")
        if fault.kind in ("slow", "timeout"):
            closing = asyncio.ensure_future(self._closing.wait())
            await asyncio.wait([closing], timeout=fault.seconds)
            closing.cancel()
        if fault.kind == "timeout":
            raise _NoAnswer

    async def _result(self, method: str, fields: Fields) -> bytes:
        name = method.lower()
        known = METHODS.get(name)
        if known is not None:
            return _OPENING + encode(known(self.world, fields)) + b"}"
        if name == "getupdates":
            updates = ",".join(await self._updates(fields))
            return _OPENING + b"[" + updates.encode("utf-8", "replace") + b"]}"
        if name == "setwebhook":
            return _OPENING + encode(await self.webhook.set(fields)) + b"}"
        if name == "deletewebhook":
            return _OPENING + encode(await self.webhook.delete(fields)) + b"}"
        if name == "getwebhookinfo":
            return _OPENING + encode(self.webhook.info()) + b"}"
        raise method_not_found()

    async def _updates(self, fields: Fields) -> list[str]:
        if self.webhook.url:
            raise webhook_active()
        if fields.has("allowed_updates"):
            self.world.updates.want([str(kind) for kind in fields.items("allowed_updates")])
        limit = fields.integer("limit", 100)
        seconds = min(max(fields.integer("timeout"), 0), LONGEST_POLL_SECONDS)
        return await self.world.updates.poll(
            fields.integer("offset"), limit if 1 <= limit <= 100 else 100, seconds
        )

    def _follow(self, method: str, fields: Fields) -> object:
        """Run a method that a webhook named in its answer."""
        known = METHODS.get(method.lower())
        if known is None:
            raise method_not_found()
        code, description = 200, ""
        try:
            return known(self.world, fields)
        except Refusal as refusal:
            code, description = refusal.code, refusal.description
            raise
        finally:
            self.calls.add(method, fields.text("chat_id"), fields.values, code, description)

    def download(self, token: str, path: str) -> web.Response:
        """The content of a file at the path that getFile gave."""
        if token != self.world.token:
            return _refused(unauthorized())
        stored = self.world.files.find(path)
        if stored is None:
            return _refused(Refusal(404, "Not Found"))
        return web.Response(
            body=self.world.files.content(stored), content_type="application/octet-stream"
        )


class _NoAnswer(Exception):
    """The call is left without an answer."""


def _hang_up(request: web.BaseRequest) -> web.Response:
    if request.transport is not None:
        request.transport.abort()
    return web.Response(status=500)


def _refused(refusal: Refusal) -> web.Response:
    return json_answer(encode(refusal.answer()), refusal.code)


def too_large() -> web.Response:
    """413: the body is larger than this server takes."""
    return _refused(Refusal(413, "Request Entity Too Large"))


def broken(error: Exception) -> web.Response:
    """500 for a fault of the simulator itself; its kind is named."""
    return _refused(Refusal(500, f"Internal Server Error: {type(error).__name__}: {error}"))
