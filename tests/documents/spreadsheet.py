"""A spreadsheet in small: computes the formulas of our workbooks, as far as they go, with floats as Excel does."""

from __future__ import annotations

import io
import math
import re
from collections.abc import Callable
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from openpyxl import load_workbook
from openpyxl.utils.cell import range_boundaries

TOKEN = re.compile(
    r"""\s*(?:(?P<number>\d+(?:\.\d+)?)|(?P<text>"(?:[^"]|"")*")|(?P<range>(?:'[^']+'!)?\$?[A-Z]{1,2}\$?\d+"""
    r"""(?::\$?[A-Z]{1,2}\$?\d+)?)|(?P<name>[A-Z]+)(?=\()|(?P<sign><>|>=|<=|[-+*/=<>(),]))"""
)
Grid = list[Any]  # the cells of a range, row by row


def tokens(formula: str) -> list[tuple[str, str]]:
    found, place = [], 0
    while place < len(formula):
        match = TOKEN.match(formula, place)
        assert match, f"cannot read {formula[place:]!r}"
        kind = str(match.lastgroup)
        found.append((kind, match[kind]))
        place = match.end()
    return found


def excel_round(value: float, places: float) -> float:
    """Half away from zero of what the program shows with 15 digits."""
    shown = Decimal(f"{value:.15g}")
    return float(shown.quantize(Decimal(1).scaleb(-int(places)), ROUND_HALF_UP))


def numbers(values: tuple[Any, ...]) -> list[float]:
    """Numbers among cells; words and empty cells are passed over. A single boolean argument counts as in Excel."""
    found: list[float] = []
    for value in values:
        if isinstance(value, list):
            found += [one for one in value if isinstance(one, int | float) and not isinstance(one, bool)]
        elif isinstance(value, int | float):
            found.append(float(value))
        else:
            assert value is None, f"#VALUE! {value!r}"
    return found


def product(*grids: Any) -> float:
    (grid,) = grids
    return sum(float(one) for one in (grid if isinstance(grid, list) else [grid]))


def exact(grid: Any, word: Any) -> Any:
    return [str(one) == str(single(word)) for one in grid]


FUNCTIONS: dict[str, Callable[..., Any]] = {
    "AND": lambda *given: all(given),
    "ISNUMBER": lambda value: isinstance(single(value), int | float) and not isinstance(single(value), bool),
    "ABS": lambda value: abs(single(value) or 0),
    "INT": lambda value: math.floor(single(value) or 0),
    "ROUND": lambda value, places: excel_round(single(value) or 0, places),
    "MIN": lambda *given: min(numbers(given), default=0.0),
    "MAX": lambda *given: max(numbers(given), default=0.0),
    "SUM": lambda *given: math.fsum(numbers(given)),
    "SUMPRODUCT": product,
    "EXACT": exact,
    "COUNTA": lambda grid: sum(one is not None for one in grid),
}


def single(value: Any) -> Any:
    """The one cell of a range of one."""
    return value[0] if isinstance(value, list) else value


class Book:
    """The cells of a workbook, computed when asked for."""

    def __init__(self, raw: bytes) -> None:
        self.pages = {sheet.title: sheet for sheet in load_workbook(io.BytesIO(raw)).worksheets}
        self.known: dict[tuple[str, int, int], Any] = {}

    def value(self, page: str, row: int, column: int) -> Any:
        """What a cell shows."""
        key = (page, row, column)
        if key not in self.known:
            cell = self.pages[page].cell(row, column)
            value = cell.value
            if cell.data_type == "f":
                value = single(Formula(self, page, str(value)[1:]).compute())
            self.known[key] = value
        return self.known[key]


class Formula:
    """One formula: a recursive descent that computes as it reads; arguments of IF are read first, then chosen."""

    def __init__(self, book: Book, page: str, text: str) -> None:
        self.book, self.page = book, page
        self.left = tokens(text)

    def compute(self) -> Any:
        value = self.comparison()
        assert not self.left, f"left over: {self.left}"
        return value

    def sign(self, *signs: str) -> str:
        if self.left and self.left[0][0] == "sign" and self.left[0][1] in signs:
            return self.left.pop(0)[1]
        return ""

    def comparison(self) -> Any:
        value = self.sum()
        while sign := self.sign("=", "<>", ">=", "<=", ">", "<"):
            value = compared(sign, single(value), single(self.sum()))
        return value

    def sum(self) -> Any:
        value = self.term()
        while sign := self.sign("+", "-"):
            value = self.joined(sign, value, self.term())
        return value

    def term(self) -> Any:
        value = self.atom()
        while sign := self.sign("*", "/"):
            value = self.joined(sign, value, self.atom())
        return value

    def joined(self, sign: str, left: Any, right: Any) -> Any:
        if isinstance(left, list) or isinstance(right, list):
            length = len(left) if isinstance(left, list) else len(right)
            lefts = left if isinstance(left, list) else [left] * length
            rights = right if isinstance(right, list) else [right] * length
            if length > 1:
                return [self.joined(sign, a, b) for a, b in zip(lefts, rights, strict=True)]
            left, right = lefts[0], rights[0]
        left, right = left or 0, right or 0  # an empty cell is 0
        if isinstance(left, str) or isinstance(right, str):
            return "#VALUE!"
        if sign == "/":
            return left / right if right else "#DIV/0!"
        return {"+": left + right, "-": left - right, "*": left * right}[sign]

    def atom(self) -> Any:
        kind, word = self.left.pop(0)
        if kind == "number":
            return float(word)
        if kind == "text":
            return word[1:-1].replace('""', '"')
        if kind == "range":
            return self.cells(word)
        if kind == "name":
            return self.call(word)
        if word == "-":
            return -single(self.atom())
        assert word == "(", word
        value = self.comparison()
        assert self.sign(")")
        return value

    def call(self, name: str) -> Any:
        assert self.sign("(")
        given = [self.comparison()]
        while self.sign(","):
            given.append(self.comparison())
        assert self.sign(")")
        if name == "IF":
            return given[1] if single(given[0]) else given[2]
        single_words = [one for one in map(single, given) if isinstance(one, str)]
        if name in ("ABS", "INT", "ROUND", "MIN", "MAX") and single_words:
            return "#VALUE!"  # in a branch that IF does not choose, or the test sees it
        return FUNCTIONS[name](*given)

    def cells(self, word: str) -> Grid:
        page, _, place = word.rpartition("!")
        left, top, right, bottom = range_boundaries(place.replace("$", ""))
        name = page.strip("'") or self.page
        return [
            self.book.value(name, row, column)
            for row in range(int(top or 0), int(bottom or 0) + 1)
            for column in range(int(left or 0), int(right or 0) + 1)
        ]


def compared(sign: str, left: Any, right: Any) -> bool:
    """Words sort after numbers, an empty cell equals "" and 0."""
    if left is None:
        left = "" if isinstance(right, str) else 0
    if right is None:
        right = "" if isinstance(left, str) else 0
    rank = isinstance(left, str), isinstance(right, str)
    if rank[0] != rank[1]:
        return {"=": False, "<>": True}.get(sign, (rank[0] > rank[1]) == (sign in (">", ">=")))
    if isinstance(left, str):
        left, right = left.casefold(), right.casefold()
    return bool(
        {"=": left == right, "<>": left != right, ">=": left >= right, "<=": left <= right, ">": left > right}.get(
            sign, left < right
        )
    )
