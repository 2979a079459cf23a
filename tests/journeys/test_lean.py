"""The slider of the lean report in a real browser."""

from __future__ import annotations

from flask import Flask
from playwright.sync_api import expect
from sqlalchemy.orm import Session

from tests import finished
from tests.journeys.browsers import Visitors, arrive
from tests.world import World

LEAN = "/periods/2021-2022/lean"


def test_slider_asks_the_server_when_it_is_let_go(db: Session, world: World, site: Flask, visitors: Visitors) -> None:
    finished.publish(db, world)
    page = arrive(visitors, site, world.people["leader"])
    page.goto(f"{LEAN}?sort=shift")
    slider, count = page.locator("[data-keep-range]"), page.locator("#keep-count")
    expect(slider).to_be_visible()

    count.fill("7")
    expect(slider).to_have_value("7")
    slider.focus()
    with page.expect_navigation():
        slider.press("ArrowLeft")
    expect(count).to_have_value("6")
    expect(page.locator("#keep-answer")).to_contain_text("Giữ 6 trên 10 tiêu chí: ")
    assert "sort=shift" in page.url


def test_number_and_button_do_the_same_without_scripts(
    db: Session, world: World, site: Flask, visitors: Visitors
) -> None:
    finished.publish(db, world)
    page = arrive(visitors, site, world.people["leader"], java_script_enabled=False)
    page.goto(LEAN)
    expect(page.locator("[data-keep-range]")).to_be_hidden()

    page.fill("#keep-count", "3")
    page.click("form[data-keep-form] button")
    expect(page.locator("#keep-answer")).to_contain_text("Giữ 3 trên 10 tiêu chí: ")
    expect(page.locator("#keep-table")).to_be_attached()
