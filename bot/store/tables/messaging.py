"""What comes in, what goes out, what is planned and what is to be done."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, ClassVar

from sqlalchemy import BigInteger, Column, Date, ForeignKey, Index, Integer, Text, text
from sqlmodel import Field, SQLModel

from bot.store.tables.columns import at, id_, json_, number, ref, sealed, text_


class Inbox(SQLModel, table=True):
    """Every update received, once; ``done_at`` is set in the transaction that handled it."""

    __tablename__: ClassVar[str] = "inbox"
    __table_args__ = (
        Index(
            "ix_inbox_unfinished", "user_id", "update_id", postgresql_where=text("done_at IS NULL")
        ),
    )
    update_id: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    user_id: int = Field(sa_column=Column(BigInteger, nullable=False))
    body: dict[str, Any] = json_("{}")
    received_at: datetime = at()
    done_at: datetime | None = at(nullable=True)
    error_id: str | None = text_(nullable=True)


class Outbox(SQLModel, table=True):
    """Every call that says something to somebody, before, while and after it leaves."""

    __tablename__: ClassVar[str] = "outbox"
    __table_args__ = (
        Index(
            "ix_outbox_waiting",
            "priority",
            "not_before",
            postgresql_where=text("status = 'queued'"),
        ),
        Index("ix_outbox_chat_id_id", "chat_id", "id"),
    )
    id: int | None = id_()
    chat_id: int = Field(sa_column=Column(BigInteger, nullable=False))
    audience: str = text_()
    method: str = text_()
    params: dict[str, Any] = json_("{}")
    priority: int
    status: str = text_(default="queued")
    reason: str | None = text_(nullable=True)
    dedupe_key: str | None = text_(nullable=True, unique=True)
    author_id: int | None = ref("person.id", nullable=True)
    client_id: int | None = ref("client.id", nullable=True)
    touch_id: int | None = Field(sa_column=Column(BigInteger, nullable=True, index=True))
    archive_id: int | None = Field(sa_column=Column(BigInteger, nullable=True))
    released_by: int | None = ref("person.id", nullable=True)
    message_id: int | None = Field(sa_column=Column(BigInteger, nullable=True))
    attempts: int = number()
    not_before: datetime = at()
    created_at: datetime = at()
    claimed_by: int | None = None
    sent_at: datetime | None = at(nullable=True)


class Touch(SQLModel, table=True):
    """A planned contact; ``dedupe_key`` makes each happen once, whatever is replanned.

    ``carrier_id`` is the touch whose message carries this one's words too.
    """

    __tablename__: ClassVar[str] = "touch"
    __table_args__ = (
        Index("ix_touch_due", "due_at", postgresql_where=text("status = 'planned'")),
        Index(
            "ix_touch_agent_id_due_at",
            "agent_id",
            "due_at",
            postgresql_where=text("status = 'planned'"),
        ),
        Index("ix_touch_client_id_due_at", "client_id", "due_at"),
        Index("ix_touch_agent_id_decided_at", "agent_id", "decided_at"),
    )
    id: int | None = id_()
    dedupe_key: str = text_(unique=True)
    cadence: str = text_()
    step: str = text_()
    audience: str = text_()
    nature: str = text_()
    due_on: date
    due_at: datetime = at()
    expires_at: datetime = at()
    event: str = text_()
    event_on: date
    subject: str = text_()
    agent_id: int = ref("person.id", index=False)
    client_id: int = ref("client.id", index=False)
    policy_id: int | None = ref("policy.id", nullable=True)
    claim_id: int | None = ref("claim.id", nullable=True)
    carrier_id: int | None = ref("touch.id", nullable=True)
    status: str = text_(default="planned")
    reason: str | None = text_(nullable=True)
    text_override: str | None = text_(nullable=True)
    decided_at: datetime | None = at(nullable=True)


class TouchMode(SQLModel, table=True):
    """How an agent wants one cadence to reach clients: ``draft`` or ``remind``; no row is ``auto``."""

    __tablename__: ClassVar[str] = "touch_mode"
    person_id: int = Field(
        sa_column=Column(BigInteger, ForeignKey("person.id", ondelete="CASCADE"), primary_key=True)
    )
    cadence: str = Field(sa_column=Column(Text, primary_key=True))
    mode: str = text_()


class MorningList(SQLModel, table=True):
    """When a person gets the list of the day (None: not at all), and for which day it went last."""

    __tablename__: ClassVar[str] = "morning_list"
    person_id: int = Field(
        sa_column=Column(BigInteger, ForeignKey("person.id", ondelete="CASCADE"), primary_key=True)
    )
    hour: int | None = Field(sa_column=Column(Integer, nullable=True))
    listed_on: date | None = Field(sa_column=Column(Date, nullable=True))


class Survey(SQLModel, table=True):
    """A client's rating after a claim, once a touch; the first tap counts. The comment is sealed."""

    __tablename__: ClassVar[str] = "survey"
    id: int | None = id_()
    touch_id: int = ref("touch.id", unique=True)
    client_id: int = ref("client.id")
    rating: int
    comment_sealed: bytes | None = sealed()
    rated_at: datetime = at()


class Task(SQLModel, table=True):
    """Something a member of staff has to do."""

    __tablename__: ClassVar[str] = "task"
    id: int | None = id_()
    owner_id: int = ref("person.id")
    client_id: int | None = ref("client.id", nullable=True)
    kind: str = text_()
    title: str = text_()
    dedupe_key: str | None = text_(nullable=True, unique=True)
    due_at: datetime | None = at(nullable=True)
    created_at: datetime = at()
    done_at: datetime | None = at(nullable=True)
