"""Emulation: the yearly emulation and commendation round of the provincial departments of education."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask import Flask

    from emulation.config import Settings


def create_app(settings: Settings | None = None) -> Flask:
    """The web application: the only place where things are put together."""
    from emulation.web.app import build  # imported late: the command line must start without Flask

    return build(settings)
