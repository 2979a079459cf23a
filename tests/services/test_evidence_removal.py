"""Documents that nobody needs leave the library; what is cited or was submitted stays."""

from __future__ import annotations

import os
from io import BytesIO
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from emulation.config import Settings
from emulation.errors import WrongState
from emulation.models import Evidence, EvidenceRevision, History, Upload
from emulation.services import uploads
from emulation.services.evidence import attach, load_evidence_to_change, uncite
from emulation.services.evidence_removal import remove
from emulation.services.incoming import take_in
from emulation.services.revisions import replace_file
from emulation.services.stored_files import path_of
from tests import files
from tests.filling import loaded, now
from tests.world import World


@pytest.fixture
def document(db: Session, world: World, settings: Settings) -> Evidence:
    """A PDF that I.1 cites."""
    found = attach(
        db,
        world.actor("unit_officer"),
        loaded(db, world),
        folder=Path(settings.evidence_dir),
        file=BytesIO(files.PDF),
        file_name="nham.pdf",
        largest_mib=1,
        code="I.1",
        now=now(),
    ).evidence
    again = load_evidence_to_change(db, found.id)
    assert again is not None
    return again


def test_document_that_nothing_cites_is_removed_with_its_older_files(
    db: Session, world: World, settings: Settings, document: Evidence
) -> None:
    officer, folder = world.actor("unit_officer"), Path(settings.evidence_dir)
    newer = take_in(folder, BytesIO(files.PDF + b"2"), "moi.pdf", largest_mib=1)
    replace_file(db, officer, document, newer, version=1, now=now())
    uncite(db, officer, document, code="I.1", now=now())
    sha256 = document.sha256
    remove(db, officer, document, now=now())

    assert (db.scalars(select(Evidence)).all(), db.scalars(select(EvidenceRevision)).all()) == ([], [])
    assert path_of(folder, str(sha256)).exists()
    line = db.scalars(select(History).where(History.act == "remove_evidence")).one()
    assert line.old == {"title": "nham", "file_name": "moi.pdf", "sha256": sha256}


def test_document_that_is_cited_stays(db: Session, world: World, document: Evidence) -> None:
    with pytest.raises(WrongState, match="đang được trích dẫn"):
        remove(db, world.actor("unit_officer"), document, now=now())


def test_document_that_was_submitted_stays(db: Session, world: World, document: Evidence) -> None:
    uncite(db, world.actor("unit_officer"), document, code="I.1", now=now())
    document.sheet.first_submitted_at = now()
    with pytest.raises(WrongState, match="phải giữ lại"):
        remove(db, world.actor("unit_officer"), document, now=now())


def test_uploads_that_belong_to_a_removed_document_are_forgotten(
    db: Session, world: World, settings: Settings, document: Evidence
) -> None:
    officer, folder = world.actor("unit_officer"), Path(settings.evidence_dir)
    facts = {"file_name": "moi.pdf", "size": 100, "largest_mib": 1, "quota_mib": 1, "now": now()}
    became = uploads.start(db, officer, document.sheet, **facts)
    became.evidence_id = document.id
    newer = uploads.start(db, officer, document.sheet, replaces=document, seen_version=1, **facts)
    other = uploads.start(db, officer, document.sheet, **facts)
    uploads.add_piece(db, folder, newer, offset=0, data=b"x", now=now())
    uncite(db, officer, document, code="I.1", now=now())
    remove(db, officer, document, now=now())

    assert db.scalars(select(Upload.token)).all() == [other.token]
    os.utime(part := uploads.part_of(folder, newer), (0, 0))
    uploads.drop_abandoned(db, folder, now=now())
    assert not part.exists()
