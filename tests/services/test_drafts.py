"""Drafts in the database: opening, editing by several people, undoing, importing."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from emulation.config import ROOT
from emulation.domain import criteria as domain
from emulation.domain.drafts import HEAD, Kind, Node, Root
from emulation.domain.outline import read
from emulation.errors import Invalid, Missing, Stale, WrongState
from emulation.models import CriteriaSet, Draft, DraftChange, DraftNode, DraftState, Role, User
from emulation.services import drafts as service
from emulation.services.actor import Actor
from emulation.services.criteria import publish
from emulation.services.draft_undo import can_undo, redo, undo
from emulation.services.drafts import Desk
from tests.world import World, person

NOW = datetime(2022, 7, 1, 2, 0, tzinfo=UTC)
LEAN = Path(ROOT / "criteria" / "so-gddt-2021-2022.yaml")


@pytest.fixture
def row(db: Session, world: World) -> Draft:
    """A draft of the world's set."""
    based_on = db.scalars(select(CriteriaSet)).one()
    return service.create_draft(db, world.actor("department"), based_on=based_on, edition="2022-2023", now=NOW)


@pytest.fixture
def colleague(db: Session, world: World) -> Actor:
    """A second officer of the department."""
    someone = person("colleague", Role.DEPARTMENT)
    db.add(someone)
    db.flush()
    return Actor(someone)


def desk_of(db: Session, world: World, row: Draft, actor: Actor | None = None) -> Desk:
    return service.open_desk(db, actor or world.actor("department"), row, now=NOW)


def node(desk: Desk, code: str) -> Node:
    return next(one for one in desk.draft.nodes.values() if one.code == code)


def edit(desk: Desk, code: str, **fields: str) -> Node:
    """Change fields of a node as somebody who has just opened it."""
    one = node(desk, code)
    return service.edit_fields(desk, one.key, {**one.fields, **fields}, version=one.version)


def order(desk: Desk) -> list[str]:
    return [one.code for one in desk.draft.in_order()]


# ---- opening ----


def test_draft_of_a_version_says_what_it_says_under_its_own_name(db: Session, world: World, row: Draft) -> None:
    criteria = read(service.nodes_of(db, row)).criteria
    assert criteria is not None
    assert criteria.version == "2022-2023"
    assert [one.code for one in criteria.all_criteria] == [one.code for one in world.criteria.all_criteria]
    assert row.based_on is not None
    assert row.based_on.edition == world.criteria.version


def test_draft_of_a_file_is_compared_with_the_newest_version_of_its_family(db: Session, world: World) -> None:
    actor = world.actor("department")
    own = domain.load(LEAN.read_bytes())
    stranger = service.create_draft(db, actor, criteria=own, now=NOW)
    assert stranger.based_on is None
    same = world.criteria.model_copy(update={"version": "khác"})
    assert (
        service.create_draft(db, actor, criteria=same, now=NOW).based_on_id == db.scalars(select(CriteriaSet.id)).one()
    )


def test_empty_draft_has_a_head_and_says_what_is_missing(db: Session, world: World) -> None:
    row = service.create_draft(db, world.actor("department"), now=NOW)
    draft = service.nodes_of(db, row)
    assert list(draft.nodes) == [HEAD]
    assert {fault.field for fault in read(draft).of(HEAD)} == {"title", "version", "sections"}


@pytest.mark.parametrize("edition", ["", "  ", "x" * 41])
def test_draft_needs_a_name_for_its_version(db: Session, world: World, edition: str) -> None:
    based_on = db.scalars(select(CriteriaSet)).one()
    with pytest.raises(Invalid) as refusal:
        service.create_draft(db, world.actor("department"), based_on=based_on, edition=edition, now=NOW)
    assert refusal.value.field == "edition"


def test_draft_of_a_version_that_is_published_already_is_refused(db: Session, world: World) -> None:
    with pytest.raises(Invalid, match="Đã có phiên bản"):
        service.create_draft(db, world.actor("department"), criteria=world.criteria, now=NOW)


def test_draft_of_a_version_forgets_what_that_version_replaced(db: Session, world: World) -> None:
    """Said again of the new version, it would name codes of two versions before."""
    data = world.criteria.model_dump(by_alias=True)
    data["version"] = "2022-2023"
    data["sections"][0]["criteria"][0]["replaces"] = ["C.1"]
    row = publish(db, world.actor("department"), domain.CriteriaSet.model_validate(data), now=NOW)
    draft = service.create_draft(db, world.actor("department"), based_on=row, edition="2023-2024", now=NOW)
    assert all("replaces" not in one.fields for one in service.nodes_of(db, draft).criteria)


# ---- editing ----


def test_edit_is_stored_with_what_was_and_what_is(db: Session, world: World, row: Draft) -> None:
    edit(desk_of(db, world, row), "I.1", title="Tên mới")
    db.expire_all()
    assert node(desk_of(db, world, row), "I.1").title == "Tên mới"
    change = db.scalars(select(DraftChange)).one()
    assert (change.number, change.act, change.code, change.actor_name) == (1, "edit", "I.1", "Department")
    before, after = change.nodes[0]["before"], change.nodes[0]["after"]
    assert (before["fields"]["title"], after["fields"]["title"]) == (world.criteria.by_code["I.1"].title, "Tên mới")
    assert (before["version"], after["version"]) == (1, 2)


def test_edit_that_changes_nothing_is_no_change(db: Session, world: World, row: Draft) -> None:
    edit(desk_of(db, world, row), "I.1")
    assert row.change_number == 0


def test_second_editor_of_the_same_node_is_told_and_nothing_is_lost(
    db: Session, world: World, row: Draft, colleague: Actor
) -> None:
    mine, theirs = desk_of(db, world, row), desk_of(db, world, row, colleague)
    opened = node(mine, "I.1")
    edit(theirs, "I.1", title="Của đồng nghiệp")
    late = desk_of(db, world, row)
    with pytest.raises(service.NodeStale) as refusal:
        service.edit_fields(late, opened.key, {**opened.fields, "title": "Của tôi"}, version=opened.version)
    assert refusal.value.theirs.title == "Của đồng nghiệp"
    assert refusal.value.change is not None
    assert refusal.value.change.actor_name == "Colleague"
    assert node(desk_of(db, world, row), "I.1").title == "Của đồng nghiệp"


def test_same_answer_sent_twice_is_no_conflict(db: Session, world: World, row: Draft) -> None:
    desk = desk_of(db, world, row)
    opened = node(desk, "I.1")
    for _ in range(2):
        service.edit_fields(desk, opened.key, {**opened.fields, "title": "Tên mới"}, version=opened.version)
    assert row.change_number == 1


def test_editors_of_different_nodes_do_not_meet(db: Session, world: World, row: Draft, colleague: Actor) -> None:
    edit(desk_of(db, world, row), "I.1", title="Của tôi")
    edit(desk_of(db, world, row, colleague), "I.2", title="Của đồng nghiệp")
    draft = desk_of(db, world, row)
    assert (node(draft, "I.1").title, node(draft, "I.2").title) == ("Của tôi", "Của đồng nghiệp")


def test_new_criterion_takes_no_code_of_the_version_before(db: Session, world: World, row: Draft) -> None:
    desk = desk_of(db, world, row)
    section = node(desk, "I")
    last = node(desk, "I.3")
    service.drop_node(desk, last.key)
    made = service.add_node(desk, Kind.CRITERION, root=Root.CORE, parent=section.key, after=None)
    assert made.code == "I.4"


def test_key_of_a_dropped_node_is_not_used_again(db: Session, world: World, row: Draft) -> None:
    desk = desk_of(db, world, row)
    made = service.add_node(desk, Kind.SECTION, root=Root.CORE, parent=None, after=None)
    service.drop_node(desk, made.key)
    db.expire_all()
    again = service.add_node(desk_of(db, world, row), Kind.SECTION, root=Root.CORE, parent=None, after=None)
    assert again.key == made.key + 1


def test_acts_on_a_tree_are_stored(db: Session, world: World, row: Draft) -> None:
    desk = desk_of(db, world, row)
    service.step_node(desk, node(desk, "I.1").key, down=True)
    service.move_node(desk, node(desk, "I.2").key, root=Root.CORE, parent=node(desk, "II").key, after=None)
    service.duplicate_node(desk, node(desk, "I.3").key)
    service.split_node(desk, node(desk, "II.2").key)
    service.merge_nodes(desk, [node(desk, "II.1").key, node(desk, "II.3").key])
    db.expire_all()
    assert order(desk_of(db, world, row)) == order(desk)
    assert sorted(db.scalars(select(DraftNode.key).where(DraftNode.draft_id == row.id))) == sorted(desk.draft.nodes)
    assert list(db.scalars(select(DraftChange.act).order_by(DraftChange.number))) == [
        "move", "move", "duplicate", "split", "merge"
    ]  # fmt: skip


def test_drop_leads_on_to_the_neighbour_then_to_the_section(db: Session, world: World, row: Draft) -> None:
    desk = desk_of(db, world, row)
    assert service.drop_node(desk, node(desk, "III.2").key).code == "III.1"
    assert service.drop_node(desk, node(desk, "III.1").key).code == "III"
    assert service.drop_node(desk, node(desk, "I.2").key).code == "I.3"
    assert service.drop_node(desk, node(desk, "I.3").key).code == "I.1"
    with pytest.raises(Missing):
        service.drop_node(desk, 999)


@pytest.mark.parametrize("state", [DraftState.CONSULTATION, DraftState.DROPPED])
def test_draft_that_is_not_being_written_refuses_edits(
    db: Session, world: World, row: Draft, state: DraftState
) -> None:
    row.consultation_until = NOW
    row.state = state
    with pytest.raises(WrongState):
        desk_of(db, world, row)


# ---- undoing ----


def test_undo_takes_back_own_changes_one_after_another_and_redo_does_them_again(
    db: Session, world: World, row: Draft, colleague: Actor
) -> None:
    desk = desk_of(db, world, row)
    first = node(desk, "I.1").title
    edit(desk, "I.1", title="Một")
    edit(desk, "I.1", title="Hai")
    edit(desk_of(db, world, row, colleague), "I.2", title="Của đồng nghiệp")

    def step(verb: object) -> str:
        desk = desk_of(db, world, row)
        verb(desk)  # type: ignore[operator]  # undo or redo
        return node(desk_of(db, world, row), "I.1").title

    assert [step(undo), step(undo), step(redo), step(redo), step(undo)] == ["Một", first, "Một", "Hai", "Một"]
    assert node(desk_of(db, world, row), "I.2").title == "Của đồng nghiệp"


def test_new_change_clears_what_could_be_done_again(db: Session, world: World, row: Draft) -> None:
    me = world.people["department"].id
    desk = desk_of(db, world, row)
    assert can_undo(db, row, me) == (False, False)
    edit(desk, "I.1", title="Một")
    undo(desk)
    assert can_undo(db, row, me) == (False, True)
    edit(desk, "I.2", title="Hai")
    assert can_undo(db, row, me) == (True, False)
    assert redo(desk) is None


def test_undo_where_a_colleague_has_changed_the_node_is_refused(
    db: Session, world: World, row: Draft, colleague: Actor
) -> None:
    edit(desk_of(db, world, row), "I.1", title="Của tôi")
    edit(desk_of(db, world, row, colleague), "I.1", title="Của đồng nghiệp")
    with pytest.raises(Stale, match="đã được sửa sau đó"):
        undo(desk_of(db, world, row))
    assert node(desk_of(db, world, row), "I.1").title == "Của đồng nghiệp"


# ---- importing ----


def test_import_replaces_the_draft_and_can_be_undone(db: Session, world: World, row: Draft) -> None:
    criteria = domain.load(LEAN.read_bytes())
    desk = desk_of(db, world, row)
    before = read(desk.draft).criteria
    assert service.import_set(desk, criteria, number=0) > 0
    after = read(service.nodes_of(db, row)).criteria
    assert after is not None
    assert after.sha256 == criteria.sha256
    undo(desk_of(db, world, row))
    assert read(service.nodes_of(db, row)).criteria == before


def test_import_after_somebody_else_has_edited_is_refused(db: Session, world: World, row: Draft) -> None:
    desk = desk_of(db, world, row)
    edit(desk, "I.1", title="Khác")
    with pytest.raises(Stale):
        service.import_set(desk, domain.load(LEAN.read_bytes()), number=0)


def test_list_tells_the_last_change_and_open_comments(db: Session, world: World, row: Draft) -> None:
    later = service.create_draft(db, world.actor("department"), now=NOW.replace(hour=3))
    edit(service.open_desk(db, world.actor("department"), row, now=NOW.replace(hour=4)), "I.1", title="Khác")
    listed = service.drafts_in(db, [DraftState.WRITING])
    assert [one.row.id for one in listed] == [row.id, later.id]
    assert (listed[0].edition, listed[0].last is not None, listed[1].last) == ("2022-2023", True, None)
    assert isinstance(db.get(User, row.made_by_id), User)
