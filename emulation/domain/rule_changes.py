"""What differs between two versions of the rule of one criterion, parameter by parameter, in words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from emulation.domain.criteria import Criterion
from emulation.domain.rules import Descriptor, Item, Level, Rule, Step
from emulation.domain.words_of_sets import in_unit, joined, points, verbatim
from emulation.words import N_, Phrase

BETTER = {"higher": N_("Cao hơn"), "lower": N_("Thấp hơn")}


@dataclass(frozen=True, slots=True)
class RuleChange:
    """One parameter of a rule that differs; `key` is its name in the file, None is "was not there"."""

    key: str
    label: Phrase
    before: Phrase | None
    after: Phrase | None


@dataclass(frozen=True, slots=True)
class _Line:
    """One line of a table of a rule: what it is called, what it says."""

    label: Phrase
    value: Phrase


def rule_changes(old: Criterion, new: Criterion) -> Iterator[RuleChange]:
    """What differs between the rules of two versions of a criterion.

    Another kind of rule is one change, both rules told in their summaries. Lines of a table are matched by what names
    them: levels by label, items by code, steps and descriptions by their points.
    """
    before, after = old.rule, new.rule
    if before.kind != after.kind:
        yield RuleChange("kind", Phrase(N_("Cách chấm")), before.summary(old.max), after.summary(new.max))
        return
    for name in type(before).model_fields:
        was, now = getattr(before, name), getattr(after, name)
        if was == now:
            continue
        if name in TABLES:
            yield from _of_table(name, before, after)
        else:
            label, say = PARAMETERS[name]
            yield RuleChange(
                name,
                Phrase(label),
                None if was in (None, "") else say(was, before),
                None if now in (None, "") else say(now, after),
            )


def _number(value: Decimal, rule: Rule) -> Phrase:
    return in_unit(value, str(getattr(rule, "unit", "")))


PARAMETERS: Mapping[str, tuple[str, Callable[[Any, Rule], Phrase]]] = {
    "target": (N_("Mức được điểm tối đa"), _number),
    "floor": (N_("Mức 0 điểm"), _number),
    "full_gain": (N_("Mức tiến bộ được điểm tối đa"), _number),
    "ceiling": (N_("Ngưỡng được điểm tối đa"), _number),
    "better": (N_("Tốt hơn khi"), lambda value, rule: Phrase(BETTER[value])),
    "unit": (N_("Đơn vị tính"), lambda value, rule: verbatim(value)),
    "step": (N_("Bước điểm"), lambda value, rule: points(value)),
    "each": (N_("Điểm mỗi lần"), lambda value, rule: points(value)),
}


def _steps(rule: Rule, steps: tuple[Step, ...]) -> dict[Any, _Line]:
    sign = N_("từ %(value)s trở lên") if getattr(rule, "better", "") == "higher" else N_("từ %(value)s trở xuống")
    seen: Counter[Decimal] = Counter()
    found: dict[Any, _Line] = {}
    for step in steps:
        seen[step.points] += 1
        label = Phrase(N_("Bậc %(points)s điểm"), {"points": step.points})
        found[step.points, seen[step.points]] = _Line(label, Phrase(sign, {"value": _number(step.start, rule)}))
    return found


def _descriptors(rule: Rule, descriptors: tuple[Descriptor, ...]) -> dict[Any, _Line]:
    seen: Counter[Decimal] = Counter()
    found: dict[Any, _Line] = {}
    for one in descriptors:
        seen[one.points] += 1
        label = Phrase(N_("Mô tả mức %(points)s điểm"), {"points": one.points})
        found[one.points, seen[one.points]] = _Line(label, verbatim(one.text))
    return found


def _levels(rule: Rule, levels: tuple[Level, ...]) -> dict[Any, _Line]:
    return {
        level.label: _Line(Phrase(N_("Bậc “%(label)s”"), {"label": level.label}), points(level.points))
        for level in levels
    }


def _items(rule: Rule, items: tuple[Item, ...]) -> dict[Any, _Line]:
    return {
        item.code: _Line(
            Phrase(N_("Mục %(code)s"), {"code": item.code}),
            Phrase(N_("%(label)s: %(points)s điểm"), {"label": item.label, "points": item.points}),
        )
        for item in items
    }


TABLES: Mapping[str, tuple[str, Callable[[Rule, Any], dict[Any, _Line]]]] = {
    "steps": (N_("Thứ tự các bậc"), _steps),
    "levels": (N_("Thứ tự các bậc"), _levels),
    "items": (N_("Thứ tự các mục"), _items),
    "descriptors": (N_("Thứ tự các mô tả"), _descriptors),
}


def _of_table(name: str, before: Rule, after: Rule) -> Iterator[RuleChange]:
    def labels(lines: Mapping[Any, _Line]) -> list[Phrase]:
        return [line.label for line in lines.values()]

    order, lines_of = TABLES[name]
    old, new = lines_of(before, getattr(before, name)), lines_of(after, getattr(after, name))
    for key in {**new, **old}:
        was, now = old.get(key), new.get(key)
        line = now or was
        assert line is not None
        if was is None or now is None or was.value != now.value:
            yield RuleChange(name, line.label, was.value if was else None, now.value if now else None)
    if [key for key in old if key in new] != [key for key in new if key in old]:
        yield RuleChange(name, Phrase(order), joined(labels(old)), joined(labels(new)))
