"""Independent judges: aiogram and python-telegram-bot work against the simulator."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
import telegram
from aiogram import Bot, Dispatcher, F
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.exceptions import TelegramForbiddenError, TelegramRetryAfter
from aiogram.filters import CommandStart
from aiogram.types import (
    BotCommand,
    BotCommandScopeChat,
    BufferedInputFile,
    CallbackQuery,
    ChosenInlineResult,
    CopyTextButton,
    ForceReply,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InlineQuery,
    InlineQueryResultArticle,
    InputMediaDocument,
    InputTextMessageContent,
    KeyboardButton,
    MenuButtonCommands,
    Message,
    ReplyKeyboardMarkup,
    Update,
)

from bot.simulator.server import DEFAULT_TOKEN

from .conftest import CHEN, LI, WANG, Client, picture


@pytest.fixture
async def aiogram_bot(simulator: str) -> AsyncIterator[Bot]:
    session = AiohttpSession(api=TelegramAPIServer.from_base(simulator))
    async with Bot(DEFAULT_TOKEN, session=session) as bot:
        yield bot


@pytest.fixture
async def telegram_bot(simulator: str) -> AsyncIterator[telegram.Bot]:
    base = f"{simulator}/bot"
    async with telegram.Bot(
        DEFAULT_TOKEN, base_url=base, base_file_url=f"{simulator}/file/bot"
    ) as bot:
        yield bot


KEYS = InlineKeyboardMarkup(
    inline_keyboard=[
        [
            InlineKeyboardButton(text="好", callback_data="yes"),
            InlineKeyboardButton(text="复制", copy_text=CopyTextButton(text="您好")),
        ],
        [InlineKeyboardButton(text="网页", url="https://example.com/a?b=1")],
    ]
)

CALLS: list[Callable[[Bot], Awaitable[Any]]] = [
    lambda bot: bot.get_me(),
    lambda bot: bot.get_chat(LI),
    lambda bot: bot.get_webhook_info(),
    lambda bot: bot.send_message(LI, "<b>你</b>好 /help", parse_mode="HTML", reply_markup=KEYS),
    lambda bot: bot.send_message(
        LI,
        "选",
        reply_markup=ReplyKeyboardMarkup(
            keyboard=[[KeyboardButton(text="号码", request_contact=True)]], one_time_keyboard=True
        ),
    ),
    lambda bot: bot.send_message(LI, "答", reply_markup=ForceReply(input_field_placeholder="写")),
    lambda bot: bot.send_photo(
        LI, BufferedInputFile(picture(), "图.png"), caption="<i>图</i>", parse_mode="HTML"
    ),
    lambda bot: bot.send_document(LI, BufferedInputFile(b"x", "报告.pdf"), reply_markup=KEYS),
    lambda bot: bot.send_media_group(
        LI,
        [
            InputMediaDocument(media=BufferedInputFile(b"a", "a.txt")),
            InputMediaDocument(media=BufferedInputFile(b"b", "b.txt"), caption="二"),
        ],
    ),
    lambda bot: bot.send_contact(LI, "+8613800000000", "王"),
    lambda bot: bot.send_location(LI, 31.2, 121.5),
    lambda bot: bot.send_poll(LI, "满意吗？", ["满意", "一般"]),
    lambda bot: bot.send_chat_action(LI, "typing"),
    lambda bot: bot.set_my_commands(
        [BotCommand(command="help", description="帮助")], BotCommandScopeChat(chat_id=LI), "zh"
    ),
    lambda bot: bot.get_my_commands(),
    lambda bot: bot.delete_my_commands(),
    lambda bot: bot.set_my_name("守约"),
    lambda bot: bot.get_my_name(),
    lambda bot: bot.set_my_description("说明"),
    lambda bot: bot.get_my_description(),
    lambda bot: bot.set_my_short_description("短"),
    lambda bot: bot.get_my_short_description(),
    lambda bot: bot.set_chat_menu_button(LI, MenuButtonCommands()),
    lambda bot: bot.get_chat_menu_button(LI),
    lambda bot: bot.delete_webhook(drop_pending_updates=True),
    lambda bot: bot.log_out(),
]


async def test_aiogram_accepts_the_answer_of_every_method(client: Client, aiogram_bot: Bot) -> None:
    for call in CALLS:
        assert await call(aiogram_bot) is not None
    sent = await aiogram_bot.send_message(LI, "一", reply_markup=KEYS)
    place = {"chat_id": LI, "message_id": sent.message_id}
    edited = await aiogram_bot.edit_message_text("二", **place)
    assert isinstance(edited, Message)
    assert edited.edit_date
    await aiogram_bot.edit_message_reply_markup(**place, reply_markup=KEYS)
    assert (await aiogram_bot.copy_message(WANG, LI, sent.message_id)).message_id
    forwarded = await aiogram_bot.forward_message(WANG, LI, sent.message_id)
    assert forwarded.forward_origin is not None
    answer = await aiogram_bot.send_message(LI, "三", reply_to_message_id=sent.message_id)
    assert answer.reply_to_message is not None
    assert await aiogram_bot.delete_message(LI, sent.message_id)


async def test_aiogram_knows_every_kind_of_update(client: Client) -> None:
    await client.sim("start", person=CHEN, payload="abc")
    said = await client.sim("say", person=LI, text="看 https://example.com 和 /help")
    await client.sim("say", person=LI, text="答", reply_to=said["message"]["message_id"])
    await client.sim("contact", person=CHEN)
    await client.sim("contact", person=LI, of=WANG)
    await client.send_file("document", LI, "保单 一.pdf", b"%PDF")
    await client.send_file("photo", LI, "照片", picture())
    sent = await client.api(
        "sendMessage", chat_id=LI, text="x", reply_markup=KEYS.model_dump(exclude_none=True)
    )
    await client.sim("tap", person=LI, message_id=sent["message_id"], data="yes", wait=0)
    await client.sim("inline", person=LI, query="太贵", wait=0)
    await client.sim("block", person=LI)
    kinds = []
    for raw in await client.updates():
        update = Update.model_validate(raw)
        assert update.model_extra in (None, {})
        event = getattr(update, update.event_type)
        assert event is not None
        kinds.append(update.event_type)
    assert kinds == ["message"] * 7 + ["callback_query", "inline_query", "my_chat_member"]


async def test_an_aiogram_bot_polls_and_answers_from_end_to_end(
    client: Client, aiogram_bot: Bot
) -> None:
    dispatcher = Dispatcher()
    chosen: asyncio.Future[ChosenInlineResult] = asyncio.get_running_loop().create_future()

    @dispatcher.message(CommandStart(deep_link=True))
    async def started(message: Message) -> None:
        await message.answer("欢迎", reply_markup=KEYS)

    @dispatcher.message(F.text)
    async def echo(message: Message) -> None:
        await message.answer(f"收到 {message.text}")

    @dispatcher.callback_query()
    async def pressed(query: CallbackQuery) -> None:
        await query.answer("记下了", show_alert=True)

    @dispatcher.inline_query()
    async def asked(query: InlineQuery) -> None:
        content = InputTextMessageContent(message_text=f"<b>{query.query}</b>", parse_mode="HTML")
        article = InlineQueryResultArticle(
            id="1", title="话术", input_message_content=content, reply_markup=KEYS
        )
        await query.answer([article], is_personal=True)

    @dispatcher.chosen_inline_result()
    async def picked(result: ChosenInlineResult) -> None:
        chosen.set_result(result)

    polling = asyncio.create_task(
        dispatcher.start_polling(aiogram_bot, handle_signals=False, polling_timeout=5)
    )
    try:
        after = (await client.look("events"))["next"]
        await client.sim("start", person=CHEN, payload="invite_1")
        welcome = await bot_message(client, CHEN, after)
        assert welcome["text"] == "欢迎"
        after = (await client.look("events"))["next"]
        await client.sim("say", person=CHEN, text="在吗")
        assert (await bot_message(client, CHEN, after))["text"] == "收到 在吗"
        tapped = await client.sim("tap", person=CHEN, message_id=welcome["message_id"], text="好")
        assert (tapped["text"], tapped["show_alert"]) == ("记下了", True)
        found = await client.sim("inline", person=CHEN, query="太贵")
        assert found["results"][0]["title"] == "话术"
        posted = await client.sim(
            "choose",
            person=CHEN,
            inline_query_id=found["inline_query_id"],
            result_id="1",
            to=WANG,
        )
        assert posted["message"]["entities"][0]["type"] == "bold"
        assert posted["message"]["via_bot"]["is_bot"]
        result = await asyncio.wait_for(chosen, 5)
        assert result.inline_message_id
        await aiogram_bot.edit_message_text("改了", inline_message_id=result.inline_message_id)
        seen = await client.look("transcript", person=WANG, **{"with": CHEN})
        assert (seen["messages"][0]["text"], seen["messages"][0]["edits"]) == ("改了", 1)
    finally:
        await dispatcher.stop_polling()
        await polling


async def bot_message(client: Client, person: int, after: int) -> dict[str, Any]:
    while True:
        heard = await client.look("events", person=person, after=after)
        after = heard["next"]
        for event in heard["events"]:
            if event["kind"] == "message" and event["message"]["by"] == "bot":
                return dict(event["message"])


async def test_aiogram_understands_refusals(client: Client, aiogram_bot: Bot) -> None:
    with pytest.raises(TelegramForbiddenError, match="can't initiate conversation"):
        await aiogram_bot.send_message(CHEN, "a")
    await client.sim("faults", kind="429", retry_after=3)
    with pytest.raises(TelegramRetryAfter) as caught:
        await aiogram_bot.send_message(LI, "a")
    assert caught.value.retry_after == 3


async def test_python_telegram_bot_sends_edits_and_downloads(
    client: Client, telegram_bot: telegram.Bot
) -> None:
    keys = telegram.InlineKeyboardMarkup([[telegram.InlineKeyboardButton("好", callback_data="y")]])
    sent = await telegram_bot.send_message(
        LI, "<b>你好</b> &amp; <a href='https://example.com'>网页</a>", "HTML", reply_markup=keys
    )
    assert sent.text_html.startswith("<b>你好</b> &amp; <a href=")
    assert sent.reply_markup == keys
    edited = await telegram_bot.edit_message_text("改", LI, sent.message_id)
    assert isinstance(edited, telegram.Message)
    assert edited.text == "改"
    photo = await telegram_bot.send_photo(LI, picture(30, 20), caption="图")
    assert (photo.photo[-1].width, photo.photo[-1].height) == (30, 20)
    captioned = await telegram_bot.edit_message_caption(LI, photo.message_id, caption="新")
    assert isinstance(captioned, telegram.Message)
    again = await telegram_bot.send_photo(WANG, photo.photo[-1].file_id)
    assert again.photo[-1].file_unique_id == photo.photo[-1].file_unique_id
    document = await telegram_bot.send_document(LI, b"content", filename="需求 报告.pdf")
    assert document.document is not None
    assert document.document.file_name == "需求 报告.pdf"
    file = await telegram_bot.get_file(document.document.file_id)
    assert bytes(await file.download_as_bytearray()) == b"content"
    with pytest.raises(telegram.error.BadRequest, match="Message is not modified"):
        await telegram_bot.edit_message_text("改", LI, sent.message_id)
    assert await telegram_bot.delete_message(LI, sent.message_id)


async def test_python_telegram_bot_answers_inline_queries_and_reads_updates(
    client: Client, telegram_bot: telegram.Bot
) -> None:
    asked = asyncio.create_task(client.sim("inline", person=LI, query="保本"))
    updates = await telegram_bot.get_updates(timeout=5)
    query = updates[0].inline_query
    assert query is not None
    article = telegram.InlineQueryResultArticle("r", "题", telegram.InputTextMessageContent("文"))
    assert await telegram_bot.answer_inline_query(query.id, [article], is_personal=True)
    answer = await asked
    assert [result["id"] for result in answer["results"]] == ["r"]
    chosen = {"person": LI, "inline_query_id": query.id, "result_id": "r"}
    await client.sim("choose", **chosen)
    after = await telegram_bot.get_updates(offset=updates[-1].update_id + 1, timeout=1)
    assert after[0].message is not None
    assert after[0].message.via_bot is not None
    assert after[1].chosen_inline_result is not None
