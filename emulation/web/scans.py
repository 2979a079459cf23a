"""The scan of the print that was signed on paper: attached, listed, read by those who may read the sheet."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from flask import Response, flash, redirect, render_template, request, send_file, url_for
from sqlalchemy.orm import Session
from wtforms import FileField, Form

from emulation.access import Permission, may
from emulation.errors import Invalid
from emulation.models import Sheet, SignedScan
from emulation.services import scans as service
from emulation.services.sheets import load_sheet, load_sheet_to_change
from emulation.services.stored_files import whole_file
from emulation.services.submissions import fingerprint
from emulation.web import session as current
from emulation.web.area import Area
from emulation.web.display import say as _
from emulation.web.display import show_phrase
from emulation.web.evidence import SEALED_OFF
from emulation.web.sheet_view import icon_of
from emulation.words import N_, Phrase

area = Area("scans", __name__)


class ScanForm(Form):
    """The file."""

    file = FileField(N_("Chọn bản quét"))

    accept = ",".join(service.ENDINGS)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.file.errors = []
        self.file.label.text = _(self.file.label.text)


def _sheet(db: Session, *, sheet_id: int) -> Sheet | None:
    return load_sheet(db, sheet_id)


def _sheet_to_change(db: Session, *, sheet_id: int) -> Sheet | None:
    return load_sheet_to_change(db, sheet_id)


def _scan(db: Session, *, scan_id: int) -> SignedScan | None:
    return service.load_scan(db, scan_id)


def scan_rows(sheet: Sheet) -> list[dict[str, Any]]:
    """The scans of a sheet for a list, newest first."""
    return [
        {"scan": one, "kind": icon_of(one.media_type), "href": url_for("scans.preview", scan_id=one.id)}
        for one in service.scans_of(current.db(), sheet)
    ]


@area.get("/sheets/<int:sheet_id>/scans", allow=Permission.READ_SHEET, load=_sheet)
def scans(sheet: Sheet) -> Any:
    """The scans of a sheet; people of the unit add one while it waits."""
    return _page(sheet, ScanForm())


def _page(sheet: Sheet, form: ScanForm) -> str:
    refused = service.scan_refusal(current.db(), sheet, now=current.now())
    attaches = may(current.user(), Permission.ATTACH_SCAN, sheet)
    return render_template(
        "scans/scans.html",
        sheet=sheet,
        rows=scan_rows(sheet),
        form=form,
        attaches=attaches and refused is None,
        refused=show_phrase(refused.phrase) if attaches and refused is not None else None,
        fingerprint=fingerprint(sheet),
        largest_mib=current.settings().largest_file_mib,
    )


@area.post("/sheets/<int:sheet_id>/scans", allow=Permission.ATTACH_SCAN, load=_sheet_to_change)
def attach(sheet: Sheet) -> Any:
    """Keep a scan."""
    form, file = ScanForm(request.form), request.files.get("file")
    if file is None or not file.filename:
        form.file.errors = [show_phrase(Phrase(N_("Chọn một tệp.")))]
        return _page(sheet, form), 422
    try:
        service.attach_scan(
            current.db(),
            current.actor(),
            sheet,
            folder=Path(current.settings().evidence_dir),
            file=file.stream,
            file_name=file.filename,
            largest_mib=current.settings().largest_file_mib,
            clamd=current.settings().clamd,
            now=current.now(),
        )
    except Invalid as error:
        form.file.errors = [show_phrase(error.phrase)]
        return _page(sheet, form), error.status
    flash(_("Đã gắn bản quét của phiếu đã ký."), "ok")
    return redirect(url_for("scans.scans", sheet_id=sheet.id), 303)


@area.get("/scans/<int:scan_id>", allow=Permission.READ_SHEET, load=_scan)
def file(scan: SignedScan) -> Response:
    """The file, to be saved on the reader's disk."""
    return _send(scan, as_attachment=True)


@area.get("/scans/<int:scan_id>/preview", allow=Permission.READ_SHEET, load=_scan)
def preview(scan: SignedScan) -> Response:
    """The file in the browser."""
    return _send(scan, as_attachment=False)


def _send(scan: SignedScan, *, as_attachment: bool) -> Response:
    response = send_file(
        whole_file(Path(current.settings().evidence_dir), scan),
        mimetype=scan.media_type,
        as_attachment=as_attachment,
        download_name=scan.file_name,
        conditional=True,
        etag=scan.sha256,
        max_age=0,
    )
    response.headers["Content-Security-Policy"] = SEALED_OFF
    response.headers["Cache-Control"] = "private, no-store"
    response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
    return response
