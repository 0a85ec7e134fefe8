"""Who uses the office, how they get in, what they are in the middle of and what they looked at."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import (
    BigInteger,
    Column,
    ForeignKey,
    LargeBinary,
    Text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from bot.store.tables.columns import at, flag, id_, json_, ref, text_


class Setting(SQLModel, table=True):
    """Small facts of the installation: clock offset, first administrator's code, poll offset."""

    __tablename__: ClassVar[str] = "setting"
    key: str = Field(sa_column=Column(Text, primary_key=True))
    value: Any = Field(sa_column=Column(JSONB, nullable=False))


class Person(SQLModel, table=True):
    """Somebody on Telegram whom the office knows."""

    __tablename__: ClassVar[str] = "person"
    id: int | None = id_()
    chat_id: int = Field(sa_column=Column(BigInteger, nullable=False, unique=True))
    name: str = text_()
    role: str = text_()
    supervisor_id: int | None = ref("person.id", nullable=True)
    script: str = text_(default="hans")
    timezone: str = text_(default="Asia/Shanghai")
    active: bool = flag(True)
    reachable: bool = flag(True)
    created_at: datetime = at()


class Invitation(SQLModel, table=True):
    """A link or code that lets somebody in; only a hash of its secret is kept.

    ``client_id`` names the record a client joins; without it, a client link is the agent's
    personal one, which may be used many times.
    """

    __tablename__: ClassVar[str] = "invitation"
    id: int | None = id_()
    secret_hash: bytes = Field(sa_column=Column(LargeBinary, nullable=False, unique=True))
    role: str = text_()
    inviter_id: int | None = ref("person.id", nullable=True)
    client_id: int | None = ref("client.id", nullable=True)
    expires_at: datetime | None = at(nullable=True)
    used_at: datetime | None = at(nullable=True)
    used_by: int | None = ref("person.id", nullable=True)


class Dialogue(SQLModel, table=True):
    """What a person is in the middle of; one at a time."""

    __tablename__: ClassVar[str] = "dialogue"
    person_id: int = Field(
        sa_column=Column(BigInteger, ForeignKey("person.id", ondelete="CASCADE"), primary_key=True)
    )
    state: dict[str, Any] = json_("{}")
    updated_at: datetime = at()


class AccessLog(SQLModel, table=True):
    """A trace of each look at another's client, allowed or refused."""

    __tablename__: ClassVar[str] = "access_log"
    id: int | None = id_()
    person_id: int = ref("person.id")
    client_id: int = ref("client.id")
    action: str = text_()
    allowed: bool
    at: datetime = at()
