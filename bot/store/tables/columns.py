"""The kinds of columns that the tables are made of, and how constraints are named."""

from __future__ import annotations

from typing import Any

from sqlalchemy import BigInteger, Column, DateTime, ForeignKey, Identity, LargeBinary, Text, text
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


def id_() -> Any:
    """The primary key, given by the database."""
    return Field(sa_column=Column(BigInteger, Identity(always=False), primary_key=True))


def ref(target: str, *, nullable: bool = False, index: bool = True, unique: bool = False) -> Any:
    """A reference that goes when what it points at goes."""
    key = ForeignKey(target, ondelete="CASCADE")
    column = Column(BigInteger, key, nullable=nullable, index=index and not unique, unique=unique)
    return Field(sa_column=column)


def at(*, nullable: bool = False) -> Any:
    """An instant with its time zone."""
    return Field(sa_column=Column(DateTime(timezone=True), nullable=nullable))


def text_(*, nullable: bool = False, unique: bool = False, default: str | None = None) -> Any:
    """Text of any length."""
    server_default = None if default is None else text(f"'{default}'")
    column = Column(Text, nullable=nullable, unique=unique, server_default=server_default)
    return Field(sa_column=column)


def flag(default: bool) -> Any:
    """A truth value with its default."""
    return Field(sa_column_kwargs={"server_default": text(str(default).lower())})


def json_(default: str | None = None) -> Any:
    """JSON; without ``default`` it may be null."""
    server_default = None if default is None else text(f"'{default}'::jsonb")
    nullable = default is None
    return Field(sa_column=Column(JSONB, nullable=nullable, server_default=server_default))


def sealed() -> Any:
    """Bytes encrypted by the vault."""
    return Field(sa_column=Column(LargeBinary, nullable=True))


def number() -> Any:
    """A count that begins at zero."""
    return Field(sa_column_kwargs={"server_default": text("0")})
