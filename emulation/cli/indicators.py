"""`emulation indicators`: figures that the ministry already holds."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import click

from emulation.cli.base import FILE, Failed, database, find_period, located, read_bytes

MOST_SHOWN = 20  # changed figures


@click.group()
def indicators() -> None:
    """Số liệu Bộ đã có (indicator values per unit)."""


@indicators.command("import")
@click.option("--period", "code", required=True, help="Code of the period, e.g. 2021-2022.")
@click.option("--source", default="", help="Where the figures are from, if the file has no column for it.")
@click.option(
    "--as-of", "day", default="", help="Day of the figures (day/month/year), if the file has no column for it."
)
@click.option("--apply", "applies", is_flag=True, help="Load them; without it nothing is changed.")
@click.argument("file", type=FILE)
def indicators_import(code: str, source: str, day: str, applies: bool, file: Path) -> None:
    """Load indicator values per unit from an XLSX or CSV file: a dry run, or with --apply all or nothing."""
    from emulation.documents.indicator_files import read_indicators
    from emulation.documents.table_files import day_of
    from emulation.domain.source import Problems
    from emulation.services.actor import Actor
    from emulation.services.indicators import EFFECT_WORDS, load_indicators, plan_loading

    as_of = day_of(day) if day else None
    if day and as_of is None:
        raise click.UsageError("--as-of phải là một ngày: viết ngày/tháng/năm.")
    try:
        reading = read_indicators(file.name, read_bytes(file))
    except Problems as error:
        raise Failed("\n".join(located(file, problem) for problem in error.problems)) from error
    now = datetime.now(UTC)
    with database(writes=applies) as session:
        period = find_period(session, code)
        found = plan_loading(session, period, reading, source=source, as_of=as_of, now=now)
        if found.problems:
            _tell_unused(found.unused, err=True)
            raise Failed("\n".join(located(file, problem) for problem in found.problems))
        if applies:
            load_indicators(session, Actor(None), period, reading, source=source, as_of=as_of, now=now)
        else:
            session.rollback()
    click.echo(
        f"{'Đã nạp' if applies else 'Chạy thử, chưa nạp'}: {found.new} mới, {found.changed} đổi, {found.same} như cũ."
    )
    click.echo(f"Dòng trống được điền: {found.filled}; dòng đổi theo, chờ xác nhận lại: {found.renewed}.")
    for one in found.replaced[:MOST_SHOWN]:
        click.echo(f"  {one.unit}, {one.code}: {one.old} -> {one.new}. {EFFECT_WORDS[one.effect]}.")
    if len(found.replaced) > MOST_SHOWN:
        click.echo(f"  và {len(found.replaced) - MOST_SHOWN} số liệu đổi khác.")
    _tell_unused(found.unused)
    if found.closed:
        click.echo("Phiếu đã trình hoặc đã nộp, không đổi dòng nào: " + ", ".join(found.closed))
    for title, lines in (
        ("Đơn vị đã kê khai số khác, giữ nguyên", found.kept),
        ("Số liệu không hợp cách chấm, không điền", found.unfit),
    ):
        if lines:
            click.echo(f"{title}: " + "; ".join(f"{name} ({', '.join(codes)})" for name, codes in lines.items()))


def _tell_unused(unused: dict[str, int], *, err: bool = False) -> None:
    if unused:
        text = "Không tiêu chí nào dùng, bỏ qua: " + ", ".join(f"{one} ({n})" for one, n in unused.items())
        click.echo(text, err=err)
