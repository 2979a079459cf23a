"""One whole round in a real browser, from the first figure typed to the certificate that a stranger checks."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Page, expect
from sqlalchemy import select
from sqlalchemy.orm import Session

from emulation.domain.scoring import Scorer, score
from emulation.models import Certificate, Entry, Result, Sheet
from emulation.services import marks
from emulation.services.reviews import lines_of_sheet
from emulation.services.sheets import save_entry
from tests import files
from tests.filling import loaded
from tests.finished import QUALITY, TOTALS, finish_sheet
from tests.journeys.browsers import PHONE, Visitors, arrive, fresh
from tests.reviewing import SELF
from tests.world import FULL_ENTRIES, PASSWORD, World

STATUS = "[data-autosave-status]"
SAVED = re.compile(r"Đã lưu \d\d:\d\d")
TYPED = ("I.1", "I.3", "II.1", "II.3")  # two figures, points, one of several, some of several
REASON = "Thiếu văn bản tham mưu về học trực tuyến."


def shown(points: Decimal) -> str:
    """Points as the pages show them."""
    return f"{points:.2f}".replace(".", ",")


def open_row(page: Page, sheet: int, code: str) -> None:
    page.goto(f"/sheets/{sheet}?open={code}")


def enter(page: Page, code: str) -> None:
    """Fill in the open row as FULL_ENTRIES has it."""
    for name, value in FULL_ENTRIES[code].items():
        if name in ("level", "met"):
            for choice in value if isinstance(value, list) else ["1" if value is True else value]:
                page.check(f"input[name={name}][value='{choice}']")
        else:
            page.fill(f"#{name}", str(value))
    page.keyboard.press("Tab")


def fill_row(page: Page, code: str, points: str) -> None:
    """Fill in the open row, wait until it is saved, and see the points and how they follow."""
    enter(page, code)
    expect(page.locator(STATUS)).to_have_text(SAVED)
    expect(page.locator(f"[id='points-{code}'] b")).to_have_text(points)
    expect(page.locator(f"[id='working-{code}']")).to_contain_text(points)


def upload(page: Page, code: str) -> None:
    """Choose a PDF in the open row and wait for its chip."""
    page.set_input_files(
        "#files", {"name": f"Báo cáo {code}.pdf", "mimeType": "application/pdf", "buffer": files.PDF + code.encode()}
    )
    expect(page.locator(f"[id='chips-{code}']")).to_contain_text(f"H1.{code}.01")


def agree(page: Page, button: str) -> None:
    """Press a button that asks first, and agree."""
    page.locator("main button, .sheet-footer button").filter(has_text=button).first.click()
    with page.expect_navigation():
        page.get_by_role("dialog").locator(".btn-primary").click()


def press(page: Page, button: str) -> None:
    """Press a button that leads to another page."""
    with page.expect_navigation():
        page.locator("main button, .sheet-footer button").filter(has_text=button).first.click()


def to_next_phase(page: Page, code: str) -> None:
    page.goto(f"/periods/{code}/next-phase")
    press(page, "Chuyển từ")


@pytest.mark.timeout(240)  # a minute on a quiet machine
@pytest.mark.db
def test_round_from_the_first_figure_to_the_certificate(
    db: Session, world: World, site: Flask, visitors: Visitors
) -> None:
    sheet, period = world.sheets["34"].id, world.period.code
    own = score(world.criteria, FULL_ENTRIES).total

    # ---- the officer fills in the sheet ----
    officer = visitors.sign_in("unit_officer")
    expect(officer.locator("h1")).to_be_visible()
    missing = officer.locator("#missing-short")
    open_row(officer, sheet, "I.1")
    expect(missing).to_contain_text("8 tiêu chí")
    left = []
    for code in FULL_ENTRIES:
        open_row(officer, sheet, code)
        fill_row(officer, code, shown(Decimal(SELF[code])))
        if code in ("I.1", "I.3"):
            upload(officer, code)
        left.append(missing.inner_text())
    assert len(set(left)) > 7, left
    assert left[-1] == ""
    expect(officer.locator("#total")).to_have_text(shown(own))
    with officer.expect_navigation():
        officer.get_by_role("link", name="Trình lãnh đạo ký").click()
    expect(officer.locator("h1")).to_have_text("Kiểm tra lại trước khi trình ký")
    expect(officer.locator("main")).to_contain_text(shown(own))
    press(officer, "Trình Unit director ký")

    # ---- the director signs ----
    director = arrive(visitors, site, world.people["unit_director"])
    director.goto(f"/sheets/{sheet}/sign")
    expect(director.locator("main")).to_contain_text(shown(own))
    director.fill("#password", "không phải mật khẩu")
    press(director, "Ký và nộp về Bộ")
    expect(director.locator("#password-error")).to_be_visible()
    director.fill("#password", PASSWORD)
    press(director, "Ký và nộp về Bộ")
    expect(director.locator("h1")).to_have_text("Biên nhận nộp phiếu tự chấm điểm")
    expect(director.locator("main")).to_contain_text("Nội dung đang lưu đúng với bản đã nộp.")

    # ---- the department receives; the other units were quicker ----
    department = arrive(visitors, site, world.people["department"])
    department.goto(f"/periods/{period}/inbox")
    with department.expect_navigation():
        department.get_by_role("link", name="Xem và tiếp nhận").click()
    press(department, "Tiếp nhận phiếu")
    fresh(db)
    for code in ("35", "95", "96"):
        finish_sheet(db, world, code, QUALITY[code])
    to_next_phase(department, period)

    # ---- the council marks: 7,5, 8 and the declared 8,5 for I.3 ----
    mark_sheet(arrive(visitors, site, world.people["member"]), sheet, "7,5")
    chair = arrive(visitors, site, world.people["chair"])
    mark_sheet(chair, sheet, "8")
    fresh(db)
    mark_as_declared(db, world, "second_member", world.sheets["34"])

    # ---- the chair settles ----
    chair.goto(f"/sheets/{sheet}/verdicts")
    expect(chair.locator("[id='points-I.3']")).to_have_value("8,00")
    chair.fill("[id='points-I.3']", "7,75")
    chair.fill("[id='reason-I.3']", "")
    agree(chair, "Kết luận phiếu này")
    expect(chair.locator("[id='reason-I.3-error']")).to_be_visible()
    expect(chair.locator("[id='points-I.3']")).to_have_value("7,75")
    chair.fill("[id='reason-I.3']", REASON)
    agree(chair, "Kết luận phiếu này")
    expect(chair.locator("main")).to_contain_text("Phiếu này đã được kết luận.")

    # ---- the unit explains, the chair gives back half a point ----
    to_next_phase(department, period)
    officer.goto(f"/sheets/{sheet}/explanations")
    officer.fill("[id='text-I.3']", "Văn bản số 15 ngày 02/06/2022 đã gửi kèm.")
    press(officer, "Gửi giải trình")
    chair.goto(f"/sheets/{sheet}/explanations")
    expect(chair.locator("main")).to_contain_text("Văn bản số 15 ngày 02/06/2022 đã gửi kèm.")
    chair.get_by_label("Đổi thành").check()
    chair.fill("[id='points-I.3']", "8,25")
    chair.fill("[id='answer-I.3']", "Đã xem văn bản số 15.")
    press(chair, "Gửi trả lời")
    expect(chair.locator("main")).to_contain_text("Đã đổi điểm")

    # ---- the department closes and publishes ----
    to_next_phase(department, period)
    department.goto(f"/periods/{period}/finalising")
    press(department, "Chốt 1 phiếu")
    department.goto(f"/periods/{period}/publish")
    press(department, "Công bố và khóa kết quả của 4 đơn vị")
    department.goto(f"/periods/{period}/ranking")
    fresh(db)
    result = db.scalars(select(Result)).one()
    expect(department.locator("main")).to_contain_text("Kết quả đã khóa.")
    expect(department.locator("main")).to_contain_text(result.sha256[:12])

    # ---- everybody sees the ranking ----
    given = SELF | {"I.3": "8.25", "II.5": "4"}
    official = Scorer(world.criteria).score_points({code: Decimal(points) for code, points in given.items()}).total
    leader = arrive(visitors, site, world.people["leader"])
    leader.goto(f"/periods/{period}/ranking?scope=nationwide")
    totals = {"Thái Bình": official} | {
        world.sheets[code].short_name: Decimal(TOTALS[code]) for code in ("35", "95", "96")
    }
    expected = sorted(totals.items(), key=lambda pair: -pair[1])
    rows = [
        [cell.strip() for cell in row.locator("td, th").all_inner_texts()]
        for row in leader.locator("table.ranking tbody tr").all()
    ]
    assert [(row[0], row[1].split(" cụm")[0].strip(), row[2]) for row in rows] == [
        (str(rank), name, shown(total)) for rank, (name, total) in enumerate(expected, 1)
    ]
    expect(leader.locator("#leads .main-svg").first).to_be_visible()
    assert leader.locator("#leads .scatterlayer .point, #leads .barlayer .point").count() >= 4
    officer.goto(f"/sheets/{sheet}/result")
    expect(officer.locator("main")).to_contain_text(shown(official))
    expect(officer.locator("main")).to_contain_text(REASON)

    # ---- an award, its certificate, and a stranger who checks it ----
    department.goto(f"/periods/{period}/awards")
    press(department, "Tạo danh mục mặc định")
    with department.expect_navigation():
        department.get_by_role("link", name="Xét và ghi quyết định").first.click()
    department.fill("#number", "2386/QĐ-BGDĐT")
    department.fill("#issued_on", datetime.now(UTC).strftime("%d/%m/%Y"))
    press(department, "Ghi quyết định cho 2 đơn vị")
    with department.expect_download() as download:
        department.get_by_role("button", name="In 2 bằng còn hiệu lực").click()
    assert Path(download.value.path()).read_bytes().startswith(b"%PDF")
    fresh(db)
    winner = expected[0][0] if expected[0][0] in ("Thái Bình", "Hà Nam") else "Thái Bình"
    unit = next(one for one in world.units.values() if one.short_name == winner)
    certificate = db.scalars(select(Certificate).where(Certificate.unit_id == unit.id)).one()
    stranger = visitors.come(viewport=PHONE)
    stranger.goto("/check")
    stranger.fill("#code", certificate.check_code.lower().replace("-", " "))
    press(stranger, "Tra cứu")
    expect(stranger.locator("h1")).to_have_text("Cờ thi đua của Bộ Giáo dục và Đào tạo")
    expect(stranger.locator("main")).to_contain_text("Còn hiệu lực")
    expect(stranger.locator("main")).to_contain_text(certificate.recipient)
    expect(stranger.locator("main")).to_contain_text("2386/QĐ-BGDĐT")


def mark_as_declared(db: Session, world: World, name: str, sheet: Sheet) -> None:
    """Somebody marks without a browser: every line as declared, 4 for the ministry's."""
    actor, now = world.actor(name), datetime.now(UTC)
    for line in lines_of_sheet(db, world.people[name], sheet):
        if line.code == "II.5":
            marks.mark(db, actor, sheet, code=line.code, points=Decimal(4), now=now)
        elif line.is_open_task:
            marks.accept(db, actor, sheet, code=line.code, now=now)
    marks.finish(db, actor, sheet, now=now)
    db.commit()


def mark_sheet(page: Page, sheet: int, points: str) -> None:
    """Accept what is unremarkable, look at the rest, give `points` for I.3 with a reason, 4 for the ministry's line."""
    page.goto(f"/sheets/{sheet}/review")
    agree(page, "dòng không có lưu ý")
    for row in page.locator(".mark-row[data-key-row]").all():
        code = row.get_attribute("id")
        state = row.locator(".mark-state")
        if code == "II.5":
            row.locator(".points-input").fill("4")
            row.locator(".points-input").press("Enter")
            expect(state).to_have_text("đã chấm")
        elif code == "I.3":
            row.locator(".points-input").fill(points)
            row.locator(".reason-input").fill(REASON)
            row.locator(".reason-input").press("Enter")
            expect(state).to_have_text("khác tự chấm")
        elif "open" in (state.get_attribute("class") or "") and row.locator("[data-autosave-fill]").count():
            row.locator("[data-autosave-fill]").click()
            if code in SELF:
                expect(state).to_have_text("như tự chấm")
    expect(page.locator(STATUS)).to_have_text(SAVED)
    expect(page.locator("#progress")).to_contain_text("đủ để hoàn thành")
    press(page, "Hoàn thành chấm phiếu này")


def test_sheet_is_filled_and_sent_without_javascript(db: Session, world: World, visitors: Visitors) -> None:
    sheet = world.sheets["34"].id
    officer = visitors.sign_in("unit_officer", java_script_enabled=False)
    open_row(officer, sheet, "I.2")
    officer.fill("#value", "8,5,1")
    press(officer, "Lưu I.2")
    expect(officer.locator("#value-error")).to_contain_text("8,5,1")
    expect(officer.locator("#value")).to_have_value("8,5,1")
    expect(officer.locator("#value")).to_have_attribute("aria-invalid", "true")
    fresh(db)
    assert db.scalars(select(Entry)).all() == []

    for code in TYPED:
        open_row(officer, sheet, code)
        enter(officer, code)
        if code in ("I.1", "I.3"):
            officer.fill("#explanation", "Báo cáo đang chờ ký, bổ sung trước ngày 20/06/2022.")
        press(officer, f"Lưu {code}")
        expect(officer.locator(".flashes")).to_contain_text(f"Đã lưu tiêu chí {code}.")
    fresh(db)
    for code in FULL_ENTRIES.keys() - TYPED:
        save_entry(
            db,
            world.actor("unit_officer"),
            loaded(db, world),
            code=code,
            data=FULL_ENTRIES[code],
            now=datetime.now(UTC),
        )
    db.commit()
    officer.goto(f"/sheets/{sheet}/send")
    press(officer, "Trình Unit director ký")
    fresh(db)
    assert world.sheets["34"].state == "signing"


def test_row_is_filled_with_the_keyboard_alone(db: Session, world: World, site: Flask, visitors: Visitors) -> None:
    officer = arrive(visitors, site, world.people["unit_officer"])
    officer.goto(f"/sheets/{world.sheets['34'].id}")
    keys = officer.keyboard
    keys.press("Tab")
    expect(officer.locator(".skip-link")).to_be_focused()
    keys.press("Enter")
    focused = officer.locator(":focus")
    for _ in range(40):
        keys.press("Tab")
        if focused.inner_text().strip().startswith("Tỷ lệ báo cáo thống kê"):
            break
    keys.press("Enter")
    expect(officer.locator("#value")).to_be_focused()  # the row opens in place and is ready for typing
    keys.type("91,5")
    keys.press("Enter")
    expect(officer.locator(STATUS)).to_have_text(SAVED)
    expect(officer.locator("[id='points-I.2'] b")).to_have_text("3,00")
    expect(officer.locator("#value")).to_be_focused()  # saving takes nobody away
    keys.press("Alt+ArrowDown")
    expect(officer.locator("[id='I.3'] #points")).to_be_focused()
    keys.press("Escape")
    expect(officer.locator("[id='I.3'] .criterion-title a")).to_be_focused()
    fresh(db)
    assert [entry.data for entry in db.scalars(select(Entry))] == [{"value": "91.5"}]
