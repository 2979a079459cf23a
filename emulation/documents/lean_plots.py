"""The chart of the lean report as SVG, one unit of the drawing = one mm on paper; see ranking_plots.py for the habits.

Floats are places on paper and statistics here, never points.
"""

from __future__ import annotations

from collections.abc import Iterator

from markupsafe import escape

from emulation.documents.ranking_plots import ACCENT, GRID, SMALL, WIDTH, Axis, Drawing, axis
from emulation.domain.lean import LeanReport
from emulation.domain.lean_keep import Kept

LEFT, RIGHT = 12.0, WIDTH - 6.0
TOP, BOTTOM, HEIGHT = 8.0, 62.0, 82.0


def keep_plot(report: LeanReport) -> Drawing | None:
    """Kendall's tau-b (filled dots on a line) and the share of clusters that keep their winners (hollow dots) by k.

    A dashed line stands where all criteria that are candidates to drop are gone. None where there is nothing to draw.
    """
    rows = [row for row in report.keep if row.kendall_tau_b is not None]
    if len(rows) < 2:
        return None
    across = axis([1.0, float(len(report.keep))], left=LEFT, right=RIGHT, about=10)
    lowest = min(0.0, *(row.kendall_tau_b or 0.0 for row in rows))
    up = axis([lowest, 1.0], left=BOTTOM, right=TOP, about=5)
    parts = [*_grid(across, up), *_mark(report, across), *_winners(report, rows, across, up), *_tau(rows, across, up)]
    key = "●\u00a0hệ số giống nhau của thứ hạng (tau-b)\u2003○\u00a0tỷ lệ cụm giữ nguyên đơn vị dẫn đầu"
    parts.append(_text(LEFT, BOTTOM + 17, key))
    size = f'viewBox="0 0 {WIDTH:g} {HEIGHT:g}" width="{WIDTH:g}mm" height="{HEIGHT:g}mm"'
    svg = f'<svg xmlns="http://www.w3.org/2000/svg" {size}>{"".join(parts)}</svg>'
    return Drawing(svg, "Thứ hạng giống nhau đến đâu khi chỉ giữ một số tiêu chí")


def _grid(across: Axis, up: Axis) -> Iterator[str]:
    for value in up.ticks:
        y = up.place(value)
        yield f'<path d="M{LEFT:.2f} {y:.2f}H{RIGHT:.2f}" stroke="{GRID}" stroke-width=".12"/>'
        yield _text(LEFT - 2, y + 1.1, f"{value:.1f}".replace(".", ",").replace("-", "\u2212"), anchor="end")
    for value in across.ticks:
        yield _text(across.place(value), BOTTOM + 5, f"{value:g}", anchor="middle")
    yield _text((LEFT + RIGHT) / 2, BOTTOM + 10, "Số tiêu chí cơ bản được giữ", anchor="middle")


def _mark(report: LeanReport, across: Axis) -> Iterator[str]:
    if report.together is None:
        return
    x = across.place(report.together.k)
    yield f'<path d="M{x:.2f} {TOP:.2f}V{BOTTOM:.2f}" stroke="#000" stroke-width=".25" stroke-dasharray="1.2 .9"/>'
    anchor = "end" if x > WIDTH / 2 else "start"
    yield _text(x + (-1.5 if anchor == "end" else 1.5), TOP - 3, f"đề xuất: giữ {report.together.k}", anchor=anchor)


def _tau(rows: list[Kept], across: Axis, up: Axis) -> Iterator[str]:
    places = [(across.place(row.k), up.place(row.kendall_tau_b or 0.0)) for row in rows]
    path = "L".join(f"{x:.2f} {y:.2f}" for x, y in places)
    yield f'<path d="M{path}" fill="none" stroke="{ACCENT}" stroke-width=".4"/>'
    for x, y in places:
        yield f'<circle cx="{x:.2f}" cy="{y:.2f}" r=".75" fill="{ACCENT}"/>'


def _winners(report: LeanReport, rows: list[Kept], across: Axis, up: Axis) -> Iterator[str]:
    for row in rows:
        if report.clusters and row.winners_kept is not None:
            x, y = across.place(row.k), up.place(row.winners_kept / report.clusters)
            yield f'<circle cx="{x:.2f}" cy="{y:.2f}" r="1.05" fill="#fff" stroke="#000" stroke-width=".25"/>'


def _text(x: float, y: float, text: str, *, anchor: str = "start") -> str:
    return (
        f'<text x="{x:.2f}" y="{y:.2f}" font-family="Tinos Print" font-size="{SMALL}" text-anchor="{anchor}">'
        f"{escape(text)}</text>"
    )
