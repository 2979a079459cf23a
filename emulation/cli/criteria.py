"""`emulation criteria ...`: criteria sets as files, without a database."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from emulation.cli.base import FILE, Failed, read_criteria, write_whole
from emulation.words import figure

if TYPE_CHECKING:
    from emulation.domain.criteria import CriteriaSet

ENDINGS = (".yaml", ".yml", ".json", ".xlsx", ".docx", ".pdf")


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


@criteria.command("convert")
@click.argument("source", metavar="IN", type=FILE)
@click.argument("target", metavar="OUT", type=FILE)
@click.option("--booklet", is_flag=True, help="The guidance booklet instead of the annex (OUT .docx or .pdf).")
def criteria_convert(source: Path, target: Path, booklet: bool) -> None:
    """Convert a criteria set between files, losing nothing.

    IN is YAML, JSON or XLSX, whatever its name says. OUT is written by its ending: .yaml, .yml, .json, .xlsx; .docx
    and .pdf are the annex of an official letter. Every problem of IN is printed with file and line or cell; then OUT
    is left as it was. Exit code 1 if there is any.
    """
    ending = target.suffix.lower()
    if ending not in ENDINGS:
        raise click.UsageError(f"Tệp ra phải có đuôi {', '.join(ENDINGS)}: {target}")
    if booklet and ending not in (".docx", ".pdf"):
        raise click.UsageError("--booklet chỉ dùng với tệp ra .docx hoặc .pdf.")
    found = read_criteria(source)
    content = converted(found, ending, booklet=booklet)
    write_whole(target, content)
    click.echo(f"{target}: {found.set} {found.version}, {len(content) / 1024:.0f} kB, sha256 {found.sha256}")


def converted(found: CriteriaSet, ending: str, *, booklet: bool) -> bytes:
    """The bytes of a file with this ending."""
    match ending, booklet:
        case ".xlsx", _:
            from emulation.documents.criteria_xlsx import workbook

            return workbook(found)
        case ".docx", True:
            from emulation.documents.criteria_docx import booklet_docx

            return booklet_docx(found)
        case ".docx", False:
            from emulation.documents.criteria_docx import annex_docx

            return annex_docx(found)
        case ".pdf", True:
            from emulation.documents.criteria_print import booklet_pdf

            return booklet_pdf(found)
        case ".pdf", False:
            from emulation.documents.criteria_print import annex_pdf

            return annex_pdf(found)
    from emulation.domain.normal_form import to_json, to_yaml

    return (to_json if ending == ".json" else to_yaml)(found).encode()
