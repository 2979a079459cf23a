"""`emulation score` and `emulation rank`: sheets as files, without a database."""

from __future__ import annotations

import gc
import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

import click

from emulation.cli.base import FILE, Failed, located, opening, read_bytes, read_criteria
from emulation.errors import Refusal
from emulation.words import Phrase, figure

if TYPE_CHECKING:
    from emulation.domain.scoring import Score


def read_entries(path: Path) -> tuple[dict[str, Any], list[tuple[str, Phrase]]]:
    """Entries `{code: entry}` of a JSON or YAML file, numbers exact, and what is wrong with the others, by code."""
    from emulation.domain.sheets_file import SheetProblems, entries_of, entries_text
    from emulation.domain.source import Problems, decode, read_tree

    try:
        text = decode(read_bytes(path))
        is_yaml = path.suffix.lower() in (".yaml", ".yml")
        return entries_of(read_tree(text).data if is_yaml else entries_text(text))
    except (Problems, SheetProblems) as error:
        raise Failed("\n".join(located(path, problem) for problem in error.problems)) from error


def score_json(score: Score) -> dict[str, Any]:
    """One sheet's score as plain values, numbers as text with the precision of the set."""
    found = score.criteria
    return {
        "criteria": {"set": found.set, "version": found.version, "sha256": found.sha256},
        "lines": {code: None if points is None else str(points) for code, points in score.lines.items()},
        "sections": {
            code: {"earned": str(score.section(code).earned), "base": str(score.section(code).base)}
            for code in found.section_by_code
        },
        "base": str(score.base),
        "earned": str(score.earned),
        "core": str(score.core),
        "bonus": str(score.bonus),
        "deductions": str(score.deductions),
        "total": str(score.total),
        "grade": score.grade,
        "unscored": score.unscored,
        "not_applicable": [code for code in score.lines if score.state(code) == "not_applicable"],
    }


@click.command()
@click.option("--criteria", "criteria_file", required=True, type=FILE, help="Criteria set (YAML).")
@click.option("--entries", "entries_file", required=True, type=FILE, help="Entries {code: entry} (JSON or YAML).")
@click.option("--tags", default="", help="Tags of the unit, separated by commas.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def score(criteria_file: Path, entries_file: Path, tags: str, as_json: bool) -> None:
    """Score one sheet: lines, sections, core, bonus, deductions, total, grade, unscored."""
    from emulation.domain.rules import spelling
    from emulation.domain.scoring import EntryRefused, Scorer
    from emulation.domain.sheets_file import SheetProblem

    found = read_criteria(criteria_file)
    entries, wrong = read_entries(entries_file)
    try:
        result = Scorer(found).score(entries, [spelled for tag in tags.split(",") if (spelled := spelling(tag))])
    except EntryRefused as error:
        wrong += [(one.code, one.phrase) for one in error.together]
    except Refusal as error:
        wrong.append(("", error.phrase))
    if wrong:
        raise Failed("\n".join(located(entries_file, SheetProblem("", code, phrase)) for code, phrase in wrong))
    if as_json:
        click.echo(json.dumps(score_json(result), ensure_ascii=False, indent=1))
        return
    print_score(result)


def print_score(result: Score) -> None:
    """A sheet's score as a table for people."""
    found = result.criteria
    places = found.precision
    show = {"not_applicable": "không áp dụng", "unscored": "chưa kê khai"}
    for section in found.section_by_code.values():
        if section.criteria:
            total = result.section(section.code)
            click.echo(
                f"{section.code}. {section.title}: {figure(total.earned, places=places)} / "
                f"{figure(total.base, places=places)}"
            )
        for leaf in section.criteria:
            points = result.lines[leaf.code]
            shown = figure(points, places=places) if points is not None else show[result.state(leaf.code)]
            click.echo(f"  {leaf.code:<8} {shown:>14} / {figure(leaf.max):<5} {leaf.title}")
    for title, leaves in (("Điểm thưởng", found.bonus), ("Điểm trừ", found.deductions)):
        given = [leaf for leaf in leaves if result.lines[leaf.code] is not None]
        if given:
            click.echo(f"{title}:")
        for leaf in given:
            points = result.lines[leaf.code]
            click.echo(
                f"  {leaf.code:<8} {figure(points or Decimal(0), places=places):>14} / "
                f"{figure(leaf.max):<5} {leaf.title}"
            )
    for label, value in (
        ("Điểm đạt", result.earned),
        ("Điểm nền", result.base),
        ("Điểm cơ bản", result.core),
        ("Điểm thưởng", result.bonus),
        ("Điểm trừ", result.deductions),
        ("Tổng điểm", result.total),
    ):
        click.echo(f"{label + ':':<14} {figure(value, places=places):>8}")
    click.echo(f"{'Xếp loại:':<14} {result.grade or 'không có'}")
    if result.unscored:
        click.echo(f"Chưa kê khai: {', '.join(result.unscored)}")


@contextmanager
def reading_sheets(path: Path) -> Iterator[TextIO]:
    """A sheets file open for one pass; everything wrong with it goes to stderr, with unit and code."""
    from emulation.domain.sheets_file import MOST_PROBLEMS, SheetProblems

    gc.disable()  # one pass over values without cycles: collecting would only look at them again and again
    try:
        with opening(path), path.open(encoding="utf-8-sig") as file:
            yield file
    except UnicodeDecodeError as error:
        raise Failed(f"{path}: tệp không phải văn bản UTF-8.") from error
    except SheetProblems as error:
        more = ["…"] if len(error.problems) >= MOST_PROBLEMS else []
        raise Failed("\n".join([*(located(path, problem) for problem in error.problems), *more])) from error
    finally:
        gc.enable()


@click.command()
@click.option("--criteria", "criteria_file", required=True, type=FILE, help="Criteria set (YAML).")
@click.option("--sheets", "sheets_file", required=True, type=FILE, help="JSON list of sheets.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def rank(criteria_file: Path, sheets_file: Path, as_json: bool) -> None:
    """Rank many sheets, inside their clusters and overall. A broken file writes nothing to stdout."""
    from emulation.domain.sheets_file import ranking_json, standings_from

    found = read_criteria(criteria_file)
    with reading_sheets(sheets_file) as file:
        standings = standings_from(found, file)
    if as_json:
        for piece in ranking_json(found, standings):
            sys.stdout.write(piece)
        return
    places = found.precision
    click.echo(f"{'Hạng':>5} {'Cụm':>6} {'Trong cụm':>9} {'Mã':<8} {'Tổng điểm':>10}  Đơn vị, xếp loại")
    for standing in standings:
        said = [standing.name]
        if standing.excluded is not None:
            said.append(f"không xếp hạng: {standing.excluded}")
        elif standing.score.grade is not None:
            said.append(standing.score.grade)
        if standing.score.unscored:
            said.append(f"chưa có điểm: {', '.join(standing.score.unscored)}")
        click.echo(
            f"{standing.rank_overall or '–':>5} {standing.cluster or '–':>6} {standing.rank_in_cluster or '–':>9} "
            f"{standing.unit:<8} {figure(standing.score.total, places=places):>10}  {'; '.join(said)}"
        )
