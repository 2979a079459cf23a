"""Which fields the form of each kind of node has. A new parameter of a rule is one line here."""

from __future__ import annotations

from dataclasses import dataclass

from emulation.domain.drafts import Fields, Kind
from emulation.domain.rules import KINDS
from emulation.words import N_


@dataclass(frozen=True)
class Spec:
    """One field. `kind`: text, area, figure, lines, codes, check, choice, tags, table, ranking.

    `default` is what is not written; `keep` writes even what is empty, so that the checker can say that it is missing.
    `at` is where the value lies if the name does not say it: a form's "version" is that of the node, for autosave.js.
    """

    name: str
    kind: str
    label: str
    default: str | bool = ""
    keep: bool = False
    columns: tuple[Spec, ...] = ()
    more: str = ""  # words of the button that adds a row
    at: str = ""

    @property
    def path(self) -> list[str]:
        """Where the value lies in the fields."""
        return (self.at or self.name).split("-")


CODE = Spec("code", "text", N_("Mã"), keep=True)
BETTER = Spec("rule-better", "choice", N_("Tốt hơn khi"), default="higher")
UNIT = Spec("rule-unit", "text", N_("Đơn vị tính"))
POINTS = Spec("points", "figure", N_("Điểm"))
HEAD_SPECS = (
    Spec("title", "area", N_("Tên bộ tiêu chí"), keep=True),
    Spec("edition", "text", N_("Phiên bản"), keep=True, at="version"),
    Spec("set", "text", N_("Mã họ bộ tiêu chí"), keep=True),
    Spec("status", "choice", N_("Tính chất"), keep=True),
    Spec("scale", "figure", N_("Thang điểm")),
    Spec("precision", "choice", N_("Số chữ số thập phân"), default="2"),
    Spec("not_applicable", "choice", N_("Khi không áp dụng"), default="rebase"),
    Spec("bonus_cap", "figure", N_("Trần điểm thưởng")),
    Spec("deduction_cap", "figure", N_("Trần điểm trừ")),
    Spec(
        "grades",
        "table",
        N_("Xếp loại, từ cao xuống"),
        columns=(Spec("name", "text", N_("Xếp loại")), Spec("from", "figure", N_("Từ điểm"))),
        more=N_("Thêm xếp loại"),
    ),
    Spec("tie_breakers", "ranking", N_("Bằng điểm thì xét lần lượt"), more=N_("Thêm tiêu chí phụ")),
    Spec("legal_basis", "lines", N_("Căn cứ pháp lý")),
    Spec("note", "area", N_("Ghi chú")),
)
SECTION_SPECS = (
    CODE,
    Spec("title", "area", N_("Tên lĩnh vực"), keep=True),
    Spec("coefficient", "figure", N_("Hệ số"), default="1"),
)
FIELD_NAMES = {spec.at: spec.name for spec in HEAD_SPECS if spec.at}
GROUND_SPECS = (CODE, Spec("title", "area", N_("Điều kiện loại trừ"), keep=True))
CRITERION_SPECS = (
    CODE,
    Spec("title", "area", N_("Tên tiêu chí"), keep=True),
    Spec("max", "figure", N_("Điểm tối đa"), keep=True),
    Spec("owner", "choice", N_("Đơn vị chủ trì đánh giá")),
    Spec("source", "text", N_("Nguồn số liệu")),
    Spec("applies_to", "tags", N_("Chỉ áp dụng cho đơn vị")),
    Spec("may_skip", "check", N_("Đơn vị được khai không áp dụng, kèm lý do"), default=False),
    Spec("evidence-required", "check", N_("Bắt buộc minh chứng"), default=False),
    Spec("evidence-hint", "area", N_("Minh chứng cần có")),
    Spec("guidance", "area", N_("Hướng dẫn cho người tự chấm")),
    Spec("legal_basis", "lines", N_("Căn cứ pháp lý")),
    Spec("replaces", "codes", N_("Thay cho các tiêu chí cũ")),
)


def _rows(name: str, label: str, more: str, *columns: Spec) -> Spec:
    return Spec(f"rule-{name}", "table", label, columns=columns, more=more)


RULE_SPECS: dict[str, tuple[Spec, ...]] = {
    "judged": (
        Spec("rule-step", "figure", N_("Bước điểm"), default="0.25"),
        _rows("descriptors", N_("Mô tả các mức"), N_("Thêm mức"), POINTS, Spec("text", "text", N_("Mô tả"))),
    ),
    "levels": (_rows("levels", N_("Các bậc"), N_("Thêm bậc"), Spec("label", "text", N_("Bậc")), POINTS),),
    "check": (),
    "checklist": (
        _rows(
            "items",
            N_("Các mục"),
            N_("Thêm mục"),
            Spec("code", "text", N_("Mã mục")),
            Spec("label", "text", N_("Nội dung")),
            POINTS,
        ),
    ),
    "ratio": (
        Spec("rule-target", "figure", N_("Đạt điểm tối đa từ")),
        Spec("rule-floor", "figure", N_("Mức 0 điểm"), default="0"),
        BETTER,
        UNIT,
    ),
    "steps": (
        BETTER,
        UNIT,
        _rows("steps", N_("Các bậc, tốt nhất trước"), N_("Thêm bậc"), Spec("from", "figure", N_("Từ")), POINTS),
    ),
    "count": (Spec("rule-each", "figure", N_("Điểm cho mỗi lần")),),
    "progress": (
        Spec("rule-full_gain", "figure", N_("Mức tiến bộ để đạt điểm tối đa")),
        Spec("rule-ceiling", "figure", N_("Ngưỡng đạt điểm tối đa ngay")),
        BETTER,
        UNIT,
    ),
    "external": (),
}
LABELS = {
    "points": N_("Điểm"),
    "level": N_("Bậc"),
    "met": N_("Đạt"),
    "part": N_("Số đạt"),
    "whole": N_("Tổng số"),
    "value": N_("Giá trị"),
    "count": N_("Số lượng"),
    "before": N_("Năm trước"),
    "now": N_("Năm nay"),
}
CHOICES = {
    "status": {"illustrative": N_("Minh họa"), "official": N_("Chính thức")},
    "precision": {str(n): str(n) for n in range(5)},
    "not_applicable": {
        "rebase": N_("loại khỏi tổng điểm tối đa"),
        "full": N_("tính điểm tối đa"),
        "zero": N_("tính 0 điểm"),
    },
    "rule-better": {"higher": N_("Cao hơn"), "lower": N_("Thấp hơn")},
}


def rule_kind(fields: Fields) -> str:
    """The kind of rule that a criterion's form shows."""
    rule = fields.get("rule")
    kind = rule.get("kind") if isinstance(rule, dict) else None
    return kind if isinstance(kind, str) and kind in KINDS else "judged"


def label_specs(kind: str) -> tuple[Spec, ...]:
    """The names that a criterion may give to the figures of its entry."""
    asked = dict.fromkeys(name for names in KINDS[kind].fields for name in sorted(names))
    return tuple(Spec(f"labels-{name}", "text", LABELS[name]) for name in asked)


def figure_specs(kind: str) -> tuple[Spec, ...]:
    """The indicators that may give the figures of its entry."""
    asked = [name for name in ("part", "whole", "value", "count", "before", "now") if name in _keys(kind)]
    return tuple(Spec(f"figures-{name}", "text", LABELS[name]) for name in asked)


def _keys(kind: str) -> frozenset[str]:
    return frozenset().union(*KINDS[kind].fields)


def specs_of(node_kind: Kind, kind_of_rule: str = "judged") -> tuple[Spec, ...]:
    """The fields of a node's form, in order."""
    if node_kind is Kind.CRITERION:
        return (*CRITERION_SPECS, *RULE_SPECS[kind_of_rule], *label_specs(kind_of_rule), *figure_specs(kind_of_rule))
    return {Kind.HEAD: HEAD_SPECS, Kind.SECTION: SECTION_SPECS, Kind.GROUND: GROUND_SPECS}[node_kind]
