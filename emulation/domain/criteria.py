"""The criteria set (bộ tiêu chí) as a value: read, check, name by hash. DESIGN 3."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, StrictBool, ValidationError

from emulation.domain.checks import problems_of
from emulation.domain.numbers import LIMIT
from emulation.domain.plain import tidied
from emulation.domain.rules import KINDS, AnyRule, Number, Text, Value, spelling
from emulation.domain.source import Path, Problem, Problems, Tree, decode, read_tree
from emulation.words import N_, Phrase

Code = Annotated[Text, Field(max_length=40, pattern=r"^\S+$")]
IndicatorCode = Annotated[Text, Field(max_length=60, pattern=r"^[\w.-]+$")]  # as it stands in files of indicators
NotApplicable = Literal["rebase", "full", "zero"]
NO_SET = N_("Tệp phải là một bộ tiêu chí với các khóa set, version, title, ...")
# what a value should have been, by pydantic's name of the error
WANTED = {
    "string_type": N_("văn bản"),
    "model_type": N_("một nhóm khóa và giá trị"),
    "model_attributes_type": N_("một nhóm khóa và giá trị"),
    "dict_type": N_("một nhóm khóa và giá trị"),
    "tuple_type": N_("một danh sách"),
    "bool_type": N_("true hoặc false"),
}


def _not_bool(value: Any) -> Any:
    if isinstance(value, bool):
        raise ValueError("bool")
    return value


class EvidenceRule(Value):
    """What proves an entry: whether a citation is required, and which document is meant."""

    required: StrictBool = False
    hint: str = ""


class Criterion(Value):
    """Tiêu chí: a leaf, the thing that is scored."""

    code: Code
    # codes of last year's criteria that this one takes over; left out of the canonical form when there are none, so
    # that sets published before the key existed keep their hash
    replaces: tuple[Code, ...] = Field(default=(), exclude_if=lambda codes: not codes)
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
    # codes of indicators: a figure with the same code is one figure, declared once; left out as `replaces` is
    figures: dict[Literal["part", "whole", "value", "count", "before", "now"], IndicatorCode] = Field(
        default={}, exclude_if=lambda figures: not figures
    )
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

    @cached_property
    def most(self) -> Fraction:
        """The most points it can bring, its coefficient included, to a unit to which everything applies."""
        inner = sum((Fraction(leaf.max) for leaf in self.criteria), Fraction(0))
        return Fraction(self.coefficient) * sum((section.most for section in self.sections), inner)

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
    precision: Annotated[int, BeforeValidator(_not_bool), Field(ge=0, le=4)] = 2
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

    @property
    def base(self) -> Fraction:
        """The base (điểm nền) of a unit to which everything applies."""
        return sum((section.most for section in self.sections), Fraction(0))

    @cached_property
    def all_criteria(self) -> tuple[Criterion, ...]:
        """Core, then bonus, then deductions."""
        return self.leaves + self.bonus + self.deductions

    @cached_property
    def by_code(self) -> dict[str, Criterion]:
        """Every criterion by its code."""
        return {criterion.code: criterion for criterion in self.all_criteria}

    @cached_property
    def by_indicator(self) -> dict[str, tuple[tuple[Criterion, str], ...]]:
        """Where each indicator is used: criterion and key of its entry, in order."""
        found: dict[str, list[tuple[Criterion, str]]] = {}
        for criterion in self.all_criteria:
            for key, code in criterion.figures.items():
                found.setdefault(code, []).append((criterion, key))
        return {code: tuple(uses) for code, uses in found.items()}

    @cached_property
    def section_by_code(self) -> dict[str, Section]:
        """Every section, at any depth, by its code."""
        return {section.code: section for top in self.sections for section in top.walk()}

    @cached_property
    def canonical(self) -> bytes:
        """The one spelling of this value: JSON, sorted keys, numbers as text without useless zeros."""
        data = json_values(self.model_dump(by_alias=True))
        return json.dumps(data, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()

    @cached_property
    def sha256(self) -> str:
        """The name of this value: SHA-256 of the canonical form, not of the bytes of a file."""
        return hashlib.sha256(self.canonical).hexdigest()

    def grade(self, total: Decimal) -> str | None:
        """The first grade, from the top, that the total reaches."""
        return next((grade.name for grade in self.grades if total >= grade.start), None)


def json_values(value: Any) -> Any:
    """Plain values as JSON can hold them exactly: numbers become text without useless zeros."""
    if isinstance(value, Decimal):
        text = f"{value:f}"
        return text.rstrip("0").rstrip(".") if "." in text else text
    if isinstance(value, dict):
        return {key: json_values(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [json_values(item) for item in value]
    return value


def checked(data: Any) -> tuple[CriteriaSet | None, list[tuple[Path, Phrase]]]:
    """The criteria set that plain values make up, and everything that is wrong with them, as (path, sentence).

    `data` is what a file, a form or a workbook holds: dictionaries, lists, text, exact numbers, booleans, None. It
    may be wrong in any way: nothing is ever raised. The set is None exactly when something is wrong.
    """
    plain, odd = tidied(data)
    if not isinstance(plain, dict):
        return None, odd or [((), Phrase(NO_SET))]
    found = list(problems_of(plain))
    criteria = None
    try:
        criteria = CriteriaSet.model_validate(plain)
    except ValidationError as error:
        details = error.errors(include_url=False)
        found = [(_path(detail["loc"]), _sentence(dict(detail))) for detail in details] + found
    if criteria is not None and criteria.base >= LIMIT:
        found.append((("sections",), Phrase(N_("Tổng điểm tối đa của bộ tiêu chí quá lớn."))))
    if odd:  # what took the place of an odd value is not blamed a second time
        places = {path for path, _ in odd}
        found = odd + [(path, phrase) for path, phrase in found if path not in places]
    return (None if found else criteria), found


def load(raw: bytes | str) -> CriteriaSet:
    """A criteria set from the bytes (or text) of a YAML file.

    Raises:
        Problems: everything that is wrong, each with its line and a sentence.
    """
    return from_tree(read_tree(decode(raw) if isinstance(raw, bytes) else raw))


def from_tree(tree: Tree) -> CriteriaSet:
    """A criteria set from the values of a file, which know their lines.

    Raises:
        Problems: everything that is wrong, each with its line and a sentence.
    """
    criteria, found = checked(tree.data)
    if criteria is None:
        raise Problems([Problem(phrase, tree.line(path) or 1, place_of(tree.data, path)) for path, phrase in found])
    return criteria


def from_canonical(text: str | bytes) -> CriteriaSet:
    """The set stored in the database. The text is trusted: it was checked when it came in."""
    return CriteriaSet.model_validate(json.loads(text))


def _path(loc: tuple[int | str, ...]) -> Path:
    """Pydantic's location as it stands in the file: without the kind it adds after "rule", without its "[key]"."""
    return tuple(part for i, part in enumerate(loc) if part != "[key]" and (i == 0 or loc[i - 1] != "rule"))


def place_of(data: Any, path: Path) -> str:
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


def _key(path: Path) -> str:
    """The key that a sentence names: "max", and "legal_basis.1" for the first member of a list."""
    last = max((i for i, part in enumerate(path) if isinstance(part, str)), default=0)
    return ".".join(str(part + 1 if isinstance(part, int) else part) for part in path[last:])


def _sentence(detail: dict[str, Any]) -> Phrase:
    """One of pydantic's errors as a sentence for an officer."""
    kind, key, context = detail["type"], _key(_path(detail["loc"])), detail.get("ctx") or {}
    given = spelling(detail.get("input")) or ""
    given = f"{given[:59]}…" if len(given) > 60 else given
    match kind:
        case "missing":
            return Phrase(N_("Thiếu khóa “%(key)s”."), {"key": key})
        case "extra_forbidden":
            return Phrase(N_("Không có khóa “%(key)s”."), {"key": key})
        case "union_tag_not_found" | "union_tag_invalid" if context.get("tag") in (None, "None"):
            return Phrase(N_("Cách chấm thiếu khóa “kind”."))
        case "union_tag_invalid":
            return Phrase(
                N_("Không có cách chấm “%(kind)s”: dùng một trong %(kinds)s."),
                {"kind": spelling(detail["input"].get("kind")) or "", "kinds": ", ".join(KINDS)},
            )
        case "literal_error":
            return Phrase(
                N_("“%(given)s” không hợp lệ: dùng %(expected)s."),
                {"given": given, "expected": str(context.get("expected", "")).replace(" or ", ", ")},
            )
        case _ if kind in WANTED:
            return Phrase(N_("Khóa “%(key)s” phải là %(wanted)s."), {"key": key, "wanted": Phrase(WANTED[kind])})
        case "string_too_short" | "too_short":
            return Phrase(N_("Khóa “%(key)s” để trống."), {"key": key})
        case "string_too_long" | "too_long":
            return Phrase(N_("Khóa “%(key)s” quá dài."), {"key": key})
        case "string_pattern_mismatch" if "figures" in detail["loc"]:
            return Phrase(N_("Mã chỉ tiêu “%(given)s” chỉ gồm chữ, số và các dấu - _ . viết liền."), {"given": given})
        case "string_pattern_mismatch":
            return Phrase(N_("Mã “%(given)s” không được có dấu cách."), {"given": given})
        case "value_error" if isinstance(detail.get("input"), Decimal):
            return Phrase(N_("Khóa “%(key)s” quá lớn, quá nhỏ hoặc có quá nhiều chữ số."), {"key": key})
        case "value_error":
            return Phrase(N_("Khóa “%(key)s” phải là một số."), {"key": key})
        case "int_from_float":
            return Phrase(N_("Khóa “%(key)s” phải là một số nguyên."), {"key": key})
        case "greater_than_equal" | "less_than_equal":
            return Phrase(N_("Khóa “%(key)s” nằm ngoài khoảng cho phép."), {"key": key})
        case _ if kind.startswith(("decimal", "int")):
            return Phrase(N_("Khóa “%(key)s” phải là một số."), {"key": key})
        case _:
            return Phrase(N_("Khóa “%(key)s” không hợp lệ."), {"key": key})
