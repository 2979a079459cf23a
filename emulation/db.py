"""The database: declarative base, column types, engine. One session is one transaction."""

from __future__ import annotations

import sqlite3
from datetime import UTC, datetime
from decimal import Decimal
from enum import StrEnum
from pathlib import Path
from time import monotonic
from typing import Any

from sqlalchemy import (
    JSON,
    CheckConstraint,
    DateTime,
    Dialect,
    Engine,
    MetaData,
    Numeric,
    String,
    create_engine,
    event,
)
from sqlalchemy.exc import InvalidatePoolError, OperationalError
from sqlalchemy.exc import TimeoutError as NoConnectionFree
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column, sessionmaker
from sqlalchemy.types import TypeDecorator

NAMING = {
    "ix": "ix_%(column_0_label)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}

LONGEST_UNASKED = 10.0  # seconds that a connection to PostgreSQL may wait before it is asked whether it still lives


class Moment(TypeDecorator[datetime]):
    """A point in time: aware, UTC in the database on every backend."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without a zone")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Points(TypeDecorator[Decimal]):
    """An exact decimal: NUMERIC(14, 4) on PostgreSQL, text on SQLite, which would store a float."""

    impl = Numeric(14, 4)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> Any:
        return dialect.type_descriptor(String(20) if dialect.name == "sqlite" else Numeric(14, 4))

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> Any:
        if value is None:
            return None
        if not isinstance(value, Decimal):
            raise TypeError("points are Decimal")
        return str(value) if dialect.name == "sqlite" else value

    def process_result_value(self, value: Any, dialect: Dialect) -> Decimal | None:
        return None if value is None else Decimal(value)


class Base(DeclarativeBase):
    """Base of all tables. Every table has an integer key `id`."""

    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map = {
        datetime: Moment(),
        Decimal: Points(),
        dict[str, Any]: JSON(none_as_null=True),
        list[str]: JSON(),
    }

    id: Mapped[int] = mapped_column(primary_key=True)


def one_of(column: str, states: type[StrEnum]) -> CheckConstraint:
    """CHECK that a text column holds one of the values of an enumeration."""
    values = ", ".join(f"'{state.value}'" for state in states)
    return CheckConstraint(f"{column} IN ({values})", name=column)


def make_engine(url: str) -> Engine:
    """An engine for SQLite or PostgreSQL with our rules: foreign keys, WAL, explicit BEGIN on SQLite."""
    if url.startswith("sqlite:///") and ":memory:" not in url:
        Path(url.removeprefix("sqlite:///")).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(url)
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    else:
        _ask_the_idle(engine)
    return engine


def _ask_the_idle(engine: Engine) -> None:
    """Ask a connection that has waited in the pool whether it still lives; one that was just used need not be asked."""

    def remember(connection: Any, record: Any) -> None:
        record.info["used"] = monotonic()

    def ask(connection: Any, record: Any, proxy: Any) -> None:
        used = record.info.get("used")  # none: it was made this moment
        if used is None or monotonic() - used < LONGEST_UNASKED:
            return
        try:
            engine.dialect.do_ping(connection)
        except engine.dialect.loaded_dbapi.Error as error:
            raise InvalidatePoolError from error  # the pool connects anew, and asks again

    event.listen(engine, "checkin", remember)
    event.listen(engine, "checkout", ask)


UNAVAILABLE = (OperationalError, NoConnectionFree)


def is_unavailable(error: Exception) -> bool:
    """Whether the database is locked, full or gone, rather than asked for what it does not have."""
    if not isinstance(error, UNAVAILABLE):
        return False
    code: int | None = getattr(getattr(error, "orig", None), "sqlite_errorcode", None)
    return code is None or code & 0xFF != sqlite3.SQLITE_ERROR


def _prepare_sqlite(connection: Any, record: Any) -> None:
    connection.isolation_level = None  # the driver must not begin transactions on its own
    cursor = connection.cursor()
    for pragma in ("foreign_keys = ON", "journal_mode = WAL", "synchronous = NORMAL", "busy_timeout = 15000"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: Any) -> None:
    # a writer takes the lock at once, so that two writers queue instead of failing half way
    writes = connection.get_execution_options().get("writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


Sessions = sessionmaker[Session]


def make_sessions(engine: Engine) -> Sessions:
    """A factory of sessions; objects stay readable after commit."""
    return sessionmaker(engine, expire_on_commit=False)


def writing(session: Session) -> Session:
    """The same session with its transaction begun for writing: SQLite must know, and locks the whole database."""
    if session.get_bind().dialect.name == "sqlite":
        session.connection(execution_options={"writes": True})
    return session
