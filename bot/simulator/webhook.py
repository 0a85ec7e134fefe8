"""Delivery of updates to the bot's webhook: in order, again until they are taken."""

from __future__ import annotations

import asyncio
import json
import re
import time
from collections.abc import Callable

import aiohttp

from .refusals import Refusal, bad_request
from .wire import Fields, Json
from .world import World

SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105
FIRST_PAUSE_SECONDS = 0.2
LONGEST_PAUSE_SECONDS = 30.0
ANSWER_SECONDS = 60.0

Call = Callable[[str, Fields], object]


class Webhook:
    """The bot's webhook, kept in its profile; ``call`` runs a method named in an answer."""

    def __init__(self, world: World, call: Call) -> None:
        self._world = world
        self._call = call
        self._task: asyncio.Task[None] | None = None
        self._session: aiohttp.ClientSession | None = None

    @property
    def url(self) -> str:
        """Where updates go; empty when they are polled."""
        return str(self._world.profile.webhook.get("url", ""))

    def start(self) -> None:
        """Begin to deliver if a webhook is set."""
        if self.url:
            self._task = asyncio.create_task(self._run())

    async def close(self) -> None:
        """Stop delivering."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
            self._task = None
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def set(self, fields: Fields) -> bool:
        """setWebhook; an empty address removes it."""
        url = fields.text("url")
        secret = fields.text("secret_token")
        if url and not re.match(r"https?://[^\s/]+", url):
            raise bad_request("bad webhook: An HTTPS URL must be provided for webhook")
        if secret and not re.fullmatch(r"[A-Za-z0-9_-]{1,256}", secret):
            raise bad_request("secret token contains unallowed characters")
        await self.close()
        self._world.profile.webhook = {"url": url, "secret": secret} if url else {}
        self._change(fields)
        if url:
            self._world.updates.interrupt()
        self.start()
        return True

    async def delete(self, fields: Fields) -> bool:
        """deleteWebhook."""
        await self.close()
        self._world.profile.webhook = {}
        self._change(fields)
        return True

    def _change(self, fields: Fields) -> None:
        if fields.flag("drop_pending_updates"):
            self._world.updates.clear()
        if fields.has("allowed_updates"):
            self._world.updates.want([str(kind) for kind in fields.items("allowed_updates")])
        self._world.save_profile()

    def info(self) -> Json:
        """getWebhookInfo."""
        stored = self._world.profile.webhook
        info: Json = {
            "url": self.url,
            "has_custom_certificate": False,
            "pending_update_count": len(self._world.updates),
        }
        for name in ("last_error_date", "last_error_message"):
            if stored.get(name):
                info[name] = stored[name]
        if self._world.updates.allowed is not None:
            info["allowed_updates"] = sorted(self._world.updates.allowed)
        return info

    async def _run(self) -> None:
        self._session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=ANSWER_SECONDS))
        updates = self._world.updates
        pause = FIRST_PAUSE_SECONDS
        while True:
            head = updates.head()
            if head is None:
                updates.arrived.clear()
                await updates.arrived.wait()
                continue
            problem = await self._post(head.body)
            if problem:
                self._note(problem)
                await asyncio.sleep(pause)
                pause = min(pause * 2, LONGEST_PAUSE_SECONDS)
                continue
            pause = FIRST_PAUSE_SECONDS
            if not self._world.faults.take_duplicate():
                updates.delivered(head)

    def _note(self, problem: str) -> None:
        stored = self._world.profile.webhook
        stored.update(last_error_date=int(time.time()), last_error_message=problem)
        self._world.save_profile()

    async def _post(self, body: str) -> str:
        stored = self._world.profile.webhook
        headers = {"Content-Type": "application/json"}
        if stored.get("secret"):
            headers[SECRET_HEADER] = stored["secret"]
        if self._session is None:
            return "Closed"
        try:
            async with self._session.post(self.url, data=body.encode(), headers=headers) as answer:
                content = await answer.read()
                if not 200 <= answer.status < 300:
                    return f"Wrong response from the webhook: {answer.status} {answer.reason}"
                self._follow(content, answer.content_type)
                return ""
        except TimeoutError:
            return "Read timeout expired"
        except aiohttp.ClientConnectorError:
            return "Connection refused"
        except aiohttp.ClientError as error:
            return f"Connection failed: {type(error).__name__}"

    def _follow(self, content: bytes, content_type: str) -> None:
        """Run the method an answer names; Telegram does not tell how it went, nor do we."""
        if not content or content_type != "application/json":
            return
        try:
            values = json.loads(content)
        except ValueError:
            return
        if isinstance(values, dict) and isinstance(values.get("method"), str):
            try:
                self._call(values.pop("method"), Fields(values))
            except Refusal:
                return
