"""Emulation: the yearly emulation and commendation round of the provincial departments of education."""

from __future__ import annotations

import gc
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask import Flask

    from emulation.config import Settings


def create_app(settings: Settings | None = None) -> Flask:
    """The web application: the only place where things are put together."""
    from emulation.web.app import build  # imported late: the command line must start without Flask

    return build(settings)


def application() -> Flask:
    """The application as gunicorn serves it: made once, before the workers part.

    What lives as long as the process is put out of the collector's way; otherwise each full collection walks some
    hundred thousand objects of libraries, in every worker, for nothing.
    """
    from emulation.web.sheet_parts import warm

    app = create_app()
    warm(app)
    gc.collect()
    gc.freeze()
    return app
