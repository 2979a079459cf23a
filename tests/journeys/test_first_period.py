"""From an empty database to a unit that fills in its first row, in a real browser."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from playwright.sync_api import expect
from sqlalchemy import select
from sqlalchemy.orm import Session

from emulation.config import VIETNAM
from emulation.models import Entry, Role
from emulation.services.actor import Actor
from emulation.services.criteria import publish
from tests.journeys.browsers import Visitors, cookie_of, fresh
from tests.world import nine_kinds, person

pytestmark = pytest.mark.any_database
UNITS = "Mã đơn vị;Tên đơn vị;Tên ngắn;Cụm thi đua\n01;Sở GDĐT Hà Nội;Hà Nội;1\n04;Sở GDĐT Cao Bằng;Cao Bằng;2\n"


def day(days: int) -> str:
    """A time so many days from now, as people type it."""
    return (datetime.now(UTC).astimezone(VIETNAM) + timedelta(days=days)).strftime("08:00 %d/%m/%Y")


def test_ministry_starts_with_its_own_units(db: Session, site: Flask, visitors: Visitors) -> None:
    department, administrator = person("department", Role.DEPARTMENT), person("admin", Role.ADMIN)
    db.add_all([department, administrator])
    db.commit()
    desk = visitors.come()  # all three at one desk: styles and fonts are fetched once
    desk.context.add_cookies([cookie_of(site, visitors.address, department)])
    desk.goto("/")
    desk.get_by_role("link", name="Nạp danh sách").click()
    desk.set_input_files("#units-file", {"name": "don-vi.csv", "mimeType": "text/csv", "buffer": UNITS.encode()})
    desk.get_by_role("button", name="Chạy thử").click()
    desk.get_by_role("button", name="Thêm 2 đơn vị, sửa 0 đơn vị").click()
    expect(desk.get_by_role("link", name="Nhập hoặc soạn")).to_be_visible()
    fresh(db)
    publish(db, Actor(None), nine_kinds(), now=datetime.now(UTC))
    db.commit()
    desk.reload()
    desk.get_by_role("link", name="Lập kỳ đầu tiên").click()
    desk.get_by_role("button", name="Tạo kỳ với 2 đơn vị").click()
    desk.fill("#self_scoring-opens_at", day(-1))
    desk.fill("#self_scoring-closes_at", day(20))
    desk.get_by_role("button", name="Lưu thời gian").click()
    desk.get_by_role("link", name="Xem trước khi chuyển giai đoạn").click()
    desk.get_by_role("button", name="Chuyển từ “Chuẩn bị” sang “Tự chấm điểm”").click()

    admin = desk
    admin.context.add_cookies([cookie_of(site, visitors.address, administrator)])
    admin.goto("/")
    admin.locator("#units").get_by_role("link", name="Thêm tài khoản").first.click()
    admin.fill("#email", "cv@hanoi.example")
    admin.fill("#name", "Nguyễn Văn A")
    admin.get_by_role("button", name="Thêm và lấy mã kích hoạt").click()
    code = admin.locator("main").inner_text().partition("/activate/")[2].split()[0]

    officer = admin
    officer.context.clear_cookies()
    officer.goto(f"/activate/{code}")
    officer.fill("#password", "sen-tre-lua-mai-8823")
    officer.fill("#again", "sen-tre-lua-mai-8823")
    officer.get_by_role("button", name="Kích hoạt và đăng nhập").click()
    officer.get_by_role("link", name="Kê khai I.2").click()
    officer.fill("#value", "91,5")
    officer.press("#value", "Enter")
    expect(officer.locator("[id='points-I.2'] b")).to_have_text("3,00")
    fresh(db)
    assert db.scalars(select(Entry.data)).all() == [{"value": "91.5"}]
