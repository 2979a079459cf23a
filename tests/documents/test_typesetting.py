from datetime import date
from decimal import Decimal

import pytest
from jinja2 import UndefinedError

from emulation.documents.pdf import named_stylesheet, write_pdf
from emulation.documents.typesetting import (
    NBSP,
    bind,
    clauses,
    count,
    date_words,
    fill,
    listed,
    points,
    short_hash,
    taken,
)
from tests.documents import pdfs


@pytest.mark.parametrize(
    ("day", "words"),
    [
        (date(2020, 3, 5), "ngày 05 tháng 3 năm 2020"),
        (date(2022, 1, 31), "ngày 31 tháng 01 năm 2022"),
        (date(2022, 2, 1), "ngày 01 tháng 02 năm 2022"),
        (date(2022, 12, 10), "ngày 10 tháng 12 năm 2022"),
    ],
)
def test_date_words_follow_the_decree(day: date, words: str) -> None:
    assert date_words(day) == words


def test_points_keep_their_places_and_absent_is_no_zero() -> None:
    assert [points(Decimal("8.5"), 2), points(Decimal(0), 2), points(None, 2)] == ["8,50", "0,00", "–"]


def test_points_taken_off_show_a_minus() -> None:
    assert [taken(Decimal("0.5"), 2), taken(Decimal(0), 2)] == ["\u22120,50", "–"]


def test_small_numbers_are_written_in_words() -> None:
    assert [count(0), count(5), count(10), count(11)] == ["không", "năm", "mười", "11"]


def test_listed_joins_the_last_name_with_and() -> None:
    assert [listed([]), listed(["A"]), listed(["A", "B"]), listed(["A", "B", "C"])] == ["", "A", "A và B", "A, B và C"]


def test_bind_keeps_numbers_beside_their_nouns() -> None:
    assert bind("ngày 5 của 63 đơn vị, cụm 3") == f"ngày{NBSP}5 của 63{NBSP}đơn vị, cụm{NBSP}3"


def test_bind_changes_blanks_only() -> None:
    text = "Vụ Thi đua - Khen thưởng, năm học 2021-2022 - của cụm 3"
    assert " ".join(bind(text).replace("\u2060", "").split()) == text


def test_bound_paragraph_never_ends_a_line_at_a_dash_nor_far_too_early() -> None:
    text = bind(
        "Vụ Thi đua - Khen thưởng báo cáo kết quả của Bà Rịa - Vũng Tàu và của cụm thi đua số 7 trong năm học này."
    )
    widths = range(60, 160, 3)
    paragraphs = "".join(
        f'<section style="width: {width}mm; break-after: page"><p>{text}</p></section>' for width in widths
    )
    pdf = write_pdf(paragraphs, [named_stylesheet("fonts.css"), named_stylesheet("base.css")])
    lines = pdfs.lines(pdf)
    for page, width in enumerate(widths, 1):
        *full, _ = [line for line in lines if line.page == page and line.top > 18]
        for line in full:
            assert not line.text.endswith("-")
            assert line.width > width - 36, line


def test_clauses_break_between_and_never_inside() -> None:
    assert clauses("Tuyến tính: 0 điểm ở 90%, tối đa từ 99,5%").split(" ") == [
        f"Tuyến{NBSP}tính:",
        f"0{NBSP}điểm{NBSP}ở{NBSP}90%,",
        f"tối{NBSP}đa{NBSP}từ{NBSP}99,5%",
    ]


def test_clauses_let_a_long_clause_break() -> None:
    text = "Đơn vị không có trường phổ thông dân tộc nội trú"
    assert clauses(text) == text


@pytest.mark.parametrize("text", ["", "–", "95/98 = 96,9 % >= 95 % -> 10 điểm", "a;b:c,d", ",;:", "0,5 điểm × 3"])
def test_clauses_lose_nothing(text: str) -> None:
    assert "".join(clauses(text).replace(NBSP, " ").split()) == "".join(text.split())


def test_short_hash_is_sixteen_digits_in_fours() -> None:
    assert short_hash("0123456789abcdef" * 4) == "0123 4567 89ab cdef"


def test_template_with_a_missing_value_fails() -> None:
    with pytest.raises(UndefinedError):
        fill("certificate.html", title="x")
