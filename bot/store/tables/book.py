"""An agent's book: clients, policies, claims, consents and intake interviews."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import ClassVar

from sqlalchemy import (
    CheckConstraint,
    Column,
    Date,
    Index,
    LargeBinary,
    Numeric,
    UniqueConstraint,
    text,
)
from sqlmodel import Field, SQLModel

from bot.store.tables.columns import at, flag, id_, ref, sealed, text_


class Client(SQLModel, table=True):
    """A client in an agent's book. Phone and ID number are sealed and found by blind index.

    ``stage``, ``stage_since_on`` and ``grade`` are those of a lead; ``stage`` is None for a client
    who is none. ``plan_on`` is the first day for which planning has something new to say; the
    database sets it back to year 1 whenever a fact about the client changes.
    """

    __tablename__: ClassVar[str] = "client"
    __table_args__ = (UniqueConstraint("agent_id", "external_id"),)
    id: int | None = id_()
    agent_id: int = ref("person.id")
    person_id: int | None = ref("person.id", nullable=True)
    external_id: str | None = text_(nullable=True)
    name: str = text_()
    sex: str | None = text_(nullable=True)
    birth_on: date | None = None
    birth_lunar: bool = flag(False)
    phone_sealed: bytes | None = sealed()
    phone_index: bytes | None = Field(sa_column=Column(LargeBinary, nullable=True, index=True))
    id_number_sealed: bytes | None = sealed()
    timezone: str = text_(default="Asia/Shanghai")
    marketing_ok: bool = flag(True)
    deceased: bool = flag(False)
    stage: str | None = text_(nullable=True)
    stage_since_on: date | None = None
    grade: str | None = text_(nullable=True)
    plan_on: date = Field(
        default=date.min,
        sa_column=Column(Date, nullable=False, index=True, server_default=text("'0001-01-01'")),
    )
    created_at: datetime = at()


class Policy(SQLModel, table=True):
    """A policy of a client. ``next_due_on`` is the oldest unpaid due date.

    ``line`` is what it mainly covers; ``insured`` and ``account`` are names, empty when they are
    the client's own; ``beneficiary`` is None when nobody was named or it is not known;
    ``to_collect`` is what waits to be collected, in yuan; ``delivered_on`` is when the client
    signed for the policy.
    """

    __tablename__: ClassVar[str] = "policy"
    __table_args__ = (
        UniqueConstraint("client_id", "number"),
        Index("ix_policy_unpaid", "next_due_on", postgresql_where=text("status = 'active'")),
    )
    id: int | None = id_()
    client_id: int = ref("client.id")
    number: str = text_()
    product: str = text_()
    company: str = text_()
    premium: Decimal = Field(sa_column=Column(Numeric(14, 2), nullable=False))
    frequency: str = text_(default="yearly")
    sum_insured: Decimal | None = Field(sa_column=Column(Numeric(16, 2), nullable=True))
    issued_on: date | None = None
    delivered_on: date | None = None
    next_due_on: date | None = None
    status: str = text_(default="active")
    jurisdiction: str = text_(default="CN")
    line: str | None = text_(nullable=True)
    insured: str = text_(default="")
    beneficiary: str | None = text_(nullable=True)
    account: str | None = text_(nullable=True)
    to_collect: Decimal | None = Field(sa_column=Column(Numeric(14, 2), nullable=True))


class ClientTag(SQLModel, table=True):
    """A tag of a client in one of three layers: ``who``, ``does`` or ``worth``."""

    __tablename__: ClassVar[str] = "client_tag"
    __table_args__ = (UniqueConstraint("client_id", "tag"),)
    id: int | None = id_()
    client_id: int = ref("client.id", index=False)
    layer: str = text_()
    tag: str = text_()


class Contact(SQLModel, table=True):
    """A call, visit or chat with a client, and what came of it."""

    __tablename__: ClassVar[str] = "contact"
    __table_args__ = (Index("ix_contact_client_id_at", "client_id", "at"),)
    id: int | None = id_()
    client_id: int = ref("client.id", index=False)
    person_id: int | None = ref("person.id", nullable=True)
    kind: str = text_()
    result: str = text_()
    at: datetime = at()


class FamilyMember(SQLModel, table=True):
    """Somebody of a client's family whose birthday is kept."""

    __tablename__: ClassVar[str] = "family_member"
    id: int | None = id_()
    client_id: int = ref("client.id")
    name: str = text_()
    birth_on: date
    birth_lunar: bool = flag(False)


class Benefit(SQLModel, table=True):
    """A survival or maturity benefit of a policy, and when it was collected."""

    __tablename__: ClassVar[str] = "benefit"
    __table_args__ = (UniqueConstraint("policy_id", "kind", "due_on"),)
    id: int | None = id_()
    policy_id: int = ref("policy.id", index=False)
    kind: str = text_()
    due_on: date
    collected_on: date | None = None


class Handover(SQLModel, table=True):
    """An orphan client given to an agent; the newest one of a client is in force."""

    __tablename__: ClassVar[str] = "handover"
    __table_args__ = (Index("ix_handover_client_id_assigned_on", "client_id", "assigned_on"),)
    id: int | None = id_()
    client_id: int = ref("client.id", index=False)
    from_id: int | None = ref("person.id", nullable=True)
    assigned_on: date


class Claim(SQLModel, table=True):
    """A claim on a policy; decision and its instant are set together."""

    __tablename__: ClassVar[str] = "claim"
    __table_args__ = (CheckConstraint("(decided_at IS NULL) = (decision IS NULL)", name="decided"),)
    id: int | None = id_()
    policy_id: int = ref("policy.id")
    opened_at: datetime = at()
    decided_at: datetime | None = at(nullable=True)
    decision: str | None = text_(nullable=True)


class Consent(SQLModel, table=True):
    """What a client agreed to, each answer kept; the newest of a kind is in force."""

    __tablename__: ClassVar[str] = "consent"
    id: int | None = id_()
    client_id: int = ref("client.id")
    kind: str = text_()
    given: bool
    recorded_by: int | None = ref("person.id", nullable=True)
    recorded_at: datetime = at()


class Interview(SQLModel, table=True):
    """An intake interview; ``answers_sealed`` is the whole answer state, encrypted."""

    __tablename__: ClassVar[str] = "interview"
    id: int | None = id_()
    agent_id: int = ref("person.id")
    client_id: int | None = ref("client.id", nullable=True)
    title: str = text_()
    answers_sealed: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    status: str = text_(default="open")
    started_at: datetime = at()
    updated_at: datetime = at()
