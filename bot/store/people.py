"""People and the invitations that let them in."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Collection
from datetime import timedelta
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.engine import Row

from bot.domain.people import Person, Role
from bot.errors import AccessDenied, UserError
from bot.store import tables
from bot.store.engine import Tx

PERSON = tables.table(tables.Person)
INVITATION = tables.table(tables.Invitation)

INVITATION_DAYS = 7


def _person(row: Row[Any]) -> Person:
    return Person(
        id=row.id,
        chat_id=row.chat_id,
        name=row.name,
        role=Role(row.role),
        supervisor_id=row.supervisor_id,
        script=row.script,
        timezone=row.timezone,
        active=row.active,
        reachable=row.reachable,
    )


async def by_chat(tx: Tx, chat_id: int) -> Person | None:
    """The person of a Telegram chat, or None for a stranger."""
    found = await tx.connection.execute(select(PERSON).where(PERSON.c.chat_id == chat_id))
    row = found.first()
    return _person(row) if row else None


async def by_id(tx: Tx, person_id: int) -> Person:
    """The person of an id that another row refers to."""
    found = await tx.connection.execute(select(PERSON).where(PERSON.c.id == person_id))
    return _person(found.one())


async def by_ids(tx: Tx, person_ids: Collection[int]) -> dict[int, Person]:
    """The people of ids that other rows refer to, by id."""
    rows = await tx.connection.execute(select(PERSON).where(PERSON.c.id.in_(person_ids)))
    return {row.id: _person(row) for row in rows}


async def supervisor_of(tx: Tx, agent: Person) -> Person | None:
    """Who takes a case of an agent: the supervisor, unless that one left; a supervisor's is own."""
    if agent.role is Role.SUPERVISOR:
        return agent
    boss = await by_id(tx, agent.supervisor_id) if agent.supervisor_id is not None else None
    return boss if boss is not None and boss.active else None


async def add(
    tx: Tx,
    chat_id: int,
    name: str,
    role: Role,
    *,
    supervisor_id: int | None = None,
    script: str = "hans",
    timezone: str = "Asia/Shanghai",
) -> Person:
    """Register a person; raises UserError when the chat is registered already."""
    if await by_chat(tx, chat_id):
        raise UserError("这个账号已经登记过了，发送 /menu 打开菜单")
    statement = (
        insert(PERSON)
        .values(
            chat_id=chat_id,
            name=name[:60],
            role=role.value,
            supervisor_id=supervisor_id,
            script=script,
            timezone=timezone,
            created_at=tx.now,
        )
        .returning(PERSON)
    )
    return _person((await tx.connection.execute(statement)).one())


async def change(tx: Tx, person_id: int, **values: Any) -> None:
    """Set columns of a person, such as ``script``, ``reachable`` or ``active``."""
    await tx.connection.execute(update(PERSON).where(PERSON.c.id == person_id).values(**values))


async def with_role(tx: Tx, role: Role) -> list[Person]:
    """All active people of a role, oldest first."""
    query = select(PERSON).where(PERSON.c.role == role.value, PERSON.c.active)
    return [_person(row) for row in await tx.connection.execute(query.order_by(PERSON.c.id))]


async def seller_named(tx: Tx, name: str) -> Person:
    """The active agent or supervisor of exactly this name; UserError when there is not just one."""
    query = select(PERSON).where(
        PERSON.c.name == name,
        PERSON.c.active,
        PERSON.c.role.in_((Role.AGENT.value, Role.SUPERVISOR.value)),
    )
    found = [_person(row) for row in await tx.connection.execute(query)]
    if len(found) != 1:
        raise UserError(f"叫“{name}”的在职业务员有 {len(found)} 位，请核对姓名")
    return found[0]


async def team_of(tx: Tx, supervisor: Person) -> list[Person]:
    """The active agents of a supervisor."""
    query = select(PERSON).where(PERSON.c.supervisor_id == supervisor.id, PERSON.c.active)
    return [_person(row) for row in await tx.connection.execute(query.order_by(PERSON.c.id))]


async def anybody(tx: Tx) -> bool:
    """Whether any person is registered."""
    return (await tx.connection.execute(select(PERSON.c.id).limit(1))).first() is not None


async def any_admin(tx: Tx) -> bool:
    """Whether somebody can administrate: an administrator who left cannot."""
    query = select(PERSON.c.id).where(PERSON.c.role == Role.ADMIN.value, PERSON.c.active).limit(1)
    return (await tx.connection.execute(query)).first() is not None


async def answering_for(tx: Tx, agent_id: int) -> Person:
    """Who is told about an agent's clients: the agent, or for one who left the supervisor, or an
    administrator."""
    agent = await by_id(tx, agent_id)
    if agent.active:
        return agent
    if agent.supervisor_id is not None:
        supervisor = await by_id(tx, agent.supervisor_id)
        if supervisor.active and supervisor.role is Role.SUPERVISOR:
            return supervisor
    return next(iter(await with_role(tx, Role.ADMIN)), agent)


async def in_team(tx: Tx, leader: Person, person_id: int) -> Person:
    """Somebody of this supervisor's team, or the supervisor; AccessDenied for anybody else."""
    person = await by_id(tx, person_id)
    own = leader.role is Role.SUPERVISOR and person.supervisor_id == leader.id
    if not (own or person_id == leader.id):
        raise AccessDenied("这位不在您的团队里")
    return person


async def hand_over_team(tx: Tx, from_supervisor: int, to_supervisor: int) -> None:
    """Put every agent of one supervisor under another."""
    statement = update(PERSON).where(PERSON.c.supervisor_id == from_supervisor)
    await tx.connection.execute(statement.values(supervisor_id=to_supervisor))


def _hash(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()


async def invite(
    tx: Tx,
    role: Role,
    *,
    inviter_id: int | None,
    client_id: int | None = None,
    reusable: bool = False,
) -> str:
    """A new secret for a deep link; one use and seven days, unless ``reusable``."""
    secret = secrets.token_urlsafe(18)
    expires_at = None if reusable else tx.now + timedelta(days=INVITATION_DAYS)
    await tx.connection.execute(
        insert(INVITATION).values(
            secret_hash=_hash(secret),
            role=role.value,
            inviter_id=inviter_id,
            client_id=client_id,
            expires_at=expires_at,
        )
    )
    return secret


async def redeem(tx: Tx, secret: str) -> tables.Invitation:
    """The open invitation of ``secret``, locked; raises UserError with the way out."""
    query = select(INVITATION).where(INVITATION.c.secret_hash == _hash(secret)).with_for_update()
    row = (await tx.connection.execute(query)).first()
    if row is None:
        raise UserError("这个邀请链接不对，请向发给您的人要一个新的")
    invitation = tables.Invitation.model_validate(row._mapping)
    if invitation.used_at is not None:
        raise UserError("这个邀请链接已经用过了，请向发给您的人要一个新的")
    if invitation.expires_at is not None and invitation.expires_at < tx.now:
        raise UserError("这个邀请链接过期了，请向发给您的人要一个新的")
    if invitation.inviter_id is not None and not (await by_id(tx, invitation.inviter_id)).active:
        raise UserError("发这个邀请的人已经离职，链接失效了，请向公司里的其他同事要一个新的")
    return invitation


async def mark_redeemed(tx: Tx, invitation: tables.Invitation, person: Person) -> None:
    """Close a one-use invitation; a reusable one stays open."""
    if invitation.expires_at is None:
        return
    await tx.connection.execute(
        update(INVITATION)
        .where(INVITATION.c.id == invitation.id)
        .values(used_at=tx.now, used_by=person.id)
    )
