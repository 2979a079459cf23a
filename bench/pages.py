"""Server times of pages at 63 units: the demo round, in this process, no network."""

from __future__ import annotations

import time
from pathlib import Path

from flask import Flask
from sqlalchemy import select
from werkzeug.test import Client

from emulation import create_app
from emulation.demo.make import make_demo
from emulation.models import Entry, Role, Sheet, User

WARM_UP, TIMES = 5, 60
Rows = list[tuple[str, list[float], str]]


def measure(folder: Path) -> Rows:
    """Sheet page, ranking pages, progress and a save, as the people who open them."""
    settings, _ = make_demo(folder / "demo", fresh=True, public_url="http://127.0.0.1:8000")
    app = create_app(settings)
    app.config["WTF_CSRF_ENABLED"] = False  # the token's hash is measured with the session elsewhere: microseconds
    with app.extensions["sessions"]() as db:
        officer = db.scalars(select(User).where(User.email == "chuyenvien@thaibinh.example")).one()
        leader = db.scalars(select(User).where(User.role == Role.LEADER)).one()
        department = db.scalars(select(User).where(User.role == Role.DEPARTMENT)).one()
        sheet = db.scalars(select(Sheet).where(Sheet.unit_id == officer.unit_id).order_by(Sheet.id.desc())).first()
        assert sheet is not None
        entries = db.scalars(select(Entry).where(Entry.sheet_id == sheet.id)).all()
        counted = next(entry for entry in entries if entry.data and "count" in entry.data)
    found: Rows = []

    def pages(browser: Client, url: str) -> list[float]:
        seconds = []
        for i in range(WARM_UP + TIMES):
            started = time.perf_counter()
            response = browser.get(url)
            took = time.perf_counter() - started
            assert response.status_code == 200, (url, response.status_code)
            if i >= WARM_UP:
                seconds.append(took)
        return seconds

    found.append(("sheet page, 39 criteria", pages(client_of(app, officer), f"/sheets/{sheet.id}"), "40 ms"))
    found.append(
        ("ranking page, sealed, 63 units", pages(client_of(app, leader), "/periods/2021-2022/ranking"), "60 ms")
    )
    found.append(("ranking page, provisional", pages(client_of(app, leader), "/periods/2022-2023/ranking"), "60 ms"))
    found.append(("progress page, 63 units", pages(client_of(app, department), "/periods/2022-2023/progress"), "60 ms"))
    found.append(("a save, with fragments", saves(client_of(app, officer), sheet.id, counted), "15 ms"))
    return found


def client_of(app: Flask, person: User) -> Client:
    """A browser that this person has signed in with."""
    browser = app.test_client()
    with browser.session_transaction() as session:
        session["user"] = person.id
        session["sign_out_count"] = person.sign_out_count
    return browser


def saves(browser: Client, sheet_id: int, entry: Entry) -> list[float]:
    """Times of saving one row, again and again with another figure."""
    seconds, version = [], entry.version
    for i in range(WARM_UP + TIMES):
        form = {"count": str(1 + i % 3), "version": str(version), "explanation": ""}
        started = time.perf_counter()
        response = browser.post(
            f"/sheets/{sheet_id}/entries/{entry.code}", data=form, headers={"Accept": "application/json"}
        )
        took = time.perf_counter() - started
        assert response.status_code == 200, response.get_data(as_text=True)[:400]
        version = response.get_json()["version"]
        if i >= WARM_UP:
            seconds.append(took)
    return seconds
