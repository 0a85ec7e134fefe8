"""From stored updates to handlers: each person's in order, each in one transaction, none lost."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import secrets
from collections import deque
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace

from bot import handlers
from bot.clients.sheet import MAX_BYTES
from bot.domain.draft import Audience
from bot.domain.event import Event, Kind
from bot.domain.people import Role
from bot.errors import ShouyueError, UserError
from bot.gateway import commands
from bot.gateway.door import Door, OfficeBot
from bot.gateway.postman import Postman
from bot.gateway.update import parse
from bot.handlers.context import Context, Office
from bot.messages import say
from bot.store import book, inbox, outbox, people
from bot.store.engine import DATABASE_AWAY, Store, Tx
from bot.store.inbox import Incoming

log = logging.getLogger(__name__)

_AT_ONCE = 8
_FIRST_WAIT = 0.2
_LONGEST_WAIT = 30.0
_MOST_TRIES = 8
_PATIENCE = 1.0
_CHATTING = frozenset({Kind.TEXT, Kind.COMMAND, Kind.TAP, Kind.CONTACT, Kind.DOCUMENT})
# Telegram takes the sign away after five seconds.
_TYPING_LASTS = 4.0


class Dispatcher:
    """Runs handlers, at most a few people at once, each person one update after the other."""

    def __init__(
        self, store: Store, office: Office, bot: OfficeBot, door: Door, postman: Postman
    ) -> None:
        self._store = store
        self._office = office
        self._bot = bot
        self._door = door
        self._postman = postman
        self._queues: dict[int, deque[Incoming]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._slots = asyncio.Semaphore(_AT_ONCE)
        self._stopped = asyncio.Event()

    def take(self, incoming: Sequence[Incoming]) -> None:
        """Handle updates that are stored; a crash from here on only delays them."""
        for one in incoming:
            queue = self._queues.get(one.user_id)
            if queue is not None:
                queue.append(one)
                continue
            self._queues[one.user_id] = deque([one])
            task = asyncio.create_task(self._work(one.user_id))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def replay(self) -> None:
        """Take up the updates that no process finished."""
        async with self._store.begin() as tx:
            self.take(await inbox.unfinished(tx))

    async def stop(self) -> None:
        """Finish the updates in hand; those still queued are replayed at the next start."""
        self._stopped.set()
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=10)

    async def _work(self, user_id: int) -> None:
        queue = self._queues[user_id]
        tries = 0
        try:
            while queue and not self._stopped.is_set():
                async with self._slots:
                    done = await self._try(queue[0], tries)
                if done:
                    queue.popleft()
                    tries = 0
                else:
                    await self._pause(min(_FIRST_WAIT * 2**tries, _LONGEST_WAIT))
                    tries += 1
        finally:
            del self._queues[user_id]

    async def _pause(self, seconds: float) -> None:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._stopped.wait(), seconds)

    async def _try(self, incoming: Incoming, tries: int) -> bool:
        """Handle one update; False when the database was away and it must be tried again.

        An update that fails again and again while the database answers is a bug of ours.
        """
        try:
            await self._handle(incoming, give_up=tries >= _MOST_TRIES)
        except DATABASE_AWAY:
            log.exception("update %s: the database failed; trying again", incoming.update_id)
            return False
        except Exception:
            error_id = secrets.token_hex(4)
            log.exception("update %s failed, id %s", incoming.update_id, error_id)
            await self._store.insist(lambda tx: inbox.mark_failed(tx, incoming.update_id, error_id))
        return True

    async def _handle(self, incoming: Incoming, give_up: bool) -> None:
        event = parse(incoming.body, self._office.bot_name)
        queued = content_changed = False
        try:
            async with self._typing(event), self._store.begin() as tx:
                if not await inbox.claim(tx, incoming):
                    return
                context = await self._context(tx, event)
                await handlers.route(context)
                rows = await self._queue(tx, context)
            queued, content_changed = tx.queued, context.content_changed
        except UserError as error:
            rows = await self._refuse(incoming, event, error)
        except Exception as error:
            if isinstance(error, DATABASE_AWAY) and not give_up:
                raise
            rows = await self._apologise(incoming, event, error)
        if queued:
            self._postman.wake()
        if content_changed:
            await self._follow_content()
        self._postman.hand(rows)

    @contextlib.asynccontextmanager
    async def _typing(self, event: Event) -> AsyncIterator[None]:
        """Work that takes a while shows itself in the chat as typing."""
        if event.kind not in _CHATTING:
            yield
            return
        shown = asyncio.create_task(self._show_typing(event.chat_id))
        try:
            yield
        finally:
            shown.cancel()

    async def _show_typing(self, chat_id: int) -> None:
        await asyncio.sleep(_PATIENCE)
        while True:
            await self._door.show_typing(chat_id, _TYPING_LASTS)
            await asyncio.sleep(_TYPING_LASTS)

    async def _follow_content(self) -> None:
        """Put published rules in force before the answer goes; else the watcher soon does."""
        try:
            await self._office.follow_content()
        except Exception:
            log.exception("the published rules could not be put in force at once")

    async def _context(self, tx: Tx, event: Event) -> Context:
        person = await people.by_chat(tx, event.user_id)
        return Context(tx, self._office, event, person, self._fetch, found=person)

    async def _queue(self, tx: Tx, context: Context) -> list[outbox.OutboxRow]:
        context.toast()
        _judge_for_clients(context)
        self._new_menu(context)
        return await outbox.enqueue_claimed(tx, context.drafts, self._postman.instance)

    def _new_menu(self, context: Context) -> None:
        """Set the command menu of somebody who came in or reads another script now."""
        before, after = context.found, context.stranger_or_person
        if after is not None and (
            before is None or (before.role, before.script) != (after.role, after.script)
        ):
            context.drafts.append(commands.of_person(after))

    async def _refuse(
        self, incoming: Incoming, event: Event, error: UserError
    ) -> list[outbox.OutboxRow]:
        """Nothing was changed; the person gets the one clear sentence."""
        log.info("update %s: refused (%s)", incoming.update_id, type(error).__name__)
        async with self._store.begin() as tx:
            if not await inbox.claim(tx, incoming):
                return []
            if isinstance(error, book.ClientDenied):
                await book.trace(tx, error.person_id, error.client_id, error.action, allowed=False)
            return await self._answer(tx, event, str(error))

    async def _apologise(
        self, incoming: Incoming, event: Event, error: Exception
    ) -> list[outbox.OutboxRow]:
        """A bug: logged with an id, which is all the person sees of it."""
        error_id = secrets.token_hex(4)
        log.error("update %s failed, id %s", incoming.update_id, error_id, exc_info=error)
        async with self._store.begin() as tx:
            await inbox.mark_failed(tx, incoming.update_id, error_id)
            return await self._answer(tx, event, None, error_id)

    async def _answer(
        self, tx: Tx, event: Event, text: str | None, error_id: str = ""
    ) -> list[outbox.OutboxRow]:
        if not event.chat_id or event.kind in (Kind.OTHER, Kind.INLINE, Kind.CHOSEN):
            return []
        context = await self._context(tx, event)
        text = text or say("bug", context.script, id=error_id)
        short_tap = event.kind is Kind.TAP and len(text) <= 190
        if short_tap:
            context.toast(text, alert=True)
        else:
            context.reply(text)
        return await self._queue(tx, context)

    async def _fetch(self, file_id: str) -> bytes:
        """The content of a file that a person sent, at most 5 MB."""
        try:
            file = await self._bot.get_file(file_id)
            if (file.file_size or 0) > MAX_BYTES:
                raise UserError("文件超过 5 MB，请分成几份再发")
            return bytes(await file.download_as_bytearray())
        except ShouyueError:
            raise
        except Exception as error:
            raise UserError("文件没能下载，请再发一次") from error


def _judge_for_clients(context: Context) -> None:
    """Whatever a client or a stranger is answered is a client-facing text."""
    person = context.stranger_or_person
    if person is not None and person.role is not Role.CLIENT:
        return
    context.drafts[:] = [
        replace(draft, audience=Audience.CLIENT)
        if draft.audience is Audience.STAFF and draft.chat_id == context.event.chat_id
        else draft
        for draft in context.drafts
    ]
