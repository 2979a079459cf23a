"""What the annex of a letter and the guidance booklet say of a criteria set, the same for PDF and DOCX."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from emulation.documents.criteria_words import Level, name_of, rule_words
from emulation.documents.short_names import owner_name, tag_name
from emulation.documents.typesetting import NBSP, count, listed, short_hash
from emulation.domain.criteria import CriteriaSet, Criterion, Section
from emulation.domain.numbers import half_up, units_to_points
from emulation.words import figure

# blanks around the signs of a formula, inside "(tỷ lệ −", and before "%"
_INSIDE = re.compile(
    r"(?<=[\d)]) (?=[−×:+=≈≥≤→] ?[\d(])|(?<=[−×]) (?=[\d(])|(?<=[\d)] [:+=≈≥≤→]) (?=[\d(])"
    r"|(?<=\w) (?=−)|(?<=\(tỷ) (?=lệ −)|(?<=\d) (?=%)"
)
ILLUSTRATIVE = "Bộ tiêu chí minh họa"
SKIPPING = {
    "rebase": "được loại khỏi điểm nền: đơn vị được tính trên các tiêu chí còn lại",
    "full": "được tính điểm tối đa",
    "zero": "được tính 0 điểm và vẫn nằm trong điểm nền",
}
TIES = {
    "deductions": "ít điểm trừ hơn",
    "bonus": "nhiều điểm thưởng hơn",
    "progress": "nhiều điểm hơn ở các tiêu chí chấm theo mức tiến bộ",
}


@dataclass(frozen=True)
class Issuer:
    """Who sends the letter. Its number and date are left to the clerk."""

    ministry: str = "Bộ Giáo dục và Đào tạo"
    department: str = "Vụ Thi đua - Khen thưởng"
    symbol: str = "BGDĐT-TĐKT"


@dataclass(frozen=True)
class AnnexRow:
    """A row of the annex: a section, a criterion, or the sum (no code)."""

    code: str
    title: str
    most: str
    depth: int | None = None  # of a section, from 0; None: a criterion
    about: str = ""  # to whom it applies, whether it may be skipped
    rule: tuple[str, ...] = ()
    levels: tuple[Level, ...] = ()
    evidence: str = ""
    owner: str = ""


@dataclass(frozen=True)
class Heading:
    """A heading of the booklet, `level` from 1; it stands in the table of contents."""

    level: int
    text: str


@dataclass(frozen=True)
class Paragraph:
    """A paragraph, or one entry of a list."""

    text: str
    is_entry: bool = False


@dataclass(frozen=True)
class Fact:
    """One thing to know of a criterion: a name, paragraphs, perhaps a table of levels."""

    name: str
    texts: tuple[str, ...]
    levels: tuple[Level, ...] = ()
    levels_head: str = ""


@dataclass(frozen=True)
class Facts:
    """All there is to know of a criterion."""

    facts: tuple[Fact, ...]


@dataclass(frozen=True)
class LevelTable:
    """A table of two columns: a name and points."""

    head: tuple[str, str]
    levels: tuple[Level, ...]


Block = Heading | Paragraph | Facts | LevelTable


def points(value: Decimal | Fraction, criteria: CriteriaSet) -> str:
    """Points with the places of the set, rounded half up once."""
    exact = Fraction(value) * 10**criteria.precision
    units = half_up(exact.numerator, exact.denominator)
    return figure(units_to_points(units, criteria.precision), places=criteria.precision)


def seal(criteria: CriteriaSet) -> str:
    """The line at the foot of every page: which set this is, so that nobody mixes two versions."""
    return f"{criteria.set} {criteria.version} · SHA-256 {short_hash(criteria.sha256)}"


def owner_of(criterion: Criterion) -> str:
    """The department that reviews the criterion, "" if none is named."""
    return owner_name(criterion.owner) if criterion.owner.strip() else ""


def evidence_of(criterion: Criterion) -> str:
    """What has to be handed in."""
    hint = criterion.evidence.hint.strip()
    if criterion.evidence.required:
        return f"Bắt buộc: {_lower(hint)}" if hint else "Bắt buộc"
    return hint or "Không yêu cầu"


def whole(text: str) -> str:
    """A sentence in which a line ends neither inside a formula nor between a number and its sign."""
    return _INSIDE.sub(NBSP, text)


def _lower(text: str) -> str:
    first = text.split(" ", 1)[0]
    return text if first.isupper() and len(first) > 1 else text[:1].lower() + text[1:]


def _applies(criterion: Criterion) -> list[str]:
    """To whom it applies, and whether it may be skipped."""
    found = []
    if criterion.applies_to:
        found.append(f"Chỉ áp dụng với đơn vị {' hoặc '.join(tag_name(tag) for tag in criterion.applies_to)}.")
    if criterion.may_skip:
        found.append("Đơn vị được khai không áp dụng, kèm lý do.")
    return found


# ---- the annex ----


def annex_rows(criteria: CriteriaSet) -> list[AnnexRow]:
    """The table that an official letter carries: sections with their maximum, criteria with rule and evidence.

    The maximum of a section holds its coefficient and those of the sections around it, so that the column adds up.
    """
    rows: list[AnnexRow] = []

    def leaf(criterion: Criterion, *, deducted: bool = False) -> AnnexRow:
        words = rule_words(criterion, criteria.precision, deducted=deducted)
        return AnnexRow(
            criterion.code,
            criterion.title,
            figure(criterion.max),
            None,
            " ".join(_applies(criterion)),
            tuple(whole(text) for text in words.sentences),
            words.levels,
            evidence_of(criterion),
            owner_of(criterion),
        )

    def below(section: Section, depth: int, around: Fraction) -> None:
        title = section.title
        if section.coefficient != 1:
            title += f" (hệ số {figure(section.coefficient)})"
        rows.append(AnnexRow(section.code, title, points(around * section.most, criteria), depth))
        for inner in section.sections:
            below(inner, depth + 1, around * Fraction(section.coefficient))
        rows.extend(leaf(one) for one in section.criteria)

    for section in criteria.sections:
        below(section, 0, Fraction(1))
    rows.append(AnnexRow("", "Tổng điểm tối đa của các lĩnh vực (điểm nền)", points(criteria.base, criteria), 0))
    for title, cap, leaves in (
        ("Điểm thưởng", criteria.bonus_cap, criteria.bonus),
        ("Điểm trừ", criteria.deduction_cap, criteria.deductions),
    ):
        if leaves:
            limit = f" (tổng cộng tối đa {figure(cap)} điểm)" if cap is not None else ""
            rows.append(AnnexRow("T" if title == "Điểm thưởng" else "P", title + limit, "", 0))
            rows.extend(leaf(one, deducted=title == "Điểm trừ") for one in leaves)
    return rows


# ---- the booklet ----


def general_rules(criteria: CriteriaSet) -> Iterator[Block]:
    """How points become a total, a grade and a rank, in words."""
    yield Heading(2, "Cách tính tổng điểm")
    parts = [f"{len(criteria.leaves)} tiêu chí trong {len(criteria.sections)} lĩnh vực"]
    parts += [f"{len(criteria.bonus)} tiêu chí điểm thưởng"] if criteria.bonus else []
    parts += [f"{len(criteria.deductions)} tiêu chí điểm trừ"] if criteria.deductions else []
    yield Paragraph(f"Bộ tiêu chí có {listed(parts)}. Điểm nền, là điểm tối đa của các lĩnh vực với hệ số, "
                    f"là {points(criteria.base, criteria)} điểm.")  # fmt: skip
    places = f"đến {count(criteria.precision)} chữ số thập phân" if criteria.precision else "đến hàng đơn vị"
    yield Paragraph(f"Điểm của mỗi tiêu chí được làm tròn một lần {places}, từ 5 làm tròn lên. Điểm của lĩnh vực là "
                    "tổng điểm bên trong nhân với hệ số; các phép cộng sau đó không làm tròn thêm.")  # fmt: skip
    if criteria.scale is None:
        yield Paragraph("Điểm của các lĩnh vực cộng thẳng, không quy đổi.")
    else:
        scale = figure(criteria.scale)
        yield Paragraph(f"Điểm của các lĩnh vực quy về thang {scale}: {scale} × điểm đạt : điểm nền, làm tròn một lần.")
    yield Paragraph(_total(criteria))
    yield Paragraph("Tiêu chí chưa kê khai tính 0 điểm và vẫn nằm trong điểm nền; 0 điểm khác với chưa kê khai.")
    yield Heading(2, "Tiêu chí không áp dụng")
    yield Paragraph(f"Tiêu chí không áp dụng với đơn vị {SKIPPING[criteria.not_applicable]}. Đơn vị chỉ tự khai không "
                    "áp dụng ở tiêu chí có ghi được phép, kèm lý do.")  # fmt: skip
    if criteria.grades:
        yield Heading(2, "Xếp loại")
        yield Paragraph("Xếp loại theo tổng điểm, kể cả điểm thưởng và điểm trừ; lấy mức cao nhất đạt được.")
        yield LevelTable(("Xếp loại", "Từ (điểm)"), tuple(Level(one.name, one.start) for one in criteria.grades))
    yield Heading(2, "Khi bằng điểm")
    if criteria.tie_breakers:
        yield Paragraph("Các đơn vị bằng tổng điểm được xét lần lượt, đơn vị xếp trên là đơn vị có:")
        for number, name in enumerate(criteria.tie_breakers, 1):
            yield Paragraph(f"{number}. {_tie(criteria, name)}", is_entry=True)
        yield Paragraph("Vẫn bằng nhau thì xếp đồng hạng.")
    else:
        yield Paragraph("Các đơn vị bằng tổng điểm xếp đồng hạng.")
    if criteria.exclusions:
        yield Heading(2, "Điều kiện loại trừ")
        yield Paragraph("Đơn vị thuộc một trong các điều kiện sau không được xếp hạng và không xét khen thưởng:")
        for ground in criteria.exclusions:
            yield Paragraph(f"{ground.code}. {ground.title}", is_entry=True)
    if criteria.legal_basis:
        yield Heading(2, "Căn cứ")
        for text in criteria.legal_basis:
            yield Paragraph(f"- {text}", is_entry=True)
    if criteria.note.strip():
        yield Heading(2, "Ghi chú")
        yield Paragraph(criteria.note.strip())


def _total(criteria: CriteriaSet) -> str:
    """The total as a sentence with its caps."""
    parts = ["điểm của các lĩnh vực"]
    if criteria.bonus:
        cap = "" if criteria.bonus_cap is None else f" (tối đa {figure(criteria.bonus_cap)} điểm)"
        parts.append(f"cộng điểm thưởng{cap}")
    if criteria.deductions:
        cap = "" if criteria.deduction_cap is None else f" (tối đa {figure(criteria.deduction_cap)} điểm)"
        parts.append(f"trừ điểm trừ{cap}")
    return f"Tổng điểm bằng {', '.join(parts)}{', không nhỏ hơn 0' if criteria.deductions else ''}."


def _tie(criteria: CriteriaSet, name: str) -> str:
    if name in TIES:
        return f"{TIES[name]};"
    section = criteria.section_by_code[name.removeprefix("section:")]
    return f"nhiều điểm hơn ở lĩnh vực {section.code}, {section.title};"


def booklet(criteria: CriteriaSet) -> list[Block]:
    """The booklet after its title page and its table of contents."""
    blocks: list[Block] = [Heading(1, "Phần I. Quy định chung"), *general_rules(criteria)]
    blocks.append(Heading(1, "Phần II. Các tiêu chí"))

    def below(section: Section, level: int, around: Fraction) -> None:
        note = f"hệ số {figure(section.coefficient)}, " if section.coefficient != 1 else ""
        most = points(around * section.most, criteria)
        blocks.append(Heading(level, f"{section.code}. {section.title} ({note}tối đa {most} điểm)"))
        for inner in section.sections:
            below(inner, min(level + 1, 4), around * Fraction(section.coefficient))
        for leaf in section.criteria:
            blocks.extend(_leaf(leaf, criteria, min(level + 1, 5), deducted=False))

    for section in criteria.sections:
        below(section, 2, Fraction(1))
    for number, title, leaves in (
        ("III", "Điểm thưởng", criteria.bonus),
        ("IV" if criteria.bonus else "III", "Điểm trừ", criteria.deductions),
    ):
        if leaves:
            blocks.append(Heading(1, f"Phần {number}. {title}"))
            for leaf in leaves:
                blocks.extend(_leaf(leaf, criteria, 2, deducted=title == "Điểm trừ"))
    return blocks


def _indicators(criterion: Criterion, criteria: CriteriaSet) -> str:
    """ "tổng số trường: cùng số liệu với IV.1 (mã tong-so-truong)"; figures that nobody else asks for by their code."""
    found = []
    for key, code in criterion.figures.items():
        others = [one.code for one, _key in criteria.by_indicator[code] if one.code != criterion.code]
        words = f"cùng số liệu với {listed(others)} (mã {code})" if others else f"mã {code}"
        found.append(f"{name_of(criterion, key)}: {words}")
    return "; ".join(found)


def _leaf(criterion: Criterion, criteria: CriteriaSet, level: int, *, deducted: bool) -> Iterator[Block]:
    words = rule_words(criterion, criteria.precision, deducted=deducted)
    kind = criterion.rule.name[:1].upper() + criterion.rule.name[1:]
    yield Heading(level, f"{criterion.code}. {criterion.title}")
    facts = [
        Fact("Điểm trừ tối đa" if deducted else "Điểm tối đa", (figure(criterion.max),)),
        Fact("Đơn vị chủ trì", (owner_of(criterion),)),
        Fact("Áp dụng", tuple(_applies(criterion))),
        Fact("Cách chấm", (f"{kind}.", *(whole(text) for text in words.sentences)), words.levels, words.levels_head),
        Fact("Ví dụ", (whole(words.example.sentence.removeprefix("Ví dụ: ")),)),
        Fact("Hướng dẫn", (criterion.guidance.strip(),)),
        Fact("Minh chứng", (evidence_of(criterion),)),
        Fact("Nguồn số liệu", (criterion.source.strip(),)),
        Fact("Số liệu dùng chung", (_indicators(criterion, criteria),)),
        Fact("Căn cứ", criterion.legal_basis),
        Fact("Thay cho tiêu chí", (listed(criterion.replaces),)),
    ]
    yield Facts(tuple(fact for fact in facts if any(fact.texts)))
