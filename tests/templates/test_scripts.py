"""The scripts of static/js in a real browser, on the gallery of components, under the product's security policy."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect
from werkzeug.serving import make_server

from tests import axe
from tests.templates.stage import make_stage

LAPTOP = {"width": 1366, "height": 768}
STATUS = "[data-autosave-status]"
PART = "#part"
GALLERY = "/?brief"
SAVED_FILE = "robust.png"


@pytest.fixture(scope="module")
def app() -> Flask:
    return make_stage()


@pytest.fixture(scope="module")
def address(app: Flask) -> Iterator[str]:
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(scope="module")
def complaints() -> list[str]:
    """What the console complained of, and questions of the browser itself."""
    return []


@pytest.fixture(scope="module")
def context(browser: Browser, address: str, complaints: list[str]) -> Iterator[BrowserContext]:
    """One browser profile, so that the styles and fonts are fetched once."""
    context = browser.new_context(viewport=LAPTOP, base_url=address, locale="vi-VN", reduced_motion="reduce")
    context.set_default_timeout(8000)
    context.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    context.on("weberror", lambda error: complaints.append(str(error.error)))
    context.on("dialog", lambda dialog: complaints.append(f"asked: {dialog.type}") or dialog.accept())
    yield context
    context.close()


@pytest.fixture
def page(context: BrowserContext, app: Flask, complaints: list[str]) -> Iterator[Page]:
    """The gallery with an empty storage; whatever is complained of fails the test."""
    page = context.pages[0] if context.pages else context.new_page()
    page.set_viewport_size(LAPTOP)
    page.goto("/500")  # a page without scripts, so that nothing is sent from here on
    page.evaluate("localStorage.clear()")
    app.config["SAVES"] = []
    complaints.clear()
    page.goto(GALLERY)
    yield page
    context.set_offline(False)
    for tab in context.pages[1:]:
        tab.close()
    assert [text for text in complaints if not text.startswith("Failed to load resource")] == []


def saves(app: Flask) -> list[dict[str, str]]:
    """What the server was sent, oldest first, without the token."""
    return [{name: value for name, value in sent.items() if name != "csrf_token"} for sent in app.config["SAVES"]]


def kept(page: Page) -> dict[str, str]:
    """What waits in the browser's storage."""
    found: dict[str, str] = page.evaluate("Object.fromEntries(Object.entries(localStorage))")
    return found


def change(page: Page, value: str) -> None:
    """Type a figure and leave the field."""
    page.fill(PART, value)
    page.press(PART, "Tab")


def test_autosave_sends_a_change_and_shows_what_the_server_made_of_it(page: Page, app: Flask) -> None:
    change(page, "80")
    expect(page.locator(STATUS)).to_have_text("Đã lưu 10:43")
    assert saves(app) == [{"version": "3", "part": "80", "whole": "98", "note": ""}]
    expect(page.locator("[id='working-VII.1']")).to_have_text("80/98 8,00 điểm")
    expect(page.locator("#total")).to_have_text("85,00")
    expect(page.locator("form[data-autosave] input[name=version] >> nth=0")).to_have_value("4")
    assert kept(page) == {}


def test_autosave_keeps_the_focus_and_waits_until_a_field_is_left(page: Page, app: Flask) -> None:
    page.fill(PART, "8")
    expect(page.locator(STATUS)).to_have_text("Đang nhập, chưa lưu")
    assert saves(app) == []
    page.fill(PART, "81")
    page.press(PART, "Tab")
    expect(page.locator(STATUS)).to_have_text("Đã lưu 10:43")
    expect(page.locator("#whole")).to_be_focused()
    assert [sent["part"] for sent in saves(app)] == ["81"]


def test_autosave_sends_changes_one_after_the_other_with_the_new_version(page: Page, app: Flask) -> None:
    for value in ("70", "71", "72"):
        change(page, value)
        page.wait_for_timeout(250)
    expect(page.locator(PART)).to_have_value("72")
    expect(page.locator(STATUS)).to_have_text("Đã lưu 10:43")
    versions = [int(sent["version"]) for sent in saves(app)]
    assert versions == list(range(3, 3 + len(versions)))
    assert saves(app)[-1]["part"] == "72"


def test_autosave_enter_saves_without_leaving_the_page(page: Page, app: Flask) -> None:
    page.fill(PART, "60")
    page.press(PART, "Enter")
    expect(page.locator(STATUS)).to_have_text("Đã lưu 10:43")
    assert [sent["part"] for sent in saves(app)] == ["60"]
    assert page.url.endswith(GALLERY)


def test_autosave_puts_the_error_beside_the_field_and_takes_it_back(page: Page) -> None:
    change(page, "8,5,1")
    expect(page.locator(STATUS)).to_have_text("VII.1 chưa lưu")
    expect(page.locator("#part-error")).to_have_text("Số này không đọc được: nhập ví dụ 95.")
    expect(page.locator(PART)).to_have_attribute("aria-invalid", "true")
    assert "8%2C5%2C1" in next(iter(kept(page).values()))
    change(page, "85")
    expect(page.locator(STATUS)).to_have_text("Đã lưu 10:43")
    expect(page.locator("#part-error")).to_be_hidden()
    assert page.get_attribute(PART, "aria-invalid") is None


def test_autosave_offline_says_so_and_sends_when_the_line_is_back(page: Page, app: Flask) -> None:
    page.context.set_offline(True)
    change(page, "50")
    expect(page.locator(STATUS)).to_have_text("Mất kết nối, 1 thay đổi đang chờ")
    assert len(kept(page)) == 1
    page.context.set_offline(False)
    expect(page.locator(STATUS)).to_have_text("Đã lưu 10:43")
    assert [sent["part"] for sent in saves(app)] == ["50"]
    assert kept(page) == {}


def test_autosave_broken_server_is_tried_again(page: Page, app: Flask) -> None:
    change(page, "503")
    expect(page.locator(STATUS)).to_have_text("Chưa lưu được, sẽ thử lại; 1 thay đổi đang chờ")
    page.wait_for_timeout(2300)
    assert [sent["part"] for sent in saves(app)] == ["503", "503"]
    change(page, "51")
    expect(page.locator(STATUS)).to_have_text("Đã lưu 10:43")


def test_autosave_expired_session_keeps_what_was_typed(page: Page, app: Flask) -> None:
    change(page, "401")
    expect(page.locator(STATUS)).to_contain_text("Phiên đăng nhập đã hết, 1 thay đổi đang chờ")
    expect(page.locator(f"{STATUS} a")).to_have_text("Đăng nhập lại")
    with page.expect_response("**/save/**"):
        page.click(f"{STATUS} a")
    expect(page.locator(PART)).to_have_value("401")
    assert [sent["part"] for sent in saves(app)] == ["401", "401"]


def test_autosave_refusal_without_a_field_stands_under_the_form_or_in_the_save_state(
    page: Page, complaints: list[str]
) -> None:
    change(page, "403")
    expect(page.locator('[data-error-for=""]')).to_have_text("Phiếu đã trình ký.")
    expect(page.locator(STATUS)).to_have_text("VII.1 chưa lưu")
    page.reload()
    complaints.remove("asked: beforeunload")
    page.get_by_label("Điểm của tôi cho Bắc Ninh").fill("404")
    page.keyboard.press("Tab")
    expect(page.locator(STATUS)).to_have_text("Phiếu đã trình ký.")


def test_autosave_refusal_stays_in_sight_while_other_lines_are_saved(page: Page) -> None:
    change(page, "8,5,1")
    expect(page.locator(STATUS)).to_have_text("VII.1 chưa lưu")
    with page.expect_response("**/save/VII.1-1"):
        page.get_by_role("button", name="Chấp nhận 9 cho Bắc Ninh").click()
    expect(page.locator(STATUS)).to_have_text("Đã lưu 10:43. VII.1 chưa lưu")


def test_autosave_what_was_refused_is_shown_again_but_not_sent_until_it_changes(
    page: Page, app: Flask, complaints: list[str]
) -> None:
    change(page, "8,5,1")
    expect(page.locator(f"{STATUS} a")).to_have_text("VII.1 chưa lưu")
    page.reload()
    complaints.remove("asked: beforeunload")
    expect(page.locator(f"{STATUS} a")).to_have_text("VII.1 chưa lưu")
    expect(page.locator(PART)).to_have_value("8,5,1")
    expect(page.locator("#part-error")).to_have_text("Số này không đọc được: nhập ví dụ 95.")
    change(page, "85")
    expect(page.locator(STATUS)).to_have_text("Đã lưu 10:43")
    assert [sent["part"] for sent in saves(app)] == ["8,5,1", "85"]


def test_autosave_other_forms_wait_for_what_is_pending_and_ask_once(page: Page, app: Flask) -> None:
    page.fill(PART, "55")
    page.get_by_role("button", name="Tiếp nhận phiếu của Long An").click()
    with page.expect_navigation():
        page.get_by_role("dialog").get_by_role("button", name="Tiếp nhận").click()
    assert [sent.get("part") for sent in saves(app)] == ["55", None]


def test_autosave_conflict_shows_both_and_keeps_mine_on_demand(page: Page, app: Flask) -> None:
    change(page, "409")
    expect(page.locator(STATUS)).to_have_text("Người khác vừa sửa")
    conflict = page.locator("form[data-autosave] .two-versions")
    expect(conflict.locator("tbody")).to_contain_text("104")
    page.fill(PART, "52")
    conflict.get_by_role("button", name="Giữ bản của tôi").click()
    expect(page.locator(STATUS)).to_have_text("Đã lưu 10:43")
    assert saves(app)[-1] == {"version": "8", "part": "52", "whole": "98", "note": ""}
    expect(conflict).to_have_count(0)


def test_autosave_conflict_takes_theirs_on_demand(page: Page) -> None:
    change(page, "409")
    page.locator("form[data-autosave] .two-versions").get_by_role("link", name="Lấy bản của Lê Thị Bình").click()
    expect(page.locator(PART)).to_have_value("95")
    assert kept(page) == {}


def test_autosave_link_waits_for_what_is_pending(page: Page, app: Flask) -> None:
    page.fill(PART, "53")
    with page.expect_navigation():
        page.click(".brand")
    expect(page.locator(PART)).to_have_value("95")
    assert [sent["part"] for sent in saves(app)] == ["53"]


@pytest.mark.parametrize("way", ["link", "button"])
def test_autosave_leaving_waits_for_what_is_on_its_way(page: Page, app: Flask, way: str) -> None:
    held: list[Route] = []
    page.route("**/save/*", lambda route: held.append(route), times=1)
    with page.expect_request("**/save/*"):
        change(page, "53")
    expect(page.locator(STATUS)).to_have_text("Đang lưu...")
    if way == "link":
        page.click(".brand")
    else:
        page.get_by_role("button", name="Tiếp nhận phiếu của Long An").click()
        page.get_by_role("dialog").get_by_role("button", name="Tiếp nhận").click()
    expect(page.locator(PART)).to_have_value("53")  # still here
    with page.expect_navigation():
        held[0].continue_()
    assert [sent["part"] for sent in saves(app) if "part" in sent] == ["53"]


def test_autosave_closed_browser_loses_nothing(page: Page, app: Flask) -> None:
    page.context.set_offline(True)
    page.fill(PART, "54")
    page.fill("#note", "Đã đối chiếu")
    expect(page.locator(STATUS)).to_contain_text("chưa lưu")
    page.close()
    page.context.set_offline(False)
    again = page.context.new_page()
    again.goto(GALLERY)
    expect(again.locator(STATUS)).to_have_text("Đã lưu 10:43")
    expect(again.locator(PART)).to_have_value("54")
    # the window that goes may hear that the line is back and send the same once more, which the server takes as one
    once = {"version": "3", "part": "54", "whole": "98", "note": "Đã đối chiếu"}
    assert saves(app) in ([once], [once, once])


def test_chart_is_drawn_with_decimal_commas_and_can_be_downloaded(page: Page) -> None:
    page.goto("/?plotly")
    plot = page.locator("#robust")
    expect(plot.locator("svg.main-svg").first).to_be_visible()
    assert plot.locator(".boxlayer path.box").count() == 1
    assert plot.locator(".scatterlayer .point").count() == 3
    assert plot.get_by_text("Cụm").evaluate("e => getComputedStyle(e).fontWeight") == "700"
    page.evaluate("Plotly.relayout('robust', {'xaxis.tickvals': [81.5, 92.25], 'xaxis.range': [80, 95]})")
    assert plot.locator(".xtick text").all_text_contents() == ["81,5", "92,25"]
    with page.expect_download() as download:
        page.get_by_role("button", name="Tải hình").click()
    assert download.value.suggested_filename == SAVED_FILE
    assert Path(download.value.path()).read_bytes().startswith(b"\x89PNG")


def test_confirm_asks_first(page: Page, app: Flask) -> None:
    button = page.get_by_role("button", name="Tiếp nhận phiếu của Long An")
    button.click()
    dialog = page.get_by_role("dialog", name="Tiếp nhận phiếu của Long An?")
    dialog.get_by_role("button", name="Không, quay lại").click()
    expect(button).to_be_focused()
    assert saves(app) == []
    button.click()
    with page.expect_navigation():
        dialog.get_by_role("button", name="Tiếp nhận").click()
    assert saves(app) == [{"version": "3"}]


def test_filter_ignores_accents(page: Page) -> None:
    rows = page.locator("#ranking tbody tr:visible")
    expect(rows).to_have_count(3)
    page.fill("#ranking-filter", "dak lak")
    expect(rows).to_have_count(1)
    expect(rows).to_contain_text("Đắk Lắk")
    expect(page.locator("[data-filter-status]")).to_have_text("1 trên 3")
    page.fill("#ranking-filter", "zz")
    expect(page.locator("[data-filter-status]")).to_have_text("Không có dòng nào khớp.")


def test_keys_click_buttons_but_not_while_typing(page: Page) -> None:
    page.fill("#ranking-filter", "i")
    page.press("#ranking-filter", "i")
    assert page.url.endswith(GALLERY)
    page.locator("h1").click()
    with page.expect_navigation():
        page.keyboard.press("i")


def test_keys_move_between_rows_and_accept_the_current_one(page: Page, app: Flask) -> None:
    first = page.get_by_label("Điểm của tôi cho Bắc Ninh")
    first.focus()
    page.keyboard.type("8")
    page.keyboard.press("c")
    expect(first).to_have_value("9")
    expect(page.locator(STATUS)).to_have_text("Đã lưu 10:43")
    page.keyboard.press("ArrowDown")
    expect(page.get_by_label("Điểm của tôi cho Nam Định")).to_be_focused()
    page.keyboard.type("7,5,0")
    page.keyboard.press("ArrowDown")
    expect(page.locator("[data-key-row][aria-current]")).to_contain_text("Đắk Lắk")
    expect(page.locator("[data-key-row][aria-current]")).to_be_focused()
    expect(page.get_by_text("Số này không đọc được").locator("visible=true")).to_have_count(1)
    page.keyboard.press("ArrowUp")
    page.keyboard.press("c")
    expect(page.locator(STATUS)).to_have_text("Đã lưu 10:43")
    assert [sent["part"] for sent in saves(app)] == ["9", "7,5,0", "9"]


def test_keys_leave_the_arrows_to_radio_buttons(page: Page) -> None:
    page.get_by_label("Từ 80 %").focus()
    page.keyboard.press("ArrowDown")
    expect(page.get_by_label("Từ 60 %")).to_be_checked()


def test_keys_letters_can_be_turned_off(page: Page) -> None:
    page.locator("h1").click()
    page.keyboard.press("?")
    page.get_by_label("Tắt phím tắt một chữ").check()
    page.keyboard.press("Escape")
    page.evaluate("window.same = true")
    page.keyboard.press("i")
    page.wait_for_timeout(300)
    assert page.evaluate("window.same") is True
    with page.expect_navigation():
        page.keyboard.press("Alt+i")


def test_keys_help_lists_them(page: Page) -> None:
    page.locator("h1").click()
    page.keyboard.press("?")
    dialog = page.get_by_role("dialog", name="Phím tắt")
    expect(dialog).to_contain_text("Lưu và sang Long An")
    expect(dialog).to_contain_text("đổi dòng")
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)


def test_upload_names_what_was_chosen(page: Page, tmp_path: Path) -> None:
    file = tmp_path / "bao-cao-412.pdf"
    file.write_bytes(b"%PDF-" + b"0" * 1_400_000)
    page.set_input_files("#file", file)
    expect(page.locator("[data-upload-list]")).to_have_text("Đã chọn: bao-cao-412.pdf (1,4 MB)")


def test_menu_closes_on_escape(page: Page) -> None:
    menu = page.locator("details.who-menu")
    menu.locator("summary").click()
    expect(menu.get_by_role("button", name="Đăng xuất")).to_be_visible()
    page.keyboard.press("Escape")
    expect(menu.get_by_role("button", name="Đăng xuất")).to_be_hidden()


@pytest.mark.parametrize("path", ["/", "/?errors", "/?stranger", "/error/404", "/500"])
def test_page_is_accessible_and_never_scrolls_sideways(page: Page, path: str) -> None:
    page.goto(path)
    page.evaluate("for (const each of document.querySelectorAll('details')) each.open = true")
    for width in (1366, 390, 320, 1920):
        page.set_viewport_size({"width": width, "height": 768})
        assert page.evaluate("document.documentElement.scrollWidth") == width
        if width == 1366:
            assert axe.wide_faults(page, set()) == []
        elif width == 390:
            assert axe.narrow_faults(page) == []
