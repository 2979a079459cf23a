"""Pages about figures that came from elsewhere: confirm, dispute, the same elsewhere, the department's load."""

from __future__ import annotations

import io
from datetime import UTC, datetime
from typing import Any

from flask import Flask
from openpyxl import load_workbook
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from emulation.domain.workflow import Phase, SheetState
from emulation.models import History, IndicatorValue, Stance
from emulation.services.offers import dispute
from emulation.services.sheets import save_entry
from emulation.web.takeover_view import disputes_in
from tests.bound import bind, bound_set, data_of, entries_of, load, sheet_of
from tests.client import Client, Form, Page, read
from tests.world import World


def form(page: Page, ending: str) -> Form:
    """The form of the page that goes there; a row may have the same button twice."""
    return next(one for one in page.forms if one.action.endswith(ending))


def send(client: Client, page: Page, ending: str, **values: Any) -> TestResponse:
    found = form(page, ending)
    return client.post(found.action, data={**found.values, **values})


def save(db: Session, world: World, code: str, data: dict[str, str]) -> None:
    save_entry(db, world.actor("unit_officer"), sheet_of(db, world), code=code, data=data, now=datetime.now(UTC))
    db.commit()


def test_a_row_shows_value_source_and_day_and_is_confirmed_with_one_click(
    client: Client, db: Session, world: World
) -> None:
    bind(db, world)
    load(db, world, ("34", "ty-le", "96,5"))
    client.sign_in("unit_officer")
    page = client.page(f"/sheets/{world.sheets['34'].id}?open=I.2")
    assert "Bộ có số 96,5 Cơ sở dữ liệu ngành, ngày 31/05/2022" in page.text
    assert "Số liệu Bộ đã có, chưa xác nhận" in page.text
    assert "1 tiêu chí chưa xác nhận" in page.text

    address = form(page, "/figures/confirm/I.2").action
    assert client.post(address.replace("I.2", "NOPE")).status_code == 422
    answer = send(client, page, "/figures/confirm/I.2")
    assert answer.status_code == 303
    assert entries_of(db, world)["I.2"].taken_from is None
    assert "đã xác nhận" in client.page(f"/sheets/{world.sheets['34'].id}?open=I.2").text


def test_a_dispute_shows_both_figures_to_the_unit_and_the_department(client: Client, db: Session, world: World) -> None:
    bind(db, world)
    load(db, world, ("34", "dat", "4"), ("34", "tong", "98"))
    client.sign_in("unit_officer")
    address = f"/sheets/{world.sheets['34'].id}/figures/dispute/I.1"
    answer = client.submit(address, {"part": "4", "whole": "97", "why": ""})
    assert answer.status_code == 422
    assert "Ghi rõ vì sao số của đơn vị khác số của Bộ." in answer.text
    assert client.submit(address, {"part": "4", "whole": "97", "why": "Đã bãi bỏ một thủ tục"}).status_code == 303
    assert data_of(db, world)["I.1"] == {"part": "4", "whole": "97"}

    row = client.page(f"/sheets/{world.sheets['34'].id}?open=I.1").text
    assert "đơn vị khai 97" in row
    assert "Đã bãi bỏ một thủ tục" in row
    client.sign_in("department")
    listed = client.page(f"/periods/{world.period.code}/indicators")
    assert "Đơn vị khai khác: 1" in listed.text
    assert "Đã bãi bỏ một thủ tục" in listed.text
    assert "Đã bãi bỏ một thủ tục" in client.page(f"/periods/{world.period.code}/indicators/values?indicator=tong").text
    file = client.get(f"/periods/{world.period.code}/indicators/values.xlsx")
    sheet = load_workbook(io.BytesIO(file.data)).active
    assert sheet is not None
    assert [[str(cell.value or "") for cell in row][2:9] for row in sheet.iter_rows(min_row=2)] == [
        ["dat", "Số thủ tục mức độ 4", "4", "Đồng ý", "", "", ""],
        ["tong", "Tổng số thủ tục", "98", "Khai khác, có lý do", "97", "I.1", "Đã bãi bỏ một thủ tục"],
    ]
    load(db, world, ("34", "tong", "97"))
    settled = client.page(f"/periods/{world.period.code}/indicators/values").text
    assert "đã giải quyết" in settled
    assert "trước đây: Bộ 98, đơn vị 97: Đã bãi bỏ một thủ tục" in settled


def test_a_dry_run_shows_each_figure_that_changes(client: Client, db: Session, world: World) -> None:
    bind(db, world)
    load(db, world, ("34", "ty-le", "96,5"))
    client.sign_in("department")
    page = client.page(f"/periods/{world.period.code}/indicators")
    assert 'placeholder="31/05/2022"' in client.get(f"/periods/{world.period.code}/indicators").text
    file = (io.BytesIO("Mã đơn vị;ty-le\n34;97\n".encode()), "so-lieu.csv")
    tried = send(client, page, "/indicators/plan", file=file, source="CSDL ngành", as_of="31/05/2022")
    assert ["Thái Bình", "Tỷ lệ đúng hạn ty-le", "96,5", "97", "Thay số chưa xác nhận"] in read(tried.text).rows


def test_a_save_answers_with_the_other_lines_that_took_the_figure(client: Client, db: Session, world: World) -> None:
    bind(db, world)
    client.sign_in("unit_officer")
    page = client.page(f"/sheets/{world.sheets['34'].id}?open=I.1")
    found = form(page, "/entries/I.1")
    answer = client.post(
        found.action, data={**found.values, "part": "4", "whole": "98"}, headers={"Accept": "application/json"}
    )
    assert answer.json is not None
    fragments = answer.json["fragments"]
    assert "Cũng dùng cho II.4." in fragments["takeover-I.1"]
    assert {"declared-II.4", "points-II.4", "mark-II.4"} <= set(fragments)
    assert data_of(db, world)["II.4"] == {"count": "4"}


def test_another_figure_elsewhere_is_named_with_one_click_to_use_the_same(
    client: Client, db: Session, world: World
) -> None:
    bind(db, world)
    save(db, world, "II.4", {"count": "3"})
    save(db, world, "I.1", {"part": "4", "whole": "98"})
    client.sign_in("unit_officer")
    page = client.page(f"/sheets/{world.sheets['34'].id}?open=I.1")
    assert "II.4 đang dùng số khác: số thủ tục mức độ 4 3." in page.text
    assert send(client, page, "/figures/same/I.1").status_code == 303
    assert data_of(db, world)["II.4"] == {"count": "4"}


def test_known_figures_stand_in_the_form_and_nowhere_else(client: Client, db: Session, world: World) -> None:
    bind(db, world)
    load(db, world, ("34", "tong", "98"))
    client.sign_in("unit_officer")
    page = client.page(f"/sheets/{world.sheets['34'].id}?open=I.1")
    assert form(page, "/entries/I.1").values["whole"] == "98"
    assert "Đã điền sẵn: tổng số thủ tục 98 (số liệu Bộ đã có). Số này chỉ được ghi khi lưu." in page.text
    assert data_of(db, world) == {}


def test_the_department_sees_a_dry_run_and_loads_what_it_saw(client: Client, db: Session, world: World) -> None:
    bind(db, world)
    client.sign_in("department")
    page = client.page(f"/periods/{world.period.code}/indicators")
    text = "Mã đơn vị;Mã chỉ tiêu;Giá trị\n34;ty-le;96,5\n34;la;1\n".encode()
    tried = send(
        client,
        page,
        "/indicators/plan",
        file=(io.BytesIO(text), "so-lieu.csv"),
        source="CSDL ngành",
        as_of="31/05/2022",
    )
    assert tried.status_code == 200
    plan = read(tried.text)
    assert "Không tiêu chí nào dùng, bỏ qua: la (1)" in plan.text
    assert db.scalars(select(IndicatorValue)).all() == []
    late = send(client, plan, "/indicators", seen="another")
    assert late.status_code == 409
    assert "Xem lại bản chạy thử rồi nạp." in late.text
    assert send(client, plan, "/indicators").status_code == 303
    db.expire_all()
    assert db.scalars(select(IndicatorValue)).one().stance == Stance.OFFERED
    assert data_of(db, world)["I.2"] == {"value": "96.5"}
    assert db.scalars(select(History).where(History.act == "load_indicators")).one().actor_name == "Department"


def test_a_wrong_file_is_told_cell_by_cell(client: Client, db: Session, world: World) -> None:
    bind(db, world)
    client.sign_in("department")
    page = client.page(f"/periods/{world.period.code}/indicators")
    text = "Mã đơn vị;Mã chỉ tiêu;Giá trị\n99;ty-le;96,5\n34;ty-le;x\n".encode()
    answer = send(
        client, page, "/indicators/plan", file=(io.BytesIO(text), "so-lieu.csv"), source="CSDL ngành", as_of="hôm qua"
    )
    assert answer.status_code == 422
    assert "“hôm qua” không phải là một ngày" in answer.text
    assert "dòng 3, cột C: “x” không phải là một số." in answer.text
    answer = send(
        client,
        page,
        "/indicators/plan",
        file=(io.BytesIO(text), "so-lieu.csv"),
        source="CSDL ngành",
        as_of="31/05/2022",
    )
    assert answer.status_code == 422
    assert "dòng 2, cột C: Kỳ này không có đơn vị mã “99”." in answer.text
    assert "dòng 3, cột C: “x” không phải là một số." in answer.text


def test_confirm_all_leaves_what_changed_since_it_was_seen(client: Client, db: Session, world: World) -> None:
    bind(db, world)
    load(db, world, ("34", "ty-le", "96"), ("34", "dat", "4"))
    client.sign_in("unit_officer")
    page = client.page(f"/sheets/{world.sheets['34'].id}/take-over")
    assert "Chưa xác nhận: 2 tiêu chí" in page.text
    load(db, world, ("34", "ty-le", "97"))
    assert send(client, page, "/take-over/confirm").status_code == 303
    assert {code: entry.taken_from for code, entry in entries_of(db, world).items()} == {
        "I.2": "ministry", "II.4": None,
    }  # fmt: skip


def test_what_differs_without_a_reason_is_named_before_sending_and_at_reception(
    client: Client, db: Session, world: World
) -> None:
    bind(db, world)
    save(db, world, "I.2", {"value": "91"})
    load(db, world, ("34", "ty-le", "96"))
    address = f"/sheets/{world.sheets['34'].id}"
    page = client.sign_in("unit_officer").page(f"{address}/send")
    assert "Tỷ lệ đúng hạn: Bộ có số 96, đơn vị khai 91" in page.text
    assert f"{address}/figures/dispute/I.2" in page.links
    why = {"value": "91", "why": "Theo báo cáo"}
    assert client.submit(f"{address}/figures/dispute/I.2", why).status_code == 303
    assert f"{address}/figures/dispute/I.2" not in client.page(f"{address}/send").links

    sheet, signer = sheet_of(db, world), world.actor("unit_director").user_id
    sheet.signed_by_id, sheet.submission_sha256, sheet.submitted_at = signer, "0" * 64, datetime.now(UTC)
    sheet.state = SheetState.SUBMITTED
    db.commit()
    said = "Bộ có số 96 (Cơ sở dữ liệu ngành, ngày 31/05/2022), đơn vị khai 91. Lý do của đơn vị: Theo báo cáo"
    assert said in client.sign_in("department").page(f"{address}/reception").text


def test_a_count_that_is_stored_as_a_number_is_the_same_figure(app: Flask, db: Session, world: World) -> None:
    bind(db, world)
    load(db, world, ("34", "dat", "9"))
    offered = {"dat": db.scalars(select(IndicatorValue)).one()}
    with app.test_request_context():
        found = [disputes_in(bound_set().by_code["II.4"], {"count": count}, offered) for count in (9, "9", 8)]
    assert [len(rows) for rows in found] == [0, 0, 1]


def test_reviewers_see_the_figure_of_the_ministry_beside_the_disputed_one(
    client: Client, db: Session, world: World
) -> None:
    bind(db, world)
    load(db, world, ("34", "dat", "4"), ("34", "tong", "98"))
    version, officer = entries_of(db, world)["I.1"].version, world.actor("unit_officer")
    now, own = datetime.now(UTC), {"part": "4", "whole": "97"}
    dispute(db, officer, sheet_of(db, world), code="I.1", data=own, reason="Đã bãi bỏ", version=version, now=now)
    sheet, signer = sheet_of(db, world), officer.user_id
    sheet.submitted_at = sheet.received_at = now
    sheet.signed_by_id, sheet.submission_sha256 = signer, "0" * 64
    sheet.state, world.period.phase = SheetState.RECEIVED, Phase.REVIEW
    db.commit()
    said = "Bộ có số 98 (Cơ sở dữ liệu ngành, ngày 31/05/2022), đơn vị khai 97. Lý do của đơn vị: Đã bãi bỏ"
    for who, address in (
        ("member", f"/sheets/{sheet.id}/review"),
        ("member", f"/periods/{world.period.code}/reviews/I.1?unit=34"),
        ("chair", f"/sheets/{sheet.id}/verdicts"),
    ):
        client.sign_in(who)
        assert said in client.page(address).text, address
