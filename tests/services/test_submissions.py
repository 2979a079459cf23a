"""The way of a sheet: what each act checks, changes and records."""

from __future__ import annotations

import hashlib
import json
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from emulation.config import Settings
from emulation.domain.deadlines import lateness
from emulation.domain.workflow import Phase, SheetState
from emulation.errors import Invalid, Stale, WrongState
from emulation.models import Extension, History, Remark
from emulation.services.evidence import cite, describe, uncite
from emulation.services.lines import open_returns, what_is_left
from emulation.services.scores import self_score
from emulation.services.sheets import save_entry
from emulation.services.submissions import (
    SomethingLeft,
    changes_since,
    fingerprint,
    inbox_of,
    last_act,
    recall,
    receive,
    return_lines,
    send,
    send_back,
    submission_of,
    submit,
)
from tests.filling import TOTAL, fill, loaded, now, to_received, to_signing, to_submitted
from tests.world import World


def test_send_locks_the_sheet_for_signature(db: Session, world: World, settings: Settings) -> None:
    sheet = fill(db, world, settings)
    at = now()
    send(db, world.actor("unit_officer"), sheet, seen=fingerprint(sheet), now=at)
    db.commit()

    sheet = loaded(db, world)
    assert (sheet.state, sheet.sent_at, sheet.note) == (SheetState.SIGNING, at, "")
    line = db.scalars(select(History).where(History.act == "send")).one()
    assert line.new == {"sha256": fingerprint(sheet), "total": str(TOTAL)}
    with pytest.raises(WrongState):
        save_entry(db, world.actor("unit_officer"), sheet, code="I.2", data={"value": "90"}, version=1, now=now())


def test_send_is_refused_while_something_is_missing_and_says_what(db: Session, world: World) -> None:
    with pytest.raises(SomethingLeft) as refused:
        send(db, world.actor("unit_officer"), loaded(db, world), now=now())

    assert (refused.value.status, str(refused.value)) == (422, "Chưa trình được: còn 8 việc phải làm.")
    assert [one.code for one in refused.value.left] == [
        "I.1",
        "I.2",
        "I.3",
        "II.1",
        "II.2",
        "II.3",
        "II.4",
        "III.1",
    ]
    assert loaded(db, world).state == SheetState.DRAFT


def test_send_is_refused_when_the_sheet_changed_since_it_was_checked(
    db: Session, world: World, settings: Settings
) -> None:
    sheet = fill(db, world, settings)
    seen = fingerprint(sheet)
    save_entry(db, world.actor("unit_officer"), sheet, code="I.2", data={"value": "95"}, version=1, now=now())

    with pytest.raises(Stale):
        send(db, world.actor("unit_officer"), sheet, seen=seen, now=now())


def test_send_after_the_close_is_refused(db: Session, world: World, settings: Settings) -> None:
    sheet = fill(db, world, settings)

    with pytest.raises(WrongState):
        send(db, world.actor("unit_officer"), sheet, now=now() + timedelta(days=12))


def test_send_back_needs_a_note_and_opens_the_sheet(db: Session, world: World, settings: Settings) -> None:
    sheet = to_signing(db, world, settings)
    director = world.actor("unit_director")
    with pytest.raises(Invalid) as refused:
        send_back(db, director, sheet, note=" ", now=now())
    assert (refused.value.field, str(refused.value)) == ("note", "Ghi rõ cần sửa gì để chuyên viên biết.")

    send_back(db, director, sheet, note="Đối chiếu lại I.2 ", now=now())
    db.commit()
    sheet = loaded(db, world)
    assert (sheet.state, sheet.note) == (SheetState.DRAFT, "Đối chiếu lại I.2")
    with pytest.raises(WrongState):
        send_back(db, director, sheet, note="Lần nữa", now=now())


def test_recall_takes_an_unsigned_sheet_back_and_is_recorded(db: Session, world: World, settings: Settings) -> None:
    sheet = to_signing(db, world, settings)
    officer, director, seen = world.actor("unit_officer"), world.actor("unit_director"), fingerprint(sheet)
    recall(db, officer, sheet, now=now())
    db.commit()
    sheet = loaded(db, world)
    assert sheet.state == SheetState.DRAFT
    assert db.scalars(select(History.actor_name).where(History.act == "recall")).all() == [officer.name]
    with pytest.raises(WrongState):
        submit(db, director, sheet, seen=seen, now=now())  # the page that the director still has open

    entry = next(one for one in sheet.entries if one.code == "I.2")
    save_entry(db, officer, sheet, code="I.2", data={"value": "90"}, version=entry.version, now=now())
    send(db, officer, sheet, now=now())
    with pytest.raises(Stale):
        submit(db, director, sheet, seen=seen, now=now())
    submit(db, director, sheet, seen=fingerprint(sheet), now=now())
    with pytest.raises(WrongState):
        recall(db, officer, sheet, now=now())


def test_recall_leaves_a_returned_sheet_returned(db: Session, world: World, settings: Settings) -> None:
    sheet = to_submitted(db, world, settings)
    return_lines(db, world.actor("department"), sheet, reasons={"I.2": "Sai kỳ"}, now=now())
    entry = next(one for one in sheet.entries if one.code == "I.2")
    save_entry(
        db, world.actor("unit_officer"), sheet, code="I.2", data={"value": "90"}, version=entry.version, now=now()
    )
    send(db, world.actor("unit_officer"), sheet, now=now())
    recall(db, world.actor("unit_officer"), sheet, now=now())
    assert (sheet.state, list(open_returns(sheet))) == (SheetState.RETURNED, ["I.2"])


def test_submit_signs_what_is_there_with_its_hash(db: Session, world: World, settings: Settings) -> None:
    sheet = to_signing(db, world, settings)
    at = now()
    submit(db, world.actor("unit_director"), sheet, seen=fingerprint(sheet), now=at)
    db.commit()

    sheet = loaded(db, world)
    assert (sheet.state, sheet.submitted_at, sheet.signed_by_id) == (
        SheetState.SUBMITTED,
        at,
        world.people["unit_director"].id,
    )
    assert sheet.submission_sha256 == hashlib.sha256(submission_of(sheet)).hexdigest()
    assert self_score(sheet).total == TOTAL


def test_submission_holds_criteria_unit_entries_and_hashes_of_files(
    db: Session, world: World, settings: Settings
) -> None:
    sheet = fill(db, world, settings)
    body = json.loads(submission_of(sheet))

    assert (body["criteria"], body["period"]) == (world.criteria.sha256, "2021-2022")
    assert body["unit"] == {"code": "34", "name": "Sở Giáo dục và Đào tạo tỉnh Thái Bình", "tags": []}
    assert [entry["code"] for entry in body["entries"]] == sorted(entry.code for entry in sheet.entries)
    first = body["entries"][1]
    assert (first["code"], first["data"], first["explanation"]) == ("I.1", {"part": "95", "whole": "98"}, "")
    evidence = next(entry for entry in sheet.entries if entry.code == "I.1").citations[0].evidence
    assert first["citations"] == [
        {
            "sha256": evidence.sha256,
            "title": "Bao cao I.1",
            "document_number": "",
            "issued_on": None,
            "issuer": "",
            "file_name": "Bao cao I.1.pdf",
            "place": "tr. 6",
        }
    ]


def test_submission_changes_with_every_figure_and_citation(db: Session, world: World, settings: Settings) -> None:
    sheet = fill(db, world, settings)
    officer, seen = world.actor("unit_officer"), {fingerprint(sheet)}

    save_entry(db, officer, sheet, code="I.2", data={"value": "91"}, version=1, now=now())
    seen.add(fingerprint(sheet))
    save_entry(db, officer, sheet, code="I.2", data={"value": "91"}, explanation="x", version=2, now=now())
    seen.add(fingerprint(sheet))
    entry = next(entry for entry in sheet.entries if entry.code == "I.1")
    uncite(db, officer, entry.citations[0].evidence, code="I.1", now=now())
    seen.add(fingerprint(sheet))
    assert len(seen) == 4


def test_submit_a_second_time_is_refused(db: Session, world: World, settings: Settings) -> None:
    sheet = to_submitted(db, world, settings)

    with pytest.raises(WrongState) as refused:
        submit(db, world.actor("unit_director"), sheet, now=now())
    assert (refused.value.status, str(refused.value)) == (
        409,
        "Không thể ký và nộp: phiếu đang ở trạng thái “Đã nộp, chờ tiếp nhận”.",
    )


def test_submit_of_something_else_than_was_seen_is_refused(db: Session, world: World, settings: Settings) -> None:
    sheet = to_signing(db, world, settings)

    with pytest.raises(Stale):
        submit(db, world.actor("unit_director"), sheet, seen="0" * 64, now=now())
    assert sheet.state == SheetState.SIGNING


def test_submit_after_the_close_waits_for_an_extension(db: Session, world: World, settings: Settings) -> None:
    sheet = to_signing(db, world, settings)
    late, director = now() + timedelta(days=12), world.actor("unit_director")
    with pytest.raises(WrongState):
        submit(db, director, sheet, now=late)

    db.add(
        Extension(
            period_id=world.period.id,
            unit_id=world.units["34"].id,
            phase=Phase.SELF_SCORING,
            closes_at=late + timedelta(hours=1),
            reason="Mưa lũ",
            granted_by_id=world.people["department"].id,
            granted_at=late,
        )
    )
    db.commit()
    assert submit(db, director, loaded(db, world), now=late).state == SheetState.SUBMITTED


def test_lateness_is_judged_by_the_first_submission_and_the_close_of_then(
    db: Session, world: World, settings: Settings
) -> None:
    window = world.period.window(Phase.SELF_SCORING)
    assert window is not None
    close = window.closes_at
    sheet = to_signing(db, world, settings)
    first = close + timedelta(days=2)
    for phase in (Phase.SELF_SCORING, Phase.REVIEW):
        db.add(
            Extension(
                period_id=world.period.id,
                unit_id=world.units["34"].id,
                phase=phase,
                closes_at=close + timedelta(days=30),
                reason="Mưa lũ",
                granted_by_id=world.people["department"].id,
                granted_at=now(),
            )
        )
    db.commit()
    submit(db, world.actor("unit_director"), loaded(db, world), now=first)
    db.commit()
    sheet = loaded(db, world)
    assert (sheet.first_submitted_at, sheet.due_at) == (first, close)
    assert str(lateness(sheet.first_submitted_at, sheet.due_at)) == "Nộp trễ 2 ngày"

    window.closes_at = close + timedelta(days=9)  # a later change of the window changes nothing
    db.commit()
    return_lines(db, world.actor("department"), sheet, reasons={"I.2": "Sai"}, now=first + timedelta(days=1))
    save_entry(
        db,
        world.actor("unit_officer"),
        sheet,
        code="I.2",
        data={"value": "90"},
        version=1,
        now=first + timedelta(days=2),
    )
    send(db, world.actor("unit_officer"), sheet, now=first + timedelta(days=3))
    submit(db, world.actor("unit_director"), sheet, now=first + timedelta(days=4))
    db.commit()
    sheet = loaded(db, world)
    assert sheet.submitted_at == first + timedelta(days=4)
    assert str(lateness(sheet.first_submitted_at, sheet.due_at)) == "Nộp trễ 2 ngày"


def test_submission_in_time_or_without_a_close_is_not_late(db: Session, world: World, settings: Settings) -> None:
    sheet = to_submitted(db, world, settings)
    assert sheet.due_at is not None
    assert lateness(sheet.first_submitted_at, sheet.due_at) is None


def test_receive_stores_the_moment_once(db: Session, world: World, settings: Settings) -> None:
    sheet = to_submitted(db, world, settings)
    at = now()
    receive(db, world.actor("department"), sheet, now=at)
    db.commit()

    sheet = loaded(db, world)
    assert (sheet.state, sheet.received_at) == (SheetState.RECEIVED, at)
    with pytest.raises(WrongState):
        receive(db, world.actor("department"), sheet, now=now())


REFUSED = [
    ({}, "lines", "Ghi lý do trả lại ở ít nhất một tiêu chí."),
    ({"IX.9": "x"}, "lines", "Bộ tiêu chí không có mã “IX.9”."),
    ({"II.5": "x"}, "lines", "Đơn vị không kê khai tiêu chí II.5 nên không trả lại được."),
    ({"III.2": "x"}, "lines", "Đơn vị không kê khai tiêu chí III.2 nên không trả lại được."),
    ({"I.1": "Thiếu trang", "I.2": " "}, "reason-I.2", "Ghi lý do trả lại."),
]


@pytest.mark.parametrize(("reasons", "field", "sentence"), REFUSED)
def test_return_lines_refuses_and_changes_nothing(
    db: Session, world: World, settings: Settings, reasons: dict[str, str], field: str, sentence: str
) -> None:
    sheet = to_submitted(db, world, settings)
    with pytest.raises(Invalid) as refused:
        return_lines(db, world.actor("department"), sheet, reasons=reasons, now=now())

    assert (refused.value.field, str(refused.value)) == (field, sentence)
    assert (sheet.state, sheet.returned_lines) == (SheetState.SUBMITTED, [])


def test_return_lines_of_a_received_sheet_is_refused(db: Session, world: World, settings: Settings) -> None:
    sheet = to_received(db, world, settings)

    with pytest.raises(WrongState):
        return_lines(db, world.actor("department"), sheet, reasons={"I.1": "Thiếu trang"}, now=now())


def test_a_returned_sheet_comes_back_corrected(db: Session, world: World, settings: Settings) -> None:
    sheet = to_submitted(db, world, settings)
    before = sheet.submission_sha256
    officer, director = world.actor("unit_officer"), world.actor("unit_director")
    return_lines(db, world.actor("department"), sheet, reasons={"I.2": "Số khác báo cáo"}, note="Sửa sớm", now=now(1))
    db.commit()
    sheet = loaded(db, world)
    assert (sheet.state, sheet.note) == (SheetState.RETURNED, "Sửa sớm")
    with pytest.raises(SomethingLeft):
        send(db, officer, sheet, now=now(2))

    save_entry(db, officer, sheet, code="I.2", data={"value": "90"}, version=1, now=now(2))
    send(db, officer, sheet, now=now(3))
    send_back(db, director, sheet, note="Ghi thêm diễn giải", now=now(4))
    assert sheet.state == SheetState.RETURNED  # and not a draft, whose lines could all be changed
    save_entry(db, officer, sheet, code="I.2", data={"value": "90"}, explanation="Theo biên bản", version=2, now=now(5))
    send(db, officer, sheet, now=now(6))
    submit(db, director, sheet, now=now(7))
    db.commit()

    sheet = loaded(db, world)
    assert (sheet.state, [line.resolved_at is None for line in sheet.returned_lines]) == (SheetState.SUBMITTED, [False])
    assert sheet.submission_sha256 != before


def test_changes_since_gives_first_and_last_content_of_each_line(db: Session, world: World, settings: Settings) -> None:
    sheet = to_signing(db, world, settings)
    send_back(db, world.actor("unit_director"), sheet, note="Sửa I.2", now=now(1))
    officer = world.actor("unit_officer")
    save_entry(db, officer, sheet, code="I.2", data={"value": "95"}, version=1, now=now(2))
    save_entry(db, officer, sheet, code="I.2", data={"value": "98"}, version=2, now=now(3))
    save_entry(db, officer, sheet, code="II.4", data={"count": "4"}, version=1, now=now(3))
    save_entry(db, officer, sheet, code="II.4", data={"count": "3"}, version=2, now=now(4))
    entry = next(entry for entry in sheet.entries if entry.code == "I.1")
    uncite(db, officer, entry.citations[0].evidence, code="I.1", now=now(5))
    back = last_act(db, sheet, ("send_back",))
    assert back is not None

    changes = changes_since(db, sheet, back.at)

    assert [(one.code, one.before, one.after, one.evidence) for one in changes] == [
        ("I.1", None, None, (("uncite", "Bao cao I.1"),)),
        ("I.2", {"data": {"value": "91.5"}, "explanation": ""}, {"data": {"value": "98"}, "explanation": ""}, ()),
    ]


def test_changes_of_evidence_are_what_is_left_of_the_acts(db: Session, world: World, settings: Settings) -> None:
    sheet, officer = to_submitted(db, world, settings), world.actor("unit_officer")
    codes = ("I.1", "I.2", "I.3", "II.1", "II.2")
    return_lines(db, world.actor("department"), sheet, reasons=dict.fromkeys(codes, "Xem lại"), now=now(1))
    one, three = (next(e for e in sheet.entries if e.code == code).citations[0].evidence for code in ("I.1", "I.3"))
    cite(db, officer, one, code="I.1", place="tr. 9", now=now(2))  # another page
    uncite(db, officer, three, code="I.3", now=now(2))
    cite(db, officer, three, code="I.3", place="tr. 6", now=now(3))  # as it was
    cite(db, officer, one, code="II.1", place="", now=now(3))
    cite(db, officer, one, code="II.2", place="", now=now(3))
    uncite(db, officer, one, code="II.2", now=now(4))  # nothing came of it
    described = {"title": one.title, "document_number": "412/BC", "issued_on": None, "issuer": ""}
    describe(db, officer, one, version=one.version, now=now(5), **described)
    back = last_act(db, sheet, ("return",))
    assert back is not None

    assert [(change.code, change.evidence) for change in changes_since(db, sheet, back.at)] == [
        ("I.1", (("move", "Bao cao I.1"), ("describe", "Bao cao I.1"))),
        ("II.1", (("cite", "Bao cao I.1"),)),
    ]


def test_return_twice_asks_only_for_the_lines_of_the_last_time(db: Session, world: World, settings: Settings) -> None:
    sheet, officer, director = (
        to_submitted(db, world, settings),
        world.actor("unit_officer"),
        world.actor("unit_director"),
    )
    return_lines(db, world.actor("department"), sheet, reasons={"I.2": "Số khác"}, now=now(1))
    save_entry(db, officer, sheet, code="I.2", data={"value": "95"}, version=1, now=now(2))
    send(db, officer, sheet, now=now(3))
    submit(db, director, sheet, now=now(4))
    return_lines(db, world.actor("department"), sheet, reasons={"I.2": "Vẫn khác", "I.1": "Thiếu trang"}, now=now(5))
    db.commit()

    sheet = loaded(db, world)
    assert {code: line.reason for code, line in open_returns(sheet).items()} == {
        "I.2": "Vẫn khác",
        "I.1": "Thiếu trang",
    }
    assert [one.code for one in what_is_left(sheet)] == ["I.1", "I.2"]  # what was corrected once counts no more
    evidence = next(entry for entry in sheet.entries if entry.code == "I.1").citations[0].evidence
    cite(db, officer, evidence, code="I.1", place="tr. 7", now=now(6))  # with evidence only
    save_entry(db, officer, sheet, code="I.2", data={"value": "96"}, version=2, now=now(7))
    send(db, officer, sheet, now=now(8))
    send_back(db, director, sheet, note="Thêm trang", now=now(9))
    assert sheet.state == SheetState.RETURNED
    with pytest.raises(WrongState, match="chỉ sửa được các tiêu chí bị trả lại"):
        save_entry(db, officer, sheet, code="II.4", data={"count": "4"}, version=1, now=now(10))


def test_send_back_keeps_remarks_on_rows_and_needs_no_note_then(db: Session, world: World, settings: Settings) -> None:
    sheet, director = to_signing(db, world, settings), world.actor("unit_director")
    with pytest.raises(Invalid):
        send_back(db, director, sheet, note=" ", remarks={"I.2": " "}, now=now())
    send_back(db, director, sheet, note="", remarks={"I.2": "Số cũ", "I.3": "", "II.1": "Thiếu"}, now=now())

    assert sheet.note == "Xem ý kiến ở từng tiêu chí: I.2, II.1."
    said = db.execute(select(Remark.code, Remark.text).order_by(Remark.id)).all()
    assert [tuple(one) for one in said] == [("I.2", "Số cũ"), ("II.1", "Thiếu")]


def test_inbox_holds_submitted_sheets_only(db: Session, world: World, settings: Settings) -> None:
    assert inbox_of(db, world.period) == []
    sheet = to_submitted(db, world, settings)

    assert [one.id for one in inbox_of(db, world.period)] == [sheet.id]
    receive(db, world.actor("department"), loaded(db, world), now=now())
    db.commit()
    assert inbox_of(db, world.period) == []


def test_every_act_is_in_the_history_with_its_person(db: Session, world: World, settings: Settings) -> None:
    to_received(db, world, settings)

    rows = db.execute(
        select(History.act, History.actor_name).where(History.thing == "sheets").order_by(History.id)
    ).all()
    assert [tuple(row) for row in rows] == [
        ("send", "Unit officer"),
        ("submit", "Unit director"),
        ("receive", "Department"),
    ]
