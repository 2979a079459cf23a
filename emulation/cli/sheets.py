"""`emulation sheet ...`: a unit's sheet as a workbook or PDF, and a filled workbook read back."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from emulation.cli.base import (
    FILE,
    Failed,
    database,
    find_period,
    located,
    one_line,
    read_bytes,
    require_ending,
    write_whole,
)

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from emulation.models import Sheet, User
    from emulation.services.sheet_imports import Plan, Planned


@click.group()
def sheet() -> None:
    """Phiếu chấm điểm (sheets)."""


PERIOD = click.option("--period", "period_code", required=True, help="Code of the period, e.g. 2021-2022.")
UNIT = click.option("--unit", "unit_code", required=True, help="Code of the unit, e.g. 34.")


def find_sheet(session: Session, period_code: str, unit_code: str, *, change: bool = False) -> Sheet:
    """The sheet of a unit in a period; locked where it is to be changed."""
    from emulation.services.sheets import load_sheet_to_change, sheet_in
    from emulation.services.units import find_unit

    period, unit = find_period(session, period_code), find_unit(session, unit_code)
    found = sheet_in(session, period, unit.id)
    if found is not None and change:
        found = load_sheet_to_change(session, found.id)
    if found is None:
        raise Failed(f"Đơn vị “{unit_code}” không tham gia kỳ đánh giá “{period_code}”.")
    return found


@sheet.command("export")
@PERIOD
@UNIT
@click.option("--out", required=True, type=FILE, help="File to write: a name that ends in .xlsx or .pdf.")
def sheet_export(period_code: str, unit_code: str, out: Path) -> None:
    """The sheet of a unit: a workbook to fill (.xlsx), or the printed form of seven columns (.pdf)."""
    from emulation.services.sheet_books import sheet_xlsx
    from emulation.services.sheet_prints import sheet_pdf

    require_ending(out, ".xlsx", ".pdf")
    with database(writes=False) as session:
        found = find_sheet(session, period_code, unit_code)
        if out.suffix.lower() == ".xlsx":
            content = sheet_xlsx(session, found, now=datetime.now(UTC))
        else:
            content = sheet_pdf(found)
    write_whole(out, content)
    click.echo(f"{out}: {len(content) // 1024} kB")


@sheet.command("import")
@PERIOD
@UNIT
@click.argument("file", type=FILE)
@click.option("--apply", "write", is_flag=True, help="Write the changes; without it nothing is written.")
@click.option("--by", "email", default=None, help="Officer of the unit who hands it in; needed where it has several.")
@click.option(
    "--conflicts",
    type=click.Choice(["online", "workbook"]),
    default=None,
    help="Which version counts where both sides changed a line.",
)
def sheet_import(
    period_code: str, unit_code: str, file: Path, write: bool, email: str | None, conflicts: str | None
) -> None:
    """Read a filled workbook: what it would change, and with --apply write it, all or nothing."""
    from emulation.domain.merging import Side
    from emulation.domain.source import Problems
    from emulation.services.actor import Actor
    from emulation.services.sheet_imports import apply_workbook, plan_of

    raw, now = read_bytes(file), datetime.now(UTC)
    with database(writes=write) as session:
        found = find_sheet(session, period_code, unit_code, change=write)
        officer = officer_of(session, found, email, must=write)
        try:
            plan = plan_of(session, found, raw, by=officer.id if officer else None, now=now)
        except Problems as error:
            raise Failed("\n".join(located(file, problem) for problem in error.problems)) from error
        for line in report(plan):
            click.echo(line)
        if plan.problems:
            raise Failed("\n".join(located(file, problem) for problem in plan.problems))
        if not write:
            nothing = "Chạy thử: không có gì để ghi."
            click.echo(nothing if plan.changes_nothing else "Chạy thử, chưa ghi gì; thêm --apply để ghi.")
            return
        if plan.conflicts and conflicts is None:
            codes = ", ".join(line.code for line in plan.conflicts)
            raise Failed(f"Chưa ghi gì: hai bên cùng sửa {codes}; thêm --conflicts online hoặc --conflicts workbook.")
        choices = {line.code: Side(conflicts) for line in plan.conflicts if conflicts}
        assert officer is not None
        actor = Actor(officer, "command line")
        written = apply_workbook(session, actor, found, raw, choices=choices, seen=plan.digest, now=now)
    click.echo(f"Đã ghi {written} tiêu chí." if written else "Không có gì để ghi.")


def officer_of(session: Session, found: Sheet, email: str | None, *, must: bool) -> User | None:
    """The officer in whose name the workbook is handed in: a person fills a sheet, never the command line.

    A dry run need not know which of several officers it is: None.
    """
    from sqlalchemy import select

    from emulation.access import Permission, may
    from emulation.models import Role, User

    people = session.scalars(
        select(User)
        .where(User.unit_id == found.unit_id, User.role == Role.UNIT_OFFICER, User.is_active)
        .order_by(User.email)
    ).all()
    people = [one for one in people if may(one, Permission.FILL_SHEET, found)]
    known = one_line(", ".join(f"{one.email} ({one.name})" for one in people)) or "chưa có ai"
    chosen = [one for one in people if email is None or one.email == email.strip().lower()]
    if email is not None and not chosen:
        raise Failed(f"“{one_line(email)}” không phải chuyên viên của đơn vị. Chuyên viên của đơn vị: {known}.")
    if must and len(chosen) != 1:
        raise Failed(f"Ghi cần đúng một chuyên viên của đơn vị: chỉ rõ bằng --by. Chuyên viên của đơn vị: {known}.")
    return chosen[0] if len(chosen) == 1 else None


def report(plan: Plan) -> list[str]:
    """The plan for people, line by line."""
    from emulation.config import VIETNAM
    from emulation.words import figure

    made = plan.stamp.made_at.astimezone(VIETNAM).strftime("%H:%M %d/%m/%Y")
    counts = (
        f"sẽ ghi {len(plan.taken)}, hai bên cùng sửa {len(plan.conflicts)}, giữ bản trên hệ thống {len(plan.kept)}, "
        f"không đổi {plan.same}, lỗi {len(plan.problems)}"
    )
    lines = [f"Phiếu Excel tải lúc {made}: {counts}."]
    for title, chosen in (("ghi", plan.taken), ("phải chọn", plan.conflicts), ("giữ", plan.kept)):
        lines += [f"{title:<10} {one.code:<8} {words(one)}" for one in chosen]
    if plan.shared:
        lines.append(f"Số liệu dùng chung cũng được ghi cho: {', '.join(plan.shared)}")
    if plan.taken:
        lines.append(f"Tổng điểm: {figure(plan.total)} -> {figure(plan.total_taken)}")
    return lines


def words(line: Planned) -> str:
    """Online and in the workbook, in a line."""
    from emulation.services.lines import in_words

    def said(content: Any) -> str:
        parts = [f"{label}: {value}" for label, value in in_words(line.criterion, content.data)]
        parts += [content.explanation] if content.explanation else []
        return one_line("; ".join(parts)) or "chưa kê khai"

    return f"{said(line.merged.theirs)} -> {said(line.merged.mine)}"
