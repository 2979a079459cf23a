"""A criteria set from the first word to the ranking that it gives: written in the browser, published, and run."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from flask import Flask
from playwright.sync_api import Page, expect
from sqlalchemy import select
from sqlalchemy.orm import Session

from emulation.domain.workflow import Phase, SheetState
from emulation.models import CriteriaSet, Method, Period, PhaseWindow, Result, Sheet, Verdict
from emulation.services import finalising, submissions, verdicts
from emulation.services.councils import Scope, create_council
from emulation.services.criteria import value_of
from emulation.services.verdicts import Decided
from tests.filling import loaded
from tests.journeys.browsers import Visitors, arrive, fresh
from tests.journeys.drafting import EDITION, add, row, settled, write
from tests.journeys.test_round import REASON, fill_row, mark_as_declared, open_row, press, to_next_phase, upload
from tests.reviewing import SELF, declare
from tests.world import FULL_ENTRIES, World

TITLE = "Bộ tiêu chí gọn nhẹ thử nghiệm"
DECLARED = ("I.1", "I.2", "I.3", "II.1", "B.1")  # what a unit fills; II.5 is the ministry's
# 2 x (9.69 + 3 + I.3) + 5 + II.5, out of 2 x 25 + 10, on a scale of 100, and 1 point of bonus
SELF_TOTAL = "79,97"  # I.3 8.5, II.5 not scored yet: 100 x 47.38 / 60 = 78.97
TOTALS = {  # by the official points of I.3, II.5 at 4: 100 x (34.38 + 2 x I.3) / 60 + 1
    "Thái Bình": ("7.75", "84,13"),
    "Hà Nam": ("6", "78,30"),
    "Bạc Liêu": ("9", "88,30"),
    "Cà Mau": ("7.25", "82,47"),
}


@pytest.mark.timeout(240)  # half a minute on a quiet machine
def test_set_is_written_published_and_run(db: Session, world: World, site: Flask, visitors: Visitors) -> None:
    department = arrive(visitors, site, world.people["department"])
    department.goto("/criteria")
    press(department, "Soạn bộ tiêu chí trống")
    write_set(department)
    mend_and_publish(department)
    fresh(db)
    published = db.scalars(select(CriteriaSet).where(CriteriaSet.title == TITLE)).one()
    criteria = value_of(published)
    assert [one.code for one in criteria.all_criteria] == ["I.1", "I.2", "I.3", "II.1", "II.5", "B.1", "D.1"]
    kinds = ["ratio", "steps", "judged", "levels", "external", "count", "count"]
    assert [one.rule.kind for one in criteria.all_criteria] == kinds
    expect(department.locator("main")).to_contain_text(published.sha256)

    # ---- the next round, from the last one and with this set ----
    department.goto("/periods/new")
    department.select_option("#criteria_set", str(published.id))
    press(department, "Tạo kỳ với 4 đơn vị")
    fresh(db)
    period = db.scalars(select(Period).where(Period.code == EDITION)).one()
    assert period.criteria_set_id == published.id
    # its times and its council have pages of their own, which other tests walk through
    prepare(db, world, period)
    to_next_phase(department, EDITION)

    # ---- a unit fills in the sheet ----
    sheet = world.sheets["34"].id
    officer = arrive(visitors, site, world.people["unit_officer"])
    for code in DECLARED:
        open_row(officer, sheet, code)
        fill_row(officer, code, SELF[code].replace(".", ","))
        if code == "I.3":
            upload(officer, code)
    expect(officer.locator("#total")).to_have_text(SELF_TOTAL)

    # ---- it is submitted, scored and settled, for which tests/journeys/test_round.py uses the pages ----
    fresh(db)
    review(db, world, period)
    for one, quality in (("35", "6"), ("95", "9"), ("96", "7.25")):
        finish(db, world, one, quality)

    # ---- the department publishes ----
    department.goto(f"/periods/{EDITION}/publish")
    press(department, "Công bố và khóa kết quả của 4 đơn vị")
    department.route("**/plotly-*.js", lambda route: route.abort())  # the charts have their own tests
    department.goto(f"/periods/{EDITION}/ranking?scope=nationwide")
    rows = [
        [cell.strip() for cell in row.locator("td, th").all_inner_texts()[:3]]
        for row in department.locator("table.ranking tbody tr").all()
    ]
    expected = sorted(((total, name) for name, (_, total) in TOTALS.items()), reverse=True)
    assert [(place, name.split(" cụm")[0].strip(), total) for place, name, total in rows] == [
        (str(rank), name, total) for rank, (total, name) in enumerate(expected, 1)
    ]
    fresh(db)
    result = db.scalars(select(Result).join(Period).where(Period.code == EDITION)).one()
    expect(department.locator("main")).to_contain_text(result.sha256[:12])


def write_set(page: Page) -> None:
    """The whole set, typed in; two mistakes are left in it."""
    expect(page.locator("#draft-checks")).to_contain_text("lỗi")
    write(page, {"title": TITLE, "edition": EDITION, "bonus_cap": "3"})
    write(page, {"grades-0-name": "Hoàn thành tốt", "grades-0-from": "80"})
    page.get_by_role("button", name="Thêm xếp loại").click()
    expect(page.locator("[name='grades-1-name']")).to_be_focused()
    write(page, {"grades-1-name": "Hoàn thành", "grades-1-from": "0", "tie_breakers-0": "deductions"})

    add(page, "Lĩnh vực")
    write(page, {"title": "Cải cách hành chính", "coefficient": "2"})
    add(page, "Tiêu chí trong I")
    expect(page.locator("#code")).to_have_value("I.1")
    write(page, {"title": "Thủ tục trực tuyến", "max": "10", "owner": "van-phong", "rule-kind": "ratio"})
    expect(page.locator("#trial")).to_contain_text("Sửa các lỗi")
    write(page, {"rule-target": "100", "rule-unit": "%", "guidance": "Tính các thủ tục thuộc thẩm quyền của Sở."})
    page.fill("#trial [name=part]", "95")
    page.fill("#trial [name=whole]", "98")
    expect(page.locator("#trial-result")).to_contain_text("9,69")

    add(page, "Tiêu chí sau I.1")
    write(page, {"title": "Báo cáo đúng hạn", "max": "5", "rule-kind": "steps"})
    for i, (start, points) in enumerate((("98", "4"), ("95", "5"), ("90", "3"))):  # 95 % would bring more than 98 %
        if i:
            page.get_by_role("button", name="Thêm bậc").click()
        write(page, {f"rule-steps-{i}-from": start, f"rule-steps-{i}-points": points})
    add(page, "Tiêu chí sau I.2")
    write(page, {"title": "Chất lượng tham mưu", "max": "10"})
    write(page, {"evidence-required": True, "evidence-hint": "Văn bản tham mưu"})

    add(page, "Lĩnh vực")
    write(page, {"title": "Chuyển đổi số"})
    expect(row(page, "II").locator(".text-bad")).to_be_visible()  # nothing in it yet
    add(page, "Tiêu chí trong II")
    write(page, {"title": "Học bạ điện tử", "max": "5", "rule-kind": "levels"})
    write(page, {"rule-levels-0-label": "Tốt", "rule-levels-0-points": "5"})
    page.get_by_role("button", name="Thêm bậc").click()
    write(page, {"rule-levels-1-label": "Khá", "rule-levels-1-points": "3"})
    add(page, "Tiêu chí sau II.1")
    write(
        page, {"code": "I.3", "title": "Mức độ hài lòng", "max": "5", "rule-kind": "external"}
    )  # a code that is taken

    add(page, "Điểm thưởng")
    write(page, {"code": "B.1", "title": "Giải pháp được nhân rộng", "max": "2", "rule-kind": "count"})
    write(page, {"rule-each": "0,5"})
    add(page, "Điểm trừ")
    write(page, {"code": "D.1", "title": "Báo cáo muộn", "max": "2", "rule-kind": "count"})
    write(page, {"rule-each": "0,5"})
    add(page, "Điều kiện loại trừ")
    expect(page.locator("#code")).to_have_value("X.1")
    write(page, {"title": "Có vi phạm nghiêm trọng bị xử lý kỷ luật"})


def mend_and_publish(page: Page) -> None:
    """See both mistakes where they are told, mend them from there, and publish."""
    checks = page.locator("#draft-checks")
    expect(checks.get_by_role("heading").locator("xpath=following-sibling::*")).to_have_text("2 lỗi")
    with page.expect_navigation():
        page.get_by_role("link", name="Công bố…").click()
    expect(page.locator("main")).to_contain_text("Chưa công bố được: còn 2 chỗ phải sửa")
    assert page.get_by_role("button", name="Công bố").count() == 0
    with page.expect_navigation():
        page.get_by_role("link", name="I.2: ").click()
    expect(page.locator("[data-error-for^='rule-steps-1']:visible")).to_have_count(1)
    write(page, {"rule-steps-0-points": "5", "rule-steps-1-points": "4"})
    expect(page.locator("[data-error-for]:visible")).to_have_text([])
    with page.expect_navigation():
        checks.get_by_role("link", name="Mã “I.3” dùng hai lần").click()
    expect(page.locator("[data-error-for=code]")).to_be_visible()
    write(page, {"code": "II.5"})
    expect(page.locator("[data-error-for=code]")).to_be_hidden()
    expect(checks).to_contain_text("Công bố được")
    settled(page)
    with page.expect_navigation():
        page.get_by_role("link", name="Công bố…").click()
    press(page, "Công bố 7 tiêu chí")
    expect(page.locator("h1")).to_have_text(TITLE)


def prepare(db: Session, world: World, period: Period) -> None:
    """Windows that are open now and a council of one for the new round; `world` shows the new round from here on."""
    now = datetime.now(UTC)
    sheets = db.scalars(select(Sheet).where(Sheet.period_id == period.id))
    world.sheets = {sheet.unit.code: sheet for sheet in sheets}
    for phase in (Phase.SELF_SCORING, Phase.REVIEW, Phase.EXPLANATION, Phase.COUNCIL):
        opens, closes = now - timedelta(days=30), now + timedelta(days=11)
        db.add(PhaseWindow(period_id=period.id, phase=phase, opens_at=opens, closes_at=closes))
    chair = world.people["chair"].id
    scope = Scope(
        name="Hội đồng thẩm định",
        method=Method.SINGLE,
        cluster_ids={sheet.cluster_id for sheet in world.sheets.values()},
        codes=[*DECLARED, "II.5", "D.1"],
        member_ids=[chair],
        chair_id=chair,
    )
    world.council = create_council(db, world.actor("department"), period, scope, now=now)
    db.commit()


def review(db: Session, world: World, period: Period) -> None:
    """The sheet of Thái Bình on its way from the draft to the final points."""
    now, chair, sheet = datetime.now(UTC), world.actor("chair"), loaded(db, world)
    submissions.send(db, world.actor("unit_officer"), sheet, now=now)
    submissions.submit(db, world.actor("unit_director"), sheet, now=now)
    submissions.receive(db, world.actor("department"), sheet, now=now)
    period.phase = Phase.REVIEW
    db.commit()
    mark_as_declared(db, world, "chair", sheet)
    given = {code: Decided(Decimal(SELF[code]), "") for code in DECLARED} | {"II.5": Decided(Decimal(4), "")}
    given["I.3"] = Decided(Decimal("7.75"), REASON)
    verdicts.settle(db, chair, sheet, decisions=given, now=now)
    period.phase = Phase.COUNCIL
    db.commit()
    finalising.finalise(db, world.actor("department"), sheet, now=now)
    db.commit()


def finish(db: Session, world: World, unit: str, quality: str) -> None:
    """Another unit's sheet, final: as Thái Bình declared, with these official points of I.3."""
    assert world.council is not None
    entries = {code: FULL_ENTRIES[code] for code in DECLARED}
    sheet = declare(db, world, unit, entries, state=SheetState.FINAL)
    for code, points in {**{one: SELF[one] for one in DECLARED}, "I.3": quality, "II.5": "4"}.items():
        db.add(
            Verdict(
                sheet_id=sheet.id,
                code=code,
                council_id=world.council.id,
                points=Decimal(points),
                reason="" if points == SELF.get(code) else REASON,
                decided_by_id=world.people["chair"].id,
                decided_at=datetime.now(UTC),
            )
        )
    db.commit()
