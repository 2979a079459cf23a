"""All evidence of a sheet, gathered for the ZIP and the merged PDF."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy.orm import Session

from emulation.documents.evidence_folder import UNCITED, Chapter, Document, EvidenceFolder
from emulation.models import Evidence, Sheet
from emulation.services.evidence import codes_of, evidence_of
from emulation.services.scores import criteria_of
from emulation.services.stored_files import path_of


def evidence_folder(db: Session, sheet: Sheet, *, folder: Path) -> EvidenceFolder:
    """Criteria that cite something, in the order of the set, then what no criterion cites."""
    codes = codes_of(sheet.entries)
    documents = {one.id: _document(one, codes.get(one.id, ""), folder) for one in evidence_of(db, sheet)}
    entries = {entry.code: entry for entry in sheet.entries}
    chapters = []
    for criterion in criteria_of(sheet).all_criteria:
        entry = entries.get(criterion.code)
        if entry is not None and entry.citations:
            cited = sorted(entry.citations, key=lambda one: one.id)
            pairs = tuple((documents[one.evidence_id], one.place) for one in cited)
            chapters.append(Chapter(criterion.code, criterion.title, pairs))
    uncited = tuple((document, "") for document in documents.values() if not document.code)
    if uncited:
        chapters.append(Chapter("", UNCITED, uncited))
    return EvidenceFolder(
        unit=sheet.unit_name,
        period=sheet.period.title,
        chapters=tuple(chapters),
        illustrative=sheet.period.is_illustrative,
    )


def _document(one: Evidence, code: str, folder: Path) -> Document:
    return Document(
        code=code,
        title=one.title,
        number=one.document_number,
        issued_on=one.issued_on,
        issuer=one.issuer,
        file_name=one.file_name,
        media_type=one.media_type,
        size=one.size or 0,
        path=path_of(folder, one.sha256) if one.sha256 else None,
        url=one.url,
    )
