"""The round: what blocks the next phase, moving, times, extensions, the board, a new period."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from emulation.domain.workflow import Phase, SheetState
from emulation.errors import Invalid, Stale, WrongState
from emulation.models import CriteriaSet, Extension, Period, PhaseWindow, Sheet
from emulation.services import boards, checks, new_periods, periods, phases
from emulation.services.checks import Place
from tests.reviewing import acts, declare, now, set_phase, settle, under_review
from tests.world import World


def said(db: Session, world: World) -> list[tuple[str, str]]:
    return [(one.kind, str(one.phrase)) for one in checks.checks_for_next(db, world.period, now=now())]


def window(db: Session, phase: Phase) -> PhaseWindow:
    return db.scalars(select(PhaseWindow).where(PhaseWindow.phase == phase)).one()


def close(db: Session, phase: Phase) -> None:
    window(db, phase).closes_at = now() - timedelta(hours=1)
    db.commit()
    db.expire_all()


# ---- what blocks ----


def test_review_may_begin_with_late_sheets_but_they_are_named(db: Session, world: World) -> None:
    declare(db, world, "34")
    declare(db, world, "35", state=SheetState.SUBMITTED)
    declare(db, world, "96", state=SheetState.SIGNING)
    close(db, Phase.SELF_SCORING)
    assert said(db, world) == [
        ("wait", "1 phiếu “Đang soạn”, trong đó 1 quá hạn: Bạc Liêu"),
        ("wait", "1 phiếu “Chờ ký”, trong đó 1 quá hạn: Cà Mau"),
        ("wait", "1 phiếu chờ tiếp nhận: Hà Nam"),
        ("ok", "1 phiếu đã tiếp nhận"),
    ]
    phases.move_phase(db, world.actor("department"), world.period, to=Phase.REVIEW, now=now())
    assert world.period.phase == Phase.REVIEW
    assert acts(db)[-1] == "move_phase"


def test_explanation_waits_for_every_sheet(db: Session, world: World) -> None:
    under_review(db, world, "34", "35")
    declare(db, world, "96", state=SheetState.SUBMITTED)
    settle(db, world, world.sheets["34"])
    set_phase(db, world, Phase.REVIEW)
    assert said(db, world) == [
        ("bad", "1 phiếu chưa nộp, trong đó 0 quá hạn: Bạc Liêu"),
        ("bad", "1 phiếu chờ tiếp nhận: Cà Mau"),
        ("bad", "1 phiếu chưa được hội đồng kết luận: Hà Nam"),
        ("ok", "1 phiếu đã thẩm định"),
    ]
    with pytest.raises(phases.Blocked) as refused:
        phases.move_phase(db, world.actor("department"), world.period, to=Phase.EXPLANATION, now=now())
    assert str(refused.value) == (
        "Chưa chuyển được sang “Giải trình”: 1 phiếu chưa nộp, trong đó 0 quá hạn: Bạc Liêu; "
        "1 phiếu chờ tiếp nhận: Cà Mau; 1 phiếu chưa được hội đồng kết luận: Hà Nam."
    )
    assert world.period.phase == Phase.REVIEW


def test_checks_name_lines_without_a_council_and_weak_councils(db: Session, world: World) -> None:
    under_review(db, world, "34", "35", "95", "96")
    assert world.council is not None
    world.council.codes = [code for code in world.council.codes if code != "II.5"]
    world.council.method = "trimmed"
    db.commit()
    found = [one for one in checks.checks_for_next(db, world.period, now=now()) if one.place is Place.COUNCILS]
    assert [(one.kind, str(one.phrase)) for one in found] == [
        ("bad", "chưa có hội đồng chấm II.5 ở Cụm thi đua số 1, Cụm thi đua số 2"),
        ("bad", "Hội đồng thẩm định có 3 thành viên; cách bỏ điểm cao nhất và thấp nhất cần 5"),
    ]


def test_council_phase_says_whose_right_to_explain_ends(db: Session, world: World) -> None:
    sheet = under_review(db, world)
    settle(db, world, sheet, I_1=("8", "x"))
    assert said(db, world) == [
        ("wait", "1 đơn vị còn trong hạn giải trình và sẽ không giải trình thêm được: Thái Bình"),
        ("ok", "0 trên 4 phiếu đã chốt"),
    ]
    close(db, Phase.EXPLANATION)
    assert said(db, world) == [("ok", "0 trên 4 phiếu đã chốt")]


def test_publishing_has_its_own_page(db: Session, world: World) -> None:
    set_phase(db, world, Phase.COUNCIL)
    assert said(db, world) == [("bad", "4 phiếu chưa chốt: Hà Nam, Thái Bình, Bạc Liêu, Cà Mau")]
    with pytest.raises(WrongState):
        phases.move_phase(db, world.actor("department"), world.period, to=Phase.PUBLISHED, now=now())
    assert world.period.phase == Phase.COUNCIL


def test_move_phase_goes_one_step(db: Session, world: World) -> None:
    department = world.actor("department")
    for to in (Phase.EXPLANATION, Phase.SELF_SCORING, Phase.PREPARING):
        with pytest.raises(WrongState):
            phases.move_phase(db, department, world.period, to=to, now=now())
    set_phase(db, world, Phase.PUBLISHED)
    phases.move_phase(db, department, world.period, to=Phase.ARCHIVED, now=now())
    assert checks.checks_for_next(db, world.period, now=now()) == []


# ---- times ----

OPENS = datetime(2022, 5, 16, 1, tzinfo=UTC)


def test_set_windows_stores_and_takes_away(db: Session, world: World) -> None:
    before = world.period.version
    closes = OPENS + timedelta(days=30)
    phases.set_windows(
        db,
        world.actor("department"),
        world.period,
        windows={Phase.SELF_SCORING: (OPENS, closes), Phase.REVIEW: None},
        version=before,
        now=now(),
    )
    db.commit()
    db.expire_all()
    assert [(one.phase, one.opens_at, one.closes_at) for one in world.period.windows] == [
        (Phase.SELF_SCORING, OPENS, closes)
    ]
    assert world.period.version > before
    assert acts(db)[-1] == "set_windows"


@pytest.mark.parametrize(
    ("windows", "field"),
    [
        ({Phase.REVIEW: (OPENS, OPENS)}, "review-closes_at"),
        (
            {
                Phase.SELF_SCORING: (OPENS, OPENS + timedelta(days=9)),
                Phase.REVIEW: (OPENS - timedelta(days=1), OPENS + timedelta(days=20)),
            },
            "review-opens_at",
        ),
    ],
)
def test_set_windows_is_refused_at_its_field(
    db: Session, world: World, windows: dict[Phase, tuple[datetime, datetime]], field: str
) -> None:
    with pytest.raises(Invalid) as refused:
        phases.set_windows(
            db, world.actor("department"), world.period, windows=windows, version=world.period.version, now=now()
        )
    assert refused.value.field == field


def test_set_windows_refuses_a_stale_save_and_a_published_period(db: Session, world: World) -> None:
    department = world.actor("department")
    with pytest.raises(Stale):
        phases.set_windows(db, department, world.period, windows={}, version=99, now=now())
    set_phase(db, world, Phase.PUBLISHED)
    with pytest.raises(WrongState):
        phases.set_windows(db, department, world.period, windows={}, version=world.period.version, now=now())


def test_extend_gives_one_unit_more_time(db: Session, world: World) -> None:
    close(db, Phase.SELF_SCORING)
    sheet = world.sheets["34"]
    assert periods.clock_of(db, sheet, now=now()).is_over is True
    until = now() + timedelta(days=3)
    phases.extend(
        db,
        world.actor("department"),
        sheet,
        closes_at=until,
        reason="Thiên tai.",
        now=now(),
    )
    clocks = periods.clocks_of(db, world.period, list(world.sheets.values()), now=now())
    assert [clocks[world.sheets[code].id].is_over for code in ("34", "35")] == [False, True]
    assert clocks[sheet.id].last_moment == until
    assert acts(db)[-1] == "extend"


def test_extension_may_be_changed_and_taken_back(db: Session, world: World) -> None:
    sheet, general = world.sheets["34"], window(db, Phase.SELF_SCORING).closes_at

    def extend(closes_at: datetime, reason: str) -> None:
        phases.extend(db, world.actor("department"), sheet, closes_at=closes_at, reason=reason, now=now())
        db.commit()

    extend(general + timedelta(days=9), "Mưa lũ.")
    extend(general + timedelta(days=4), "Đã khắc phục sớm.")
    clock = periods.clock_of(db, sheet, now=now())
    assert (clock.last_moment, clock.reason) == (general + timedelta(days=4), "Đã khắc phục sớm.")
    for closes_at in (general + timedelta(days=4), general - timedelta(days=1)):
        with pytest.raises(Invalid):
            extend(closes_at, "x")
    extend(general, "Ghi nhầm đơn vị.")
    assert not periods.clock_of(db, sheet, now=now()).is_extended
    assert [(row.reason, who) for row, who in periods.extensions_of(db, sheet)] == [
        ("Ghi nhầm đơn vị.", "Department"),
        ("Đã khắc phục sớm.", "Department"),
        ("Mưa lũ.", "Department"),
    ]
    assert acts(db)[-3:] == ["extend", "extend", "take_back_extension"]


def test_extension_is_taken_back_after_the_general_close(db: Session, world: World) -> None:
    close(db, Phase.SELF_SCORING)
    sheet, department = world.sheets["34"], world.actor("department")
    with pytest.raises(WrongState):  # nothing was granted
        phases.take_back(db, department, sheet, reason="x", now=now())
    phases.extend(db, department, sheet, closes_at=now() + timedelta(days=3), reason="Mưa lũ.", now=now())
    with pytest.raises(Invalid) as refused:
        phases.take_back(db, department, sheet, reason=" ", now=now())
    assert refused.value.field == "reason"
    phases.take_back(db, department, sheet, reason="Ghi nhầm đơn vị.", now=now())
    clock = periods.clock_of(db, sheet, now=now())
    assert (clock.is_extended, clock.is_over, clock.reason) == (False, True, "Ghi nhầm đơn vị.")
    assert acts(db)[-2:] == ["extend", "take_back_extension"]
    with pytest.raises(WrongState):  # the second of two clicks
        phases.take_back(db, department, sheet, reason="x", now=now())


def test_extension_reaches_no_further_than_the_next_phase(db: Session, world: World) -> None:
    sheet, department = world.sheets["34"], world.actor("department")
    review = window(db, Phase.REVIEW)
    review.closes_at = now() + timedelta(days=40)
    window(db, Phase.COUNCIL).closes_at = now() + timedelta(days=90)
    db.commit()
    db.expire_all()
    with pytest.raises(Invalid) as refused:
        phases.extend(db, department, sheet, closes_at=now() + timedelta(days=41), reason="x", now=now())
    assert (refused.value.field, refused.value.phrase.values["when"]) == ("closes_at", review.closes_at)
    phases.extend(db, department, sheet, closes_at=review.closes_at, reason="x", now=now())


@pytest.mark.parametrize(
    ("state", "phase", "is_possible"),
    [
        (SheetState.DRAFT, Phase.PREPARING, True),
        (SheetState.RETURNED, Phase.REVIEW, True),
        (SheetState.SUBMITTED, Phase.SELF_SCORING, False),
        (SheetState.RECEIVED, Phase.REVIEW, False),
        (SheetState.DRAFT, Phase.EXPLANATION, False),
        (SheetState.REVIEWED, Phase.EXPLANATION, True),
        (SheetState.FINAL, Phase.EXPLANATION, False),
        (SheetState.EXPLAINING, Phase.COUNCIL, False),
    ],
)
def test_only_a_unit_with_something_to_do_gets_more_time(state: SheetState, phase: Phase, is_possible: bool) -> None:
    sheet = Sheet(state=state, period=Period(phase=phase))
    assert (phases.why_not_extended(sheet) is None) is is_possible


@pytest.mark.parametrize(
    ("days", "reason", "field"),
    [
        (-1, "x", "closes_at"),
        (3, "x", "closes_at"),  # everybody has eleven days
        (400, "x", "closes_at"),
        (30, "  ", "reason"),
        (30, "x" * 2001, "reason"),
    ],
)
def test_extend_is_refused_at_its_field(db: Session, world: World, days: int, reason: str, field: str) -> None:
    with pytest.raises(Invalid) as refused:
        phases.extend(
            db,
            world.actor("department"),
            world.sheets["34"],
            closes_at=now() + timedelta(days=days),
            reason=reason,
            now=now(),
        )
    assert refused.value.field == field
    assert list(db.scalars(select(Extension))) == []


def test_extend_is_refused_once_the_round_has_moved_past_the_units(db: Session, world: World) -> None:
    set_phase(db, world, Phase.COUNCIL)
    with pytest.raises(WrongState):
        phases.extend(
            db,
            world.actor("department"),
            world.sheets["34"],
            closes_at=now() + timedelta(days=30),
            reason="x",
            now=now(),
        )


# ---- the board ----


def codes(cards: list[boards.Card]) -> list[str]:
    return [card.sheet.unit.code for card in cards]


def test_board_puts_each_sheet_in_one_stage(db: Session, world: World) -> None:
    declare(db, world, "34")
    declare(db, world, "96", state=SheetState.RETURNED)
    board = boards.board_of(db, world.period, now=now())
    assert board.stages == [
        ("Đang soạn", 2),
        ("Chờ ký", 0),
        ("Bị trả lại", 1),
        ("Đã nộp, chờ tiếp nhận", 0),
        ("Đã tiếp nhận", 1),
    ]
    assert [(cluster.number, [codes(cards) for cards in stages]) for cluster, stages in board.rows] == [
        (1, [["35"], [], [], [], ["34"]]),
        (2, [["95"], [], ["96"], [], []]),
    ]


@pytest.mark.parametrize("phase", list(Phase))
def test_board_has_a_stage_for_every_state_in_every_phase(phase: Phase) -> None:
    states = [state for stage in boards.stages_of(phase) for state in stage]
    assert sorted(states) == sorted(SheetState)


def test_board_counts_what_is_declared_and_who_is_late_or_extended(db: Session, world: World) -> None:
    declare(db, world, "34", {"I.1": {"part": "1", "whole": "2"}, "B.1": {"count": 1}}, state=SheetState.DRAFT)
    declare(db, world, "95", state=SheetState.SIGNING)
    close(db, Phase.SELF_SCORING)
    for code, days in (("35", 3), ("96", 5)):
        db.add(
            Extension(
                period_id=world.period.id,
                unit_id=world.units[code].id,
                phase=Phase.SELF_SCORING,
                closes_at=now() + timedelta(days=days),
                reason="x",
                granted_by_id=world.people["department"].id,
                granted_at=now(),
            )
        )
    db.commit()
    board = boards.board_of(db, world.period, now=now())
    assert [(card.sheet.unit.code, card.declared, card.total) for card in board.late] == [("34", 1, 8), ("95", 8, 9)]
    assert codes(board.extended) == ["35", "96"]
    shown = boards.board_of(db, world.period, now=now(), show="late")
    assert [(cluster.number, [codes(cards) for cards in stages if cards]) for cluster, stages in shown.rows] == [
        (1, [["34"]]),
        (2, [["95"]]),
    ]
    assert [count for _, count in shown.stages] == [count for _, count in board.stages]  # honest totals


def test_board_of_one_cluster_holds_only_its_units(db: Session, world: World) -> None:
    board = boards.board_of(db, world.period, now=now(), cluster_ids=[world.clusters[2].id])
    assert codes(board.cards) == ["95", "96"]


# ---- a new period ----


def make(db: Session, world: World, **changes: object) -> object:
    wanted: dict[str, object] = {
        "code": "2022-2023",
        "title": "Năm học 2022-2023",
        "criteria_set_id": world.period.criteria_set_id,
        "previous": world.period,
        "now": now(),
    }
    return new_periods.create_period(db, world.actor("department"), **{**wanted, **changes})  # type: ignore[arg-type]


def test_create_period_takes_over_units_and_clusters(db: Session, world: World) -> None:
    world.units["35"].valid_to = date(2022, 1, 1)
    world.units["34"].name = "Sở GDĐT tỉnh Thái Bình (mới)"
    db.commit()
    plan = new_periods.plan_of(db, world.period, now=now())
    assert ([one.code for one in plan.units], [one.code for one in plan.left_out]) == (
        ["34", "95", "96"],
        ["35"],
    )
    make(db, world)
    db.commit()
    period = periods.load_period(db, "2022-2023")
    assert period is not None
    assert (period.phase, period.is_illustrative, period.windows) == (Phase.PREPARING, True, [])
    rows = list(db.scalars(select(Sheet).where(Sheet.period_id == period.id).order_by(Sheet.id)))
    assert [(row.unit.code, row.unit_name, row.cluster.number, row.state, row.tags) for row in rows] == [
        ("34", "Sở GDĐT tỉnh Thái Bình (mới)", 1, SheetState.DRAFT, []),
        ("95", "Sở Giáo dục, Khoa học và Công nghệ tỉnh Bạc Liêu", 2, SheetState.DRAFT, ["dan-toc"]),
        ("96", "Sở Giáo dục và Đào tạo tỉnh Cà Mau", 2, SheetState.DRAFT, ["dan-toc"]),
    ]
    assert world.sheets["34"].unit_name == "Sở Giáo dục và Đào tạo tỉnh Thái Bình"  # the old name stays in its year
    assert acts(db)[-1] == "create_period"


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"code": "2022"}, "code"),
        ({"code": "2022-2024"}, "code"),
        ({"code": "2021-2022"}, "code"),
        ({"title": " "}, "title"),
        ({"criteria_set_id": 999}, "criteria_set"),
    ],
)
def test_create_period_is_refused_at_its_field(
    db: Session, world: World, changes: dict[str, object], field: str
) -> None:
    with pytest.raises(Invalid) as refused:
        make(db, world, **changes)
    assert refused.value.field == field
    assert len(periods.all_periods(db)) == 1


def test_create_period_refuses_a_draft_of_a_set(db: Session, world: World) -> None:
    row = CriteriaSet(family="thu", edition="x", title="x", status="official", body="{}", sha256="1" * 64)
    db.add(row)
    db.commit()
    assert [one.id for one in new_periods.published_sets(db)] == [world.period.criteria_set_id]
    with pytest.raises(Invalid):
        make(db, world, criteria_set_id=row.id)
