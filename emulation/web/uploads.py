"""Evidence comes in: files by a plain form, files in pieces, links, newer files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from flask import flash, jsonify, redirect, render_template, request, session, url_for
from sqlalchemy.orm import Session
from werkzeug.datastructures import FileStorage

from emulation.access import Permission
from emulation.errors import Invalid, Missing, Refusal, WrongState
from emulation.models import Evidence, Sheet, Upload
from emulation.services import evidence as service
from emulation.services import links, revisions, uploads
from emulation.services.evidence import Attached, load_evidence, load_evidence_to_change
from emulation.services.file_types import clean_name
from emulation.services.incoming import Incoming, check_file, take_in
from emulation.services.quotas import MIB
from emulation.services.scanning import Infected, Unscanned, record_infected
from emulation.services.scores import criteria_of
from emulation.services.sheets import load_sheet, load_sheet_to_change, require_fillable
from emulation.web import session as current
from emulation.web.area import Area, commit
from emulation.web.display import say as _
from emulation.web.display import show_phrase
from emulation.web.evidence import library_page
from emulation.web.evidence_forms import LinkForm, ReplaceForm, UploadForm
from emulation.web.failures import wants_json
from emulation.web.numbers import whole_number
from emulation.web.sheet_view import href
from emulation.words import N_, Phrase

area = Area("uploads", __name__)
MOST_FILES = 10  # at once, in one form
MOST_SAID = 4  # sentences kept for the next page, which lie in a cookie


@area.url_value_preprocessor
def allow_several_files(endpoint: str | None, values: dict[str, Any] | None) -> None:
    """Several files of the largest size in one request, for people who are signed in."""
    if endpoint == "uploads.upload" and "user" in session:
        request.max_content_length = (MOST_FILES * current.settings().largest_file_mib + 1) * MIB


@area.before_request
def read_piece() -> None:
    """A piece is read whole before the database is asked anything, so that a slow line keeps nobody from writing."""
    if request.endpoint == "uploads.add_piece" and "user" in session:
        request.get_data(cache=True)


def _folder() -> Path:
    return Path(current.settings().evidence_dir)


def _sheet(db: Session, *, sheet_id: int) -> Sheet | None:
    return load_sheet(db, sheet_id)


def _sheet_to_change(db: Session, *, sheet_id: int) -> Sheet | None:
    return load_sheet_to_change(db, sheet_id)


def _evidence(db: Session, *, evidence_id: int) -> Evidence | None:
    return load_evidence(db, evidence_id)


def _evidence_to_change(db: Session, *, evidence_id: int) -> Evidence | None:
    return load_evidence_to_change(db, evidence_id)


def _upload(db: Session, *, token: str) -> Upload | None:
    person = current.user()
    return uploads.load_upload(db, token, person.id) if person else None


def _locked_sheet(sheet_id: int) -> Sheet:
    sheet = load_sheet_to_change(current.db(), sheet_id)
    if sheet is None:
        raise Missing(N_("Không có trang này, hoặc đã được chuyển đi nơi khác."))
    return sheet


def _locked_evidence(evidence_id: int) -> Evidence:
    evidence = load_evidence_to_change(current.db(), evidence_id)
    if evidence is None:
        raise Missing(N_("Minh chứng này không còn trong kho."))
    return evidence


def _take_in(file: FileStorage) -> Incoming:
    settings = current.settings()
    return take_in(
        _folder(), file.stream, file.filename or "", largest_mib=settings.largest_file_mib, clamd=settings.clamd
    )


def _said(attached: Attached) -> str:
    title, code = attached.evidence.title, attached.code
    if attached.is_new:
        return _("Đã tải lên “%(title)s”.", title=title)
    if code:
        return _("Tệp này đã có trong kho với tên “%(title)s”; đã trích dẫn tệp có sẵn.", title=title)
    return _("Tệp này đã có trong kho với tên “%(title)s”; không lưu thêm bản nữa.", title=title)


def _replaced(evidence: Evidence) -> str:
    return _("Đã thay tệp của “%(title)s”; bản cũ vẫn được giữ.", title=evidence.title)


def _forget(sheet_id: int, refusal: Refusal) -> Sheet:
    """Take back what was begun; of an infected file a line of history stays. Gives the sheet as it is stored."""
    db = current.begin_again()
    sheet = load_sheet(db, sheet_id)
    assert sheet is not None
    if isinstance(refusal, Infected):
        record_infected(db, current.actor(), sheet, refusal, now=current.now())
    return sheet


# ---- a plain form ----


@area.post("/sheets/<int:sheet_id>/evidence", allow=Permission.FILL_SHEET, load=_sheet)
def upload(sheet: Sheet) -> Any:
    """Take in one or several files, all or none; with `code` they are cited for that criterion."""
    code = request.form.get("code") or None
    form = UploadForm(request.form)
    files = [file for file in request.files.getlist("files") if file.filename]
    status, refusal = _check_files(form, files), None
    try:
        said = form.said()
    except Invalid as error:
        form.say(error.field, error.phrase)
        status = status or error.status
    if not status:
        try:
            done = _attach_all(sheet, files, code, said | {"place": form.text("place")})
        except Invalid as error:
            form.say(error.field, error.phrase)
            status, refusal = error.status, error
    if status:
        again = _forget(sheet.id, refusal or Refusal(""))
        return _upload_refused(again, form, code, status)
    for attached in done:
        flash(_said(attached), "ok")
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
            check_file(file.stream, clean_name(file.filename or ""), current.settings().largest_file_mib)
        except Invalid as error:
            form.say(error.field, error.phrase)
            status = max(status, error.status)
    return status


def _attach_all(sheet: Sheet, files: list[FileStorage], code: str | None, said: dict[str, Any]) -> list[Attached]:
    """Store all files, then cite them."""
    db = current.db()
    require_fillable(db, sheet, code, now=current.now())
    service.check_texts(**said)
    if len(files) > 1:
        said = said | {"title": ""}
    with current.unlocked():
        incoming = [_take_in(file) for file in files]
    locked = _locked_sheet(sheet.id)
    return [
        service.attach_stored(
            db,
            current.actor(),
            locked,
            one,
            quota_mib=current.settings().unit_quota_mib,
            code=code,
            now=current.now(),
            **said,
        )
        for one in incoming
    ]


def _upload_refused(sheet: Sheet, form: UploadForm, code: str | None, status: int) -> Any:
    if wants_json():
        return jsonify(error=" ".join(form.sentences.values()), errors=form.sentences), status
    if code and code in criteria_of(sheet).by_code:
        from emulation.web.sheets import sheet_page  # the two pages show each other

        return sheet_page(sheet, open_code=code, upload=form), status
    return library_page(sheet, form), status


# ---- in pieces ----


@area.post("/sheets/<int:sheet_id>/uploads", allow=Permission.FILL_SHEET, load=_sheet_to_change)
def start(sheet: Sheet) -> Any:
    """Begin a file in pieces: its name and size, before its first byte."""
    return _begin(sheet, code=request.form.get("code") or None)


@area.post("/evidence/<int:evidence_id>/uploads", allow=Permission.FILL_SHEET, load=_evidence_to_change)
def start_newer(evidence: Evidence) -> Any:
    """Begin the newer file of an evidence in pieces; `version` is what the person saw of it."""
    try:
        return _begin(evidence.sheet, replaces=evidence, seen_version=_version())
    except revisions.EvidenceStale as error:
        return _stale(error)


def _begin(sheet: Sheet, **becomes: Any) -> Any:
    settings, size = current.settings(), request.form.get("size", "")
    uploads.drop_abandoned(current.db(), _folder(), now=current.now())
    begun = uploads.start(
        current.db(),
        current.actor(),
        sheet,
        file_name=request.form.get("name", ""),
        size=whole_number(size, None, digits=99),
        largest_mib=settings.largest_file_mib,
        quota_mib=settings.unit_quota_mib,
        now=current.now(),
        **becomes,
    )
    return jsonify(url=url_for("uploads.progress", token=begun.token), offset=0, piece=uploads.PIECE), 201


def _version() -> int:
    """Of an evidence, as the form shows it; 0, which none has, where it says nothing that can be read."""
    return whole_number(request.form.get("version"), 0)


def _stale(error: revisions.EvidenceStale) -> Any:
    """Nothing is thrown away: with the version of now the same file can be sent again."""
    return jsonify(error=show_phrase(error.phrase), errors={}, version=error.version), error.status


@area.get("/uploads/<token>", allow=Permission.FILL_SHEET, load=_upload)
def progress(upload: Upload) -> Any:
    """Where the next piece begins."""
    return jsonify(offset=uploads.received(_folder(), upload), size=upload.size, piece=uploads.PIECE)


@area.post("/uploads/<token>", allow=Permission.FILL_SHEET, load=_upload)
def add_piece(upload: Upload) -> Any:
    """The next piece, as it is; `offset` says where it belongs."""
    try:
        end = uploads.add_piece(
            current.db(),
            _folder(),
            upload,
            offset=whole_number(request.args.get("offset"), -1, digits=15),
            data=request.get_data(),
            now=current.now(),
        )
    except uploads.OffsetWrong as error:
        return _offset_wrong(error)
    return jsonify(offset=end)


def _offset_wrong(error: uploads.OffsetWrong) -> Any:
    return jsonify(error=show_phrase(error.phrase), errors={}, offset=error.offset), error.status


@area.post("/uploads/<token>/finish", allow=Permission.FILL_SHEET, load=_upload)
def finish(upload: Upload) -> Any:
    """All pieces are there: look at the file, make it an evidence and cite it, or the newer file of one."""
    db, settings, token, sheet_id = current.db(), current.settings(), upload.token, upload.sheet_id
    form = UploadForm(request.form)
    try:
        said = form.said() | {"place": form.text("place")}
        service.check_texts(**said)
    except Invalid as error:
        return jsonify(error=show_phrase(error.phrase), errors={error.field: show_phrase(error.phrase)}), error.status
    incoming, offset = None, upload.size
    try:
        with current.unlocked():  # also of the upload's own lock: the sheet's comes first
            if upload.evidence_id is None:
                try:
                    incoming = uploads.take_in_upload(
                        _folder(), upload, largest_mib=settings.largest_file_mib, clamd=settings.clamd
                    )
                except uploads.OffsetWrong as error:  # or somebody else has just finished it
                    offset = error.offset
        sheet = _locked_sheet(sheet_id)
        again = _upload(db, token=token)
        if again is None:
            raise Missing(N_("Không có trang này, hoặc đã được chuyển đi nơi khác."))
        if incoming is None and again.evidence_id is None:
            return _offset_wrong(uploads.OffsetWrong(offset))
        attached = uploads.finish(
            db, current.actor(), sheet, again, incoming, seen_version=_version(), now=current.now(), **said
        )
    except Unscanned:
        raise  # the pieces stay: the same file can be finished later
    except revisions.EvidenceStale as error:
        return _stale(error)
    except Invalid as error:
        _forget(sheet_id, error)
        left = _upload(db, token=token)
        if left is not None and left.evidence_id is None:
            uploads.drop(db, _folder(), left)
        return jsonify(error=show_phrase(error.phrase), errors={"files": show_phrase(error.phrase)}), error.status
    commit(db)
    uploads.part_of(_folder(), again).unlink(missing_ok=True)
    code, shown = again.code or None, again.replaces_id
    said_words = _said(attached) if shown is None else _replaced(attached.evidence)
    if not request.form.get("in_place") and len(session.get("_flashes", ())) < MOST_SAID:
        flash(said_words, "ok")
    return jsonify(
        said=said_words,
        location=href(sheet, code) if code else url_for("evidence.of_sheet", sheet_id=sheet.id, show=shown),
    )


@area.post("/uploads/<token>/drop", allow=Permission.FILL_SHEET, load=_upload)
def drop(upload: Upload) -> Any:
    """Give a file up; what has come of it is thrown away."""
    if upload.evidence_id is None:
        uploads.drop(current.db(), _folder(), upload)
    return jsonify(dropped=True)


# ---- links ----


@area.get("/sheets/<int:sheet_id>/links", allow=Permission.FILL_SHEET, load=_sheet)
def link(sheet: Sheet) -> Any:
    """The form of a link."""
    return _link_page(sheet, LinkForm(), request.args.get("cite") or None)


def _link_page(sheet: Sheet, form: LinkForm, code: str | None) -> str:
    criterion = criteria_of(sheet).by_code.get(code or "")
    return render_template(
        "evidence/link.html",
        sheet=sheet,
        form=form,
        cite=criterion,
        largest_mib=current.settings().largest_file_mib,
    )


@area.post("/sheets/<int:sheet_id>/links", allow=Permission.FILL_SHEET, load=_sheet_to_change)
def add_link(sheet: Sheet) -> Any:
    """Note a link in the place of a file."""
    form, code = LinkForm(request.form), request.form.get("code") or None
    try:
        attached = links.add_link(
            current.db(),
            current.actor(),
            sheet,
            url=form.text("url"),
            place=form.text("place"),
            code=code,
            now=current.now(),
            **form.said(),
        )
    except Invalid as error:
        form.say(error.field, error.phrase)
        return _link_page(_forget(sheet.id, error), form, code), error.status
    title = attached.evidence.title
    if attached.is_new:
        flash(_("Đã ghi đường dẫn “%(title)s”.", title=title), "ok")
    else:
        flash(_("Đường dẫn này đã có trong kho với tên “%(title)s”.", title=title), "ok")
    target = href(sheet, code) if code else url_for("evidence.of_sheet", sheet_id=sheet.id)
    return redirect(target, 303)


# ---- newer files ----


@area.get("/evidence/<int:evidence_id>/replace", allow=Permission.FILL_SHEET, load=_evidence)
def replace(evidence: Evidence) -> Any:
    """The form of a newer file."""
    if evidence.url is not None:
        raise WrongState(revisions.IS_LINK)
    return _replace_page(evidence, ReplaceForm(), evidence.version)


def _replace_page(evidence: Evidence, form: ReplaceForm, version: int) -> str:
    return render_template(
        "evidence/replace.html",
        evidence=evidence,
        form=form,
        version=version,
        largest_mib=current.settings().largest_file_mib,
    )


@area.post("/evidence/<int:evidence_id>/replace", allow=Permission.FILL_SHEET, load=_evidence)
def replace_file(evidence: Evidence) -> Any:
    """Put a newer file in the place of the present one."""
    db, form = current.db(), ReplaceForm()
    evidence_id, sheet_id = evidence.id, evidence.sheet_id
    file = request.files.get("files")
    try:
        if file is None or not file.filename:
            raise Invalid(N_("Chọn ít nhất một tệp."), "files")
        revisions.refuse_replacing(db, _locked_evidence(evidence_id), now=current.now())
        with current.unlocked():
            incoming = _take_in(file)
        locked = _locked_evidence(evidence_id)
        revisions.replace_file(
            db,
            current.actor(),
            locked,
            incoming,
            version=_version(),
            quota_mib=current.settings().unit_quota_mib,
            now=current.now(),
        )
    except (Invalid, revisions.EvidenceStale) as error:
        _forget(sheet_id, error)
        form.say(error.field, error.phrase)
        again = load_evidence(db, evidence_id)
        assert again is not None
        return _replace_page(again, form, again.version), error.status
    flash(_replaced(locked), "ok")
    return redirect(url_for("evidence.of_sheet", sheet_id=sheet_id, show=evidence_id), 303)
