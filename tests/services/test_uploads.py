"""Files in pieces: refused before the first byte, going on where they stopped, finished once."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from emulation.config import Settings
from emulation.errors import Invalid, Refusal, WrongState
from emulation.models import Citation, Evidence, Upload
from emulation.services import uploads
from emulation.services.evidence import attach_stored
from emulation.services.quotas import MIB, used_bytes
from tests import files
from tests.filling import loaded
from tests.world import World

FILE = files.PDF + bytes(1000)


def now() -> datetime:
    return datetime.now(UTC)


def folder_of(settings: Settings) -> Path:
    return Path(settings.evidence_dir)


def begin(db: Session, world: World, **options: Any) -> Upload:
    options = {
        "file_name": "Bao cao.pdf", "size": len(FILE), "code": "I.1", "largest_mib": 2, "quota_mib": 5, "now": now()
    } | options  # fmt: skip
    return uploads.start(db, world.actor("unit_officer"), loaded(db, world), **options)


def put(db: Session, settings: Settings, upload: Upload, start: int, end: int) -> int:
    data = FILE[start:end]
    return uploads.add_piece(db, folder_of(settings), upload, offset=start, data=data, now=now())


def end(db: Session, world: World, settings: Settings, upload: Upload) -> Evidence:
    incoming = uploads.take_in_upload(folder_of(settings), upload, largest_mib=2, clamd="")
    actor, sheet = world.actor("unit_officer"), loaded(db, world)
    return uploads.finish(db, actor, sheet, upload, incoming, now=now(), place="tr. 6").evidence


def test_pieces_become_one_evidence_that_is_cited(db: Session, world: World, settings: Settings) -> None:
    upload = begin(db, world)
    assert [put(db, settings, upload, 0, 400), put(db, settings, upload, 400, len(FILE))] == [400, len(FILE)]
    evidence = end(db, world, settings, upload)

    assert (evidence.title, evidence.file_name, evidence.size) == ("Bao cao", "Bao cao.pdf", len(FILE))
    assert db.scalars(select(Citation.place)).all() == ["tr. 6"]
    assert evidence.sha256 is not None
    assert (folder_of(settings) / evidence.sha256[:2] / evidence.sha256).read_bytes() == FILE


def test_upload_finished_twice_is_one_evidence(db: Session, world: World, settings: Settings) -> None:
    upload = begin(db, world)
    put(db, settings, upload, 0, len(FILE))
    first = end(db, world, settings, upload)
    uploads.part_of(folder_of(settings), upload).unlink()  # as after the commit
    again = uploads.finish(db, world.actor("unit_officer"), loaded(db, world), upload, None, now=now())

    assert again.evidence.id == first.id
    assert db.scalar(select(func.count()).select_from(Evidence)) == 1
    with pytest.raises(WrongState):
        put(db, settings, upload, 0, 10)


def test_piece_at_the_wrong_place_is_told_the_right_one(db: Session, world: World, settings: Settings) -> None:
    upload = begin(db, world)
    put(db, settings, upload, 0, 400)
    for start in (0, 300, 500):
        with pytest.raises(uploads.OffsetWrong) as refused:
            put(db, settings, upload, start, start + 50)
        assert (refused.value.offset, refused.value.status) == (400, 409)

    assert put(db, settings, upload, 400, len(FILE)) == len(FILE)


def test_upload_goes_on_from_what_the_disk_has(db: Session, world: World, settings: Settings) -> None:
    upload = begin(db, world)
    put(db, settings, upload, 0, 400)
    os.truncate(uploads.part_of(folder_of(settings), upload), 100)  # the power failed before the disk had it

    assert uploads.received(folder_of(settings), upload) == 100
    assert put(db, settings, upload, 100, len(FILE)) == len(FILE)
    assert end(db, world, settings, upload).size == len(FILE)


@pytest.mark.parametrize("data", [b"", bytes(len(FILE) + 1), bytes(uploads.PIECE + 1)])
def test_piece_that_is_empty_or_beyond_the_size_is_refused(
    db: Session, world: World, settings: Settings, data: bytes
) -> None:
    with pytest.raises(Invalid) as refused:
        uploads.add_piece(db, folder_of(settings), begin(db, world), offset=0, data=data, now=now())

    assert str(refused.value) == "Phần vừa gửi trống hoặc vượt quá dung lượng đã báo của tệp."


def test_upload_with_pieces_missing_is_not_finished(db: Session, world: World, settings: Settings) -> None:
    upload = begin(db, world)
    put(db, settings, upload, 0, 400)
    with pytest.raises(uploads.OffsetWrong):
        end(db, world, settings, upload)

    assert db.scalar(select(func.count()).select_from(Evidence)) == 0


NO_ROOM = (
    "Kho minh chứng của đơn vị còn 0 MB trên 0 MB, không đủ cho tệp “Bao cao.pdf” (1 MB). Hãy giảm dung lượng tệp, hoặc"
    " ghi đường dẫn thay cho tệp."
)
REFUSED: list[tuple[dict[str, Any], int, str]] = [
    (
        {"size": 5 * 1024 * MIB},
        413,
        "Tệp “Bao cao.pdf” lớn 5120 MB, vượt mức 2 MB cho một tệp. Hãy ghi đường dẫn thay cho tệp.",
    ),
    ({"size": 0}, 422, "Tệp “Bao cao.pdf” trống (0 byte)."),
    ({"size": None}, 422, "Không đọc được kích thước của tệp “Bao cao.pdf”."),
    (
        {"file_name": "C:\\Windows\\../" + "a" * 300 + ".exe"},
        422,
        "Tệp “" + "a" * 146 + ".exe” không thuộc loại được nhận: PDF, PNG, JPEG, DOCX, XLSX, PPTX, ODT, ODS, ODP.",
    ),
    (
        {"quota_mib": 0},
        413,
        NO_ROOM,
    ),
    ({"code": "II.5"}, 422, "Tiêu chí II.5 do Bộ chấm, đơn vị không tự chấm."),
]


@pytest.mark.parametrize(("options", "status", "sentence"), REFUSED)
def test_start_refuses_before_the_first_byte(
    db: Session, world: World, options: dict[str, Any], status: int, sentence: str
) -> None:
    with pytest.raises(Refusal) as refused:
        begin(db, world, **options)

    assert (refused.value.status, str(refused.value)) == (status, sentence)
    assert db.scalar(select(func.count()).select_from(Upload)) == 0


def test_start_after_the_close_is_refused(db: Session, world: World) -> None:
    with pytest.raises(WrongState):
        begin(db, world, now=now() + timedelta(days=12))


def test_finish_after_the_close_is_refused(db: Session, world: World, settings: Settings) -> None:
    upload = begin(db, world)
    put(db, settings, upload, 0, len(FILE))
    incoming = uploads.take_in_upload(folder_of(settings), upload, largest_mib=2, clamd="")
    late = now() + timedelta(days=12)
    with pytest.raises(WrongState):
        uploads.finish(db, world.actor("unit_officer"), loaded(db, world), upload, incoming, now=late)


def test_quota_counts_what_is_on_its_way_and_older_files_stay_counted(
    db: Session, world: World, settings: Settings
) -> None:
    begin(db, world, size=2 * MIB)
    begin(db, world, size=2 * MIB)
    with pytest.raises(Refusal) as refused:
        begin(db, world, size=2 * MIB)

    assert "còn 1 MB trên 5 MB" in str(refused.value)
    assert used_bytes(db, loaded(db, world)) == 0


def test_upload_is_found_by_its_own_person_only(db: Session, world: World) -> None:
    upload = begin(db, world)

    assert uploads.load_upload(db, upload.token, world.people["unit_officer"].id) is upload
    for name in ("unit_director", "other_officer", "admin"):
        assert uploads.load_upload(db, upload.token, world.people[name].id) is None
    assert uploads.load_upload(db, "x" * 43, world.people["unit_officer"].id) is None


def test_abandoned_uploads_leave_nothing(db: Session, world: World, settings: Settings) -> None:
    old, young = begin(db, world, now=now() - timedelta(hours=25)), begin(db, world)
    for upload in (old, young):
        put(db, settings, upload, 0, 10)
    old.touched_at = now() - timedelta(hours=25)
    db.flush()
    stray = folder_of(settings) / uploads.PARTS / "stray"
    killed = folder_of(settings) / "incoming-x"
    for path in (stray, killed):
        path.write_bytes(b"x")
        os.utime(path, (0, 0))

    assert uploads.drop_abandoned(db, folder_of(settings), now=now()) == 1
    assert ([path.name for path in stray.parent.iterdir()], killed.exists()) == ([young.token], False)
    assert db.scalars(select(Upload.token)).all() == [young.token]


def test_same_content_as_an_evidence_is_that_evidence(db: Session, world: World, settings: Settings) -> None:
    upload = begin(db, world)
    put(db, settings, upload, 0, len(FILE))
    first = end(db, world, settings, upload)
    other = begin(db, world, file_name="khac.pdf", code="I.3")
    put(db, settings, other, 0, len(FILE))
    incoming = uploads.take_in_upload(folder_of(settings), other, largest_mib=2, clamd="")
    attached = attach_stored(db, world.actor("unit_officer"), loaded(db, world), incoming, code="I.3", now=now())

    assert (attached.evidence.id, attached.is_new, attached.evidence.title) == (first.id, False, "Bao cao")
