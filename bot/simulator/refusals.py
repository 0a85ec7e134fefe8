"""What the Bot API refuses, in Telegram's own codes and words."""

from __future__ import annotations

from typing import Any


class Refusal(Exception):
    """A call that is not carried out; ``code`` and ``description`` go to the caller as they are."""

    def __init__(
        self, code: int, description: str, parameters: dict[str, Any] | None = None
    ) -> None:
        super().__init__(description)
        self.code = code
        self.description = description
        self.parameters = parameters

    def answer(self) -> dict[str, Any]:
        """The JSON object of the answer."""
        body: dict[str, Any] = {
            "ok": False,
            "error_code": self.code,
            "description": self.description,
        }
        if self.parameters:
            body["parameters"] = self.parameters
        return body


def bad_request(words: str) -> Refusal:
    """400 with ``words`` after Telegram's prefix."""
    return Refusal(400, f"Bad Request: {words}")


def too_many_requests(seconds: int) -> Refusal:
    """429: the caller has to wait ``seconds``."""
    words = f"Too Many Requests: retry after {seconds}"
    return Refusal(429, words, {"retry_after": seconds})


def unauthorized() -> Refusal:
    """401: the token is not this bot's."""
    return Refusal(401, "Unauthorized")


def method_not_found() -> Refusal:
    """404: there is no such method."""
    return Refusal(404, "Not Found: method not found")


def blocked() -> Refusal:
    """403: the person has blocked the bot."""
    return Refusal(403, "Forbidden: bot was blocked by the user")


def never_started() -> Refusal:
    """403: the person has never opened the chat, so the bot may not write first."""
    return Refusal(403, "Forbidden: bot can't initiate conversation with a user")


def other_poller() -> Refusal:
    """409: a newer getUpdates took over."""
    return Refusal(
        409,
        "Conflict: terminated by other getUpdates request; "
        "make sure that only one bot instance is running",
    )


def webhook_active() -> Refusal:
    """409: updates go to the webhook, so they cannot be polled."""
    return Refusal(
        409,
        "Conflict: can't use getUpdates method while webhook is active; "
        "use deleteWebhook to delete the webhook first",
    )


def not_modified() -> Refusal:
    """400: the edit would change nothing."""
    return bad_request(
        "message is not modified: specified new message content and reply markup are exactly "
        "the same as a current content and reply markup of the message"
    )


def query_too_old() -> Refusal:
    """400: the callback or inline query is unknown or no longer waits for an answer."""
    return bad_request("query is too old and response timeout expired or query ID is invalid")
