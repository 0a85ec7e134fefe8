"""Every call that python-telegram-bot can make, with words in whatever carries words."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable
from typing import Any

import telegram as tg
from telegram import Bot

from bot.gateway.door import OfficeBot

WORDS = "保本保息，绝无风险"
_CONTROL = frozenset(
    {
        "api_kwargs",
        "connect_timeout",
        "pool_timeout",
        "rate_limit_args",
        "read_timeout",
        "write_timeout",
    }
)
_POSTS = re.compile(r"self\._(?:post|send_message)\(")
_ARTICLE = tg.InlineQueryResultArticle("1", WORDS, tg.InputTextMessageContent(WORDS))
_KEYBOARD = tg.InlineKeyboardMarkup([[tg.InlineKeyboardButton(WORDS, callback_data="1")]])
_PRICES = [tg.LabeledPrice(WORDS, 100)]

# A value for each type of an annotation; the first name that occurs in it decides.
_BY_TYPE: tuple[tuple[str, Any], ...] = (
    ("Sequence['InlineQueryResult']", [_ARTICLE]),
    ("InlineQueryResultsButton", tg.InlineQueryResultsButton(WORDS, start_parameter="x")),
    ("InlineQueryResult", _ARTICLE),
    ("LabeledPrice", _PRICES),
    ("ShippingOption", [tg.ShippingOption("1", WORDS, _PRICES)]),
    ("InputChecklist", tg.InputChecklist(WORDS, [tg.InputChecklistTask(1, WORDS)])),
    ("InputPollOption", [tg.InputPollOption(WORDS), WORDS]),
    ("InputStoryContent", tg.InputStoryContentPhoto(b"photo")),
    ("StoryArea", None),
    ("Sequence['InputSticker']", [tg.InputSticker("file", ["😀"], "static", keywords=[WORDS])]),
    ("InputSticker", tg.InputSticker("file", ["😀"], "static", keywords=[WORDS])),
    ("Sequence['InputMediaAudio", [tg.InputMediaPhoto("file", caption=WORDS)]),
    ("InputPaidMedia", [tg.InputPaidMediaPhoto("file")]),
    ("InputPollMedia", None),
    ("InputMedia", tg.InputMediaDocument("file", caption=WORDS)),
    ("InputProfilePhoto", tg.InputProfilePhotoStatic(b"photo")),
    ("KeyboardButton", tg.KeyboardButton(WORDS)),
    ("BotCommandScope", None),
    ("BotCommand", [tg.BotCommand("menu", WORDS)]),
    ("MenuButton", tg.MenuButtonWebApp(WORDS, tg.WebAppInfo("https://example.com"))),
    ("InlineKeyboardMarkup", _KEYBOARD),
    ("ReplyMarkup", _KEYBOARD),
    ("ChatPermissions", tg.ChatPermissions()),
    ("PassportElementError", [tg.PassportElementErrorDataField("email", "email", "hash", WORDS)]),
    ("AcceptedGiftTypes", tg.AcceptedGiftTypes(True, True, True, True, True)),
    ("SuggestedPostParameters", None),
    ("ReplyParameters", None),
    ("MessageEntity", None),
    ("FileInput", "file"),
    ("pathlib.Path", "file"),
    ("Gift", "gift"),
    ("Sequence[str]", ["😀"]),
    ("Sequence[int]", [1]),
    ("ReactionType", None),
    ("type[", None),
    ("bool", True),
    ("int", 1),
    ("float", 1.0),
    ("str", WORDS),
)
# Parameters whose words machines read, or that exclude others.
_BY_NAME: dict[str, Any] = {
    "endpoint": "sendMessage",
    "language_code": "zh",
    "inline_message_id": "1",
    "inline_query_id": "1",
    "callback_query_id": "1",
    "file_id": "1",
    "url": "https://example.com",
    "style": None,
    "parse_mode": None,
    "explanation_parse_mode": None,
    "question_parse_mode": None,
    "description_parse_mode": None,
    "text_parse_mode": None,
    "reply_to_message_id": None,
    "allow_sending_without_reply": None,
    "disable_web_page_preview": None,
    "link_preview_options": None,
    "correct_option_id": None,
    "currency": "CNY",
    "sticker_format": "static",
    "sticker_type": "regular",
    "emoji": "🎲",
    "action": "typing",
}
# Those that need arguments which fit together.
BY_HAND: dict[str, dict[str, Any]] = {
    "answer_shipping_query": {"shipping_query_id": "1", "ok": False, "error_message": WORDS},
    "answer_pre_checkout_query": {
        "pre_checkout_query_id": "1",
        "ok": False,
        "error_message": WORDS,
    },
    "answer_inline_query": {"inline_query_id": "1", "results": [_ARTICLE]},
    "do_api_request": {"endpoint": "sendMessage", "api_kwargs": {"chat_id": 1, "text": WORDS}},
    "send_contact": {"chat_id": 1, "phone_number": "+86", "first_name": WORDS},
    "send_location": {
        "chat_id": 1,
        "latitude": 1.0,
        "longitude": 1.0,
        "reply_markup": _KEYBOARD,
    },
    "send_venue": {
        "chat_id": 1,
        "latitude": 1.0,
        "longitude": 1.0,
        "title": WORDS,
        "address": WORDS,
    },
    "edit_message_live_location": {
        "chat_id": 1,
        "message_id": 1,
        "latitude": 1.0,
        "longitude": 1.0,
        "reply_markup": _KEYBOARD,
    },
    "send_media_group": {"chat_id": 1, "media": [tg.InputMediaPhoto("file", caption=WORDS)]},
}


def coroutines() -> dict[str, Callable[..., Any]]:
    """The public methods of the bot that may call, each once; the camel-case names are others."""
    found: dict[Any, str] = {}
    for name, method in inspect.getmembers(OfficeBot, inspect.iscoroutinefunction):
        if not name.startswith("_") and name != "call" and name == name.lower():
            found.setdefault(method, name)
    return {name: method for method, name in found.items()}


def posting() -> set[str]:
    """The methods of the library whose own source makes a call."""
    return {
        name
        for name, method in vars(Bot).items()
        if inspect.iscoroutinefunction(method)
        and not name.startswith("_")
        and name == name.lower()
        and _POSTS.search(inspect.getsource(inspect.unwrap(method)))
    }


def arguments(name: str, method: Callable[..., Any]) -> dict[str, Any]:
    """Plausible arguments, with ``WORDS`` wherever words may stand."""
    if name in BY_HAND:
        return BY_HAND[name]
    given = {}
    for parameter in list(inspect.signature(method).parameters.values())[1:]:
        if parameter.name in _CONTROL:
            continue
        value = _value(parameter)
        if value is not None:
            given[parameter.name] = value
        elif parameter.default is parameter.empty:
            raise LookupError(f"{name} needs a {parameter.name}: {parameter.annotation}")
    return given


def _value(parameter: inspect.Parameter) -> Any:
    if parameter.name in _BY_NAME:
        return _BY_NAME[parameter.name]
    kind = parameter.annotation
    kind = kind if isinstance(kind, str) else inspect.formatannotation(kind)
    optional = parameter.default is not parameter.empty
    for name, value in _BY_TYPE:
        if name in kind:
            wanted = not optional or (WORDS in repr(value))
            return value if wanted else None
    return None
