"""The editor of criteria sets: keyboard, dragging, two officers, undo, merging, consultation, no script, lost lines."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import select
from sqlalchemy.orm import Session

from emulation.models import Comment, CriteriaSet, Draft
from tests.journeys.browsers import Visitors, cookie_of, fresh, sign_in
from tests.journeys.drafting import (
    STATUS,
    add,
    arrive,
    begin,
    codes_in,
    colleague,
    consult,
    node,
    open_node,
    row,
    settled,
    write,
)
from tests.journeys.test_accessibility import WIDEST, faults_of
from tests.journeys.test_round import press
from tests.world import World

TITLE = "#title"


@pytest.fixture
def draft(db: Session, world: World) -> int:
    """The key of a draft of the small world's set."""
    return begin(db, world).id


@pytest.fixture(scope="module")
def office(browser: Browser, address: str) -> Iterator[Visitors]:
    """One browser profile of the department for all tests, so that styles and fonts are fetched once."""
    office = Visitors(browser, address)
    yield office
    office.leave()


@pytest.fixture
def department(world: World, site: Flask, office: Visitors) -> Iterator[Page]:
    """An officer of the department who has signed in; no console may have complained."""
    page = office.contexts[0].new_page() if office.contexts else office.come()
    page.context.add_cookies([cookie_of(site, office.address, world.people["department"])])
    yield page
    page.context.set_offline(False)
    page.evaluate("localStorage.clear()")
    for tab in page.context.pages:
        tab.close()
    assert office.complaints == []


def title(db: Session, draft: int, code: str) -> str:
    """The title that is stored."""
    return node(db, draft, code).title


# ---- the keyboard ----


def test_criterion_moves_by_key_and_by_button_and_keeps_the_focus(db: Session, draft: int, department: Page) -> None:
    open_node(department, db, draft, "I.1")
    with department.expect_navigation():
        department.keyboard.press("Alt+ArrowDown")
    assert codes_in(db, draft, "I") == ["I.2", "I.1", "I.3"]
    expect(department.locator("[data-key='Alt+ArrowDown']")).to_be_focused()
    with department.expect_navigation():
        department.keyboard.press("Enter")
    assert codes_in(db, draft, "I") == ["I.2", "I.3", "I.1"]
    department.focus(TITLE)
    with department.expect_navigation():
        department.keyboard.press("Alt+ArrowDown")  # over the edge, into the next section; from within a field too
    assert codes_in(db, draft, "I") == ["I.2", "I.3"]
    assert codes_in(db, draft, "II")[0] == "I.1"
    department.focus("[data-key='Alt+ArrowUp']")
    with department.expect_navigation():
        department.keyboard.press("Enter")
    assert codes_in(db, draft, "I") == ["I.2", "I.3", "I.1"]
    expect(row(department, "I.1")).to_have_attribute("aria-current", "true")


def test_form_and_its_table_are_filled_in_with_the_keyboard_alone(db: Session, draft: int, department: Page) -> None:
    open_node(department, db, draft, "I.2")
    keys, focused = department.keyboard, department.locator(":focus")
    department.evaluate("document.activeElement.blur()")
    keys.press("Tab")
    expect(department.locator(".skip-link")).to_be_focused()
    keys.press("Enter")

    def tab_to(selector: str) -> None:
        for _ in range(60):
            keys.press("Tab")
            if focused.count() and focused.evaluate("(element, selector) => element.matches(selector)", selector):
                return
        raise AssertionError(f"{selector} is not reached")

    tab_to(".add-menu summary")
    keys.press("Enter")
    tab_to(".add-panel button")
    expect(focused).to_have_text("Tiêu chí sau I.2")
    keys.press("Escape")
    expect(department.locator(".add-menu[open]")).to_have_count(0)
    tab_to(TITLE)
    keys.press("Control+a")
    keys.type("Tỷ lệ báo cáo nộp đúng hạn")
    tab_to("[data-add-row]")
    keys.press("Enter")
    expect(focused).to_have_attribute("aria-label", "Dòng 5, từ")
    keys.type("85,5")
    keys.press("Tab")
    keys.type("2")
    keys.press("Enter")
    settled(department)
    stored = node(db, draft, "I.2").fields
    assert stored["title"] == "Tỷ lệ báo cáo nộp đúng hạn"
    assert [(step["from"], step["points"]) for step in stored["rule"]["steps"]] == [
        ("98", "5"),
        ("95", "4"),
        ("90", "3"),
        ("85.5", "2"),
    ]
    department.get_by_role("button", name="Bỏ dòng 2").focus()
    keys.press("Enter")
    settled(department)
    assert [step["from"] for step in node(db, draft, "I.2").fields["rule"]["steps"]] == ["98", "90", "85.5"]
    expect(department.get_by_role("button", name="Bỏ dòng 2")).to_have_count(1)


# ---- dragging ----


def drop(page: Page, code: str, on: str, *, upper: bool = False) -> None:
    """Drag a node of the tree onto another, onto its upper or lower edge."""
    target = row(page, on)
    box = target.bounding_box()
    assert box is not None
    with page.expect_navigation():
        row(page, code).drag_to(target, target_position={"x": 60, "y": 3 if upper else box["height"] - 3})


def test_nodes_are_dragged_into_a_section_and_between_others(db: Session, draft: int, department: Page) -> None:
    open_node(department, db, draft, "I.1")
    drop(department, "I.2", "II")
    assert codes_in(db, draft, "I") == ["I.1", "I.3"]
    assert codes_in(db, draft, "II") == ["II.1", "II.2", "II.3", "II.4", "II.5", "I.2"]
    drop(department, "II.4", "II.1", upper=True)
    assert codes_in(db, draft, "II") == ["II.4", "II.1", "II.2", "II.3", "II.5", "I.2"]
    drop(department, "II.4", "II.2")
    assert codes_in(db, draft, "II") == ["II.1", "II.2", "II.4", "II.3", "II.5", "I.2"]


def test_what_is_typed_is_saved_before_the_drag(db: Session, draft: int, department: Page) -> None:
    open_node(department, db, draft, "I.1")
    department.fill(TITLE, "Chưa kịp lưu")
    drop(department, "I.1", "I.3")
    assert codes_in(db, draft, "I") == ["I.2", "I.3", "I.1"]
    assert title(db, draft, "I.1") == "Chưa kịp lưu"


# ---- two officers ----


def test_change_of_a_colleague_appears_without_reloading(
    db: Session, world: World, draft: int, department: Page, site: Flask, visitors: Visitors
) -> None:
    other = arrive(visitors, site, world, colleague(db, world))
    other.clock.install()
    open_node(other, db, draft, "I.2")
    other.evaluate("window.samePage = true")
    open_node(department, db, draft, "I.1")
    write(department, {"title": "Tên do đồng nghiệp sửa"})
    expect(row(other, "I.1")).not_to_contain_text("Tên do đồng nghiệp sửa")
    other.clock.fast_forward(6000)
    expect(row(other, "I.1")).to_contain_text("Tên do đồng nghiệp sửa")
    expect(other.locator(STATUS)).to_have_text("Department vừa sửa I.1.")
    assert other.evaluate("window.samePage")

    # the open node itself: nothing typed is in the way, so the form is fetched anew
    open_node(department, db, draft, "I.2")
    write(department, {"max": "6"})
    other.clock.fast_forward(6000)
    expect(other.locator("#max")).to_have_value("6")
    expect(other.locator(STATUS)).to_have_text("Department vừa sửa I.2.")


def test_same_criterion_edited_by_two_shows_both_versions(
    db: Session, world: World, draft: int, department: Page, site: Flask, visitors: Visitors
) -> None:
    other = arrive(visitors, site, world, colleague(db, world))
    open_node(other, db, draft, "I.1")
    open_node(department, db, draft, "I.1")
    write(department, {"title": "Tên thứ nhất"})
    with other.expect_response(re.compile(r"/nodes/\d+$")) as answer:
        other.fill(TITLE, "Tên thứ hai")
        other.press(TITLE, "Tab")
    assert answer.value.status == 409
    both = other.locator(".two-versions")
    expect(both).to_contain_text("Tên thứ nhất")
    expect(both).to_contain_text("Tên thứ hai")
    expect(other.locator(TITLE)).to_have_value("Tên thứ hai")
    assert title(db, draft, "I.1") == "Tên thứ nhất"
    both.get_by_role("button", name="Giữ bản của tôi").click()
    settled(other)
    assert title(db, draft, "I.1") == "Tên thứ hai"

    # the other way round: the first one's page is old by now, and takes the second one's version
    department.fill("#max", "7")
    department.press("#max", "Tab")
    expect(department.locator(".two-versions")).to_contain_text("Tên thứ hai")
    with department.expect_navigation():
        department.locator("[data-autosave-theirs]").click()
    expect(department.locator(TITLE)).to_have_value("Tên thứ hai")
    expect(department.locator("#max")).to_have_value("10")


# ---- undo, merging, splitting ----


def test_change_is_undone_and_done_again(db: Session, draft: int, department: Page) -> None:
    open_node(department, db, draft, "I.1")
    before = title(db, draft, "I.1")
    expect(department.get_by_role("button", name="Hoàn tác")).to_have_count(0)
    write(department, {"title": "Tên mới"})
    press_head(department, "Hoàn tác")
    expect(department.locator(TITLE)).to_have_value(before)
    assert title(db, draft, "I.1") == before
    with department.expect_navigation():
        department.keyboard.press("Alt+y")
    expect(department.locator(TITLE)).to_have_value("Tên mới")
    open_node(department, db, draft, "II")
    with department.expect_navigation():
        department.get_by_role("button", name="Bỏ II", exact=True).click()
        department.get_by_role("dialog").locator(".btn-primary").click()
    expect(row(department, "II")).to_have_count(0)
    with department.expect_navigation():
        department.keyboard.press("Alt+z")
    assert codes_in(db, draft, "II") == ["II.1", "II.2", "II.3", "II.4", "II.5"]


def press_head(page: Page, button: str) -> None:
    """Press a button in the head of the page."""
    with page.expect_navigation():
        page.locator(".page-head").get_by_role("button", name=button).click()


def test_criteria_are_merged_and_split(db: Session, draft: int, department: Page) -> None:
    open_node(department, db, draft, "II.1")
    merged = [title(db, draft, "II.1"), title(db, draft, "II.2")]
    department.select_option("#merge-with", str(node(db, draft, "II.2").key))
    with department.expect_navigation():
        department.get_by_role("button", name="Gộp", exact=False).click()
    expect(department.locator("#code")).to_have_value("II.6")
    assert codes_in(db, draft, "II") == ["II.6", "II.3", "II.4", "II.5"]
    one = node(db, draft, "II.6")
    assert one.title == "; ".join(merged)
    assert one.fields["replaces"] == ["II.1", "II.2"]
    assert one.fields["max"] == "5"
    with department.expect_navigation():
        department.get_by_role("button", name="Tách làm hai").click()
    expect(department.locator("#code")).to_have_value("II.7")
    assert codes_in(db, draft, "II") == ["II.7", "II.8", "II.3", "II.4", "II.5"]
    halves = [node(db, draft, code).fields for code in ("II.7", "II.8")]
    assert [half["max"] for half in halves] == ["2.5", "2.5"]
    for _ in range(2):
        with department.expect_navigation():
            department.keyboard.press("Alt+z")
    assert codes_in(db, draft, "II") == ["II.1", "II.2", "II.3", "II.4", "II.5"]


# ---- consultation ----


def test_units_comment_and_read_only_their_own_answers(
    db: Session, world: World, draft: int, department: Page, site: Flask, visitors: Visitors
) -> None:
    department.goto(f"/drafts/{draft}/consultation")
    department.fill("#until", (datetime.now(UTC) + timedelta(days=20)).strftime("%d/%m/%Y"))
    press(department, "Mở lấy ý kiến")
    commented = {"unit_officer": "Đề nghị giảm còn 5 điểm.", "other_officer": "Vùng khó khăn chưa làm được."}
    officers = {name: arrive(visitors, site, world, name) for name in commented}
    for name, text in commented.items():
        page = officers[name]
        page.goto("/criteria")
        with page.expect_navigation():
            page.locator("#drafts a").first.click()
        assert page.locator("form[data-autosave]").count() == 0
        with page.expect_navigation():
            row(page, "I").click()
        with page.expect_navigation():
            row(page, "I.1").click()
        page.fill("#comment-text", text)
        press(page, "Gửi góp ý")
        expect(page.locator(".comment")).to_have_count(1)
        expect(page.locator(".comment")).to_contain_text("Chưa trả lời")
    assert commented["unit_officer"] not in officers["other_officer"].content()

    department.goto(f"/drafts/{draft}/consultation")
    expect(department.locator(".comment")).to_have_count(2)
    first = department.locator(".comment").filter(has_text=commented["unit_officer"])
    first.get_by_label("Câu trả lời").fill("Giữ 10 điểm vì là nhiệm vụ trọng tâm.")
    with department.expect_navigation():
        first.get_by_role("button", name="Giải trình, không tiếp thu").click()
    second = department.locator(".comment").filter(has_text=commented["other_officer"])
    with department.expect_navigation():
        second.get_by_role("button", name="Tiếp thu").first.click()
    officers["unit_officer"].reload()
    expect(officers["unit_officer"].locator(".comment")).to_contain_text("Giữ 10 điểm vì là nhiệm vụ trọng tâm.")
    officers["other_officer"].reload()
    expect(officers["other_officer"].locator(".comment")).to_contain_text("Tiếp thu")
    for name, other in (("unit_officer", "other_officer"), ("other_officer", "unit_officer")):
        assert commented[other] not in officers[name].content()
    assert "Giữ 10 điểm" not in officers["other_officer"].content()
    fresh(db)
    assert {one.outcome for one in db.scalars(select(Comment))} == {"answered", "adopted"}


# ---- without a script, without a line, without a session ----


def test_set_is_edited_and_published_without_javascript(
    db: Session, world: World, draft: int, site: Flask, visitors: Visitors
) -> None:
    page = arrive(visitors, site, world, "department", java_script_enabled=False)
    open_node(page, db, draft, "III")
    page.locator(".add-menu summary").click()
    press(page, "Tiêu chí trong III")
    page.fill(TITLE, "Tỷ lệ chuyển đổi số cấp xã")
    page.fill("#max", "5")
    page.select_option("#rule-kind", "steps")
    press(page, "Lưu")
    expect(page.locator(".flashes")).to_contain_text("Đã lưu III.3")
    for i, (start, points) in enumerate((("90", "5"), ("80,5", "3"))):  # each save gives an empty row for one more
        page.fill(f"#rule-steps-{i}-from", start)
        page.fill(f"#rule-steps-{i}-points", points)
        press(page, "Lưu")
    stored = node(db, draft, "III.3").fields["rule"]["steps"]
    assert stored == [{"from": "90", "points": "5"}, {"from": "80.5", "points": "3"}]
    for _ in range(2):
        press(page, "Lên")
    assert codes_in(db, draft, "III") == ["III.3", "III.1", "III.2"]
    page.select_option("#move-place", label="II Chuyển đổi số")
    press(page, "Chuyển")
    assert codes_in(db, draft, "II")[-1] == "III.3"
    page.fill("#value", "85")
    press(page, "Tính thử")
    expect(page.locator("#trial-result")).to_contain_text("3,00")

    # a page that is old by now: both versions, and saving once more keeps mine
    second = page.context.new_page()
    open_node(second, db, draft, "III.3")
    second.fill(TITLE, "Tên ở cửa sổ kia")
    press(second, "Lưu")
    page.fill(TITLE, "Tên ở cửa sổ này")
    press(page, "Lưu")
    expect(page.locator(".two-versions")).to_contain_text("Tên ở cửa sổ kia")
    expect(page.locator(TITLE)).to_have_value("Tên ở cửa sổ này")
    press(page, "Giữ bản của tôi")
    assert title(db, draft, "III.3") == "Tên ở cửa sổ này"

    page.goto(f"/drafts/{draft}/publishing")
    press(page, "Công bố 13 tiêu chí")
    fresh(db)
    published = db.scalars(select(Draft.published_set_id).where(Draft.id == draft)).one()
    assert db.get(CriteriaSet, published) is not None


def test_lost_line_while_typing_loses_nothing(db: Session, draft: int, department: Page) -> None:
    open_node(department, db, draft, "I.1")
    before = title(db, draft, "I.1")
    department.context.set_offline(True)
    department.fill(TITLE, "Gõ khi mất mạng")
    department.press(TITLE, "Tab")
    expect(department.locator(STATUS)).to_contain_text("1 thay đổi đang chờ")
    assert title(db, draft, "I.1") == before
    department.context.set_offline(False)
    settled(department)
    assert title(db, draft, "I.1") == "Gõ khi mất mạng"


def test_change_left_from_one_node_is_saved_and_not_drawn_over_another(
    db: Session, draft: int, department: Page
) -> None:
    open_node(department, db, draft, "I.1")
    saves = f"**/drafts/{draft}/nodes/*"
    department.route(saves, lambda route: route.abort())
    department.fill(TITLE, "Gõ rồi sang mục khác")
    department.press(TITLE, "Tab")
    expect(department.locator(STATUS)).to_contain_text("1 thay đổi đang chờ")
    department.unroute(saves)
    department.on("dialog", lambda dialog: dialog.accept())  # the browser asks before it leaves
    open_node(department, db, draft, "I.2")
    settled(department)
    assert title(db, draft, "I.1") == "Gõ rồi sang mục khác"
    expect(department.locator("#node-title")).to_contain_text("I.2")
    expect(department.locator("#draft-tree [aria-current]")).to_contain_text("I.2")
    expect(row(department, "I.1")).to_contain_text("Gõ rồi sang mục khác")  # the news bring it


def test_expired_session_keeps_what_was_typed_in_a_table(db: Session, draft: int, department: Page) -> None:
    open_node(department, db, draft, "I.2")
    department.get_by_role("button", name="Thêm bậc").click()
    department.context.clear_cookies()
    department.fill("[name='rule-steps-4-from']", "70")
    department.fill("[name='rule-steps-4-points']", "1")
    department.press("[name='rule-steps-4-points']", "Tab")
    expect(department.locator(STATUS)).to_contain_text("Phiên đăng nhập đã hết, 1 thay đổi đang chờ")
    with department.expect_navigation():
        department.locator(f"{STATUS} a").click()
    sign_in(department, "department", path=department.url)
    settled(department)
    steps = node(db, draft, "I.2").fields["rule"]["steps"]
    assert steps[-1] == {"from": "70", "points": "1"}


def test_new_node_waits_for_its_title_and_undo_takes_it_away(db: Session, draft: int, department: Page) -> None:
    open_node(department, db, draft, "I.3")
    add(department, "Tiêu chí sau I.3")
    department.keyboard.type("Gõ ngay được")
    department.keyboard.press("Tab")
    settled(department)
    assert title(db, draft, "I.4") == "Gõ ngay được"
    for _ in range(2):
        with department.expect_navigation():
            department.keyboard.press("Alt+z")
    assert codes_in(db, draft, "I") == ["I.1", "I.2", "I.3"]


# ---- every width, everything open ----


def test_editor_fits_every_width_and_is_accessible_with_everything_open(
    db: Session, world: World, draft: int, department: Page
) -> None:
    consulted = consult(db, world).id
    wide = []
    for path in (
        f"/drafts/{draft}",
        f"/drafts/{draft}?node={node(db, draft, 'II.3').key}",
        f"/drafts/{consulted}/consultation",
    ):
        department.goto(path)
        department.evaluate("for (const one of document.querySelectorAll('main details')) one.open = true")
        for width in (320, 390, 599, 600, 768, 991, 992, 1199, 1200, 1366):
            department.set_viewport_size({"width": width, "height": 768})
            if department.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"):
                wide.append((path, width, department.evaluate(WIDEST)))
        wide += [(path, fault) for fault in faults_of(department)]
    assert wide == []
