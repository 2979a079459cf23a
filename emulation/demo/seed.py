"""Writes the demo round into an empty database: plausible, the same for the same seed, labelled as illustrative.

Two rounds on the lean set: 2021-2022 finished and sealed, 2022-2023 under review. Units are the 63 of 2021; cluster
membership is partly our own grouping and says so.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any

import yaml
from argon2 import PasswordHasher
from sqlalchemy.orm import Session

from emulation.config import ROOT, VIETNAM, Settings
from emulation.demo.awards import grant_awards
from emulation.demo.drafts import write_draft
from emulation.demo.evidence import add_evidence
from emulation.demo.figures import invented_entry, small_pdf
from emulation.demo.indicators import OFFERED_LINES, aligned, load_figures
from emulation.demo.people import OTHERS, PEOPLE, DemoPerson
from emulation.demo.team import write_scan, write_team
from emulation.domain import criteria as domain
from emulation.domain.clusters import ClusterRole
from emulation.domain.rules import External, Judged
from emulation.domain.scoring import LineState
from emulation.domain.workflow import Phase, SheetState
from emulation.models import (
    Citation,
    Completion,
    Council,
    CouncilCluster,
    Entry,
    Evidence,
    Exclusion,
    Explanation,
    Extension,
    Mark,
    Period,
    PhaseWindow,
    ReturnedLine,
    Review,
    Role,
    Seat,
    SeatRole,
    Sheet,
    Unit,
    User,
    Verdict,
    VerdictRound,
)
from emulation.services import results
from emulation.services.actor import Actor
from emulation.services.councils import clusters_of
from emulation.services.criteria import publish
from emulation.services.new_periods import fill_period, plan_of
from emulation.services.scores import self_score
from emulation.services.stored_files import store_file
from emulation.services.submissions import fingerprint

DATA = Path(__file__).parent / "data"
CRITERIA_FILE = ROOT / "criteria" / "so-gddt-2021-2022.yaml"
SEED = "emulation-demo-2"
HALF_AN_HOUR = timedelta(minutes=30)
ETHNIC_REGIONS = ("Trung du và miền núi phía Bắc", "Tây Nguyên")
ETHNIC_PROVINCES = (
    "Thanh Hóa", "Nghệ An", "Quảng Trị", "Quảng Nam", "Quảng Ngãi", "Ninh Thuận", "Bình Phước", "Sóc Trăng",
    "Trà Vinh", "Kiên Giang", "An Giang", "Bạc Liêu", "Cà Mau",
)  # fmt: skip
OFFICER_UNIT, DIRECTOR_UNIT, EXCLUDED_UNIT = "34", "96", "14"
SUBMITTED = ("33", "82", "45")  # waiting for receipt
RETURNED = "86"
LATE = ("10", "62")  # not sent in time, no extension
IDLE = {"15": None, "93": "Đơn vị thay đổi nhân sự phụ trách (minh họa)."}  # not begun; the second has more time
CAME_LATE = {"82": "Trùng thời gian chuẩn bị kỳ thi (minh họa).", "45": "Ảnh hưởng của mưa lũ (minh họa)."}
REVIEWED = ("01", "31", "48", "79", "92", "22", "27")
REASONS = (
    "Số liệu trong báo cáo kèm theo thấp hơn số liệu kê khai.",
    "Minh chứng mới chứng minh được một phần nội dung.",
    "Văn bản ban hành sau thời hạn của kỳ đánh giá.",
    "Chưa có số liệu đối chiếu trên cơ sở dữ liệu ngành.",
)
DOCUMENTS = (
    ("Báo cáo tổng kết năm học", "BC-SGDĐT"),
    ("Báo cáo cải cách hành chính và chuyển đổi số", "BC-SGDĐT"),
    ("Quyết định ban hành kế hoạch năm học", "QĐ-UBND"),
)


@dataclass
class Demo:
    """What has been written so far, by code."""

    db: Session
    now: datetime
    settings: Settings
    criteria: domain.CriteriaSet
    rows: list[dict[str, str]]
    clusters: list[dict[str, Any]]
    units: dict[str, Unit] = field(default_factory=dict)
    people: dict[str, User] = field(default_factory=dict)

    def of_role(self, role: Role) -> User:
        """The first demo person with this role."""
        return next(person for person in self.people.values() if person.role == role)

    @property
    def chair(self) -> User:
        """The chair of the council."""
        return self.people["chutich@hoidong.example"]

    @property
    def members(self) -> list[User]:
        """All three of the council, the chair last."""
        return [self.people[f"{name}@hoidong.example"] for name in ("thanhvien", "thanhvien2", "chutich")]


def seed(db: Session, settings: Settings, *, password: str, now: datetime) -> None:
    """Write the demo into an empty database. `now` is the present, from which all dates are counted."""
    with (DATA / "doet_63_2021.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    clusters = yaml.safe_load((DATA / "clusters.yaml").read_text(encoding="utf-8"))["clusters"]
    demo = Demo(db, now, settings, domain.load(CRITERIA_FILE.read_bytes()), rows, clusters)
    _units(demo)
    _people(demo, password)
    _finished_round(demo)
    _running_round(demo)
    write_draft(demo)


def _units(demo: Demo) -> None:
    facts = {str(fact["id"]): fact for fact in demo.clusters}
    for row in demo.rows:
        tags = []
        if row["socioeconomic_region_2021"] in ETHNIC_REGIONS:
            tags = ["dan-toc", "mien-nui"]
        elif row["province"] in ETHNIC_PROVINCES:
            tags = ["dan-toc"]
        fact = facts[row["cluster_2022_2023"]]
        demo.units[row["old_province_code"]] = Unit(
            code=row["old_province_code"],
            name=row["doet_name_2021"],
            short_name=row["province"],
            cluster=fact["name"],
            tags=tags,
            is_illustrative=bool(fact["members_inferred"]),
        )
    by_name = {unit.short_name: unit for unit in demo.units.values()}
    for fact in demo.clusters:
        by_name[fact["leader_2022_2023"]].cluster_role = ClusterRole.LEADER
        by_name[fact["deputy_2022_2023"]].cluster_role = ClusterRole.DEPUTY
    demo.db.add_all(demo.units.values())
    demo.db.flush()


def _people(demo: Demo, password: str) -> None:
    hashed = PasswordHasher().hash(password)

    def account(person: DemoPerson, password_hash: str | None) -> None:
        demo.people[person.email] = User(
            email=person.email,
            name=person.name,
            title=person.title,
            role=person.role,
            unit_id=demo.units[person.unit].id if person.unit else None,
            home_unit_id=demo.units[person.home_unit].id if person.home_unit else None,
            password_hash=password_hash,
        )

    for person in PEOPLE:
        account(person, hashed)
    for person in OTHERS:
        account(person, None)
    known = {(person.role, person.unit) for person in (*PEOPLE, *OTHERS)}
    for code, unit in demo.units.items():
        for role, title in ((Role.UNIT_OFFICER, "Chuyên viên Văn phòng"), (Role.UNIT_DIRECTOR, "Giám đốc")):
            if (role, code) not in known:
                email = f"{role.value.replace('_', '-')}.{code}@so.example"
                can_sign_in = code in IDLE and role == Role.UNIT_OFFICER  # somebody whom the department can remind
                person = DemoPerson(email, f"{title} Sở {unit.short_name} (minh họa)", title, role, "", unit=code)
                account(person, hashed if can_sign_in else None)
    demo.db.add_all(demo.people.values())
    demo.db.flush()


def _person_of(demo: Demo, code: str, role: Role) -> User:
    unit = demo.units[code]
    return next(person for person in demo.people.values() if person.unit_id == unit.id and person.role == role)


def _period(demo: Demo, code: str, phase: Phase, windows: dict[Phase, tuple[int, int]]) -> Period:
    """A period with its clusters, sheets and council; `windows` in days from now."""
    db = demo.db
    department = Actor(demo.of_role(Role.DEPARTMENT))
    row = publish(db, department, demo.criteria, now=demo.now)
    period = Period(code=code, title=f"Năm học {code}", criteria_set_id=row.id, phase=phase, is_illustrative=True)
    db.add(period)
    db.flush()
    today = demo.now.astimezone(VIETNAM).date()

    def at(days: int, hour: int) -> datetime:
        return datetime.combine(today + timedelta(days=days), time(hour), VIETNAM)

    for one, (opens, closes) in windows.items():
        db.add(PhaseWindow(period_id=period.id, phase=one, opens_at=at(opens, 8), closes_at=at(closes, 17)))
    fill_period(db, period, plan_of(db, None, now=demo.now))
    clusters = clusters_of(db, period)
    council = Council(
        period_id=period.id,
        name="Hội đồng thẩm định khối các Sở",
        method="mean",
        codes=[criterion.code for criterion in demo.criteria.all_criteria],
        clusters=[CouncilCluster(cluster_id=cluster.id) for cluster in clusters],
    )
    db.add(council)
    db.flush()
    for member in demo.members:
        role = SeatRole.CHAIR if member is demo.chair else SeatRole.MEMBER
        db.add(Seat(council_id=council.id, user_id=member.id, role=role))
    db.flush()
    return period


def _sheets(demo: Demo, period: Period) -> dict[str, Sheet]:
    sheets = demo.db.query(Sheet).filter(Sheet.period_id == period.id).order_by(Sheet.id).all()
    return {sheet.unit.code: sheet for sheet in sheets}


def _random(*parts: str) -> Random:
    return Random("/".join((SEED, *parts)))  # noqa: S311  # invented figures, no secret


def _fill(demo: Demo, sheet: Sheet, at: datetime, *, leave_out: frozenset[str] = frozenset()) -> None:
    """Entries for every criterion that applies, evidence where it is required."""
    code = sheet.unit.code
    random = _random(sheet.period.code, code)
    level = _random("level", code).random()
    officer = _person_of(demo, code, Role.UNIT_OFFICER)
    documents = _documents(demo, sheet, officer, at, random)
    core = {criterion.code for criterion in demo.criteria.leaves}
    known: dict[str, str] = {}
    for i, criterion in enumerate(demo.criteria.all_criteria):
        quality = min(max(0.50 + 0.38 * level + random.gauss(0.06, 0.15), 0.0), 1.0)
        entry = invented_entry(criterion, quality, random)
        rare = criterion.code not in core and random.random() > (0.45 if criterion in demo.criteria.bonus else 0.15)
        if entry is None or criterion.code in leave_out or rare or not criterion.applies(frozenset(sheet.tags)):
            continue
        row = Entry(
            sheet_id=sheet.id,
            code=criterion.code,
            data=aligned(criterion, entry, known),
            explanation="Kết quả theo báo cáo tổng kết; số liệu đã đối chiếu với phòng chuyên môn."
            if isinstance(criterion.rule, Judged)
            else "",
            updated_by_id=officer.id,
            updated_at=at,
        )
        is_being_filled = code == OFFICER_UNIT and bool(leave_out)  # some evidence is still missing
        if criterion.evidence.required and (not is_being_filled or i % 7):
            evidence = documents[i % len(documents)]
            row.citations = [Citation(evidence_id=evidence.id, place=f"tr. {2 + i % 19}")]
        demo.db.add(row)
    demo.db.flush()
    demo.db.refresh(sheet, ["entries"])


def _documents(demo: Demo, sheet: Sheet, officer: User, at: datetime, random: Random) -> list[Evidence]:
    documents = []
    for i, (title, symbol) in enumerate(DOCUMENTS, 1):
        number = f"{random.randint(40, 1900)}/{symbol}"
        content = small_pdf(f"{sheet.period.code} / {sheet.unit.code} / {i}")
        digest = store_file(Path(demo.settings.evidence_dir), content)
        documents.append(
            Evidence(
                sheet_id=sheet.id,
                title=f"{title} (minh họa)",
                document_number=number,
                issued_on=date(int(sheet.period.code[-4:]), 5, 3 + random.randint(0, 25)),
                issuer=sheet.unit_name if symbol == "BC-SGDĐT" else "UBND cấp tỉnh",
                file_name=f"minh-chung-{i}.pdf",
                media_type="application/pdf",
                size=len(content),
                sha256=digest,
                uploaded_by_id=officer.id,
                uploaded_at=at,
            )
        )
    demo.db.add_all(documents)
    demo.db.flush()
    return documents


def _submit(demo: Demo, sheet: Sheet, at: datetime) -> None:
    director = _person_of(demo, sheet.unit.code, Role.UNIT_DIRECTOR)
    sheet.sent_at = at - timedelta(hours=3)
    sheet.submitted_at = sheet.first_submitted_at = at
    window = sheet.period.window(Phase.SELF_SCORING)
    sheet.due_at = window.closes_at if window else None
    sheet.signed_by_id = director.id
    sheet.submission_sha256 = fingerprint(sheet)
    sheet.state = SheetState.SUBMITTED


def _receive(sheet: Sheet, at: datetime) -> None:
    sheet.received_at = at
    sheet.state = SheetState.RECEIVED


@dataclass(frozen=True)
class Opinion:
    """What the council thinks of one line: official points and the reason where they differ from the declared."""

    points: Decimal | None
    reason: str = ""
    not_applicable: bool = False


def _opinions(demo: Demo, sheet: Sheet) -> dict[str, Opinion]:
    """Official points for every line that needs them: mostly as declared, some lowered with a reason."""
    random = _random("opinion", sheet.period.code, sheet.unit.code)
    score = self_score(sheet)
    found: dict[str, Opinion] = {}
    for criterion in demo.criteria.all_criteria:
        computed = score.lines[criterion.code]
        chance, reason = random.random(), random.choice(REASONS)
        if isinstance(criterion.rule, External):
            quarter = int(criterion.max * 4)
            found[criterion.code] = Opinion(
                Decimal(round(quarter * (0.7 + 0.3 * random.random()))) / 4, "Theo kết quả khảo sát của Bộ (minh họa)."
            )
        elif score.state(criterion.code) == LineState.NOT_APPLICABLE or computed is None:
            continue
        elif chance < 0.13 and computed > 0 and criterion in demo.criteria.leaves:
            drop = min(computed, max(Decimal("0.25"), (criterion.max / 10).quantize(Decimal("0.25"))))
            found[criterion.code] = Opinion(computed - drop, reason)
        else:
            found[criterion.code] = Opinion(computed)
    for criterion in demo.criteria.leaves:  # what the unit left empty is official 0, with the reason
        if criterion.code not in found and score.state(criterion.code) == LineState.UNSCORED:
            found[criterion.code] = Opinion(Decimal(0), "Đơn vị không kê khai.")
    return found


def _mark(demo: Demo, council: Council, sheet: Sheet, member: User, opinions: dict[str, Opinion], at: datetime) -> None:
    """The marks of one member: the opinion, now and then a quarter point beside it."""
    random = _random("mark", sheet.period.code, sheet.unit.code, member.email)
    for code, opinion in opinions.items():
        points, reason = opinion.points, opinion.reason
        if points is not None and random.random() < 0.08 and points >= 1:
            points, reason = points - Decimal("0.25"), reason or "Còn nội dung cần làm rõ."
        demo.db.add(
            Mark(
                sheet_id=sheet.id,
                code=code,
                council_id=council.id,
                user_id=member.id,
                points=points,
                reason=reason,
                made_at=at,
            )
        )


def _settle(demo: Demo, council: Council, sheet: Sheet, at: datetime) -> dict[str, Opinion]:
    """Marks of all members, finished and revealed, and the verdicts of the chair."""
    opinions = _opinions(demo, sheet)
    review = Review(council_id=council.id, sheet_id=sheet.id, revealed_at=at, settled_at=at)
    demo.db.add(review)
    demo.db.flush()
    for member in demo.members:
        if member.home_unit_id == sheet.unit_id:
            continue
        _mark(demo, council, sheet, member, opinions, at - timedelta(hours=2))
        demo.db.add(Completion(review_id=review.id, user_id=member.id, finished_at=at - timedelta(hours=1)))
    for code, opinion in opinions.items():
        demo.db.add(
            Verdict(
                sheet_id=sheet.id,
                code=code,
                council_id=council.id,
                points=opinion.points,
                reason=opinion.reason,
                decided_by_id=demo.chair.id,
                decided_at=at,
            )
        )
    sheet.state = SheetState.REVIEWED
    return opinions


def _council(demo: Demo, period: Period) -> Council:
    return demo.db.query(Council).filter(Council.period_id == period.id).one()


def _finished_round(demo: Demo) -> None:
    """2021-2022: everything done, sealed, awards granted."""
    windows = {
        Phase.SELF_SCORING: (-420, -385),
        Phase.REVIEW: (-384, -360),
        Phase.EXPLANATION: (-359, -348),
        Phase.COUNCIL: (-347, -330),
    }
    period = _period(demo, "2021-2022", Phase.COUNCIL, windows)
    council = _council(demo, period)
    day = demo.now - timedelta(days=390)
    for code, sheet in _sheets(demo, period).items():
        _fill(demo, sheet, day)
        _submit(demo, sheet, day + timedelta(days=3))
        _receive(sheet, day + timedelta(days=5))
        opinions = _settle(demo, council, sheet, day + timedelta(days=25))
        _explain(demo, council, sheet, opinions, day + timedelta(days=35))
        sheet.state = SheetState.FINAL
        if code == EXCLUDED_UNIT:
            demo.db.add(
                Exclusion(
                    sheet_id=sheet.id,
                    ground=demo.criteria.exclusions[-1].code,
                    note="Theo kết luận của cơ quan có thẩm quyền (minh họa).",
                    decided_by_id=demo.of_role(Role.DEPARTMENT).id,
                    decided_at=day + timedelta(days=40),
                )
            )
    demo.db.flush()
    demo.db.expire_all()
    department = Actor(demo.of_role(Role.DEPARTMENT))
    results.publish(demo.db, department, period, now=day + timedelta(days=50))
    results.open_ranking(demo.db, department, period, is_public=True, now=day + timedelta(days=51))
    grant_awards(demo.db, department, period, now=day + timedelta(days=55))


def _explain(demo: Demo, council: Council, sheet: Sheet, opinions: dict[str, Opinion], at: datetime) -> None:
    """Every third unit explains its first lowered line; every other explanation is accepted."""
    lowered = [code for code, opinion in opinions.items() if opinion.reason in REASONS]
    if not lowered or int(sheet.unit.code) % 3:
        return
    code = lowered[0]
    accepted = int(sheet.unit.code) % 2 == 0
    computed = self_score(sheet).lines[code]
    demo.db.add(
        Explanation(
            sheet_id=sheet.id,
            code=code,
            text="Đơn vị bổ sung văn bản đối chiếu, đề nghị Hội đồng xem xét (minh họa).",
            made_by_id=_person_of(demo, sheet.unit.code, Role.UNIT_OFFICER).id,
            made_at=at,
            outcome="change" if accepted else "keep",
            answer="Văn bản bổ sung đủ căn cứ." if accepted else "Văn bản bổ sung không thuộc kỳ đánh giá.",
            answered_by_id=demo.chair.id,
            answered_at=at + timedelta(days=2),
        )
    )
    if accepted:
        demo.db.add(
            Verdict(
                sheet_id=sheet.id,
                code=code,
                round=VerdictRound.EXPLANATION,
                council_id=council.id,
                points=computed,
                reason="Chấp nhận giải trình.",
                decided_by_id=demo.chair.id,
                decided_at=at + timedelta(days=2),
            )
        )


def _running_round(demo: Demo) -> None:
    """2022-2023: under review; every role has something to do."""
    windows = {
        Phase.SELF_SCORING: (-40, -3),
        Phase.REVIEW: (-2, 18),
        Phase.EXPLANATION: (19, 30),
        Phase.COUNCIL: (31, 45),
    }
    period = _period(demo, "2022-2023", Phase.REVIEW, windows)
    council = _council(demo, period)
    sheets = _sheets(demo, period)
    day = demo.now - timedelta(days=6)
    department = demo.of_role(Role.DEPARTMENT)
    for code, sheet in sheets.items():
        if code == OFFICER_UNIT:
            missing = [*[criterion.code for criterion in demo.criteria.leaves][-9::3], *OFFERED_LINES]
            at, officer = demo.now - timedelta(hours=4), _person_of(demo, code, Role.UNIT_OFFICER)
            _fill(demo, sheet, at, leave_out=frozenset(missing))
            add_evidence(demo.db, sheet, officer, folder=Path(demo.settings.evidence_dir), at=at)
            continue
        if code in IDLE:
            continue
        if code in LATE:
            left = frozenset(criterion.code for criterion in demo.criteria.leaves[12 if code == "10" else 27 :])
            _fill(demo, sheet, day, leave_out=left)
            continue
        _fill(demo, sheet, day)
        if code == DIRECTOR_UNIT:
            sheet.state = SheetState.SIGNING
            sheet.sent_at = demo.now - timedelta(hours=5)
            continue
        late = code in CAME_LATE
        _submit(demo, sheet, demo.now - timedelta(hours=20) if late else day + timedelta(days=1, minutes=7 * int(code)))
        if code in SUBMITTED:
            continue
        if code == RETURNED:
            _return(demo, sheet, department)
            continue
        _receive(sheet, demo.now - timedelta(days=2, hours=int(code) % 20))
        if code in REVIEWED:
            _settle(demo, council, sheet, demo.now - timedelta(hours=20))
    reason = "Gia hạn theo đề nghị của Sở (minh họa)."
    for code in (OFFICER_UNIT, DIRECTOR_UNIT):
        _extend(demo, period, code, days=11, reason=reason)
    for code, why in {**IDLE, **CAME_LATE}.items():
        if why:
            _extend(demo, period, code, days=5 if code in IDLE else 0, reason=why)
    demo.db.flush()
    own = [demo.people[f"{name}@thaibinh.example"] for name in ("chuyenvien", "chuyenvien2", "giamdoc")]
    write_team(demo.db, sheets[OFFICER_UNIT], *own, now=demo.now)
    signer = _person_of(demo, SUBMITTED[0], Role.UNIT_DIRECTOR)
    write_scan(demo.db, sheets[SUBMITTED[0]], signer, demo.settings, now=demo.now - timedelta(days=4))
    received = [sheet for sheet in sheets.values() if sheet.state == SheetState.RECEIVED]
    _partial_marks(demo, council, received)
    demo.db.flush()
    officer = _person_of(demo, OFFICER_UNIT, Role.UNIT_OFFICER)
    load_figures(
        demo.db, period, sheets, unit=OFFICER_UNIT, department=department, officer=officer, now=demo.now - HALF_AN_HOUR
    )


def _extend(demo: Demo, period: Period, code: str, *, days: int, reason: str) -> None:
    """More time for one unit, `days` from today."""
    demo.db.add(
        Extension(
            period_id=period.id,
            unit_id=demo.units[code].id,
            phase=Phase.SELF_SCORING,
            closes_at=datetime.combine(demo.now.astimezone(VIETNAM).date() + timedelta(days=days), time(17), VIETNAM),
            reason=reason,
            granted_by_id=demo.of_role(Role.DEPARTMENT).id,
            granted_at=demo.now - timedelta(days=4),
        )
    )


def _return(demo: Demo, sheet: Sheet, department: User) -> None:
    sheet.state = SheetState.RETURNED
    sheet.note = "Đề nghị bổ sung các dòng được nêu rồi nộp lại."
    codes = [entry.code for entry in sheet.entries][:2]
    for code, reason in zip(
        codes, ("Minh chứng thiếu trang có số liệu.", "Số liệu khác báo cáo kèm theo."), strict=True
    ):
        demo.db.add(
            ReturnedLine(
                sheet_id=sheet.id,
                code=code,
                reason=reason,
                returned_by_id=department.id,
                returned_at=demo.now - timedelta(days=1),
            )
        )


def _partial_marks(demo: Demo, council: Council, received: list[Sheet]) -> None:
    """The first member has finished 18 sheets and is in the 19th, the second 30, the chair 10."""
    done = (18, 30, 10)
    for member, finished in zip(demo.members, done, strict=True):
        mine = [sheet for sheet in received if sheet.unit_id != member.home_unit_id]
        for place, sheet in enumerate(mine[: finished + 1]):
            opinions = _opinions(demo, sheet)
            if place == finished:
                opinions = dict(list(opinions.items())[:14])
            _mark(demo, council, sheet, member, opinions, demo.now - timedelta(hours=9))
            if place < finished:
                review = _review_of(demo, council, sheet)
                demo.db.add(
                    Completion(review_id=review.id, user_id=member.id, finished_at=demo.now - timedelta(hours=8))
                )


def _review_of(demo: Demo, council: Council, sheet: Sheet) -> Review:
    review = demo.db.query(Review).filter_by(council_id=council.id, sheet_id=sheet.id).one_or_none()
    if review is None:
        review = Review(council_id=council.id, sheet_id=sheet.id)
        demo.db.add(review)
        demo.db.flush()
    return review
