"""The criteria set (bộ tiêu chí) as a value: read, check, name by hash. DESIGN 3."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from decimal import Decimal
from functools import cached_property
from typing import Annotated, Any, Literal

from pydantic import Field, StrictBool, ValidationError

from emulation.domain.rules import KINDS, AnyRule, Number, Text, Value
from emulation.domain.source import Path, Problem, Problems, decode, read_tree
from emulation.words import N_, Phrase

Code = Annotated[Text, Field(max_length=40, pattern=r"^\S+$")]
NotApplicable = Literal["rebase", "full", "zero"]
TIE_BREAKERS = ("deductions", "bonus", "progress")


class EvidenceRule(Value):
    """What proves an entry: whether a citation is required, and which document is meant."""

    required: StrictBool = False
    hint: str = ""


class Criterion(Value):
    """Tiêu chí: a leaf, the thing that is scored."""

    code: Code
    title: Text
    max: Number
    owner: str = ""  # slug of the ministry department that reviews it
    applies_to: tuple[Text, ...] = ()  # unit tags; empty = every unit
    may_skip: StrictBool = False
    source: str = ""
    guidance: str = ""
    legal_basis: tuple[Text, ...] = ()
    evidence: EvidenceRule = EvidenceRule()
    labels: dict[Literal["points", "level", "met", "part", "whole", "value", "count", "before", "now"], Text] = {}
    rule: AnyRule

    def applies(self, tags: frozenset[str]) -> bool:
        """Whether a unit with these tags is scored on this criterion at all."""
        return not self.applies_to or not tags.isdisjoint(self.applies_to)


class Section(Value):
    """Lĩnh vực / nhóm tiêu chí: an inner node with a coefficient; it has either sections or criteria."""

    code: Code
    title: Text
    coefficient: Number = Decimal(1)
    sections: tuple[Section, ...] = ()
    criteria: tuple[Criterion, ...] = ()

    @cached_property
    def leaves(self) -> tuple[Criterion, ...]:
        """All criteria below, in order of the file."""
        return self.criteria + tuple(leaf for section in self.sections for leaf in section.leaves)

    def walk(self) -> Iterator[Section]:
        """This section and all sections below it."""
        yield self
        for section in self.sections:
            yield from section.walk()


class Grade(Value):
    """Xếp loại: a name from a total on (included)."""

    name: Text
    start: Number = Field(alias="from")


class Ground(Value):
    """Điều kiện loại trừ: a finding that bars a unit from ranks and awards."""

    code: Code
    title: Text


class CriteriaSet(Value):
    """One version of a family of criteria."""

    set: Code
    version: Text
    title: Text
    status: Literal["official", "illustrative"]
    legal_basis: tuple[Text, ...] = ()
    note: str = ""
    scale: Number | None = None
    precision: Annotated[int, Field(ge=0, le=4)] = 2
    not_applicable: NotApplicable = "rebase"
    bonus_cap: Number | None = None
    deduction_cap: Number | None = None
    grades: tuple[Grade, ...] = ()
    tie_breakers: tuple[Text, ...] = ()
    sections: tuple[Section, ...]
    bonus: tuple[Criterion, ...] = ()
    deductions: tuple[Criterion, ...] = ()
    exclusions: tuple[Ground, ...] = ()

    @cached_property
    def leaves(self) -> tuple[Criterion, ...]:
        """The core criteria, in order."""
        return tuple(leaf for section in self.sections for leaf in section.leaves)

    @cached_property
    def all_criteria(self) -> tuple[Criterion, ...]:
        """Core, then bonus, then deductions."""
        return self.leaves + self.bonus + self.deductions

    @cached_property
    def by_code(self) -> dict[str, Criterion]:
        """Every criterion by its code."""
        return {criterion.code: criterion for criterion in self.all_criteria}

    @cached_property
    def section_by_code(self) -> dict[str, Section]:
        """Every section, at any depth, by its code."""
        return {section.code: section for top in self.sections for section in top.walk()}

    @cached_property
    def canonical(self) -> bytes:
        """The one spelling of this value: JSON, sorted keys, numbers as text without useless zeros."""
        data = _plain(self.model_dump(by_alias=True))
        return json.dumps(data, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()

    @cached_property
    def sha256(self) -> str:
        """The name of this value: SHA-256 of the canonical form, not of the bytes of a file."""
        return hashlib.sha256(self.canonical).hexdigest()

    def grade(self, total: Decimal) -> str | None:
        """The first grade, from the top, that the total reaches."""
        return next((grade.name for grade in self.grades if total >= grade.start), None)


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        text = f"{value:f}"
        return text.rstrip("0").rstrip(".") if "." in text else text
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return value


def load(raw: bytes | str) -> CriteriaSet:
    """A criteria set from the bytes (or text) of a YAML file.

    Raises:
        Problems: everything that is wrong, each with its line and a sentence.
    """
    text = decode(raw) if isinstance(raw, bytes) else raw
    tree = read_tree(text)
    if not isinstance(tree.data, dict):
        raise Problems([Problem(Phrase(N_("Tệp phải là một bộ tiêu chí với các khóa set, version, title, ...")), 1)])
    try:
        criteria = CriteriaSet.model_validate(tree.data)
    except ValidationError as error:
        found = [
            Problem(
                _sentence(dict(detail)),
                tree.line(path := _path(tree.data, detail["loc"])),
                _place(tree.data, path),
            )
            for detail in error.errors(include_url=False)
        ]
        raise Problems(found) from error
    problems = [Problem(phrase, tree.line(path), _place(tree.data, path)) for path, phrase in problems_of(criteria)]
    if problems:
        raise Problems(problems)
    return criteria


def from_canonical(text: str | bytes) -> CriteriaSet:
    """The set stored in the database. The text is trusted: it was checked when it came in."""
    return CriteriaSet.model_validate(json.loads(text))


def problems_of(criteria: CriteriaSet) -> Iterator[tuple[Path, Phrase]]:
    """What makes no sense in a well-formed set, as (path, sentence). DESIGN 3, "Checks"."""
    yield from _problems_of_head(criteria)
    section_codes: dict[str, Path] = {}
    leaf_codes: dict[str, Path] = {}

    def once(seen: dict[str, Path], code: str, path: Path) -> Iterator[tuple[Path, Phrase]]:
        if code in seen:
            yield (*path, "code"), Phrase(N_("Mã “%(code)s” dùng hai lần."), {"code": code})
        seen[code] = path

    def of_criterion(criterion: Criterion, path: Path) -> Iterator[tuple[Path, Phrase]]:
        yield from once(leaf_codes, criterion.code, path)
        if criterion.max <= 0:
            yield (*path, "max"), Phrase(N_("Điểm tối đa phải lớn hơn 0."))
            return
        for inside, phrase in criterion.rule.problems(criterion.max):
            yield (*path, "rule", *inside), phrase

    def of_section(section: Section, path: Path) -> Iterator[tuple[Path, Phrase]]:
        yield from once(section_codes, section.code, path)
        if section.coefficient <= 0:
            yield (*path, "coefficient"), Phrase(N_("Hệ số phải lớn hơn 0."))
        if section.sections and section.criteria:
            yield path, Phrase(N_("Một lĩnh vực có hoặc nhóm con, hoặc tiêu chí, không có cả hai."))
        if not section.sections and not section.criteria:
            yield path, Phrase(N_("Lĩnh vực “%(code)s” không có tiêu chí nào."), {"code": section.code})
        for i, child in enumerate(section.sections):
            yield from of_section(child, (*path, "sections", i))
        for i, criterion in enumerate(section.criteria):
            yield from of_criterion(criterion, (*path, "criteria", i))

    for i, section in enumerate(criteria.sections):
        yield from of_section(section, ("sections", i))
    for i, criterion in enumerate(criteria.bonus):
        yield from of_criterion(criterion, ("bonus", i))
    for i, criterion in enumerate(criteria.deductions):
        yield from of_criterion(criterion, ("deductions", i))
    for i, ground in enumerate(criteria.exclusions):
        yield from once(leaf_codes, ground.code, ("exclusions", i))
    for i, name in enumerate(criteria.tie_breakers):
        if name in TIE_BREAKERS or (name.startswith("section:") and name[8:] in section_codes):
            continue
        yield (
            ("tie_breakers", i),
            Phrase(
                N_("Không có tiêu chí phụ “%(name)s”: dùng deductions, bonus, progress hoặc section:MÃ."),
                {"name": name},
            ),
        )


def _problems_of_head(criteria: CriteriaSet) -> Iterator[tuple[Path, Phrase]]:
    if not criteria.sections:
        yield ("sections",), Phrase(N_("Tổng điểm tối đa bằng 0: bộ tiêu chí không có lĩnh vực nào."))
    if criteria.scale is not None and criteria.scale <= 0:
        yield ("scale",), Phrase(N_("Thang điểm phải lớn hơn 0."))
    for key in ("bonus_cap", "deduction_cap"):
        cap = getattr(criteria, key)
        if cap is not None and cap < 0:
            yield (key,), Phrase(N_("Mức trần không được nhỏ hơn 0."))
    names: set[str] = set()
    for i, grade in enumerate(criteria.grades):
        if grade.name in names:
            yield ("grades", i, "name"), Phrase(N_("Xếp loại “%(name)s” có hai lần."), {"name": grade.name})
        names.add(grade.name)
        if i and grade.start >= criteria.grades[i - 1].start:
            yield (
                ("grades", i, "from"),
                Phrase(
                    N_("Xếp loại không theo thứ tự từ cao xuống thấp: %(name)s từ %(start)s."),
                    {"name": grade.name, "start": grade.start},
                ),
            )


def _path(data: Any, loc: tuple[int | str, ...]) -> Path:
    """Pydantic's location without the names of the union's members, which do not stand in the file."""
    path: list[int | str] = []
    for part in loc:
        if isinstance(data, dict) and part not in data and part in KINDS:
            continue
        path.append(part)
        if isinstance(data, dict):
            data = data.get(part)
        elif isinstance(data, list) and isinstance(part, int) and part < len(data):
            data = data[part]
        else:
            data = None
    return tuple(path)


def _place(data: Any, path: Path) -> str:
    """The code of the criterion or section that `path` lies in, then the key: "I.2 rule.target"."""
    code, rest = "", list(path)
    for i, part in enumerate(path):
        if isinstance(data, dict):
            data = data.get(part)
        elif isinstance(data, list) and isinstance(part, int) and part < len(data):
            data = data[part]
        else:
            break
        if isinstance(data, dict) and isinstance(data.get("code"), str | Decimal) and "rule" not in path[: i + 1]:
            code, rest = str(data["code"]), list(path[i + 1 :])
    key = ".".join(str(part + 1 if isinstance(part, int) else part) for part in rest)
    return f"{code} {key}".strip()


def _sentence(detail: dict[str, Any]) -> Phrase:
    """One of pydantic's errors as a sentence for an officer."""
    kind, key, context = detail["type"], detail["loc"][-1] if detail["loc"] else "", detail.get("ctx") or {}
    given = str(detail.get("input"))[:60]
    match kind:
        case "missing":
            return Phrase(N_("Thiếu khóa “%(key)s”."), {"key": key})
        case "extra_forbidden":
            return Phrase(N_("Không có khóa “%(key)s”."), {"key": key})
        case "union_tag_not_found":
            return Phrase(N_("Cách chấm thiếu khóa “kind”."))
        case "union_tag_invalid":
            return Phrase(
                N_("Không có cách chấm “%(kind)s”: dùng một trong %(kinds)s."),
                {"kind": str(context.get("tag")), "kinds": ", ".join(KINDS)},
            )
        case "literal_error":
            return Phrase(
                N_("“%(given)s” không hợp lệ: dùng %(expected)s."),
                {"given": given, "expected": str(context.get("expected", "")).replace(" or ", ", ")},
            )
        case "string_type" | "model_type" | "tuple_type" | "dict_type" | "bool_type" | "bool_parsing":
            wanted = {
                "string_type": N_("văn bản"),
                "model_type": N_("một nhóm khóa và giá trị"),
                "dict_type": N_("một nhóm khóa và giá trị"),
                "tuple_type": N_("một danh sách"),
            }.get(kind, N_("true hoặc false"))
            return Phrase(N_("Khóa “%(key)s” phải là %(wanted)s."), {"key": key, "wanted": Phrase(wanted)})
        case "string_too_short" | "too_short":
            return Phrase(N_("Khóa “%(key)s” để trống."), {"key": key})
        case "string_too_long":
            return Phrase(N_("Khóa “%(key)s” quá dài."), {"key": key})
        case "string_pattern_mismatch":
            return Phrase(N_("Mã “%(given)s” không được có dấu cách."), {"given": given})
        case "value_error":
            return Phrase(N_("Khóa “%(key)s” phải là một số."), {"key": key})
        case "greater_than_equal" | "less_than_equal":
            return Phrase(N_("Khóa “%(key)s” nằm ngoài khoảng cho phép."), {"key": key})
        case _ if kind.startswith(("decimal", "int")):
            return Phrase(N_("Khóa “%(key)s” phải là một số."), {"key": key})
        case _:
            return Phrase(N_("Khóa “%(key)s” không hợp lệ: %(given)s."), {"key": key, "given": given})
