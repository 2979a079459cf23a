"""The live formulas of a unit's workbook: points of a row, sums of sections, the total. For orientation only.

They follow `domain/rules.py` and `domain/scoring.py` as far as binary fractions allow; the official points are always
those of the scoring function. Only IF, AND, ISNUMBER, ABS, INT, ROUND, MIN, MAX, SUM, SUMPRODUCT, EXACT and COUNTA are
used, which every spreadsheet program has.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction

from emulation.documents.sheet_layout import BY_MINISTRY, MET, NOT_MET, ODD, OUT_OF_BASE, SKIPPED, YES
from emulation.domain.criteria import CriteriaSet, Criterion, Section
from emulation.domain.declared import Part
from emulation.domain.rules import Check, Checklist, Count, External, Judged, Levels, Progress, Ratio, Steps

LONGEST = 8_000  # letters of a formula; spreadsheets stop at 8192
MOST_ARGUMENTS = 250


def text(words: str) -> str:
    """Words as a formula writes them."""
    return '"' + words.replace('"', '""') + '"'


def figure(value: Decimal) -> str:
    """A number as a formula writes it, whatever the language of the program."""
    return f"({value:f})" if value < 0 else f"{value:f}"


def total_of(cells: Iterable[str]) -> str:
    """The sum of single cells; words in them count nothing."""
    names = list(cells)
    pieces = [names[start : start + MOST_ARGUMENTS] for start in range(0, len(names), MOST_ARGUMENTS)]
    return "+".join(f"SUM({','.join(piece)})" for piece in pieces) or "0"


def points_formula(
    criterion: Criterion,
    part: Part,
    criteria: CriteriaSet,
    *,
    asked: Sequence[str],
    first: str,
    second: str,
    skip: str,
    choices: str = "",
    worth: str = "",
    items: tuple[str, str] = ("", ""),
) -> str:
    """What stands in the column of points of a criterion's row.

    `first`, `second`, `skip` are its input cells; `choices` and `worth` the ranges of a list of levels and their
    points; `items` the ranges of inputs and points of a checklist.
    """
    if isinstance(criterion.rule, External):
        return BY_MINISTRY
    found = _points(criterion, asked, first, second, (choices, worth), items, criteria.precision)
    if criterion.may_skip:
        skipped = text(OUT_OF_BASE)
        if part is Part.CORE and criteria.not_applicable != "rebase":
            skipped = figure(criterion.max) if criteria.not_applicable == "full" else "0"
        found = f"IF({skip}={text(SKIPPED)},{skipped},{found})"
    return f"={found}" if len(found) < LONGEST else ""


def item_formula(points: Decimal, cell: str) -> str:
    """Points of one item of a checklist."""
    return f"=IF({cell}={text(YES)},{figure(points)},{text('')})"


def base_formula(criterion: Criterion, criteria: CriteriaSet, skip: str) -> str | Decimal:
    """What a core criterion adds to the base."""
    if criterion.may_skip and criteria.not_applicable == "rebase":
        return f"=IF({skip}={text(SKIPPED)},0,{figure(criterion.max)})"
    return criterion.max


def _points(
    criterion: Criterion,
    asked: Sequence[str],
    first: str,
    second: str,
    levels: tuple[str, str],
    items: tuple[str, str],
    precision: int,
) -> str:
    rule, most, odd = criterion.rule, figure(criterion.max), text(ODD)
    if isinstance(rule, Levels):
        hits = f"EXACT({levels[0]},{first})"
        points = f"IF(SUMPRODUCT({hits}*1)=0,{odd},ROUND(SUMPRODUCT({hits}*{levels[1]}),{precision}))"
        return f"IF({first}={text('')},{text('')},{points})"
    if isinstance(rule, Check):
        chosen = f"IF({first}={text(MET)},{most},IF({first}={text(NOT_MET)},0,{odd}))"
        return f"IF({first}={text('')},{text('')},{chosen})"
    if isinstance(rule, Checklist):
        return f"IF(COUNTA({items[0]})=0,{text('')},ROUND(MIN({most},SUM({items[1]})),{precision}))"
    if isinstance(rule, Ratio | Steps):
        pair = tuple(asked) == ("part", "whole")
        top, bottom = (f"100*{first}", second) if pair else (first, "1")
        valid = f"AND({first}>=0,{second}>0,{first}<={second})" if pair else f"{first}>=0"
        points = _ratio(rule, top, bottom, most) if isinstance(rule, Ratio) else _steps(rule, top, bottom)
        return _given((first, second) if pair else (first,), valid, f"ROUND({points},{precision})")
    if isinstance(rule, Progress):
        return _given((first, second), "", f"ROUND({_progress(rule, first, second, most)},{precision})")
    if isinstance(rule, Count):
        points = f"ROUND(MIN({most},{first}*{figure(rule.each)}),{precision})"
        return _given((first,), f"AND({first}>=0,INT({first})={first})", points)
    assert isinstance(rule, Judged)
    steps = f"{first}/{figure(rule.step)}"
    valid = f"AND({first}>=0,{first}<={most},ABS({steps}-ROUND({steps},0))<0.000000001)"
    return _given((first,), valid, f"ROUND({first},{precision})")


def _given(cells: Sequence[str], valid: str, points: str) -> str:
    """Nothing while nothing is typed, a hint where it gives no points, the points."""
    empty = ",".join(f"{cell}={text('')}" for cell in cells)
    numbers = ",".join(f"ISNUMBER({cell})" for cell in cells)
    if len(cells) > 1:
        empty, numbers = f"AND({empty})", f"AND({numbers})"
    checked = f"IF({valid},{points},{text(ODD)})" if valid else points
    return f"IF({empty},{text('')},IF({numbers},{checked},{text(ODD)}))"


def _ratio(rule: Ratio, top: str, bottom: str, most: str) -> str:
    """max x (top - floor x bottom) : ((target - floor) x bottom): one division, so that little is lost."""
    span = figure(rule.target - rule.floor)
    return f"MAX(0,MIN({most},{most}*({top}-{figure(rule.floor)}*{bottom})/({span}*{bottom})))"


def _steps(rule: Steps, top: str, bottom: str) -> str:
    """The most of all steps reached, since a better step never has fewer points."""
    sign = ">=" if rule.better == "higher" else "<="
    reached = [f"IF({top}{sign}{figure(step.start)}*{bottom},{figure(step.points)},0)" for step in rule.steps]
    return f"MAX(0,{','.join(reached)})"


def _progress(rule: Progress, before: str, now: str, most: str) -> str:
    gain = f"({now}-{before})" if rule.better == "higher" else f"({before}-{now})"
    points = f"MAX(0,MIN({most},{most}*{gain}/{figure(rule.full_gain)}))"
    if rule.ceiling is None:
        return points
    sign = ">=" if rule.better == "higher" else "<="
    return f"IF({now}{sign}{figure(rule.ceiling)},{most},{points})"


# ---- sums ----


def section_formulas(
    section: Section,
    criteria: CriteriaSet,
    tags: frozenset[str],
    *,
    points: Mapping[str, str],
    bases: Mapping[str, str],
    sections: Mapping[str, tuple[str, str]],
) -> tuple[str, str]:
    """Earned and base of a section: `points` and `bases` are the cells of its criteria, `sections` those of bands."""
    leaves = [leaf.code for leaf in section.criteria if leaf.code in points]
    below = [sections[inner.code] for inner in section.sections if inner.code in sections]
    earned = total_of([*(points[code] for code in leaves), *(one for one, _ in below)])
    base = total_of([*(bases[code] for code in leaves), *(one for _, one in below)])
    more, more_base = _absent(section, criteria, tags, set(sections))
    factor = figure(section.coefficient)
    return f"={factor}*({earned}{_plus(more)})", f"={factor}*({base}{_plus(more_base)})"


def _absent(
    section: Section, criteria: CriteriaSet, tags: frozenset[str], shown: set[str]
) -> tuple[Fraction, Fraction]:
    """Earned and base of what stands directly in a section and has no row, without the section's coefficient."""
    lost = [leaf.max for leaf in section.criteria if not leaf.applies(tags)]
    base = sum((Fraction(most) for most in lost), Fraction(0)) if criteria.not_applicable != "rebase" else Fraction(0)
    earned = base if criteria.not_applicable == "full" else Fraction(0)
    for inner in section.sections:
        if inner.code not in shown:
            more, more_base = _absent(inner, criteria, tags, shown)
            earned += Fraction(inner.coefficient) * more
            base += Fraction(inner.coefficient) * more_base
    return earned, base


def _plus(value: Fraction) -> str:
    return f"+{value.numerator}/{value.denominator}" if value else ""


def core_formulas(
    criteria: CriteriaSet, tags: frozenset[str], sections: Mapping[str, tuple[str, str]]
) -> tuple[str, str]:
    """Earned and base of the whole core, from the bands of its sections."""
    found = [sections[section.code] for section in criteria.sections if section.code in sections]
    more, more_base = Fraction(0), Fraction(0)
    for section in criteria.sections:
        if section.code not in sections:
            earned, base = _absent(section, criteria, tags, set(sections))
            more += Fraction(section.coefficient) * earned
            more_base += Fraction(section.coefficient) * base
    earned_cells, base_cells = [one for one, _ in found], [one for _, one in found]
    return f"={total_of(earned_cells)}{_plus(more)}", f"={total_of(base_cells)}{_plus(more_base)}"


def score_formula(criteria: CriteriaSet, earned: str, base: str) -> str:
    """The core score from what was earned and the base."""
    if criteria.scale is None:
        return f"=ROUND({earned},{criteria.precision})"
    return f"=IF({base}=0,0,ROUND({figure(criteria.scale)}*{earned}/{base},{criteria.precision}))"


def capped_formula(cells: Iterable[str], cap: Decimal | None, precision: int) -> str:
    """Bonus or deductions: the sum of the rows, at most the cap."""
    total = total_of(cells)
    return f"=ROUND({total if cap is None else f'MIN({figure(cap)},{total})'},{precision})"


def grade_formula(criteria: CriteriaSet, total: str) -> str:
    """The grade of a total."""
    found = text("")
    for grade in reversed(criteria.grades):
        found = f"IF({total}>={figure(grade.start)},{text(grade.name)},{found})"
    return f"={found}"
