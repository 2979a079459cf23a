"""The scan of the signed print: when it may come, what it may be, and what it is bound to."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from emulation.config import Settings
from emulation.errors import Invalid, Missing, WrongState
from emulation.models import History, Sheet, SignedScan
from emulation.services.quotas import TooLarge
from emulation.services.scans import attach_scan, scans_of
from emulation.services.sheets import save_entry
from emulation.services.stored_files import path_of, whole_file
from emulation.services.submissions import fingerprint, return_lines, send, submit
from tests import files
from tests.filling import fill, loaded, now, to_received, to_signing, to_submitted
from tests.world import World


def attach(
    db: Session,
    world: World,
    settings: Settings,
    sheet: Sheet,
    content: bytes = files.PDF,
    name: str = "Phiếu đã ký.pdf",
    who: str = "unit_officer",
) -> SignedScan:
    scan = attach_scan(
        db,
        world.actor(who),
        sheet,
        folder=Path(settings.evidence_dir),
        file=BytesIO(content),
        file_name=name,
        largest_mib=1,
        now=now(),
    )
    db.commit()
    return scan


def test_scan_is_bound_to_the_sheet_as_it_is(db: Session, world: World, settings: Settings) -> None:
    sheet = to_signing(db, world, settings)
    scan = attach(db, world, settings, sheet, who="unit_director")

    assert (scan.media_type, scan.file_name, scan.submission_sha256) == (
        "application/pdf",
        "Phiếu đã ký.pdf",
        fingerprint(loaded(db, world)),
    )
    assert whole_file(Path(settings.evidence_dir), scan).read_bytes() == files.PDF
    line = db.scalars(select(History).where(History.act == "attach_scan")).one()
    assert (line.new or {})["sha256"] == scan.sha256


def test_scan_of_another_content_says_that_the_sheet_has_changed(db: Session, world: World, settings: Settings) -> None:
    attach(db, world, settings, to_signing(db, world, settings))
    submit(db, world.actor("unit_director"), loaded(db, world), now=now())
    assert [one.is_same for one in scans_of(db, loaded(db, world))] == [True]

    sheet = loaded(db, world)
    return_lines(db, world.actor("department"), sheet, reasons={"I.2": "Số khác"}, now=now())
    save_entry(db, world.actor("unit_officer"), sheet, code="I.2", data={"value": "95"}, version=1, now=now(1))
    send(db, world.actor("unit_officer"), sheet, now=now(2))
    db.commit()
    attach(db, world, settings, loaded(db, world), content=files.PDF + b"2", name="Ký lại.pdf")

    assert [(one.file_name, one.is_same) for one in scans_of(db, loaded(db, world))] == [
        ("Ký lại.pdf", True),
        ("Phiếu đã ký.pdf", False),
    ]


def test_same_file_twice_is_one_scan(db: Session, world: World, settings: Settings) -> None:
    sheet = to_submitted(db, world, settings)
    assert attach(db, world, settings, sheet).id == attach(db, world, settings, loaded(db, world)).id


@pytest.mark.parametrize("state", [fill, to_received])
def test_scan_comes_only_while_the_sheet_waits(db: Session, world: World, settings: Settings, state: object) -> None:
    sheet = state(db, world, settings)  # type: ignore[operator]  # a function of tests/filling.py
    with pytest.raises(WrongState, match="Không thể gắn bản quét"):
        attach(db, world, settings, sheet)


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (b"", "trong.pdf"),
        (files.PDF, "gia.png"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "anh.png"),
        (b"<html>%PDF-1.4</html>", "phieu.pdf"),
    ],
)
def test_scan_that_is_not_what_it_says_is_refused(
    db: Session, world: World, settings: Settings, content: bytes, name: str
) -> None:
    with pytest.raises(Invalid):
        attach(db, world, settings, to_signing(db, world, settings), content, name)
    assert db.scalars(select(SignedScan)).all() == []


def test_scan_as_a_workbook_is_refused_with_a_sentence(db: Session, world: World, settings: Settings) -> None:
    with pytest.raises(Invalid, match="Bản quét phải là tệp PDF, PNG hoặc JPEG"):
        attach(db, world, settings, to_signing(db, world, settings), files.XLSX, "phieu.xlsx")


def test_scan_above_the_limit_is_refused(db: Session, world: World, settings: Settings) -> None:
    with pytest.raises(TooLarge):
        attach(db, world, settings, to_signing(db, world, settings), files.PDF + b"0" * 1024 * 1024)


def test_scan_that_is_lost_or_changed_on_disk_is_not_served(db: Session, world: World, settings: Settings) -> None:
    folder = Path(settings.evidence_dir)
    scan = attach(db, world, settings, to_signing(db, world, settings))
    path = path_of(folder, scan.sha256)
    path.chmod(0o640)
    path.write_bytes(b"something else")
    with pytest.raises(WrongState):
        whole_file(folder, scan)
    path.unlink()
    with pytest.raises(Missing):
        whole_file(folder, scan)
