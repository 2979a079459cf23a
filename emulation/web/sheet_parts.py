"""Pieces of the sheet page that its answers send again, by the id of the element that each replaces."""

from __future__ import annotations

from typing import Any

from flask import current_app, url_for

from emulation.web.display import show_points
from emulation.web.sheet_view import SheetView, section_head


def macros(name: str) -> Any:
    """The macros of a template of the sheet: "parts", "rows" or "takeover"."""
    return current_app.jinja_env.get_template(f"sheets/{name}.html").module


def totals_of(view: SheetView, section: str, *, missing: str) -> dict[str, Any]:
    """Facts of the section on the page, totals of the sheet, and what is missing in words."""
    parts = macros("parts")
    check = url_for("submissions.check", sheet_id=view.sheet.id)
    return {
        "section-facts": parts.section_facts(section_head(view, section)["facts"]),
        "total": parts.total(show_points(view.score.total, view.places)),
        "missing-short": parts.missing_short(missing, check),
        **{name: parts.part(text, name) for _label, text, name in view.parts},
    }
