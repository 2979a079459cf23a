"""Settling: who, when, the proposal, reasons, all lines at once, and the last council makes the sheet reviewed."""

from __future__ import annotations

from decimal import Decimal

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from emulation.domain.reviewing import Flag
from emulation.domain.workflow import Phase, SheetState
from emulation.errors import NotYours, Stale, WrongState
from emulation.models import Council, CouncilCluster, Method, Review, Seat, SeatRole, Sheet, Verdict
from emulation.services import marks, verdicts
from emulation.services.verdicts import Decided
from tests.reviewing import CORE, SELF, acts, declare, now, set_phase, under_review
from tests.world import World

D = Decimal


def as_declared(**changes: tuple[str, str]) -> dict[str, Decided]:
    """Decisions that take over everything declared, the external one at 4; changes as II_5=("3", "reason")."""
    found = {code: Decided(D(SELF.get(code, "4"))) for code in (*CORE, "B.1")}
    for name, (points, reason) in changes.items():
        found[name.replace("_", ".")] = Decided(D(points), reason)
    return found


def mark_all(db: Session, world: World, sheet: Sheet, who: str, **points: str) -> None:
    """All lines as declared except those given; then finished."""
    for name, text in {"II_5": "4", **points}.items():
        code = name.replace("_", ".")
        marks.mark(db, world.actor(who), sheet, code=code, points=D(text), reason=f"Lý do của {who}.", now=now())
    marks.accept_unremarkable(db, world.actor(who), sheet, now=now())
    marks.finish(db, world.actor(who), sheet, now=now())


def test_marks_are_hidden_from_the_chair_until_all_have_finished(db: Session, world: World) -> None:
    sheet = under_review(db, world)
    for who in ("chair", "member"):
        mark_all(db, world, sheet, who)
        found = verdicts.settling_of(db, world.people["chair"], sheet)
        assert found.is_open is False
        assert {one.marks for one in found.agenda} == {None}
        assert {one.proposed for one in found.agenda} == {None}
    assert [one.name for one in found.behind] == ["Second member"]
    mark_all(db, world, sheet, "second_member")
    found = verdicts.settling_of(db, world.people["chair"], sheet)
    assert found.is_open is True
    assert found.behind == []


def test_reveal_opens_the_marks_before_all_have_finished(db: Session, world: World) -> None:
    sheet = under_review(db, world)
    mark_all(db, world, sheet, "member", I_1="9")
    verdicts.reveal(db, world.actor("chair"), sheet, now=now())
    found = verdicts.settling_of(db, world.people["chair"], sheet)
    line = found.agenda[0]
    assert [(one.member.name, one.mark and one.mark.points) for one in line.marks or ()] == [
        ("Chair", None),
        ("Member", D("9")),
        ("Second member", None),
    ]
    assert line.proposed == D("9.00")
    with pytest.raises(WrongState):
        verdicts.reveal(db, world.actor("chair"), sheet, now=now())
    assert acts(db).count("reveal") == 1


@pytest.mark.parametrize(
    ("method", "expected"), [(Method.MEAN, "8.33"), (Method.MEDIAN, "9.00"), (Method.SINGLE, "6.00")]
)
def test_proposal_follows_the_councils_method(db: Session, world: World, method: Method, expected: str) -> None:
    sheet = under_review(db, world)
    assert world.council is not None
    world.council.method = method
    db.commit()
    for who, points in (("member", "9"), ("second_member", "10"), ("chair", "6")):
        mark_all(db, world, sheet, who, I_1=points)
    line = verdicts.settling_of(db, world.people["chair"], sheet).agenda[0]
    assert str(line.proposed) == expected
    assert line.reasons == "Lý do của chair. Lý do của member. Lý do của second_member."


def test_marks_of_people_with_a_conflict_do_not_count(db: Session, world: World) -> None:
    sheet = under_review(db, world)
    for who, points in (("member", "2"), ("second_member", "10"), ("chair", "10")):
        mark_all(db, world, sheet, who, I_1=points)
    marks.declare_conflict(db, world.actor("member"), sheet, reason="Phát hiện sau.", now=now())
    db.flush()
    line = verdicts.settling_of(db, world.people["chair"], sheet).agenda[0]
    assert line.proposed == D("10.00")
    assert [one.member.name for one in line.marks or ()] == ["Chair", "Second member"]


def test_lines_where_marks_differ_are_flagged(db: Session, world: World) -> None:
    sheet = under_review(db, world)
    for who, points in (("member", "9.5"), ("second_member", "9.69"), ("chair", "4")):
        mark_all(db, world, sheet, who, I_1=points)
    found = {one.line.code: one for one in verdicts.settling_of(db, world.people["chair"], sheet).agenda}
    assert found["I.1"].flags == (Flag.SPREAD, Flag.OUTLIER)
    assert [one.is_far for one in found["I.1"].marks or ()] == [True, False, False]
    assert found["I.2"].flags == ()


def test_settle_writes_every_verdict_and_makes_the_sheet_reviewed(db: Session, world: World) -> None:
    sheet = under_review(db, world)
    for who in ("member", "second_member", "chair"):
        mark_all(db, world, sheet, who)
    verdicts.settle(db, world.actor("chair"), sheet, decisions=as_declared(I_1=("8.5", "Theo 98.")), now=now())
    db.commit()
    rows = {one.code: one for one in db.scalars(select(Verdict))}
    assert sorted(rows) == sorted([*CORE, "B.1"])
    assert (rows["I.1"].points, rows["I.1"].reason) == (D("8.5"), "Theo 98.")
    assert sheet.state == SheetState.REVIEWED
    assert db.scalars(select(Review)).one().settled_at is not None
    assert acts(db).count("settle") == len(rows)


def test_settle_needs_open_marks(db: Session, world: World) -> None:
    sheet = under_review(db, world)
    with pytest.raises(WrongState) as refused:
        verdicts.settle(db, world.actor("chair"), sheet, decisions=as_declared(), now=now())
    assert str(refused.value) == "Hãy công khai điểm của các thành viên trước khi kết luận."


def revealed(db: Session, world: World) -> Sheet:
    sheet = under_review(db, world)
    marks.accept_unremarkable(db, world.actor("member"), sheet, now=now())
    marks.mark(db, world.actor("member"), sheet, code="II.5", points=D("4"), now=now())
    marks.mark(db, world.actor("member"), sheet, code="I.1", points=D("9"), reason="Tính lại.", now=now())
    verdicts.reveal(db, world.actor("chair"), sheet, now=now())
    return sheet


def test_settle_lists_everything_that_is_wrong_and_writes_nothing(db: Session, world: World) -> None:
    sheet = revealed(db, world)
    decisions = as_declared(I_1=("8", ""), II_5=("3", ""), I_2=("9", "x"))
    decisions["III.1"] = Decided(None)
    del decisions["II.1"], decisions["B.1"]
    with pytest.raises(verdicts.Unsettled) as refused:
        verdicts.settle(db, world.actor("chair"), sheet, decisions=decisions, now=now())
    assert {code: (field, str(phrase)) for code, (field, phrase) in refused.value.problems.items()} == {
        "I.1": ("reason", "Nêu lý do vì điểm thẩm định khác điểm tự chấm; đơn vị sẽ đọc lý do này."),
        "I.2": ("points", "9 điểm nằm ngoài khoảng từ 0 đến 5."),
        "II.1": ("points", "Chưa có điểm thẩm định."),
        "II.5": ("reason", "Nêu lý do vì điểm thẩm định khác mức đề xuất từ điểm các thành viên."),
        "III.1": ("points", "Đơn vị không khai “không áp dụng” ở tiêu chí này."),
        "B.1": ("points", "Chưa có điểm thẩm định."),
    }
    assert list(db.scalars(select(Verdict))) == []
    assert sheet.state == SheetState.RECEIVED


def test_settle_as_declared_against_the_members_needs_a_reason_too(db: Session, world: World) -> None:
    sheet = revealed(db, world)
    with pytest.raises(verdicts.Unsettled) as refused:
        verdicts.settle(db, world.actor("chair"), sheet, decisions=as_declared(), now=now())
    assert list(refused.value.problems) == ["I.1"]
    decisions = as_declared(I_1=(SELF["I.1"], "Thống nhất theo số liệu đã đối chiếu."))
    verdicts.settle(db, world.actor("chair"), sheet, decisions=decisions, now=now())
    assert sheet.state == SheetState.REVIEWED


def test_settle_may_add_a_deduction_with_a_reason(db: Session, world: World) -> None:
    sheet = revealed(db, world)
    decisions = as_declared(I_1=("9", "Tính lại."), D_1=("0.5", ""))
    with pytest.raises(verdicts.Unsettled) as refused:
        verdicts.settle(db, world.actor("chair"), sheet, decisions=decisions, now=now())
    assert list(refused.value.problems) == ["D.1"]
    decisions["D.1"] = Decided(D("0.5"), "Nộp báo cáo tháng 3 muộn.")
    found = verdicts.settle(db, world.actor("chair"), sheet, decisions=decisions, now=now())
    assert [one.points for one in found if one.code == "D.1"] == [D("0.5")]


def test_settle_takes_over_not_applicable(db: Session, world: World) -> None:
    set_phase(db, world, Phase.REVIEW)
    entries = {"III.1": {"not_applicable": True, "reason": "Không có hồ sơ."}}
    sheet = declare(db, world, "34", entries)
    marks.accept(db, world.actor("member"), sheet, code="III.1", now=now())
    verdicts.reveal(db, world.actor("chair"), sheet, now=now())
    line = next(
        one for one in verdicts.settling_of(db, world.people["chair"], sheet).agenda if one.line.code == "III.1"
    )
    assert (line.proposes_skipping, line.proposed) == (True, None)
    decisions = {code: Decided(D("0")) for code in CORE} | {"III.1": Decided(None)}
    found = verdicts.settle(db, world.actor("chair"), sheet, decisions=decisions, now=now())
    assert [(one.points, one.not_applicable) for one in found if one.code == "III.1"] == [(None, True)]


def test_settle_is_for_the_chair_without_a_conflict_in_time(db: Session, world: World) -> None:
    sheet = revealed(db, world)
    with pytest.raises(NotYours):
        verdicts.settle(db, world.actor("member"), sheet, decisions=as_declared(), now=now())
    world.people["chair"].home_unit_id = sheet.unit_id
    db.flush()
    with pytest.raises(NotYours):
        verdicts.settle(db, world.actor("chair"), sheet, decisions=as_declared(), now=now())
    with pytest.raises(NotYours):
        verdicts.reveal(db, world.actor("chair"), sheet, now=now())
    world.people["chair"].home_unit_id = None
    world.period.phase = Phase.COUNCIL
    db.flush()
    with pytest.raises(WrongState):
        verdicts.settle(db, world.actor("chair"), sheet, decisions=as_declared(), now=now())


def test_settle_refuses_a_review_that_changed_since(db: Session, world: World) -> None:
    sheet = revealed(db, world)
    assert world.council is not None
    with pytest.raises(Stale):
        verdicts.settle(
            db,
            world.actor("chair"),
            sheet,
            decisions=as_declared(I_1=("9", "Tính lại.")),
            versions={world.council.id: 99},
            now=now(),
        )


def test_settle_happens_once(db: Session, world: World) -> None:
    sheet = revealed(db, world)
    decisions = as_declared(I_1=("9", "Tính lại."))
    verdicts.settle(db, world.actor("chair"), sheet, decisions=decisions, now=now())
    with pytest.raises(WrongState):
        verdicts.settle(db, world.actor("chair"), sheet, decisions=decisions, now=now())


def two_councils(db: Session, world: World) -> None:
    assert world.council is not None
    world.council.codes = ["I.1", "I.2", "I.3", "B.1", "D.1"]
    other = Council(
        period_id=world.period.id,
        name="Tổ số 2",
        method=Method.SINGLE,
        codes=[code for code in CORE if not code.startswith("I.")] + ["III.2"],
    )
    other.clusters = [CouncilCluster(cluster_id=cluster.id) for cluster in world.clusters.values()]
    other.seats = [Seat(user_id=world.people["outsider"].id, role=SeatRole.CHAIR)]
    db.add(other)
    db.commit()
    db.expire_all()


def test_sheet_is_reviewed_only_when_every_council_has_settled(db: Session, world: World) -> None:
    two_councils(db, world)
    sheet = under_review(db, world)
    verdicts.reveal(db, world.actor("chair"), sheet, now=now())
    verdicts.reveal(db, world.actor("outsider"), sheet, now=now())
    everything = as_declared()
    mine = {code: one for code, one in everything.items() if code.startswith("I.") or code == "B.1"}
    theirs = {code: one for code, one in everything.items() if code not in mine}
    verdicts.settle(db, world.actor("chair"), sheet, decisions=mine, now=now())
    assert sheet.state == SheetState.RECEIVED
    assert verdicts.missing_verdicts(db, sheet) == list(theirs)
    with pytest.raises(NotYours):
        verdicts.settle(db, world.actor("outsider"), sheet, decisions=everything, now=now())
    verdicts.settle(db, world.actor("outsider"), sheet, decisions=theirs, now=now())
    assert sheet.state == SheetState.REVIEWED
    assert verdicts.missing_verdicts(db, sheet) == []


def test_sheet_with_a_line_that_no_council_scores_stays_under_review(db: Session, world: World) -> None:
    assert world.council is not None
    world.council.codes = [code for code in world.council.codes if code != "II.5"]
    db.commit()
    db.expire_all()
    sheet = under_review(db, world)
    verdicts.reveal(db, world.actor("chair"), sheet, now=now())
    decisions = {code: one for code, one in as_declared().items() if code != "II.5"}
    verdicts.settle(db, world.actor("chair"), sheet, decisions=decisions, now=now())
    assert sheet.state == SheetState.RECEIVED
    assert verdicts.missing_verdicts(db, sheet) == ["II.5"]
    # once a council takes it into its scope, its chair settles what is left
    world.council.codes = [*world.council.codes, "II.5"]
    db.commit()
    db.expire_all()
    verdicts.settle(db, world.actor("chair"), sheet, decisions={"II.5": Decided(D("4"))}, now=now())
    assert sheet.state == SheetState.REVIEWED
