"""A draft as its editor shows it: tree, checks, burden, what a node changed, in words. No request."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby
from typing import Any

from flask import url_for

from emulation.domain.advice import advice, bases, most_points
from emulation.domain.burden import Burden, burden, burden_of, grown, measures
from emulation.domain.criteria import CriteriaSet, Criterion
from emulation.domain.drafts import HEAD, Draft, Kind, Node, Root
from emulation.domain.outline import Fault, Reading, criteria_of, draft_of, read
from emulation.models import Draft as DraftRow
from emulation.models import DraftChange
from emulation.services.criteria import value_of
from emulation.services.names import owners, tag_name
from emulation.web.display import say as _
from emulation.web.display import show_datetime, show_figure, show_phrase
from emulation.web.draft_forms import field_of, form_of, said
from emulation.words import MINUS, N_

MOST_FAULTS = 12
ROOT_NAMES = {
    Root.BONUS: (N_("Điểm thưởng"), "+"),
    Root.DEDUCTIONS: (N_("Điểm trừ"), MINUS),
    Root.EXCLUSIONS: (N_("Điều kiện loại trừ"), "!"),
}
KIND_NAMES = {
    Kind.HEAD: N_("Quy định chung"),
    Kind.SECTION: N_("Lĩnh vực"),
    Kind.CRITERION: N_("Tiêu chí"),
    Kind.GROUND: N_("Điều kiện loại trừ"),
}
ACT_WORDS = {
    "add": N_("thêm %(what)s"),
    "edit": N_("sửa %(what)s"),
    "move": N_("chuyển %(what)s"),
    "drop": N_("bỏ %(what)s"),
    "duplicate": N_("nhân bản thành %(what)s"),
    "merge": N_("gộp thành %(what)s"),
    "split": N_("tách thành %(what)s"),
    "import": N_("nhập từ tệp"),
    "undo": N_("hoàn tác ở %(what)s"),
}


@dataclass
class DraftView:
    """All that the editor and the answers to its saves show of one draft; `key` is the node that is open."""

    row: DraftRow
    draft: Draft
    key: int

    @property
    def node(self) -> Node:
        """The node that is open."""
        return self.draft.nodes.get(self.key) or self.draft.head

    @cached_property
    def reading(self) -> Reading:
        """The draft as a criteria set, with all that is wrong."""
        return read(self.draft)

    @cached_property
    def criteria(self) -> dict[int, Criterion]:
        """Every criterion that can be read, by key."""
        return criteria_of(self.draft, self.reading)

    @cached_property
    def base(self) -> CriteriaSet | None:
        """The version that the draft is based on."""
        return value_of(self.row.based_on) if self.row.based_on is not None else None

    def href(self, key: int) -> str:
        """The editor with this node open."""
        return url_for("drafts.editor", draft_id=self.row.id, node=key or None)


def heading(node: Node) -> str:
    """Code and title of a node, or what it is where it has none."""
    if node.kind is Kind.HEAD:
        return _("Quy định chung")
    return " ".join(part for part in (node.code, node.title) if part) or show_phrase(KIND_NAMES[node.kind])


# ---- the tree ----


def tree_of(view: DraftView) -> list[dict[str, Any]]:
    """Groups of the draft with their items; a section shows what it holds when it, or something in it, is open."""
    most = most_points(view.draft)
    faulty = {fault.key for fault in view.reading.faults}
    open_sections = set()
    at: int | None = view.key
    while at is not None:
        open_sections.add(at)
        at = view.draft.nodes[at].parent if at in view.draft.nodes else None

    def item(node: Node) -> dict[str, Any]:
        children = view.draft.children(node.root, node.key) if node.kind is Kind.SECTION else []
        inside = {one.key for one in view.draft.below(node.key)}
        return {
            "key": node.key,
            "code": node.code or "–",
            "title": node.title or _("(chưa có tên)"),
            "count": show_figure(most[node.key]) if node.key in most else None,
            "faulty": node.key in faulty or (node.key not in open_sections and bool(inside & faulty)),
            "current": node.key == view.key,
            "href": view.href(node.key),
            "kind": node.kind.value,
            "root": node.root.value,
            "parent": node.parent,
            "children": [item(child) for child in children] if node.key in open_sections else [],
        }

    head = {
        "key": HEAD,
        "code": "",
        "title": _("Quy định chung"),
        "count": None,
        "faulty": HEAD in faulty,
        "current": view.key == HEAD,
        "href": view.href(HEAD),
        "kind": Kind.HEAD.value,
        "root": "",
        "parent": None,
        "children": [],
    }
    groups = [{"title": None, "root": Root.CORE.value, "items": [head, *map(item, view.draft.children(Root.CORE))]}]
    for root, (name, _sign) in ROOT_NAMES.items():
        members = view.draft.children(root)
        groups.append({"title": show_phrase(name), "root": root.value, "items": [*map(item, members)]})
    return groups


def places_of(view: DraftView) -> list[tuple[str, str]]:
    """Where a node may go, for a list to choose from: "core-3" (a section), "bonus-", ..., with their names."""
    node, draft = view.node, view.draft
    inside = {node.key, *(one.key for one in draft.below(node.key))}
    sections = [one for one in draft.in_order() if one.kind is Kind.SECTION and one.key not in inside]
    found: list[tuple[str, str]] = []
    if node.kind is Kind.SECTION:
        found.append((f"{Root.CORE.value}-", _("cấp cao nhất")))
    if node.kind in (Kind.SECTION, Kind.CRITERION):
        found += [(f"{Root.CORE.value}-{one.key}", heading(one)) for one in sections]
    if node.kind is Kind.CRITERION:
        found += [(f"{root.value}-", show_phrase(ROOT_NAMES[root][0])) for root in (Root.BONUS, Root.DEDUCTIONS)]
    return found


def mergeable(view: DraftView) -> list[Node]:
    """What the open criterion or section can be merged with."""
    node, draft = view.node, view.draft
    if node.kind is Kind.CRITERION:
        return [one for one in draft.criteria if one.key != node.key and one.root is node.root]
    inside = {one.key for one in draft.below(node.key)}
    others = [one for one in draft.in_order() if one.kind is Kind.SECTION and one.key not in {node.key, *inside}]
    return [one for one in others if node not in draft.below(one.key)]


def additions_of(view: DraftView) -> list[tuple[str, dict[str, Any]]]:
    """What can be added from the open node, nearest first: the words of the button and the fields it sends."""
    node = view.node
    criterion, section = {"kind": Kind.CRITERION.value}, {"kind": Kind.SECTION.value, "root": Root.CORE.value}
    name = node.code or _("mục này")
    found: list[tuple[str, dict[str, Any]]] = []
    if node.kind is Kind.CRITERION:
        beside = {"root": node.root.value, "after": node.key} | ({"parent": node.parent} if node.parent else {})
        found.append((_("Tiêu chí sau %(code)s", code=name), criterion | beside))
    if node.kind is Kind.SECTION:
        found.append((_("Tiêu chí trong %(code)s", code=name), criterion | {"root": "core", "parent": node.key}))
        found.append((_("Nhóm con trong %(code)s", code=name), section | {"parent": node.key}))
    return [
        *found,
        (_("Lĩnh vực"), section),
        (_("Điểm thưởng"), criterion | {"root": Root.BONUS.value}),
        (_("Điểm trừ"), criterion | {"root": Root.DEDUCTIONS.value}),
        (_("Điều kiện loại trừ"), {"kind": Kind.GROUND.value, "root": Root.EXCLUSIONS.value}),
    ]


# ---- checks ----


def checks_of(view: DraftView) -> list[dict[str, Any]]:
    """What is wrong, what deserves a second look, and what holds: rows of ui.check_list."""
    rows = [fault_row(view, fault.key, field_words(view, fault), "bad") for fault in view.reading.faults[:MOST_FAULTS]]
    left = len(view.reading.faults) - MOST_FAULTS
    if left > 0:
        rows.append({"kind": "bad", "text": _("… và %(n)s chỗ khác.", n=left), "href": None})
    remarks = advice(view.reading, view.criteria, owners())
    rows += [fault_row(view, one.key, show_phrase(one.phrase), "wait") for one in remarks[:MOST_FAULTS]]
    if len(remarks) > MOST_FAULTS:
        rows.append({"kind": "wait", "text": _("… và %(n)s lưu ý khác.", n=len(remarks) - MOST_FAULTS), "href": None})
    criteria = view.reading.criteria
    if criteria is not None:
        text = _("Mã không trùng, ngưỡng theo thứ tự, không lĩnh vực nào trống.")
        rows.append({"kind": "ok", "text": text, "href": None})
        words = [
            _("Điểm nền %(points)s", points=show_figure(points))
            if not tags
            else _("không %(tags)s: %(points)s", tags=_(" và ").join(map(tag_name, tags)), points=show_figure(points))
            for tags, points in bases(criteria)
        ]
        rows.append({"kind": "ok", "text": "; ".join(words) + ".", "href": None})
    return rows


def fault_row(view: DraftView, key: int, words: str, kind: str) -> dict[str, Any]:
    """One row about a node."""
    node = view.draft.nodes.get(key) or view.draft.head
    name = node.code or show_phrase(KIND_NAMES[node.kind])
    return {"kind": kind, "text": f"{name}: {words}", "href": view.href(key)}


def field_words(view: DraftView, fault: Fault) -> str:
    """A fault with the name of its field: "Điểm tối đa: Chưa nhập."."""
    node = view.draft.nodes.get(fault.key) or view.draft.head
    form, _tables = form_of(node, view.draft)
    name = field_of(fault, {one.name for one in form})
    words = said(fault, form, name)
    return f"{form[name].label.text}: {words}" if name else words


# ---- burden ----


def burden_view(view: DraftView) -> dict[str, Any]:
    """What the draft asks of a unit, beside the version it is based on, with warnings where it grows."""
    unread = Burden(criteria=len(view.draft.criteria) - len(view.criteria))
    now = sum((burden_of(one) for one in view.criteria.values()), unread)
    before = burden(view.base) if view.base is not None else None
    return {
        "measures": measures(now, before),
        "before": view.row.based_on.edition if view.row.based_on is not None else None,
        "grown": grown(now, before) if before is not None else [],
    }


# ---- changes ----


def change_words(change: DraftChange) -> str:
    """What a change did: "sửa II.3"."""
    what = change.code or (_("Quy định chung") if change.node_key == HEAD else _("mục chưa có mã"))
    return show_phrase(ACT_WORDS[change.act]) % {"what": what}


def history_rows(changes: Iterable[DraftChange]) -> list[dict[str, Any]]:
    """Changes, newest first, for ui.history; the same act of the same person in a row is one line."""
    rows: list[dict[str, Any]] = []
    for (who, what), same in groupby(changes, key=lambda change: (change.actor_name, change_words(change))):
        times = [change.at for change in same]
        words = f"{what} ({_('%(n)s lần', n=len(times))})" if len(times) > 1 else what
        rows.append({"who": who, "what": words, "when": show_datetime(times[0]), "detail": None})
    return rows


def forerunner_of(view: DraftView) -> Node | None:
    """The node of the same code and kind in the version that the draft is based on."""
    if view.base is None:
        return None
    old = draft_of(view.base)
    if view.node.kind is Kind.HEAD:
        return old.head
    same = (view.node.kind is Kind.SECTION, view.node.code)
    return next((one for one in old.in_order() if (one.kind is Kind.SECTION, one.code) == same), None)


def node_diff(view: DraftView) -> list[dict[str, Any]] | None:
    """What the open node says otherwise than in the version before: rows of ui.diff; None where it is new."""
    old = forerunner_of(view)
    if old is None:
        return None
    before = words_of(old, view.draft)
    after = words_of(view.node, view.draft)
    return [
        {"label": label, "before": before.get(label) or None, "after": after.get(label) or None}
        for label in {**before, **after}
        if (before.get(label) or None) != (after.get(label) or None)
    ]


def words_of(node: Node, draft: Draft) -> dict[str, str]:
    """Every field of a node in words, by its label; a table row by row."""
    form, tables = form_of(node, draft)
    in_tables = {name for table in tables.values() for row in table.names for name in row}
    found: dict[str, str] = {}
    for one in form:
        if one.name not in in_tables:
            found[one.label.text] = _field_text(one)
    for table in tables.values():
        rows = [": ".join(text for name in row if (text := _field_text(form[name]))) for row in table.names]
        found[show_phrase(table.spec.label)] = "; ".join(row for row in rows if row and row != "–")
    return found


def _field_text(one: Any) -> str:
    data = one.data
    if isinstance(data, bool):
        return _("có") if data else _("không")
    if isinstance(data, list):
        return ", ".join(tag_name(str(tag)) for tag in data)
    choices = {choice.value: choice.label for choice in getattr(one, "choices", None) or ()}
    return str(choices.get(data, data) or "")
