"""The simulator as an HTTP server on the loopback address."""

from __future__ import annotations

import asyncio
import logging
from pathlib import Path
from urllib.parse import unquote

from aiohttp import web
from aiohttp.http_parser import RawRequestMessage

from .bot_api import BotApi, broken, too_large
from .control import Control
from .wire import encode, json_answer
from .world import World

DEFAULT_TOKEN = "1000000001:LOCAL-DEMO-TOKEN"  # noqa: S105
BODY_LIMIT = 20 * 1024 * 1024
FORM_ROOM = 64 * 1024
PHONE_FOLDER = Path(__file__).with_name("phone")
_PHONE_TYPES = {".html": "text/html", ".css": "text/css", ".js": "text/javascript"}
_SECURITY = {
    "Content-Security-Policy": (
        "default-src 'self'; img-src 'self' data: blob:; style-src 'self'; script-src 'self'; "
        "frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-cache",
}

_log = logging.getLogger(__name__)


class Simulator:
    """A Bot API server for one bot; state lives in ``folder`` and survives a restart."""

    def __init__(self, folder: Path, token: str = DEFAULT_TOKEN) -> None:
        self._folder = folder
        self._token = token
        self._runner: web.ServerRunner | None = None
        self._api: BotApi | None = None
        self._control: Control | None = None

    async def start(self, port: int = 0) -> int:
        """Listen on 127.0.0.1; the port is returned (0 asks for any free one)."""
        world = World(self._folder, self._token)
        self._api = BotApi(world)
        self._control = Control(self._api)
        server = web.Server(self._answer, request_factory=_request, access_log=None)
        self._runner = web.ServerRunner(server, shutdown_timeout=1.0)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", port, backlog=1024)
        await site.start()
        self._api.webhook.start()
        return int(self._runner.addresses[0][1])

    async def stop(self) -> None:
        """Let go of everyone and write everything down."""
        if self._runner is None or self._api is None:
            return
        await self._api.close()
        self._api.world.events.close()
        self._api.world.updates.close()
        await self._runner.cleanup()
        self._api.world.close()
        self._runner = self._api = self._control = None

    async def _answer(self, request: web.BaseRequest) -> web.StreamResponse:
        path = request.raw_path.partition("?")[0]
        if "%" in path:
            path = unquote(path)
        try:
            return await self._routed(request, path)
        except web.HTTPRequestEntityTooLarge:
            if path.startswith("/sim/"):
                body = encode({"error": "内容太大，最多 20 MB。"})
                return json_answer(body, 413)
            return too_large()
        except Exception as error:
            _log.exception("simulator failed at %s", path.rpartition("/")[2])
            if path.startswith("/sim/"):
                return json_answer(encode({"error": f"模拟器内部出错：{error}"}), 500)
            return broken(error)

    async def _routed(self, request: web.BaseRequest, path: str) -> web.StreamResponse:
        api, control = self._api, self._control
        if api is None or control is None:
            return json_answer(encode({"error": "模拟器正在停止。"}), 503)
        if path.startswith("/bot"):
            token, _, method = path[4:].partition("/")
            return await api.answer(request, token, method)
        if path.startswith("/sim/"):
            return await control.answer(request, path[5:])
        if path.startswith("/file/bot"):
            token, _, name = path[9:].partition("/")
            return api.download(token, name)
        return phone_file(path)


def phone_file(path: str) -> web.Response:
    """A file of the phone page: "/" or "/phone/<name>"; 404 for anything else."""
    name = "index.html" if path == "/" else path.removeprefix("/phone/")
    file = PHONE_FOLDER / name
    kind = _PHONE_TYPES.get(file.suffix)
    if "/" in name or kind is None or not file.is_file():
        return json_answer(encode({"error": "没有这个页面。"}), 404)
    return web.Response(
        body=file.read_bytes(), content_type=kind, charset="utf-8", headers=_SECURITY
    )


def _request(
    message: RawRequestMessage,
    payload: object,
    protocol: object,
    writer: object,
    task: asyncio.Task[None],
) -> web.BaseRequest:
    """A request whose body may be as large as a file."""
    return web.BaseRequest(
        message,
        payload,  # type: ignore[arg-type]
        protocol,  # type: ignore[arg-type]
        writer,  # type: ignore[arg-type]
        task,
        asyncio.get_running_loop(),
        client_max_size=BODY_LIMIT + FORM_ROOM,
    )
