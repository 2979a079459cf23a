"""Pages of results: ranking, recheck, publishing, one unit's result, the leader's first page."""

from __future__ import annotations

import io
from decimal import Decimal

import plotly.graph_objects as go
import pytest
from flask import Flask
from openpyxl import load_workbook
from sqlalchemy import select
from sqlalchemy.orm import Session

from emulation.domain.workflow import Phase, SheetState
from emulation.models import Explanation, History, Period, Result, Verdict, VerdictRound
from emulation.services import results
from emulation.web import charts
from tests.client import Client, statements_of
from tests.finished import TOTALS, WHEN, exclude, finish, granted, more_units, next_year, publish
from tests.reviewing import set_phase
from tests.world import World

RANKING = "/periods/2021-2022/ranking"


def vi(number: str) -> str:
    return number.replace(".", ",")


# the ranking


def test_ranking_shows_each_cluster_by_rank_with_the_seal(client: Client, db: Session, world: World) -> None:
    row = publish(db, world)
    page = client.sign_in("leader").page(RANKING)

    assert page.h1 == "Kết quả xếp hạng năm học 2021-2022"
    assert row.sha256 in page.text
    assert f"{RANKING}/check" in page.links
    found = [cells for cells in page.rows if len(cells) == 9 and cells[0] != "Hạng"]
    assert [(cells[0], cells[1], cells[2], cells[6], cells[7]) for cells in found] == [
        ("1", "Thái Bình", vi(TOTALS["34"]), "Hoàn thành tốt", "2"),
        ("2", "Hà Nam", vi(TOTALS["35"]), "Hoàn thành", "4"),
        ("1", "Bạc Liêu", vi(TOTALS["95"]), "Hoàn thành tốt", "1"),
        ("2", "Cà Mau", vi(TOTALS["96"]), "Hoàn thành tốt", "3"),
    ]
    assert "Minh họa" in page.text
    assert "Tạm tính" not in page.text


def test_ranking_marks_shared_ranks(client: Client, db: Session, world: World) -> None:
    publish(db, world, {"35": "8.5"})
    page = client.sign_in("leader").page(RANKING)

    assert [cells[0] for cells in page.rows if len(cells) == 9][1:3] == ["1= (cùng hạng)", "1= (cùng hạng)"]
    assert "Thái Bình và Hà Nam cùng dẫn đầu cụm số 1." in page.text


def test_ranking_lists_an_excluded_unit_last_with_the_ground(client: Client, db: Session, world: World) -> None:
    finish(db, world)
    exclude(db, world, "34")
    results.publish(db, world.actor("department"), world.period, now=WHEN)
    world.period.ranking_is_public = True
    db.commit()

    page = client.sign_in("leader").page(f"{RANKING}?cluster=1")
    public = client.another().page(f"{RANKING}?cluster=1")

    assert [cells[:2] for cells in page.rows if len(cells) == 9][1:] == [["1", "Hà Nam"], ["–", "Thái Bình"]]
    ground = "Điều kiện loại trừ X.1: Có vi phạm nghiêm trọng bị xử lý kỷ luật từ cảnh cáo trở lên."
    assert f"{ground} Kết luận thanh tra số 12." in page.text
    assert ground in public.text
    assert "Kết luận thanh tra" not in public.text


def test_ranking_nationwide_is_one_table(client: Client, db: Session, world: World) -> None:
    publish(db, world)
    page = client.sign_in("leader").page(f"{RANKING}?scope=nationwide")

    assert [cells[:2] for cells in page.rows if len(cells) == 9] == [
        ["Hạng", "Đơn vị"],
        ["1", "Bạc Liêu cụm 2"],
        ["2", "Thái Bình cụm 1"],
        ["3", "Cà Mau cụm 2"],
        ["4", "Hà Nam cụm 1"],
    ]


def test_ranking_of_one_cluster(client: Client, db: Session, world: World) -> None:
    publish(db, world)
    page = client.sign_in("leader").page(f"{RANKING}?cluster=2")

    assert [cells[1] for cells in page.rows if len(cells) == 9][1:] == ["Bạc Liêu", "Cà Mau"]
    assert client.get(f"{RANKING}?cluster=9").status_code == 404


def test_provisional_ranking_says_so_and_who_is_not_settled(client: Client, db: Session, world: World) -> None:
    finish(db, world)
    world.sheets["96"].state = SheetState.RECEIVED
    set_phase(db, world, Phase.REVIEW)
    page = client.sign_in("department").page(RANKING)

    assert page.h1 == "Xếp hạng tạm tính năm học 2021-2022"
    assert "3 trên 4 đơn vị đã có điểm thẩm định" in page.text
    assert [cells[:4] for cells in page.rows if "Cà Mau" in cells[:2]] == [["–", "Cà Mau", "–", "Chưa thẩm định"]]
    assert f"/sheets/{world.sheets['96'].id}/result" not in page.links


def test_ranking_before_anything_is_scored_is_an_honest_page(client: Client, world: World) -> None:
    page = client.sign_in("leader").page(RANKING)

    assert "0 trên 4 đơn vị đã có điểm thẩm định" in page.text


def test_ranking_compares_with_the_year_before(client: Client, db: Session, world: World) -> None:
    publish(db, world)
    next_year(db, world)
    page = client.sign_in("leader").page("/periods/2022-2023/ranking")

    assert [(cells[1], cells[2], cells[5]) for cells in page.rows if len(cells) == 9][1:] == [
        ("Thái Bình", vi(TOTALS["35"]), "−6,25")
    ]


@pytest.mark.parametrize(
    ("name", "phase", "is_public", "status"),
    [
        ("unit_officer", Phase.COUNCIL, False, 403),
        ("unit_officer", Phase.PUBLISHED, False, 200),
        (None, Phase.PUBLISHED, False, 302),
        (None, Phase.PUBLISHED, True, 200),
        (None, Phase.COUNCIL, True, 302),
        ("leader", Phase.COUNCIL, False, 200),
    ],
)
def test_ranking_opens_when_it_is_published(
    client: Client, db: Session, world: World, name: str | None, phase: Phase, is_public: bool, status: int
) -> None:
    if phase == Phase.PUBLISHED:
        publish(db, world)
    else:
        finish(db, world)
    world.period.ranking_is_public = is_public
    db.commit()
    if name:
        client.sign_in(name)

    assert client.get(RANKING).status_code == status


def test_ranking_links_only_to_results_that_this_person_may_open(client: Client, db: Session, world: World) -> None:
    publish(db, world)
    own = f"/sheets/{world.sheets['34'].id}/result"

    officer = [link for link in client.sign_in("unit_officer").page(RANKING).links if link.endswith("/result")]
    leader = [link for link in client.sign_in("leader").page(RANKING).links if link.endswith("/result")]

    assert officer == [own]
    assert len(leader) == 4


def test_ranking_shows_who_holds_an_award(client: Client, db: Session, world: World) -> None:
    decision = granted(db, world)
    page = client.sign_in("unit_officer").page(RANKING)

    found = [cells for cells in page.rows if len(cells) == 9 and cells[0] != "Hạng"]
    assert [cells[8] for cells in found] == ["Cờ thi đua", "–", "Cờ thi đua", "–"]
    assert f"/check/{decision.certificates[0].check_code}" in page.links


def test_provisional_ranking_sends_as_many_queries_for_many_units_as_for_few(
    app: Flask, client: Client, db: Session, world: World
) -> None:
    finish(db, world)
    client.sign_in("leader")
    with statements_of(app) as few:
        client.get(RANKING)
    more_units(db, world, 6)
    with statements_of(app) as many:
        client.get(RANKING)

    # period and windows; person; seal; clusters, exclusions, verdicts, sheets; the year before;
    # sheets to link to; the menu's period and windows
    assert (len(few), len(many)) == (12, 12)


@pytest.mark.parametrize("units", [1, 6])
def test_published_ranking_sends_a_fixed_number_of_queries(
    app: Flask, client: Client, db: Session, world: World, units: int
) -> None:
    finish(db, world)
    more_units(db, world, units)
    results.publish(db, world.actor("department"), world.period, now=WHEN)
    client.sign_in("leader").get(RANKING)  # opens the snapshot

    with statements_of(app) as sent:
        client.get(RANKING)

    # as above, with the awards instead of clusters, exclusions and verdicts: the ranking itself is in memory
    assert len(sent) == 9


def test_rankings_lists_what_this_person_may_open(client: Client, db: Session, world: World) -> None:
    publish(db, world)
    next_year(db, world)

    page = client.sign_in("leader").page("/rankings")
    officer = client.sign_in("unit_officer").get("/rankings")
    stranger = client.another().page("/rankings")

    assert [cells[0] for cells in page.rows[1:]] == ["Năm học 2022-2023", "Năm học 2021-2022"]
    assert (officer.status_code, officer.location) == (302, RANKING)
    assert "Chưa có bảng xếp hạng nào mở cho anh chị." in stranger.text


def test_workbook_downloads(client: Client, db: Session, world: World) -> None:
    publish(db, world)
    response = client.sign_in("unit_officer").get(f"{RANKING}.xlsx")

    assert response.headers["Content-Disposition"] == 'attachment; filename="xep-hang-2021-2022.xlsx"'
    assert load_workbook(io.BytesIO(response.data)).sheetnames == ["Xếp hạng"]


def test_report_opens_as_pdf(client: Client, db: Session, world: World) -> None:
    publish(db, world)
    response = client.sign_in("leader").get(f"{RANKING}.pdf")

    assert (response.mimetype, response.data[:5]) == ("application/pdf", b"%PDF-")


def test_recheck_says_whether_the_result_is_the_same(client: Client, db: Session, world: World) -> None:
    row = publish(db, world)
    page = client.sign_in("unit_officer").page(f"{RANKING}/check")

    assert "đều cho đúng từng byte của kết quả đã công bố" in page.text
    assert row.sha256 in page.text


def test_recheck_names_changed_units_to_readers_only(client: Client, db: Session, world: World) -> None:
    publish(db, world)
    world.sheets["35"].unit_name = "Sở khác"
    db.commit()

    auditor = client.sign_in("auditor").page(f"{RANKING}/check")
    officer = client.sign_in("unit_officer").page(f"{RANKING}/check")

    assert "Đơn vị có dữ liệu đã khác: Hà Nam." in auditor.text
    assert "Cơ sở dữ liệu hiện nay khác bản lưu; kết quả đã công bố không đổi." in officer.text
    assert "Hà Nam" not in officer.text


def test_recheck_before_publication_says_there_is_nothing(client: Client, world: World) -> None:
    page = client.sign_in("leader").page(f"{RANKING}/check")

    assert "Kết quả chưa công bố nên chưa có gì để kiểm tra lại." in page.text


# publishing


def test_publishing_is_a_dry_run_first(client: Client, db: Session, world: World) -> None:
    finish(db, world)
    exclude(db, world, "35")
    page = client.sign_in("department").page("/periods/2021-2022/publish")

    assert "Mọi phiếu đã chốt." in page.text
    assert "Loại trừ 1 đơn vị: Hà Nam" in page.text
    assert "Không có đơn vị cùng hạng trong cụm" in page.text
    assert db.scalar(select(Result)) is None
    response = client.submit("/periods/2021-2022/publish", {}, to="/periods/2021-2022/publish")
    assert (response.status_code, response.location) == (303, RANKING)
    assert db.get(Period, world.period.id).phase == Phase.PUBLISHED  # type: ignore[union-attr]  # it exists


def test_publishing_names_what_is_not_final_and_offers_no_button(client: Client, db: Session, world: World) -> None:
    finish(db, world)
    world.sheets["96"].state = SheetState.EXPLAINING
    db.commit()
    page = client.sign_in("department").page("/periods/2021-2022/publish")

    assert "Phiếu chưa chốt: 1" in page.text
    assert ["Cà Mau", "2", "Đang giải trình"] in page.rows
    response = client.post("/periods/2021-2022/publish")
    assert response.status_code == 409
    assert "Chưa công bố được: 1 phiếu chưa chốt (Cà Mau)." in response.text
    assert db.scalar(select(Result)) is None


def test_second_publishing_is_refused_on_its_page(client: Client, db: Session, world: World) -> None:
    row = publish(db, world)
    response = client.sign_in("department").post("/periods/2021-2022/publish")

    assert response.status_code == 409
    assert db.scalars(select(Result.sha256)).all() == [row.sha256]


def test_department_opens_the_ranking_to_everybody_and_closes_it(client: Client, db: Session, world: World) -> None:
    publish(db, world)
    client.sign_in("department")

    assert client.submit(RANKING, {}, to=f"{RANKING}/openness").status_code == 303
    assert client.another().get(RANKING).status_code == 200
    assert client.submit(RANKING, {}, to=f"{RANKING}/openness").status_code == 303
    assert client.another().get(RANKING).status_code == 302
    changes = [line.new for line in db.scalars(select(History).where(History.act == "open_ranking"))]
    assert changes == [{"ranking_is_public": True}, {"ranking_is_public": False}]


# one unit


def test_unit_result_says_rank_figures_and_where_they_come_from(client: Client, db: Session, world: World) -> None:
    row = publish(db, world)
    page = client.sign_in("leader").page(f"/sheets/{world.sheets['35'].id}/result")

    assert page.h1 == "Kết quả năm học 2021-2022: hạng 2 trên 2 trong cụm số 1"
    assert "Điểm cơ bản 75,98 + thưởng 1,00 − trừ 0,00." in page.text
    assert "Còn thiếu 3,02 điểm để đạt Hoàn thành tốt (từ 80)." in page.text
    assert "Lệch nhiều nhất ở I Cải cách hành chính" in page.text
    assert ["I.3 Chất lượng tham mưu, tổng hợp", "8,50", "6,00", "−2,50", "Thiếu văn bản tham mưu."] in page.rows
    # the derivation of a number: rule, entry, verdict with council and time, set
    assert "Mức 8,5 trên 10 → 8,50 điểm" in page.text
    assert "6,00 điểm, Hội đồng thẩm định, 16:05 15/08/2022. Thiếu văn bản tham mưu." in page.text
    assert f"2021-2022, {world.criteria.sha256[:12]}" in page.text
    assert row.sha256 in page.text


def test_unit_result_tells_not_applicable_unscored_and_the_ministrys_own_apart(
    client: Client, db: Session, world: World
) -> None:
    publish(db, world)
    page = client.sign_in("leader").page(f"/sheets/{world.sheets['34'].id}/result")
    lines = {cells[0].split()[0]: cells[1:] for cells in page.rows if len(cells) == 4 and cells[0][:1] in "IB"}

    assert lines["III.2"] == ["4", "–", "không áp dụng"]
    assert lines["II.5"] == ["5", "Bộ chấm", "4,00"]
    assert lines["B.1"] == ["2", "1,00", "1,00"]
    assert "D.1" not in lines


def test_unit_result_shows_how_explanations_ended(client: Client, db: Session, world: World) -> None:
    finish(db, world)
    sheet = world.sheets["35"]
    for code, outcome in (("I.3", "change"), ("I.1", "keep")):
        db.add(
            Explanation(
                sheet_id=sheet.id,
                code=code,
                text=f"Đề nghị xem lại {code}.",
                made_by_id=world.people["unit_officer"].id,
                made_at=WHEN,
                outcome=outcome,
                answer=f"Trả lời {code}.",
                answered_by_id=world.people["chair"].id,
                answered_at=WHEN,
            )
        )
    db.add(
        Verdict(
            sheet_id=sheet.id,
            code="I.3",
            round=VerdictRound.EXPLANATION,
            council_id=world.council.id if world.council else 0,
            points=Decimal("7.5"),
            decided_by_id=world.people["chair"].id,
            decided_at=WHEN,
        )
    )
    db.commit()
    results.publish(db, world.actor("department"), world.period, now=WHEN)
    page = client.sign_in("leader").page(f"/sheets/{sheet.id}/result")

    assert "Kết quả giải trình: 2 nội dung" in page.text
    rows = [cells for cells in page.rows if cells[-1:] and "Trả lời" in cells[-1]]
    assert rows[1][:4] == [
        "I.1 Tỷ lệ thủ tục hành chính cung cấp dịch vụ công trực tuyến mức độ 4",
        "9,69",
        "9,69",
        "9,69",
    ]
    assert rows[1][4] == "Giữ nguyênTrả lời I.1."
    assert rows[2][1:] == ["8,50", "6,00", "7,50", "Chấp nhận một phầnTrả lời I.3."]


def test_unit_reads_its_own_points_before_publication_without_a_rank(client: Client, db: Session, world: World) -> None:
    finish(db, world)
    set_phase(db, world, Phase.EXPLANATION)
    page = client.sign_in("unit_officer").page(f"/sheets/{world.sheets['34'].id}/result")

    assert page.h1 == "Điểm thẩm định năm học 2021-2022"
    assert vi(TOTALS["34"]) in page.text
    assert "Hạng" not in page.text
    assert "Tạm tính." in page.text


def test_unit_result_without_points_says_what_to_wait_for(client: Client, world: World) -> None:
    page = client.sign_in("leader").page(f"/sheets/{world.sheets['34'].id}/result")

    assert "Hội đồng chưa kết luận điểm thẩm định của phiếu này." in page.text


def test_another_units_result_is_refused(client: Client, db: Session, world: World) -> None:
    publish(db, world)

    assert client.sign_in("other_officer").get(f"/sheets/{world.sheets['34'].id}/result").status_code == 403


def test_small_cluster_shows_no_median_that_would_betray_the_other_unit(
    client: Client, db: Session, world: World
) -> None:
    publish(db, world)
    page = client.sign_in("unit_officer").page(f"/sheets/{world.sheets['34'].id}/result")

    assert "Trung vị" not in page.text
    assert "Lĩnh vực mạnh nhất" in page.text


def test_unit_is_compared_with_the_median_of_a_large_cluster(client: Client, db: Session, world: World) -> None:
    finish(db, world)
    more_units(db, world, 4)
    results.publish(db, world.actor("department"), world.period, now=WHEN)
    db.commit()
    sheets = results.sheets_with_units(db, world.period)
    sheet_id = next(sheet.id for sheet in sheets if sheet.unit.code == "x00")
    page = client.sign_in("leader").page(f"/sheets/{sheet_id}/result")

    assert "Trung vị cụm" in page.text
    assert "Không tiêu chí nào thấp hơn trung vị của cụm." in page.text
    assert page.h1 == "Kết quả năm học 2021-2022: cùng hạng 1 trên 4 trong cụm số 3"


# the leader


def test_leaders_first_page_is_the_newest_result_and_the_running_round(
    client: Client, db: Session, world: World
) -> None:
    publish(db, world)
    next_year(db, world)
    page = client.sign_in("leader").page("/")

    assert page.h1 == "Kết quả thi đua năm học 2021-2022"
    assert f"{RANKING}.pdf" in page.links
    assert ["1", "Thái Bình", vi(TOTALS["34"]), "6,25"] in page.rows
    assert "Kỳ đang chạy: năm học 2022-2023" in page.text


def test_leaders_first_page_before_any_result(client: Client, world: World) -> None:
    page = client.sign_in("leader").page("/")

    assert "Chưa có kỳ đánh giá nào công bố kết quả" in page.text
    assert "0 trên 4 phiếu đã có điểm thẩm định" in page.text


# charts


def test_dots_are_a_figure_that_plotly_reads() -> None:
    figure = charts.dots(
        [
            charts.Dot("Cụm 1", Decimal("90.55"), "Hà Nội", "Hà Nội 90,55"),
            charts.Dot("Cụm 1", Decimal("80.1"), "Đà Nẵng"),
        ],
        leaders="Dẫn đầu",
        others="Khác",
        threshold=charts.Threshold(Decimal(90), "Xuất sắc từ 90"),
    )

    read = go.Figure(figure)

    others, leaders = read.data
    assert (others.marker.symbol, list(others.x)) == ("circle-open", ["80.1"])
    assert (leaders.marker.symbol, list(leaders.x), list(leaders.text)) == ("circle", ["90.55"], ["Hà Nội 90,55"])
    assert read.layout.annotations[0].text == "Xuất sắc từ 90"


def test_dumbbells_are_a_figure_that_plotly_reads() -> None:
    figure = charts.dumbbells(
        [
            charts.Pair("I. Cải cách", Decimal("93.5"), Decimal("91"), Decimal("92")),
            charts.Pair("II", Decimal(80), Decimal(80)),
        ],
        before="Tự chấm",
        after="Chính thức",
        reference="Trung vị",
        unit=" %",
    )

    read = go.Figure(figure)

    assert [trace.name for trace in read.data] == [None, "Trung vị", "Tự chấm", "Chính thức"]
    links, middle, before, after = read.data
    assert list(links.x) == ["93.5", "91", None, "80", "80", None]
    assert list(middle.x) == ["92"]
    assert (before.marker.symbol, after.marker.symbol) == ("circle-open", "circle")
    assert list(read.layout.yaxis.categoryarray) == ["I. Cải cách", "II"]


def test_chart_of_nothing_is_a_figure_too() -> None:
    go.Figure(charts.dots([], leaders="a", others="b"))
    go.Figure(charts.dumbbells([], before="a", after="b"))


def test_long_labels_stand_on_two_lines() -> None:
    figure = charts.dumbbells(
        [charts.Pair("VII. An toàn trường học và phòng, chống dịch bệnh trong trường học", Decimal(1), Decimal(2))],
        before="a",
        after="b",
    )

    (label,) = figure["layout"]["yaxis"]["categoryarray"]
    assert label == "VII. An toàn trường học và<br>phòng, chống dịch bệnh…"
