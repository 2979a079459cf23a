"""Pieces of the sheet page that its answers send again, by the id of the element that each replaces."""

from __future__ import annotations

from typing import Any

from flask import Flask, current_app, url_for

from emulation.web.display import show_points
from emulation.web.sheet_view import SheetView, section_head


def macros(name: str) -> Any:
    """The macros of a template of the sheet: "parts", "rows" or "takeover"."""
    return current_app.jinja_env.get_template(f"sheets/{name}.html").module


def warm(app: Flask) -> None:
    """Compile the templates of the sheet before the workers part: each would need half a second of its own for them."""
    with app.test_request_context():
        for name in ("parts", "rows", "takeover"):
            macros(name)
        app.jinja_env.get_template("sheets/sheet.html")


def totals_of(view: SheetView, section: str, *, missing: str) -> dict[str, Any]:
    """Facts of the section on the page, totals of the sheet, and what is missing in words."""
    parts = macros("parts")
    check = url_for("submissions.check", sheet_id=view.sheet.id)
    return {
        "section-facts": parts.section_facts(section_head(view, section)["facts"]),
        "missing-short": parts.missing_short(missing, check),
        **sums_of(view),
    }


def sums_of(view: SheetView) -> dict[str, Any]:
    """The total of the sheet and its parts."""
    parts = macros("parts")
    sums = {name: parts.part(text, name) for _label, text, name in view.parts}
    return {"total": parts.total(show_points(view.score.total, view.places)), **sums}
