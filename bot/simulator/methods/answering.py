"""Methods that answer a press of a button or an inline query."""

from __future__ import annotations

from ..entities import TEXT_LIMIT, formatted
from ..keyboards import read_markup
from ..refusals import bad_request, query_too_old
from ..wire import Fields, Json
from ..world import World
from .sending import caption_part, contact_content, location_content

ANSWER_LIMIT = 200
RESULTS_LIMIT = 50


def answer_callback_query(world: World, fields: Fields) -> bool:
    """answerCallbackQuery: a second answer changes nothing."""
    query_id = fields.text("callback_query_id")
    query = world.queries.waiting(query_id, "callback")
    if query is None:
        if world.queries.answered(query_id):
            return True
        raise query_too_old()
    if len(fields.text("text")) > ANSWER_LIMIT:
        raise bad_request("MESSAGE_TOO_LONG")
    answer: Json = {
        "text": fields.text("text"),
        "show_alert": fields.flag("show_alert"),
        "url": fields.text("url"),
    }
    world.queries.give(query, answer)
    world.events.add(query.person, "callback_answer", {"query": query.id, **answer})
    return True


def answer_inline_query(world: World, fields: Fields) -> bool:
    """answerInlineQuery: answers are kept for this query only, nothing is cached."""
    query = world.queries.waiting(fields.text("inline_query_id"), "inline")
    if query is None:
        raise query_too_old()
    items = fields.items("results")
    if len(items) > RESULTS_LIMIT:
        raise bad_request("RESULTS_TOO_MUCH")
    results = [_result(world, item) for item in items]
    if len({result["id"] for result in results}) < len(results):
        raise bad_request("RESULT_ID_DUPLICATE")
    answer: Json = {
        "results": results,
        "is_personal": fields.flag("is_personal"),
        "cache_time": fields.integer("cache_time", 300),
        "next_offset": fields.text("next_offset"),
    }
    button = fields.structure("button")
    if isinstance(button, dict):
        answer["button"] = button
    world.queries.give(query, answer)
    return True


def _result(world: World, item: object) -> Json:
    if not isinstance(item, dict):
        raise bad_request("can't parse inline query result: expected an Object")
    result_id = item.get("id")
    if not isinstance(result_id, str) or not 1 <= len(result_id.encode()) <= 64:
        raise bad_request("RESULT_ID_INVALID")
    kind = item.get("type")
    if kind == "article" and not str(item.get("title") or "").strip():
        raise bad_request("can't parse inline query result: Can't find field \"title\"")
    shown = {
        name: item[name]
        for name in ("type", "id", "title", "description", "url")
        if item.get(name) is not None
    }
    parts = _parts(world, item)
    markup = read_markup(Fields(item))
    if markup is not None:
        parts["reply_markup"] = markup.value
    return {**shown, "message": parts}


def _parts(world: World, item: Json) -> Json:
    content = item.get("input_message_content")
    if isinstance(content, dict):
        return _content(world, content)
    kind = item.get("type")
    if kind == "contact":
        return contact_content(item)
    if kind == "location":
        return location_content(item)
    if kind in ("photo", "document"):
        stored = world.files.find(str(item.get(f"{kind}_file_id") or ""))
        if stored is None:
            raise bad_request("wrong file identifier/HTTP URL specified")
        return {**stored.part(), **caption_part(world, item)}
    raise bad_request("can't parse inline query result: input message content is not specified")


def _content(world: World, content: Json) -> Json:
    if "phone_number" in content:
        return contact_content(content)
    if "latitude" in content:
        return location_content(content)
    text, entities = formatted(content, "message_text", TEXT_LIMIT)
    if not text:
        raise bad_request("message text is empty")
    parts: Json = {"text": text}
    if entities:
        parts["entities"] = world.resolved(entities)
    if content.get("link_preview_options"):
        parts["link_preview_options"] = content["link_preview_options"]
    return parts
