"""python-telegram-bot's transport on aiohttp, and what a failure tells about arrival."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlencode, urlsplit

import aiohttp
from telegram.error import NetworkError, TelegramError, TimedOut
from telegram.ext import BaseRateLimiter
from telegram.request import BaseRequest, RequestData

from bot.errors import DoorBypassed
from bot.gateway import passage

_TIMEOUT = 20.0
_CONNECT_TIMEOUT = 5.0
_KEEP_ALIVE = 15.0
_DOWNLOAD = re.compile(r"/file/bot[^/]+/")


class NotSentError(NetworkError):
    """Nothing was written to Telegram: safe to try again."""


class ServerFailedError(NetworkError):
    """Telegram answered with 5xx."""


class BypassedOnWire(DoorBypassed, TelegramError):
    """Also one of the library's errors, for it hides all others behind a NetworkError."""


class AiohttpRequest(BaseRequest):
    """Sends Bot API calls over one aiohttp session."""

    def __init__(self) -> None:
        self._session: aiohttp.ClientSession | None = None

    @property
    def read_timeout(self) -> float:
        return _TIMEOUT

    async def initialize(self) -> None:
        if self._session is None:
            connector = aiohttp.TCPConnector(limit=100, keepalive_timeout=_KEEP_ALIVE)
            self._session = aiohttp.ClientSession(connector=connector)

    async def shutdown(self) -> None:
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def do_request(
        self,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        read_timeout: Any = BaseRequest.DEFAULT_NONE,
        write_timeout: Any = BaseRequest.DEFAULT_NONE,
        connect_timeout: Any = BaseRequest.DEFAULT_NONE,
        pool_timeout: Any = BaseRequest.DEFAULT_NONE,
    ) -> tuple[int, bytes]:
        _check_passage(url, method)
        await self.initialize()
        assert self._session is not None  # noqa: S101  (initialize made it)
        total = read_timeout if isinstance(read_timeout, int | float) else _TIMEOUT
        timeout = aiohttp.ClientTimeout(total=total, sock_connect=_CONNECT_TIMEOUT)
        try:
            async with self._session.request(
                method, url, timeout=timeout, **_body(request_data)
            ) as response:
                payload = await response.read()
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as error:
            raise NotSentError(f"could not connect: {type(error).__name__}") from error
        except TimeoutError as error:
            raise TimedOut from error
        except aiohttp.ClientError as error:
            raise NetworkError(f"connection broke off: {type(error).__name__}") from error
        if response.status >= 500:
            raise ServerFailedError(f"Telegram answered {response.status}")
        return response.status, payload


def _check_passage(url: str, method: str) -> None:
    """Let nothing on the wire but downloads and what has a passage, however it is addressed."""
    path = urlsplit(url).path
    if method == "GET" and _DOWNLOAD.search(path) and ".." not in path:
        return
    try:
        passage.require_open(path.rpartition("/")[2])
    except DoorBypassed as error:
        raise BypassedOnWire(str(error)) from None


_FORM = {"Content-Type": "application/x-www-form-urlencoded"}


def _body(data: RequestData | None) -> dict[str, Any]:
    """The body of a call, and its header, as aiohttp takes them."""
    if data is None:
        return {}
    if not data.contains_files:
        # aiohttp would first prepare for files; replies go by the thousand.
        return {"data": urlencode(data.json_parameters).encode(), "headers": _FORM}
    # Without this, aiohttp percent-encodes Chinese file names and Telegram shows them so.
    form = aiohttp.FormData(quote_fields=False)
    for name, value in data.json_parameters.items():
        form.add_field(name, value)
    for name, (file_name, content, mime_type) in data.multipart_data.items():
        form.add_field(name, content, filename=file_name, content_type=mime_type)
    return {"data": form}


class Hinge(BaseRateLimiter[None]):
    """Where python-telegram-bot hands over each outgoing call: those without a pass end here.

    Pacing is not its work: the postman paces rows before they come to the door.
    """

    async def initialize(self) -> None:
        """Nothing to prepare."""

    async def shutdown(self) -> None:
        """Nothing to release."""

    async def process_request(
        self,
        callback: Any,
        args: Any,
        kwargs: dict[str, Any],
        endpoint: str,
        data: dict[str, Any],
        rate_limit_args: None,
    ) -> Any:
        passage.require(endpoint, data)
        return await callback(*args, **kwargs)
