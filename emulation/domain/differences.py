"""Two versions of a criteria set compared: one tree, each line with what became of it. DESIGN 8, issue 3 point 4.

A criterion is the same in both versions when it has the same code, or when it is the only one that `replaces` the
other and replaces nothing else (renumbered). Sections go by code, and where a code vanished and another came with
exactly the same title, by that. Nothing else is guessed: a criterion under a new code that looks like a dropped one is
new, with the likely origin said beside it.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from functools import cached_property

from emulation.domain.changes import (
    PLAIN,
    Change,
    Names,
    criterion_changes,
    ground_changes,
    head_changes,
    section_changes,
)
from emulation.domain.criteria import CriteriaSet, Criterion, Ground, Section
from emulation.domain.drafts import Kind, Root
from emulation.domain.lineage import Lineage, lineage
from emulation.domain.numbers import half_up, units_to_points
from emulation.domain.rules import Rule
from emulation.domain.set_tree import Home, Key, Part, SetTree
from emulation.words import N_, Phrase


class Status(StrEnum):
    """What became of a line. Of a line that changed and moved, or changed its code as well, the one said is the later
    in this list; its changes and its move are told all the same."""

    SAME = "same"
    MOVED = "moved"
    CHANGED = "changed"
    RENUMBERED = "renumbered"
    MERGED = "merged"
    SPLIT = "split"
    NEW = "new"
    DROPPED = "dropped"


STATUS_NAMES = {
    Status.SAME: N_("Không đổi"),
    Status.MOVED: N_("Đã chuyển"),
    Status.CHANGED: N_("Đã sửa"),
    Status.RENUMBERED: N_("Đã đổi mã"),
    Status.MERGED: N_("Đã gộp"),
    Status.SPLIT: N_("Đã tách"),
    Status.NEW: N_("Thêm mới"),
    Status.DROPPED: N_("Đã bỏ"),
}


ROOT_NAMES = {
    Root.CORE: N_("phần tiêu chí chính"),
    Root.BONUS: N_("phần điểm thưởng"),
    Root.DEDUCTIONS: N_("phần điểm trừ"),
    Root.EXCLUSIONS: N_("điều kiện loại trừ"),
}


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the comparison: a line of the new set, or one that was dropped, at its old place.

    `origins` are the codes of the old set that it comes from: one, or several that were merged, or none. `maximum`
    and `maximum_before` are points: of a criterion its own (merged: the sum of what went in), of a section what it can
    bring at most, its coefficient included; None where there is none. `twin` is the code of a dropped (or new)
    criterion with the same title, rule and maximum, so probably the same one under another code.
    """

    kind: Kind
    root: Root
    status: Status
    code: str
    title: str
    depth: int
    origins: tuple[str, ...] = ()
    changes: tuple[Change, ...] = ()
    move: Phrase | None = None
    maximum: Decimal | None = None
    maximum_before: Decimal | None = None
    twin: str | None = None

    @property
    def is_doubtful(self) -> bool:
        """Whether the code was kept while title and kind of rule are others: probably another criterion."""
        return self.status is Status.CHANGED and {"title", "rule.kind"} <= {change.key for change in self.changes}


@dataclass(frozen=True)
class Differences:
    """What `compare` found. `head` is what holds for the whole set, `lines` the tree of the new set with the dropped
    lines at their old places."""

    old: CriteriaSet
    new: CriteriaSet
    lineage: Lineage
    head: tuple[Change, ...]
    lines: tuple[Line, ...]

    @cached_property
    def counts(self) -> dict[Status, int]:
        """How many criteria (core, bonus, deductions) have each status."""
        found = Counter(line.status for line in self.lines if line.kind is Kind.CRITERION)
        return {status: found[status] for status in Status}

    @property
    def moved(self) -> int:
        """How many criteria stand at another place, changed ones and renumbered ones included."""
        return sum(1 for line in self.lines if line.kind is Kind.CRITERION and line.move is not None)

    @property
    def is_same(self) -> bool:
        """Whether nothing differs but the version."""
        return not self.head and all(line.status is Status.SAME for line in self.lines)

    @cached_property
    def changed(self) -> list[Line]:
        """The lines that are not the same, with the sections that they stand in."""
        kept: set[int] = set()
        above: list[int] = []
        for i, line in enumerate(self.lines):
            while above and self.lines[above[-1]].depth >= line.depth:
                above.pop()
            if line.status is not Status.SAME:
                kept.update(above, (i,))
            if line.kind is Kind.SECTION:
                above.append(i)
        return [line for i, line in enumerate(self.lines) if i in kept]


def compare(old: CriteriaSet, new: CriteriaSet, names: Names = PLAIN) -> Differences:
    """What became of every line of `old`, and where every line of `new` comes from.

    Every criterion of the new set stands in exactly one line; every one of the old set is an origin of at least one
    line, its own if it was dropped.
    """
    return _Comparison(old, new, names).result()


class _Comparison:
    """The work of `compare`."""

    def __init__(self, old: CriteriaSet, new: CriteriaSet, names: Names) -> None:
        self.old, self.new, self.names = old, new, names
        self.before, self.after = SetTree(old), SetTree(new)
        self.lineage = lineage(old, new)
        self.origin = self._origins()
        self.stays = set(self.origin.values())
        self.home_of: dict[Home, Home] = {root: root for root in Root}  # old section or list -> new
        self.home_of |= {was: key for key, was in self.origin.items() if key[0] is Kind.SECTION}
        self.home_before = {now: was for was, now in self.home_of.items()}
        self.places = {key: i for i, key in enumerate(self.before.nodes)}
        self.out_of_order = {key for home in self.after.children for key in self._out_of_order(home)}
        self.twins = _twins(self.lineage, old, new)

    def result(self) -> Differences:
        lines = tuple(line for root in Root for line in self._lines(root, 0))
        return Differences(self.old, self.new, self.lineage, head_changes(self.old, self.new), lines)

    def _origins(self) -> dict[Key, Key]:
        """The old line of each new line that is still the same one."""
        found: dict[Key, Key] = {}
        for key in self.after.nodes:
            if key[0] is Kind.CRITERION:
                code = self.lineage.same(key[1])
                if code is not None:
                    found[key] = Kind.CRITERION, code
            elif key in self.before.nodes:
                found[key] = key
        gone = _alone((one.title, key) for key, one in self.before.sections().items() if key not in found)
        came = _alone((one.title, key) for key, one in self.after.sections().items() if key not in found)
        return found | {came[title]: gone[title] for title in came.keys() & gone.keys()}

    def _out_of_order(self, home: Home) -> Iterator[Key]:
        """The fewest lines of a section or list that must move so that the others stand as they stood before."""
        stayed = [
            key
            for key in self.after.children[home]
            if key in self.origin and self.home_of.get(self.before.nodes[self.origin[key]].home) == home
        ]
        in_order = longest_rising([self.places[self.origin[key]] for key in stayed])
        yield from (key for i, key in enumerate(stayed) if i not in in_order)

    def _move(self, key: Key) -> Phrase | None:
        """Where a line stood and stands, if it was moved."""
        was, now = self.before.nodes[self.origin[key]].home, self.after.nodes[key].home
        if self.home_of.get(was) != now:
            return Phrase(N_("từ %(before)s sang %(after)s"), {"before": _place(was), "after": _place(now)})
        return Phrase(N_("đổi thứ tự trong %(place)s"), {"place": _place(now)}) if key in self.out_of_order else None

    def _lines(self, home: Home, depth: int) -> Iterator[Line]:
        """The lines below a section or list of the new set, with those that were dropped from it."""
        present = self.after.children[home]
        dropped: dict[Key | None, list[Key]] = {}  # by the line after which they come
        anchor: Key | None = None
        new_of = {self.origin[key]: key for key in present if key in self.origin}
        for key in self.before.children[self.home_before[home]] if home in self.home_before else ():
            if key in new_of:
                anchor = new_of[key]
            elif self._is_dropped(key):
                dropped.setdefault(anchor, []).append(key)
        for place in (None, *present):
            if place is not None:
                yield self._line(place, depth)
                if place[0] is Kind.SECTION:
                    yield from self._lines(place, depth + 1)
            for key in dropped.get(place, ()):
                yield from self._dropped(key, depth)

    def _is_dropped(self, key: Key) -> bool:
        return not self.lineage.heirs[key[1]] if key[0] is Kind.CRITERION else key not in self.stays

    def _dropped(self, key: Key, depth: int) -> Iterator[Line]:
        """A dropped line, and below a section what was dropped with it."""
        node = self.before.nodes[key]
        points = self._most(node.value, self.old)
        yield Line(
            key[0],
            node.root,
            Status.DROPPED,
            key[1],
            node.value.title,
            depth,
            origins=(key[1],),
            maximum_before=points,
            twin=self.twins[0].get(key[1]) if key[0] is Kind.CRITERION else None,
        )
        for child in self.before.children.get(key, ()):
            if self._is_dropped(child):
                yield from self._dropped(child, depth + 1)

    def _line(self, key: Key, depth: int) -> Line:
        """A line of the new set."""
        kind, code = key
        node = self.after.nodes[key]
        status, move = Status.NEW, None
        changes: tuple[Change, ...] = ()
        origins: tuple[str, ...] = ()
        if key in self.origin:
            was = self.before.nodes[self.origin[key]].value
            origins = (was.code,)
            changes, move = self._changes(was, node.value), self._move(key)
            if was.code != code:
                status = Status.RENUMBERED
            else:
                status = Status.CHANGED if changes else Status.MOVED if move else Status.SAME
        elif kind is Kind.CRITERION and self.lineage.origins[code]:
            status = Status.MERGED if self.lineage.is_merged(code) else Status.SPLIT
            origins = self.lineage.origins[code]
        return Line(
            kind,
            node.root,
            status,
            code,
            node.value.title,
            depth,
            origins,
            changes,
            move,
            self._most(node.value, self.new),
            self._most_before(kind, origins),
            self.twins[1].get(code) if status is Status.NEW and kind is Kind.CRITERION else None,
        )

    def _changes(self, old: Part, new: Part) -> tuple[Change, ...]:
        if isinstance(old, Criterion) and isinstance(new, Criterion):
            return criterion_changes(old, new, self.names)
        if isinstance(old, Section) and isinstance(new, Section):
            return section_changes(old, new)
        assert isinstance(old, Ground)
        assert isinstance(new, Ground)
        return ground_changes(old, new)

    def _most(self, value: Part, criteria: CriteriaSet) -> Decimal | None:
        if isinstance(value, Criterion):
            return value.max
        if isinstance(value, Ground):
            return None
        most = value.most * 10**criteria.precision
        return units_to_points(half_up(most.numerator, most.denominator), criteria.precision)

    def _most_before(self, kind: Kind, origins: Sequence[str]) -> Decimal | None:
        if kind is Kind.GROUND or not origins:
            return None
        found = [self._most(self.before.nodes[kind, code].value, self.old) for code in origins]
        return sum((one for one in found if one is not None), Decimal(0))


def _place(home: Home) -> Phrase:
    return Phrase(ROOT_NAMES[home]) if isinstance(home, Root) else Phrase(N_("lĩnh vực %(code)s"), {"code": home[1]})


def _alone(pairs: Iterable[tuple[str, Key]]) -> dict[str, Key]:
    """The keys by title, those titles alone that stand once."""
    found = list(pairs)
    times = Counter(title for title, _ in found)
    return {title: key for title, key in found if times[title] == 1}


def _twins(known: Lineage, old: CriteriaSet, new: CriteriaSet) -> tuple[dict[str, str], dict[str, str]]:
    """Dropped criteria and new ones with the same title, rule and maximum: new code by old, old code by new.

    Where several look the same, none is named.
    """

    def looks(criterion: Criterion) -> tuple[str, Rule, Decimal]:
        return " ".join(criterion.title.casefold().split()), criterion.rule, criterion.max

    def singles(criteria: Iterable[Criterion]) -> dict[tuple[str, Rule, Decimal], str]:
        found = [(looks(one), one.code) for one in criteria]
        times = Counter(look for look, _ in found)
        return {look: code for look, code in found if times[look] == 1}

    gone = singles(one for one in old.all_criteria if not known.heirs[one.code])
    came = singles(one for one in new.all_criteria if not known.origins[one.code])
    pairs = [(gone[look], came[look]) for look in gone.keys() & came.keys()]
    return dict(pairs), {after: before for before, after in pairs}


def longest_rising(values: Sequence[int]) -> set[int]:
    """The places of a longest rising subsequence of different numbers: [2, 0, 1] -> {1, 2}. O(n log n)."""
    tails: list[int] = []  # the smallest last value of a rising run of each length
    ends: list[int] = []  # where it stands
    before: list[int] = []
    for i, value in enumerate(values):
        length = bisect_left(tails, value)
        before.append(ends[length - 1] if length else -1)
        tails[length:] = [value, *tails[length + 1 :]]
        ends[length:] = [i, *ends[length + 1 :]]
    found: set[int] = set()
    place = ends[-1] if ends else -1
    while place >= 0:
        found.add(place)
        place = before[place]
    return found
