"""Chart figures: values -> what Plotly draws, as plain dicts (a test reads each with `plotly.graph_objects`).

Filled and hollow marks and a label beside the leader, so that a chart survives a grey printer. Points travel as text:
a JSON number would make them floats. Importing Plotly itself takes half a second, so nothing here does.
"""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from typing import Any

Figure = dict[str, Any]

INK = "#44526a"
ACTION = "#1450b4"
LINK = "#a9b5c5"
GRID = "#e2e7ee"
THRESHOLD = "#7d4e00"
LABEL_WIDTH = 28  # letters of a row's label on one line
LABEL_LINES = 2


@dataclass(frozen=True)
class Dot:
    """One unit in a row: its value, its name for the pointer, and a label beside it where it leads."""

    row: str
    value: Decimal
    name: str
    label: str = ""

    @property
    def leads(self) -> bool:
        return bool(self.label)


@dataclass(frozen=True)
class Pair:
    """One row with two values (and a reference, such as the median of the cluster)."""

    row: str
    before: Decimal
    after: Decimal
    reference: Decimal | None = None


@dataclass(frozen=True)
class Threshold:
    """A dashed line across the chart, such as the lowest total of a grade."""

    value: Decimal
    label: str


@dataclass(frozen=True)
class Curve:
    """Values between 0 and 1 (or -1 and 1) by a whole number; the main one is a filled line, others are hollow dots."""

    name: str
    points: Sequence[tuple[int, Decimal]]
    is_main: bool = False


def dots(rows: Sequence[Dot], *, leaders: str, others: str, threshold: Threshold | None = None) -> Figure:
    """Rows of dots on one scale: leaders filled with their label, the others hollow. First row on top."""
    data = []
    for name, leading in ((others, False), (leaders, True)):
        chosen = [dot for dot in rows if dot.leads is leading]
        marker: dict[str, Any] = {"size": 9, "symbol": "circle-open", "color": INK, "line": {"width": 1.5}}
        if leading:
            marker = {"size": 12, "symbol": "circle", "color": ACTION}
        data.append(
            {
                "type": "scatter",
                "name": name,
                "mode": "markers+text" if leading else "markers",
                "x": [str(dot.value) for dot in chosen],
                "y": [_label(dot.row) for dot in chosen],
                "text": [dot.label for dot in chosen],
                "textposition": "middle right",
                "customdata": [dot.name for dot in chosen],
                "hovertemplate": "%{customdata}: %{x:.2f}<extra></extra>",
                "marker": marker,
                "cliponaxis": False,
            }
        )
    layout = _layout([dot.row for dot in rows], [dot.value for dot in rows])
    longest = max((len(dot.label) for dot in rows), default=0)
    layout["margin"]["r"] = 24 + min(7 * longest, 160)
    if threshold is not None:
        _add_threshold(layout, threshold)
    return {"data": data, "layout": layout}


def dumbbells(rows: Sequence[Pair], *, before: str, after: str, reference: str = "", unit: str = "") -> Figure:
    """Two values a row, the first hollow and the second filled, joined by a line; the reference is a tick."""
    labels = [_label(row.row) for row in rows]
    ends_x: list[str | None] = []
    ends_y: list[str | None] = []
    for row, label in zip(rows, labels, strict=True):
        ends_x += [str(row.before), str(row.after), None]
        ends_y += [label, label, None]
    data: list[Figure] = [
        {
            "type": "scatter",
            "mode": "lines",
            "x": ends_x,
            "y": ends_y,
            "line": {"color": LINK, "width": 3},
            "hoverinfo": "skip",
            "showlegend": False,
        }
    ]
    ticks = [(row.reference, label) for row, label in zip(rows, labels, strict=True) if row.reference is not None]
    if ticks:
        data.append(
            {
                **_marks(reference, [value for value, _ in ticks], [label for _, label in ticks], unit),
                "marker": {"symbol": "line-ns-open", "size": 18, "color": INK, "line": {"width": 1.5}},
            }
        )
    data.append(
        {
            **_marks(before, [row.before for row in rows], labels, unit),
            "marker": {"symbol": "circle-open", "size": 10, "color": INK, "line": {"width": 2}},
        }
    )
    data.append(
        {
            **_marks(after, [row.after for row in rows], labels, unit),
            "marker": {"symbol": "circle", "size": 11, "color": ACTION},
        }
    )
    values = [value for row in rows for value in (row.before, row.after, row.reference) if value is not None]
    layout = _layout([row.row for row in rows], values)
    layout["xaxis"]["ticksuffix"] = unit
    return {"data": data, "layout": layout}


def curves(rows: Sequence[Curve], *, across: str, marked: int | None = None) -> Figure:
    """Curves over a whole number, with a dashed line at the one that is marked."""
    data = []
    for curve in rows:
        drawn: Figure = {
            "type": "scatter",
            "name": curve.name,
            "mode": "lines+markers" if curve.is_main else "markers",
            "x": [str(place) for place, _ in curve.points],
            "y": [str(value) for _, value in curve.points],
            "hovertemplate": "%{x}: %{y:.2f}<extra>%{fullData.name}</extra>",
            "marker": {"symbol": "circle-open", "size": 9, "color": INK, "line": {"width": 1.5}},
            "cliponaxis": False,
        }
        if curve.is_main:
            drawn |= {"marker": {"symbol": "circle", "size": 6, "color": ACTION}, "line": {"color": ACTION, "width": 2}}
        data.append(drawn)
    layout: Figure = {
        "xaxis": {
            "type": "linear",
            "title": {"text": across},
            "gridcolor": GRID,
            "zeroline": False,
            "fixedrange": True,
        },
        "yaxis": {"type": "linear", "gridcolor": GRID, "zeroline": False, "fixedrange": True, "rangemode": "tozero"},
        "margin": {"l": 48, "r": 24, "t": 56, "b": 48},
        "legend": {"orientation": "h", "x": 0, "y": 1.12, "yanchor": "bottom"},
        "hovermode": "closest",
        "dragmode": False,
    }
    if marked is not None:
        _add_threshold(layout, Threshold(Decimal(marked), str(marked)))
    return {"data": data, "layout": layout}


def _marks(name: str, values: Sequence[Decimal], labels: Sequence[str], unit: str) -> Figure:
    return {
        "type": "scatter",
        "mode": "markers",
        "name": name,
        "x": [str(value) for value in values],
        "y": list(labels),
        "hovertemplate": f"%{{y}}<br>%{{x:.2f}}{unit}<extra>%{{fullData.name}}</extra>",
        "cliponaxis": False,
    }


def _layout(rows: Sequence[str], values: Sequence[Decimal]) -> Figure:
    low, high = min(values, default=Decimal(0)), max(values, default=Decimal(1))
    room = max((high - low) * Decimal("0.06"), Decimal("0.25"))
    bounds = ((low - room).quantize(Decimal("0.1"), ROUND_FLOOR), (high + room).quantize(Decimal("0.1"), ROUND_CEILING))
    return {
        "xaxis": {
            "type": "linear",
            "range": [str(bound) for bound in bounds],
            "gridcolor": GRID,
            "zeroline": False,
            "fixedrange": True,
        },
        "yaxis": {
            "type": "category",
            "categoryorder": "array",
            "categoryarray": list(dict.fromkeys(_label(row) for row in rows)),
            "autorange": "reversed",
            "automargin": True,
            "gridcolor": GRID,
            "fixedrange": True,
            "ticks": "",
            "tickfont": {"size": 12},
        },
        "margin": {"l": 8, "r": 24, "t": 24, "b": 32},
        "legend": {"orientation": "h", "x": 0, "y": -0.12, "yanchor": "top"},
        "hovermode": "closest",
        "dragmode": False,
    }


def _add_threshold(layout: Figure, threshold: Threshold) -> None:
    value = str(threshold.value)
    layout["shapes"] = [
        {
            "type": "line",
            "xref": "x",
            "yref": "paper",
            "x0": value,
            "x1": value,
            "y0": 0,
            "y1": 1,
            "line": {"color": THRESHOLD, "width": 1, "dash": "dash"},
        }
    ]
    layout["annotations"] = [
        {
            "xref": "x",
            "yref": "paper",
            "x": value,
            "y": 1,
            "yanchor": "bottom",
            "showarrow": False,
            "text": threshold.label,
            "font": {"color": THRESHOLD, "size": 12},
        }
    ]


def _label(text: str) -> str:
    """The label of a row on at most two lines."""
    lines = textwrap.wrap(text, LABEL_WIDTH)
    if len(lines) > LABEL_LINES:
        lines = [
            *lines[: LABEL_LINES - 1],
            textwrap.shorten(" ".join(lines[LABEL_LINES - 1 :]), LABEL_WIDTH, placeholder="…"),
        ]
    return "<br>".join(lines)
