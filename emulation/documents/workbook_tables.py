"""A sheet with a heading, whatever it holds: where its columns are, what is merged or hidden, and what is wrong."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from emulation.documents import criteria_layout as layout
from emulation.documents.criteria_cells import Odd, value_of
from emulation.documents.criteria_layout import Form
from emulation.documents.workbook_cells import MOST_ROWS, Cell, Kind, Sheet
from emulation.domain.source import Path, Problem
from emulation.errors import Refusal
from emulation.words import N_, Phrase

MOST_PROBLEMS = 200  # told; the rest is counted
HEAD_ROWS = 20  # the heading stands in one of the first rows
Spot = tuple[int, int, int]  # number of the sheet, row, column


@dataclass
class Findings:
    """What is wrong so far, and where the values of the set stand."""

    sheets: list[Sheet]
    problems: list[tuple[Spot, Phrase]] = field(default_factory=list)
    spots: dict[Path, Spot] = field(default_factory=dict)

    def add(self, spot: Spot, phrase: Phrase | Refusal | str, **values: Any) -> None:
        """Remember a problem."""
        if isinstance(phrase, Refusal):
            phrase = phrase.phrase
        self.problems.append((spot, Phrase(phrase, values) if isinstance(phrase, str) else phrase))

    def spot(self, path: Path) -> Spot:
        """Where `path`, or the nearest thing around it, stands."""
        while path not in self.spots and path:
            path = path[:-1]
        return self.spots.get(path, (0, 1, 1))

    def told(self) -> list[Problem]:
        """The problems in the order of the sheets, at most so many as a person can use."""
        ordered = sorted(self.problems, key=lambda one: one[0])
        told = [Problem(phrase, None, self.place(spot)) for spot, phrase in ordered[:MOST_PROBLEMS]]
        if len(ordered) > MOST_PROBLEMS:
            told.append(Problem(Phrase(N_("Còn %(n)s lỗi nữa."), {"n": len(ordered) - MOST_PROBLEMS})))
        return told

    def place(self, spot: Spot) -> str:
        """The cell as people name it."""
        number, row, column = spot
        return self.sheets[number].place(row, column)


class Table:
    """A sheet with a heading: what both sheets have in common."""

    def __init__(self, found: Findings, number: int) -> None:
        self.found = found
        self.number = number
        self.sheet = found.sheets[number]
        self.rows = self.sheet.rows()

    def head(self, needed: Sequence[str]) -> int | None:
        """The row of the heading: the first that has the needed columns."""
        for row in list(self.rows)[:HEAD_ROWS]:
            heads = {layout.folded(str(cell.value)) for cell in self.rows[row].values()}
            if all(layout.folded(name) in heads for name in needed):
                return row
        self.found.add(
            (self.number, 1, 1), N_("Không thấy dòng tiêu đề có các cột %(names)s."), names=", ".join(needed)
        )
        return None

    def check_shape(self, head: int) -> bool:
        """Tell merged cells, hidden rows and columns; whether the sheet was read to its end."""
        filled = list(self.rows)
        for top, left, bottom, right in self.sheet.merged:
            next_filled = bisect_left(filled, max(top, head))
            if next_filled < len(filled) and filled[next_filled] <= bottom:
                spot = (self.number, max(top, 1), left)
                last = self.sheet.place(bottom, right).rpartition("!")[2]
                self.found.add(spot, N_("Các ô đến %(last)s đang gộp: bỏ gộp và điền từng ô."), last=last)
        for row in sorted(self.sheet.hidden_rows & set(self.rows)):
            if row >= head:
                self.found.add((self.number, row, 1), N_("Dòng %(n)s đang ẩn: cho hiện lại, hoặc xóa dòng."), n=row)
        used = {column for row, cells in self.rows.items() if row >= head for column in cells}
        for first, last_column in self.sheet.hidden_columns:
            for column in sorted(one for one in used if first <= one <= last_column):
                self.found.add((self.number, head, column), N_("Cột này đang ẩn: cho hiện lại."))
        if self.sheet.cut_at is not None:
            self.found.add(
                (self.number, self.sheet.cut_at, 1),
                N_("Trang có quá nhiều dòng (hơn %(n)s): một bộ tiêu chí không dài như vậy."),
                n=MOST_ROWS,
            )
        return self.sheet.cut_at is None

    def records(self, head: int, first: int) -> list[tuple[int, dict[int, Cell]]]:
        """The rows below the heading; what goes on in a row marked as such is joined to the row above it."""
        found: list[tuple[int, dict[int, Cell]]] = []
        for row, cells in self.rows.items():
            if row <= head:
                continue
            mark = cells.get(first)
            if mark is None or layout.folded(str(mark.value)) != layout.folded(layout.CONTINUED):
                found.append((row, dict(cells)))
                continue
            for column, cell in cells.items():
                above = found[-1][1].get(column) if found else None
                if column == first:
                    continue
                if above is None or above.kind is not Kind.TEXT or cell.kind is not Kind.TEXT:
                    self.found.add((self.number, row, column), N_("Ô này không nối tiếp ô nào ở dòng trên."))
                else:
                    found[-1][1][column] = Cell(Kind.TEXT, f"{above.value}{cell.value}")
        return found

    def take(self, spot: Spot, cell: Cell | None, form: Form, key: str, kind: str | None = None) -> Any:
        """The value of a cell; what cannot be read is told."""
        try:
            return value_of(cell, form, key, kind)
        except Odd as odd:
            for refusal in odd.refusals:
                self.found.add(spot, refusal)
            return odd.value
