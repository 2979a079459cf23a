"""The figures of an entry as people are asked for them and write them: in the form of a row, and in a workbook."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from emulation.domain.numbers import number
from emulation.domain.rules import Count, Judged, Progress, Ratio, Rule, Steps
from emulation.errors import Invalid
from emulation.words import N_

# "1.234" is 1234 to one person and 1,234 to another; "0.125" can only be the one
AMBIGUOUS = re.compile(r"[+\-\u2212]?[1-9]\d{0,2}\.\d{3}")


def figures_of(rule: Rule, labels: Mapping[str, str], data: Mapping[str, Any] | None = None) -> tuple[str, ...]:
    """The figures that are asked for: part and whole, or the value itself where the set or the entry says so."""
    if isinstance(rule, Ratio | Steps):
        if data is not None and "value" in data:
            return ("value",)
        by_value = rule.unit.strip() != "%" or ("value" in labels and "part" not in labels)
        return ("value",) if by_value and not (data is not None and "part" in data) else ("part", "whole")
    if isinstance(rule, Judged):
        return ("points",)
    if isinstance(rule, Count):
        return ("count",)
    return ("before", "now") if isinstance(rule, Progress) else ()


def read_figure(text: str, field: str | None = None) -> Decimal:
    """A figure as somebody typed it: as `number`, and what can be read in two ways is refused.

    Raises:
        Invalid: not a number, or "1.234".
    """
    kept = re.sub(r"[\s\u00a0\u202f]+", "", text)
    if AMBIGUOUS.fullmatch(kept):
        raise Invalid(
            N_("“%(text)s” có thể hiểu hai cách. Viết %(whole)s nếu là số nguyên, hoặc %(parts)s nếu là số thập phân."),
            field,
            text=kept,
            whole=kept.replace(".", ""),
            parts=kept.replace(".", ","),
        )
    return number(text, field)
