"""Keep k criteria: how well do the k best reproduce the whole ranking? docs/lean-report.md, "Keep k criteria"."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from emulation.domain.agreement import kendall_tau_b
from emulation.domain.lean_ranks import Rescorer, Tally

OnProgress = Callable[[int, int], None]
FEWEST_FOR_TAU = 3  # two units are either in order or not


@dataclass(frozen=True, slots=True)
class Kept:
    """The ranking by some of the core criteria (bonus and deductions stay), against the ranking by all.

    Attributes:
        k: how many core criteria are kept.
        kept: their codes in the order of the set; empty where no choice of so few gives every ranked unit a base.
        dropped: the criterion that left last, on the way from k + 1; None where all are kept.
        kendall_tau_b: of the overall ranks, -1..1; None with fewer than three ranked units or all of them tied.
        winners_kept: clusters whose set of units on rank 1 is the same; None where there is no ranking.
        mean_rank_shift: mean absolute change of the overall rank, in places.
    """

    k: int
    kept: tuple[str, ...]
    dropped: str | None
    kendall_tau_b: float | None
    winners_kept: int | None
    mean_rank_shift: float | None


def keep_each(rescorer: Rescorer, on_progress: OnProgress | None = None) -> list[Kept]:
    """The rows for k = 1..n, by greedy backward elimination: from all criteria, again and again the one leaves that
    moves the ranking least.

    Least is the smallest sum of absolute changes of overall ranks against the ranking by all criteria; among equals
    the one with fewer clusters whose winners change, then the one that asks for evidence, then the last in the set.
    A criterion without which a ranked unit would have no base stays while another one can go.
    """
    leaves = rescorer.criteria.leaves
    remaining = list(range(rescorer.core))
    everything = len(remaining)
    todo = sum(range(2, everything + 1))
    done = 0
    tally = rescorer.full
    rows = [row_of(rescorer, tally, remaining, None)] if remaining else []
    while len(remaining) > 1:
        effects = rescorer.effects_without_each(tally, remaining)
        able = [at for at in range(len(remaining)) if effects.defined[at]]
        if not able:
            break
        at = min(
            able,
            key=lambda i: (
                effects.shift[i],
                effects.changed[i],
                not leaves[remaining[i]].evidence.required,
                -remaining[i],
            ),
        )
        done += len(remaining)
        leaving = remaining.pop(at)
        tally = rescorer.without(tally, leaving)
        rows.append(row_of(rescorer, tally, remaining, leaves[leaving].code))
        if on_progress:
            on_progress(done, todo)
    rows += [Kept(k, (), None, None, None, None) for k in range(everything - len(rows), 0, -1)]
    return rows[::-1]


def keep_without(rescorer: Rescorer, dropped: Iterable[str]) -> Kept:
    """The row of one choice: all core criteria but these."""
    gone = frozenset(dropped)
    tally, remaining = rescorer.full, []
    for place, leaf in enumerate(rescorer.criteria.leaves):
        if leaf.code in gone:
            tally = rescorer.without(tally, place)
        else:
            remaining.append(place)
    return row_of(rescorer, tally, remaining, None)


def row_of(rescorer: Rescorer, tally: Tally, remaining: list[int], dropped: str | None) -> Kept:
    """The row of the criteria at these places, whose sums are `tally`."""
    codes = tuple(rescorer.criteria.leaves[place].code for place in remaining)
    effect = rescorer.effect(tally)
    if not rescorer.ranked or not effect.defined[0]:
        return Kept(len(codes), codes, dropped, None, None, None)
    tau = None
    if rescorer.ranked >= FEWEST_FOR_TAU:
        tau = kendall_tau_b(rescorer.full_ranks.tolist(), rescorer.ranks(tally).tolist())
    return Kept(
        k=len(codes),
        kept=codes,
        dropped=dropped,
        kendall_tau_b=None if tau is None else float(tau),
        winners_kept=rescorer.clusters - int(effect.changed[0]),
        mean_rank_shift=int(effect.shift[0]) / rescorer.ranked,
    )
