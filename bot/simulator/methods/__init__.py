"""The methods of the Bot API, one short module per kind; ``METHODS`` maps small-letter names."""

from __future__ import annotations

from collections.abc import Callable

from ..wire import Fields
from ..world import World
from . import answering, editing, media, profile, sending

Method = Callable[[World, Fields], object]

_ALL: dict[str, Method] = {
    "getMe": profile.get_me,
    "getChat": profile.get_chat,
    "logOut": profile.done,
    "close": profile.done,
    "setMyCommands": profile.set_my_commands,
    "getMyCommands": profile.get_my_commands,
    "deleteMyCommands": profile.delete_my_commands,
    "setMyName": profile.set_my_name,
    "getMyName": profile.get_my_name,
    "setMyDescription": profile.set_my_description,
    "getMyDescription": profile.get_my_description,
    "setMyShortDescription": profile.set_my_short_description,
    "getMyShortDescription": profile.get_my_short_description,
    "setChatMenuButton": profile.set_chat_menu_button,
    "getChatMenuButton": profile.get_chat_menu_button,
    "sendMessage": sending.send_message,
    "sendContact": sending.send_contact,
    "sendLocation": sending.send_location,
    "sendPoll": sending.send_poll,
    "sendChatAction": sending.send_chat_action,
    "copyMessage": sending.copy_message,
    "forwardMessage": sending.forward_message,
    "sendPhoto": media.send_photo,
    "sendDocument": media.send_document,
    "sendMediaGroup": media.send_media_group,
    "getFile": media.get_file,
    "editMessageText": editing.edit_message_text,
    "editMessageCaption": editing.edit_message_caption,
    "editMessageReplyMarkup": editing.edit_message_reply_markup,
    "deleteMessage": editing.delete_message,
    "deleteMessages": editing.delete_messages,
    "answerCallbackQuery": answering.answer_callback_query,
    "answerInlineQuery": answering.answer_inline_query,
}

METHOD_NAMES = tuple(_ALL)
METHODS: dict[str, Method] = {name.lower(): method for name, method in _ALL.items()}
