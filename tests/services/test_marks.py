"""Members' marks: what may be given, by whom, when; accepting; finishing; conflicts of interest."""

from __future__ import annotations

from decimal import Decimal

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from emulation.domain.workflow import Phase, SheetState
from emulation.errors import Invalid, NotYours, WrongState
from emulation.models import Conflict, History, Mark
from emulation.services import marks, verdicts
from emulation.services.periods import sheets_of
from tests.reviewing import CORE, SELF, acts, declare, now, set_phase, under_review
from tests.world import World

D = Decimal


def stored(db: Session) -> list[tuple[str, str | None]]:
    return [
        (mark.code, None if mark.points is None else str(mark.points.normalize()))
        for mark in db.scalars(select(Mark).order_by(Mark.id))
    ]


def test_mark_is_appended_and_the_newest_counts(db: Session, world: World) -> None:
    sheet = under_review(db, world)
    member = world.actor("member")
    first = marks.mark(db, member, sheet, code="I.1", points=D("9"), reason="Tính lại theo 98.", now=now())
    second = marks.mark(db, member, sheet, code="I.1", points=D("9.5"), reason="Đã xem lại.", now=now())
    db.commit()
    assert stored(db) == [("I.1", "9"), ("I.1", "9.5")]
    line = db.scalars(select(History).where(History.thing_id == second.id, History.thing == "marks")).one()
    assert line.act == "mark"
    assert line.place == "I.1"
    assert (line.old or {})["reason"] == first.reason
    assert (line.new or {})["reason"] == "Đã xem lại."


def test_mark_sent_twice_is_one_mark(db: Session, world: World) -> None:
    sheet = under_review(db, world)
    for _ in range(2):
        marks.mark(db, world.actor("member"), sheet, code="I.2", points=D("3.0"), now=now())
    assert stored(db) == [("I.2", "3")]


def test_mark_zero_is_a_mark(db: Session, world: World) -> None:
    sheet = under_review(db, world)
    given = marks.mark(db, world.actor("member"), sheet, code="II.5", points=D("0"), now=now())
    assert given.points == D("0")
    assert given.not_applicable is False


@pytest.mark.parametrize(
    ("code", "points", "reason", "field", "sentence"),
    [
        ("I.1", "9", "", "reason", "Nêu lý do vì điểm khác điểm tự chấm; đơn vị sẽ đọc lý do này."),
        ("I.1", "9", "   ", "reason", "Nêu lý do vì điểm khác điểm tự chấm; đơn vị sẽ đọc lý do này."),
        ("I.1", "10.01", "x", "points", "10,01 điểm nằm ngoài khoảng từ 0 đến 10."),
        ("I.1", "-1", "x", "points", "−1 điểm nằm ngoài khoảng từ 0 đến 10."),
        ("I.1", "9.123", "x", "points", "9,123 có quá 2 chữ số thập phân."),
        ("I.3", "8.3", "x", "points", "8,3 không phải bội số của bước 0,25."),
        ("I.1", None, "x", "points", "Đơn vị không khai “không áp dụng” ở tiêu chí này."),
        ("III.2", "4", "x", "points", "Tiêu chí III.2 không áp dụng cho đơn vị này."),
        ("D.1", "0.5", "", "reason", "Nêu lý do vì điểm khác điểm tự chấm; đơn vị sẽ đọc lý do này."),
        ("I.1", "9", "x" * 2001, "reason", "Lý do dài 2001 ký tự, nhiều nhất 2000."),
    ],
)
def test_mark_is_refused_at_its_field(
    db: Session, world: World, code: str, points: str | None, reason: str, field: str, sentence: str
) -> None:
    sheet = under_review(db, world)
    given = None if points is None else D(points)
    with pytest.raises(Invalid) as refused:
        marks.mark(db, world.actor("member"), sheet, code=code, points=given, reason=reason, now=now())
    assert (refused.value.field, str(refused.value)) == (field, sentence)
    assert stored(db) == []


@pytest.mark.parametrize(("code", "points"), [("I.1", "9.69"), ("II.5", "4"), ("D.1", "0"), ("B.1", "1")])
def test_mark_as_declared_or_where_nothing_is_declared_needs_no_reason(
    db: Session, world: World, code: str, points: str
) -> None:
    sheet = under_review(db, world)
    assert marks.mark(db, world.actor("member"), sheet, code=code, points=D(points), now=now()).reason == ""


def test_mark_takes_over_not_applicable_or_scores_it_with_a_reason(db: Session, world: World) -> None:
    set_phase(db, world, Phase.REVIEW)
    sheet = declare(db, world, "34", {"III.1": {"not_applicable": True, "reason": "Không có hồ sơ."}})
    member = world.actor("member")
    taken = marks.accept(db, member, sheet, code="III.1", now=now())
    assert (taken.points, taken.not_applicable) == (None, True)
    with pytest.raises(Invalid):
        marks.mark(db, member, sheet, code="III.1", points=D("0"), now=now())
    scored = marks.mark(db, member, sheet, code="III.1", points=D("0"), reason="Sở có hồ sơ.", now=now())
    assert (scored.points, scored.not_applicable) == (D("0"), False)


@pytest.mark.parametrize(
    ("who", "sentence"),
    [
        ("outsider", "Tiêu chí hoặc phiếu này không thuộc phạm vi thẩm định của anh chị."),
        ("department", "Tiêu chí hoặc phiếu này không thuộc phạm vi thẩm định của anh chị."),
    ],
)
def test_mark_outside_the_scope_is_refused(db: Session, world: World, who: str, sentence: str) -> None:
    sheet = under_review(db, world)
    with pytest.raises(NotYours) as refused:
        marks.mark(db, world.actor(who), sheet, code="I.2", points=D("3"), now=now())
    assert str(refused.value) == sentence


def test_mark_of_a_code_outside_the_council_is_refused(db: Session, world: World) -> None:
    sheet = under_review(db, world)
    assert world.council is not None
    world.council.codes = ["I.1"]
    db.commit()
    db.expire_all()
    for code in ("I.2", "khong-co"):
        with pytest.raises(NotYours):
            marks.mark(db, world.actor("member"), sheet, code=code, points=D("3"), now=now())


def test_mark_with_a_conflict_is_refused(db: Session, world: World) -> None:
    sheet = under_review(db, world)
    world.people["member"].home_unit_id = sheet.unit_id
    db.commit()
    db.expire_all()
    with pytest.raises(NotYours) as refused:
        marks.mark(db, world.actor("member"), sheet, code="I.2", points=D("3"), now=now())
    assert str(refused.value) == "Anh chị có xung đột lợi ích với đơn vị này nên không được xem và chấm."


@pytest.mark.parametrize(
    ("phase", "state"),
    [
        (Phase.SELF_SCORING, SheetState.RECEIVED),
        (Phase.EXPLANATION, SheetState.RECEIVED),
        (Phase.REVIEW, SheetState.SUBMITTED),
        (Phase.REVIEW, SheetState.REVIEWED),
    ],
)
def test_mark_outside_its_moment_is_refused(db: Session, world: World, phase: Phase, state: SheetState) -> None:
    set_phase(db, world, phase)
    sheet = declare(db, world, "34", state=state)
    with pytest.raises(WrongState):
        marks.mark(db, world.actor("member"), sheet, code="I.2", points=D("3"), now=now())
    assert stored(db) == []


@pytest.mark.parametrize(
    ("code", "points", "reason", "act"),
    [("I.1", "9.69", "", "accept"), ("I.1", "9.69", "Đã đối chiếu.", "mark"), ("II.5", "4", "", "mark")],
)
def test_points_typed_as_declared_are_an_acceptance(
    db: Session, world: World, code: str, points: str, reason: str, act: str
) -> None:
    sheet = under_review(db, world)
    marks.mark(db, world.actor("member"), sheet, code=code, points=D(points), reason=reason, now=now())
    assert acts(db)[-1] == act


def test_accept_takes_over_what_follows_from_the_entry(db: Session, world: World) -> None:
    sheet = under_review(db, world)
    given = marks.accept(db, world.actor("member"), sheet, code="I.1", now=now())
    assert given.points == D("9.69")
    assert acts(db)[-1] == "accept"


@pytest.mark.parametrize("code", ["II.5", "D.1"])
def test_accept_is_refused_where_nothing_is_declared(db: Session, world: World, code: str) -> None:
    sheet = under_review(db, world)
    with pytest.raises(Invalid) as refused:
        marks.accept(db, world.actor("member"), sheet, code=code, now=now())
    assert str(refused.value) == "Tiêu chí này không có số liệu tự chấm để chấp nhận; hãy cho điểm."


def test_accept_unremarkable_leaves_external_unproven_and_skipped_lines(db: Session, world: World) -> None:
    set_phase(db, world, Phase.REVIEW)
    entries = {
        "I.1": {"part": "95", "whole": "98"},
        "I.2": {"value": "91,5"},
        "I.3": {"points": "8,5"},
        "III.1": {"not_applicable": True, "reason": "x"},
    }
    sheet = declare(db, world, "34", entries, unproven=["I.1"])
    marks.mark(db, world.actor("member"), sheet, code="I.2", points=D("4"), reason="Xem lại.", now=now())
    accepted = marks.accept_unremarkable(db, world.actor("member"), sheet, now=now())
    assert [one.code for one in accepted] == ["I.3"]
    assert stored(db) == [("I.2", "4"), ("I.3", "8.5")]  # a mark that is there stays


def test_accept_column_takes_one_criterion_of_the_open_sheets(db: Session, world: World) -> None:
    under_review(db, world, "34", "35")
    declare(db, world, "95", state=SheetState.SUBMITTED)
    declare(db, world, "96", unproven=["I.1"])
    world.people["member"].home_unit_id = world.units["35"].id
    db.commit()
    db.expire_all()
    sheets = sheets_of(db, world.period)
    accepted = marks.accept_column(db, world.actor("member"), sheets, code="I.1", now=now())
    assert [one.sheet_id for one in accepted] == [world.sheets["34"].id]


def test_finish_is_refused_while_lines_are_unmarked_and_names_them(db: Session, world: World) -> None:
    sheet = under_review(db, world)
    marks.accept_unremarkable(db, world.actor("member"), sheet, now=now())
    with pytest.raises(marks.Unfinished) as refused:
        marks.finish(db, world.actor("member"), sheet, now=now())
    assert str(refused.value) == "Còn 1 tiêu chí chưa chấm: II.5."
    assert [line.code for line in refused.value.lines] == ["II.5"]


def test_finish_fixes_the_marks(db: Session, world: World) -> None:
    sheet = under_review(db, world)
    member = world.actor("member")
    marks.accept_unremarkable(db, member, sheet, now=now())
    marks.mark(db, member, sheet, code="II.5", points=D("4"), now=now())
    marks.finish(db, member, sheet, now=now())
    assert len(stored(db)) == len(CORE) + 1  # and the declared bonus
    with pytest.raises(WrongState) as refused:
        marks.mark(db, member, sheet, code="II.5", points=D("5"), now=now())
    assert str(refused.value) == "Anh chị đã hoàn thành chấm phiếu này; điểm không sửa được nữa."
    assert marks.finish(db, member, sheet, now=now()) == []  # a second sending changes nothing
    assert acts(db).count("finish_marking") == 1


def test_nobody_marks_after_the_chair_has_revealed(db: Session, world: World) -> None:
    sheet = under_review(db, world)
    verdicts.reveal(db, world.actor("chair"), sheet, now=now())
    with pytest.raises(WrongState) as refused:
        marks.accept(db, world.actor("member"), sheet, code="I.1", now=now())
    assert str(refused.value) == "Điểm của các thành viên đã được công khai trong hội đồng; không chấm được nữa."
    assert marks.accept_unremarkable(db, world.actor("member"), sheet, now=now()) == []


def test_conflict_is_declared_once_with_a_reason(db: Session, world: World) -> None:
    sheet = under_review(db, world)
    member = world.actor("member")
    with pytest.raises(Invalid):
        marks.declare_conflict(db, member, sheet, reason=" ", now=now())
    marks.declare_conflict(db, member, sheet, reason="Người thân công tác tại Sở.", now=now())
    db.commit()
    assert [(one.unit_id, one.reason) for one in db.scalars(select(Conflict))] == [
        (sheet.unit_id, "Người thân công tác tại Sở.")
    ]
    with pytest.raises(WrongState):
        marks.declare_conflict(db, member, sheet, reason="Lần hai.", now=now())
    with pytest.raises(NotYours):
        marks.mark(db, member, sheet, code="I.1", points=D(SELF["I.1"]), now=now())
    assert acts(db)[-1] == "declare_conflict"


def test_conflict_can_be_declared_before_the_sheet_arrives_but_only_in_scope(db: Session, world: World) -> None:
    sheet = world.sheets["34"]
    marks.declare_conflict(db, world.actor("member"), sheet, reason="Người thân.", now=now())
    with pytest.raises(NotYours):
        marks.declare_conflict(db, world.actor("outsider"), sheet, reason="Người thân.", now=now())
