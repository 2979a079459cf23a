"""The edits of a draft: each a function of the draft as it is now, giving the nodes before and after. DESIGN 8."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal
from typing import Any

from emulation.domain.draft_codes import free_code, replaced_by
from emulation.domain.drafts import Change, Draft, Edit, Fields, Kind, Node, Root, apply
from emulation.domain.numbers import EXACT, number
from emulation.errors import Invalid, Missing
from emulation.words import N_

SPACING = 1 << 16  # between neighbours, so that most moves touch one node only
MOST_NODES = 1000
HOLDS = {  # what may stand directly in each list
    Root.CORE: {Kind.SECTION},
    Root.BONUS: {Kind.CRITERION},
    Root.DEDUCTIONS: {Kind.CRITERION},
    Root.EXCLUSIONS: {Kind.GROUND},
}


def set_fields(draft: Draft, key: int, fields: Fields) -> Edit:
    """New fields for a node; no change where they are the same."""
    node = draft.node(key)
    if dict(node.fields) == dict(fields):
        return ()
    return (_changed(node, fields=dict(fields)),)


def add(
    draft: Draft,
    kind: Kind,
    *,
    root: Root,
    parent: int | None = None,
    after: int | None = None,
    fields: Fields | None = None,
    taken: Iterable[str] = (),
) -> Edit:
    """A new node behind `after`, or at the end; its code is the next free one, none of `taken`.

    Raises:
        Invalid: such a node cannot stand there, or the draft is full.
        Missing: the section or neighbour is gone.
    """
    if len(draft.nodes) >= MOST_NODES:
        raise Invalid(N_("Bản dự thảo đã có %(n)s mục, không thêm được nữa."), n=len(draft.nodes))
    _check_place(draft, kind, root, parent)
    siblings = draft.children(root, parent)
    if after is None and siblings:
        after = siblings[-1].key
    position, moved = _room(siblings, after)
    given = dict(fields or _blank(kind))
    given.setdefault("code", free_code(draft, kind, root=root, parent=parent, taken=taken))
    return (*moved, Change(None, Node(draft.next_key, kind, given, root, parent, position)))


def _blank(kind: Kind) -> dict[str, Any]:
    blank: dict[str, Any] = {"title": ""}
    if kind is Kind.CRITERION:
        blank |= {"max": "", "rule": {"kind": "judged"}}
    return blank


def move(draft: Draft, key: int, *, root: Root, parent: int | None, after: int | None) -> Edit:
    """Put a node, with all it holds, behind `after` (None: first) in a list or section.

    Raises:
        Invalid: it cannot stand there.
        Missing: one of the nodes is gone.
    """
    node = draft.node(key)
    if node.kind is Kind.HEAD:
        raise Invalid(N_("Quy định chung không chuyển chỗ được."))
    inside = draft.below(key)
    if parent == key or any(one.key == parent for one in inside):
        raise Invalid(N_("Không chuyển một lĩnh vực vào bên trong chính nó."))
    _check_place(draft, node.kind, root, parent)
    others = [one for one in draft.children(root, parent) if one.key != key]
    if node.root is root and node.parent == parent and _follows(draft.siblings(node), node) == after:
        return ()
    if after == key:
        return ()
    position, moved = _room(others, after)
    return (*moved, _changed(node, root=root, parent=parent, position=position))


def _follows(siblings: list[Node], node: Node) -> int | None:
    """The key of the sibling in front of a node; None: it is the first."""
    place = [one.key for one in siblings].index(node.key)
    return siblings[place - 1].key if place else None


def step(draft: Draft, key: int, *, down: bool) -> Edit:
    """Move a node one place up or down; at the edge of its section a criterion goes on into the neighbouring section.

    No change where there is nowhere to go.

    Raises:
        Missing: the node is gone.
    """
    node = draft.node(key)
    if node.kind is Kind.HEAD:
        return ()
    siblings = draft.siblings(node)
    place = [one.key for one in siblings].index(key)
    if down and place + 1 < len(siblings):
        return move(draft, key, root=node.root, parent=node.parent, after=siblings[place + 1].key)
    if not down and place:
        before = siblings[place - 2].key if place >= 2 else None
        return move(draft, key, root=node.root, parent=node.parent, after=before)
    if node.kind is not Kind.CRITERION or node.root is not Root.CORE:
        return ()
    homes = [one for one in draft.in_order() if one.kind is Kind.SECTION and _may_hold_criteria(draft, one)]
    keys = [one.key for one in homes]
    at = keys.index(node.parent) if node.parent in keys else 0
    to = at + (1 if down else -1)
    if not 0 <= to < len(keys):
        return ()
    last = draft.children(Root.CORE, keys[to])
    after = None if down or not last else last[-1].key
    return move(draft, key, root=Root.CORE, parent=keys[to], after=after)


def _may_hold_criteria(draft: Draft, section: Node) -> bool:
    return all(child.kind is Kind.CRITERION for child in draft.children(section.root, section.key))


def drop(draft: Draft, key: int) -> Edit:
    """Take a node away, with all it holds.

    Raises:
        Invalid: the head, which every set has.
        Missing: it is gone already.
    """
    node = draft.node(key)
    if node.kind is Kind.HEAD:
        raise Invalid(N_("Quy định chung không bỏ được."))
    return tuple(Change(one, None) for one in (node, *draft.below(key)))


def duplicate(draft: Draft, key: int, *, taken: Iterable[str] = ()) -> Edit:
    """A copy of a criterion or ground behind it, under the next free code.

    Raises:
        Invalid: a section or the head.
    """
    node = draft.node(key)
    if node.kind not in (Kind.CRITERION, Kind.GROUND):
        raise Invalid(N_("Chỉ nhân bản được tiêu chí hoặc điều kiện loại trừ."))
    fields = {name: value for name, value in node.fields.items() if name not in ("code", "replaces")}
    return add(draft, node.kind, root=node.root, parent=node.parent, after=key, fields=fields, taken=taken)


def merge(draft: Draft, keys: list[int], *, taken: Iterable[str] = ()) -> Edit:
    """One criterion in the place of several: it takes the rule and maximum of the first and says what it replaces.

    Raises:
        Invalid: fewer than two criteria, or of different lists of the set.
        Missing: one of them is gone.
    """
    wanted = set(keys)
    for key in wanted:
        draft.node(key)
    nodes = [node for node in draft.in_order() if node.key in wanted]
    if len(nodes) < 2 or any(node.kind is not Kind.CRITERION for node in nodes):
        raise Invalid(N_("Chọn ít nhất hai tiêu chí để gộp."))
    first = nodes[0]
    if any(node.root is not first.root for node in nodes):
        raise Invalid(N_("Không gộp tiêu chí của phần điểm chính với điểm thưởng hoặc điểm trừ."))
    taken = {*taken, *(node.code for node in nodes)}
    fields = {name: value for name, value in first.fields.items() if name != "code"}
    fields["title"] = "; ".join(dict.fromkeys(node.title for node in nodes if node.title))
    guidance = "\n".join(dict.fromkeys(str(text) for node in nodes if (text := node.fields.get("guidance"))))
    if guidance:
        fields["guidance"] = guidance
    fields["replaces"] = replaced_by(nodes)
    made = add(draft, Kind.CRITERION, root=first.root, parent=first.parent, after=first.key, fields=fields, taken=taken)
    return _together(draft, (*made, *(Change(node, None) for node in nodes)))


def merge_sections(draft: Draft, keys: list[int]) -> Edit:
    """One section in the place of several: the first keeps its code, title and coefficient and takes in what the others
    hold, in order.

    Raises:
        Invalid: fewer than two sections, or one inside another.
        Missing: one of them is gone.
    """
    wanted = set(keys)
    for key in wanted:
        draft.node(key)
    nodes = [node for node in draft.in_order() if node.key in wanted]
    if len(nodes) < 2 or any(node.kind is not Kind.SECTION for node in nodes):
        raise Invalid(N_("Chọn ít nhất hai lĩnh vực để gộp."))
    first, *others = nodes
    if any(child.key in wanted for node in nodes for child in draft.below(node.key)):
        raise Invalid(N_("Không gộp một lĩnh vực với nhóm nằm bên trong nó."))
    return _together(
        draft, _taken_in(draft, first.key, [child for one in others for child in _held(draft, one)], others)
    )


def split_section(draft: Draft, key: int, keys: list[int], *, taken: Iterable[str] = ()) -> Edit:
    """A new section behind this one, with the same coefficient, for the chosen ones of what it holds.

    Raises:
        Invalid: nothing chosen, everything chosen, or something that stands elsewhere.
        Missing: the section is gone.
    """
    node = draft.node(key)
    chosen = [child for child in _held(draft, node) if child.key in set(keys)]
    if node.kind is not Kind.SECTION or len(chosen) != len(set(keys)):
        raise Invalid(N_("Chỉ tách được những mục nằm trong lĩnh vực này."))
    if not chosen or len(chosen) == len(_held(draft, node)):
        raise Invalid(N_("Chọn một phần các mục để tách thành lĩnh vực mới."))
    fields = {name: value for name, value in node.fields.items() if name == "coefficient"}
    fields["title"] = f"{node.title} (2)" if node.title else ""
    made = add(draft, Kind.SECTION, root=node.root, parent=node.parent, after=key, fields=fields, taken=taken)
    return _together(draft, (*made, *_taken_in(apply(draft, made), draft.next_key, chosen, [])))


def _held(draft: Draft, section: Node) -> list[Node]:
    return draft.children(section.root, section.key)


def _taken_in(draft: Draft, home: int, nodes: list[Node], gone: list[Node]) -> Edit:
    """Put nodes at the end of a section, one after another; then take `gone` away."""
    edit: Edit = ()
    for node in nodes:
        held = draft.children(Root.CORE, home)
        moved = move(draft, node.key, root=Root.CORE, parent=home, after=held[-1].key if held else None)
        edit += moved
        draft = apply(draft, moved)
    return (*edit, *(Change(node, None) for node in gone))


def split(draft: Draft, key: int, *, taken: Iterable[str] = ()) -> Edit:
    """Two criteria in the place of one, each with half the points and the same rule, both saying what they replace.

    Raises:
        Invalid: not a criterion.
        Missing: it is gone.
    """
    node = draft.node(key)
    if node.kind is not Kind.CRITERION:
        raise Invalid(N_("Chỉ tách được tiêu chí."))
    fields = {name: value for name, value in node.fields.items() if name != "code"}
    fields = halved(fields, draft.precision) | {"replaces": replaced_by([node])}
    taken = {*taken, node.code}
    edit: Edit = (Change(node, None),)
    after, working = node.key, draft
    for part in ("1", "2"):
        named = fields | {"title": f"{node.title} ({part})" if node.title else ""}
        made = add(working, Kind.CRITERION, root=node.root, parent=node.parent, after=after, fields=named, taken=taken)
        working = apply(working, made)
        after = working.next_key - 1
        edit += made
    return _together(draft, edit)


def _together(draft: Draft, edit: Edit) -> Edit:
    """Several edits as one: what each node was before the first and is after the last."""
    last: dict[int, Node | None] = {}
    for change in edit:
        key = change.node.key
        if last.get(key, change) is not None:  # a node that is gone stays gone
            last[key] = change.after
    return tuple(
        Change(draft.nodes.get(key), after) for key, after in last.items() if after is not None or key in draft.nodes
    )


def halved(fields: Fields, places: int) -> dict[str, Any]:
    """The fields with the maximum and every point of the rule halved; unchanged where that cannot be shown exactly."""
    rule = fields.get("rule")
    try:
        changed = dict(fields) | {"max": _half(fields.get("max"), places)}
        if isinstance(rule, dict):
            changed["rule"] = _rule_halved(rule, places)
    except Invalid:
        return dict(fields)
    return changed


def _rule_halved(rule: Fields, places: int) -> dict[str, Any]:
    found = dict(rule)
    for name in ("levels", "items", "steps", "descriptors"):
        rows = rule.get(name)
        if isinstance(rows, list) and all(isinstance(row, dict) for row in rows):
            found[name] = [
                dict(row) | {"points": _half(row["points"], places)} if "points" in row else row for row in rows
            ]
    for name in ("each", "step"):
        if name in rule:
            found[name] = _half(rule[name], 9)
    return found


def _half(value: Any, places: int) -> str:
    half = EXACT.divide(number(value), Decimal(2))
    if EXACT.remainder(half, Decimal(1).scaleb(-places)):
        raise Invalid(N_("Không chia đôi được số điểm này."))
    return f"{half.normalize():f}"


# ---- places and codes ----


def _changed(node: Node, **values: Any) -> Change:
    return Change(node, replace(node, version=node.version + 1, **values))


def _check_place(draft: Draft, kind: Kind, root: Root, parent: int | None) -> None:
    if parent is None:
        if kind not in HOLDS[root]:
            raise Invalid(N_("Mục này không đứng được ở đây: tiêu chí nằm trong lĩnh vực, điểm thưởng hoặc điểm trừ."))
        return
    home = draft.node(parent)
    if home.kind is not Kind.SECTION or root is not Root.CORE or kind not in (Kind.SECTION, Kind.CRITERION):
        raise Invalid(N_("Mục này không đứng được ở đây: chỉ lĩnh vực mới chứa mục khác."))


def _room(siblings: list[Node], after: int | None) -> tuple[int, Edit]:
    """A position behind `after` (None: in front), and the siblings that had to make room for it."""
    keys = [node.key for node in siblings]
    if after is not None and after not in keys:
        raise Missing(N_("Mục đứng trước không còn ở chỗ đó: có thể người khác vừa chuyển."))
    place = keys.index(after) + 1 if after is not None else 0
    low = siblings[place - 1].position if place else None
    high = siblings[place].position if place < len(siblings) else None
    if high is None:
        return (low + SPACING if low is not None else 0), ()
    if low is None:
        return high - SPACING, ()
    if high - low > 1:
        return (low + high) // 2, ()
    moved = tuple(
        _changed(node, position=(i + (1 if i >= place else 0)) * SPACING)
        for i, node in enumerate(siblings)
        if node.position != (i + (1 if i >= place else 0)) * SPACING
    )
    return place * SPACING, moved
