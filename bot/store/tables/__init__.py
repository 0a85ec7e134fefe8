"""The tables, as SQLModel classes: rows only; the vocabulary of the product is in ``domain``.

The migrations in ``store/migrations`` create them; a test keeps the two equal.
"""

from __future__ import annotations

from sqlalchemy import Table
from sqlmodel import SQLModel

from bot.store.tables.book import Claim, Client, ClientTag, Consent, Contact, Interview, Policy
from bot.store.tables.compliance import Archive, LabelledExample, Review, Rulebook
from bot.store.tables.library import Addition, AnswerVote, SigningItem, Unheard
from bot.store.tables.messaging import Inbox, Outbox, Survey, Task, Touch
from bot.store.tables.people import AccessLog, Dialogue, Invitation, Person, Setting
from bot.store.tables.practice import (
    DrillCard,
    DrillSource,
    PracticeHabit,
    PracticeRound,
    PracticeTurn,
)

__all__ = [
    "AccessLog",
    "Addition",
    "AnswerVote",
    "Archive",
    "Claim",
    "Client",
    "ClientTag",
    "Consent",
    "Contact",
    "Dialogue",
    "DrillCard",
    "DrillSource",
    "Inbox",
    "Interview",
    "Invitation",
    "LabelledExample",
    "Outbox",
    "Person",
    "Policy",
    "PracticeHabit",
    "PracticeRound",
    "PracticeTurn",
    "Review",
    "Rulebook",
    "Setting",
    "SigningItem",
    "Survey",
    "Task",
    "Touch",
    "Unheard",
    "table",
]


def table(model: type[SQLModel]) -> Table:
    """The Core table of ``model``, for statements."""
    return SQLModel.metadata.tables[str(model.__tablename__)]
