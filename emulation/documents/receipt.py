"""Phiếu biên nhận: that a sheet was signed and submitted, by whom, when, and exactly which content; A4 portrait."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from emulation.documents.pdf import named_stylesheet, write_pdf
from emulation.documents.typesetting import Letterhead, fill
from emulation.words import Phrase

STYLES = ("fonts.css", "base.css", "receipt.css")
GROUP = 8  # digits of the hash that stand together


@dataclass(frozen=True)
class Parts:
    """How the total came about, and what stands behind it."""

    core: Decimal
    bonus: Decimal
    deductions: Decimal  # positive
    grade: str | None
    declared: int
    to_declare: int
    documents: int  # that entries cite


@dataclass(frozen=True)
class Receipt:
    """What the receipt says. `is_same`: the stored content still gives this hash; while the sheet is being corrected
    after a return it may well differ (`is_being_corrected`).
    """

    department: str  # that receives it
    unit: str
    cluster: str
    period: str
    criteria: str
    signer: str
    signer_title: str
    submitted_at: datetime
    due_at: datetime | None  # the general close of that time
    first_submitted_at: datetime | None  # before it was returned, if it was; it decides about lateness
    late: Phrase | None
    received_at: datetime | None
    total: Decimal | None  # as submitted
    out_of: Decimal
    precision: int
    parts: Parts | None  # None where the stored content is no longer the submitted one
    sha256: str
    is_same: bool
    is_being_corrected: bool
    illustrative: bool

    @property
    def hash_groups(self) -> list[str]:
        """The hash in groups, so that two people can compare it aloud."""
        return [self.sha256[i : i + GROUP] for i in range(0, len(self.sha256), GROUP)]


def moment(value: datetime | None) -> str:
    """HH:MM dd/mm/yyyy in Vietnam."""
    return str(Phrase("%(when)s", {"when": value})) if value else ""


def render_receipt(receipt: Receipt) -> bytes:
    """The receipt as PDF."""
    html = fill(
        "receipt.html",
        receipt=receipt,
        letterhead=Letterhead(issuer=receipt.department.upper(), parent="BỘ GIÁO DỤC VÀ ĐÀO TẠO"),
        seal=f"Biên nhận · {receipt.unit} · {receipt.period}",
        submitted=moment(receipt.submitted_at),
        due=moment(receipt.due_at),
        first=moment(receipt.first_submitted_at),
        received=moment(receipt.received_at),
    )
    return write_pdf(html, [named_stylesheet(name) for name in STYLES])
