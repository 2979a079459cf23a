"""Evidence: upload, citations, the library of a unit, safe download."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Any

from flask import Response, flash, jsonify, redirect, render_template, request, send_file, session, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session
from werkzeug.datastructures import FileStorage
from wtforms import Form, MultipleFileField, StringField

from emulation.access import Permission, may
from emulation.config import VIETNAM
from emulation.errors import Invalid, Missing, Stale
from emulation.models import Evidence, Sheet
from emulation.services import evidence as service
from emulation.services.evidence import MIB, codes_of, evidence_of, load_evidence, load_evidence_to_change, whole_file
from emulation.services.file_types import BY_MEDIA_TYPE, ENDINGS, clean_name
from emulation.services.lines import open_returns
from emulation.services.periods import clock_of
from emulation.services.scores import criteria_of
from emulation.services.sheets import fill_refusal, load_sheet, load_sheet_to_change, may_fill_line, own_sheet
from emulation.web import session as current
from emulation.web.area import Area
from emulation.web.display import show_phrase, show_time
from emulation.web.failures import wants_json
from emulation.web.nav import may_have_sheet
from emulation.web.sheet_view import file_href, href, icon_of
from emulation.words import N_, Phrase

area = Area("evidence", __name__)
MOST_FILES = 10  # at once
# whatever a file holds, a browser runs none of it; Chromium's own PDF viewer works inside
SEALED_OFF = "default-src 'none'; frame-ancestors 'self'; sandbox"


class DescriptionForm(Form):
    """What is said about a document."""

    title = StringField(N_("Tên văn bản"))
    document_number = StringField(N_("Số, ký hiệu"))
    issued_on = StringField(N_("Ngày ban hành"))
    issuer = StringField(N_("Cơ quan ban hành"))

    first = "title"  # the field of a refusal that names none

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        for field in self:
            field.errors = []
            field.label.text = _(field.label.text)

    def say(self, name: str | None, phrase: Phrase) -> None:
        """Put a refusal beside its field."""
        field = self[name if name is not None and name in self else self.first]
        field.errors = [*field.errors, show_phrase(phrase)]

    def read_date(self) -> date | None:
        """The date of issue.

        Raises:
            Invalid: not a day written dd/mm/yyyy, or a day to come.
        """
        text = str(self.issued_on.data or "").strip()
        if not text:
            return None
        try:
            day = datetime.strptime(text, "%d/%m/%Y").replace(tzinfo=VIETNAM).date()
        except ValueError as error:
            raise Invalid(N_("“%(text)s” không phải ngày dạng dd/mm/yyyy."), "issued_on", text=text[:40]) from error
        if day > current.now().astimezone(VIETNAM).date():
            raise Invalid(N_("Ngày ban hành không thể ở tương lai."), "issued_on")
        return day


class UploadForm(DescriptionForm):
    """Files with what is said about the document; one file may carry a title, several take their names."""

    files = MultipleFileField(N_("Chọn tệp"))
    place = StringField(N_("Trang, mục"))

    accept = ",".join(ENDINGS)
    first = "files"


@area.url_value_preprocessor
def allow_several_files(endpoint: str | None, values: dict[str, Any] | None) -> None:
    """Several files of the largest size in one request, for people who are signed in."""
    if endpoint == "evidence.upload" and "user" in session:
        request.max_content_length = (MOST_FILES * current.settings().largest_file_mib + 1) * MIB


def _folder() -> Path:
    return Path(current.settings().evidence_dir)


def _sheet(db: Session, *, sheet_id: int) -> Sheet | None:
    return load_sheet(db, sheet_id)


def _sheet_to_change(db: Session, *, sheet_id: int) -> Sheet | None:
    return load_sheet_to_change(db, sheet_id)


def _evidence(db: Session, *, evidence_id: int) -> Evidence | None:
    return load_evidence(db, evidence_id)


def _evidence_to_change(db: Session, *, evidence_id: int, code: str | None = None) -> Evidence | None:
    return load_evidence_to_change(db, evidence_id)


# ---- the library ----


@area.get("/evidence", allow=Permission.BE_SIGNED_IN)
def library() -> Any:
    """The library of the person's unit in the newest period."""
    person = current.user()
    sheet = own_sheet(current.db(), person.unit_id) if person and person.unit_id and may_have_sheet(person) else None
    if sheet is None:
        raise Missing(N_("Tài khoản này không có kho minh chứng."))
    return redirect(url_for("evidence.of_sheet", sheet_id=sheet.id))


@area.get("/sheets/<int:sheet_id>/evidence", allow=Permission.READ_SHEET, load=_sheet)
def of_sheet(sheet: Sheet) -> Any:
    """All evidence of a sheet, where it is cited, and with `cite=CODE` a choice for that criterion."""
    return library_page(sheet)


def library_page(sheet: Sheet, form: UploadForm | None = None) -> str:
    """The library; `form` of a refused upload."""
    db = current.db()
    fills = may(current.user(), Permission.FILL_SHEET, sheet)
    refused = fill_refusal(sheet, clock_of(db, sheet, now=current.now()))
    fillable = fills and refused is None
    criteria = criteria_of(sheet)
    asked = request.args.get("cite", "")
    cite_code = asked if fillable and asked in criteria.by_code and may_fill_line(sheet, asked) else None
    codes = codes_of(sheet.entries)
    order = {code: place for place, code in enumerate(criteria.by_code)}
    rows = []
    for one in evidence_of(db, sheet):
        cited = sorted(
            ((citation.entry.code, citation.place) for citation in one.citations),
            key=lambda pair: order.get(pair[0], len(order)),
        )
        rows.append(
            {
                "evidence": one,
                "code": codes.get(one.id),
                "kind": icon_of(one.media_type),
                "href": file_href(one),
                "type": BY_MEDIA_TYPE[one.media_type].name if one.media_type in BY_MEDIA_TYPE else one.media_type,
                "cited": [{"code": code, "place": place, "href": href(sheet, code)} for code, place in cited],
                "is_cited_here": cite_code in [code for code, _place in cited],
                "editable": fillable and service.may_describe(sheet, one),
            }
        )
    return render_template(
        "evidence/library.html",
        sheet=sheet,
        rows=rows,
        form=form or UploadForm(),
        fillable=fillable,
        refused=show_phrase(refused.phrase) if fills and refused is not None else None,
        cite=criteria.by_code[cite_code] if cite_code else None,
        back=href(sheet, cite_code) if cite_code else url_for("sheets.sheet", sheet_id=sheet.id),
        uncited=sum(not row["cited"] for row in rows),
        largest_mib=current.settings().largest_file_mib,
        is_returned=bool(open_returns(sheet)),
    )


# ---- upload ----


@area.post("/sheets/<int:sheet_id>/evidence", allow=Permission.FILL_SHEET, load=_sheet_to_change)
def upload(sheet: Sheet) -> Any:
    """Take in one or several files, all or none; with `code` they are cited for that criterion."""
    code = request.form.get("code") or None
    form = UploadForm(request.form)
    files = [file for file in request.files.getlist("files") if file.filename]
    status = _check_files(form, files)
    issued_on = None
    try:
        issued_on = form.read_date()
    except Invalid as error:
        form.say(error.field, error.phrase)
        status = status or error.status
    if not status:
        done, status = _attach_all(sheet, form, files, code, issued_on)
    if status:
        current.db().rollback()
        return _upload_refused(sheet, form, code, status)
    for sentence in done:
        flash(sentence, "ok")
    target = href(sheet, code) if code else url_for("evidence.of_sheet", sheet_id=sheet.id)
    return jsonify(location=target) if wants_json() else redirect(target, 303)


def _check_files(form: UploadForm, files: list[FileStorage]) -> int:
    """Refuse what can be refused before anything is stored: 0, or the status of the refusal."""
    if not files:
        form.say("files", Phrase(N_("Chọn ít nhất một tệp.")))
        return 422
    if len(files) > MOST_FILES:
        form.say("files", Phrase(N_("Mỗi lần tải lên nhiều nhất %(n)s tệp."), {"n": MOST_FILES}))
        return 422
    status = 0
    for file in files:
        try:
            service.check_file(file.stream, clean_name(file.filename or ""), current.settings().largest_file_mib)
        except Invalid as error:
            form.say(error.field, error.phrase)
            status = max(status, error.status)
    return status


def _attach_all(
    sheet: Sheet, form: UploadForm, files: list[FileStorage], code: str | None, issued_on: date | None
) -> tuple[list[str], int]:
    """Store and cite; what to say, and 0 or the status of a refusal."""
    said = []
    for file in files:
        try:
            attached = service.attach(
                current.db(),
                current.actor(),
                sheet,
                folder=_folder(),
                file=file.stream,
                file_name=file.filename or "",
                largest_mib=current.settings().largest_file_mib,
                title=str(form.title.data or "") if len(files) == 1 else "",
                document_number=str(form.document_number.data or ""),
                issued_on=issued_on,
                issuer=str(form.issuer.data or ""),
                code=code,
                place=str(form.place.data or ""),
                now=current.now(),
            )
        except Invalid as error:
            form.say(error.field, error.phrase)
            return [], error.status
        title = attached.evidence.title
        if attached.is_new:
            said.append(_("Đã tải lên “%(title)s”.", title=title))
        elif code:
            said.append(_("Tệp này đã có trong kho với tên “%(title)s”; đã trích dẫn tệp có sẵn.", title=title))
        else:
            said.append(_("Tệp này đã có trong kho với tên “%(title)s”; không lưu thêm bản nữa.", title=title))
    return said, 0


def _upload_refused(sheet: Sheet, form: UploadForm, code: str | None, status: int) -> Any:
    if wants_json():
        errors = {field.name: " ".join(str(one) for one in field.errors) for field in form if field.errors}
        return jsonify(error=" ".join(errors.values()), errors=errors), status
    again = load_sheet(current.db(), sheet.id)  # the rollback has forgotten what was loaded
    assert again is not None
    if code and code in criteria_of(again).by_code:
        from emulation.web.sheets import sheet_page  # the two pages show each other

        return sheet_page(again, open_code=code, upload=form), status
    return library_page(again, form), status


# ---- citations and descriptions ----


def _code() -> str:
    return str((request.view_args or {})["code"])


@area.post("/evidence/<int:evidence_id>/cite/<path:code>", allow=Permission.FILL_SHEET, load=_evidence_to_change)
def cite(evidence: Evidence) -> Any:
    """Cite a document for a criterion, or change the page where it is cited."""
    code = _code()
    try:
        service.cite(
            current.db(),
            current.actor(),
            evidence,
            code=code,
            place=request.form.get("place", ""),
            now=current.now(),
        )
    except Invalid as error:
        if wants_json():
            return jsonify(errors={error.field or "": show_phrase(error.phrase)}), error.status
        raise
    if wants_json():
        return jsonify(saved_at=show_time(current.now()))
    return redirect(href(evidence.sheet, code), 303)


@area.post("/evidence/<int:evidence_id>/uncite/<path:code>", allow=Permission.FILL_SHEET, load=_evidence_to_change)
def uncite(evidence: Evidence) -> Any:
    """Take the citation for a criterion back."""
    code = _code()
    service.uncite(current.db(), current.actor(), evidence, code=code, now=current.now())
    flash(_("Đã bỏ trích dẫn “%(title)s” ở %(code)s; tệp vẫn ở trong kho.", title=evidence.title, code=code), "ok")
    return redirect(href(evidence.sheet, code), 303)


@area.get("/evidence/<int:evidence_id>/describe", allow=Permission.FILL_SHEET, load=_evidence)
def describe(evidence: Evidence) -> Any:
    """The form of what is said about a document."""
    issued_on = evidence.issued_on.strftime("%d/%m/%Y") if evidence.issued_on else ""
    form = DescriptionForm(
        data={
            "title": evidence.title,
            "document_number": evidence.document_number,
            "issued_on": issued_on,
            "issuer": evidence.issuer,
        }
    )
    return _describe_page(evidence, form, evidence.version)


def _describe_page(evidence: Evidence, form: DescriptionForm, version: int, theirs: str | None = None) -> str:
    """The form; `theirs` says that the stored description, shown above, is somebody else's newer one."""
    return render_template("evidence/describe.html", evidence=evidence, form=form, version=version, theirs=theirs)


@area.post("/evidence/<int:evidence_id>/describe", allow=Permission.FILL_SHEET, load=_evidence_to_change)
def save_description(evidence: Evidence) -> Any:
    """Change what is said about a document."""
    form = DescriptionForm(request.form)
    version = request.form.get("version", "")
    try:
        service.describe(
            current.db(),
            current.actor(),
            evidence,
            title=str(form.title.data or ""),
            document_number=str(form.document_number.data or ""),
            issued_on=form.read_date(),
            issuer=str(form.issuer.data or ""),
            version=int(version) if version.isascii() and version.isdigit() else 0,
            now=current.now(),
        )
    except Invalid as error:
        form.say(error.field, error.phrase)
        return _describe_page(evidence, form, evidence.version), error.status
    except Stale as error:
        return _describe_page(evidence, form, evidence.version, theirs=show_phrase(error.phrase)), error.status
    flash(_("Đã lưu thông tin của “%(title)s”.", title=evidence.title), "ok")
    return redirect(url_for("evidence.of_sheet", sheet_id=evidence.sheet_id), 303)


# ---- files ----


@area.get("/evidence/<int:evidence_id>", allow=Permission.READ_EVIDENCE, load=_evidence)
def file(evidence: Evidence) -> Response:
    """The file, to be saved on the reader's disk."""
    return _send(evidence, as_attachment=True)


@area.get("/evidence/<int:evidence_id>/preview", allow=Permission.READ_EVIDENCE, load=_evidence)
def preview(evidence: Evidence) -> Response:
    """A picture or a PDF in the browser; everything else is only downloaded."""
    kind = BY_MEDIA_TYPE.get(evidence.media_type)
    return _send(evidence, as_attachment=kind is None or not kind.is_shown)


def _send(evidence: Evidence, *, as_attachment: bool) -> Response:
    response = send_file(
        whole_file(_folder(), evidence),
        mimetype=evidence.media_type,
        as_attachment=as_attachment,
        download_name=evidence.file_name,
        conditional=True,
        etag=evidence.sha256 or False,
        max_age=0,
    )
    response.headers["Content-Security-Policy"] = SEALED_OFF
    response.headers["Cache-Control"] = "private, no-store"
    response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
    return response
