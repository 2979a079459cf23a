"""The receipt on paper: one page whatever the names, the whole hash, and what became of the content said plainly."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from emulation.documents.receipt import Parts, Receipt, render_receipt
from emulation.words import Phrase
from tests.documents import pdfs

AT = datetime(2022, 6, 9, 3, 30, tzinfo=UTC)
HASH = "0123456789abcdef" * 4
LONG = "Sở Giáo dục, Khoa học, Công nghệ, Văn hóa, Thể thao và Du lịch tỉnh Thừa Thiên - Huế mới hợp nhất"


def receipt(**more: object) -> Receipt:
    values: dict[str, object] = {
        "department": "Vụ Thi đua - Khen thưởng",
        "unit": "Sở Giáo dục và Đào tạo tỉnh Thái Bình",
        "cluster": "Cụm thi đua số 1",
        "period": "Năm học 2021-2022",
        "criteria": "Bộ tiêu chí",
        "signer": "Nguyễn Viết Hiển",
        "signer_title": "Giám đốc",
        "submitted_at": AT,
        "due_at": AT + timedelta(hours=1),
        "first_submitted_at": None,
        "late": None,
        "received_at": None,
        "total": Decimal("78.23"),
        "out_of": Decimal(100),
        "precision": 2,
        "parts": Parts(Decimal("77.23"), Decimal(1), Decimal(0), "Hoàn thành", 8, 8, 2),
        "sha256": HASH,
        "is_same": True,
        "is_being_corrected": False,
        "illustrative": True,
    }
    return Receipt(**{**values, **more})  # type: ignore[arg-type]


def test_receipt_says_who_when_what_and_the_whole_hash() -> None:
    pdf = render_receipt(receipt())
    shown = " ".join(pdfs.rows(pdf))
    for words in (
        "PHIẾU BIÊN NHẬN",
        "Nguyễn Viết Hiển, Giám đốc",
        "10:30 09/06/2022 (hạn chung 11:30 09/06/2022)",
        "chưa tiếp nhận",
        "8/8 tiêu chí; 2 minh chứng được trích dẫn",
        "78,23 / 100 · Hoàn thành",
        "nội dung đang lưu đúng với bản đã nộp",
        "Số liệu minh họa",
    ):
        assert words in shown, words
    assert HASH in shown.replace(" ", "")
    assert pdfs.pages(pdf) == 1
    assert pdfs.is_clean(shown)


@pytest.mark.parametrize(
    ("more", "words"),
    [
        (
            {"due_at": AT - timedelta(minutes=5), "late": Phrase("Nộp trễ %(n)s phút", {"n": 5})},
            "10:30 09/06/2022 (nộp trễ 5 phút; hạn chung 10:25 09/06/2022)",
        ),
        (
            {"due_at": AT - timedelta(minutes=5), "first_submitted_at": AT - timedelta(days=1)},
            "10:30 09/06/2022; lần đầu 10:30 08/06/2022 (hạn chung 10:25 09/06/2022)",
        ),
        ({"is_same": False, "is_being_corrected": True, "parts": None}, "đang được sửa"),
        ({"is_same": False, "parts": None, "total": None}, "KHÁC bản đã nộp. Hãy báo bộ phận kỹ thuật."),
    ],
)
def test_receipt_says_plainly_what_is_different(more: dict[str, object], words: str) -> None:
    assert words in " ".join(pdfs.rows(render_receipt(receipt(**more))))


def test_receipt_of_long_names_stays_inside_its_margins() -> None:
    pdf = render_receipt(receipt(unit=LONG, signer="Công Tằng Tôn Nữ Thị Ngọc Hà" * 3, criteria=LONG * 2))
    assert pdfs.pages(pdf) == 1
    assert all(line.left >= 29.7 and line.right <= 195.3 for line in pdfs.lines(pdf))


def test_footer_of_a_long_name_leaves_room_for_the_tag() -> None:
    lines = pdfs.lines(render_receipt(receipt(unit=LONG)))
    tag = next(line for line in lines if line.text == "Số liệu minh họa")
    assert all(line.right <= tag.left for line in lines if "Biên nhận ·" in line.text)
