"""Who gets which award: quotas, minimum grades, shut-outs, ties. DESIGN 6.

Pure rules over a ranking. A tie at the last place of a quota is never broken here: it is returned as an open tie, and
a vote decides.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import groupby

from emulation.errors import Invalid
from emulation.words import N_, Phrase


@dataclass(frozen=True, slots=True)
class AwardRule:
    """The rule of one award. Exactly one of `quota` and `quota_percent` is set.

    `quota_percent` is of all units of the cluster (or of the round, where the award is nationwide), those without
    a rank included, rounded down. `shuts_out` are codes of later awards that a holder of this one no longer gets.
    """

    code: str
    per_cluster: bool
    quota: int | None = None
    quota_percent: int | None = None
    minimum_grade: str | None = None
    shuts_out: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Candidate:
    """One unit as the rules see it. Without ranks the council has not settled its sheet, or it is excluded."""

    unit: str
    cluster: int
    rank_in_cluster: int | None
    rank_overall: int | None
    grade: str | None
    is_excluded: bool = False


class Bar(StrEnum):
    """Why a unit that its rank would reach does not get an award."""

    EXCLUDED = "excluded"
    GRADE = "grade"
    SHUT_OUT = "shut_out"


@dataclass(frozen=True, slots=True)
class OpenTie:
    """Units with equal rank for fewer places than they are; `cluster` is None for a nationwide award."""

    cluster: int | None
    places: int
    units: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Allocation:
    """What the rules give for one award.

    `granted`: units in order of cluster and rank. `ties`: what a vote has to decide. `barred`: units without the
    award and why. `quotas`: places by cluster (key None: nationwide). `waits_for`: earlier awards whose open ties
    may still shut a unit out of this one.
    """

    award: str
    granted: tuple[str, ...]
    ties: tuple[OpenTie, ...]
    barred: Mapping[str, Bar]
    quotas: Mapping[int | None, int]
    waits_for: tuple[str, ...] = ()


def allocate(
    rules: Sequence[AwardRule],
    candidates: Sequence[Candidate],
    grades: Sequence[str],
    held: Mapping[str, Collection[str]] | None = None,
) -> list[Allocation]:
    """What each award would give, in the order of `rules`.

    Args:
        rules: in the order in which the awards are handed out.
        candidates: all units of the round, in any order.
        grades: names of the grades of the set, best first.
        held: awards that were granted already, with their holders: these are kept and not computed again.

    Raises:
        Invalid: rules that make no sense together (see `problems_of`).
    """
    for problem in problems_of(rules, grades):
        raise Invalid(problem)
    holders = {code: frozenset(units) for code, units in (held or {}).items()}
    undecided: set[str] = set()
    found: list[Allocation] = []
    for rule in rules:
        shutting = [other.code for other in rules if rule.code in other.shuts_out]
        shut_out = frozenset().union(*(holders.get(code, frozenset()) for code in shutting))
        waits_for = tuple(code for code in shutting if code in undecided)
        if rule.code in holders:
            given = tuple(c.unit for c in sorted(candidates, key=_place(rule)) if c.unit in holders[rule.code])
            found.append(Allocation(rule.code, given, (), {}, _quotas(rule, candidates), waits_for))
            continue
        allocation = _allocate_one(rule, candidates, grades, shut_out, waits_for)
        holders[rule.code] = frozenset(allocation.granted)
        if allocation.ties:
            undecided.add(rule.code)
        found.append(allocation)
    return found


def problems_of(rules: Sequence[AwardRule], grades: Sequence[str]) -> Iterator[Phrase]:
    """What makes no sense in a list of awards."""
    codes = [rule.code for rule in rules]
    for i, rule in enumerate(rules):
        if rule.minimum_grade is not None and rule.minimum_grade not in grades:
            yield Phrase(
                N_("Bộ tiêu chí không có xếp loại “%(grade)s”."),
                {"grade": rule.minimum_grade},
            )
        for other in sorted(rule.shuts_out):
            if other not in codes:
                yield Phrase(N_("Không có danh hiệu hoặc hình thức khen thưởng mã “%(code)s”."), {"code": other})
            elif codes.index(other) <= i:
                yield Phrase(
                    N_("“%(first)s” chỉ có thể loại trừ mục xét sau nó, “%(second)s” xét trước."),
                    {"first": rule.code, "second": other},
                )


def _allocate_one(
    rule: AwardRule,
    candidates: Sequence[Candidate],
    grades: Sequence[str],
    shut_out: Collection[str],
    waits_for: tuple[str, ...],
) -> Allocation:
    quotas = _quotas(rule, candidates)
    enough = frozenset(grades if rule.minimum_grade is None else grades[: grades.index(rule.minimum_grade) + 1])
    barred: dict[str, Bar] = {}
    granted: list[str] = []
    ties: list[OpenTie] = []
    for group, quota in quotas.items():
        left = quota
        standing = [c for c in candidates if group is None or c.cluster == group]
        ranked = sorted((c for c in standing if _rank(rule, c) is not None), key=_place(rule))
        barred |= {c.unit: Bar.EXCLUDED for c in standing if c.is_excluded}
        for _, equals in groupby(ranked, key=lambda c: _rank(rule, c)):
            if not left:
                break
            able: list[str] = []
            for candidate in equals:
                if candidate.is_excluded:
                    continue
                if rule.minimum_grade is not None and candidate.grade not in enough:
                    barred[candidate.unit] = Bar.GRADE
                elif candidate.unit in shut_out:
                    barred[candidate.unit] = Bar.SHUT_OUT
                else:
                    able.append(candidate.unit)
            if len(able) <= left:
                granted += able
                left -= len(able)
            else:
                ties.append(OpenTie(group, left, tuple(able)))
                left = 0
    return Allocation(rule.code, tuple(granted), tuple(ties), barred, quotas, waits_for)


def _quotas(rule: AwardRule, candidates: Sequence[Candidate]) -> dict[int | None, int]:
    groups: dict[int | None, int] = {}
    if rule.per_cluster:
        for candidate in sorted(candidates, key=lambda c: c.cluster):
            groups[candidate.cluster] = groups.get(candidate.cluster, 0) + 1
    else:
        groups[None] = len(candidates)
    return {group: places(rule, units) for group, units in groups.items()}


def places(rule: AwardRule, units: int) -> int:
    """How many of so many units may get the award: the number, or the percentage rounded down."""
    if rule.quota is not None:
        return min(rule.quota, units)
    assert rule.quota_percent is not None
    return units * rule.quota_percent // 100


def _rank(rule: AwardRule, candidate: Candidate) -> int | None:
    return candidate.rank_in_cluster if rule.per_cluster else candidate.rank_overall


def _place(rule: AwardRule) -> Callable[[Candidate], tuple[int, int, str]]:
    def key(candidate: Candidate) -> tuple[int, int, str]:
        return (
            candidate.cluster if rule.per_cluster else 0,
            _rank(rule, candidate) or 10**9,
            candidate.unit,
        )

    return key


def decide(allocation: Allocation, chosen: Collection[str]) -> tuple[str, ...]:
    """The holders of an award after the vote on its open ties: those granted by rule, then those chosen.

    A vote may leave a place empty; it cannot choose more units than places, or units outside the tie.

    Raises:
        Invalid: too many chosen, or a unit that is in no open tie.
    """
    tied = [unit for tie in allocation.ties for unit in tie.units]
    strangers = sorted(set(chosen) - set(tied))
    if strangers:
        raise Invalid(N_("Đơn vị %(unit)s không nằm trong nhóm bằng hạng cần biểu quyết."), "chosen", unit=strangers[0])
    for tie in allocation.ties:
        count = sum(unit in chosen for unit in tie.units)
        if count > tie.places:
            raise Invalid(
                N_("Chọn %(count)s đơn vị cho %(places)s suất còn lại."),
                "chosen",
                count=count,
                places=tie.places,
            )
    return (*allocation.granted, *(unit for unit in tied if unit in chosen))
