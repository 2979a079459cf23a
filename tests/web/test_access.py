"""Who may open what: every route, every role and a stranger, in three moments of a round.

Nobody is led to a closed door either: every link on every page that a person can open opens for them. Most people open
them in English, where nothing may be in Vietnamese but what people have written.
On PostgreSQL a few people open every page and send every form; see tests/postgres.py.
"""

from __future__ import annotations

import hashlib
import io
import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urldefrag, urlsplit

import pytest
from flask import Flask, g
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from emulation.access import Permission, may
from emulation.config import Settings
from emulation.db import Base
from emulation.domain.workflow import Phase, SheetState
from emulation.models import Certificate, CriteriaSet, Decision, Delivery, DraftState, Exclusion, Reminder, User
from emulation.services import (
    awards,
    consultations,
    drafts,
    evidence,
    incoming,
    remarks,
    results,
    revisions,
    scans,
    uploads,
)
from emulation.services.sheets import load_sheet_to_change
from emulation.web import session as current
from tests import english, files
from tests.client import Client, read
from tests.english import data_of
from tests.snapshots import Snapshots
from tests.world import World

PEOPLE = (
    "stranger",
    "admin",
    "department",
    "chair",
    "member",
    "outsider",
    "unit_officer",
    "unit_director",
    "other_officer",
    "other_director",
    "cluster_leader",
    "leader",
    "auditor",
)
# Allowed, but there is nothing to show at some of the moments.
UNUSUAL: dict[str, tuple[int, ...]] = {
    "accounts.activation_by_link": (404,),  # no such code
    "certificates.check": (200, 404),  # none before the award is granted
    "comparisons.draft_impact": (200, 409),  # no round is published yet
    "evidence.library": (200, 302, 404),  # only people of a unit have one
    "lean.lean_pdf": (200, 404),  # none before publication
    "lean.lean_workbook": (200, 404),
    "results.ranking_report": (200, 404),  # none before publication
    "results.ranking_workbook": (200, 404),
    "results.recheck": (200, 404),
    "results.unit_result": (200, 404),
    "sheets.mine": (200, 302, 404),  # only people of a unit have one
    "take_over.disputing": (404,),  # no criterion of the set of the tests names an indicator
    "submissions.receipt": (200, 404),  # none before the sheet is submitted
    "submissions.receipt_pdf": (200, 404),
}
# Slow documents: opened by one of those who may, refused to everybody who may not.
HEAVY = {
    "consultations.draft_file": "leader",
    "criteria.version_file": "leader",
    "evidence_exports.as_pdf": "auditor",
    "lean.lean_pdf": "leader",
    "lean.lean_workbook": "leader",
    "results.ranking_report": "leader",
    "results.ranking_workbook": "leader",
    "submissions.form_pdf": "unit_officer",
    "workbooks.download": "unit_officer",
    "submissions.receipt_pdf": "unit_officer",
}
PER_ENDPOINT = 2  # of linked pages that differ only by the thing they show


@dataclass
class Route:
    """One route with the values of its address, and the thing that it names."""

    endpoint: str
    method: str
    path: str
    allow: Permission
    load: Callable[..., Any] | None
    values: dict[str, Any]


def open_routes(app: Flask, person: int | None, routes: list[Route]) -> list[Route]:
    """Those that the table opens to this person, each asked with the thing that its address names."""
    with app.test_request_context():
        db = current.db()
        g.user = db.get(User, person) if person else None  # a loader may look for what this person can have
        found: list[Route] = []
        things: dict[Any, Any] = {}
        for route in routes:
            key = (route.load, *route.values.items())
            if key not in things:
                things[key] = route.load(db, **route.values) if route.load else None
            thing = things[key]
            if (thing is not None or route.load is None) and may(g.user, route.allow, thing):
                found.append(route)
        return found


def self_scoring(db: Session, world: World) -> None:
    """The units are filling in their sheets."""


def review(db: Session, world: World) -> None:
    """The ministry has received every sheet."""
    world.period.phase = Phase.REVIEW
    put_sheets(db, world, SheetState.RECEIVED)


def published(db: Session, world: World) -> None:
    """The result is sealed, an award is granted."""
    world.period.phase = Phase.COUNCIL
    put_sheets(db, world, SheetState.FINAL)
    now = datetime.now(UTC)
    results.publish(db, world.actor("department"), world.period, now=now)
    award = awards.awards_of(db, world.period)[0]
    decision = Decision(award_id=award.id, made_by_id=world.people["department"].id, made_at=now)
    db.add(decision)
    db.flush()
    unit = world.units["34"]
    db.add(
        Certificate(decision_id=decision.id, unit_id=unit.id, recipient=unit.name, position=1, check_code="7K4M-92QD")
    )


def put_sheets(db: Session, world: World, state: SheetState) -> None:
    """Every sheet in this state, submitted and received now."""
    now = datetime.now(UTC)
    for sheet in world.sheets.values():
        sheet.submitted_at = sheet.received_at = now
        sheet.signed_by_id, sheet.submission_sha256 = world.people["unit_director"].id, "0" * 64
        sheet.state = state
    db.flush()


MOMENTS = {moment.__name__: moment for moment in (self_scoring, review, published)}
# everybody once; at the later moments those for whom something has changed, and one of each pair that is treated alike
CASES = [
    *(("self_scoring", name) for name in PEOPLE),
    *(("review", name) for name in ("department", "chair", "member", "outsider", "unit_officer", "other_officer")),
    ("review", "leader"),
    *(("published", name) for name in PEOPLE if name not in ("member", "other_director")),
]
# those who open every page in English
IN_ENGLISH = {
    "self_scoring": ("stranger", "admin", "department", "unit_officer", "unit_director", "cluster_leader"),
    "review": ("department", "chair", "member", "unit_officer", "leader"),
    "published": ("stranger", "department", "chair", "unit_officer", "unit_director", "leader", "auditor"),
}
REFUSALS = ("/no-such-page", "/accounts")  # of a page, to everybody or to most
# who together may open every route
ON_BOTH_DATABASES = {
    ("self_scoring", "admin"),
    ("self_scoring", "unit_officer"),
    ("self_scoring", "unit_director"),
    ("review", "department"),
    ("review", "chair"),
    ("published", "department"),
    ("published", "stranger"),
}
OPENING = [pytest.param(*case, marks=[pytest.mark.db] if case in ON_BOTH_DATABASES else []) for case in CASES]
# One guard refuses, whatever the moment and the role; at the last moment every thing is there.
REFUSED = [
    *(("published", name) for name in ("stranger", "admin", "member", "other_officer", "auditor")),
    ("self_scoring", "outsider"),
    ("review", "other_director"),
]


def prepare(db: Session, world: World, settings: Settings, moment: str) -> dict[str, Any]:
    """The world at this moment; what the addresses name belongs to unit 34, so that people of unit 96 are others."""
    now, folder = datetime.now(UTC), Path(settings.evidence_dir)
    proof = evidence.attach(
        db,
        world.actor("unit_officer"),
        world.sheets["34"],
        folder=folder,
        file=io.BytesIO(files.PDF),
        file_name="bao-cao.pdf",
        largest_mib=1,
        code="I.1",
        now=now,
    ).evidence
    sheet = load_sheet_to_change(db, world.sheets["34"].id)
    assert sheet is not None
    newer = incoming.take_in(folder, io.BytesIO(files.PDF + b"2"), "bao-cao-moi.pdf", largest_mib=1)
    cited = evidence.load_evidence_to_change(db, proof.id)
    assert cited is not None
    revisions.replace_file(db, world.actor("unit_officer"), cited, newer, version=1, now=now)
    upload = uploads.start(
        db,
        world.actor("unit_officer"),
        sheet,
        file_name="lon.pdf",
        size=100,
        code=None,
        largest_mib=1,
        quota_mib=10,
        now=now,
    )
    world.sheets["34"].state = SheetState.SIGNING
    scan = scans.attach_scan(
        db,
        world.actor("unit_director"),
        world.sheets["34"],
        folder=Path(settings.evidence_dir),
        file=io.BytesIO(files.PDF),
        file_name="phieu-da-ky.pdf",
        largest_mib=1,
        now=now,
    )
    world.sheets["34"].state = SheetState.DRAFT
    said = remarks.remark(db, world.actor("unit_officer"), world.sheets["34"], code="I.1", text="Số nào?", now=now)
    award = awards.create_defaults(db, world.actor("department"), world.period, now=now)[0]
    db.flush()
    found = Exclusion(
        sheet_id=world.sheets["34"].id,
        ground=world.criteria.exclusions[0].code,
        note="Kết luận thanh tra",
        decided_by_id=world.people["department"].id,
        decided_at=now,
    )
    db.add(found)
    row = db.scalars(select(CriteriaSet)).one()
    draft = drafts.create_draft(db, world.actor("department"), based_on=row, edition="nháp", now=now)
    draft.state, draft.consultation_until = DraftState.CONSULTATION, now + timedelta(days=1)
    comment = consultations.comment(db, world.actor("other_officer"), draft, key=1, text="Nên bỏ.", now=now)
    if moment != "review":  # the consultation runs at one of the moments
        draft.state = DraftState.WRITING
    reminder = Reminder(
        period_id=world.period.id,
        user_id=world.people["other_officer"].id,
        day=now.date() - timedelta(days=1),
        occasion="7_days",
        sha256="0" * 64,
        state=Delivery.FAILED,
        made_at=now - timedelta(days=1),
    )
    db.add(reminder)
    MOMENTS[moment](db, world)
    db.commit()
    one = {"decision_id": db.scalar(select(Decision.id)) or 1, "certificate_id": db.scalar(select(Certificate.id)) or 1}
    assert world.council is not None
    return one | {
        "draft_id": draft.id,
        "key": 2,  # its first criterion
        "comment_id": comment.id,
        "set_id": row.id,
        "name": "yaml",
        "sheet_id": world.sheets["34"].id,
        "unit_id": world.units["34"].id,
        "evidence_id": proof.id,
        "number": 1,
        "token": upload.token,
        "remark_id": said.id,
        "scan_id": scan.id,
        "user_id": world.people["leader"].id,
        "award_id": award.id,
        "exclusion_id": found.id,
        "council_id": world.council.id,
        "check_code": "7K4M-92QD",
        "reminder_id": reminder.id,
        "other_id": world.period.criteria_set_id,
    }


def routes_of(app: Flask, world: World, ids: dict[str, Any]) -> Iterator[Route]:
    """Every guarded route, its address filled in."""
    with app.test_request_context():
        for rule in app.url_map.iter_rules():
            view = app.view_functions[rule.endpoint]
            if rule.endpoint == "static":
                continue
            values = {name: value_of(name, rule.rule, world, ids) for name in rule.arguments}
            path = app.url_map.bind("localhost").build(rule.endpoint, values)
            for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
                yield Route(rule.endpoint, method, path, view.allow, view.load, values)


def value_of(name: str, rule: str, world: World, ids: dict[str, Any]) -> Any:
    """A sensible value of a variable in an address."""
    if name == "code":
        if rule.startswith("/activate/"):
            return "AAAAA-AAAAA-AAAAA-AAAAA"
        return world.period.code if rule.startswith("/periods/<code>") else "I.1"
    return "I.1" if name == "criterion" else ids[name]


def dump(db: Session) -> dict[str, str]:
    """A digest of every table."""
    db.rollback()
    found = {}
    for table in Base.metadata.sorted_tables:
        rows = sorted(repr(tuple(row)) for row in db.execute(table.select()))
        found[table.name] = hashlib.sha256("\n".join(rows).encode()).hexdigest()
    db.rollback()
    return found


@pytest.mark.parametrize(("moment", "name"), REFUSED)
def test_route_refuses_those_who_may_not(
    app: Flask, client: Client, db: Session, world: World, settings: Settings, moment: str, name: str
) -> None:
    ids = prepare(db, world, settings, moment)
    person = person_of(client, world, name)
    routes = list(routes_of(app, world, ids))
    opened = open_routes(app, person, routes)
    before = dump(db)
    for route in routes:
        if route in opened:
            continue
        leads_to_sign_in = person is None and route.method == "GET"
        response = ask(client, route, as_script=not leads_to_sign_in)
        if leads_to_sign_in:
            assert (response.status_code, place_of(response)) == (302, "/sign-in"), route
        else:
            assert response.status_code in ((401,) if person is None else (403, 404)), route
    assert dump(db) == before


@pytest.mark.parametrize(("moment", "name"), OPENING)
def test_route_opens_to_those_who_may(
    app: Flask, client: Client, db: Session, world: World, settings: Settings, moment: str, name: str
) -> None:
    ids = prepare(db, world, settings, moment)
    person = person_of(client, world, name)
    if name in IN_ENGLISH[moment]:
        with client.session_transaction() as session:
            session["language"] = "en"
    opened = open_routes(app, person, list(routes_of(app, world, ids)))
    before = dump(db)
    answers = {}
    for route in opened:
        if route.method == "GET" and HEAVY.get(route.endpoint, name) == name:
            response = answers[route.path] = ask(client, route)
            assert response.status_code in UNUSUAL.get(route.endpoint, (200, 302)), route
            assert person is None or place_of(response) != "/sign-in", route
    if name in IN_ENGLISH[moment]:
        assert sum(each.status_code == 200 for each in answers.values()) > 5 or person is None
        refusals = {path: client.get(path) for path in REFUSALS}
        assert vietnamese_in(answers | refusals, data_of(db, world, settings)) == set()
    follow_links(app, client, answers, is_stranger=person is None)
    assert dump(db) == before

    for route in opened:
        if route.method == "POST":
            if person is not None:
                client.sign_in(name)  # the act before may have ended the session
            status = ask(client, route).status_code
            assert status < 500, route
            if status in (401, 403):  # then an act before has closed it
                assert not open_routes(app, person, [route]), route


def test_people_on_both_databases_may_open_every_route(
    app: Flask, db: Session, world: World, settings: Settings, snapshots: Snapshots
) -> None:
    closed: set[tuple[str, str]] = set()
    opened: set[tuple[str, str]] = set()
    for moment in MOMENTS:
        db.rollback()
        snapshots.restore("world")
        routes = list(routes_of(app, world, prepare(db, world, settings, moment)))
        closed |= {(route.endpoint, route.method) for route in routes}
        for name in [name for one, name in ON_BOTH_DATABASES if one == moment]:
            person = None if name == "stranger" else world.people[name].id
            opened |= {(route.endpoint, route.method) for route in open_routes(app, person, routes)}
    assert closed - opened == set()


def vietnamese_in(answers: dict[str, TestResponse], written: re.Pattern[str]) -> set[str]:
    """Where these pages in English show Vietnamese that nobody has `written`."""
    pages = {path: each.text for path, each in answers.items() if each.mimetype == "text/html" and not each.location}
    assert {re.findall('<html lang="(..)"', text)[0] for text in pages.values()} == {"en"}
    return {f"{path}: {text}" for path, page in pages.items() for text in english.vietnamese_in(page, written)}


def person_of(client: Client, world: World, name: str) -> int | None:
    """The key of the person, who is signed in now; None for the stranger."""
    if name == "stranger":
        return None
    client.sign_in(name)
    return world.people[name].id


def ask(client: Client, route: Route, *, as_script: bool = False) -> TestResponse:
    """The answer. A script gets a refusal as JSON, which takes a tenth of the time of a page."""
    headers = {"Accept": "application/json"} if as_script else {}
    return client.open(route.path, method=route.method, headers=headers)


def place_of(response: TestResponse) -> str:
    """Where the answer leads, without what is asked for there."""
    return urlsplit(response.headers.get("Location", "")).path


def follow_links(app: Flask, client: Client, answers: dict[str, TestResponse], *, is_stranger: bool) -> None:
    """Every link on the pages of these answers, and on those they lead to, opens; an answer is not asked for again."""
    addresses = app.url_map.bind("localhost")
    waiting = [("/", "the address bar")]
    waiting += [(link, path) for path, response in answers.items() for link in links_of(response)]
    seen: Counter[str] = Counter()
    found: set[str] = set()
    while waiting:
        href, source = waiting.pop()
        endpoint, _ = addresses.match(urlsplit(href).path)
        if href in found or endpoint == "static" or endpoint in HEAVY:
            continue
        found.add(href)
        seen[endpoint] += 1
        if href in answers:
            response = answers[href]
        elif seen[endpoint] <= PER_ENDPOINT:
            response = client.get(href)
            waiting += [(link, href) for link in links_of(response)]
        else:
            continue
        assert response.status_code in (200, 302, 303), f"{href} on {source}: {response.status_code}"
        signs_in = place_of(response) == "/sign-in"
        assert is_stranger or not signs_in, f"{href} on {source}: asks to sign in"
    assert seen["home.home"] or is_stranger


def links_of(response: TestResponse) -> set[str]:
    """Links of the page, or where the answer leads, within the application."""
    if response.mimetype != "text/html":
        return set()
    links = {response.headers["Location"]} if response.location else set(read(response.text).links)
    found = {urldefrag(link).url for link in links}
    return {link for link in found if not urlsplit(link).netloc and urlsplit(link).path.startswith("/")}
