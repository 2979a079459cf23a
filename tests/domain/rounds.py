"""A small criteria set and rounds on it, for tests of ranking and results.

Total = 2 x I.1 + II.1 + III.1 + IV.1 + B.1 - D.1.
"""

from __future__ import annotations

from decimal import Decimal

from emulation.domain.criteria import CriteriaSet, load
from emulation.domain.results import (
    AppealFact,
    ClusterFacts,
    CouncilFacts,
    ExclusionFact,
    LineFacts,
    RoundFacts,
    UnitFacts,
    VerdictFact,
)

TEXT = """
set: nho
version: "2021-2022"
title: Bộ tiêu chí nhỏ
status: illustrative
scale: null
precision: 2
not_applicable: rebase
grades:
  - {name: Xuất sắc, from: 36}
  - {name: Tốt, from: 20}
  - {name: Chưa đạt, from: 0}
tie_breakers: [%s]
sections:
  - code: I
    title: Chuyên môn
    coefficient: 2
    criteria:
      - {code: I.1, title: Chất lượng, max: 10, may_skip: true, rule: {kind: judged, step: 0.25}}
  - code: II
    title: Chuyển đổi số
    criteria:
      - {code: II.1, title: Dữ liệu, max: 10, rule: {kind: judged, step: 0.25}}
  - code: III
    title: Tiến bộ
    criteria:
      - {code: III.1, title: Mức tăng, max: 10, rule: {kind: progress, full_gain: 10}}
  - code: IV
    title: Khảo sát
    criteria:
      - {code: IV.1, title: Hài lòng, max: 10, rule: {kind: external}}
bonus:
  - {code: B.1, title: Sáng kiến, max: 5, rule: {kind: count, each: 0.5}}
deductions:
  - {code: D.1, title: Nộp muộn, max: 5, rule: {kind: count, each: 0.5}}
exclusions:
  - {code: X.1, title: Vi phạm}
"""


def criteria(*tie_breakers: str) -> CriteriaSet:
    """The set with these tie-breakers."""
    return load(TEXT % ", ".join(f'"{name}"' for name in tie_breakers))


def points(
    first: str = "0", second: str = "0", progress: str = "0", survey: str = "0", bonus: str = "0", minus: str = "0"
) -> dict[str, Decimal | None]:
    """Official points of a sheet by code."""
    return {
        "I.1": Decimal(first),
        "II.1": Decimal(second),
        "III.1": Decimal(progress),
        "IV.1": Decimal(survey),
        "B.1": Decimal(bonus),
        "D.1": Decimal(minus),
    }


def verdict(value: str | None, reason: str = "") -> VerdictFact:
    """A verdict of the council; None is "not applicable"."""
    number = None if value is None else Decimal(value)
    return VerdictFact(number, number is None, reason, "Hội đồng thẩm định", "2022-07-10T03:00:00+00:00")


def unit(
    code: str, cluster: int = 1, *, declared: str = "8,5", official: str = "8.5", excluded: bool = False
) -> UnitFacts:
    """A unit with I.1 declared and decided, II.1 changed after an explanation, and the ministry's survey."""
    appeal = AppealFact(
        "Đề nghị xem lại.", "2022-07-20T03:00:00+00:00", "change", "Đủ căn cứ.", "2022-07-25T03:00:00+00:00"
    )
    return UnitFacts(
        code=code,
        name=f"Sở Giáo dục và Đào tạo {code}",
        short_name=f"Tỉnh {code}",
        cluster=cluster,
        tags=("mien-nui", "dan-toc"),
        exclusions=(ExclusionFact("X.1", "Vi phạm", "Có kết luận.", "2022-08-01T03:00:00+00:00"),) if excluded else (),
        lines={
            "I.1": LineFacts({"points": declared}, "", verdict(official)),
            "II.1": LineFacts({"points": "9"}, "Có minh chứng.", verdict("7", "Thiếu."), verdict("8.25"), appeal),
            "III.1": LineFacts({"before": "80", "now": "84"}, "", verdict("4")),
            "IV.1": LineFacts(None, "", verdict("7.5")),
            "D.1": LineFacts({"count": 1}, "", verdict("0.5")),
        },
    )


def round_of(*units: UnitFacts, tie_breakers: tuple[str, ...] = ("deductions", "section:II")) -> RoundFacts:
    """A finished round with these units in two clusters."""
    return RoundFacts(
        code="2021-2022",
        title="Năm học 2021-2022",
        is_illustrative=True,
        criteria=criteria(*tie_breakers),
        clusters=(
            ClusterFacts(2, "Cụm thi đua số 2", True, None, None),
            ClusterFacts(1, "Cụm thi đua số 1", False, "01", None),
        ),
        councils=(CouncilFacts("Hội đồng thẩm định", "mean", 5, ("I.1", "II.1"), (1, 2)),),
        units=units,
    )
