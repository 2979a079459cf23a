"""Two versions of a set of 120 criteria compared, and the impact of the new one on rounds of two sizes."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

from bench import rounds
from emulation.domain.criteria import load
from emulation.domain.differences import compare

CORE = 112  # with 4 bonus and 4 deductions 120 criteria


def revised(text: str) -> str:
    """The next version of a set: other thresholds, maxima and weights, one criterion in seven dropped, one new."""
    lines = []
    for line in text.splitlines():
        number = line.partition("{code: C")[2].partition(",")[0]
        if number.isdigit() and int(number) % 7 == 3:
            if int(number) % 2:
                lines.append(line.replace(f"C{number},", f"N{number},"))
            continue
        lines.append(line.replace("target: 99.5", "target: 98").replace("from: 95", "from: 94"))
    text = "\n".join(lines).replace('version: "1"', 'version: "2"').replace("each: 0.5", "each: 0.4")
    return text.replace("coefficient: 2", "coefficient: 3") + "\n"


def measure(folder: Path) -> list[tuple[str, list[float], str, str]]:
    """(what, seconds of each run, target, unit)."""
    old, new = folder / "old.yaml", folder / "new.yaml"
    old.write_text(rounds.criteria_yaml(core=CORE), encoding="utf-8")
    new.write_text(revised(old.read_text("utf-8")), encoding="utf-8")
    before, after = load(old.read_bytes()), load(new.read_bytes())
    seconds = []
    for _ in range(20):
        started = time.perf_counter()
        compare(before, after)
        seconds.append(time.perf_counter() - started)
    found = [("diff of two sets of 120 criteria", seconds, "", "ms")]
    for units, times, target in ((63, 7, "2 s"), (5_000, 3, "20 s")):
        sheets = folder / f"sheets-120-{units}.json"
        rounds.write_sheets(sheets, units, core=CORE)
        command = [sys.executable, "-m", "emulation.cli", "criteria", "impact", str(old), str(new)]
        seconds = []
        for _ in range(times):
            started = time.perf_counter()
            subprocess.run([*command, "--sheets", str(sheets), "--json"], check=True, stdout=subprocess.DEVNULL)
            seconds.append(time.perf_counter() - started)
        found.append((f"impact {units} x 120, whole process", seconds, target, "s"))
    return found
