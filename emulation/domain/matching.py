"""Which criteria of a new version last year's entries can be scored under. DESIGN 8; docs/comparing-versions.md."""

from __future__ import annotations

from dataclasses import dataclass

from emulation.domain.criteria import CriteriaSet, Criterion, Section
from emulation.domain.declared import Part, parts_of
from emulation.domain.lineage import lineage
from emulation.words import N_, Phrase

# What an entry of each kind looks like: entries pass from one kind to another only where it looks the same.
SHAPES = {
    "ratio": "share",
    "steps": "share",
    "count": "count",
    "progress": "gain",
    "levels": "level",
    "check": "met",
    "checklist": "items",
    "judged": "judged",
    "external": "external",
}
GIVEN = ("judged", "external")  # points that a person gave, on the scale of that year


@dataclass(frozen=True, slots=True)
class Match:
    """A criterion of the new version and the one that it was. `reason` says why they are not compared; None: they are.

    `unchanged`: rule and maximum are the same, so points that were decided last year still hold.
    """

    new: Criterion
    old: Criterion | None
    reason: Phrase | None = None
    unchanged: bool = False


def matches(old: CriteriaSet, new: CriteriaSet) -> list[Match]:
    """One match for every criterion of the new version, in its order."""
    known = lineage(old, new)
    parts_before, parts_after = parts_of(old), parts_of(new)
    found = []
    for criterion in new.all_criteria:
        code = known.same(criterion.code)
        if code is None:
            found.append(Match(criterion, None, _no_origin(known.origins[criterion.code])))
            continue
        was = old.by_code[code]
        crossed = (parts_before[code] is Part.DEDUCTION) != (parts_after[criterion.code] is Part.DEDUCTION)
        reason = Phrase(N_("Chuyển giữa điểm cộng và điểm trừ.")) if crossed else _mismatch(was, criterion)
        unchanged = was.rule == criterion.rule and was.max == criterion.max
        found.append(Match(criterion, was, reason, unchanged))
    return found


def _no_origin(origins: tuple[str, ...]) -> Phrase:
    codes = ", ".join(origins)
    if not origins:
        return Phrase(N_("Tiêu chí mới: năm trước không có số liệu."))
    if len(origins) == 1:
        return Phrase(N_("Tách từ %(codes)s: không biết phần nào của số liệu cũ thuộc về đây."), {"codes": codes})
    return Phrase(N_("Gộp từ %(codes)s: số liệu cũ không cộng lại được."), {"codes": codes})


def _mismatch(old: Criterion, new: Criterion) -> Phrase | None:
    """Why entries of the old criterion say nothing under the new one; None: they do."""
    before, after = old.rule, new.rule
    if SHAPES[before.kind] != SHAPES[after.kind]:
        return Phrase(
            N_("Cách chấm đổi từ “%(before)s” sang “%(after)s”: số liệu cũ không dùng được."),
            {"before": Phrase(before.name), "after": Phrase(after.name)},
        )
    if before.kind in GIVEN and old.max != new.max:
        return Phrase(
            N_("Điểm do người chấm cho trên thang %(before)s, không đổi sang thang %(after)s được."),
            {"before": old.max, "after": new.max},
        )
    units = [str(getattr(rule, "unit", "")).strip() for rule in (before, after)]
    if units[0] != units[1]:
        return Phrase(N_("Đơn vị tính đổi từ “%(before)s” sang “%(after)s”."), {"before": units[0], "after": units[1]})
    return None


def reduced(criteria: CriteriaSet, codes: frozenset[str]) -> CriteriaSet:
    """The set with these criteria alone. What is left out is out of the base, whatever the set's `not_applicable`.

    Sections that become empty go, with the tie-breakers that name them. The result may have no section at all; it is
    for ranking, not for publishing.
    """

    def of(section: Section) -> Section | None:
        kept = [one for one in section.criteria if one.code in codes]
        inner = [found for one in section.sections if (found := of(one)) is not None]
        if not kept and not inner:
            return None
        values = {"code": section.code, "title": section.title, "coefficient": section.coefficient}
        return Section.model_validate(values | {"criteria": tuple(kept), "sections": tuple(inner)})

    sections = tuple(found for one in criteria.sections if (found := of(one)) is not None)
    known = {f"section:{one.code}" for top in sections for one in top.walk()}
    values = {name: getattr(criteria, name) for name in CriteriaSet.model_fields}
    return CriteriaSet.model_validate(
        values
        | {
            "not_applicable": "rebase",
            "sections": sections,
            "bonus": tuple(one for one in criteria.bonus if one.code in codes),
            "deductions": tuple(one for one in criteria.deductions if one.code in codes),
            "tie_breakers": tuple(
                name for name in criteria.tie_breakers if not name.startswith("section:") or name in known
            ),
        }
    )
