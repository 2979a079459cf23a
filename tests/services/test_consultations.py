"""The life of a draft: consultation, comments and answers, publication, retiring."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from emulation.domain.drafts import HEAD, Kind, Root
from emulation.errors import Invalid, Missing, Stale, WrongState
from emulation.models import Comment, CriteriaSet, Draft, DraftState, History
from emulation.services import consultations as service
from emulation.services import drafts
from emulation.services.criteria import load_set, retire, value_of, versions
from emulation.services.new_periods import published_sets
from tests.world import World

NOW = datetime(2022, 7, 1, 2, 0, tzinfo=UTC)
UNTIL = NOW + timedelta(days=10)


@pytest.fixture
def row(db: Session, world: World) -> Draft:
    """A draft of the world's set."""
    based_on = db.scalars(select(CriteriaSet)).one()
    return drafts.create_draft(db, world.actor("department"), based_on=based_on, edition="2022-2023", now=NOW)


@pytest.fixture
def consulted(db: Session, world: World, row: Draft) -> Draft:
    """The same, open for comments."""
    service.open_consultation(db, world.actor("department"), row, until=UNTIL, now=NOW)
    return row


def break_it(db: Session, world: World, row: Draft) -> None:
    """An empty section, which no set may have."""
    desk = drafts.open_desk(db, world.actor("department"), row, now=NOW)
    drafts.add_node(desk, Kind.SECTION, root=Root.CORE, parent=None, after=None)


# ---- consultation ----


def test_consultation_opens_and_closes(db: Session, world: World, row: Draft) -> None:
    service.open_consultation(db, world.actor("department"), row, until=UNTIL, now=NOW)
    assert (row.state, row.consultation_until) == (DraftState.CONSULTATION, UNTIL)
    service.close_consultation(db, world.actor("department"), row, now=NOW)
    assert row.state == DraftState.WRITING
    with pytest.raises(WrongState):
        service.close_consultation(db, world.actor("department"), row, now=NOW)
    acts = db.scalars(select(History.act).where(History.thing == "drafts").order_by(History.id)).all()
    assert list(acts) == ["create_draft", "open_consultation", "close_consultation"]


@pytest.mark.parametrize("until", [None, NOW, NOW - timedelta(days=1)])
def test_consultation_needs_an_end_to_come(db: Session, world: World, row: Draft, until: datetime | None) -> None:
    with pytest.raises(Invalid) as refusal:
        service.open_consultation(db, world.actor("department"), row, until=until, now=NOW)
    assert refusal.value.field == "until"
    assert row.state == DraftState.WRITING


def test_draft_that_does_not_add_up_is_not_consulted_on(db: Session, world: World, row: Draft) -> None:
    break_it(db, world, row)
    with pytest.raises(service.Unpublishable):
        service.open_consultation(db, world.actor("department"), row, until=UNTIL, now=NOW)


def test_comments_are_seen_by_their_unit_alone(db: Session, world: World, consulted: Draft) -> None:
    for name in ("unit_officer", "unit_director", "other_officer"):
        service.comment(db, world.actor(name), consulted, key=2, text=f"Ý kiến của {name}", now=NOW)
    of_officer = service.comments_on(db, consulted, of=world.people["unit_officer"])
    assert [one.text for one in of_officer] == ["Ý kiến của unit_officer", "Ý kiến của unit_director"]
    assert len(service.comments_on(db, consulted)) == 3
    assert service.comments_on(db, consulted, of=world.people["member"]) == []


@pytest.mark.parametrize("text", ["", "  \n", "x" * (service.LONGEST_COMMENT + 1)])
def test_comment_says_something_and_not_too_much(db: Session, world: World, consulted: Draft, text: str) -> None:
    with pytest.raises(Invalid):
        service.comment(db, world.actor("unit_officer"), consulted, key=HEAD, text=text, now=NOW)


def test_comment_is_refused_after_its_time_outside_consultation_and_on_nothing(
    db: Session, world: World, consulted: Draft
) -> None:
    actor = world.actor("unit_officer")
    with pytest.raises(WrongState, match="hết hạn"):
        service.comment(db, actor, consulted, key=HEAD, text="Muộn", now=UNTIL + timedelta(seconds=1))
    with pytest.raises(Missing):
        service.comment(db, actor, consulted, key=999, text="Đâu?", now=NOW)
    service.close_consultation(db, world.actor("department"), consulted, now=NOW)
    with pytest.raises(WrongState):
        service.comment(db, actor, consulted, key=HEAD, text="Muộn", now=NOW)
    assert db.scalars(select(Comment)).all() == []


def test_answer_is_kept_with_what_was_answered_before(db: Session, world: World, consulted: Draft) -> None:
    one = service.comment(db, world.actor("unit_officer"), consulted, key=2, text="Nên bỏ.", now=NOW)
    db.flush()
    with pytest.raises(Invalid):
        service.answer(db, world.actor("department"), one, outcome="answered", text=" ", version=1, now=NOW)
    with pytest.raises(Invalid):
        service.answer(db, world.actor("department"), one, outcome="nothing", text="a", version=1, now=NOW)
    service.answer(db, world.actor("department"), one, outcome="answered", text="Vì luật yêu cầu.", version=1, now=NOW)
    db.flush()
    with pytest.raises(Stale):
        service.answer(db, world.actor("department"), one, outcome="adopted", text="", version=1, now=NOW)
    service.answer(db, world.actor("department"), one, outcome="adopted", text="", version=one.version, now=NOW)
    db.flush()
    lines = db.scalars(select(History).where(History.act == "answer_comment").order_by(History.id)).all()
    assert [(line.old, line.new) for line in lines] == [
        (None, {"outcome": "answered", "answer": "Vì luật yêu cầu."}),
        ({"outcome": "answered", "answer": "Vì luật yêu cầu."}, {"outcome": "adopted", "answer": ""}),
    ]


# ---- publishing ----


def test_published_draft_is_the_version_it_said(db: Session, world: World, row: Draft) -> None:
    found = service.publish_draft(db, world.actor("department"), row, number=0, now=NOW)
    assert (row.state, row.published_set_id) == (DraftState.PUBLISHED, found.id)
    assert (found.edition, found.published_at) == ("2022-2023", NOW)
    assert [one.code for one in value_of(found).all_criteria] == [one.code for one in world.criteria.all_criteria]
    assert found in published_sets(db)
    for act in (service.drop_draft, service.close_consultation, service.take_up_draft):
        with pytest.raises(WrongState):
            act(db, world.actor("department"), row, now=NOW)
    with pytest.raises(WrongState):
        service.publish_draft(db, world.actor("department"), row, number=0, now=NOW)


def test_publishing_what_does_not_add_up_is_refused_with_the_list(db: Session, world: World, row: Draft) -> None:
    break_it(db, world, row)
    with pytest.raises(service.Unpublishable) as refusal:
        service.publish_draft(db, world.actor("department"), row, number=1, now=NOW)
    assert len(refusal.value.faults) == 2  # the section is empty and has no title
    assert db.scalars(select(CriteriaSet)).one().edition == world.criteria.version


def test_publishing_what_somebody_has_edited_since_is_refused(db: Session, world: World, row: Draft) -> None:
    desk = drafts.open_desk(db, world.actor("department"), row, now=NOW)
    drafts.step_node(desk, 3, down=True)
    with pytest.raises(Stale):
        service.publish_draft(db, world.actor("department"), row, number=0, now=NOW)


def test_version_that_is_there_with_another_content_is_not_published_again(
    db: Session, world: World, row: Draft
) -> None:
    based_on = db.scalars(select(CriteriaSet)).one()
    twin = drafts.create_draft(db, world.actor("department"), based_on=based_on, edition="2022-2023", now=NOW)
    service.publish_draft(db, world.actor("department"), row, number=0, now=NOW)
    with pytest.raises(WrongState):  # the very same content: that draft is published already
        service.publish_draft(db, world.actor("department"), twin, number=0, now=NOW)
    desk = drafts.open_desk(db, world.actor("department"), twin, now=NOW)
    drafts.step_node(desk, 3, down=True)
    with pytest.raises(WrongState, match="nội dung khác"):
        service.publish_draft(db, world.actor("department"), twin, number=1, now=NOW)


def test_dropped_draft_can_be_taken_up_again(db: Session, world: World, row: Draft) -> None:
    service.drop_draft(db, world.actor("department"), row, now=NOW)
    assert row.state == DraftState.DROPPED
    service.take_up_draft(db, world.actor("department"), row, now=NOW)
    assert row.state == DraftState.WRITING


def test_retired_version_is_not_offered_for_new_periods_until_it_is_reinstated(db: Session, world: World) -> None:
    row = db.scalars(select(CriteriaSet)).one()
    assert load_set(db, set_id=row.id) is row
    assert [(one.row, [period.code for period in one.periods]) for one in versions(db)] == [(row, ["2021-2022"])]
    retire(db, world.actor("department"), row, retired=True, now=NOW)
    assert published_sets(db) == []
    with pytest.raises(WrongState):
        retire(db, world.actor("department"), row, retired=True, now=NOW)
    retire(db, world.actor("department"), row, retired=False, now=NOW)
    assert published_sets(db) == [row]
