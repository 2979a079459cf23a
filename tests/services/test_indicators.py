"""Figures that the ministry holds: the dry run, what loading fills and leaves, what units say to them."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from emulation.documents.indicator_files import read_indicators
from emulation.domain.workflow import Phase, SheetState
from emulation.errors import Invalid, Stale, WrongState
from emulation.models import History, IndicatorValue, Stance, TakenFrom
from emulation.services.actor import Actor
from emulation.services.indicator_answers import Standing, answers_of, differing
from emulation.services.indicators import Effect, load_indicators, plan_loading
from emulation.services.lines import LineStatus, lines_of, what_is_left
from emulation.services.offers import adopt, confirm, dispute, offers_of
from emulation.services.sheet_activity import activity_of
from emulation.services.sheets import save_entry
from tests.bound import DAY, SOURCE, bind, data_of, entries_of, load, rows, sheet_of
from tests.world import World


def now() -> datetime:
    return datetime.now(UTC)


def plan(db: Session, world: World, *figures: tuple[str, str, str], source: str = SOURCE) -> Any:
    return plan_loading(db, world.period, rows(*figures), source=source, as_of=DAY, now=now())


def save(db: Session, world: World, code: str, data: Any) -> None:
    sheet = sheet_of(db, world)
    version = next((entry.version for entry in sheet.entries if entry.code == code), 0)
    save_entry(db, world.actor("unit_officer"), sheet, code=code, data=data, version=version, now=now())


def value(db: Session, code: str = "ty-le") -> IndicatorValue:
    return next(one for one in db.scalars(select(IndicatorValue)) if one.indicator.code == code)


def test_loading_fills_empty_lines_marks_them_and_says_where_the_figures_are_from(db: Session, world: World) -> None:
    bind(db, world)
    found = load(db, world, ("34", "dat", "4"), ("34", "tong", "98"), ("34", "ty-le", "96,50"), ("35", "dat", "2"))

    assert (found.new, found.changed, found.same, found.filled) == (4, 0, 0, 4)
    entries = entries_of(db, world)
    assert {code: entry.data for code, entry in entries.items()} == {
        "I.1": {"part": "4", "whole": "98"},
        "I.2": {"value": "96.5"},
        "II.4": {"count": "4"},
    }
    assert {entry.taken_from for entry in entries.values()} == {TakenFrom.MINISTRY}
    offered = offers_of(db, sheet_of(db, world))["ty-le"]
    assert (offered.value, offered.stance, offered.source, offered.as_of) == (
        "96.5", Stance.OFFERED, SOURCE, DAY,
    )  # fmt: skip
    assert offered.indicator.title == "Tỷ lệ đúng hạn"
    lines = lines_of(sheet_of(db, world))
    assert lines["I.2"].status is LineStatus.UNCONFIRMED
    assert ("I.2", "unconfirmed") in [(one.code, one.kind) for one in what_is_left(sheet_of(db, world))]


def test_a_dry_run_changes_nothing_and_tells_everything(db: Session, world: World) -> None:
    bind(db, world)
    save(db, world, "I.2", {"value": "91"})
    sheet = sheet_of(db, world, "96")
    sheet.state = SheetState.SIGNING
    db.commit()
    found = plan(
        db,
        world,
        ("34", "TY-LE", "95"),
        ("96", "ty-le", "95"),
        ("34", "la", "1"),
        ("35", "dat", "8,5"),
        ("35", "tong", "9"),
    )

    assert [str(one) for one in found.problems] == []
    assert (found.new, found.unused, found.closed) == (4, {"la": 1}, ["Cà Mau"])
    assert (found.kept, found.unfit) == ({"Thái Bình": ["I.2"]}, {"Hà Nam": ["II.4"]})
    assert db.scalars(select(IndicatorValue)).all() == []


@pytest.mark.parametrize(
    ("figures", "source", "problem"),
    [
        ([("99", "ty-le", "5")], SOURCE, "dòng 2, cột C: Kỳ này không có đơn vị mã “99”."),
        ([("34", "ty-le", "x")], SOURCE, "dòng 2, cột C: “x” không phải là một số."),
        ([("34", "ty-le", "5"), ("034", "TY-LE", "6")], SOURCE,
         "dòng 3, cột C: Đơn vị 34 đã có chỉ tiêu “ty-le” ở dòng 2, cột C."),
        ([("34", "ty-le", "5")], " ", ": Ghi nguồn số liệu, trong tệp hoặc ở ô “Nguồn”."),
        ([("34", "dat", "-3")], SOURCE,
         "dòng 2, cột C: −3 nhỏ hơn 0. Không chấm được ở tiêu chí nào dùng chỉ tiêu này (I.1, II.4)."),
        ([("34", "tong", "9"), ("34", "dat", "10")], SOURCE,
         "dòng 2, cột C: Số đạt 10 lớn hơn tổng số 9. Không chấm được ở tiêu chí nào dùng chỉ tiêu này (I.1)."),
        ([("34", "tong", "0")], SOURCE,
         "dòng 2, cột C: Tổng số phải lớn hơn 0. Không chấm được ở tiêu chí nào dùng chỉ tiêu này (I.1)."),
        ([("34", "la", "5")], SOURCE, ": Không chỉ tiêu nào trong tệp được bộ tiêu chí của kỳ này dùng."),
    ],
)  # fmt: skip
def test_a_dry_run_names_what_is_wrong_and_nothing_is_loaded(
    db: Session, world: World, figures: list[tuple[str, str, str]], source: str, problem: str
) -> None:
    bind(db, world)
    found = plan(db, world, *figures, source=source)
    assert [f"{one.place}: {one.phrase}" for one in found.problems] == [problem]
    with pytest.raises(Invalid):
        load(db, world, *figures, source=source)
    db.rollback()
    assert db.scalars(select(IndicatorValue)).all() == []


def test_everything_wrong_is_told_at_once_also_a_day_that_has_not_come(db: Session, world: World) -> None:
    bind(db, world)
    text = (
        "Mã đơn vị;Mã chỉ tiêu;Giá trị;Ngày số liệu\n99;ty-le;x;\n34;ty-le;95;31/05/2099\n"
        "34;tong;0;\n34;la;y;31/05/2022\n"
    )
    found = plan_loading(
        db, world.period, read_indicators("x.csv", text.encode()), source="", as_of=date(2098, 1, 1), now=now()
    )
    assert sorted(str(one) for one in found.problems) == [
        "Ghi nguồn số liệu, trong tệp hoặc ở ô “Nguồn”.",
        "Ngày số liệu 01/01/2098 chưa tới.",
        "dòng 2, cột C: Kỳ này không có đơn vị mã “99”.",
        "dòng 2, cột C: “x” không phải là một số.",
        "dòng 3, cột D: Ngày số liệu 31/05/2099 chưa tới.",
        "dòng 4, cột C: Tổng số phải lớn hơn 0. Không chấm được ở tiêu chí nào dùng chỉ tiêu này (I.1).",
        "dòng 5, cột C: “y” không phải là một số.",
    ]
    assert found.unused == {"la": 1}


@pytest.mark.parametrize("phase", [Phase.PUBLISHED, Phase.ARCHIVED])
def test_nothing_is_loaded_into_a_published_round(db: Session, world: World, phase: Phase) -> None:
    world.period.phase = phase
    with pytest.raises(WrongState, match="đã công bố"):
        plan(db, world, ("34", "ty-le", "95"))


def test_loading_never_overwrites_what_a_unit_typed(db: Session, world: World) -> None:
    bind(db, world)
    save(db, world, "I.2", {"value": "91"})
    load(db, world, ("34", "ty-le", "96"))
    assert data_of(db, world)["I.2"] == {"value": "91"}
    assert [(one.codes, one.own, one.value.value) for one in differing(db, world.period)] == [(("I.2",), "91", "96")]


def test_a_later_load_offers_a_changed_figure_again(db: Session, world: World) -> None:
    bind(db, world)
    load(db, world, ("34", "ty-le", "96"), ("34", "tong", "98"))
    confirm(db, world.actor("unit_officer"), sheet_of(db, world), ["I.2"], now=now())
    db.commit()
    assert entries_of(db, world)["I.2"].taken_from is None

    assert (load(db, world, ("34", "ty-le", "96")).same, value(db).stance) == (1, Stance.CONFIRMED)
    found = load(db, world, ("34", "ty-le", "97"))
    assert (found.changed, found.renewed) == (1, 1)
    entry = entries_of(db, world)["I.2"]
    assert (entry.data, entry.taken_from, value(db).stance) == ({"value": "97"}, TakenFrom.MINISTRY, Stance.OFFERED)
    old = db.scalars(select(History).where(History.act == "change_indicator")).one().old
    assert old is not None
    assert (old["value"], old["stance"]) == ("96", "confirmed")


def test_a_dry_run_says_what_each_changed_figure_does_to_the_line(db: Session, world: World) -> None:
    bind(db, world)
    save(db, world, "II.4", {"count": "3"})
    load(db, world, ("34", "ty-le", "96"), ("34", "dat", "4"), ("35", "ty-le", "90"), ("96", "ty-le", "80"))
    confirm(db, world.actor("unit_officer"), sheet_of(db, world), ["I.2"], now=now())
    sheet_of(db, world, "96").state = SheetState.SIGNING
    db.commit()
    found = plan(
        db, world, ("34", "ty-le", "97"), ("34", "dat", "5"), ("35", "ty-le", "91"), ("96", "ty-le", "81"),
        ("96", "dat", "1"),
    )  # fmt: skip
    assert [(one.unit, one.code, one.old, one.new, one.effect) for one in found.replaced] == [
        ("Cà Mau", "ty-le", "80", "81", Effect.CLOSED),
        ("Hà Nam", "ty-le", "90", "91", Effect.OFFERED),
        ("Thái Bình", "dat", "4", "5", Effect.OWN),
        ("Thái Bình", "ty-le", "96", "97", Effect.CONFIRMED),
    ]


def test_a_dispute_stands_until_both_hold_the_same_figure(db: Session, world: World) -> None:
    bind(db, world)
    load(db, world, ("34", "ty-le", "96"))
    said = {"code": "I.2", "data": {"value": "91"}, "reason": "Theo báo cáo", "version": 1}
    dispute(db, world.actor("unit_officer"), sheet_of(db, world), **said, now=now())
    db.commit()
    assert [one.effect for one in plan(db, world, ("34", "ty-le", "92")).replaced] == [Effect.DISPUTED]
    load(db, world, ("34", "ty-le", "92"))
    [one] = differing(db, world.period)
    assert (one.value.value, one.own, one.value.reason, one.since) == ("92", "91", "Theo báo cáo", "số mới của Bộ")

    assert [one.effect for one in plan(db, world, ("34", "ty-le", "91")).replaced] == [Effect.SETTLED]
    load(db, world, ("34", "ty-le", "91"))
    [one] = answers_of(db, world.period)
    assert (one.standing, one.since, one.value.stance) == (Standing.CONFIRMED, "đã giải quyết", Stance.CONFIRMED)
    assert one.earlier is not None
    assert (one.earlier.value, one.earlier.own, one.earlier.reason) == ("96", "91", "Theo báo cáo")
    acts = [
        line.act for line in activity_of(db, sheet_of(db, world), reader=world.people["unit_officer"], code="I.2").lines
    ]
    assert acts == ["change_indicator", "change_indicator", "dispute", "fill", "offer_figures"]


def test_every_figure_has_one_standing(db: Session, world: World) -> None:
    bind(db, world)
    save(db, world, "I.2", {"value": "91"})
    load(db, world, ("34", "ty-le", "96"), ("34", "dat", "4"), ("35", "ty-le", "90"), ("35", "tong", "9"))
    sheet_of(db, world, "35").state = SheetState.SIGNING
    for entry in sheet_of(db, world, "35").entries:
        entry.taken_from = None
    found = {(one.sheet.unit.code, one.value.indicator.code): one.standing for one in answers_of(db, world.period)}
    assert found == {
        ("34", "ty-le"): Standing.UNEXPLAINED,
        ("34", "dat"): Standing.WAITING,
        ("35", "ty-le"): Standing.CONFIRMED,
        ("35", "tong"): Standing.ABSENT,
    }


def test_a_submitted_sheet_keeps_its_lines(db: Session, world: World) -> None:
    bind(db, world)
    sheet = sheet_of(db, world)
    sheet.state = SheetState.SIGNING
    db.commit()
    assert load(db, world, ("34", "ty-le", "96")).closed == ["Thái Bình"]
    assert (data_of(db, world), value(db).value) == ({}, "96")


def test_the_command_line_may_load_too(db: Session, world: World) -> None:
    bind(db, world)
    load_indicators(db, Actor(None), world.period, rows(("34", "ty-le", "96")), source=SOURCE, as_of=DAY, now=now())
    entry = entries_of(db, world)["I.2"]
    assert (entry.updated_by_id, entry.taken_from) == (None, TakenFrom.MINISTRY)


def test_loading_refuses_when_the_dry_run_was_another_one(db: Session, world: World) -> None:
    bind(db, world)
    seen = plan(db, world, ("34", "ty-le", "96")).digest
    save(db, world, "I.2", {"value": "91"})
    db.commit()
    with pytest.raises(WrongState):
        load(db, world, ("34", "ty-le", "96"), seen=seen)


def test_confirming_a_figure_confirms_the_lines_made_of_confirmed_figures(db: Session, world: World) -> None:
    bind(db, world)
    load(db, world, ("34", "dat", "4"), ("34", "tong", "98"))
    assert confirm(db, world.actor("unit_officer"), sheet_of(db, world), ["I.1"], now=now()) == 1
    db.commit()

    assert {code: entry.taken_from for code, entry in entries_of(db, world).items()} == {"I.1": None, "II.4": None}
    assert {one.stance for one in db.scalars(select(IndicatorValue))} == {Stance.CONFIRMED}


def test_confirm_refuses_a_line_that_changed_since_it_was_seen(db: Session, world: World) -> None:
    bind(db, world)
    load(db, world, ("34", "ty-le", "96"))
    seen = entries_of(db, world)["I.2"].version
    load(db, world, ("34", "ty-le", "97"))
    with pytest.raises(Stale):
        confirm(db, world.actor("unit_officer"), sheet_of(db, world), ["I.2"], version=seen, now=now())


def test_dispute_keeps_both_figures_and_the_reason(db: Session, world: World) -> None:
    bind(db, world)
    load(db, world, ("34", "dat", "4"), ("34", "tong", "98"))
    officer, version = world.actor("unit_officer"), entries_of(db, world)["I.1"].version
    own = {"part": "4", "whole": "97"}
    dispute(
        db,
        officer,
        sheet_of(db, world),
        code="I.1",
        data=own,
        reason=" Một thủ tục đã bãi bỏ ",
        version=version,
        now=now(),
    )
    db.commit()

    assert data_of(db, world)["I.1"] == own
    total, part = value(db, "tong"), value(db, "dat")
    assert (total.stance, total.value, total.own_value, total.reason) == (
        Stance.DISPUTED, "98", "97", "Một thủ tục đã bãi bỏ",
    )  # fmt: skip
    assert part.stance == Stance.CONFIRMED
    found = differing(db, world.period)
    assert [(one.sheet.short_name, one.own, one.value.reason, one.who) for one in found] == [
        ("Thái Bình", "97", "Một thủ tục đã bãi bỏ", "Unit officer")
    ]


@pytest.mark.parametrize(
    ("own", "reason", "field"), [("97", " ", "reason"), ("98", "Vì thế", None), ("x", "Vì", "whole")]
)
def test_dispute_needs_another_figure_and_a_reason(
    db: Session, world: World, own: str, reason: str, field: str | None
) -> None:
    bind(db, world)
    load(db, world, ("34", "dat", "4"), ("34", "tong", "98"))
    with pytest.raises(Invalid) as refused:
        dispute(
            db, world.actor("unit_officer"), sheet_of(db, world), code="I.1", data={"part": "4", "whole": own},
            reason=reason, version=1, now=now(),
        )  # fmt: skip
    assert refused.value.field == field


def test_adopt_puts_the_ministrys_figure_in_the_place_of_the_own_one(db: Session, world: World) -> None:
    bind(db, world)
    save(db, world, "I.2", {"value": "91"})
    load(db, world, ("34", "ty-le", "96"))
    adopt(db, world.actor("unit_officer"), sheet_of(db, world), code="I.2", now=now())

    assert (data_of(db, world)["I.2"], value(db).stance) == ({"value": "96"}, Stance.CONFIRMED)
    assert differing(db, world.period) == []


def test_typing_over_an_offered_figure_clears_the_mark(db: Session, world: World) -> None:
    bind(db, world)
    load(db, world, ("34", "ty-le", "96"))
    save(db, world, "I.2", {"value": "91"})
    assert entries_of(db, world)["I.2"].taken_from is None
    assert [(one.own, one.value.reason) for one in differing(db, world.period)] == [("91", "")]


def test_a_line_stays_unconfirmed_while_one_of_its_figures_is(db: Session, world: World) -> None:
    bind(db, world)
    load(db, world, ("34", "dat", "4"), ("34", "tong", "98"))
    save(db, world, "II.4", {"count": "5"})

    entries = entries_of(db, world)
    assert entries["I.1"].data == {"part": "5", "whole": "98"}
    assert (entries["I.1"].taken_from, entries["II.4"].taken_from) == (TakenFrom.MINISTRY, None)


def test_each_figure_keeps_its_own_source_and_day(db: Session, world: World) -> None:
    bind(db, world)
    load(db, world, ("34", "ty-le", "96"), ("35", "ty-le", "90"))
    confirm(db, world.actor("unit_officer"), sheet_of(db, world), ["I.2"], now=now())
    load(db, world, ("34", "ty-le", "96"), source="Báo cáo", as_of=date(2022, 6, 30))

    found = {one.unit_id: one for one in db.scalars(select(IndicatorValue))}
    mine, other = found[world.units["34"].id], found[world.units["35"].id]
    assert (mine.source, mine.as_of, mine.stance) == ("Báo cáo", date(2022, 6, 30), Stance.CONFIRMED)
    assert (other.source, other.as_of) == (SOURCE, DAY)
