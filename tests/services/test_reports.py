"""Documents about a round: the report's values, the workbook, certificates for the command line."""

from __future__ import annotations

import io
from decimal import Decimal
from pathlib import Path

import pikepdf
import pytest
from openpyxl import load_workbook
from sqlalchemy import select
from sqlalchemy.orm import Session

from emulation.documents.xlsx_rows import harmless
from emulation.errors import Missing
from emulation.models import History
from emulation.services import certificates, reports, results
from tests.finished import TOTALS, WHEN, exclude, finish, granted, publish
from tests.world import World


def rows(workbook: bytes) -> list[list[object]]:
    """The rows of the only sheet, without empty cells at the end."""
    sheet = load_workbook(io.BytesIO(workbook)).active
    assert sheet is not None
    found = [list(row) for row in sheet.iter_rows(values_only=True)]
    for row in found:
        while row and row[-1] is None:
            row.pop()
    return found


def test_report_of_a_published_round_carries_the_seal(db: Session, world: World) -> None:
    row = publish(db, world)

    report = reports.ranking_report(reports.ranking_to_print(db, world.period), {"34": ("Cờ",)}, department="Vụ TĐKT")

    assert (report.sealed_hash, report.illustrative, report.department) == (row.sha256, True, "Vụ TĐKT")
    assert [(cluster.label, [unit.name for unit in cluster.units]) for cluster in report.clusters] == [
        ("Cụm 1", ["Thái Bình", "Hà Nam"]),
        ("Cụm 2", ["Bạc Liêu", "Cà Mau"]),
    ]
    first = report.clusters[0].units[0]
    assert (first.total, first.self_total, first.rank_overall, first.awards) == (
        Decimal(TOTALS["34"]),
        Decimal(TOTALS["34"]),
        2,
        ("Cờ",),
    )
    assert [(section.code, section.maximum) for section in report.sections] == [
        ("I", Decimal(50)),
        ("II", Decimal(25)),
        ("III", Decimal(9)),
    ]


def test_report_names_the_ground_of_an_excluded_unit(db: Session, world: World) -> None:
    finish(db, world)
    exclude(db, world, "34")

    report = reports.ranking_report(reports.ranking_to_print(db, world.period), {}, department="Vụ")

    assert [(unit.name, unit.ranked, unit.excluded) for unit in report.clusters[0].units] == [
        ("Hà Nam", True, None),
        ("Thái Bình", False, "X.1 Có vi phạm nghiêm trọng bị xử lý kỷ luật từ cảnh cáo trở lên"),
    ]


def test_report_pdf_of_a_provisional_round_has_no_seal(db: Session, world: World) -> None:
    finish(db, world)

    report = reports.ranking_report(reports.ranking_to_print(db, world.period), {}, department="Vụ")
    pdf = reports.ranking_report_pdf(db, world.period)

    assert report.sealed_hash is None
    assert pdf.startswith(b"%PDF-")


def test_report_without_any_official_points_is_missing(db: Session, world: World) -> None:
    with pytest.raises(Missing):
        reports.ranking_report_pdf(db, world.period)


def test_workbook_says_everything_in_exact_numbers(db: Session, world: World) -> None:
    decision = granted(db, world)
    sealed = results.published(db, world.period)
    assert sealed is not None

    found = rows(reports.ranking_workbook(db, world.period))

    assert found[0] == ["Kết quả xếp hạng năm học 2021-2022"]
    assert found[1] == [f"Kết quả đã công bố, SHA-256: {sealed.ranking.sha256}"]
    assert str(found[2][0]).endswith("Số liệu minh họa.")
    assert found[4][:5] == ["Cụm", "Hạng trong cụm", "Hạng toàn quốc", "Mã", "Đơn vị"]
    assert found[4][-8:] == [
        "Điểm cơ bản",
        "Điểm thưởng",
        "Điểm trừ",
        "Tổng điểm",
        "Tự chấm",
        "Xếp loại",
        "Khen thưởng",
        "Ghi chú",
    ]
    assert found[5] == [
        1, 1, 2, "34", "Sở Giáo dục và Đào tạo tỉnh Thái Bình",
        42.38, 20, 3.4, 82.23, 1, 0, 83.23, 83.23, "Hoàn thành tốt", decision.award.name,
    ]  # fmt: skip
    assert len(found) == 9


def test_workbook_of_a_provisional_round_says_so(db: Session, world: World) -> None:
    finish(db, world)
    exclude(db, world, "34")

    found = rows(reports.ranking_workbook(db, world.period))

    assert found[1] == ["Kết quả tạm tính, chưa công bố"]
    assert found[6][1:3] == [None, None]
    assert str(found[6][-1]).startswith("Không xếp hạng: X.1")


@pytest.mark.parametrize("text", ["=1+1", "+84", "-5", "@SUM(A1)", "\t=1"])
def test_workbook_runs_no_cell_as_a_formula(db: Session, world: World, text: str) -> None:
    finish(db, world)
    world.sheets["34"].unit_name = text
    db.commit()

    sheet = load_workbook(io.BytesIO(reports.ranking_workbook(db, world.period))).active

    assert sheet is not None
    cell = sheet["E6"]
    assert (cell.data_type, cell.value) == ("s", f"'{text}")


def test_harmless_leaves_other_text_alone() -> None:
    assert harmless("Sở Giáo dục = tốt") == "Sở Giáo dục = tốt"


def test_certificates_for_the_command_line_are_written_and_recorded(db: Session, world: World, tmp_path: Path) -> None:
    decision = granted(db, world)
    certificates.revoke(db, world.actor("department"), decision.certificates[0], reason="Sai.", now=WHEN)

    count = reports.certificates_pdf(db, world.period, "co", tmp_path / "co.pdf", now=WHEN)
    db.commit()

    assert count == 1
    with pikepdf.open(tmp_path / "co.pdf") as pdf:
        assert len(pdf.pages) == 1
    line = db.scalars(select(History).where(History.act == "print")).one()
    assert (line.actor_id, line.actor_name) == (None, "Dòng lệnh")


@pytest.mark.parametrize("code", ["khong-co", "co"])
def test_certificates_that_are_not_there_are_missing(db: Session, world: World, tmp_path: Path, code: str) -> None:
    publish(db, world)

    with pytest.raises(Missing):
        reports.certificates_pdf(db, world.period, code, tmp_path / "co.pdf", now=WHEN)

    assert list(tmp_path.iterdir()) == []
