"""`emulation criteria lean`: which criteria can be dropped, from files, without a database."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from emulation.cli.base import FILE, read_criteria, require_ending, write_whole
from emulation.cli.scoring import reading_sheets
from emulation.words import figure

if TYPE_CHECKING:
    from emulation.domain.criteria import CriteriaSet
    from emulation.domain.lean import LeanReport

NONE = "–"
SLOW = 500  # units from which a person at a terminal sees how far it is


@click.command("lean")
@click.argument("criteria_file", metavar="FILE", type=FILE)
@click.option("--sheets", "sheets_file", required=True, type=FILE, help="JSON list of sheets, as for `rank`.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.option("--out", type=FILE, help="Report to write: a name that ends in .pdf or .xlsx; pdf alone is lean.pdf.")
def criteria_lean(criteria_file: Path, sheets_file: Path, as_json: bool, out: Path | None) -> None:
    """Which criteria of FILE could be dropped, merged or automated, by the results of a round.

    A broken file writes nothing.
    """
    if out is not None and str(out).lower() in ("pdf", "xlsx"):
        out = Path(f"lean.{out}".lower())
    if out is not None:
        require_ending(out, ".pdf", ".xlsx")
    found = read_criteria(criteria_file)
    report = report_of(found, sheets_file)
    if out is not None:
        content = document(report, out.suffix.lower())
        write_whole(out, content)
        click.echo(f"{out}: {len(content) // 1024} kB", err=as_json)
    if as_json:
        from emulation.domain.lean_json import lean_json

        click.echo(json.dumps(lean_json(report), ensure_ascii=False, indent=1))
    elif out is None:
        for line in table(report):
            click.echo(line)


def report_of(found: CriteriaSet, sheets_file: Path) -> LeanReport:
    """The report of a sheets file; how far it is stands on stderr where that is a terminal and there are many units."""
    from emulation.domain.lean import lean_report, units_of
    from emulation.domain.sheets_file import standings_from

    with reading_sheets(sheets_file) as file:
        units = units_of(standings_from(found, file))
    if len(units) < SLOW or not sys.stderr.isatty():
        return lean_report(found, units)
    with click.progressbar(length=1, label="Đang tính", file=sys.stderr) as bar:

        def show(done: int, of: int) -> None:
            bar.length = of
            bar.update(done - bar.pos)

        return lean_report(found, units, show)


def document(report: LeanReport, ending: str) -> bytes:
    """The report as the file that the ending names."""
    if ending == ".xlsx":
        from emulation.documents.lean_xlsx import lean_xlsx

        return lean_xlsx(report)
    from emulation.documents.lean_report import LeanPaper, render_lean_report

    return render_lean_report(LeanPaper(report))


def table(report: LeanReport) -> Iterator[str]:
    """The report for people, line by line."""
    from emulation.domain.lean_candidates import ACTION_NAMES
    from emulation.domain.lean_words import summary

    for sentence in summary(report):
        yield str(sentence)
    if report.candidates:
        yield ""
        yield "Đề xuất xem xét:"
    for number, one in enumerate(report.candidates, 1):
        title = report.by_code[one.code].criterion.title
        yield f"{number:>3}. {one.code:<8} {ACTION_NAMES[one.action]:<12} {title}"
        for reason in one.reasons:
            yield f"     {reason}"
    if report.groups:
        yield ""
        yield "Các nhóm tiêu chí đo gần như cùng một điều:"
    for group in report.groups:
        yield f"     {', '.join(group.codes)} (tương quan từ {_shown(group.lowest)})"
    yield ""
    yield (
        f"{'Mã':<8} {'Đơn vị':>6} {'TB %':>6} {'ĐLC %':>6} {'Tối đa %':>8} {'0 điểm %':>8} {'Tg quan':>7} "
        f"{'Đổi hạng':>8} {'Đổi nhất':>8} {'Minh chứng':>10} {'Có sẵn':>6}  Tiêu chí"
    )
    for item in report.items:
        yield (
            f"{item.code:<8} {item.scored:>6} {_percent(item.mean_share):>6} {_percent(item.sd_share):>6} "
            f"{_percent(item.at_max):>8} {_percent(item.at_zero):>8} {_shown(item.item_rest_correlation):>7} "
            f"{_shown(item.rank_shift_if_dropped):>8} "
            f"{NONE if item.awards_changed_if_dropped is None else item.awards_changed_if_dropped:>8} "
            f"{'có' if item.evidence_required else NONE:>10} {'có' if item.from_existing_data else NONE:>6}  "
            f"{item.criterion.title}"
        )
    yield ""
    yield f"{'Giữ':>5} {'tau-b':>7} {'Giữ nhất':>8} {'Đổi hạng':>8}  Bỏ thêm so với dòng dưới"
    for row in report.keep:
        winners = NONE if row.winners_kept is None else f"{row.winners_kept}/{report.clusters}"
        yield (
            f"{row.k:>5} {_shown(row.kendall_tau_b):>7} {winners:>8} {_shown(row.mean_rank_shift):>8}  "
            f"{row.dropped or NONE}"
        )


def _shown(value: float | None, places: int = 2) -> str:
    from emulation.domain.lean_candidates import as_figure

    return NONE if value is None else figure(as_figure(value, places), places=places)


def _percent(value: float | None) -> str:
    from emulation.domain.lean_candidates import as_percent

    return NONE if value is None else figure(as_percent(value, 1), places=1)
