"""Councils: scope, method, people; one council a line; what nobody scores."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy.orm import Session

from emulation.domain.workflow import Phase
from emulation.errors import Invalid, Stale, WrongState
from emulation.models import Council, Method, Seat, SeatRole
from emulation.services import councils, marks
from emulation.services.councils import Scope
from tests.reviewing import acts, now, set_phase, under_review
from tests.world import World


def scope(world: World, **changes: object) -> Scope:
    """A council of the outsider for I.1 in cluster 1."""
    plain = Scope(
        name="Tổ số 2",
        method=Method.SINGLE,
        cluster_ids=[world.clusters[1].id],
        codes=["I.1"],
        member_ids=[world.people["outsider"].id],
        chair_id=world.people["outsider"].id,
    )
    return replace(plain, **changes)  # type: ignore[arg-type]


def only(db: Session, world: World, *codes: str) -> Council:
    """The world's council with these criteria, everything else free."""
    assert world.council is not None
    world.council.codes = list(codes)
    db.commit()
    db.expire_all()
    return world.council


def test_create_council_stores_its_scope_and_people(db: Session, world: World) -> None:
    only(db, world, "I.2")
    member, outsider = world.people["member"].id, world.people["outsider"].id
    wanted = scope(world, name="  Tổ   số 2 ", codes=["II.1", "I.1"], member_ids=[outsider, member], chair_id=member)
    found = councils.create_council(db, world.actor("department"), world.period, wanted, now=now())
    db.commit()
    assert (found.name, found.method, found.codes) == ("Tổ số 2", "single", ["I.1", "II.1"])  # in the set's order
    assert found.cluster_ids == {world.clusters[1].id}
    assert {seat.user_id: seat.role for seat in found.seats} == {member: "chair", outsider: "member"}
    assert acts(db)[-1] == "create_council"


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": "  "}, "name"),
        ({"name": "x" * 201}, "name"),
        ({"name": "Hội đồng thẩm định"}, "name"),
        ({"cluster_ids": []}, "clusters"),
        ({"cluster_ids": [999]}, "clusters"),
        ({"codes": []}, "codes"),
        ({"codes": ["khong-co"]}, "codes"),
        ({"codes": ["I.2"]}, "codes"),  # belongs to the other council
        ({"member_ids": []}, "members"),
        ({"member_ids": [1]}, "members"),  # the administrator
        ({"chair_id": None}, "chair"),
        ({"chair_id": 999}, "chair"),
    ],
)
def test_create_council_is_refused_at_its_field(
    db: Session, world: World, changes: dict[str, object], field: str
) -> None:
    only(db, world, "I.2")
    with pytest.raises(Invalid) as refused:
        councils.create_council(db, world.actor("department"), world.period, scope(world, **changes), now=now())
    assert refused.value.field == field
    assert len(councils.councils_of(db, world.period)) == 1


def test_one_line_has_one_council_but_other_clusters_may_have_another(db: Session, world: World) -> None:
    council = only(db, world, "I.1", "I.2")
    department = world.actor("department")
    with pytest.raises(Invalid) as refused:
        councils.create_council(db, department, world.period, scope(world), now=now())
    assert str(refused.value) == (
        "I.1 ở Cụm thi đua số 1 đã thuộc phạm vi của Hội đồng thẩm định; mỗi dòng chỉ một hội đồng chấm."
    )
    council.clusters = [row for row in council.clusters if row.cluster_id == world.clusters[2].id]
    db.commit()
    assert councils.create_council(db, department, world.period, scope(world), now=now()).codes == ["I.1"]


def test_change_council_moves_the_chair(db: Session, world: World) -> None:
    assert world.council is not None
    council = councils.load_council(db, world.council.id)
    assert council is not None
    before = council.version
    wanted = replace(councils.scope_of(council), chair_id=world.people["member"].id, method=Method.MEDIAN)
    councils.change_council(db, world.actor("department"), council, world.period, wanted, version=before, now=now())
    db.commit()
    db.expire_all()
    again = councils.load_council(db, world.council.id)
    assert again is not None
    assert again.method == "median"
    assert [seat.user_id for seat in again.seats if seat.role == SeatRole.CHAIR] == [world.people["member"].id]
    assert len(again.seats) == 3
    assert again.version > before
    assert acts(db)[-1] == "change_council"


def test_change_council_replaces_people_and_scope(db: Session, world: World) -> None:
    assert world.council is not None
    council = councils.load_council(db, world.council.id)
    assert council is not None
    wanted = scope(world, name=council.name, codes=["I.3"])
    councils.change_council(
        db, world.actor("department"), council, world.period, wanted, version=council.version, now=now()
    )
    db.commit()
    assert [seat.user_id for seat in db.query(Seat)] == [world.people["outsider"].id]
    assert councils.scope_of(council) == wanted


def test_change_council_refuses_a_stale_save(db: Session, world: World) -> None:
    assert world.council is not None
    council = councils.load_council(db, world.council.id)
    assert council is not None
    wanted = replace(councils.scope_of(council), name="Tên khác")
    with pytest.raises(Stale):
        councils.change_council(
            db, world.actor("department"), council, world.period, wanted, version=council.version + 1, now=now()
        )


def test_change_council_keeps_what_it_has_scored(db: Session, world: World) -> None:
    sheet = under_review(db, world)
    marks.accept(db, world.actor("member"), sheet, code="I.1", now=now())
    db.commit()
    assert world.council is not None
    council = councils.load_council(db, world.council.id)
    assert council is not None
    now_has = councils.scope_of(council)
    for changes, field in (
        ({"codes": [code for code in now_has.codes if code != "I.1"]}, "codes"),
        ({"cluster_ids": [world.clusters[2].id]}, "clusters"),
    ):
        with pytest.raises(Invalid) as refused:
            councils.change_council(
                db,
                world.actor("department"),
                council,
                world.period,
                replace(now_has, **changes),  # type: ignore[arg-type]
                version=council.version,
                now=now(),
            )
        assert refused.value.field == field


def test_councils_stay_after_publishing(db: Session, world: World) -> None:
    set_phase(db, world, Phase.PUBLISHED)
    with pytest.raises(WrongState):
        councils.create_council(db, world.actor("department"), world.period, scope(world), now=now())


def test_gaps_put_clusters_with_the_same_gap_together(db: Session, world: World) -> None:
    council = only(db, world, "I.1", "I.2")
    clusters = councils.clusters_of(db, world.period)
    codes = ["I.1", "I.2", "I.3"]
    assert [
        (gap.codes, [one.number for one in gap.clusters]) for gap in councils.gaps_of(clusters, [council], codes)
    ] == [(("I.3",), [1, 2])]
    council.clusters = [row for row in council.clusters if row.cluster_id == world.clusters[1].id]
    assert [
        (gap.codes, [one.number for one in gap.clusters]) for gap in councils.gaps_of(clusters, [council], codes)
    ] == [
        (("I.3",), [1]),
        (("I.1", "I.2", "I.3"), [2]),
    ]
    assert councils.gaps_of(clusters, [], []) == []


def test_weakness_of_a_council(db: Session, world: World) -> None:
    assert world.council is not None
    council = councils.load_council(db, world.council.id)
    assert council is not None
    assert councils.weakness_of(council) is None
    council.method = Method.TRIMMED
    assert str(councils.weakness_of(council)) == "có 3 thành viên; cách bỏ điểm cao nhất và thấp nhất cần 5"
    for seat in council.seats:
        seat.role = SeatRole.MEMBER
    assert str(councils.weakness_of(council)) == "chưa có chủ tịch"
    council.seats = []
    assert str(councils.weakness_of(council)) == "chưa có thành viên"


def test_shorten_lists_a_few_names_and_how_many() -> None:
    assert councils.shorten(["a", "b"]) == "a, b"
    assert councils.shorten(list("abcdef")) == "a, b, c, d, e ... (6)"
