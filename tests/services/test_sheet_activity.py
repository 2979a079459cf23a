"""Who changed what on a sheet: the unit's own acts in words, and nothing of the council's."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from sqlalchemy import event, select
from sqlalchemy.orm import Session

from emulation.config import Settings
from emulation.domain.workflow import Phase
from emulation.models import History
from emulation.services import marks
from emulation.services.evidence import cite, uncite
from emulation.services.remarks import answer, remark, reopen, resolve
from emulation.services.sheet_activity import activity_of, people_in, words_of
from emulation.services.sheets import save_entry
from emulation.services.submissions import send_back
from emulation.services.team import assign
from tests.filling import fill, loaded, now, to_received, to_signing
from tests.world import World


def said(
    db: Session, world: World, reader: str = "unit_officer", **wanted: str
) -> list[tuple[str, str, list[tuple[str, str, str]]]]:
    """Act, place and what changed, newest first."""
    sheet = loaded(db, world)
    return [
        (
            line.act,
            line.place,
            [
                (str(one.label), str(one.before or ""), str(one.after or ""))
                for one in words_of(line, sheet, world.people[reader])
            ],
        )
        for line in activity_of(db, sheet, world.people[reader], **wanted).lines
    ]


def test_activity_says_figures_and_evidence_in_words(db: Session, world: World, settings: Settings) -> None:
    sheet, officer = fill(db, world, settings), world.actor("unit_officer")
    save_entry(db, officer, sheet, code="I.2", data={"value": "96"}, explanation="Theo báo cáo", version=1, now=now(1))
    evidence = next(entry for entry in sheet.entries if entry.code == "I.1").citations[0].evidence
    cite(db, officer, evidence, code="I.1", place="tr. 9", now=now(2))
    uncite(db, officer, evidence, code="I.1", now=now(3))
    save_entry(db, officer, sheet, code="II.2", data=None, version=1, now=now(4))
    db.commit()

    assert said(db, world)[:4] == [
        ("fill", "II.2", [("Kết quả", "Đạt", "")]),
        ("uncite", "I.1", [("Minh chứng", "Bao cao I.1", ""), ("Trang, mục", "tr. 9", "")]),
        ("cite", "I.1", [("Minh chứng", "", "Bao cao I.1"), ("Trang, mục", "tr. 6", "tr. 9")]),
        ("fill", "I.2", [("Tỷ lệ đúng hạn", "91,5 %", "96 %"), ("Diễn giải", "", "Theo báo cáo")]),
    ]
    assert [place for _act, place, _changes in said(db, world, code="I.2")] == ["I.2", "I.2"]
    assert said(db, world, who="Nobody") == []


def test_activity_never_holds_what_the_council_does(db: Session, world: World, settings: Settings) -> None:
    sheet = to_received(db, world, settings)
    world.period.phase = Phase.REVIEW
    marks.mark(db, world.actor("member"), sheet, code="I.3", points=Decimal(1), reason="Thiếu văn bản.", now=now())
    remark(db, world.actor("unit_director"), sheet, code="I.3", text="Xem lại", now=now(1))
    db.commit()
    assert db.scalars(select(History).where(History.act == "mark")).all()

    assert people_in(db, loaded(db, world), world.people["unit_officer"]) == [
        "Department",
        "Unit director",
        "Unit officer",
    ]
    acts = [act for act, _place, _changes in said(db, world)]
    assert acts[:4] == ["remark", "receive", "submit", "send"]
    assert "mark" not in acts


def test_activity_of_another_unit_is_empty(db: Session, world: World, settings: Settings) -> None:
    fill(db, world, settings)
    found = activity_of(db, loaded(db, world, "96"), world.people["other_officer"])
    assert (found.total, found.pages, list(found.lines)) == (0, 1, [])


def test_activity_comes_in_pages_with_two_queries_each(db: Session, world: World) -> None:
    officer, sheet = world.actor("unit_officer"), loaded(db, world)
    for n in range(60):
        at = now() + timedelta(seconds=n)
        save_entry(db, officer, sheet, code="I.2", data={"value": str(n)}, version=max(n, 0), now=at)
    db.commit()
    sheet = loaded(db, world)
    sent: list[str] = []
    event.listen(db.get_bind(), "before_cursor_execute", lambda *args: sent.append(str(args[2])))

    found = activity_of(db, sheet, world.people["unit_officer"], page=9)
    [words_of(line, sheet, world.people["unit_officer"]) for line in found.lines]

    assert (found.total, found.pages, found.number, len(found.lines), len(sent)) == (60, 2, 2, 10, 2)


def test_what_the_unit_says_among_itself_is_nothing_for_others(db: Session, world: World) -> None:
    officer, director, sheet = world.actor("unit_officer"), world.actor("unit_director"), loaded(db, world)
    first = remark(db, director, sheet, code="I.3", text="Xem lại", now=now())
    answer(db, officer, first, text="Đã xem.", now=now(1))
    resolve(db, director, first, now=now(2))
    reopen(db, director, first, now=now(3))
    assign(db, director, sheet, to={"I": world.people["unit_officer"].id}, now=now(4))
    db.commit()

    acts = [act for act, _place, _changes in said(db, world, "unit_director")]
    assert acts == ["assign", "reopen_remark", "resolve_remark", "answer_remark", "remark"]
    for name in ("department", "auditor"):
        assert said(db, world, name) == []
        assert people_in(db, loaded(db, world), world.people[name]) == []


def test_directors_note_is_read_inside_the_unit_only(db: Session, world: World, settings: Settings) -> None:
    send_back(db, world.actor("unit_director"), to_signing(db, world, settings), note="Hỏi lại phòng.", now=now(1))
    db.commit()

    assert said(db, world)[0] == ("send_back", "", [("Ghi chú", "", "Hỏi lại phòng.")])
    assert said(db, world, "department")[0] == ("send_back", "", [])
