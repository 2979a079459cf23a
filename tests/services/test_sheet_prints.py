"""A stored sheet as the printed form: every figure from the one scoring function."""

from __future__ import annotations

from decimal import Decimal

from sqlalchemy.orm import Session

from emulation.config import Settings
from emulation.domain.scoring import LineState
from emulation.services.sheet_prints import sheet_form
from tests.filling import TOTAL, fill, to_submitted
from tests.world import World


def test_sheet_form_holds_lines_sums_and_evidence(db: Session, world: World, settings: Settings) -> None:
    form = sheet_form(fill(db, world, settings))

    assert (form.base, form.earned, form.core, form.total) == (
        Decimal("80.00"),
        Decimal("61.78"),
        Decimal("77.23"),
        TOTAL,
    )
    assert (form.draft, form.illustrative, form.grade, form.place) == (True, True, "Hoàn thành", "Thái Bình")
    first = next(form.lines())
    assert (first.code, first.declared, first.working, first.evidence, first.points) == (
        "I.1",
        "Số thủ tục mức độ 4: 95; Tổng số thủ tục: 98",
        "95/98 ≈ 96,94 %",
        ("H1.I.1.01 tr. 6",),
        Decimal("9.69"),
    )
    assert form.codes(LineState.NOT_APPLICABLE) == ["III.2"]
    external = next(line for line in form.lines() if line.code == "II.5")
    assert (external.declared, external.state) == ("Bộ chấm", LineState.UNSCORED)


def test_sheet_form_of_a_submitted_sheet_is_no_draft(db: Session, world: World, settings: Settings) -> None:
    form = sheet_form(to_submitted(db, world, settings), signer="Unit director")

    assert (form.draft, form.signer_name) == (False, "Unit director")
