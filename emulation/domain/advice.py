"""What is allowed in a draft and yet worth a second look: told beside the checks, never in the way of publishing."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from emulation.domain.criteria import CriteriaSet, Criterion, Section
from emulation.domain.drafts import HEAD, Draft, Kind
from emulation.domain.numbers import half_up, number, units_to_points
from emulation.domain.outline import Reading
from emulation.domain.rules import Checklist, External, Levels, Steps
from emulation.errors import Invalid
from emulation.words import N_, Phrase


@dataclass(frozen=True)
class Advice:
    """One remark about a node."""

    key: int
    phrase: Phrase


def advice(reading: Reading, criteria: Mapping[int, Criterion], owners: Collection[str]) -> list[Advice]:
    """Every remark, in the order of the draft.

    `criteria` are those that can be read, by the key of their node (`outline.criteria_of`); `owners` are the
    departments that can review.
    """
    found: list[Advice] = []
    titles: dict[str, str] = {}
    for key, criterion in criteria.items():
        found += [Advice(key, phrase) for phrase in _of_criterion(criterion, owners)]
        title = " ".join(criterion.title.casefold().split())
        if title in titles:
            found.append(Advice(key, Phrase(N_("trùng tên với %(code)s."), {"code": titles[title]})))
        titles.setdefault(title, criterion.code)
    if reading.criteria is not None:
        found += [Advice(HEAD, phrase) for phrase in _of_set(reading.criteria)]
    return found


def _of_criterion(one: Criterion, owners: Collection[str]) -> Iterator[Phrase]:
    if not one.owner:
        yield Phrase(N_("chưa có đơn vị chủ trì đánh giá."))
    elif one.owner not in owners:
        yield Phrase(N_("“%(owner)s” không có trong danh sách đơn vị chủ trì."), {"owner": one.owner})
    if not one.guidance and not isinstance(one.rule, External):
        yield Phrase(N_("chưa có hướng dẫn cho người tự chấm."))
    if one.evidence.required and not one.evidence.hint:
        yield Phrase(N_("bắt buộc minh chứng nhưng chưa nói rõ minh chứng nào."))
    best = best_points(one)
    if best is not None and best < one.max:
        yield Phrase(
            N_("cách chấm cho nhiều nhất %(best)s điểm, không đạt được điểm tối đa %(max)s."),
            {"best": best, "max": one.max},
        )
    items = one.rule.items if isinstance(one.rule, Checklist) else ()
    total = sum((item.points for item in items), Decimal(0))
    if total > one.max:
        yield Phrase(
            N_("các mục cộng lại %(sum)s điểm, chỉ tính đến điểm tối đa %(max)s."), {"sum": total, "max": one.max}
        )


def best_points(one: Criterion) -> Decimal | None:
    """The most points that a rule with a table gives; None for the other rules, which always reach the maximum."""
    if isinstance(one.rule, Levels):
        return max(level.points for level in one.rule.levels)
    if isinstance(one.rule, Steps):
        return max(step.points for step in one.rule.steps)
    if isinstance(one.rule, Checklist):
        return min(one.max, sum((item.points for item in one.rule.items), Decimal(0)))
    return None


def _of_set(criteria: CriteriaSet) -> Iterator[Phrase]:
    for cap, members, sentence in (
        (criteria.bonus_cap, criteria.bonus, N_("Điểm thưởng cộng lại %(sum)s, không chạm trần %(cap)s.")),
        (criteria.deduction_cap, criteria.deductions, N_("Điểm trừ cộng lại %(sum)s, không chạm trần %(cap)s.")),
    ):
        total = sum((one.max for one in members), Decimal(0))
        if cap is not None and members and total < cap:
            yield Phrase(sentence, {"sum": total, "cap": cap})
    if not criteria.grades:
        yield Phrase(N_("Chưa có xếp loại."))
    elif criteria.grades[-1].start > 0:
        yield Phrase(N_("Tổng điểm dưới %(start)s không có xếp loại."), {"start": criteria.grades[-1].start})
    if not criteria.tie_breakers:
        yield Phrase(N_("Chưa có tiêu chí phụ: các đơn vị bằng điểm sẽ đồng hạng."))


def bases(criteria: CriteriaSet) -> list[tuple[tuple[str, ...], Decimal]]:
    """The base of a unit to which everything applies, then other bases with the tags that such units lack.

    First (no tags lacking), then each tag that changes the base by itself, then all tags where that gives yet another
    base. Points, rounded to the precision of the set.
    """
    tags = tuple(sorted({tag for leaf in criteria.leaves for tag in leaf.applies_to}))
    found: list[tuple[tuple[str, ...], Decimal]] = [((), _base(criteria, frozenset(tags)))]
    for lacking in [*((tag,) for tag in tags), tags]:
        base = _base(criteria, frozenset(tags) - set(lacking))
        if base not in {known for _, known in found}:
            found.append((lacking, base))
    return found


def _base(criteria: CriteriaSet, tags: frozenset[str]) -> Decimal:
    def most(section: Section) -> Fraction:
        inner = sum((Fraction(leaf.max) for leaf in section.criteria if leaf.applies(tags)), Fraction(0))
        return Fraction(section.coefficient) * sum((most(child) for child in section.sections), inner)

    exact = sum((most(section) for section in criteria.sections), Fraction(0)) * 10**criteria.precision
    return units_to_points(half_up(exact.numerator, exact.denominator), criteria.precision)


def most_points(draft: Draft) -> dict[int, Decimal]:
    """What each criterion and section of a draft can bring, coefficients included; 0 where a figure cannot be read."""

    def figure(value: object) -> Decimal:
        try:
            return number(value)
        except Invalid:
            return Decimal(0)

    found: dict[int, Decimal] = {}
    for node in reversed(draft.in_order()):
        if node.kind is Kind.CRITERION:
            found[node.key] = figure(node.fields.get("max"))
        elif node.kind is Kind.SECTION:
            inner = sum((found.get(child.key, Decimal(0)) for child in draft.children(node.root, node.key)), Decimal(0))
            found[node.key] = inner * figure(node.fields.get("coefficient", "1"))
    return found
