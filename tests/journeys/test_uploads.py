"""A large file over a bad line: pieces, a broken connection, a reload, the same file chosen again."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Route, expect
from sqlalchemy import select
from sqlalchemy.orm import Session

from emulation.config import Settings
from emulation.models import Citation, Evidence
from tests import files
from tests.journeys.browsers import Visitors, fresh
from tests.world import World

pytestmark = pytest.mark.any_database


def test_upload_goes_on_after_a_broken_line_and_a_reload(
    db: Session, world: World, settings: Settings, visitors: Visitors, tmp_path: Path
) -> None:
    large = tmp_path / "Báo cáo lớn.pdf"
    large.write_bytes(files.PDF + bytes(5 * 1024 * 1024))
    sent: list[str] = []
    officer = visitors.sign_in("unit_officer")
    officer.goto(f"/sheets/{world.sheets['34'].id}/evidence")

    def cut(route: Route) -> None:
        sent.append(route.request.url.partition("offset=")[2])
        if len(sent) == 2:
            route.abort()
        elif len(sent) > 2:
            route.abort("internetdisconnected")
        else:
            route.continue_()

    officer.route("**/uploads/*?offset=*", cut)
    officer.set_input_files("#files", large)
    officer.click("#h-upload >> xpath=../.. >> text=Tải lên >> nth=-1")
    expect(officer.locator(".upload-queue .state")).to_contain_text("Mất kết nối, sẽ tự tải tiếp từ 39 %")

    officer.unroute("**/uploads/*?offset=*")
    officer.reload()
    expect(officer.locator(".upload-queue")).to_contain_text("Đang tải dở, chọn lại tệp này để tải tiếp:")
    sent.clear()
    officer.on("request", lambda one: "offset=" in one.url and sent.append(one.url.partition("offset=")[2]))
    posing = tmp_path / "anh.png"
    posing.write_bytes(files.SVG)
    officer.set_input_files("#files", [large, posing])
    officer.click("#h-upload >> xpath=../.. >> text=Tải lên >> nth=-1")
    expect(officer.locator(".upload-queue .text-ok")).to_have_text("Đã tải lên “Báo cáo lớn”.")
    expect(officer.locator(".upload-queue .text-bad")).to_contain_text("Tệp “anh.png” không thuộc loại được nhận")
    assert sent == ["2097152", "4194304", "0"]  # the first piece of the large file was there already

    officer.click("text=Xem trong kho")
    officer.fill("#documents-filter", "Ba\u0301o ca\u0301o lo\u031b\u0301n")  # typed on a Mac
    expect(officer.locator("[data-filter-status]")).to_have_text("1 trên 1")
    officer.click("#documents tbody a >> nth=0")
    expect(officer.locator("#document iframe")).to_be_visible()
    officer.keyboard.press("Escape")
    expect(officer.locator("#document")).to_have_count(0)
    fresh(db)
    assert db.scalars(select(Evidence.size)).all() == [large.stat().st_size]
    assert db.scalars(select(Citation)).all() == []
