"""What people do to a program: two tabs, double clicks, stale pages, lost sessions and servers, wrong files."""

from __future__ import annotations

import re
import unicodedata

import pytest
from flask import Flask
from playwright.sync_api import Page, expect
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from emulation.config import Settings
from emulation.models import Certificate, Entry, Evidence, History, Verdict
from tests import files, filling, finished, reviewing
from tests.client import Client
from tests.journeys.browsers import LAPTOP, Profiles, Visitors, arrive, fresh, serving, sign_in
from tests.world import World

STATUS = "[data-autosave-status]"
SAVED = re.compile(r"Đã lưu \d\d:\d\d")
LONG = "Sở Giáo dục và Đào tạo tỉnh có tên dài nhất nước để thử trang phiếu, xếp hạng và giấy khen"


def declared(db: Session, code: str) -> object:
    """What is stored for a criterion of unit 34."""
    fresh(db)
    found = db.scalars(select(Entry).where(Entry.code == code)).one_or_none()
    return found.data if found else None


def change(page: Page, selector: str, value: str) -> None:
    """Type a figure and leave the field."""
    page.fill(selector, value)
    page.press(selector, "Tab")


def numbers_of(page: Page) -> int:
    """How many unsent changes the browser keeps."""
    found: int = page.evaluate("Object.keys(localStorage).filter(key => key.startsWith('autosave:')).length")
    return found


# ---- two people, two tabs ----


def test_two_tabs_with_the_same_row_show_both_versions(
    db: Session, world: World, site: Flask, visitors: Visitors
) -> None:
    first = arrive(visitors, site, world.people["unit_officer"])
    path = f"/sheets/{world.sheets['34'].id}?open=I.2"
    first.goto(path)
    second = first.context.new_page()
    second.goto(path)
    change(second, "#value", "95")
    expect(second.locator(STATUS)).to_have_text(SAVED)
    with first.expect_response("**/entries/**") as answer:
        change(first, "#value", "91,5")
    assert answer.value.status == 409
    both = first.locator(".two-versions")
    expect(both).to_contain_text("91,5")
    expect(both).to_contain_text("95")
    expect(first.locator("#value")).to_have_value("91,5")
    assert declared(db, "I.2") == {"value": "95"}
    both.get_by_role("button", name="Giữ bản của tôi").click()
    expect(first.locator(STATUS)).to_have_text(SAVED)
    assert declared(db, "I.2") == {"value": "91.5"}


def test_two_tabs_can_take_the_other_version(db: Session, world: World, site: Flask, visitors: Visitors) -> None:
    first = arrive(visitors, site, world.people["unit_officer"])
    path = f"/sheets/{world.sheets['34'].id}?open=I.2"
    first.goto(path)
    second = first.context.new_page()
    second.goto(path)
    change(second, "#value", "95")
    expect(second.locator(STATUS)).to_have_text(SAVED)
    change(first, "#value", "91,5")
    first.locator("[data-autosave-theirs]").click()
    expect(first.locator("#value")).to_have_value("95")
    assert numbers_of(first) == 0
    assert declared(db, "I.2") == {"value": "95"}


def test_second_submission_changes_nothing(client: Client, db: Session, world: World, settings: Settings) -> None:
    sheet = filling.to_signing(db, world, settings)
    client.sign_in("unit_director")
    page = client.page(f"/sheets/{sheet.id}/sign")
    form = next(form for form in page.forms if form.action.endswith("/submit"))
    values = {**form.values, "password": "mat-khau-thu-nghiem-2022"}
    assert client.post(form.action, data=values).status_code == 303
    acts = db.scalar(select(func.count()).select_from(History).where(History.act == "submit"))
    again = client.post(form.action, data=values)
    assert (again.status_code, again.location) == (303, f"/sheets/{sheet.id}/receipt")
    assert "Phiếu đã được ký và nộp từ lúc" in client.get(again.location).text
    assert client.post(form.action, data=values | {"seen": "0" * 64}).status_code == 409  # not what was submitted
    assert db.scalar(select(func.count()).select_from(History).where(History.act == "submit")) == acts == 1


def test_stale_settle_writes_nothing_twice(client: Client, db: Session, world: World) -> None:
    sheet = reviewing.under_review(db, world)
    reviewing.verdicts.reveal(db, world.actor("chair"), sheet, now=reviewing.now())
    db.commit()
    path = f"/sheets/{sheet.id}/verdicts"
    client.sign_in("chair")
    form = next(form for form in client.page(path).forms if form.action == path)
    given = {f"points-{code}": points for code, points in reviewing.SELF.items()} | {"points-II.5": "4"}
    reasons = {f"reason-{code}": "Theo hồ sơ." for code in (*reviewing.SELF, "II.5")}
    stale = {name: value if not name.startswith("version-") else "0" for name, value in form.values.items()}
    refused = client.post(path, data=stale | given | reasons)
    assert refused.status_code == 409
    assert db.scalars(select(Verdict)).all() == []
    assert client.post(path, data=form.values | given | reasons).status_code == 303
    count = db.scalar(select(func.count()).select_from(Verdict))
    assert client.post(path, data=form.values | given | reasons).status_code == 409
    assert db.scalar(select(func.count()).select_from(Verdict)) == count == 10


# ---- what is somebody else's ----


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("unit_officer", "/periods/2021-2022/board"),
        ("unit_officer", "/accounts"),
        ("unit_officer", "/sheets/{sheet}/sign"),
        ("unit_director", "/history"),
        ("other_officer", "/sheets/{sheet}"),
        ("other_officer", "/sheets/{sheet}/form.pdf"),
        ("other_director", "/sheets/{sheet}/receipt"),
        ("other_officer", "/evidence/{evidence}"),
        ("other_officer", "/evidence/{evidence}/preview"),
        ("outsider", "/evidence/{evidence}"),
        ("member", "/sheets/{sheet}/review"),  # not submitted yet
        ("cluster_leader", "/sheets/{sheet}"),
        ("admin", "/sheets/{sheet}"),
    ],
)
def test_what_is_not_yours_is_refused_in_a_sentence(
    name: str, path: str, client: Client, db: Session, world: World, settings: Settings
) -> None:
    sheet = filling.fill(db, world, settings)
    found = db.scalars(select(Evidence.id)).first()
    answer = client.sign_in(name).get(path.format(sheet=sheet.id, evidence=found))
    assert answer.status_code in (403, 404)
    assert answer.mimetype == "text/html"
    assert "Báo cáo" not in answer.text
    assert "Bao cao" not in answer.text


def test_another_units_sheet_cannot_be_saved(client: Client, db: Session, world: World) -> None:
    path = f"/sheets/{world.sheets['34'].id}/entries/I.2"
    assert client.sign_in("other_officer").post(path, data={"value": "91,5", "version": "0"}).status_code in (403, 404)
    assert declared(db, "I.2") is None


# ---- sessions and servers come to an end ----


def test_expired_session_keeps_the_text_and_saves_after_sign_in(
    db: Session, world: World, site: Flask, visitors: Visitors
) -> None:
    officer = arrive(visitors, site, world.people["unit_officer"])
    officer.goto(f"/sheets/{world.sheets['34'].id}?open=I.2")
    officer.context.clear_cookies()
    with officer.expect_response("**/entries/**") as answer:
        change(officer, "#value", "91,5")
    assert answer.value.status == 401
    expect(officer.locator(STATUS)).to_contain_text("Phiên đăng nhập đã hết, 1 thay đổi đang chờ")
    assert declared(db, "I.2") is None
    with officer.expect_navigation():
        officer.locator(f"{STATUS} a").click()
    assert "/sign-in" in officer.url
    sign_in(officer, "unit_officer", path=officer.url)
    expect(officer.locator("#value")).to_have_value("91,5")
    expect(officer.locator(STATUS)).to_have_text(SAVED)
    assert declared(db, "I.2") == {"value": "91.5"}
    assert numbers_of(officer) == 0


def test_stopped_server_loses_nothing(db: Session, world: World, profiles: Profiles, site: Flask) -> None:
    with serving(site) as address:
        visitors = Visitors(profiles, address)
        officer = arrive(visitors, site, world.people["unit_officer"])
        officer.goto(f"/sheets/{world.sheets['34'].id}?open=I.2")
    change(officer, "#value", "91,5")
    expect(officer.locator(STATUS)).to_contain_text("1 thay đổi đang chờ")
    assert numbers_of(officer) == 1
    assert declared(db, "I.2") is None
    with serving(site, int(address.rsplit(":", 1)[1])):
        expect(officer.locator(STATUS)).to_have_text(SAVED, timeout=20_000)
        visitors.leave()
    assert declared(db, "I.2") == {"value": "91.5"}
    assert visitors.complaints == []


def test_closed_tab_sends_what_was_left_when_the_sheet_is_opened_again(
    db: Session, world: World, site: Flask, visitors: Visitors
) -> None:
    officer = arrive(visitors, site, world.people["unit_officer"])
    path = f"/sheets/{world.sheets['34'].id}?open=I.2"
    officer.goto(path)
    officer.route("**/entries/**", lambda route: route.abort())
    change(officer, "#value", "91,5")
    expect(officer.locator(STATUS)).to_contain_text("1 thay đổi đang chờ")
    again = officer.context.new_page()
    officer.close()
    again.goto(f"/sheets/{world.sheets['34'].id}")
    expect(again.locator(STATUS)).to_have_text(SAVED)
    assert declared(db, "I.2") == {"value": "91.5"}


# ---- files that are not what they say ----


def test_wrong_files_are_refused_with_a_sentence(db: Session, world: World, site: Flask, visitors: Visitors) -> None:
    officer = arrive(visitors, site, world.people["unit_officer"])
    officer.goto(f"/sheets/{world.sheets['34'].id}?section=I")
    officer.locator("[id='I.1'] .criterion-title a").click()
    for name, content in (
        ("rong.pdf", b""),
        ("trang.pdf", files.HTML),
        ("anh.png", files.SVG),
        ("van-ban.pdf", files.TEXT),
        ("chuong-trinh.docx", b"MZ" + bytes(200)),
        ("macro.docx", files.HIDDEN_MACRO),
    ):
        officer.set_input_files("#files", {"name": name, "mimeType": "application/pdf", "buffer": content})
        expect(officer.locator(".upload-queue .text-bad").last).to_contain_text(f"“{name}”")
    expect(officer.get_by_role("button", name="Thử lại")).to_have_count(0)  # the same file would be refused again
    fresh(db)
    assert db.scalars(select(Evidence)).all() == []

    officer.fill("#explanation", "đang viết dở")
    officer.set_input_files("#files", {"name": "dung.pdf", "mimeType": "application/pdf", "buffer": files.PDF})
    expect(officer.locator(".evidence-list")).to_contain_text("dung")
    expect(officer.locator("[id='chips-I.1']")).to_contain_text("dung")
    expect(officer.locator("#explanation")).to_have_value("đang viết dở")
    expect(officer.locator(".upload-queue li")).to_have_count(6)  # what was refused can still be read


def test_huge_file_is_refused_with_a_sentence(client: Client, db: Session, world: World, settings: Settings) -> None:
    head = b'--x\r\nContent-Disposition: form-data; name="files"; filename="lon.pdf"\r\n\r\n'
    content = files.PDF + bytes((settings.largest_file_mib + 2) * 2**20)
    answer = client.sign_in("unit_officer").post(  # as bytes: the test client would leave a temporary file open
        f"/sheets/{world.sheets['34'].id}/evidence",
        data=head + content + b"\r\n--x--\r\n",
        content_type="multipart/form-data; boundary=x",
    )
    assert answer.status_code == 413
    assert f"{settings.largest_file_mib} MB" in answer.text
    assert db.scalars(select(Evidence)).all() == []


# ---- figures and letters ----


def test_figures_are_read_as_they_are_written(db: Session, world: World, site: Flask, visitors: Visitors) -> None:
    officer = arrive(visitors, site, world.people["unit_officer"])
    officer.goto(f"/sheets/{world.sheets['34'].id}?open=I.3")
    for typed in ("8,5", "8.5"):
        change(officer, "#points", typed)
        expect(officer.locator(STATUS)).to_have_text(SAVED)
        expect(officer.locator("[id='points-I.3'] b")).to_have_text("8,50")
        assert declared(db, "I.3") == {"points": "8.5"}
        change(officer, "#points", "7")
        expect(officer.locator("[id='points-I.3'] b")).to_have_text("7,00")
    change(officer, "#points", "8,5,1")
    expect(officer.locator("#points-error")).to_contain_text("8,5,1")
    expect(officer.locator("#points")).to_have_value("8,5,1")
    assert declared(db, "I.3") == {"points": "7"}


def test_vietnamese_letters_are_stored_composed(client: Client, db: Session, world: World) -> None:
    text = "Đã bổ sung văn bản của Sở"
    apart = unicodedata.normalize("NFD", text)
    assert apart != text
    answer = client.sign_in("unit_officer").post(
        f"/sheets/{world.sheets['34'].id}/entries/I.2",
        data={"value": "91,5", "version": "0", "explanation": apart},
    )
    assert answer.status_code == 303
    assert db.scalars(select(Entry.explanation)).one() == text


def test_long_name_stays_inside_sheet_ranking_and_certificate(
    db: Session, world: World, site: Flask, visitors: Visitors
) -> None:
    assert len(LONG) == 90
    sheet, unit = world.sheets["34"], world.units["34"]
    sheet.unit_name = unit.name = sheet.short_name = unit.short_name = LONG
    db.commit()
    finished.granted(db, world)
    certificate = db.scalars(select(Certificate).where(Certificate.unit_id == unit.id)).one()
    assert certificate.recipient == LONG
    department = arrive(visitors, site, world.people["department"])
    for size in (LAPTOP, {"width": 390, "height": 844}, {"width": 320, "height": 640}):
        department.set_viewport_size(size)
        for path in (
            f"/sheets/{sheet.id}",
            f"/periods/{world.period.code}/ranking",
            f"/sheets/{sheet.id}/result",
            f"/check/{certificate.check_code}",
            f"/decisions/{certificate.decision_id}",
        ):
            department.goto(path)
            expect(department.locator("main")).to_contain_text(LONG)
            wide = department.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
            assert wide <= 0, (size, path, wide)
