"""The control API under /sim/: what phones and tests ask the simulated world to do."""

from __future__ import annotations

import mimetypes
from collections.abc import Awaitable, Callable
from urllib.parse import quote

from aiohttp import web

from bot.errors import UserError

from . import acts, views
from .bot_api import BotApi
from .chats import Entry
from .queries import Query
from .refusals import Refusal
from .wire import Fields, Json, encode, json_answer, read_fields

EVENT_SECONDS = 25.0
ANSWER_SECONDS = 5.0

Answer = Callable[[Fields], Awaitable[object]]


class Control:
    """The routes under /sim/; an answered change is on disk."""

    def __init__(self, api: BotApi) -> None:
        self.api = api
        self.world = api.world
        self._reads: dict[str, Answer] = {
            "people": self._people,
            "transcript": self._transcript,
            "calls": self._calls,
            "events": self._events,
            "faults": self._faults,
            "clock": self._clock,
        }
        self._changes: dict[str, Answer] = {
            "people": self._add_people,
            "say": self._entry_of(acts.say),
            "start": self._entry_of(acts.start),
            "contact": self._entry_of(acts.contact),
            "choose": self._entry_of(acts.choose),
            "document": self._document,
            "photo": self._photo,
            "tap": self._tap,
            "inline": self._inline,
            "block": self._done(acts.block),
            "unblock": self._done(acts.unblock),
            "read": self._done(views.read),
            "faults": self._add_faults,
            "clock": self._move_clock,
            "raw": self._raw,
            "reset": self._reset,
        }

    async def answer(self, request: web.BaseRequest, name: str) -> web.StreamResponse:
        """The HTTP answer for the path ``name`` after /sim/; errors are JSON with one sentence."""
        if request.headers.get("Sec-Fetch-Site") == "cross-site":
            return _error(403, "别的网站不能操作模拟器。")
        try:
            if name.startswith("files/"):
                return self._file(name.removeprefix("files/"))
            fields = await read_fields(request)
            if name == "faults" and request.method == "DELETE":
                self.world.faults.waiting.clear()
                return json_answer(b'{"ok":true}')
            routes = self._reads if request.method == "GET" else self._changes
            route = routes.get(name)
            if route is None:
                return _error(404, f"没有这个操作：{request.method} /sim/{name}。")
            result = await route(fields)
            if request.method != "GET":
                self.world.journal.flush()
            return json_answer(encode(result))
        except UserError as error:
            return _error(400, str(error))
        except Refusal:
            return _error(400, "请求内容读不懂，请检查格式。")
        except (TypeError, ValueError, AttributeError):
            return _error(400, "有一项内容的类型不对，请对照文档检查。")

    def _entry_of(self, act: Callable[..., Entry]) -> Answer:
        async def answer(fields: Fields) -> object:
            return {"message": act(self.world, fields.values).shown()}

        return answer

    def _done(self, act: Callable[..., None]) -> Answer:
        async def answer(fields: Fields) -> object:
            act(self.world, fields.values)
            return {"ok": True}

        return answer

    async def _people(self, fields: Fields) -> object:
        return {"people": views.people_shown(self.world), "next": self.world.events.last}

    async def _add_people(self, fields: Fields) -> object:
        given = fields.values.get("people")
        if isinstance(given, list):
            people = [acts.add_person(self.world, values) for values in given]
            return {"people": [views.person_shown(self.world, person) for person in people]}
        person = acts.add_person(self.world, fields.values)
        return {"person": views.person_shown(self.world, person)}

    async def _transcript(self, fields: Fields) -> object:
        return views.transcript(self.world, fields.values)

    async def _calls(self, fields: Fields) -> object:
        calls = self.api.calls
        return {"calls": calls.since(fields.integer("since")), "last": calls.last}

    async def _events(self, fields: Fields) -> object:
        events = self.world.events
        after = fields.integer("after")
        if fields.has("after") and events.missed(after):
            return {"events": [], "next": events.last, "resync": True}
        if not fields.has("after"):
            return {"events": [], "next": events.last, "resync": False}
        person = fields.integer("person") or None
        seconds = min(fields.number("timeout", EVENT_SECONDS), EVENT_SECONDS)
        found = await events.wait(after, person, seconds)
        return {
            "events": [event.shown() for event in found],
            "next": found[-1].number if found else events.last,
            "resync": False,
        }

    async def _document(self, fields: Fields) -> object:
        return {"message": acts.send_file(self.world, fields, "document").shown()}

    async def _photo(self, fields: Fields) -> object:
        return {"message": acts.send_file(self.world, fields, "photo").shown()}

    async def _tap(self, fields: Fields) -> object:
        pressed = acts.press(self.world, fields.values)
        if not isinstance(pressed, Query):
            return {"answered": True, **pressed}
        seconds = fields.number("wait", ANSWER_SECONDS)
        answer = await self.world.queries.wait(pressed, seconds)
        return {"query": pressed.id, "answered": answer is not None, **(answer or {})}

    async def _inline(self, fields: Fields) -> object:
        query = acts.ask_inline(self.world, fields.values)
        answer = await self.world.queries.wait(query, fields.number("wait", ANSWER_SECONDS))
        found: Json = {"inline_query_id": query.id, "answered": answer is not None, "results": []}
        return {**found, **(answer or {})}

    async def _faults(self, fields: Fields) -> object:
        return {"faults": self.world.faults.shown()}

    async def _add_faults(self, fields: Fields) -> object:
        given = fields.values.get("faults", fields.values)
        self.world.faults.schedule(given if isinstance(given, list) else [given])
        return {"faults": self.world.faults.shown()}

    async def _clock(self, fields: Fields) -> object:
        return {"offset_seconds": self.world.clock_offset, "now": self.world.now()}

    async def _move_clock(self, fields: Fields) -> object:
        self.world.move_clock(float(fields.values.get("offset_seconds", 0)))
        return await self._clock(fields)

    async def _raw(self, fields: Fields) -> object:
        given = fields.values.get("updates")
        updates = given if isinstance(given, list) else [fields.values]
        if not all(isinstance(update, dict) and update for update in updates):
            raise UserError('请提交一个 Update 对象，或 {"updates": [...]}。')
        return {"update_ids": [self.world.updates.push_raw(update) for update in updates]}

    async def _reset(self, fields: Fields) -> object:
        self.world.reset()
        self.api.calls.clear()
        return {"ok": True}

    def _file(self, key: str) -> web.Response:
        stored = self.world.files.find(key)
        if stored is None:
            return _error(404, "没有这个文件。")
        shown = stored.kind == "photo"
        kind = mimetypes.guess_type(stored.path)[0] if shown else None
        disposition = "inline" if shown else "attachment"
        return web.Response(
            body=self.world.files.content(stored),
            content_type=kind or "application/octet-stream",
            headers={
                "Content-Disposition": f"{disposition}; filename*=UTF-8''{quote(stored.name)}",
                "X-Content-Type-Options": "nosniff",
                "Cache-Control": "max-age=86400",
            },
        )


def _error(status: int, sentence: str) -> web.Response:
    return json_answer(encode({"error": sentence}), status)
