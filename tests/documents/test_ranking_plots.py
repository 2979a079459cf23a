import re
from decimal import Decimal
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emulation.documents.ranking_plots import WIDTH, Drawing, _swarm, axis, dot_plots, strip_plot
from tests.documents.samples import LONG, country, report, unit

SVG = "{http://www.w3.org/2000/svg}"


def marks(drawing: Drawing) -> list[ElementTree.Element]:
    return list(ElementTree.fromstring(drawing.svg).iter(f"{SVG}circle"))  # noqa: S314 (our own text)


def words(drawing: Drawing) -> list[str]:
    return [text.text or "" for text in ElementTree.fromstring(drawing.svg).iter(f"{SVG}text")]  # noqa: S314


@given(values=st.lists(st.decimals(0, 1000, places=2).map(float), min_size=1, max_size=20))
def test_axis_holds_every_value_between_round_ticks(values: list[float]) -> None:
    scale = axis(values, left=20, right=120)
    assert scale.ticks[0] <= min(values) + 1e-6
    assert scale.ticks[-1] >= max(values) - 1e-6
    assert 2 <= len(scale.ticks) <= 13
    assert all(20 - 1e-6 <= scale.place(value) <= 120 + 1e-6 for value in values)


@pytest.mark.parametrize(
    ("values", "ticks"),
    [
        ([84.0, 98.0], [84, 86, 88, 90, 92, 94, 96, 98]),
        ([91.0], [90, 90.5, 91, 91.5, 92]),
        ([0.0], [0, 0.2, 0.4, 0.6, 0.8, 1]),
    ],
)
def test_axis_has_round_ticks(values: list[float], ticks: list[float]) -> None:
    assert axis(values, left=0, right=100).ticks == pytest.approx(ticks)


@given(xs=st.lists(st.floats(0, 30), min_size=1, max_size=40))
def test_swarm_keeps_dots_apart(xs: list[float]) -> None:
    dots = list(zip(xs, _swarm(xs), strict=True))
    for i, (x, y) in enumerate(dots):
        assert not any(abs(x - a) < 1.7 and abs(y - b) < 1.5 for a, b in dots[i + 1 :])


@pytest.mark.parametrize(("units", "clusters"), [(2, 1), (34, 6), (63, 8), (63, 1), (60, 20)])
def test_strip_plot_has_a_dot_for_each_unit_inside_the_page(units: int, clusters: int) -> None:
    drawing = strip_plot(country(units, clusters))
    dots = marks(drawing)
    assert len(dots) == units
    assert all(0 < float(dot.attrib["cx"]) < WIDTH for dot in dots)
    height = float(re.search(r'viewBox="0 0 165 ([\d.]+)"', drawing.svg)[1])  # type: ignore[index]
    assert height < 215
    assert all(0 < float(dot.attrib["cy"]) < height for dot in dots)


def test_strip_plot_names_the_leaders_and_their_total() -> None:
    shown = words(strip_plot(report([[unit("Kon Tum", "96.75"), unit("Phú Yên", "96.75"), unit("Huế", "90.5")]])))
    assert "Kon Tum, Phú Yên" in shown
    assert "96,75" in shown
    assert "Hoàn thành xuất sắc: từ 90" not in shown  # the scale begins at 90 here


def test_strip_plot_marks_the_limits_of_grades() -> None:
    shown = words(strip_plot(report([[unit("A", "96"), unit("B", "75")]])))
    assert {"Hoàn thành xuất sắc: từ 90", "Hoàn thành tốt: từ 80"} <= set(shown)


def test_strip_plot_leaves_out_the_excluded() -> None:
    made = report([[unit("A", "90"), unit("B", "80"), unit("C", "99", excluded="x")]])
    assert len(marks(strip_plot(made))) == 2


@pytest.mark.parametrize(("units", "pages"), [(1, 1), (34, 1), (63, 1), (64, 2), (130, 2), (300, 5)])
def test_dot_plot_has_a_row_for_each_unit_on_enough_pages(units: int, pages: int) -> None:
    drawings = dot_plots(country(units, 4))
    assert len(drawings) == pages
    assert sum(len(marks(drawing)) for drawing in drawings) == 2 * units
    assert all(float(re.search(r'height="([\d.]+)mm"', drawing.svg)[1]) < 248 for drawing in drawings)  # type: ignore[index]


def test_dot_plot_shows_long_names_whole() -> None:
    drawing = dot_plots(report([[unit(LONG, "90"), unit("Huế", "80")]]))[0]
    assert LONG in " ".join(words(drawing))


def test_dot_plot_without_self_scores_has_official_marks_only() -> None:
    drawing = dot_plots(report([[unit("A", "90"), unit("B", "80")]]))[0]
    assert len(marks(drawing)) == 2
    assert drawing.title == "Tổng điểm của 2 đơn vị"


def test_names_are_escaped_in_drawings() -> None:
    made = report([[unit("<b>&", "90", own="91"), unit("B", "80")]])
    assert "<b>&" in words(dot_plots(made)[0])
    assert "<b>&" in words(strip_plot(made))


def test_plots_take_totals_of_any_spread() -> None:
    made = report([[unit("A", "0"), unit("B", "0.01"), unit("C", "10000", own=str(Decimal("10000.5")))]])
    assert len(marks(strip_plot(made))) == 3
    assert len(marks(dot_plots(made)[0])) == 4
