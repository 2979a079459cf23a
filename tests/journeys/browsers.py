"""A real server and a real Chromium for the journeys: who is signed in, what the console complained of."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from flask import Flask
from flask.sessions import SecureCookieSessionInterface
from playwright.sync_api import Browser, BrowserContext, Page, Response
from sqlalchemy.orm import Session
from werkzeug.serving import make_server

from emulation.models import User
from tests.world import PASSWORD

LAPTOP = {"width": 1366, "height": 768}
PHONE = {"width": 390, "height": 844}


@contextmanager
def serving(app: Flask, port: int = 0) -> Iterator[str]:
    """The application on a server with threads; gives its address."""
    server = make_server("127.0.0.1", port, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@dataclass
class Visitors:
    """People with a browser each, on one server. `complaints`: what any console or the server complained of."""

    browser: Browser
    address: str
    complaints: list[str] = field(default_factory=list)
    contexts: list[BrowserContext] = field(default_factory=list)

    def come(self, **options: Any) -> Page:
        """A new browser profile of a stranger, with an empty page in it."""
        settings: dict[str, Any] = {"viewport": LAPTOP, "base_url": self.address, "locale": "vi-VN"}
        settings["reduced_motion"] = "reduce"  # drawing every step of a transition is a quarter of what Chromium does
        context = self.browser.new_context(**settings | options)
        context.set_default_timeout(8000)
        context.on("console", lambda message: self._hear(message.type, message.text))
        context.on("weberror", lambda error: self.complaints.append(f"page error: {error.error}"))
        context.on("response", self._look)
        self.contexts.append(context)
        return context.new_page()

    def sign_in(self, name: str, **options: Any) -> Page:
        """This person of tests/world.py after the sign-in page."""
        page = self.come(**options)
        sign_in(page, name)
        return page

    def leave(self) -> None:
        """Close every profile."""
        for context in self.contexts:
            context.close()
        self.contexts.clear()

    def _hear(self, kind: str, text: str) -> None:
        # the status of an answer, 4xx of a refused save included, is looked at in _look()
        if kind in ("error", "warning") and not text.startswith("Failed to load resource"):
            self.complaints.append(f"console: {text}")

    def _look(self, response: Response) -> None:
        if response.status >= 500 or (response.status == 404 and "/static/" in response.url):
            self.complaints.append(f"{response.status} {response.url}")


def sign_in(page: Page, name: str, *, path: str = "/sign-in") -> None:
    """Fill in the sign-in page, opening `path` first."""
    page.goto(path)
    page.fill("#email", f"{name.replace('_', '-')}@thu.example")
    page.fill("#password", PASSWORD)
    page.click("main form button[type=submit] >> nth=0")
    page.wait_for_load_state()


def arrive(visitors: Visitors, site: Flask, person: User, **options: Any) -> Page:
    """A new browser of somebody who has signed in before: the sign-in page takes a second of the processor."""
    page = visitors.come(**options)
    page.context.add_cookies([cookie_of(site, visitors.address, person)])
    return page


def cookie_of(app: Flask, address: str, person: User) -> Any:
    """The session cookie of somebody who is signed in."""
    serializer = SecureCookieSessionInterface().get_signing_serializer(app)
    assert serializer is not None
    value = serializer.dumps({"user": person.id, "sign_out_count": person.sign_out_count})
    return {"name": app.config["SESSION_COOKIE_NAME"], "value": str(value), "url": address}


def fresh(db: Session) -> None:
    """Let go of the transaction, so that the next reading sees what the server wrote."""
    db.rollback()
    db.expire_all()
