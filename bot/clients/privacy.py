"""Everything about one client as plain data, and erasing a client: the rights of 个人信息保护法."""

from __future__ import annotations

import json
import logging
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import Select, delete, literal, select

from bot.domain.people import Client, Person, Role
from bot.errors import AccessDenied
from bot.store import archive, book, milestones, people, relations, surveys, tables, touches
from bot.store.engine import Tx

log = logging.getLogger(__name__)

_HANDOVER = tables.table(tables.Handover)
_INBOX = tables.table(tables.Inbox)
_INTERVIEW = tables.table(tables.Interview)
_OUTBOX = tables.table(tables.Outbox)
_ERASERS = frozenset({Role.AGENT, Role.SUPERVISOR, Role.ADMIN})
_MESSAGE_COLUMNS = ("id", "created_at", "sent_at", "audience", "status")
_ARCHIVE_COLUMNS = ("id", "at", "event", "audience", "text", "decision")


async def export_client(tx: Tx, viewer: Person, client_id: int) -> dict[str, Any]:
    """All that is kept about a client, ready for JSON (个人信息保护法 art. 45, 查阅、复制).

    Dates are ISO 8601, money is a text in yuan, sealed fields are opened. A client may export
    their own record; another's is refused by ClientDenied, and an allowed look is traced.
    """
    client = await book.client(tx, viewer, client_id, "export_client")
    policies = await book.policies(tx, [client.id])
    claims = book.CLAIM.c.policy_id.in_([policy.id for policy in policies])
    about: dict[str, Select[Any]] = {
        "policies": select(book.POLICY).where(book.POLICY.c.client_id == client.id),
        "claims": select(book.CLAIM).where(claims),
        "benefits": select(milestones.BENEFIT).where(
            milestones.BENEFIT.c.policy_id.in_([policy.id for policy in policies])
        ),
        "family": select(milestones.MEMBER).where(milestones.MEMBER.c.client_id == client.id),
        "handovers": select(_HANDOVER).where(_HANDOVER.c.client_id == client.id),
        "tags": select(relations.TAG).where(relations.TAG.c.client_id == client.id),
        "contacts": select(relations.CONTACT).where(relations.CONTACT.c.client_id == client.id),
        "consents": select(book.CONSENT).where(book.CONSENT.c.client_id == client.id),
        "touches": select(touches.TOUCH).where(touches.TOUCH.c.client_id == client.id),
        "surveys": select(surveys.SURVEY).where(surveys.SURVEY.c.client_id == client.id),
        "tasks": select(touches.TASK).where(touches.TASK.c.client_id == client.id),
        "looks_by_others": select(book.ACCESS).where(book.ACCESS.c.client_id == client.id),
        "archive": select(*(archive.ARCHIVE.c[name] for name in _ARCHIVE_COLUMNS)).where(
            archive.ARCHIVE.c.client_id == client.id
        ),
    }
    exported: dict[str, Any] = {"exported_at": _plain(tx.now), "client": await _record(tx, client)}
    for name, query in about.items():
        rows = await tx.connection.execute(query.order_by(query.selected_columns[0]))
        exported[name] = [_row(dict(row._mapping)) for row in rows]
    exported["interviews"] = await _interviews(tx, client)
    exported["messages"] = await _messages(tx, client)
    return exported


def _plain(value: Any) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    return str(value) if isinstance(value, Decimal) else value


def _row(values: dict[str, Any]) -> dict[str, Any]:
    return {key: _plain(value) for key, value in values.items() if not isinstance(value, bytes)}


async def _record(tx: Tx, client: Client) -> dict[str, Any]:
    """The client's own row with its sealed fields opened, and who serves them."""
    found = await tx.connection.execute(select(book.CLIENT).where(book.CLIENT.c.id == client.id))
    row = found.one()
    record = _row(dict(row._mapping))
    for name in ("phone_sealed", "phone_index", "id_number_sealed", "plan_on"):
        record.pop(name, None)
    record["phone"] = client.phone
    record["id_number"] = tx.vault.open(row.id_number_sealed)
    record["agent"] = (await people.by_id(tx, client.agent_id)).name
    return record


async def _interviews(tx: Tx, client: Client) -> list[dict[str, Any]]:
    query = select(_INTERVIEW).where(_INTERVIEW.c.client_id == client.id).order_by(_INTERVIEW.c.id)
    interviews = []
    for row in await tx.connection.execute(query):
        answers = json.loads(tx.vault.open(row.answers_sealed) or "{}")
        interviews.append(_row(dict(row._mapping)) | {"answers": answers})
    return interviews


async def _messages(tx: Tx, client: Client) -> list[dict[str, Any]]:
    query = select(_OUTBOX).where(_OUTBOX.c.client_id == client.id).order_by(_OUTBOX.c.id)
    messages = []
    for row in await tx.connection.execute(query):
        kept = {name: _plain(row._mapping[name]) for name in _MESSAGE_COLUMNS}
        messages.append(kept | {"text": row.params.get("text") or row.params.get("caption")})
    return messages


async def erase_client(tx: Tx, viewer: Person, client_id: int) -> None:
    """Delete a client and all that hangs on them (个人信息保护法 art. 47, 删除).

    Gone are policies, claims, consents, interviews, reminders, tasks, messages waiting and sent,
    and, when no other agent serves them, the client's own access on Telegram with what they
    wrote. The archive stays: what was said to clients must be kept, and each record is chained
    to the one before, so that none can be changed or taken out. Its records keep a number that
    leads to nobody any more, and one of them tells who erased. Raises ClientDenied for another's
    client and AccessDenied for clients themselves, whose agent erases for them.
    """
    if viewer.role not in _ERASERS:
        raise AccessDenied("删除资料请联系为您服务的业务员，由业务员核对身份后办理。")
    client = await book.client(tx, viewer, client_id, "erase_client")
    await _erase_texts(tx, client)
    await tx.connection.execute(delete(book.CLIENT).where(book.CLIENT.c.id == client.id))
    if client.person_id is not None:
        await _erase_person(tx, client.person_id)
    await archive.append(tx, "erased", "staff", author_id=viewer.id, client_id=client.id)
    log.info("client %s erased by person %s", client.id, viewer.id)


async def _erase_texts(tx: Tx, client: Client) -> None:
    """Messages to staff that were about a reminder of the client name the client too."""
    reminders = touches.TOUCH.c.client_id == client.id
    of_touch = _OUTBOX.c.touch_id.in_(select(touches.TOUCH.c.id).where(reminders))
    keys = select(literal("touch:") + touches.TOUCH.c.dedupe_key).where(reminders)
    await tx.connection.execute(delete(_OUTBOX).where(of_touch | _OUTBOX.c.dedupe_key.in_(keys)))


async def _erase_person(tx: Tx, person_id: int) -> None:
    """Forget a client's Telegram account, unless another agent serves them or it is staff."""
    if await book.clients_of_person(tx, person_id):
        return
    person = await people.by_id(tx, person_id)
    if person.role is not Role.CLIENT:
        return
    handled = _INBOX.c.done_at.is_not(None) & (_INBOX.c.user_id == person.chat_id)
    await tx.connection.execute(delete(_INBOX).where(handled))
    await tx.connection.execute(delete(_OUTBOX).where(_OUTBOX.c.chat_id == person.chat_id))
    await tx.connection.execute(delete(people.PERSON).where(people.PERSON.c.id == person_id))
