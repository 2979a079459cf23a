"""Values of a criteria set in words, as pages, documents and the command line show them."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from emulation.domain.criteria import CriteriaSet
from emulation.words import N_, Phrase

STATUSES = {"official": N_("Chính thức"), "illustrative": N_("Minh họa")}
NOT_APPLICABLE = {
    "rebase": N_("Tiêu chí không áp dụng được loại khỏi tổng điểm tối đa của đơn vị."),
    "full": N_("Tiêu chí không áp dụng được tính điểm tối đa."),
    "zero": N_("Tiêu chí không áp dụng được tính 0 điểm."),
}
TIE_BREAKERS = {
    "deductions": N_("ít điểm trừ hơn"),
    "bonus": N_("nhiều điểm thưởng hơn"),
    "progress": N_("nhiều điểm hơn ở các tiêu chí tiến bộ"),
}


def verbatim(text: str) -> Phrase:
    """Words of the set, which are never translated."""
    return Phrase("%(text)s", {"text": text})


def points(value: Decimal) -> Phrase:
    """ "5 điểm"."""
    return Phrase(N_("%(points)s điểm"), {"points": value})


def in_unit(value: Decimal, unit: str) -> Phrase:
    """ "95 %"."""
    return Phrase(N_("%(n)s %(unit)s") if unit else N_("%(n)s"), {"n": value, "unit": unit})


def tie_breaker(criteria: CriteriaSet, name: str) -> Phrase:
    """One tie-breaker of the set."""
    if name in TIE_BREAKERS:
        return Phrase(TIE_BREAKERS[name])
    code = name.removeprefix("section:")
    title = criteria.section_by_code[code].title
    return Phrase(N_("nhiều điểm hơn ở lĩnh vực %(code)s, %(title)s"), {"code": code, "title": title})


def joined(parts: Sequence[Phrase]) -> Phrase | None:
    """Several phrases as one with semicolons between, each translated by itself; None for none."""
    if not parts:
        return None
    text = "; ".join(f"%(part{i})s" for i in range(len(parts)))
    return Phrase(text, {f"part{i}": part for i, part in enumerate(parts)})
