"""Alembic's environment: the connection comes from `metroetl.warehouse.upgrade`, there is no ini file."""

from __future__ import annotations

from alembic import context

from metroetl.warehouse.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,
    compare_type=True,
)
with context.begin_transaction():
    context.run_migrations()
