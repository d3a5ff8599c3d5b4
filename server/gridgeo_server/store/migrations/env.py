"""How Alembic reaches the store: through the connection that the server hands over."""

from alembic import context

from gridgeo_server.store.tables import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata, render_as_batch=True)
with context.begin_transaction():
    context.run_migrations()
