"""The editor of a draft: one node open at a time, saved as it is typed, everybody's changes seen, undo."""

from __future__ import annotations

import re
from typing import Any

from flask import current_app, flash, jsonify, redirect, render_template, request, url_for

from emulation.access import READERS, Permission, may
from emulation.domain.drafts import HEAD, Kind, Node, Root
from emulation.errors import Invalid
from emulation.models import Draft, DraftState
from emulation.services import drafts as service
from emulation.services.consultations import comments_on
from emulation.services.draft_undo import can_undo, redo, undo
from emulation.services.drafts import Desk, NodeStale, load_draft, load_draft_to_edit
from emulation.web import session as current
from emulation.web.area import Area
from emulation.web.display import say as _
from emulation.web.display import (
    show_datetime,
    show_time,
)
from emulation.web.draft_forms import errors_of, fields_from, form_of, rows_posted
from emulation.web.draft_specs import rule_kind, specs_of
from emulation.web.draft_view import (
    DraftView,
    additions_of,
    burden_view,
    change_words,
    checks_of,
    heading,
    history_rows,
    mergeable,
    node_diff,
    places_of,
    tree_of,
    words_of,
)
from emulation.web.failures import wants_json
from emulation.web.numbers import whole_number
from emulation.web.trials import trial_of
from emulation.words import N_

area = Area("drafts", __name__)
NEWEST, SHOWN = 40, 8  # changes read, and lines shown of them: the same act in a row is one line


def _key(name: str) -> int | None:
    """The key of a node, or another small number, that the address or the form gives."""
    return whole_number(request.values.get(name), None)


# ---- the page ----


@area.get("/drafts/<int:draft_id>", allow=Permission.READ_DRAFT, load=load_draft)
def editor(row: Draft) -> Any:
    """The draft with one node open: to edit it, or to read it."""
    return page(row)


def page(row: Draft, *, conflict: dict[str, Any] | None = None, typed: Node | None = None) -> Any:
    """The editor. `conflict` and `typed` of a refused save: what was typed stays in the form."""
    db, person = current.db(), current.user()
    assert person is not None
    draft = service.nodes_of(db, row)
    key = typed.key if typed is not None else _key("node") or HEAD
    view = DraftView(row, draft, key if key in draft.nodes else HEAD)
    if request.args.get("node") and key not in draft.nodes:
        flash(_("Mục này không còn trong bản dự thảo: có thể người khác vừa bỏ."), "wait")
    edits = may(person, Permission.EDIT_CRITERIA) and row.state == DraftState.WRITING
    shown = typed or view.node
    form, tables = form_of(shown, draft)
    form.tell(errors_of(view.reading.of(shown.key), form))
    undoable, redoable = can_undo(db, row, person.id) if edits else (False, False)
    all_comments = READERS(person, row)  # a unit sees its own
    comments = [
        one for one in comments_on(db, row, of=None if all_comments else person) if one.node_key == view.node.key
    ]
    changes = service.newest_changes(db, row, count=NEWEST)
    return render_template(
        "drafts/editor.html",
        row=row,
        view=view,
        node=view.node,
        heading=heading(view.node),
        edits=edits,
        form=form,
        tables=tables,
        specs=specs_of(shown.kind, rule_kind(shown.fields)),
        kind_of_rule=rule_kind(shown.fields),
        tree=tree_of(view),
        additions=additions_of(view),
        places=places_of(view) if edits else [],
        others=mergeable(view),
        children=draft.children(view.node.root, view.node.key) if view.node.kind is Kind.SECTION else [],
        checks=checks_of(view) if edits else [],
        reading=[(label, words) for label, words in words_of(view.node, draft).items() if words],
        faults=len(view.reading.faults),
        burden=burden_view(view),
        diff=node_diff(view),
        trial=trial_of(view),
        conflict=conflict,
        undoable=undoable,
        redoable=redoable,
        comments=comments,
        may_comment=may(person, Permission.COMMENT_DRAFT, row),
        history=history_rows(changes)[:SHOWN] if all_comments else [],
        saved_at=show_time(changes[0].at) if changes else None,
    )


# ---- saving ----


def _desk(row: Draft) -> Desk:
    return service.open_desk(current.db(), current.actor(), row, now=current.now())


@area.post("/drafts/<int:draft_id>/nodes/<int:key>", allow=Permission.EDIT_CRITERIA, load=load_draft_to_edit)
def save(row: Draft) -> Any:
    """Save the form of a node: for a script with what the page must show anew, else back to the page."""
    key = int((request.view_args or {})["key"])
    desk = _desk(row)
    before = desk.draft.node(key)
    fields = fields_from(before, request.form)
    try:
        node = service.edit_fields(desk, key, fields, version=_key("version") or 0)
    except NodeStale as stale:
        return _stale(row, stale, Node(key, before.kind, fields, before.root, before.parent, before.position))
    if wants_json():
        return _saved(desk, before, node)
    flash(_("Đã lưu %(what)s.", what=heading(node)), "ok")
    return _back(row, key)


def _back(row: Draft, key: int) -> Any:
    return redirect(url_for("drafts.editor", draft_id=row.id, node=key or None), 303)


def _parts() -> Any:
    return current_app.jinja_env.get_template("drafts/parts.html").module


def _saved(desk: Desk, before: Node, node: Node) -> Any:
    """What the page must show anew after a save; what is still wrong stands beside its fields."""
    view = DraftView(desk.row, desk.draft, node.key)
    form, tables = form_of(node, desk.draft)
    errors = errors_of(view.reading.of(node.key), form)
    fragments = fragments_of(view, desk.row)
    kind = rule_kind(node.fields)
    if node.kind is Kind.CRITERION and kind != rule_kind(before.fields):
        form.tell(errors)
        fragments["rule-params"] = _parts().rule_params(form, tables, specs_of(node.kind, kind), kind)
    else:
        errors = _renamed(node, errors)
    return jsonify(
        saved_at=show_time(current.now()),
        version=node.version,
        number=desk.row.change_number,
        own=True,  # tree, title and differences are those of this node's page
        errors={name: " ".join(sentences) for name, sentences in errors.items()},
        fragments={name: str(html) for name, html in fragments.items()},
    )


def _renamed(node: Node, errors: dict[str, list[str]]) -> dict[str, list[str]]:
    """The errors under the names that the page has: there a row that was taken out or left empty still counts."""
    found = dict(errors)
    for spec in specs_of(node.kind, rule_kind(node.fields)):
        if spec.kind in ("table", "ranking"):
            for i, row in reversed(list(enumerate(rows_posted(spec, request.form)))):
                for name in [name for name in found if re.fullmatch(rf"{re.escape(spec.name)}-{i}(-\w+)?", name)]:
                    found[row + name.removeprefix(f"{spec.name}-{i}")] = found.pop(name)
    return found


def fragments_of(view: DraftView, row: Draft) -> dict[str, Any]:
    """Everything around the form that a change moves."""
    parts = _parts()
    person = current.user()
    undoable, redoable = can_undo(current.db(), row, person.id) if person else (False, False)
    return {
        "draft-tree": parts.tree(tree_of(view)),
        "draft-checks": parts.checks(checks_of(view), len(view.reading.faults)),
        "draft-burden": parts.burden(burden_view(view)),
        "node-title": parts.title(heading(view.node)),
        "node-diff": parts.diff(node_diff(view), view.row),
        "draft-undo": parts.undo(view.row.id, view.node.key, undoable, redoable),
    }


def _stale(row: Draft, stale: NodeStale, typed: Node) -> Any:
    draft = service.nodes_of(current.db(), row)
    mine, theirs = form_of(typed, draft)[0], form_of(stale.theirs, draft)[0]
    labels = {one.name: one.label.text for form in (theirs, mine) for one in form}
    values = [
        {one.name: str(one.data if not isinstance(one.data, bool) else _("có") if one.data else "") for one in form}
        for form in (mine, theirs)
    ]
    conflict = {
        "who": stale.change.actor_name if stale.change else _("người khác"),
        "when": show_datetime(stale.change.at) if stale.change else "–",
        "rows": [
            {"label": label, "mine": values[0].get(name), "theirs": values[1].get(name)}
            for name, label in labels.items()
            if values[0].get(name, "") != values[1].get(name, "")
        ],
        "version": stale.theirs.version,
        "href": url_for("drafts.editor", draft_id=row.id, node=typed.key or None),
    }
    if wants_json():
        return jsonify(html=_parts().both(conflict)), stale.status
    return page(row, conflict=conflict, typed=typed), stale.status


# ---- changing the tree ----


@area.post("/drafts/<int:draft_id>/add", allow=Permission.EDIT_CRITERIA, load=load_draft_to_edit)
def add(row: Draft) -> Any:
    """A new section, criterion or ground."""
    kind, root = _one_of(Kind, "kind"), _one_of(Root, "root")
    node = service.add_node(_desk(row), kind, root=root, parent=_key("parent"), after=_key("after"))
    return _back(row, node.key)


def _one_of(values: Any, name: str) -> Any:
    try:
        return values(request.form.get(name, ""))
    except ValueError as error:
        raise Invalid(N_("Yêu cầu không đọc được."), name) from error


def _node_key() -> int:
    return int((request.view_args or {})["key"])


@area.post("/drafts/<int:draft_id>/nodes/<int:key>/move", allow=Permission.EDIT_CRITERIA, load=load_draft_to_edit)
def move(row: Draft) -> Any:
    """Up, down, or to a place: `place` is "core-3", the list and the section; `after` the neighbour in front."""
    desk, key = _desk(row), _node_key()
    way = request.form.get("way")
    if way in ("up", "down"):
        service.step_node(desk, key, down=way == "down")
        return _back(row, key)
    name, _dash, parent = request.form.get("place", "").partition("-")
    try:
        root = Root(name)
    except ValueError as error:
        raise Invalid(N_("Chọn nơi chuyển đến."), "place") from error
    home = whole_number(parent, None)
    after = _key("after")
    if after is None and not request.form.get("first"):  # to the end
        siblings = [one for one in desk.draft.children(root, home) if one.key != key]
        after = siblings[-1].key if siblings else None
    service.move_node(desk, key, root=root, parent=home, after=after)
    return _back(row, key)


@area.post("/drafts/<int:draft_id>/nodes/<int:key>/drop", allow=Permission.EDIT_CRITERIA, load=load_draft_to_edit)
def drop(row: Draft) -> Any:
    """Take a node away; undo brings it back."""
    desk, key = _desk(row), _node_key()
    what, inside = heading(desk.draft.node(key)), len(desk.draft.below(key))
    shown = service.drop_node(desk, key)
    if inside:
        flash(_("Đã bỏ %(what)s cùng %(n)s mục bên trong. Bấm Hoàn tác nếu bỏ nhầm.", what=what, n=inside), "ok")
    else:
        flash(_("Đã bỏ %(what)s. Bấm Hoàn tác nếu bỏ nhầm.", what=what), "ok")
    return _back(row, shown.key)


@area.post("/drafts/<int:draft_id>/nodes/<int:key>/duplicate", allow=Permission.EDIT_CRITERIA, load=load_draft_to_edit)
def duplicate(row: Draft) -> Any:
    """A copy behind it."""
    return _back(row, service.duplicate_node(_desk(row), _node_key()).key)


@area.post("/drafts/<int:draft_id>/nodes/<int:key>/split", allow=Permission.EDIT_CRITERIA, load=load_draft_to_edit)
def split(row: Draft) -> Any:
    """Two criteria in its place."""
    node = service.split_node(_desk(row), _node_key())
    flash(_("Đã tách thành hai tiêu chí, mỗi tiêu chí một nửa số điểm. Sửa tên và cách chấm của từng tiêu chí."), "ok")
    return _back(row, node.key)


@area.post("/drafts/<int:draft_id>/merge", allow=Permission.EDIT_CRITERIA, load=load_draft_to_edit)
def merge(row: Draft) -> Any:
    """One criterion in the place of those that were chosen; from a section's page also a new section for them."""
    keys, desk = _chosen(), _desk(row)
    section = _key("split")
    if section is not None:
        node = service.split_section(desk, section, keys)
        flash(_("Đã tách thành lĩnh vực mới. Sửa tên và hệ số của lĩnh vực này."), "ok")
    elif keys and desk.draft.node(keys[0]).kind is Kind.SECTION:
        node = service.merge_sections(desk, keys)
        flash(_("Đã gộp lĩnh vực. Tên và hệ số lấy từ lĩnh vực đầu, hãy xem lại."), "ok")
    else:
        node = service.merge_nodes(desk, keys)
        flash(_("Đã gộp. Cách chấm và điểm tối đa lấy từ tiêu chí đầu, hãy xem lại."), "ok")
    return _back(row, node.key)


def _chosen() -> list[int]:
    return [key for key in (whole_number(text, None) for text in request.form.getlist("keys")) if key is not None]


@area.post("/drafts/<int:draft_id>/undo", allow=Permission.EDIT_CRITERIA, load=load_draft_to_edit)
def take_back(row: Draft) -> Any:
    """Undo or redo the last change of this person."""
    again = request.form.get("way") == "redo"
    desk = _desk(row)
    change = redo(desk) if again else undo(desk)
    if change is None:
        flash(_("Không còn gì để làm lại.") if again else _("Không còn gì để hoàn tác."), "wait")
        return _back(row, _key("node") or HEAD)
    what = change.code or _("Quy định chung")
    flash(_("Đã làm lại ở %(what)s.", what=what) if again else _("Đã hoàn tác ở %(what)s.", what=what), "ok")
    return _back(row, change.node_key if change.node_key in desk.draft.nodes else HEAD)


# ---- what others do ----


@area.get("/drafts/<int:draft_id>/news", allow=Permission.EDIT_CRITERIA, load=load_draft)
def news(row: Draft) -> Any:
    """For a script that asks now and then: who changed what since, and what the page must show anew.

    `version` is that of the open node on the page; `touched` says that the node is another by now, or gone.
    """
    since, key = _key("since") or 0, _key("node") or HEAD
    changes = service.changes_since(current.db(), row, since)
    if not changes:
        return jsonify(number=row.change_number)
    draft = service.nodes_of(current.db(), row)
    view = DraftView(row, draft, key if key in draft.nodes else HEAD)
    person = current.user()
    others = [change for change in changes if person is None or change.actor_id != person.id]
    last = (others or changes)[-1]  # one's own may be there too: another's came between opening and saving
    return jsonify(
        number=row.change_number,
        sentence=_("%(who)s vừa %(what)s.", who=last.actor_name, what=change_words(last)),
        touched=key not in draft.nodes or draft.nodes[key].version != _key("version"),
        fragments={name: str(html) for name, html in fragments_of(view, row).items() if name != "node-title"},
    )


# ---- trying a rule ----


@area.get("/drafts/<int:draft_id>/trial", allow=Permission.READ_DRAFT, load=load_draft)
def trial(row: Draft) -> Any:
    """For a script: what a unit gets that declares these figures."""
    draft = service.nodes_of(current.db(), row)
    key = _key("node") or HEAD
    view = DraftView(row, draft, key if key in draft.nodes else HEAD)
    return jsonify(fragments={"trial": str(_parts().trial(trial_of(view), row.id, view.node.key))})
