"""A slow second opinion on DESIGN 3 and 6, written from the design alone: plain values in, text out, fractions inside.

A set is the plain mapping of its file, numbers as text. Nothing here is shared with `emulation`.
"""

from fractions import Fraction
from math import floor
from typing import Any

Data = dict[str, Any]


class RefusedError(Exception):
    """An entry that the design does not allow."""


def exact(figure: Any) -> Fraction:
    """A figure as it was written: 8, "8.5", "8,5"."""
    return Fraction(str(figure).replace(",", "."))


def half_up(value: Fraction, precision: int) -> int:
    """`value` >= 0 as an integer count of 10 ** -precision, ties up."""
    return floor(value * 10**precision + Fraction(1, 2))


def shown(units: int, precision: int) -> str:
    """1250 at two decimals: "12.50"."""
    digits = str(units).rjust(precision + 1, "0")
    return f"{digits[:-precision]}.{digits[-precision:]}" if precision else digits


def refuse_unless(condition: bool) -> None:
    """Leave if the entry is not allowed."""
    if not condition:
        raise RefusedError


# ---- the table "Rules" ----


def points(rule: Data, maximum: Fraction, entry: Data) -> Fraction:
    """Points before rounding."""
    return KINDS[rule["kind"]](rule, maximum, entry)


def share(entry: Data) -> Fraction:
    """{part, whole} as 100 x part / whole, or {value}."""
    if set(entry) == {"value"}:
        refuse_unless(exact(entry["value"]) >= 0)
        return exact(entry["value"])
    refuse_unless(set(entry) == {"part", "whole"})
    part, whole = exact(entry["part"]), exact(entry["whole"])
    refuse_unless(0 <= part <= whole and whole > 0)
    return 100 * part / whole


def given_points(entry: Data, maximum: Fraction) -> Fraction:
    """{points} inside 0..max."""
    refuse_unless(set(entry) == {"points"})
    refuse_unless(0 <= exact(entry["points"]) <= maximum)
    return exact(entry["points"])


def judged(rule: Data, maximum: Fraction, entry: Data) -> Fraction:
    """As given, a multiple of step."""
    given = given_points(entry, maximum)
    refuse_unless((given / exact(rule.get("step", "0.25"))).denominator == 1)
    return given


def levels(rule: Data, maximum: Fraction, entry: Data) -> Fraction:
    """That level's points."""
    refuse_unless(set(entry) == {"level"})
    for level in rule["levels"]:
        if level["label"] == entry["level"]:
            return exact(level["points"])
    raise RefusedError


def check(rule: Data, maximum: Fraction, entry: Data) -> Fraction:
    """Max or 0."""
    refuse_unless(set(entry) == {"met"} and entry["met"] in (True, False))
    return maximum if entry["met"] else Fraction(0)


def checklist(rule: Data, maximum: Fraction, entry: Data) -> Fraction:
    """The sum of the items met, at most max."""
    refuse_unless(set(entry) == {"met"})
    by_code = {item["code"]: exact(item["points"]) for item in rule["items"]}
    refuse_unless(len(set(entry["met"])) == len(entry["met"]) and set(entry["met"]) <= set(by_code))
    return min(maximum, sum((by_code[code] for code in entry["met"]), Fraction(0)))


def ratio(rule: Data, maximum: Fraction, entry: Data) -> Fraction:
    """0 at floor and beyond, max at target and beyond, linear between."""
    value, target, bottom = share(entry), exact(rule["target"]), exact(rule.get("floor", 0))
    if rule.get("better", "higher") == "lower":
        value, target, bottom = -value, -target, -bottom
    if value <= bottom:
        return Fraction(0)
    if value >= target:
        return maximum
    return maximum * (value - bottom) / (target - bottom)


def steps(rule: Data, maximum: Fraction, entry: Data) -> Fraction:
    """The first step reached; none: 0."""
    value = share(entry)
    for step in rule["steps"]:
        start = exact(step["from"])
        if value <= start if rule.get("better", "higher") == "lower" else value >= start:
            return exact(step["points"])
    return Fraction(0)


def count(rule: Data, maximum: Fraction, entry: Data) -> Fraction:
    """Count x each, at most max."""
    refuse_unless(set(entry) == {"count"})
    times = exact(entry["count"])
    refuse_unless(times >= 0 and times.denominator == 1)
    return min(maximum, times * exact(rule["each"]))


def progress(rule: Data, maximum: Fraction, entry: Data) -> Fraction:
    """Linear in the gain; max at full_gain and beyond, or where `now` has reached the ceiling."""
    refuse_unless(set(entry) == {"before", "now"})
    lower = rule.get("better", "higher") == "lower"
    before, now = exact(entry["before"]), exact(entry["now"])
    gain = before - now if lower else now - before
    if rule.get("ceiling") is not None:
        ceiling = exact(rule["ceiling"])
        if now <= ceiling if lower else now >= ceiling:
            return maximum
    if gain <= 0:
        return Fraction(0)
    return min(maximum, maximum * gain / exact(rule["full_gain"]))


def external(rule: Data, maximum: Fraction, entry: Data) -> Fraction:
    """As given."""
    return given_points(entry, maximum)


KINDS = {
    "judged": judged,
    "levels": levels,
    "check": check,
    "checklist": checklist,
    "ratio": ratio,
    "steps": steps,
    "count": count,
    "progress": progress,
    "external": external,
}


# ---- "Arithmetic" ----


def applies(leaf: Data, tags: set[str]) -> bool:
    """Whether the leaf shares a tag with the unit, or asks for none."""
    return not leaf.get("applies_to") or bool(set(leaf["applies_to"]) & tags)


def leaves_of(section: Data) -> list[Data]:
    """The core leaves below a section."""
    below = [leaf for child in section.get("sections", []) for leaf in leaves_of(child)]
    return [*section.get("criteria", []), *below]


def sections_of(data: Data) -> list[Data]:
    """Every section, at any depth."""

    def walk(section: Data) -> list[Data]:
        return [section, *(one for child in section.get("sections", []) for one in walk(child))]

    return [one for section in data["sections"] for one in walk(section)]


class Sheet:
    """One sheet, scored. Points are integer counts of 10 ** -precision; None where there is no score."""

    def __init__(self, data: Data, entries: dict[str, Data], tags: set[str]) -> None:
        self.data = data
        self.precision = data.get("precision", 2)
        self.core_leaves = [leaf for section in data["sections"] for leaf in leaves_of(section)]
        self.bonus_leaves = data.get("bonus", [])
        self.deduction_leaves = data.get("deductions", [])
        self.lines: dict[str, int | None] = {}
        self.left_base: set[str] = set()
        self.unscored: list[str] = []
        everything = [*self.core_leaves, *self.bonus_leaves, *self.deduction_leaves]
        refuse_unless(set(entries) <= {leaf["code"] for leaf in everything})
        for leaf in everything:
            self.score_leaf(leaf, entries.get(leaf["code"]), tags, leaf in self.core_leaves)

    def score_leaf(self, leaf: Data, entry: Data | None, tags: set[str], is_core: bool) -> None:
        code, maximum = leaf["code"], exact(leaf["max"])
        is_away = not applies(leaf, tags)
        if entry == {"not_applicable": True}:
            refuse_unless(is_away or leaf.get("may_skip", False))
            is_away = True
        elif entry is not None:
            got = half_up(points(leaf["rule"], maximum, entry), self.precision)
        if is_away:
            policy = self.data.get("not_applicable", "rebase")
            full = half_up(maximum, self.precision)
            self.lines[code] = {"rebase": None, "full": full, "zero": 0}[policy] if is_core else None
            if policy == "rebase":
                self.left_base.add(code)
        elif entry is None:
            self.lines[code] = None
            if is_core:
                self.unscored.append(code)
        else:
            self.lines[code] = got

    def earned_by(self, section: Data) -> Fraction:
        """Sum of leaves and sections, times the coefficient."""
        inner = sum((self.lines[leaf["code"]] or 0 for leaf in section.get("criteria", [])), Fraction(0))
        inner += sum(self.earned_by(child) for child in section.get("sections", []))
        return inner * exact(section.get("coefficient", 1))

    def base_of(self, section: Data) -> Fraction:
        """The same sum over the maxima of the applicable leaves."""
        stay = [leaf for leaf in section.get("criteria", []) if leaf["code"] not in self.left_base]
        inner = sum((exact(leaf["max"]) for leaf in stay), Fraction(0)) * 10**self.precision
        inner += sum(self.base_of(child) for child in section.get("sections", []))
        return inner * exact(section.get("coefficient", 1))

    @property
    def earned(self) -> Fraction:
        return sum((self.earned_by(section) for section in self.data["sections"]), Fraction(0))

    @property
    def base(self) -> Fraction:
        return sum((self.base_of(section) for section in self.data["sections"]), Fraction(0))

    @property
    def core(self) -> int:
        scale = self.data.get("scale")
        if scale is None:
            return half_up(self.earned, 0)
        return half_up(exact(scale) * self.earned / self.base, self.precision)

    def capped(self, leaves: list[Data], cap: Any) -> int:
        """Points of bonus or deduction leaves, at most the cap."""
        together = sum(self.lines[leaf["code"]] or 0 for leaf in leaves)
        return together if cap is None else min(together, half_up(exact(cap), self.precision))

    @property
    def bonus(self) -> int:
        return self.capped(self.bonus_leaves, self.data.get("bonus_cap"))

    @property
    def deductions(self) -> int:
        return self.capped(self.deduction_leaves, self.data.get("deduction_cap"))

    @property
    def total(self) -> int:
        return max(0, self.core + self.bonus - self.deductions)

    @property
    def grade(self) -> str | None:
        for grade in self.data.get("grades", []):
            if Fraction(self.total, 10**self.precision) >= exact(grade["from"]):
                return str(grade["name"])
        return None

    def text(self, units: Fraction | int) -> str:
        """Units of 10 ** -precision as they are published."""
        return shown(half_up(Fraction(units), 0), self.precision)

    def published(self) -> Data:
        """Every number of the sheet as `emulation rank --json` writes it, and the sections."""
        return {
            "base": self.text(self.base),
            "earned": self.text(self.earned),
            "core": self.text(self.core),
            "bonus": self.text(self.bonus),
            "deductions": self.text(self.deductions),
            "total": self.text(self.total),
            "grade": self.grade,
            "unscored": self.unscored,
            "lines": {code: None if got is None else self.text(got) for code, got in self.lines.items()},
            "sections": {
                section["code"]: {
                    "earned": self.text(self.earned_by(section)),
                    "base": self.text(self.base_of(section)),
                }
                for section in sections_of(self.data)
            },
        }

    def merits(self) -> list[Fraction]:
        """The total, then the tie-breakers in order; more is better in each."""
        found = [Fraction(self.total)]
        for name in self.data.get("tie_breakers", []):
            if name == "deductions":
                found.append(Fraction(-self.deductions))
            elif name == "bonus":
                found.append(Fraction(self.bonus))
            elif name == "progress":
                earning = [*self.core_leaves, *self.bonus_leaves]
                mine = [leaf["code"] for leaf in earning if leaf["rule"]["kind"] == "progress"]
                found.append(Fraction(sum(self.lines[code] or 0 for code in mine)))
            else:
                code = name.removeprefix("section:")
                found.append(self.earned_by(next(one for one in sections_of(self.data) if one["code"] == code)))
        return found


# ---- DESIGN 6, ranks ----


def ranking(data: Data, units: list[Data]) -> list[Data]:
    """The results of `emulation rank --json` for plain units, by comparing everybody with everybody."""
    sheets = {unit["unit"]: Sheet(data, unit["entries"], set(unit.get("tags") or [])) for unit in units}
    running = [unit for unit in units if unit.get("excluded") is None]

    def place(unit: Data, rivals: list[Data]) -> int:
        mine = sheets[unit["unit"]].merits()
        return 1 + sum(sheets[rival["unit"]].merits() > mine for rival in rivals)

    rows = []
    for unit in units:
        row = {
            "unit": unit["unit"],
            "name": unit.get("name") or unit["unit"],
            "cluster": unit.get("cluster"),
            **sheets[unit["unit"]].published(),
            "rank_in_cluster": None,
            "rank_overall": None,
            "excluded": unit.get("excluded"),
        }
        del row["sections"]
        if unit in running:
            row["rank_overall"] = place(unit, running)
            if unit.get("cluster") is not None:
                near = [one for one in running if one.get("cluster") == unit["cluster"]]
                row["rank_in_cluster"] = place(unit, near)
        rows.append(row)
    last = len(rows) + 1
    return sorted(rows, key=lambda row: (row["rank_overall"] or last, row["unit"]))
