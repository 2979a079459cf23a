"""Alembic's entry: runs on the connection that `emulation.schema` hands over."""

from alembic import context

import emulation.models  # noqa: F401  # loads every table
from emulation.db import Base

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=Base.metadata,
    render_as_batch=connection.dialect.name == "sqlite",
    compare_type=True,
)
with context.begin_transaction():
    context.run_migrations()
