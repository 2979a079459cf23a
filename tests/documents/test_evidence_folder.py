"""All evidence in one file: names that every system takes, a ZIP in order, one PDF with bookmarks."""

from __future__ import annotations

import hashlib
import io
import zipfile
from datetime import date, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pikepdf
import pytest

from emulation.documents.evidence_book import write_book
from emulation.documents.evidence_files import size_of_picture
from emulation.documents.evidence_folder import Chapter, Document, EvidenceFolder, file_name, safe_name
from emulation.documents.evidence_zip import INDEX, stream_zip
from tests import files
from tests.documents.pdfs import text

MADE = datetime(2022, 6, 9, 10, 30)  # noqa: DTZ001  # a ZIP knows no zones
PNG, PDF = "image/png", "application/pdf"


def pages(count: int, **options: Any) -> bytes:
    out = io.BytesIO()
    with pikepdf.Pdf.new() as made:
        for _ in range(count):
            made.add_blank_page()
        made.save(out, **options)
    return out.getvalue()


def document(folder: Path, code: str, title: str, content: bytes, name: str, kind: str, **more: Any) -> Document:
    path = folder / hashlib.sha256(content).hexdigest()
    path.write_bytes(content)
    return Document(
        code=code, title=title, number=more.pop("number", ""), issued_on=more.pop("issued_on", None), issuer="",
        file_name=name, media_type=kind, size=len(content), path=path, **more,
    )  # fmt: skip


@pytest.fixture
def folder(tmp_path: Path) -> EvidenceFolder:
    report = document(
        tmp_path, "H1.I.1.01", "Báo cáo: 412/BC?", pages(2), "a.pdf", PDF, number="412/BC", issued_on=date(2022, 6, 2)
    )
    picture = document(tmp_path, "H1.I.2.01", "Ảnh", files.png(), "anh.png", PNG)
    locked = document(
        tmp_path, "H1.I.2.02", "Có khóa", pages(1, encryption=pikepdf.Encryption(user="x", owner="y")), "b.pdf", PDF
    )
    broken = document(tmp_path, "H1.I.2.03", "Hỏng", b"%PDF-1.4\n", "c.pdf", PDF)
    word = document(tmp_path, "H1.I.2.04", "Văn bản", files.DOCX, "d.docx", "x")
    lost = document(tmp_path, "H1.I.2.05", "Mất", pages(3), "e.pdf", PDF)
    changed = document(tmp_path, "H1.I.2.06", "Bị thay", pages(4), "f.pdf", PDF)
    link = Document("H1.I.2.07", "Phim", "", None, "", "", "", 0, None, url="https://a.example/phim")
    assert lost.path is not None
    assert changed.path is not None
    lost.path.unlink()
    changed.path.write_bytes(pages(5))
    spare = document(tmp_path, "", "Thừa", pages(6), "g.pdf", PDF)
    return EvidenceFolder(
        unit="Sở GDĐT Thái Bình",
        period="Năm học 2021-2022",
        chapters=(
            Chapter("I.1", "Tỷ lệ huy động trẻ 5 tuổi đến trường " + "rất dài " * 20, [(report, "tr. 6")]),
            Chapter(
                "I.2",
                "=1+1",
                [(one, "") for one in (picture, locked, broken, word, lost, changed, link)] + [(report, "tr. 7")],
            ),
            Chapter("", "Chưa trích dẫn", [(spare, "")]),
        ),
        illustrative=True,
    )


NAMES = [
    ("Ba\u0301o cáo", "Báo cáo"),
    ('a<b>:"/\\|?*\x00c', "a b c"),
    ("../../etc/passwd", "etc passwd"),
    ("CON", "_CON"),
    ("nul.txt", "_nul.txt"),
    ("tên. . ", "tên"),
    ("", "_"),
    ("\u202egnp.exe", "gnp.exe"),
    ("x" * 300, "x" * 80),
]


@pytest.mark.parametrize(("text", "name"), NAMES)
def test_safe_name_is_taken_by_windows(text: str, name: str) -> None:
    assert safe_name(text, 80) == name


def test_zip_holds_each_file_once_in_order_and_an_index(folder: EvidenceFolder) -> None:
    content = b"".join(stream_zip(folder, made_at=MADE))
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        assert packed.testzip() is None
        names = packed.namelist()
        index = openpyxl.load_workbook(io.BytesIO(packed.read(INDEX))).active

    assert names == [
        "001 I.1 Tỷ lệ huy động trẻ 5 tuổi đến trường rất/H1.I.1.01 Báo cáo 412 BC.pdf",
        "002 I.2 =1+1/H1.I.2.01 Ảnh.png",
        "002 I.2 =1+1/H1.I.2.02 Có khóa.pdf",
        "002 I.2 =1+1/H1.I.2.03 Hỏng.pdf",
        "002 I.2 =1+1/H1.I.2.04 Văn bản.docx",
        "003 Chưa trích dẫn/Thừa.pdf",
        INDEX,
    ]
    rows = [[cell.value for cell in row] for row in index.iter_rows(min_row=4)]
    assert rows[0][2:9] == ["H1.I.1.01", "Báo cáo: 412/BC?", "412/BC", "02/06/2022", None, "tr. 6", names[0]]
    assert [(row[3], row[8], row[9]) for row in rows[5:8]] == [
        ("Mất", None, "Không tìm thấy tệp trên máy chủ"),
        ("Bị thay", None, "Tệp trên máy chủ không còn đúng bản đã tải lên"),
        ("Phim", "https://a.example/phim", "Đường dẫn"),
    ]
    assert (rows[8][7], rows[8][8]) == ("tr. 7", names[0])  # cited again: the same file
    assert rows[1][1] == "'=1+1"  # no formula


def test_zip_of_two_files_with_one_name_keeps_both(tmp_path: Path) -> None:
    two = [document(tmp_path, "", "Báo cáo", pages(n), "a.pdf", PDF) for n in (1, 2)]
    made = EvidenceFolder("Sở", "Kỳ", [Chapter("", "Chưa trích dẫn", [(one, "") for one in two])])
    with zipfile.ZipFile(io.BytesIO(b"".join(stream_zip(made, made_at=MADE)))) as packed:
        assert packed.namelist()[:2] == ["001 Chưa trích dẫn/Báo cáo.pdf", "001 Chưa trích dẫn/Báo cáo (2).pdf"]


def test_marks_that_no_file_holds_do_not_break_an_export(tmp_path: Path) -> None:
    old = document(tmp_path, "", "a\u202eb\x00c\x07\ufffe", pages(1), "a.pdf", PDF, number="\x0b")
    made = EvidenceFolder("Sở", "Kỳ", [Chapter("", "x", [(old, "\x01")])])
    with zipfile.ZipFile(io.BytesIO(b"".join(stream_zip(made, made_at=MADE)))) as packed:
        sheet = openpyxl.load_workbook(io.BytesIO(packed.read(INDEX))).active
    assert sheet is not None
    assert sheet["D4"].value == "a\u202ebc"
    assert write_book(made, tmp_path / "out.pdf") == (2, 0)


def test_zip_is_sent_in_pieces(tmp_path: Path) -> None:
    large = document(tmp_path, "", "Lớn", bytes(5 * 1024**2), "a.pdf", PDF)
    made = EvidenceFolder("Sở", "Kỳ", [Chapter("", "x", [(large, "")])])

    assert max(len(piece) for piece in stream_zip(made, made_at=MADE)) < 1024**2 + 1000


def test_book_holds_what_can_be_bound_and_lists_the_rest(folder: EvidenceFolder, tmp_path: Path) -> None:
    out = tmp_path / "out.pdf"
    assert write_book(folder, out) == (10, 6)  # index, 2 pages, a picture, 6 pages

    with pikepdf.Pdf.open(out) as book:
        assert len(book.pages) == 10
        with book.open_outline() as outline:
            marks = [(item.title, [child.title for child in item.children]) for item in outline.root]
    assert marks[0] == ("Mục lục", [])
    assert marks[1][1] == ["H1.I.1.01 Báo cáo: 412/BC?"]
    assert marks[2] == ("I.2 =1+1", ["H1.I.2.01 Ảnh", "H1.I.1.01 Báo cáo: 412/BC?"])
    words_of_index = " ".join(text(out.read_bytes(), 1).split())
    for words in (
        "PDF có mật khẩu", "PDF bị hỏng", "Không phải PDF, xem", "Không tìm thấy tệp", "không còn đúng bản",
        "Đường dẫn,", "https://a.example/phim", "412/BC ngày 02/06/2022", "2–3", "5–10",
    ):  # fmt: skip
        assert words in words_of_index, words


def test_book_takes_out_what_would_run(tmp_path: Path) -> None:
    out = io.BytesIO()
    with pikepdf.Pdf.new() as made:
        page = made.add_blank_page()
        script = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS="app.alert(1)")
        page.obj["/AA"] = pikepdf.Dictionary(O=script)
        link = pikepdf.Dictionary(Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.Link, Rect=[0, 0, 9, 9], A=script)
        page.obj["/Annots"] = made.make_indirect(pikepdf.Array([made.make_indirect(link)]))
        made.Root["/OpenAction"] = script
        made.save(out)
    one = document(tmp_path, "H1.I.1.01", "a", out.getvalue(), "a.pdf", PDF)
    made_of = EvidenceFolder("Sở", "Kỳ", [Chapter("I.1", "x", [(one, "")])])
    write_book(made_of, tmp_path / "out.pdf")

    with pikepdf.Pdf.open(tmp_path / "out.pdf") as book:
        assert "/OpenAction" not in book.Root
        assert "/AA" not in book.pages[1].obj
        assert len(book.pages[1].obj["/Annots"]) == 0


def test_book_of_nothing_is_an_index(tmp_path: Path) -> None:
    assert write_book(EvidenceFolder("Sở", "Kỳ", []), tmp_path / "out.pdf") == (1, 0)


def test_book_lists_a_picture_that_claims_too_much(tmp_path: Path) -> None:
    bomb = files.png()[:16] + (60_000).to_bytes(4, "big") * 2 + files.png()[24:]
    one = document(tmp_path, "H1.I.1.01", "Ảnh", bomb, "a.png", PNG)
    made = EvidenceFolder("Sở", "Kỳ", [Chapter("I.1", "x", [(one, "")])])

    assert write_book(made, tmp_path / "out.pdf") == (1, 1)


@pytest.mark.parametrize(
    "content", [b"", files.png()[:20], b"\xff\xd8\xff\xd9", b"\xff\xd8\xff\xe0\x00\x10", files.JPEG[:20] + b"\xff\xd9"]
)
def test_size_of_a_picture_that_says_none_is_refused(content: bytes) -> None:
    with pytest.raises(ValueError, match="no "):
        size_of_picture(io.BytesIO(content), PNG if content.startswith(b"\x89") else "image/jpeg")


def test_file_name_keeps_the_ending(tmp_path: Path) -> None:
    assert file_name(document(tmp_path, "H1.I.1.01", "x" * 200, b"a", "A.PDF", PDF)) == f"H1.I.1.01 {'x' * 70}.PDF"
