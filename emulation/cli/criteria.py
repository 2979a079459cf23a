"""`emulation criteria ...`: criteria sets as files, without a database."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from emulation.cli.base import FILE, Failed, read_criteria
from emulation.words import figure


@click.group()
def criteria() -> None:
    """Bộ tiêu chí (criteria sets)."""


@criteria.command("check")
@click.argument("files", nargs=-1, required=True, type=FILE)
def criteria_check(files: tuple[Path, ...]) -> None:
    """Check criteria FILES; every problem is printed with file and line. Exit code 1 if there is any."""
    from emulation.domain.numbers import half_up, units_to_points

    broken = False
    for path in files:
        try:
            found = read_criteria(path)
        except Failed as failure:
            failure.show()
            broken = True
            continue
        exact = found.base * 10**found.precision
        base = units_to_points(half_up(exact.numerator, exact.denominator), found.precision)
        click.echo(
            f"{path}: đạt. {found.set} {found.version}: {len(found.leaves)} tiêu chí, {len(found.bonus)} điểm thưởng, "
            f"{len(found.deductions)} điểm trừ, điểm nền {figure(base)}, sha256 {found.sha256}"
        )
    if broken:
        sys.exit(1)
