"""The sheet in Excel: the workbook to fill, and the one that comes back: looked at first, then written."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from flask import Response, flash, redirect, render_template, request, url_for
from flask_babel import ngettext
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from emulation.access import Permission
from emulation.domain.criteria import Criterion
from emulation.domain.merging import Content, Side
from emulation.domain.source import LARGEST_BYTES, Problem, Problems
from emulation.models import Sheet
from emulation.services import sheet_imports as service
from emulation.services.lines import in_words
from emulation.services.periods import clock_of
from emulation.services.scores import criteria_of
from emulation.services.sheet_books import sheet_xlsx
from emulation.services.sheet_imports import Plan, Planned
from emulation.services.sheets import fill_refusal, load_sheet, load_sheet_to_change
from emulation.web import session as current
from emulation.web.area import Area
from emulation.web.criteria_files import XLSX, problems_shown
from emulation.web.display import say as _
from emulation.web.display import show_datetime, show_phrase, show_points
from emulation.words import N_, Phrase

area = Area("workbooks", __name__)
CHOICE = "choice-"  # + code: the name of a line's choice in the form


def _sheet(db: Session, *, sheet_id: int) -> Sheet | None:
    return load_sheet(db, sheet_id)


def _sheet_to_change(db: Session, *, sheet_id: int) -> Sheet | None:
    return load_sheet_to_change(db, sheet_id)


def _folder() -> Path:
    return Path(current.settings().evidence_dir).with_name("workbooks")


@area.get("/sheets/<int:sheet_id>/workbook.xlsx", allow=Permission.READ_SHEET, load=_sheet)
def download(sheet: Sheet) -> Any:
    """The workbook of this unit, with what is declared now filled in."""
    response = Response(sheet_xlsx(current.db(), sheet, now=current.now()), mimetype=XLSX)
    name = re.sub(r"[^A-Za-z0-9._-]+", "-", f"phieu-{sheet.period.code}-{sheet.unit.code}")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.xlsx"'
    return response


@area.get("/sheets/<int:sheet_id>/workbook", allow=Permission.FILL_SHEET, load=_sheet)
def upload(sheet: Sheet) -> Any:
    """Where a filled workbook is handed in."""
    return _page(sheet)


@area.post("/sheets/<int:sheet_id>/workbook", allow=Permission.FILL_SHEET, load=_sheet)
def look(sheet: Sheet) -> Any:
    """What a workbook would change; nothing is written but the file itself."""
    db, now = current.db(), current.now()
    file = request.files.get("file")
    try:
        if file is None or not file.filename:
            raise Problems([Problem(Phrase(N_("Chọn một tệp.")))])
        raw = file.stream.read(LARGEST_BYTES + 1)
        plan = service.plan_of(db, sheet, raw, by=current.actor().user_id, now=now)
    except Problems as problems:
        return _page(sheet, problems=problems), 422
    if plan.problems:
        return _page(sheet, plan=plan), 422
    kept = service.keep_upload(_folder(), current.actor(), sheet, raw, now=now) if not plan.changes_nothing else ""
    return _page(sheet, plan=plan, kept=kept)


@area.post("/sheets/<int:sheet_id>/workbook/apply", allow=Permission.FILL_SHEET, load=_sheet_to_change)
def apply(sheet: Sheet) -> Any:
    """Write what was looked at: everything or nothing."""
    db, actor, now = current.db(), current.actor(), current.now()
    kept = request.form.get("kept", "")
    raw = service.kept_upload(_folder(), actor, sheet, kept, now=now)
    choices = _choices(request.form)
    try:
        written = service.apply_workbook(
            db, actor, sheet, raw, choices=choices, seen=request.form.get("seen", ""), now=now
        )
    except Problems as problems:
        return _page(sheet, problems=problems), 422
    except (service.PlanStale, service.Undecided) as refused:
        again = show_phrase(refused.phrase)
        return _page(sheet, plan=refused.plan, kept=kept, again=again, choices=choices), refused.status
    if written:
        flash(ngettext("Đã ghi %(num)s tiêu chí từ Excel.", "Đã ghi %(num)s tiêu chí từ Excel.", written), "ok")
    else:
        flash(_("Không có gì để ghi; phiếu trên hệ thống giữ nguyên."), "ok")
    return redirect(url_for("sheets.sheet", sheet_id=sheet.id), 303)


def _choices(form: MultiDict[str, str]) -> dict[str, Side]:
    sides = {side.value: side for side in Side}
    return {
        name.removeprefix(CHOICE): sides[value]
        for name, value in form.items()
        if name.startswith(CHOICE) and value in sides
    }


# ---- the page ----


def _page(
    sheet: Sheet,
    *,
    problems: Problems | None = None,
    plan: Plan | None = None,
    kept: str = "",
    again: str = "",
    choices: Mapping[str, Side] | None = None,
) -> str:
    refused = fill_refusal(sheet, clock_of(current.db(), sheet, now=current.now()))
    told = problems or (Problems(list(plan.problems)) if plan is not None and plan.problems else None)
    places = criteria_of(sheet).precision
    return render_template(
        "workbooks/upload.html",
        sheet=sheet,
        refused=show_phrase(refused.phrase) if refused is not None else None,
        problems=problems_shown(told) if told is not None else [],
        plan=plan,
        kept=kept,
        again=again,
        choices={code: side.value for code, side in (choices or {}).items()},
        taken=[_row(line, places) for line in plan.taken] if plan else [],
        kept_online=[_row(line, places) for line in plan.kept] if plan else [],
        conflicts=[_row(line, places) for line in plan.conflicts] if plan else [],
        places=places,
        button=_button(plan) if plan else "",
    )


def _button(plan: Plan) -> str:
    """What the button does, in words."""
    taken, open_count = len(plan.taken), len(plan.conflicts)
    if not open_count:
        return ngettext("Ghi %(num)s tiêu chí vào phiếu", "Ghi %(num)s tiêu chí vào phiếu", taken)
    if not taken:
        return ngettext("Ghi theo lựa chọn ở %(num)s tiêu chí", "Ghi theo lựa chọn ở %(num)s tiêu chí", open_count)
    return _("Ghi %(taken)s tiêu chí và theo lựa chọn ở %(open)s tiêu chí", taken=taken, open=open_count)


def _row(line: Planned, places: int) -> dict[str, Any]:
    return {
        "code": line.code,
        "title": line.criterion.title,
        "cell": line.cell,
        "online": words_of(line.criterion, line.merged.theirs),
        "workbook": words_of(line.criterion, line.merged.mine),
        "before": words_of(line.criterion, line.merged.base),
        "points": show_points(line.points, places),
        "points_taken": show_points(line.points_taken, places),
        "who": line.who,
        "when": show_datetime(line.when) if line.when else "",
        "choice": f"{CHOICE}{line.code}",
    }


def words_of(criterion: Criterion, content: Content) -> list[str]:
    """A line's content, one sentence each; empty where nothing is declared."""
    words = [f"{show_phrase(label)}: {show_phrase(value)}" for label, value in in_words(criterion, content.data)]
    return [*words, _("Diễn giải: %(text)s", text=content.explanation)] if content.explanation else words
