"""Every main page of every role: axe finds nothing, and no page scrolls sideways.

Each moment of a round has a SQLite file of its own, so that this runs once whatever database the tests are on.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from decimal import Decimal
from io import BytesIO
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from flask import Flask
from playwright.sync_api import Browser, Page
from sqlalchemy import select
from sqlalchemy.orm import Session

from emulation.config import Settings
from emulation.db import make_engine, make_sessions
from emulation.domain.drafts import Kind, Root
from emulation.domain.workflow import SheetState
from emulation.models import Award, Certificate, Delivery, Exclusion, Reminder, Sheet
from emulation.schema import migrate
from emulation.services import (
    drafts,
    explanations,
    marks,
    offers,
    phases,
    remarks,
    scans,
    sheets,
    submissions,
    team,
    verdicts,
)
from emulation.services.actor import Actor
from tests import bound, files, filling, finished, reviewing
from tests.journeys.browsers import LAPTOP, PHONE, Visitors, cookie_of, serving
from tests.journeys.drafting import begin, consult
from tests.world import World, build

RULES = {
    "runOnly": {
        "type": "tag",
        "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    },
    "resultTypes": ["violations"],
}
# what a narrow window may break, since it hides and moves things; the rest is the same page, looked at in the wide one
NARROWER = {
    "runOnly": {
        "type": "rule",
        "values": [
            "aria-hidden-focus",
            "button-name",
            "empty-heading",
            "heading-order",
            "label",
            "link-name",
            "page-has-heading-one",
            "region",
            "scrollable-region-focusable",
            "select-name",
            "skip-link",
            "target-size",
        ],
    },
    "resultTypes": ["violations"],
}
AXE = Axe().axe_script
NARROW = {"width": 320, "height": 640}
WIDEST = """[...document.querySelectorAll('body *')].filter(e => {
    if (e.getBoundingClientRect().right <= document.documentElement.clientWidth + 0.5) return false;
    for (let up = e.parentElement; up !== document.body; up = up.parentElement)
        if (getComputedStyle(up).overflowX !== 'visible') return false;
    return true;
}).map(e => e.outerHTML.slice(0, 100)).slice(0, 3).join(' / ')"""
SPILLED = """[...document.querySelectorAll('.tag')].filter(
    e => e.getBoundingClientRect().right > e.parentElement.getBoundingClientRect().right + 0.5
        && getComputedStyle(e.parentElement).overflowX === 'visible'
).map(e => e.textContent.trim())"""
# Plotly follows the width of the window a moment later. A promise, because wait_for_function() needs eval().
DRAWN = """() => new Promise((resolve, reject) => {
    const end = performance.now() + 8000;
    const look = () => {
        const plots = [...document.querySelectorAll('.plot')];
        const width = plot => +plot.querySelector('.main-svg')?.getAttribute('width');
        if (plots.every(plot => width(plot) === plot.clientWidth)) resolve();
        else if (performance.now() > end) reject(new Error('a chart is not as wide as its place'));
        else setTimeout(look, 20);
    };
    look();
})"""
Pages = Sequence[tuple[str | None, str]]  # who (None: a stranger) opens what


@pytest.fixture(scope="module")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file to copy."""
    path = tmp_path_factory.mktemp("migrated") / "empty.sqlite"
    engine = make_engine(f"sqlite:///{path}")
    migrate(engine)
    engine.dispose()
    return path


@pytest.fixture
def own(migrated: Path, tmp_path: Path) -> Settings:
    """Settings with a database of this test's own."""
    shutil.copy(migrated, tmp_path / "own.sqlite")
    return Settings(
        database_url=f"sqlite:///{tmp_path / 'own.sqlite'}",
        evidence_dir=str(tmp_path / "evidence"),
        secret_key="only-for-the-tests",
    )


@pytest.fixture
def own_site(make_app: Callable[[Settings], Flask], own: Settings) -> Iterator[Flask]:
    site = make_app(own)
    yield site
    site.extensions["engine"].dispose()


@pytest.fixture
def own_db(own_site: Flask) -> Iterator[Session]:
    with make_sessions(own_site.extensions["engine"])() as session:
        yield session


def filling_in(db: Session, world: World, own: Settings) -> Pages:
    """The sheet is filled in; the ministry prepares."""
    filled = filling.fill(db, world, own)
    sheet, officer = filled.id, world.actor("unit_officer")
    parts = {"I": officer.user_id, "III": officer.user_id}
    team.assign(db, officer, filled, to=parts, now=reviewing.now())
    asked = remarks.remark(db, officer, filled, code="I.1", text="Số nào?", now=reviewing.now())
    remarks.answer(db, world.actor("unit_director"), asked, text="Trang 6.", now=reviewing.now())
    remarks.remark(db, officer, filled, code="II.1", text="Chờ phòng chuyên môn.", now=reviewing.now())
    code, council = world.period.code, world.council.id if world.council else 0
    unit, admin = world.people["unit_officer"].id, "admin"
    return [
        (None, "/sign-in"),
        (None, "/activate"),
        (None, "/password-help"),
        (None, "/check"),
        (None, "/check?code=sai"),
        ("unit_officer", "/"),
        ("unit_officer", f"/sheets/{sheet}"),
        *[("unit_officer", f"/sheets/{sheet}?open={one}") for one in ("I.1", "II.1", "II.3", "III.1")],
        ("unit_officer", f"/sheets/{sheet}?section=exclusions"),
        ("unit_officer", f"/sheets/{sheet}?show=all"),
        ("unit_officer", f"/sheets/{sheet}?show=evidence&q=khong+co"),
        ("unit_officer", "/evidence"),
        ("unit_officer", f"/sheets/{sheet}/evidence?show=1"),
        ("unit_officer", f"/sheets/{sheet}/evidence/health"),
        ("unit_officer", f"/sheets/{sheet}/links"),
        ("unit_officer", "/evidence/1/citations"),
        ("unit_officer", "/evidence/1/describe"),
        ("unit_officer", "/evidence/1/replace"),
        ("unit_officer", f"/sheets/{sheet}/send"),
        ("unit_officer", f"/sheets/{sheet}/workbook"),
        *[("unit_officer", f"/sheets/{sheet}/{page}") for page in ("team", "remarks", "activity")],
        ("unit_officer", "/account"),
        ("unit_officer", "/accounts"),  # an error page
        ("other_officer", f"/sheets/{world.sheets['96'].id}/send"),
        ("cluster_leader", "/"),
        ("department", "/"),
        ("department", f"/periods/{code}/board"),
        ("department", f"/periods/{code}/times"),
        ("department", f"/periods/{code}/next-phase"),
        ("department", "/periods/new"),
        ("department", "/units"),
        ("department", f"/periods/{code}/councils"),
        ("department", f"/councils/{council}"),
        ("department", f"/periods/{code}/exclusions"),
        ("department", f"/sheets/{sheet}/extension"),
        ("department", f"/periods/{code}/progress"),
        ("department", f"/periods/{code}/progress?show=late"),
        ("department", f"/periods/{code}/reminders"),
        ("department", f"/periods/{code}/reminders/call"),
        ("cluster_leader", f"/periods/{code}/progress"),
        ("department", f"/periods/{code}/criteria"),
        (admin, "/"),
        (admin, "/accounts"),
        (admin, "/accounts/new"),
        (admin, f"/accounts/{unit}"),
        ("auditor", "/"),
        ("auditor", "/history"),
    ]


def give_back(db: Session, world: World) -> None:
    """The director has given the sheet back once, the officer has changed a line and sent it again."""
    officer, sheet = world.actor("unit_officer"), filling.loaded(db, world)
    submissions.send_back(db, world.actor("unit_director"), sheet, note="Sửa I.2", now=reviewing.now())
    sheets.save_entry(db, officer, sheet, code="I.2", data={"value": "95"}, version=1, now=reviewing.now())
    submissions.send(db, officer, sheet, now=reviewing.now())
    db.commit()


def attach_scan(db: Session, actor: Actor, sheet: Sheet, own: Settings) -> None:
    """A scan of the signed print."""
    scans.attach_scan(
        db,
        actor,
        sheet,
        folder=Path(own.evidence_dir),
        file=BytesIO(files.PDF),
        file_name="phieu.pdf",
        largest_mib=1,
        now=reviewing.now(),
    )
    db.commit()


def signing_and_reception(db: Session, world: World, own: Settings) -> Pages:
    """One sheet waits for the signature, another for the ministry."""
    sheet = filling.to_signing(db, world, own).id
    attach_scan(db, world.actor("unit_officer"), filling.loaded(db, world), own)
    give_back(db, world)
    late = reviewing.declare(db, world, "96", state=SheetState.SUBMITTED, unproven=("I.1",))
    other, now = late.id, reviewing.now()
    late.due_at, late.first_submitted_at = now - timedelta(days=3), now - timedelta(days=1)
    until, why = (
        now + timedelta(days=40),
        "Ảnh hưởng của mưa lũ kéo dài trên địa bàn nhiều huyện, mất điện và đường truyền.",
    )
    phases.extend(db, world.actor("department"), world.sheets["34"], closes_at=until, reason=why, now=now)
    reminder = Reminder(
        period_id=world.period.id,
        user_id=world.people["unit_officer"].id,
        day=now.date(),
        occasion="extended+14_days",
        sha256="0" * 64,
        state=Delivery.FAILED,
        made_at=now,
        trouble="Máy chủ thư từ chối: 550 5.1.1 No such user here",
    )
    db.add(reminder)
    db.commit()
    code = world.period.code
    return [
        ("department", f"/periods/{code}/progress"),
        ("department", f"/periods/{code}/reminders"),
        ("department", f"/periods/{code}/board"),
        ("department", f"/sheets/{world.sheets['34'].id}/extension"),
        ("unit_director", "/"),
        ("unit_director", f"/sheets/{sheet}/sign"),
        ("unit_director", f"/sheets/{sheet}/scans"),
        ("unit_director", f"/sheets/{sheet}?show=all&open=I.1"),
        ("other_director", f"/sheets/{other}/receipt"),
        ("department", f"/periods/{code}/inbox"),
        ("department", f"/sheets/{other}/reception"),
        ("department", f"/sheets/{other}/return"),
    ]


def reviewed(db: Session, world: World, own: Settings) -> Pages:
    """The council scores; one sheet is open for settling."""
    sheet = reviewing.under_review(db, world, "34", "35", "96").id
    other = world.sheets["35"]
    for name, points in (("member", "2"), ("second_member", "8.5"), ("chair", "8.5")):
        given = Decimal(points)
        marks.mark(db, world.actor(name), other, code="I.3", points=given, reason="Thiếu văn bản.", now=reviewing.now())
    verdicts.reveal(db, world.actor("chair"), other, now=reviewing.now())
    db.commit()
    code = world.period.code
    return [
        ("member", "/"),
        ("member", f"/periods/{code}/reviews"),
        ("member", f"/periods/{code}/reviews?view=criteria"),
        ("member", f"/periods/{code}/reviews/I.1"),
        ("member", f"/periods/{code}/reviews/II.5"),
        ("member", f"/sheets/{sheet}/review"),
        ("member", f"/sheets/{sheet}?open=I.1"),
        ("member", f"/sheets/{sheet}/conflict"),
        ("chair", "/"),
        ("chair", f"/sheets/{sheet}/verdicts"),
        ("chair", f"/sheets/{other.id}/verdicts"),
    ]


def explained(db: Session, world: World, own: Settings) -> Pages:
    """A line was lowered and explained; another sheet is final."""
    sheet = reviewing.declare(db, world, "34")
    lowered = {"I_3": ("6", "Thiếu văn bản tham mưu."), "II_4": ("2", "Một sáng kiến chưa được công nhận.")}
    reviewing.settle(db, world, sheet, **lowered)
    text = "Văn bản tham mưu đã gửi ngày 02/06."
    explanations.explain(db, world.actor("unit_officer"), sheet, code="I.3", text=text, now=reviewing.now())
    db.commit()
    code = world.period.code
    return [
        ("unit_officer", "/"),
        ("unit_officer", f"/sheets/{sheet.id}/explanations"),
        ("unit_officer", f"/sheets/{sheet.id}/result"),
        ("chair", "/"),
        ("chair", f"/sheets/{sheet.id}/explanations"),
        ("department", f"/periods/{code}/finalising"),
        ("department", f"/periods/{code}/ranking"),
    ]


def before_publishing(db: Session, world: World, own: Settings) -> Pages:
    """Every sheet is final, one unit excluded."""
    finished.finish(db, world)
    finished.exclude(db, world, "96")
    code, exclusion = world.period.code, db.scalars(select(Exclusion.id)).one()
    return [
        ("department", f"/periods/{code}/finalising"),
        ("department", f"/periods/{code}/publish"),
        ("department", f"/periods/{code}/exclusions"),
        ("department", f"/exclusions/{exclusion}/lift"),
        ("department", f"/periods/{code}/next-phase"),
        ("department", f"/periods/{code}/awards"),
    ]


def published(db: Session, world: World, own: Settings) -> Pages:
    """The result is sealed, the flags are granted, another award is open."""
    decision = finished.granted(db, world)
    finished.flag(db, world, code="bk", name="Bằng khen của Bộ trưởng", kind="form", position=2)
    code, sheet = world.period.code, world.sheets["34"].id
    certificate = db.scalars(select(Certificate)).first()
    assert certificate is not None
    other = db.scalars(select(Award.id).where(Award.code == "bk")).one()
    return [
        ("leader", "/"),
        ("leader", f"/periods/{code}/ranking"),
        ("leader", f"/periods/{code}/ranking?scope=nationwide"),
        ("leader", f"/periods/{code}/ranking?cluster=1"),
        ("leader", f"/periods/{code}/ranking/check"),
        ("leader", f"/periods/{code}/lean"),
        ("leader", "/rankings"),
        ("unit_officer", "/"),
        ("unit_director", "/"),
        ("unit_director", f"/sheets/{sheet}/result"),
        ("department", f"/periods/{code}/ranking"),
        ("department", f"/periods/{code}/awards"),
        ("department", f"/periods/{code}/awards/new"),
        ("department", f"/awards/{other}"),
        ("department", f"/awards/{other}/grant"),
        ("department", f"/decisions/{decision.id}"),
        ("department", f"/certificates/{certificate.id}/revoke"),
        (None, f"/check/{certificate.check_code}"),
    ]


def drafting(db: Session, world: World, own: Settings) -> Pages:
    """Two drafts of criteria sets: one is written, a criterion of it is not right yet; the units read the other."""
    writing, consulted = begin(db, world), consult(db, world)
    desk = drafts.open_desk(db, world.actor("department"), writing, now=reviewing.now())
    keys = {one.code: one.key for one in desk.draft.nodes.values()}
    made = drafts.add_node(desk, Kind.CRITERION, root=Root.CORE, parent=keys["I"], after=keys["I.1"])
    drafts.edit_fields(desk, keys["III"], {"code": "III", "title": "Đội ngũ"}, version=1)
    db.commit()
    here, there = f"/drafts/{writing.id}", f"/drafts/{consulted.id}"
    opened = {one.code: one.key for one in drafts.nodes_of(db, consulted).nodes.values()}
    return [
        ("department", "/criteria"),
        ("department", here),
        *[("department", f"{here}?node={keys[code]}") for code in ("I", "II.3", "X.1")],
        ("department", f"{here}?node={keys['I.1']}&part=95&whole=98"),
        ("department", f"{here}?node={made.key}"),  # its title and maximum are missing
        *[("department", f"{here}/{page}") for page in ("files", "publishing", "consultation")],
        ("department", f"{there}/consultation"),
        ("department", f"{there}?node={opened['I.1']}"),
        ("department", f"/criteria/{world.period.criteria_set_id}"),
        ("unit_officer", "/criteria"),
        ("unit_officer", f"{there}?node={opened['I.1']}"),
        ("auditor", f"{here}?node={keys['II.1']}"),
    ]


def taking_over(db: Session, world: World, own: Settings) -> Pages:
    """Figures of the ministry wait, one is disputed; last year's sheet has something for the empty lines."""
    sheet = bound.after_a_year(db, world, own, is_bound=True).id
    bound.load(db, world, ("34", "ty-le", "96"), ("34", "dat", "4"))
    version = bound.entries_of(db, world)["I.2"].version
    offers.dispute(
        db, world.actor("unit_officer"), bound.sheet_of(db, world), code="I.2", data={"value": "91"},
        reason="Tính đến ngày khác.", version=version, now=reviewing.now(),
    )  # fmt: skip
    db.commit()
    code = world.period.code
    return [
        ("unit_officer", "/"),
        ("unit_officer", f"/sheets/{sheet}?open=II.4"),
        ("unit_officer", f"/sheets/{sheet}?open=I.2"),
        ("unit_officer", f"/sheets/{sheet}?open=III.1"),
        ("unit_officer", f"/sheets/{sheet}/take-over"),
        ("unit_officer", f"/sheets/{sheet}/figures/dispute/I.2"),
        ("department", f"/periods/{code}/indicators"),
        ("department", f"/periods/{code}/indicators/values"),
        ("auditor", f"/periods/{code}/indicators"),
    ]


@pytest.mark.timeout(240)  # forty pages in two sizes, perhaps on a busy machine
@pytest.mark.parametrize(
    "moment",
    [filling_in, signing_and_reception, reviewed, explained, before_publishing, published, drafting, taking_over],
)
def test_every_page_of_a_moment_is_accessible(
    moment: Callable[[Session, World, Settings], Pages],
    browser: Browser,
    own: Settings,
    own_db: Session,
    own_site: Flask,
) -> None:
    world = build(own_db)
    pages = moment(own_db, world, own)
    own_db.commit()
    faults: list[str] = []
    with serving(own_site) as address:
        visitors = Visitors(browser, address)
        page = visitors.come()
        for name, path in pages:
            page.context.clear_cookies()
            if name is not None:
                page.context.add_cookies([cookie_of(own_site, address, world.people[name])])
            answer = page.goto(path)
            assert answer is not None
            faults += [f"{name} {path}: {fault}" for fault in faults_of(page)]
        visitors.leave()
    assert not faults, "\n".join(faults)
    assert visitors.complaints == []


def faults_of(page: Page) -> list[str]:
    """What axe says on a laptop and on a phone; and every width at which the page scrolls sideways."""
    page.evaluate(AXE)
    faults = []
    for size in (LAPTOP, PHONE, NARROW):
        page.set_viewport_size(size)
        page.evaluate(DRAWN)
        if size is not NARROW:
            rules = RULES if size is LAPTOP else NARROWER
            for found in page.evaluate("rules => axe.run(document, rules).then(found => found.violations)", rules):
                faults += [
                    f"{size['width']} px: {found['id']}: {node['target']} {node['html'][:200]}"
                    for node in found["nodes"]
                ]
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        if wide > 0:
            faults.append(f"{size['width']} px: {wide} px too wide, because of {page.evaluate(WIDEST)}")
        faults += [f"{size['width']} px: “{text}” leaves its place" for text in page.evaluate(SPILLED)]
    page.set_viewport_size(LAPTOP)
    return faults


def test_axe_notices_a_fault(browser: Browser) -> None:
    page = browser.new_page(viewport=LAPTOP)
    page.set_content(
        "<html lang=vi><title>t</title><main><h1>t</h1><input><p style='width:2000px'>x</p>"
        "<p style='width:9px'><span class=tag>a-long-word</span></p></main>"
    )
    faults = faults_of(page)
    page.close()
    assert any("label" in fault for fault in faults)
    assert any("320 px: 1" in fault for fault in faults)
    assert "1366 px: “a-long-word” leaves its place" in faults
