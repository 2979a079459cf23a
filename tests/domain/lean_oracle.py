"""A slow second opinion on docs/lean-report.md: every choice of criteria scored from the entries, by the slow oracle.

A criterion that is dropped is really taken out of the plain set. Counts are exact; roots are the only floats.
"""

import math
from copy import deepcopy
from fractions import Fraction
from typing import Any

from tests.domain import oracle

Data = dict[str, Any]
Unit = Data  # as in a sheets file: unit, cluster, tags, entries, excluded


def without(data: Data, gone: set[str]) -> Data:
    """The set without these criteria; a section may become empty."""
    made = deepcopy(data)
    for section in oracle.sections_of(made):
        if "criteria" in section:
            section["criteria"] = [leaf for leaf in section["criteria"] if leaf["code"] not in gone]
    for part in ("bonus", "deductions"):
        made[part] = [leaf for leaf in made.get(part, []) if leaf["code"] not in gone]
    return made


def sheet(data: Data, unit: Unit) -> oracle.Sheet:
    """The unit's sheet under a set that may lack criteria the unit declared."""
    known = {leaf["code"] for leaf in every_leaf(data)}
    entries = {code: entry for code, entry in unit["entries"].items() if code in known}
    return oracle.Sheet(data, entries, set(unit.get("tags") or []))


def core_leaves(data: Data) -> list[Data]:
    return [leaf for section in data["sections"] for leaf in oracle.leaves_of(section)]


def every_leaf(data: Data) -> list[Data]:
    return [*core_leaves(data), *data.get("bonus", []), *data.get("deductions", [])]


def ranking(data: Data, units: list[Unit]) -> tuple[dict[str, int], dict[str, set[str]]] | None:
    """Overall ranks and winners by cluster of the units in the running; None where one of them has no base."""
    running = {unit["unit"]: unit for unit in units if unit.get("excluded") is None}
    sheets = {code: sheet(data, unit) for code, unit in running.items()}
    if any(one.base == 0 for one in sheets.values()):
        return None
    merits = {code: one.merits() for code, one in sheets.items()}
    ranks = {code: 1 + sum(other > mine for other in merits.values()) for code, mine in merits.items()}
    winners: dict[str, set[str]] = {}
    for code, unit in running.items():
        if (cluster := unit.get("cluster")) is not None:
            near = [other for other, one in running.items() if one.get("cluster") == cluster]
            if all(merits[other] <= merits[code] for other in near):
                winners.setdefault(cluster, set()).add(code)
    return ranks, winners


def effect(data: Data, units: list[Unit], gone: set[str]) -> tuple[int, int] | None:
    """Sum of absolute changes of overall ranks, and clusters whose winners change."""
    before, after = ranking(data, units), ranking(without(data, gone), units)
    assert before is not None
    if after is None:
        return None
    shift = sum(abs(before[0][code] - after[0][code]) for code in before[0])
    return shift, sum(before[1][cluster] != after[1][cluster] for cluster in before[1])


def shares(data: Data, units: list[Unit], code: str) -> dict[str, Fraction]:
    """Points / maximum of the units scored on a criterion."""
    leaf = next(leaf for leaf in every_leaf(data) if leaf["code"] == code)
    found = {}
    for unit in units:
        entry, tags = unit["entries"].get(code), set(unit.get("tags") or [])
        if entry is not None and entry != {"not_applicable": True} and oracle.applies(leaf, tags):
            points = sheet(data, unit).lines[code]
            assert points is not None
            found[unit["unit"]] = points / (oracle.exact(leaf["max"]) * 10 ** data.get("precision", 2))
    return found


def pearson(pairs: list[tuple[Fraction, Fraction]]) -> float | None:
    """r from centred products; None with fewer than three pairs or no spread."""
    n = len(pairs)
    if n < 3:
        return None
    mean_x, mean_y = sum(x for x, _ in pairs) / n, sum(y for _, y in pairs) / n
    up = sum((x - mean_x) * (y - mean_y) for x, y in pairs)
    below = sum((x - mean_x) ** 2 for x, _ in pairs) * sum((y - mean_y) ** 2 for _, y in pairs)
    return float(up) / math.sqrt(below) if below else None


def item(data: Data, units: list[Unit], code: str) -> Data:
    """The row of one criterion, with exact fractions where there are no roots."""
    mine = shares(data, units, code)
    values, n = list(mine.values()), len(mine)
    rest_set = without(data, {code})
    rest = {unit["unit"]: one for unit in units if (one := sheet(rest_set, unit)).base != 0}
    found = effect(data, units, {code})
    ranked = sum(unit.get("excluded") is None for unit in units)
    mean = sum(values, Fraction(0)) / n if n else None
    return {
        "scored": n,
        "mean_share": mean,
        "sd_share": math.sqrt(sum((x - mean) ** 2 for x in values) / n) if mean is not None else None,
        "at_max": Fraction(sum(x == 1 for x in values), n) if n else None,
        "at_zero": Fraction(sum(x == 0 for x in values), n) if n else None,
        "item_rest_correlation": pearson([(x, Fraction(rest[unit].core)) for unit, x in mine.items() if unit in rest]),
        "rank_shift_if_dropped": Fraction(found[0], ranked) if found and ranked else None,
        "awards_changed_if_dropped": found[1] if found and ranked else None,
    }


def tau_b(x: list[int], y: list[int]) -> float | None:
    """Kendall's tau-b by looking at every pair; None with fewer than three units or all tied."""
    if len(x) < 3:
        return None
    difference = ordered_x = ordered_y = 0
    for i in range(len(x)):
        for j in range(i):
            across, along = (x[i] > x[j]) - (x[i] < x[j]), (y[i] > y[j]) - (y[i] < y[j])
            difference += across * along
            ordered_x += across != 0
            ordered_y += along != 0
    return difference / math.sqrt(ordered_x * ordered_y) if ordered_x and ordered_y else None


def keep_each(data: Data, units: list[Unit]) -> list[Data]:
    """The rows for k = n..1 by greedy backward elimination."""
    codes = [leaf["code"] for leaf in core_leaves(data)]
    needs = {leaf["code"]: bool(leaf.get("evidence", {}).get("required")) for leaf in core_leaves(data)}
    gone: set[str] = set()
    rows = [row(data, units, gone, None)]
    while len(gone) < len(codes) - 1:
        choices = []
        for place, code in enumerate(codes):
            if code not in gone and (found := effect(data, units, gone | {code})) is not None:
                choices.append((*found, not needs[code], -place, code))
        if not choices:
            break
        leaving = min(choices)[-1]
        gone.add(leaving)
        rows.append(row(data, units, gone, leaving))
    nothing = {"kept": (), "dropped": None, "kendall_tau_b": None, "winners_kept": None, "mean_rank_shift": None}
    return rows + [{"k": k} | nothing for k in range(len(codes) - len(rows), 0, -1)]


def row(data: Data, units: list[Unit], gone: set[str], dropped: str | None) -> Data:
    before, after = ranking(data, units), ranking(without(data, gone), units)
    assert before is not None
    assert after is not None
    kept = tuple(leaf["code"] for leaf in core_leaves(data) if leaf["code"] not in gone)
    found: Data = {"k": len(kept), "kept": kept, "dropped": dropped}
    if not before[0]:
        return found | {"kendall_tau_b": None, "winners_kept": None, "mean_rank_shift": None}
    names = sorted(before[0])
    shift, changed = effect(data, units, gone) or (0, 0)
    return found | {
        "kendall_tau_b": tau_b([before[0][name] for name in names], [after[0][name] for name in names]),
        "winners_kept": len(before[1]) - changed,
        "mean_rank_shift": Fraction(shift, len(names)),
    }
