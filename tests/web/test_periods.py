"""The department's pages as a browser meets them: board, phases, times, councils, exclusions, the next round."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from emulation.config import VIETNAM
from emulation.domain.workflow import Phase, SheetState
from emulation.models import Council, Exclusion, Extension, Period, PhaseWindow, Sheet
from tests.client import Client
from tests.reviewing import declare, now, set_phase, settle, under_review
from tests.world import World

BOARD = "/periods/2021-2022/board"
NEXT = "/periods/2021-2022/next-phase"
TIMES = "/periods/2021-2022/times"
FINALISING = "/periods/2021-2022/finalising"
COUNCILS = "/periods/2021-2022/councils"
EXCLUSIONS = "/periods/2021-2022/exclusions"
NEW = "/periods/new"


def close(db: Session, phase: Phase) -> None:
    window = db.scalars(select(PhaseWindow).where(PhaseWindow.phase == phase)).one()
    window.closes_at = now() - timedelta(hours=1)
    db.commit()
    db.expire_all()


# ---- the board ----


def test_board_shows_stages_overdue_first_and_what_blocks(client: Client, db: Session, world: World) -> None:
    under_review(db, world)
    declare(db, world, "96", state=SheetState.SUBMITTED)
    close(db, Phase.SELF_SCORING)
    page = client.sign_in("department").page(BOARD)
    assert page.h1 == "Kỳ đánh giá năm học 2021-2022"
    assert "Quá hạn nộp phiếu: 2 đơn vị" in page.text
    assert "Chưa chuyển được sang “Giải trình”" in page.text
    assert "1 phiếu chờ tiếp nhận: Cà Mau" in page.text
    late = [row[0] for row in page.rows if len(row) == 6 and row[0].endswith(("cụm 1", "cụm 2"))]
    assert late == ["Hà Nam cụm 1", "Bạc Liêu cụm 2"]
    for path in (NEXT, TIMES, COUNCILS, EXCLUSIONS, FINALISING, NEW, "/periods/2021-2022/inbox"):
        assert path in page.links
    shown = client.page(f"{BOARD}?show=late")
    assert "Cà Mau" not in " ".join(" ".join(row) for row in shown.rows)


def test_home_of_the_department_is_the_board(client: Client, world: World) -> None:
    assert client.sign_in("department").page("/").h1 == "Kỳ đánh giá năm học 2021-2022"


def test_readers_see_the_board_without_its_buttons(client: Client, db: Session, world: World) -> None:
    under_review(db, world)
    for name in ("leader", "auditor"):
        page = client.sign_in(name).page(BOARD)
        assert NEXT not in page.links
        assert client.get(NEXT).status_code == 403
        assert client.post(NEXT, data={"to": "explanation"}).status_code == 403
    for name in ("member", "unit_officer", "admin"):
        assert client.sign_in(name).get(BOARD).status_code == 403


def test_readers_are_not_led_from_what_blocks_to_closed_doors(client: Client, db: Session, world: World) -> None:
    declare(db, world, "96", state=SheetState.SUBMITTED)
    close(db, Phase.SELF_SCORING)
    client.sign_in("auditor")
    links: set[str] = set()
    for phase in (Phase.SELF_SCORING, Phase.REVIEW, Phase.EXPLANATION, Phase.COUNCIL):
        world.period.phase = phase
        db.commit()
        links |= set(client.page(BOARD).links)
    assert f"{BOARD}?show=late#late" in links
    assert [link for link in sorted(links) if client.get(link).status_code >= 400] == []


def test_cluster_leader_reads_progress_but_no_entries_and_no_points(client: Client, db: Session, world: World) -> None:
    under_review(db, world)
    declare(db, world, "35", {"I.1": {"part": "41", "whole": "83"}}, state=SheetState.DRAFT)
    client.sign_in("cluster_leader")
    for path in ("/", BOARD):
        page = client.page(path)
        rows = {row[0]: row for row in page.rows if len(row) == 5}
        assert rows["Sở Giáo dục và Đào tạo tỉnh Hà Nam"][3] == "1/8"
        assert "Bạc Liêu" not in page.text
        for secret in ("41/83", "9,69", "4,94"):
            assert secret not in page.text
        assert f"/sheets/{world.sheets['35'].id}" not in page.links
    assert client.get(f"/sheets/{world.sheets['35'].id}").status_code == 403


def test_board_costs_the_same_for_few_and_more_entries(app: Flask, client: Client, db: Session, world: World) -> None:
    set_phase(db, world, Phase.REVIEW)
    client.sign_in("department")
    declare(db, world, "34", {"I.2": {"value": "91"}}, state=SheetState.DRAFT)
    few = client.count_queries(BOARD)
    for code in ("35", "95", "96"):
        declare(db, world, code, state=SheetState.DRAFT)
    assert client.count_queries(BOARD) == few
    assert few == 19


# ---- phases ----


def test_moving_shows_what_will_happen_and_does_it(client: Client, db: Session, world: World) -> None:
    client.sign_in("department")
    page = client.page(NEXT)
    assert page.h1 == "Chuyển sang “Thẩm định”"
    assert "4 phiếu “Đang soạn”, trong đó 0 quá hạn" in page.text
    answer = client.submit(NEXT, {}, to=NEXT)
    assert (answer.status_code, answer.location) == (303, BOARD)
    assert db.scalars(select(Period)).one().phase == Phase.REVIEW
    again = client.post(NEXT, data={"to": "review"})  # a second sending
    assert again.status_code == 409


def test_moving_is_refused_with_names(client: Client, db: Session, world: World) -> None:
    under_review(db, world)
    client.sign_in("department")
    page = client.page(NEXT)
    assert "Chuyển từ “Thẩm định” sang “Giải trình”" not in page.text  # no button
    refused = client.post(NEXT, data={"to": "explanation"})
    assert refused.status_code == 409
    assert "1 phiếu chưa được hội đồng kết luận: Thái Bình" in refused.text
    assert client.post(NEXT, data={"to": "nowhere"}).status_code == 422
    assert db.scalars(select(Period)).one().phase == Phase.REVIEW


def test_moving_to_publication_leads_to_its_own_page(client: Client, db: Session, world: World) -> None:
    set_phase(db, world, Phase.COUNCIL)
    client.sign_in("department")
    answer = client.get(NEXT)
    assert (answer.status_code, answer.location) == (302, "/periods/2021-2022/publish")
    assert client.post(NEXT, data={"to": "published"}).status_code == 409


# ---- times and extensions ----


def test_times_are_typed_in_vietnam_time(client: Client, db: Session, world: World) -> None:
    client.sign_in("department")
    values = {
        f"{phase}-{end}": ""
        for phase in ("self_scoring", "review", "explanation", "council")
        for end in ("opens_at", "closes_at")
    }
    values |= {"self_scoring-opens_at": "08:00 16/05/2022", "self_scoring-closes_at": "20/06/2022"}
    assert client.submit(TIMES, values).status_code == 303
    assert [(one.phase, one.opens_at, one.closes_at) for one in db.scalars(select(PhaseWindow))] == [
        (
            Phase.SELF_SCORING,
            datetime(2022, 5, 16, 1, tzinfo=UTC),
            datetime(2022, 6, 20, 10, tzinfo=UTC),  # 17:00 where only the day was typed
        )
    ]
    assert "16/05 - 20/06" in client.page(BOARD).text


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"review-opens_at": "31/02/2022"}, "Viết giờ và ngày như 17:00 20/06/2022."),
        ({"review-opens_at": "2022-06-20"}, "Viết giờ và ngày như 17:00 20/06/2022."),
        ({"review-closes_at": ""}, "Nhập cả giờ mở và giờ đóng, hoặc để trống cả hai."),
        (
            {"review-opens_at": "08:00 20/06/2022", "review-closes_at": "07:00 20/06/2022"},
            "Thời điểm đóng phải sau thời điểm mở.",
        ),
    ],
)
def test_times_are_refused_at_their_field(
    client: Client, db: Session, world: World, values: dict[str, str], sentence: str
) -> None:
    before = [(one.opens_at, one.closes_at) for one in db.scalars(select(PhaseWindow))]
    answer = client.sign_in("department").submit(TIMES, values)
    assert answer.status_code == 422
    assert sentence in answer.text
    assert [(one.opens_at, one.closes_at) for one in db.scalars(select(PhaseWindow))] == before


def test_stale_times_show_both_versions(client: Client, db: Session, world: World) -> None:
    client.sign_in("department")
    values = next(form for form in client.page(TIMES).forms if not form.in_frame).values
    client.submit(TIMES, {"council-closes_at": "17:00 20/12/2030"})
    refused = client.post(TIMES, data={**values, "council-closes_at": "17:00 21/12/2030"})
    assert refused.status_code == 409
    assert "17:00 20/12/2030" in refused.text
    assert 'value="17:00 21/12/2030"' in refused.text


def test_extension_is_granted_with_a_reason(client: Client, db: Session, world: World) -> None:
    address = f"/sheets/{world.sheets['34'].id}/extension"
    client.sign_in("department")
    assert "Ở đơn vị chưa có ai phụ trách phiếu dùng tài khoản" not in client.page(address).text
    day = (datetime.now(VIETNAM) + timedelta(days=40)).date()
    refused = client.submit(address, {"closes_at": f"17:00 {day:%d/%m/%Y}", "reason": " "})
    assert refused.status_code == 422
    assert "Nêu lý do gia hạn." in refused.text
    answer = client.submit(address, {"closes_at": f"{day:%d/%m/%Y}", "reason": "Thiên tai."})
    assert answer.status_code == 303
    assert [(one.phase, one.closes_at, one.reason) for one in db.scalars(select(Extension))] == [
        (Phase.SELF_SCORING, datetime.combine(day, time(17), VIETNAM), "Thiên tai.")
    ]
    assert f"gia hạn đến {day:%d/%m}" in client.page(BOARD).text
    assert address in client.page(f"{BOARD}?show=extended").links
    assert client.submit(address, {"take_back": "1", "reason": "Ghi nhầm."}).status_code == 303
    assert "Đã rút lại gia hạn của Thái Bình" in client.page(BOARD).text
    assert "Rút lại gia hạn" not in client.page(address).text


def test_extension_page_says_why_there_is_nothing_to_extend(client: Client, db: Session, world: World) -> None:
    declare(db, world, "34", state=SheetState.RECEIVED)
    address = f"/sheets/{world.sheets['34'].id}/extension"
    page = client.sign_in("department").page(address)
    assert "Không gia hạn: phiếu ở trạng thái “Đang thẩm định”" in page.text
    assert address not in [form.action for form in page.forms]
    assert client.post(address, data={"closes_at": "20/12/2030", "reason": "x"}).status_code == 409
    silent = client.page(f"/sheets/{world.sheets['95'].id}/extension").text
    assert "Ở đơn vị chưa có ai phụ trách phiếu dùng tài khoản" in silent


def test_extension_of_a_sheet_that_waits_for_its_signature_is_read_by_the_director(
    client: Client, db: Session, world: World
) -> None:
    world.people["other_officer"].is_active = False
    address = f"/sheets/{world.sheets['96'].id}/extension"
    db.commit()
    client.sign_in("department")
    assert "Ở đơn vị chưa có ai phụ trách phiếu dùng tài khoản" in client.page(address).text
    declare(db, world, "96", state=SheetState.SIGNING)
    assert "Ở đơn vị chưa có ai phụ trách phiếu dùng tài khoản" not in client.page(address).text


# ---- finalising ----


def test_finalising_all_that_are_ready_after_a_dry_run(client: Client, db: Session, world: World) -> None:
    under_review(db, world, "34", "35")
    settle(db, world, world.sheets["34"])
    settle(db, world, world.sheets["35"], I_1=("8", "x"))
    client.sign_in("department")
    page = client.page(FINALISING)
    assert "1 phiếu đủ điều kiện chốt" in page.text
    assert f"/sheets/{world.sheets['35'].id}/explanations" in page.links
    assert client.post(FINALISING, data={"expected": "2"}).status_code == 409
    assert client.submit(FINALISING, {}, to=FINALISING).status_code == 303
    states = {one.unit.code: one.state for one in db.scalars(select(Sheet))}
    assert states == {"34": "final", "35": "reviewed", "95": "draft", "96": "draft"}


# ---- councils ----


def test_council_is_made_with_ticked_scope_only(client: Client, db: Session, world: World) -> None:
    assert world.council is not None
    world.council.codes = ["I.1", "I.2"]
    client.sign_in("department")
    page = client.page(COUNCILS)
    assert "Hội đồng thẩm định" in page.text
    form = next(form for form in client.page(f"{COUNCILS}/new").forms if not form.in_frame)
    assert "codes" not in form.values
    assert "clusters" not in form.values
    outsider = str(world.people["outsider"].id)
    values = {
        "name": "Tổ số 2",
        "method": "single",
        "clusters": [str(world.clusters[1].id)],
        "codes": ["II.1", "II.2"],
        "members": [outsider],
        "chair": outsider,
    }
    assert client.submit(f"{COUNCILS}/new", {**values, "codes": []}).status_code == 422
    overlap = client.submit(f"{COUNCILS}/new", {**values, "codes": ["I.1"]})
    assert overlap.status_code == 422
    assert "đã thuộc phạm vi của Hội đồng thẩm định" in overlap.text
    assert client.submit(f"{COUNCILS}/new", values).status_code == 303
    made = db.scalars(select(Council).where(Council.name == "Tổ số 2")).one()
    assert (made.codes, made.method, made.cluster_ids) == (["II.1", "II.2"], "single", {world.clusters[1].id})


def test_council_changed_meanwhile_shows_both_versions(client: Client, db: Session, world: World) -> None:
    assert world.council is not None
    address = f"/councils/{world.council.id}"
    client.sign_in("department")
    values = next(form for form in client.page(address).forms if not form.in_frame).values
    assert client.submit(address, {"name": "Hội đồng A"}).status_code == 303
    refused = client.post(address, data={**values, "name": "Hội đồng B"})
    assert refused.status_code == 409
    assert "Hội đồng A" in refused.text
    assert 'value="Hội đồng B"' in refused.text
    db.refresh(world.council)
    assert world.council.name == "Hội đồng A"


def test_councils_are_managed_by_the_department_only(client: Client, world: World) -> None:
    assert world.council is not None
    for name in ("leader", "auditor", "chair", "admin"):
        client.sign_in(name)
        assert client.get(f"/councils/{world.council.id}").status_code == 403
        assert client.post(f"{COUNCILS}/new", data={"name": "x"}).status_code == 403


# ---- exclusions ----


def test_exclusion_is_recorded_and_lifted(client: Client, db: Session, world: World) -> None:
    client.sign_in("department")
    refused = client.submit(EXCLUSIONS, {"unit": str(world.sheets["34"].id), "ground": "X.1", "note": ""})
    assert refused.status_code == 422
    answer = client.submit(EXCLUSIONS, {"unit": str(world.sheets["34"].id), "ground": "X.1", "note": "Kết luận 12."})
    assert answer.status_code == 303
    found = db.scalars(select(Exclusion)).one()
    assert (found.sheet_id, found.ground, found.note) == (world.sheets["34"].id, "X.1", "Kết luận 12.")
    lifting = f"/exclusions/{found.id}/lift"
    assert client.submit(lifting, {"reason": ""}).status_code == 422
    assert client.submit(lifting, {"reason": "Hết hiệu lực."}).status_code == 303
    page = client.page(EXCLUSIONS)
    assert "Kết luận 12." in page.text
    assert "Hết hiệu lực." in page.text


def test_exclusion_needs_a_unit_of_this_period(client: Client, db: Session, world: World) -> None:
    client.sign_in("department")
    for unit in ("", "99999", "x"):
        refused = client.post(EXCLUSIONS, data={"unit": unit, "ground": "X.1", "note": "x"})
        assert refused.status_code == 422
    assert list(db.scalars(select(Exclusion))) == []


# ---- the next round ----


def test_new_period_says_what_it_creates(client: Client, db: Session, world: World) -> None:
    client.sign_in("department")
    page = client.page(NEW)
    assert "4 phiếu trống, mỗi đơn vị một phiếu, theo tên hiện nay" in page.text
    taken = client.submit(NEW, {"code": "2021-2022"})
    assert taken.status_code == 422
    assert "Đã có kỳ đánh giá 2021-2022." in taken.text
    answer = client.submit(NEW, {})
    assert (answer.status_code, answer.location) == (303, "/periods/2022-2023/times")
    period = db.scalars(select(Period).where(Period.code == "2022-2023")).one()
    assert (period.title, period.phase) == ("Năm học 2022-2023", Phase.PREPARING)
    assert len(list(db.scalars(select(Sheet).where(Sheet.period_id == period.id)))) == 4
    assert client.page("/periods/2022-2023/board").h1 == "Kỳ đánh giá năm học 2022-2023"
