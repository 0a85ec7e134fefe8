"""A local Bot API server and a phone in the browser: chats without Telegram's own servers."""
