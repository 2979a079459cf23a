"""What makes no sense in a criteria file, however well its keys are spelt. DESIGN 3, "Checks"."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from pydantic import ValidationError

from emulation.domain.numbers import number, rounded
from emulation.domain.rules import KINDS, Rule, spelling
from emulation.domain.source import Path
from emulation.errors import Invalid
from emulation.words import N_, Phrase

TIE_BREAKERS = ("deductions", "bonus", "progress")
BOUND = frozenset({"part", "whole", "value", "count", "before", "now"})  # figures that an indicator may give
Found = Iterator[tuple[Path, Phrase]]


def problems_of(data: dict[str, Any]) -> Found:
    """What makes no sense in the values of a criteria file, as (path, sentence). DESIGN 3, "Checks".

    Looks at each part that is well formed by itself, so that one misspelt key hides nothing else. Wrong shapes are
    the models' matter.
    """
    section_codes: set[str] = set()
    leaf_codes: set[str] = set()
    replaced: list[tuple[str, Path]] = []
    places = _figure({"precision": 2} | data, "precision")

    def once(seen: set[str], part: Any, path: Path) -> Found:
        code = spelling(part.get("code")) if isinstance(part, dict) else None
        if code in seen:
            yield (*path, "code"), Phrase(N_("Mã “%(code)s” dùng hai lần."), {"code": code})
        if code:
            seen.add(code)

    def of_criterion(part: Any, path: Path) -> Found:
        yield from once(leaf_codes, part, path)
        own: set[str] = set()
        for i, given in _items(part, "replaces"):
            code = spelling(given)
            if code in own:
                yield (*path, "replaces", i), Phrase(N_("Mã “%(code)s” ghi hai lần."), {"code": code})
            elif code:
                own.add(code)
                replaced.append((code, (*path, "replaces", i)))
        yield from _problems_of_figures(part, (*path, "figures"))
        most = _figure(part, "max")
        if most is not None and most <= 0:
            yield (*path, "max"), Phrase(N_("Điểm tối đa phải lớn hơn 0."))
        elif most is not None:
            yield from _too_fine(most, places, (*path, "max"))
            rule = _rule(part.get("rule"))
            for inside, phrase in rule.problems(most) if rule else ():
                yield (*path, "rule", *inside), phrase

    def of_section(part: Any, path: Path) -> Found:
        yield from once(section_codes, part, path)
        if not isinstance(part, dict):
            return
        coefficient = _figure(part, "coefficient")
        if coefficient is not None and coefficient <= 0:
            yield (*path, "coefficient"), Phrase(N_("Hệ số phải lớn hơn 0."))
        if part.get("sections") and part.get("criteria"):
            yield path, Phrase(N_("Một lĩnh vực có hoặc nhóm con, hoặc tiêu chí, không có cả hai."))
        if not part.get("sections") and not part.get("criteria"):
            code = spelling(part.get("code")) or ""
            yield path, Phrase(N_("Lĩnh vực “%(code)s” không có tiêu chí nào."), {"code": code})
        for i, child in _items(part, "sections"):
            yield from of_section(child, (*path, "sections", i))
        for i, criterion in _items(part, "criteria"):
            yield from of_criterion(criterion, (*path, "criteria", i))

    if data.get("sections") == []:
        yield ("sections",), Phrase(N_("Tổng điểm tối đa bằng 0: bộ tiêu chí không có lĩnh vực nào."))
    for i, section in _items(data, "sections"):
        yield from of_section(section, ("sections", i))
    for key in ("bonus", "deductions"):
        for i, criterion in _items(data, key):
            yield from of_criterion(criterion, (key, i))
    for i, ground in _items(data, "exclusions"):
        yield from once(leaf_codes, ground, ("exclusions", i))
    for code, path in replaced:
        if code in leaf_codes:
            yield path, Phrase(N_("Mã “%(code)s” vẫn dùng trong bộ này nên không thể bị thay thế."), {"code": code})
    known = {*TIE_BREAKERS, *(f"section:{code}" for code in section_codes)}
    for i, given in _items(data, "tie_breakers"):
        name = spelling(given)
        if name and name not in known:
            yield (
                ("tie_breakers", i),
                Phrase(
                    N_("Không có tiêu chí phụ “%(name)s”: dùng deductions, bonus, progress hoặc section:MÃ."),
                    {"name": name},
                ),
            )
    scale = _figure(data, "scale")
    if scale is not None and scale <= 0:
        yield ("scale",), Phrase(N_("Thang điểm phải lớn hơn 0."))
    for key in ("bonus_cap", "deduction_cap"):
        cap = _figure(data, key)
        if cap is not None and cap < 0:
            yield (key,), Phrase(N_("Mức trần không được nhỏ hơn 0."))
        elif cap is not None:
            yield from _too_fine(cap, places, (key,))
    yield from _problems_of_grades(data)


def _problems_of_grades(data: dict[str, Any]) -> Found:
    names: set[str] = set()
    above: Decimal | None = None
    for i, grade in _items(data, "grades"):
        name = spelling(grade.get("name")) if isinstance(grade, dict) else None
        if name in names:
            yield ("grades", i, "name"), Phrase(N_("Xếp loại “%(name)s” có hai lần."), {"name": name})
        if name:
            names.add(name)
        start = _figure(grade, "from")
        if start is not None and above is not None and start >= above:
            yield (
                ("grades", i, "from"),
                Phrase(
                    N_("Xếp loại không theo thứ tự từ cao xuống thấp: %(name)s từ %(start)s."),
                    {"name": name or "", "start": start},
                ),
            )
        above = start if start is not None else above


def _problems_of_figures(part: Any, path: Path) -> Found:
    """Figures that the entry of the rule does not have, two ways to declare at once, one indicator for two figures."""
    given = part.get("figures") if isinstance(part, dict) else None
    rule = part.get("rule") if isinstance(part, dict) else None
    kind = rule.get("kind") if isinstance(rule, dict) else None
    if not isinstance(given, dict) or not isinstance(kind, str) or kind not in KINDS:
        return
    ways = [names & BOUND for names in KINDS[kind].fields]
    known = frozenset().union(*ways)
    own: set[str] = set()
    for key, code in given.items():
        if key in BOUND and key not in known:
            yield (
                (*path, key),
                Phrase(
                    N_("Cách chấm “%(rule)s” không có số liệu “%(key)s” để gắn chỉ tiêu."),
                    {"rule": Phrase(KINDS[kind].name), "key": key},
                ),
            )
        spelled = spelling(code)
        if spelled in own:
            yield (
                (*path, key),
                Phrase(N_("Chỉ tiêu “%(code)s” gắn cho hai số liệu của cùng một tiêu chí."), {"code": spelled}),
            )
        elif spelled:
            own.add(spelled)
    if known.issuperset(given) and not any(names.issuperset(given) for names in ways):
        yield path, Phrase(N_("Chỉ gắn chỉ tiêu cho một cách kê khai: part và whole, hoặc value."))


def _too_fine(value: Decimal, places: Decimal | None, path: Path) -> Found:
    """Refuse points that a sheet could not show exactly. Without a sensible precision there is nothing to compare."""
    if places is not None and places in range(5) and value != rounded(value, int(places)):
        yield (
            path,
            Phrase(
                N_("%(points)s điểm có nhiều chữ số thập phân hơn precision cho phép (%(places)s)."),
                {"points": value, "places": places},
            ),
        )


def _items(part: Any, key: str) -> Iterator[tuple[int, Any]]:
    found = part.get(key) if isinstance(part, dict) else None
    yield from enumerate(found if isinstance(found, list) else ())


def _figure(part: Any, key: str) -> Decimal | None:
    try:
        return number(part[key]) if isinstance(part, dict) and part.get(key) is not None else None
    except Invalid:
        return None


def _rule(part: Any) -> Rule | None:
    kind = part.get("kind") if isinstance(part, dict) else None
    try:
        return KINDS[kind].model_validate(part) if isinstance(kind, str) and kind in KINDS else None
    except ValidationError:
        return None
