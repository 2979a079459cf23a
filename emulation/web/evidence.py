"""Evidence: the library of a unit, citations, descriptions, preview and safe download."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from flask import Response, flash, jsonify, make_response, redirect, render_template, request, send_file, url_for
from sqlalchemy.orm import Session

from emulation.access import Permission, may
from emulation.errors import Invalid, Missing, Stale
from emulation.models import Evidence, EvidenceRevision, Sheet
from emulation.services import evidence as service
from emulation.services.evidence import evidence_of, load_evidence, load_evidence_to_change
from emulation.services.evidence_removal import remove as remove_evidence
from emulation.services.evidence_removal import was_submitted
from emulation.services.file_types import BY_MEDIA_TYPE, PDF
from emulation.services.links import check_url
from emulation.services.periods import clock_of
from emulation.services.quotas import MIB, used_bytes
from emulation.services.revisions import load_revision
from emulation.services.scores import criteria_of
from emulation.services.sheets import fill_refusal, load_sheet, may_fill_line, own_sheet
from emulation.services.stored_files import whole_file
from emulation.web import session as current
from emulation.web.app import POLICY
from emulation.web.area import Area
from emulation.web.display import say as _
from emulation.web.display import show_phrase, show_time
from emulation.web.evidence_forms import LinkForm, UploadForm
from emulation.web.evidence_view import citable_groups, library_rows, places_of, shown_document
from emulation.web.failures import wants_json
from emulation.web.nav import may_have_sheet
from emulation.web.numbers import whole_number
from emulation.web.sheet_view import href
from emulation.words import N_

area = Area("evidence", __name__)
# whatever a file holds, a browser runs none of it
SEALED_OFF = "default-src 'none'; frame-ancestors 'self'; sandbox"
# Chromium starts its PDF viewer in no sandbox, and the viewer styles its own page. The type is fixed (nosniff), so what
# a PDF carries besides is never read as HTML; nothing of it is fetched or run in our origin.
READ_ONLY = "default-src 'none'; object-src 'self'; style-src 'unsafe-inline'; frame-ancestors 'self'"
WITH_FRAMES = f"{POLICY}; frame-src 'self'"


def _folder() -> Path:
    return Path(current.settings().evidence_dir)


def _sheet(db: Session, *, sheet_id: int) -> Sheet | None:
    return load_sheet(db, sheet_id)


def _evidence(db: Session, *, evidence_id: int, number: int | None = None) -> Evidence | None:
    return load_evidence(db, evidence_id)


def _evidence_with_lines(db: Session, *, evidence_id: int) -> Evidence | None:
    return load_evidence_to_change(db, evidence_id)


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
    """All evidence of a sheet, where it is cited; `cite=CODE`: a choice for that criterion; `show=ID`: one beside."""
    response = make_response(library_page(sheet))
    response.headers["Content-Security-Policy"] = WITH_FRAMES
    return response


def library_page(sheet: Sheet, form: UploadForm | None = None) -> str:
    """The library; `form` of a refused upload."""
    db = current.db()
    fills = may(current.user(), Permission.FILL_SHEET, sheet)
    refused = fill_refusal(sheet, clock_of(db, sheet, now=current.now()))
    fillable = fills and refused is None
    criteria = criteria_of(sheet)
    asked = request.args.get("cite", "")
    cite_code = asked if fillable and asked in criteria.by_code and may_fill_line(sheet, asked) else None
    documents = evidence_of(db, sheet)
    rows = library_rows(sheet, documents, cite_code=cite_code)
    wanted = request.args.get("show", "")
    shown = next((row for row in rows if str(row["evidence"].id) == wanted), None)
    if shown is not None:
        shown |= shown_document(db, shown["evidence"])
        shown["editable"] = fillable and service.may_describe(sheet, shown["evidence"])
        shown["removable"] = fillable and not shown["cited"] and not was_submitted(sheet, shown["evidence"])
    settings, used = current.settings(), used_bytes(db, sheet)
    return render_template(
        "evidence/library.html",
        sheet=sheet,
        rows=rows,
        shown=shown,
        form=form or UploadForm(),
        fillable=fillable,
        refused=show_phrase(refused.phrase) if fills and refused is not None else None,
        cite=criteria.by_code[cite_code] if cite_code else None,
        back=href(sheet, cite_code) if cite_code else url_for("sheets.sheet", sheet_id=sheet.id),
        uncited=sum(not row["cited"] for row in rows),
        largest_mib=settings.largest_file_mib,
        used=used,
        quota=settings.unit_quota_mib * MIB,
    )


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


@area.get("/evidence/<int:evidence_id>/citations", allow=Permission.FILL_SHEET, load=_evidence_with_lines)
def citations(evidence: Evidence) -> Any:
    """All criteria with a tick where they cite this document, and the page or section."""
    places = dict(places_of(evidence))
    return _citations_page(evidence, places, {})


def _citations_page(evidence: Evidence, places: dict[str, str], errors: dict[str, str]) -> str:
    return render_template(
        "evidence/citations.html",
        evidence=evidence,
        groups=citable_groups(evidence.sheet),
        places=places,
        errors=errors,
    )


@area.post("/evidence/<int:evidence_id>/citations", allow=Permission.FILL_SHEET, load=_evidence_to_change)
def save_citations(evidence: Evidence) -> Any:
    """Cite the document for exactly the ticked criteria."""
    offered = [criterion.code for _title, criteria in citable_groups(evidence.sheet) for criterion in criteria]
    ticked, known = request.form.getlist("codes"), dict(places_of(evidence))
    places = {
        code: place
        for code in [*offered, *(code for code in ticked if code not in offered)]  # what is not offered is refused
        if code in ticked or (code not in known and request.form.get(f"place-{code}", "").strip())
        for place in [request.form.get(f"place-{code}", "")]
    }
    try:
        came, gone = service.set_citations(
            current.db(), current.actor(), evidence, places=places, codes=offered, now=current.now()
        )
    except Invalid as error:
        current.begin_again()
        again = _evidence_with_lines(current.db(), evidence_id=evidence.id)
        assert again is not None
        code = (error.field or "").removeprefix("place-")
        errors = {code if code in offered else "": show_phrase(error.phrase)}
        return _citations_page(again, places, errors), error.status
    flash(
        _("“%(title)s”: thêm %(came)s trích dẫn, bỏ %(gone)s.", title=evidence.title, came=came, gone=gone),
        "ok",
    )
    return redirect(url_for("evidence.of_sheet", sheet_id=evidence.sheet_id, show=evidence.id), 303)


@area.post("/evidence/<int:evidence_id>/remove", allow=Permission.FILL_SHEET, load=_evidence_to_change)
def remove(evidence: Evidence) -> Any:
    """Take a document that nothing cites out of the library."""
    sheet_id, title = evidence.sheet_id, evidence.title
    remove_evidence(current.db(), current.actor(), evidence, now=current.now())
    flash(_("Đã bỏ “%(title)s” khỏi kho minh chứng.", title=title), "ok")
    return redirect(url_for("evidence.of_sheet", sheet_id=sheet_id), 303)


@area.get("/evidence/<int:evidence_id>/describe", allow=Permission.FILL_SHEET, load=_evidence)
def describe(evidence: Evidence) -> Any:
    """The form of what is said about a document."""
    issued_on = evidence.issued_on.strftime("%d/%m/%Y") if evidence.issued_on else ""
    form = LinkForm(
        data={
            "url": evidence.url or "",
            "title": evidence.title,
            "document_number": evidence.document_number,
            "issued_on": issued_on,
            "issuer": evidence.issuer,
        }
    )
    return _describe_page(evidence, form, evidence.version)


def _describe_page(evidence: Evidence, form: LinkForm, version: int, theirs: str | None = None) -> str:
    """The form; `theirs` says that the stored description, shown above, is somebody else's newer one."""
    return render_template("evidence/describe.html", evidence=evidence, form=form, version=version, theirs=theirs)


@area.post("/evidence/<int:evidence_id>/describe", allow=Permission.FILL_SHEET, load=_evidence_to_change)
def save_description(evidence: Evidence) -> Any:
    """Change what is said about a document."""
    form = LinkForm(request.form)
    version = request.form.get("version", "")
    try:
        service.describe(
            current.db(),
            current.actor(),
            evidence,
            url=check_url(form.text("url")) if evidence.url is not None else None,
            **form.said(),
            version=whole_number(version, 0),
            now=current.now(),
        )
    except Invalid as error:
        form.say(error.field or "title", error.phrase)
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


@area.get("/evidence/<int:evidence_id>/revisions/<int:number>", allow=Permission.READ_EVIDENCE, load=_evidence)
def revision(evidence: Evidence) -> Response:
    """An older file of an evidence, to be saved on the reader's disk."""
    found = load_revision(current.db(), evidence, int((request.view_args or {})["number"]))
    if found is None:
        raise Missing(N_("Không có trang này, hoặc đã được chuyển đi nơi khác."))
    return _send(found, as_attachment=True)


def _send(evidence: Evidence | EvidenceRevision, *, as_attachment: bool) -> Response:
    response = send_file(
        whole_file(_folder(), evidence),
        mimetype=evidence.media_type,
        as_attachment=as_attachment,
        download_name=evidence.file_name,
        conditional=True,
        etag=evidence.sha256 or False,
        max_age=0,
    )
    is_read = evidence.media_type == PDF.media_type and not as_attachment
    response.headers["Content-Security-Policy"] = READ_ONLY if is_read else SEALED_OFF
    response.headers["Cache-Control"] = "private, no-store"
    response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
    return response
