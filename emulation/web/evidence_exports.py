"""All evidence of a sheet in one file: a ZIP that is sent while it is made, or one merged PDF."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from flask import Response, send_file
from sqlalchemy.orm import Session

from emulation.access import Permission
from emulation.config import VIETNAM
from emulation.documents.evidence_book import write_book
from emulation.documents.evidence_folder import EvidenceFolder
from emulation.documents.evidence_zip import stream_zip
from emulation.models import Sheet
from emulation.services.evidence_exports import evidence_folder
from emulation.services.sheets import load_sheet
from emulation.web import session as current
from emulation.web.area import Area

area = Area("evidence_exports", __name__)


def _sheet(db: Session, *, sheet_id: int) -> Sheet | None:
    return load_sheet(db, sheet_id)


def _gather(sheet: Sheet) -> EvidenceFolder:
    """The values; the database is let go, so that a slow line or a long PDF holds no connection."""
    found = evidence_folder(current.db(), sheet, folder=Path(current.settings().evidence_dir))
    current.close()
    return found


@area.get("/sheets/<int:sheet_id>/evidence.zip", allow=Permission.READ_SHEET, load=_sheet)
def as_zip(sheet: Sheet) -> Any:
    """Every file once, in folders in the order of the criteria, with an index."""
    name = f"minh-chung-{sheet.period.code}-{sheet.unit.code}.zip"
    folder = _gather(sheet)
    response = Response(
        stream_zip(folder, made_at=current.now().astimezone(VIETNAM)),
        mimetype="application/zip",
        direct_passthrough=True,
    )
    response.headers.set("Content-Disposition", "attachment", filename=name)
    return response


@area.get("/sheets/<int:sheet_id>/evidence.pdf", allow=Permission.READ_SHEET, load=_sheet)
def as_pdf(sheet: Sheet) -> Any:
    """One PDF of all that are PDF or pictures, behind an index in the order of the criteria."""
    name = f"minh-chung-{sheet.period.code}-{sheet.unit.code}.pdf"
    folder = _gather(sheet)
    with tempfile.TemporaryDirectory(prefix="evidence-") as place:
        path = Path(place) / "evidence.pdf"
        write_book(folder, path)
        file = path.open("rb")  # readable also when its name is gone
    response: Response = send_file(file, mimetype="application/pdf", as_attachment=True, download_name=name)
    response.call_on_close(file.close)
    return response
