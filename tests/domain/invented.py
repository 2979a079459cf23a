"""Invented sets, entries and units for hypothesis: every kind and every switch of DESIGN 3, as plain file values.

Strategies are built once where they can be: one that is made anew for every draw costs more than the draw.
"""

from decimal import Decimal
from functools import cache
from typing import Any

from hypothesis import strategies as st

Data = dict[str, Any]
Draw = Any

TAGS = ("dan-toc", "mien-nui", "bien-gioi")
MAXIMA = ("10", "5", "4", "3", "2.5", "1", "0.75", "20")
LABELS = ("Tốt", "Khá", "Đạt", "Chưa đạt")
KIND_NAMES = ("judged", "levels", "check", "checklist", "ratio", "steps", "count", "progress", "external")


@cache
def decimals(low: int, high: int, places: int = 2) -> st.SearchStrategy[str]:
    """Numbers between two whole numbers, as text with a point."""
    scale = 10**places
    return st.integers(low * scale, high * scale).map(lambda n: f"{Decimal(n) / scale:f}")


# the spellings of one figure that people and programs use
SPELLINGS = st.sampled_from(
    (
        str,
        lambda figure: figure.replace(".", ","),
        Decimal,
        lambda figure: f" {figure}0" if "." in figure else figure,
        lambda figure: figure if "." in figure else int(figure),
    )
)


@cache
def parts_of(maximum: str) -> st.SearchStrategy[str]:
    """Points from 0 to a maximum, often with more decimals than any set shows."""
    return st.integers(0, 16).map(lambda n: f"{Decimal(maximum) * n / 16:f}")


@cache
@st.composite
def rules(draw: Draw, maximum: str) -> Data:
    """A rule of any kind that makes sense for `maximum`."""
    kind = draw(st.sampled_from(KIND_NAMES))
    rule: Data = {"kind": kind}
    if kind == "judged":
        rule["step"] = f"{Decimal(maximum) / draw(st.sampled_from((1, 2, 4, 5, 8, 10, 16, 40))):f}"
    elif kind == "levels":
        names = draw(st.lists(st.sampled_from(LABELS), min_size=1, max_size=4, unique=True))
        rule["levels"] = [{"label": name, "points": draw(parts_of(maximum))} for name in names]
    elif kind == "checklist":
        codes = draw(st.lists(st.sampled_from("abcd"), min_size=1, max_size=4, unique=True))
        rule["items"] = [{"code": code, "label": code.upper(), "points": draw(parts_of(maximum))} for code in codes]
    elif kind == "ratio":
        worst, best = sorted(draw(st.lists(st.integers(0, 210), min_size=2, max_size=2, unique=True)))
        better = draw(st.sampled_from(("higher", "lower")))
        bottom, top = (worst, best) if better == "higher" else (best, worst)
        rule |= {"target": f"{top / Decimal(2)}", "floor": f"{bottom / Decimal(2)}", "better": better}
    elif kind == "steps":
        better = draw(st.sampled_from(("higher", "lower")))
        starts = sorted(draw(st.lists(st.integers(0, 100), min_size=1, max_size=4, unique=True)))
        given = sorted((Decimal(draw(parts_of(maximum))) for _ in starts), reverse=True)
        if better == "higher":
            starts.reverse()
        rule["steps"] = [{"from": str(a), "points": f"{b:f}"} for a, b in zip(starts, given, strict=True)]
        rule["better"] = better
    elif kind == "count":
        rule["each"] = f"{Decimal(maximum) * draw(st.integers(1, 16)) / 16:f}"
    elif kind == "progress":
        rule |= {
            "full_gain": draw(st.sampled_from(("0.7", "3", "5", "12.5"))),
            "ceiling": draw(st.sampled_from((None, "50", "99.9"))),
            "better": draw(st.sampled_from(("higher", "lower"))),
        }
    return rule


def entry_for(draw: Draw, rule: Data, maximum: str) -> Data:
    """An entry that the rule can score, near its thresholds more often than chance would have it."""

    def written(figure: str) -> Any:
        return draw(SPELLINGS)(figure)

    kind = rule["kind"]
    if kind == "judged":
        most = int(Decimal(maximum) / Decimal(rule["step"]))
        return {"points": written(f"{Decimal(rule['step']) * draw(st.integers(0, most)):f}")}
    if kind == "external":
        return {"points": written(draw(parts_of(maximum)))}
    if kind == "levels":
        return {"level": draw(st.sampled_from(tuple(level["label"] for level in rule["levels"])))}
    if kind == "check":
        return {"met": draw(st.booleans())}
    if kind == "checklist":
        return {"met": draw(st.lists(st.sampled_from(tuple(item["code"] for item in rule["items"])), unique=True))}
    if kind == "count":
        return {"count": written(str(draw(st.integers(0, 20))))}
    if kind == "progress":
        figures = near(("50", "99.9", "49.99", "50.01", rule["full_gain"], "0"), -20)
        return {key: written(draw(figures)) for key in ("before", "now")}
    edges = [rule["target"], rule["floor"]] if kind == "ratio" else [step["from"] for step in rule["steps"]]
    if draw(st.booleans()):
        return {"value": written(draw(near(tuple(edges), 0)))}
    whole = draw(WHOLES)
    ends = (0, whole, min(whole, int(whole * Decimal(edges[0]) / 100)))
    part = draw(st.sampled_from(ends) if draw(st.booleans()) else st.integers(0, whole))
    return {"part": written(str(part)), "whole": written(str(whole))}


entries_for = st.composite(entry_for)
WHOLES = st.sampled_from((3, 7, 98, 200, 998, 3000)) | st.integers(1, 10**6)


@cache
def near(edges: tuple[str, ...], low: int) -> st.SearchStrategy[str]:
    """One of the edges, or a figure from `low` to 120."""
    return st.sampled_from(edges) | decimals(low, 120)


@cache
def maxima(precision: int) -> st.SearchStrategy[str]:
    """A maximum with no more decimals than the set shows."""
    return st.sampled_from(tuple(one for one in MAXIMA if -Decimal(one).as_tuple().exponent <= precision))


@cache
def caps(precision: int) -> st.SearchStrategy[str | None]:
    """A cap, or none."""
    return st.none() | decimals(0, 6, min(precision, 2))


@cache
@st.composite
def criteria_with(draw: Draw, *, precision: int, is_core: bool) -> Data:
    """All of one criterion but its code."""
    maximum = draw(maxima(precision))
    criterion = {"max": maximum, "rule": draw(rules(maximum))}
    if draw(st.integers(0, 3)) == 0:
        criterion["applies_to"] = draw(st.lists(st.sampled_from(TAGS), min_size=1, max_size=2, unique=True))
    if draw(st.integers(0, 2)) == 0:
        criterion["may_skip"] = True
    if not is_core and draw(st.booleans()):
        criterion["owner"] = "vu-tdkt"
    return criterion


@st.composite
def sets(draw: Draw) -> Data:
    """A set as plain values, numbers as text, that `load` accepts."""
    precision = draw(st.sampled_from((2, 2, 2, 0, 1, 3, 4)))
    cap = caps(precision)
    number = iter(range(1000))

    def leaf(code: str, *, is_core: bool) -> Data:
        rest = draw(criteria_with(precision=precision, is_core=is_core))
        return {"code": code, "title": f"Tiêu chí {code}", **rest}

    def section(code: str, depth: int) -> Data:
        found: Data = {"code": code, "title": f"Lĩnh vực {code}"}
        if draw(st.booleans()):
            found["coefficient"] = draw(st.sampled_from(("2", "0.5", "1.5", "3", "0.333")))
        size = draw(st.integers(1, 2 if depth else 3))
        if depth < 2 and draw(st.integers(0, 3)) == 0:
            found["sections"] = [section(f"{code}.{i}", depth + 1) for i in range(size)]
        else:
            found["criteria"] = [leaf(f"{code}.C{next(number)}", is_core=True) for _ in range(size)]
        return found

    top = [section(f"S{i}", 0) for i in range(draw(st.integers(1, 3)))]
    codes = [one["code"] for one in top] + [child["code"] for one in top for child in one.get("sections", [])]
    breakers = ["deductions", "bonus", "progress", *(f"section:{code}" for code in codes)]
    data: Data = {
        "set": "bia",
        "version": "1",
        "title": "Bộ tiêu chí bịa (minh họa)",
        "status": "illustrative",
        "scale": draw(st.sampled_from(("100", "100", None, "33.3", "1000"))),
        "precision": precision,
        "not_applicable": draw(st.sampled_from(("rebase", "full", "zero"))),
        "bonus_cap": draw(cap),
        "deduction_cap": draw(cap),
        "grades": [{"name": f"Loại {start}", "from": start} for start in draw(GRADES)],
        "tie_breakers": draw(st.lists(st.sampled_from(breakers), max_size=4, unique=True)),
        "sections": top,
    }
    for key in ("bonus", "deductions"):
        data[key] = [leaf(f"{key[0].upper()}{i}", is_core=False) for i in range(draw(st.integers(0, 2)))]
    return data


GRADES = st.sampled_from(([], ["90", "80", "50", "0"], ["86.55", "33.33"], ["100"]))


def criteria_in(data: Data) -> list[Data]:
    """All criteria of a set, core first."""

    def below(section: Data) -> list[Data]:
        return [*section.get("criteria", []), *(leaf for one in section.get("sections", []) for leaf in below(one))]

    return [leaf for one in data["sections"] for leaf in below(one)] + data["bonus"] + data["deductions"]


@st.composite
def sheets_of(draw: Draw, data: Data) -> tuple[dict[str, Data], list[str]]:
    """Entries and tags of one unit; some criteria are left out, some declared not applicable."""
    tags = draw(st.lists(st.sampled_from(TAGS), unique=True))
    entries: dict[str, Data] = {}
    for leaf in criteria_in(data):
        choice = draw(st.integers(0, 7))
        if choice == 0 and leaf.get("may_skip"):
            entries[leaf["code"]] = {"not_applicable": True}
        elif choice > 1:
            entries[leaf["code"]] = entry_for(draw, leaf["rule"], leaf["max"])
    return entries, tags
