"""More evidence for the unit whose sheet is being filled: a picture, a link, a newer file, and things to put right."""

from __future__ import annotations

import zlib
from datetime import date, datetime, timedelta
from pathlib import Path

from sqlalchemy.orm import Session

from emulation.demo.figures import small_pdf
from emulation.models import Citation, Evidence, EvidenceRevision, Sheet, User
from emulation.services.stored_files import store_file


def picture(width: int = 480, height: int = 300) -> bytes:
    """A PNG with bands of colour: a picture that shows nothing real."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return len(data).to_bytes(4, "big") + kind + data + zlib.crc32(kind + data).to_bytes(4, "big")

    bands = [bytes(colour) for colour in ((226, 232, 240), (191, 209, 236), (29, 78, 178), (246, 231, 193))]
    rows = b"".join(
        b"\0" + b"".join(bands[(4 * x // width + 3 * y // height) % 4] for x in range(width)) for y in range(height)
    )
    head = width.to_bytes(4, "big") + height.to_bytes(4, "big") + bytes([8, 2, 0, 0, 0])
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows, 9)) + chunk(b"IEND", b"")


def add_evidence(db: Session, sheet: Sheet, officer: User, *, folder: Path, at: datetime) -> None:
    """What the pages of the library have to show."""

    def file(content: bytes, name: str, kind: str) -> dict[str, object]:
        sha256 = store_file(folder, content)
        return {"file_name": name, "media_type": kind, "size": len(content), "sha256": sha256}

    year = int(sheet.period.code[:4])
    by = {"sheet_id": sheet.id, "uploaded_by_id": officer.id, "uploaded_at": at}
    shot = Evidence(
        title="Ảnh lễ tổng kết năm học (minh họa)",
        document_number="",
        issued_on=date(year + 1, 5, 30),
        issuer=sheet.unit_name,
        **by,
        **file(picture(), "le-tong-ket.png", "image/png"),
    )
    film = Evidence(
        title="Phim về bài giảng truyền hình (minh họa)",
        document_number="",
        issued_on=date(year + 1, 4, 20),
        issuer=sheet.unit_name,
        url="https://phim.example/bai-giang-truyen-hinh",
        file_name="",
        media_type="",
        **by,
    )
    old = Evidence(
        title="Kế hoạch chuyển đổi số giai đoạn trước (minh họa)",
        document_number="77/KH-SGDĐT",
        issued_on=date(year - 1, 11, 12),
        issuer=sheet.unit_name,
        **by,
        **file(small_pdf(f"{sheet.period.code} / ke hoach cu"), "ke-hoach-cu.pdf", "application/pdf"),
    )
    db.add_all([shot, film, old])
    db.flush()
    entries = [entry for entry in sheet.entries if entry.citations]
    for entry, one, place in zip(entries, (shot, film), ("", "phút 3"), strict=False):
        entry.citations.append(Citation(evidence_id=one.id, place=place))
    newest = entries[0].citations[0].evidence
    assert newest.size is not None
    assert newest.sha256 is not None
    db.add(
        EvidenceRevision(
            evidence_id=newest.id,
            number=1,
            uploaded_by_id=officer.id,
            uploaded_at=at - timedelta(days=3),
            replaced_by_id=officer.id,
            replaced_at=at,
            **file(small_pdf(f"{sheet.period.code} / ban cu"), "ban-du-thao.pdf", "application/pdf"),
        )
    )
    db.flush()
