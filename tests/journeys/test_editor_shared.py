"""The editor of criteria sets with others, and when things fail: two officers, the units, no script, no line."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from flask import Flask
from playwright.sync_api import Page, expect
from sqlalchemy import select
from sqlalchemy.orm import Session

from emulation.models import Comment, CriteriaSet, Draft
from tests.journeys.browsers import Visitors, arrive, fresh, sign_in
from tests.journeys.drafting import (
    STATUS,
    codes_in,
    colleague,
    node,
    open_node,
    row,
    settled,
    title,
    write,
)
from tests.journeys.test_round import press
from tests.world import World

TITLE = "#title"


# ---- two officers ----


def test_change_of_a_colleague_appears_without_reloading(
    db: Session, world: World, draft: int, department: Page, site: Flask, visitors: Visitors
) -> None:
    other = arrive(visitors, site, world.people[colleague(db, world)])
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
    other = arrive(visitors, site, world.people[colleague(db, world)])
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


# ---- consultation ----


def test_units_comment_and_read_only_their_own_answers(
    db: Session, world: World, draft: int, department: Page, site: Flask, visitors: Visitors
) -> None:
    department.goto(f"/drafts/{draft}/consultation")
    department.fill("#until", (datetime.now(UTC) + timedelta(days=20)).strftime("%d/%m/%Y"))
    press(department, "Mở lấy ý kiến")
    commented = {"unit_officer": "Đề nghị giảm còn 5 điểm.", "other_officer": "Vùng khó khăn chưa làm được."}
    officers = {name: arrive(visitors, site, world.people[name]) for name in commented}
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
    page = arrive(visitors, site, world.people["department"], java_script_enabled=False)
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
