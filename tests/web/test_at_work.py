"""When a process calls itself busy: every thread at a page or a save, not at the files of a first visit."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import pytest
from flask import Flask

from emulation.config import THREADS
from emulation.web import at_work


def busy_within(path: str, depth: int) -> bool:
    """Whether a process is busy when `depth` requests for this path are at work at once."""
    app = Flask("emulation")
    seen: list[bool] = []

    def nested(depth: int) -> Callable[..., Iterable[bytes]]:
        def answer(environ: Any, start_response: Any) -> Iterable[bytes]:
            if depth == 1:
                with app.app_context():
                    seen.append(at_work.is_busy())
                return []
            app.extensions["at_work"].answer = nested(depth - 1)
            return app.wsgi_app(environ, start_response)

        return answer

    at_work.register(app)
    app.extensions["at_work"].answer = nested(depth)
    app.wsgi_app({"PATH_INFO": path}, None)  # type: ignore[arg-type]  # nothing here answers
    return seen[0]


@pytest.mark.parametrize(
    ("path", "depth", "busy"),
    [
        ("/phieu/1", 1, False),
        ("/phieu/1", THREADS - 1, False),
        ("/phieu/1", THREADS, True),
        ("/static/app.css", 3 * THREADS, False),
    ],
)
def test_busy_when_every_thread_is_at_work_for_a_person(path: str, depth: int, busy: bool) -> None:
    assert busy_within(path, depth) is busy
