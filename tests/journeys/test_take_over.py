"""Taking over in a real browser: the department loads, the officer confirms, disputes, and starts from last year."""

from __future__ import annotations

import pytest
from flask import Flask
from playwright.sync_api import expect
from sqlalchemy.orm import Session

from emulation.config import Settings
from tests.bound import after_a_year
from tests.journeys.browsers import Visitors, arrive
from tests.world import World

pytestmark = pytest.mark.any_database
FILE = "Mã đơn vị;Mã chỉ tiêu;Giá trị\n34;ty-le;96,5\n34;dat;4\n".encode()


def test_figures_are_loaded_confirmed_disputed_and_taken_from_last_year(
    db: Session, world: World, settings: Settings, site: Flask, visitors: Visitors
) -> None:
    sheet = after_a_year(db, world, settings, is_bound=True).id
    desk = arrive(visitors, site, world.people["department"])
    desk.goto("/periods/2022-2023/indicators")
    desk.set_input_files("#figures-file", {"name": "so-lieu.csv", "mimeType": "text/csv", "buffer": FILE})
    desk.fill("#source", "Cơ sở dữ liệu ngành")
    desk.fill("#as_of", "31/05/2023")
    desk.get_by_role("button", name="Chạy thử").click()
    desk.get_by_role("button", name="Nạp 2 số liệu, điền 2 dòng").click()
    expect(desk.get_by_text("Đã nạp: 2 chỉ tiêu")).to_be_visible()

    page = arrive(visitors, site, world.people["unit_officer"])
    page.goto(f"/sheets/{sheet}?section=II")
    page.locator("#mark-II\\.4").get_by_role("button", name="Xác nhận II.4").click()
    expect(page.locator("#takeover-II\\.4")).to_contain_text("đã xác nhận")

    page.goto(f"/sheets/{sheet}?open=I.2")
    page.get_by_role("link", name="Không đồng ý, ghi lý do I.2").click()
    page.fill("#value", "91")
    page.fill("#why", "Tính đến ngày khác.")
    page.get_by_role("button", name="Ghi số của đơn vị").click()
    expect(page.locator("#takeover-I\\.2")).to_contain_text("đơn vị khai 91")

    page.goto(f"/sheets/{sheet}/take-over")
    page.get_by_label("Lấy II.2").uncheck()
    page.get_by_role("button", name="Xem trước phần đã chọn").click()
    page.get_by_role("button", name="Lấy 4 tiêu chí, 1 minh chứng").click()
    expect(page.get_by_text("Chưa xác nhận: 4 tiêu chí")).to_be_visible()
    page.get_by_role("button", name="Xác nhận cả 4 tiêu chí").click()
    expect(page.get_by_text("Từ phiếu năm học 2021-2022: 2 tiêu chí")).to_be_visible()

    desk.goto("/periods/2022-2023/indicators")
    expect(desk.get_by_text("Tính đến ngày khác.")).to_be_visible()
