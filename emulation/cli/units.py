"""`emulation units`: the list of units."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import click

from emulation.cli.base import FILE, Failed, database, located, read_bytes


@click.group()
def units() -> None:
    """Đơn vị (units)."""


@units.command("import")
@click.option("--apply", "applies", is_flag=True, help="Load them; without it nothing is changed.")
@click.argument("file", type=FILE)
def units_import(applies: bool, file: Path) -> None:
    """Load the list of units from an XLSX or CSV file: a dry run, or with --apply all or nothing."""
    from emulation.documents.unit_files import read_units
    from emulation.domain.source import Problems
    from emulation.services.actor import Actor
    from emulation.services.unit_lists import known_tags, load_units, plan_units

    raw, now = read_bytes(file), datetime.now(UTC)
    with database(writes=applies) as session:
        try:
            reading = read_units(file.name, raw, known_tags(session))
        except Problems as error:
            raise Failed("\n".join(located(file, problem) for problem in error.problems)) from error
        found = plan_units(session, reading, now=now)
        if found.problems:
            raise Failed("\n".join(located(file, problem) for problem in found.problems))
        if applies:
            load_units(session, Actor(None), reading, now=now)
        periods = [period.title for period in found.periods]
        lines = [f"  {row.code} {row.values['name']}: {row.values['cluster']}" for row in found.new]
        lines += [f"  {one.row.code} {one.unit.short_name}: sửa {len(one.fields)} mục" for one in found.changed]
    click.echo(
        f"{'Đã nạp' if applies else 'Chạy thử, chưa nạp'}: {len(found.new)} đơn vị mới, {len(found.changed)} sửa,"
        f" {found.same} như cũ, {found.unmentioned} không có trong tệp."
    )
    for line in lines:
        click.echo(line)
    if periods:
        click.echo("Kỳ đang chuẩn bị, theo danh sách này: " + ", ".join(periods))
    if found.short_codes:
        click.echo("Mã ngắn hơn các mã khác, có thể đã mất số 0 ở đầu: " + ", ".join(found.short_codes))
