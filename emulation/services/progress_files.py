"""The progress of the units to download: what stands in which column."""

from __future__ import annotations

from datetime import datetime

from emulation.config import VIETNAM
from emulation.documents.progress_xlsx import Cell, Table, progress_csv, progress_xlsx
from emulation.domain.workflow import STATE_NAMES, SheetState
from emulation.models import Period
from emulation.services.progress import Progress, UnitProgress


def units_table(progress: Progress, *, with_evidence: bool) -> Table:
    """One row for each unit. Leaders of clusters get no word about evidence."""
    head: list[tuple[str, int]] = [
        ("Đơn vị", 46),
        ("Cụm", 7),
        ("Tình trạng", 22),
        ("Đã kê khai", 10),
        ("Phải kê khai", 10),
    ]
    if with_evidence:
        head += [("Thiếu minh chứng", 10), ("Chưa xác nhận", 10)]
    head += [
        ("Lĩnh vực đã phân công", 12),
        ("Hoạt động gần nhất", 17),
        ("Người làm", 26),
        ("Hạn của đơn vị", 17),
        ("Gia hạn", 40),
        ("Nộp lần đầu lúc", 17),
        ("Còn lại hoặc trễ", 18),
    ]
    return Table("Đơn vị", tuple(head), tuple(_unit(row, with_evidence=with_evidence) for row in progress.rows))


def clusters_table(progress: Progress) -> Table:
    """One row for each cluster."""
    head = (
        ("Cụm", 30),
        ("Đơn vị", 9),
        ("Chưa bắt đầu", 9),
        ("Đang làm", 9),
        ("Đã nộp", 9),
        ("Quá hạn", 9),
        ("Nộp trễ", 9),
        ("Đã kê khai", 10),
        ("Phải kê khai", 10),
    )
    rows = tuple(
        (
            one.cluster.name,
            one.units,
            one.idle,
            one.working,
            one.submitted,
            one.overdue,
            one.late,
            one.declared,
            one.total,
        )
        for one in progress.sums
    )
    return Table("Cụm thi đua", head, rows)


def _unit(row: UnitProgress, *, with_evidence: bool) -> tuple[Cell, ...]:
    sheet, clock = row.sheet, row.clock
    state = "Chưa bắt đầu" if row.is_idle else STATE_NAMES[SheetState(sheet.state)]
    cells: list[Cell] = [sheet.unit_name, sheet.cluster.number, state, row.declared, row.total]
    if with_evidence:
        cells += [row.unproved, row.unconfirmed]
    cells += [
        row.assigned or None,
        _moment(row.last_at),
        row.last_who,
        _moment(clock.last_moment) if row.is_unsent else None,
        f"đến {_moment(clock.extended_to)}: {clock.reason}" if clock.is_extended else None,
        _moment(sheet.first_submitted_at or sheet.submitted_at),
        str(row.late or row.left or "") or None,
    ]
    return tuple(cells)


def _moment(at: datetime | None) -> str | None:
    return f"{at.astimezone(VIETNAM):%H:%M %d/%m/%Y}" if at else None


def progress_workbook(period: Period, progress: Progress, *, with_evidence: bool, now: datetime) -> bytes:
    """Units and clusters as a workbook."""
    note = f"Số liệu lúc {_moment(now)}, giờ Việt Nam." + (" Kỳ đánh giá minh họa." if period.is_illustrative else "")
    tables = (units_table(progress, with_evidence=with_evidence), clusters_table(progress))
    return progress_xlsx(f"Tiến độ tự chấm điểm {period.title.lower()}", note, tables)


def progress_list(progress: Progress, *, with_evidence: bool) -> bytes:
    """The units as CSV."""
    return progress_csv(units_table(progress, with_evidence=with_evidence))
