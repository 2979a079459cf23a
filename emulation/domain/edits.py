"""The edits of a draft: each a function of the draft as it is now, giving the nodes before and after. DESIGN 8."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import replace
from decimal import Decimal
from typing import Any

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
FIRST_CODES = {Root.BONUS: "TH.1", Root.DEDUCTIONS: "TR.1", Root.EXCLUSIONS: "X.1"}


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
    fields["replaces"] = _replaced(nodes)
    made = add(draft, Kind.CRITERION, root=first.root, parent=first.parent, after=first.key, fields=fields, taken=taken)
    return _together(draft, (*made, *(Change(node, None) for node in nodes)))


def _replaced(nodes: Iterable[Node]) -> list[str]:
    """The codes that these criteria stand for: those they say they replace, or their own."""
    codes: dict[str, None] = {}
    for node in nodes:
        own = node.fields.get("replaces")
        for code in own if isinstance(own, list) and own else [node.code]:
            if isinstance(code, str) and code:
                codes.setdefault(code)
    return list(codes)


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
    fields = halved(fields, draft.precision) | {"replaces": _replaced([node])}
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


_ROMAN = (("X", 10), ("IX", 9), ("V", 5), ("IV", 4), ("I", 1))


def roman(value: int) -> str:
    """A Roman number from 1 to 399: sections are counted so."""
    text = "C" * (value // 100) + "L" * (value % 100 // 50)
    rest = value % 50
    if rest >= 40:
        text, rest = text + "XL", rest - 40
    for sign, worth in _ROMAN:
        while rest >= worth:
            text, rest = text + sign, rest - worth
    return text


def free_code(draft: Draft, kind: Kind, *, root: Root, parent: int | None = None, taken: Iterable[str] = ()) -> str:
    """A code for a new node that no node of its kind has, nor any of `taken` (codes of earlier versions).

    It goes on counting where the siblings stop: "II.5" behind "II.4", "IV" behind "III".
    """
    used = {node.code for node in draft.nodes.values() if (node.kind is Kind.SECTION) == (kind is Kind.SECTION)}
    used |= {*taken, *_replaced(node for node in draft.nodes.values() if node.fields.get("replaces"))}
    siblings = [node for node in draft.children(root, parent) if node.kind is kind]
    numbered: Callable[[int], str]
    if kind is Kind.SECTION and parent is None:
        numbered, first = roman, len(siblings) + 1
    else:
        stems = [found for node in siblings if (found := re.fullmatch(r"(.*?)(\d+)", node.code))]
        if stems:
            stem, first = stems[-1][1], int(stems[-1][2]) + 1
        elif parent is not None:
            stem, first = f"{draft.node(parent).code}.", 1
        else:
            stem, first = FIRST_CODES[root][:-1], 1

        def numbered(n: int) -> str:
            return f"{stem}{n}"

    return next(code for n in range(first, first + 2 * MOST_NODES + len(used)) if (code := numbered(n)) not in used)
