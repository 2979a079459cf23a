"""A criteria set while it is being written (bản dự thảo): a flat tree of nodes, and edits as values.

Every edit (edits.py) is computed against the draft as it is now and says of each node it touches what it was and what
it becomes. So two officers who work on different nodes never meet, an edit can be stored as a line of history, and
undoing it is the same edit read backwards. A node's fields are plain values, spelt as in a criteria file; they may be
wrong or missing while somebody types: outline.py turns a draft into a criteria set and says what is wrong where.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from emulation.errors import Missing, Stale
from emulation.words import N_

HEAD = 0  # key of the node that holds what is said of the set as a whole
Fields = Mapping[str, Any]


class Kind(StrEnum):
    """What a node is."""

    HEAD = "head"
    SECTION = "section"
    CRITERION = "criterion"
    GROUND = "ground"


class Root(StrEnum):
    """The list of the set that a node stands in."""

    CORE = "core"
    BONUS = "bonus"
    DEDUCTIONS = "deductions"
    EXCLUSIONS = "exclusions"


@dataclass(frozen=True, slots=True)
class Node:
    """A section, a criterion, a ground for exclusion, or the head of the set.

    `key` names it for the life of the draft and is never used again; `parent` is the section it stands in (None:
    directly in its list); `position` orders it among its siblings; `version` counts its changes.
    """

    key: int
    kind: Kind
    fields: Fields
    root: Root = Root.CORE
    parent: int | None = None
    position: int = 0
    version: int = 1

    @property
    def code(self) -> str:
        """The code, or empty text where it is missing or no text."""
        code = self.fields.get("code")
        return code if isinstance(code, str) else ""

    @property
    def title(self) -> str:
        """The title, or empty text where it is missing or no text."""
        title = self.fields.get("title")
        return title if isinstance(title, str) else ""

    def same(self, other: Node | None) -> bool:
        """Whether it says the same and stands in the same place, however often it was changed in between."""
        return other is not None and replace(other, version=self.version) == self


@dataclass(frozen=True, slots=True)
class Change:
    """One node before and after an edit; None: it is not there."""

    before: Node | None
    after: Node | None

    @property
    def node(self) -> Node:
        """The node, as it becomes or as it was."""
        found = self.after or self.before
        assert found is not None
        return found


Edit = tuple[Change, ...]


@dataclass(frozen=True)
class Draft:
    """All nodes by key; `next_key` is the first that was never used."""

    nodes: Mapping[int, Node]
    next_key: int

    @property
    def head(self) -> Node:
        """What is said of the set as a whole."""
        return self.nodes[HEAD]

    @property
    def precision(self) -> int:
        """Decimals of points; 2 while the head says nothing that can be read."""
        given = str(self.head.fields.get("precision", "2"))
        return int(given) if given in ("0", "1", "2", "3", "4") else 2

    def node(self, key: int) -> Node:
        """The node with this key.

        Raises:
            Missing: there is none (any more).
        """
        found = self.nodes.get(key)
        if found is None:
            raise Missing(N_("Mục này không còn trong bản dự thảo: có thể người khác vừa bỏ."))
        return found

    def children(self, root: Root, parent: int | None = None) -> list[Node]:
        """The nodes that stand directly in a list or a section, in order."""
        found = [
            node
            for node in self.nodes.values()
            if node.kind is not Kind.HEAD and node.root is root and node.parent == parent
        ]
        return sorted(found, key=lambda node: (node.position, node.key))

    def siblings(self, node: Node) -> list[Node]:
        """The node and those beside it, in order."""
        return self.children(node.root, node.parent)

    def below(self, key: int) -> list[Node]:
        """Everything inside a section, at any depth, parents first."""
        found: list[Node] = []
        for child in [node for node in self.nodes.values() if node.parent == key]:
            found += [child, *self.below(child.key)]
        return found

    def in_order(self) -> list[Node]:
        """Every node but the head, as the set lists them."""
        found: list[Node] = []

        def walk(root: Root, parent: int | None) -> None:
            for node in self.children(root, parent):
                found.append(node)
                if node.kind is Kind.SECTION:
                    walk(root, node.key)

        for root in Root:
            walk(root, None)
        return found

    @property
    def criteria(self) -> list[Node]:
        """Every criterion in order: core, bonus, deductions."""
        return [node for node in self.in_order() if node.kind is Kind.CRITERION]


EMPTY = Draft(
    {
        HEAD: Node(
            HEAD,
            Kind.HEAD,
            {"set": "so-gddt", "version": "", "title": "", "status": "illustrative", "scale": "100", "precision": "2"},
        )
    },
    1,
)


def apply(draft: Draft, edit: Edit) -> Draft:
    """The draft after an edit that was computed from it."""
    nodes = dict(draft.nodes)
    next_key = draft.next_key
    for change in edit:
        if change.after is None:
            assert change.before is not None
            del nodes[change.before.key]
        else:
            nodes[change.after.key] = change.after
            next_key = max(next_key, change.after.key + 1)
    return Draft(nodes, next_key)


def revert(draft: Draft, edit: Edit) -> Edit:
    """The edit that takes `edit` back.

    Raises:
        Stale: a node of it was changed since, or what it would put back has no place any more.
    """
    back: list[Change] = []
    for change in edit:
        now = draft.nodes.get(change.node.key)
        expected = change.after
        if (now is None) != (expected is None) or (expected is not None and not expected.same(now)):
            raise Stale(N_("Chưa hoàn tác được: mục %(code)s đã được sửa sau đó."), code=change.node.code or "–")
        before = change.before
        version = 1 + max(now.version if now else 0, change.node.version, before.version if before else 0)
        back.append(Change(now, replace(before, version=version) if before else None))
    after = apply(draft, tuple(back))
    for one in back:
        homeless = one.after is not None and one.after.parent is not None and one.after.parent not in after.nodes
        orphans = one.after is None and after.below(one.node.key)
        if homeless or orphans:
            raise Stale(N_("Chưa hoàn tác được: lĩnh vực của mục %(code)s đã đổi sau đó."), code=one.node.code or "–")
    return tuple(back)
