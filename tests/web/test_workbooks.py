"""The sheet in Excel over the pages: download, hand in without scripts, decide, write."""

from __future__ import annotations

import io
from typing import Any

import pytest
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from emulation.config import Settings
from emulation.documents.sheet_layout import Column
from emulation.documents.sheet_workbook_read import open_workbook
from tests.client import Client, read
from tests.documents.test_sheet_workbook import changed
from tests.filling import fill, loaded, to_submitted
from tests.services.test_sheet_imports import export, save
from tests.world import World

FIRST = Column.FIRST


def look(client: Client, world: World, raw: bytes, name: str = "phieu.xlsx") -> TestResponse:
    """Hand a file in on the page."""
    path = f"/sheets/{world.sheets['34'].id}/workbook"
    return client.post(path, data={"file": (io.BytesIO(raw), name)}, content_type="multipart/form-data")


def write(client: Client, page: TestResponse, **more: str) -> TestResponse:
    """Press the button below the dry run."""
    form = next(form for form in read(page.text).forms if form.action.endswith("/apply"))
    return client.post(form.action, data={**form.values, **more}, csrf=False)


def declared(db: Session, world: World) -> dict[str, Any]:
    return {entry.code: entry.data for entry in loaded(db, world).entries}


@pytest.mark.parametrize("name", ["unit_officer", "unit_director", "leader", "auditor"])
def test_readers_of_a_sheet_download_its_workbook(client: Client, world: World, name: str) -> None:
    response = client.sign_in(name).get(f"/sheets/{world.sheets['34'].id}/workbook.xlsx")
    assert response.headers["Content-Disposition"] == 'attachment; filename="phieu-2021-2022-34.xlsx"'
    assert open_workbook(response.data).stamp.unit == "34"


def test_workbook_is_looked_at_then_written(client: Client, db: Session, world: World) -> None:
    raw = changed(export(db, world), {("II.4", FIRST): 3, ("I.2", FIRST): "91,5"})
    page = look(client.sign_in("unit_officer"), world, raw)
    assert page.status_code == 200
    assert "Ghi 2 tiêu chí vào phiếu" in page.text
    assert declared(db, world) == {}
    response = write(client, page)
    assert (response.status_code, response.headers["Location"]) == (303, f"/sheets/{world.sheets['34'].id}")
    assert declared(db, world) == {"I.2": {"value": "91.5"}, "II.4": {"count": "3"}}
    assert write(client, page).status_code == 303  # the button pressed twice
    assert "Không có gì để ghi; phiếu trên hệ thống giữ nguyên." in client.get(f"/sheets/{world.sheets['34'].id}").text


def test_old_workbook_without_changes_says_what_stays_online(client: Client, db: Session, world: World) -> None:
    raw = export(db, world)
    save(db, world, "II.4", {"count": 4})
    page = look(client.sign_in("unit_officer"), world, raw)
    assert page.status_code == 200
    assert "Không có gì để ghi; giữ bản mới trên hệ thống ở 1 tiêu chí." in page.text
    assert "khớp với phiếu trên hệ thống" not in page.text
    assert "Số sáng kiến: 4" in page.text
    assert not [form for form in read(page.text).forms if form.action.endswith("/apply")]
    assert "khớp với phiếu trên hệ thống" in look(client, world, export(db, world)).text


def test_wrong_cells_are_named_and_nothing_can_be_written(client: Client, db: Session, world: World) -> None:
    page = look(client.sign_in("unit_officer"), world, changed(export(db, world), {("I.2", FIRST): "8,5,1"}))
    assert page.status_code == 422
    assert "F8: “8,5,1” không phải là một số" in page.text
    assert not [form for form in read(page.text).forms if form.action.endswith("/apply")]


def test_no_file_and_a_foreign_file_are_refused_on_the_page(client: Client, world: World) -> None:
    client.sign_in("unit_officer")
    empty = client.post(f"/sheets/{world.sheets['34'].id}/workbook", data={})
    assert (empty.status_code, "Chọn một tệp." in empty.text) == (422, True)
    foreign = look(client, world, b"Ma,Diem\n", "phieu.xlsx")
    assert (foreign.status_code, "không phải bảng tính Excel" in foreign.text) == (422, True)


def test_conflict_is_decided_on_the_page(client: Client, db: Session, world: World, settings: Settings) -> None:
    fill(db, world, settings)
    raw = changed(export(db, world), {("II.4", FIRST): 5})
    save(db, world, "II.4", {"count": 4})
    page = look(client.sign_in("unit_officer"), world, raw)
    assert "Ghi theo lựa chọn ở 1 tiêu chí" in page.text
    undecided = write(client, page)
    assert (undecided.status_code, "chọn một bản cho II.4" in undecided.text) == (422, True)
    assert declared(db, world)["II.4"] == {"count": "4"}
    assert write(client, undecided, **{"choice-II.4": "workbook"}).status_code == 303
    assert declared(db, world)["II.4"] == {"count": "5"}


def test_change_meanwhile_shows_the_dry_run_again(
    client: Client, db: Session, world: World, settings: Settings
) -> None:
    fill(db, world, settings)
    page = look(client.sign_in("unit_officer"), world, changed(export(db, world), {("II.4", FIRST): 5}))
    save(db, world, "II.2", {"met": False})
    again = write(client, page)
    assert (again.status_code, "vừa thay đổi" in again.text) == (409, True)
    assert write(client, again).status_code == 303
    assert declared(db, world)["II.4"] == {"count": "5"}


def test_kept_file_of_somebody_else_cannot_be_written(client: Client, db: Session, world: World) -> None:
    page = look(client.sign_in("unit_officer"), world, changed(export(db, world), {("II.4", FIRST): 3}))
    kept = next(form for form in read(page.text).forms if form.action.endswith("/apply")).values["kept"]
    other = f"/sheets/{world.sheets['96'].id}/workbook/apply"
    client.sign_in("other_officer")
    assert client.post(other, data={"kept": kept}).status_code == 404
    assert client.post(other, data={"kept": "../../secret_key"}).status_code == 404
    assert look(client, world, b"").status_code == 403


def test_sheet_that_is_submitted_takes_no_workbook(
    client: Client, db: Session, world: World, settings: Settings
) -> None:
    sheet = to_submitted(db, world, settings).id
    page = client.sign_in("unit_officer").page(f"/sheets/{sheet}/workbook")
    assert "Không thể kê khai" in page.text
    assert not [form for form in page.forms if not form.in_frame]
    assert f"/sheets/{sheet}/workbook" not in client.page(f"/sheets/{sheet}").links
