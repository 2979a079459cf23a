"""The list of units: the dry run, loading it, the first period from it, and a period in preparation that follows."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from emulation.documents.unit_files import Reading, known_units, read_units
from emulation.domain.workflow import Phase
from emulation.errors import Invalid, WrongState
from emulation.models import Cluster, Entry, History, Period, Sheet, Unit
from emulation.services.actor import Actor
from emulation.services.criteria import publish
from emulation.services.new_periods import create_period, plan_of
from emulation.services.unit_lists import Loading, known_tags, load_units, plan_units, rows_of
from emulation.services.units import all_units
from tests.world import World, nine_kinds

HEAD = "Mã;Tên đơn vị;Tên ngắn;Cụm;Vai trò trong cụm;Đặc điểm;Hiệu lực từ;Hiệu lực đến;Ghi chú\n"
FIRST = (
    "01;Sở GDĐT Hà Nội;Hà Nội;1;Cụm trưởng;;;;\n04;Sở GDĐT Cao Bằng;Cao Bằng;Cụm Bắc;;dan-toc;;;minh họa\n"
    "08;Sở GDĐT Tuyên Quang;Tuyên Quang;Cụm Bắc;Cụm phó;;;;\n"
)


def now() -> datetime:
    return datetime.now(UTC)


def reading(db: Session, rows: str, head: str = HEAD) -> Reading:
    found = read_units("x.csv", (head + rows).encode(), known_tags(db))
    assert [str(one) for one in found.problems] == []
    return found


def load(db: Session, rows: str, head: str = HEAD) -> Loading:
    found = load_units(db, Actor(None), reading(db, rows, head), now=now())
    db.commit()
    db.expire_all()
    return found


def told(db: Session, rows: str, head: str = HEAD) -> list[str]:
    return [str(one) for one in plan_units(db, reading(db, rows, head), now=now()).problems]


def first_period(db: Session) -> Period:
    row = publish(db, Actor(None), nine_kinds(), now=now())
    made = create_period(
        db,
        Actor(None),
        code="2026-2027",
        title="Năm học 2026-2027",
        criteria_set_id=row.id,
        previous=None,
        now=now(),
    )
    db.commit()
    db.expire_all()
    return made


def clusters_in(db: Session, period: Period) -> list[tuple[int, str, str, str, list[str]]]:
    """Number, name, leader, deputy and units of each cluster."""
    rows = db.scalars(select(Cluster).where(Cluster.period_id == period.id).order_by(Cluster.number)).all()
    sheets = db.scalars(select(Sheet).where(Sheet.period_id == period.id).order_by(Sheet.short_name)).all()
    return [
        (
            row.number,
            row.name,
            row.leader.code if row.leader else "",
            row.deputy.code if row.deputy else "",
            [sheet.short_name for sheet in sheets if sheet.cluster_id == row.id],
        )
        for row in rows
    ]


# ---- the dry run ----


def test_dry_run_counts_and_changes_nothing(db: Session) -> None:
    found = plan_units(db, reading(db, FIRST), now=now())
    assert ([row.code for row in found.new], found.changed, found.same, found.unmentioned) == (
        ["01", "04", "08"],
        [],
        0,
        0,
    )
    assert not db.new
    assert all_units(db) == []


def test_dry_run_tells_what_changes_of_units_that_are_there(db: Session) -> None:
    load(db, FIRST)
    again = plan_units(db, reading(db, FIRST), now=now())
    assert (again.new, again.changed, again.same) == ([], [], 3)
    head = "Mã;Tên đơn vị;Tên ngắn;Cụm;Đặc điểm\n"
    found = plan_units(db, reading(db, "04;Sở GDĐT Cao Bằng;Cao Bằng;1;\n96;Sở C;C;1;\n", head), now=now())
    assert [one.code for one in found.new] == ["96"]
    assert [one.fields for one in found.changed] == [
        {"cluster": ("Cụm Bắc", "Cụm thi đua số 1"), "tags": (["dan-toc"], [])}
    ]
    assert found.unmentioned == 2


@pytest.mark.parametrize(
    ("rows", "problems"),
    [
        ("96;Sở GDĐT  HÀ NỘI;Thủ đô;1;;;;;\n", [
            "dòng 2, cột B: Tên đơn vị “Sở GDĐT HÀ NỘI” đã có ở đơn vị mã 01."]),
        ("96;Sở A;Hà Nội;1;;;;;\n97;Sở A;B;1;;;;;\n", [
            "dòng 2, cột C: Tên ngắn “Hà Nội” đã có ở đơn vị mã 01.",
            "dòng 3, cột B: Tên đơn vị “Sở A” đã có ở đơn vị mã 96."]),
        ("96;Sở A;A;1;Cụm trưởng;;;;\n", ["dòng 2, cột E: Cụm thi đua số 1 đã có Cụm trưởng: đơn vị mã 01."]),
        ("96;Sở A;A;1;;;01/07/2025;30/06/2025;\n", [
            "dòng 2, cột H: Hiệu lực đến 30/06/2025 trước hiệu lực từ 01/07/2025."]),
        # what the row itself makes free is no conflict
        ("01;Sở GDĐT Hà Nội;Hà Nội;1;;;;;\n96;Sở A;A;1;Cụm trưởng;;;;\n", []),
        # a merged unit may bear the name of one that has ended
        ("01;Sở GDĐT Hà Nội;Hà Nội;1;Cụm trưởng;;;30/06/2025;\n96;Sở GDĐT Hà Nội;Hà Nội;1;Cụm trưởng;;;;\n", []),
    ],
    ids=["name", "short-name", "leader", "days", "leader-gone", "ended"],
)  # fmt: skip
def test_dry_run_tells_what_contradicts_the_other_units(db: Session, rows: str, problems: list[str]) -> None:
    load(db, FIRST)
    assert told(db, rows) == problems


def test_a_day_in_a_file_is_checked_against_the_one_that_is_stored(db: Session) -> None:
    load(db, "01;Sở A;A;1;;;01/07/2025;;\n")
    head = "Mã;Tên đơn vị;Tên ngắn;Cụm;Hiệu lực đến\n"
    assert told(db, "01;Sở A;A;1;30/06/2025\n", head) == [
        "dòng 2, cột E: Hiệu lực đến 30/06/2025 trước hiệu lực từ 01/07/2025."
    ]


def test_codes_that_lost_their_zero_are_named_but_stop_nothing(db: Session) -> None:
    found = load(db, "1;Sở A;A;1;;;;;\n15;Sở B;B;1;;;;;\nHN;Sở C;C;1;;;;;\n")
    assert found.short_codes == ["1"]


def test_known_tags_hold_those_that_a_published_set_asks_for(db: Session, world: World) -> None:
    assert known_tags(db)["dan-toc"] == "có giáo dục dân tộc"
    assert {tag for one in world.criteria.all_criteria for tag in one.applies_to} <= known_tags(db).keys()


# ---- loading ----


def test_loading_is_all_or_nothing_and_what_was_seen(db: Session) -> None:
    load(db, FIRST)
    wrong = reading(db, "96;Sở A;A;1;;;;;\n97;Sở A;B;1;;;;;\n")
    with pytest.raises(Invalid, match="tệp còn 1 lỗi"):
        load_units(db, Actor(None), wrong, now=now())
    good = reading(db, "96;Sở A;A;1;;;;;\n")
    seen = plan_units(db, good, now=now()).digest
    load(db, "98;Sở D;D;1;;;;;\n")
    with pytest.raises(WrongState, match="vừa thay đổi"):
        load_units(db, Actor(None), good, seen=seen, now=now())
    assert [unit.code for unit in all_units(db)] == ["01", "04", "08", "98"]


def test_loading_stands_in_the_history_unit_by_unit(db: Session) -> None:
    load(db, FIRST)
    load(db, "01;Sở GDĐT Hà Nội;Hà Nội;2;Cụm trưởng;;;;\n")
    lines = db.scalars(select(History).order_by(History.id)).all()
    assert [line.act for line in lines] == ["create_unit"] * 3 + ["change_unit"]
    assert (lines[-1].old, lines[-1].new) == ({"cluster": "Cụm thi đua số 1"}, {"cluster": "Cụm thi đua số 2"})
    assert lines[0].new is not None
    assert (lines[0].new["code"], lines[0].new["cluster_role"]) == ("01", "leader")


def test_a_list_comes_back_as_it_was_loaded(db: Session) -> None:
    load(db, FIRST)
    assert rows_of(db) == reading(db, FIRST).rows


# ---- the first period ----


def test_first_period_has_the_units_and_clusters_of_the_list(db: Session) -> None:
    tomorrow = (now() + timedelta(days=2)).strftime("%d/%m/%Y")
    load(db, FIRST + f"96;Sở A;A;1;;;;30/06/2025;\n97;Sở B;B;1;;;{tomorrow};;\n")
    assert [unit.code for unit in plan_of(db, None, now=now()).left_out] == ["97"]
    period = first_period(db)
    assert (period.phase, period.is_illustrative) == (Phase.PREPARING, True)
    assert clusters_in(db, period) == [
        (1, "Cụm thi đua số 1", "01", "", ["Hà Nội"]),
        (2, "Cụm Bắc", "", "08", ["Cao Bằng", "Tuyên Quang"]),
    ]
    assert [one.is_inferred for one in db.scalars(select(Cluster).order_by(Cluster.number))] == [False, True]
    sheet = db.scalars(select(Sheet).where(Sheet.short_name == "Cao Bằng")).one()
    assert (sheet.unit_name, sheet.tags) == ("Sở GDĐT Cao Bằng", ["dan-toc"])


def test_first_period_needs_units(db: Session) -> None:
    with pytest.raises(Invalid, match="nạp danh sách đơn vị trước"):
        first_period(db)


def test_known_units_make_a_first_period(db: Session) -> None:
    load_units(db, Actor(None), Reading(rows=known_units()), now=now())
    period = first_period(db)
    assert [len(units) for *_, units in clusters_in(db, period)] == [5, 4, 5, 4, 5, 5, 2, 4]


def test_a_period_in_preparation_follows_the_list(db: Session) -> None:
    load(db, FIRST)
    period = first_period(db)
    assert plan_units(db, reading(db, FIRST), now=now()).periods == [period]
    load(
        db,
        "01;Sở GDĐT Hà Nội;Thủ đô;Cụm Bắc;Cụm trưởng;mien-nui;;;\n04;Sở GDĐT Cao Bằng;Cao Bằng;1;;;;;\n"
        "08;Sở GDĐT Tuyên Quang;Tuyên Quang;2;;;;30/06/2025;\n19;Sở GDĐT Thái Nguyên;Thái Nguyên;1;Cụm trưởng;;;;\n",
    )
    assert clusters_in(db, period) == [
        (1, "Cụm thi đua số 1", "19", "", ["Cao Bằng", "Thái Nguyên"]),
        (2, "Cụm Bắc", "01", "", ["Thủ đô"]),
    ]
    assert db.scalars(select(Sheet.tags).where(Sheet.short_name == "Thủ đô")).one() == ["mien-nui"]
    last = db.scalars(select(History).order_by(History.id.desc())).first()
    assert last is not None
    assert (last.act, last.period_id, last.new) == ("follow_list", period.id, {"clusters": 2, "units": 3})


def test_a_new_cluster_takes_the_number_of_one_that_goes(db: Session) -> None:
    load(db, "01;Sở A;A;Cụm Bắc;;;;;\n")
    period = first_period(db)
    load(db, "01;Sở A;A;1;;;;;\n")
    assert clusters_in(db, period) == [(1, "Cụm thi đua số 1", "", "", ["A"])]


def test_a_sheet_with_something_in_it_stays_when_its_unit_ends(db: Session, world: World) -> None:
    world.period.phase = Phase.PREPARING
    world.units["34"].valid_to = world.units["95"].valid_to = date(2025, 6, 30)
    db.add(Entry(sheet_id=world.sheets["34"].id, code="I.2", data={"value": "9"}, explanation="", updated_at=now()))
    db.commit()
    load(db, "96;Sở Giáo dục và Đào tạo tỉnh Cà Mau;Cà Mau mới;2;;;;;\n")
    names = [name for *_, units in clusters_in(db, world.period) for name in units]
    assert names == ["Hà Nam", "Thái Bình", "Cà Mau mới"]


def test_other_periods_keep_what_they_began_with(db: Session, world: World) -> None:
    load(db, "34;Sở Thái Bình mới;Thái Bình mới;2;;dan-toc;;;\n")
    sheet = db.get(Sheet, world.sheets["34"].id)
    assert sheet is not None
    assert (sheet.short_name, sheet.cluster.number, sheet.tags) == ("Thái Bình", 1, [])
    plan = plan_of(db, world.period, now=now())
    assert [(one.number, [unit.short_name for unit in one.units]) for one in plan.clusters] == [
        (1, ["Hà Nam"]),
        (2, ["Bạc Liêu", "Cà Mau", "Thái Bình mới"]),
    ]
    assert db.scalars(select(Unit).where(Unit.code == "34")).one().cluster_role is None
