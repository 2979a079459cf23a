"""What a file is: by content, agreeing with its name."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO

import pytest

from emulation.errors import Invalid
from emulation.services.file_types import ALL, clean_name, title_from, type_of
from tests import files

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
ACCEPTED = [
    ("bao-cao.pdf", files.PDF, "application/pdf"),
    ("BAO CAO.PDF", files.PDF, "application/pdf"),
    ("anh.png", files.png(), "image/png"),
    ("anh.jpg", files.JPEG, "image/jpeg"),
    ("anh.jpeg", files.JPEG, "image/jpeg"),
    ("a.docx", files.DOCX, DOCX),
    ("a.docx", files.stuffed(files.DOCX, "word/embeddings/a.xlsx", files.XLSX), DOCX),
    ("a.docx", files.stuffed(files.DOCX, "word/media/image1.emz", b"\x1f\x8b"), DOCX),
    ("a.pdf", files.locked(), "application/pdf"),
    ("a.xlsx", files.XLSX, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    ("a.pptx", files.PPTX, "application/vnd.openxmlformats-officedocument.presentationml.presentation"),
    ("a.odt", files.ODT, "application/vnd.oasis.opendocument.text"),
    ("a.ods", files.ODS, "application/vnd.oasis.opendocument.spreadsheet"),
    ("a.odp", files.ODP, "application/vnd.oasis.opendocument.presentation"),
]
STUBS = [
    ("a.pdf", b"%PDF-"),
    ("a.pdf", b"%PDF-1.7\n" + bytes(100)),
    ("a.png", files.png()[:8]),
    ("a.png", files.png()[:16] + bytes(8) + files.png()[24:]),  # no width, no height
    ("a.jpg", files.JPEG[:20] + files.JPEG[-2:]),
    ("a.docx", files.ooxml(files.WORD_MAIN, "word/document.xml", "../a.xml")),
    ("a.docx", files.ooxml(files.WORD_MAIN, "word/document.xml", "word\\..\\..\\a.xml")),
]
STUFFED = [
    ("a.docx", files.stuffed(files.DOCX, "word/media/image1.png", files.ZIP)),
    ("a.docx", files.stuffed(files.DOCX, "word/media/image1.png", b"Rar!\x1a\x07\x01")),
    ("a.odt", files.stuffed(files.ODT, "Pictures/1.jpg", bytes(257) + b"ustar")),
]
KINDS = "PDF, PNG, JPEG, DOCX, XLSX, PPTX, ODT, ODS, ODP"
REFUSED = [
    ("a.pdf", b"", "Tệp “a.pdf” trống (0 byte)."),
    ("a.pdf", files.TEXT, f"Tệp “a.pdf” không thuộc loại được nhận: {KINDS}."),
    ("a.pdf", b"\n\n" + files.PDF, f"Tệp “a.pdf” không thuộc loại được nhận: {KINDS}."),
    ("a.png", files.HTML, f"Tệp “a.png” không thuộc loại được nhận: {KINDS}."),
    ("a.svg", files.SVG, f"Tệp “a.svg” không thuộc loại được nhận: {KINDS}."),
    ("a.docx", files.ZIP, f"Tệp “a.docx” không thuộc loại được nhận: {KINDS}."),
    ("a.odt", files.odf("text-template"), f"Tệp “a.odt” không thuộc loại được nhận: {KINDS}."),
    (
        "a.doc",
        files.OLE,
        "Tệp “a.doc” ở định dạng Office cũ (DOC, XLS, PPT). Hãy lưu lại thành DOCX, XLSX, PPTX hoặc PDF.",
    ),
    (
        "a.pdf",
        files.png(),
        "Tệp “a.pdf” có nội dung là PNG, không khớp với tên tệp. Kiểm tra lại tệp hoặc đặt lại tên.",
    ),
    (
        "a.docx",
        files.XLSX,
        "Tệp “a.docx” có nội dung là XLSX, không khớp với tên tệp. Kiểm tra lại tệp hoặc đặt lại tên.",
    ),
    (
        "baocao",
        files.PDF,
        "Tệp “baocao” có nội dung là PDF, không khớp với tên tệp. Kiểm tra lại tệp hoặc đặt lại tên.",
    ),
    (
        "a.docm",
        files.DOCM,
        "Tệp “a.docm” có chứa macro, không nhận. Hãy lưu lại thành tệp không có macro hoặc PDF.",
    ),
    (
        "a.docx",
        files.HIDDEN_MACRO,
        "Tệp “a.docx” có chứa macro, không nhận. Hãy lưu lại thành tệp không có macro hoặc PDF.",
    ),
    (
        "a.odt",
        files.ODT_MACRO,
        "Tệp “a.odt” có chứa macro, không nhận. Hãy lưu lại thành tệp không có macro hoặc PDF.",
    ),
    ("a.docx", files.NESTED, "Tệp “a.docx” chứa tệp nén bên trong, không nhận."),
    (
        "a.pdf",
        files.PDF_AND_ZIP,
        "Tệp “a.pdf” vừa là PDF vừa là tệp nén, không nhận. Hãy xuất lại tệp rồi tải lên.",
    ),
    ("a.docx", files.PDF_AND_ZIP, "Tệp “a.docx” vừa là PDF vừa là tệp nén, không nhận. Hãy xuất lại tệp rồi tải lên."),
    *(
        (name, content, f"Tệp “{name}” bị hỏng, không mở được. Hãy mở và lưu lại rồi tải lên.")
        for name, content in STUBS
    ),
    *((name, content, f"Tệp “{name}” chứa tệp nén bên trong, không nhận.") for name, content in STUFFED),
    ("a.png", files.GIF_AND_SCRIPT, f"Tệp “a.png” không thuộc loại được nhận: {KINDS}."),
    ("a.pdf", files.HTML_THEN_PDF, f"Tệp “a.pdf” không thuộc loại được nhận: {KINDS}."),
    (
        "a.docx",
        files.DOCX[:200],
        "Tệp “a.docx” bị hỏng, không mở được. Hãy mở và lưu lại rồi tải lên.",
    ),
]


@pytest.mark.parametrize(("name", "content", "media_type"), ACCEPTED)
def test_type_of_knows_what_is_allowed(name: str, content: bytes, media_type: str) -> None:
    file = BytesIO(content)

    assert type_of(file, name).media_type == media_type
    assert file.tell() == 0


def test_accepted_covers_every_kind() -> None:
    assert {media_type for _name, _content, media_type in ACCEPTED} == {kind.media_type for kind in ALL}


@pytest.mark.parametrize(("name", "content", "sentence"), REFUSED)
def test_type_of_refuses_at_the_file(name: str, content: bytes, sentence: str) -> None:
    with pytest.raises(Invalid) as refused:
        type_of(BytesIO(content), name)

    assert (str(refused.value), refused.value.field, refused.value.status) == (sentence, "files", 422)


@pytest.mark.parametrize("make", [files.bomb, files.overlapping, files.tight])
def test_type_of_refuses_a_zip_bomb_without_unpacking_it(make: Callable[[], bytes]) -> None:
    with pytest.raises(Invalid) as refused:
        type_of(BytesIO(make()), "a.docx")

    assert str(refused.value) == "Tệp “a.docx” nén bất thường (mở ra quá lớn), không nhận."


NAMES = [
    ("Báo cáo 412.pdf", "Báo cáo 412.pdf"),
    ("Ba\u0301o ca\u0301o.pdf", "Báo cáo.pdf"),
    ("../../etc/passwd", "passwd"),
    ("C:\\Users\\ha\\Bao cao.pdf", "Bao cao.pdf"),
    ("a\x00b\r\nc.pdf", "abc.pdf"),
    ('a"b<c>|d?.pdf', "abcd.pdf"),
    ("  .. .pdf", "pdf"),
    (".pdf", "minh-chung.pdf"),
    (" .PDF ", "minh-chung.PDF"),
    (".htaccess", "htaccess"),
    ("...", "minh-chung"),
    ("", "minh-chung"),
    ("a" * 300 + ".pdf", "a" * 146 + ".pdf"),
    ("\u202egpj.exe", "gpj.exe"),
]


@pytest.mark.parametrize(("raw", "clean"), NAMES)
def test_clean_name_keeps_a_short_name_without_paths(raw: str, clean: str) -> None:
    assert clean_name(raw) == clean


def test_title_from_reads_a_file_name_as_words() -> None:
    assert title_from("Bao_cao__412.pdf") == "Bao cao 412"
