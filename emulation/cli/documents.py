"""`emulation report ...` and `emulation certificates`: documents as PDF."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from emulation.cli.base import FILE, database, find_period, refusals, require_ending, write_whole

if TYPE_CHECKING:
    from emulation.documents.certificate_template import Mode


@click.group()
def report() -> None:
    """Báo cáo (reports)."""


@report.command("ranking")
@click.option("--period", "code", required=True, help="Code of the period, e.g. 2021-2022.")
@click.option("--out", required=True, type=FILE, help="File to write: a name that ends in .pdf.")
def report_ranking(code: str, out: Path) -> None:
    """The ranking report of a period as PDF; before publication it is marked as provisional."""
    from emulation.config import settings_from
    from emulation.services.reports import ranking_report_pdf

    require_ending(out, ".pdf")
    with database(writes=False) as session:
        content = ranking_report_pdf(session, find_period(session, code), department=settings_from().department)
    write_whole(out, content)
    click.echo(f"{out}: {len(content) // 1024} kB")


@click.command()
@click.option("--period", "period_code", help="Code of the period (with --award).")
@click.option("--award", "award_code", help="Code of the award (with --period).")
@click.option("--template", type=str, help="Template file, or the name of a shipped one (with --recipients).")
@click.option("--recipients", type=FILE, help="CSV of recipients (with --template).")
@click.option("--preprinted", is_flag=True, help="Only the text, for a pre-printed sheet (phôi).")
@click.option("--illustrative", is_flag=True, help="Mark every page as an example (minh họa).")
@click.option("--out", required=True, type=FILE, help="File to write: a name that ends in .pdf.")
def certificates(
    period_code: str | None,
    award_code: str | None,
    template: str | None,
    recipients: Path | None,
    preprinted: bool,
    illustrative: bool,
    out: Path,
) -> None:
    """Certificates as one PDF: of a granted award (--period, --award), or from files without a database."""
    require_ending(out, ".pdf")
    from_files = template is not None and recipients is not None
    from_database = period_code is not None and award_code is not None
    if from_files == from_database or (template is None) != (recipients is None):
        raise click.UsageError("Dùng --period cùng --award, hoặc --template cùng --recipients.")
    if illustrative and from_database:
        raise click.UsageError("--illustrative chỉ dùng với --template: bằng của một kỳ tự ghi minh họa.")
    mode: Mode = "preprinted" if preprinted else "electronic"
    if template is not None and recipients is not None:
        from emulation.documents.certificates import certificates_from_files

        with refusals():
            count = certificates_from_files(template, recipients, out, mode=mode, illustrative=illustrative)
    else:
        from emulation.config import settings_from
        from emulation.services.reports import certificates_pdf

        assert period_code is not None
        assert award_code is not None
        with database() as session:
            period = find_period(session, period_code)
            url = settings_from().public_url
            count = certificates_pdf(session, period, award_code, out, public_url=url, mode=mode)
    click.echo(f"{out}: {count} bằng")
