"""What Alembic runs: the migrations, in the transaction that `bot.storage.migrate` opened."""

from alembic import context

from bot.storage.tables import metadata

connection = context.config.attributes.get("connection")
if connection is None:
    raise SystemExit("migrations run by `bot db upgrade`; to write one, copy the newest file of versions/")

context.configure(
    connection=connection,
    target_metadata=metadata,
    # SQLite changes a table by making it anew.
    render_as_batch=connection.dialect.name == "sqlite",
)
context.run_migrations()
