"""A round that is ready to be published, or published, for tests of results, awards and certificates."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from emulation.domain.workflow import Phase, SheetState
from emulation.models import Award, Cluster, Decision, Entry, Exclusion, Period, Result, Sheet, Unit, Verdict
from emulation.services import awards, decisions, results
from emulation.services.awards import AwardFacts
from tests.reviewing import SELF, add_declared
from tests.world import FULL_ENTRIES, World

WHEN = datetime(2022, 8, 15, 9, 5, 30, 123456, tzinfo=UTC)
# official points of I.3, by which the units differ; of 95 and 96 the totals are on another base (tag dan-toc)
QUALITY = {"34": "8.5", "35": "6", "95": "9", "96": "7.25"}
# totals that follow, out of 100: 2 x (9.69 + 3 + I.3) + 5 + 4 + 4 + 3 + 4 + 3.40, base 80 or 84 (with III.2), + 1 bonus
TOTALS = {"34": "83.23", "35": "76.98", "95": "85.26", "96": "81.10"}


def finish(db: Session, world: World, quality: Mapping[str, str] | None = None) -> None:
    """Every sheet declared, decided and final, the round in the council's phase. `quality`: points of I.3 by unit."""
    for code, points in (QUALITY | dict(quality or {})).items():
        _add_finished(db, world, code, points)
    world.period.phase = Phase.COUNCIL
    db.commit()
    db.expire_all()


def finish_sheet(db: Session, world: World, code: str, points: str) -> Sheet:
    """One final sheet: verdicts as declared, except I.3 (with the reason) and the ministry's II.5."""
    sheet = _add_finished(db, world, code, points)
    db.commit()
    db.expire_all()
    return sheet


def _add_finished(db: Session, world: World, code: str, points: str) -> Sheet:
    ethnic = "dan-toc" in world.sheets[code].tags
    entries: dict[str, Any] = dict(FULL_ENTRIES) | ({"III.2": {"met": True}} if ethnic else {})
    sheet = add_declared(db, world, code, entries, state=SheetState.FINAL)
    given = SELF | {"I.3": points, "II.5": "4"} | ({"III.2": "4"} if ethnic else {})
    assert world.council is not None
    for one, value in given.items():
        db.add(
            Verdict(
                sheet_id=sheet.id,
                code=one,
                council_id=world.council.id,
                points=Decimal(value),
                reason="Thiếu văn bản tham mưu." if one == "I.3" and value != SELF["I.3"] else "",
                decided_by_id=world.people["chair"].id,
                decided_at=WHEN,
            )
        )
    return sheet


def exclude(db: Session, world: World, code: str) -> None:
    """An exclusion found for this unit."""
    db.add(
        Exclusion(
            sheet_id=world.sheets[code].id,
            ground="X.1",
            note="Kết luận thanh tra số 12.",
            decided_by_id=world.people["department"].id,
            decided_at=WHEN,
        )
    )
    db.commit()


def publish(db: Session, world: World, quality: Mapping[str, str] | None = None) -> Result:
    """The round finished and published."""
    finish(db, world, quality)
    row = results.publish(db, world.actor("department"), world.period, now=WHEN)
    db.commit()
    return row


def flag(db: Session, world: World, **changes: Any) -> Award:
    """An award: one flag in each cluster."""
    facts = {
        "code": "co",
        "name": "Cờ thi đua của Bộ",
        "kind": "title",
        "scope": "cluster",
        "quota": 1,
        "template": "giay-chung-nhan",
        "merit": "Được tặng Cờ thi đua năm học 2021-2022",
        "position": 1,
    }
    award = awards.create_award(
        db, world.actor("department"), world.period, facts=AwardFacts(**facts | changes), now=WHEN
    )
    db.commit()
    return award


def granted(db: Session, world: World, **changes: Any) -> Decision:
    """The flags of a published round granted: to 34 in cluster 1 and 95 in cluster 2."""
    publish(db, world)
    award = flag(db, world, **changes)
    decision = decisions.grant(
        db,
        world.actor("department"),
        award,
        facts=decisions.DecisionFacts(
            "12/QĐ-BGDĐT", datetime(2022, 8, 22, tzinfo=UTC).date(), "Nguyễn Văn A", "BỘ TRƯỞNG"
        ),
        now=WHEN,
    )
    db.commit()
    return decision


def next_year(db: Session, world: World) -> Period:
    """The round of the next year under review: unit 34 again, settled, with fewer points in I.3."""
    period = Period(
        code="2022-2023",
        title="Năm học 2022-2023",
        criteria_set_id=world.period.criteria_set_id,
        phase=Phase.REVIEW,
    )
    db.add(period)
    db.flush()
    cluster = Cluster(period_id=period.id, number=1, name="Cụm thi đua số 1")
    db.add(cluster)
    db.flush()
    sheet = copy_sheet(db, world, world.units["34"], cluster, state=SheetState.REVIEWED)
    verdict = db.scalars(select(Verdict).where(Verdict.sheet_id == sheet.id, Verdict.code == "I.3")).one()
    verdict.points = Decimal(QUALITY["35"])
    db.commit()
    db.expire_all()
    return period


def more_units(db: Session, world: World, count: int) -> None:
    """So many more finished units in a third cluster, with the points of 34: for counts of queries."""
    world.period.phase = Phase.COUNCIL
    cluster = Cluster(period_id=world.period.id, number=3, name="Cụm thi đua số 3")
    db.add(cluster)
    db.flush()
    for i in range(count):
        unit = Unit(code=f"x{i:02d}", name=f"Sở Giáo dục và Đào tạo {i}", short_name=f"Tỉnh {i}")
        db.add(unit)
        db.flush()
        copy_sheet(db, world, unit, cluster)
    db.commit()
    db.expire_all()


def copy_sheet(
    db: Session, world: World, unit: Unit, cluster: Cluster, *, state: SheetState = SheetState.FINAL
) -> Sheet:
    """A sheet for this unit with the entries and verdicts of 34."""
    source = world.sheets["34"].id
    sheet = Sheet(
        period_id=cluster.period_id,
        unit_id=unit.id,
        cluster_id=cluster.id,
        unit_name=unit.name,
        short_name=unit.short_name,
        tags=[],
        state=state,
        submitted_at=WHEN,
        received_at=WHEN,
        signed_by_id=world.people["unit_director"].id,
        submission_sha256="0" * 64,
    )
    db.add(sheet)
    db.flush()
    for entry in db.scalars(select(Entry).where(Entry.sheet_id == source)).all():
        db.add(
            Entry(
                sheet_id=sheet.id,
                code=entry.code,
                data=entry.data,
                updated_by_id=entry.updated_by_id,
                updated_at=WHEN,
            )
        )
    for verdict in db.scalars(select(Verdict).where(Verdict.sheet_id == source)).all():
        db.add(
            Verdict(
                sheet_id=sheet.id,
                code=verdict.code,
                council_id=verdict.council_id,
                points=verdict.points,
                decided_by_id=verdict.decided_by_id,
                decided_at=WHEN,
            )
        )
    db.flush()
    return sheet
