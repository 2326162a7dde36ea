"""What Alembic runs to bring records up to date: in the connection, and the transaction, that records.py opened."""

from alembic import context

from lwise_core.teaching.records.tables import Table

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Table.metadata,
    render_as_batch=True,  # SQLite alters few things in place
    transactional_ddl=True,  # records.py begins SQLite's transactions itself, so that tables change whole or not at all
)
with context.begin_transaction():
    context.run_migrations()
