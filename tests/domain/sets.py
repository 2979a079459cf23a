"""Whole criteria sets for hypothesis: every key of the format, every kind of rule, and text that breaks formats.

`criteria_data()` gives plain values as a file or a form holds them, `criteria_sets()` the sets themselves. Use them
where something must hold for *any* set that the checks accept: writing and reading, comparing, editing, printing.
"""

import unicodedata
from decimal import Decimal
from functools import cache
from typing import Any

from hypothesis import strategies as st

from emulation.domain.checks import BOUND
from emulation.domain.criteria import CriteriaSet, checked
from emulation.domain.rules import KINDS
from tests.domain.invented import GRADES, TAGS, caps, decimals, maxima, rules

Data = dict[str, Any]
Draw = Any

LONG = "Tính các thủ tục thuộc thẩm quyền của Sở, đã công bố, có hồ sơ phát sinh trong năm học. " * 9
ODD = (  # each has broken some format
    "yes", "No", "null", "~", "true", "1.10", "010", "1e3", "0x1F", "2021-12-31", "8,5", "-", "---", "...", "?", ":",
    "=1+1", "=HYPERLINK(\"x\")", "+84", "-5", "@x", "'quoted", "\"quoted\"", "'", "\"", "\\", "\\n", "a\\", "a\\b",
    "#REF!", "# no comment", "a #b", "a: b", "a:b", "a:", "a = 5", "= 5", "a) b", ")", "a | b", "|", ">", "%", "&a",
    "*a", "!x", "`x`", "[a, b]", "{a: 1}", "a, b", "a]", "x{", "<b>&amp;", "_x000D_", "_x005F_x000D_", "x005F_",
    "(tiếp)", "Tỷ lệ", unicodedata.normalize("NFD", "Tỷ lệ huy động trẻ"), "Đạt: “tốt”", "dòng một\ndòng hai",
    "a\n\nb\n c", "a\n  b", "\u00a0x\u00a0y", "a\u2028b", "a\ufeffb", "a\tb", "e\u0301\u0323", "a  b   c", "😀",
    "ẩ" * 300, "x" * 3000, LONG.strip(), "Hoàn thành = 90", "Bước điểm: 3", "Đơn vị tính: %", "Có", "Không",
    "Tiêu chí", "vu-tdkt", "Vụ Thi đua - Khen thưởng", "Vụ Thi đua - Khen thưởng (vu-tdkt)", "\"vu-tdkt\"",
    "từ 5 điểm", "điểm",
)  # fmt: skip
LETTERS = "aăâđêôơưừẩỹ ABĐƯ 019 .,:;=()[]{}#'\"\\|-+@%&*!?<>_/\n\t\u0301\u00a0\u2028"
SPACED = ("", " ", " x ", "\n", "x\n", "  hai dấu cách đầu", "\u00a0", "\t", "cuối \n ")


# Built once: a strategy that is made anew for every draw costs more than the draw.
_TEXTS = st.one_of(
    st.sampled_from(ODD), st.text(LETTERS, min_size=1, max_size=40).filter(lambda text: bool(text.strip()))
)
_FREE_TEXTS = st.one_of(st.sampled_from((*ODD, *SPACED)), st.text(LETTERS, max_size=40))


def texts() -> st.SearchStrategy[str]:
    """Text that must not be empty; space around it is not kept."""
    return _TEXTS


def free_texts() -> st.SearchStrategy[str]:
    """Text that may be empty and is kept to the letter."""
    return _FREE_TEXTS


def spelt(text: str) -> str:
    """As the set spells it: what two codes must not have in common."""
    return unicodedata.normalize("NFC", text.strip())


ODD_CODES = tuple(
    sorted({spelt(text) for text in ODD if len(spelt(text)) <= 30 and not any(one.isspace() for one in spelt(text))})
)
FIGURES = st.one_of(
    decimals(0, 120),
    decimals(0, 9, 9),
    st.sampled_from(("0", "0.000000001", "9999999999999", "123456789.123456789", "-12.5", "100", "1.10")),
)
CEILINGS = st.none() | FIGURES


@cache
@st.composite
def _rules(draw: Draw, maximum: str) -> Data:
    """A rule whose words are odd and whose parameters are all written at times."""
    rule: Data = draw(rules(maximum))
    kind = rule["kind"]
    if kind == "judged":
        if draw(st.booleans()):
            rule["descriptors"] = [
                {"points": f"{Decimal(maximum) * n / 16:f}", "text": draw(texts())}
                for n in draw(st.lists(st.integers(0, 16), max_size=3))
            ]
    elif kind == "levels":
        labels = draw(st.lists(texts(), min_size=len(rule["levels"]), max_size=len(rule["levels"]), unique_by=spelt))
        for level, label in zip(rule["levels"], labels, strict=True):
            level["label"] = label
    elif kind == "checklist":
        codes = draw(st.lists(texts(), min_size=len(rule["items"]), max_size=len(rule["items"]), unique_by=spelt))
        for item, code in zip(rule["items"], codes, strict=True):
            item |= {"code": code, "label": draw(texts())}
    elif kind == "progress":
        rule["ceiling"] = draw(CEILINGS)
    if kind in ("ratio", "steps", "progress") and draw(st.booleans()):
        rule["unit"] = draw(UNITS)
    return rule


# the keys that a criterion may leave out
OPTIONAL = {
    "owner": st.sampled_from(("vu-tdkt", "van-phong")) | free_texts(),
    "applies_to": st.lists(st.sampled_from(TAGS) | texts(), max_size=3),
    "may_skip": st.booleans(),
    "source": free_texts(),
    "guidance": free_texts(),
    "legal_basis": st.lists(texts(), max_size=3),
    "evidence": st.fixed_dictionaries({}, optional={"required": st.booleans(), "hint": free_texts()}),
    "labels": st.dictionaries(
        st.sampled_from(("points", "level", "met", "part", "whole", "value", "count", "before", "now")),
        texts(),
        max_size=3,
    ),
}
SOME_KEYS = st.lists(st.sampled_from(sorted(OPTIONAL)), unique=True, max_size=5)
REPLACED = st.lists(st.sampled_from(("C.1", "1.10", "=X")), max_size=3, unique=True)
INDICATORS = st.sampled_from(("tong-so-truong", "GV.01", "1.10", "số_lớp", "2021", "yes", "-"))
UNITS = st.sampled_from(("%", "lần", "loại")) | free_texts()
CODES = st.sampled_from(ODD_CODES)
FAMILIES = st.sampled_from(("so-gddt", *ODD_CODES))
VERSIONS = st.sampled_from(("2021-2022", "1.10")) | texts()


@cache
@st.composite
def _criteria(draw: Draw, precision: int) -> Data:
    """One criterion with any of its keys but its code."""
    maximum = draw(maxima(precision))
    criterion: Data = {"title": draw(texts()), "max": maximum, "rule": draw(_rules(maximum))}
    for key in draw(SOME_KEYS):
        criterion[key] = draw(OPTIONAL[key])
    if draw(st.integers(0, 5)) == 0:
        criterion["replaces"] = draw(REPLACED)
    keys = sorted(draw(st.sampled_from(KINDS[criterion["rule"]["kind"]].fields)) & BOUND)
    if keys and draw(st.integers(0, 3)) == 0:
        codes = draw(st.lists(INDICATORS, min_size=len(keys), max_size=len(keys), unique=True))
        criterion["figures"] = dict(zip(keys, codes, strict=True))
    return criterion


@st.composite
def criteria_data(draw: Draw) -> Data:
    """A sound set as plain values, numbers as text: nested sections, bonus, deductions, exclusions, odd words."""
    precision = draw(st.sampled_from((2, 2, 2, 0, 1, 3, 4)))
    number = iter(range(1000))
    leaf_codes: set[str] = {"C.1", "=X", "1.10"}  # those that `replaces` names
    section_codes: set[str] = set()

    def code(used: set[str], plain: str) -> str:
        found: str = draw(CODES) if draw(st.integers(0, 4)) == 0 else plain
        found = plain if found in used else found
        used.add(found)
        return found

    def leaves(size: int) -> list[Data]:
        return [{"code": code(leaf_codes, f"T.{next(number)}"), **draw(_criteria(precision))} for _ in range(size)]

    def section(depth: int) -> Data:
        found: Data = {"code": code(section_codes, f"S.{next(number)}"), "title": draw(texts())}
        if draw(st.booleans()):
            found["coefficient"] = draw(st.sampled_from(("2", "0.5", "1", "3", "0.333")))
        size = draw(st.integers(1, 2))
        if depth < 4 and draw(st.integers(0, 2)) == 0:
            found["sections"] = [section(depth + 1) for _ in range(size)]
        else:
            found["criteria"] = leaves(size)
        return found

    data: Data = {
        "set": draw(FAMILIES),
        "version": draw(VERSIONS),
        "title": draw(texts()),
        "status": draw(st.sampled_from(("official", "illustrative"))),
        "sections": [section(0) for _ in range(draw(st.integers(1, 3)))],
    }
    names = draw(st.lists(texts(), min_size=4, max_size=4, unique_by=spelt))
    breakers = ["deductions", "bonus", "progress", *(f"section:{one}" for one in sorted(section_codes))]
    optional = {
        "legal_basis": st.lists(texts(), max_size=3),
        "note": free_texts(),
        "scale": st.sampled_from(("100", None, "33.3", "1000")),
        "not_applicable": st.sampled_from(("rebase", "full", "zero")),
        "bonus_cap": caps(precision),
        "deduction_cap": caps(precision),
        "grades": GRADES.map(lambda starts: [{"name": a, "from": b} for a, b in zip(names, starts, strict=False)]),
        "tie_breakers": st.lists(st.sampled_from(breakers), max_size=4),
    }
    for key in draw(st.lists(st.sampled_from(sorted(optional)), unique=True)):
        data[key] = draw(optional[key])
    data["precision"] = precision
    for key in ("bonus", "deductions"):
        if draw(st.booleans()):
            data[key] = leaves(draw(st.integers(0, 2)))
    if draw(st.booleans()):
        data["exclusions"] = [
            {"code": code(leaf_codes, f"X.{next(number)}"), "title": draw(texts())}
            for _ in range(draw(st.integers(0, 2)))
        ]
    return data


def criteria_sets() -> st.SearchStrategy[CriteriaSet]:
    """A sound set as a value."""

    def sound(data: Data) -> CriteriaSet:
        criteria, problems = checked(data)
        assert criteria is not None, [str(phrase) for _, phrase in problems]
        return criteria

    return criteria_data().map(sound)
