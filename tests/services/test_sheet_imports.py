"""A filled workbook handed in: what it would change, what was changed online meanwhile, all or nothing."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from emulation.config import Settings
from emulation.documents.sheet_layout import Column
from emulation.domain.criteria import load
from emulation.domain.merging import Outcome, Side
from emulation.domain.source import Problems
from emulation.errors import Missing, WrongState
from emulation.models import History, Role, Sheet
from emulation.services.criteria import publish
from emulation.services.history_words import changes_of
from emulation.services.scores import self_score
from emulation.services.sheet_books import sheet_xlsx
from emulation.services.sheet_imports import (
    PlanStale,
    Undecided,
    apply_workbook,
    keep_upload,
    kept_upload,
    plan_of,
)
from emulation.services.sheets import save_entry
from emulation.services.submissions import return_lines
from tests.documents.test_sheet_workbook import changed
from tests.filling import fill, loaded, now, to_submitted
from tests.world import FULL_ENTRIES, NINE_KINDS, World, person

FIRST, SECOND, SAID = Column.FIRST, Column.SECOND, Column.EXPLANATION


def export(db: Session, world: World, cells: Mapping[tuple[str, Column], Any] | None = None, unit: str = "34") -> bytes:
    """The unit's workbook of now, after somebody typed into it."""
    raw = sheet_xlsx(db, loaded(db, world, unit), now=now())
    return changed(raw, cells) if cells else raw


def save(db: Session, world: World, code: str, data: Any, explanation: str = "") -> None:
    """Somebody changes a line online."""
    sheet = loaded(db, world)
    entry = next((one for one in sheet.entries if one.code == code), None)
    save_entry(
        db,
        world.actor("unit_officer"),
        sheet,
        code=code,
        data=data,
        explanation=explanation,
        version=entry.version if entry else 0,
        now=now(),
    )
    db.commit()


def hand_in(
    db: Session, world: World, raw: bytes, choices: Mapping[str, Side] | None = None, by: str = "unit_officer"
) -> int:
    """Look, then write what was seen."""
    sheet, actor = loaded(db, world), world.actor(by)
    plan = plan_of(db, sheet, raw, by=actor.user_id, now=now())
    written = apply_workbook(db, actor, sheet, raw, choices=choices or {}, seen=plan.digest, now=now())
    db.commit()
    return written


def declared(sheet: Sheet) -> dict[str, Any]:
    return {entry.code: entry.data for entry in sheet.entries}


def test_untouched_workbook_changes_nothing(db: Session, world: World, settings: Settings) -> None:
    fill(db, world, settings)
    plan = plan_of(db, loaded(db, world), export(db, world), now=now())
    assert plan.changes_nothing
    assert (plan.same, len(plan.lines), plan.total) == (len(FULL_ENTRIES) + 1, 0, plan.total_taken)


def test_empty_sheet_is_filled_from_a_workbook_line_by_line(db: Session, world: World) -> None:
    raw = export(
        db,
        world,
        {
            ("I.1", FIRST): 95,
            ("I.1", SECOND): "98",
            ("I.1", SAID): "Theo báo cáo số 12",
            ("I.2", FIRST): "91,5",
            ("II.3 · a", FIRST): "Có",
            ("III.1", Column.SKIP): "Không áp dụng",
            ("III.1", Column.REASON): "Chưa có số liệu năm trước",
        },
    )
    plan = plan_of(db, loaded(db, world), raw, now=now())
    assert [(line.code, line.cell, line.points, line.points_taken) for line in plan.taken] == [
        ("I.1", "A7", None, Decimal("9.69")),
        ("I.2", "A8", None, Decimal(3)),
        ("II.3", "A13", None, Decimal(2)),
        ("III.1", "A20", None, None),
    ]
    assert (plan.total, plan.total_taken) == (Decimal(0), Decimal("36.51"))
    assert hand_in(db, world, raw) == 4
    sheet = loaded(db, world)
    assert declared(sheet) == {
        "I.1": {"part": "95", "whole": "98"},
        "I.2": {"value": "91.5"},
        "II.3": {"met": ["a"]},
        "III.1": {"not_applicable": True, "reason": "Chưa có số liệu năm trước"},
    }
    lines = db.scalars(select(History).where(History.act.in_(("fill", "import_workbook"))).order_by(History.id)).all()
    assert [line.place for line in lines] == ["I.1", "I.2", "II.3", "III.1", ""]
    assert lines[-1].new is not None
    assert lines[-1].new["count"] == 4
    words = {one.label: one.after for one in changes_of(lines[-1])}
    assert str(words["Tiêu chí"]) == "I.1, I.2, II.3, III.1"


def test_handing_in_twice_is_harmless(db: Session, world: World) -> None:
    raw = export(db, world, {("II.4", FIRST): 3})
    assert hand_in(db, world, raw) == 1
    version = loaded(db, world).entries[0].version
    assert hand_in(db, world, raw) == 0
    assert loaded(db, world).entries[0].version == version


def test_same_file_filled_on_and_handed_in_again_is_no_conflict_with_itself(db: Session, world: World) -> None:
    first = export(db, world, {("II.4", FIRST): 3, ("I.2", FIRST): 91})
    assert hand_in(db, world, first) == 2
    second = changed(first, {("II.4", FIRST): 4, ("I.2", FIRST): 92})
    assert hand_in(db, world, second) == 2
    assert declared(loaded(db, world)) == {"I.2": {"value": "92"}, "II.4": {"count": "4"}}
    assert hand_in(db, world, first) == 0  # an older copy

    save(db, world, "II.4", {"count": 1})  # somebody else: now there is something to decide
    by = world.people["unit_officer"].id
    plan = plan_of(db, loaded(db, world), changed(second, {("II.4", FIRST): 5}), by=by, now=now())
    assert [(line.code, line.merged.outcome) for line in plan.lines] == [("II.4", Outcome.CONFLICT)]
    assert hand_in(db, world, second) == 0
    assert declared(loaded(db, world)) == {"I.2": {"value": "92"}, "II.4": {"count": "1"}}


@pytest.mark.parametrize("second_person", ["unit_officer", "second_officer"])
@pytest.mark.parametrize("order", ["AB", "BA"])
def test_two_copies_of_one_download_leave_each_others_lines(
    db: Session, world: World, settings: Settings, order: str, second_person: str
) -> None:
    fill(db, world, settings)
    world.people["second_officer"] = person("second_officer", Role.UNIT_OFFICER, world.units["34"])
    db.add(world.people["second_officer"])
    db.commit()
    raw = export(db, world)
    copies = {"A": changed(raw, {("II.4", FIRST): 5}), "B": changed(raw, {("I.2", FIRST): 91})}
    for name, by in zip(order, ("unit_officer", second_person), strict=True):
        assert hand_in(db, world, copies[name], by=by) == 1
    found = declared(loaded(db, world))
    assert (found["II.4"], found["I.2"]) == ({"count": "5"}, {"value": "91"})
    for name in order:
        assert hand_in(db, world, copies[name], by=second_person) == 0


def test_second_person_is_asked_where_two_copies_differ(db: Session, world: World, settings: Settings) -> None:
    fill(db, world, settings)
    world.people["second_officer"] = person("second_officer", Role.UNIT_OFFICER, world.units["34"])
    db.add(world.people["second_officer"])
    db.commit()
    raw = export(db, world)
    assert hand_in(db, world, changed(raw, {("II.4", FIRST): 5})) == 1
    with pytest.raises(Undecided):
        hand_in(db, world, changed(raw, {("II.4", FIRST): 4}), by="second_officer")


def test_what_only_one_side_changed_is_merged(db: Session, world: World, settings: Settings) -> None:
    fill(db, world, settings)
    raw = export(db, world, {("II.4", FIRST): 5})
    save(db, world, "II.2", {"met": False})
    plan = plan_of(db, loaded(db, world), raw, now=now())
    assert [line.code for line in plan.taken] == ["II.4"]
    assert [(line.code, line.who) for line in plan.kept] == [("II.2", "Unit officer")]
    assert hand_in(db, world, raw) == 1
    found = declared(loaded(db, world))
    assert (found["II.4"], found["II.2"]) == ({"count": "5"}, {"met": False})


def test_figures_taken_out_of_the_workbook_are_taken_back(db: Session, world: World, settings: Settings) -> None:
    fill(db, world, settings)
    assert hand_in(db, world, export(db, world, {("II.4", FIRST): None})) == 1
    assert declared(loaded(db, world))["II.4"] is None


@pytest.mark.parametrize(
    ("side", "kept", "written"), [(Side.ONLINE, {"count": "4"}, 0), (Side.WORKBOOK, {"count": "5"}, 1)]
)
def test_what_both_changed_waits_for_a_choice(
    db: Session, world: World, settings: Settings, side: Side, kept: dict[str, str], written: int
) -> None:
    fill(db, world, settings)
    raw = export(db, world, {("II.4", FIRST): 5})
    save(db, world, "II.4", {"count": 4})
    with pytest.raises(Undecided) as refused:
        hand_in(db, world, raw)
    assert refused.value.open_codes == ["II.4"]
    db.rollback()
    assert declared(loaded(db, world))["II.4"] == {"count": "4"}
    assert hand_in(db, world, raw, {"II.4": side}) == written
    assert declared(loaded(db, world))["II.4"] == kept


def test_both_changed_to_the_same_is_no_conflict(db: Session, world: World, settings: Settings) -> None:
    fill(db, world, settings)
    raw = export(db, world, {("I.2", FIRST): "97,0"})
    save(db, world, "I.2", {"value": "97"})
    assert plan_of(db, loaded(db, world), raw, now=now()).changes_nothing


def test_change_between_looking_and_writing_is_shown_again(db: Session, world: World, settings: Settings) -> None:
    fill(db, world, settings)
    raw = export(db, world, {("II.4", FIRST): 5})
    seen = plan_of(db, loaded(db, world), raw, now=now()).digest
    save(db, world, "II.2", {"met": False})
    with pytest.raises(PlanStale) as stale:
        apply_workbook(db, world.actor("unit_officer"), loaded(db, world), raw, choices={}, seen=seen, now=now())
    assert [line.code for line in stale.value.plan.kept] == ["II.2"]
    db.rollback()
    assert declared(loaded(db, world))["II.4"] == {"count": "3"}


def test_one_wrong_cell_keeps_everything_out(db: Session, world: World) -> None:
    raw = export(db, world, {("II.4", FIRST): 3, ("I.3", FIRST): 8.3, ("I.1", FIRST): 99, ("I.1", SECOND): 98})
    with pytest.raises(Undecided) as refused:
        hand_in(db, world, raw)
    assert [str(one) for one in refused.value.plan.problems] == [
        "F7: Số đạt 99 lớn hơn tổng số 98.",
        "F9: 8,3 không phải bội số của bước 0,25.",
    ]
    assert [line.code for line in refused.value.plan.taken] == ["II.4"]
    assert loaded(db, world).entries == []


def test_explanation_that_is_too_long_is_named_by_its_cell(db: Session, world: World) -> None:
    plan = plan_of(db, loaded(db, world), export(db, world, {("I.1", SAID): "a" * 4001}), now=now())
    assert [str(one) for one in plan.problems] == ["I7: Diễn giải dài 4001 ký tự, nhiều nhất 4000."]


def test_workbook_of_another_unit_period_or_set_is_refused(db: Session, world: World) -> None:
    def told(raw: bytes) -> str:
        with pytest.raises(Problems) as refused:
            plan_of(db, loaded(db, world), raw, now=now())
        return str(refused.value)

    own = export(db, world)
    assert told(export(db, world, unit="96")) == (
        "Phiếu Excel này của đơn vị mã 96, không phải Sở Giáo dục và Đào tạo tỉnh Thái Bình: "
        "tải phiếu của đơn vị mình rồi điền."
    )
    world.period.code = "2022-2023"
    db.commit()
    assert told(own) == ("Phiếu Excel này của kỳ 2021-2022, không phải kỳ 2022-2023: tải phiếu của kỳ này rồi điền.")
    world.period.code = "2021-2022"
    newer = load(NINE_KINDS.read_bytes().replace(b'version: "2021-2022"', b'version: "2021-2022b"'))
    world.period.criteria_set_id = publish(db, world.actor("department"), newer, now=now()).id
    db.commit()
    assert told(own).startswith("Phiếu Excel làm theo bộ tiêu chí 2021-2022 (631146d4e0d5), kỳ này dùng bộ khác")


def test_after_a_return_only_returned_lines_can_be_handed_in(db: Session, world: World, settings: Settings) -> None:
    sheet = to_submitted(db, world, settings)
    return_lines(db, world.actor("department"), sheet, reasons={"II.4": "Thiếu quyết định"}, note="Sửa", now=now())
    db.commit()
    raw = export(db, world, {("II.4", FIRST): 2, ("I.3", FIRST): 9})
    plan = plan_of(db, loaded(db, world), raw, now=now())
    assert [str(one) for one in plan.problems] == ["A9: Phiếu bị trả lại: chỉ sửa được các tiêu chí bị trả lại."]
    assert hand_in(db, world, export(db, world, {("II.4", FIRST): 2})) == 1


def test_sheet_that_cannot_be_filled_now_takes_no_workbook(db: Session, world: World, settings: Settings) -> None:
    raw = export(db, world, {("II.4", FIRST): 2})
    to_submitted(db, world, settings)
    with pytest.raises(WrongState):
        plan_of(db, loaded(db, world), raw, now=now())


def test_kept_file_is_found_by_its_own_person_and_sheet_for_a_day(db: Session, world: World, tmp_path: Path) -> None:
    officer, other = world.actor("unit_officer"), world.actor("other_officer")
    sheet, moment = world.sheets["34"], now()
    name = keep_upload(tmp_path, officer, sheet, b"noi dung", now=moment)
    assert kept_upload(tmp_path, officer, sheet, name, now=moment) == b"noi dung"
    for actor, whose, key, when in (
        (other, sheet, name, moment),
        (officer, world.sheets["96"], name, moment),
        (officer, sheet, "0" * 64, moment),
        (officer, sheet, "../" + name, moment),
        (officer, sheet, name, moment + timedelta(hours=25)),
    ):
        with pytest.raises(Missing):
            kept_upload(tmp_path, actor, whose, key, now=when)
    later = keep_upload(tmp_path, other, world.sheets["96"], b"khac", now=moment + timedelta(hours=25))
    assert [path.name for path in tmp_path.glob("*/*")] == [later]


def share_a_count(db: Session, world: World) -> None:
    """Let II.4 and B.1 ask for the same indicator."""
    raw = NINE_KINDS.read_text("utf-8").replace('version: "2021-2022"', 'version: "2021-2022c"')
    for label, blanks in (("labels: {count: Số sáng kiến}", 8), ("labels: {count: Số giải pháp}", 4)):
        raw = raw.replace(label, f"{label}\n{' ' * blanks}figures: {{count: sang-kien}}")
    world.period.criteria_set_id = publish(db, world.actor("department"), load(raw), now=now()).id
    db.commit()
    db.expire_all()


def test_dry_run_names_the_lines_that_share_a_figure(db: Session, world: World) -> None:
    share_a_count(db, world)
    raw = export(db, world, {("II.4", FIRST): 3})
    plan = plan_of(db, loaded(db, world), raw, now=now())
    hand_in(db, world, raw)
    db.commit()
    db.expire_all()

    assert ([one.code for one in plan.taken], plan.shared) == (["II.4"], ("B.1",))
    assert declared(loaded(db, world)) == {"II.4": {"count": "3"}, "B.1": {"count": "3"}}
    assert self_score(loaded(db, world)).total == plan.total_taken


def test_lines_that_share_a_figure_must_agree(db: Session, world: World) -> None:
    share_a_count(db, world)
    with pytest.raises(WrongState, match=r"II\.4 dùng chung số liệu với tiêu chí khác"):
        hand_in(db, world, export(db, world, {("II.4", FIRST): 5, ("B.1", FIRST): 4}))
    db.rollback()
    assert loaded(db, world).entries == []
    assert hand_in(db, world, export(db, world, {("II.4", FIRST): 3, ("B.1", FIRST): 3})) == 2
    assert declared(loaded(db, world)) == {"II.4": {"count": "3"}, "B.1": {"count": "3"}}
