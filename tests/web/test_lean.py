"""The lean report's page and its downloads."""

from __future__ import annotations

import io
import json
import re
from typing import Any

import plotly.graph_objects as go
import pytest
from flask import Flask
from openpyxl import load_workbook
from sqlalchemy import select
from sqlalchemy.orm import Session

from emulation.domain.lean_ranks import Rescorer
from emulation.domain.workflow import Phase
from emulation.models import Citation, Entry, Evidence
from emulation.services import lean as service
from emulation.services import results
from emulation.services.results import published
from tests.client import Client, statements_of
from tests.documents import pdfs
from tests.finished import WHEN, exclude, finish, more_units, publish
from tests.reviewing import set_phase
from tests.world import World

LEAN = "/periods/2021-2022/lean"


def test_page_names_the_candidates_and_shows_every_criterion(client: Client, db: Session, world: World) -> None:
    row = publish(db, world)
    page = client.sign_in("leader").page(LEAN)

    assert page.h1 == "Rà soát bộ tiêu chí năm học 2021-2022"
    assert row.sha256 in page.text
    assert "Có 4 đơn vị được xếp hạng, dưới 10 đơn vị thì quá ít để đề xuất bỏ hay gộp." in page.text
    assert "Minh họa" in page.text
    codes = [cells[0].split()[0] for cells in page.rows if len(cells) == 17 and cells[0] != "Tiêu chí"]
    assert codes == [leaf.code for leaf in world.criteria.all_criteria]


def test_page_shows_the_figures_of_a_criterion(client: Client, db: Session, world: World) -> None:
    """I.3 has 8.5, 6, 9 and 7.25 of 10: mean 76.9 %, sd 11.6 %; declared 8.5: mean gap -8.1 %; a sheet lies at 8.5."""
    publish(db, world)
    page = client.sign_in("leader").page(LEAN)
    cells = next(cells for cells in page.rows if cells[0].startswith("I.3 ") and len(cells) == 17)

    assert cells[2:7] == ["4", "76,9 %", "11,6 %", "0,0 %", "0,0 %"]
    assert cells[15] == "−8,1 %"


@pytest.mark.parametrize(
    ("wish", "k"),
    [("", 10), ("?keep=3", 3), ("?keep=0", 1), ("?keep=999", 10), ("?keep=ba", 10), ("?keep=3&sort=nothing", 3)],
)
def test_keeping_k_criteria_answers_for_that_k(client: Client, db: Session, world: World, wish: str, k: int) -> None:
    publish(db, world)
    page = client.sign_in("department").page(LEAN + wish)

    assert len(world.criteria.leaves) == 10
    assert f"Giữ {k} trên 10 tiêu chí: " in page.text


def test_order_of_the_criteria_is_chosen_by_links(client: Client, db: Session, world: World) -> None:
    publish(db, world)
    found = service.lean_of(db, world.period)
    assert found is not None
    page = client.sign_in("auditor").page(f"{LEAN}?sort=at_max&keep=2")
    codes = [cells[0].split()[0] for cells in page.rows if len(cells) == 17 and cells[0] != "Tiêu chí"]

    shares = [found.by_code[code].at_max for code in codes]
    defined = [share for share in shares if share is not None]
    assert defined == sorted(defined, reverse=True)
    assert shares[len(defined) :] == [None] * (len(shares) - len(defined))
    assert f"{LEAN}?sort=shift&keep=2#all" in page.links


def test_before_publication_a_sentence_says_from_when(client: Client, db: Session, world: World) -> None:
    finish(db, world)
    page = client.sign_in("department").page(LEAN)

    assert "Kết quả chưa công bố nên chưa rà soát được bộ tiêu chí." in page.text
    assert "Từ khi công bố" in page.text
    for ending in ("pdf", "xlsx"):
        assert client.get(f"{LEAN}.{ending}").status_code == 404


@pytest.mark.parametrize(
    ("name", "status"),
    [
        ("department", 200),
        ("leader", 200),
        ("auditor", 200),
        ("unit_officer", 403),
        ("unit_director", 403),
        ("chair", 403),
        ("cluster_leader", 403),
        ("admin", 403),
        (None, 302),
    ],
)
def test_only_those_who_run_read_or_audit_the_round_may(
    client: Client, db: Session, world: World, name: str | None, status: int
) -> None:
    publish(db, world)
    if name:
        client.sign_in(name)
    assert client.get(LEAN).status_code == status
    ranking = client.get("/periods/2021-2022/ranking")
    if ranking.status_code == 200:
        assert (f'href="{LEAN}"' in ranking.text) == (status == 200)


def test_an_archived_round_keeps_its_page(client: Client, db: Session, world: World) -> None:
    publish(db, world)
    set_phase(db, world, Phase.ARCHIVED)
    assert client.sign_in("leader").page(LEAN).h1 == "Rà soát bộ tiêu chí năm học 2021-2022"


def test_ranks_start_from_the_sealed_ones(db: Session, world: World) -> None:
    finish(db, world)
    exclude(db, world, "34")
    results.publish(db, world.actor("department"), world.period, now=WHEN)
    sealed, report = published(db, world.period), service.lean_of(db, world.period)
    assert sealed is not None
    assert report is not None
    rescorer = Rescorer(world.criteria, service.units_of(sealed, {}))
    ranks = dict(zip((unit.code for unit in rescorer.units), rescorer.full_ranks.tolist(), strict=False))

    assert ranks == {one.unit: one.rank_overall for one in sealed.ranking.ranked}
    assert (report.units, report.ranked, report.clusters) == (4, 3, 2)


def test_files_are_counted_by_criterion(client: Client, db: Session, world: World) -> None:
    publish(db, world)
    before = service.cited_files(db, world.period)
    sheet = world.sheets["34"]
    for number, size in enumerate((1000, 500)):
        proof = Evidence(
            sheet_id=sheet.id,
            title=f"Báo cáo {number}",
            file_name="a.pdf",
            media_type="application/pdf",
            size=size,
            sha256=str(number + 8) * 64,
            uploaded_by_id=world.people["unit_officer"].id,
            uploaded_at=WHEN,
        )
        db.add(proof)
        db.flush()
        for code in ("I.1", "I.2")[: number + 1]:
            entry = db.scalars(select(Entry).where(Entry.sheet_id == sheet.id, Entry.code == code)).one()
            db.add(Citation(entry_id=entry.id, evidence_id=proof.id))
    db.commit()

    after = service.cited_files(db, world.period)
    assert before["34"]["I.1"] == (1, 10)
    assert (after["34"]["I.1"], after["34"]["I.2"], after["34"]["I.3"]) == ((3, 1510), (2, 510), (1, 10))
    assert after["35"] == before["35"]
    found = service.lean_of(db, world.period)
    assert found is not None
    cost = found.by_code["I.1"].cost
    assert cost is not None
    assert (cost.files, cost.bytes) == (6, 1540)


def test_workbook_holds_the_figures_as_numbers(client: Client, db: Session, world: World) -> None:
    row = publish(db, world)
    response = client.sign_in("department").get(f"{LEAN}.xlsx")

    assert response.headers["Content-Disposition"] == 'attachment; filename="ra-soat-bo-tieu-chi-2021-2022.xlsx"'
    book = load_workbook(io.BytesIO(response.data))
    assert book.sheetnames == ["Đề xuất", "Tiêu chí", "Giữ k tiêu chí"]
    assert row.sha256 in str(book["Đề xuất"]["A2"].value)
    assert "minh họa" in str(book["Đề xuất"]["A3"].value)
    line = next(cells for cells in book["Tiêu chí"].iter_rows(values_only=True) if cells[1] == "I.3")
    assert line[3:6] == (4, pytest.approx(0.76875), pytest.approx(0.1164246, abs=1e-6))


def test_pdf_is_the_report_of_the_sealed_round(client: Client, db: Session, world: World) -> None:
    row = publish(db, world)
    response = client.sign_in("leader").get(f"{LEAN}.pdf")
    shown = pdfs.text(response.data, 1)

    assert response.headers["Content-Disposition"] == 'inline; filename="ra-soat-bo-tieu-chi-2021-2022.pdf"'
    assert "Rà soát bộ tiêu chí thi đua theo kết quả năm học 2021-2022" in shown
    assert "Kết quả niêm phong SHA-256: " + " ".join(row.sha256[i : i + 4] for i in range(0, 16, 4)) in shown
    assert "Số liệu minh họa" in shown


def test_chart_is_one_that_plotly_reads(client: Client, db: Session, world: World) -> None:
    publish(db, world)
    shown = client.sign_in("leader").get(f"{LEAN}?keep=4").text
    found = re.search(r'<script type="application/json" id="keep-chart-figure">(.*?)</script>', shown, re.DOTALL)
    assert found is not None
    figure: Any = go.Figure(json.loads(found[1]))

    assert [list(trace.x) for trace in figure.data] == [[str(k) for k in range(1, 11)]] * 2
    assert figure.layout.shapes[0].x0 == "4"


def test_number_of_statements_does_not_grow_with_the_units(
    app: Flask, client: Client, db: Session, world: World
) -> None:
    publish(db, world)
    client.sign_in("leader").get(LEAN)
    with statements_of(app) as few:
        client.get(LEAN)
    assert len(few) == 8


def test_more_units_are_as_many_statements(app: Flask, client: Client, db: Session, world: World) -> None:
    finish(db, world)
    more_units(db, world, 8)
    results.publish(db, world.actor("department"), world.period, now=WHEN)
    db.commit()
    client.sign_in("leader").get(LEAN)
    with statements_of(app) as many:
        page = client.page(LEAN)
    assert len(many) == 8
    assert "12 đơn vị" in page.text
