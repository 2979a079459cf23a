"""The sheet in a browser: rows in place, the keyboard alone, a line, a login or a storage that is gone."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Page, Route, expect
from sqlalchemy import select
from sqlalchemy.orm import Session

from emulation.models import Entry, Role
from emulation.services.actor import Actor
from emulation.services.sheets import load_sheet_to_change, save_entry
from tests.filling import now
from tests.journeys.browsers import Visitors, arrive, cookie_of, fresh
from tests.journeys.test_breaking import SAVED, STATUS, change, numbers_of
from tests.world import World, person

pytestmark = pytest.mark.any_database


def stored(db: Session) -> dict[str, Any]:
    """What unit 34 has declared, by criterion."""
    fresh(db)
    return {entry.code: entry.data for entry in db.scalars(select(Entry).order_by(Entry.id))}


@pytest.fixture
def officer(world: World, site: Flask, visitors: Visitors) -> Page:
    """The officer of unit 34 with the sheet in front of them."""
    page = arrive(visitors, site, world.people["unit_officer"])
    page.goto(f"/sheets/{world.sheets['34'].id}?section=I")
    return page


def open_code(page: Page) -> str | None:
    """The row that stands open."""
    return page.locator(".criterion.open").get_attribute("id")


def test_rows_are_filled_with_the_keyboard_alone_without_leaving_the_page(db: Session, officer: Page) -> None:
    officer.evaluate("window.same = true")
    officer.locator("[id='I.1'] .criterion-title a").focus()
    officer.keyboard.press("Enter")
    expect(officer.locator("#part")).to_be_focused()
    officer.keyboard.type("95")
    officer.keyboard.press("Tab")
    officer.keyboard.type("98")
    officer.keyboard.press("Alt+ArrowDown")
    expect(officer.locator("#value")).to_be_focused()
    expect(officer.locator("[id='points-I.1'] b")).to_have_text("9,69")
    officer.keyboard.type("91,5")
    expect(officer.locator("[id='working-I.2']")).to_contain_text("3,00 điểm")  # before it is saved
    officer.keyboard.press("Escape")
    expect(officer.locator(".criterion.open")).to_have_count(0)
    expect(officer.locator("[id='I.2'] .criterion-title a")).to_be_focused()
    assert officer.url.endswith("?section=I")
    expect(officer.locator("[id='points-I.2'] b")).to_have_text("3,00")
    officer.go_back()
    expect(officer.locator("#value")).to_have_value("91,5")
    assert officer.url.endswith("?section=I&open=I.2#I.2")
    officer.go_back()
    expect(officer.locator("#whole")).to_have_value("98")
    assert officer.evaluate("window.same") is True
    assert stored(db) == {"I.1": {"part": "95", "whole": "98"}, "I.2": {"value": "91.5"}}

    officer.goto(f"{officer.url.partition('?')[0]}?open=II.3")  # "none of them" goes with no other answer
    for value in ("a", "b", "-"):
        officer.locator(f"input[name=met][value='{value}']").check()
    expect(officer.locator("input[name=met]:checked")).to_have_count(1)
    officer.locator("input[name=met][value=b]").check()
    expect(officer.locator("[id='points-II.3'] b")).to_have_text("2,00")
    assert stored(db)["II.3"] == {"met": ["b"]}


def test_shape_of_an_explanation_is_put_in_and_never_over_typed_text(db: Session, officer: Page) -> None:
    officer.locator("[id='I.1'] .criterion-title a").click()
    officer.fill("#part", "95")
    officer.fill("#whole", "98")
    officer.get_by_text("Gợi ý cách viết").click()
    officer.get_by_role("button", name="Chèn vào diễn giải").click()
    shape = "Kết quả: 95/98 ≈ 96,94 %, 9,69 điểm\nSố liệu: Số thủ tục mức độ 4: 95; Tổng số thủ tục: 98\nMinh chứng: …"
    expect(officer.locator("#explanation")).to_have_value(shape)
    expect(officer.locator("[data-count-of]")).to_have_text(f"{len(shape)}/4000 ký tự")
    officer.fill("#explanation", "Kết quả: của tôi")
    officer.get_by_role("button", name="Chèn vào diễn giải").click()
    expect(officer.locator("#explanation")).to_have_value("Kết quả: của tôi\n" + shape.partition("\n")[2])
    expect(officer.locator(STATUS)).to_have_text(SAVED)


def test_several_rows_wait_while_the_line_is_down_and_are_sent_in_order(db: Session, officer: Page) -> None:
    officer.route("**/entries/**", lambda route: route.abort())
    officer.locator("[id='I.2'] .criterion-title a").click()
    officer.fill("#value", "91,5")
    officer.keyboard.press("Alt+ArrowDown")
    officer.fill("#points", "8")
    officer.keyboard.press("Escape")
    expect(officer.locator(STATUS)).to_have_text("Mất kết nối, 2 thay đổi đang chờ")
    assert numbers_of(officer) == 2
    officer.locator("[id='I.2'] .criterion-title a").click()  # still there, though the server does not know it
    expect(officer.locator("#value")).to_have_value("91,5")
    officer.context.set_offline(True)
    officer.locator("[id='I.1'] .criterion-title a").click()
    expect(officer.locator("[id='I.1']")).to_contain_text("Chưa mở được dòng này vì mất kết nối.")
    officer.unroute("**/entries/**")
    officer.context.set_offline(False)
    expect(officer.locator(STATUS)).to_have_text(SAVED)
    expect(officer.get_by_text("Chưa mở được dòng này vì mất kết nối.")).to_have_count(0)
    assert stored(db) == {"I.2": {"value": "91.5"}, "I.3": {"points": "8"}}
    assert numbers_of(officer) == 0


def test_late_answer_never_overwrites_newer_typing(db: Session, officer: Page) -> None:
    held: list[Route] = []
    officer.route("**/entries/**", lambda route: held.append(route) if not held else route.continue_())
    officer.locator("[id='I.2'] .criterion-title a").click()
    with officer.expect_request("**/entries/**"):
        change(officer, "#value", "91,5")
    officer.fill("#value", "95")
    held[0].continue_()
    officer.press("#value", "Tab")
    expect(officer.locator(STATUS)).to_have_text(SAVED)
    expect(officer.locator("#value")).to_have_value("95")
    assert stored(db) == {"I.2": {"value": "95"}}


def test_login_that_ran_out_goes_on_after_sign_in_elsewhere_but_never_as_somebody_else(
    db: Session, world: World, site: Flask, visitors: Visitors, officer: Page
) -> None:
    officer.locator("[id='I.2'] .criterion-title a").click()
    officer.context.clear_cookies()
    change(officer, "#value", "91,5")
    expect(officer.locator(STATUS)).to_contain_text("Phiên đăng nhập đã hết, 1 thay đổi đang chờ")
    officer.context.add_cookies([cookie_of(site, visitors.address, world.people["other_officer"])])
    officer.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    expect(officer.locator(STATUS)).to_contain_text("Trình duyệt này đang đăng nhập bằng tài khoản Other officer")
    elsewhere = officer.context.new_page()
    elsewhere.goto("/sheet")  # what is pending belongs to another account
    expect(elsewhere.locator(STATUS)).to_have_text("")
    assert stored(db) == {}
    officer.context.add_cookies([cookie_of(site, visitors.address, world.people["unit_officer"])])
    officer.evaluate("window.same = true")
    officer.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    expect(officer.locator(STATUS)).to_have_text(SAVED)
    assert officer.evaluate("window.same") is True
    assert stored(db) == {"I.2": {"value": "91.5"}}


def test_browser_that_keeps_nothing_says_so_and_saves_all_the_same(db: Session, officer: Page) -> None:
    officer.add_init_script(
        "Storage.prototype.setItem = () => { throw new DOMException('full', 'QuotaExceededError'); };"
    )
    officer.reload()
    officer.locator("[id='I.2'] .criterion-title a").click()
    officer.context.set_offline(True)
    change(officer, "#value", "91,5")
    expect(officer.locator(STATUS)).to_contain_text("đừng đóng trang này")
    officer.context.set_offline(False)
    expect(officer.locator(STATUS)).to_have_text(SAVED)
    assert stored(db) == {"I.2": {"value": "91.5"}}


def test_changes_of_a_colleague_appear_without_touching_what_is_typed(db: Session, world: World, officer: Page) -> None:
    officer.locator("[id='I.2'] .criterion-title a").click()
    officer.fill("#value", "95")
    other = person("le_thi_binh", Role.UNIT_OFFICER, world.units["34"])
    db.add(other)
    db.flush()
    sheet = load_sheet_to_change(db, world.sheets["34"].id)
    assert sheet is not None
    for code, data in (("I.2", {"value": "91"}), ("I.3", {"points": "8"})):
        save_entry(db, Actor(other), sheet, code=code, data=data, now=now())
    db.commit()
    officer.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    expect(officer.locator("[id='points-I.3'] b")).to_have_text("8,00")
    expect(officer.locator("#count-I")).to_have_text("2/3")
    expect(officer.locator("#value")).to_have_value("95")
    officer.keyboard.press("Escape")
    expect(officer.locator(STATUS)).to_contain_text("Người khác vừa sửa")
    officer.locator(f"{STATUS} a").click()
    expect(officer.locator(".two-versions")).to_contain_text("Le thi binh")
    assert stored(db) == {"I.2": {"value": "91"}, "I.3": {"points": "8"}}
