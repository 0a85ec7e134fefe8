"""What a person does on the phone, and the updates the bot gets of it."""

from __future__ import annotations

import re

from bot.errors import UserError

from .chats import Entry, pair_of
from .entities import TEXT_LIMIT, clean, formatted
from .files import FileKind
from .people import Person
from .queries import Query
from .refusals import Refusal
from .wire import Fields, Json, Upload
from .world import World

_PAYLOAD = re.compile(r"[A-Za-z0-9_-]{0,64}")


def person_named(world: World, value: object) -> Person:
    """The person with that id; UserError when there is none."""
    try:
        person = world.people.get(int(str(value)))
    except ValueError:
        person = None
    if person is None:
        raise UserError(f"没有编号为 {value} 的人，请先用 /sim/people 添加。")
    return person


def add_person(world: World, values: Json) -> Person:
    """Add or change a person; fields that are not given stay as they are."""
    number = values.get("id")
    if not isinstance(number, int) or number <= 0:
        raise UserError("人员的 id 要是正整数。")
    person = world.people.get(number)
    if person is None:
        if not str(values.get("first_name") or "").strip():
            raise UserError("新的人员要有 first_name。")
        person = Person(number, "")
    for name in ("first_name", "last_name", "username", "language_code", "label", "phone"):
        if values.get(name) is not None:
            setattr(person, name, str(values[name]).strip())
    for name in ("sample", "started"):
        if values.get(name) is not None:
            setattr(person, name, bool(values[name]))
    world.save_person(person)
    world.events.add(person.id, "person", {})
    return person


def _writer(world: World, values: Json) -> Person:
    person = person_named(world, values.get("person"))
    if person.blocked:
        raise UserError(f"{person.first_name} 已停用机器人，先解除停用再发送。")
    return person


def say(world: World, values: Json) -> Entry:
    """A text to the bot, or with ``to`` to another person."""
    person = _writer(world, values)
    text = str(values.get("text") or "")
    try:
        text, entities = formatted({"text": text}, "text", TEXT_LIMIT)
    except Refusal as refusal:
        raise UserError(f"消息太长，最多 {TEXT_LIMIT} 个字符。") from refusal
    if not text:
        raise UserError("消息是空的，写点什么再发送。")
    parts: Json = {"text": text}
    if entities:
        parts["entities"] = entities
    if values.get("to"):
        return post_between(world, person, person_named(world, values["to"]), parts)
    return world.post_by_person(person, {**_reply(world, person, values), **parts})


def _reply(world: World, person: Person, values: Json) -> Json:
    if not values.get("reply_to"):
        return {}
    try:
        return {"reply_to_message": world.quoted(person, int(values["reply_to"]))}
    except (Refusal, ValueError) as error:
        raise UserError("要回复的那条消息已经不在了。") from error


def start(world: World, values: Json) -> Entry:
    """Press START, with the payload of a deep link if there is one."""
    person = person_named(world, values.get("person"))
    payload = str(values.get("payload") or "")
    if not _PAYLOAD.fullmatch(payload):
        raise UserError("链接里的参数只能是 64 个以内的字母、数字、下划线和减号。")
    if person.blocked:
        unblock(world, {"person": person.id})
    text = f"/start {payload}".strip()
    entity = {"offset": 0, "length": 6, "type": "bot_command"}
    return world.post_by_person(person, {"text": text, "entities": [entity]})


def contact(world: World, values: Json) -> Entry:
    """Share the own contact, or with ``of`` that of another person."""
    person = _writer(world, values)
    shared = person_named(world, values["of"]) if values.get("of") else person
    card = {"phone_number": shared.own_phone(), "first_name": shared.first_name}
    if shared.last_name:
        card["last_name"] = shared.last_name
    return world.post_by_person(person, {"contact": {**card, "user_id": shared.id}})


def send_file(world: World, fields: Fields, kind: FileKind) -> Entry:
    """Send a document or photo with an optional caption."""
    person = _writer(world, fields.values)
    upload: Upload | None = next(iter(fields.uploads.values()), None)
    if upload is None:
        raise UserError("请选择要发送的文件。")
    try:
        stored = world.files.add(kind, upload)
    except Refusal as refusal:
        what = "图片打不开" if kind == "photo" else "文件是空的"
        raise UserError(f"{what}，请换一个文件。") from refusal
    parts = stored.part()
    caption = clean(fields.text("caption")).strip()
    if caption:
        parts["caption"] = caption
    return world.post_by_person(person, parts)


def press(world: World, values: Json) -> Json | Query:
    """Press an inline button: a Query when the bot is asked, else what the phone does itself."""
    person = person_named(world, values.get("person"))
    entry = _pressed(world, person, values)
    button = _button(entry, values)
    for name in ("url", "copy_text", "switch_inline_query", "switch_inline_query_current_chat"):
        if name in button:
            value = button[name]
            return {name: value.get("text") if isinstance(value, dict) else value}
    if "callback_data" not in button:
        raise UserError("模拟器不支持这种按钮。")
    query = world.queries.ask("callback", person.id)
    content: Json = {
        "id": query.id,
        "from": person.user(),
        "message": entry.message,
        "chat_instance": str(-person.id),
        "data": button["callback_data"],
    }
    if entry.inline_id:
        content["inline_message_id"] = entry.inline_id
        del content["message"]
    world.updates.push("callback_query", content)
    return query


def _pressed(world: World, person: Person, values: Json) -> Entry:
    number = int(values.get("message_id") or 0)
    entry: Entry | None
    if values.get("with"):
        pair = pair_of(person.id, int(values["with"]))
        entry = world.chats.between.get(pair, {}).get(number)
    else:
        entry = world.chats.find(person.id, number)
    if entry is None:
        raise UserError("这条消息已经不在了。")
    return entry


def _button(entry: Entry, values: Json) -> Json:
    rows: list[list[Json]] = entry.message.get("reply_markup", {}).get("inline_keyboard", [])
    for button in (button for row in rows for button in row):
        if values.get("data") is not None:
            if button.get("callback_data") == values["data"]:
                return button
        elif button["text"] == values.get("text"):
            return button
    raise UserError("这条消息没有这个按钮，可能已经更新了。")


def ask_inline(world: World, values: Json) -> Query:
    """Type ``query`` after the bot's name: the bot gets an inline query."""
    person = person_named(world, values.get("person"))
    text = str(values.get("query") or "")[:256]
    query = world.queries.ask("inline", person.id, text)
    content = {
        "id": query.id,
        "from": person.user(),
        "chat_type": "private" if values.get("with") else "sender",
        "query": text,
        "offset": str(values.get("offset") or ""),
    }
    world.updates.push("inline_query", content)
    return query


def choose(world: World, values: Json) -> Entry:
    """Post an inline result into the chat with the bot, or with ``to`` with another person."""
    person = _writer(world, values)
    query = world.queries.find(str(values.get("inline_query_id") or ""))
    if query is None or query.answer is None or query.person != person.id:
        raise UserError("这次查询已经过期，请重新输入。")
    results: list[Json] = query.answer["results"]
    result = next((one for one in results if one["id"] == values.get("result_id")), None)
    if result is None:
        raise UserError("没有这条结果，请重新选择。")
    parts: Json = {"via_bot": world.bot_user(), **result["message"]}
    if values.get("to"):
        entry = post_between(world, person, person_named(world, values["to"]), parts)
    else:
        entry = world.post_by_person(person, parts)
    chosen: Json = {"result_id": result["id"], "from": person.user(), "query": query.text}
    if entry.inline_id:
        chosen["inline_message_id"] = entry.inline_id
    world.updates.push("chosen_inline_result", chosen)
    return entry


def post_between(world: World, person: Person, other: Person, parts: Json) -> Entry:
    """A message of ``person`` to ``other``; the bot does not get it."""
    if person.id == other.id:
        raise UserError("不能发给自己，请选另一个人。")
    message = {
        "message_id": world.chats.next_number(),
        "from": person.user(),
        "chat": other.chat(),
        "date": world.now(),
        **parts,
    }
    entry = Entry(message, "person")
    if "reply_markup" in parts:
        entry.inline_id = f"SIMINLINE{message['message_id']}"
    world.chats.put_between(pair_of(person.id, other.id), entry)
    for one, partner in ((person.id, other.id), (other.id, person.id)):
        world.events.add(one, "message", {"with": partner, "message": entry.shown()})
    return entry


def block(world: World, values: Json) -> None:
    """Stop the bot; it hears of it and cannot write any more."""
    _membership(world, person_named(world, values.get("person")), True)


def unblock(world: World, values: Json) -> None:
    """Let the bot write again; it hears of it."""
    _membership(world, person_named(world, values.get("person")), False)


def _membership(world: World, person: Person, blocked: bool) -> None:
    if person.blocked == blocked:
        return
    person.blocked = blocked
    world.save_person(person)
    bot = {"user": world.bot_user()}
    member: Json = {**bot, "status": "member"}
    kicked: Json = {**bot, "status": "kicked", "until_date": 0}
    world.updates.push(
        "my_chat_member",
        {
            "chat": person.chat(),
            "from": person.user(),
            "date": world.now(),
            "old_chat_member": member if blocked else kicked,
            "new_chat_member": kicked if blocked else member,
        },
    )
    world.events.add(person.id, "person", {})
