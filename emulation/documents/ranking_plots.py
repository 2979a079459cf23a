"""The two charts of the ranking report as SVG, one unit of the drawing = one mm on paper.

Hair lines, one accent and filled or hollow marks, so that they survive a grey printer. WeasyPrint does not
apply the page's style sheet inside an SVG: fonts, sizes and fills are attributes. Floats are places on
paper here, never points.
"""

from __future__ import annotations

import statistics
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from math import ceil, floor, log10
from typing import TYPE_CHECKING

from markupsafe import escape

from emulation.documents.balance import wrap
from emulation.documents.fonts import MM_PER_PT, Face, width_mm
from emulation.documents.typesetting import points
from emulation.words import figure

if TYPE_CHECKING:
    from emulation.documents.ranking_report import RankingReport, ReportCluster, ReportUnit

WIDTH = 165.0  # mm between the margins of a portrait page
ACCENT = "#8f1d21"
GRID = "#c9c9c9"
BAND = "#f5f3ee"

DOT = 1.75  # mm between the centres of neighbouring dots
TALLEST_STRIP = 190.0
SMALL, LABEL, NAME = 3.3, 3.9, 3.0  # mm, sizes of letters
LEADING = 1.12
FIRST_PAGE, NEXT_PAGES = 207.0, 240.0  # mm of rows that fit the pages of annex II
TIGHTEST, LOOSEST = 3.28, 4.6  # mm from row to row


@dataclass(frozen=True)
class Axis:
    """A scale with round ticks that holds all values; `place` gives mm."""

    low: float
    high: float
    step: float
    left: float
    right: float

    def place(self, value: float) -> float:
        return self.left + (value - self.low) / (self.high - self.low) * (self.right - self.left)

    @property
    def ticks(self) -> list[float]:
        return [self.low + i * self.step for i in range(round((self.high - self.low) / self.step) + 1)]


def axis(values: Sequence[float], *, left: float, right: float, about: int = 8) -> Axis:
    """An axis of about `about` steps of 1, 2 or 5 x 10^n around the values; a single value gets room on both sides."""
    low, high = min(values), max(values)
    if high - low < 1e-9:
        low, high = max(low - 1, 0.0) if low >= 0 else low - 1, high + 1
    raw = (high - low) / about
    power = 10.0 ** floor(log10(raw))
    step = next(power * factor for factor in (1, 2, 5, 10) if power * factor >= raw - 1e-12)
    first, last = floor(low / step + 1e-9) * step, ceil(high / step - 1e-9) * step
    return Axis(first, last, step, left, right)


def _tick_label(value: float, step: float) -> str:
    places = max(0, -floor(log10(step) + 1e-9))
    return f"{value:.{places}f}".replace(".", ",").replace("-", "\u2212")


def _text(
    x: float, y: float, text: str, *, size: float = SMALL, anchor: str = "start", fill: str = "#000", bold: bool = False
) -> str:
    weight = ' font-weight="700"' if bold else ""
    return (
        f'<text x="{x:.2f}" y="{y:.2f}" font-family="Tinos Print" font-size="{size}" text-anchor="{anchor}" '
        f'fill="{fill}"{weight}>{escape(text)}</text>'
    )


def _measured(text: str, size: float, *, bold: bool = False) -> float:
    return width_mm(text, Face.BOLD if bold else Face.REGULAR, size / MM_PER_PT)


def _wrapped(text: str, size: float, measure: float, *, bold: bool = False) -> tuple[str, ...]:
    return wrap(text, face=Face.BOLD if bold else Face.REGULAR, pt=size / MM_PER_PT, measure=measure)


@dataclass(frozen=True)
class Drawing:
    """An SVG text and what it shows, in words."""

    svg: str
    title: str


def _drawing(height: float, title: str, parts: Iterable[str]) -> Drawing:
    size = f'viewBox="0 0 {WIDTH:g} {height:.2f}" width="{WIDTH:g}mm" height="{height:.2f}mm"'
    return Drawing(f'<svg xmlns="http://www.w3.org/2000/svg" {size}>{"".join(parts)}</svg>', title)


# Strip plot: one row for each cluster


def strip_plot(report: RankingReport) -> Drawing:
    """Each cluster a row on one scale: a unit is a dot, the leader a filled one, the median a tick."""
    clusters = [cluster for cluster in report.clusters if cluster.ranked]
    label_width = min(max(_measured(cluster.label, LABEL) for cluster in clusters) + 4, 40.0)
    value_width = max(_measured(_best(report, cluster), LABEL) for cluster in clusters) + 3
    leaders = [_leaders(cluster) for cluster in clusters]
    name_width = min(max(max(_measured(name, LABEL) for name in leaders) + 2, 24.0), 52.0)
    right = WIDTH - value_width - name_width - 3
    totals = [float(unit.total) for unit in report.ranked]
    scale = axis(totals, left=label_width, right=right)
    rows = [
        _StripRow(
            cluster,
            _wrapped(cluster.label, LABEL, label_width - 2),
            _wrapped(name, LABEL, name_width),
            _swarm([scale.place(float(unit.total)) for unit in cluster.ranked]),
        )
        for cluster, name in zip(clusters, leaders, strict=True)
    ]
    squeeze = min(1.0, TALLEST_STRIP / sum(row.height for row in rows))
    thresholds = _thresholds(report, scale)
    top = 3.0 + max((line for _, _, _, line in thresholds), default=-0.5) * 3.8 + 3.8
    parts: list[str] = []
    y = top
    for row in rows:
        height = row.height * squeeze
        parts += _strip_row(report, row, y + height / 2, squeeze, scale)
        y += height
    frame = [*_grid(scale, top, y), *_threshold_lines(thresholds, top, y)]
    key = "Tổng điểm.\u00a0 ○ đơn vị\u2003● đơn vị dẫn đầu cụm (tên và điểm ở cột phải)\u2003| trung vị của cụm"
    parts.append(_text(label_width, y + 9, key))
    return _drawing(y + 11, f"Điểm của {len(report.ranked)} đơn vị theo cụm", [*frame, *parts])


@dataclass(frozen=True)
class _StripRow:
    cluster: ReportCluster
    label: tuple[str, ...]
    leaders: tuple[str, ...]
    offsets: list[float]

    @property
    def height(self) -> float:
        lines = max(len(self.label), len(self.leaders))
        return max(9.4, 2 * max(map(abs, self.offsets)) + 4.5, lines * LABEL * 1.15 + 2)


def _best(report: RankingReport, cluster: ReportCluster) -> str:
    return points(cluster.ranked[0].total, report.precision)


def _leaders(cluster: ReportCluster) -> str:
    if len(cluster.leaders) > 4:
        return f"{len(cluster.leaders)} đơn vị cùng hạng nhất"
    return ", ".join(unit.name for unit in cluster.leaders)


def _swarm(xs: Sequence[float]) -> list[float]:
    """For dots at `xs` (mm) the offsets up or down that keep them apart, nearest to the line first."""
    placed: list[tuple[float, float]] = []
    offsets = [0.0] * len(xs)
    for index in sorted(range(len(xs)), key=lambda i: xs[i]):
        near = [y for x, y in placed if xs[index] - x < DOT]
        level = 0
        while True:
            offset = DOT * ((level + 1) // 2) * (-1 if level % 2 else 1)
            if all(abs(offset - y) > DOT * 0.9 for y in near):
                break
            level += 1
        placed.append((xs[index], offset))
        offsets[index] = offset
    return offsets


def _strip_row(report: RankingReport, row: _StripRow, y: float, squeeze: float, scale: Axis) -> Iterator[str]:
    yield from _lines(row.label, 0, y, LABEL)
    yield f'<path d="M{scale.left:.2f} {y:.2f}H{scale.right:.2f}" stroke="{GRID}" stroke-width=".12"/>'
    ranked = row.cluster.ranked
    median = scale.place(float(statistics.median([unit.total for unit in ranked])))
    if len(ranked) > 1:
        yield f'<path d="M{median:.2f} {y - 2.6:.2f}v5.2" stroke="#000" stroke-width=".45"/>'
    for unit, offset in zip(ranked, row.offsets, strict=True):
        leads = unit.rank_in_cluster == 1
        x, at = scale.place(float(unit.total)), y + offset * squeeze
        colours = f'fill="{ACCENT}" stroke="{ACCENT}"' if leads else 'fill="#fff" stroke="#000"'
        yield f'<circle cx="{x:.2f}" cy="{at:.2f}" r="{0.95 if leads else 0.8}" {colours} stroke-width=".25"/>'
    yield from _lines(row.leaders, scale.right + 3, y, LABEL)
    yield _text(WIDTH, y + 1.1, _best(report, row.cluster), size=LABEL, anchor="end")


def _lines(
    lines: Sequence[str], x: float, y: float, size: float, *, bold: bool = False, fill: str = "#000"
) -> Iterator[str]:
    """A label of one or more lines around the height y."""
    pitch = size * LEADING
    first = y + size * 0.29 - (len(lines) - 1) * pitch / 2
    for number, line in enumerate(lines):
        yield _text(x, first + number * pitch, line, size=size, bold=bold, fill=fill)


def _grid(scale: Axis, top: float, bottom: float) -> Iterator[str]:
    for value in scale.ticks:
        x = scale.place(value)
        yield f'<path d="M{x:.2f} {top:.2f}V{bottom:.2f}" stroke="{GRID}" stroke-width=".12"/>'
        yield _text(x, bottom + 4, _tick_label(value, scale.step), anchor="middle")


def _thresholds(report: RankingReport, scale: Axis) -> list[tuple[float, float, str, int]]:
    """The grades that begin inside the scale: where, where their name starts, the name, and on which line above.

    A name goes to the second line where it would meet the one before.
    """
    found = []
    ends = {0: -1.0, 1: -1.0}
    for grade in sorted(report.grades, key=lambda grade: grade.start):
        if not scale.low < float(grade.start) < scale.high:
            continue
        label = f"{grade.name}: từ {figure(grade.start)}"
        x = scale.place(float(grade.start))
        length = _measured(label, SMALL)
        start = min(x + 1, WIDTH - length)
        line = next((number for number, end in ends.items() if start > end + 2), 1)
        ends[line] = start + length
        found.append((x, start, label, line))
    return found


def _threshold_lines(thresholds: Sequence[tuple[float, float, str, int]], top: float, bottom: float) -> Iterator[str]:
    """A dashed line at each limit with its name above."""
    for x, start, label, line in thresholds:
        rise = top - 1.2 - 3.8 * line
        path = f"M{x:.2f} {rise - 2:.2f}V{bottom:.2f}"
        yield f'<path d="{path}" stroke="#000" stroke-width=".25" stroke-dasharray="1 .8"/>'
        yield _text(start, rise, label)


# Dot plot: one row for each unit, in order of rank


def dot_plots(report: RankingReport) -> list[Drawing]:
    """The ranked units from the first to the last, one drawing for each page: self-scored hollow, official filled."""
    if not report.ranked:
        return []
    labels = {id(unit): _short_label(cluster) for cluster in report.clusters for unit in cluster.units}
    cluster_width = max(max(_measured(label, NAME) for label in labels.values()), 6.0)
    longest = max(_measured(unit.name, NAME, bold=True) for unit in report.ranked)
    name_width = min(longest + 2, 62.0)
    left = 10 + name_width + cluster_width + 6
    value_width = max(_measured(points(unit.total, report.precision), NAME, bold=True) for unit in report.ranked)
    totals = [float(unit.total) for unit in report.ranked]
    totals += [float(unit.self_total) for unit in report.ranked if unit.self_total is not None]
    scale = axis(totals, left=left, right=WIDTH - value_width - 5)
    rows = [(unit, _wrapped(unit.name, NAME, name_width, bold=True)) for unit in report.ranked]
    pitch = min(LOOSEST, max(TIGHTEST, FIRST_PAGE / len(rows)))
    if sum(_row_height(lines, pitch) for _, lines in rows) > FIRST_PAGE:
        pitch = TIGHTEST

    def label(unit: ReportUnit) -> str:
        return labels[id(unit)]

    return [_dot_plot(report, page, scale, pitch, left, label) for page in _pages(rows, pitch)]


def _short_label(cluster: ReportCluster) -> str:
    """The cluster in its narrow column: "Cụm 3" -> "3"; a long name is cut to its first letters."""
    short = cluster.label.removeprefix("Cụm ")
    return short if len(short) <= 6 else "".join(word[0] for word in short.split())


def _row_height(lines: Sequence[str], pitch: float) -> float:
    return pitch if len(lines) == 1 else max(pitch, len(lines) * NAME * LEADING + 0.5)


def _pages(
    rows: Sequence[tuple[ReportUnit, tuple[str, ...]]], pitch: float
) -> Iterator[list[tuple[ReportUnit, tuple[str, ...]]]]:
    """The rows page by page; the first page also holds the annex's title."""
    page: list[tuple[ReportUnit, tuple[str, ...]]] = []
    height, room = 0.0, FIRST_PAGE
    for row in rows:
        more = _row_height(row[1], pitch)
        if page and height + more > room + 0.01:
            yield page
            page, height, room = [], 0.0, NEXT_PAGES
        page.append(row)
        height += more
    yield page


def _dot_plot(
    report: RankingReport,
    rows: Sequence[tuple[ReportUnit, tuple[str, ...]]],
    scale: Axis,
    pitch: float,
    left: float,
    label: Callable[[ReportUnit], str],
) -> Drawing:
    top = 6.0
    parts: list[str] = []
    bands: list[str] = []
    y = top
    for number, (unit, name) in enumerate(rows):
        height = _row_height(name, pitch)
        if number % 2 == 0:
            bands.append(f'<path d="M0 {y:.2f}H{WIDTH:g}v{height:.2f}H0z" fill="{BAND}"/>')
        parts += _dot_row(report, unit, name, y + height / 2, scale, left, label(unit))
        y += height
    grid = []
    for value in scale.ticks:
        x = scale.place(value)
        grid.append(f'<path d="M{x:.2f} {top - 1:.2f}V{y:.2f}" stroke="{GRID}" stroke-width=".12"/>')
        grid.append(_text(x, top - 2.2, _tick_label(value, scale.step), anchor="middle"))
    heads = [
        _text(0, top - 2.2, "Hạng"),
        _text(10, top - 2.2, "Đơn vị"),
        _text(left - 4, top - 2.2, "Cụm", anchor="end"),
        _text(WIDTH, top - 2.2, "Điểm", anchor="end"),
    ]
    title = f"{'Điểm tự chấm và điểm chính thức' if report.compared else 'Tổng điểm'} của {len(rows)} đơn vị"
    return _drawing(y + 1, title, [*bands, *grid, *heads, *parts])


def _dot_row(
    report: RankingReport,
    unit: ReportUnit,
    name: Sequence[str],
    y: float,
    scale: Axis,
    left: float,
    cluster: str,
) -> Iterator[str]:
    leads = unit.rank_in_cluster == 1
    colour = ACCENT if leads else "#000"
    base = y + NAME * 0.32
    yield _text(6, base, str(unit.rank_overall or ""), size=NAME, anchor="end")
    yield from _lines(name, 10, y, NAME, bold=leads, fill=colour)
    yield _text(left - 5, base, cluster, size=NAME, anchor="end")
    official = scale.place(float(unit.total))
    if unit.self_total is not None:
        own = scale.place(float(unit.self_total))
        yield f'<path d="M{official:.2f} {y:.2f}H{own:.2f}" stroke="{colour}" stroke-width=".25"/>'
        yield f'<circle cx="{own:.2f}" cy="{y:.2f}" r=".72" fill="#fff" stroke="{colour}" stroke-width=".22"/>'
    yield f'<circle cx="{official:.2f}" cy="{y:.2f}" r=".85" fill="{colour}"/>'
    yield _text(WIDTH, base, points(unit.total, report.precision), size=NAME, anchor="end", bold=leads, fill=colour)
