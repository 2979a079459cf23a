"""A real server and a real Chromium for the journeys: who is signed in, what the console complained of."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

from flask import Flask
from flask.sessions import SecureCookieSessionInterface
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, WebError
from sqlalchemy.orm import Session
from werkzeug.serving import make_server

from emulation.models import User
from tests.world import PASSWORD

LAPTOP = {"width": 1366, "height": 768}
PHONE = {"width": 390, "height": 844}


_complaints: dict[str, list[str]] = {}  # of the server at an address, and of those who visit it
_left: list[int] = []  # ports that servers have left: under the same address browsers know styles and fonts already


@contextmanager
def serving(app: Flask, port: int = 0) -> Iterator[str]:
    """The application on a server with threads; gives its address.

    The server itself says what failed: to hear of every answer from the browser took a tenth of the time of a page.
    """

    def heard(environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        def note(status: str, *rest: Any) -> Any:
            if status >= "5" or (status.startswith("404") and environ["PATH_INFO"].startswith("/static/")):
                complaints.append(f"{status} {environ['PATH_INFO']}")
            return start(status, *rest)

        return app(environ, note)

    server = make_server("127.0.0.1", port or _port_left(), heard, threaded=True)
    complaints = _complaints.setdefault(f"http://127.0.0.1:{server.server_port}", [])
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
        _left.append(server.server_port)


def _port_left() -> int:
    """A port that an earlier server has left and nobody has taken since; 0, for any, where there is none."""
    while _left:
        with socket.socket() as one, suppress(OSError):
            one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            one.bind(("127.0.0.1", port := _left.pop()))
            return port
    return 0


class Profiles:
    """Browser profiles that go from test to test, emptied of all but the cache of styles, scripts and fonts.

    The first page of a new profile takes the processor half a second, another one the third of it.
    """

    def __init__(self, browser: Browser, furnish: Callable[[BrowserContext], None] | None = None) -> None:
        self.browser = browser
        self.furnish = furnish  # what every new one gets
        self.free: dict[str, list[BrowserContext]] = {}

    def take(self, settings: dict[str, Any]) -> tuple[BrowserContext, Page]:
        """A profile with these settings, as good as new, and an empty page in it."""
        free = self._like(settings)
        if not free:
            context = self.browser.new_context(**settings)
            context.set_default_timeout(8000)
            if self.furnish:
                self.furnish(context)
            return context, context.new_page()
        context = free.pop()
        page = context.new_page()
        devtools = context.new_cdp_session(page)
        devtools.send("Storage.clearDataForOrigin", {"origin": settings["base_url"], "storageTypes": "all"})
        devtools.detach()
        return context, page

    def give_back(self, context: BrowserContext, settings: dict[str, Any]) -> None:
        """Nobody uses the profile any more: its pages are closed, its cookies gone."""
        for page in context.pages:
            page.close()
        context.clear_cookies()
        context.set_offline(False)
        self._like(settings).append(context)

    def _like(self, settings: dict[str, Any]) -> list[BrowserContext]:
        return self.free.setdefault(repr(sorted(settings.items())), [])


@dataclass
class Visitors:
    """People with a browser each, on one server. `complaints`: what any console or the server complained of."""

    profiles: Profiles
    address: str
    complaints: list[str] = field(init=False)
    taken: list[tuple[BrowserContext, dict[str, Any]]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.complaints = _complaints[self.address]
        self.complaints.clear()

    def come(self, **options: Any) -> Page:
        """A browser profile of a stranger, with an empty page in it."""
        settings: dict[str, Any] = {"viewport": LAPTOP, "base_url": self.address, "locale": "vi-VN"}
        settings["reduced_motion"] = "reduce"  # drawing every step of a transition is a quarter of what Chromium does
        settings |= options
        context, page = self.profiles.take(settings)
        for event, listen in self._listeners:
            context.on(event, listen)
        self.taken.append((context, settings))
        return page

    def sign_in(self, name: str, **options: Any) -> Page:
        """This person of tests/world.py after the sign-in page."""
        page = self.come(**options)
        sign_in(page, name)
        return page

    def leave(self) -> None:
        """Give every profile back."""
        for context, settings in self.taken:
            self.profiles.give_back(context, settings)
            for event, listen in self._listeners:
                context.remove_listener(event, listen)
        self.taken.clear()

    @property
    def _listeners(self) -> list[tuple[Any, Callable[[Any], None]]]:
        return [("console", self._hear), ("weberror", self._break)]

    def _hear(self, message: ConsoleMessage) -> None:
        # the status of an answer, 4xx of a refused save included, is looked at by the server
        if message.type in ("error", "warning") and not message.text.startswith("Failed to load resource"):
            self.complaints.append(f"console: {message.text}")

    def _break(self, error: WebError) -> None:
        self.complaints.append(f"page error: {error.error}")


def sign_in(page: Page, name: str, *, path: str = "/sign-in") -> None:
    """Fill in the sign-in page, opening `path` first."""
    page.goto(path)
    page.fill("#email", f"{name.replace('_', '-')}@thu.example")
    page.fill("#password", PASSWORD)
    page.click("main form button[type=submit] >> nth=0")
    page.wait_for_load_state()


def arrive(visitors: Visitors, site: Flask, person: User, **options: Any) -> Page:
    """A browser of somebody who has signed in before: the sign-in page takes a second of the processor."""
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
