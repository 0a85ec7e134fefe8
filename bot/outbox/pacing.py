"""How fast we may send: a rate for all chats and one for each, and the pauses Telegram asks for."""

from __future__ import annotations

# Calls that put no message into a chat.
FREE_METHODS = frozenset(
    {"answerCallbackQuery", "answerInlineQuery", "sendChatAction", "setMyCommands"}
)
_FORGET_CHATS_ABOVE = 10_000


class Pacer:
    """Gives the moment at which each call may go; all times are monotonic seconds.

    A flood answer holds every chat, because Telegram's limit is the bot's, not the chat's.
    """

    def __init__(self, per_second: float, per_chat: float) -> None:
        self._interval = 1 / per_second
        self._chat_interval = 1 / per_chat
        self._next = 0.0
        self._chats: dict[int, float] = {}

    @property
    def free_at(self) -> float:
        """When the next message may go to any chat."""
        return self._next

    def chat_free_at(self, chat_id: int) -> float:
        """When this chat may get its next message, as far as its own pace goes."""
        return self._chats.get(chat_id, 0.0)

    def reserve(self, chat_id: int, now: float) -> float:
        """Take the next free moment for this chat, not before ``now``, and give it."""
        moment = max(now, self._next, self.chat_free_at(chat_id))
        self._next = moment + self._interval
        self._chats[chat_id] = moment + self._chat_interval
        if len(self._chats) > _FORGET_CHATS_ABOVE:
            self._chats = {chat: free for chat, free in self._chats.items() if free > now}
        return moment

    def hold(self, until: float) -> None:
        """Send nothing before ``until``."""
        self._next = max(self._next, until)
