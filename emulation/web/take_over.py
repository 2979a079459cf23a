"""Taking over: last year's figures and evidence, what the unit says to figures that were filled in for it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import ngettext
from sqlalchemy.orm import Session

from emulation.access import Permission
from emulation.domain.criteria import Criterion
from emulation.domain.declared import Part
from emulation.errors import Invalid, Missing, Refusal
from emulation.models import Evidence, Sheet
from emulation.services import offers, take_over
from emulation.services.evidence import load_evidence_to_change
from emulation.services.last_year import published_before
from emulation.services.lines import in_words, lines_of
from emulation.services.periods import clock_of
from emulation.services.scores import criteria_of
from emulation.services.sheets import fill_refusal, load_sheet, load_sheet_to_change, may_fill_line
from emulation.web import session as current
from emulation.web.area import Area
from emulation.web.display import say as _
from emulation.web.display import show_phrase
from emulation.web.entries import EntryForm, entry_from_form, form_for
from emulation.web.numbers import whole_number
from emulation.web.sheet_view import href, short_words, view_of
from emulation.web.takeover_view import takeover_of
from emulation.words import N_

area = Area("take_over", __name__)
FILL = Permission.FILL_SHEET


def _load(db: Session, *, sheet_id: int, code: str | None = None) -> Sheet | None:
    return load_sheet(db, sheet_id)


def _load_to_change(db: Session, *, sheet_id: int, code: str | None = None) -> Sheet | None:
    return load_sheet_to_change(db, sheet_id)


def _evidence(db: Session, *, evidence_id: int) -> Evidence | None:
    return load_evidence_to_change(db, evidence_id)


def _code() -> str:
    return str((request.view_args or {})["code"])


# ---- what waits for a word, and what last year has ----


@area.get("/sheets/<int:sheet_id>/take-over", allow=FILL, load=_load)
def overview(sheet: Sheet) -> Any:
    """Everything that was filled in and is not confirmed, and what can be taken over from last year."""
    return _overview(sheet)


def _overview(
    sheet: Sheet, *, plan: take_over.Taken | None = None, said: str | None = None, status: int = 200
) -> tuple[str, int]:
    db = current.db()
    refused = fill_refusal(sheet, clock_of(db, sheet, now=current.now()))
    found = take_over.offers_from_last_year(db, sheet) if refused is None else []
    held = offers.offers_of(db, sheet)
    view = view_of(sheet)
    chosen = request.form.getlist("codes")
    if request.method != "POST":  # what earned a bonus a year ago seldom does so again
        chosen = [one.code for one in found if view.lines[one.code].part is Part.CORE]
    waiting = [
        {
            "code": entry.code,
            "title": view.lines[entry.code].criterion.title,
            "href": href(sheet, entry.code),
            "figures": _words(view.lines[entry.code].criterion, entry.data),
            "mark": takeover_of(view, view.lines[entry.code], held, fillable=refused is None),
            "documents": [one.evidence.title for one in entry.citations if one.is_unconfirmed],
            "version": entry.version,
        }
        for entry in offers.unconfirmed(sheet)
    ]
    before = published_before(db, sheet.period)
    page = render_template(
        "sheets/take_over.html",
        sheet=sheet,
        refused=show_phrase(refused.phrase) if refused is not None else None,
        waiting=waiting,
        offers=[{"offer": one, "figures": _words(one.criterion, one.data)} for one in found],
        all_of_it=take_over.plan_take_over(found),
        before=before,
        chosen=chosen,
        explanations=request.form.get("explanations") == "1",
        evidence=request.method != "POST" or request.form.get("evidence") == "1",
        plan=plan,
        said=said,
        untouched=len(take_over.untouched(sheet)) if refused is None else 0,
    )
    return page, status


def _words(criterion: Criterion, data: Mapping[str, Any] | None) -> str:
    short = short_words(criterion, data)
    return short or "; ".join(show_phrase(value) for _label, value in in_words(criterion, data))


@area.post("/sheets/<int:sheet_id>/take-over/plan", allow=FILL, load=_load)
def plan(sheet: Sheet) -> Any:
    """The dry run: what the chosen lines come to. Nothing changes."""
    codes = set(request.form.getlist("codes"))
    found = [one for one in take_over.offers_from_last_year(current.db(), sheet) if one.code in codes]
    if not found:
        return _overview(sheet, said=_("Chọn ít nhất một tiêu chí để lấy từ năm trước."), status=422)
    return _overview(sheet, plan=take_over.plan_take_over(found, evidence=request.form.get("evidence") == "1"))


@area.post("/sheets/<int:sheet_id>/take-over", allow=FILL, load=_load_to_change)
def take(sheet: Sheet) -> Any:
    """Take the chosen lines over."""
    try:
        taken = take_over.take_over(
            current.db(),
            current.actor(),
            sheet,
            codes=set(request.form.getlist("codes")),
            explanations=request.form.get("explanations") == "1",
            evidence=request.form.get("evidence") == "1",
            now=current.now(),
        )
    except Invalid as refusal:
        return _overview(sheet, said=show_phrase(refusal.phrase), status=refusal.status)
    flash(
        _(
            "Đã lấy số liệu của %(lines)s tiêu chí và %(documents)s minh chứng từ năm trước. Xem lại và xác nhận.",
            lines=taken.lines,
            documents=taken.documents,
        ),
        "ok",
    )
    return redirect(url_for("take_over.overview", sheet_id=sheet.id), 303)


@area.post("/sheets/<int:sheet_id>/take-over/undo", allow=FILL, load=_load_to_change)
def undo(sheet: Sheet) -> Any:
    """Take back what came from last year and nobody has touched."""
    n = take_over.undo_take_over(current.db(), current.actor(), sheet, now=current.now())
    flash(_("Đã bỏ phần lấy từ năm trước ở %(n)s tiêu chí.", n=n), "ok")
    return redirect(url_for("take_over.overview", sheet_id=sheet.id), 303)


@area.post("/sheets/<int:sheet_id>/take-over/confirm", allow=FILL, load=_load_to_change)
def confirm_all(sheet: Sheet) -> Any:
    """Confirm the lines that the person saw, each in the version they saw; others wait."""
    seen = dict(one.split(":", 1)[::-1] for one in request.form.getlist("lines") if ":" in one)
    codes = [entry.code for entry in offers.unconfirmed(sheet) if seen.get(entry.code) == str(entry.version)]
    n = offers.confirm(current.db(), current.actor(), sheet, codes, now=current.now())
    left = len(seen) - n
    if n:
        flash(ngettext("Đã xác nhận %(num)s tiêu chí.", "Đã xác nhận %(num)s tiêu chí.", n), "ok")
    if left > 0:
        flash(_("%(n)s tiêu chí vừa thay đổi hoặc đã xác nhận, hãy xem lại.", n=left), "wait")
    return redirect(url_for("take_over.overview", sheet_id=sheet.id), 303)


# ---- one line ----


@area.post("/sheets/<int:sheet_id>/figures/confirm/<path:code>", allow=FILL, load=_load_to_change)
def confirm_line(sheet: Sheet) -> Any:
    """The figures and the evidence of this line still hold."""
    version, code = whole_number(request.form.get("version"), None), _code()
    if offers.confirm(current.db(), current.actor(), sheet, [code], version=version, now=current.now()):
        flash(_("Đã xác nhận tiêu chí %(code)s.", code=code), "ok")
    return redirect(href(sheet, code), 303)


@area.post("/sheets/<int:sheet_id>/figures/adopt/<path:code>", allow=FILL, load=_load_to_change)
def adopt(sheet: Sheet) -> Any:
    """The ministry's figures in the place of the unit's own."""
    offers.adopt(current.db(), current.actor(), sheet, code=_code(), now=current.now())
    flash(_("Đã dùng số của Bộ cho tiêu chí %(code)s.", code=_code()), "ok")
    return redirect(href(sheet, _code()), 303)


@area.post("/sheets/<int:sheet_id>/figures/same/<path:code>", allow=FILL, load=_load_to_change)
def use_same(sheet: Sheet) -> Any:
    """The figures of this line on every other that asks for them."""
    codes = offers.use_same(current.db(), current.actor(), sheet, code=_code(), now=current.now())
    if codes:
        flash(_("Đã dùng cùng số liệu cho %(codes)s.", codes=", ".join(codes)), "ok")
    return redirect(href(sheet, _code()), 303)


@area.get("/sheets/<int:sheet_id>/figures/dispute/<path:code>", allow=FILL, load=_load)
def disputing(sheet: Sheet) -> Any:
    """The unit's own figures and the reason, beside the ministry's."""
    criterion = _criterion(sheet)
    data = next((entry.data for entry in sheet.entries if entry.code == criterion.code), None)
    return _dispute_page(sheet, form_for(criterion, data=data))


def _criterion(sheet: Sheet) -> Criterion:
    criterion = criteria_of(sheet).by_code.get(_code())
    if criterion is None or not criterion.figures or not may_fill_line(sheet, criterion.code):
        raise Missing(N_("Không có trang này, hoặc đã được chuyển đi nơi khác."))
    return criterion


def _dispute_page(sheet: Sheet, form: EntryForm, *, reason: str = "", status: int = 200) -> tuple[str, int]:
    view = view_of(sheet)
    line = view.lines[_code()]
    held = offers.offers_of(current.db(), sheet)
    said = next((held[one].reason for one in line.criterion.figures.values() if one in held and held[one].reason), "")
    page = render_template(
        "sheets/dispute.html",
        sheet=sheet,
        criterion=line.criterion,
        form=form,
        takeover=takeover_of(view, line, held, fillable=False),
        reason=reason or said,
        version=line.entry.version if line.entry else 0,
        back=href(sheet, line.code),
    )
    return page, status


@area.post("/sheets/<int:sheet_id>/figures/dispute/<path:code>", allow=FILL, load=_load_to_change)
def dispute(sheet: Sheet) -> Any:
    """Store the unit's own figures with the reason."""
    criterion = _criterion(sheet)
    form = form_for(criterion, given=request.form)
    reason, version = request.form.get("why", ""), request.form.get("version", "0")
    data = entry_from_form(criterion, form)
    if form.sentences:
        return _dispute_page(sheet, form, reason=reason, status=422)
    try:
        offers.dispute(
            current.db(),
            current.actor(),
            sheet,
            code=criterion.code,
            data=data,
            reason=reason,
            version=whole_number(version, 0),
            now=current.now(),
        )
    except Refusal as refusal:
        if refusal.status not in (409, 422):
            raise
        current.db().rollback()
        fresh = load_sheet(current.db(), sheet.id)
        assert fresh is not None
        form.say(refusal.field if refusal.field != "reason" else None, refusal.phrase)
        return _dispute_page(fresh, form, reason=reason, status=refusal.status)
    flash(_("Đã ghi số liệu của đơn vị cho tiêu chí %(code)s; Bộ thấy cả hai số và lý do.", code=criterion.code), "ok")
    return redirect(href(sheet, criterion.code), 303)


@area.post("/evidence/<int:evidence_id>/still-valid", allow=FILL, load=_evidence)
def confirm_document(evidence: Evidence) -> Any:
    """A document that was taken over still holds."""
    offers.confirm_evidence(current.db(), current.actor(), evidence, now=current.now())
    flash(_("Đã xác nhận minh chứng “%(title)s” còn hiệu lực.", title=evidence.title), "ok")
    lines = [
        entry.code for entry in evidence.sheet.entries if any(one.evidence_id == evidence.id for one in entry.citations)
    ]
    if lines and lines[0] in lines_of(evidence.sheet):
        return redirect(href(evidence.sheet, lines[0]), 303)
    return redirect(url_for("take_over.overview", sheet_id=evidence.sheet_id), 303)
