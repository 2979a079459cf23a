"""A criteria set as a flat tree: every section, criterion and ground by kind and code, with the place it stands in."""

from __future__ import annotations

from dataclasses import dataclass

from emulation.domain.criteria import CriteriaSet, Criterion, Ground, Section
from emulation.domain.drafts import Kind, Root

Key = tuple[Kind, str]  # sections and criteria have codes of their own
Home = Key | Root  # a section, or a list of the set
Part = Section | Criterion | Ground


@dataclass(frozen=True, slots=True)
class SetNode:
    """A line of one of the two sets and the section or list that it stands in."""

    key: Key
    root: Root
    home: Home
    depth: int
    value: Part


class SetTree:
    """A set as nodes by key, with the children of every section and list in order."""

    def __init__(self, criteria: CriteriaSet) -> None:
        self.nodes: dict[Key, SetNode] = {}
        self.children: dict[Home, list[Key]] = {root: [] for root in Root}
        for section in criteria.sections:
            self._put_section(section, Root.CORE, 0)
        for root, members in (
            (Root.BONUS, criteria.bonus),
            (Root.DEDUCTIONS, criteria.deductions),
            (Root.EXCLUSIONS, criteria.exclusions),
        ):
            for member in members:
                self._put(member, root, root, 0)

    def _put(self, value: Part, root: Root, home: Home, depth: int) -> Key:
        key = _key(value)
        self.nodes[key] = SetNode(key, root, home, depth, value)
        self.children[home].append(key)
        return key

    def _put_section(self, section: Section, home: Home, depth: int) -> None:
        key = self._put(section, Root.CORE, home, depth)
        self.children[key] = []
        for criterion in section.criteria:
            self._put(criterion, Root.CORE, key, depth + 1)
        for child in section.sections:
            self._put_section(child, key, depth + 1)

    def sections(self) -> dict[Key, Section]:
        """Every section by its key."""
        return {key: node.value for key, node in self.nodes.items() if isinstance(node.value, Section)}


def _key(value: Part) -> Key:
    if isinstance(value, Section):
        return Kind.SECTION, value.code
    return (Kind.CRITERION if isinstance(value, Criterion) else Kind.GROUND), value.code
