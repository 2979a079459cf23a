"""A submitted sheet comes back twice: the officer corrects what was returned, the director reads what changed, and the
ministry sees it; what the unit says inside stays inside."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from playwright.sync_api import Page, expect
from sqlalchemy.orm import Session

from emulation.config import Settings
from tests import files
from tests.filling import to_submitted
from tests.journeys.browsers import Visitors, arrive
from tests.world import PASSWORD, World

pytestmark = pytest.mark.any_database
SAVED = re.compile(r"Đã lưu \d\d:\d\d")
SECRET = "Nhớ hỏi phòng Kế hoạch trước."


def press(page: Page, button: str) -> None:
    """Press a button that leads to another page."""
    with page.expect_navigation():
        page.get_by_role("button", name=button).first.click()


def row_of(page: Page, table: str, code: str) -> str:
    """The words of a line in a table of changes."""
    return " ".join(page.locator(f"#{table} tbody tr").filter(has_text=code).first.inner_text().split())


def test_returned_lines_are_corrected_signed_and_read_again(
    db: Session, world: World, site: Flask, visitors: Visitors, settings: Settings
) -> None:
    sheet = f"/sheets/{to_submitted(db, world, settings).id}"
    codes = list(world.criteria.by_code)

    # ---- the department returns two lines ----
    department = arrive(visitors, site, world.people["department"])
    department.goto(f"{sheet}/return")
    for code, reason in (("I.1", "Minh chứng thiếu trang có số liệu."), ("I.2", "Số liệu khác báo cáo.")):
        department.fill(f"#line{codes.index(code)}-reason", reason)
    department.fill("#note", "Đề nghị sửa sớm.")
    press(department, "Xem lại trước khi trả lại")
    press(department, "Trả lại 2 tiêu chí: I.1, I.2")

    # ---- the officer reads the reasons, can edit those lines and no other ----
    officer = arrive(visitors, site, world.people["unit_officer"])
    officer.goto("/")
    expect(officer.locator("main")).to_contain_text("Đề nghị sửa sớm.")
    expect(officer.locator("main")).to_contain_text("Bị trả lại, chưa sửa: Số liệu khác báo cáo.")
    officer.goto(f"{sheet}?open=II.1")
    expect(officer.locator("[id='II.1'] form[data-autosave]")).to_have_count(0)
    officer.goto(f"{sheet}?open=I.2")
    expect(officer.locator("[id='I.2'] .returned")).to_contain_text("Số liệu khác báo cáo.")
    officer.fill("#value", "95")
    officer.keyboard.press("Tab")
    expect(officer.locator("[data-autosave-status]")).to_have_text(SAVED)
    officer.locator("[id='I.2'] summary").filter(has_text="Trao đổi nội bộ").click()
    officer.locator("[id='I.2'] .talk textarea").last.fill(SECRET)
    press(officer, "Gửi trao đổi")
    expect(officer.locator("[id='I.2'] .thread")).to_contain_text(SECRET)
    officer.goto(f"{sheet}?open=I.1")
    officer.fill("[id='I.1'] input[name=place]", "tr. 9")  # with evidence only
    officer.keyboard.press("Tab")
    expect(officer.locator("[data-autosave-status]")).to_have_text(SAVED)
    officer.goto(f"{sheet}/send")
    assert "Tỷ lệ đúng hạn: 91,5 % Tỷ lệ đúng hạn: 95 %" in row_of(officer, "changes-return", "I.2")
    assert "đổi trang, mục của “Bao cao I.1”" in row_of(officer, "changes-return", "I.1")
    expect(officer.locator("main")).to_contain_text(SECRET)
    press(officer, "Trình Unit director ký")

    # ---- the director sends back with a remark on one line, then signs ----
    director = arrive(visitors, site, world.people["unit_director"])
    director.goto(f"{sheet}/sign")
    assert "Số liệu khác báo cáo." in row_of(director, "changes-return", "I.2")
    director.locator("#lines summary").filter(has_text=re.compile(r"Ghi ý kiến I\.2$")).click()
    director.fill("[name='remark-I.2']", "Lấy số của quý IV.")
    press(director, "Trả lại để sửa")
    officer.goto(f"{sheet}?open=I.2")
    expect(officer.locator("main")).to_contain_text("Xem ý kiến ở từng tiêu chí: I.2.")
    expect(officer.locator("[id='I.2'] .thread")).to_have_count(2)
    officer.fill("#value", "96")
    officer.keyboard.press("Tab")
    expect(officer.locator("[data-autosave-status]")).to_have_text(SAVED)
    officer.goto(f"{sheet}/send")
    press(officer, "Trình Unit director ký")
    officer.goto(f"{sheet}/scans")
    scan = {"name": "Phiếu đã ký.pdf", "mimeType": "application/pdf", "buffer": files.PDF}
    officer.set_input_files("#file", scan)
    press(officer, "Gắn bản quét")
    director.goto(f"{sheet}/sign")
    assert "Tỷ lệ đúng hạn: 95 % Tỷ lệ đúng hạn: 96 %" in row_of(director, "changes-send_back", "I.2")
    expect(director.locator("main")).to_contain_text("Phiếu chưa thay đổi từ khi gắn")
    director.fill("#password", PASSWORD)
    press(director, "Ký và nộp về Bộ")
    expect(director.locator("main")).to_contain_text("Nội dung đang lưu đúng với bản đã nộp.")

    # ---- the department reads what changed, and nothing that was said inside ----
    department.goto(f"{sheet}/reception")
    assert "Tỷ lệ đúng hạn: 91,5 % Tỷ lệ đúng hạn: 96 %" in row_of(department, "changes-return", "I.2")
    assert "đổi trang, mục của “Bao cao I.1”" in row_of(department, "changes-return", "I.1")
    expect(department.locator("main")).to_contain_text("Phiếu đã ký.pdf")
    for words in (SECRET, "Lấy số của quý IV.", "Xem ý kiến ở từng tiêu chí"):
        expect(department.locator("main")).not_to_contain_text(words)
    press(department, "Tiếp nhận phiếu")
