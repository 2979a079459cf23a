"""A small world for tests: four units in two clusters, one period, one council, one account per role.

`build(db)` writes it and returns the parts by name; `found_again` gives them to another session, which the
fixture `world` does. Every test that needs a database starts from here.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import TypeVar

from argon2 import PasswordHasher
from sqlalchemy.orm import Session

from emulation.db import Base
from emulation.domain import criteria as domain
from emulation.domain.clusters import ClusterRole
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

Name = TypeVar("Name")
Row = TypeVar("Row", bound=Base)


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


@lru_cache(maxsize=1)
def nine_kinds() -> domain.CriteriaSet:
    """The criteria set of the world; read once, since it is a value."""
    return domain.load(NINE_KINDS.read_bytes())


def person(name: str, role: Role, unit: Unit | None = None) -> User:
    """An activated account `<name>@thu.example` with the password of the tests."""
    return User(
        email=f"{name.replace('_', '-')}@thu.example",
        name=name.replace("_", " ").capitalize(),
        role=role,
        unit_id=unit.id if unit else None,
        password_hash=PASSWORD_HASH,
        is_active=True,
    )


def build(db: Session, *, phase: Phase = Phase.SELF_SCORING, now: datetime | None = None) -> World:
    """Write the world. Every phase window is open at `now` (default: the present)."""
    now = now or datetime.now(UTC)
    criteria = nine_kinds()
    row = publish(db, Actor(None), criteria, now=now)
    period = Period(
        code="2021-2022", title="Năm học 2021-2022", criteria_set_id=row.id, phase=phase, is_illustrative=True
    )
    world = World(period, criteria)
    world.units = {
        code: Unit(code=code, name=name, short_name=province, cluster=f"Cụm thi đua số {number}", tags=tags)
        for code, name, province, number, tags in UNITS
    }
    world.units["34"].cluster_role = world.units["96"].cluster_role = ClusterRole.LEADER
    db.add_all([period, *world.units.values()])
    db.flush()

    for number, code in ((1, "34"), (2, "96")):
        world.clusters[number] = Cluster(
            period_id=period.id, number=number, name=f"Cụm thi đua số {number}", leader_id=world.units[code].id
        )
    opens, closes = now - timedelta(days=30), now + timedelta(days=11)
    db.add_all(world.clusters.values())
    db.add_all(
        PhaseWindow(period_id=period.id, phase=one, opens_at=opens, closes_at=closes)
        for one in (Phase.SELF_SCORING, Phase.REVIEW, Phase.EXPLANATION, Phase.COUNCIL)
    )
    db.flush()

    for code, name, province, number, tags in UNITS:
        world.sheets[code] = Sheet(
            period_id=period.id,
            unit_id=world.units[code].id,
            cluster_id=world.clusters[number].id,
            unit_name=name,
            short_name=province,
            tags=tags,
        )
    thai_binh, ca_mau = world.units["34"], world.units["96"]
    world.people = {
        "admin": person("admin", Role.ADMIN),
        "department": person("department", Role.DEPARTMENT),
        "chair": person("chair", Role.REVIEWER),
        "member": person("member", Role.REVIEWER),
        "second_member": person("second_member", Role.REVIEWER),
        "outsider": person("outsider", Role.REVIEWER),  # a reviewer without a seat
        "unit_officer": person("unit_officer", Role.UNIT_OFFICER, thai_binh),
        "unit_director": person("unit_director", Role.UNIT_DIRECTOR, thai_binh),
        "other_officer": person("other_officer", Role.UNIT_OFFICER, ca_mau),
        "other_director": person("other_director", Role.UNIT_DIRECTOR, ca_mau),
        "cluster_leader": person("cluster_leader", Role.CLUSTER_LEADER, thai_binh),
        "leader": person("leader", Role.LEADER),
        "auditor": person("auditor", Role.AUDITOR),
    }
    world.council = Council(
        period_id=period.id,
        name="Hội đồng thẩm định",
        method="mean",
        codes=[criterion.code for criterion in criteria.all_criteria],
        clusters=[CouncilCluster(cluster_id=cluster.id) for cluster in world.clusters.values()],
    )
    db.add_all([*world.sheets.values(), *world.people.values(), world.council])
    db.flush()

    db.add_all(
        Seat(council_id=world.council.id, user_id=world.people[name].id, role=seat)
        for name, seat in (
            ("chair", SeatRole.CHAIR),
            ("member", SeatRole.MEMBER),
            ("second_member", SeatRole.MEMBER),
        )
    )
    db.commit()
    db.expire_all()
    return world


def found_again(db: Session, world: World) -> World:
    """The same rows in this session, where `build` wrote them before; each is read when it is first asked for."""

    def again(row: Row) -> Row:
        return db.merge(row, load=False)

    def all_again(rows: dict[Name, Row]) -> dict[Name, Row]:
        return {name: again(row) for name, row in rows.items()}

    found = World(again(world.period), world.criteria)
    found.units, found.clusters = all_again(world.units), all_again(world.clusters)
    found.sheets, found.people = all_again(world.sheets), all_again(world.people)
    found.council = again(world.council) if world.council else None
    db.expire_all()
    return found


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
