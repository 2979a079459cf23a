"""Saving a line: what is stored, what is refused, and that a refusal leaves everything as it was."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from emulation.domain.workflow import Phase, SheetState
from emulation.errors import Invalid, Refusal, WrongState
from emulation.models import Entry, Extension, History, ReturnedLine, Sheet
from emulation.services.sheets import (
    EntryStale,
    load_sheet_to_change,
    load_sheet_to_fill,
    outline_of,
    own_sheet,
    people_of,
    save_entry,
    save_line,
    sheet_in,
)
from tests.world import World

LATER = timedelta(minutes=5)


def now() -> datetime:
    return datetime.now(UTC)


def sheet_of(db: Session, world: World, unit: str = "34") -> Sheet:
    sheet = load_sheet_to_change(db, world.sheets[unit].id)
    assert sheet is not None
    return sheet


@pytest.fixture(params=["object", "line"], autouse=True)
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both ways of saving keep the same rules."""
    if request.param == "line":
        monkeypatch.setitem(globals(), "save", save_as_line)


def save(db: Session, world: World, code: str, data: Any, *, unit: str = "34", **options: Any) -> Entry | None:
    who = "unit_officer" if unit == "34" else "other_officer"
    options = {"now": now(), **options}
    return save_entry(db, world.actor(who), sheet_of(db, world, unit), code=code, data=data, **options)


def save_as_line(db: Session, world: World, code: str, data: Any, *, unit: str = "34", **options: Any) -> Entry | None:
    """The way of the many who save at once; the outline that it gives must be what is stored."""
    who = "unit_officer" if unit == "34" else "other_officer"
    options = {"now": now(), **options}
    db.expire_all()
    sheet, _nobody = load_sheet_to_fill(db, world.sheets[unit].id, None)
    assert sheet is not None
    given = save_line(db, world.actor(who), sheet, code=code, data=data, **options)
    db.expire_all()
    stored = outline_of(db, sheet)
    assert given.briefs == stored.briefs
    assert {one: json.loads(text) for one, text in given.texts.items()} == {
        one: json.loads(text) for one, text in stored.texts.items()
    }
    return db.scalar(select(Entry).where(Entry.sheet_id == sheet.id, Entry.code == code))


def count(db: Session, table: type) -> int:
    return db.scalar(select(func.count()).select_from(table)) or 0


STORED = [  # code, given, stored
    ("I.1", {"part": "95", "whole": " 98 "}, {"part": "95", "whole": "98"}),
    ("I.1", {"part": "1 234,50", "whole": "2000.0"}, {"part": "1234.5", "whole": "2000"}),
    ("I.2", {"value": "91,5"}, {"value": "91.5"}),
    ("I.2", {"value": "91.50"}, {"value": "91.5"}),
    ("I.3", {"points": "8,5"}, {"points": "8.5"}),
    ("I.3", {"points": "8.5"}, {"points": "8.5"}),
    ("I.3", {"points": "0"}, {"points": "0"}),
    ("I.3", {"points": "-0"}, {"points": "0"}),
    ("II.1", {"level": "Khá"}, {"level": "Khá"}),
    ("II.2", {"met": False}, {"met": False}),
    ("II.3", {"met": ["c", "a"]}, {"met": ["a", "c"]}),
    ("II.3", {"met": []}, {"met": []}),
    ("II.4", {"count": "03"}, {"count": "3"}),
    ("III.1", {"before": "94,2", "now": "97,60"}, {"before": "94.2", "now": "97.6"}),
    (
        "III.1",
        {"not_applicable": True, "reason": " Mới thành lập "},
        {"not_applicable": True, "reason": "Mới thành lập"},
    ),
    ("B.1", {"count": "2"}, {"count": "2"}),
    ("D.1", {"count": "1"}, {"count": "1"}),
]


@pytest.mark.parametrize(("code", "given", "stored"), STORED)
def test_save_entry_stores_one_spelling(db: Session, world: World, code: str, given: Any, stored: Any) -> None:
    entry = save(db, world, code, given)

    assert entry is not None
    db.commit()
    assert db.scalars(select(Entry)).one().data == stored


REFUSED = [  # code, given, field, sentence
    ("I.1", {"part": "99", "whole": "98"}, "part", "Số đạt 99 lớn hơn tổng số 98."),
    ("I.1", {"part": "1", "whole": "0"}, "whole", "Tổng số phải lớn hơn 0."),
    ("I.1", {"part": "-1", "whole": "98"}, "part", "−1 nhỏ hơn 0."),
    ("I.1", {"part": "95"}, "whole", "Thiếu hoặc thừa số liệu: cần part + whole / value."),
    ("I.2", {"value": "8,5,1"}, "value", "“8,5,1” không phải là một số: chỉ dùng một dấu thập phân, ví dụ 1234,5."),
    ("I.2", {"value": "khoảng 90"}, "value", "“khoảng 90” không phải là một số."),
    ("I.2", {"value": "９１"}, "value", "“９１” không phải là một số."),  # digits of a Chinese or Japanese keyboard
    ("I.2", {"value": "0,12345678901234567890123456789"}, "value", "Số này có quá nhiều chữ số."),
    ("I.2", {"value": "12345678901234"}, "value", "Số 12345678901234 quá lớn hoặc quá nhỏ."),
    ("I.3", {"points": "10,25"}, "points", "10,25 điểm nằm ngoài khoảng từ 0 đến 10."),
    ("I.3", {"points": "-0,25"}, "points", "−0,25 điểm nằm ngoài khoảng từ 0 đến 10."),
    ("I.3", {"points": "8,4"}, "points", "8,4 không phải bội số của bước 0,25."),
    ("I.3", {"points": 8.5}, "points", "Cần một số, ví dụ 8,5."),
    ("I.3", {"point": "8"}, "point", "Số liệu “point” không thuộc cách chấm “mức độ”."),
    ("II.1", {"level": "Giỏi"}, "level", "Không có bậc “Giỏi”."),
    ("II.2", {"met": "có"}, "met", "Chọn đạt hoặc không đạt."),
    ("II.3", {"met": ["a", "z"]}, "met", "Danh mục không có mục “z”."),
    ("II.4", {"count": "2,5"}, "count", "2,5 không phải là số nguyên."),
    ("II.4", {"count": "-1"}, "count", "−1 nhỏ hơn 0."),
    ("II.4", {"not_applicable": True}, "not_applicable", "Tiêu chí này không được khai “không áp dụng”."),
    ("III.1", {"not_applicable": True, "reason": "  "}, "reason", "Nêu lý do không áp dụng."),
    ("II.5", {"points": "5"}, None, "Tiêu chí II.5 do Bộ chấm, đơn vị không tự chấm."),
    ("III.2", {"met": True}, None, "Tiêu chí III.2 không áp dụng cho đơn vị này."),
    ("IX.9", {"met": True}, None, "Bộ tiêu chí không có mã “IX.9”."),
]  # fmt: skip


@pytest.mark.parametrize(("code", "given", "field", "sentence"), REFUSED)
def test_save_entry_refuses_at_the_field_and_stores_nothing(
    db: Session, world: World, code: str, given: Any, field: str | None, sentence: str
) -> None:
    with pytest.raises(Invalid) as refused:
        save(db, world, code, given)

    assert (refused.value.field, str(refused.value)) == (field, sentence)
    assert (refused.value.status, count(db, Entry)) == (422, 0)


def test_save_entry_keeps_the_old_figures_in_history(db: Session, world: World) -> None:
    save(db, world, "I.1", {"part": "95", "whole": "98"}, explanation="Ba thủ tục chưa kết nối")
    save(db, world, "I.1", {"part": "96", "whole": "98"}, version=1)

    lines = db.scalars(select(History).where(History.act == "fill").order_by(History.id)).all()
    assert [(line.place, line.actor_name, line.unit_id) for line in lines] == [
        ("I.1", "Unit officer", world.units["34"].id)
    ] * 2
    assert lines[0].old is None
    assert lines[1].old == {"data": {"part": "95", "whole": "98"}, "explanation": "Ba thủ tục chưa kết nối"}
    assert lines[1].new == {"data": {"part": "96", "whole": "98"}, "explanation": ""}


def test_save_entry_emptied_takes_the_figures_back(db: Session, world: World) -> None:
    save(db, world, "I.2", {"value": "91,5"})
    entry = save(db, world, "I.2", None, version=1)

    assert entry is not None
    assert (entry.data, entry.version) == (None, 2)
    assert db.scalars(select(History.old).where(History.act == "fill").order_by(History.id)).all() == [
        None,
        {"data": {"value": "91.5"}, "explanation": ""},
    ]


def test_save_entry_of_nothing_makes_no_row(db: Session, world: World) -> None:
    assert save(db, world, "I.2", None) is None
    assert (count(db, Entry), db.scalar(select(func.count()).where(History.act == "fill"))) == (0, 0)


def test_save_entry_zero_is_a_score_and_not_nothing(db: Session, world: World) -> None:
    entry = save(db, world, "II.4", {"count": "0"})

    assert entry is not None
    assert entry.data == {"count": "0"}


def test_save_entry_with_an_old_version_is_refused_and_shows_theirs(db: Session, world: World) -> None:
    save(db, world, "I.1", {"part": "95", "whole": "98"})
    save(db, world, "I.1", {"part": "96", "whole": "98"}, version=1)

    with pytest.raises(EntryStale) as refused:
        save(db, world, "I.1", {"part": "97", "whole": "98"}, version=1)

    assert (refused.value.status, refused.value.theirs.data) == (409, {"part": "96", "whole": "98"})
    assert (refused.value.who, refused.value.theirs.version) == ("Unit officer", 2)


def test_save_entry_for_a_new_line_that_somebody_else_made_is_refused(db: Session, world: World) -> None:
    save(db, world, "I.1", {"part": "95", "whole": "98"})

    with pytest.raises(EntryStale):
        save(db, world, "I.1", {"part": "97", "whole": "98"}, version=0)


def test_save_entry_of_the_same_content_is_no_change_whatever_the_version(db: Session, world: World) -> None:
    save(db, world, "I.1", {"part": "95", "whole": "98"})
    again = save(db, world, "I.1", {"part": "95,0", "whole": "98"}, version=0)

    assert again is not None
    assert (again.version, db.scalar(select(func.count()).where(History.act == "fill"))) == (1, 1)


def test_save_entry_composes_decomposed_vietnamese(db: Session, world: World) -> None:
    entry = save(
        db, world, "I.3", {"points": "8"}, explanation=" Đã ho\u00e0n tha\u0300nh ke\u0302\u0301 hoa\u0323ch\r\nđủ "
    )

    assert entry is not None
    assert entry.explanation == "Đã hoàn thành kế hoạch\nđủ"


def test_save_entry_refuses_an_explanation_that_is_too_long(db: Session, world: World) -> None:
    with pytest.raises(Invalid) as refused:
        save(db, world, "I.3", {"points": "8"}, explanation="a" * 4001)

    assert (refused.value.field, str(refused.value)) == ("explanation", "Diễn giải dài 4001 ký tự, nhiều nhất 4000.")


def test_save_entry_of_a_criterion_for_some_units_needs_the_tag(db: Session, world: World) -> None:
    entry = save(db, world, "III.2", {"met": True}, unit="96")

    assert entry is not None
    assert entry.data == {"met": True}


@pytest.mark.parametrize(
    "state",
    [SheetState.SIGNING, SheetState.SUBMITTED, SheetState.RECEIVED, SheetState.REVIEWED, SheetState.FINAL],
)
def test_save_entry_is_refused_once_the_sheet_was_sent(db: Session, world: World, state: SheetState) -> None:
    in_state(db, world, state)

    with pytest.raises(WrongState):
        save(db, world, "I.2", {"value": "91"})

    assert count(db, Entry) == 0


@pytest.mark.parametrize("phase", [Phase.PREPARING, Phase.EXPLANATION, Phase.COUNCIL, Phase.PUBLISHED])
def test_save_entry_is_refused_outside_its_phases(db: Session, world: World, phase: Phase) -> None:
    world.period.phase = phase
    db.commit()

    with pytest.raises(WrongState):
        save(db, world, "I.2", {"value": "91"})


def test_save_entry_after_the_close_is_refused_unless_the_unit_has_more_time(db: Session, world: World) -> None:
    late = now() + timedelta(days=12)
    with pytest.raises(WrongState):
        save(db, world, "I.2", {"value": "91"}, now=late)

    db.add(
        Extension(
            period_id=world.period.id,
            unit_id=world.units["34"].id,
            phase=Phase.SELF_SCORING,
            closes_at=late + LATER,
            reason="Mưa lũ",
            granted_by_id=world.people["department"].id,
            granted_at=late,
        )
    )
    db.commit()

    assert save(db, world, "I.2", {"value": "91"}, now=late) is not None
    with pytest.raises(WrongState):
        save(db, world, "I.2", {"value": "92"}, version=1, now=late + 2 * LATER)
    with pytest.raises(WrongState):
        save(db, world, "I.2", {"value": "91"}, unit="96", now=late)


def test_save_entry_of_a_returned_sheet_changes_returned_lines_only(db: Session, world: World) -> None:
    in_state(db, world, SheetState.RETURNED)
    returned = ReturnedLine(
        sheet_id=world.sheets["34"].id,
        code="I.1",
        reason="Thiếu trang",
        returned_by_id=world.people["department"].id,
        returned_at=now(),
    )
    db.add(returned)
    db.commit()

    assert save(db, world, "I.1", {"part": "90", "whole": "98"}) is not None
    with pytest.raises(Refusal) as refused:
        save(db, world, "I.2", {"value": "91"})
    assert (refused.value.status, str(refused.value)) == (
        409,
        "Phiếu bị trả lại: chỉ sửa được các tiêu chí bị trả lại.",
    )


def in_state(db: Session, world: World, state: SheetState, unit: str = "34") -> Sheet:
    """The sheet of the world in a state, with what the constraints ask for."""
    sheet, director = world.sheets[unit], world.people["unit_director"]
    if state not in (SheetState.DRAFT, SheetState.SIGNING):
        sheet.signed_by_id, sheet.submitted_at, sheet.submission_sha256 = director.id, now(), "0" * 64
    if state in (SheetState.RECEIVED, SheetState.REVIEWED, SheetState.EXPLAINING, SheetState.FINAL):
        sheet.received_at = now()
    sheet.state = state
    db.commit()
    return sheet


def test_own_sheet_is_the_one_of_the_newest_period(db: Session, world: World) -> None:
    sheet = own_sheet(db, world.units["34"].id)

    assert sheet is not None
    assert (sheet.id, sheet.period.code) == (world.sheets["34"].id, "2021-2022")
    assert own_sheet(db, 999_999) is None


def test_sheet_in_a_period_is_none_for_a_unit_outside(db: Session, world: World) -> None:
    assert sheet_in(db, world.period, 999_999) is None


def test_people_of_names_officers_before_directors(db: Session, world: World) -> None:
    world.people["unit_director"].password_hash = None
    people = people_of(db, world.units["34"].id)

    assert [(person.name, person.role, person.is_activated) for person in people] == [
        ("Unit officer", "unit_officer", True),
        ("Unit director", "unit_director", False),
    ]
