"""How high the rows of our workbooks are: no program finds it out by itself."""

import pytest
from openpyxl import Workbook

from emulation.documents.workbook_writing import fit_rows, lines_of, write_head


@pytest.mark.parametrize(
    ("text", "letters", "lines"),
    [
        (None, 9, 1),
        (12, 1, 1),
        ("", 9, 1),
        ("Điểm", 9, 1),
        ("Điểm (tham khảo)", 11, 2),
        ("Điểm (tham khảo)", 7, 3),  # words are not broken
        ("một\nhai ba\nbốn", 20, 3),
        ("x" * 45, 20, 3),  # but where one is longer than the line
    ],
)
def test_lines_of_a_text(text: object, letters: float, lines: int) -> None:
    assert lines_of(text, letters) == lines


def test_rows_are_as_high_as_their_words() -> None:
    sheet = Workbook().create_sheet()
    write_head(sheet, 1, ["Mã", "Cụm giữ nguyên đơn vị dẫn đầu"], [6, 12])
    sheet.append(["I.1", "ngắn"])
    sheet.append(["I.2", "nhiều chữ " * 20])
    sheet.append(["I.3", "nhiều chữ " * 200])
    fit_rows(sheet, 2, most=20)
    heights = [sheet.row_dimensions[row].height for row in (1, 2, 3, 4)]
    assert heights == [3 * 15 + 3, None, 20 * 15 + 3, 20 * 15 + 3]
