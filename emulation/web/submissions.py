"""The way of a sheet: check and send, sign, receipt, receive or return; the director's first screen."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session
from wtforms import BooleanField, Form, PasswordField, StringField, TextAreaField

from emulation.access import Permission
from emulation.domain.criteria import Criterion
from emulation.domain.workflow import Act, Phase, SheetState, refusal
from emulation.errors import Invalid, Missing, TooMany
from emulation.models import Period, Role, Sheet, User
from emulation.services import submissions as service
from emulation.services.accounts import confirm_password
from emulation.services.last_year import last_result
from emulation.services.lines import LineStatus, in_words, lines_of
from emulation.services.periods import clock_of, load_period
from emulation.services.scores import criteria_of, self_score
from emulation.services.sheet_prints import UNSIGNED, sheet_pdf
from emulation.services.sheets import load_sheet, load_sheet_to_change, name_of, people_of, sheet_in
from emulation.web import session as current
from emulation.web.area import Area
from emulation.web.display import show_datetime, show_phrase
from emulation.web.sheet_view import (
    SheetView,
    groups_of,
    href,
    missing_words,
    row_of,
    section_rows,
    todo_items,
    view_of,
)
from emulation.web.whereabouts import ball_of, dates_of, deadline_of, names_of, next_step_of, steps_of
from emulation.words import N_, Phrase

area = Area("submissions", __name__)
BACK_ACTS = ("send_back", "return")


def _sheet(db: Session, *, sheet_id: int) -> Sheet | None:
    return load_sheet(db, sheet_id)


def _sheet_to_change(db: Session, *, sheet_id: int) -> Sheet | None:
    return load_sheet_to_change(db, sheet_id)


# ---- what all these pages show ----


def _frame(sheet: Sheet, view: SheetView) -> dict[str, Any]:
    """Status, totals and lines of a sheet, as its pages on the way show them."""
    db = current.db()
    deadline = deadline_of(clock_of(db, sheet, now=current.now()))
    people = people_of(db, sheet.unit_id)
    return {
        "sheet": sheet,
        "view": view,
        "criteria": view.criteria,
        "steps": steps_of(sheet, deadline),
        "ball": ball_of(sheet, people),
        "next_step": next_step_of(sheet),
        "deadline": deadline if sheet.state in UNSIGNED else None,
        "directors": names_of(people, Role.UNIT_DIRECTOR),
        "fingerprint": service.fingerprint(sheet),
    }


def _all_rows(view: SheetView) -> list[dict[str, Any]]:
    """Every line for a table, a section line before its criteria."""
    rows: list[dict[str, Any]] = []
    for section in view.criteria.sections:
        score = view.score.section(section.code)
        rows.append({"section": section, "score": score})
        for group in groups_of(view, section.code):
            rows += [row_of(view, line, fillable=False) for line in group.lines]
    for part in ("bonus", "deductions"):
        lines = [line for group in groups_of(view, part) for line in group.lines if line.data is not None]
        if lines:
            rows.append({"part": part})
            rows += [row_of(view, line, fillable=False) for line in lines]
    return rows


def _unproved(view: SheetView) -> list[dict[str, Any]]:
    """Lines without their required evidence, with the unit's words."""
    return [
        {
            "code": line.code,
            "title": line.criterion.title,
            "text": line.explanation,
            "href": href(view.sheet, line.code),
        }
        for line in view.lines.values()
        if line.status is LineStatus.EXPLAINED
    ]


def _words(criterion: Criterion, content: Mapping[str, Any] | None) -> str:
    if not content:
        return ""
    words = [f"{show_phrase(label)}: {show_phrase(value)}" for label, value in in_words(criterion, content["data"])]
    if content.get("explanation"):
        words.append(_("diễn giải: %(text)s", text=content["explanation"]))
    return "; ".join(words)


def _changes(sheet: Sheet) -> dict[str, Any] | None:
    """What was changed since the sheet last came back; None if it never did."""
    back = service.last_act(current.db(), sheet, BACK_ACTS)
    if back is None:
        return None
    acts = {"cite": _("thêm minh chứng “%(title)s”"), "uncite": _("bỏ minh chứng “%(title)s”")}
    by_code = criteria_of(sheet).by_code
    rows = []
    for change in service.changes_since(current.db(), sheet, back.at):
        criterion = by_code[change.code]
        rows.append(
            {
                "code": change.code,
                "title": criterion.title,
                "href": href(sheet, change.code),
                "before": _words(criterion, change.before),
                "after": _words(criterion, change.after),
                "is_filled": change.before != change.after,
                "evidence": "; ".join(acts[act] % {"title": title} for act, title in change.evidence),
                "who": change.who,
                "at": change.at,
            }
        )
    note = str((back.new or {}).get("note", ""))
    return {"rows": rows, "who": back.actor_name, "at": back.at, "note": note, "by_unit": back.act == "send_back"}


def _refusal_of(act: Act, sheet: Sheet) -> str | None:
    """Why an act is not possible now, in words."""
    clock = clock_of(current.db(), sheet, now=current.now())
    found = refusal(act, SheetState(sheet.state), Phase(sheet.period.phase), clock)
    return show_phrase(found.phrase) if found else None


# ---- the officer sends ----


@area.get("/sheets/<int:sheet_id>/send", allow=Permission.FILL_SHEET, load=_sheet)
def check(sheet: Sheet) -> Any:
    """What is left, or, where nothing is, the answers to check before sending."""
    return _check_page(sheet)


def _check_page(sheet: Sheet) -> str:
    view = view_of(sheet)
    return render_template(
        "submissions/check.html",
        **_frame(sheet, view),
        items=todo_items(view),
        missing=missing_words(view.left),
        rows=_all_rows(view),
        unproved=_unproved(view),
        changes=_changes(sheet),
        refused=_refusal_of(Act.SEND, sheet),
    )


@area.post("/sheets/<int:sheet_id>/send", allow=Permission.FILL_SHEET, load=_sheet_to_change)
def send(sheet: Sheet) -> Any:
    """Send for signature what was checked."""
    try:
        service.send(current.db(), current.actor(), sheet, seen=request.form.get("seen") or None, now=current.now())
    except service.SomethingLeft as error:
        return _check_page(sheet), error.status
    flash(_("Đã trình lãnh đạo Sở ký."), "ok")
    return redirect(url_for("sheets.sheet", sheet_id=sheet.id), 303)


# ---- the director signs ----


class SignForm(Form):
    """The password again: a person signs."""

    password = PasswordField(N_("Mật khẩu của anh chị"))
    note = TextAreaField(N_("Cần sửa gì"))

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        for field in self:
            field.errors = []
            field.label.text = _(field.label.text)


@area.get("/sheets/<int:sheet_id>/sign", allow=Permission.SIGN_SHEET, load=_sheet)
def sign(sheet: Sheet) -> Any:
    """What is to be signed: totals, what changed since it came back, all lines."""
    return _sign_page(sheet, SignForm())


def _sign_page(sheet: Sheet, form: SignForm) -> str:
    view = view_of(sheet)
    return render_template(
        "submissions/sign.html",
        **_frame(sheet, view),
        rows=_all_rows(view),
        unproved=_unproved(view),
        changes=_changes(sheet),
        sections=section_rows(view),
        sender=service.last_act(current.db(), sheet, ("send",)),
        last=last_result(current.db(), sheet.period, sheet.unit_id),
        refused=_refusal_of(Act.SUBMIT, sheet),
        form=form,
    )


@area.post("/sheets/<int:sheet_id>/submit", allow=Permission.SIGN_SHEET, load=_sheet_to_change)
def submit(sheet: Sheet) -> Any:
    """Sign with the password and submit to the ministry."""
    form, db, actor, now = SignForm(request.form), current.db(), current.actor(), current.now()
    service.require_moment(db, Act.SUBMIT, sheet, now=now)
    try:
        confirm_password(db, actor, str(form.password.data or ""), now=now)
    except (Invalid, TooMany) as error:  # the failed attempt is kept: the request commits
        form.password.errors = [show_phrase(error.phrase)]
        return _sign_page(sheet, form), error.status
    service.submit(db, actor, sheet, seen=request.form.get("seen") or None, now=now)
    flash(_("Đã ký và nộp phiếu về Bộ."), "ok")
    return redirect(url_for("submissions.receipt", sheet_id=sheet.id), 303)


@area.post("/sheets/<int:sheet_id>/send-back", allow=Permission.SIGN_SHEET, load=_sheet_to_change)
def send_back(sheet: Sheet) -> Any:
    """Give the sheet back to the officer with what to correct."""
    form = SignForm(request.form)
    try:
        service.send_back(current.db(), current.actor(), sheet, note=str(form.note.data or ""), now=current.now())
    except Invalid as error:
        form.note.errors = [show_phrase(error.phrase)]
        return _sign_page(sheet, form), error.status
    flash(_("Đã trả lại chuyên viên kèm lời nhắn."), "ok")
    return redirect(url_for("home.home"), 303)


@area.get("/sheets/<int:sheet_id>/receipt", allow=Permission.READ_SHEET, load=_sheet)
def receipt(sheet: Sheet) -> Any:
    """When the sheet was signed, submitted and received, and its SHA-256."""
    if sheet.submitted_at is None or sheet.signed_by_id is None:
        raise Missing(N_("Phiếu này chưa được ký và nộp."))
    view = view_of(sheet)
    return render_template(
        "submissions/receipt.html",
        **_frame(sheet, view),
        signer=name_of(current.db(), sheet.signed_by_id),
        is_same=service.fingerprint(sheet) == sheet.submission_sha256,
    )


@area.get("/sheets/<int:sheet_id>/form.pdf", allow=Permission.READ_SHEET, load=_sheet)
def form_pdf(sheet: Sheet) -> Response:
    """The sheet as it is signed on paper."""
    signer = name_of(current.db(), sheet.signed_by_id) if sheet.signed_by_id and sheet.state not in UNSIGNED else ""
    name = f"phieu-tu-cham-{sheet.period.code}-{sheet.unit.code}.pdf"
    return Response(
        sheet_pdf(sheet, signer),
        mimetype="application/pdf",
        headers={"Content-Disposition": f'inline; filename="{name}"'},
    )


# ---- the department receives or returns ----


@area.get("/periods/<code>/inbox", allow=Permission.RUN_PERIOD, load=load_period)
def inbox(period: Period) -> Any:
    """Submitted sheets that wait for receipt."""
    rows = []
    for sheet in service.inbox_of(current.db(), period):
        lines = lines_of(sheet)
        rows.append(
            {
                "sheet": sheet,
                "total": self_score(sheet).total,
                "unproved": sum(line.status is LineStatus.EXPLAINED for line in lines.values()),
                "days": (current.now() - sheet.submitted_at).days if sheet.submitted_at else 0,
                "again": bool(sheet.returned_lines),
            }
        )
    return render_template("submissions/inbox.html", period=period, rows=rows)


@area.get("/sheets/<int:sheet_id>/reception", allow=Permission.RECEIVE_SHEET, load=_sheet)
def reception(sheet: Sheet) -> Any:
    """What the department looks at before it receives or returns a sheet."""
    view = view_of(sheet)
    return render_template(
        "submissions/reception.html",
        **_frame(sheet, view),
        rows=_all_rows(view),
        unproved=_unproved(view),
        changes=_changes(sheet),
        answered=[line for line in sheet.returned_lines if line.resolved_at is not None],
        signer=name_of(current.db(), sheet.signed_by_id) if sheet.signed_by_id else "",
        refused=_refusal_of(Act.RECEIVE, sheet),
    )


@area.post("/sheets/<int:sheet_id>/receive", allow=Permission.RECEIVE_SHEET, load=_sheet_to_change)
def receive(sheet: Sheet) -> Any:
    """Receive the sheet: the moment has legal effect."""
    service.receive(current.db(), current.actor(), sheet, now=current.now())
    when = show_datetime(current.now())
    flash(_("Đã tiếp nhận phiếu của %(unit)s lúc %(when)s.", unit=sheet.unit_name, when=when), "ok")
    return redirect(url_for("submissions.inbox", code=sheet.period.code), 303)


class LineForm(Form):
    """One line that may be returned."""

    chosen = BooleanField()
    reason = StringField()


def _return_forms(sheet: Sheet) -> dict[str, LineForm]:
    """A form for each line that the unit declares, by code, holding what was posted."""
    criteria = criteria_of(sheet)
    lines = lines_of(sheet)
    forms: dict[str, LineForm] = {}
    for place, code in enumerate(criteria.by_code):
        if lines[code].status in (LineStatus.NOT_APPLICABLE, LineStatus.EXTERNAL):
            continue
        form = LineForm(request.form if request.method == "POST" else None, prefix=f"line{place}-")
        form.chosen.label.text = _("Trả lại %(code)s", code=code)
        form.reason.label.text = _("Lý do trả lại %(code)s", code=code)
        for field in form:
            field.errors = []
        forms[code] = form
    return forms


@area.get("/sheets/<int:sheet_id>/return", allow=Permission.RECEIVE_SHEET, load=_sheet)
def choose_returns(sheet: Sheet) -> Any:
    """The lines to return, each with its reason."""
    return _return_page(sheet, _return_forms(sheet))


def _return_page(sheet: Sheet, forms: dict[str, LineForm], sentence: str | None = None) -> str:
    view = view_of(sheet)
    rows = [row for row in _all_rows(view) if "line" not in row or row["code"] in forms]
    deadline = deadline_of(clock_of(current.db(), sheet, now=current.now()))
    return render_template(
        "submissions/return.html",
        **_frame(sheet, view),
        rows=rows,
        forms=forms,
        sentence=sentence,
        note=request.form.get("note", ""),
        refused=_refusal_of(Act.RETURN, sheet),
        close=deadline,
    )


@area.post("/sheets/<int:sheet_id>/return", allow=Permission.RECEIVE_SHEET, load=_sheet_to_change)
def return_lines(sheet: Sheet) -> Any:
    """Return the chosen lines to the unit."""
    forms = _return_forms(sheet)
    reasons = {
        code: str(form.reason.data or "")
        for code, form in forms.items()
        if form.chosen.data or str(form.reason.data or "").strip()
    }
    wrong = False
    for code, reason in reasons.items():
        if not reason.strip():
            forms[code].reason.errors = [show_phrase(Phrase(N_("Ghi lý do trả lại.")))]
            wrong = True
    if wrong:
        return _return_page(sheet, forms, show_phrase(Phrase(N_("Ghi lý do ở từng tiêu chí đã chọn.")))), 422
    try:
        service.return_lines(
            current.db(),
            current.actor(),
            sheet,
            reasons=reasons,
            note=request.form.get("note", ""),
            now=current.now(),
        )
    except Invalid as error:
        return _return_page(sheet, forms, show_phrase(error.phrase)), error.status
    flash(_("Đã trả lại %(n)s tiêu chí cho %(unit)s.", n=len(reasons), unit=sheet.unit_name), "ok")
    return redirect(url_for("submissions.inbox", code=sheet.period.code), 303)


# ---- the director's first screen ----


def director_home(person: User, period: Period) -> str:
    """What waits for a signature: totals, what changed since it last came back; else where the sheet is."""
    db = current.db()
    sheet = sheet_in(db, period, person.unit_id) if person.unit_id is not None else None
    if sheet is None:
        return render_template("home/director.html", sheet=None, period=period)
    view = view_of(sheet)
    return render_template(
        "home/director.html",
        period=period,
        **_frame(sheet, view),
        missing=missing_words(view.left),
        changes=_changes(sheet) if sheet.state == SheetState.SIGNING else None,
        unproved=_unproved(view),
        sections=section_rows(view),
        dates=dates_of(sheet),
        sender=service.last_act(db, sheet, ("send",)) if sheet.state == SheetState.SIGNING else None,
        last=last_result(db, period, sheet.unit_id),
        refused=_refusal_of(Act.SUBMIT, sheet) if sheet.state == SheetState.SIGNING else None,
    )
