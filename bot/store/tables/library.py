"""What an office adds to the library in chat: votes, objections not understood, own lines, signing."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, Index, Text, text
from sqlmodel import Field, SQLModel

from bot.store.tables.columns import at, id_, ref, sealed, text_


class AnswerVote(SQLModel, table=True):
    """Whether a person found an answer of the library useful; a later vote replaces it."""

    __tablename__: ClassVar[str] = "answer_vote"
    person_id: int = Field(
        sa_column=Column(BigInteger, ForeignKey("person.id", ondelete="CASCADE"), primary_key=True)
    )
    answer_id: str = Field(sa_column=Column(Text, primary_key=True, index=True))
    useful: bool = Field(sa_column=Column(Boolean, nullable=False))
    at: datetime = at()


class Unheard(SQLModel, table=True):
    """Words of a client that no objection was recognised in, until a supervisor settles them."""

    __tablename__: ClassVar[str] = "unheard"
    __table_args__ = (Index("ix_unheard_open", "id", postgresql_where=text("settled_at IS NULL")),)
    id: int | None = id_()
    person_id: int = ref("person.id")
    words: bytes | None = sealed()
    settled_at: datetime | None = at(nullable=True)
    intent: str | None = text_(nullable=True)
    at: datetime = at()


class Addition(SQLModel, table=True):
    """A line of the office's own in the library: an ``utterance`` or an ``answer`` of an intent."""

    __tablename__: ClassVar[str] = "addition"
    id: int | None = id_()
    kind: str = text_()
    intent: str = text_()
    text: str = text_()
    author_id: int | None = ref("person.id", nullable=True)
    at: datetime = at()


class SigningItem(SQLModel, table=True):
    """A point of the signing checklist that is done for a client."""

    __tablename__: ClassVar[str] = "signing_item"
    client_id: int = Field(
        sa_column=Column(BigInteger, ForeignKey("client.id", ondelete="CASCADE"), primary_key=True)
    )
    item: str = Field(sa_column=Column(Text, primary_key=True))
    done_at: datetime = at()
