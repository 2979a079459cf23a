"""Speed of a criteria set's files: the workbook out and in, the normal form, the booklet, for 120 criteria."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

from emulation.documents.criteria_docx import booklet_docx
from emulation.documents.criteria_print import annex_pdf, booklet_pdf
from emulation.documents.criteria_xlsx import workbook
from emulation.documents.criteria_xlsx_read import read_workbook
from emulation.domain.criteria import CriteriaSet, load
from emulation.domain.normal_form import to_yaml

LEAN = Path(__file__).parents[1] / "criteria" / "so-gddt-2021-2022.yaml"
WANTED = 120
Rows = list[tuple[str, list[float], str]]


def criteria_of_120() -> CriteriaSet:
    """The shipped set with its sections repeated under other codes: real texts, 120 core criteria."""
    lean = load(LEAN.read_bytes())
    sections, left, copy = list(lean.sections), WANTED - len(lean.leaves), 1
    while left > 0:
        for section in lean.sections:
            leaves = [
                leaf.model_copy(update={"code": f"{leaf.code}.{copy}"}) for leaf in section.criteria[: max(left, 0)]
            ]
            left -= len(leaves)
            if leaves:
                update = {"code": f"{section.code}.{copy}", "criteria": tuple(leaves)}
                sections.append(section.model_copy(update=update))
        copy += 1
    made = load(to_yaml(lean.model_copy(update={"sections": tuple(sections)})))
    assert len(made.leaves) == WANTED
    return made


def measure() -> Rows:
    """Times of each conversion in a running process."""
    criteria = criteria_of_120()
    text, book = to_yaml(criteria), workbook(criteria)
    assert read_workbook(book) == criteria
    acts: list[tuple[str, Callable[[], object], int]] = [
        ("criteria set of 120, YAML out and in", lambda: to_yaml(load(text)), 5),
        ("criteria set of 120, XLSX out", lambda: workbook(criteria), 5),
        ("criteria set of 120, XLSX in", lambda: read_workbook(book), 5),
        ("criteria set of 120, annex PDF", lambda: annex_pdf(criteria), 2),
        ("criteria set of 120, booklet PDF", lambda: booklet_pdf(criteria), 2),
        ("criteria set of 120, booklet DOCX", lambda: booklet_docx(criteria), 2),
    ]
    found: Rows = []
    for what, act, times in acts:
        seconds = []
        for _ in range(times):
            started = time.perf_counter()
            act()
            seconds.append(time.perf_counter() - started)
        found.append((what, seconds, ""))
    return found
