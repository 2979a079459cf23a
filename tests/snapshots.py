"""States of a worker's database that its tests start from: migrated and empty, or holding the small world.

`keep` remembers the state of now under a name, once a run; `restore` takes the database back to it before a test, in
a few milliseconds, frozen rows included. Connections may stay open meanwhile.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

from sqlalchemy import Engine, func, select

from emulation.db import Base


class Snapshots(Protocol):
    """Keeps states of one database and restores them."""

    def keep(self, name: str) -> None: ...

    def restore(self, name: str) -> None: ...


class SqliteSnapshots:
    """Copies in memory, written back through SQLite's own locks."""

    def __init__(self, path: str) -> None:
        self.file = sqlite3.connect(path)
        self.file.execute("PRAGMA synchronous = OFF")
        self.kept: dict[str, sqlite3.Connection] = {}

    def keep(self, name: str) -> None:
        self.kept[name] = sqlite3.connect(":memory:")
        self.file.backup(self.kept[name])

    def restore(self, name: str) -> None:
        self.kept[name].backup(self.file)

    def close(self) -> None:
        for connection in (self.file, *self.kept.values()):
            connection.close()


class PostgresqlSnapshots:
    """A schema with copies of the rows, and a function that deletes all rows and puts the copies back.

    Not TRUNCATE, which makes new files for every table and index and took most of the time of the suite. One function
    on one connection, so that its statements are planned once.
    """

    def __init__(self, engine: Engine) -> None:
        self.connection = engine.connect()

    def keep(self, name: str) -> None:
        steps = [str(table.delete()) for table in Base.metadata.sorted_tables]
        with self.connection.begin():
            self._run(f"CREATE SCHEMA kept_{name}")
            for table in Base.metadata.sorted_tables:
                last = self.connection.scalar(select(func.max(table.c.id)))
                counted = f"{last}, true" if last else "1, false"
                steps.append(f"PERFORM setval(pg_get_serial_sequence('{table}', 'id'), {counted})")
                if last:
                    self._run(f"CREATE TABLE kept_{name}.{table} AS TABLE {table}")
                    steps.append(f"INSERT INTO {table} TABLE kept_{name}.{table}")
            self._run(
                f"CREATE FUNCTION kept_{name}.restore() RETURNS void LANGUAGE plpgsql"
                f" AS $$ BEGIN {'; '.join(steps)}; END $$"
            )

    def restore(self, name: str) -> None:
        with self.connection.begin():
            self._run("SET LOCAL lock_timeout = '5s'")
            # in this role no trigger runs: neither foreign keys nor the guards of frozen rows
            self._run("SET LOCAL session_replication_role = replica")
            self._run(f"SELECT kept_{name}.restore()")

    def close(self) -> None:
        self.connection.close()

    def _run(self, statement: str) -> None:
        self.connection.exec_driver_sql(statement)


@contextmanager
def snapshots_of(engine: Engine) -> Iterator[Snapshots]:
    """The snapshots of this database, none kept yet."""
    database = engine.url.database
    assert database is not None
    found = SqliteSnapshots(database) if engine.dialect.name == "sqlite" else PostgresqlSnapshots(engine)
    yield found
    found.close()
