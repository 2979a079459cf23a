"""The ranking as an Excel workbook, for whoever calculates further."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from decimal import Decimal

from openpyxl import Workbook
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from emulation.documents.workbook_writing import TITLE, print_setup, write_head
from emulation.documents.xlsx_rows import write_row
from emulation.domain.results import Outcome, Ranking

WIDTHS = {"Đơn vị": 42, "Xếp loại": 22, "Khen thưởng": 34, "Ghi chú": 48}


def ranking_xlsx(ranking: Ranking, awards: Mapping[str, Sequence[str]]) -> bytes:
    """One sheet: a row for each unit, with its points by section, totals, ranks, awards and grounds of exclusion.

    `awards` are names by code of the unit. The head says whether the figures are sealed (with the whole hash),
    provisional or illustrative.
    """
    book = Workbook()
    sheet = book.active
    assert isinstance(sheet, Worksheet)
    sheet.title = "Xếp hạng"
    write_row(sheet, 1, [f"Kết quả xếp hạng {_lower_first(ranking.title)}"])
    sheet["A1"].font = TITLE
    if ranking.sha256:
        write_row(sheet, 2, [f"Kết quả đã công bố, SHA-256: {ranking.sha256}"])
    else:
        write_row(sheet, 2, ["Kết quả tạm tính, chưa công bố"])
    criteria = ranking.criteria
    example = " Số liệu minh họa." if ranking.is_example else ""
    write_row(sheet, 3, [f"Bộ tiêu chí {criteria.version}, SHA-256: {criteria.sha256}.{example}"])

    head = ["Cụm", "Hạng trong cụm", "Hạng toàn quốc", "Mã", "Đơn vị"]
    head += [f"{section.code}. {section.title}" for section in criteria.sections]
    head += ["Điểm cơ bản", "Điểm thưởng", "Điểm trừ", "Tổng điểm", "Tự chấm", "Xếp loại", "Khen thưởng", "Ghi chú"]
    write_head(sheet, 5, head, [WIDTHS.get(name, 13) for name in head])
    row = 6
    for outcomes in ranking.by_cluster.values():
        for outcome in outcomes:
            write_row(sheet, row, _cells(ranking, outcome, awards.get(outcome.unit, ())))
            row += 1
    places = "0." + "0" * criteria.precision if criteria.precision else "0"
    for cells in sheet.iter_rows(min_row=6, max_row=row - 1):
        for cell in cells:
            if isinstance(cell.value, Decimal):
                cell.number_format = places
    sheet.freeze_panes = "F6"
    sheet.auto_filter.ref = f"A5:{get_column_letter(len(head))}{max(row - 1, 5)}"
    print_setup(sheet, "5:5")
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def _cells(ranking: Ranking, outcome: Outcome, awards: Sequence[str]) -> list[object]:
    figures, declared = outcome.official, outcome.declared
    cells: list[object] = [
        outcome.cluster,
        outcome.rank_in_cluster,
        outcome.rank_overall,
        outcome.unit,
        outcome.name,
    ]
    for section in ranking.criteria.sections:
        found = figures.sections[section.code] if figures else None
        cells.append(found.earned if found and found.base else None)
    if figures:
        cells += [figures.core, figures.bonus, figures.deductions, figures.total]
    else:
        cells += [None] * 4
    cells += [declared.total if declared else None, figures.grade if figures else None, ", ".join(awards)]
    if outcome.exclusions:
        cells.append("Không xếp hạng: " + "; ".join(f"{one.ground} {one.title}" for one in outcome.exclusions))
    elif figures is None:
        cells.append("Chưa thẩm định")
    elif figures.unscored:
        cells.append("Chưa có điểm: " + ", ".join(figures.unscored))
    else:
        cells.append(None)
    return cells


def _lower_first(text: str) -> str:
    return text[:1].lower() + text[1:]
