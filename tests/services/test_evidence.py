"""Evidence: files on disk, documents and citations in the database."""

from __future__ import annotations

import hashlib
from datetime import UTC, date, datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from emulation.config import Settings
from emulation.errors import Invalid, Missing, Refusal, Stale, WrongState
from emulation.models import Citation, Entry, Evidence, History, ReturnedLine
from emulation.services.evidence import (
    Attached,
    attach,
    cite,
    codes_of,
    describe,
    load_evidence_to_change,
    uncite,
)
from emulation.services.quotas import TooLarge
from emulation.services.sheets import load_sheet_to_change, save_entry
from emulation.services.stored_files import path_of, store_file, store_written, whole_file
from tests import files
from tests.world import World


def now() -> datetime:
    return datetime.now(UTC)


def put(db: Session, world: World, settings: Settings, content: bytes = files.PDF, **options: Any) -> Attached:
    sheet = load_sheet_to_change(db, world.sheets["34"].id)
    assert sheet is not None
    options = {"file_name": "Bao_cao_412.pdf", "largest_mib": 1, "now": now(), **options}
    folder = Path(settings.evidence_dir)
    return attach(db, world.actor("unit_officer"), sheet, folder=folder, file=BytesIO(content), **options)


def the(db: Session, evidence: Evidence) -> Evidence:
    found = load_evidence_to_change(db, evidence.id)
    assert found is not None
    return found


def stored(settings: Settings) -> list[str]:
    return sorted(path.name for path in Path(settings.evidence_dir).rglob("*") if path.is_file())


# ---- files ----


def test_store_file_names_a_file_by_its_content(tmp_path: Path) -> None:
    sha256 = store_file(tmp_path / "evidence", files.PDF)

    path = path_of(tmp_path / "evidence", sha256)
    assert sha256 == hashlib.sha256(files.PDF).hexdigest()
    assert path.read_bytes() == files.PDF
    assert [one.name for one in tmp_path.rglob("*") if one.is_file()] == [sha256]


def test_store_file_never_overwrites(tmp_path: Path) -> None:
    sha256 = store_file(tmp_path, files.PDF)
    first = path_of(tmp_path, sha256).stat()

    assert store_file(tmp_path, BytesIO(files.PDF)) == sha256
    again = path_of(tmp_path, sha256).stat()
    assert (again.st_ino, again.st_mtime_ns, again.st_mode & 0o222) == (first.st_ino, first.st_mtime_ns, 0)


def test_store_file_leaves_nothing_behind_when_reading_breaks(tmp_path: Path) -> None:
    class Broken(BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            raise OSError("the line is down")

    with pytest.raises(OSError, match="the line is down"):
        store_file(tmp_path, Broken())

    assert list(tmp_path.iterdir()) == []


def test_store_written_gives_a_second_name_and_keeps_the_first(tmp_path: Path) -> None:
    part = tmp_path / "part"
    part.write_bytes(files.PDF)
    for _ in range(2):  # again after a failed transaction
        sha256 = store_written(tmp_path, part)

    assert (path_of(tmp_path, sha256).stat().st_ino, part.read_bytes()) == (part.stat().st_ino, files.PDF)


def test_whole_file_notices_what_was_replaced_on_disk(db: Session, world: World, settings: Settings) -> None:
    evidence = put(db, world, settings).evidence
    folder = Path(settings.evidence_dir)
    path = whole_file(folder, evidence)
    path.chmod(0o600)
    path.write_bytes(files.PDF + b"%")

    with pytest.raises(WrongState) as refused:
        whole_file(folder, evidence)
    assert str(refused.value) == (
        "Tệp “Bao_cao_412.pdf” trên máy chủ không còn đúng bản đã tải lên (mã SHA-256 khác). Hãy báo bộ phận kỹ thuật."
    )
    path.unlink()
    with pytest.raises(Missing):
        whole_file(folder, evidence)


# ---- attach ----


def test_attach_stores_the_document_and_cites_it(db: Session, world: World, settings: Settings) -> None:
    attached = put(
        db,
        world,
        settings,
        title=" Báo cáo  cải cách ",
        document_number="412/BC-SGDĐT",
        issued_on=date(2022, 6, 2),
        issuer="Sở GDĐT Thái Bình",
        code="I.1",
        place="tr. 6",
    )
    db.commit()

    evidence = attached.evidence
    assert (attached.is_new, evidence.title, evidence.document_number) == (True, "Báo cáo cải cách", "412/BC-SGDĐT")
    assert (evidence.issued_on, evidence.issuer, evidence.file_name) == (
        date(2022, 6, 2),
        "Sở GDĐT Thái Bình",
        "Bao_cao_412.pdf",
    )
    assert (evidence.media_type, evidence.size) == ("application/pdf", len(files.PDF))
    assert stored(settings) == [evidence.sha256]
    citation = db.scalars(select(Citation)).one()
    assert (citation.entry.code, citation.place, citation.entry.data) == ("I.1", "tr. 6", None)
    acts = db.execute(select(History.act, History.place).where(History.unit_id.is_not(None)).order_by(History.id))
    assert [tuple(row) for row in acts] == [("attach", "I.1"), ("cite", "I.1")]


def test_attach_keeps_no_control_characters(db: Session, world: World, settings: Settings) -> None:
    found = put(db, world, settings, title="a\u202eb\x00c\x07", issuer="Sở\x1b").evidence
    assert (found.title, found.issuer) == ("abc", "Sở")


def test_attach_takes_the_title_from_the_file_name(db: Session, world: World, settings: Settings) -> None:
    assert put(db, world, settings).evidence.title == "Bao cao 412"


def test_attach_the_same_content_again_uses_what_is_there(db: Session, world: World, settings: Settings) -> None:
    first = put(db, world, settings, code="I.1", place="tr. 6")
    again = put(db, world, settings, file_name="ban-sao.pdf", code="I.3")

    assert (again.is_new, again.evidence.id, again.evidence.file_name) == (False, first.evidence.id, "Bao_cao_412.pdf")
    assert db.scalar(select(func.count()).select_from(Evidence)) == 1
    cited = db.execute(select(Entry.code, Citation.place).join(Citation.entry).order_by(Entry.code)).all()
    assert [tuple(row) for row in cited] == [("I.1", "tr. 6"), ("I.3", "")]


def test_attach_again_for_the_same_criterion_keeps_the_page(db: Session, world: World, settings: Settings) -> None:
    put(db, world, settings, code="I.1", place="tr. 6")
    put(db, world, settings, code="I.1")

    assert db.scalars(select(Citation.place)).all() == ["tr. 6"]


def test_attach_does_not_make_the_figures_being_typed_stale(db: Session, world: World, settings: Settings) -> None:
    sheet = load_sheet_to_change(db, world.sheets["34"].id)
    assert sheet is not None
    actor = world.actor("unit_officer")
    save_entry(db, actor, sheet, code="I.1", data={"part": "95", "whole": "98"}, now=now())
    put(db, world, settings, code="I.1")

    entry = save_entry(db, actor, sheet, code="I.1", data={"part": "96", "whole": "98"}, version=1, now=now())
    assert entry is not None
    assert entry.version == 2


def test_attach_before_the_first_figures_does_not_make_them_stale(
    db: Session, world: World, settings: Settings
) -> None:
    put(db, world, settings, code="I.1")
    sheet = load_sheet_to_change(db, world.sheets["34"].id)
    assert sheet is not None

    entry = save_entry(
        db, world.actor("unit_officer"), sheet, code="I.1", data={"part": "96", "whole": "98"}, version=0, now=now()
    )
    assert entry is not None
    assert entry.data == {"part": "96", "whole": "98"}


REFUSED = [
    ({"content": b""}, Invalid, "files"),
    ({"content": files.HTML}, Invalid, "files"),
    ({"content": files.PDF + bytes(1024 * 1024)}, TooLarge, "files"),
    ({"title": "a" * 301}, Invalid, "title"),
    ({"document_number": "a" * 81}, Invalid, "document_number"),
    ({"issuer": "a" * 201}, Invalid, "issuer"),
    ({"place": "a" * 81, "code": "I.1"}, Invalid, "place"),
    ({"code": "IX.9"}, Invalid, None),
    ({"code": "II.5"}, Invalid, None),
    ({"code": "III.2"}, Invalid, None),
]


@pytest.mark.parametrize(("options", "kind", "field"), REFUSED)
def test_attach_refuses_and_stores_nothing(
    db: Session, world: World, settings: Settings, options: dict[str, Any], kind: type[Refusal], field: str | None
) -> None:
    with pytest.raises(kind) as refused:
        put(db, world, settings, **options)

    assert refused.value.field == field
    assert (db.scalar(select(func.count()).select_from(Evidence)), stored(settings)) == (0, [])


def test_attach_says_how_large_is_too_large(db: Session, world: World, settings: Settings) -> None:
    with pytest.raises(TooLarge) as refused:
        put(db, world, settings, content=files.PDF + bytes(1024 * 1024))

    assert (refused.value.status, str(refused.value)) == (
        413,
        "Tệp “Bao_cao_412.pdf” lớn 2 MB, vượt mức 1 MB cho một tệp.",
    )


def test_attach_after_the_close_is_refused(db: Session, world: World, settings: Settings) -> None:
    with pytest.raises(WrongState):
        put(db, world, settings, now=now() + timedelta(days=12))

    assert stored(settings) == []


# ---- citations ----


def test_cite_changes_the_page_and_keeps_the_old_in_history(db: Session, world: World, settings: Settings) -> None:
    evidence = put(db, world, settings, code="I.1", place="tr. 6").evidence
    cite(db, world.actor("unit_officer"), the(db, evidence), code="I.1", place="tr. 7", now=now())

    assert db.scalars(select(Citation.place)).all() == ["tr. 7"]
    last = db.scalars(select(History).where(History.act == "cite").order_by(History.id.desc())).first()
    assert last is not None
    assert last.old is not None
    assert last.new is not None
    assert (last.old["place"], last.new["place"]) == ("tr. 6", "tr. 7")


def test_uncite_keeps_the_file(db: Session, world: World, settings: Settings) -> None:
    evidence = put(db, world, settings, code="I.1").evidence
    uncite(db, world.actor("unit_officer"), the(db, evidence), code="I.1", now=now())
    db.commit()

    assert db.scalar(select(func.count()).select_from(Citation)) == 0
    assert db.scalars(select(Evidence.id)).all() == [evidence.id]
    assert stored(settings) == [evidence.sha256]


def test_cite_after_a_return_only_for_returned_lines(db: Session, world: World, settings: Settings) -> None:
    evidence = put(db, world, settings, code="I.1").evidence
    sheet = world.sheets["34"]
    sheet.signed_by_id, sheet.submitted_at = world.people["unit_director"].id, now()
    sheet.submission_sha256, sheet.state = "0" * 64, "returned"
    returned = ReturnedLine(
        sheet_id=sheet.id, code="I.3", reason="x", returned_by_id=world.people["department"].id, returned_at=now()
    )
    db.add(returned)
    db.commit()
    officer = world.actor("unit_officer")

    assert cite(db, officer, the(db, evidence), code="I.3", place="", now=now()).entry.code == "I.3"
    with pytest.raises(WrongState):
        uncite(db, officer, the(db, evidence), code="I.1", now=now())
    with pytest.raises(WrongState) as refused:
        describe(
            db,
            officer,
            the(db, evidence),
            title="Khác",
            document_number="",
            issued_on=None,
            issuer="",
            version=1,
            now=now(),
        )
    assert str(refused.value) == (
        "Minh chứng này đang dùng cho tiêu chí đã nộp và không bị trả lại, nên không sửa được."
    )


def test_codes_of_number_documents_by_the_criterion_that_cited_them_first(
    db: Session, world: World, settings: Settings
) -> None:
    first = put(db, world, settings, code="I.3").evidence
    second = put(db, world, settings, content=files.PDF + b"2", code="I.1").evidence
    third = put(db, world, settings, content=files.PDF + b"3", code="I.1").evidence
    put(db, world, settings, content=files.PDF + b"4")
    cite(db, world.actor("unit_officer"), the(db, first), code="I.1", place="", now=now())
    sheet = load_sheet_to_change(db, world.sheets["34"].id)
    assert sheet is not None

    assert codes_of(sheet.entries) == {first.id: "H1.I.3.01", second.id: "H1.I.1.01", third.id: "H1.I.1.02"}


# ---- what is said about a document ----


def test_describe_changes_what_is_said_and_records_it(db: Session, world: World, settings: Settings) -> None:
    evidence = put(db, world, settings).evidence
    said: dict[str, Any] = {
        "title": "Báo cáo 412",
        "document_number": "412/BC",
        "issued_on": date(2022, 6, 2),
        "issuer": "Sở",
    }
    describe(db, world.actor("unit_officer"), the(db, evidence), **said, version=1, now=now())

    line = db.scalars(select(History).where(History.act == "describe")).one()
    assert line.old == {"title": "Bao cao 412", "document_number": "", "issued_on": None, "issuer": ""}
    assert line.new == {**said, "issued_on": "2022-06-02"}
    with pytest.raises(Stale):
        describe(
            db,
            world.actor("unit_officer"),
            the(db, evidence),
            title="Khác",
            document_number="",
            issued_on=None,
            issuer="",
            version=1,
            now=now(),
        )
    with pytest.raises(Invalid) as refused:
        describe(
            db,
            world.actor("unit_officer"),
            the(db, evidence),
            title=" ",
            document_number="",
            issued_on=None,
            issuer="",
            version=2,
            now=now(),
        )
    assert refused.value.field == "title"
