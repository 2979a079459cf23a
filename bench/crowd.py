"""The last hour before the deadline: 320 people who save a row every two seconds, gunicorn, PostgreSQL.

    python -m bench.crowd [people] [seconds] [news]

Every person is an officer with rows of their own on a sheet of 120 criteria and 300 citations, five to a sheet. They
come within a few seconds, in any order. The server is the one of `emulation run`. When the times are taken, the server
and all its workers are killed and started again two seconds later; people send again what was not acknowledged, as
static/js/autosave.js does.
In the end every row must hold what was last acknowledged, or what was sent after it, and the history every
acknowledged change. With `news` every page also asks for what colleagues changed, at the pace of static/js/sheets.js.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any
from urllib.parse import urlencode

import psycopg
from flask import Flask, session
from flask_wtf.csrf import generate_csrf
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bench import rounds
from bench.filled import WORDS, empty_round, fill
from emulation import create_app
from emulation.config import Settings
from emulation.db import make_engine, make_sessions
from emulation.domain.criteria import load
from emulation.models import Entry, History
from emulation.schema import migrate
from tests.postgres import Server

PEOPLE, A_SHEET, EVERY = 320, 5, 2.0  # people, of them on one sheet, seconds between two saves of one person
# seconds: until everybody has come, not measured yet, measured, after the kill, without a server
COME, WARM, CALM, AFTER_KILL, DOWN = 6.0, 10, 30, 12, 2.0
CORE, FILES = 112, 300
POSTGRES = {"listen_addresses": "", "max_connections": "100", "timezone": "UTC"}  # durable, as it comes


@dataclass
class Row:
    """One row that a person saves: `acknowledged` and `sent` are figures, `version` what the page knows."""

    code: str
    version: int
    acknowledged: int
    sent: int | None = None
    changes: int = 0


@dataclass
class Person:
    """Somebody at a sheet with their rows, cookie and token."""

    sheet_id: int
    cookie: str
    token: str
    rows: list[Row]


@dataclass
class Tally:
    """What came of it."""

    seconds: list[float] = field(default_factory=list)  # of each acknowledged save of the calm time
    trouble: Counter[str] = field(default_factory=Counter)  # answers that were no acknowledgement
    unreached: int = 0  # sendings that nobody answered, while the server was down
    acknowledged: int = 0


def fill_database(db: Session, people: int) -> list[tuple[int, int, list[str]]]:
    """A round with enough sheets: (user id, sheet id, codes of counted criteria that this person saves)."""
    criteria = load(rounds.criteria_yaml(core=CORE))
    counted = [leaf.code for leaf in criteria.by_code.values() if leaf.rule.kind == "count"]
    found = []
    for sheet, officers in empty_round(db, criteria, units=-(-people // A_SHEET), officers=A_SHEET):
        fill(db, sheet, officers[0], criteria, files=FILES)
        found += [(officer.id, sheet.id, counted[j::A_SHEET]) for j, officer in enumerate(officers)]
    return found[:people]


def signed_in(app: Flask, user_id: int) -> tuple[str, str]:
    """Cookie and token of a browser that this person has signed in with."""
    serializer = app.session_interface.get_signing_serializer(app)  # type: ignore[attr-defined]  # Flask's own interface
    with app.test_request_context():
        session["user"], session["sign_out_count"] = user_id, 0
        session["seen"] = int(time.time() // 60)
        session.permanent = True
        token = generate_csrf()
        return str(serializer.dumps(dict(session))), token


class Crowd:
    """People who save; every one has a connection of their own."""

    def __init__(self, port: int, people: list[Person], *, newest: int, news: bool = False) -> None:
        self.port, self.people, self.tally, self.newest, self.news = port, people, Tally(), newest, news
        self.measures, self.is_over = False, False

    async def run(self, calm: float, between: Any) -> None:
        """Save for `calm` seconds, measured; then let `between` kill the server, and go on for a while."""
        tasks = [asyncio.create_task(self._sit(person, i)) for i, person in enumerate(self.people)]
        if self.news:
            tasks += [asyncio.create_task(self._ask(person, i)) for i, person in enumerate(self.people)]
        await asyncio.sleep(WARM)  # a server in its last hour has seen every page before
        self.measures = True
        await asyncio.sleep(calm)
        self.measures = False
        await between()
        await asyncio.sleep(AFTER_KILL)
        self.is_over = True
        await asyncio.gather(*tasks)

    async def _sit(self, person: Person, number: int) -> None:
        random = Random(number)  # noqa: S311  # invented figures
        await asyncio.sleep(COME * random.random())  # no two of a unit at one moment, unless it happens
        line = Line(self.port)
        place = 0
        while not self.is_over:
            began = time.perf_counter()
            row = person.rows[place % len(person.rows)]
            place += 1
            row.sent = random.choice([n for n in range(1, 90) if n != row.acknowledged])
            while True:  # until it is acknowledged, as the page does
                started = time.perf_counter()
                try:
                    status, body = await asyncio.wait_for(line.post(*request_of(person, row)), 30)
                except (OSError, EOFError, TimeoutError):
                    self.tally.unreached += 1
                    line.close()
                    await asyncio.sleep(0.5)
                    continue
                if self.measures:
                    self.tally.seconds.append(time.perf_counter() - started)
                if status == 200:
                    row.acknowledged, row.version = row.sent, json.loads(body)["version"]
                    row.changes += 1
                    self.tally.acknowledged += 1
                else:
                    self.tally.trouble[f"{status}: {body[:200]!r}"] += 1
                break
            await asyncio.sleep(max(0.0, EVERY - (time.perf_counter() - began)))
        line.close()

    async def _ask(self, person: Person, number: int) -> None:
        """Ask for news every eight seconds, less often where the answer takes long."""
        random, line, newest, pause = Random(number), Line(self.port), self.newest, 8.0  # noqa: S311  # invented pauses
        heard = time.perf_counter()
        while not self.is_over:
            await asyncio.sleep(min(pause * (0.75 + random.random() / 2), 20))
            began = time.perf_counter()
            head = (
                f"GET /sheets/{person.sheet_id}/news?since={newest}&waited={began - heard:.0f} HTTP/1.1\r\n"
                f"Host: 127.0.0.1\r\n"
                f"Cookie: session={person.cookie}\r\nAccept: application/json\r\n\r\n"
            )
            try:
                status, body = await asyncio.wait_for(line.post(head.encode(), b""), 30)
            except (OSError, EOFError, TimeoutError):
                line.close()
                continue
            if status == 200:
                answer = json.loads(body)
                newest, heard = answer["number"], heard if "busy" in answer else began
            pause = min(60.0, max(8.0, (time.perf_counter() - began) * 40))
        line.close()


class Line:
    """One connection of a browser, opened when it is needed and kept as long as the server likes."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.ends: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def post(self, head: bytes, body: bytes) -> tuple[int, bytes]:
        """Status and body of the answer.

        Raises:
            OSError, EOFError: nobody listens, or the connection broke.
        """
        if self.ends is None:
            self.ends = await asyncio.open_connection("127.0.0.1", self.port)
        reader, writer = self.ends
        writer.write(head + body)
        await writer.drain()
        first = (await reader.readline()).split()
        if len(first) < 2:
            raise EOFError
        headers = {}
        while (line := await reader.readline()) not in (b"\r\n", b""):
            name, _, value = line.decode("latin-1").partition(":")
            headers[name.strip().lower()] = value.strip()
        answer = await reader.readexactly(int(headers["content-length"]))
        if headers.get("connection", "").lower() == "close":
            self.close()
        return int(first[1]), answer

    def close(self) -> None:
        """Give the connection up."""
        if self.ends is not None:
            self.ends[1].close()
            self.ends = None


def request_of(person: Person, row: Row) -> tuple[bytes, bytes]:
    """Head and body of a save."""
    body = urlencode(
        {
            "csrf_token": person.token,
            "version": row.version,
            "count": row.sent,
            "explanation": WORDS,
        }
    ).encode()
    head = (
        f"POST /sheets/{person.sheet_id}/entries/{row.code} HTTP/1.1\r\nHost: 127.0.0.1\r\n"
        f"Cookie: session={person.cookie}\r\nAccept: application/json\r\nX-CSRFToken: {person.token}\r\n"
        f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode(), body


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def start_server(environment: dict[str, str], port: int) -> subprocess.Popen[bytes]:
    """`emulation run`, in a process group of its own; returns when it answers."""
    emulation = Path(sys.executable).with_name("emulation")
    server = subprocess.Popen(
        [str(emulation), "run", f"--port={port}"], env=environment, start_new_session=True, stderr=subprocess.DEVNULL
    )
    for _ in range(200):
        time.sleep(0.1)
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return server
    raise RuntimeError("the server did not start")


def held_in(db: Session) -> dict[tuple[int, str], int]:
    """The stored counts by sheet and code."""
    rows = db.execute(select(Entry.sheet_id, Entry.code, Entry.data))
    return {(sheet, code): int(data["count"]) for sheet, code, data in rows if data and "count" in data}


def lost(db: Session, people: list[Person]) -> list[str]:
    """Rows that do not hold what was acknowledged, and acknowledged changes that the history lacks."""
    stored = held_in(db)
    acts = Counter(db.scalars(select(History.thing_id).where(History.act == "fill")))
    ids = {(sheet, code): key for sheet, code, key in db.execute(select(Entry.sheet_id, Entry.code, Entry.id))}
    found = []
    for person in people:
        for row in person.rows:
            place = (person.sheet_id, row.code)
            if stored[place] not in (row.acknowledged, row.sent):
                found.append(f"{place}: acknowledged {row.acknowledged}, stored {stored[place]}")
            if acts[ids[place]] < row.changes:
                found.append(f"{place}: {row.changes} changes acknowledged, {acts[ids[place]]} in the history")
    return found


@dataclass(frozen=True)
class Outcome:
    """Times of the calm part in seconds, answers that were no acknowledgement, and what was lost over all."""

    seconds: list[float]
    acknowledged: int
    unreached: int
    trouble: Counter[str]
    lost: list[str]

    @property
    def p95(self) -> float:
        """Seconds that 95 of 100 saves stay below."""
        return statistics.quantiles(self.seconds, n=20)[-1]


def measure(people: int = PEOPLE, calm: float = CALM, *, news: bool = False) -> Outcome:
    """Run the last hour, shortened, and count."""
    postgres = Server(POSTGRES)
    folder = Path(tempfile.mkdtemp(prefix="emulation-crowd-"))
    try:
        with psycopg.connect(host=str(postgres.folder), user="postgres", autocommit=True) as connection:
            connection.execute("CREATE DATABASE crowd TEMPLATE template0")
        url = f"postgresql+psycopg://postgres@/crowd?host={postgres.folder}"
        engine = make_engine(url)
        migrate(engine)
        with make_sessions(engine)() as db:
            who = fill_database(db, people)
            db.commit()
        with psycopg.connect(host=str(postgres.folder), user="postgres", dbname="crowd", autocommit=True) as connection:
            connection.execute("VACUUM ANALYZE")
        settings = Settings(database_url=url, evidence_dir=str(folder / "evidence"), secret_key="of-the-crowd")  # noqa: S106  # of this run only
        app = create_app(settings)
        with make_sessions(engine)() as db:
            held, newest = held_in(db), db.scalar(select(func.max(History.id))) or 0
        crowd = [
            Person(sheet, *signed_in(app, user), [Row(code, 1, held[sheet, code]) for code in codes])
            for user, sheet, codes in who
        ]
        port = free_port()
        environment = {
            **os.environ,
            "EMULATION_DATABASE_URL": url,
            "EMULATION_EVIDENCE_DIR": settings.evidence_dir,
            "EMULATION_SECRET_KEY": settings.secret_key,
        }
        server = start_server(environment, port)

        async def kill_and_start() -> None:
            nonlocal server
            os.killpg(server.pid, signal.SIGKILL)
            server.wait()
            await asyncio.sleep(DOWN)
            server = await asyncio.to_thread(start_server, environment, port)

        run = Crowd(port, crowd, newest=newest, news=news)
        try:
            asyncio.run(run.run(calm, kill_and_start))
        finally:
            os.killpg(server.pid, signal.SIGTERM)
            server.wait()
        with make_sessions(engine)() as db:
            missing = lost(db, crowd)
        engine.dispose()
        tally = run.tally
        return Outcome(tally.seconds, tally.acknowledged, tally.unreached, tally.trouble, missing)
    finally:
        postgres.stop()


def main() -> None:
    """Measure and print."""
    people = int(sys.argv[1]) if len(sys.argv) > 1 else PEOPLE
    calm = float(sys.argv[2]) if len(sys.argv) > 2 else CALM
    found = measure(people, calm, news="news" in sys.argv)
    times = sorted(found.seconds)
    print(
        f"{people} people, {len(times)} saves in {calm:.0f} s: median {statistics.median(times) * 1000:.0f} ms, "
        f"p95 {found.p95 * 1000:.0f} ms, slowest {times[-1] * 1000:.0f} ms"
    )
    print(f"acknowledged {found.acknowledged}, sent without an answer while the server was down {found.unreached}")
    print(f"other answers: {dict(found.trouble) or 'none'}")
    print(f"lost: {found.lost or 'nothing'}")


if __name__ == "__main__":
    main()
