"""Reading under review: scope, conflict, what each reviewer sees of the others, the queue, the chair's overview."""

from __future__ import annotations

from decimal import Decimal

import pytest
from sqlalchemy.orm import Session

from emulation.domain.declared import Remark
from emulation.domain.workflow import Phase, SheetState
from emulation.models import Council, CouncilCluster, Exclusion, Seat, Sheet, Verdict, VerdictRound
from emulation.services import chair, marks, queue, reviews, verdicts
from emulation.services.periods import sheets_of
from tests.reviewing import CORE, SELF, declare, now, set_phase, under_review
from tests.world import World

D = Decimal


def give(db: Session, world: World, who: str, sheet: Sheet, points: dict[str, str]) -> None:
    for code, text in points.items():
        marks.mark(db, world.actor(who), sheet, code=code, points=D(text), reason="Lý do.", now=now())


def test_lines_of_sheet_show_what_was_declared_in_order(db: Session, world: World) -> None:
    sheet = under_review(db, world)
    lines = reviews.lines_of_sheet(db, world.people["member"], sheet)
    assert [line.code for line in lines] == [*CORE, "III.2", "B.1", "D.1"]
    points = {line.code: line.declared.points for line in lines}
    assert {code: str(value) for code, value in points.items() if value is not None} == SELF
    assert [line.code for line in lines if line.is_open_task] == [*CORE, "B.1"]
    assert [line.code for line in lines if line.is_unremarkable] == [code for code in [*CORE, "B.1"] if code != "II.5"]


def test_lines_of_sheet_remark_missing_evidence_and_empty_lines(db: Session, world: World) -> None:
    set_phase(db, world, Phase.REVIEW)
    entries = {"I.1": {"part": "1", "whole": "2"}, "III.1": {"not_applicable": True, "reason": "x"}}
    sheet = declare(db, world, "34", entries, unproven=["I.1"])
    remarks = {line.code: line.declared.remarks for line in reviews.lines_of_sheet(db, world.people["member"], sheet)}
    assert remarks["I.1"] == (Remark.NO_EVIDENCE,)
    assert remarks["I.2"] == (Remark.NOT_DECLARED,)
    assert remarks["III.1"] == (Remark.SKIPPED,)
    assert remarks["III.2"] == ()  # does not apply to the unit
    assert remarks["D.1"] == ()


def test_marks_of_others_are_hidden_until_own_marking_is_finished(db: Session, world: World) -> None:
    sheet = under_review(db, world)
    give(db, world, "member", sheet, {"I.1": "9"})
    second = world.people["second_member"]
    assert {line.others for line in reviews.lines_of_sheet(db, second, sheet)} == {None}
    marks.accept_unremarkable(db, world.actor("second_member"), sheet, now=now())
    give(db, world, "second_member", sheet, {"II.5": "3"})
    assert {line.others for line in reviews.lines_of_sheet(db, second, sheet)} == {None}
    marks.finish(db, world.actor("second_member"), sheet, now=now())
    line = reviews.lines_of_sheet(db, second, sheet)[0]
    assert line.others is not None
    assert [(one.name, one.mark.points) for one in line.others] == [("Member", D("9"))]
    # the first member still sees nothing
    assert {line.others for line in reviews.lines_of_sheet(db, world.people["member"], sheet)} == {None}


def test_marks_of_others_are_shown_once_the_chair_reveals(db: Session, world: World) -> None:
    sheet = under_review(db, world)
    give(db, world, "member", sheet, {"I.1": "9"})
    verdicts.reveal(db, world.actor("chair"), sheet, now=now())
    line = reviews.lines_of_sheet(db, world.people["second_member"], sheet)[0]
    assert line.others is not None
    assert [one.mark.points for one in line.others] == [D("9")]


def test_lines_of_criterion_leave_out_conflicts_and_unsubmitted_sheets(db: Session, world: World) -> None:
    under_review(db, world, "34", "96")
    declare(db, world, "95", state=SheetState.SIGNING)
    member = world.people["member"]
    member.home_unit_id = world.units["96"].id
    db.commit()
    found = reviews.lines_of_criterion(db, member, sheets_of(db, world.period), "I.1")
    assert list(found) == [world.sheets["34"].id]


def test_scope_is_empty_without_a_seat_and_without_codes(db: Session, world: World) -> None:
    sheet = under_review(db, world)
    assert reviews.lines_of_sheet(db, world.people["outsider"], sheet) == []
    assert world.council is not None
    world.council.codes = []
    db.commit()
    db.expire_all()
    assert reviews.lines_of_sheet(db, world.people["member"], sheet) == []
    assert queue.queue_of(db, world.people["member"], world.period).tasks == []


def test_scope_holds_only_the_councils_clusters_and_codes(db: Session, world: World) -> None:
    sheet = under_review(db, world, "34", "96")
    assert world.council is not None
    world.council.codes = ["I.1", "II.5"]
    world.council.clusters = [row for row in world.council.clusters if row.cluster_id == world.clusters[1].id]
    db.commit()
    db.expire_all()
    member = world.people["member"]
    assert [line.code for line in reviews.lines_of_sheet(db, member, sheet)] == ["I.1", "II.5"]
    assert reviews.lines_of_sheet(db, member, world.sheets["96"]) == []
    assert [task.sheet.unit.code for task in queue.queue_of(db, member, world.period).tasks] == ["34", "35"]


def test_queue_puts_flagged_sheets_first_and_resumes_where_the_member_stopped(db: Session, world: World) -> None:
    set_phase(db, world, Phase.REVIEW)
    declare(db, world, "34", {"I.2": {"value": "91,5"}})
    declare(db, world, "96")
    assert world.council is not None
    world.council.codes = ["I.1", "I.2"]
    db.commit()
    db.expire_all()
    member = world.people["member"]
    found = queue.queue_of(db, member, world.period)
    assert [(one.sheet.unit.code, one.total, one.marked, one.remarkable) for one in found.tasks] == [
        ("34", 2, 0, 1),
        ("96", 2, 0, 0),
        ("35", 0, 0, 0),  # not submitted: nothing is said about it
        ("95", 0, 0, 0),
    ]
    assert found.resume is world.sheets["34"]
    marks.accept(db, world.actor("member"), world.sheets["96"], code="I.1", now=now())
    found = queue.queue_of(db, member, world.period)
    assert found.resume is world.sheets["96"]
    assert [(one.code, one.total, one.marked, one.remarkable) for one in found.columns] == [
        ("I.1", 2, 1, 1),
        ("I.2", 2, 0, 0),
    ]


def test_queue_order_and_counts_know_nothing_of_others(db: Session, world: World) -> None:
    under_review(db, world, "34", "35", "95", "96")

    def seen() -> list[tuple[object, ...]]:
        found = queue.queue_of(db, world.people["second_member"], world.period)
        return [(one.sheet.id, one.total, one.marked, one.remarkable, one.is_finished) for one in found.tasks]

    before = seen()
    give(db, world, "member", world.sheets["96"], {"I.1": "0", "II.1": "0"})
    marks.accept_unremarkable(db, world.actor("member"), world.sheets["35"], now=now())
    give(db, world, "member", world.sheets["35"], {"II.5": "1"})
    marks.finish(db, world.actor("member"), world.sheets["35"], now=now())
    assert seen() == before


def test_queue_names_a_conflict_and_counts_nothing_there(db: Session, world: World) -> None:
    sheet = under_review(db, world)
    member = world.people["member"]
    marks.declare_conflict(db, world.actor("member"), sheet, reason="Người thân công tác tại Sở.", now=now())
    task = next(one for one in queue.queue_of(db, member, world.period).tasks if one.sheet is sheet)
    assert (task.has_conflict, task.is_open, task.total, task.marked) == (True, False, 0, 0)


def test_overview_names_who_is_behind_and_flags_only_open_sheets(db: Session, world: World) -> None:
    sheet = under_review(db, world, "34", "96")
    for who, points in (("member", "9.69"), ("second_member", "2")):
        marks.accept_unremarkable(db, world.actor(who), sheet, now=now())
        give(db, world, who, sheet, {"I.1": points, "II.5": "3"})
        marks.finish(db, world.actor(who), sheet, now=now())
    found = chair.overview_of(db, world.people["chair"], world.period)
    assert [(row[0].name, row[1], row[2]) for row in found.behind] == [
        ("Chair", 0, 2),
        ("Member", 1, 2),
        ("Second member", 1, 2),
    ]
    assert (found.in_progress, found.to_settle, found.to_discuss, found.settled) == (2, [], [], 0)
    verdicts.reveal(db, world.actor("chair"), sheet, now=now())
    found = chair.overview_of(db, world.people["chair"], world.period)
    assert found.to_settle == [sheet]
    assert [(one.declared.criterion.code, one.marks) for one in found.to_discuss] == [("I.1", (D("9.69"), D("2")))]
    assert found.in_progress == 1


def test_verdicts_by_sheet_holds_both_rounds_in_order(db: Session, world: World) -> None:
    sheet = under_review(db, world)
    assert world.council is not None
    for one, points in ((VerdictRound.REVIEW, "8"), (VerdictRound.EXPLANATION, "9")):
        db.add(
            Verdict(
                sheet_id=sheet.id,
                code="I.1",
                round=one,
                council_id=world.council.id,
                points=D(points),
                decided_by_id=world.people["chair"].id,
                decided_at=now(),
            )
        )
    db.commit()
    found = reviews.verdicts_by_sheet(db, world.period)
    assert {key: [verdict.points for verdict in rows] for key, rows in found.items()} == {sheet.id: [D(8), D(9)]}


def test_active_exclusions_leave_out_lifted_ones(db: Session, world: World) -> None:
    person = world.people["department"]
    for code, lifted in (("34", True), ("35", False)):
        db.add(
            Exclusion(
                sheet_id=world.sheets[code].id,
                ground="X.1",
                note="Kết luận.",
                decided_by_id=person.id,
                decided_at=now(),
                lifted_at=now() if lifted else None,
                lift_reason="Đã xóa kỷ luật." if lifted else "",
            )
        )
    db.commit()
    assert [*reviews.active_exclusions(db, world.period)] == [world.sheets["35"].id]


def test_members_of_a_council_come_chair_first_with_what_they_may_not_score(db: Session, world: World) -> None:
    assert world.council is not None
    world.people["member"].home_unit_id = world.units["34"].id
    db.commit()
    found = reviews.members_of(db, [world.council.id])[world.council.id]
    assert [(one.name, one.is_chair) for one in found] == [("Chair", True), ("Member", False), ("Second member", False)]
    assert [one.may_score(world.sheets["34"]) for one in found] == [True, False, True]


def test_a_person_with_two_councils_scores_each_line_in_its_own(db: Session, world: World) -> None:
    sheet = under_review(db, world)
    assert world.council is not None
    world.council.codes = ["I.1"]
    other = Council(period_id=world.period.id, name="Tổ chuyển đổi số", method="single", codes=["II.1"])
    other.clusters = [CouncilCluster(cluster_id=world.clusters[1].id)]
    db.add(other)
    db.flush()
    db.add(Seat(council_id=other.id, user_id=world.people["member"].id, role="member"))
    db.commit()
    db.expire_all()
    lines = reviews.lines_of_sheet(db, world.people["member"], sheet)
    assert [(line.code, line.council.name) for line in lines] == [
        ("I.1", "Hội đồng thẩm định"),
        ("II.1", "Tổ chuyển đổi số"),
    ]


@pytest.mark.parametrize("state", [SheetState.DRAFT, SheetState.SIGNING, SheetState.RETURNED])
def test_sheet_with_the_unit_is_not_submitted(db: Session, world: World, state: SheetState) -> None:
    sheet = declare(db, world, "34", state=state)
    assert reviews.is_submitted(sheet) is False
