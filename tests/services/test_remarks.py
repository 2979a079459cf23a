"""What people of a unit say to each other about a row: kept, answered, resolved, and never outside the unit."""

from __future__ import annotations

import unicodedata

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from emulation.config import Settings
from emulation.errors import Invalid
from emulation.models import History, Remark
from emulation.services.remarks import (
    LONGEST_REMARK,
    Count,
    answer,
    counts_of,
    remark,
    reopen,
    resolve,
    threads_of,
)
from emulation.services.submissions import fingerprint
from tests.filling import fill, loaded, now
from tests.world import World

TEXT = "Số này chưa khớp báo cáo."


def said(db: Session, world: World, code: str = "I.1", text: str = TEXT) -> Remark:
    made = remark(db, world.actor("unit_officer"), loaded(db, world), code=code, text=text, now=now())
    db.commit()
    return made


def test_threads_hold_their_answers_in_order_and_may_be_resolved_and_opened_again(db: Session, world: World) -> None:
    second = said(db, world, code="II.1")
    first = said(db, world, code="I.1")
    officer, director = world.actor("unit_officer"), world.actor("unit_director")
    reply = answer(db, director, first, text="Trang 6.", now=now(1))
    answer(db, officer, reply, text="Đã sửa.", now=now(2))  # to an answer: the same flat thread
    at = now(3)
    resolve(db, director, first, now=at)
    resolve(db, officer, first, now=now(4))  # already done: no change

    sheet = loaded(db, world)
    threads = threads_of(db, sheet)
    assert [(one.code, one.first.text, [said.text for said in one.answers], one.resolved_by) for one in threads] == [
        ("I.1", TEXT, ["Trang 6.", "Đã sửa."], "Unit director"),
        ("II.1", TEXT, [], None),
    ]
    assert threads[0].resolved_at == at
    assert counts_of(db, sheet) == {"I.1": Count(0, 1), "II.1": Count(1, 1)}
    assert [one.first.id for one in threads_of(db, sheet, only_open=True)] == [second.id]
    assert [one.code for one in threads_of(db, sheet, code="I.1")] == ["I.1"]

    reopen(db, officer, first, now=now(5))
    assert counts_of(db, loaded(db, world))["I.1"] == Count(1, 1)


def test_answers_are_neither_open_nor_done(db: Session, world: World) -> None:
    reply = answer(db, world.actor("unit_officer"), said(db, world), text="Trang 6.", now=now())
    for act in (resolve, reopen):
        with pytest.raises(Invalid):
            act(db, world.actor("unit_officer"), reply, now=now())


@pytest.mark.parametrize("text", ["", "  \n\t ", "x" * (LONGEST_REMARK + 1)])
def test_text_that_is_empty_or_too_long_is_refused(db: Session, world: World, text: str) -> None:
    with pytest.raises(Invalid) as refused:
        said(db, world, text=text)
    assert refused.value.field == "text"


def test_text_is_kept_composed_and_of_the_longest_length(db: Session, world: World) -> None:
    decomposed = unicodedata.normalize("NFD", "ế" * LONGEST_REMARK)
    assert said(db, world, text=f" {decomposed}\r\n").text == "ế" * LONGEST_REMARK


def test_remark_on_a_criterion_that_does_not_exist_is_refused(db: Session, world: World) -> None:
    with pytest.raises(Invalid, match="mã “IX”"):
        said(db, world, code="IX")


def test_history_keeps_that_it_was_said_and_never_the_words(db: Session, world: World) -> None:
    first = said(db, world)
    answer(db, world.actor("unit_director"), first, text=TEXT, now=now())
    resolve(db, world.actor("unit_director"), first, now=now())
    reopen(db, world.actor("unit_director"), first, now=now())
    db.commit()

    rows = db.execute(
        select(History.act, History.place, History.old, History.new)
        .where(History.unit_id == world.units["34"].id)
        .order_by(History.id)
    ).all()
    acts = ("remark", "answer_remark", "resolve_remark", "reopen_remark")
    assert [tuple(row) for row in rows] == [(act, "I.1", None, None) for act in acts]


def test_remarks_are_no_part_of_what_is_submitted(db: Session, world: World, settings: Settings) -> None:
    before = fingerprint(fill(db, world, settings))
    said(db, world)
    assert fingerprint(loaded(db, world)) == before
