"""QR codes as one filled outline: no seams between the rows, and a third of the bytes of row strokes."""

from __future__ import annotations

import segno

QUIET = 4  # modules of white around the code, as the standard asks

Point = tuple[int, int]
Matrix = tuple[tuple[bool, ...], ...]


def matrix(text: str) -> Matrix:
    """The modules of the code for `text`, True is dark; error correction M or better."""
    code = segno.make(text, error="m", micro=False, boost_error=True)
    return tuple(tuple(bool(module) for module in row) for row in code.matrix)


def outline(modules: Matrix) -> list[list[Point]]:
    """The borders of the dark regions as closed loops of corners; fill them with the even-odd rule.

    Each unit edge between a dark and a light module is walked once. Where two dark modules touch only at a corner
    either way on is right: the even-odd rule fills the same modules.
    """
    edges: dict[Point, list[Point]] = {}
    light = (False,) * len(modules)
    for y, (above, row, below) in enumerate(zip((light, *modules), modules, (*modules[1:], light), strict=False)):
        for x, (left, dark, right) in enumerate(zip((False, *row), row, (*row[1:], False), strict=False)):
            if not dark:
                continue
            if not above[x]:
                edges.setdefault((x, y), []).append((x + 1, y))
            if not right:
                edges.setdefault((x + 1, y), []).append((x + 1, y + 1))
            if not below[x]:
                edges.setdefault((x + 1, y + 1), []).append((x, y + 1))
            if not left:
                edges.setdefault((x, y + 1), []).append((x, y))
    loops = []
    while edges:
        start = here = next(iter(edges))
        loop: list[Point] = []
        heading: Point | None = None
        while True:
            ways = edges[here]
            there = ways.pop()
            if not ways:
                del edges[here]
            step = (there[0] - here[0], there[1] - here[1])
            if step != heading:
                loop.append(here)
            heading, here = step, there
            if here == start:
                break
        loops.append(loop)
    return loops


def pdf_operators(text: str, *, left: float, bottom: float, size: float) -> bytes:
    """The code of `text` as PDF drawing operators: black on a white square of `size` points, quiet zone
    included.

    `left` and `bottom` are the square's lower left corner in points, y upwards.
    """
    modules = matrix(text)
    count = len(modules)
    module = size / (count + 2 * QUIET)
    parts = [
        f"q 1 g {left:.3f} {bottom:.3f} {size:.3f} {size:.3f} re f 0 g",
        f"{module:.5f} 0 0 {-module:.5f} {left + QUIET * module:.3f} {bottom + size - QUIET * module:.3f} cm",
    ]
    for loop in outline(modules):
        (x, y), *rest = loop
        parts.append(f"{x} {y} m " + " ".join(f"{a} {b} l" for a, b in rest) + " h")
    parts.append("f* Q")
    return "\n".join(parts).encode("ascii")
