"""Newer files and links: what is kept, what is refused."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from emulation.config import Settings
from emulation.errors import Invalid, Missing, WrongState
from emulation.models import Citation, Evidence, History, ReturnedLine
from emulation.services.evidence import Attached, attach, describe, load_evidence_to_change
from emulation.services.incoming import take_in
from emulation.services.links import add_link, check_url
from emulation.services.revisions import EvidenceStale, load_revision, replace_file, revisions_of
from emulation.services.sheet_prints import sheet_form
from emulation.services.stored_files import whole_file
from emulation.services.submissions import fingerprint, submission_of
from tests import files
from tests.filling import fill, loaded, now
from tests.world import World

NEWER = files.PDF + b"newer"


def put(db: Session, world: World, settings: Settings, content: bytes = files.PDF, name: str = "a.pdf") -> Evidence:
    return attach(
        db,
        world.actor("unit_officer"),
        loaded(db, world),
        folder=Path(settings.evidence_dir),
        file=BytesIO(content),
        file_name=name,
        largest_mib=1,
        code="I.1",
        place="tr. 6",
        now=now(),
    ).evidence


def replace(db: Session, world: World, settings: Settings, evidence: Evidence, content: bytes, version: int = 1) -> Any:
    incoming = take_in(Path(settings.evidence_dir), BytesIO(content), "moi.pdf", largest_mib=1)
    the = load_evidence_to_change(db, evidence.id)
    assert the is not None
    return replace_file(db, world.actor("unit_officer"), the, incoming, version=version, now=now())


def test_newer_file_takes_the_place_and_the_older_is_kept(db: Session, world: World, settings: Settings) -> None:
    evidence = put(db, world, settings)
    replace(db, world, settings, evidence, NEWER)

    ((revision, brought, replaced),) = revisions_of(db, evidence)
    assert (revision.number, revision.file_name, brought, replaced) == (1, "a.pdf", "Unit officer", "Unit officer")
    assert whole_file(Path(settings.evidence_dir), revision).read_bytes() == files.PDF
    assert whole_file(Path(settings.evidence_dir), evidence).read_bytes() == NEWER
    assert (evidence.file_name, evidence.version) == ("moi.pdf", 2)
    assert db.scalars(select(Citation.place)).all() == ["tr. 6"]
    line = db.scalars(select(History).where(History.act == "replace_file")).one()
    assert (line.old["file_name"], line.new["file_name"]) == ("a.pdf", "moi.pdf")
    assert load_revision(db, evidence, 2) is None


def test_newer_file_changes_what_is_signed(db: Session, world: World, settings: Settings) -> None:
    evidence = put(db, world, settings)
    before = fingerprint(loaded(db, world))
    replace(db, world, settings, evidence, NEWER)

    assert fingerprint(loaded(db, world)) != before


def test_same_file_again_and_a_file_of_the_library_are_no_newer_file(
    db: Session, world: World, settings: Settings
) -> None:
    evidence, _ = put(db, world, settings), put(db, world, settings, NEWER, "Báo cáo 413.pdf")
    for content, sentence in (
        (files.PDF, "Tệp vừa chọn giống hệt tệp đang dùng, không có gì để thay."),
        (
            NEWER,
            "Tệp này đã có trong kho với tên “Báo cáo 413”. Hãy trích dẫn minh chứng ấy thay vì tải lên lần nữa.",
        ),
    ):
        with pytest.raises(Invalid) as refused:
            replace(db, world, settings, evidence, content)
        assert str(refused.value) == sentence


def test_older_file_uploaded_again_names_its_evidence(db: Session, world: World, settings: Settings) -> None:
    replace(db, world, settings, put(db, world, settings), NEWER)
    with pytest.raises(Invalid) as refused:
        put(db, world, settings)

    assert str(refused.value) == "Tệp này là bản cũ, đã được thay bằng bản mới, của minh chứng “a” trong kho."


def test_newer_file_from_an_old_page_is_refused(db: Session, world: World, settings: Settings) -> None:
    evidence = put(db, world, settings)
    replace(db, world, settings, evidence, NEWER)
    with pytest.raises(EvidenceStale, match="Unit officer đã thay tệp này bằng “moi") as refused:
        replace(db, world, settings, evidence, files.PDF + b"third", version=1)

    assert refused.value.version == 2


def test_document_is_loaded_as_it_is_stored_now(db: Session, world: World, settings: Settings) -> None:
    evidence = put(db, world, settings)  # held since before the file was looked at and scanned
    db.execute(delete(Citation))  # what is cited is loaded anew with its line
    db.execute(update(Evidence).values(version=2).execution_options(synchronize_session=False))
    with pytest.raises(EvidenceStale):
        replace(db, world, settings, evidence, NEWER, version=1)


def test_newer_file_confirms_what_was_taken_over(db: Session, world: World, settings: Settings) -> None:
    evidence = put(db, world, settings)
    evidence.taken_from_id = evidence.id  # as if it were last year's
    db.scalars(select(Citation)).one().is_unconfirmed = True
    db.flush()
    replace(db, world, settings, evidence, NEWER, version=evidence.version)

    assert evidence.confirmed_at is not None
    assert db.scalars(select(Citation.is_unconfirmed)).all() == [False]


def test_file_of_a_submitted_line_is_not_replaced(db: Session, world: World, settings: Settings) -> None:
    fill(db, world, settings)
    sheet = loaded(db, world)
    sheet.signed_by_id, sheet.submitted_at = world.people["unit_director"].id, now()
    sheet.submission_sha256, sheet.state = "0" * 64, "returned"
    sheet.returned_lines.append(
        ReturnedLine(code="I.3", reason="Sai", returned_at=now(), returned_by_id=world.people["department"].id)
    )
    db.flush()
    by_code = {entry.code: entry.citations[0].evidence for entry in sheet.entries if entry.citations}
    with pytest.raises(WrongState, match="không bị trả lại"):
        replace(db, world, settings, by_code["I.1"], NEWER)

    replace(db, world, settings, by_code["I.3"], NEWER)
    entry = next(entry for entry in loaded(db, world).entries if entry.code == "I.3")
    assert entry.updated_at > sheet.returned_lines[0].returned_at  # the line counts as corrected


# ---- links ----


def link(db: Session, world: World, url: str = "https://sgddt.example.vn/phim?id=1", **options: Any) -> Attached:
    options = {"title": "Phim", "code": "I.1", "place": "phút 3", "now": now()} | options
    return add_link(db, world.actor("unit_officer"), loaded(db, world), url=url, **options)


def test_link_stands_for_a_file_everywhere(db: Session, world: World, settings: Settings) -> None:
    evidence = link(db, world).evidence
    sheet = loaded(db, world)

    assert (evidence.url, evidence.sha256, evidence.size) == ("https://sgddt.example.vn/phim?id=1", None, None)
    assert b'"url":"https://sgddt.example.vn/phim?id=1"' in submission_of(sheet).replace(b": ", b":")
    printed = next(line for line in sheet_form(sheet).lines() if line.code == "I.1")
    assert printed.evidence == ("H1.I.1.01 phút 3 (sgddt.example.vn)",)
    with pytest.raises(Missing, match="là một đường dẫn"):
        whole_file(Path(settings.evidence_dir), evidence)
    with pytest.raises(WrongState, match="là một đường dẫn"):
        replace(db, world, settings, evidence, NEWER)


def test_same_link_again_is_no_second_evidence(db: Session, world: World) -> None:
    first, again = link(db, world), link(db, world, title="Tên khác", code="I.3")

    assert (first.is_new, again.is_new, again.evidence.id) == (True, False, first.evidence.id)


def test_link_can_be_mended(db: Session, world: World) -> None:
    evidence = load_evidence_to_change(db, link(db, world).evidence.id)
    assert evidence is not None
    said = {"title": "Phim", "document_number": "", "issued_on": None, "issuer": ""}
    new = "https://sgddt.example.vn/2"
    describe(db, world.actor("unit_officer"), evidence, **said, url=new, version=1, now=now())

    assert evidence.url == new
    assert db.scalars(select(History.new).where(History.act == "describe")).all() == [{"url": new}]


WRONG = [
    "", "javascript:alert(1)", "ftp://a.example/b", "//a.example/b", "https://", "http:a.example",
    "https://a b.example/",
    "https://a.example:99999/", 'https://a.example/"><b>', "data:text/html,x", "https://localhost/x",
    "https://a.example/\u202e",
    "https://[::1", "file:///etc/passwd", "https://a.example\\@b.example/",
]  # fmt: skip


@pytest.mark.parametrize("url", WRONG)
def test_check_url_refuses_what_is_no_link(url: str) -> None:
    with pytest.raises(Invalid) as refused:
        check_url(url)

    assert (str(refused.value), refused.value.field) == (
        "Nhập đường dẫn đầy đủ, bắt đầu bằng https:// hoặc http://.",
        "url",
    )


def test_check_url_takes_no_password_and_no_endless_text() -> None:
    with pytest.raises(Invalid, match="mật khẩu"):
        check_url("https://ha:mat-khau@a.example/")
    with pytest.raises(Invalid, match=r"nhiều nhất"):
        check_url("https://a.example/" + "a" * 1000)
    assert check_url(" https://a.example/ba\u0301o ") == "https://a.example/báo"
