"""A large file over a bad line: pieces, a broken connection, a reload, the same file chosen again. New, or newer."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Route, expect
from sqlalchemy import select
from sqlalchemy.orm import Session

from emulation.config import Settings
from emulation.models import Citation, Evidence, EvidenceRevision
from emulation.services.evidence import attach, describe, load_evidence_to_change
from tests import files
from tests.filling import loaded, now
from tests.journeys.browsers import Visitors, arrive, fresh
from tests.world import World

pytestmark = pytest.mark.any_database


def test_upload_goes_on_after_a_broken_line_and_a_reload(
    db: Session, world: World, settings: Settings, site: Flask, visitors: Visitors, tmp_path: Path
) -> None:
    large = tmp_path / "Báo cáo lớn.pdf"
    large.write_bytes(files.PDF + bytes(5 * 1024 * 1024))
    sent: list[str] = []
    officer = arrive(visitors, site, world.people["unit_officer"])
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


def test_newer_file_goes_on_after_a_broken_line_and_a_colleague(
    db: Session, world: World, settings: Settings, site: Flask, visitors: Visitors, tmp_path: Path
) -> None:
    folder, colleague = Path(settings.evidence_dir), world.actor("unit_director")
    document = attach(
        db, colleague, loaded(db, world), folder=folder, file=BytesIO(files.PDF), file_name="cu.pdf", largest_mib=1,
        now=now(),
    ).evidence  # fmt: skip
    db.commit()
    large, wrong = tmp_path / "moi.pdf", tmp_path / "nham.pdf"
    large.write_bytes(files.PDF + bytes(5 * 1024 * 1024))
    wrong.write_bytes(files.PDF + b"2")
    officer = arrive(visitors, site, world.people["unit_officer"])
    officer.goto(f"/evidence/{document.id}/replace")

    def cut(route: Route) -> None:
        if route.request.url.endswith("offset=0"):
            route.continue_()
        else:
            route.abort("internetdisconnected")

    officer.route("**/uploads/*?offset=*", cut)
    for file in (wrong, large):  # there is one file, the one that was chosen last
        officer.set_input_files("#files", file)
    expect(officer.locator(".upload-queue b")).to_have_text("moi.pdf")
    officer.click("main >> text=Thay tệp")
    expect(officer.locator(".upload-queue .state")).to_contain_text("Mất kết nối, sẽ tự tải tiếp từ 39 %")
    officer.unroute("**/uploads/*?offset=*")
    officer.reload()
    expect(officer.locator(".upload-queue")).to_contain_text("Đang tải dở, chọn lại tệp này để tải tiếp:")

    fresh(db)
    theirs = load_evidence_to_change(db, document.id)
    assert theirs is not None
    said = {"title": "Tên của bạn", "document_number": "", "issued_on": None, "issuer": ""}
    describe(db, colleague, theirs, **said, version=1, now=now())
    db.commit()
    sent: list[str] = []
    officer.on("request", lambda one: "offset=" in one.url and sent.append(one.url.partition("offset=")[2]))
    officer.set_input_files("#files", large)
    officer.click("main >> text=Thay tệp")
    refused = officer.locator(".upload-queue .text-bad")
    expect(refused).to_contain_text("Unit director đã sửa thông tin của “Tên của bạn” lúc ")
    officer.click(".upload-queue >> text=Thử lại")
    expect(officer.locator(".flashes")).to_contain_text("Đã thay tệp của “Tên của bạn”; bản cũ vẫn được giữ.")
    expect(officer.locator("#document")).to_contain_text("Bản 1: cu.pdf")

    fresh(db)
    assert sent == ["2097152", "4194304"]  # each piece once
    assert db.scalars(select(Evidence.size)).all() == [large.stat().st_size]
    assert db.scalars(select(EvidenceRevision.file_name)).all() == ["cu.pdf"]
