"""A stored sheet as the printed form: every figure from the one scoring function."""

from __future__ import annotations

from decimal import Decimal

from sqlalchemy.orm import Session

from emulation.config import Settings
from emulation.domain.scoring import LineState
from emulation.services.sheet_prints import receipt_of, sheet_form
from emulation.services.sheets import save_entry
from emulation.services.submissions import fingerprint, return_lines, send, submit
from tests.filling import TOTAL, fill, now, to_signing, to_submitted
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
    assert form.codes(LineState.UNSCORED, by_ministry=True) == ["II.5"]
    assert form.codes(LineState.UNSCORED, by_ministry=False) == []


def test_sheet_form_of_a_submitted_sheet_is_no_draft(db: Session, world: World, settings: Settings) -> None:
    sheet = to_submitted(db, world, settings)
    next(entry for entry in sheet.entries if entry.code == "I.1").explanation = "Theo báo cáo"
    form = sheet_form(sheet, signer="Unit director")

    assert [line.explanation for line in form.lines() if line.explanation] == ["Theo báo cáo"]
    assert (form.draft, form.signer_name) == (False, "Unit director")


def test_receipt_holds_what_was_submitted(db: Session, world: World, settings: Settings) -> None:
    sheet = to_submitted(db, world, settings)
    receipt = receipt_of(db, sheet, "Vụ Thi đua - Khen thưởng")

    assert (receipt.signer, receipt.total, receipt.sha256) == ("Unit director", TOTAL, sheet.submission_sha256)
    assert (receipt.is_same, receipt.is_being_corrected, receipt.late) == (True, False, None)
    assert receipt.parts is not None
    assert (receipt.parts.declared, receipt.parts.to_declare, receipt.parts.documents) == (8, 8, 2)


def test_receipt_of_a_sheet_that_is_corrected_keeps_what_was_submitted(
    db: Session, world: World, settings: Settings
) -> None:
    sheet = to_submitted(db, world, settings)
    return_lines(db, world.actor("department"), sheet, reasons={"I.2": "Số khác"}, now=now())
    save_entry(db, world.actor("unit_officer"), sheet, code="I.2", data={"value": "10"}, version=1, now=now(1))
    send(db, world.actor("unit_officer"), sheet, now=now(2))

    receipt = receipt_of(db, sheet, "Vụ")
    assert (receipt.total, receipt.parts, receipt.is_same, receipt.is_being_corrected) == (TOTAL, None, False, True)


def test_receipt_after_a_return_judges_lateness_by_the_first_submission(
    db: Session, world: World, settings: Settings
) -> None:
    sheet = to_submitted(db, world, settings)
    first = sheet.submitted_at
    return_lines(db, world.actor("department"), sheet, reasons={"I.2": "Số khác"}, now=now())
    save_entry(db, world.actor("unit_officer"), sheet, code="I.2", data={"value": "10"}, version=1, now=now(1))
    send(db, world.actor("unit_officer"), sheet, now=now(1))
    submit(db, world.actor("unit_director"), sheet, now=now(2))
    sheet.due_at = now(1)

    receipt = receipt_of(db, sheet, "Vụ")
    assert receipt.submitted_at > now(1)
    assert (receipt.first_submitted_at, receipt.late, sheet.late) == (first, None, None)

    sheet.first_submitted_at = now(4)
    assert str(receipt_of(db, sheet, "Vụ").late) == str(sheet.late) == "Nộp trễ 3 phút"


def test_form_is_a_draft_until_it_is_sent_for_signature(db: Session, world: World, settings: Settings) -> None:
    sheet = to_signing(db, world, settings)

    assert (sheet_form(sheet).draft, sheet_form(sheet).fingerprint) == (False, fingerprint(sheet))
