"""Practice with a simulated client: rounds and their turns, what comes back when, habits."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, ClassVar

from sqlalchemy import BigInteger, Boolean, Column, Date, ForeignKey, Index, Integer, Text, text
from sqlmodel import Field, SQLModel

from bot.store.tables.columns import at, flag, id_, json_, number, ref, sealed, text_


class PracticeRound(SQLModel, table=True):
    """One conversation with a persona, or a drill of several single objections."""

    __tablename__: ClassVar[str] = "practice_round"
    __table_args__ = (
        Index(
            "uq_practice_round_open",
            "person_id",
            unique=True,
            postgresql_where=text("ended_at IS NULL"),
        ),
        Index("ix_practice_round_person_id_started_at", "person_id", "started_at"),
    )
    id: int | None = id_()
    person_id: int = ref("person.id", index=False)
    kind: str = text_()
    persona: str = text_()
    state: dict[str, Any] = json_("{}")
    outcome: str | None = text_(nullable=True)
    started_at: datetime = at()
    ended_at: datetime | None = at(nullable=True)
    comment: str | None = text_(nullable=True)
    comment_by: int | None = ref("person.id", nullable=True)


class PracticeTurn(SQLModel, table=True):
    """What the client said, what the trainee answered, and how it was judged."""

    __tablename__: ClassVar[str] = "practice_turn"
    id: int | None = id_()
    round_id: int = ref("practice_round.id")
    turn: int = number()
    intent: str = text_()
    line: str = text_()
    reply: bytes | None = sealed()
    score: int = number()
    parts: dict[str, Any] = json_("{}")
    at: datetime = at()


class DrillCard(SQLModel, table=True):
    """When an intent comes back to a person: a card of the spaced schedule."""

    __tablename__: ClassVar[str] = "drill_card"
    __table_args__ = (Index("ix_drill_card_person_id_due_at", "person_id", "due_at"),)
    person_id: int = Field(
        sa_column=Column(BigInteger, ForeignKey("person.id", ondelete="CASCADE"), primary_key=True)
    )
    intent: str = Field(sa_column=Column(Text, primary_key=True))
    card: dict[str, Any] = json_("{}")
    due_at: datetime = at()


class DrillSource(SQLModel, table=True):
    """A reason to drill an intent soon: the agent's own lost lead, blocked message, or a task."""

    __tablename__: ClassVar[str] = "drill_source"
    id: int | None = id_()
    person_id: int = ref("person.id")
    intent: str = text_()
    why: str = text_()
    by_id: int | None = ref("person.id", nullable=True)
    done_at: datetime | None = at(nullable=True)
    at: datetime = at()


class PracticeHabit(SQLModel, table=True):
    """When a person is reminded of the daily drill, and whether others may see the rank."""

    __tablename__: ClassVar[str] = "practice_habit"
    person_id: int = Field(
        sa_column=Column(BigInteger, ForeignKey("person.id", ondelete="CASCADE"), primary_key=True)
    )
    hour: int | None = Field(sa_column=Column(Integer, nullable=True))
    reminded_on: date | None = Field(sa_column=Column(Date, nullable=True))
    ranked: bool = flag(False)
    at_once: bool = Field(
        default=True, sa_column=Column(Boolean, nullable=False, server_default=text("true"))
    )
