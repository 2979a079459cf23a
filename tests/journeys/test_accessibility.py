"""Every main page of every role: axe finds nothing, and no page scrolls sideways.

Each moment of a round has a SQLite file of its own, so that this runs once whatever database the tests are on.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from decimal import Decimal
from io import BytesIO
from pathlib import Path

import pytest
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
from tests import axe, bound, files, filling, finished, reviewing
from tests.journeys.browsers import LAPTOP, PHONE, Profiles, Visitors, cookie_of, serving
from tests.journeys.drafting import begin, consult
from tests.world import World, build

NARROW = {"width": 320, "height": 640}
# By how much the page is too wide and because of what; which labels leave their place. First it waits for the charts,
# since Plotly follows the width of the window a moment later (a promise, because wait_for_function() needs eval()).
LAID_OUT = """async () => {
    const end = performance.now() + 8000;
    const plots = [...document.querySelectorAll('.plot')];
    const width = (plot) => +plot.querySelector('.main-svg')?.getAttribute('width');
    while (!plots.every((plot) => width(plot) === plot.clientWidth)) {
        if (performance.now() > end) throw new Error('a chart is not as wide as its place');
        await new Promise((later) => setTimeout(later, 20));
    }
    const root = document.documentElement;
    const tooWide = root.scrollWidth - root.clientWidth;
    const isWide = (element) => {
        if (element.getBoundingClientRect().right <= root.clientWidth + 0.5) return false;
        for (let up = element.parentElement; up !== document.body; up = up.parentElement)
            if (getComputedStyle(up).overflowX !== 'visible') return false;
        return true;
    };
    const widest = tooWide > 0 ? [...document.querySelectorAll('body *')].filter(isWide) : [];
    const spilled = [...document.querySelectorAll('.tag')].filter(
        (tag) => tag.getBoundingClientRect().right > tag.parentElement.getBoundingClientRect().right + 0.5
            && getComputedStyle(tag.parentElement).overflowX === 'visible');
    return [
        tooWide, widest.slice(0, 3).map((element) => element.outerHTML.slice(0, 100)).join(' / '),
        spilled.map((tag) => tag.textContent.trim()),
    ];
}"""
Pages = Sequence[tuple[str | None, str]]  # who (None: a stranger) opens what; {names} are what the moment gives
Names = dict[str, object]


@pytest.fixture(scope="module")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file to copy."""
    path = tmp_path_factory.mktemp("migrated") / "empty.sqlite"
    engine = make_engine(f"sqlite:///{path}")
    migrate(engine)
    engine.dispose()
    return path


@pytest.fixture(scope="module")
def profiles(browser: Browser) -> Profiles:
    """Browser profiles whose pages have axe."""
    return Profiles(browser, axe.bring_axe)


@pytest.fixture(scope="module")
def looks() -> set[str]:
    """Looks of texts whose contrast was judged on a page before; the moments share their styles."""
    return set()


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


def filling_in(db: Session, world: World, own: Settings) -> Names:
    """The sheet is filled in; the ministry prepares."""
    filled = filling.fill(db, world, own)
    sheet, officer = filled.id, world.actor("unit_officer")
    parts = {"I": officer.user_id, "III": officer.user_id}
    team.assign(db, officer, filled, to=parts, now=reviewing.now())
    asked = remarks.remark(db, officer, filled, code="I.1", text="Số nào?", now=reviewing.now())
    remarks.answer(db, world.actor("unit_director"), asked, text="Trang 6.", now=reviewing.now())
    remarks.remark(db, officer, filled, code="II.1", text="Chờ phòng chuyên môn.", now=reviewing.now())
    return {
        "sheet": sheet,
        "other": world.sheets["96"].id,
        "council": world.council.id if world.council else 0,
        "account": world.people["unit_officer"].id,
    }


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


def signing_and_reception(db: Session, world: World, own: Settings) -> Names:
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
    return {"sheet": sheet, "other": other}


def reviewed(db: Session, world: World, own: Settings) -> Names:
    """The council scores; one sheet is open for settling."""
    sheet = reviewing.under_review(db, world, "34", "35", "96").id
    other = world.sheets["35"]
    for name, points in (("member", "2"), ("second_member", "8.5"), ("chair", "8.5")):
        given = Decimal(points)
        marks.mark(db, world.actor(name), other, code="I.3", points=given, reason="Thiếu văn bản.", now=reviewing.now())
    verdicts.reveal(db, world.actor("chair"), other, now=reviewing.now())
    db.commit()
    return {"sheet": sheet, "other": other.id}


def explained(db: Session, world: World, own: Settings) -> Names:
    """A line was lowered and explained; another sheet is final."""
    sheet = reviewing.declare(db, world, "34")
    lowered = {"I_3": ("6", "Thiếu văn bản tham mưu."), "II_4": ("2", "Một sáng kiến chưa được công nhận.")}
    reviewing.settle(db, world, sheet, **lowered)
    text = "Văn bản tham mưu đã gửi ngày 02/06."
    explanations.explain(db, world.actor("unit_officer"), sheet, code="I.3", text=text, now=reviewing.now())
    db.commit()
    return {"sheet": sheet.id}


def before_publishing(db: Session, world: World, own: Settings) -> Names:
    """Every sheet is final, one unit excluded."""
    finished.finish(db, world)
    finished.exclude(db, world, "96")
    return {"exclusion": db.scalars(select(Exclusion.id)).one()}


def published(db: Session, world: World, own: Settings) -> Names:
    """The result is sealed, the flags are granted, another award is open."""
    decision = finished.granted(db, world)
    finished.flag(db, world, code="bk", name="Bằng khen của Bộ trưởng", kind="form", position=2)
    certificate = db.scalars(select(Certificate)).first()
    assert certificate is not None
    return {
        "sheet": world.sheets["34"].id,
        "award": db.scalars(select(Award.id).where(Award.code == "bk")).one(),
        "decision": decision.id,
        "certificate": certificate.id,
        "check_code": certificate.check_code,
    }


def drafting(db: Session, world: World, own: Settings) -> Names:
    """Two drafts of criteria sets: one is written, a criterion of it is not right yet; the units read the other."""
    writing, consulted = begin(db, world), consult(db, world)
    desk = drafts.open_desk(db, world.actor("department"), writing, now=reviewing.now())
    keys = {one.code: one.key for one in desk.draft.nodes.values()}
    made = drafts.add_node(desk, Kind.CRITERION, root=Root.CORE, parent=keys["I"], after=keys["I.1"])
    drafts.edit_fields(desk, keys["III"], {"code": "III", "title": "Đội ngũ"}, version=1)
    db.commit()
    opened = {one.code: one.key for one in drafts.nodes_of(db, consulted).nodes.values()}
    return {
        "writing": writing.id,
        "consulted": consulted.id,
        "made": made.key,
        "asked": opened["I.1"],
        "criteria_set": world.period.criteria_set_id,
        **{code.replace(".", "_"): key for code, key in keys.items()},
    }


def taking_over(db: Session, world: World, own: Settings) -> Names:
    """Figures of the ministry wait, one is disputed; last year's sheet has something for the empty lines."""
    sheet = bound.after_a_year(db, world, own, is_bound=True).id
    bound.load(db, world, ("34", "ty-le", "96"), ("34", "dat", "4"))
    version = bound.entries_of(db, world)["I.2"].version
    offers.dispute(
        db, world.actor("unit_officer"), bound.sheet_of(db, world), code="I.2", data={"value": "91"},
        reason="Tính đến ngày khác.", version=version, now=reviewing.now(),
    )  # fmt: skip
    db.commit()
    return {"sheet": sheet}


PAGES: dict[Callable[[Session, World, Settings], Names], Pages] = {
    filling_in: [
        (None, "/sign-in"),
        (None, "/activate"),
        (None, "/password-help"),
        (None, "/check"),
        (None, "/check?code=sai"),
        ("unit_officer", "/"),
        ("unit_officer", "/sheets/{sheet}"),
        *[("unit_officer", f"/sheets/{{sheet}}?open={code}") for code in ("I.1", "II.1", "II.3", "III.1")],
        ("unit_officer", "/sheets/{sheet}?section=exclusions"),
        ("unit_officer", "/sheets/{sheet}?show=all"),
        ("unit_officer", "/sheets/{sheet}?show=evidence&q=khong+co"),
        ("unit_officer", "/evidence"),
        ("unit_officer", "/sheets/{sheet}/evidence?show=1"),
        ("unit_officer", "/sheets/{sheet}/evidence/health"),
        ("unit_officer", "/sheets/{sheet}/links"),
        ("unit_officer", "/evidence/1/citations"),
        ("unit_officer", "/evidence/1/describe"),
        ("unit_officer", "/evidence/1/replace"),
        ("unit_officer", "/sheets/{sheet}/send"),
        ("unit_officer", "/sheets/{sheet}/workbook"),
        ("unit_officer", "/sheets/{sheet}/team"),
        ("unit_officer", "/sheets/{sheet}/remarks"),
        ("unit_officer", "/sheets/{sheet}/activity"),
        ("unit_officer", "/account"),
        ("unit_officer", "/accounts"),  # an error page
        ("other_officer", "/sheets/{other}/send"),
        ("cluster_leader", "/"),
        ("department", "/"),
        ("department", "/periods/{period}/board"),
        ("department", "/periods/{period}/times"),
        ("department", "/periods/{period}/next-phase"),
        ("department", "/periods/new"),
        ("department", "/units"),
        ("department", "/periods/{period}/councils"),
        ("department", "/councils/{council}"),
        ("department", "/periods/{period}/exclusions"),
        ("department", "/sheets/{sheet}/extension"),
        ("department", "/periods/{period}/progress"),
        ("department", "/periods/{period}/progress?show=late"),
        ("department", "/periods/{period}/reminders"),
        ("department", "/periods/{period}/reminders/call"),
        ("cluster_leader", "/periods/{period}/progress"),
        ("department", "/periods/{period}/criteria"),
        ("admin", "/"),
        ("admin", "/accounts"),
        ("admin", "/accounts/new"),
        ("admin", "/accounts/{account}"),
        ("auditor", "/"),
        ("auditor", "/history"),
    ],
    signing_and_reception: [
        ("department", "/periods/{period}/progress"),
        ("department", "/periods/{period}/reminders"),
        ("department", "/periods/{period}/board"),
        ("department", "/sheets/{sheet}/extension"),
        ("unit_director", "/"),
        ("unit_director", "/sheets/{sheet}/sign"),
        ("unit_director", "/sheets/{sheet}/scans"),
        ("unit_director", "/sheets/{sheet}?show=all&open=I.1"),
        ("other_director", "/sheets/{other}/receipt"),
        ("department", "/periods/{period}/inbox"),
        ("department", "/sheets/{other}/reception"),
        ("department", "/sheets/{other}/return"),
    ],
    reviewed: [
        ("member", "/"),
        ("member", "/periods/{period}/reviews"),
        ("member", "/periods/{period}/reviews?view=criteria"),
        ("member", "/periods/{period}/reviews/I.1"),
        ("member", "/periods/{period}/reviews/II.5"),
        ("member", "/sheets/{sheet}/review"),
        ("member", "/sheets/{sheet}?open=I.1"),
        ("member", "/sheets/{sheet}/conflict"),
        ("chair", "/"),
        ("chair", "/sheets/{sheet}/verdicts"),
        ("chair", "/sheets/{other}/verdicts"),
    ],
    explained: [
        ("unit_officer", "/"),
        ("unit_officer", "/sheets/{sheet}/explanations"),
        ("unit_officer", "/sheets/{sheet}/result"),
        ("chair", "/"),
        ("chair", "/sheets/{sheet}/explanations"),
        ("department", "/periods/{period}/finalising"),
        ("department", "/periods/{period}/ranking"),
    ],
    before_publishing: [
        ("department", "/periods/{period}/finalising"),
        ("department", "/periods/{period}/publish"),
        ("department", "/periods/{period}/exclusions"),
        ("department", "/exclusions/{exclusion}/lift"),
        ("department", "/periods/{period}/next-phase"),
        ("department", "/periods/{period}/awards"),
    ],
    published: [
        ("leader", "/"),
        ("leader", "/periods/{period}/ranking"),
        ("leader", "/periods/{period}/ranking?scope=nationwide"),
        ("leader", "/periods/{period}/ranking?cluster=1"),
        ("leader", "/periods/{period}/ranking/check"),
        ("leader", "/periods/{period}/lean"),
        ("leader", "/rankings"),
        ("unit_officer", "/"),
        ("unit_director", "/"),
        ("unit_director", "/sheets/{sheet}/result"),
        ("department", "/periods/{period}/ranking"),
        ("department", "/periods/{period}/awards"),
        ("department", "/periods/{period}/awards/new"),
        ("department", "/awards/{award}"),
        ("department", "/awards/{award}/grant"),
        ("department", "/decisions/{decision}"),
        ("department", "/certificates/{certificate}/revoke"),
        (None, "/check/{check_code}"),
    ],
    drafting: [
        ("department", "/criteria"),
        ("department", "/drafts/{writing}"),
        *[("department", f"/drafts/{{writing}}?node={{{key}}}") for key in ("I", "II_3", "X_1")],
        ("department", "/drafts/{writing}?node={I_1}&part=95&whole=98"),
        ("department", "/drafts/{writing}?node={made}"),  # its title and maximum are missing
        ("department", "/drafts/{writing}/files"),
        ("department", "/drafts/{writing}/publishing"),
        ("department", "/drafts/{writing}/consultation"),
        ("department", "/drafts/{consulted}/consultation"),
        ("department", "/drafts/{consulted}?node={asked}"),
        ("department", "/criteria/{criteria_set}"),
        ("unit_officer", "/criteria"),
        ("unit_officer", "/drafts/{consulted}?node={asked}"),
        ("auditor", "/drafts/{writing}?node={II_1}"),
    ],
    taking_over: [
        ("unit_officer", "/"),
        ("unit_officer", "/sheets/{sheet}?open=II.4"),
        ("unit_officer", "/sheets/{sheet}?open=I.2"),
        ("unit_officer", "/sheets/{sheet}?open=III.1"),
        ("unit_officer", "/sheets/{sheet}/take-over"),
        ("unit_officer", "/sheets/{sheet}/figures/dispute/I.2"),
        ("department", "/periods/{period}/indicators"),
        ("department", "/periods/{period}/indicators/values"),
        ("auditor", "/periods/{period}/indicators"),
    ],
}  # fmt: skip


def kind_of(who: str | None, address: str) -> tuple[str | None, str]:
    """What pages of one look have in common: the path; for the first screen, the role; for a draft, who reads it.

    Each value of a query opens other things, but for the codes of criteria, rows that look alike.
    """
    path, _, query = address.partition("?")
    pairs = dict(pair.split("=") for pair in query.split("&") if pair)
    asked = "&".join(f"{key}={'' if key in ('open', 'node') else value}" for key, value in pairs.items())
    by_role = path == "/" or path.startswith("/drafts")
    return who if by_role else None, re.sub("{.*?}|[IV]+[.][0-9]", "*", path) + "?" + asked


FIRST: dict[tuple[str | None, str], tuple[object, int]] = {}  # the place where a kind of page is looked at in full
for _moment, _pages in PAGES.items():
    for _place, _page in enumerate(_pages):
        FIRST.setdefault(kind_of(*_page), (_moment, _place))


@pytest.mark.timeout(240)  # forty pages in two sizes, perhaps on a busy machine
@pytest.mark.parametrize("moment", PAGES)
def test_every_page_of_a_moment_is_accessible(
    moment: Callable[[Session, World, Settings], Names],
    profiles: Profiles,
    looks: set[str],
    own: Settings,
    own_db: Session,
    own_site: Flask,
) -> None:
    world = build(own_db)
    names = {"period": world.period.code, **moment(own_db, world, own)}
    own_db.commit()
    faults: list[str] = []
    with serving(own_site) as address:
        visitors = Visitors(profiles, address)
        page = visitors.come()
        for place, (name, template) in enumerate(PAGES[moment]):
            page.context.clear_cookies()
            if name is not None:
                page.context.add_cookies([cookie_of(own_site, address, world.people[name])])
            path = template.format_map(names)
            answer = page.goto(path)
            assert answer is not None
            is_first = FIRST[kind_of(name, template)] == (moment, place)
            faults += [f"{name} {path}: {fault}" for fault in faults_of(page, looks, is_first=is_first)]
        visitors.leave()
    assert not faults, "\n".join(faults)
    assert visitors.complaints == []


def faults_of(page: Page, looks: set[str], *, is_first: bool = True) -> list[str]:
    """What axe says on a laptop and on a phone; and every width at which the page scrolls sideways.

    Of a page whose kind was looked at before, axe does not look at the narrow window.
    """
    faults = []
    for size in (LAPTOP, PHONE, NARROW):
        page.set_viewport_size(size)
        found = misplaced(page)
        if size == LAPTOP:
            found += axe.wide_faults(page, looks)
        elif size == PHONE and is_first:
            found += axe.narrow_faults(page)
        faults += [f"{size['width']} px: {each}" for each in found]
    page.set_viewport_size(LAPTOP)
    return faults


def misplaced(page: Page) -> list[str]:
    """By how much the page scrolls sideways and because of what, and labels that leave their place."""
    wide, widest, spilled = page.evaluate(LAID_OUT)
    found = [f"{wide} px too wide, because of {widest}"] if wide > 0 else []
    return found + [f"“{text}” leaves its place" for text in spilled]


def test_axe_notices_a_fault(browser: Browser) -> None:
    page = browser.new_page(viewport=LAPTOP)
    page.set_content(
        "<html lang=vi><title>t</title><main><h1>t</h1><input><p style='width:2000px'>x</p>"
        "<p style='width:9px'><span class=tag>a-long-word</span></p></main>"
    )
    faults = faults_of(page, set())
    page.close()
    assert any("label" in fault for fault in faults)
    assert any("320 px: 1" in fault for fault in faults)
    assert "1366 px: “a-long-word” leaves its place" in faults


POOR = {
    "colour": "<p style='color:#999'>Huế</p>",
    "ground": "<section style='background:#555'><div><p>Huế</p></div></section>",
    "see-through ground": "<section style='background:#000'><div style='background:#fff4'><p>Huế</p></div></section>",
    "opacity": "<section style='opacity:.4'><div><p>Huế</p></div></section>",
    "weight": "<p style='color:#888;font:700 19px serif'>Huế</p><p style='color:#888;font:400 19px serif'>Huế</p>",
    "size": "<p style='color:#888;font-size:32px'>Huế</p><p style='color:#888;font-size:14px'>Huế</p>",
    "field": "<input aria-label=x value=Huế style='color:#999'>",
    "outside first": "<p style='color:#999;position:relative;left:-9999px'>Huế</p>" * 3
    + "<p style='color:#999'>Huế</p>",
    "disabled first": "<button disabled style='color:#999'>Huế</button><button style='color:#999'>Huế</button>",
    "label of disabled first": "<label style='color:#999'>Huế <input disabled></label>" * 3
    + "<label style='color:#999'>Huế <input></label>",
    "stripe": "<style>section::before { content: ''; position: absolute; inset: 0 auto 0 0; width: 3px }</style>"
    "<section style='position:relative;background:#555'><p>Huế</p></section>",
    "over another": "<p class=a style='position:absolute;top:200px;left:0;background:#fff'>Huế</p>"
    "<div style='position:absolute;top:300px;left:0;width:99px;height:99px;background:#333'></div>"
    "<p class=b style='position:absolute;top:320px;left:0'>Huế</p>",
}


NARROW_TARGETS = {
    "close together": "<button style='width:20px;height:12px;padding:0'>a</button><br>" * 3,
    "under another": "<a href=/ style='display:block;width:90px;height:30px'>Huế</a>"
    "<a href=/ style='display:block;width:90px;height:30px;margin-top:-22px;position:relative'>Vinh</a>",
}


@pytest.mark.parametrize("fault", NARROW_TARGETS)
def test_axe_notices_a_target_that_is_hard_to_hit(browser: Browser, fault: str) -> None:
    page = browser.new_page(viewport=LAPTOP)
    good = "<p><button style='width:60px;height:30px'>Huế</button></p>"
    page.set_content(f"<html lang=vi><title>t</title><main><h1>t</h1>{good}{NARROW_TARGETS[fault]}{good}</main>")
    wide, narrow = axe.wide_faults(page, set()), axe.narrow_faults(page)
    page.close()
    for found in (wide, narrow):
        assert [each for each in found if each.startswith("target-size")], found


@pytest.mark.parametrize("fault", POOR)
def test_axe_notices_a_poor_contrast_once(browser: Browser, fault: str) -> None:
    page = browser.new_page(viewport=LAPTOP)
    good = "<p>Hai Phong</p>" * 5
    page.set_content(f"<html lang=vi><title>t</title><main><h1>t</h1>{good}{POOR[fault]}{good}</main>")
    looks: set[str] = set()
    first, second = axe.wide_faults(page, looks), axe.wide_faults(page, looks)
    page.close()
    assert [each for each in first if each.startswith("color-contrast")], first
    assert not [each for each in second if each.startswith("color-contrast")]
