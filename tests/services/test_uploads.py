"""Files in pieces: refused before the first byte, going on where they stopped, finished once."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from emulation.config import Settings
from emulation.domain.workflow import SheetState
from emulation.errors import Invalid, Refusal, WrongState
from emulation.models import Citation, Evidence, EvidenceRevision, ReturnedLine, Upload
from emulation.services import uploads
from emulation.services.evidence import attach_stored, describe, load_evidence_to_change
from emulation.services.links import add_link
from emulation.services.quotas import MIB, used_bytes
from emulation.services.revisions import EvidenceStale
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


def put(db: Session, settings: Settings, upload: Upload, start: int, end: int, file: bytes = FILE) -> int:
    data = file[start:end]
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


# ---- newer files ----

NEWER = FILE + b"newer"


@pytest.fixture
def document(db: Session, world: World, settings: Settings) -> Evidence:
    """A PDF that I.1 cites."""
    upload = begin(db, world)
    put(db, settings, upload, 0, len(FILE))
    return end(db, world, settings, upload)


def begin_newer(db: Session, world: World, document: Evidence, **options: Any) -> Upload:
    replaces = load_evidence_to_change(db, document.id)
    facts = {"file_name": "moi.pdf", "size": len(NEWER), "code": None, "replaces": replaces, "seen_version": 1}
    return begin(db, world, **facts | options)


def end_newer(
    db: Session, world: World, settings: Settings, upload: Upload, file: bytes = NEWER, **options: Any
) -> Evidence:
    put(db, settings, upload, uploads.received(folder_of(settings), upload), len(file), file)
    return finish_newer(db, world, settings, upload, **options)


def finish_newer(db: Session, world: World, settings: Settings, upload: Upload, **options: Any) -> Evidence:
    incoming = uploads.take_in_upload(folder_of(settings), upload, largest_mib=2, clamd="")
    options = {"now": now()} | options
    return uploads.finish(db, world.actor("unit_officer"), loaded(db, world), upload, incoming, **options).evidence


def describe_it(db: Session, world: World, document: Evidence) -> None:
    """A colleague gives the document another title."""
    found = load_evidence_to_change(db, document.id)
    assert found is not None
    said = {"title": "Tên khác", "document_number": "", "issued_on": None, "issuer": ""}
    describe(db, world.actor("unit_director"), found, **said, version=found.version, now=now())


def test_newer_file_in_pieces_replaces_once_and_keeps_the_older(
    db: Session, world: World, settings: Settings, document: Evidence
) -> None:
    upload = begin_newer(db, world, document)
    put(db, settings, upload, 0, 400, NEWER)
    assert end_newer(db, world, settings, upload).id == document.id
    uploads.part_of(folder_of(settings), upload).unlink()  # as after the commit
    again = uploads.finish(db, world.actor("unit_officer"), loaded(db, world), upload, None, now=now())

    assert (again.evidence.id, again.evidence.file_name, again.evidence.size) == (document.id, "moi.pdf", len(NEWER))
    assert db.scalars(select(EvidenceRevision.file_name)).all() == ["Bao cao.pdf"]
    assert db.scalars(select(Citation.place)).all() == ["tr. 6"]
    assert uploads.received(folder_of(settings), upload) == len(NEWER)  # nothing is to be sent any more


def test_newer_file_on_an_old_version_says_who_did_what_and_can_be_sent_again(
    db: Session, world: World, settings: Settings, document: Evidence
) -> None:
    upload = begin_newer(db, world, document)
    describe_it(db, world, document)
    with pytest.raises(EvidenceStale) as early:
        begin_newer(db, world, document)
    with pytest.raises(EvidenceStale) as late:
        end_newer(db, world, settings, upload)

    for refused in (early.value, late.value):
        assert str(refused).startswith("Unit director đã sửa thông tin của “Tên khác” lúc ")
        assert str(refused).endswith(" Nếu vẫn muốn thay tệp, hãy gửi lại.")
        assert refused.version == 2
    assert finish_newer(db, world, settings, upload, seen_version=2).file_name == "moi.pdf"
    assert db.scalars(select(EvidenceRevision.number)).all() == [1]


def test_newer_file_after_another_newer_file_names_it(
    db: Session, world: World, settings: Settings, document: Evidence
) -> None:
    mine = begin_newer(db, world, document)
    theirs = begin_newer(db, world, document, file_name="cua-ban.pdf", size=len(NEWER) + 1)
    end_newer(db, world, settings, theirs, NEWER + b"2")
    with pytest.raises(EvidenceStale, match="Unit officer đã thay tệp này bằng “cua-ban"):
        end_newer(db, world, settings, mine)


def test_newer_file_is_refused_where_it_is_no_newer_file(
    db: Session, world: World, settings: Settings, document: Evidence
) -> None:
    other = begin(db, world, file_name="khac.pdf", size=len(NEWER), code=None)
    put(db, settings, other, 0, len(NEWER), NEWER)
    finish_newer(db, world, settings, other)
    for content, sentence in ((FILE, "giống hệt tệp đang dùng"), (NEWER, "đã có trong kho với tên “khac”")):
        with pytest.raises(Invalid, match=sentence):
            end_newer(db, world, settings, begin_newer(db, world, document, size=len(content)), content)

    assert db.scalars(select(EvidenceRevision)).all() == []


@pytest.mark.parametrize(
    ("options", "status"),
    [
        ({"now": now() + timedelta(days=12)}, 409),
        ({"size": 3 * MIB}, 413),
        ({"quota_mib": 0}, 413),
        ({"file_name": "a.exe"}, 422),
        ({"seen_version": 0}, 409),
    ],
)
def test_start_of_a_newer_file_refuses_before_the_first_byte(
    db: Session, world: World, document: Evidence, options: dict[str, Any], status: int
) -> None:
    with pytest.raises(Refusal) as refused:
        begin_newer(db, world, document, **options)

    assert refused.value.status == status
    assert db.scalars(select(Upload.replaces_id)).all() == [None]  # the document's own


def test_start_of_a_newer_file_for_a_link_or_a_submitted_line_is_refused(
    db: Session, world: World, document: Evidence
) -> None:
    officer = world.actor("unit_officer")
    said = {"url": "https://a.example/", "title": "Phim", "code": None, "now": now()}
    link = add_link(db, officer, loaded(db, world), **said).evidence
    with pytest.raises(WrongState, match="là một đường dẫn"):
        begin_newer(db, world, link)
    sheet = loaded(db, world)
    sheet.signed_by_id, sheet.submitted_at = world.people["unit_director"].id, now()
    sheet.submission_sha256, sheet.state = "0" * 64, SheetState.RETURNED
    sheet.returned_lines.append(
        ReturnedLine(code="I.3", reason="Sai", returned_at=now(), returned_by_id=world.people["department"].id)
    )
    db.flush()
    with pytest.raises(WrongState, match="không bị trả lại"):
        begin_newer(db, world, document)


def test_finish_of_a_newer_file_after_the_close_is_refused(
    db: Session, world: World, settings: Settings, document: Evidence
) -> None:
    upload = begin_newer(db, world, document)
    with pytest.raises(WrongState):
        end_newer(db, world, settings, upload, now=now() + timedelta(days=12))

    assert uploads.received(folder_of(settings), upload) == len(NEWER)  # nothing is lost


def test_quota_counts_a_newer_file_on_its_way_once(
    db: Session, world: World, settings: Settings, document: Evidence
) -> None:
    upload = begin_newer(db, world, document)
    left = 5 * MIB - len(FILE) - len(NEWER)
    for is_there in (False, True):
        if is_there:
            end_newer(db, world, settings, upload)
        with pytest.raises(Refusal, match="không đủ cho tệp"):
            begin(db, world, size=left + 1, largest_mib=5)
    begin(db, world, size=left, largest_mib=5)


@pytest.mark.parametrize(
    ("values", "constraint"),
    [({"code": "I.1"}, "cites_or_replaces"), ({"seen_version": None}, "seen"), ({"evidence_id": -1}, "replaced")],
)
def test_upload_cannot_be_of_two_minds(
    db: Session, world: World, document: Evidence, values: dict[str, Any], constraint: str
) -> None:
    upload = begin_newer(db, world, document)
    with pytest.raises(IntegrityError, match=f"ck_uploads_{constraint}"):
        db.execute(update(Upload).where(Upload.id == upload.id).values(**values))
    db.rollback()
