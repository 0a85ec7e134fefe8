"""The tables, as SQLModel classes: rows only; the vocabulary of the product is in ``domain``.

The migrations in ``store/migrations`` create them; a test keeps the two equal.
"""

from __future__ import annotations

from sqlalchemy import Table
from sqlmodel import SQLModel

from bot.store.tables.book import Claim, Client, ClientTag, Consent, Contact, Interview, Policy
from bot.store.tables.compliance import Archive, LabelledExample, Review, Rulebook
from bot.store.tables.messaging import Inbox, Outbox, Survey, Task, Touch
from bot.store.tables.people import AccessLog, Dialogue, Invitation, Person, Setting

__all__ = [
    "AccessLog",
    "Archive",
    "Claim",
    "Client",
    "ClientTag",
    "Consent",
    "Contact",
    "Dialogue",
    "Inbox",
    "Interview",
    "Invitation",
    "LabelledExample",
    "Outbox",
    "Person",
    "Policy",
    "Review",
    "Rulebook",
    "Setting",
    "Survey",
    "Task",
    "Touch",
    "table",
]


def table(model: type[SQLModel]) -> Table:
    """The Core table of ``model``, for statements."""
    return SQLModel.metadata.tables[str(model.__tablename__)]
