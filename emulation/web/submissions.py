"""The way of a sheet: check and send, sign, receipt, receive or return; the director's first screen."""

from __future__ import annotations

from typing import Any

from flask import Response, flash, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from wtforms import Form, PasswordField, StringField, TextAreaField

from emulation.access import Permission
from emulation.documents.receipt import render_receipt
from emulation.domain.deadlines import waited
from emulation.domain.workflow import Act, Phase, SheetState, refusal
from emulation.errors import Invalid, Missing, TooMany
from emulation.models import Period, Role, Sheet, User
from emulation.services import submissions as service
from emulation.services.accounts import confirm_password
from emulation.services.last_year import last_result
from emulation.services.lines import LineStatus, lines_of
from emulation.services.offers import offers_of
from emulation.services.periods import clock_of, load_period
from emulation.services.remarks import LONGEST_REMARK
from emulation.services.scores import criteria_of, self_score
from emulation.services.sheet_prints import UNSIGNED, receipt_of, sheet_pdf
from emulation.services.sheets import load_sheet, load_sheet_to_change, may_fill_line, name_of, people_of, sheet_in
from emulation.web import session as current
from emulation.web.area import Area
from emulation.web.display import say as _
from emulation.web.display import show_datetime, show_phrase
from emulation.web.scans import scan_rows
from emulation.web.sheet_view import SheetView, missing_words, section_rows, todo_items, view_of
from emulation.web.submission_view import (
    against_last_year,
    all_rows,
    changes_for_ministry,
    changes_for_unit,
    earlier_returns,
    remarks_left,
    unplaced,
    unproved,
)
from emulation.web.takeover_view import differences_of
from emulation.web.whereabouts import ball_of, dates_of, deadline_of, names_of, next_step_of, steps_of
from emulation.words import N_

area = Area("submissions", __name__)


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


def _answers(sheet: Sheet, view: SheetView) -> dict[str, Any]:
    """What officer and director check before the sheet goes on: lines, gaps, remarks, what is different from before."""
    changes = changes_for_unit(sheet)
    return {
        "rows": all_rows(view),
        "unproved": unproved(view),
        "remarks": remarks_left(sheet, current.user()),
        "changes": changes,
        "against": [] if changes else against_last_year(view),
    }


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
        **_answers(sheet, view),
        unexplained=_unexplained(view),
        unplaced=unplaced(view),
        nobody_signs=_nobody_signs(sheet),
        refused=_refusal_of(Act.SEND, sheet),
    )


def _unexplained(view: SheetView) -> list[dict[str, Any]]:
    """Lines with another figure than the ministry's and no reason, linked to where the reason is given."""
    sheet = view.sheet
    found = [one for one in differences_of(view, offers_of(current.db(), sheet)) if not one["is_explained"]]
    for one in found:
        if may_fill_line(sheet, one["code"]):
            one["href"] = url_for("take_over.disputing", sheet_id=sheet.id, code=one["code"])
    return found


def _nobody_signs(sheet: Sheet) -> str:
    """Why nobody could sign the sheet today; empty where a director can sign in."""
    directors = [one for one in people_of(current.db(), sheet.unit_id) if one.role == Role.UNIT_DIRECTOR]
    if any(one.is_activated for one in directors):
        return ""
    if directors:
        names = ", ".join(one.name for one in directors)
        return _("Tài khoản lãnh đạo chưa được kích hoạt (%(who)s) nên chưa đăng nhập để ký được.", who=names)
    return _("Đơn vị chưa có tài khoản lãnh đạo nào đang mở để ký.")


@area.post("/sheets/<int:sheet_id>/send", allow=Permission.FILL_SHEET, load=_sheet_to_change)
def send(sheet: Sheet) -> Any:
    """Send for signature what was checked; the second click of two finds it sent."""
    seen = request.form.get("seen", "")
    if sheet.state == SheetState.SIGNING and seen == service.fingerprint(sheet):
        return redirect(url_for("sheets.sheet", sheet_id=sheet.id), 303)
    try:
        service.send(current.db(), current.actor(), sheet, seen=seen, now=current.now())
    except service.SomethingLeft as error:
        return _check_page(sheet), error.status
    flash(_("Đã trình lãnh đạo Sở ký."), "ok")
    return redirect(url_for("sheets.sheet", sheet_id=sheet.id), 303)


@area.post("/sheets/<int:sheet_id>/recall", allow=Permission.FILL_SHEET, load=_sheet_to_change)
def recall(sheet: Sheet) -> Any:
    """Take the sheet back before it is signed."""
    service.recall(current.db(), current.actor(), sheet, now=current.now())
    flash(_("Đã rút phiếu lại; sửa xong thì trình lại."), "ok")
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
        **_answers(sheet, view),
        sender=service.last_act(current.db(), sheet, ("send",)),
        last=last_result(current.db(), sheet.period, sheet.unit_id),
        refused=_refusal_of(Act.SUBMIT, sheet),
        form=form,
        said=_said_on_lines(),
        longest_remark=LONGEST_REMARK,
        scans=scan_rows(sheet),
    )


def _said_on_lines() -> dict[str, str]:
    """What the director wrote beside single lines, by code."""
    prefix = "remark-"
    return {name.removeprefix(prefix): text for name, text in request.form.items() if name.startswith(prefix)}


@area.post("/sheets/<int:sheet_id>/submit", allow=Permission.SIGN_SHEET, load=_sheet_to_change)
def submit(sheet: Sheet) -> Any:
    """Sign with the password and submit to the ministry; the second click of two finds it submitted."""
    form, db, actor, now = SignForm(request.form), current.db(), current.actor(), current.now()
    seen = request.form.get("seen", "")
    is_mine = sheet.state == SheetState.SUBMITTED and sheet.signed_by_id == actor.user_id
    if is_mine and seen == sheet.submission_sha256:
        when = show_datetime(sheet.submitted_at)
        flash(_("Phiếu đã được ký và nộp từ lúc %(when)s; lần gửi này không thay đổi gì.", when=when), "ok")
        return redirect(url_for("submissions.receipt", sheet_id=sheet.id), 303)
    service.require_moment(db, Act.SUBMIT, sheet, now=now)
    try:
        confirm_password(db, actor, str(form.password.data or ""), now=now)
    except (Invalid, TooMany) as error:  # the failed attempt is kept: the request commits
        form.password.errors = [show_phrase(error.phrase)]
        return _sign_page(sheet, form), error.status
    service.submit(db, actor, sheet, seen=seen, now=now)
    flash(_("Đã ký và nộp phiếu về Bộ."), "ok")
    return redirect(url_for("submissions.receipt", sheet_id=sheet.id), 303)


@area.post("/sheets/<int:sheet_id>/send-back", allow=Permission.SIGN_SHEET, load=_sheet_to_change)
def send_back(sheet: Sheet) -> Any:
    """Give the sheet back to the officer with what to correct."""
    form, db, actor, now = SignForm(request.form), current.db(), current.actor(), current.now()
    note = str(form.note.data or "")
    try:
        service.send_back(db, actor, sheet, note=note, remarks=_said_on_lines(), now=now)
    except Invalid as error:
        db.rollback()
        form.note.errors = [show_phrase(error.phrase)]
        return _sign_page(load_sheet(db, sheet.id) or sheet, form), error.status
    flash(_("Đã trả lại chuyên viên kèm lời nhắn."), "ok")
    return redirect(url_for("home.home"), 303)


@area.get("/sheets/<int:sheet_id>/receipt", allow=Permission.READ_SHEET, load=_sheet)
def receipt(sheet: Sheet) -> Any:
    """When the sheet was signed, submitted and received, and its SHA-256."""
    if sheet.submitted_at is None or sheet.signed_by_id is None:
        raise Missing(N_("Phiếu này chưa được ký và nộp."))
    return render_template(
        "submissions/receipt.html",
        **_frame(sheet, view_of(sheet)),
        receipt=receipt_of(current.db(), sheet, current.settings().department),
        scans=scan_rows(sheet),
    )


@area.get("/sheets/<int:sheet_id>/receipt.pdf", allow=Permission.READ_SHEET, load=_sheet)
def receipt_pdf(sheet: Sheet) -> Response:
    """The receipt on paper."""
    if sheet.submitted_at is None or sheet.signed_by_id is None:
        raise Missing(N_("Phiếu này chưa được ký và nộp."))
    content = render_receipt(receipt_of(current.db(), sheet, current.settings().department))
    name = f"bien-nhan-{sheet.period.code}-{sheet.unit.code}.pdf"
    headers = {"Content-Disposition": f'inline; filename="{name}"'}
    return Response(content, mimetype="application/pdf", headers=headers)


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
                "waited": waited(sheet.submitted_at, current.now()) if sheet.submitted_at else None,
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
        rows=all_rows(view),
        unproved=unproved(view),
        changes=changes_for_ministry(sheet),
        earlier=earlier_returns(sheet),
        differences=differences_of(view, offers_of(current.db(), sheet)),
        scans=scan_rows(sheet),
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
    """One line that may be returned: it is, where a reason is given."""

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
        form.reason.label.text = _("Lý do trả lại %(code)s", code=code)
        form.reason.errors = []
        forms[code] = form
    return forms


@area.get("/sheets/<int:sheet_id>/return", allow=Permission.RECEIVE_SHEET, load=_sheet)
def choose_returns(sheet: Sheet) -> Any:
    """The lines that may be returned, each with a place for the reason."""
    return _return_page(sheet, _return_forms(sheet))


def _return_page(sheet: Sheet, forms: dict[str, LineForm], sentence: str | None = None) -> str:
    view = view_of(sheet)
    rows = [row for row in all_rows(view) if "line" not in row or row["code"] in forms]
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
    """Show what would be returned with which reason; return it once that was agreed to."""
    db, actor, now = current.db(), current.actor(), current.now()
    forms, note, step = _return_forms(sheet), request.form.get("note", ""), request.form.get("step", "")
    reasons = {code: text for code, form in forms.items() if (text := str(form.reason.data or "").strip())}
    service.require_moment(db, Act.RETURN, sheet, now=now)
    if step == "edit":
        return _return_page(sheet, forms)
    try:
        kept = service.checked_reasons(sheet, reasons)
    except Invalid as error:
        if (form := forms.get(str(error.field).removeprefix("reason-"))) is not None:
            form.reason.errors = [show_phrase(error.phrase)]
        return _return_page(sheet, forms, show_phrase(error.phrase)), error.status
    if step != "return":
        by_code = criteria_of(sheet).by_code
        lines = [(by_code[code], forms[code].reason, reason) for code, reason in kept.items()]
        return render_template("submissions/return_check.html", sheet=sheet, lines=lines, note=note)
    service.return_lines(db, actor, sheet, reasons=reasons, note=note, now=now)
    flash(_("Đã trả lại %(n)s tiêu chí cho %(unit)s.", n=len(kept), unit=sheet.unit_name), "ok")
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
        changes=changes_for_unit(sheet) if sheet.state == SheetState.SIGNING else [],
        unproved=unproved(view),
        remarks=remarks_left(sheet, person),
        sections=section_rows(view),
        dates=dates_of(sheet),
        sender=service.last_act(db, sheet, ("send",)) if sheet.state == SheetState.SIGNING else None,
        last=last_result(db, period, sheet.unit_id),
        refused=_refusal_of(Act.SUBMIT, sheet) if sheet.state == SheetState.SIGNING else None,
    )
