"""Whether this process is busy: where every thread is at work, others wait, and a page can do less."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from threading import Lock
from time import monotonic
from typing import Any

from flask import Flask, current_app

from emulation.config import THREADS

BUSY_FOR = 1.0  # seconds after every thread was at work: between two requests a thread is idle for a moment


class AtWork:
    """Counts the requests that go through it. Not static files: a first visit asks for many at once, a moment each."""

    def __init__(self, answer: Callable[..., Iterable[bytes]]) -> None:
        self.answer = answer
        self.count = 0
        self.full_at = -BUSY_FOR  # when every thread was at work last
        self.lock = Lock()

    def __call__(self, environ: Any, start_response: Any) -> Iterable[bytes]:
        if environ.get("PATH_INFO", "").startswith("/static/"):
            return self.answer(environ, start_response)
        with self.lock:
            self.count += 1
            if self.count >= THREADS:
                self.full_at = monotonic()
        try:
            return self.answer(environ, start_response)
        finally:
            with self.lock:
                self.count -= 1


def register(app: Flask) -> None:
    """Count the requests of this application."""
    app.extensions["at_work"] = app.wsgi_app = AtWork(app.wsgi_app)  # type: ignore[method-assign]  # as Flask documents


def is_busy() -> bool:
    """Whether every thread of this process is at work, or was a moment ago."""
    at_work: AtWork = current_app.extensions["at_work"]
    return monotonic() - at_work.full_at < BUSY_FOR
