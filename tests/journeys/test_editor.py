"""The editor of criteria sets: the keyboard, dragging, undo, merging, and how it fits."""

from __future__ import annotations

from playwright.sync_api import Page, expect
from sqlalchemy.orm import Session

from tests.journeys.drafting import (
    add,
    codes_in,
    consult,
    node,
    open_node,
    row,
    settled,
    title,
    write,
)
from tests.journeys.test_accessibility import faults_of, misplaced
from tests.world import World

TITLE = "#title"


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


# ---- every width, everything open ----


def test_editor_fits_every_width_and_is_accessible_with_everything_open(
    db: Session, world: World, draft: int, department: Page
) -> None:
    consulted = consult(db, world).id
    wide: list[tuple[str, int, str]] = []
    looks: set[str] = set()
    for path in (
        f"/drafts/{draft}",
        f"/drafts/{draft}?node={node(db, draft, 'II.3').key}",
        f"/drafts/{consulted}/consultation",
    ):
        department.goto(path)
        department.evaluate("for (const one of document.querySelectorAll('main details')) one.open = true")
        for width in (320, 390, 599, 600, 768, 991, 992, 1199, 1200, 1366):
            department.set_viewport_size({"width": width, "height": 768})
            wide += [(path, width, fault) for fault in misplaced(department)]
        wide += [(path, 0, fault) for fault in faults_of(department, looks)]
    assert wide == []
