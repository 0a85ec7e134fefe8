"""The one door out: every text passes the gate here, is recorded here, and leaves from here."""

from __future__ import annotations

import base64
import logging
from typing import Any

from telegram import InputFile
from telegram.error import BadRequest, Forbidden, NetworkError, RetryAfter, TelegramError, TimedOut
from telegram.ext import ExtBot

from bot.compliance.gate import Gate, Reader
from bot.domain.draft import Audience
from bot.gateway import passage
from bot.gateway.together import Together
from bot.gateway.transport import AiohttpRequest, Hinge, NotSentError, ServerFailedError
from bot.outbox import delivery
from bot.outbox.delivery import Called, ToAdmit
from bot.outbox.retry import Decision, Outcome, Verb, decide
from bot.store.engine import Store
from bot.store.outbox import OutboxRow

log = logging.getLogger(__name__)


class OfficeBot(ExtBot[None]):
    """python-telegram-bot's client, on our transport and with the door's hinge."""

    def __init__(self, token: str, api_url: str) -> None:
        super().__init__(
            token,
            base_url=f"{api_url}/bot",
            base_file_url=f"{api_url}/file/bot",
            request=AiohttpRequest(),
            get_updates_request=AiohttpRequest(),
            rate_limiter=Hinge(),
        )

    async def call(self, method: str, params: dict[str, Any], seconds: float = 20.0) -> Any:
        """Call a Bot API method by its own name with wire parameters, for at most ``seconds``."""
        return await self._post(method, dict(params), read_timeout=seconds)


class Door:
    """Delivers rows: judged, recorded, sent, recorded again."""

    def __init__(self, bot: OfficeBot, store: Store, gate: Gate) -> None:
        self._bot = bot
        self._gate = gate
        self._admitting: Together[ToAdmit, bool] = Together(store, delivery.admit_all)
        self._recording: Together[Called, None] = Together(store, delivery.record_all)

    async def admit(self, row: OutboxRow) -> bool:
        """Judge and record a text that a client or the public will read; False when it stays.

        The verdict of the rulebook in force now counts, whatever was said when it was written.
        """
        if row.draft.audience is Audience.STAFF:
            return True
        reader: Reader = "public" if row.draft.audience is Audience.PUBLIC else "client"
        verdicts = [self._gate.judge(text, reader) for text in passage.readable(row.draft.params)]
        verdict = self._gate.strictest(verdicts)
        return await self._admitting.do(ToAdmit(row, verdict))

    async def send(self, row: OutboxRow) -> tuple[Decision, int | None]:
        """Make the call of an admitted row; gives what becomes of it and Telegram's message id."""
        params = _wire(row.draft.params)
        method = row.draft.method
        token = passage.open_for(method, params)
        message_id: int | None = None
        retry_after = 0.0
        try:
            result = await self._bot.call(method, params)
        except TelegramError as error:
            outcome, retry_after = classify(error)
            log.info("outbox %s: %s ended as %s", row.id, method, outcome.value)
        else:
            outcome = Outcome.DELIVERED
            message_id = result.get("message_id") if isinstance(result, dict) else None
        finally:
            passage.close(token)
        decision = decide(outcome, row.draft.audience, row.attempts + 1, retry_after)
        if row.draft.audience is not Audience.STAFF or decision.verb is not Verb.DONE:
            await self.record(Called(row, outcome, decision, message_id))
        return decision, message_id

    async def show_typing(self, chat_id: int, seconds: float) -> None:
        """Show a chat, for about five seconds, that the product is at work; when that fails, not."""
        params = {"chat_id": chat_id, "action": "typing"}
        token = passage.open_for("sendChatAction", params)
        try:
            await self._bot.call("sendChatAction", params, seconds)
        except TelegramError as error:
            log.info("typing could not be shown: %s", type(error).__name__)
        finally:
            passage.close(token)

    async def record(self, call: Called) -> None:
        """Record what became of a call."""
        await self._recording.do(call)


def _wire(params: dict[str, Any]) -> dict[str, Any]:
    """Row parameters as the Bot API takes them: stored files become uploads."""
    wired = dict(params)
    for name in ("document", "photo"):
        file = wired.get(name)
        if isinstance(file, dict):
            content = base64.b64decode(file["content"])
            wired[name] = InputFile(content, filename=file["file_name"])
    return wired


def classify(error: TelegramError) -> tuple[Outcome, float]:
    """What a failure tells about arrival, and how long Telegram asks to wait."""
    match error:
        case RetryAfter():
            wait = error.retry_after
            return Outcome.FLOOD, float(wait if isinstance(wait, int) else wait.total_seconds())
        case Forbidden():
            return Outcome.CHAT_DEAD, 0.0
        case BadRequest():
            text = error.message.lower()
            if "message is not modified" in text:
                return Outcome.UNCHANGED, 0.0
            dead = "chat not found" in text or "user is deactivated" in text
            return (Outcome.CHAT_DEAD if dead else Outcome.REFUSED), 0.0
        case TimedOut():
            return Outcome.UNKNOWN, 0.0
        case NotSentError():
            return Outcome.NOT_SENT, 0.0
        case ServerFailedError():
            return Outcome.SERVER_ERROR, 0.0
        case NetworkError():
            return Outcome.UNKNOWN, 0.0
        case _:
            return Outcome.REFUSED, 0.0
