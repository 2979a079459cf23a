"""A draft as a criteria set and back: the same tree, once flat for editing, once nested as in a file."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from pydantic import ValidationError

from emulation.domain.criteria import CriteriaSet, Criterion, Section, checked, json_values
from emulation.domain.drafts import HEAD, Change, Draft, Edit, Kind, Node, Root
from emulation.domain.edits import SPACING
from emulation.domain.plain import tidied
from emulation.domain.rules import Value
from emulation.domain.source import Path
from emulation.words import Phrase

# the lists of a set that hold nodes, by root
LISTS = {Root.CORE: "sections", Root.BONUS: "bonus", Root.DEDUCTIONS: "deductions", Root.EXCLUSIONS: "exclusions"}
Places = dict[Path, int]  # path of a node in the nested values -> key of the node


@dataclass(frozen=True)
class Fault:
    """One thing wrong in a draft: the node, the path inside its fields, and a sentence."""

    key: int
    path: Path
    phrase: Phrase

    @property
    def field(self) -> str:
        """The name of the form's field it belongs to: "title", "rule-target", "rule-steps-0-points"."""
        return "-".join(str(part) for part in self.path)


@dataclass(frozen=True)
class Reading:
    """What a draft says: the set, if it can be read, and everything that is wrong. Without faults it can be used."""

    criteria: CriteriaSet | None
    faults: tuple[Fault, ...]

    def of(self, key: int) -> list[Fault]:
        """The faults of one node."""
        return [fault for fault in self.faults if fault.key == key]


def read(draft: Draft) -> Reading:
    """The draft as a criteria set, checked as every file is. Never raises: what is wrong is told by node."""
    data, places = nested(draft)
    criteria, found = checked(data)
    return Reading(criteria, tuple(_fault(places, path, phrase) for path, phrase in found))


def _fault(places: Places, path: Path, phrase: Phrase) -> Fault:
    for end in range(len(path), -1, -1):
        key = places.get(path[:end])
        if key is not None:
            return Fault(key, path[end:], phrase)
    return Fault(HEAD, path, phrase)


def nested(draft: Draft) -> tuple[dict[str, Any], Places]:
    """The values of the draft as a file spells them, and where each node stands in them."""
    data: dict[str, Any] = dict(draft.head.fields)
    places: Places = {}

    def of_node(node: Node, path: Path) -> dict[str, Any]:
        places[path] = node.key
        values = dict(node.fields)
        children = draft.children(node.root, node.key) if node.kind is Kind.SECTION else []
        for name, kind in (("sections", Kind.SECTION), ("criteria", Kind.CRITERION)):
            members = [child for child in children if child.kind is kind]
            if members:
                values[name] = [of_node(child, (*path, name, i)) for i, child in enumerate(members)]
        return values

    for root, name in LISTS.items():
        members = draft.children(root)
        if members or root is Root.CORE:
            data[name] = [of_node(node, (name, i)) for i, node in enumerate(members)]
    return data, places


def criterion_of(node: Node) -> Criterion | None:
    """A criterion by itself, where it can be read; whether it makes sense in its set is another question."""
    values, odd = tidied(dict(node.fields))
    if odd:
        return None
    try:
        return Criterion.model_validate(values)
    except ValidationError:
        return None


def criteria_of(draft: Draft, reading: Reading) -> dict[int, Criterion]:
    """Every criterion of a draft that can be read, by the key of its node, in order."""
    nodes = draft.criteria
    if reading.criteria is not None:
        return {node.key: one for node, one in zip(nodes, reading.criteria.all_criteria, strict=True)}
    return {node.key: one for node in nodes if (one := criterion_of(node)) is not None}


# ---- from a set ----


def draft_of(criteria: CriteriaSet) -> Draft:
    """A set opened for writing."""
    nodes = {HEAD: Node(HEAD, Kind.HEAD, fields_of(criteria))}

    def put(kind: Kind, value: Value, root: Root, parent: int | None, place: int) -> int:
        key = len(nodes)
        nodes[key] = Node(key, kind, fields_of(value), root, parent, place * SPACING)
        return key

    def put_section(section: Section, parent: int | None, place: int) -> None:
        key = put(Kind.SECTION, section, Root.CORE, parent, place)
        for i, child in enumerate(section.sections):
            put_section(child, key, i)
        for i, criterion in enumerate(section.criteria):
            put(Kind.CRITERION, criterion, Root.CORE, key, i)

    for i, section in enumerate(criteria.sections):
        put_section(section, None, i)
    for root, members in ((Root.BONUS, criteria.bonus), (Root.DEDUCTIONS, criteria.deductions)):
        for i, criterion in enumerate(members):
            put(Kind.CRITERION, criterion, root, None, i)
    for i, ground in enumerate(criteria.exclusions):
        put(Kind.GROUND, ground, Root.EXCLUSIONS, None, i)
    return Draft(nodes, len(nodes))


def fields_of(value: Value) -> dict[str, Any]:
    """The fields of a node as plain values: numbers as text, what is empty or left to its default not written."""
    lists = {*LISTS.values(), "criteria"}
    found: dict[str, Any] = json_values(value.model_dump(by_alias=True, exclude=lists, exclude_defaults=True))
    if "precision" in found:
        found["precision"] = str(found["precision"])
    if isinstance(value, Criterion):
        found["rule"]["kind"] = value.rule.kind
    return found


def replace_all(draft: Draft, criteria: CriteriaSet) -> Edit:
    """The edit that makes the draft say what `criteria` says. A node of the same code keeps its key and story."""
    wanted = draft_of(criteria)
    known = {
        (node.kind is Kind.SECTION, node.code): node for node in draft.nodes.values() if node.kind is not Kind.HEAD
    }
    keys = {HEAD: HEAD}
    free = draft.next_key
    ordered = [wanted.head, *wanted.in_order()]
    for node in ordered[1:]:
        old = known.get((node.kind is Kind.SECTION, node.code))
        if old is not None and old.kind is node.kind:
            keys[node.key] = old.key
        else:
            keys[node.key], free = free, free + 1
    edit: list[Change] = []
    for node in ordered:
        key = keys[node.key]
        before = draft.nodes.get(key)
        parent = None if node.parent is None else keys[node.parent]
        version = before.version + 1 if before else 1
        after = replace(node, key=key, parent=parent, version=version)
        if not after.same(before):
            edit.append(Change(before, after))
    kept = set(keys.values())
    edit += [Change(node, None) for node in draft.nodes.values() if node.key not in kept]
    return tuple(edit)
