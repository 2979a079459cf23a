"""`emulation criteria diff` and `emulation criteria impact`: two versions of a criteria set as files."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

import click

from emulation.cli.base import FILE, read_criteria
from emulation.cli.scoring import reading_sheets
from emulation.words import MINUS, figure

if TYPE_CHECKING:
    from emulation.domain.changes import Change
    from emulation.domain.criteria import CriteriaSet
    from emulation.domain.differences import Differences, Line
    from emulation.domain.impact import Impact, Placing

MARKS = {
    "same": "=",
    "moved": ">",
    "changed": "~",
    "renumbered": "#",
    "merged": "&",
    "split": "/",
    "new": "+",
    "dropped": "-",
}
WIDE = 90  # signs of a change told in one line
EVERY = 250  # units between two words about the progress


@click.command("diff")
@click.argument("old_file", metavar="OLD", type=FILE)
@click.argument("new_file", metavar="NEW", type=FILE)
@click.option("--all", "everything", is_flag=True, help="Show what did not change as well.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def criteria_diff(old_file: Path, new_file: Path, everything: bool, as_json: bool) -> None:
    """Compare two versions of a criteria set, line by line. Exit code 0, with differences or without."""
    from emulation.cli.comparing_json import differences_json
    from emulation.domain.changes import Names
    from emulation.domain.differences import compare
    from emulation.services.names import owner_name, tag_name

    old, new = read_criteria(old_file), read_criteria(new_file)
    found = compare(old, new, Names(owner=owner_name, tag=tag_name))
    if as_json:
        click.echo(json.dumps(differences_json(found), ensure_ascii=False, indent=1))
        return
    for text in differences_text(found, everything=everything):
        click.echo(text)


def _named(criteria: CriteriaSet) -> str:
    return f"{criteria.set} {criteria.version}, {criteria.title}"


def differences_text(found: Differences, *, everything: bool) -> Iterator[str]:
    """A comparison for people, line by line."""
    from emulation.domain.burden import burden, grown, measures
    from emulation.domain.differences import STATUS_NAMES, Status

    yield f"Bản cũ:  {_named(found.old)}"
    yield f"Bản mới: {_named(found.new)}"
    counted = [f"{n} {STATUS_NAMES[status].lower()}" for status, n in found.counts.items() if n]
    moved = found.moved - found.counts[Status.MOVED]
    if moved:
        counted.append(f"trong đó thêm {moved} chuyển chỗ")
    yield f"Tiêu chí: {', '.join(counted)}"
    was, now = burden(found.old), burden(found.new)
    for measure in measures(now, was):
        yield f"{measure.label}: {figure(measure.before or Decimal(0))} → {figure(measure.value)}"
    for phrase in grown(now, was):
        yield f"! {phrase}"
    yield ""
    if found.is_same:
        yield "Hai bản không khác nhau."
    if found.head:
        yield "~ Quy định chung"
        yield from _changes(found.head, "    ")
    for line in found.lines if everything else found.changed:
        yield from _line(line)


def _line(line: Line) -> Iterator[str]:
    from emulation.domain.differences import STATUS_NAMES

    indent = "  " * line.depth
    points = ""
    if line.maximum is not None or line.maximum_before is not None:
        pair = [figure(value) for value in (line.maximum_before, line.maximum) if value is not None]
        points = f", {' → '.join(pair) if len(set(pair)) > 1 else pair[0]} điểm"
    yield (
        f"{indent}{MARKS[line.status]} {line.code} {line.title}{points} [{STATUS_NAMES[line.status].lower()}"
        f"{_origin(line)}]"
    )
    if line.move is not None:
        yield f"{indent}    Chuyển chỗ: {line.move}"
    if line.twin is not None:
        text = "có lẽ là mã mới của" if line.status == "new" else "có lẽ đã thành"
        yield f"{indent}    {text} {line.twin} (tên, cách chấm và điểm tối đa như nhau)"
    if line.is_doubtful:
        yield f"{indent}    Tên và cách chấm đều khác: có lẽ là tiêu chí khác dùng lại mã này."
    yield from _changes(line.changes, f"{indent}    ")


def _origin(line: Line) -> str:
    if line.status in ("merged", "split", "renumbered"):
        return f" từ {', '.join(line.origins)}"
    return ""


def _changes(changes: tuple[Change, ...], indent: str) -> Iterator[str]:
    for change in changes:
        before = " ".join(str(change.before or "(không có)").split())
        after = " ".join(str(change.after or "(bỏ)").split())
        if len(before) + len(after) <= WIDE:
            yield f"{indent}{change.label}: {before} → {after}"
        else:
            yield from (f"{indent}{change.label}:", f"{indent}  - {before}", f"{indent}  + {after}")


@click.command("impact")
@click.argument("old_file", metavar="OLD", type=FILE)
@click.argument("new_file", metavar="NEW", type=FILE)
@click.option("--sheets", "sheets_file", required=True, type=FILE, help="JSON list of sheets declared under OLD.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def criteria_impact(old_file: Path, new_file: Path, sheets_file: Path, as_json: bool) -> None:
    """Rank the sheets of OLD under NEW as far as they can be compared. A broken file writes nothing to stdout."""
    from emulation.cli.comparing_json import impact_json
    from emulation.domain.impact import impact
    from emulation.domain.rescoring import LastYear
    from emulation.domain.sheets_file import sheets_from

    old, new = read_criteria(old_file), read_criteria(new_file)
    with reading_sheets(sheets_file) as file, _progress() as told:
        units = (
            LastYear(one.unit, one.name, one.cluster, one.score, one.entries, one.tags, one.excluded)
            for one in sheets_from(old, file)
        )
        found = impact(old, new, units, told)
    if as_json:
        click.echo(json.dumps(impact_json(found), ensure_ascii=False, indent=1))
        return
    for text in impact_text(found):
        click.echo(text)


@contextmanager
def _progress() -> Iterator[Callable[[int], None] | None]:
    """Says on a terminal how many units are done; None where nobody looks."""
    if not sys.stderr.isatty():
        yield None
        return

    def tell(done: int) -> None:
        if done % EVERY == 0:
            click.echo(f"\r{done} đơn vị", err=True, nl=False)

    yield tell
    click.echo("\r\033[K", err=True, nl=False)


def impact_text(found: Impact) -> Iterator[str]:
    """The impact for people: what is compared, who leads, every unit, what could not be compared."""
    yield f"Bản cũ:  {_named(found.old)}"
    yield f"Bản mới: {_named(found.new)}"
    yield (
        f"So sánh được {_percent(found.covered_before)} điểm nền của bản cũ, "
        f"{_percent(found.covered_after)} điểm nền của bản mới (phần chung)."
    )
    tau, shift = found.kendall_tau_b, found.mean_shift
    yield (
        f"Kendall tau-b giữa hai thứ hạng của phần chung: {'–' if tau is None else figure(tau, places=3)}; "
        f"mỗi đơn vị đổi trung bình {'–' if shift is None else figure(shift)} bậc."
    )
    kept = sum(1 for cluster in found.clusters if cluster.is_kept)
    if found.clusters:
        yield f"Đứng đầu cụm không đổi ở {kept} trên {len(found.clusters)} cụm:"
    for cluster in found.clusters:
        names = [", ".join(units) or "–" for units in (cluster.whole, cluster.before, cluster.after)]
        yield f"  cụm {cluster.cluster}: năm trước {names[0]}; phần chung {names[1]} → {names[2]}"
    yield ""
    yield f"{'Năm trước':>9} {'Phần chung: cũ':>14} {'mới':>5} {'đổi':>5} {'điểm cũ':>9} {'điểm mới':>9}  Mã, đơn vị"
    for one in found.units:
        said = [f"{one.unit} {one.name}"]
        if one.excluded is not None:
            said.append(f"không xếp hạng: {one.excluded}")
        if one.before is None:
            said.append("không còn gì để so sánh")
        if one.refused:
            said.append(f"không tính được: {', '.join(code for code, _ in one.refused)}")
        yield (
            f"{one.whole.rank_overall or '–':>9} {_place(one.before):>14} {_place(one.after):>5} "
            f"{_signed(one.rise):>5} {_total(one.before, found.old):>9} {_total(one.after, found.new):>9}  "
            f"{'; '.join(said)}"
        )
    apart = [one for one in found.criteria if one.match.reason is not None]
    if apart:
        yield ""
        yield "Tiêu chí của bản mới không so sánh được:"
        yield from (f"  {one.code} {one.match.new.title}: {one.match.reason}" for one in apart)
    partly = [one for one in found.criteria if one.refused]
    if partly:
        yield ""
        yield "Tiêu chí có số liệu không tính lại được:"
    for criterion in partly:
        for reason, times in criterion.reasons:
            yield f"  {criterion.code} {criterion.match.new.title}: {times} đơn vị, ví dụ: {reason}"
    if found.lost:
        yield ""
        yield "Tiêu chí của bản cũ không còn:"
        yield from (f"  {one.code} {one.title}: {reason}" for one, reason in found.lost)


def _percent(share: Decimal) -> str:
    return f"{figure(share * 100, places=1)} %"


def _place(placing: Placing | None) -> str:
    return "–" if placing is None or placing.rank_overall is None else str(placing.rank_overall)


def _total(placing: Placing | None, criteria: CriteriaSet) -> str:
    return "–" if placing is None else figure(placing.total, places=criteria.precision)


def _signed(rise: int | None) -> str:
    """ "+2" is two places up."""
    if rise is None:
        return "–"
    return f"+{rise}" if rise > 0 else f"{MINUS}{-rise}" if rise else "0"
