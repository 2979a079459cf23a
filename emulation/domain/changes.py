"""What differs between two versions of one criterion, section or set, each difference in words. DESIGN 8.

Every value of the two versions is looked at, so that two criteria without changes are equal in everything but their
code and `replaces`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from emulation.domain.criteria import CriteriaSet, Criterion, Ground, Section
from emulation.domain.rule_changes import rule_changes
from emulation.domain.words_of_sets import NOT_APPLICABLE, STATUSES, joined, points, tie_breaker, verbatim
from emulation.words import N_, Phrase


class Aspect(StrEnum):
    """What a change is about."""

    WORDING = "wording"
    MAXIMUM = "max"
    COEFFICIENT = "coefficient"
    RULE = "rule"
    OWNER = "owner"
    SOURCE = "source"
    EVIDENCE = "evidence"
    APPLICABILITY = "applicability"
    LEGAL_BASIS = "legal_basis"
    ARITHMETIC = "arithmetic"


ASPECT_NAMES = {
    Aspect.WORDING: N_("Câu chữ"),
    Aspect.MAXIMUM: N_("Điểm tối đa"),
    Aspect.COEFFICIENT: N_("Hệ số"),
    Aspect.RULE: N_("Cách chấm"),
    Aspect.OWNER: N_("Đơn vị chấm"),
    Aspect.SOURCE: N_("Nguồn số liệu"),
    Aspect.EVIDENCE: N_("Minh chứng"),
    Aspect.APPLICABILITY: N_("Đối tượng áp dụng"),
    Aspect.LEGAL_BASIS: N_("Căn cứ"),
    Aspect.ARITHMETIC: N_("Cách tính chung"),
}


@dataclass(frozen=True, slots=True)
class Change:
    """One difference. `key` is the place in the criteria file ("rule.target"); None is "was not there"."""

    aspect: Aspect
    key: str
    label: Phrase
    before: Phrase | None
    after: Phrase | None


@dataclass(frozen=True, slots=True)
class Names:
    """How the short words of a criteria file are shown; by default as they are written."""

    owner: Callable[[str], str] = str
    tag: Callable[[str], str] = str


PLAIN = Names()


def criterion_changes(old: Criterion, new: Criterion, names: Names = PLAIN) -> tuple[Change, ...]:
    """Everything that differs between two versions of a criterion, but for the code and `replaces`."""
    return tuple(_of_criterion(old, new, names))


def section_changes(old: Section, new: Section) -> tuple[Change, ...]:
    """Title and coefficient of a section; what stands inside it is compared by itself."""
    found = [*_text(Aspect.WORDING, "title", N_("Tên lĩnh vực"), old.title, new.title)]
    if old.coefficient != new.coefficient:
        before, after = (Phrase("%(n)s", {"n": one.coefficient}) for one in (old, new))
        found.append(Change(Aspect.COEFFICIENT, "coefficient", Phrase(N_("Hệ số")), before, after))
    return tuple(found)


def ground_changes(old: Ground, new: Ground) -> tuple[Change, ...]:
    """The words of a ground for exclusion."""
    return tuple(_text(Aspect.WORDING, "title", N_("Nội dung"), old.title, new.title))


def head_changes(old: CriteriaSet, new: CriteriaSet) -> tuple[Change, ...]:
    """What holds for the set as a whole; the version itself is no change, since two versions always differ in it."""
    return tuple(_of_head(old, new))


def _text(aspect: Aspect, key: str, label: str, old: str, new: str) -> Iterator[Change]:
    if old != new:
        yield Change(aspect, key, Phrase(label), _or_none(old), _or_none(new))


def _or_none(text: str) -> Phrase | None:
    return verbatim(text) if text else None


def _list(aspect: Aspect, key: str, label: str, old: Iterable[str], new: Iterable[str]) -> Iterator[Change]:
    before, after = tuple(old), tuple(new)
    if before != after:
        yield Change(aspect, key, Phrase(label), _or_none("; ".join(before)), _or_none("; ".join(after)))


def _words(aspect: Aspect, key: str, label: str, old: Phrase, new: Phrase) -> Iterator[Change]:
    if old != new:
        yield Change(aspect, key, Phrase(label), old, new)


def _of_criterion(old: Criterion, new: Criterion, names: Names) -> Iterator[Change]:
    yield from _text(Aspect.WORDING, "title", N_("Tên tiêu chí"), old.title, new.title)
    if old.max != new.max:
        yield Change(Aspect.MAXIMUM, "max", Phrase(N_("Điểm tối đa")), points(old.max), points(new.max))
    for found in rule_changes(old, new):
        yield Change(Aspect.RULE, f"rule.{found.key}", found.label, found.before, found.after)
    yield from _text(Aspect.OWNER, "owner", N_("Đơn vị chấm"), names.owner(old.owner), names.owner(new.owner))
    yield from _words(
        Aspect.APPLICABILITY,
        "applies_to",
        N_("Chỉ chấm với đơn vị"),
        _tags(old.applies_to, names),
        _tags(new.applies_to, names),
    )
    skipping = (N_("Không được khai"), N_("Đơn vị được khai, kèm lý do"))
    yield from _words(
        Aspect.APPLICABILITY,
        "may_skip",
        N_("Không áp dụng"),
        Phrase(skipping[old.may_skip]),
        Phrase(skipping[new.may_skip]),
    )
    yield from _text(Aspect.SOURCE, "source", N_("Nguồn số liệu"), old.source, new.source)
    yield from _text(Aspect.WORDING, "guidance", N_("Hướng dẫn"), old.guidance, new.guidance)
    yield from _list(Aspect.LEGAL_BASIS, "legal_basis", N_("Căn cứ"), old.legal_basis, new.legal_basis)
    required = (N_("Không bắt buộc"), N_("Bắt buộc"))
    yield from _words(
        Aspect.EVIDENCE,
        "evidence.required",
        N_("Minh chứng"),
        Phrase(required[old.evidence.required]),
        Phrase(required[new.evidence.required]),
    )
    yield from _text(
        Aspect.EVIDENCE, "evidence.hint", N_("Tài liệu làm minh chứng"), old.evidence.hint, new.evidence.hint
    )
    for name in sorted({*old.labels, *new.labels}):
        yield from _text(
            Aspect.WORDING, f"labels.{name}", N_("Tên số liệu"), old.labels.get(name, ""), new.labels.get(name, "")
        )

    for name in sorted({*old.figures, *new.figures}):
        yield from _text(
            Aspect.SOURCE,
            f"figures.{name}",
            N_("Chỉ tiêu số liệu dùng chung"),
            old.figures.get(name, ""),
            new.figures.get(name, ""),
        )


def _tags(tags: tuple[str, ...], names: Names) -> Phrase:
    if not tags:
        return Phrase(N_("mọi đơn vị"))
    return verbatim(", ".join(names.tag(tag) for tag in tags))


def _of_head(old: CriteriaSet, new: CriteriaSet) -> Iterator[Change]:
    yield from _text(Aspect.WORDING, "set", N_("Mã của bộ tiêu chí"), old.set, new.set)
    yield from _text(Aspect.WORDING, "title", N_("Tên bộ tiêu chí"), old.title, new.title)
    yield from _words(
        Aspect.WORDING, "status", N_("Tính chất"), Phrase(STATUSES[old.status]), Phrase(STATUSES[new.status])
    )
    yield from _list(Aspect.LEGAL_BASIS, "legal_basis", N_("Căn cứ"), old.legal_basis, new.legal_basis)
    yield from _text(Aspect.WORDING, "note", N_("Ghi chú"), old.note, new.note)
    plain, none = Phrase(N_("điểm cộng thẳng")), Phrase(N_("không có trần"))
    for key, label, without in (
        ("scale", N_("Thang điểm"), plain),
        ("bonus_cap", N_("Trần điểm thưởng"), none),
        ("deduction_cap", N_("Trần điểm trừ"), none),
    ):
        yield from _words(
            Aspect.ARITHMETIC, key, label, _cap(getattr(old, key), without), _cap(getattr(new, key), without)
        )
    yield from _words(
        Aspect.ARITHMETIC,
        "precision",
        N_("Số chữ số thập phân"),
        Phrase("%(n)s", {"n": old.precision}),
        Phrase("%(n)s", {"n": new.precision}),
    )
    yield from _words(
        Aspect.ARITHMETIC,
        "not_applicable",
        N_("Tiêu chí không áp dụng"),
        Phrase(NOT_APPLICABLE[old.not_applicable]),
        Phrase(NOT_APPLICABLE[new.not_applicable]),
    )
    yield from _grades(old, new)
    if old.tie_breakers != new.tie_breakers:
        before, after = (joined([tie_breaker(one, name) for name in one.tie_breakers]) for one in (old, new))
        yield Change(Aspect.ARITHMETIC, "tie_breakers", Phrase(N_("Bằng điểm thì xét lần lượt")), before, after)


def _cap(value: Decimal | None, without: Phrase) -> Phrase:
    return without if value is None else points(value)


def _grades(old: CriteriaSet, new: CriteriaSet) -> Iterator[Change]:
    before = {grade.name: grade.start for grade in old.grades}
    after = {grade.name: grade.start for grade in new.grades}
    for name in {**after, **before}:
        if before.get(name) != after.get(name):
            label = Phrase(N_("Xếp loại “%(name)s”"), {"name": name})
            was, now = (
                None if start is None else Phrase(N_("từ %(n)s điểm"), {"n": start})
                for start in (before.get(name), after.get(name))
            )
            yield Change(Aspect.ARITHMETIC, "grades", label, was, now)
