"""The archive of client-facing texts, the review queue, the rulebooks and the labels."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import (
    BigInteger,
    Column,
    DateTime,
    Index,
    LargeBinary,
    text,
)
from sqlmodel import Field, SQLModel

from bot.store.tables.columns import at, id_, json_, number, ref, text_


class Archive(SQLModel, table=True):
    """The append-only record of client-facing texts and of what became of them.

    ``digest`` covers the row and the digest before it, so that a changed, lost or inserted row
    shows. ``event`` is ``judged`` for a text and its verdict, or the later fate of ``subject_id``.
    """

    __tablename__: ClassVar[str] = "archive"
    id: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    event: str = text_()
    subject_id: int | None = Field(sa_column=Column(BigInteger, nullable=True, index=True))
    at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False, index=True))
    author_id: int | None = Field(sa_column=Column(BigInteger, nullable=True, index=True))
    client_id: int | None = Field(sa_column=Column(BigInteger, nullable=True))
    audience: str = text_()
    text: str | None = text_(nullable=True)
    decision: str | None = text_(nullable=True)
    findings: list[Any] = json_("[]")
    rulebook: str | None = text_(nullable=True)
    previous: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    digest: bytes = Field(sa_column=Column(LargeBinary, nullable=False, unique=True))


class Review(SQLModel, table=True):
    """A warned message that waits for an officer; ``text`` is what the officer decides on."""

    __tablename__: ClassVar[str] = "review"
    __table_args__ = (
        Index("ix_review_waiting", "assigned_at", postgresql_where=text("decided_at IS NULL")),
    )
    id: int | None = id_()
    outbox_id: int = ref("outbox.id", unique=True)
    archive_id: int = Field(sa_column=Column(BigInteger, nullable=False))
    author_id: int | None = ref("person.id", nullable=True)
    text: str = text_()
    findings: list[Any] = json_("[]")
    officer_id: int | None = ref("person.id", nullable=True)
    assigned_at: datetime = at()
    passed_on: int = number()
    decision: str | None = text_(nullable=True)
    decided_by: int | None = ref("person.id", nullable=True)
    decided_at: datetime | None = at(nullable=True)
    note: str | None = text_(nullable=True)


class Rulebook(SQLModel, table=True):
    """Every published or proposed version of the phrase lists, whole.

    ``base`` is the digest of the version in force that it was made from; the first has none.
    """

    __tablename__: ClassVar[str] = "rulebook"
    id: int | None = id_()
    digest: str = text_()
    base: str | None = text_(nullable=True)
    source: str = text_()
    lexicon: str = text_()
    diff: str = text_(default="")
    why: str = text_()
    status: str = text_()
    proposed_by: int | None = ref("person.id", nullable=True)
    published_by: int | None = ref("person.id", nullable=True)
    proposed_at: datetime = at()
    published_at: datetime | None = at(nullable=True)


class LabelledExample(SQLModel, table=True):
    """An officer's decision kept as an example for the next training."""

    __tablename__: ClassVar[str] = "labelled_example"
    id: int | None = id_()
    text: str = text_(unique=True)
    label: str = text_()
    category: str | None = text_(nullable=True)
    officer_id: int | None = ref("person.id", nullable=True)
    at: datetime = at()
