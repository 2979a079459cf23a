"""`make bench`: measures what the issues name and prints a table of medians with their targets."""

from __future__ import annotations

import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from bench import comparing, convert, crowd, documents, drafts, evidence, pages, rounds, sheets, workbook

EMULATION = str(Path(sys.executable).with_name("emulation"))


@dataclass(frozen=True)
class Measured:
    """One row of the table."""

    what: str
    median: str
    spread: str
    target: str


def timed(act: Callable[[], object], times: int) -> list[float]:
    """Seconds of each run."""
    found = []
    for _ in range(times):
        started = time.perf_counter()
        act()
        found.append(time.perf_counter() - started)
    return found


def row(what: str, seconds: list[float], target: str, *, unit: str = "ms") -> Measured:
    """A row from single times; the spread is from the quickest to the slowest."""
    factor, places = (1000, 1) if unit == "ms" else (1, 2)
    low, middle, high = min(seconds) * factor, statistics.median(seconds) * factor, max(seconds) * factor
    return Measured(what, f"{middle:.{places}f} {unit}", f"{low:.{places}f} - {high:.{places}f}", target)


def rank_rows(folder: Path) -> list[Measured]:
    """`emulation rank` as a whole process, small and large."""
    criteria = folder / "criteria.yaml"
    criteria.write_text(rounds.criteria_yaml(), encoding="utf-8")
    found = []
    for units, times, target in ((63, 7, ""), (40_000, 3, "15 s, 1 GiB, one core")):
        sheets = folder / f"sheets-{units}.json"
        rounds.write_sheets(sheets, units)
        command = [EMULATION, "rank", "--criteria", str(criteria), "--sheets", str(sheets), "--json"]

        def run(command: list[str] = command) -> None:
            subprocess.run(command, check=True, stdout=subprocess.DEVNULL, preexec_fn=one_core)

        seconds = timed(run, times)
        peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024
        found.append(row(f"rank {units} x 60, whole process, {peak} MiB", seconds, target, unit="s"))
    return found


def lean_rows(folder: Path) -> list[Measured]:
    """`emulation criteria lean` as a whole process for sets of 120 criteria."""
    core = 112  # with 4 bonus and 4 deductions 120 criteria
    criteria = folder / "criteria-120.yaml"
    criteria.write_text(rounds.criteria_yaml(core=core), encoding="utf-8")
    found = []
    for units, times, target in ((63, 7, "2 s"), (5_000, 3, "20 s")):
        sheets = folder / f"sheets-120-{units}.json"
        rounds.write_sheets(sheets, units, core=core)
        command = [EMULATION, "criteria", "lean", str(criteria), "--sheets", str(sheets), "--json"]

        def run(command: list[str] = command) -> None:
            subprocess.run(command, check=True, stdout=subprocess.DEVNULL)

        found.append(row(f"lean report {units} x 120, whole process", timed(run, times), target, unit="s"))
    return found


def crowd_rows() -> list[Measured]:
    """The last hour before the deadline on gunicorn and PostgreSQL, with a killed server in between."""
    outcome = crowd.measure()
    low, middle, high = min(outcome.seconds), statistics.median(outcome.seconds), max(outcome.seconds)
    what = f"{crowd.PEOPLE} people saving every {crowd.EVERY:.0f} s: p95, {outcome.acknowledged} acknowledged"
    lost = f"lost: {len(outcome.lost)}, other answers: {outcome.trouble.total()}"
    return [
        Measured(what, f"{outcome.p95 * 1000:.0f} ms", f"{low * 1000:.0f} - {high * 1000:.0f}", "300 ms"),
        Measured(f"the same, median; {lost}", f"{middle * 1000:.0f} ms", "", "nothing lost"),
    ]


def one_core() -> None:
    """Keep this process on a single core."""
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})


def main() -> None:
    """Measure everything and print the table."""
    print("Measuring; this takes a few minutes.", file=sys.stderr)
    with tempfile.TemporaryDirectory(prefix="emulation-bench-") as name:
        folder = Path(name)
        found = rank_rows(folder)
        found += lean_rows(folder)
        found += [row(what, seconds, target) for what, seconds, target in pages.measure(folder)]
        found += [row(what, seconds, target) for what, seconds, target in evidence.measure(folder)]
        found += [row(what, seconds, target) for what, seconds, target in drafts.measure(folder)]
        found += [row(what, seconds, target) for what, seconds, target in sheets.measure(folder)]
        found += [row(what, seconds, target, unit=unit) for what, seconds, target, unit in comparing.measure(folder)]
        found += [row(what, seconds, target) for what, seconds, target in workbook.measure(folder)]
        for what, rate, memory, target in documents.certificates(folder):
            found.append(Measured(f"{what}, {memory} MiB", f"{rate:.0f} / s", "", target))
        found += [row(what, seconds, target, unit="s") for what, seconds, target in convert.measure()]
        found.append(row("ranking report, 63 units, PDF", documents.ranking_report(folder), "2 s", unit="s"))
        found += crowd_rows()
    widths = [max(len(getattr(item, field)) for item in found) for field in ("what", "median", "spread", "target")]
    for item in [Measured("what", "median", "from - to", "target"), *found]:
        cells = (item.what, item.median, item.spread, item.target)
        print("| " + " | ".join(f"{cell:<{width}}" for cell, width in zip(cells, widths, strict=True)) + " |")


if __name__ == "__main__":
    main()
