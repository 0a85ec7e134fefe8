"""The tables, as SQLModel classes: rows only; the vocabulary of the product is in ``domain``.

The migrations in ``store/migrations`` create them; a test keeps the two equal.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any, ClassVar

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    LargeBinary,
    Numeric,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "pk": "pk_%(table_name)s",
}
SQLModel.metadata.naming_convention = NAMING


def _id() -> Any:
    return Field(sa_column=Column(BigInteger, Identity(always=False), primary_key=True))


def _ref(target: str, *, nullable: bool = False, index: bool = True, unique: bool = False) -> Any:
    key = ForeignKey(target, ondelete="CASCADE")
    column = Column(BigInteger, key, nullable=nullable, index=index and not unique, unique=unique)
    return Field(sa_column=column)


def _at(*, nullable: bool = False) -> Any:
    return Field(sa_column=Column(DateTime(timezone=True), nullable=nullable))


def _text(*, nullable: bool = False, unique: bool = False, default: str | None = None) -> Any:
    server_default = None if default is None else text(f"'{default}'")
    column = Column(Text, nullable=nullable, unique=unique, server_default=server_default)
    return Field(sa_column=column)


def _flag(default: bool) -> Any:
    return Field(sa_column_kwargs={"server_default": text(str(default).lower())})


def _json(default: str | None = None) -> Any:
    server_default = None if default is None else text(f"'{default}'::jsonb")
    nullable = default is None
    return Field(sa_column=Column(JSONB, nullable=nullable, server_default=server_default))


def _sealed() -> Any:
    return Field(sa_column=Column(LargeBinary, nullable=True))


def _number() -> Any:
    return Field(sa_column_kwargs={"server_default": text("0")})


class Setting(SQLModel, table=True):
    """Small facts of the installation: clock offset, first administrator's code, poll offset."""

    __tablename__: ClassVar[str] = "setting"
    key: str = Field(sa_column=Column(Text, primary_key=True))
    value: Any = Field(sa_column=Column(JSONB, nullable=False))


class Person(SQLModel, table=True):
    """Somebody on Telegram whom the office knows."""

    __tablename__: ClassVar[str] = "person"
    id: int | None = _id()
    chat_id: int = Field(sa_column=Column(BigInteger, nullable=False, unique=True))
    name: str = _text()
    role: str = _text()
    supervisor_id: int | None = _ref("person.id", nullable=True)
    script: str = _text(default="hans")
    timezone: str = _text(default="Asia/Shanghai")
    active: bool = _flag(True)
    reachable: bool = _flag(True)
    created_at: datetime = _at()


class Invitation(SQLModel, table=True):
    """A link or code that lets somebody in; only a hash of its secret is kept.

    ``client_id`` names the record a client joins; without it, a client link is the agent's
    personal one, which may be used many times.
    """

    __tablename__: ClassVar[str] = "invitation"
    id: int | None = _id()
    secret_hash: bytes = Field(sa_column=Column(LargeBinary, nullable=False, unique=True))
    role: str = _text()
    inviter_id: int | None = _ref("person.id", nullable=True)
    client_id: int | None = _ref("client.id", nullable=True)
    expires_at: datetime | None = _at(nullable=True)
    used_at: datetime | None = _at(nullable=True)
    used_by: int | None = _ref("person.id", nullable=True)


class Client(SQLModel, table=True):
    """A client in an agent's book. Phone and ID number are sealed and found by blind index."""

    __tablename__: ClassVar[str] = "client"
    __table_args__ = (UniqueConstraint("agent_id", "external_id"),)
    id: int | None = _id()
    agent_id: int = _ref("person.id")
    person_id: int | None = _ref("person.id", nullable=True)
    external_id: str | None = _text(nullable=True)
    name: str = _text()
    sex: str | None = _text(nullable=True)
    birth_on: date | None = None
    birth_lunar: bool = _flag(False)
    phone_sealed: bytes | None = _sealed()
    phone_index: bytes | None = Field(sa_column=Column(LargeBinary, nullable=True, index=True))
    id_number_sealed: bytes | None = _sealed()
    timezone: str = _text(default="Asia/Shanghai")
    marketing_ok: bool = _flag(True)
    deceased: bool = _flag(False)
    created_at: datetime = _at()


class Policy(SQLModel, table=True):
    """A policy of a client. ``next_due_on`` is the oldest unpaid due date."""

    __tablename__: ClassVar[str] = "policy"
    __table_args__ = (UniqueConstraint("client_id", "number"),)
    id: int | None = _id()
    client_id: int = _ref("client.id")
    number: str = _text()
    product: str = _text()
    company: str = _text()
    premium: Decimal = Field(sa_column=Column(Numeric(14, 2), nullable=False))
    frequency: str = _text(default="yearly")
    sum_insured: Decimal | None = Field(sa_column=Column(Numeric(16, 2), nullable=True))
    issued_on: date | None = None
    next_due_on: date | None = None
    status: str = _text(default="active")
    jurisdiction: str = _text(default="CN")


class Claim(SQLModel, table=True):
    """A claim on a policy; decision and its instant are set together."""

    __tablename__: ClassVar[str] = "claim"
    __table_args__ = (CheckConstraint("(decided_at IS NULL) = (decision IS NULL)", name="decided"),)
    id: int | None = _id()
    policy_id: int = _ref("policy.id")
    opened_at: datetime = _at()
    decided_at: datetime | None = _at(nullable=True)
    decision: str | None = _text(nullable=True)


class Consent(SQLModel, table=True):
    """What a client agreed to, each answer kept; the newest of a kind is in force."""

    __tablename__: ClassVar[str] = "consent"
    id: int | None = _id()
    client_id: int = _ref("client.id")
    kind: str = _text()
    given: bool
    recorded_by: int | None = _ref("person.id", nullable=True)
    recorded_at: datetime = _at()


class Interview(SQLModel, table=True):
    """An intake interview; ``answers_sealed`` is the whole answer state, encrypted."""

    __tablename__: ClassVar[str] = "interview"
    id: int | None = _id()
    agent_id: int = _ref("person.id")
    client_id: int | None = _ref("client.id", nullable=True)
    title: str = _text()
    answers_sealed: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    status: str = _text(default="open")
    started_at: datetime = _at()
    updated_at: datetime = _at()


class Dialogue(SQLModel, table=True):
    """What a person is in the middle of; one at a time."""

    __tablename__: ClassVar[str] = "dialogue"
    person_id: int = Field(
        sa_column=Column(BigInteger, ForeignKey("person.id", ondelete="CASCADE"), primary_key=True)
    )
    state: dict[str, Any] = _json("{}")
    updated_at: datetime = _at()


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
    body: dict[str, Any] = _json("{}")
    received_at: datetime = _at()
    done_at: datetime | None = _at(nullable=True)
    error_id: str | None = _text(nullable=True)


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
    id: int | None = _id()
    chat_id: int = Field(sa_column=Column(BigInteger, nullable=False))
    audience: str = _text()
    method: str = _text()
    params: dict[str, Any] = _json("{}")
    priority: int
    status: str = _text(default="queued")
    reason: str | None = _text(nullable=True)
    dedupe_key: str | None = _text(nullable=True, unique=True)
    author_id: int | None = _ref("person.id", nullable=True)
    client_id: int | None = _ref("client.id", nullable=True)
    touch_id: int | None = Field(sa_column=Column(BigInteger, nullable=True, index=True))
    archive_id: int | None = Field(sa_column=Column(BigInteger, nullable=True))
    released_by: int | None = _ref("person.id", nullable=True)
    message_id: int | None = Field(sa_column=Column(BigInteger, nullable=True))
    attempts: int = _number()
    not_before: datetime = _at()
    created_at: datetime = _at()
    claimed_by: int | None = None
    sent_at: datetime | None = _at(nullable=True)


class Touch(SQLModel, table=True):
    """A planned contact; ``dedupe_key`` makes each happen once, whatever is replanned."""

    __tablename__: ClassVar[str] = "touch"
    __table_args__ = (Index("ix_touch_due", "due_at", postgresql_where=text("status = 'planned'")),)
    id: int | None = _id()
    dedupe_key: str = _text(unique=True)
    cadence: str = _text()
    step: str = _text()
    audience: str = _text()
    nature: str = _text()
    due_on: date
    due_at: datetime = _at()
    expires_at: datetime = _at()
    event: str = _text()
    event_on: date
    subject: str = _text()
    agent_id: int = _ref("person.id")
    client_id: int | None = _ref("client.id", nullable=True)
    policy_id: int | None = _ref("policy.id", nullable=True)
    claim_id: int | None = _ref("claim.id", nullable=True)
    status: str = _text(default="planned")
    reason: str | None = _text(nullable=True)
    text_override: str | None = _text(nullable=True)
    decided_at: datetime | None = _at(nullable=True)


class Survey(SQLModel, table=True):
    """A client's rating after a claim, once a touch; the first tap counts."""

    __tablename__: ClassVar[str] = "survey"
    id: int | None = _id()
    touch_id: int = _ref("touch.id", unique=True)
    client_id: int = _ref("client.id")
    rating: int
    rated_at: datetime = _at()


class Task(SQLModel, table=True):
    """Something a member of staff has to do."""

    __tablename__: ClassVar[str] = "task"
    id: int | None = _id()
    owner_id: int = _ref("person.id")
    client_id: int | None = _ref("client.id", nullable=True)
    kind: str = _text()
    title: str = _text()
    dedupe_key: str | None = _text(nullable=True, unique=True)
    due_at: datetime | None = _at(nullable=True)
    created_at: datetime = _at()
    done_at: datetime | None = _at(nullable=True)


class AccessLog(SQLModel, table=True):
    """A trace of each look at another's client, allowed or refused."""

    __tablename__: ClassVar[str] = "access_log"
    id: int | None = _id()
    person_id: int = _ref("person.id")
    client_id: int = _ref("client.id")
    action: str = _text()
    allowed: bool
    at: datetime = _at()


class Archive(SQLModel, table=True):
    """The append-only record of client-facing texts and of what became of them.

    ``digest`` covers the row and the digest before it, so that a changed, lost or inserted row
    shows. ``event`` is ``judged`` for a text and its verdict, or the later fate of ``subject_id``.
    """

    __tablename__: ClassVar[str] = "archive"
    id: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    event: str = _text()
    subject_id: int | None = Field(sa_column=Column(BigInteger, nullable=True, index=True))
    at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False, index=True))
    author_id: int | None = Field(sa_column=Column(BigInteger, nullable=True, index=True))
    client_id: int | None = Field(sa_column=Column(BigInteger, nullable=True))
    audience: str = _text()
    text: str | None = _text(nullable=True)
    decision: str | None = _text(nullable=True)
    findings: list[Any] = _json("[]")
    rulebook: str | None = _text(nullable=True)
    previous: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    digest: bytes = Field(sa_column=Column(LargeBinary, nullable=False, unique=True))


class Review(SQLModel, table=True):
    """A warned message that waits for an officer; ``text`` is what the officer decides on."""

    __tablename__: ClassVar[str] = "review"
    __table_args__ = (
        Index("ix_review_waiting", "assigned_at", postgresql_where=text("decided_at IS NULL")),
    )
    id: int | None = _id()
    outbox_id: int = _ref("outbox.id", unique=True)
    archive_id: int = Field(sa_column=Column(BigInteger, nullable=False))
    author_id: int | None = _ref("person.id", nullable=True)
    text: str = _text()
    findings: list[Any] = _json("[]")
    officer_id: int | None = _ref("person.id", nullable=True)
    assigned_at: datetime = _at()
    passed_on: int = _number()
    decision: str | None = _text(nullable=True)
    decided_by: int | None = _ref("person.id", nullable=True)
    decided_at: datetime | None = _at(nullable=True)
    note: str | None = _text(nullable=True)


class Rulebook(SQLModel, table=True):
    """Every published or proposed version of the phrase lists, whole.

    ``base`` is the digest of the version in force that it was made from; the first has none.
    """

    __tablename__: ClassVar[str] = "rulebook"
    id: int | None = _id()
    digest: str = _text()
    base: str | None = _text(nullable=True)
    source: str = _text()
    lexicon: str = _text()
    diff: str = _text(default="")
    why: str = _text()
    status: str = _text()
    proposed_by: int | None = _ref("person.id", nullable=True)
    published_by: int | None = _ref("person.id", nullable=True)
    proposed_at: datetime = _at()
    published_at: datetime | None = _at(nullable=True)


class LabelledExample(SQLModel, table=True):
    """An officer's decision kept as an example for the next training."""

    __tablename__: ClassVar[str] = "labelled_example"
    id: int | None = _id()
    text: str = _text(unique=True)
    label: str = _text()
    category: str | None = _text(nullable=True)
    officer_id: int | None = _ref("person.id", nullable=True)
    at: datetime = _at()


def table(model: type[SQLModel]) -> Table:
    """The Core table of ``model``, for statements."""
    return SQLModel.metadata.tables[str(model.__tablename__)]
