"""A small world for tests: four units in two clusters, one period, one council, one account per role.

`build(db)` writes it and returns the parts by name. Every test that needs a database starts from here.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from argon2 import PasswordHasher
from sqlalchemy.orm import Session

from emulation.domain import criteria as domain
from emulation.domain.workflow import Phase
from emulation.models import (
    Cluster,
    Council,
    CouncilCluster,
    Period,
    PhaseWindow,
    Role,
    Seat,
    SeatRole,
    Sheet,
    Unit,
    User,
)
from emulation.services.actor import Actor
from emulation.services.criteria import publish

NOW = datetime(2022, 6, 9, 3, 30, tzinfo=UTC)
PASSWORD = "mat-khau-thu-nghiem-2022"
# the weakest parameters: tests sign in hundreds of times
PASSWORD_HASH = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)
NINE_KINDS = Path(__file__).parent / "data" / "nine-kinds.yaml"

UNITS = (  # code, name, province, cluster number, tags
    ("34", "Sở Giáo dục và Đào tạo tỉnh Thái Bình", "Thái Bình", 1, []),
    ("35", "Sở Giáo dục và Đào tạo tỉnh Hà Nam", "Hà Nam", 1, []),
    ("95", "Sở Giáo dục, Khoa học và Công nghệ tỉnh Bạc Liêu", "Bạc Liêu", 2, ["dan-toc"]),
    ("96", "Sở Giáo dục và Đào tạo tỉnh Cà Mau", "Cà Mau", 2, ["dan-toc"]),
)


@dataclass
class World:
    """The parts by name: `units["34"]`, `sheets["34"]`, `people["unit_officer"]`, `clusters[1]`."""

    period: Period
    criteria: domain.CriteriaSet
    units: dict[str, Unit] = field(default_factory=dict)
    clusters: dict[int, Cluster] = field(default_factory=dict)
    sheets: dict[str, Sheet] = field(default_factory=dict)
    people: dict[str, User] = field(default_factory=dict)
    council: Council | None = None

    def actor(self, name: str) -> Actor:
        """The named person acting."""
        return Actor(self.people[name], "127.0.0.1")


def person(db: Session, name: str, role: Role, *, unit: Unit | None = None) -> User:
    """An activated account `<name>@thu.example` with the password of the tests."""
    user = User(
        email=f"{name.replace('_', '-')}@thu.example",
        name=name.replace("_", " ").capitalize(),
        role=role,
        unit_id=unit.id if unit else None,
        password_hash=PASSWORD_HASH,
        is_active=True,
    )
    db.add(user)
    db.flush()
    return user


def build(db: Session, *, phase: Phase = Phase.SELF_SCORING, now: datetime | None = None) -> World:
    """Write the world. Every phase window is open at `now` (default: the present)."""
    now = now or datetime.now(UTC)
    criteria = domain.load(NINE_KINDS.read_bytes())
    row = publish(db, Actor(None), criteria, now=now)
    period = Period(
        code="2021-2022", title="Năm học 2021-2022", criteria_set_id=row.id, phase=phase, is_illustrative=True
    )
    db.add(period)
    db.flush()
    world = World(period, criteria)
    for one in (Phase.SELF_SCORING, Phase.REVIEW, Phase.EXPLANATION, Phase.COUNCIL):
        db.add(
            PhaseWindow(
                period_id=period.id,
                phase=one,
                opens_at=now - timedelta(days=30),
                closes_at=now + timedelta(days=11),
            )
        )
    for number in (1, 2):
        world.clusters[number] = Cluster(period_id=period.id, number=number, name=f"Cụm thi đua số {number}")
        db.add(world.clusters[number])
    db.flush()
    for code, name, province, number, tags in UNITS:
        unit = world.units[code] = Unit(code=code, name=name, short_name=province)
        db.add(unit)
        db.flush()
        sheet = world.sheets[code] = Sheet(
            period_id=period.id,
            unit_id=unit.id,
            cluster_id=world.clusters[number].id,
            unit_name=name,
            short_name=province,
            tags=tags,
        )
        db.add(sheet)
    for number, code in ((1, "34"), (2, "96")):
        world.clusters[number].leader_id = world.units[code].id
    db.flush()
    thai_binh, ca_mau = world.units["34"], world.units["96"]
    for name, role, of in (
        ("admin", Role.ADMIN, None),
        ("department", Role.DEPARTMENT, None),
        ("chair", Role.REVIEWER, None),
        ("member", Role.REVIEWER, None),
        ("second_member", Role.REVIEWER, None),
        ("outsider", Role.REVIEWER, None),  # a reviewer without a seat
        ("unit_officer", Role.UNIT_OFFICER, thai_binh),
        ("unit_director", Role.UNIT_DIRECTOR, thai_binh),
        ("other_officer", Role.UNIT_OFFICER, ca_mau),
        ("other_director", Role.UNIT_DIRECTOR, ca_mau),
        ("cluster_leader", Role.CLUSTER_LEADER, thai_binh),
        ("leader", Role.LEADER, None),
        ("auditor", Role.AUDITOR, None),
    ):
        world.people[name] = person(db, name, role, unit=of)
    council = Council(
        period_id=period.id,
        name="Hội đồng thẩm định",
        method="mean",
        codes=[criterion.code for criterion in criteria.all_criteria],
    )
    council.clusters = [CouncilCluster(cluster_id=cluster.id) for cluster in world.clusters.values()]
    db.add(council)
    db.flush()
    for name, seat in (
        ("chair", SeatRole.CHAIR),
        ("member", SeatRole.MEMBER),
        ("second_member", SeatRole.MEMBER),
    ):
        db.add(Seat(council_id=council.id, user_id=world.people[name].id, role=seat))
    world.council = council
    db.commit()
    db.expire_all()
    return world


# one valid entry for each criterion of nine-kinds.yaml that a unit fills (external ones are the ministry's)
FULL_ENTRIES: dict[str, dict[str, object]] = {
    "I.1": {"part": "95", "whole": "98"},
    "I.2": {"value": "91,5"},
    "I.3": {"points": "8,5"},
    "II.1": {"level": "Tốt"},
    "II.2": {"met": True},
    "II.3": {"met": ["a", "c"]},
    "II.4": {"count": 3},
    "III.1": {"before": "94,2", "now": "97,6"},
    "B.1": {"count": 2},
}
