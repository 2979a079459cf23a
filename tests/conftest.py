"""Fixtures: one application and one database a worker; every test starts from the same state of it."""

from __future__ import annotations

import gc
import hashlib
import shutil
from collections.abc import Callable, Iterator

import hypothesis
import jinja2
import pytest
from flask import Flask
from playwright.sync_api import Browser, sync_playwright
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from emulation import create_app
from emulation.config import ROOT, Settings
from emulation.db import make_engine, make_sessions
from emulation.schema import migrate
from tests.client import Client
from tests.snapshots import Snapshots, snapshots_of
from tests.world import World, build, found_again
from tools.system import chromium
from tools.translations import compile_stale

# Time is no property of a rule: on a machine with other work an example of 3 ms may take half a second.
# Every run looks at other examples; half of the usual number keeps the suite short.
hypothesis.settings.register_profile("suite", deadline=None, max_examples=50)
hypothesis.settings.load_profile("suite")


def pytest_collection() -> None:
    """Nothing that is made from here to the end of collection is garbage."""
    gc.disable()


def pytest_collection_finish() -> None:
    """Do not search thousands of tests and every module for garbage again and again: an eighth of the time."""
    gc.freeze()
    gc.set_threshold(10_000, 20, 20)
    gc.enable()


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
def snapshots(engine: Engine) -> Iterator[Snapshots]:
    """The states of the database that tests start from, `empty` (migrated) among them."""
    migrate(engine)
    with snapshots_of(engine) as snapshots:
        snapshots.keep("empty")
        yield snapshots


@pytest.fixture(scope="session")
def written_world(engine: Engine, snapshots: Snapshots) -> World:
    """The world as it is written once a worker, in the state `world`."""
    snapshots.restore("empty")
    with make_sessions(engine)() as session:
        world = build(session)
    snapshots.keep("world")
    return world


@pytest.fixture
def db(request: pytest.FixtureRequest, engine: Engine, snapshots: Snapshots, settings: Settings) -> Iterator[Session]:
    """A session on the migrated database, empty unless the test asks for `world`; the evidence folder is empty too."""
    snapshots.restore("world" if "world" in request.fixturenames else "empty")
    shutil.rmtree(settings.evidence_dir, ignore_errors=True)
    with make_sessions(engine)() as session:
        yield session


@pytest.fixture
def world(written_world: World, db: Session) -> World:
    """The small world of tests/world.py, committed; all phase windows are open now."""
    return found_again(db, written_world)


@pytest.fixture(scope="session", autouse=True)
def english() -> None:
    """The compiled catalogue is of today's text, also for somebody who edits it and calls pytest alone."""
    compile_stale()


@pytest.fixture(scope="session")
def make_app() -> Callable[[Settings], Flask]:
    """Makes applications that compile a template once until it changes, not once each.

    Jinja knows a changed template; what else the compiled form depends on names the folder.
    """
    made_by = jinja2.__version__.encode() + (ROOT / "emulation" / "web" / "app.py").read_bytes()
    compiled = ROOT / ".pytest_cache" / "templates" / hashlib.sha256(made_by).hexdigest()[:16]
    compiled.mkdir(parents=True, exist_ok=True)

    def make(settings: Settings) -> Flask:
        app = create_app(settings)
        app.jinja_env.bytecode_cache = jinja2.FileSystemBytecodeCache(str(compiled))
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


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One Chromium a worker, for it takes a second to start, and two of Playwright cannot run in one process.

    Nobody looks at its window: without memory for pictures of the pages it does not paint them. No page stays long
    enough for its scripts to be worth optimising.
    """
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium(),
            args=[
                "--no-sandbox",
                "--disable-gpu",
                "--in-process-gpu",
                "--force-gpu-mem-available-mb=1",
                "--js-flags=--no-maglev --no-turbofan",
            ],
        )
        yield browser
        browser.close()
