"""Fixtures: one application and one database a worker; every test starts from the empty migrated schema."""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import hypothesis
import pytest
from flask import Flask
from jinja2 import FileSystemBytecodeCache
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

from emulation import create_app
from emulation.config import Settings
from emulation.db import Base, make_engine, make_sessions
from emulation.schema import migrate
from tests.client import Client
from tests.world import World, build
from tools.translations import compile_stale

# Time is no property of a rule: on a machine with other work an example of 3 ms may take half a second.
hypothesis.settings.register_profile("suite", deadline=None)
hypothesis.settings.load_profile("suite")


@pytest.fixture(scope="session")
def settings(database_url: str, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Settings of this worker: its database, and a folder for evidence files."""
    return Settings(
        database_url=database_url,
        evidence_dir=str(tmp_path_factory.mktemp("var") / "evidence"),
        secret_key="only-for-the-tests",
        public_url="https://thidua.example",
    )


@pytest.fixture(scope="session")
def engine(settings: Settings) -> Iterator[Engine]:
    """The engine of the tests' own sessions."""
    engine = make_engine(settings.database_url)
    yield engine
    engine.dispose()


@pytest.fixture(scope="session")
def empty_again(engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> Callable[[], None]:
    """Migrate once; the function takes the database back to that state, frozen rows included."""
    migrate(engine)
    if engine.dialect.name == "sqlite":
        path = engine.url.database
        template = tmp_path_factory.mktemp("template") / "migrated.sqlite"
        with closing(sqlite3.connect(path)) as source, closing(sqlite3.connect(template)) as target:
            source.backup(target)

        def restore() -> None:
            # The backup goes through SQLite's own locks, so connections may stay open; a test that failed while it
            # read would leave one behind that still sees the old database.
            engine.dispose()
            with closing(sqlite3.connect(template)) as source, closing(sqlite3.connect(path)) as target:
                source.backup(target)

        return restore

    # Not TRUNCATE, which makes new files for every table and index and took most of the time of the suite.
    tables = Base.metadata.sorted_tables
    restart = ", ".join(f"setval(pg_get_serial_sequence('{table}', 'id'), 1, false)" for table in tables)
    clear = "; ".join(str(table.delete()) for table in tables)

    def delete() -> None:
        with engine.begin() as connection:
            connection.execute(text("SET LOCAL lock_timeout = '5s'"))
            # in this role no trigger runs: neither foreign keys nor the guards of frozen rows
            connection.execute(text("SET LOCAL session_replication_role = replica"))
            connection.exec_driver_sql(clear)
            connection.execute(text(f"SELECT {restart}"))

    return delete


@pytest.fixture
def db(engine: Engine, empty_again: Callable[[], None], settings: Settings) -> Iterator[Session]:
    """A session on the empty migrated database; the evidence folder is empty too."""
    empty_again()
    shutil.rmtree(Path(settings.evidence_dir), ignore_errors=True)
    with make_sessions(engine)() as session:
        yield session


@pytest.fixture
def world(db: Session) -> World:
    """The small world of tests/world.py, committed; all phase windows are open now."""
    return build(db)


@pytest.fixture(scope="session", autouse=True)
def english() -> None:
    """The compiled catalogue is of today's text, also for somebody who edits it and calls pytest alone."""
    compile_stale()


@pytest.fixture(scope="session")
def make_app(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Settings], Flask]:
    """Makes applications that compile each template once a run, not once each."""
    folder = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        folder = folder.parent  # the workers' own folders stand in it
    compiled = folder / "templates"
    compiled.mkdir(exist_ok=True)

    def make(settings: Settings) -> Flask:
        app = create_app(settings)
        app.jinja_env.bytecode_cache = FileSystemBytecodeCache(str(compiled))
        return app

    return make


@pytest.fixture(scope="session")
def app(make_app: Callable[[Settings], Flask], settings: Settings) -> Iterator[Flask]:
    """The application on this worker's database."""
    app = make_app(settings)
    app.testing = True
    app.test_client_class = Client
    yield app
    app.extensions["engine"].dispose()


@pytest.fixture
def client(app: Flask, db: Session) -> Client:
    """A browser nobody has signed in with; see tests/client.py."""
    return Client.of(app, db)
