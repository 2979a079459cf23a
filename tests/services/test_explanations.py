"""The explanation round and finalising: what may be explained, answered, made final, and when."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from emulation.domain.workflow import Phase, SheetState
from emulation.errors import Invalid, NotYours, Stale, WrongState
from emulation.models import Explanation, Extension, Outcome, PhaseWindow, Sheet, Verdict, VerdictRound
from emulation.services import explanations, finalising
from emulation.services.scores import final_verdicts
from tests.reviewing import acts, now, set_phase, settle, under_review
from tests.world import World

D = Decimal


def lowered(db: Session, world: World) -> Sheet:
    """Thái Bình with I.1 lowered to 8 and a deduction of 0.5, in the explanation phase."""
    sheet = under_review(db, world)
    settle(db, world, sheet, I_1=("8", "Tính lại theo 104."), D_1=("0.5", "Nộp muộn một lần."))
    return sheet


def explain(db: Session, world: World, sheet: Sheet, code: str = "I.1", text: str = "Danh mục có 98.") -> Explanation:
    found = explanations.explain(db, world.actor("unit_officer"), sheet, code=code, text=text, now=now())
    db.commit()
    return found


def close_window(db: Session, world: World, phase: Phase) -> None:
    window = db.scalars(select(PhaseWindow).where(PhaseWindow.phase == phase)).one()
    window.closes_at = now() - timedelta(hours=1)
    db.commit()
    db.expire_all()


def test_disputes_are_the_lines_by_which_the_unit_lost(db: Session, world: World) -> None:
    sheet = under_review(db, world)
    settle(db, world, sheet, I_1=("8", "x"), I_2=("4", "x"), D_1=("0.5", "x"), II_5=("0", "x"))
    found = explanations.disputes_of(db, sheet)
    assert [one.code for one in found] == ["I.1", "D.1"]  # more points, and what only the ministry scores, are no loss
    assert [(one.is_settled, one.waits_for_answer) for one in found] == [(False, False), (False, False)]


@pytest.mark.parametrize("who", ["unit_officer", "unit_director"])
def test_explain_makes_the_sheet_explaining(db: Session, world: World, who: str) -> None:
    sheet = lowered(db, world)
    found = explanations.explain(db, world.actor(who), sheet, code="I.1", text=" Danh mục có 98. ", now=now())
    assert (found.text, found.outcome) == ("Danh mục có 98.", None)
    assert sheet.state == SheetState.EXPLAINING
    assert acts(db)[-1] == "explain"


def test_explain_can_be_reworded_until_answered(db: Session, world: World) -> None:
    sheet = lowered(db, world)
    first = explain(db, world, sheet)
    officer = world.actor("unit_officer")
    with pytest.raises(Stale):
        explanations.explain(db, officer, sheet, code="I.1", text="Khác.", version=first.version - 1, now=now())
    explanations.explain(db, officer, sheet, code="I.1", text="Khác.", version=first.version, now=now())
    again = explanations.explain(db, officer, sheet, code="I.1", text="Khác.", version=0, now=now())  # sent twice
    assert again.text == "Khác."
    explanations.answer(
        db,
        world.actor("chair"),
        sheet,
        code="I.1",
        outcome=Outcome.KEEP,
        text="Danh mục có 104.",
        version=again.version,
        now=now(),
    )
    with pytest.raises(WrongState) as refused:
        explanations.explain(db, officer, sheet, code="I.1", text="Nữa.", version=again.version, now=now())
    assert str(refused.value) == "Hội đồng đã trả lời giải trình này; nội dung không sửa được nữa."


@pytest.mark.parametrize(
    ("code", "text", "sentence"),
    [
        ("I.2", "x", "Tiêu chí I.2 không bị giảm điểm nên không cần giải trình."),
        ("khong-co", "x", "Tiêu chí khong-co không bị giảm điểm nên không cần giải trình."),
        ("I.1", "  ", "Nội dung giải trình còn trống."),
        ("I.1", "x" * 4001, "Giải trình dài 4001 ký tự, nhiều nhất 4000."),
    ],
)
def test_explain_is_refused_with_a_sentence(db: Session, world: World, code: str, text: str, sentence: str) -> None:
    sheet = lowered(db, world)
    with pytest.raises(Invalid) as refused:
        explanations.explain(db, world.actor("unit_officer"), sheet, code=code, text=text, now=now())
    assert str(refused.value) == sentence
    assert sheet.state == SheetState.REVIEWED


def test_explain_is_for_the_own_unit_within_its_time(db: Session, world: World) -> None:
    sheet = lowered(db, world)
    with pytest.raises(NotYours):
        explanations.explain(db, world.actor("other_officer"), sheet, code="I.1", text="x", now=now())
    close_window(db, world, Phase.EXPLANATION)
    with pytest.raises(WrongState):
        explanations.explain(db, world.actor("unit_officer"), sheet, code="I.1", text="x", now=now())
    db.add(
        Extension(
            period_id=world.period.id,
            unit_id=sheet.unit_id,
            phase=Phase.EXPLANATION,
            closes_at=now() + timedelta(days=1),
            reason="Bão.",
            granted_by_id=world.people["department"].id,
            granted_at=now(),
        )
    )
    db.commit()
    explain(db, world, sheet)
    set_phase(db, world, Phase.COUNCIL)
    with pytest.raises(WrongState):
        explanations.explain(db, world.actor("unit_officer"), sheet, code="D.1", text="x", now=now())


def test_answer_keeps_the_verdict_with_a_reason(db: Session, world: World) -> None:
    sheet = lowered(db, world)
    one = explain(db, world, sheet)
    with pytest.raises(Invalid):
        explanations.answer(
            db, world.actor("chair"), sheet, code="I.1", outcome=Outcome.KEEP, text="", version=one.version, now=now()
        )
    explanations.answer(
        db,
        world.actor("chair"),
        sheet,
        code="I.1",
        outcome=Outcome.KEEP,
        text="Vẫn 104.",
        version=one.version,
        now=now(),
    )
    db.commit()
    assert (one.outcome, one.answer) == (Outcome.KEEP, "Vẫn 104.")
    assert [row.round for row in db.scalars(select(Verdict).where(Verdict.code == "I.1"))] == [VerdictRound.REVIEW]
    assert explanations.disputes_of(db, sheet)[0].is_settled is True
    assert acts(db)[-1] == "answer"


def test_answer_changes_the_verdict_and_both_stay_readable(db: Session, world: World) -> None:
    sheet = lowered(db, world)
    one = explain(db, world, sheet)
    explanations.answer(
        db,
        world.actor("chair"),
        sheet,
        code="I.1",
        outcome=Outcome.CHANGE,
        text="Chấp nhận.",
        points=D("9.69"),
        version=one.version,
        now=now(),
    )
    rows = list(db.scalars(select(Verdict).where(Verdict.sheet_id == sheet.id).order_by(Verdict.id)))
    assert [(row.round, row.points) for row in rows if row.code == "I.1"] == [
        (VerdictRound.REVIEW, D("8")),
        (VerdictRound.EXPLANATION, D("9.69")),
    ]
    assert final_verdicts(rows)["I.1"].points == D("9.69")


@pytest.mark.parametrize(
    ("points", "sentence"),
    [
        ("8", "Điểm mới bằng điểm đã kết luận; chọn giữ nguyên hoặc cho điểm khác."),
        ("11", "11 điểm nằm ngoài khoảng từ 0 đến 10."),
        (None, "Đơn vị không khai “không áp dụng” ở tiêu chí này."),
    ],
)
def test_answer_refuses_points_that_cannot_be(db: Session, world: World, points: str | None, sentence: str) -> None:
    sheet = lowered(db, world)
    one = explain(db, world, sheet)
    with pytest.raises(Invalid) as refused:
        explanations.answer(
            db,
            world.actor("chair"),
            sheet,
            code="I.1",
            outcome=Outcome.CHANGE,
            text="x",
            points=None if points is None else D(points),
            version=one.version,
            now=now(),
        )
    assert (refused.value.field, str(refused.value)) == ("points", sentence)
    assert one.outcome is None


def test_answer_is_for_the_chair_once_and_to_what_was_read(db: Session, world: World) -> None:
    sheet = lowered(db, world)
    one = explain(db, world, sheet)
    keep = {"outcome": Outcome.KEEP, "text": "Vẫn 104.", "now": now()}
    with pytest.raises(NotYours):
        explanations.answer(db, world.actor("member"), sheet, code="I.1", version=one.version, **keep)
    with pytest.raises(Stale):
        explanations.answer(db, world.actor("chair"), sheet, code="I.1", version=one.version + 1, **keep)
    with pytest.raises(Invalid):
        explanations.answer(db, world.actor("chair"), sheet, code="D.1", version=0, **keep)
    set_phase(db, world, Phase.COUNCIL)  # the chair may still answer when the units' time is over
    explanations.answer(db, world.actor("chair"), sheet, code="I.1", version=one.version, **keep)
    with pytest.raises(WrongState):
        explanations.answer(db, world.actor("chair"), sheet, code="I.1", version=one.version, **keep)


def test_waiting_answers_are_the_chairs_own(db: Session, world: World) -> None:
    sheet = lowered(db, world)
    chair = world.people["chair"]
    assert explanations.waiting_answers(db, chair, world.period) == []
    explain(db, world, sheet)
    assert explanations.waiting_answers(db, chair, world.period) == [sheet]
    assert explanations.waiting_answers(db, world.people["member"], world.period) == []


def test_finalise_waits_for_the_units_right_to_explain(db: Session, world: World) -> None:
    sheet = lowered(db, world)
    with pytest.raises(WrongState) as refused:
        finalising.finalise(db, world.actor("department"), sheet, now=now())
    assert str(refused.value).startswith("Đơn vị còn quyền giải trình đến ")
    close_window(db, world, Phase.EXPLANATION)
    finalising.finalise(db, world.actor("department"), sheet, now=now())
    assert sheet.state == SheetState.FINAL
    assert acts(db)[-1] == "finalise"


def test_finalise_waits_for_answers(db: Session, world: World) -> None:
    sheet = lowered(db, world)
    one = explain(db, world, sheet)
    set_phase(db, world, Phase.COUNCIL)
    with pytest.raises(WrongState) as refused:
        finalising.finalise(db, world.actor("department"), sheet, now=now())
    assert str(refused.value) == "Còn 1 giải trình chưa được trả lời: I.1."
    explanations.answer(
        db, world.actor("chair"), sheet, code="I.1", outcome=Outcome.KEEP, text="x", version=one.version, now=now()
    )
    finalising.finalise(db, world.actor("department"), sheet, now=now())
    assert sheet.state == SheetState.FINAL


def test_finalise_at_once_what_lost_nothing(db: Session, world: World) -> None:
    sheet = under_review(db, world)
    settle(db, world, sheet)
    finalising.finalise(db, world.actor("department"), sheet, now=now())
    assert sheet.state == SheetState.FINAL
    with pytest.raises(WrongState):
        finalising.finalise(db, world.actor("department"), sheet, now=now())


def test_readiness_counts_and_says_why_not(db: Session, world: World) -> None:
    under_review(db, world, "34", "35")
    settle(db, world, world.sheets["35"])
    settle(db, world, world.sheets["34"], I_1=("8", "x"))
    found = finalising.readiness_of(db, world.period, now=now())
    assert [sheet.unit.code for sheet in found.ready] == ["35"]
    assert [sheet.unit.code for sheet, _ in found.waiting] == ["34", "95", "96"]
    reasons = [str(why) for _, why in found.waiting]
    assert reasons[0].startswith("Đơn vị còn quyền giải trình đến ")
    assert set(reasons[1:]) == {"Không thể chốt phiếu: phiếu đang ở trạng thái “Đang soạn”."}


def test_finalise_ready_does_what_the_dry_run_said(db: Session, world: World) -> None:
    under_review(db, world, "34", "35")
    settle(db, world, world.sheets["34"])
    settle(db, world, world.sheets["35"])
    department = world.actor("department")
    with pytest.raises(Stale):
        finalising.finalise_ready(db, department, world.period, expected=1, now=now())
    done = finalising.finalise_ready(db, department, world.period, expected=2, now=now())
    assert {sheet.state for sheet in done} == {SheetState.FINAL}
    assert acts(db).count("finalise") == 2
    with pytest.raises(WrongState):
        finalising.finalise_ready(db, department, world.period, now=now())
