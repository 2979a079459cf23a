"""Bringing a database to the schema of this version: Alembic without a configuration file."""

from __future__ import annotations

from typing import Any

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine

from emulation.config import ROOT


def _config(connection: Any) -> Config:
    config = Config()
    config.set_main_option("script_location", str(ROOT / "migrations"))
    config.attributes["connection"] = connection
    return config


def migrate(engine: Engine, revision: str = "head") -> None:
    """Upgrade (or downgrade, for an older `revision`) the database in one transaction.

    On SQLite foreign keys are off meanwhile: rebuilding a table must not cascade to its children.
    """
    sqlite = engine.dialect.name == "sqlite"
    with engine.connect() as connection:
        if sqlite:
            connection.exec_driver_sql("ROLLBACK")
            connection.exec_driver_sql("PRAGMA foreign_keys = OFF")
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        script = ScriptDirectory.from_config(_config(connection))
        target = script.get_current_head() if revision == "head" else revision
        current = MigrationContext.configure(connection).get_current_revision()
        revisions = [step.revision for step in script.walk_revisions()]  # newest first
        older = target == "base" or (
            current is not None and target in revisions and revisions.index(target) > revisions.index(current)
        )
        if older:
            command.downgrade(_config(connection), revision)
        else:
            command.upgrade(_config(connection), revision)
        connection.commit()
        if sqlite:
            connection.exec_driver_sql("ROLLBACK")  # inside a transaction the setting would stay as it is
            connection.exec_driver_sql("PRAGMA foreign_keys = ON")
            connection.exec_driver_sql("BEGIN")
            connection.rollback()


def current_revision(engine: Engine) -> str | None:
    """The revision the database is at; None for an empty one."""
    with engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()
