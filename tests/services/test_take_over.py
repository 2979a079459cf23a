"""Last year's figures and evidence as a start: into empty lines, marked, never submitted unseen."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from emulation.config import Settings
from emulation.domain.workflow import SheetState
from emulation.errors import Invalid, WrongState
from emulation.models import Citation, Entry, Evidence, Sheet, TakenFrom, Upload
from emulation.services.evidence import load_evidence_to_change
from emulation.services.lines import LineStatus, lines_of
from emulation.services.offers import confirm, confirm_evidence, unconfirmed
from emulation.services.sheets import load_sheet_to_change, save_entry
from emulation.services.submissions import SomethingLeft, send
from emulation.services.take_over import Taken, known_before, offers_from_last_year, take_over, undo_take_over
from emulation.services.uploads import start
from tests.bound import after_a_year
from tests.world import World


def now() -> datetime:
    return datetime.now(UTC)


@pytest.fixture
def sheet_id(db: Session, world: World, settings: Settings) -> int:
    """This year's empty sheet of 34; last year's is published, I.1 with a document and words."""
    return after_a_year(db, world, settings).id


def loaded(db: Session, sheet_id: int) -> Sheet:
    db.commit()
    db.expire_all()
    sheet = load_sheet_to_change(db, sheet_id)
    assert sheet is not None
    return sheet


def entry(db: Session, sheet_id: int, code: str) -> Entry:
    return next(one for one in loaded(db, sheet_id).entries if one.code == code)


def take(
    db: Session, world: World, sheet_id: int, *codes: str, explanations: bool = False, evidence: bool = True
) -> Taken:
    return take_over(
        db, world.actor("unit_officer"), loaded(db, sheet_id), codes=codes, explanations=explanations,
        evidence=evidence, now=now(),
    )  # fmt: skip


def test_offers_are_the_empty_lines_that_last_year_has_something_for(db: Session, world: World, sheet_id: int) -> None:
    save_entry(db, world.actor("unit_officer"), loaded(db, sheet_id), code="I.2", data={"value": "90"}, now=now())
    found = {one.code: one for one in offers_from_last_year(db, loaded(db, sheet_id))}

    assert set(found) == {"I.1", "I.3", "II.1", "II.2", "II.3", "II.4", "B.1"}  # no III.1: progress begins anew
    assert found["I.1"].data == {"part": "95", "whole": "98"}
    assert [one.place for one in found["I.1"].citations] == ["tr. 6"]
    assert known_before(world.criteria.by_code["III.1"], {"before": "94.2", "now": "97.6"}) == {"before": "97.6"}


def test_take_over_fills_marks_and_cites_the_same_content(db: Session, world: World, sheet_id: int) -> None:
    assert take(db, world, sheet_id, "I.1", "II.2") == Taken(lines=2, documents=1, citations=1)

    line = entry(db, sheet_id, "I.1")
    assert (line.data, line.explanation, line.taken_from) == ({"part": "95", "whole": "98"}, "", TakenFrom.LAST_YEAR)
    document = line.citations[0].evidence
    old = db.get(Evidence, document.taken_from_id)
    assert old is not None
    assert (document.sheet_id, document.sha256, line.citations[0].place) == (sheet_id, old.sha256, "tr. 6")
    assert document.confirmed_at is None
    assert lines_of(loaded(db, sheet_id))["I.1"].status is LineStatus.UNCONFIRMED


def test_take_over_takes_words_only_when_asked_and_evidence_only_when_wanted(
    db: Session, world: World, sheet_id: int
) -> None:
    take(db, world, sheet_id, "I.1", explanations=True, evidence=False)
    line = entry(db, sheet_id, "I.1")
    assert (line.explanation, line.citations) == ("Theo báo cáo", [])


def test_take_over_keeps_a_line_that_has_figures_meanwhile(db: Session, world: World, sheet_id: int) -> None:
    save_entry(db, world.actor("unit_officer"), loaded(db, sheet_id), code="II.2", data={"met": False}, now=now())
    with pytest.raises(Invalid):
        take(db, world, sheet_id, "II.2")
    assert entry(db, sheet_id, "II.2").data == {"met": False}


def test_take_over_twice_stores_a_document_once(db: Session, world: World, sheet_id: int) -> None:
    take(db, world, sheet_id, "I.1")
    undo_take_over(db, world.actor("unit_officer"), loaded(db, sheet_id), now=now())
    take(db, world, sheet_id, "I.1")
    db.commit()
    assert db.scalar(select(func.count()).select_from(Evidence).where(Evidence.sheet_id == sheet_id)) == 1


def test_send_is_refused_while_anything_is_unconfirmed(db: Session, world: World, sheet_id: int) -> None:
    take(db, world, sheet_id, "I.1")
    with pytest.raises(SomethingLeft) as refused:
        send(db, world.actor("unit_officer"), loaded(db, sheet_id), now=now())
    assert ("I.1", "unconfirmed") in [(one.code, one.kind) for one in refused.value.left]


def test_confirm_says_yes_to_figures_and_evidence(db: Session, world: World, sheet_id: int) -> None:
    take(db, world, sheet_id, "I.1", "II.2")
    assert [one.code for one in unconfirmed(loaded(db, sheet_id))] == ["I.1", "II.2"]
    assert confirm(db, world.actor("unit_officer"), loaded(db, sheet_id), ["I.1"], now=now()) == 1

    line = entry(db, sheet_id, "I.1")
    assert (line.taken_from, line.citations[0].is_unconfirmed) == (None, False)
    assert line.citations[0].evidence.confirmed_at is not None
    assert lines_of(loaded(db, sheet_id))["I.1"].status is LineStatus.DONE


def test_a_changed_figure_leaves_the_evidence_to_be_confirmed(db: Session, world: World, sheet_id: int) -> None:
    take(db, world, sheet_id, "I.1")
    line = entry(db, sheet_id, "I.1")
    save_entry(db, world.actor("unit_officer"), loaded(db, sheet_id), code="I.1", data={"part": "1", "whole": "9"},
               version=line.version, now=now())  # fmt: skip
    assert entry(db, sheet_id, "I.1").taken_from is None
    assert lines_of(loaded(db, sheet_id))["I.1"].status is LineStatus.UNCONFIRMED

    document = load_evidence_to_change(db, entry(db, sheet_id, "I.1").citations[0].evidence_id)
    assert document is not None
    confirm_evidence(db, world.actor("unit_officer"), document, now=now())
    assert lines_of(loaded(db, sheet_id))["I.1"].status is LineStatus.DONE


def test_undo_takes_back_only_what_nobody_touched(db: Session, world: World, sheet_id: int) -> None:
    officer = world.actor("unit_officer")
    save_entry(db, officer, loaded(db, sheet_id), code="I.3", data=None, explanation="Của năm nay", now=now())
    take(db, world, sheet_id, "I.1", "I.3", "II.1", "II.2", explanations=True)
    confirm(db, officer, loaded(db, sheet_id), ["II.1"], now=now())
    line = entry(db, sheet_id, "II.2")
    save_entry(db, officer, loaded(db, sheet_id), code="II.2", data={"met": False}, version=line.version, now=now())
    assert undo_take_over(db, officer, loaded(db, sheet_id), now=now()) == 2

    found = {one.code: (one.data, one.explanation) for one in loaded(db, sheet_id).entries}
    assert found == {
        "I.1": (None, ""),
        "I.3": (None, "Của năm nay"),
        "II.1": ({"level": "Tốt"}, ""),
        "II.2": ({"met": False}, ""),
    }
    assert db.scalar(select(func.count()).select_from(Evidence).where(Evidence.sheet_id == sheet_id)) == 0
    assert db.scalar(select(func.count()).select_from(Citation).where(Citation.is_unconfirmed)) == 0


def test_undo_forgets_a_newer_file_that_is_on_its_way(db: Session, world: World, sheet_id: int) -> None:
    officer = world.actor("unit_officer")
    take(db, world, sheet_id, "I.1")
    sheet = loaded(db, sheet_id)
    document = load_evidence_to_change(db, db.scalars(select(Evidence.id).where(Evidence.sheet_id == sheet_id)).one())
    facts = {"file_name": "moi.pdf", "size": 100, "largest_mib": 1, "quota_mib": 1, "now": now()}
    start(db, officer, sheet, replaces=document, seen_version=1, **facts)
    undo_take_over(db, officer, loaded(db, sheet_id), now=now())

    assert db.scalars(select(Upload).where(Upload.sheet_id == sheet_id)).all() == []


def test_nothing_is_taken_over_into_a_sheet_that_is_on_its_way(db: Session, world: World, sheet_id: int) -> None:
    loaded(db, sheet_id).state = SheetState.SIGNING
    with pytest.raises(WrongState):
        take(db, world, sheet_id, "I.1")
