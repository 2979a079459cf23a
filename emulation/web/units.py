"""The list of units: the department loads it from a file, after a dry run."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import Response, flash, redirect, render_template, request, url_for

from emulation.access import Permission
from emulation.documents.unit_files import Reading, Row, as_csv, known_units, read_units, workbook
from emulation.domain.clusters import CLUSTER_ROLE_NAMES, ClusterRole
from emulation.domain.source import Problems
from emulation.errors import Invalid, WrongState
from emulation.services import unit_lists as service
from emulation.services.periods import newest_period
from emulation.web import session as current
from emulation.web.area import Area
from emulation.web.criteria_files import file_posted, problems_shown, xlsx_file
from emulation.web.display import say as _
from emulation.web.display import show_date, show_phrase, translate

area = Area("units", __name__)
LOAD = Permission.RUN_PERIOD


@area.get("/units", allow=LOAD)
def units() -> Any:
    """Every unit, and the form for a file."""
    return _page()


def _page(
    *,
    problems: list[dict[str, str]] | None = None,
    plan: service.Loading | None = None,
    text: str = "",
    status: int = 200,
) -> tuple[str, int]:
    db = current.db()
    tags = service.known_tags(db)
    page = render_template(
        "units/units.html",
        period=newest_period(db),
        rows=[_shown(row, tags) for row in service.rows_of(db)],
        problems=problems,
        plan=plan,
        new=[_shown(row, tags) for row in plan.new] if plan else [],
        changes=[(one.unit, _changes(one, tags)) for one in plan.changed] if plan else [],
        text=text,
    )
    return page, status


def _shown(row: Row, tags: dict[str, str]) -> dict[str, Any]:
    """A unit in words, for the tables."""
    said = {key: _said(key, row.values.get(key), tags) for key in service.FIELDS}
    return {**said, "code": row.code, "is_illustrative": bool(row.values.get("is_illustrative"))}


def _changes(changed: service.Changed, tags: dict[str, str]) -> list[dict[str, str | None]]:
    """What of a unit changes, for `ui.diff`."""
    return [
        {
            "label": translate(service.LABELS[key]),
            "before": _said(key, before, tags) or None,
            "after": _said(key, after, tags) or None,
        }
        for key, (before, after) in changed.fields.items()
    ]


def _said(key: str, value: Any, tags: dict[str, str]) -> str:
    if isinstance(value, bool):
        return _("có") if value else _("không")
    if isinstance(value, list):
        return "; ".join(tags.get(str(tag), str(tag)) for tag in value)
    if isinstance(value, date):
        return show_date(value)
    return translate(CLUSTER_ROLE_NAMES[ClusterRole(value)]) if value and key == "cluster_role" else value or ""


def _posted() -> Reading:
    """The units in the posted form: in the file, or in the text that a dry run has sent back."""
    tags = service.known_tags(current.db())
    text = request.form.get("text")
    name, raw = ("don-vi.csv", text.encode()) if text is not None else file_posted()
    return read_units(name, raw, tags)


@area.post("/units/plan", allow=LOAD)
def plan() -> Any:
    """The dry run: what loading the file would come to, or everything that is wrong with it. Nothing changes."""
    try:
        reading = _posted()
        found = service.plan_units(current.db(), reading, now=current.now())
    except Problems as error:
        return _page(problems=problems_shown(error), status=422)
    if found.problems:
        return _page(problems=problems_shown(Problems(found.problems)), status=422)
    return _page(plan=found, text=as_csv(reading.rows, service.known_tags(current.db())))


@area.post("/units", allow=LOAD)
def load() -> Any:
    """Load what the dry run showed, all or nothing."""
    try:
        found = service.load_units(
            current.db(), current.actor(), _posted(), seen=request.form.get("seen"), now=current.now()
        )
    except Problems as error:
        return _page(problems=problems_shown(error), status=422)
    except (Invalid, WrongState) as refusal:
        current.db().rollback()
        return _page(problems=[{"where": "", "what": show_phrase(refusal.phrase)}], status=refusal.status)
    flash(_("Đã thêm %(new)s đơn vị, sửa %(changed)s đơn vị.", new=len(found.new), changed=len(found.changed)), "ok")
    return redirect(url_for("units.units") if newest_period(current.db()) else url_for("home.home"), 303)


@area.get("/units/list.xlsx", allow=LOAD)
def list_file() -> Response:
    """The list to correct and hand in again; before there is one, the known units with example clusters."""
    db = current.db()
    return xlsx_file(workbook(service.rows_of(db) or known_units(), service.known_tags(db)), "danh-sach-don-vi.xlsx")
