"""The facts about the two shipped criteria sets, and every example of criteria/README.md computed."""

import json
import re
from decimal import Decimal
from pathlib import Path

import pytest

from emulation.domain.criteria import CriteriaSet, Criterion, EvidenceRule, Section, load
from emulation.domain.rules import KINDS
from emulation.domain.scoring import line_points, score
from emulation.domain.source import Problems
from emulation.errors import Invalid

FOLDER = Path(__file__).parents[2] / "criteria"
README = (FOLDER / "README.md").read_text(encoding="utf-8")
FILES = sorted(path.name for path in FOLDER.glob("*.yaml"))
FENCE = re.compile(r"^```(yaml|json)\n(.*?)^```$", re.M | re.S)
FIGURE_RULES = {"ratio", "steps", "count", "progress"}


def read(name: str) -> CriteriaSet:
    return load((FOLDER / name).read_bytes())


FRAME = read("so-gddt-2012-2013.yaml")
LEAN = read("so-gddt-2021-2022.yaml")


def test_criteria_folder_holds_the_two_sets() -> None:
    assert FILES == ["so-gddt-2012-2013.yaml", "so-gddt-2021-2022.yaml"]


@pytest.mark.parametrize("name", FILES)
def test_criteria_file_is_named_after_its_set_and_version(name: str) -> None:
    criteria = read(name)
    assert name == f"{criteria.set}-{criteria.version}.yaml"


@pytest.mark.parametrize("criteria", [FRAME, LEAN], ids=FILES)
def test_labels_name_figures_that_the_rule_asks_for(criteria: CriteriaSet) -> None:
    wrong = [
        leaf.code for leaf in criteria.all_criteria if leaf.labels and frozenset(leaf.labels) not in leaf.rule.fields
    ]
    assert wrong == []


# --- 2012-2013: the real frame, Công văn 6841/BGDĐT-VP --------------------


def test_frame_base_is_220_and_210_without_ethnic_minority_education() -> None:
    assert score(FRAME, {}, tags=["dan-toc"]).base == Decimal("220.00")
    assert score(FRAME, {}).base == Decimal("210.00")


def test_frame_total_reaches_its_base() -> None:
    full = {leaf.code: {"points": 10} for leaf in FRAME.leaves}
    assert score(FRAME, full, tags=["dan-toc"]).total == Decimal("220.00")
    del full["VI.1"]
    assert score(FRAME, full).total == Decimal("210.00")


def test_frame_has_sixteen_fields_of_ten_points_and_doubles_six() -> None:
    roman = "I II III IV V VI VII VIII IX X XI XII XIII XIV XV XVI"
    assert [section.code for section in FRAME.sections] == roman.split()
    assert [leaf.max for leaf in FRAME.leaves] == [Decimal(10)] * 16
    assert {section.code for section in FRAME.sections if section.coefficient == 2} == {
        "I",
        "II",
        "III",
        "IV",
        "V",
        "XV",
    }
    assert {section.coefficient for section in FRAME.sections} == {Decimal(1), Decimal(2)}


def test_frame_claims_nothing_that_was_not_found() -> None:
    assert FRAME.status == "official"
    assert (FRAME.grades, FRAME.tie_breakers, FRAME.bonus, FRAME.deductions, FRAME.exclusions) == (
        (),
        (),
        (),
        (),
        (),
    )
    assert {leaf.rule.kind for leaf in FRAME.leaves} == {"judged"}
    assert [leaf.code for leaf in FRAME.leaves if not leaf.owner] == ["XIII.1", "XIV.1", "XV.1", "XVI.1"]
    for unknown in ("tiêu chí thành phần", "thang xếp loại", "năm học 2010-2011"):
        assert unknown in FRAME.note


# --- 2021-2022: the lean set --------------------


def test_lean_set_is_illustrative_and_says_so() -> None:
    assert LEAN.status == "illustrative"
    assert "minh họa" in LEAN.note


def test_lean_set_has_at_most_forty_criteria() -> None:
    assert (len(LEAN.leaves), len(LEAN.bonus), len(LEAN.deductions)) == (31, 4, 4)
    assert len(LEAN.all_criteria) <= 40


def test_lean_set_adds_up_to_its_scale() -> None:
    assert LEAN.scale == Decimal(100)
    assert score(LEAN, {}, tags=["dan-toc"]).base == Decimal("100.00")
    assert score(LEAN, {}, tags=["mien-nui"]).base == Decimal("100.00")
    assert score(LEAN, {}).base == Decimal("98.00")


def test_lean_set_uses_every_rule_kind_in_its_core() -> None:
    assert {leaf.rule.kind for leaf in LEAN.leaves} == set(KINDS)


def test_lean_set_uses_every_part_of_the_format() -> None:
    assert LEAN.bonus
    assert LEAN.deductions
    assert LEAN.exclusions
    assert sum(leaf.max for leaf in LEAN.bonus) > (LEAN.bonus_cap or 0) > 0
    assert {section.coefficient for section in LEAN.sections} == {Decimal(1), Decimal(2)}
    assert {tag for leaf in LEAN.leaves for tag in leaf.applies_to} == {"dan-toc", "mien-nui"}
    assert [leaf.code for leaf in LEAN.leaves if leaf.may_skip] == ["I.2", "I.5", "VI.5"]
    better_lower = {leaf.rule.kind for leaf in LEAN.leaves if getattr(leaf.rule, "better", "higher") == "lower"}
    assert better_lower == {"ratio", "steps", "progress"}


@pytest.mark.parametrize("leaf", LEAN.all_criteria, ids=lambda leaf: leaf.code)
def test_lean_criterion_tells_the_officer_all_there_is_to_know(leaf: Criterion) -> None:
    assert leaf.owner
    assert leaf.source
    assert "Ví dụ: " in leaf.guidance
    assert re.search(r"\d\d/\d\d/20\d\d|học kỳ|tháng \d/\d{4}", leaf.guidance), "from when to when"
    assert not re.search(r"\d[.]\d{3}", leaf.guidance), "figures as one types them, thousands unseparated"
    assert leaf.evidence.hint
    assert len(leaf.title) <= 80
    assert bool(leaf.labels) == (leaf.rule.kind in FIGURE_RULES)


def test_lean_set_cites_only_the_notice_and_the_legal_register() -> None:
    cited = {text for leaf in LEAN.all_criteria for text in leaf.legal_basis}
    assert cited <= set(LEAN.legal_basis)
    numbers = re.findall(r"\d+/(?:\d{4}/)?[A-ZĐ]+-[A-Za-zĐ]+", " ".join(LEAN.legal_basis))
    assert numbers == ["76/NQ-CP", "23/CT-TTg", "21/2020/TT-BGDĐT"]
    assert "Hội nghị công tác văn phòng, truyền thông" in LEAN.legal_basis[0]


GUIDANCE_EXAMPLES = [
    ("I.2", {"part": 9100, "whole": 10000}, "3.00"),
    ("I.3", {"count": 3}, "0.75"),
    ("I.4", {"part": 7200, "whole": 9000}, "2.50"),
    ("I.5", {"part": 1700, "whole": 2000}, "1.50"),
    ("II.1", {"part": 38, "whole": 40}, "2.25"),
    ("II.2", {"value": 2}, "1.00"),
    ("II.3", {"met": ["a", "b"]}, "1.00"),
    ("II.4", {"before": 20, "now": 17}, "1.20"),
    ("III.1", {"part": 18, "whole": 20}, "2.25"),
    ("III.2", {"part": 4910, "whole": 5000}, "2.00"),
    ("III.3", {"part": 95, "whole": 98}, "2.82"),
    ("III.4", {"points": "2,52"}, "2.52"),
    ("IV.1", {"part": 588, "whole": 600}, "3.20"),
    ("IV.2", {"part": 275, "whole": 10000}, "1.50"),
    ("IV.3", {"before": 70, "now": 82}, "1.80"),
    ("IV.4", {"part": 340, "whole": 400}, "2.00"),
    ("V.1", {"met": ["a", "b"]}, "2.00"),
    ("V.3", {"part": 330, "whole": 550}, "1.71"),
    ("VI.1", {"met": ["a", "c"]}, "1.75"),
    ("VI.3", {"part": 1200, "whole": 2000}, "1.50"),
    ("VI.4", {"part": 56, "whole": 70}, "1.50"),
    ("VI.5", {"part": 4, "whole": 5}, "1.80"),
    ("VI.6", {"count": 8}, "1.60"),
    ("VII.1", {"met": ["a", "b", "c"]}, "3.00"),
    ("VII.2", {"part": 570, "whole": 600}, "3.00"),
    ("VIII.2", {"part": 12, "whole": 15}, "3.20"),
    ("TH.1", {"count": 2}, "1.00"),
    ("TH.3", {"count": 3}, "0.75"),
    ("TR.1", {"count": 1}, "0.50"),
    ("TR.2", {"count": 2}, "1.00"),
    ("TR.3", {"level": "Chậm từ 1 đến 3 ngày"}, "0.50"),
    ("TR.4", {"count": 1}, "1.00"),
]


@pytest.mark.parametrize(("code", "entry", "points"), GUIDANCE_EXAMPLES, ids=[row[0] for row in GUIDANCE_EXAMPLES])
def test_lean_guidance_example_gets_the_points_it_promises(code: str, entry: dict[str, object], points: str) -> None:
    leaf = LEAN.by_code[code]
    promised = re.findall(r"(\d+(?:,\d+)?) điểm(?! phần trăm)", leaf.guidance.partition("Ví dụ: ")[2])[-1]
    assert line_points(leaf, entry, LEAN.precision) == Decimal(points)
    assert Decimal(promised.replace(",", ".")) == Decimal(points)


def test_lean_set_gives_full_marks_to_a_perfect_sheet() -> None:
    perfect: dict[str, dict[str, object]] = {}
    for leaf in LEAN.leaves:
        rule = leaf.rule
        match rule.kind:
            case "judged" | "external":
                perfect[leaf.code] = {"points": leaf.max}
            case "levels":
                perfect[leaf.code] = {"level": rule.levels[0].label}
            case "check":
                perfect[leaf.code] = {"met": True}
            case "checklist":
                perfect[leaf.code] = {"met": [item.code for item in rule.items]}
            case "ratio":
                perfect[leaf.code] = {"value": rule.target}
            case "steps":
                perfect[leaf.code] = {"value": rule.steps[0].start}
            case "count":
                perfect[leaf.code] = {"count": 100}
            case "progress":
                perfect[leaf.code] = {"before": 50, "now": rule.ceiling}
    result = score(LEAN, perfect, tags=["dan-toc"])
    assert result.lines | {leaf.code: leaf.max for leaf in LEAN.leaves} == result.lines
    assert (result.total, result.grade, result.unscored) == (Decimal("100.00"), "Hoàn thành xuất sắc", [])


# --- README.md --------------------

BLOCKS = [(match[1], match[2], match.end()) for match in FENCE.finditer(README)]
COMPLETE = [text for kind, text, _ in BLOCKS if kind == "yaml" and text.startswith("set: ")]
RULE_BLOCKS = [(text, end) for kind, text, end in BLOCKS if kind == "yaml" and text.startswith("max: ")]
ROW = re.compile(r"^\| `(\{.*\})` \|.*\| ([\d,]+|refused) \|$", re.M)


def in_a_set(criterion: str) -> str:
    """A complete set around the lines of one criterion of the README."""
    head = "set: x\nversion: '1'\ntitle: x\nstatus: illustrative\n"
    head += "sections:\n  - code: I\n    title: x\n    criteria:\n"
    lines = criterion.splitlines()
    if not lines[0].startswith("- "):
        lines = ["- code: I.1", "  title: x", *("  " + line for line in lines)]
    return head + "".join(f"      {line}\n" for line in lines)


def readme_examples() -> list[tuple[Criterion, dict[str, object], str]]:
    examples = []
    for text, end in RULE_BLOCKS:
        following = README[end:].split("\n## ")[0].split("\n### ")[0].split("\n```")[0]
        leaf = load(in_a_set(text)).leaves[0]
        rows = ROW.findall(following)
        assert rows, text
        examples += [(leaf, json.loads(entry), points) for entry, points in rows]
    return examples


EXAMPLES = readme_examples()


def test_readme_shows_every_rule_kind_with_a_worked_number() -> None:
    assert {leaf.rule.kind for leaf, _, points in EXAMPLES if points != "refused"} == set(KINDS)


@pytest.mark.parametrize(("leaf", "entry", "points"), EXAMPLES, ids=[f"{e[0].rule.kind}-{e[1]}" for e in EXAMPLES])
def test_readme_example_gets_the_points_it_shows(leaf: Criterion, entry: dict[str, object], points: str) -> None:
    if points == "refused":
        with pytest.raises(Invalid):
            line_points(leaf, entry, 2)
    else:
        assert str(line_points(leaf, entry, 2)).replace(".", ",") == points


def test_readme_yaml_is_a_set_a_criterion_or_the_parts_of_one() -> None:
    blocks = [text for kind, text, _ in BLOCKS if kind == "yaml"]
    criteria = [text for text in blocks if text.startswith("- code: ")]
    assert len(COMPLETE) == 1
    assert len(criteria) == 1
    assert len(blocks) == len(COMPLETE) + len(criteria) + len(RULE_BLOCKS)
    assert load(in_a_set(criteria[0])).leaves[0] == LEAN.by_code["III.2"].model_copy(
        update={"owner": "", "source": "", "guidance": "", "evidence": EvidenceRule(), "labels": {}}
    )


def test_readme_complete_example_adds_up_as_shown() -> None:
    criteria = load(COMPLETE[0])
    entries = json.loads(next(text for kind, text, _ in BLOCKS if kind == "json"))
    for column, tags in enumerate([(), ("dan-toc",)]):
        result = score(criteria, entries, tags=tags)
        sections = [result.section("I").earned, result.section("II").earned]
        sums = [result.earned, result.base, result.core, result.bonus, result.deductions, result.total]
        shown = [str(value).replace(".", ",") for value in sections + sums]
        table = README.partition("| step | without tag")[2].split("\n\n")[0]
        cells = [row.split(" | ")[1 + column].removesuffix(" |") for row in table.splitlines()[2:]]
        assert cells == [*shown, result.grade]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("    title: Truyền thông", "    titel: Truyền thông", "Không có khóa “titel”."),
        ("        max: 5\n", "", "Thiếu khóa “max”."),
        ("title: Truyền thông", "title: Truyền thông\n    title: Khác", "Khóa “title” viết hai lần."),
        ("max: 10", "max: 10 điểm", "Khóa “max” phải là một số."),
        ("code: I.2", "code: I.1", "Mã “I.1” dùng hai lần."),
        ("kind: ratio", "kind: rato", "Không có cách chấm “rato”: dùng một trong " + ", ".join(KINDS) + "."),
        ("target: 100, floor: 0", "target: 100, floor: 100", "Mức tối đa và mức 0 điểm bằng nhau (100)."),
        (
            "target: 100, floor: 0",
            "target: 0, floor: 100",
            "Càng cao càng tốt thì target phải lớn hơn floor.",
        ),
        (
            'kind: ratio, target: 100, floor: 0, unit: "%"',
            "kind: steps, steps: [{from: 90, points: 10}, {from: 95, points: 5}]",
            "Các bậc không theo thứ tự tốt nhất trước: 95 đứng sau 90.",
        ),
        ("label: Tốt, points: 6", "label: Tốt, points: 12", "Bậc “Tốt” có 12 điểm, ngoài khoảng từ 0 đến 6."),
        ("from: 80", "from: 95", "Xếp loại không theo thứ tự từ cao xuống thấp: Hoàn thành tốt từ 95."),
        (
            '"section:I"',
            '"section:IX"',
            "Không có tiêu chí phụ “section:IX”: dùng deductions, bonus, progress hoặc section:MÃ.",
        ),
        ("    coefficient: 2", "\tcoefficient: 2", "Dùng dấu cách thay cho phím Tab để thụt dòng."),
        (
            COMPLETE[0].partition("    title: Truyền thông\n")[2].partition("bonus:")[0],
            "",
            "Lĩnh vực “II” không có tiêu chí nào.",
        ),
    ],
    ids=lambda text: text if text.endswith(".") else "",
)
def test_readme_quotes_the_message_that_the_mistake_gets(old: str, new: str, message: str) -> None:
    assert COMPLETE[0].count(old) == 1
    with pytest.raises(Problems) as found:
        load(COMPLETE[0].replace(old, new))
    assert message in [str(problem.phrase) for problem in found.value.problems]
    assert f"| {message} |" in README


@pytest.mark.parametrize(
    ("heading", "model"),
    [("### The set", CriteriaSet), ("### A section", Section), ("### A criterion", Criterion)],
    ids=["set", "section", "criterion"],
)
def test_readme_tables_name_every_key(heading: str, model: type[CriteriaSet | Section | Criterion]) -> None:
    table = README.partition(heading)[2].partition("\n### ")[0].partition("\n## ")[0]
    first_cells = [row.split("|")[1] for row in table.splitlines() if row.startswith("| `")]
    first_cells = first_cells[: next((i for i, cell in enumerate(first_cells) if "van-phong" in cell), None)]
    assert {key for cell in first_cells for key in re.findall(r"`(\w+)`", cell)} == set(model.model_fields)


def test_readme_lists_every_owner() -> None:
    owners = {leaf.owner for criteria in (FRAME, LEAN) for leaf in criteria.all_criteria} - {""}
    assert {owner for owner in owners if f"| `{owner}` |" not in README} == set()


def test_sha256_is_of_the_values_not_of_the_spelling() -> None:
    plain = COMPLETE[0]
    respelt = "# ghi chú\n\n" + plain.replace("max: 10\n", 'max: "10.0"\n').replace(
        'set: vi-du\nversion: "1"\n', "version: '1'\nset: vi-du\n"
    )
    assert respelt != plain
    assert load(respelt).sha256 == load(plain).sha256
    assert load(plain.replace("max: 10\n", "max: 11\n")).sha256 != load(plain).sha256
