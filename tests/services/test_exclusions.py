"""Exclusions: recorded with ground and note, lifted with a reason, never deleted."""

from __future__ import annotations

import pytest
from sqlalchemy.orm import Session

from emulation.domain.workflow import Phase
from emulation.errors import Invalid, WrongState
from emulation.services import exclusions
from emulation.services.reviews import active_exclusions
from tests.reviewing import acts, now, set_phase
from tests.world import World


def test_exclude_and_lift_stay_readable(db: Session, world: World) -> None:
    department, sheet = world.actor("department"), world.sheets["34"]
    found = exclusions.exclude(db, department, sheet, ground="X.1", note=" Kết luận số 12. ", now=now())
    assert [*active_exclusions(db, world.period)] == [sheet.id]
    exclusions.lift(db, department, found, sheet, reason="Đã hết hiệu lực.", now=now())
    assert active_exclusions(db, world.period) == {}
    rows = exclusions.exclusions_of(db, world.period)
    assert [(one.note, one.lift_reason, at.id, name) for one, at, name in rows] == [
        ("Kết luận số 12.", "Đã hết hiệu lực.", sheet.id, "Department")
    ]
    assert acts(db)[-2:] == ["exclude", "lift_exclusion"]
    exclusions.exclude(db, department, sheet, ground="X.1", note="Kết luận số 15.", now=now())
    assert len(exclusions.exclusions_of(db, world.period)) == 2


@pytest.mark.parametrize(
    ("ground", "note", "field"), [("X.9", "x", "ground"), ("I.1", "x", "ground"), ("X.1", " ", "note")]
)
def test_exclude_is_refused_at_its_field(db: Session, world: World, ground: str, note: str, field: str) -> None:
    with pytest.raises(Invalid) as refused:
        exclusions.exclude(db, world.actor("department"), world.sheets["34"], ground=ground, note=note, now=now())
    assert refused.value.field == field
    assert active_exclusions(db, world.period) == {}


def test_exclude_for_the_same_ground_twice_is_refused(db: Session, world: World) -> None:
    department, sheet = world.actor("department"), world.sheets["34"]
    exclusions.exclude(db, department, sheet, ground="X.1", note="x", now=now())
    with pytest.raises(Invalid) as refused:
        exclusions.exclude(db, department, sheet, ground="X.1", note="y", now=now())
    assert str(refused.value) == "Thái Bình đã bị loại trừ vì điều kiện X.1."


def test_lift_needs_a_reason_and_happens_once(db: Session, world: World) -> None:
    department, sheet = world.actor("department"), world.sheets["34"]
    found = exclusions.exclude(db, department, sheet, ground="X.1", note="x", now=now())
    with pytest.raises(Invalid):
        exclusions.lift(db, department, found, sheet, reason="", now=now())
    exclusions.lift(db, department, found, sheet, reason="y", now=now())
    with pytest.raises(WrongState):
        exclusions.lift(db, department, found, sheet, reason="y", now=now())


def test_nothing_changes_after_publishing(db: Session, world: World) -> None:
    department, sheet = world.actor("department"), world.sheets["34"]
    found = exclusions.exclude(db, department, sheet, ground="X.1", note="x", now=now())
    set_phase(db, world, Phase.PUBLISHED)
    with pytest.raises(WrongState):
        exclusions.exclude(db, department, world.sheets["35"], ground="X.1", note="x", now=now())
    with pytest.raises(WrongState):
        exclusions.lift(db, department, found, sheet, reason="y", now=now())
