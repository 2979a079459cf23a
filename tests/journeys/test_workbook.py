"""The sheet in Excel in a real browser: down, filled, handed in, decided; axe on the page that no address leads to."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import expect
from sqlalchemy.orm import Session

from emulation.config import Settings
from tests.axe import wide_faults
from tests.documents.test_sheet_workbook import changed
from tests.filling import fill
from tests.journeys.browsers import PHONE, Visitors, arrive
from tests.services.test_sheet_imports import FIRST, save
from tests.world import World

pytestmark = pytest.mark.any_database


def test_workbook_goes_round(
    db: Session, world: World, settings: Settings, site: Flask, visitors: Visitors, tmp_path: Path
) -> None:
    fill(db, world, settings)
    page = arrive(visitors, site, world.people["unit_officer"])
    page.goto(f"/sheets/{world.sheets['34'].id}")
    page.get_by_text("Excel, bản in").click()
    with page.expect_download() as download:
        page.get_by_role("link", name="Tải Excel").click()
    file = tmp_path / download.value.suggested_filename
    raw = download.value.path().read_bytes()
    file.write_bytes(changed(raw, {("II.4", FIRST): 5, ("I.3", FIRST): 9.5}))
    db.rollback()  # a snapshot from before the visitor signed in
    save(db, world, "II.4", {"count": 4}, "Có quyết định kèm theo")

    page.get_by_role("link", name="Nộp Excel đã điền").click()
    page.set_input_files("#file", file)
    page.get_by_role("button", name="Đọc tệp").click()
    write = page.get_by_role("button", name="Ghi 1 tiêu chí và theo lựa chọn ở 1 tiêu chí")
    expect(write).to_be_visible()
    assert wide_faults(page, set()) == []
    page.set_viewport_size(PHONE)
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]

    write.click()
    expect(page.get_by_text("chọn một bản cho II.4")).to_be_visible()
    page.get_by_role("radio", name="Lấy bản Excel").check()
    write.click()
    expect(page.get_by_text("Đã ghi 2 tiêu chí từ Excel.")).to_be_visible()
