"""Drafts of criteria sets: opening, editing with everybody's changes kept apart, undoing. DESIGN 3, 8."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.orm import Session

from emulation import models
from emulation.domain import edits
from emulation.domain.criteria import CriteriaSet
from emulation.domain.drafts import EMPTY, HEAD, Draft, Edit, Kind, Node, Root, apply
from emulation.domain.outline import draft_of, replace_all
from emulation.errors import Invalid, Stale, WrongState
from emulation.models import DraftState
from emulation.services.actor import Actor
from emulation.services.criteria import value_of
from emulation.services.history import record
from emulation.words import N_, tidy_line

LONGEST_CODE = 80


class NodeStale(Stale):
    """Somebody changed the node since it was opened; `theirs` is how it stands now, None: it was dropped."""

    def __init__(self, theirs: Node, change: models.DraftChange | None) -> None:
        super().__init__(N_("Mục này vừa được người khác sửa."))
        self.theirs = theirs
        self.change = change


# ---- reading ----


def load_draft(db: Session, *, draft_id: int, **_more: Any) -> models.Draft | None:
    """The draft with this key."""
    return db.get(models.Draft, draft_id)


def load_draft_to_edit(db: Session, *, draft_id: int, **_more: Any) -> models.Draft | None:
    """The same, held until the end of the transaction, so that edits of one draft queue."""
    return db.scalar(select(models.Draft).where(models.Draft.id == draft_id).with_for_update(of=models.Draft))


def nodes_of(db: Session, row: models.Draft) -> Draft:
    """The draft as a value."""
    columns = models.DraftNode
    found = db.execute(
        select(
            columns.key, columns.kind, columns.fields, columns.root, columns.parent, columns.position, columns.version
        ).where(columns.draft_id == row.id)
    )
    nodes = {
        key: Node(key, Kind(kind), fields, Root(root), parent, position, version)
        for key, kind, fields, root, parent, position, version in found
    }
    return Draft(nodes, row.next_key)


@dataclass(frozen=True)
class Listed:
    """A draft in a list: what its head says, and when and by whom it was changed last."""

    row: models.Draft
    title: str
    edition: str
    last: models.DraftChange | None
    open_comments: int


def drafts_in(db: Session, states: Sequence[DraftState]) -> list[Listed]:
    """The drafts in these states, the one changed last first."""
    rows = db.execute(
        select(models.Draft, models.DraftNode.fields)
        .join(models.DraftNode, (models.DraftNode.draft_id == models.Draft.id) & (models.DraftNode.key == HEAD))
        .where(models.Draft.state.in_(states))
    ).all()
    if not rows:
        return []
    keys = [row.id for row, _ in rows]
    last = {
        change.draft_id: change
        for change in db.scalars(
            select(models.DraftChange)
            .join(models.Draft, models.Draft.id == models.DraftChange.draft_id)
            .where(models.DraftChange.draft_id.in_(keys), models.DraftChange.number == models.Draft.change_number)
        )
    }
    waiting: dict[int, int] = dict(
        db.execute(
            select(models.Comment.draft_id, func.count())
            .where(models.Comment.draft_id.in_(keys), models.Comment.outcome.is_(None))
            .group_by(models.Comment.draft_id)
        ).all()
    )
    listed = [
        Listed(row, _text(fields, "title"), _text(fields, "version"), last.get(row.id), waiting.get(row.id, 0))
        for row, fields in rows
    ]
    return sorted(listed, key=lambda one: one.last.at if one.last else one.row.made_at, reverse=True)


def _text(fields: Mapping[str, Any], name: str) -> str:
    value = fields.get(name)
    return value if isinstance(value, str) else ""


def changes_since(db: Session, row: models.Draft, number: int) -> list[models.DraftChange]:
    """The changes behind the `number`th, oldest first."""
    return list(
        db.scalars(
            select(models.DraftChange)
            .where(models.DraftChange.draft_id == row.id, models.DraftChange.number > number)
            .order_by(models.DraftChange.number)
        )
    )


def newest_changes(db: Session, row: models.Draft, *, count: int) -> list[models.DraftChange]:
    """The last changes, newest first."""
    return list(
        db.scalars(
            select(models.DraftChange)
            .where(models.DraftChange.draft_id == row.id)
            .order_by(models.DraftChange.number.desc())
            .limit(count)
        )
    )


# ---- opening ----


def create_draft(
    db: Session,
    actor: Actor,
    *,
    based_on: models.CriteriaSet | None = None,
    criteria: CriteriaSet | None = None,
    edition: str | None = None,
    now: datetime,
) -> models.Draft:
    """A new draft: of a published version, of a file that was read, or empty. `edition` is the version it will have.

    Raises:
        Invalid: the version is there already, or missing where another version is the start.
    """
    start = value_of(based_on) if based_on is not None else criteria
    draft = draft_of(start) if start is not None else EMPTY
    if based_on is not None:  # what its criteria replaced was said of the version before it
        for node in draft.criteria:
            fields = {name: value for name, value in node.fields.items() if name != "replaces"}
            draft = apply(draft, edits.set_fields(draft, node.key, fields))
    if start is not None:
        wanted = tidy_line(edition if edition is not None else start.version)
        if not wanted or len(wanted) > 40:
            raise Invalid(N_("Đặt tên phiên bản mới, nhiều nhất 40 ký tự, ví dụ 2022-2023."), "edition")
        if db.scalar(
            select(models.CriteriaSet.id).where(
                models.CriteriaSet.family == start.set, models.CriteriaSet.edition == wanted
            )
        ):
            raise Invalid(N_("Đã có phiên bản %(edition)s, hãy đặt tên khác."), "edition", edition=wanted)
        fields = dict(draft.head.fields)
        fields |= {"version": wanted, "title": str(fields["title"]).replace(start.version, wanted)}
        draft = apply(draft, edits.set_fields(draft, HEAD, fields))
    row = models.Draft(
        based_on_id=based_on.id if based_on is not None else _forerunner(db, start),
        next_key=draft.next_key,
        made_by_id=actor.user_id,
        made_at=now,
    )
    db.add(row)
    db.flush()
    db.execute(insert(models.DraftNode), [_stored(row, node) for node in draft.nodes.values()])
    title = _text(draft.head.fields, "title")
    record(db, actor, "create_draft", row, now=now, new={"title": title, "edition": draft.head.fields.get("version")})
    return row


def _forerunner(db: Session, start: CriteriaSet | None) -> int | None:
    """The newest published version of the family that a file belongs to: what the draft is compared with."""
    if start is None:
        return None
    return db.scalar(
        select(models.CriteriaSet.id)
        .where(models.CriteriaSet.family == start.set, models.CriteriaSet.published_at.is_not(None))
        .order_by(models.CriteriaSet.published_at.desc(), models.CriteriaSet.id.desc())
        .limit(1)
    )


def _stored(row: models.Draft, node: Node) -> dict[str, Any]:
    return {"draft_id": row.id, **plain(node)}


def plain(node: Node) -> dict[str, Any]:
    """A node as it is stored, in its row and in the changes."""
    return {
        "key": node.key,
        "kind": node.kind.value,
        "root": node.root.value,
        "parent": node.parent,
        "position": node.position,
        "fields": dict(node.fields),
        "version": node.version,
    }


def node_from(data: Mapping[str, Any] | None) -> Node | None:
    """The node that a change has stored."""
    if data is None:
        return None
    return Node(
        data["key"],
        Kind(data["kind"]),
        data["fields"],
        Root(data["root"]),
        data["parent"],
        data["position"],
        data["version"],
    )


# ---- editing ----


@dataclass
class Desk:
    """A draft opened by somebody: what every edit needs. `draft` is the value after the last edit."""

    db: Session
    actor: Actor
    row: models.Draft
    now: datetime
    draft: Draft

    @property
    def taken(self) -> set[str]:
        """The codes of the version that the draft is based on: a new criterion gets none of them."""
        if self.row.based_on is None:
            return set()
        start = value_of(self.row.based_on)
        return {*start.by_code, *start.section_by_code, *(ground.code for ground in start.exclusions)}

    def store(self, act: str, node: Node, edit: Edit, *, undoes: int | None = None) -> models.DraftChange | None:
        """Write an edit that was computed from `draft`; None where it changes nothing."""
        if not edit:
            return None
        db, row = self.db, self.row
        for change in edit:
            where = (models.DraftNode.draft_id == row.id, models.DraftNode.key == change.node.key)
            if change.after is None:
                db.execute(delete(models.DraftNode).where(*where))
            elif change.before is None:
                db.execute(insert(models.DraftNode), [_stored(row, change.after)])
            else:
                db.execute(update(models.DraftNode).where(*where).values(**plain(change.after)))
        self.draft = apply(self.draft, edit)
        row.next_key = self.draft.next_key
        row.change_number += 1
        line = models.DraftChange(
            draft_id=row.id,
            number=row.change_number,
            at=self.now,
            actor_id=self.actor.user_id,
            actor_name=self.actor.name,
            address=self.actor.address,
            act=act,
            node_key=node.key,
            code=node.code[:LONGEST_CODE],
            nodes=[
                {
                    "before": plain(one.before) if one.before else None,
                    "after": plain(one.after) if one.after else None,
                }
                for one in edit
            ],
            undoes=undoes,
        )
        db.add(line)
        db.flush()
        return line


def open_desk(db: Session, actor: Actor, row: models.Draft, *, now: datetime) -> Desk:
    """The draft, ready for an edit.

    Raises:
        WrongState: it is not being written.
    """
    if row.state != DraftState.WRITING:
        raise WrongState(N_("Chỉ sửa được bản dự thảo đang soạn. Bản này đang lấy ý kiến, đã công bố hoặc đã bỏ."))
    return Desk(db, actor, row, now, nodes_of(db, row))


def edit_fields(desk: Desk, key: int, fields: Mapping[str, Any], *, version: int) -> Node:
    """Save what somebody typed into the form of a node that they opened at `version`.

    The same content again is no change, whatever the version: an answer may have been lost on the way.

    Raises:
        NodeStale: somebody changed it since.
        Missing: somebody dropped it.
    """
    node = desk.draft.node(key)
    if dict(node.fields) == dict(fields):
        return node
    if node.version != version:
        raise NodeStale(node, _last_change_of(desk, key))
    desk.store("edit", node, edits.set_fields(desk.draft, key, fields))
    return desk.draft.node(key)


def _last_change_of(desk: Desk, key: int) -> models.DraftChange | None:
    return desk.db.scalar(
        select(models.DraftChange)
        .where(models.DraftChange.draft_id == desk.row.id, models.DraftChange.node_key == key)
        .order_by(models.DraftChange.number.desc())
        .limit(1)
    )


def add_node(desk: Desk, kind: Kind, *, root: Root, parent: int | None, after: int | None) -> Node:
    """A new node; see `edits.add`."""
    edit = edits.add(desk.draft, kind, root=root, parent=parent, after=after, taken=desk.taken)
    made = edit[-1].node
    desk.store("add", made, edit)
    return made


def move_node(desk: Desk, key: int, *, root: Root, parent: int | None, after: int | None) -> Node:
    """Put a node elsewhere; see `edits.move`."""
    node = desk.draft.node(key)
    desk.store("move", node, edits.move(desk.draft, key, root=root, parent=parent, after=after))
    return desk.draft.node(key)


def step_node(desk: Desk, key: int, *, down: bool) -> Node:
    """One place up or down; see `edits.step`."""
    node = desk.draft.node(key)
    desk.store("move", node, edits.step(desk.draft, key, down=down))
    return desk.draft.node(key)


def drop_node(desk: Desk, key: int) -> Node:
    """Take a node away; gives the node that is shown next: the one beside it, its section, or the head."""
    node = desk.draft.node(key)
    siblings = [one.key for one in desk.draft.siblings(node)]
    place = siblings.index(key) if key in siblings else 0
    rest = siblings[:place] + siblings[place + 1 :]
    desk.store("drop", node, edits.drop(desk.draft, key))
    if rest:
        return desk.draft.node(rest[min(place, len(rest) - 1)])
    return desk.draft.node(node.parent if node.parent is not None else HEAD)


def duplicate_node(desk: Desk, key: int) -> Node:
    """A copy behind it."""
    edit = edits.duplicate(desk.draft, key, taken=desk.taken)
    made = edit[-1].node
    desk.store("duplicate", made, edit)
    return made


def merge_nodes(desk: Desk, keys: Sequence[int]) -> Node:
    """One criterion in the place of several; see `edits.merge`."""
    edit = edits.merge(desk.draft, list(keys), taken=desk.taken)
    made = _made(edit)
    desk.store("merge", made, edit)
    return made


def merge_sections(desk: Desk, keys: Sequence[int]) -> Node:
    """One section in the place of several; see `edits.merge_sections`."""
    edit = edits.merge_sections(desk.draft, list(keys))
    first = next(node for node in desk.draft.in_order() if node.key in set(keys))
    desk.store("merge", first, edit)
    return desk.draft.node(first.key)


def split_section(desk: Desk, key: int, keys: Sequence[int]) -> Node:
    """A new section with a part of what one holds; see `edits.split_section`."""
    edit = edits.split_section(desk.draft, key, list(keys), taken=desk.taken)
    made = _made(edit)
    desk.store("split", made, edit)
    return made


def split_node(desk: Desk, key: int) -> Node:
    """Two criteria in the place of one; see `edits.split`."""
    edit = edits.split(desk.draft, key, taken=desk.taken)
    made = _made(edit)
    desk.store("split", made, edit)
    return made


def _made(edit: Edit) -> Node:
    """The first node that an edit makes."""
    return next(change.after for change in edit if change.before is None and change.after is not None)


def import_set(desk: Desk, criteria: CriteriaSet, *, number: int) -> int:
    """Make the draft say what a file says; how many nodes that changes. `number` is the change it was compared at.

    Raises:
        Stale: the draft was changed since the comparison.
    """
    if desk.row.change_number != number:
        raise Stale(N_("Bản dự thảo vừa có thay đổi khác. Xem lại so sánh rồi nhập lại."))
    edit = replace_all(desk.draft, criteria)
    desk.store("import", desk.draft.head, edit)
    return len(edit)
