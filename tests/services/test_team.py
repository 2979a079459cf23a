"""Who fills which part of a sheet: only officers of the unit, nothing overwritten, everything in the history."""

from __future__ import annotations

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from emulation.config import Settings
from emulation.errors import Invalid, Stale, WrongState
from emulation.models import History, Role, User
from emulation.services.team import Colleague, assign, assignments_of, colleagues_of, shares_of
from tests.filling import loaded, now, to_submitted
from tests.world import World, person


def colleague(db: Session, world: World, name: str = "second_officer") -> User:
    """Another officer of unit 34."""
    user = person(name, Role.UNIT_OFFICER, world.units["34"])
    db.add(user)
    db.commit()
    world.people[name] = user
    return user


def holders(db: Session, world: World) -> dict[str, str]:
    return {key: one.name for key, one in assignments_of(db, loaded(db, world)).items()}


def test_shares_are_the_top_sections_then_bonus_and_deductions(world: World) -> None:
    assert list(shares_of(world.criteria)) == ["I", "II", "III", "bonus", "deductions"]


def test_assign_gives_takes_and_leaves_a_line_of_history_each(db: Session, world: World) -> None:
    officer, other, sheet = world.actor("unit_officer"), colleague(db, world), loaded(db, world)
    first = world.people["unit_officer"].id

    assert assign(db, officer, sheet, to={"I": first, "II": other.id, "bonus": other.id}, now=now()) == [
        "I",
        "II",
        "bonus",
    ]
    assert assign(db, officer, sheet, to={"I": other.id, "II": other.id, "bonus": None}, now=now()) == ["I", "bonus"]
    db.commit()

    assert holders(db, world) == {"I": "Second officer", "II": "Second officer"}
    lines = db.execute(select(History.place, History.old, History.new).where(History.act == "assign")).all()
    assert [tuple(line) for line in lines[-2:]] == [
        ("I", {"officer": "Unit officer"}, {"officer": "Second officer"}),
        ("Điểm thưởng", {"officer": "Second officer"}, {"officer": None}),
    ]


@pytest.mark.parametrize("name", ["other_officer", "unit_director", "department", "cluster_leader"])
def test_assign_to_nobody_but_officers_of_the_unit(db: Session, world: World, name: str) -> None:
    with pytest.raises(Invalid, match="Chọn một chuyên viên của đơn vị") as refused:
        assign(db, world.actor("unit_officer"), loaded(db, world), to={"I": world.people[name].id}, now=now())
    assert refused.value.field == "I"


def test_assign_to_a_closed_account_is_refused_but_what_it_has_stays_named(db: Session, world: World) -> None:
    other, sheet = colleague(db, world), loaded(db, world)
    assign(db, world.actor("unit_officer"), sheet, to={"I": other.id}, now=now())
    other.is_active = False
    db.commit()

    sheet = loaded(db, world)
    assert assignments_of(db, sheet)["I"] == Colleague(other.id, "Second officer", "", is_open=False)
    assert [one.name for one in colleagues_of(db, sheet)] == ["Unit officer"]
    assert assign(db, world.actor("unit_officer"), sheet, to={"I": other.id}, now=now()) == []  # as it was: no change
    with pytest.raises(Invalid):
        assign(db, world.actor("unit_officer"), sheet, to={"II": other.id}, now=now())


def test_assign_of_two_people_at_once_tells_the_second(db: Session, world: World) -> None:
    officer, other, sheet = world.actor("unit_officer"), colleague(db, world), loaded(db, world)
    first = world.people["unit_officer"].id
    nobody: dict[str, int | None] = {"I": None, "II": None}
    assign(db, officer, sheet, to={"I": other.id, "II": None}, seen=nobody, now=now())

    with pytest.raises(Stale, match="Người khác vừa phân công lại “Cải cách hành chính” cho Second officer") as refused:
        assign(db, officer, sheet, to={"I": first, "II": None}, seen=nobody, now=now())
    assert refused.value.field == "I"
    assert assign(db, officer, sheet, to={"I": None, "II": first}, seen=nobody, now=now()) == ["II"]
    db.commit()
    assert holders(db, world) == {"I": "Second officer", "II": "Unit officer"}


def test_assign_of_an_unknown_part_is_refused(db: Session, world: World) -> None:
    with pytest.raises(Invalid, match="IX"):
        assign(db, world.actor("unit_officer"), loaded(db, world), to={"IX": None}, now=now())


def test_assign_after_the_sheet_was_submitted_is_refused(db: Session, world: World, settings: Settings) -> None:
    sheet = to_submitted(db, world, settings)
    with pytest.raises(WrongState, match="Không thể phân công"):
        assign(db, world.actor("unit_officer"), sheet, to={"I": None}, now=now())


@pytest.mark.parametrize(
    ("name", "initials"), [("Phạm Thị Thu Hà", "TH"), ("Lê Văn Bình", "VB"), ("Ân", "Â"), ("đỗ quang hải", "QH")]
)
def test_initials_are_those_of_the_last_two_words(name: str, initials: str) -> None:
    assert Colleague(1, name, "", is_open=True).initials == initials
