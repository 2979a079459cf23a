import re

import pytest
import segno

from emulation.documents.qr import matrix, outline, pdf_operators

ADDRESSES = [
    "https://thidua.example/c/7K4M-92QD",
    "https://thidua.example/c/3XWT-6HNC",
    "A",
    "https://thidua.example/" + "x" * 150,
]


def filled(loops: list[list[tuple[int, int]]], size: int) -> tuple[tuple[bool, ...], ...]:
    """The even-odd fill of the loops, module by module: crossings of vertical edges left of each centre."""
    walls = [[0] * size for _ in range(size + 1)]
    for loop in loops:
        for (x, y), (a, b) in zip(loop, [*loop[1:], loop[0]], strict=True):
            assert x == a or y == b
            if x == a:
                for row in range(min(y, b), max(y, b)):
                    walls[x][row] += 1
    return tuple(
        tuple(sum(walls[wall][row] for wall in range(column + 1)) % 2 == 1 for column in range(size))
        for row in range(size)
    )


@pytest.mark.parametrize("address", ADDRESSES)
def test_outline_fills_exactly_the_dark_modules(address: str) -> None:
    modules = matrix(address)
    expected = segno.make(address, error="m", micro=False, boost_error=True).matrix
    assert modules == tuple(tuple(bool(module) for module in row) for row in expected)
    assert filled(outline(modules), len(modules)) == modules


def test_outline_fills_modules_that_touch_at_a_corner_only() -> None:
    modules = ((True, False, True), (False, True, False), (True, False, False))
    assert filled(outline(modules), 3) == modules


def test_pdf_operators_keep_four_modules_of_quiet_zone() -> None:
    modules = len(matrix("A"))
    operators = pdf_operators("A", left=10, bottom=20, size=58).decode()
    scale, x, y = re.search(r"([\d.]+) 0 0 -[\d.]+ ([\d.]+) ([\d.]+) cm", operators).groups()  # type: ignore[union-attr]
    assert float(scale) == pytest.approx(58 / (modules + 8))
    assert float(x) == pytest.approx(10 + 4 * 58 / (modules + 8), abs=0.001)
    assert float(y) == pytest.approx(20 + 58 - 4 * 58 / (modules + 8), abs=0.001)
    assert operators.endswith("f* Q")
