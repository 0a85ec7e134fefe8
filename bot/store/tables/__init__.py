"""The tables, as SQLModel classes: rows only; the vocabulary of the product is in ``domain``.

The migrations in ``store/migrations`` create them; a test keeps the two equal.
"""

from __future__ import annotations

from sqlalchemy import Table
from sqlmodel import SQLModel

from bot.store.tables.book import (
    Benefit,
    Claim,
    Client,
    ClientTag,
    Consent,
    Contact,
    FamilyMember,
    Handover,
    Interview,
    Policy,
)
from bot.store.tables.compliance import Archive, LabelledExample, Review, Rulebook
from bot.store.tables.library import Addition, AnswerVote, SigningItem, Unheard
from bot.store.tables.messaging import (
    Inbox,
    MorningList,
    Outbox,
    Survey,
    Task,
    Touch,
    TouchMode,
)
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
    "Benefit",
    "Claim",
    "Client",
    "ClientTag",
    "Consent",
    "Contact",
    "Dialogue",
    "DrillCard",
    "DrillSource",
    "FamilyMember",
    "Handover",
    "Inbox",
    "Interview",
    "Invitation",
    "LabelledExample",
    "MorningList",
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
    "TouchMode",
    "Unheard",
    "table",
]


def table(model: type[SQLModel]) -> Table:
    """The Core table of ``model``, for statements."""
    return SQLModel.metadata.tables[str(model.__tablename__)]
