"""Alembic's entry: runs the migrations on the connection that ``store.engine.migrate`` gives."""

from alembic import context
from sqlmodel import SQLModel

from bot.store import tables

_ = tables  # the import fills the metadata
connection = context.config.attributes["connection"]
context.configure(
    connection=connection, target_metadata=SQLModel.metadata, compare_server_default=True
)
with context.begin_transaction():
    context.run_migrations()
