"""One figure, declared once: which criteria ask for the same indicator, and what a saved figure means for the others.

A criterion names indicators by its `figures`. Entries are as they are stored: figures as text in one spelling, so that
two are the same when their texts are. Nothing that a line holds is ever overwritten by another figure.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from emulation.domain.criteria import CriteriaSet, Criterion
from emulation.domain.scoring import line_points
from emulation.errors import Invalid
from emulation.words import Phrase

Data = Mapping[str, Any]
Entries = Mapping[str, Data]


@dataclass(frozen=True)
class Beside:
    """A figure of a line that other criteria ask for too: those that hold the same, and those that hold another."""

    key: str
    indicator: str
    value: str
    same: tuple[str, ...]
    others: tuple[tuple[str, str], ...]  # code of the criterion, its figure


def indicators_in(criterion: Criterion, data: Data | None) -> dict[str, str]:
    """The indicators that an entry gives, with their figures."""
    return {code: str(data[key]) for key, code in criterion.figures.items() if key in data} if data else {}


def agreed(criteria: CriteriaSet, entries: Entries) -> dict[str, str]:
    """The figure of each indicator that some line gives, where no other line gives another."""
    found: dict[str, set[str]] = {}
    for code, data in entries.items():
        criterion = criteria.by_code.get(code)
        for indicator, value in indicators_in(criterion, data).items() if criterion else ():
            found.setdefault(indicator, set()).add(value)
    return {indicator: next(iter(values)) for indicator, values in found.items() if len(values) == 1}


def fits(criterion: Criterion, data: Data) -> bool:
    """Whether the rule can score the entry."""
    try:
        line_points(criterion, data, 2)
    except Invalid:
        return False
    return True


def whole_entry(criterion: Criterion, values: Mapping[str, str]) -> dict[str, str] | None:
    """All figures of an entry from figures of indicators, whether the rule can score them or not."""
    for names in criterion.rule.fields:
        if all(criterion.figures.get(name) in values for name in names):  # type: ignore[call-overload]  # any key
            return {str(key): values[code] for key, code in criterion.figures.items() if key in names}
    return None


def refusal_of(criteria: CriteriaSet, indicator: str, values: Mapping[str, str]) -> Phrase | None:
    """Why no criterion that asks for an indicator can score its figure in `values`; None if one can.

    The other figures of an entry are those in `values`; where one is not known, whatever would fit.
    """
    first: Phrase | None = None
    for criterion, key in criteria.by_indicator[indicator]:
        for names in criterion.rule.fields:
            if key not in names:
                continue
            for guess in (values[indicator], "0", "1"):
                entry = {name: values.get(criterion.figures.get(name, ""), guess) for name in names}  # type: ignore[call-overload]  # any key
                try:
                    line_points(criterion, entry, 2)
                except Invalid as refusal:
                    first = first or refusal.phrase
                else:
                    return None
    return first


def made_of(criterion: Criterion, values: Mapping[str, str]) -> dict[str, str] | None:
    """The whole entry of a criterion from figures of indicators; None where one is missing, or the rule refuses it."""
    data = whole_entry(criterion, values)
    return data if data is not None and fits(criterion, data) else None


def spread(
    criteria: CriteriaSet,
    code: str,
    before: Data | None,
    after: Data | None,
    entries: Entries,
    *,
    may_change: Callable[[Criterion], bool],
    everywhere: bool = False,
) -> dict[str, dict[str, Any]]:
    """The new entries of other criteria, by code, when the entry of one went from `before` to `after`.

    A line takes the figure if it has none of its own, or the one that was here before; `everywhere`: any figure (the
    unit said so). A line that has no entry gets one only if indicators make up the whole of it. Taking a figure back
    takes it from no other line.
    """
    own = criteria.by_code[code]
    new, old = indicators_in(own, after), indicators_in(own, before)
    values: dict[str, str] | None = None
    found: dict[str, dict[str, Any]] = {}
    for other in {one.code: one for indicator in new for one, _key in criteria.by_indicator[indicator]}.values():
        if other is own or not may_change(other):
            continue
        data = entries.get(other.code)
        if data is None:
            values = agreed(criteria, {**entries, code: after or {}}) | new if values is None else values
            made: dict[str, Any] | None = made_of(other, values)
        else:
            changed: dict[str, Any] = {
                key: new[indicator]
                for key, indicator in other.figures.items()
                if indicator in new
                and key in data
                and data[key] != new[indicator]
                and (everywhere or data[key] == old.get(indicator))
            }
            made = {**data, **changed} if changed else None
            made = made if made is None or fits(other, made) else None
        if made is not None:
            found[other.code] = made
    return found


def beside(criteria: CriteriaSet, code: str, entries: Entries) -> list[Beside]:
    """The figures of a line that other lines declare too, in the order of its entry."""
    criterion, data = criteria.by_code[code], entries.get(code)
    found = []
    for key, indicator in criterion.figures.items():
        if not data or key not in data:
            continue
        value = str(data[key])
        there = {
            other.code: str(entries[other.code][its_key])
            for other, its_key in criteria.by_indicator[indicator]
            if other is not criterion and its_key in (entries.get(other.code) or ())
        }
        if there:
            same = tuple(one for one, theirs in there.items() if theirs == value)
            others = tuple((one, theirs) for one, theirs in there.items() if theirs != value)
            found.append(Beside(key, indicator, value, same, others))
    return found
