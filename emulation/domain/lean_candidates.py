"""Which criteria could go, be merged or be automated, and why in words. docs/lean-report.md, "Candidates".

The thresholds are ours, in one place below. A candidate is a question for the department, never a decision.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from emulation.domain.lean_items import Item, Part
from emulation.domain.lean_keep import Kept
from emulation.domain.lean_statistics import Array
from emulation.domain.numbers import rounded
from emulation.domain.rules import External
from emulation.words import N_, Phrase

FEWEST_UNITS = 10  # fewer say too little to drop or merge anything
CEILING = 0.9  # share of units at the maximum, or at zero, from which a criterion no longer parts them
MANY = 0.75  # share of units at the maximum that is worth a word
APART = 0.2  # correlation with the rest below which a criterion measures something else, or nothing
SAME = 0.9  # correlation from which two criteria say the same
FAITHFUL = 0.95  # Kendall's tau-b from which a shorter set gives the same ranking in all but little


class Action(StrEnum):
    """What the department could do with a criterion; earlier ones first."""

    DROP = "drop"
    MERGE = "merge"
    AUTOMATE = "automate"


ACTION_NAMES = {
    Action.DROP: N_("Có thể bỏ"),
    Action.MERGE: N_("Có thể gộp"),
    Action.AUTOMATE: N_("Lấy tự động"),
}


@dataclass(frozen=True, slots=True)
class Group:
    """Core criteria that say the same: every two of them correlate at least `lowest`, which is SAME or more."""

    codes: tuple[str, ...]
    lowest: float


@dataclass(frozen=True, slots=True)
class Candidate:
    """A criterion to look at, what could be done with it, and the reasons in words, the decisive one first."""

    code: str
    action: Action
    reasons: tuple[Phrase, ...]


def groups_of(codes: Sequence[str], pairs: Sequence[Sequence[float | None]], counts: Array) -> list[Group]:
    """Groups of two or more criteria, the closest first, by complete linkage.

    Pairs are taken from the closest on; two groups become one if each criterion of the one correlates with each of the
    other at SAME or more, over FEWEST_UNITS or more units scored on both.

    Args:
        codes: of the criteria, in the order of the set.
        pairs: their correlations, `pairs[i][j]`; None where not defined.
        counts: units scored on both, shape (criteria, criteria).
    """

    def close(i: int, j: int) -> bool:
        r = pairs[i][j]
        return r is not None and r >= SAME and int(counts[i, j]) >= FEWEST_UNITS

    size = len(codes)
    near = [(i, j) for i in range(size) for j in range(i + 1, size) if close(i, j)]
    near.sort(key=lambda pair: (-(pairs[pair[0]][pair[1]] or 0.0), pair))
    members = {i: [i] for i in range(size)}
    group = list(range(size))
    for i, j in near:
        one, other = group[i], group[j]
        if one != other and all(close(a, b) for a in members[one] for b in members[other]):
            members[one] += members.pop(other)
            for place in members[one]:
                group[place] = one
    found = []
    for places in members.values():
        if len(places) > 1:
            places.sort()
            lowest = min(pairs[a][b] or 0.0 for a in places for b in places if a < b)
            found.append((-lowest, places))
    return [Group(tuple(codes[place] for place in places), -lowest) for lowest, places in sorted(found)]


def droppable(keep: Sequence[Kept], *, ranked: int, clusters: int) -> list[str]:
    """Codes in the order in which they can leave, one after the other, while the ranking stays FAITHFUL and every
    cluster keeps its winners; none where fewer than FEWEST_UNITS are ranked.

    Args:
        keep: the rows for k = 1..n.
        ranked: ranked units.
        clusters: clusters with ranked units.
    """
    leaving: list[str] = []
    if ranked < FEWEST_UNITS:
        return leaving
    for row in keep[-2::-1]:
        if row.dropped is None or row.kendall_tau_b is None:
            break
        if row.kendall_tau_b < FAITHFUL or row.winners_kept != clusters:
            break
        leaving.append(row.dropped)
    return leaving


def candidates_of(
    items: Sequence[Item], keep: Sequence[Kept], groups: Sequence[Group], *, ranked: int, clusters: int
) -> list[Candidate]:
    """The ranked list: what to drop, then what to merge, then what to automate.

    To drop: what nobody was scored on; then what `droppable` names, in its order; then what stands at its maximum or
    at zero for nearly everybody and decides no winner. To merge: all of a group but the one that agrees best with the
    rest of the set. To automate: what a unit types although it exists already; evidence first, then files.
    """
    order = droppable(keep, ranked=ranked, clusters=clusters)
    rows = {row.dropped: row for row in keep if row.dropped in set(order)}
    same = _partners(groups)
    dropped = [item for item in items if _unused(item)]
    by_code = {item.code: item for item in items}
    dropped += [by_code[code] for code in order if by_code[code] not in dropped]
    dropped += [item for item in items if item not in dropped and _is_flat(item)]
    found = [
        Candidate(item.code, Action.DROP, tuple(_drop_reasons(item, rows.get(item.code), same))) for item in dropped
    ]
    gone = {item.code for item in dropped}
    for group in groups:
        rest = [by_code[code] for code in group.codes if code not in gone]
        if len(rest) > 1:
            best = max(rest, key=lambda item: (item.item_rest_correlation or -1.0, -group.codes.index(item.code)))
            merged = [item for item in rest if item is not best]
            found += [
                Candidate(item.code, Action.MERGE, tuple(_merge_reasons(item, best.code, group))) for item in merged
            ]
            gone |= {item.code for item in merged}
    automated = [item for item in items if item.code not in gone and _is_typed_again(item)]
    automated.sort(key=lambda item: (not item.evidence_required, -(item.cost.files if item.cost else 0)))
    found += [Candidate(item.code, Action.AUTOMATE, tuple(_automate_reasons(item))) for item in automated]
    return found


def _unused(item: Item) -> bool:
    """Nobody was scored on it. A deduction that nobody earned has done its work."""
    return not item.scored and item.part is not Part.DEDUCTION


def _is_flat(item: Item) -> bool:
    if item.part is not Part.CORE or item.scored < FEWEST_UNITS or item.awards_changed_if_dropped != 0:
        return False
    return max(item.at_max or 0.0, item.at_zero or 0.0) >= CEILING or item.sd_share == 0


def _is_typed_again(item: Item) -> bool:
    return item.from_existing_data and not isinstance(item.criterion.rule, External)


def _partners(groups: Sequence[Group]) -> Mapping[str, tuple[Group, tuple[str, ...]]]:
    return {code: (group, tuple(one for one in group.codes if one != code)) for group in groups for code in group.codes}


def _drop_reasons(item: Item, row: Kept | None, same: Mapping[str, tuple[Group, tuple[str, ...]]]) -> Iterator[Phrase]:
    if not item.scored:
        yield Phrase(N_("Không đơn vị nào được chấm ở tiêu chí này."))
        return
    yield from _spread_reasons(item)
    if item.rank_shift_if_dropped is not None:
        if item.awards_changed_if_dropped:
            text = N_("Bỏ riêng thì thứ hạng đổi bình quân %(shift)s bậc, %(n)s cụm đổi đơn vị dẫn đầu.")
        else:
            text = N_("Bỏ riêng thì thứ hạng đổi bình quân %(shift)s bậc, không cụm nào đổi đơn vị dẫn đầu.")
        yield Phrase(
            text, {"shift": as_figure(item.rank_shift_if_dropped, 2), "n": item.awards_changed_if_dropped or 0}
        )
    if row is not None and row.kendall_tau_b is not None:
        yield Phrase(
            N_("Bỏ cùng các tiêu chí đứng trước thì thứ hạng vẫn gần như cũ (tau-b %(tau)s)."),
            {"tau": as_figure(row.kendall_tau_b, 2)},
        )
    if item.code in same:
        group, others = same[item.code]
        yield Phrase(
            N_("Đo gần như cùng một điều với %(codes)s (tương quan từ %(r)s)."),
            {"codes": ", ".join(others), "r": as_figure(group.lowest, 2)},
        )
    yield from _cost(item)


def _spread_reasons(item: Item) -> Iterator[Phrase]:
    """What its points say: no spread, nearly everybody at one end, or apart from the rest."""
    if item.sd_share == 0:
        yield Phrase(N_("Mọi đơn vị được chấm đều bằng điểm nhau."))
    elif (item.at_max or 0.0) >= CEILING:
        yield Phrase(
            N_("%(share)s %% đơn vị đạt điểm tối đa nên tiêu chí không còn phân biệt các đơn vị."),
            {"share": as_percent(item.at_max or 0.0, 0)},
        )
    elif (item.at_zero or 0.0) >= CEILING:
        yield Phrase(
            N_("%(share)s %% đơn vị được 0 điểm nên tiêu chí không còn phân biệt các đơn vị."),
            {"share": as_percent(item.at_zero or 0.0, 0)},
        )
    elif (item.at_max or 0.0) >= MANY:
        yield Phrase(N_("%(share)s %% đơn vị đạt điểm tối đa."), {"share": as_percent(item.at_max or 0.0, 0)})
    if item.item_rest_correlation is not None and item.item_rest_correlation < APART:
        yield Phrase(
            N_("Kết quả không đi cùng các tiêu chí còn lại (tương quan %(r)s)."),
            {"r": as_figure(item.item_rest_correlation, 2)},
        )


def _merge_reasons(item: Item, best: str, group: Group) -> Iterator[Phrase]:
    yield Phrase(
        N_("Đo gần như cùng một điều với %(code)s (tương quan từ %(r)s): gộp vào %(code)s."),
        {"code": best, "r": as_figure(group.lowest, 2)},
    )
    yield from _cost(item)


def _automate_reasons(item: Item) -> Iterator[Phrase]:
    source = {"source": item.criterion.source}
    if item.evidence_required:
        yield Phrase(
            N_("Số liệu đã có ở “%(source)s”: lấy thẳng từ đó, đơn vị khỏi kê khai và nộp minh chứng."), source
        )
    else:
        yield Phrase(N_("Số liệu đã có ở “%(source)s”: lấy thẳng từ đó, đơn vị khỏi kê khai."), source)
    yield from _cost(item)


def _cost(item: Item) -> Iterator[Phrase]:
    if item.cost is not None and item.cost.files:
        yield Phrase(N_("Các đơn vị đã nộp %(files)s tệp minh chứng."), {"files": item.cost.files})


def as_figure(value: float, places: int) -> Decimal:
    """A statistic as a figure of a sentence, rounded half up."""
    return rounded(Decimal(repr(value)), places)


def as_percent(value: float, places: int) -> Decimal:
    """A share as per cent, rounded half up once."""
    return rounded(Decimal(repr(value)) * 100, places)
