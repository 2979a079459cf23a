from dataclasses import replace
from decimal import Decimal

import pytest

from emulation.documents.fonts import Face, width_mm
from emulation.documents.ranking_tables import MEASURE, lay_out, summary
from tests.documents.samples import LONG, country, report, unit


@pytest.mark.parametrize("sections", [3, 6, 9, 12, 16])
@pytest.mark.parametrize("name", ["Bà Rịa - Vũng Tàu", LONG])
def test_table_fits_its_page_and_every_figure_its_column(sections: int, name: str) -> None:
    made = country(12, 2, sections=sections, name=name)
    table = lay_out(made)
    assert sum(table.widths.values()) == pytest.approx(MEASURE)
    assert table.show_sections
    for _, _, rows in table.clusters:
        for row in rows:
            figures = [*zip([f"section{i}" for i in range(sections)], row.sections, strict=True)]
            figures += [
                ("bonus", row.bonus),
                ("deductions", row.deductions),
                ("total", row.total),
                ("self", row.self_total),
            ]
            for column, figure in figures:
                assert width_mm(figure, Face.BOLD, table.pt) + table.padding <= table.widths[column] + 1e-6
    words = max(width_mm(word, Face.BOLD, table.pt) for word in name.split())
    assert table.widths["name"] >= words + table.padding


def test_few_sections_are_set_at_full_size_and_many_smaller() -> None:
    assert lay_out(country(8, 2, sections=6)).pt == 10.5
    assert lay_out(replace(country(8, 2, sections=16), precision=4)).pt < 10.5


def test_more_sections_than_the_page_holds_are_left_out() -> None:
    assert lay_out(country(4, 1, sections=50)).show_sections is False


def test_core_is_shown_only_where_the_scale_changes_it() -> None:
    plain = report([[unit("A", "80")]])
    scaled = report([[unit("A", "80", core=Decimal("79.5"))]])
    assert lay_out(plain).show_core is False
    assert lay_out(scaled).show_core is True


def test_rows_show_ties_absence_and_deductions() -> None:
    made = report(
        [
            [
                unit("A", "80", deductions=Decimal("0.5"), bonus=Decimal("1")),
                unit("B", "80"),
                unit("C", "99", excluded="vi phạm"),
            ]
        ]
    )
    rows = lay_out(made).clusters[0][2]
    assert [(row.unit.name, row.rank, row.tied, row.overall) for row in rows] == [
        ("A", "1", True, "1"),
        ("B", "1", True, "1"),
        ("C", "–", False, "–"),
    ]
    assert [(row.bonus, row.deductions, row.self_total) for row in rows[:2]] == [
        ("1,00", "\u22120,50", "–"),
        ("–", "–", "–"),
    ]


def test_summary_counts_by_cluster_and_in_all() -> None:
    made = report(
        [[unit("A", "95"), unit("B", "85"), unit("C", "99", excluded="x")], [unit("D", "70"), unit("E", "70")]]
    )
    found = summary(made)
    assert found.grades == ("Hoàn thành xuất sắc", "Hoàn thành tốt", "Hoàn thành")
    assert [
        (row.label, row.units, row.mean, row.highest, row.lowest, row.grades, row.leaders) for row in found.rows
    ] == [
        ("Cụm 1", 3, Decimal("90.00"), Decimal(95), Decimal(85), (1, 1, 0), ("A",)),
        ("Cụm 2", 2, Decimal("70.00"), Decimal(70), Decimal(70), (0, 0, 2), ("D", "E")),
    ]
    assert found.total is not None
    assert (found.total.units, found.total.mean) == (5, Decimal("80.00"))


def test_summary_of_one_cluster_has_no_total_row() -> None:
    assert summary(country(5, 1)).total is None


def test_summary_of_a_cluster_without_ranked_units_is_blank() -> None:
    row = summary(report([[unit("A", "95", excluded="x")], [unit("B", "80")]])).rows[0]
    assert (row.mean, row.highest, row.lowest, row.leaders) == (None, None, None, ())
